"""The framer: whole messages out of any stream, whatever the chunks, and a count of what was lost."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hl7.mllp import Framer, wrap

A = b"MSH|^~\\&|A\rPID|1\r"
B = b"MSH|^~\\&|B\rPID|2\r"


def frames(data: bytes, maximum: int = 1 << 20) -> tuple[list[bytes], Framer]:
    framer = Framer(maximum)
    return framer.feed(data) + framer.finish(), framer


@pytest.mark.parametrize(
    "stream",
    [
        wrap(A) + wrap(B),
        b"\x00\x00\r\n" + wrap(A) + b"\n\x00" + wrap(B),
        b"\x0b" + A + b"\x1c\n" + b"\x0b" + B + b"\x1c\x0d",
        b"\x0b" + A + b"\x1c" + wrap(B),
        b"\x0b" + A + b"\x1c\x00" + wrap(B),
        b"\x0b" + A + b"\x1c\x1c\r" + wrap(B),
        b"\x0b" + A + b"\x1c\r\n" + b"\x0b" + B + b"\x1c",
        A + b"\x1c\r" + B + b"\x1c\r",
        wrap(A) + B + b"\x1c\r",
        b"\x0b\x0b" + A + b"\x1c\r" + wrap(B),
    ],
)
def test_tolerated_framings_give_both_messages_and_no_loss(stream: bytes) -> None:
    found, framer = frames(stream)
    assert found == [A, B]
    assert framer.discarded == {}


@pytest.mark.parametrize(
    ("stream", "expected", "lost"),
    [
        (b"rubbish" + wrap(A), [A], {"no start of frame and no MSH": 1}),
        (b"rubbish\x1c\r" + wrap(A), [A], {"no start of frame and no MSH": 1}),
        (b"\x0b" + A + wrap(B), [B], {"no end of frame": 1}),
        (A + wrap(B), [B], {"no end of frame": 1}),
        (wrap(A) + b"\x0b" + B, [A], {"no end of frame": 1}),
        (b"\x0b\x1c\r" + wrap(B), [B], {"empty": 1}),
        (b"\x0b\r\n\x1c\r" + wrap(B), [B], {"empty": 1}),
    ],
)
def test_what_is_lost_is_counted_once_and_the_next_message_is_read(
    stream: bytes, expected: list[bytes], lost: dict[str, int]
) -> None:
    found, framer = frames(stream)
    assert found == expected
    assert framer.discarded == lost


def test_fs_inside_a_body_does_not_end_it() -> None:
    body = b"MSH|^~\\&|A\rOBX|1|damaged\r\x1cBX|2|rest\r"
    assert frames(wrap_raw(body) + wrap(B))[0] == [body, B]


def wrap_raw(body: bytes) -> bytes:
    return b"\x0b" + body + b"\x1c\r"


def test_vt_inside_a_field_does_not_start_a_frame() -> None:
    body = b"MSH|^~\\&|A\rNTE|1||a\x0bb\r"
    assert frames(wrap_raw(body))[0] == [body]


def test_missing_vt_after_rubbish_still_gives_the_message() -> None:
    found, framer = frames(b"xx\r\n" + A + b"\x1c\r")
    assert found == [A]
    assert framer.without_start == 1


def test_too_long_a_frame_is_dropped_without_being_held_and_the_next_is_read() -> None:
    framer = Framer(1000)
    found = framer.feed(b"\x0bMSH")
    for _ in range(500):
        found += framer.feed(b"text" * 25)
        assert len(framer._buffer) < 1200
    found += framer.feed(b"\x1c\r" + wrap(A))
    assert found == [A]
    assert framer.discarded == {"too long": 1}


def test_endless_rubbish_is_not_held() -> None:
    framer = Framer(1000)
    for _ in range(1000):
        framer.feed(b"\xff" * 100)
        assert len(framer._buffer) < 1200
    assert framer.feed(wrap(A)) == [A]


def test_an_fs_without_anything_behind_it_is_ended_by_a_pause() -> None:
    framer = Framer()
    assert framer.feed(b"\x0b" + A + b"\x1c") == []
    assert framer.ends_in_fs
    assert framer.flush() == [A]
    assert not framer.pending


def test_a_body_with_a_framing_byte_is_not_wrapped() -> None:
    for byte in (b"\x0b", b"\x1c"):
        with pytest.raises(ValueError, match="cannot be framed"):
            wrap(A + byte)


PIECES = st.lists(
    st.one_of(
        st.sampled_from(
            [b"\x0b", b"\x1c", b"\r", b"\n", b"\x00", b"MSH", b"\x1c\r", b"MS", b"\x0bM", wrap(A), A, B, b" "]
        ),
        st.binary(max_size=12),
        st.binary(min_size=40, max_size=120),
    ),
    max_size=25,
)


@given(PIECES, st.data())
def test_any_division_into_chunks_gives_the_same_messages_and_counts(pieces: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(pieces)
    whole, one = frames(stream, 60)
    framer = Framer(60)
    found: list[bytes] = []
    rest = stream
    while rest:
        size = data.draw(st.integers(1, min(len(rest), 30)))
        found += framer.feed(rest[:size])
        rest = rest[size:]
    found += framer.finish()
    assert found == whole
    assert framer.discarded == one.discarded
    assert framer.frames == len(found)


@given(
    st.lists(st.binary(min_size=1, max_size=200).map(lambda b: b"MSH" + b.replace(b"\x0b", b"").replace(b"\x1c", b"")))
)
def test_what_is_wrapped_is_read_back(messages: list[bytes]) -> None:
    found, framer = frames(b"".join(wrap(message) for message in messages))
    assert found == messages
    assert framer.discarded == {}


@pytest.mark.parametrize(
    "unit", [b"\x0b\x1c\r", b"\x1c\r", b"\x0bMSH", b"\x1c", b"\x1cz", b"\x0b", b"\x00", b"x", b"\x0bM\x1cz"]
)
def test_no_stream_costs_more_than_its_length(unit: bytes) -> None:
    def seconds(length: int) -> float:
        framer = Framer()
        data = unit * (length // len(unit))
        began = time.process_time()
        for place in range(0, len(data), 1 << 16):
            framer.feed(data[place : place + (1 << 16)])
        return time.process_time() - began

    # 1 MB in well under a second, whatever it is made of; a search through all that is held would take minutes.
    assert seconds(1 << 20) < 3.0
