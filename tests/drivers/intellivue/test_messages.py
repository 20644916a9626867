"""Association, create event, polls and their answers, byte for byte."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.intellivue.association import (
    ABORT_MESSAGE,
    RELEASE_ANSWER,
    RELEASE_REQUEST,
    Granted,
    association_request,
)
from drivers.intellivue.fields import Fields, MalformedError, read_absolute_time, read_attributes, read_float, read_text
from drivers.intellivue.messages import (
    Accepted,
    MdsCreate,
    OtherMessage,
    PolledObject,
    PollResult,
    RemoteError,
    SessionMessage,
    mds_create_answer,
    parse_message,
    single_poll,
)
from drivers.intellivue.monitor import Clock, Monitor
from tests.drivers.intellivue import encoder as e


@pytest.fixture
def messages(reference: Path) -> dict[str, bytes]:
    """The example messages by name, without framing."""
    found, name = {}, ""
    for line in (reference / "protocols" / "vectors" / "intellivue_messages.txt").read_text().splitlines():
        if line.startswith("  user: "):
            found[name] = bytes.fromhex(line[8:])
        elif line[:1] not in ("#", " "):
            name = line
    return found


@pytest.mark.reference
def test_what_the_console_sends_is_what_the_examples_say(messages: dict[str, bytes]) -> None:
    assert association_request(0x9C4, 0x9C4, 0x3E8, 0x8C000000) == messages["aarq_msg"]
    assert association_request(0x3E8, 0x9C4, 0x3E8, 0x88000000) == messages["aarq_msg_wave_ext_poll"]
    assert messages["rlrq_msg"] == RELEASE_REQUEST
    assert messages["rlrq_resp_msg"] == RELEASE_ANSWER
    assert messages["assoc_abort_resp_msg"] == ABORT_MESSAGE
    assert single_poll(0, 1, 0x0021, 0x0000) == messages["poll_mds_request_msg"]
    assert single_poll(0, 1, 0x0006, 0x0000) == messages["poll_request_msg"]
    assert single_poll(8, 7, 0x0036, 0x0811) == messages["keep_alive_msg2"]
    event = MdsCreate(1, bytes.fromhex("002100000000"), 0x000ABD00, {})
    assert mds_create_answer(event) == messages["mds_create_resp_msg"]


@pytest.mark.reference
def test_every_example_is_a_sound_message_but_the_malformed_ones(messages: dict[str, bytes]) -> None:
    # Both are malformed in their source: longer than their outer length says, by 4 and by 2 bytes.
    refused = [name for name, data in messages.items() if parse_message(data) is None]
    assert refused == ["poll_request_msg4", "ext_poll_request_msg2"]


def test_the_request_asks_for_polls_each_second_on_the_serial_port() -> None:
    request = association_request()
    assert len(request) == 238
    assert request[:2] == b"\x0d\xec"
    profile = request.index(bytes.fromhex("0001 0028 80000000")) + 8
    asked = [int.from_bytes(request[at : at + 4], "big") for at in range(profile, profile + 20, 4)]
    assert asked == [8000, 1000, 1000, 0xFFFFFFFF, 0x60000000]
    assert request[profile + 20 : profile + 36] == bytes.fromhex("0001 000c f001 0008 80000000 00000000")


@pytest.mark.parametrize(("ticks", "length"), [(1, 238), (0xFFFFFFFF, 238)])
def test_lengths_of_the_request_follow_its_content(ticks: int, length: int) -> None:
    assert len(association_request(ticks)) == length


def test_long_lengths_of_session_messages_are_read() -> None:
    assert parse_message(b"\x0c\xff\x01\x2c" + bytes(300)) == SessionMessage(0x0C)
    assert parse_message(b"\x0c\xff\x01\x2c" + bytes(299)) is None


@pytest.mark.parametrize("object_identifier", [False, True])
def test_an_accept_tells_what_is_granted(object_identifier: bool) -> None:
    wide = e.accept(min_poll=16000, options=0x8C000000, object_identifier=object_identifier)
    assert parse_message(wide) == Accepted(Granted(2.0, one_second_numerics=True))
    averaged = e.accept(min_poll=0, options=0x40000000, object_identifier=object_identifier)
    assert parse_message(averaged) == Accepted(Granted(0.0, one_second_numerics=False))


def test_session_messages_are_known_by_their_first_byte() -> None:
    assert parse_message(e.REFUSE) == SessionMessage(0x0C)
    assert parse_message(e.ABORT) == SessionMessage(0x19)
    assert parse_message(e.RELEASE) == SessionMessage(0x09)
    assert parse_message(e.RELEASED) == SessionMessage(0x0A)
    assert parse_message(b"\x42\x00") == OtherMessage()
    assert parse_message(e.ABORT + b"\x00") is None


def test_the_create_event_is_read_and_answered() -> None:
    event = parse_message(e.create([(0x0946, b"\x40\x00")], invoke_id=0x1234, event_time=0xABCDEF01))
    assert event == MdsCreate(0x1234, bytes.fromhex("002100000000"), 0xABCDEF01, {0x0946: b"\x40\x00"})
    assert mds_create_answer(event) == bytes.fromhex(
        "e1000002 0002 0014 1234 0001 000e 0021 0000 0000 abcdef01 0d06 0000"
    )


def test_an_answer_is_read_with_every_object_and_context() -> None:
    first = e.u16(7) + e.attribute_list([(0x0001, b"a"), (0x0002, b"")])
    result = parse_message(e.poll_result((5, 6), 0x0006, 0x0803, [first], context=1, counter=0x01020304))
    objects = (PolledObject(1, 7, {1: b"a", 2: b""}),)
    assert result == PollResult(5, 6, 0x0006, 0x0803, None, True, 0x01020304, None, objects)


@pytest.mark.parametrize(("linked", "last"), [((1, 1), False), ((2, 9), False), ((3, 12), True)])
def test_linked_and_extended_results_are_read_alike(linked: tuple[int, int], last: bool) -> None:
    one = e.u16(7) + e.attribute_list([])
    for extended in (False, True):
        data = e.poll_result((5, 6), 0x0036, 0x0801, [one], linked=linked, extended=extended)
        result = PollResult(5, 6, 0x36, 0x0801, linked[1], last, 0, None, (PolledObject(0, 7, {}),))
        assert parse_message(data) == result


def test_a_remote_error_has_words() -> None:
    error = parse_message(e.remote_error(9, 2))
    assert error == RemoteError(9, 2)
    assert str(error) == "access denied"
    assert str(RemoteError(9, 999)) == "error 999"
    # as a real monitor said it to a request for its priority list (quoted in a public reader of this protocol)
    quoted = bytes.fromhex("e1000002 0003 0016 0000 0007 0010 0021 0000 0000 0001 0004 0005 f12a 0000")
    assert str(parse_message(quoted)) == "attributes cannot be read"


WHOLE = [
    e.accept(),
    e.create(e.system()),
    e.numerics((1, 1), e.cuff(120, 80, 93), e.numeric(1, e.HR, e.number(72), e.BPM)),
    e.poll_result((1, 1), 6, 0x0803, [e.cuff(120, 80, 93)], linked=(1, 1), extended=True),
    e.remote_error(1, 2, b"\x00\x01"),
]


@given(st.sampled_from(WHOLE), st.data())
def test_a_message_with_a_piece_missing_or_added_is_none(message: bytes, data: st.DataObject) -> None:
    end = data.draw(st.integers(0, len(message) - 1))
    assert parse_message(message[:end]) is None
    assert parse_message(message + data.draw(st.binary(min_size=1, max_size=9))) is None


@given(st.sampled_from(WHOLE), st.data())
def test_no_changed_byte_raises(message: bytes, data: st.DataObject) -> None:
    changed = bytearray(message)
    for _ in range(data.draw(st.integers(1, 4))):
        changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
    parse_message(bytes(changed))


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (0xFD007D00, 32.0),  # the first four are the guide's examples
        (0xFF000140, 32.0),
        (0x01000140, 3200.0),
        (0x02000020, 3200.0),
        (0xFF000173, 37.1),
        (0x00FFFFFF, -1.0),
        (0xFEFFFF9C, -1.0),
        (0x00000000, 0.0),
        (0x007FFFFD, 8388605.0),
        (0x00800003, -8388605.0),
        (e.NAN, None),
        (e.NRES, None),
        (e.PLUS_INF, None),
        (e.MINUS_INF, None),
        (0x00800001, None),
        (0xFF7FFFFF, None),
    ],
)
def test_floats(raw: int, value: float | None) -> None:
    assert read_float(raw) == value


@given(st.integers(0, 0xFFFFFFFF))
def test_every_float_is_a_number_or_none(raw: int) -> None:
    read_float(raw)


@pytest.mark.parametrize(
    ("digits", "moment"),
    [
        ("2026112216405912", datetime(2026, 11, 22, 16, 40, 59, 120_000)),
        ("1999123123595999", datetime(1999, 12, 31, 23, 59, 59, 990_000)),
        ("ffffffffffffffff", None),
        ("2026132216405900", None),
        ("20261122164059ff", None),
        ("0000000000000000", None),
    ],
)
def test_absolute_times_are_bcd(digits: str, moment: datetime | None) -> None:
    assert read_absolute_time(bytes.fromhex(digits)) == moment


def test_texts_are_plain_whatever_they_hold() -> None:
    assert read_text(e.text("SpO\u2082  ")) == "SpO\u2082"
    assert read_text(e.text("a\x07\nb\u202ec")) == "a b c"
    assert read_text(e.text("**" + "x" * 300)) == "**" + "x" * 78
    assert read_text(b"\x00\x03abc") == "\u6162\ufffd"
    with pytest.raises(MalformedError):
        read_text(b"\x00\x05abc")


def test_the_monitor_is_learned_from_its_attributes() -> None:
    clock = bytes.fromhex("2026112208000000")
    monitor = Monitor().learn(read_attributes(Fields(e.attribute_list(e.system("DE12345678", 0x4000, clock, 16000)))))
    moment = Clock(datetime(2026, 11, 22, 8), 16000)
    assert monitor == Monitor("0009fb000001", "DE12345678", "Philips M8000", "ICU 4", 0x4000, moment)
    assert monitor.identity == "DE12345678"
    assert monitor.learn({}) == monitor


def test_without_a_serial_number_the_system_identifier_is_the_identity() -> None:
    for serial in (None, "----------", "0000000000"):
        attributes = read_attributes(Fields(e.attribute_list(e.system(serial))))
        assert Monitor().learn(attributes).identity == "0009fb000001"
    assert Monitor().identity == ""


@pytest.mark.parametrize("identifier", [0x0984, 0x092D, 0x0928, 0x091E, 0x0946])
def test_an_attribute_of_the_wrong_form_is_refused(identifier: int) -> None:
    with pytest.raises(MalformedError):
        Monitor().learn({identifier: b"\x00"})


def test_the_clock_reckons_with_the_counter_also_over_its_turn() -> None:
    clock = Clock(datetime(2026, 1, 1, 12), 0xFFFFFFFF - 7999)
    assert clock.at(0) == datetime(2026, 1, 1, 12, 0, 1)
    assert clock.at(0xFFFFFFFF - 15999) == datetime(2026, 1, 1, 11, 59, 59)


@pytest.mark.reference
def test_the_connect_indication_of_a_real_monitor_names_it(reference: Path) -> None:
    path = reference / "protocols" / "vectors" / "intellivue_connect_indication_ethernet.hex.txt"
    data = b"".join(bytes.fromhex(line[7:]) for line in path.read_text().splitlines())
    start = data.index(bytes.fromhex("0d170186")) + 4
    attributes = read_attributes(Fields(data[start : start + 0x186]))
    assert len(attributes) == 0x10
    monitor = Monitor().learn(attributes)
    assert monitor == Monitor(system_id="0009fbffff88c1bd", serial_number="DE351A4061", model="Philips 866062")
