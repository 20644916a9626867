"""Nonin data formats 2 and 7."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers import registry
from drivers.driver import Driver
from drivers.observation import Parameter, Status, Vital
from tests.drivers.noise import chunks, flip_bits, numbers, read_all
from tests.drivers.nonin.encoder_binary import floats, frame, packet

V, Q, U = Status.VALID, Status.QUESTIONABLE, Status.UNAVAILABLE

DUMP_9560 = bytes.fromhex(
    "01804900CA 0180464A11 01804400C5 01804300C4 01814300C5 0180434A0E 0180436024 0180439458 01804300C4 01804100C2"
    "01803E17D6 01803C04C1 018039601A 0180366017 0180356016 01803400B5 01803400B5 01803400B5 0180354A00 0180366017"
    "0180376018 01803A00BB 01804000C1 01804A00CB 0180574A22 01806900EA 01807C4A47 0180900011 0180A10022 0181AF0031"
)
"""Thirty frames of an oximeter, quoted in mattjlewis/NoninPulseOx, DataFormat2FrameSerialiser."""

DUMP_IPOD = bytes.fromhex(
    "01810000820180003DBE01800061E201800029AA01800061E20180000081018000008101800000810180006"
    "1E201800061E201800062E30180000081018000008101800000810180003EBF01800062E301800061E20180"
    "000081018000008101800000810180003DBE01800000810180003EBF01800000810180000081"
)
"""One packet of a Nonin iPod, quoted in edmund-troche/spo2.nonin, frame.txt."""

both = pytest.mark.parametrize("number", [2, 7])


def driver(number: int) -> Driver:
    return registry.create(f"nonin_df{number}", {})


def told(number: int, *packets: bytes) -> list[Vital]:
    return read_all(driver(number), packets)[0]


def last(number: int, **said: int) -> dict[Parameter, tuple[float | None, Status]]:
    """What is told of a steady second."""
    vitals = told(number, *[packet(number, **said)] * 3)
    return {vital.parameter: (vital.value, vital.status) for vital in vitals}


def test_a_quoted_packet_of_an_ipod_is_read() -> None:
    vitals = told(2, DUMP_IPOD * 2)
    assert [(v.parameter.value, v.value, v.status) for v in vitals] == [("spo2", 97.0, V), ("pr", 61.0, V)]


def test_the_quoted_dump_of_thirty_frames_holds_one_packet_between_single_frames() -> None:
    reader = driver(2)
    vitals, _ = read_all(reader, chunks(DUMP_9560, [7] * 30))
    # One packet alone has no witness.
    assert [(v.parameter.value, v.value, v.status) for v in vitals] == [("spo2", 96.0, Q), ("pr", 74.0, Q)]
    assert (reader.counters.good, reader.counters.bad, reader.counters.skipped) == (1, 0, 25)


@both
@pytest.mark.parametrize("rate", [18, 63, 64, 127, 128, 129, 200, 255, 256, 257, 321])
def test_a_rate_has_nine_bits(number: int, rate: int) -> None:
    assert last(number, rate=rate)[Parameter.PR] == (float(rate), V)


@both
@pytest.mark.parametrize("spo2", [1, 63, 64, 99, 100])
def test_a_saturation_has_seven_bits(number: int, spo2: int) -> None:
    assert last(number, spo2=spo2)[Parameter.SPO2] == (float(spo2), V)


@both
def test_what_stands_on_the_oximeters_screen_is_told_and_nothing_else(number: int) -> None:
    said = {
        "rate": 131, "spo2": 91, "recorded_rate": 140, "recorded_spo2": 88, "extended_rate": 120, "extended_spo2": 95,
        "fast_spo2": 86, "beat_spo2": 84, "reserved": 255,
    }  # fmt: skip
    assert last(number, **said) == {Parameter.SPO2: (91.0, V), Parameter.PR: (131.0, V)}


@both
def test_511_and_127_are_no_data_each_for_itself(number: int) -> None:
    assert last(number, rate=511) == {Parameter.SPO2: (97.0, V), Parameter.PR: (None, U)}
    assert last(number, spo2=127) == {Parameter.SPO2: (None, U), Parameter.PR: (72.0, V)}
    assert last(number, spo2=0, rate=0) == {Parameter.SPO2: (None, U), Parameter.PR: (None, U)}


@both
@pytest.mark.parametrize("status", [0b0000_1000, 0b0100_0000])
def test_numbers_shown_on_without_a_finger_are_not_told(number: int, status: int) -> None:
    assert last(number, status=status) == {Parameter.SPO2: (None, U), Parameter.PR: (None, U)}


@both
def test_a_number_shown_on_while_none_can_be_computed_is_questionable(number: int) -> None:
    assert last(number, recorded_rate=511) == {Parameter.SPO2: (97.0, V), Parameter.PR: (72.0, Q)}
    assert last(number, recorded_spo2=127) == {Parameter.SPO2: (97.0, Q), Parameter.PR: (72.0, V)}


@both
@pytest.mark.parametrize(
    ("status", "pulse", "stat2", "code", "expected"),
    [
        (0b0100_0000, 0b010, 0, "sensor_disconnected", U),
        (0b0010_0000, 0b010, 0, "artifact", Q),
        (0b0001_0000, 0b010, 0, "out_of_track", Q),
        (0b0000_1000, 0b010, 0, "sensor_alarm", U),
        (0, 0b100, 0, "low_perfusion", Q),
        (0, 0b110, 0, "marginal_perfusion", V),
        (0, 0b010, 0b0000_0001, "battery_low", V),
        (0, 0b010, 0b0000_0010, "battery_critical", V),
        (0, 0b010, 0b0111_1100, None, V),
    ],
)
def test_every_bit(number: int, status: int, pulse: int, stat2: int, code: str | None, expected: Status) -> None:
    vitals, alerts = read_all(driver(number), [packet(number, status, pulse, stat2=stat2)] * 3)
    assert [vital.status for vital in vitals] == [expected, expected]
    assert [(alert.code, alert.active) for alert in alerts] == ([(code, True)] if code else [])


@both
def test_one_frame_with_the_sensor_alarm_is_enough(number: int) -> None:
    data = floats()
    said = b"".join(frame(number, 0b1000 if i == 17 else 0, byte, sync=i == 0) for i, byte in enumerate(data))
    assert {vital.value for vital in told(number, packet(number), said)} == {None}


@both
def test_messages_of_single_pulses_do_not_come_and_go_with_each(number: int) -> None:
    reader = driver(number)
    weak, between, good = packet(number, pulse=0b100), packet(number, pulse=0), packet(number)
    _, alerts = read_all(reader, [weak, *[between] * 8] * 4)  # 20 pulses a minute
    assert [(alert.code, alert.active) for alert in alerts] == [("low_perfusion", True)]
    ended = reader.step(good * 12, 0.0)
    assert [(alert.code, alert.active) for alert in ended.alerts] == [("low_perfusion", False)]
    assert ended.vitals[-1].status is V


@both
def test_one_report_a_second(number: int) -> None:
    assert len(told(number, *[packet(number)] * 30)) == 2 * 10


@both
def test_a_new_number_is_told_with_its_second_packet(number: int) -> None:
    old, new = packet(number, rate=70), packet(number, rate=150)
    reader = driver(number)
    assert len(reader.step(old * 4, 0.0).vitals) == 2
    assert reader.step(new, 0.33).vitals == ()
    assert numbers(reader.step(new, 0.67).vitals) == {("spo2", 97.0), ("pr", 150.0)}


@both
def test_numbers_that_no_second_packet_has_are_questionable(number: int) -> None:
    vitals = told(number, *[packet(number, rate=70 + index) for index in range(9)])
    assert {vital.status for vital in vitals} == {Q}


@both
def test_a_packet_that_waited_for_a_witness_when_the_line_fell_silent_is_not_told_later(number: int) -> None:
    reader = driver(number)
    assert reader.step(packet(number), 5.0).vitals == ()
    assert reader.step(b"", 6.5).vitals == ()
    assert reader.finish().vitals == ()


@both
@pytest.mark.parametrize(
    ("at", "byte"),
    [
        (20, 17), (20, 1), (8, 101), (8, 126), (20, 0x80 | 72), (8, 0x80 | 97), (1, 0x80 | 72), (2, 0x80 | 97),
        (7, 0x80),
    ],
)  # fmt: skip
def test_a_number_that_no_oximeter_sends_refuses_the_packet(number: int, at: int, byte: int) -> None:
    reader = driver(number)
    data = floats()
    data[at] = byte
    vitals, _ = read_all(reader, [packet(number, data=data), packet(number, data=data)])
    assert vitals == []
    assert (reader.counters.good, reader.counters.bad) == (0, 2)


@both
@pytest.mark.parametrize("rate", [322, 400, 510])
def test_a_rate_above_the_measuring_range_refuses_the_packet(number: int, rate: int) -> None:
    assert told(number, packet(number, rate=rate), packet(number, rate=rate)) == []


def test_the_formats_do_not_read_each_other() -> None:
    assert told(2, packet(7) * 6) == []
    assert told(7, packet(2) * 6) == []


def frames(number: int) -> list[bytes]:
    whole = packet(number)
    return [whole[at : at + 5] for at in range(0, 125, 5)]


@both
@pytest.mark.parametrize(
    ("change", "bad"), [("one less", 1), ("no sync", 1), ("sync twice", 2), ("exchanged", 1), ("checksum", 1)]
)
def test_a_packet_counts_only_with_its_25_frames_in_order(number: int, change: str, bad: int) -> None:
    parts = frames(number)
    if change == "one less":
        del parts[13]
    elif change == "no sync":
        parts[0] = frame(number, 0, 0)
    elif change == "sync twice":  # as two packets that broke off
        parts[13] = frame(number, 0, 0, sync=True)
    elif change == "exchanged":
        parts[0], parts[13] = parts[13], parts[0]
    else:
        parts[24] = parts[24][:4] + bytes([parts[24][4] ^ 0xFF])
    reader = driver(number)
    vitals, _ = read_all(reader, [packet(number), b"".join(parts), packet(number)])
    assert (reader.counters.good, reader.counters.bad) == (2, bad)
    assert numbers(vitals) == {("spo2", 97.0), ("pr", 72.0)}


@both
def test_a_doubled_frame_moves_no_other_number_into_place(number: int) -> None:
    parts = frames(number)
    parts.insert(13, parts[12])
    vitals = told(number, packet(number) * 2, b"".join(parts), packet(number) * 2, b"".join(parts), packet(number) * 3)
    assert numbers(vitals) == {("spo2", 97.0), ("pr", 72.0)}


@both
def test_every_single_flipped_bit_refuses_its_packet(number: int) -> None:
    whole = packet(number, rate=130)
    for bit in range(8 * len(whole)):
        damaged = bytearray(whole)
        damaged[bit // 8] ^= 1 << bit % 8
        reader = driver(number)
        reader.step(bytes(damaged), 0.0)
        reader.finish()
        assert reader.counters.good == 0, bit


def cancelled(number: int) -> bytes:
    """A packet of 80 /min whose HR-D LSB lost bit 4 while the wave in the same frame gained it: the sum still fits."""
    damaged = bytearray(packet(number, rate=80))
    wave, data = 20 * 5 + (2 if number == 2 else 1), 20 * 5 + 3
    assert not damaged[wave] & 0x10
    assert damaged[data] & 0x10
    damaged[wave] ^= 0x10
    damaged[data] ^= 0x10
    return bytes(damaged)


@both
def test_damage_that_the_sum_cannot_see_is_not_told_from_one_packet(number: int) -> None:
    right, wrong = packet(number, rate=80), cancelled(number)
    assert numbers(told(number, right, right, wrong, right, right, right)) == {("spo2", 97.0), ("pr", 80.0)}
    assert numbers(told(number, right, right, right, right, wrong, right)) == {("spo2", 97.0), ("pr", 80.0)}


@both
def test_the_same_damage_twice_in_a_second_is_the_limit(number: int) -> None:
    """What the manifest says cannot be seen."""
    assert ("pr", 64.0) in numbers(told(number, *[cancelled(number)] * 2))


@both
def test_two_packets_spliced_at_the_same_place_are_not_told(number: int) -> None:
    """A loss of exactly one packet's length: HR-D MSB of 127, LSB of 128 (or the other way round) are 0 and 255."""
    for one, other in ((127, 128), (128, 127)):
        first, second = packet(number, rate=one), packet(number, rate=other)
        spliced = first[: 20 * 5] + second[20 * 5 :]
        vitals = told(number, first * 3, spliced, second * 6)
        assert numbers(vitals) == {("spo2", 97.0), ("pr", float(one)), ("pr", float(other))}


