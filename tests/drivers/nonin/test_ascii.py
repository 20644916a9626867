"""Nonin's real-time ASCII lines: what is read, what is refused, and what damage can and cannot do."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.driver import DriverSettings, FrameCounters, Output
from drivers.nonin.ascii.driver import NoninAscii
from drivers.observation import Parameter, Status
from tests.drivers.noise import (
    assert_an_added_byte_tells_nothing_new,
    assert_chopping_changes_nothing,
    assert_loss_tells_nothing_new,
    cut,
    flip_bits,
    numbers,
    read_all,
)
from tests.drivers.nonin.encoder_ascii import line


def driver() -> NoninAscii:
    return NoninAscii(DriverSettings())


def values(output: Output) -> list[tuple[str, float | None, Status]]:
    return [(vital.parameter.value, vital.value, vital.status) for vital in output.vitals]


SENT = [("spo2", 97.0, Status.VALID), ("pr", 72.0, Status.VALID)]


def test_a_line_gives_saturation_and_pulse_rate() -> None:
    output = driver().step(b"SPO2=097 HR=072\r\n", 0.0)
    assert values(output) == SENT
    assert {vital.device_time for vital in output.vitals} == {None}
    assert (output.alerts, output.send, output.identity) == ((), b"", "")


@pytest.mark.parametrize("end", ["", " F", "*", "B", " F*", "*B", "B*", " FB"])
@pytest.mark.parametrize("time", ["", "00:00:00", "23:59:59"])
def test_time_and_marks_do_not_change_the_values(end: str, time: str) -> None:
    assert values(driver().step(line(end=end, time=time), 0.0)) == SENT


def test_forms_of_one_device_after_the_other_are_read() -> None:
    """The forms of the manuals: 9600 p. 5-3, 4000 p. 29, 8600V p. 22, 9847 p. 37; X and Y filled in."""
    stream = (
        b"SPO2=095 HR=061 F\r\n" b"SPO2=095 HR=061*\r\n"
        b"07:05:09 SPO2=088 HR=121\r\n" b"07:05:10 SPO2=--- HR=---B\r\n"
        b"SPO2= 88 HR=121\r\n" b"SPO2=  9 HR= 61\r\n" b"SPO2=100 HR=300\r\n"
    )  # fmt: skip
    reader = driver()
    vitals, _ = read_all(reader, [stream])
    assert [v.value for v in vitals] == [95, 61, 95, 61, 88, 121, None, None, 88, 121, 9, 61, 100, 300]
    assert reader.counters == FrameCounters(good=7)


@pytest.mark.reference
def test_the_lines_of_the_manuals(reference: Path) -> None:
    reader = driver()
    vitals, alerts = read_all(reader, [(reference / "protocols" / "vectors" / "nonin_ascii_lines.txt").read_bytes()])
    assert [v.value for v in vitals] == [97, 72, 97, 72, None, None, 97, 72, 97, 72, 97, 72]
    assert [(a.code, a.active) for a in alerts] == [("event_mark", True), ("event_mark", False)]
    assert (reader.counters.good, reader.counters.bad) == (6, 0)


@pytest.mark.parametrize(("spo2", "hr", "expected"), [
    ("---", "---", (None, None)), ("---", "072", (None, 72)), ("097", "---", (97, None)), ("000", "000", (None, None)),
])  # fmt: skip
def test_dashes_and_zero_are_no_data_and_never_the_last_value(
    spo2: str, hr: str, expected: tuple[float | None, float | None]
) -> None:
    reader = driver()
    reader.step(line("091", "066"), 0.0)
    output = reader.step(line(spo2, hr), 1.0)
    assert tuple(vital.value for vital in output.vitals) == expected
    assert all((vital.value is None) == (vital.status is Status.UNAVAILABLE) for vital in output.vitals)


def test_a_marked_event_is_told_when_it_begins_and_when_it_ends() -> None:
    reader = driver()
    told = [reader.step(line(end=end), 0.0).alerts for end in ("", "*", "*", "", "")]
    assert [[(a.code, a.active) for a in alerts] for alerts in told] == [
        [], [("event_mark", True)], [], [("event_mark", False)], [],
    ]  # fmt: skip


@pytest.mark.parametrize("damaged", [
    b"SPO2=97 HR=072", b"SPO2=0097 HR=072", b"SPO2=097 HR=72", b"SPO2=097  HR=072", b"SPO2=097HR=072",
    b"SPO2=101 HR=072",
    b"SPO2=097 HR=351", b"SPO2=0-7 HR=072", b"SPO2=--  HR=072", b"SPO2=09 HR=072 ", b"SPO2=9 7 HR=072",
    b"SPO2=097 HR=072 ",
    b"SPO2=097 HR=072 G", b"SPO2=097 HR=072**", b"SPO2=097 HR=072F", b"SPO2=097 BR=072", b"SPO3=097 HR=072",
    b"spo2=097 HR=072", b"24:00:00 SPO2=097 HR=072", b"12:60:00 SPO2=097 HR=072", b"12:00:60 SPO2=097 HR=072",
    b"SPO2=097 HR=\xb072", b"SPO2=097 HR=07",
])  # fmt: skip
def test_a_line_with_anything_malformed_is_refused_and_counted(damaged: bytes) -> None:
    reader = driver()
    time = "12:00:00" if damaged[:1].isdigit() else ""
    output = reader.step(line("091", time=time) + damaged + b"\r\n" + line("092", time=time), 0.0)
    found = [vital.value for vital in output.vitals if vital.parameter is Parameter.SPO2]
    assert found == [91.0, 92.0]
    reader.finish()
    assert (reader.counters.good, reader.counters.bad) == (2, 1)


@pytest.mark.parametrize("before", [b"12:00:0 ", b"12:00:00", b"12.00:00 ", b"\x00\xff"])
def test_what_stands_behind_noise_or_a_damaged_time_is_a_whole_line(before: bytes) -> None:
    reader = driver()
    assert values(reader.step(before + line() + line(time="12:00:01"), 0.0)) == SENT * 2
    reader.finish()
    assert (reader.counters.good, reader.counters.bad) == (2, 0)


def test_the_heading_at_power_up_is_no_bad_line() -> None:
    reader = driver()
    heading = b"NONIN MEDICAL 9600\r\nFORMAT 1  03/14/26 12:00:00\r\n"
    assert values(reader.step(heading + line(), 0.0)) == SENT
    reader.finish()
    assert (reader.counters.good, reader.counters.bad) == (1, 0)
    assert reader.counters.skipped == 45


def test_a_line_whose_end_was_lost_does_not_take_the_next_one_along() -> None:
    reader = driver()
    output = reader.step(line("091")[:-2] + line("092") + b"\xf3\x81" + line("093"), 0.0)
    assert [vital.value for vital in output.vitals[::2]] == [91.0, 92.0, 93.0]


def test_the_last_line_counts_without_its_end_and_half_a_line_does_not() -> None:
    whole, half = driver(), driver()
    whole.step(line()[:-2], 0.0)
    assert values(whole.finish()) == SENT
    half.step(line()[:12], 0.0)
    assert half.finish().vitals == ()
    assert (half.counters.good, half.counters.bad) == (0, 1)


lines = st.lists(st.tuples(st.integers(70, 100), st.integers(30, 300)), min_size=1, max_size=6).map(
    lambda rows: [line(f"{spo2:03d}", f"{hr:03d}") for spo2, hr in rows]
)


@given(lines, st.lists(st.integers(1, 30), max_size=40), st.binary(max_size=30))
def test_a_stream_reads_alike_however_it_is_chopped(sent: list[bytes], sizes: list[int], noise: bytes) -> None:
    assert_chopping_changes_nothing(driver, noise.join(sent), sizes)


@given(lines, st.data())
def test_lost_bytes_within_a_line_never_make_a_value_that_was_not_sent(sent: list[bytes], data: st.DataObject) -> None:
    """A loss of exactly one line's length, from a value to the same place in the next line, could."""
    assert_loss_tells_nothing_new(driver, b"".join(sent), len(sent[0]) - 1, data)


