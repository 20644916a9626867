"""Frames of the MIB/RS232 port: escapes, check sequence, resynchronisation, counts."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.driver import FrameCounters
from drivers.intellivue.driver import IntellivueMib, IntellivueMibSettings
from drivers.intellivue.framing import LONGEST_USER_DATA, Deframer, decode_frame, encode_frame, frame_check_sequence
from tests.drivers.intellivue import encoder as e
from tests.drivers.noise import chunks, cut, flip_bits, numbers, read_all


class Reader:
    """A deframer whose messages are the user data."""

    def __init__(self) -> None:
        self.counters = FrameCounters()
        self._deframer: Deframer[bytes] = Deframer(self.counters, lambda data: data)

    def feed(self, data: bytes) -> list[bytes]:
        return list(self._deframer.feed(data))

    def finish(self) -> None:
        self._deframer.finish()


def deframer() -> tuple[Reader, FrameCounters]:
    reader = Reader()
    return reader, reader.counters


def driver() -> IntellivueMib:
    return IntellivueMib(IntellivueMibSettings())


def report(index: int, hr: int = 80, spo2: int = 97, rr: int = 14) -> bytes:
    """A frame of numerics that nobody asked for: a file without times is taken as it stands."""
    return e.frame(
        e.numerics(
            (index % 65536, index % 65536),
            e.numeric(0x82B3, e.HR, e.number(hr), e.BPM),
            e.numeric(0x83D5, e.SPO2, e.number(spo2, 1), e.PERCENT),
            e.numeric(0x82BA, e.RR_IMPEDANCE, e.number(rr), e.RPM),
            counter=0xC0C17D00 + index,
        )
    )


def test_the_check_value_of_the_x25_sequence() -> None:
    assert frame_check_sequence(b"123456789") == 0x906E
    assert frame_check_sequence(b"") == 0


@pytest.mark.parametrize("data", [b"\x01", b"\xc0\xc1\x7d\x5d\xe0\xe1", bytes(range(256)), bytes(1500)])
def test_frames_are_written_and_read_as_the_encoder_of_the_tests_does(data: bytes) -> None:
    assert encode_frame(data) == e.frame(data)
    assert decode_frame(e.frame(data)[1:-1]) == data


@pytest.mark.reference
def test_every_example_message_has_the_computed_frame(reference: Path) -> None:
    users, frames = [], []
    for line in (reference / "protocols" / "vectors" / "intellivue_messages.txt").read_text().splitlines():
        kind, _, text = line.strip().partition(": ")
        if kind == "user":
            users.append(bytes.fromhex(text))
        if kind == "rs232":
            frames.append(bytes.fromhex(text))
    assert len(users) == len(frames) == 27
    assert [encode_frame(user) for user in users] == frames
    reader, counters = deframer()
    assert reader.feed(b"".join(frames)) == users
    assert (counters.good, counters.bad, counters.skipped) == (27, 0, 0)


@pytest.mark.parametrize(
    "bad",
    [
        e.frame(b"abc", spoil=1),
        e.frame(b"abc", header=b"\x12\x01"),
        e.frame(b"abc", header=b"\x11\x02"),
        e.frame(b"abc", length=2),
        e.frame(b"abc", length=4),
        e.frame(bytes(LONGEST_USER_DATA + 1)),
        e.frame(b""),
        e.frame(b"abc")[:-1] + b"\x7d\xc1",
        e.frame(b"abc").replace(b"abc", b"a\x7dbc"),
        e.frame(b"abc")[:6] + e.frame(b"")[:3],
        b"\xc0\x11\x01\x00\xc1",
    ],
)
def test_a_frame_that_is_not_right_in_every_byte_is_bad_and_the_next_is_read(bad: bytes) -> None:
    reader, counters = deframer()
    assert reader.feed(bad + e.frame(b"next")) == [b"next"]
    assert (counters.good, counters.skipped) == (1, 0)
    assert counters.bad >= 1


def test_a_new_start_within_a_frame_discards_what_was_there() -> None:
    reader, counters = deframer()
    assert reader.feed(e.frame(b"lost")[:-3] + e.frame(b"kept")) == [b"kept"]
    assert (counters.good, counters.bad, counters.skipped) == (1, 1, 0)


def test_noise_around_frames_is_counted_in_bytes() -> None:
    reader, counters = deframer()
    assert reader.feed(b"\x00\xffnoise" + e.frame(b"one") + b"zz" + e.frame(b"two") + b"\xc0zz") == [b"one", b"two"]
    reader.finish()
    assert (counters.good, counters.bad, counters.skipped) == (2, 0, 11)


def test_half_a_frame_at_the_end_is_a_bad_one() -> None:
    reader, counters = deframer()
    assert reader.feed(e.frame(b"whole") + e.frame(b"half one")[:8]) == [b"whole"]
    reader.finish()
    assert (counters.good, counters.bad) == (1, 1)


def test_a_damaged_byte_that_looks_like_a_flag_costs_one_frame() -> None:
    for flag in (b"\xc0", b"\xc1"):
        reader, counters = deframer()
        broken = e.frame(b"abcdefgh" * 8).replace(b"defg", b"de" + flag + b"g", 1)
        assert reader.feed(e.frame(b"a") + broken + e.frame(b"b")) == [b"a", b"b"]
        assert (counters.good, counters.bad, counters.skipped) == (2, 1, 0)


def test_a_lost_flag_costs_one_frame() -> None:
    whole = e.frame(b"middle")
    for broken in (whole[1:], whole[:-1], b"\xc2" + whole[1:], whole[:1] + b"\x13" + whole[2:]):
        reader, counters = deframer()
        assert reader.feed(e.frame(b"a") + broken + e.frame(b"b")) == [b"a", b"b"]
        assert (counters.good, counters.bad) == (2, 1)


def test_memory_stays_bounded_whatever_arrives() -> None:
    reader, counters = deframer()
    for _ in range(200):
        reader.feed(b"\x55" * 5000)
    reader.finish()
    assert counters.skipped == 1_000_000
    for _ in range(5):
        reader.feed(b"\xc0\x11\x01" + b"\x55" * 100_000)
    assert counters.good == 0
    assert reader.feed(e.frame(b"ok")) == [b"ok"]


reports = st.lists(st.tuples(st.integers(0, 300), st.integers(0, 100), st.integers(0, 90)), min_size=1, max_size=4).map(
    lambda rows: [report(i, hr, spo2, rr) for i, (hr, spo2, rr) in enumerate(rows)]
)


@given(reports, st.lists(st.integers(1, 200), max_size=20), st.binary(max_size=30))
def test_a_stream_reads_alike_however_it_is_chopped(sent: list[bytes], sizes: list[int], noise: bytes) -> None:
    stream = noise.join([e.frame(e.accept()), e.frame(e.create(e.system())), *sent])
    whole, chopped = driver(), driver()
    assert read_all(chopped, chunks(stream, sizes)) == read_all(whole, [stream])
    assert chopped.counters == whole.counters


@given(reports, st.data())
def test_no_damage_makes_a_value_that_was_not_sent(sent: list[bytes], data: st.DataObject) -> None:
    stream = bytearray(b"".join(sent))
    expected = numbers(read_all(driver(), [bytes(stream)])[0])
    assert expected
    kind = data.draw(st.sampled_from(("change", "lose", "add")))
    at = data.draw(st.integers(0, len(stream) - 1))
    if kind == "change":
        stream[at] = data.draw(st.integers(0, 255))
    elif kind == "lose":
        del stream[at : at + data.draw(st.integers(1, 300))]
    else:
        stream[at:at] = data.draw(st.binary(min_size=1, max_size=40))
    assert numbers(read_all(driver(), [bytes(stream)])[0]) <= expected


@settings(max_examples=50)
@given(st.binary(max_size=2000))
def test_noise_alone_says_nothing_and_never_raises(noise: bytes) -> None:
    assert read_all(driver(), [noise]) == ([], [])


@given(st.binary(max_size=120))
def test_any_user_data_in_a_sound_frame_is_a_good_or_a_bad_frame_and_never_raises(data: bytes) -> None:
    reader = driver()
    read_all(reader, [e.frame(data) + e.frame(b"\xe1\x00\x00\x02" + data)])
    assert reader.counters.good + reader.counters.bad == 2


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_good_and_bad_frames_together_are_the_frames_sent(seed: int) -> None:
    source = random.Random(seed)
    reader = driver()
    wrong = 0
    for index in range(600):
        frame = report(index, hr=source.randrange(50, 130), spo2=source.randrange(80, 101), rr=index % 40)
        sent = numbers(read_all(driver(), [frame])[0])
        damaged = flip_bits(frame, 3e-3, source)
        wrong += len(numbers(reader.step(damaged, 0.0).vitals) - sent)
    reader.finish()
    assert abs(reader.counters.good + reader.counters.bad - 600) <= 2
    assert reader.counters.bad > 100
    assert wrong == 0


def test_frames_cut_short_are_counted_and_the_next_one_is_read() -> None:
    source = random.Random(8)
    reader = driver()
    for index in range(0, 200, 2):
        reader.step(cut(report(index), source), 0.0)
        assert ("hr", 90.0) in numbers(reader.step(report(index + 1, hr=90), 0.0).vitals)
    assert reader.counters.good == 100
    assert 97 <= reader.counters.bad <= 100  # a cut behind the first byte leaves nothing that begins like a frame