@both
def test_a_stream_that_was_under_way_is_joined_at_the_next_packet(number: int) -> None:
    reader = driver(number)
    read_all(reader, [packet(number)[35:], packet(number) * 3])
    assert (reader.counters.good, reader.counters.bad, reader.counters.skipped) == (3, 0, 90)


@both
def test_what_never_becomes_a_packet_is_counted_while_it_lasts(number: int) -> None:
    reader = driver(number)
    for _ in range(100):
        reader.step(bytes(range(0, 250, 2)), 0.0)
    assert 98 <= reader.counters.bad <= 102
    assert reader.counters.good == 0


@both
def test_memory_is_bounded_whatever_arrives(number: int) -> None:
    reader = driver(number)
    noise = random.Random(7).randbytes(200_000)
    reader.step(noise, 0.0)
    assert len(reader._reader._buffer) < 5  # type: ignore[attr-defined]
    assert len(reader._reader._packet) <= 125  # type: ignore[attr-defined]


runs = st.lists(st.tuples(st.integers(18, 321), st.integers(50, 100), st.integers(1, 5)), min_size=1, max_size=4)


def stream(number: int, run: list[tuple[int, int, int]]) -> bytes:
    return b"".join(packet(number, rate=rate, spo2=spo2) * times for rate, spo2, times in run)


