"""Technical alarms: silence, lost links, sensors; once an outage, and never cleared by anything but data."""

from __future__ import annotations

import random

import pytest

from console.alarms.alarm import Priority
from console.alarms.technical import TechnicalMonitor
from console.alarms.technical_source import SourceSpec, late_after, stands_after
from console.ward.source import Liveness, SourceState
from drivers.observation import Parameter, Status

HR, SPO2, ETCO2, TEMP, CUFF = Parameter.HR, Parameter.SPO2, Parameter.ETCO2, Parameter.TEMP, Parameter.NIBP_SYS


START = 1_800_000_000.0


def monitor(interval: float = 1.0) -> TechnicalMonitor:
    return TechnicalMonitor([SourceSpec("m", interval)], 0.0)


def stream(m: TechnicalMonitor, start: int, end: int, *parameters: Parameter) -> None:
    for now in range(start, end + 1):
        for parameter in parameters or (HR,):
            m.observe(parameter, Status.VALID, now, "m")
        m.advance(now, occupied=True)


def found(m: TechnicalMonitor, now: float, occupied: bool = True) -> list[tuple[Priority, str]]:
    m.advance(now, occupied=occupied)
    return [(c.priority, c.text) for c in m.conditions()]


@pytest.mark.parametrize(
    ("interval", "late", "stands"),
    [(1, 9.5, 30), (4, 10, 30), (10, 25, 30), (12, 30, 30), (20, 50, 50), (60, 150, 150)],
)
def test_late_within_ten_seconds_or_two_and_a_half_intervals_and_medium_at_twice_what_a_value_stands(
    interval, late, stands
):
    assert (late_after(interval), stands_after(interval)) == (late, stands)
    m = monitor(interval)
    stream(m, 0, 0)
    assert m.next_due() == late
    assert found(m, late - 0.1) == []
    assert m.liveness(late - 0.1) is Liveness.LIVE
    assert found(m, late) == [(Priority.LOW, "Late data – m")]
    assert m.liveness(late) is Liveness.LATE
    assert m.liveness(2 * late + 0.1) is Liveness.NO_DATA
    assert found(m, 2 * stands) == [(Priority.LOW, "Late data – m")]
    assert found(m, 2 * stands + 0.1) == [(Priority.MEDIUM, "No data – m")]
    assert m.next_due() is None


def test_a_late_value_is_not_live_but_still_stands_for_limits_and_detectors():
    m = monitor()
    stream(m, 0, 10, HR, SPO2)
    assert m.reading_liveness(HR, "m", 10, 20) is Liveness.LATE
    assert (m.late(HR, "m"), m.stands(HR, "m")) == (9.5, 30)
    assert (m.late(HR, "nobody"), m.stands(HR, "nobody")) == (9.5, 30)


@pytest.mark.parametrize("interval", [1, 3, 5, 12, 60])
def test_no_false_alarm_at_nine_tenths_of_the_limit_and_one_alarm_an_outage(interval):
    """Scoreboard row 7: 1,000 seeded trials of each kind, the limit being 10 s or two and a half intervals."""
    limit = max(10.0, 2.5 * interval)
    dice = random.Random(interval)
    m = monitor(interval)
    now = START
    for _ in range(1000):
        m.observe(HR, Status.VALID, now, "m")
        until = now + 0.9 * limit
        while (now := now + dice.uniform(0.05, 1.0)) < until:
            assert found(m, now) == []
        now = until
        assert found(m, now) == []
    outages = []
    for _ in range(1000):
        m.observe(HR, Status.VALID, now, "m")
        assert found(m, now) == []
        begun, length, seen = now, dice.uniform(1.01, 12) * limit, []
        due = m.next_due()
        while now < begun + length:
            # The engine judges once a second, and when a delay ends.
            step = now + dice.uniform(0.5, 1.0)
            now = due if due is not None and now < due < step else step
            m.advance(now, occupied=True)
            if [c.key for c in m.conditions()] != seen[-1:]:
                seen += [c.key for c in m.conditions()]
                outages.append(now - begun)
            due = m.next_due()
        assert seen == ["technical:data:m"]
    assert len(outages) == 1000
    assert max(outages) <= limit, "told later than the limit"


def test_an_outage_is_one_condition_and_ends_with_a_value():
    m = monitor()
    stream(m, 0, 10)
    keys = set()
    for now in range(11, 600):
        m.advance(now, occupied=True)
        keys |= {c.key for c in m.conditions()}
    assert keys == {"technical:data:m"}
    m.observe(HR, Status.VALID, 600, "m")
    assert found(m, 600) == []


def test_a_lost_link_dims_values_at_once_and_alarms_within_ten_seconds():
    m = monitor()
    stream(m, 0, 10)
    m.link("m", SourceState.LOST, "the port has gone", 11)
    assert m.reading_liveness(HR, "m", 10, 13.5) is Liveness.LATE
    assert found(m, 15.9) == []
    assert found(m, 16) == [(Priority.LOW, "Connection lost – m")]
    assert m.conditions()[0].detail == "the port has gone"


