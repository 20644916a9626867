"""Who is admitted where, as the feeds see it."""

from __future__ import annotations

from datetime import UTC, datetime

from console.ward.occupancy import Occupancy, Occupant, occupancy_of
from console.ward.patient import Patient

AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def test_a_patient_is_found_by_bed_and_by_number_however_the_number_is_written() -> None:
    ward = occupancy_of([Patient("H 12a", "Doe, Jo", "7B-01", AT, born="1970-01-31", age=56, sex="F")])
    found = Occupant("7B-01", "H 12a", "Doe, Jo", "1970-01-31", "F", 56)
    assert ward.at("7B-01") == found
    assert ward.of(" h 12A ") == found


def test_nobody_is_found_for_an_empty_bed_or_an_absent_number() -> None:
    ward = occupancy_of([Patient("", "Unknown", "7B-01", AT)])
    assert ward.at("7B-02") is None
    assert ward.of(None) is None
    assert ward.of("") is None
    assert Occupancy().of("1") is None