def sent(run: list[tuple[int, int, int]]) -> set[tuple[str, float]]:
    return {("pr", float(rate)) for rate, _, _ in run} | {("spo2", float(spo2)) for _, spo2, _ in run}


@both
@given(runs, st.lists(st.integers(1, 200), max_size=40), st.binary(max_size=30))
def test_a_stream_reads_alike_however_it_is_chopped(
    number: int, run: list[tuple[int, int, int]], sizes: list[int], noise: bytes
) -> None:
    bytes_ = stream(number, run) + noise + stream(number, run)
    whole, chopped = driver(number), driver(number)
    assert read_all(chopped, chunks(bytes_, sizes)) == read_all(whole, [bytes_])
    assert chopped.counters == whole.counters


@both
@given(runs, st.data())
def test_lost_and_added_bytes_never_make_a_value_that_was_not_sent(
    number: int, run: list[tuple[int, int, int]], data: st.DataObject
) -> None:
    bytes_ = stream(number, run)
    start = data.draw(st.integers(0, len(bytes_)))
    lost = data.draw(st.integers(0, 130))
    added = data.draw(st.binary(max_size=20))
    found, _ = read_all(driver(number), [bytes_[:start] + added + bytes_[start + lost :]])
    assert numbers(v for v in found if v.status is V) <= sent(run)


@both
@given(runs, st.integers(0, 2**32))
def test_flipped_bits_never_make_a_value_that_was_not_sent(
    number: int, run: list[tuple[int, int, int]], seed: int
) -> None:
    damaged = flip_bits(stream(number, run), 0.01, random.Random(seed))
    assert numbers(read_all(driver(number), [damaged])[0]) <= sent(run)


@both
@given(st.binary(max_size=2000))
def test_noise_alone_says_nothing_and_never_raises(number: int, noise: bytes) -> None:
    assert read_all(driver(number), [noise]) == ([], [])


@both
def test_good_and_bad_packets_together_are_those_sent_on_a_line_with_flipped_bits(number: int) -> None:
    reader = driver(number)
    seed = random.Random(3)
    read_all(reader, (flip_bits(packet(number), 1e-3, seed) for _ in range(1000)))
    assert reader.counters.good + reader.counters.bad == 1000
    assert 80 < reader.counters.bad < 160