def test_a_link_that_comes_and_goes_without_a_value_is_one_outage():
    m = monitor()
    stream(m, 0, 10)
    seen = []
    state = SourceState.LOST
    for now in range(11, 71):
        if now > 11 and (now - 11) % 7 == 0:
            state = SourceState.CONNECTED if state is SourceState.LOST else SourceState.LOST
        m.link("m", state, "x", now)
        m.advance(now, occupied=True)
        seen.append(len(m.conditions()))
    assert seen[5:] == [1] * len(seen[5:]), "the outage seemed to end although nothing arrived"


def test_a_reconnect_of_a_moment_is_no_alarm():
    m = monitor()
    stream(m, 0, 10)
    m.link("m", SourceState.LOST, "x", 11)
    assert found(m, 12) == []
    m.link("m", SourceState.CONNECTED, "", 13)
    stream(m, 13, 20)
    assert found(m, 21) == []


def test_unreadable_bytes_are_named_as_such():
    m = monitor()
    stream(m, 0, 10)
    m.link("m", SourceState.MALFORMED, "", 12)
    assert found(m, 17) == [(Priority.LOW, "Unreadable data – m")]


def test_no_data_said_by_the_device_keeps_the_source_and_loses_the_sensor():
    m = monitor()
    stream(m, 0, 10, HR, SPO2)
    for now in range(11, 30):
        m.observe(HR, Status.VALID, now, "m")
        m.observe(SPO2, Status.UNAVAILABLE, now, "m")
        m.advance(now, occupied=True)
        assert [c.text for c in m.conditions()] == ([] if now < 21 else ["SpO2 – no reading"])
    m.observe(SPO2, Status.VALID, 30, "m")
    assert found(m, 30) == []


def test_a_sensor_never_worn_is_not_off():
    m = monitor()
    for now in range(60):
        m.observe(HR, Status.VALID, now, "m")
        m.observe(SPO2, Status.UNAVAILABLE, now, "m")
    assert found(m, 60) == []


def test_a_parameter_that_falls_silent_while_its_source_lives():
    m = monitor()
    stream(m, 0, 10, HR, ETCO2)
    stream(m, 11, 41, HR)
    assert found(m, 41) == [(Priority.LOW, "EtCO2 – no new values")]


def test_doubtful_signal_for_a_minute():
    m = monitor()
    stream(m, 0, 10, SPO2)
    for now in range(11, 80):
        m.observe(SPO2, Status.QUESTIONABLE, now, "m")
        m.advance(now, occupied=True)
        assert len(m.conditions()) == (now >= 71)
    assert m.conditions()[0].text == "SpO2 – signal not reliable"


def test_an_outage_does_not_also_report_every_sensor():
    m = monitor()
    stream(m, 0, 10, HR, SPO2, ETCO2)
    assert found(m, 200) == [(Priority.MEDIUM, "No data – m")]


def test_a_cuff_pressure_stands_ninety_minutes_and_a_spot_temperature_four_hours():
    m = monitor()
    m.observe(CUFF, Status.VALID, 0, "m")
    m.observe(TEMP, Status.VALID, 0, "m")
    for now in range(0, 20000, 20):
        m.observe(HR, Status.VALID, now, "m")
        m.advance(now, occupied=True)
        assert m.conditions() == ()
        assert m.reading_liveness(CUFF, "m", 0, now) is (
            Liveness.LIVE if now < 5400 else Liveness.LATE if now <= 10800 else Liveness.NO_DATA
        )
        assert m.reading_liveness(TEMP, "m", 0, now) is (Liveness.LIVE if now < 14400 else Liveness.LATE)


def test_a_continuous_temperature_is_late_like_any_stream():
    m = monitor()
    stream(m, 0, 10, TEMP, HR)
    stream(m, 11, 60, HR)
    assert m.reading_liveness(TEMP, "m", 10, 21) is Liveness.LATE
    assert found(m, 60) == [(Priority.LOW, "Temp – no new values")]


def test_a_cuff_pressure_outlives_its_source_but_does_not_look_live():
    m = monitor()
    stream(m, 0, 10, HR, CUFF)
    assert m.reading_liveness(HR, "m", 10, 100) is Liveness.NO_DATA
    assert m.reading_liveness(CUFF, "m", 10, 100) is Liveness.LATE


def test_a_source_that_never_spoke_matters_once_somebody_is_admitted():
    m = monitor()
    assert found(m, 3600, occupied=False) == []
    m.restart(3600)
    assert found(m, 3629) == []
    assert found(m, 3631) == [(Priority.LOW, "Late data – m")]
    assert found(m, 3661) == [(Priority.MEDIUM, "No data – m")]


def test_starting_is_neither_live_nor_lost():
    m = monitor()
    assert m.liveness(10) is Liveness.STARTING
    assert m.liveness(61) is Liveness.NO_DATA


