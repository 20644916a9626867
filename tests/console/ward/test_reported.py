"""What devices report of their own alarms: kept beside ours, bounded, and never present for ever without a word."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from console.ward.reported import KEPT_S, MAXIMUM, UNREPEATED_S, ReportedAlerts, ReportedState
from drivers.observation import AlertPriority, DeviceAlert

START = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
LOW = DeviceAlert("196670", "SpO2 low", priority=AlertPriority.HIGH, instance="1.3.1.150456", phase="start")


class Reported:
    def __init__(self) -> None:
        self.alerts = ReportedAlerts()

    def take(self, alert: DeviceAlert, at: float, *, source: str = "gateway", steps: bool = True) -> None:
        self.alerts.take(alert, source, at, START + timedelta(seconds=at), steps=steps)

    @property
    def shown(self) -> list[tuple[str, ReportedState]]:
        return [(item.alert.text, item.state) for item in self.alerts.view]


def test_a_start_stands_with_its_first_time_until_its_end() -> None:
    told = Reported()
    told.take(LOW, 0)
    told.take(replace(LOW, phase="continue"), 30)
    (item,) = told.alerts.view
    assert (item.since, item.last_at, item.alert.phase) == (START, START + timedelta(seconds=30), "continue")
    told.take(replace(LOW, phase="end", active=False), 40)
    assert told.shown == []


def test_a_repeated_alarm_that_falls_silent_has_no_end_reported_after_its_own_interval() -> None:
    told = Reported()
    for at in (0, 60, 120):
        told.take(LOW, at)
    told.alerts.check(120 + 149, ())
    assert told.shown == [("SpO2 low", ReportedState.PRESENT)]
    told.alerts.check(120 + 150, ())
    assert told.shown == [("SpO2 low", ReportedState.NO_END)]
    told.take(LOW, 300)
    assert told.shown == [("SpO2 low", ReportedState.PRESENT)]


def test_a_single_step_is_not_present_for_ever_and_goes_at_last() -> None:
    told = Reported()
    told.take(LOW, 0)
    told.alerts.check(UNREPEATED_S - 1, ())
    assert told.shown == [("SpO2 low", ReportedState.PRESENT)]
    told.alerts.check(UNREPEATED_S, ())
    assert told.shown == [("SpO2 low", ReportedState.NO_END)]
    told.alerts.check(KEPT_S - 1, ())
    assert told.shown == [("SpO2 low", ReportedState.NO_END)]
    told.alerts.check(KEPT_S, ())
    assert told.shown == []


def test_an_alarm_of_a_device_that_tells_beginning_and_end_stands_until_the_device_is_lost() -> None:
    told = Reported()
    told.take(DeviceAlert("sensor_off", "Sensor off"), 0, source="bed 1 oximeter", steps=False)
    told.alerts.check(50_000, ())
    assert told.shown == [("Sensor off", ReportedState.PRESENT)]
    told.alerts.check(50_001, {"another"})
    assert told.shown == [("Sensor off", ReportedState.PRESENT)]
    told.alerts.check(50_002, {"bed 1 oximeter"})
    assert told.shown == [("Sensor off", ReportedState.NO_END)]


def test_a_lost_source_leaves_its_alarms_without_an_end_at_once() -> None:
    told = Reported()
    told.take(LOW, 0)
    told.take(replace(LOW, text="other"), 0, source="another feed")
    told.alerts.check(5, {"gateway"})
    assert sorted(told.shown) == [("SpO2 low", ReportedState.NO_END), ("other", ReportedState.PRESENT)]


def test_an_end_that_the_device_latches_is_told_as_latched() -> None:
    told = Reported()
    told.take(LOW, 0)
    told.take(replace(LOW, phase="end", active=False, latched=True), 10)
    assert told.shown == [("SpO2 low", ReportedState.LATCHED)]
    told.take(replace(LOW, phase="end", active=False), 20)
    assert told.shown == []


def test_two_alarms_of_one_event_end_each_by_itself() -> None:
    told = Reported()
    heart = replace(LOW, text="HR low", instance="1.7.4.147842")
    told.take(LOW, 0)
    told.take(heart, 1)
    told.take(replace(LOW, active=False, phase="end"), 2)
    assert told.shown == [("HR low", ReportedState.PRESENT)]


def test_present_comes_before_unended_and_high_before_low() -> None:
    told = Reported()
    told.take(replace(LOW, text="old high"), 0, source="gone")
    told.take(DeviceAlert("lead", "lead off", priority=AlertPriority.LOW), 1)
    told.take(replace(LOW, text="new high"), 2)
    told.alerts.check(3, {"gone"})
    assert [text for text, _ in told.shown] == ["new high", "lead off", "old high"]


@given(
    st.lists(
        st.tuples(
            st.integers(0, 60), st.sampled_from(list(AlertPriority)), st.booleans(), st.booleans(), st.integers(0, 900)
        ),
        max_size=120,
    )
)
def test_it_is_bounded_and_an_urgent_alarm_never_gives_way_to_a_lesser_one(steps: list) -> None:
    told, at = Reported(), 0.0
    for number, priority, active, latched, wait in steps:
        at += wait
        told.take(DeviceAlert(str(number), f"alarm {number}", active, priority, latched=latched), at)
        told.alerts.check(at, ())
        assert len(told.alerts.view) <= MAXIMUM
    before = told.alerts.view
    told.alerts.check(at, ())
    assert told.alerts.view is before, "the same picture is another object"
