"""The monitor's own alarms as device alerts."""

from __future__ import annotations

import pytest

from drivers.observation import AlertPriority, DeviceAlert, Parameter
from tests.drivers.intellivue import encoder as e
from tests.drivers.intellivue.talk import associated

LOW, MEDIUM, HIGH = AlertPriority.LOW, AlertPriority.MEDIUM, AlertPriority.HIGH


def test_both_lists_become_device_alerts_with_the_monitors_words() -> None:
    physiological = e.alarm_list(
        e.alarm(e.SPO2, 0x000C, 0x0400, "***DESAT"), e.alarm(e.HR, 0x0011, 0x0200, "** HR  LOW\x07")
    )
    technical = e.alarm_list(e.alarm(e.RR_IMPEDANCE, 0x00A0, 0x0001, "Resp LEAD OFF"))
    output = associated().alarm_answer(e.alarm_monitor(physiological, technical, 0))
    assert output.alerts == (
        DeviceAlert("physiological_4bb8_000c", "***DESAT", True, HIGH, Parameter.SPO2),
        DeviceAlert("physiological_4182_0011", "** HR LOW", True, MEDIUM, Parameter.HR),
        DeviceAlert("technical_500a_00a0", "Resp LEAD OFF", True, LOW, Parameter.RR),
    )


@pytest.mark.parametrize(
    ("type_", "priority"),
    [(0x0100, LOW), (0x0200, MEDIUM), (0x0400, HIGH), (0x0001, LOW), (0x0002, MEDIUM), (0x0004, HIGH)],
)
def test_every_priority(type_: int, priority: AlertPriority) -> None:
    output = associated().alarm_answer(e.alarm_monitor(e.alarm_list(e.alarm(1, 2, type_, "words")), e.alarm_list()))
    assert [(alert.priority, alert.parameter) for alert in output.alerts] == [(priority, None)]


def test_an_alarm_without_a_text_is_described() -> None:
    entries = e.alarm_list(e.alarm(e.ABP_SYS, 0x000C, 0x0200, None)), e.alarm_list(e.alarm(18948, 5, 0x0004, ""))
    alerts = associated().alarm_answer(e.alarm_monitor(*entries)).alerts
    assert [(alert.text, alert.parameter) for alert in alerts] == [
        ("Physiological alarm of medium priority, code 000C of 4A15", Parameter.ART_SYS),
        ("Technical alarm of high priority, code 0005 of 4A04", Parameter.NIBP_SYS),
    ]


def test_an_alarm_is_told_when_it_begins_and_when_it_ends() -> None:
    talk = associated()
    low = e.alarm(e.HR, 1, 0x0200, "HR LOW")
    high = e.alarm(e.HR, 2, 0x0200, "HR HIGH")
    told = [
        [(alert.text, alert.active) for alert in talk.alarm_answer(e.alarm_monitor(lists, e.alarm_list(), 0)).alerts]
        for lists in (e.alarm_list(low), e.alarm_list(low), e.alarm_list(low, high), e.alarm_list(high), e.alarm_list())
    ]
    assert told == [[("HR LOW", True)], [], [("HR HIGH", True)], [("HR LOW", False)], [("HR HIGH", False)]]


@pytest.mark.parametrize("state", [0x8000, 0x4000, 0x2000, 0x1000, 0x0200, 0x0008])
def test_inhibited_suspended_latched_silenced_and_new_alarms_are_told(state: int) -> None:
    lists = e.alarm_list(e.alarm(e.HR, 1, 0x0200, "HR LOW", state)), e.alarm_list()
    assert [alert.text for alert in associated().alarm_answer(e.alarm_monitor(*lists)).alerts] == ["HR LOW"]


def test_alarms_of_a_test_or_without_a_type_are_not_told() -> None:
    lists = e.alarm_list(e.alarm(e.HR, 1, 0x0200, "TEST", 0x0400)), e.alarm_list(e.alarm(e.HR, 1, 0, "NONE"))
    assert associated().alarm_answer(e.alarm_monitor(*lists)).alerts == ()


@pytest.mark.parametrize(("entry_state", "system_state"), [(0x0100, 0), (0, 0x0100), (0x1100, 0x1100)])
def test_alarms_of_a_demonstration_are_not_told_but_that_it_is_one(entry_state: int, system_state: int) -> None:
    lists = e.alarm_list(e.alarm(e.HR, 1, 0x0400, "*** ASYSTOLE", entry_state)), e.alarm_list()
    output = associated().alarm_answer(e.alarm_monitor(*lists, system_state))
    assert [alert.code for alert in output.alerts] == ["demo_mode"]


def test_alarms_off_and_paused_are_told() -> None:
    talk = associated()
    empty = e.alarm_list(), e.alarm_list()
    off = talk.alarm_answer(e.alarm_monitor(*empty, 0x8000)).alerts
    paused = talk.alarm_answer(e.alarm_monitor(*empty, 0x4000)).alerts
    assert [(alert.code, alert.active) for alert in off] == [("alarms_off", True)]
    assert [(alert.code, alert.active) for alert in paused] == [("alarms_off", False), ("alarms_paused", True)]


def test_an_answer_without_a_list_ends_no_alarm() -> None:
    talk = associated()
    low = e.alarm_list(e.alarm(e.HR, 1, 0x0200, "HR LOW"))
    talk.alarm_answer(e.alarm_monitor(low, e.alarm_list()))
    assert talk.alarm_answer(e.alarm_monitor(state=0)).alerts == ()
    assert talk.alarm_answer().alerts == ()


@pytest.mark.parametrize(
    "data",
    [
        e.u16(2) + e.alarm_list(e.alarm(1, 1, 1, "x"))[2:],
        e.alarm_list(e.alarm(1, 1, 1, "x") + b"\0"),
        e.alarm_list(e.alarm(1, 1, 1, "x"))[:-1],
        e.alarm_list(*(e.alarm(i, 1, 1, None) for i in range(20)))[:100],
        b"\x00",
    ],
)
def test_a_malformed_list_is_counted_and_ends_no_alarm(data: bytes) -> None:
    talk = associated()
    low = e.alarm_list(e.alarm(e.HR, 1, 0x0200, "HR LOW"))
    talk.alarm_answer(e.alarm_monitor(low, e.alarm_list()))
    assert talk.alarm_answer(e.alarm_monitor(data, e.alarm_list())).alerts == ()
    assert talk.driver.uncharted.malformed == 1


def test_alarms_are_not_polled_when_they_are_not_wanted() -> None:
    talk = associated(alarms=False)
    classes = set()
    for _ in range(60):
        classes |= {object_class for _, _, object_class, _ in talk.take_polls()}
        talk.elapsed += 0.25
        talk.hear(b"")
    assert 0x36 not in classes