@given(lines, st.data())
def test_an_added_byte_never_makes_a_value_that_was_not_sent(sent: list[bytes], data: st.DataObject) -> None:
    assert_an_added_byte_tells_nothing_new(driver, b"".join(sent), data)


@given(st.integers(0, 16), st.integers(0, 255))
def test_a_damaged_byte_makes_a_wrong_value_only_as_a_digit_of_that_value(at: int, byte: int) -> None:
    """The strongest true statement for a protocol without checksum."""
    sent = line()
    wrong = numbers(read_all(driver(), [sent[:at] + bytes([byte]) + sent[at + 1 :]])[0]) - {
        ("spo2", 97.0),
        ("pr", 72.0),
    }
    if wrong:
        assert at in (6, 7, 12, 13, 14)  # 5 would make the saturation more than 100
        assert chr(byte).isdigit()
        assert len(wrong) == 1


def test_of_all_single_bit_errors_in_a_line_this_many_cannot_be_seen() -> None:
    sent = line()
    wrong = 0
    for at in range(len(sent)):
        for bit in range(8):
            damaged = sent[:at] + bytes([sent[at] ^ 1 << bit]) + sent[at + 1 :]
            wrong += bool(numbers(read_all(driver(), [damaged])[0]) - {("spo2", 97.0), ("pr", 72.0)})
    # 9 into 8 or 1, 7 into 6, 5 or 3 (twice), 0 of the pulse rate into 1 or 2, 2 into 3, 0 or 6
    assert wrong == 13  # of 136


@given(st.binary(max_size=2000))
def test_noise_alone_says_nothing_and_never_raises(noise: bytes) -> None:
    assert read_all(driver(), [noise]) == ([], [])


def test_good_and_bad_lines_together_are_the_lines_sent_on_a_line_with_flipped_bits() -> None:
    seed = random.Random(3)
    reader = driver()
    read_all(reader, (flip_bits(line(), 1e-2, seed) for _ in range(1000)))
    assert abs(reader.counters.good + reader.counters.bad - 1000) <= 2
    assert reader.counters.bad > 50


def test_reading_goes_on_with_the_next_line_after_lines_that_were_cut() -> None:
    seed = random.Random(4)
    reader = driver()
    for _ in range(40):
        reader.step(cut(line("091"), seed), 0.0)
        assert values(reader.step(line(), 0.0))[-2:] == SENT
