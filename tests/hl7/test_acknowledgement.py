"""Answers: the right code, the sender's own control id, delimiters and version, and valid HL7."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hl7apy.consts import VALIDATION_LEVEL
from hl7apy.parser import parse_message
from hypothesis import given
from hypothesis import strategies as st

from hl7.acknowledgement import ACCEPTED, NO_ANSWER, Verdict, acknowledge, judge, judge_unreadable
from hl7.mllp import wrap
from hl7.reader import UnreadableError, read_header, read_message
from hl7.sender import read_acknowledgement
from tests.hl7.messages import MSH, heart_rate, join

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
REFUSED = Verdict("AR", "message type QBP is not supported", "200")


def answers(raw: bytes, verdict: Verdict = ACCEPTED) -> list[bytes]:
    return acknowledge(read_header(raw), verdict, "A1", NOW)


def codes(raw: bytes, verdict: Verdict = ACCEPTED) -> list[str]:
    found = [read_acknowledgement(answer) for answer in answers(raw, verdict)]
    return [answer.code for answer in found if answer]


@pytest.mark.parametrize(
    ("accept", "application", "accepted", "failed"),
    [
        ("", "", ["AA"], ["AE"]),
        ("AL", "NE", ["CA"], ["CE"]),
        ("NE", "AL", ["AA"], ["AE"]),
        ("AL", "AL", ["CA", "AA"], ["CE", "AE"]),
        ("NE", "NE", [], []),
        ("ER", "NE", [], ["CE"]),
        ("SU", "NE", ["CA"], []),
        ("", "AL", ["AA"], ["AE"]),
        ("AL", "", ["CA"], ["CE"]),
        ("NE", "ER", [], ["AE"]),
    ],
)
def test_modes_of_acknowledgement(accept: str, application: str, accepted: list[str], failed: list[str]) -> None:
    raw = join(f"{MSH}|||{accept}|{application}")
    assert codes(raw) == accepted
    assert codes(raw, Verdict("AE")) == failed
    assert codes(raw, NO_ANSWER) == []


CONDITIONS = ("", "AL", "NE", "ER", "SU")
"""HL7 table 0155, and nothing at all."""


@pytest.mark.parametrize("code", ["AA", "AE", "AR"])
@pytest.mark.parametrize("application", CONDITIONS)
@pytest.mark.parametrize("accept", CONDITIONS)
def test_every_pair_of_msh_15_and_16_is_answered_as_the_standard_says(accept: str, application: str, code: str) -> None:
    """HL7 v2.6 chapter 2, 2.9.2 and 2.9.3: without both fields the original mode; else the accept acknowledgement, then
    the application acknowledgement behind it, each under its own condition; an empty one asks for nothing."""
    success = code == "AA"
    asked = {"": False, "AL": True, "NE": False, "ER": not success, "SU": success}
    if accept == application == "":
        expected = [code]
    else:
        expected = ["C" + code[1]] * asked[accept] + [code] * asked[application]
    raw = join(f"{MSH}|||{accept}|{application}".replace("{control}", "C-7"))
    given = answers(raw, Verdict(code, "" if success else "why", "200"))
    read = [read_acknowledgement(answer) for answer in given]
    assert [answer.code for answer in read if answer] == expected
    assert all(answer is not None and answer.control_id == b"C-7" for answer in read)
    headers = [read_header(answer) for answer in given]
    assert len({header[10] for header in headers if header}) == len(given), "each answer has a control id of its own"
    for answer, header in zip(given, headers, strict=True):
        assert header is not None
        # Sender and receiver have changed places; the answer asks for none itself, or two listeners answer for ever.
        assert header[3:7] == [b"CONSOLE", b"HOSPITAL", b"GATEWAY", b"WARD"]
        assert (header[9], header[11], header[12]) == (b"ACK^R01^ACK", b"P", b"2.6")
        assert len(header) <= 15 or not any(header[15:17])
        segments = [line[:3] for line in answer.split(b"\r") if line]
        assert segments == ([b"MSH", b"MSA"] if success else [b"MSH", b"MSA", b"ERR"])
        assert success or b"|why" in answer


@pytest.mark.parametrize(
    ("sender", "accept", "application", "expected"),
    [
        ("Mindray AL/NE gets CA", "AL", "NE", ["CA"]),
        ("GE NE/AL gets AA", "NE", "AL", ["AA"]),
        ("original mode gets AA", "", "", ["AA"]),
    ],
)
def test_senders_of_the_field_get_what_they_wait_for(
    sender: str, accept: str, application: str, expected: list[str]
) -> None:
    """HL7 facts, acknowledgement."""
    assert codes(join(f"{MSH}|||{accept}|{application}")) == expected, sender


def test_an_answer_goes_back_to_its_sender_in_the_senders_words() -> None:
    raw = heart_rate(control="A\\T\\ 1/é").decode().encode("latin-1")
    [answer] = answers(raw)
    fields = answer.split(b"\r")[0].split(b"|")
    assert fields[2:6] == [b"CONSOLE", b"HOSPITAL", b"GATEWAY", b"WARD"]
    assert (fields[8], fields[10], fields[11]) == (b"ACK^R01^ACK", b"P", b"2.6")
    assert answer.split(b"\r")[1] == b"MSA|AA|" + "A\\T\\ 1/é".encode("latin-1")


def test_delimiters_are_the_senders() -> None:
    raw = b"MSH@~&#\\@APP~1@F@@@20261122@@ORU~R01@9@P@2.6\r"
    header, msa = answers(raw)[0].split(b"\r")[:2]
    assert header.startswith(b"MSH@~&#\\@@@APP~1@F@20261122093000+0000@@ACK~R01~ACK@A1@P@2.6")
    assert msa == b"MSA@AA@9"


def test_text_of_an_error_cannot_add_fields_or_segments() -> None:
    [answer] = answers(heart_rate(), Verdict("AE", "bad|value^&~\\\r\x0bMSH|", "207"))
    lines = answer.strip(b"\r").split(b"\r")
    assert [line[:3] for line in lines] == [b"MSH", b"MSA", b"ERR"]
    assert lines[1].count(b"|") == 3
    wrap(answer)


@pytest.mark.parametrize("version", ["2.3.1", "2.4", "2.5", "2.5.1", "2.6"])
@pytest.mark.parametrize("verdict", [ACCEPTED, REFUSED, judge_unreadable(UnreadableError("two MSH segments"))])
def test_answers_are_valid_for_hl7apy(version: str, verdict: Verdict) -> None:
    raw = heart_rate(control="77", msh=MSH.replace("2.6", version))
    [answer] = answers(raw, verdict)
    parsed = parse_message(answer.decode(), validation_level=VALIDATION_LEVEL.TOLERANT)
    assert parsed.msa.msa_1.value == verdict.code
    assert parsed.msa.msa_2.value == "77"
    parsed.validate()


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"MSH",
        b"MSH|",
        b"MSH|^~",
        b"MSH|^~\\&",
        b"MSH|^~\\&|A|B|||2026||ORU^R40",
        b"MSH|abcd|A",
        b"MSHA^~\\&A",
        b"nothing",
        b"MSH|^~\\&|\x1c\x0b|||||||\x1c1",
    ],
)
def test_a_cut_header_is_still_answered_and_framed(raw: bytes) -> None:
    [answer] = answers(raw, Verdict("AE", "cut", "100"))
    found = read_acknowledgement(answer)
    assert found is not None
    assert found.code == "AE"
    wrap(answer)


def test_a_message_without_control_id_is_accepted_with_an_empty_one() -> None:
    raw = b"MSH|^~\\&|MINDRAY_^00A037000000^EUI-64|MINDRAY|||20260124124738000+0800||ORU^R40"
    assert judge(read_message(raw)) == ACCEPTED
    found = read_acknowledgement(answers(raw)[0])
    assert found is not None
    assert (found.code, found.control_id) == ("AA", b"")


@pytest.mark.parametrize(
    ("old", "new", "code", "condition"),
    [
        ("ORU^R01^ORU_R01", "QBP^ZV1^QBP_Q21", "AR", "200"),
        ("ORU^R01^ORU_R01", "ORM^O01", "AR", "200"),
        ("ORU^R01^ORU_R01", "ORU^Z99", "AR", "201"),
        ("ORU^R01^ORU_R01", "", "AE", "101"),
        ("ORU^R01^ORU_R01", "ACK^R01^ACK", "", "207"),
        ("|2.6", "|3.0", "AR", "203"),
        ("|2.6", "|two", "AR", "203"),
        ("|P|", "|X|", "AR", "202"),
        ("|P|", "|T|", "AA", "207"),
        ("|P|", "|D|", "AA", "207"),
        ("|P|", "||", "AA", "207"),
        ("|2.6", "|2.9", "AA", "207"),
        ("|2.6", "|", "AA", "207"),
        ("|2.6", "|2.6^USA", "AA", "207"),
        ("ORU^R01^ORU_R01", "ORU", "AA", "207"),
        ("ORU^R01^ORU_R01", "oru^r01", "AA", "207"),
        ("ORU^R01^ORU_R01", "ADT^A13^ADT_A13", "AA", "207"),
    ],
)
def test_only_type_version_and_processing_id_are_rejected(old: str, new: str, code: str, condition: str) -> None:
    verdict = judge(read_message(join(MSH.replace(old, new))))
    assert (verdict.code, verdict.condition) == (code, condition)


@given(st.binary(max_size=120), st.sampled_from(["AA", "AE", "AR"]), st.text(max_size=30))
def test_any_header_gives_an_answer_of_whole_segments(noise: bytes, code: str, text: str) -> None:
    for raw in (noise, b"MSH|^~\\&" + noise, b"MSH" + noise):
        for answer in answers(raw, Verdict(code, text)):
            wrap(answer)
            assert answer[:3] == b"MSH"
            assert answer.count(b"\r") in (2, 3)
            assert b"\n" not in answer
