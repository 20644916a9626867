"""PCD-05: who was told of an alarm."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hl7.acknowledgement import ACCEPTED, NO_ANSWER, judge
from hl7.dissemination import MOST, Dissemination, is_dissemination, read_dissemination
from hl7.reader import UnreadableError, read_message

HEAD = "MSH|^~\\&|AM||WARD_CONSOLE||20261122100200+0000||ORA^R41^ORA_R41|r1|P|2.6|||AL|NE\rMSA|AA|c7\r"
READ = "PRT|1|AD|3^Read|AR^Alert Recipient|7^Test^Ada^^^Dr|||||77^ward phone|20261122100100+0000|20261122100200+0000\r"


def read(*segments: str, zone: ZoneInfo | None = None) -> list[Dissemination]:
    return read_dissemination(read_message((HEAD + "".join(segments)).encode()), zone)


def test_a_person_with_a_phone_who_has_read_it() -> None:
    at = datetime(2026, 11, 22, 10, 2, tzinfo=UTC)
    assert read("OBR|1||a9^WARD_CONSOLE|196616\r", READ) == [
        Dissemination("a9", "c7", "read", "Dr Ada Test, ward phone", at)
    ]


@pytest.mark.parametrize(
    ("obr", "alarm"),
    [
        ("OBR|1||a9^WARD_CONSOLE", "a9"),
        ("OBR|1||a9.12^WARD_CONSOLE", "a9"),
        ("OBR|1||x^AM" + "|" * 26 + "^a9&WARD_CONSOLE", "a9"),
        ("OBR|1", ""),
    ],
)
def test_the_alarm_is_named_by_its_own_number_by_a_step_or_as_the_parent(obr: str, alarm: str) -> None:
    assert [found.alarm_id for found in read(obr + "\r", READ)] == [alarm]


def test_every_recipient_of_every_alarm_up_to_a_bound() -> None:
    phone = "PRT|2|AD|^Undeliverable|AR|||||||||||^PRN^CP^^^^^^^^^0171\r"
    found = read("OBR|1||a1\r", READ, phone, "OBR|2||a2\r", "PRT|3|AD||AR|||Night^^1\r", "PRT|4|AD|Delivered|AR\r")
    assert [(f.alarm_id, f.status, f.recipient) for f in found] == [
        ("a1", "read", "Dr Ada Test, ward phone"),
        ("a1", "undeliverable", "0171"),
        ("a2", "told", "somebody"),
        ("a2", "delivered", "somebody"),
    ]
    assert len(read("OBR|1||a1\r", READ * 200)) == MOST


def test_a_time_without_a_zone_is_none_unless_the_feed_has_one() -> None:
    naive = READ.replace("+0000", "")
    assert read("OBR|1||a1\r", naive)[0].at is None
    [found] = read("OBR|1||a1\r", naive, zone=ZoneInfo("Europe/Berlin"))
    assert found.at == datetime(2026, 11, 22, 9, 2, tzinfo=UTC)


def test_a_report_is_answered_and_a_bare_acknowledgement_is_not() -> None:
    report = read_message((HEAD + "OBR|1||a1\r" + READ).encode())
    bare = read_message(HEAD.encode())
    assert (is_dissemination(report), judge(report)) == (True, ACCEPTED)
    assert (is_dissemination(bare), judge(bare)) == (False, NO_ANSWER)
    assert read() == []


@given(st.binary(max_size=80), st.integers(0, 400))
def test_no_damage_raises_anything_but_unreadable(noise: bytes, at: int) -> None:
    whole = (HEAD + "OBR|1||a1\r" + READ).encode()
    try:
        message = read_message(whole[:at] + noise + whole[at:])
    except UnreadableError:
        return
    for found in read_dissemination(message):
        assert found.at is None or found.at.tzinfo is not None
        assert max(map(len, (found.alarm_id, found.recipient, found.status))) <= 80
