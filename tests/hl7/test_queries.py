"""Demographic queries: what is asked, what is refused, and answers that hl7apy and our own reader take."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hl7apy.parser import parse_message
from hypothesis import given
from hypothesis import strategies as st

from hl7.acknowledgement import Verdict, acknowledge
from hl7.place import location, name, patient_id
from hl7.queries import Query, QueryKind, read_query
from hl7.query_answer import Demographics, QueryAnswers
from hl7.reader import Message, read_header, read_message
from tests.hl7.messages import join

AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ANNA = Demographics("10003", "Meyer|Ähre, Anna", "1968-02-14", "f", "ICU^^5")
ANSWERS = QueryAnswers()


def msh(kind: str, version: str = "2.6", mode: str = "P", more: str = "") -> str:
    return rf"MSH|^~\&|MON^1^EUI-64|MAKER|CONSOLE|WARD|20261122120000||{kind}|73|{mode}|{version}{more}"


def visit(criteria: str, *, control: str = "RCP|I|50^RD", **head: str) -> Message:
    return read_message(join(msh("QBP^ZV1^QBP_Q21", **head), f"QPD|IHE PDQ Query|Tag_8|{criteria}", control))


def adt(
    *, subject: str = "10003", what: str = "DEM", priority: str = "I", more: str = "", version: str = "2.4"
) -> Message:
    definition = f"QRD|20261122120000|R|{priority}|Q55|||1^RD|{subject}|{what}|"
    return read_message(join(msh("QRY^A19", version), definition, *([more] if more else [])))


def asked(message: Message) -> Query:
    query = read_query(message)
    assert query is not None
    return query


def answered(message: Message, found: Demographics | None) -> Message:
    return read_message(ANSWERS.answer(message, asked(message), found, "Q1", AT))


@pytest.mark.parametrize(
    ("criteria", "number", "place"),
    [
        ("@PID.3.1^10003", "10003", ""),
        ("@PID.3^10003", "10003", ""),
        ("@PID.3.1.1^10003", "10003", ""),
        ("@PV1.3.1^ICU~@PV1.3.3^5", "", "ICU^^5"),
        ("@PV1.3.3^5~@PV1.3.1^ICU~@PV1.3.4^HOUSE", "", "ICU^^5"),
        ("@PID.3.1^10003~@PV1.3.1^ICU~@PID.3.4^HOUSE", "10003", "ICU"),
        (r"@PID.3.1^10\S\003", "10^003", ""),
    ],
)
def test_a_visit_query_names_a_patient_a_bed_or_both(criteria: str, number: str, place: str) -> None:
    assert asked(visit(criteria)) == Query(QueryKind.VISIT, "Tag_8", number, place)


@pytest.mark.parametrize(
    ("message", "why"),
    [
        (visit(""), "neither a patient nor a bed"),
        (visit("@PID.3.1^"), "neither a patient nor a bed"),
        (visit("@PID.5.1^MEY*"), "a query by @PID.5.1 is not answered"),
        (visit("@PID.3.1^10003~@PID.8^F"), "a query by @PID.8 is not answered"),
        (visit("10003"), "a query by 10003 is not answered"),
        (visit("@PID.3.1^10003", control="RCP|D"), "only immediate answers"),
        (visit("@PID.3.1^10003", mode="T"), "only production queries"),
        (visit("@PID.3.1^" + "1" * 200), "neither a patient nor a bed"),
        (read_message(join(msh("QBP^ZV1"))), "neither a patient nor a bed"),
        (adt(subject=""), "neither a patient nor a bed"),
        (adt(subject="1~2"), "one patient at a time"),
        (adt(what="RES"), "a query for RES is not answered"),
        (adt(priority="D"), "only immediate answers"),
    ],
)
def test_other_questions_are_refused_in_words(message: Message, why: str) -> None:
    assert why in asked(message).refusal
    said = answered(message, None)
    assert said.first("MSA").text(1) == "AE"
    assert why in said.first("MSA").text(3)
    assert said.first("QAK").text(2) == "AE"
    fault = said.first("ERR")
    assert (fault is None) == (message.version == "2.4")
    assert fault is None or why in fault.text(8)
    assert said.first("PID") is None


def test_an_adt_query_names_the_number_and_may_name_the_bed() -> None:
    assert asked(adt()) == Query(QueryKind.ADT, "Q55", "10003", "")
    assert asked(adt(subject='""', more="PV1||I|ICU^^5")) == Query(QueryKind.ADT, "Q55", "", "ICU^^5")


def test_other_messages_are_no_query() -> None:
    assert read_query(read_message(join(msh("QBP^Q22")))) is None
    assert read_query(read_message(join(msh("ORU^R01")))) is None


@pytest.mark.parametrize(("message", "kind"), [(visit("@PID.3.1^10003"), "RSP^ZV2"), (adt(), "ADR^A19")])
def test_the_answer_says_who_lies_there_and_repeats_the_question(message: Message, kind: str) -> None:
    said = answered(message, ANNA)
    assert (said.message_type, said.version, said.processing_id) == (kind, message.version, "P")
    assert (said.msh.text(3), said.msh.text(5), said.msh.text(5, 3)) == ("CONSOLE", "MON", "EUI-64")
    assert (said.first("MSA").text(1), said.first("MSA").text(2)) == ("AA", "73")
    assert said.first("QAK").text(2) == "OK"
    person = said.first("PID")
    assert (patient_id(person), name(person)) == ("10003", "Meyer|Ähre, Anna")
    assert (person.text(7), person.text(8)) == ("19680214", "F")
    assert location(said.first("PV1")) == "ICU^^5"
    definition = "QPD" if kind == "RSP^ZV2" else "QRD"
    assert said.first(definition).line == message.first(definition).line.rstrip("|")


@pytest.mark.parametrize("message", [visit("@PID.3.1^10003"), adt()])
def test_nobody_is_answered_with_no_data_found(message: Message) -> None:
    said = answered(message, None)
    assert (said.first("MSA").text(1), said.first("QAK").text(2)) == ("AA", "NF")
    assert [said.first(gone) for gone in ("PID", "PV1", "QRI")] == [None, None, None]


def test_an_answer_to_an_old_version_has_no_segment_it_does_not_know() -> None:
    said = answered(adt(version="2.3"), None)
    assert said.first("QAK") is None
    assert said.first("MSA").text(3) == "no data found"


def test_hl7apy_reads_both_answers() -> None:
    raw = ANSWERS.answer(adt(), asked(adt()), ANNA, "Q1", AT).decode()
    assert parse_message(raw, find_groups=True).children[0].name == "MSH"
    raw = ANSWERS.answer(visit("@PID.3.1^1"), asked(visit("@PID.3.1^1")), ANNA, "Q1", AT).decode()
    assert [child.name for child in parse_message(raw, find_groups=False).children] == [
        "MSH", "MSA", "QAK", "QPD", "PID", "PV1", "QRI",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("asks", "answers"),
    [("", ["RSP"]), ("|||AL|NE", ["CA", "RSP"]), ("|||NE|AL", ["RSP"]), ("|||ER|NE", ["RSP"])],
)
def test_a_query_is_answered_once_behind_the_acceptance_that_was_asked_for(asks: str, answers: list[str]) -> None:
    raw = join(msh("QBP^ZV1", more=asks), "QPD|x|y|@PID.3.1^1")
    sent = acknowledge(read_header(raw), Verdict("AE", "no", reply=b"RSP"), "1", AT)
    assert ["RSP" if part == b"RSP" else read_message(part).first("MSA").text(1) for part in sent] == answers


@given(st.lists(st.sampled_from(["QPD", "RCP", "QRD", "PV1", "|", "^", "~", "@PID.3.1", "@PV1.3", "\x1c", "I", "\\"])))
def test_any_query_is_read_and_answered(parts: list[str]) -> None:
    for kind in QueryKind:
        message = read_message(
            join(msh(kind.value), "".join(parts), "QPD|a|b|" + "".join(parts), "QRD|" + "|".join(parts))
        )
        said = answered(message, None)
        assert said.first("MSA").text(1) in ("AA", "AE")
