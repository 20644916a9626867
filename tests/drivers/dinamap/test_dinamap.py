"""Dinamap Pro 1000: blocks, their check, counts by sequence number, alarms; and no vital sign ever."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.cli import main
from drivers.dinamap.driver import DinamapPro1000
from drivers.driver import DriverSettings, FrameCounters
from drivers.observation import DeviceAlert
from tests.drivers.dinamap.encoder import block, crc, stream
from tests.drivers.noise import chunks, flip_bits, read_all

# Two blocks of the public capture (Zeriam/dinamap-reader), beyond the part that the reference data holds.
REAL = bytes.fromhex("b10b60000602387fa008020300000017e84eb20b60000602337fa0080604000000b9464d")


def new() -> DinamapPro1000:
    return DinamapPro1000(DriverSettings())


def read(data: bytes) -> tuple[list[DeviceAlert], FrameCounters]:
    driver = new()
    vitals, alerts = read_all(driver, [data])
    assert vitals == []
    return alerts, driver.counters


def test_the_tests_encoder_makes_what_the_monitor_made() -> None:
    assert crc(REAL[1:15]) == 0x17
    assert block(177, 0x0B, REAL[2:12], REAL[12:15]) == REAL[:18]
    assert block(178, 0x0B, REAL[20:30], REAL[30:33]) == REAL[18:]


def test_real_blocks_are_read() -> None:
    assert read(REAL) == ([], FrameCounters(good=2))


@pytest.mark.reference
def test_the_capture_is_read_to_the_last_block(reference: Path) -> None:
    text = (reference / "protocols" / "vectors" / "dinamap_pro1000_native_binary.hex.txt").read_text()
    driver = new()
    vitals, alerts = read_all(driver, chunks(bytes.fromhex(text), [5] * 3000))
    assert (vitals, alerts) == ([], [])
    assert driver.counters == FrameCounters(good=len(text.split()))
    assert driver.counters.good >= 576
    # The patient simulator of the capture: 60 beats and 30 breaths a minute, 50 blocks a second.
    assert driver.detections.qrs == pytest.approx(driver.counters.good / 50, abs=1)
    assert driver.detections.breaths == pytest.approx(driver.counters.good / 100, abs=1)


def test_decode_tells_alarms_and_counts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "pro1000.bin"
    file.write_bytes(REAL + block(179, 0x4B) + block(180))
    assert main(["decode", "dinamap_pro1000", str(file)]) == 0
    out = capsys.readouterr().out.splitlines()
    assert [line[:60] for line in out[:-1]] == [
        '{"alert": {"code": "crisis_alarm", "text": "Crisis alarm", "',
        '{"alert": {"code": "crisis_alarm", "text": "Crisis alarm", "',
    ]
    assert out[-1] == '{"frames_good": 4, "frames_bad": 0, "bytes_skipped": 0}'


def test_decode_reads_a_listing_in_hexadecimal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "pro1000.txt"
    lines = [block(n).hex() for n in range(200)]
    file.write_text("# from the bedside\n" + "\n".join(lines) + "\n")
    assert main(["decode", "dinamap_pro1000", str(file)]) == 0
    assert capsys.readouterr().out == '{"frames_good": 200, "frames_bad": 0, "bytes_skipped": 0}\n'
    file.write_text("\n".join(lines) + "\nnot hex\n")
    assert main(["decode", "dinamap_pro1000", str(file)]) == 2
    assert "line 201: expected bytes in hexadecimal" in capsys.readouterr().err


def test_alarm_bits_begin_and_end_alerts_and_other_bits_say_nothing() -> None:
    alerts, _ = read(block(0) + block(1, 0x20) + block(2, 0x60) + block(3, 0x40) + block(4, 0x9F))
    assert [(alert.code, alert.active) for alert in alerts] == [
        ("warning_alarm", True), ("crisis_alarm", True), ("warning_alarm", False), ("crisis_alarm", False),
    ]  # fmt: skip


def test_beats_and_breaths_are_counted_where_their_bits_change() -> None:
    driver = new()
    driver.step(
        b"".join(block(n, status) for n, status in enumerate((0, 0x02, 0x04, 0x04, 0x0C, 0x14, 0x01, 0x81))), 0.0
    )
    assert (driver.detections.qrs, driver.detections.breaths) == (3, 3)


def test_every_bit_of_a_block_is_guarded() -> None:
    # Only the two bytes that say nothing when they stand alone could hide: sequence and its complement guard each
    # other, the CRC guards the rest.
    whole = block(7)
    for bit in range(18 * 8):
        damaged = bytearray(whole)
        damaged[bit // 8] ^= 1 << bit % 8
        _, counters = read(block(6) + bytes(damaged) + block(8))
        assert counters == FrameCounters(good=2, bad=1), bit


def test_a_sequence_number_over_199_is_no_block() -> None:
    body = block(0)
    assert read(bytes([200]) + body[1:17] + bytes([55]))[1].good == 0


def test_lost_cut_and_noisy_blocks_are_counted_by_the_sequence() -> None:
    assert read(block(0) + block(1)[:1] + block(2))[1] == FrameCounters(good=2, bad=1)
    assert read(block(0) + block(1)[1:] + block(2))[1] == FrameCounters(good=2, bad=1)
    assert read(block(198) + block(199)[:9] + block(0)[3:] + block(1))[1] == FrameCounters(good=2, bad=2)
    assert read(block(0) + bytes(40) + block(1))[1] == FrameCounters(good=2, skipped=40)
    assert read(block(0) + b"noise" + block(1)[2:] + block(2))[1] == FrameCounters(good=2, bad=1, skipped=3)


def test_the_ends_of_a_stream() -> None:
    assert read(block(0)[7:] + block(1))[1] == FrameCounters(good=1, skipped=11)
    assert read(block(0) + block(1)[:7])[1] == FrameCounters(good=1, bad=1)
    assert read(block(0) + b"\xaa\xbb")[1] == FrameCounters(good=1, skipped=2)


def test_a_restarted_monitor_costs_no_block() -> None:
    assert read(stream(30, 100) + stream(30))[1] == FrameCounters(good=60)


def test_a_line_at_the_wrong_speed_is_seen_as_bad_within_a_second() -> None:
    driver = new()
    driver.step(random.Random(5).randbytes(920), 0.0)
    assert driver.counters.good == 0
    assert driver.counters.bad == 50


@given(st.integers(1, 30), st.binary(max_size=60), st.lists(st.integers(1, 25), max_size=60), st.integers())
def test_any_chopping_gives_the_same(count: int, noise: bytes, sizes: list[int], seed: int) -> None:
    data = noise + flip_bits(stream(count, 190), 0.02, random.Random(seed)) + noise[:7] + stream(5) + noise[:20]
    whole, chopped = new(), new()
    assert read_all(whole, [data]) == read_all(chopped, chunks(data, sizes))
    assert whole.counters == chopped.counters
    assert whole.detections == chopped.detections


@given(st.integers(5, 60), st.integers(), st.floats(0.0005, 0.01))
def test_damage_raises_no_alarm_that_was_not_sent_and_every_block_is_counted(
    count: int, seed: int, rate: float
) -> None:
    chance = random.Random(seed)
    damaged = block(0) + flip_bits(stream(count, 1), rate, chance) + block(count + 1)
    alerts, counters = read(damaged)
    assert alerts == []
    assert counters.good + counters.bad == count + 2


@given(st.binary(max_size=3000))
def test_no_bytes_raise_and_random_ones_are_no_blocks(data: bytes) -> None:
    assert read(data)[1].good == 0
