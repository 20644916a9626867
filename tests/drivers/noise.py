"""Damage to a byte stream, from a seed."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator

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
