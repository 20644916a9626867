"""The reader: any bytes are a message or a stated refusal; values come out as they were meant."""

from __future__ import annotations

import random
import re
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hl7apy.consts import VALIDATION_LEVEL
from hl7apy.parser import parse_message
from hypothesis import given
from hypothesis import strategies as st

from hl7.charset import escape
from hl7.delimiters import STANDARD, Delimiters
from hl7.mllp import MAXIMUM_FRAME
from hl7.reader import Message, UnreadableError, read_header, read_message
from hl7.times import parse_time, to_utc
from tests.hl7.messages import MSH, OBR, PID, PV1, heart_rate, join


def test_fields_have_the_numbers_of_the_standard() -> None:
    message = read_message(heart_rate(control="C7"))
    assert (message.msh.text(1), message.msh.text(2)) == ("|", "^~\\&")
    assert message.message_type == "ORU^R01"
    assert (message.control_id, message.processing_id, message.version) == ("C7", "P", "2.6")
    patient = message.first("PID")
    assert patient is not None
    assert [patient.text(3), patient.text(3, 5), patient.text(5, 2), patient.text(99)] == ["100200", "MR", "Anna", ""]


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n", "\r\r", "\n\r\n"])
def test_every_line_end_gives_the_same_segments(end: str) -> None:
    lines = heart_rate().decode().strip("\r").split("\r")
    names = [segment.name for segment in read_message(join(*lines, end=end)).segments]
    assert names == ["MSH", "PID", "PV1", "OBR", "OBX"]


def test_delimiters_are_the_senders() -> None:
    raw = b"MSH@~&#\\@APP@@@@20261122@@ORU~R01@9@P@2.6\rOBX@1@NM@147842~MDC_ECG_HEART_RATE~MDC@@72&73@a\\b\r"
    message = read_message(raw)
    assert message.delimiters == Delimiters("@", "~", "&", "#", "\\")
    row = message.first("OBX")
    assert row is not None
    assert (row.text(3, 2), row.repetitions(5), row.text(6, 1, 2)) == ("MDC_ECG_HEART_RATE", ["72", "73"], "b")


def test_truncation_character_of_version_27_is_no_error() -> None:
    assert read_message(MSH.replace("^~\\&", "^~\\&#").encode()).delimiters.truncation == "#"


@pytest.mark.parametrize(
    ("raw", "plain"),
    [
        (r"a\S\b\T\c\F\d\E\e\R\f", r"a^b&c|d\e~f"),
        (r"37\XB0\C", "37°C"),
        (r"37\XC2B0\C", "37°C"),
        (r"x\Z99\y", r"x\Z99\y"),
        (r"one\.br\two", "one\ntwo"),
        (r"\E\S\E\ ", r"\S\ "),
        (r"\E\F", r"\F"),
        (r"100\%", r"100\%"),
        ("a\\", "a\\"),
        (r"\X4\ ", r"\X4\ "),
        (r"a\b\F\c", r"a\b|c"),
        (r"\H\bold\N\ ", r"\H\bold\N\ "),
    ],
)
def test_escapes_are_replaced_once_and_unknown_ones_kept(raw: str, plain: str) -> None:
    row = read_message(join(MSH, f"OBX|1|ST|1^a^L||{raw}")).first("OBX")
    assert row is not None
    assert row.text(5) == plain


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_escaped_text_comes_back(text: str) -> None:
    row = read_message(join(MSH.replace("|2.6", "|2.6||||||UNICODE UTF-8"), f"NTE|1||{escape(text, STANDARD)}")).first(
        "NTE"
    )
    assert row is not None
    assert row.text(3) == text


