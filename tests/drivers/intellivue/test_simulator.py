"""The simulated monitor insists on what a real one insists on."""

from __future__ import annotations

from datetime import datetime

import pytest

from drivers.driver import DeviceState
from drivers.intellivue.association import association_request
from drivers.intellivue.driver import IntellivueMib, IntellivueMibSettings
from drivers.intellivue.simulator import IntellivueMibSimulator
from drivers.observation import Parameter, Vital
from drivers.simulation import Mood
from tests.drivers.intellivue import encoder as e

STATE = DeviceState({Parameter.HR: 72, Parameter.SPO2: 97, Parameter.TEMP: 37.1}, sites={Parameter.TEMP: "skin"})


def monitor(mood: Mood = Mood.NORMAL, longest: int = 1000) -> IntellivueMibSimulator:
    return IntellivueMibSimulator(datetime(2026, 11, 22, 16, 0), mood, longest)


def say(simulator: IntellivueMibSimulator, elapsed: float, *user_data: bytes) -> list[bytes]:
    """What the monitor answers."""
    return e.unframe(simulator.step(b"".join(map(e.frame, user_data)), elapsed, STATE))


def poll(object_class: int, group: int) -> bytes:
    argument = e.u16(1) + e.u16(1) + e.u16(object_class) + e.u16(group)
    return e.operation(1, bytes.fromhex("0001 0007 0016 0021 0000 0000 00000000 0c16 0008") + argument)


CREATE_ANSWER = bytes.fromhex("e1000002 0002 0014 0001 0001 000e 0021 0000 0000 00000000 0d06 0000")


def test_a_request_is_accepted_and_the_monitor_presents_itself() -> None:
    accept, create = say(monitor(), 0.0, association_request())
    assert accept[0] == 0x0E
    assert create[:6] == bytes.fromhex("e1000002 0001")
    assert create[24:26] == b"\x0d\x06"


@pytest.mark.parametrize("at", [3, 15, 30, 100, 150, 170])
def test_a_request_with_a_wrong_byte_is_refused_or_not_understood(at: int) -> None:
    request = bytearray(association_request())
    request[at] ^= 0x10
    kinds = [message[0] for message in say(monitor(), 0.0, bytes(request))]
    assert kinds in ([0x0C], [0x0E, 0xE1])
    if at in (3, 15, 150, 170):
        assert kinds == [0x0C]


def test_polls_before_the_create_event_is_answered_end_the_association() -> None:
    simulator = monitor()
    assert say(simulator, 0.0, poll(6, 0x0803)) == []
    say(simulator, 0.0, association_request())
    assert say(simulator, 0.1, poll(6, 0x0803)) == [e.ABORT]


def test_an_unanswered_create_event_and_ten_seconds_without_a_poll_end_the_association() -> None:
    simulator = monitor()
    say(simulator, 0.0, association_request())
    assert say(simulator, 4.9) == []
    assert say(simulator, 5.0) == [e.ABORT]
    say(simulator, 6.0, association_request())
    say(simulator, 6.1, CREATE_ANSWER)
    assert len(say(simulator, 10.0, poll(6, 0x0803))) == 1
    assert say(simulator, 19.9) == []
    assert say(simulator, 20.0) == [e.ABORT]
    assert say(simulator, 20.1, poll(6, 0x0803)) == []


def test_a_long_answer_comes_in_linked_results() -> None:
    simulator = monitor(longest=160)
    say(simulator, 0.0, association_request())
    say(simulator, 0.1, CREATE_ANSWER)
    parts = say(simulator, 0.2, poll(6, 0))
    assert [part[5] for part in parts] == [5, 5, 5, 2]
    assert [tuple(part[8:10]) for part in parts[:3]] == [(1, 1), (2, 2), (2, 3)]
    assert max(map(len, parts)) <= 160


def test_release_and_what_it_does_not_know() -> None:
    simulator = monitor()
    assert say(simulator, 0.0, e.RELEASE) == []
    say(simulator, 0.0, association_request())
    say(simulator, 0.1, CREATE_ANSWER)
    assert say(simulator, 0.2, poll(0x0009, 0x0803)) == [e.remote_error(1, 0, e.u16(9))]
    assert say(simulator, 0.3, e.RELEASE) == [e.RELEASED]
    assert say(simulator, 0.4, poll(6, 0x0803)) == []


@pytest.mark.parametrize(("mood", "kinds"), [(Mood.REFUSING, [0x0C]), (Mood.SILENT, [])])
def test_moods_at_the_request(mood: Mood, kinds: list[int]) -> None:
    assert [message[0] for message in say(monitor(mood), 0.0, association_request())] == kinds


def test_the_aborting_mood_ends_what_has_just_begun() -> None:
    simulator = monitor(Mood.ABORTING)
    assert len(say(simulator, 0.0, association_request())) == 2
    assert say(simulator, 0.1, CREATE_ANSWER) == [e.ABORT]


@pytest.mark.parametrize("labels", [False, True])
@pytest.mark.parametrize("longest", [160, 1000])
def test_driver_and_monitor_understand_each_other_in_parts_and_with_labels(labels: bool, longest: int) -> None:
    driver = IntellivueMib(IntellivueMibSettings(screen_labels=labels))
    simulator = monitor(longest=longest)
    said, vitals = b"", list[Vital]()
    for quarter in range(12):
        output = driver.step(said, quarter / 4)
        said = simulator.step(output.send, quarter / 4, STATE)
        vitals += output.vitals
    assert {(v.parameter.value, v.value, v.site) for v in vitals} == {
        ("hr", 72.0, None), ("spo2", 97.0, None), ("temp", 37.1, "Temp" if labels else "skin"),
    }  # fmt: skip
    assert driver.counters.bad == 0
    assert driver.polling.ignored.foreign == driver.polling.ignored.incomplete == 0
