"""What goes into the archive comes out exactly, whatever the value, the time or the order."""

from __future__ import annotations

import math
import struct
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.store.archive import chunk_id, minute_of
from console.store.blocks import Arrays, arrays_of, by_minute, checksum, decode_minutes, encode_minute, join
from console.store.frames import NO_VALUE, STATUS, STATUS_BITS, pack, read_label, unpack, unpack_device_time
from console.store.instants import MINUTE_US, from_us, to_us
from console.store.records import Sample
from drivers.observation import Observation, Parameter, Status
from tests.console.store.records_made import T0, sample

moments = st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))
near = st.integers(0, 180_000_000).map(lambda us: T0 + timedelta(microseconds=us))
zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
device_times = (
    st.none()
    | st.datetimes(datetime(1980, 1, 1), datetime(2100, 1, 1))
    | st.datetimes(datetime(1980, 1, 1), datetime(2100, 1, 1), timezones=zones)
)
ordinary = st.integers(0, 600).map(lambda n: n / 2) | st.integers(200, 430).map(lambda n: n / 10)
values = st.none() | st.floats() | ordinary


@st.composite
def samples(draw: st.DrawFn) -> Sample:
    value = draw(values)
    known = st.sampled_from([Status.VALID, Status.QUESTIONABLE])
    status = Status.UNAVAILABLE if value is None else draw(known)
    measured = draw(near | moments)
    received = draw(st.just(measured) | near | moments)
    site = draw(st.none() | st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=5))
    source = draw(st.sampled_from(["a", "b"]))
    parameter = draw(st.sampled_from(list(Parameter)[:4]))
    seen = Observation(parameter, value, status, source, received, measured, 0.0, site, draw(device_times))
    return Sample("7B-01", seen)


def through_frames(given: list[Sample]) -> dict[str, dict[bytes, Arrays]]:
    blobs: dict[str, list[bytes]] = {}
    for (_, source), _, blob in pack(given):
        blobs.setdefault(source, []).append(blob)
    return {s: {k: arrays_of(c) for k, c in unpack([b"".join(b)]).items()} for s, b in blobs.items()}


def through_chunks(series: dict[bytes, Arrays]) -> dict[bytes, Arrays]:
    minutes: dict[int, dict[bytes, Arrays]] = {}
    for label, whole in series.items():
        for minute, part in by_minute(whole):
            minutes.setdefault(minute, {})[label] = part
    rows = []
    for minute in sorted(minutes):
        layout, data = encode_minute(minutes[minute])
        rows.append((layout, data, checksum(layout, data)))
    found, damaged = decode_minutes(rows)
    assert damaged == 0
    return found


def facts(stored: dict[str, dict[bytes, Arrays]]) -> list[tuple[object, ...]]:
    """Everything that was stored, comparable: values by their bits."""
    rows = []
    for source, series in stored.items():
        for label, arrays in series.items():
            parameter, site = read_label(label)
            for i in range(len(arrays.measured)):
                status = int(arrays.status[i])
                value = None if status & NO_VALUE else struct.pack("<d", arrays.value[i])
                device = unpack_device_time(int(arrays.device[i]), int(arrays.zone[i]))
                zone = None if device is None or device.tzinfo is None else device.utcoffset()
                times = (from_us(arrays.measured[i]), from_us(arrays.received[i]), str(device), zone)
                rows.append((source, parameter, site or "", times, STATUS[status & STATUS_BITS], value or b""))
    return sorted(rows, key=repr)


def expected(given: list[Sample]) -> list[tuple[object, ...]]:
    rows = []
    for item in given:
        seen = item.observation
        value = b"" if seen.value is None else struct.pack("<d", seen.value)
        zone = None if seen.device_time is None or seen.device_time.tzinfo is None else seen.device_time.utcoffset()
        times = (seen.measured_at, seen.received_at, str(seen.device_time), zone)
        rows.append((seen.source, seen.parameter, seen.site or "", times, seen.status, value))
    return sorted(rows, key=repr)


@given(st.lists(samples(), max_size=40))
@settings(max_examples=150, deadline=None)
def test_every_sample_comes_out_of_frames_and_chunks_as_it_went_in(given: list[Sample]) -> None:
    stored = through_frames(given)
    assert facts(stored) == expected(given)
    assert facts({source: through_chunks(series) for source, series in stored.items()}) == expected(given)


@given(st.lists(samples(), min_size=2, max_size=40), st.booleans())
@settings(max_examples=100, deadline=None)
def test_the_values_of_one_reading_come_out_as_they_went_in(drawn: list[Sample], whole: bool) -> None:
    """A reading has one time and one source; whole: and a value in each sample."""
    _, _, _, source, received, measured, stamp, _, device = drawn[0].observation
    reading = []
    for bed, (parameter, value, status, _, _, _, _, site, _) in drawn:
        value = 0.0 if whole and value is None else value
        seen = Observation(parameter, value, status, source, received, measured, stamp, site, device)
        reading.append(Sample(bed, seen))
    assert facts(through_frames(reading)) == expected(reading)
    assert len(pack(reading)) == 1


