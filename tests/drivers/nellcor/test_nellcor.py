"""Nellcor data port: what is read, what is refused, and what damage can and cannot do."""

from __future__ import annotations

import random
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.driver import DeviceState, DriverSettings, FrameCounters, Output
from drivers.nellcor.driver import NellcorAscii
from drivers.nellcor.simulator import NellcorAsciiSimulator
from drivers.observation import Parameter, Status
from tests.drivers.nellcor.encoder import HEADING, NOON, line
from tests.drivers.noise import (
    assert_an_added_byte_tells_nothing_new,
    assert_chopping_changes_nothing,
    assert_loss_tells_nothing_new,
    cut,
    flip_bits,
    numbers,
    read_all,
)

XON, XOFF = b"\x11", b"\x13"


def driver() -> NellcorAscii:
    return NellcorAscii(DriverSettings())


def values(output: Output) -> dict[Parameter, tuple[float | None, Status]]:
    return {vital.parameter: (vital.value, vital.status) for vital in output.vitals}


def spo2s(output: Output) -> list[float | None]:
    return [vital.value for vital in output.vitals if vital.parameter is Parameter.SPO2]


def test_a_line_gives_saturation_and_pulse_rate_with_the_time_of_the_device() -> None:
    output = driver().step(line(), 0.0)
    assert values(output) == {Parameter.SPO2: (97.0, Status.VALID), Parameter.PR: (80.0, Status.VALID)}
    assert {vital.device_time for vital in output.vitals} == {NOON}
    assert (output.alerts, output.send, output.identity) == ((), b"", "")


# Rows of a stream captured from an N-560, version 1.56.00, on 29 December 2017 (a public demonstration stream).
CAPTURED = (
    ("07:18:55", "99", "66", "8", "MO", (99.0, 66.0, "questionable")),
    ("07:18:57", "89*", "66", "201", "MO SL", (89.0, 66.0, "questionable")),
    ("07:19:07", "77*", "70", "8", "SL AS", (77.0, 70.0, "valid")),
    ("07:19:27", "73*", "70", "12", "MO SL AS", (73.0, 70.0, "questionable")),
    ("07:19:29", "---", "---", "---", "SD AS", (None, None, "unavailable")),
    ("07:19:59", "---", "---", "---", "SO", (None, None, "unavailable")),
    ("07:20:27", "0", "0", "---", "PS", (None, None, "unavailable")),
    ("07:20:43", "94", "119", "5", "", (94.0, 119.0, "valid")),
    ("07:21:13", "96", "63", "---", "PS", (96.0, 63.0, "questionable")),
)


def captured() -> list[bytes]:
    day = datetime(2017, 12, 29)
    rows = []
    for time, spo2, bpm, pa, status, _ in CAPTURED:
        hour, minute, second = (int(part) for part in time.split(":"))
        rows.append(line(hour * 3600 + minute * 60 + second, spo2, bpm, pa, status, day))
    return rows


def test_the_encoder_prints_what_was_captured() -> None:
    rows = captured()
    assert rows[1] == b"29-Dec-17 07:18:57    89*     66     201    MO SL            \r\n"
    assert rows[2] == b"29-Dec-17 07:19:07    77*     70       8       SL       AS   \r\n"
    assert rows[4] == b"29-Dec-17 07:19:29   ---     ---     ---    SD          AS   \r\n"
    assert rows[6] == b"29-Dec-17 07:20:27     0       0     ---    PS               \r\n"


def test_a_captured_stream_of_another_device_is_read_row_by_row() -> None:
    reader = driver()
    vitals, alerts = read_all(reader, captured())
    rows = [(one.value, two.value, one.status.value) for one, two in zip(vitals[::2], vitals[1::2], strict=True)]
    assert rows == [row[5] for row in CAPTURED]
    assert [(a.code, a.active) for a in alerts] == [
        ("interference", True), ("spo2_low", True), ("interference", False), ("alarm_silenced", True),
        ("interference", True), ("interference", False), ("spo2_low", False), ("sensor_disconnected", True),
        ("sensor_disconnected", False), ("alarm_silenced", False), ("sensor_off", True), ("sensor_off", False),
        ("pulse_search", True), ("pulse_search", False), ("pulse_search", True),
    ]  # fmt: skip
    assert reader.counters == FrameCounters(good=9)


