"""What one minute of a patient has come to: samples reduced and cleaned, before they are judged.

It is what the detectors need of the past: a minute that late values have changed is judged again from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from console.alarms.pressure import SAME_READING_SECONDS, RawReading

RATES = ("hr", "rr", "spo2", "etco2", "art_sys", "art_dia")
"""Channels that are reduced to one value a minute, in the order of `Minute.rates`."""


class Rate(NamedTuple):
    """One channel in one minute. value: median, None without enough samples in range. renewed: engine time of the
    last valid sample. valid: samples behind the value."""

    value: float | None
    renewed: float
    valid: int


class Minute(NamedTuple):
    """One minute in which something arrived. temp: value and the time it belongs to. received: SpO2 samples, valid
    or not. questionable: a device doubted its saturation."""

    rates: tuple[Rate, ...]
    received: int = 0
    temp: tuple[float, float] | None = None
    cuffs: tuple[RawReading, ...] = ()
    questionable: bool = False


def filled(minute: Minute | None, late: Minute) -> Minute:
    """The minute with late values in it; the same object when they change nothing.

    Late values fill what is missing. Where both have a value, the one with more samples behind it stands, so that a
    value sent twice changes nothing. A cuff reading within seconds of one that is there is the same reading.
    """
    if minute is None:
        return late
    rates = tuple(_better(old, new) for old, new in zip(minute.rates, late.rates, strict=True))
    times = [reading[0] for reading in minute.cuffs]
    more = [raw for raw in late.cuffs if all(abs(raw[0] - at) > SAME_READING_SECONDS for at in times)]
    temp = late.temp if minute.temp is None else minute.temp
    if rates == minute.rates and not more and temp == minute.temp:
        return minute
    cuffs = tuple(sorted((*minute.cuffs, *more), key=lambda raw: raw[0])) if more else minute.cuffs
    received = max(minute.received, late.received)
    return Minute(rates, received, temp, cuffs, minute.questionable or late.questionable)


def _better(old: Rate, new: Rate) -> Rate:
    if new.value is None or (old.value is not None and (old.valid >= new.valid or old.value == new.value)):
        return old
    return new


def without_older(minute: Minute, oldest: float) -> Minute:
    """The minute without single readings whose own time lies before `oldest`: they belong to another minute."""
    temp = minute.temp if minute.temp is None or minute.temp[1] >= oldest else None
    cuffs: Sequence[RawReading] = minute.cuffs
    if any(raw[0] < oldest for raw in cuffs):
        cuffs = [raw for raw in cuffs if raw[0] >= oldest]
    return Minute(minute.rates, minute.received, temp, tuple(cuffs), minute.questionable)
