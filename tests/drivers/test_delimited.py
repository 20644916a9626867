"""Cutting a stream, and counting what cannot be read."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from drivers.delimited import FrameTally, Splitter
from drivers.driver import FrameCounters
from tests.drivers.noise import chunks

streams = st.binary(max_size=400).map(lambda data: bytes(b % 4 for b in data))  # delimiters 0 and 1 are frequent


@given(streams, st.lists(st.integers(1, 40), max_size=30))
def test_a_stream_is_cut_alike_however_it_is_chopped(stream: bytes, sizes: list[int]) -> None:
    whole, chopped = Splitter(b"\x00\x01", 16), Splitter(b"\x00\x01", 16)
    expected = whole.feed(stream) + whole.finish()
    found = [fragment for piece in chunks(stream, sizes) for fragment in chopped.feed(piece)] + chopped.finish()
    assert found == expected


@given(streams)
def test_no_byte_but_delimiters_is_lost_and_no_fragment_is_too_long(stream: bytes) -> None:
    splitter = Splitter(b"\x00\x01", 16)
    fragments = splitter.feed(stream) + splitter.finish()
    assert b"".join(fragment.data for fragment in fragments) == stream.translate(None, b"\x00\x01")
    assert all(0 < len(fragment.data) <= 16 for fragment in fragments)


def test_a_fragment_knows_its_delimiters_and_whether_a_boundary_lies_before_it() -> None:
    first, second, third = Splitter(b"<>", 16).feed(b"ab><cd<ef>")
    assert (first.opened_by, first.closed_by, first.fresh) == (None, ord(">"), True)
    assert (second.opened_by, second.closed_by, second.fresh) == (ord("<"), ord("<"), True)
    assert (third.opened_by, third.closed_by, third.fresh) == (ord("<"), ord(">"), False)


def test_a_split_frame_counts_once_and_two_welded_frames_count_twice() -> None:
    counters = FrameCounters()
    tally = FrameTally(counters, 10)
    tally.good(100)
    tally.unreadable(40, fresh=True, begun=True)
    tally.unreadable(59, fresh=False, begun=False)
    tally.good(100)
    assert (counters.good, counters.bad, counters.skipped) == (2, 1, 0)
    tally.unreadable(201, fresh=True, begun=True)
    tally.settle()
    assert (counters.good, counters.bad, counters.skipped) == (2, 3, 0)


def test_noise_between_frames_is_skipped_bytes_and_a_frame_cut_short_is_a_bad_frame() -> None:
    counters = FrameCounters()
    tally = FrameTally(counters, 10)
    tally.good(100)
    tally.unreadable(30, fresh=False, begun=False)
    tally.good(100)
    tally.unreadable(3, fresh=False, begun=True)
    tally.good(100)
    assert (counters.good, counters.bad, counters.skipped) == (3, 1, 30)
