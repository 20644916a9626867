"""Masimo ASCII 1: what is read, what is refused, and what damage can and cannot do."""

from __future__ import annotations

import random
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.driver import DriverSettings, Output
from drivers.masimo.driver import MasimoAscii1
from drivers.observation import Parameter, Status
from tests.drivers.encoders import masimo_line
from tests.drivers.noise import (
    assert_an_added_byte_tells_nothing_new,
    assert_chopping_changes_nothing,
    assert_loss_tells_nothing_new,
    cut,
    flip_bits,
    numbers,
    read_all,
)

NOON = datetime(2026, 3, 14, 12, 0, 0)


def driver() -> MasimoAscii1:
    return MasimoAscii1(DriverSettings())


def values(output: Output) -> dict[Parameter, tuple[float | None, Status]]:
    return {vital.parameter: (vital.value, vital.status) for vital in output.vitals}


def test_a_line_gives_saturation_pulse_rate_and_perfusion_with_the_time_of_the_device() -> None:
    output = driver().step(masimo_line(), 0.0)
    assert values(output) == {
        Parameter.SPO2: (97.0, Status.VALID),
        Parameter.PR: (80.0, Status.VALID),
        Parameter.PERFUSION_INDEX: (4.96, Status.VALID),
    }
    assert {vital.device_time for vital in output.vitals} == {NOON}
    assert output.alerts == ()
    assert output.send == b""


def test_dashes_are_no_data_and_never_the_last_value() -> None:
    reader = driver()
    reader.step(masimo_line(0), 0.0)
    output = reader.step(masimo_line(1, "---%", "---", "--.--%", exc="000801"), 1.0)
    assert set(values(output).values()) == {(None, Status.UNAVAILABLE)}


@pytest.mark.parametrize("exc", ["000801", "000802", "000808", "000820", "000880"])
def test_a_number_printed_while_the_sensor_cannot_measure_is_not_taken(exc: str) -> None:
    assert set(values(driver().step(masimo_line(exc=exc), 0.0)).values()) == {(None, Status.UNAVAILABLE)}


@pytest.mark.parametrize("exc", ["000804", "000810", "000840", "000C00"])
def test_a_number_the_device_doubts_is_questionable(exc: str) -> None:
    found = values(driver().step(masimo_line(exc=exc), 0.0))
    assert found[Parameter.SPO2] == (97.0, Status.QUESTIONABLE)


def test_alerts_are_told_when_they_begin_and_when_they_end() -> None:
    reader = driver()
    begun = reader.step(masimo_line(0, exc="000820", alarm="0012"), 0.0).alerts
    still = reader.step(masimo_line(1, exc="000820", alarm="0012"), 1.0).alerts
    ended = reader.step(masimo_line(2), 2.0).alerts
    assert [(a.code, a.active) for a in begun] == [("sensor_off", True), ("spo2_low", True), ("alarm_active", True)]
    assert still == ()
    assert [(a.code, a.active) for a in ended] == [("sensor_off", False), ("spo2_low", False), ("alarm_active", False)]


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        (b"SPO2=097%", b"SPO2=97%"),
        (b"SPO2=097%", b"SPO2=197%"),
        (b"SPO2=097%", b"SPO2=097"),
        (b"BPM=080", b"BPM=80"),
        (b"BPM=080", b"BPM=980"),
        (b"PI=04.96%", b"PI=4.96%"),
        (b"PI=04.96%", b"PI=84.96%"),
        (b"EXC=000800", b"EXC=00080"),
        (b"03/14/26", b"13/14/26"),
        (b"12:00:00", b"12:60:00"),
        (b" BPM", b"BPM"),
        (b"BPM=080", b"SPO2=080%"),
        (b"ALARM=0000 ", b""),
        (b"SN=0000012345", b"SN=000012345"),
        (b"SPO2=", b"SPO\xb2="),
    ],
)
def test_a_line_with_anything_malformed_is_refused_and_counted(wrong: bytes, right: bytes) -> None:
    reader = driver()
    line = masimo_line()
    assert wrong in line
    output = reader.step(line.replace(wrong, right) + masimo_line(1), 0.0)
    assert {vital.device_time for vital in output.vitals} == {NOON.replace(second=1)}
    reader.finish()
    assert (reader.counters.good, reader.counters.bad) == (1, 1)


def test_other_models_may_send_other_keys() -> None:
    line = (
        masimo_line().replace(b"DESAT=-- ", b"SPHB=--.- RRA=014 DESAT=-- ").replace(b"0000 EXC=000", b"000000 EXC=0000")
    )
    assert values(driver().step(line, 0.0))[Parameter.SPO2] == (97.0, Status.VALID)


def test_the_next_whole_line_is_read_behind_one_that_was_cut_off() -> None:
    reader = driver()
    output = reader.step(masimo_line(0)[:40] + masimo_line(1, spo2="091%"), 0.0)
    assert values(output)[Parameter.SPO2] == (91.0, Status.VALID)
    assert (reader.counters.good, reader.counters.bad) == (1, 1)