def test_upper_case_months_and_a_padded_amplitude_of_a_handheld_are_read() -> None:
    """Lines of a hand-held Nellcor, 18 February 2009, from a published weblog."""
    lines = (
        b"TIME                 %SPO2   BPM     PA   Status \r\n"
        b"18-FEB-09 10:00:21    97      98     092         \r\n"
        b"18-FEB-09 10:00:28    98     105     057    MO     \r\n"
    )
    vitals, _ = read_all(driver(), [lines])
    assert [(v.value, v.status.value) for v in vitals] == [
        (97.0, "valid"), (98.0, "valid"), (98.0, "questionable"), (105.0, "questionable"),
    ]  # fmt: skip


@pytest.mark.reference
def test_the_captured_lines_of_an_n560(reference: Path) -> None:
    reader = driver()
    vitals, alerts = read_all(reader, [(reference / "protocols" / "vectors" / "nellcor_ascii_lines.txt").read_bytes()])
    assert [v.value for v in vitals] == [100, 105, 100, 104, 100, 102, 100, 101, 100, 101, 100, 139]
    doubted = [v.status is Status.QUESTIONABLE for v in vitals[::2]]
    assert doubted == [False, False, True, True, False, True]
    assert vitals[-1].device_time == datetime(2000, 2, 2, 13, 26, 32)
    assert alerts[0].text == "N-560 version 1.61.00: alarm limits SpO2 95 to 100 %, pulse rate 59 to 148 /min"
    assert (reader.counters.good, reader.counters.bad) == (9, 1)  # the file begins with a line of comment


@pytest.mark.parametrize(
    ("code", "status", "alert"),
    [
        ("AO", Status.VALID, "alarm_off"), ("AS", Status.VALID, "alarm_silenced"), ("LB", Status.VALID, "low_battery"),
        ("LM", Status.UNAVAILABLE, "loss_of_pulse"), ("LP", Status.UNAVAILABLE, "loss_of_pulse"),
        ("MO", Status.QUESTIONABLE, "interference"), ("PH", Status.VALID, "pulse_rate_high"),
        ("PL", Status.VALID, "pulse_rate_low"), ("PS", Status.QUESTIONABLE, "pulse_search"),
        ("SH", Status.VALID, "spo2_high"), ("SL", Status.VALID, "spo2_low"),
        ("SD", Status.UNAVAILABLE, "sensor_disconnected"), ("SO", Status.UNAVAILABLE, "sensor_off"),
        ("BU", Status.QUESTIONABLE, "status_bu"),
    ],
)  # fmt: skip
def test_every_status_code_is_passed_on_and_weighed(code: str, status: Status, alert: str) -> None:
    output = driver().step(line(status=code), 0.0)
    assert {vital.status for vital in output.vitals} == {status}
    assert [a.code for a in output.alerts] == [alert]


def test_an_asterisk_without_a_code_is_told_too() -> None:
    output = driver().step(line(bpm="180*", spo2="85*", status="SL"), 0.0)
    assert [(a.code, a.parameter) for a in output.alerts] == [
        ("spo2_low", Parameter.SPO2),
        ("pr_limit", Parameter.PR),
    ]
    assert values(output)[Parameter.PR] == (180.0, Status.VALID)


def test_zero_is_no_data() -> None:
    assert set(values(driver().step(line(spo2="0", bpm="0"), 0.0)).values()) == {(None, Status.UNAVAILABLE)}


