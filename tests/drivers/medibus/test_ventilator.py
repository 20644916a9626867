"""The dialogue of MEDIBUS with the simulated ventilator, which calls, asks and keeps alive of its own accord."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest

from drivers.driver import DeviceState, Output
from drivers.medibus.driver import Medibus, MedibusSettings
from drivers.medibus.simulator import MedibusSimulator
from drivers.observation import Parameter
from drivers.simulation import Mood
from tests.drivers.medibus.encoder import DATA, ICC, NOP, STOP, WHO, command, reply
from tests.drivers.noise import numbers

STATE = DeviceState({Parameter.SPO2: 97, Parameter.PR: 70, Parameter.ETCO2: 38, Parameter.RR: 14})
SENT = {("spo2", 97.0), ("pr", 70.0), ("etco2", 38.0), ("rr", 14.0)}


def play(
    simulator: MedibusSimulator,
    seconds: float,
    driver: Medibus | None = None,
    line: Callable[[bytes], bytes] = lambda data: data,
) -> tuple[Medibus, list[Output]]:
    """The two with each other, ten steps a second."""
    driver = driver or Medibus(MedibusSettings())
    outputs = []
    said = b""
    for step in range(int(seconds * 10)):
        outputs.append(driver.step(line(said), step / 10))
        said = simulator.step(outputs[-1].send, step / 10, STATE)
    return driver, outputs


def simulated(**options: bool | Mood) -> MedibusSimulator:
    return MedibusSimulator(datetime(2026, 5, 1, 8, 30), **options)  # type: ignore[arg-type]


def test_a_minute_with_the_simulated_ventilator_tells_every_second() -> None:
    driver, outputs = play(simulated(), 60)
    told = [output for output in outputs if output.vitals]
    assert len(told) >= 58
    assert all(numbers(output.vitals) == SENT for output in told)
    assert (driver.counters.bad, driver.counters.skipped) == (0, 0)
    assert [output.trouble for output in outputs if output.trouble is not None] == []
    assert sum(len(output.send) for output in outputs) < 60 * 40


def test_waveforms_between_the_letters_change_nothing() -> None:
    driver, outputs = play(simulated(realtime=True), 30)
    assert len([output for output in outputs if numbers(output.vitals) == SENT]) >= 28
    assert driver.counters.bad == 0
    assert driver.counters.skipped > 100


@pytest.mark.parametrize(
    ("mood", "beginning"),
    [
        (Mood.REFUSING, "The device answers that it cannot read"),
        (Mood.ABORTING, "Evita 4 has ended the conversation."),
        (Mood.SILENT, "The device does not answer:"),
    ],
)
def test_a_ventilator_that_will_not_talk_is_told_and_forgiven(mood: Mood, beginning: str) -> None:
    simulator = simulated(mood=mood)
    driver, outputs = play(simulator, 30)
    troubles = [output.trouble for output in outputs if output.trouble]
    assert troubles
    assert troubles[-1].startswith(beginning)
    assert sum(len(output.send) for output in outputs) < 30 * 60
    simulator.mood = Mood.NORMAL
    # The driver goes on where it was; only the clock of the test begins anew, later.
    told = False
    said = b""
    for step in range(300, 600):
        output = driver.step(said, step / 10)
        said = simulator.step(output.send, step / 10, STATE)
        told = told or numbers(output.vitals) == SENT
    assert told


def test_a_console_that_comes_into_the_middle_of_another_conversation_is_answered() -> None:
    simulator = simulated()
    play(simulator, 20)
    half = simulator.step(command(DATA), 20.0, STATE)
    assert len(half) > 20
    driver = Medibus(MedibusSettings())
    driver.step(half[17:], 0.0)
    _, outputs = play(simulator, 10, driver)
    assert SENT in [numbers(output.vitals) for output in outputs]


def test_waves_of_damage_do_not_end_the_conversation() -> None:
    """Every seventh piece of the device's traffic loses its end."""
    pieces = 0

    def line(data: bytes) -> bytes:
        nonlocal pieces
        pieces += bool(data)
        return data[:-3] if data and pieces % 7 == 0 else data

    driver, outputs = play(simulated(), 300, line=line)
    assert all(numbers(output.vitals) <= SENT for output in outputs)
    assert sum(bool(output.vitals) for output in outputs) > 100
    assert driver.counters.bad > 20


def test_the_simulated_ventilator_behaves_like_the_device_on_its_own() -> None:
    """Calls each 3 s until it is answered and called, asks who is there, gives up after three repeats, keeps alive."""
    ventilator = simulated()

    def said(data: bytes, at: float) -> bytes:
        return ventilator.step(data, at, STATE)

    assert said(b"", 0.0) == command(ICC)
    assert said(command(DATA), 1.0) == b""
    assert said(b"", 3.0) == command(ICC)
    assert said(reply(ICC), 3.1) == b""
    assert said(command(ICC), 3.2) == b"\x01Q" + command(WHO) + b"52\r"
    assert said(reply(WHO), 3.3) == b""
    assert said(b"", 5.3) == command(NOP)
    assert said(reply(NOP), 5.4) == b""
    assert said(command(ICC), 6.0).endswith(b"52\r")
    repeats = b"".join(said(b"x", 6.0 + step) for step in range(1, 42))
    assert repeats == command(WHO) * 3 + command(ICC)
    assert said(b"", 60.0) == command(ICC)


def test_the_simulated_ventilator_says_stop_when_it_is_in_that_mood() -> None:
    ventilator = simulated(mood=Mood.ABORTING)
    ventilator.step(command(ICC), 0.0, STATE)
    assert ventilator.step(command(NOP), 4.0, STATE).endswith(command(STOP))
