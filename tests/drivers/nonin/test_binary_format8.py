"""Nonin data format 8."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers import registry
from drivers.driver import Driver
from drivers.observation import Parameter, Status
from tests.drivers.noise import chunks, numbers, read_all
from tests.drivers.nonin.encoder_binary import format_8, packet

V, Q, U = Status.VALID, Status.QUESTIONABLE, Status.UNAVAILABLE


def driver() -> Driver:
    return registry.create("nonin_df8", {})


def told(frame: bytes) -> dict[Parameter, tuple[float | None, Status]]:
    return {vital.parameter: (vital.value, vital.status) for vital in read_all(driver(), [frame])[0]}


def second_by_second(reader: Driver, pieces: list[bytes]) -> list[tuple[float | None, ...]]:
    """What each second brings: the piece at once, silence behind it."""
    found = []
    for second, piece in enumerate(pieces):
        vitals = [*reader.step(piece, second + 0.02).vitals, *reader.step(b"", second + 0.3).vitals]
        found.append(tuple(vital.value for vital in vitals))
    return found


def test_a_worked_example_of_the_manufacturers_table() -> None:
    # Byte 1: bit 7 set, HR8 HR7 = 01; byte 2: 0000110; byte 3: 1011110; byte 4: nothing. 128 + 6 /min, 94 %.
    assert told(bytes([0b1000_0001, 0b0000_0110, 0b0101_1110, 0b0000_0000])) == {
        Parameter.SPO2: (94.0, V),
        Parameter.PR: (134.0, V),
    }


@pytest.mark.parametrize("rate", [18, 127, 128, 255, 256, 321])
def test_a_rate_has_nine_bits(rate: int) -> None:
    assert told(format_8(rate=rate))[Parameter.PR] == (float(rate), V)


@pytest.mark.parametrize("spo2", [1, 64, 100])
def test_edges_of_the_saturation(spo2: int) -> None:
    assert told(format_8(spo2=spo2))[Parameter.SPO2] == (float(spo2), V)


def test_511_127_and_zero_are_no_data() -> None:
    assert told(format_8(rate=511)) == {Parameter.SPO2: (97.0, V), Parameter.PR: (None, U)}
    assert told(format_8(spo2=127)) == {Parameter.SPO2: (None, U), Parameter.PR: (72.0, V)}
    assert told(format_8(rate=0, spo2=0)) == {Parameter.SPO2: (None, U), Parameter.PR: (None, U)}


@pytest.mark.parametrize(
    ("status", "status_2", "code", "expected"),
    [
        (0b0100_0000, 0, "sensor_disconnected", U),
        (0b0010_0000, 0, "out_of_track", Q),
        (0b0001_0000, 0, "low_perfusion", Q),
        (0b0000_1000, 0, "marginal_perfusion", V),
        (0b0000_0100, 0, "artifact", Q),
        (0, 0b0000_1000, "sensor_alarm", U),
        (0, 0b0000_0001, "battery_low", V),
        (0, 0b0000_0010, "battery_critical", V),
        (0, 0b0111_0100, None, V),
    ],
)
def test_every_bit(status: int, status_2: int, code: str | None, expected: Status) -> None:
    vitals, alerts = read_all(driver(), [format_8(200, 97, status, status_2)])
    assert [vital.status for vital in vitals] == [expected, expected]
    assert [(alert.code, alert.active) for alert in alerts] == ([(code, True)] if code else [])


def test_messages_end_with_the_frame_that_no_longer_says_them() -> None:
    _, alerts = read_all(driver(), [format_8(status_2=8), format_8(status_2=8), format_8()])
    assert [(alert.code, alert.active) for alert in alerts] == [("sensor_alarm", True), ("sensor_alarm", False)]


def test_a_frame_is_told_when_the_line_has_been_silent_behind_it() -> None:
    reader = driver()
    assert reader.step(format_8(), 1.0).vitals == ()
    assert reader.step(b"", 1.1).vitals == ()
    assert len(reader.step(b"", 1.25).vitals) == 2
    assert reader.finish().vitals == ()


def test_a_frame_may_arrive_byte_by_byte() -> None:
    reader = driver()
    for index, byte in enumerate(format_8(130, 91)):
        assert reader.step(bytes([byte]), 1.0 + index * 0.004).vitals == ()
    assert numbers(reader.step(b"", 1.3).vitals) == {("spo2", 91.0), ("pr", 130.0)}


@pytest.mark.parametrize(
    "frame",
    [
        format_8()[:3], format_8() + b"\x00", b"\x00" + format_8(), b"\x48" + format_8()[1:], b"\x80" + format_8(),
        format_8(rate=17), format_8(rate=322), format_8(spo2=101), format_8(spo2=126), b"\x80\xc8\x61\x00",
        b"\x80\x48\xe1\x00", b"\x80\x48\x61\x80",
    ],
)  # fmt: skip
def test_whatever_breaks_the_form_is_refused_and_counted(frame: bytes) -> None:
    reader = driver()
    assert second_by_second(reader, [format_8(), frame, format_8()]) == [(97.0, 72.0), (), (97.0, 72.0)]
    assert (reader.counters.good, reader.counters.bad) == (2, 1)


def test_noise_before_or_behind_a_frame_takes_it_along() -> None:
    reader = driver()
    lookalike = b"\x80\x28\x50\x00"  # 40 /min, 80 %
    pieces = [lookalike + b"\x80\x01" + format_8(), format_8() + b"\xff", format_8()]
    assert second_by_second(reader, pieces) == [(), (), (97.0, 72.0)]
    assert (reader.counters.good, reader.counters.bad) == (1, 2)


def test_two_halves_from_two_seconds_are_no_frame() -> None:
    reader = driver()
    assert second_by_second(reader, [format_8(127)[:1], format_8(128)[1:], format_8(128)]) == [(), (), (97.0, 128.0)]


def test_frames_that_were_held_up_are_read_one_by_one() -> None:
    reader = driver()
    reader.step(b"", 0.1)
    vitals = [*reader.step(format_8(70) + format_8(71) + format_8(72), 3.0).vitals, *reader.step(b"", 3.3).vitals]
    assert [vital.value for vital in vitals[1::2]] == [70.0, 71.0, 72.0]
    assert (reader.counters.good, reader.counters.bad) == (3, 0)


def test_a_file_without_times_is_read_by_the_neighbours_of_each_frame() -> None:
    reader = driver()
    damaged = format_8(70) + format_8(71)[:2]
    found, _ = read_all(reader, [damaged + b"".join(format_8(rate) for rate in range(72, 78))])
    assert numbers(found) == {("spo2", 97.0), ("pr", 75.0), ("pr", 76.0), ("pr", 77.0)}
    assert (reader.counters.good, reader.counters.bad) == (3, 5)


@pytest.mark.parametrize("number", [2, 7])
def test_an_oximeter_that_sends_another_format_says_nothing(number: int) -> None:
    reader = driver()
    for third in range(3000):
        sent = packet(number, third % 7 * 16, rate=60 + third % 90, spo2=80 + third % 20, timer=third)
        assert reader.step(sent, third / 3).vitals == ()
    assert reader.counters.good == 0
    assert reader.counters.bad >= 999


def test_a_lone_answer_to_a_command_is_noise() -> None:
    reader = driver()
    assert second_by_second(reader, [b"\x06", format_8()]) == [(), (97.0, 72.0)]
    assert (reader.counters.bad, reader.counters.skipped) == (0, 1)


def test_what_a_flipped_bit_can_do_is_what_the_manifest_says() -> None:
    """Of the 32 bits of a frame. The strongest true statement for a protocol without checksum."""
    right = {("spo2", 97.0), ("pr", 72.0)}
    refused = wrong = doubted = silent = same = 0
    for bit in range(32):
        damaged = bytearray(format_8())
        damaged[bit // 8] ^= 1 << bit % 8
        reader = driver()
        reader.step(bytes(damaged), 1.0)
        vitals = reader.step(b"", 1.5).vitals
        valid = numbers(vital for vital in vitals if vital.status is V)
        if not vitals:
            refused += 1
        elif valid - right:
            wrong += 1
        elif not numbers(vitals):
            silent += 1
        elif not valid:
            doubted += 1
        else:
            same += 1
    assert (refused, wrong, silent, doubted, same) == (9, 11, 2, 3, 7)


def test_what_never_becomes_a_frame_is_counted_while_it_lasts() -> None:
    reader = driver()
    for tenth in range(600):
        assert reader.step(bytes([0x55]) * 96, tenth / 10).vitals == ()
    assert 55 <= reader.counters.bad <= 125


def test_memory_is_bounded_whatever_arrives() -> None:
    reader = driver()
    reader.step(bytes(100_000), 0.0)
    reader.step(random.Random(1).randbytes(100_000), 0.0)
    assert len(reader._reader._fragment) <= 5  # type: ignore[attr-defined]


frames = st.lists(st.tuples(st.integers(18, 321), st.integers(50, 100)), min_size=1, max_size=8)


@given(frames, st.lists(st.integers(1, 9), max_size=40), st.binary(max_size=12))
def test_a_stream_reads_alike_however_it_is_chopped(
    sent: list[tuple[int, int]], sizes: list[int], noise: bytes
) -> None:
    stream = noise.join(format_8(*one) for one in sent)
    whole, chopped = driver(), driver()
    assert read_all(chopped, chunks(stream, sizes)) == read_all(whole, [stream])
    assert chopped.counters == whole.counters


@given(frames, st.data())
def test_lost_bytes_never_make_a_value_that_was_not_sent_on_a_timed_line(
    sent: list[tuple[int, int]], data: st.DataObject
) -> None:
    pieces = []
    for one in sent:
        kept = data.draw(st.sets(st.integers(0, 3)))
        pieces.append(bytes(byte for index, byte in enumerate(format_8(*one)) if index in kept))
    told = {value for values in second_by_second(driver(), pieces) for value in values}
    assert told <= {float(rate) for rate, _ in sent} | {float(spo2) for _, spo2 in sent}


@given(frames, st.integers(1, 127), st.data())
def test_an_added_byte_refuses_its_frame_on_a_timed_line(
    sent: list[tuple[int, int]], byte: int, data: st.DataObject
) -> None:
    pieces = [format_8(*one) for one in sent]
    which, at = data.draw(st.integers(0, len(pieces) - 1)), data.draw(st.integers(0, 4))
    pieces[which] = pieces[which][:at] + bytes([byte]) + pieces[which][at:]
    found = second_by_second(driver(), pieces)
    assert found[which] == ()
    assert [values for index, values in enumerate(found) if index != which] == [
        (float(spo2), float(rate)) for index, (rate, spo2) in enumerate(sent) if index != which
    ]


@given(st.binary(max_size=500))
def test_no_bytes_raise(noise: bytes) -> None:
    read_all(driver(), chunks(noise, [3] * 200))