@pytest.mark.parametrize(
    ("label", "codec", "flagged"),
    [
        ("8859/1", "latin-1", False),
        ("8859/15", "iso8859-15", False),
        ("UNICODE UTF-8", "utf-8", False),
        ("UTF-8", "utf-8", False),
        ("", "utf-8", False),
        ("", "latin-1", True),
        ("ASCII", "utf-8", True),
        ("UNICODE UTF-8", "latin-1", True),
        ("ISO IR 999", "utf-8", True),
        ("GB 18030-2000", "gb18030", False),
    ],
)
def test_character_sets_never_lose_the_message(label: str, codec: str, flagged: bool) -> None:
    raw = "\r".join([f"{MSH}||||||{label}", "PID|||1||Müller^Zoë"]).encode(codec)
    message = read_message(raw)
    patient = message.first("PID")
    assert patient is not None
    assert patient.text(5) == "Müller"
    assert bool(message.flags) is flagged


def test_japanese_bytes_that_look_like_delimiters_are_not_split() -> None:
    encoded = b"\x1b$B0|0^4|4&\x1b(B"
    name = encoded.decode("iso2022_jp")
    assert len(name) == 4
    assert re.search(rb"[|^~\\&]", encoded)
    raw = f"{MSH}||||||~ISO IR87||ISO 2022-1994\rPID|||1||".encode() + encoded + b"^x\r"
    patient = read_message(raw).first("PID")
    assert patient is not None
    assert (patient.text(5), patient.text(5, 2)) == (name, "x")


def test_patient_glued_to_msh_is_found() -> None:
    raw = join(
        MSH + "|||AL|NE||ASCII|||IHE_PCD_001^IHE PCD^1.3.6.1.4.1.19376.1.6.4.1^ISOPID|||77^^^W^MR||Doe^Jim|", OBR
    )
    message = read_message(raw)
    patient = message.first("PID")
    assert patient is not None
    assert (patient.text(3), message.msh.text(21, 4)) == ("77", "ISO")
    assert message.flags == ("no line end between MSH and PID",)


def test_msh_shifted_by_a_separator_too_many_is_put_right() -> None:
    raw = b"MSH|^~\\&||APP|WARD|||20261122093000||ORU^R01|9|P|2.6\r"
    message = read_message(raw)
    assert (message.msh.text(3), message.message_type, message.version) == ("APP", "ORU^R01", "2.6")
    assert message.header[10] == b"9"


def test_lower_case_and_indented_segments_are_read() -> None:
    names = [segment.name for segment in read_message(join(MSH, PID.replace("PID", "pid"), "  " + PV1)).segments]
    assert names == ["MSH", "PID", "PV1"]


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "no message"),
        (b"\r\n\x00", "no message"),
        (b"PID|1\r", "no MSH segment at the beginning"),
        (b"MSH", "no MSH segment at the beginning"),
        (b"MSH|^~", "MSH-2 does not declare"),
        (b"MSH|^~~&|A", "MSH-2 does not declare"),
        (b"MSH|abcd|A", "MSH-2 declares letters"),
        (MSH.encode() + b"\r" + MSH.encode(), "two MSH"),
        (MSH.encode() + b"\rNTE|1" * 6000, "too many segments"),
        (b"MSH|^~\\&|" + b"x" * MAXIMUM_FRAME, "too long"),
    ],
)
def test_refusals_say_why(raw: bytes, reason: str) -> None:
    with pytest.raises(UnreadableError, match=reason):
        read_message(raw)


def test_a_segment_of_a_megabyte_and_65535_components_are_read() -> None:
    for value in ("x" * (MAXIMUM_FRAME - 500), "^" * 65535, "~" * 65535, "&" * 65535, "\\" * 65535):
        row = read_message(join(MSH, f"OBX|1|ST|1||{value}")).first("OBX")
        assert row is not None
        row.text(5)
        row.components(row.raw(5))


def _touch(raw: bytes) -> Message | None:
    try:
        message = read_message(raw)
    except UnreadableError:
        return None
    for segment in message.segments:
        for number in range(len(segment.fields) + 2):
            segment.text(number, 2, 2, 2)
            for repetition in segment.repetitions(number):
                segment.components(repetition)
    message.receipt_key("peer", "now")
    return message


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    _touch(raw)
    _touch(b"MSH" + raw)
    read_header(raw)