def test_headings_tell_the_limits_of_the_device_once_and_when_they_change() -> None:
    reader = driver()
    first = reader.step(HEADING + line(0), 0.0).alerts
    again = reader.step(HEADING + line(2), 2.0).alerts
    changed = reader.step(HEADING.replace(b"95-100", b"90-100") + line(4), 4.0).alerts
    limits = "N-560 version 1.61.00: alarm limits SpO2 {} to 100 %, pulse rate 59 to 148 /min"
    assert [(a.text, a.active) for a in first] == [(limits.format(95), True), ("Mode adult, SatSeconds 25", True)]
    assert again == ()
    assert [(a.text, a.active) for a in changed] == [(limits.format(95), False), (limits.format(90), True)]
    assert reader.counters == FrameCounters(good=12)


def test_headings_and_menu_of_an_n595() -> None:
    reader = driver()
    alerts = reader.step(
        b"N-595    VERSION 2.00.01    CRC:A3F1  SpO2 Limit: 85-100%    PR Limit: 40- 170BPM\r\n"
        b"                             NEO             50SAT-S    SPO2 RESP MODE: FAST\r\n"
        b"NPB-595   Interactive Mode\r\n    1) Dump Instrument Info\r\n    2) Set Date and Time\r\n"
        b"    3) Dump Trend\r\n    4) Dump Error Log\r\n    0) Exit Interactive Mode\r\n    Command?\r\n",
        0.0,
    ).alerts
    reader.finish()
    assert [a.text for a in alerts] == [
        "N-595 version 2.00.01: alarm limits SpO2 85 to 100 %, pulse rate 40 to 170 /min",
        "Mode neonatal, SatSeconds 50, fast response",
    ]
    assert reader.counters == FrameCounters(good=2)


TREND_HEADING = b"N-560    VERSION 1.61.00    TREND     SpO2 Limit: 95-100%    PR Limit: 59-148BPM\r\n"


def test_what_is_printed_from_the_memory_is_counted_and_not_told() -> None:
    reader = driver()
    assert len(reader.step(line(0), 10.0).vitals) == 2
    for index in range(30):
        heading = TREND_HEADING if index == 0 else b""
        assert reader.step(heading + line(-7200 + 2 * index, "88"), 11.0 + index / 15).vitals == ()
    assert len(reader.step(b"Output Complete\r\n" + line(4), 14.0).vitals) == 2
    assert reader.counters == FrameCounters(good=34)


def test_a_print_out_whose_heading_was_missed_is_found_out_by_its_pace() -> None:
    reader = driver()
    told = [spo2s(reader.step(line(2 * index, "88"), 1.0 + index / 15)) for index in range(200)]
    assert sum(map(len, told)) <= 2
    live = [spo2s(reader.step(line(7200 + 2 * index), 20.0 + 2 * index)) for index in range(5)]
    assert live == [[], [], [], [97.0], [97.0]]


def test_a_device_clock_that_is_wrong_or_set_anew_does_not_blind_us() -> None:
    reader = driver()
    early = datetime(2000, 1, 1)
    told = [len(reader.step(line(2 * i, start=early), 1.0 + 2 * i).vitals) for i in range(5)]
    told += [len(reader.step(line(2 * i), 11.0 + 2 * i).vitals) for i in range(6)]
    assert told == [2] * 5 + [0] * 3 + [2] * 3


def test_a_damaged_time_stamp_costs_its_line_and_no_other() -> None:
    reader = driver()
    told = [len(reader.step(line(2 * i + (3600 if i == 3 else 0)), 1.0 + 2 * i).vitals) for i in range(8)]
    assert told == [2, 2, 2, 0, 2, 2, 2, 2]


def test_a_clock_that_runs_a_little_fast_is_followed_for_a_day() -> None:
    reader = driver()
    told = [len(reader.step(line(round(2.0002 * i)), 1.0 + 2 * i).vitals) for i in range(43_200)]
    assert set(told) == {2}


