"""Admissions read whole: who, where, when, and what is missing, in words."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from hl7.admissions import EVENTS, Movement, read_movements
from hl7.reader import read_message
from tests.hl7.messages import MSH, PID, join

PLACE = "PV1||I|ICU^^5|||ICU^^4"
LONDON = ZoneInfo("Europe/London")


def adt(event: str, *segments: str, evn: str = "EVN||20261122093000") -> bytes:
    return join(MSH.replace("ORU^R01^ORU_R01", f"ADT^{event}"), evn, *segments)


def read(event: str, *segments: str, evn: str = "EVN||20261122093000") -> tuple[list[Movement], list[str]]:
    errors: list[str] = []
    return read_movements(read_message(adt(event, *segments, evn=evn)), errors, UTC), errors


@pytest.mark.parametrize("event", EVENTS)
def test_every_event_names_patient_place_and_moment(event: str) -> None:
    merge = ("MRG|99^^^Ward^MR",) if event == "A40" else ()
    [movement], errors = read(event, "PID|||7^^^W^MR||Meyer^Anna||19620314|F", PLACE, *merge)
    assert errors == []
    assert (movement.event, movement.patient_id, movement.name) == (event, "7", "Meyer, Anna")
    assert (movement.born, movement.sex) == ("1962-03-14", "F")
    assert (movement.location, movement.prior_location) == ("ICU^^5", "ICU^^4")
    assert movement.at == datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


def test_identifiers_of_the_person_are_taken_and_those_of_a_visit_are_not() -> None:
    [movement], _ = read("A01", "PID|||55^^^H^VN~9^^^Region^PI~7^^^Ward^MR~8^^^H^AN~3^^^H^SS||A^B", PLACE)
    assert (movement.patient_id, movement.patient_ids) == ("7", ("7", "9"))


def test_the_moment_of_the_event_goes_before_that_of_its_record() -> None:
    [movement], _ = read("A02", PID, PLACE, evn="EVN||20261122093000||||20261122081500")
    assert movement.at == datetime(2026, 11, 22, 8, 15, tzinfo=UTC)


@pytest.mark.parametrize(("event", "field"), [("A01", 44), ("A03", 45)])
def test_without_a_time_in_evn_that_of_the_visit_stands(event: str, field: int) -> None:
    visit = PLACE + "|" * (field - 6) + "20261122070000"
    [movement], _ = read(event, PID, visit, evn="EVN|")
    assert movement.at == datetime(2026, 11, 22, 7, 0, tzinfo=UTC)


def test_a_time_without_a_zone_is_that_of_the_feed() -> None:
    message = read_message(adt("A01", PID, PLACE, evn="EVN||20260722093000"))
    [movement] = read_movements(message, [], LONDON)
    assert movement.at == datetime(2026, 7, 22, 8, 30, tzinfo=UTC)


def test_a_merge_of_several_pairs_is_several_movements() -> None:
    movements, errors = read("A40", "PID|||1^^^W^MR||A", "MRG|11^^^W^MR", "PID|||2^^^W^MR||B", "PD1|", "MRG|22")
    assert [(m.patient_id, m.prior_patient_id) for m in movements] == [("1", "11"), ("2", "22")]
    assert errors == []


@pytest.mark.parametrize(
    ("event", "segments", "told"),
    [
        ("A01", ("PID|||7",), "A01 (admit) without a location in PV1-3"),
        ("A02", ("PID|||7", "PV1||I|"), "A02 (transfer) without a location in PV1-3"),
        ("A40", ("PID|||7",), "A40 (merge) without the identifier that is given up in MRG-1"),
        ("A01", ("PID|||", PLACE), "ADT message without patient identifier"),
        ("A60", ("PID|||7", PLACE), "ADT event A60 moves nobody here"),
        ("A01", (PLACE,), "ADT message without PID segment"),
    ],
)
def test_what_is_missing_is_said_in_words(event: str, segments: tuple[str, ...], told: str) -> None:
    _, errors = read(event, *segments)
    assert errors == [told]


@pytest.mark.parametrize("born", ["1962", "19621331", "00000000", "abc", '""', "18000101"])
def test_a_birth_date_that_is_none_is_left_empty(born: str) -> None:
    [movement], _ = read("A01", f"PID|||7||A^B||{born}|X", PLACE)
    assert (movement.born, movement.sex) == ("", "")
