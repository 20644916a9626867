"""The command that switches a Nonin oximeter to a data format."""

from __future__ import annotations

import os
import select
import sys
import threading
import time
from datetime import datetime
from pathlib import Path

import pytest

from drivers import registry
from drivers.driver import DeviceState, Output
from drivers.nonin.binary import simulator
from drivers.observation import Parameter
from drivers.simulation import Mood
from drivers.transport.serial_link import open_serial
from tests.drivers.terminals import Terminal
from tests.drivers.test_reconnect import Recorder, running, wait_for

STATE = DeviceState({Parameter.SPO2: 96, Parameter.PR: 173})
STARTED = datetime(2026, 11, 22)
NAMES = ("nonin_df2", "nonin_df7", "nonin_df8")
SIMULATORS = {
    "nonin_df2": simulator.NoninDf2Simulator,
    "nonin_df7": simulator.NoninDf7Simulator,
    "nonin_df8": simulator.NoninDf8Simulator,
}
COMMANDS = {
    "nonin_df2": bytes.fromhex("027002020203"),
    "nonin_df7": bytes.fromhex("027002020703"),
    "nonin_df8": bytes.fromhex("027002020803"),
}
every = pytest.mark.parametrize("name", NAMES)


def talk(name: str, mood: Mood, selected: bool, seconds: float, **settings: bool) -> tuple[list[Output], bytes]:
    """What the driver says and sends in so many seconds, a quarter of a second at a time."""
    driver = registry.create(name, dict(settings))
    device = SIMULATORS[name](STARTED, mood, selected)
    said, sent, outputs = b"", b"", []
    for step in range(int(seconds * 4)):
        outputs.append(driver.step(said, step / 4))
        sent += outputs[-1].send
        said = device.step(outputs[-1].send, step / 4, STATE)
    return outputs, sent


def troubles(outputs: list[Output]) -> list[str]:
    return [output.trouble for output in outputs if output.trouble is not None]


@every
def test_the_console_only_listens_unless_it_is_told_to_switch(name: str) -> None:
    outputs, sent = talk(name, Mood.NORMAL, False, 60)
    assert sent == b""
    assert troubles(outputs) == []


@every
def test_an_oximeter_that_sends_the_format_already_is_not_switched(name: str) -> None:
    outputs, sent = talk(name, Mood.NORMAL, True, 60, select_format=True)
    assert sent == b""
    assert any(output.vitals for output in outputs)


@every
def test_an_oximeter_in_another_format_is_switched_within_five_seconds(name: str) -> None:
    outputs, sent = talk(name, Mood.NORMAL, False, 5, select_format=True)
    assert sent == COMMANDS[name]
    assert {vital.value for output in outputs for vital in output.vitals} == {96.0, 173.0}
    assert troubles(outputs) == []


@every
def test_a_refusal_is_told_in_words(name: str) -> None:
    outputs, _ = talk(name, Mood.REFUSING, False, 20, select_format=True)
    (trouble,) = troubles(outputs)
    assert f"refuses data format {name[-1]}" in trouble
    assert "select_format off" in trouble


@every
def test_silence_is_told_in_words_and_the_command_is_not_repeated_without_end(name: str) -> None:
    outputs, sent = talk(name, Mood.SILENT, False, 600, select_format=True)
    assert set(troubles(outputs)) == {troubles(outputs)[0]}
    assert "five seconds" in troubles(outputs)[0]
    assert len(sent) <= 6 * 40  # 10 minutes, two attempts in half a minute
    assert set(sent) == set(COMMANDS[name])


@every
def test_the_trouble_is_over_when_the_format_comes(name: str) -> None:
    driver = registry.create(name, {"select_format": True})
    device = SIMULATORS[name](STARTED, Mood.SILENT, False)
    said, told = b"", []
    for step in range(400):
        if step == 100:
            device.mood = Mood.NORMAL
        output = driver.step(said, step / 4)
        told += [output.trouble] if output.trouble is not None else []
        said = device.step(output.send, step / 4, STATE)
    assert len(told) >= 2
    assert told[-1] == ""
    assert "" not in told[:-1]


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ((b"\x06", b""), "took data format 2 and sends nothing"),
        ((b"\x15", b""), "refuses data format 2"),
        ((b"", b"\x15"), "refuses data format 2"),
        ((b"", b""), "does not answer"),
        ((b"\x15" * 9, b"\x06 other data"), "does not answer"),
    ],
)
def test_an_answer_without_data_is_told_for_what_it_is(answers: tuple[bytes, bytes], words: str) -> None:
    driver = registry.create("nonin_df2", {"select_format": True})
    said, told, left = b"", [], list(answers)
    for step in range(40):
        output = driver.step(said, step / 4)
        told += [output.trouble] if output.trouble is not None else []
        said = left.pop(0) if output.send else b""
    assert len(told) == 1
    assert words in told[0]


def test_the_setting_explains_itself_in_the_form() -> None:
    field = registry.create("nonin_df2", {}).settings_type.model_fields["select_format"]
    assert field.default is False
    assert "keeps the format" in str(field.description)
    with pytest.raises(registry.DriverSettingsError, match="'select_format' Input should be a valid boolean"):
        registry.create("nonin_df8", {"select_format": "perhaps"})


@pytest.mark.skipif(sys.platform == "win32", reason="needs pseudo-terminals")
@every
def test_an_oximeter_is_switched_over_a_real_terminal(name: str, tmp_path: Path) -> None:
    cable = Terminal(tmp_path / "port")
    end = threading.Event()
    device = SIMULATORS[name](STARTED, Mood.NORMAL, False)
    heard = bytearray()

    def serve() -> None:
        begun = time.monotonic()
        while not end.is_set():
            ready, _, _ = select.select([cable.near], [], [], 0.01)
            data = os.read(cable.near, 4096) if ready else b""
            heard.extend(data)
            said = device.step(data, (time.monotonic() - begun) * 10, STATE)
            if said:
                os.write(cable.near, said)

    thread = threading.Thread(target=serve)
    thread.start()
    sink = Recorder()
    try:
        with running(
            lambda: open_serial(cable.name, registry.info(name).serial),
            sink,
            lambda: registry.create(name, {"select_format": True}),
            now=lambda: time.monotonic() * 10,
        ):
            wait_for(lambda: any(reception.output.vitals for reception in sink.receptions))
    finally:
        end.set()
        thread.join()
        cable.unplug()
    values = {vital.value for reception in sink.receptions for vital in reception.output.vitals}
    assert values == {96.0, 173.0}
    assert bytes(heard) in (COMMANDS[name], COMMANDS[name] * 2)


@every
def test_the_last_numbers_of_a_simulated_oximeter_stay_ten_seconds_and_are_not_told(name: str) -> None:
    """The device goes on sending them with the sensor alarm; the driver must not."""
    driver, device = registry.create(name, {}), SIMULATORS[name](STARTED)
    off = DeviceState(STATE.vitals, frozenset({Parameter.SPO2}))
    for step in range(20):
        driver.step(device.step(b"", step / 4, STATE), step / 4)
    shown, told = b"", []
    for step in range(20, 56):
        said = device.step(b"", step / 4, off)
        shown += said
        told += list(driver.step(said, step / 4).vitals)
    assert 96 in shown
    assert 173 - 128 in shown
    assert {vital.value for vital in told[2:]} == {None}
    assert len(told) > 10