def test_a_reading_of_more_labels_than_one_blob_holds_is_divided() -> None:
    at = T0 + timedelta(seconds=1)
    reading = [
        Sample("7B-01", Observation(Parameter.TEMP, 36.0 + i % 7, Status.VALID, "monitor", at, at, 0.0, f"channel {i}"))
        for i in range(600)
    ]
    assert len(pack(reading)) == 3
    assert facts(through_frames(reading)) == expected(reading)


def one_series(*items: Sample) -> Arrays:
    (series,) = through_frames(list(items))["monitor"].values()
    return series


@pytest.mark.parametrize(
    ("given", "bytes_a_value"),
    [
        ([72.0, 72.5, 97.5], 1),
        ([72.0, 72.5, 97.6], 2),
        ([-3276.7, 3276.7], 2),
        ([36.7, 36.8, 40.1], 1),
        ([0.02, 1.37, 20.0], 2),
        ([30000.0, 12.0], 2),
        ([3276.75, 12.0], 4),
        ([1e6, 2.5], 4),
        ([0.1 + 0.2], 8),
        ([1e300, 36.7], 8),
        ([-0.0, 36.6], 8),
        ([math.inf], 4),
    ],
)
def test_a_block_is_as_narrow_as_its_values_allow_and_never_rounds(given: list[float], bytes_a_value: int) -> None:
    arrays = one_series(*(sample(i, v) for i, v in enumerate(given)))
    _, data = encode_minute({b"hr\x00": arrays})
    # First time and step, nothing else for regular times; the lowest value before single bytes.
    assert len(data) == 16 + (2 if bytes_a_value == 1 else 0) + bytes_a_value * len(given)
    out = through_chunks({b"hr\x00": arrays})[b"hr\x00"]
    assert struct.pack(f"<{len(given)}d", *out.value) == struct.pack(f"<{len(given)}d", *given)


def test_a_regular_minute_of_six_parameters_takes_less_than_two_bytes_a_sample() -> None:
    minute = [sample(s, 60 + s % 7, p) for s in range(60) for p in list(Parameter)[:6]]
    layout, data = encode_minute(through_frames(minute)["monitor"])
    assert (len(layout) + len(data)) / len(minute) < 1.5


@pytest.mark.parametrize("seconds", [59.999999, 60.0, 119.999999, 120.0])
def test_a_minute_begins_with_its_first_microsecond(seconds: float) -> None:
    arrays = one_series(sample(seconds))
    ((minute, _),) = by_minute(arrays)
    assert minute == (to_us(T0) + round(seconds * 1e6)) // MINUTE_US


def test_a_flipped_bit_is_found_and_the_minute_left_out() -> None:
    layout, data = encode_minute({b"hr\x00": one_series(*(sample(i, 70.0 + i) for i in range(60)))})
    crc = checksum(layout, data)
    for place in range(0, len(data), 7):
        broken = bytearray(data)
        broken[place] ^= 0x10
        found, damaged = decode_minutes([(layout, bytes(broken), crc), (layout, data, crc)])
        assert damaged == 1
        assert len(found[b"hr\x00"].value) == 60


@pytest.mark.parametrize("cut", [1, 5, 9, 20, 40])
def test_half_a_frame_is_an_error_and_not_a_value(cut: int) -> None:
    ((_, _, blob),) = pack([sample(0), sample(1)])
    with pytest.raises(ValueError, match="damaged"):
        unpack([blob[:-cut]])


def test_more_sites_than_one_blob_can_name_make_several() -> None:
    given = [sample(0, float(i), site=f"S{i}") for i in range(600)]
    assert facts(through_frames(given)) == expected(given)


@given(st.integers(1, 2**29), moments)
def test_the_key_of_a_minute_tells_it_apart_and_keeps_the_order(stream: int, at: datetime) -> None:
    minute = to_us(at) // MINUTE_US
    assert minute_of(chunk_id(stream, minute)) == minute
    assert chunk_id(stream, minute) < chunk_id(stream, minute + 1) < chunk_id(stream + 1, -(10**9)) < 2**63


def test_joined_pieces_are_sorted_by_measured_then_received_time() -> None:
    late = one_series(sample(5, 1.0, delay=60), sample(5, 2.0, delay=1))
    early = one_series(sample(2, 3.0))
    assert join([late, early]).sorted().value.tolist() == [3.0, 2.0, 1.0]