def test_another_device_is_one_medium_alarm_until_the_right_one_has_been_heard():
    m = TechnicalMonitor([SourceSpec("m", 1.0)], 0.0, "7B-01")
    stream(m, 0, 10)
    words = "serial number 2 instead of 1"
    for now in range(11, 200):
        # The link comes and goes, the device stays the wrong one.
        state = SourceState.LOST if now % 50 < 10 and now > 50 else SourceState.WRONG_DEVICE
        m.link("m", state, words, now)
        assert found(m, now) == [(Priority.MEDIUM, "Another device at bed 7B-01")]
        (condition,) = m.conditions()
        assert (condition.key, condition.detail) == ("technical:device:m", f"m: {words}")
        assert m.reading_liveness(HR, "m", 10, now) is not Liveness.LIVE
    m.observe(HR, Status.VALID, 200, "m")
    m.link("m", SourceState.CONNECTED, "", 200)
    assert found(m, 200) == []
    assert m.liveness(200) is Liveness.LIVE


def test_an_outage_that_stood_before_another_device_came_goes_on_until_a_value_arrives():
    m = monitor()
    stream(m, 0, 10)
    found(m, 30)
    m.link("m", SourceState.WRONG_DEVICE, "2 instead of 1", 31)
    assert [text for _, text in found(m, 31)] == ["Another device at bed ", "Late data – m"]
    m.link("m", SourceState.CONNECTED, "", 40)
    assert [text for _, text in found(m, 41)] == ["Late data – m"]
    m.observe(HR, Status.VALID, 42, "m")
    assert found(m, 42) == []


def test_a_source_that_leaves_takes_its_outage_and_its_sensors_with_it_and_touches_no_other():
    m = TechnicalMonitor([SourceSpec("m", 1.0), SourceSpec("n", 1.0)], 0.0)
    stream(m, 0, 10)
    for now in range(11, 80):
        m.observe(SPO2, Status.VALID, now, "n")
    found(m, 80)
    (standing,) = m.conditions()
    assert standing.key == "technical:data:m"
    m.replan([SourceSpec("m", 1.0), SourceSpec("o", 1.0)], ["n"], 80)
    assert found(m, 85) == [(standing.priority, standing.text)]
    assert m.conditions()[0] is standing
    m.replan([SourceSpec("o", 1.0)], ["m"], 86)
    assert found(m, 100) == []
    assert found(m, 117) == [(Priority.LOW, "Late data – o")]
    m.replan([], ["o"], 118)
    assert found(m, 177) == []
    assert found(m, 500) == [(Priority.LOW, "No monitor at this bed")]
    assert m.liveness(500) is Liveness.NO_DATA


def test_a_source_bound_anew_is_waited_for_again_and_its_outage_ends_with_a_value():
    m = monitor()
    stream(m, 0, 10)
    found(m, 60)
    m.replan([SourceSpec("m", 20.0)], ["m"], 60)
    assert found(m, 61) == [(Priority.LOW, "Late data – m")]
    m.observe(HR, Status.VALID, 62, "m")
    assert found(m, 100) == []
    assert found(m, 112) == [(Priority.LOW, "Late data – m")]


def test_a_device_without_vital_signs_is_missed_when_its_line_falls_silent_and_back_with_its_line():
    m = TechnicalMonitor([SourceSpec("d", 0.02, values=False)], 0.0)
    m.link("d", SourceState.CONNECTED, "", 0)
    assert found(m, 600) == []
    m.link("d", SourceState.SILENT, "", 605)
    assert found(m, 608.9) == []
    assert found(m, 609) == [(Priority.LOW, "Late data – d")]
    m.link("d", SourceState.CONNECTED, "", 620)
    assert found(m, 620) == []
    m.link("d", SourceState.LOST, "gone", 630)
    assert [priority for priority, _ in found(m, 635)] == [Priority.LOW]
    assert [priority for priority, _ in found(m, 700)] == [Priority.MEDIUM]


def test_a_patient_without_a_monitor_is_told_after_a_minute_and_until_one_is_bound():
    m = TechnicalMonitor([], 0.0, "7B-01")
    assert found(m, 59) == []
    assert found(m, 600, occupied=False) == []
    assert found(m, 600) == [(Priority.LOW, "No monitor at this bed")]
    m.replan([SourceSpec("m", 1.0)], (), 601)
    assert found(m, 602) == []
    m.replan([], (), 700)
    assert found(m, 759) == []
    assert found(m, 760) == [(Priority.LOW, "No monitor at this bed")]
    m.restart(800)
    assert found(m, 859) == []


@pytest.mark.parametrize("last", range(595, 625))
def test_a_temperature_stream_is_a_stream_at_every_second_of_it(last: int) -> None:
    """A probe that falls off just after ten minutes must not leave a "single reading" that looks live for 4 h."""
    m = monitor()
    stream(m, 0, last, TEMP, HR)
    stream(m, last + 1, last + 60, HR)
    assert m.reading_liveness(TEMP, "m", last, last + 11) is Liveness.LATE
    assert found(m, last + 60) == [(Priority.LOW, "Temp – no new values")]


def test_a_temperature_by_hand_after_a_stream_is_a_single_reading():
    m = monitor()
    stream(m, 0, 10, TEMP, HR)
    stream(m, 11, 700, HR)
    m.observe(TEMP, Status.VALID, 700, "m")
    stream(m, 701, 800, HR)
    assert m.reading_liveness(TEMP, "m", 700, 800) is Liveness.LIVE
    assert found(m, 800) == []