@pytest.mark.parametrize("month", range(1, 13))
def test_months_are_english_whatever_the_language_of_this_machine(month: int) -> None:
    start = datetime(2026, month, 9)
    for text in (line(start=start), line(start=start).upper()):
        assert driver().step(text, 0.0).vitals[0].device_time == start


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        (b"14-Mar-26", b"34-Mar-26"), (b"14-Mar-26", b"14-Mrz-26"), (b"12:00:02", b"12:60:02"),
        (b"12:00:02", b"1200:02"),
        (b"  97 ", b" 197 "), (b"  97 ", b"  9  "), (b"  97 ", b" 97  "), (b"  97 ", b"  9O "), (b"  97 ", b" 097 "),
        (b"  80 ", b" 480 "), (b"  80 ", b"  8* "), (b"  88 ", b" 288 "), (b"   97", b"  97"), (b"MO", b"Mo"),
        (b" MO", b"MO "), (b"MO", b"MOX"), (b"-Mar", b"-M\xe4r"),
    ],
)  # fmt: skip
def test_a_line_with_anything_malformed_is_refused_and_counted(wrong: bytes, right: bytes) -> None:
    reader = driver()
    damaged = line(2, status="MO")
    assert wrong in damaged
    output = reader.step(line(0) + damaged.replace(wrong, right, 1) + line(4), 0.0)
    assert {vital.device_time for vital in output.vitals} == {NOON, NOON.replace(second=4)}
    reader.finish()
    assert (reader.counters.good, reader.counters.bad) == (2, 1)


def test_a_line_that_lost_its_status_is_not_taken_without_it() -> None:
    whole = line(2, status="MO")
    for lost in (whole.replace(b"    MO", b""), whole[:40] + b"\r\n", whole[:40]):
        reader = driver()
        output = reader.step(line(0) + lost + line(4), 0.0)
        assert {vital.device_time for vital in output.vitals} == {NOON, NOON.replace(second=4)}


def test_a_model_with_other_columns_is_read_from_its_second_line_on() -> None:
    reader = driver()
    lines = [b"12-NOV-97 14:00:%02d  100  120   50\r\n" % second for second in (5, 7, 9)]
    assert [len(reader.step(each, 0.0).vitals) for each in lines] == [0, 2, 2]
    assert reader.step(b"12-NOV-97 14:00:11  10  120   50\r\n", 0.0).vitals == ()


def test_half_a_line_at_the_end_counts_as_bad_and_a_whole_one_counts() -> None:
    whole, half = driver(), driver()
    assert whole.step(line()[:-2], 0.0).vitals == ()
    assert len(whole.finish().vitals) == 2
    half.step(line()[:50], 0.0)
    assert half.finish().vitals == ()
    assert (half.counters.good, half.counters.bad) == (0, 1)


def test_xon_is_sent_only_in_silence_and_never_in_a_flood() -> None:
    reader = driver()
    sent: list[tuple[int, bytes]] = []
    for second in range(120):
        talking = second < 20 or second >= 80
        output = reader.step(line(second) if talking and second % 2 == 0 else b"", float(second))
        if output.send:
            sent.append((second, output.send))
    assert sent == [(second, XON) for second in range(24, 80, 6)]


def test_silence_is_told_in_words_and_its_end_too() -> None:
    reader = driver()
    reader.step(line(0), 1.0)
    told = {second: reader.step(b"", float(second)).trouble for second in range(2, 40)}
    assert [second for second, text in told.items() if text is not None] == [21]
    assert "on battery" in str(told[21])
    assert reader.step(line(40), 41.0).trouble == ""
    assert reader.step(line(42), 43.0).trouble is None