@given(st.binary(max_size=200), st.integers(0, 400), st.integers(0, 40))
def test_damage_anywhere_in_a_message_is_read_or_refused(noise: bytes, place: int, cut: int) -> None:
    raw = heart_rate()
    place = min(place, len(raw))
    _touch(raw[:place] + noise + raw[place + cut :])


def test_the_same_fields_as_hl7apy_in_generated_messages() -> None:
    random_ = random.Random(11)
    words = ["72", "a b", "Müller", "", "x.y", "1.2.3", "0"]
    for _ in range(12):
        rows = []
        for number in range(1, 5):
            components = "^".join(random_.choice(words) for _ in range(3))
            values = "~".join(random_.choice(words[:2]) for _ in range(random_.randint(1, 3)))
            rows.append(f"OBX|{number}|ST|{components}|1.1.{number}|{values}|u^{random_.choice(words)}^L|||||F")
        raw = join(MSH.replace("{control}", "9"), PID, PV1, OBR, *rows)
        theirs = parse_message(raw.decode(), validation_level=VALIDATION_LEVEL.TOLERANT, find_groups=False)
        ours = read_message(raw)
        assert [segment.name for segment in ours.segments] == [child.name for child in theirs.children]
        for mine, other in zip(ours.all("OBX"), [c for c in theirs.children if c.name == "OBX"], strict=True):
            assert mine.raw(3).rstrip("^") == other.obx_3.value
            assert mine.repetitions(5) == [field.value for field in other.obx_5]
            assert mine.raw(6) == other.obx_6.value


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("20261122093000", datetime(2026, 11, 22, 9, 30)),
        ("202611220930", datetime(2026, 11, 22, 9, 30)),
        ("20261122093000.1234+0530", datetime(2026, 11, 22, 9, 30, 0, 123400, timezone(timedelta(hours=5.5)))),
        ("20260124131540123+0800", datetime(2026, 1, 24, 13, 15, 40, 123000, timezone(timedelta(hours=8)))),
        ("20261122093000-0330", datetime(2026, 11, 22, 9, 30, tzinfo=timezone(-timedelta(hours=3.5)))),
        ("2026-11-22T09:30:00Z", datetime(2026, 11, 22, 9, 30, tzinfo=UTC)),
        ("20261122", None),
        ("2026112209", None),
        ("20261322093000", None),
        ("20261122093000+9900", None),
        ("0", None),
        ("٢٠٢٦1122093000", None),
    ],
)
def test_time_stamps(text: str, moment: datetime | None) -> None:
    assert parse_time(text) == moment


def test_a_time_without_zone_is_that_of_the_feed() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    assert to_utc(datetime(2026, 7, 1, 12), berlin, None) == datetime(2026, 7, 1, 10, tzinfo=UTC)
    assert to_utc(datetime(2026, 7, 1, 12), None, None) == datetime(2026, 7, 1, 12)


def test_the_hour_that_comes_twice_is_the_one_near_the_receive_time() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    wall = datetime(2026, 10, 25, 2, 30)
    for received in (datetime(2026, 10, 25, 0, 31, tzinfo=UTC), datetime(2026, 10, 25, 1, 31, tzinfo=UTC)):
        assert abs(to_utc(wall, berlin, received) - received) == timedelta(minutes=1)


def test_a_repeated_message_has_the_same_key_and_changed_content_another() -> None:
    first, again, other = (read_message(heart_rate(value)) for value in ("72", "72", "73"))
    assert first.receipt_key("p", "1") == again.receipt_key("q", "2")
    assert first.receipt_key("p", "1") != other.receipt_key("p", "1")


def test_a_message_without_any_time_is_never_taken_for_a_repetition() -> None:
    message = read_message(b"MSH|^~\\&|||||||ORU^R01|204|P|2.3.1|\rOBX||NM|101^HR|2101|60||||||F\r")
    assert message.receipt_key("p", "1") != message.receipt_key("p", "2")
