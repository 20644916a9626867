"""Damage to a byte stream, from a seed."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator

from hypothesis import strategies as st

from drivers.driver import Driver, Output
from drivers.observation import DeviceAlert, Vital


def flip_bits(data: bytes, rate: float, random_: random.Random) -> bytes:
    """Flip one bit in about `rate` of the bytes."""
    return bytes(b ^ 1 << random_.randrange(8) if random_.random() < rate else b for b in data)


def flip_bits_with_parity(data: bytes, rate: float, random_: random.Random) -> bytes:
    """The same on a line with parity, which drops every byte with one wrong bit."""
    return bytes(b for b in data if random_.random() >= rate)


def cut(data: bytes, random_: random.Random) -> bytes:
    """A frame whose end was lost, down to its first byte."""
    return data[: random_.randrange(1, len(data))]


def chunks(data: bytes, sizes: Iterable[int]) -> Iterator[bytes]:
    """The stream chopped into pieces of these sizes; the rest in one."""
    at = 0
    for size in sizes:
        if at >= len(data):
            return
        yield data[at : at + size]
        at += size
    yield data[at:]


def read_all(driver: Driver, pieces: Iterable[bytes]) -> tuple[list[Vital], list[DeviceAlert]]:
    """Everything a driver says to a stream, its end included."""
    vitals: list[Vital] = []
    alerts: list[DeviceAlert] = []
    outputs: list[Output] = [driver.step(piece, 0.0) for piece in pieces]
    for output in (*outputs, driver.finish()):
        vitals += output.vitals
        alerts += output.alerts
    return vitals, alerts


def numbers(vitals: Iterable[Vital]) -> set[tuple[str, float]]:
    """The values among them, without "no data"."""
    return {(v.parameter.value, v.value) for v in vitals if v.value is not None}


NewDriver = Callable[[], Driver]


def assert_chopping_changes_nothing(new: NewDriver, stream: bytes, sizes: Iterable[int]) -> None:
    """The same values, alerts and counts, however the stream comes."""
    whole, chopped = new(), new()
    assert read_all(chopped, chunks(stream, sizes)) == read_all(whole, [stream])
    assert chopped.counters == whole.counters


def assert_loss_tells_nothing_new(new: NewDriver, stream: bytes, longest: int, data: st.DataObject) -> None:
    """Up to `longest` bytes lost anywhere: no value that the whole stream does not tell."""
    start = data.draw(st.integers(0, len(stream) - 1))
    length = data.draw(st.integers(1, longest))
    _assert_nothing_new(new, stream, stream[:start] + stream[start + length :])


def assert_an_added_byte_tells_nothing_new(new: NewDriver, stream: bytes, data: st.DataObject) -> None:
    """One byte more anywhere: no value that the whole stream does not tell."""
    at = data.draw(st.integers(0, len(stream)))
    byte = data.draw(st.binary(min_size=1, max_size=1))
    _assert_nothing_new(new, stream, stream[:at] + byte + stream[at:])


def _assert_nothing_new(new: NewDriver, stream: bytes, damaged: bytes) -> None:
    assert numbers(read_all(new(), [damaged])[0]) <= numbers(read_all(new(), [stream])[0])
