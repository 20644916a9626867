"""Which message of a result stands, what is out of range, and what a creatinine says of the kidneys."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.ward.labs import LabResult, Mark, egfr, egfr_of, fold, folded, newest, shows_renal_impairment
from console.ward.patient import Patient
from hl7.lab_codes import Analyte
from hl7.labs import LabStatus

AT = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
CK = LabResult(
    "lab", "P1", "F42|2157-6|", Analyte.CK, AT, AT + timedelta(hours=2), 2145.0, "", "2145", "U/L", LabStatus.FINAL
)
CREATININE = replace(CK, analyte=Analyte.CREATININE, key="F42|14682-9|", value=180.0, sent="180", sent_unit="umol/L")
WOMAN = Patient("P1", "Doe, Jo", "7B-01", AT, born="1958-03-01", sex="F")


def later(result: LabResult, value: float | None, status: LabStatus, **more: object) -> LabResult:
    sent = "" if value is None else f"{value:g}"
    return replace(result, value=value, sent=sent, status=status, **more)  # type: ignore[arg-type]


def test_a_correction_takes_the_place_of_what_it_corrects_and_says_what_stood() -> None:
    (found,) = fold((CK,), later(CK, 214.0, LabStatus.CORRECTED))
    assert (found.text, found.earlier) == ("214 U/L", "2145 U/L")
    assert fold((found,), later(CK, 214.0, LabStatus.CORRECTED))[0].earlier == "2145 U/L"


def test_a_preliminary_or_older_message_changes_nothing_behind_a_later_one() -> None:
    assert fold((CK,), later(CK, 1.0, LabStatus.PRELIMINARY)) == (CK,)
    said = replace(CK, reported_at=AT + timedelta(hours=3))
    assert fold((said,), later(said, 1.0, LabStatus.CORRECTED, reported_at=AT + timedelta(hours=1))) == (said,)
    corrected = later(CK, 214.0, LabStatus.CORRECTED)
    assert fold((corrected,), CK) == (corrected,)


def test_a_withdrawn_result_is_shown_no_more_and_its_first_message_does_not_bring_it_back() -> None:
    gone = fold((CK,), later(CK, None, LabStatus.WITHDRAWN))
    assert (newest(gone), gone[0].text, gone[0].earlier) == ((), "withdrawn", "2145 U/L")
    assert newest(fold(gone, CK)) == ()
    assert newest(fold(gone, later(CK, 190.0, LabStatus.CORRECTED)))[0].text == "190 U/L"


def test_a_correction_of_the_time_takes_the_place_of_the_one_result_of_its_order() -> None:
    moved = later(CK, 2145.0, LabStatus.CORRECTED, measured_at=AT - timedelta(hours=12))
    assert fold((CK,), moved) == (moved,)
    second = replace(CK, measured_at=AT + timedelta(hours=6))
    assert len(folded([CK, second, moved])) == 3


def test_the_newest_specimen_is_shown_whatever_came_last() -> None:
    old = replace(CK, measured_at=AT - timedelta(days=1), sent="99", key="F1|2157-6|")
    assert newest(folded([CK, old, CREATININE])) == (CK, CREATININE)


@given(st.permutations([CK, later(CK, 3.0, LabStatus.PRELIMINARY), later(CK, 4.0, LabStatus.CORRECTED)]))
def test_the_order_in_which_messages_come_does_not_decide_what_stands(messages: list[LabResult]) -> None:
    (standing,) = folded(messages)
    assert standing.value == 4.0


@pytest.mark.parametrize(
    ("flag", "reference", "sent", "comparator", "mark"),
    [
        ("H", "", "5", "", Mark.HIGH),
        ("HH", "30-170", "5", "", Mark.CRITICAL_HIGH),
        ("LL", "", "5", "", Mark.CRITICAL_LOW),
        ("", "3.5-5.1", "5.9", "", Mark.HIGH),
        ("", "3.5 - 5.1", "3.1", "", Mark.LOW),
        ("N", "70_105", "182", "", Mark.HIGH),
        ("A", "3.5-5.1", "5.9", "", Mark.HIGH),
        ("A", "", "5.9", "", Mark.ABNORMAL),
        ("", "<170", "171", "", Mark.HIGH),
        ("", ">60", "45", "", Mark.LOW),
        ("", "3.5-5.1", "5.1", "", Mark.NONE),
        ("", "<170", ">20000", ">", Mark.HIGH),
        ("", "30-170", "<171", "<", Mark.NONE),
        ("", "see comment", "5.9", "", Mark.NONE),
        ("", "", "9999", "", Mark.NONE),
    ],
)
def test_a_value_is_marked_by_what_the_laboratory_sent_alone(
    flag: str, reference: str, sent: str, comparator: str, mark: Mark
) -> None:
    assert replace(CK, flag=flag, reference_range=reference, sent=sent, comparator=comparator).mark is mark


@pytest.mark.parametrize(
    ("mg_dl", "age", "sex", "expected"),
    [
        (0.7, 55, "F", 102),
        (0.9, 55, "M", 101),
        (1.0, 50, "M", 92),
        (0.6, 30, "female", 124),
        (2.0, 70, "male", 35),
        (3.5, 80, "F", 13),
    ],
)
def test_filtration_is_that_of_the_published_equation(mg_dl: float, age: int, sex: str, expected: float) -> None:
    found = egfr(mg_dl * 88.4, age, sex)
    assert found is not None
    assert round(found) == expected


@pytest.mark.parametrize(("age", "sex"), [(17, "F"), (50, ""), (50, "U"), (50, "O")])
def test_no_filtration_is_told_where_the_equation_does_not_hold(age: int, sex: str) -> None:
    assert egfr(100, age, sex) is None


def test_a_verified_creatinine_that_stands_for_less_than_sixty_shows_renal_impairment() -> None:
    assert shows_renal_impairment(CREATININE, WOMAN)
    assert shows_renal_impairment(replace(CREATININE, comparator=">"), WOMAN)
    for doubtful in (
        later(CREATININE, 180.0, LabStatus.PRELIMINARY),
        later(CREATININE, None, LabStatus.WITHDRAWN),
        replace(CREATININE, comparator="<"),
        later(CREATININE, 60.0, LabStatus.FINAL),
        CK,
    ):
        assert not shows_renal_impairment(doubtful, WOMAN)
    assert not shows_renal_impairment(CREATININE, replace(WOMAN, sex=""))
    assert egfr_of(CREATININE, replace(WOMAN, born="")) is None