def test_a_device_that_was_stopped_goes_on_after_xon() -> None:
    reader, device = driver(), NellcorAsciiSimulator(NOON)
    state = DeviceState({Parameter.SPO2: 95, Parameter.PR: 61})
    told, send = [], b""
    for tick in range(160):
        elapsed = tick / 4
        said = device.step(XOFF if tick == 40 else send, elapsed, state)
        output = reader.step(said, elapsed)
        send = output.send
        told += [elapsed for vital in output.vitals if vital.parameter is Parameter.SPO2]
    assert [elapsed for elapsed in told if 10 <= elapsed < 14] == []
    assert len([elapsed for elapsed in told if elapsed >= 16]) >= 11


lines = st.lists(
    st.tuples(st.integers(70, 100), st.integers(30, 240), st.sampled_from(["", "MO", "SL AS", "AO", "SO"])),
    min_size=1,
    max_size=6,
).map(
    lambda rows: [
        line(2 * i, "---", "---", "---", status) if status == "SO" else line(2 * i, str(s), str(p), "7", status)
        for i, (s, p, status) in enumerate(rows)
    ]
)


@given(lines, st.lists(st.integers(1, 50), max_size=40), st.binary(max_size=30))
def test_a_stream_reads_alike_however_it_is_chopped(sent: list[bytes], sizes: list[int], noise: bytes) -> None:
    assert_chopping_changes_nothing(driver, HEADING + noise.join(sent), sizes)


@given(lines, st.data())
def test_lost_bytes_never_make_a_value_that_was_not_sent(sent: list[bytes], data: st.DataObject) -> None:
    assert_loss_tells_nothing_new(driver, b"".join(sent), len(sent[0]) - 1, data)


@given(lines, st.data())
def test_an_added_byte_never_makes_a_value_that_was_not_sent(sent: list[bytes], data: st.DataObject) -> None:
    assert_an_added_byte_tells_nothing_new(driver, b"".join(sent), data)


@given(st.integers(0, 62), st.integers(0, 255))
def test_a_damaged_byte_makes_a_wrong_value_only_as_a_digit_in_the_columns_of_one(at: int, byte: int) -> None:
    """The strongest true statement for a protocol without checksum."""
    sent = line(spo2="97", bpm="80")
    damaged = sent[:at] + bytes([byte]) + sent[at + 1 :]
    wrong = numbers(read_all(driver(), [damaged])[0]) - {("spo2", 97.0), ("pr", 80.0)}
    if wrong:
        assert at in (22, 23, 29, 30, 31)  # 21 would make the saturation more than 100
        assert chr(byte).isdigit() or chr(byte) == " "
        assert len(wrong) == 1


def test_of_all_single_bit_errors_in_a_line_this_many_cannot_be_seen() -> None:
    sent = line(spo2="97", bpm="80")
    wrong = 0
    for at in range(len(sent) - 2):
        for bit in range(8):
            damaged = sent[:at] + bytes([sent[at] ^ 1 << bit]) + sent[at + 1 :]
            wrong += bool(numbers(read_all(driver(), [damaged])[0]) - {("spo2", 97.0), ("pr", 80.0)})
    assert wrong == 10  # of 488: 9 into 8 or 1, 7 into 6, 5 or 3; 8 into 9, 0 into 1, 2, 4 or 8


@given(st.binary(max_size=2000))
def test_noise_alone_says_nothing_and_never_raises(noise: bytes) -> None:
    assert read_all(driver(), [noise]) == ([], [])


def test_good_and_bad_lines_together_are_the_lines_sent_on_a_line_with_flipped_bits() -> None:
    seed = random.Random(3)
    reader = driver()
    read_all(reader, (flip_bits(line(2 * i), 1e-3, seed) for i in range(1000)))
    assert abs(reader.counters.good + reader.counters.bad - 1000) <= 1
    assert reader.counters.bad > 30


def test_reading_goes_on_with_the_next_line_after_lines_that_were_cut() -> None:
    seed = random.Random(4)
    reader = driver()
    reader.step(line(0), 0.0)
    for index in range(2, 42, 2):
        reader.step(cut(line(2 * index), seed), 0.0)
        assert len(reader.step(line(2 * index + 2), 0.0).vitals) >= 2