def test_the_last_line_counts_without_its_end_and_half_a_line_does_not() -> None:
    whole, half = driver(), driver()
    assert whole.step(masimo_line()[:-2], 0.0).vitals == ()
    assert len(whole.finish().vitals) == 3
    half.step(masimo_line()[:60], 0.0)
    assert half.finish().vitals == ()
    assert (half.counters.good, half.counters.bad) == (0, 1)


TREND = b"03/14/26 12:00:%02d SpO2=%03d PR=069 PI=04.69 EXC=%s\r\n"


def test_trend_lines_of_an_untimed_capture_are_read_and_zero_is_no_data() -> None:
    output = driver().step(TREND % (0, 97, b"800:SET") + TREND % (2, 0, b"820:OffPat,SET"), 0.0)
    assert [vital.value for vital in output.vitals] == [97.0, 69.0, 4.69, None, None, None]
    assert driver().step(TREND % (0, 97, b"820:SET"), 0.0).vitals == ()  # the words contradict the bits


def test_what_the_device_prints_from_its_memory_is_not_the_patient_now() -> None:
    reader = driver()
    assert len(reader.step(masimo_line(40), 10.0).vitals) == 3
    for index in range(30):
        assert reader.step(TREND % (index, 88, b"800:SET"), 10.5 + index * 0.07).vitals == ()
    assert len(reader.step(masimo_line(43), 13.0).vitals) == 3
    assert reader.counters.good == 32


def test_a_live_stream_in_trend_form_is_read_once_it_has_kept_pace_with_the_clock() -> None:
    reader = driver()
    told = [len(reader.step(TREND % (second, 97, b"800:SET"), 1.0 + second).vitals) for second in range(10)]
    assert told == [0] * 5 + [3] * 5


lines = st.lists(
    st.tuples(st.integers(70, 100), st.integers(30, 200), st.integers(2, 1999)), min_size=1, max_size=6
).map(lambda rows: [masimo_line(i, f"{s:03d}%", f"{p:03d}", f"{i_ / 100:05.2f}%") for i, (s, p, i_) in enumerate(rows)])


@given(lines, st.lists(st.integers(1, 50), max_size=40), st.binary(max_size=30))
def test_a_stream_reads_alike_however_it_is_chopped(sent: list[bytes], sizes: list[int], noise: bytes) -> None:
    assert_chopping_changes_nothing(driver, noise.join(sent), sizes)


@given(lines, st.data())
def test_lost_bytes_within_a_line_never_make_a_value_that_was_not_sent(sent: list[bytes], data: st.DataObject) -> None:
    assert_loss_tells_nothing_new(driver, b"".join(sent), len(sent[0]) - 1, data)


@given(lines, st.data())
def test_an_added_byte_never_makes_a_value_that_was_not_sent(sent: list[bytes], data: st.DataObject) -> None:
    assert_an_added_byte_tells_nothing_new(driver, b"".join(sent), data)


@given(st.integers(0, len(masimo_line()) - 1), st.integers(0, 255))
def test_a_damaged_byte_makes_a_wrong_value_only_as_a_digit_of_that_value(at: int, byte: int) -> None:
    """The strongest true statement for a protocol without checksum."""
    line = masimo_line()
    damaged = line[:at] + bytes([byte]) + line[at + 1 :]
    wrong = numbers(read_all(driver(), [damaged])[0]) - numbers(read_all(driver(), [line])[0])
    if wrong:
        assert line[at : at + 1].isdigit()
        assert chr(byte).isdigit()
        assert len(wrong) == 1


@given(st.binary(max_size=2000))
def test_noise_alone_says_nothing_and_never_raises(noise: bytes) -> None:
    assert read_all(driver(), [noise]) == ([], [])


def test_good_and_bad_lines_together_are_the_lines_sent_on_a_line_with_flipped_bits() -> None:
    seed = random.Random(3)
    reader = driver()
    read_all(reader, (flip_bits(masimo_line(i % 60), 1e-3, seed) for i in range(1000)))
    assert abs(reader.counters.good + reader.counters.bad - 1000) <= 1
    assert reader.counters.bad > 50


def test_reading_goes_on_with_the_next_line_after_lines_that_were_cut() -> None:
    seed = random.Random(4)
    reader = driver()
    for index in range(0, 40, 2):
        reader.step(cut(masimo_line(index), seed), 0.0)
        assert len(reader.step(masimo_line(index + 1), 0.0).vitals) >= 3


@pytest.mark.parametrize(("printed", "told"), [("0000145838", "0000145838"), ("----------", ""), ("0000000000", "")])
def test_a_line_tells_the_serial_number_of_the_device_and_dashes_or_zeros_tell_none(printed: str, told: str) -> None:
    line = masimo_line()
    before = line[line.index(b"SN=") : line.index(b" SPO2")]
    output = driver().step(line.replace(before, b"SN=" + printed.encode()), 1.0)
    assert output.vitals
    assert output.identity == told
