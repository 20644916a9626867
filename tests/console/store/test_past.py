"""Stored days read again: stays, values in the order they were received, answered alarms; on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest

from console.alarms.alarm import Kind
from console.store.past import answered_alarms, past_stays, past_values
from console.store.records import Sample
from console.store.upkeep import reading
from drivers.observation import Observation, Parameter, Status
from tests.console.evaluation.past_ward import END, admit, answered, patient, stall

HOUR = timedelta(hours=1)


def value(number: float, received_h: float, measured_h: float | None = None, **more: object) -> Sample:
    """HR of bed A, received and measured so many hours before END."""
    received = END - received_h * HOUR
    measured = received if measured_h is None else END - measured_h * HOUR
    given = {"status": Status.VALID, "source": "monitor", "site": None, **more}
    seen = Observation(
        Parameter.HR, number, given["status"], given["source"], received, measured, received.timestamp(), given["site"]
    )
    return Sample("A", seen)


def read(url: str, hours: float = 6) -> list[list[Observation]]:
    with reading(url) as engine:
        return list(past_values(engine, "A", END - hours * HOUR, END))


@pytest.mark.parametrize("compacted", [False, True])
def test_values_come_back_hour_by_hour_as_they_were_received(url, opened, compacted):
    store = opened(url, compact_s=0.05 if compacted else 3600)
    nothing = Observation(Parameter.SPO2, None, Status.UNAVAILABLE, "other", END - HOUR, END - HOUR, 0.0, "toe")
    store.put_samples([value(70, 5.5), value(71, 4.5, status=Status.QUESTIONABLE), Sample("A", nothing)])
    store.put_samples([Sample("B", value(99, 4.5).observation)])
    store.close()
    hours = read(url)
    assert [len(hour) for hour in hours] == [1, 1, 0, 0, 0, 1]
    first, second, third = (one for hour in hours for one in hour)
    assert (first.value, first.status, first.source, first.received_at) == (
        70,
        Status.VALID,
        "monitor",
        END - 5.5 * HOUR,
    )
    assert first.measured_at is first.received_at
    assert first.stamp == (END - 5.5 * HOUR).timestamp()
    assert second.status is Status.QUESTIONABLE
    assert (third.value, third.status, third.site) == (None, Status.UNAVAILABLE, "toe")


def test_a_late_value_comes_in_the_hour_it_was_received_with_its_own_time(store, url):
    store.put_samples([value(70, 5.5), value(80, received_h=2.5, measured_h=5.4), value(71, 2.4)])
    store.close()
    hours = read(url)
    assert [[one.value for one in hour] for hour in hours] == [[70], [], [], [80, 71], [], []]
    assert hours[3][0].measured_at == END - 5.4 * HOUR


def test_a_value_of_a_clock_that_runs_ahead_never_turns_time_back(store, url):
    store.put_samples([value(70, 5.01), value(80, received_h=5.02, measured_h=4.98), value(81, 4.9)])
    store.close()
    stamps = [one.stamp for hour in read(url) for one in hour]
    assert stamps == sorted(stamps)
    assert len(stamps) == 3


def test_values_received_after_the_days_are_not_known_in_them(store, url):
    store.put_samples([value(80, received_h=-1, measured_h=0.5)])
    store.close()
    assert sum(map(len, read(url))) == 0


def test_stays_that_touch_the_days_come_with_all_that_was_charted_and_not_struck(store, url):
    gone = patient("A", 60)
    admit(store, gone)
    store.put_discharge("A", gone.patient_id, END - 40 * HOUR, "C. Harge").result(10)
    admit(store, patient("B", 50))
    stall(store, "B", 30)
    store.strike_entry("stall-B", END - 29 * HOUR, "N. Urse").result(10)
    stall_again = patient("C", 20)
    admit(store, stall_again)
    stall(store, "C", 10)
    store.close()
    with reading(url) as engine:
        stays = past_stays(engine, (), END - 24 * HOUR, END)
        longer = past_stays(engine, (), END - 48 * HOUR, END)
        one = past_stays(engine, ("C",), END - 48 * HOUR, END)
    assert [(s.patient.bed, len(s.pump_events)) for s in stays] == [("B", 0), ("C", 1)]
    assert [(s.patient.bed, s.ended) for s in longer] == [("A", END - 40 * HOUR), ("B", None), ("C", None)]
    assert [s.patient for s in one] == [stall_again]


def test_only_answered_pattern_alarms_of_the_days_are_given(store, url):
    for bed in ("A", "B"):
        admit(store, patient(bed, 60))
        answered(store, bed, Kind.WITHDRAWAL, 5, "Going to the bedside")
        answered(store, bed, Kind.LIMIT, 4, "Going to the bedside")
        answered(store, bed, Kind.OVERDOSE, 50, "Going to the bedside")
    store.close()
    with reading(url) as engine:
        found = answered_alarms(engine, ("A",), END - 24 * HOUR, END)
        everywhere = answered_alarms(engine, (), END - 24 * HOUR, END)
    assert [(a.bed, a.condition.kind) for a in found] == [("A", Kind.WITHDRAWAL)]
    assert [a.bed for a in everywhere] == ["A", "B"]
    assert found[0].acknowledged.reason == "Going to the bedside"
