"""Curves of a window, read from the store in slices and reduced as they come: memory does not grow with the window.

Least and greatest value per column are kept, so no peak is lost; a gap stays a gap; "no data" is never bridged.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt

from console.link.reports import Floats
from console.store.episodes import Leg
from console.store.records import Series
from console.ui.charts.cuff import cuff_bars
from console.ui.charts.data import SILENCE_S, STREAMED, Samples
from console.ui.charts.reduce import visible
from drivers.observation import Parameter

P = Parameter
Flags = npt.NDArray[np.bool_]
COLUMNS = 900
"""Over the whole window: a fifth of a millimetre on paper."""

SLICE_S = 4 * 3600.0
BUCKET_S = 60.0
GAP_S = 150.0
SPOT_GAP_S = 600.0
REPEATED_S = 240.0
"""A cuff reading that comes again so soon is told again, not taken again."""

BARS_APART = 2.5
"""Columns between two cuff bars, at least."""

_SPOT = frozenset({P.TEMP, P.NIBP_SYS, P.NIBP_DIA, P.NIBP_MEAN})

Bar = tuple[float, float, float]
"""A cuff reading: time, diastolic, systolic."""

Read = Callable[[str, Sequence[Parameter], datetime, datetime], Mapping[Parameter, Series]]
"""bed, parameters, start, end."""


@dataclass(slots=True)
class Stats:
    """What one parameter did: lowest, highest and last value sent; last_at: POSIX seconds. None: nothing was sent."""

    lowest: float | None = None
    highest: float | None = None
    last: float | None = None
    last_at: float = 0.0

    def take(self, times: Floats, values: Floats) -> None:
        there = ~np.isnan(values)
        if not there.any():
            return
        low, high = float(np.min(values[there])), float(np.max(values[there]))
        self.lowest = low if self.lowest is None else min(low, self.lowest)
        self.highest = high if self.highest is None else max(high, self.highest)
        self.last, self.last_at = float(values[there][-1]), float(times[there][-1])


@dataclass(frozen=True, slots=True)
class Slice:
    """Medians of one slice of the window (POSIX seconds), None where nothing was sent."""

    start: float
    end: float
    medians: dict[Parameter, float | None]


class _Line:
    """Reduced points of one parameter, joined over slices."""

    def __init__(self, gap_s: float) -> None:
        self._gap_s = gap_s
        self._times: list[Floats] = []
        self._values: list[Floats] = []
        self._last = math.inf

    def take(self, times: Floats, values: Floats, start: float, end: float, width: float) -> None:
        if not len(times):
            return
        if times[0] - self._last > self._gap_s:
            self._times.append(times[:1])
            self._values.append(np.array([np.nan]))
        t, v = visible(times, values, start, end, max(1, math.ceil((end - start) / width)), self._gap_s)
        self._times.append(t.copy())
        self._values.append(v.copy())
        self._last = float(times[-1])

    def points(self) -> tuple[Floats, Floats]:
        """Times and values, with NaN where the line breaks."""
        if not self._times:
            return np.empty(0), np.empty(0)
        return np.concatenate(self._times), np.concatenate(self._values)


@dataclass(slots=True)
class Curves:
    """What was read. points: by parameter; bars: cuff readings (time, diastolic, systolic); silences: stretches within
    the stay without any streamed value (POSIX seconds)."""

    points: dict[Parameter, tuple[Floats, Floats]] = field(default_factory=dict)
    bars: tuple[Bar, ...] = ()
    stats: dict[Parameter, Stats] = field(default_factory=dict)
    silences: tuple[tuple[float, float], ...] = ()
    slices: tuple[Slice, ...] = ()

    def has(self, *parameters: Parameter) -> bool:
        """True when a value of any of them was sent."""
        return any(p in self.stats and self.stats[p].last is not None for p in parameters)


def read_curves(
    read: Read, legs: Sequence[Leg], start: datetime, end: datetime, parameters: Sequence[Parameter] = tuple(Parameter)
) -> Curves:
    """The values of a patient in [start, end), from the beds he lay in while he lay there."""
    first, last = start.timestamp(), end.timestamp()
    width = max(1e-3, (last - first) / COLUMNS)
    lines = {p: _Line(SPOT_GAP_S if p in _SPOT else GAP_S) for p in parameters}
    found = Curves(stats={p: Stats() for p in parameters})
    present = np.zeros(max(1, math.ceil((last - first) / BUCKET_S)), dtype=bool)
    stay, slices = np.zeros_like(present), []
    cuff = _Cuff()
    for leg, begin, over in _slices(legs, first, last):
        series_of = read(leg.bed, parameters, datetime.fromtimestamp(begin, UTC), datetime.fromtimestamp(over, UTC))
        stay[int((begin - first) // BUCKET_S) : math.ceil((over - first) / BUCKET_S)] = True
        for parameter, series in series_of.items():
            lines[parameter].take(series.times, series.values, begin, over, width)
            found.stats[parameter].take(series.times, series.values)
            if parameter in STREAMED:
                heard = series.times[~np.isnan(series.values)]
                present[((heard - first) // BUCKET_S).astype(int)] = True
        cuff.take(series_of, begin, over, BARS_APART * width)
        slices.append(Slice(begin, over, {p: _median(series_of.get(p)) for p in parameters}))
    found.points = {p: line.points() for p, line in lines.items() if found.has(p)}
    found.bars, found.slices = tuple(cuff.bars), tuple(slices)
    found.silences = tuple(_silences(present, stay, first, last))
    return found


def _slices(legs: Sequence[Leg], first: float, last: float) -> Iterator[tuple[Leg, float, float]]:
    """Parts of the window on a grid that begins with it, each within one leg."""
    for leg in legs:
        begin = max(first, leg.begin.timestamp())
        over = last if leg.end is None else min(last, leg.end.timestamp())
        while begin < over:
            edge = first + (math.floor((begin - first) / SLICE_S) + 1) * SLICE_S
            yield leg, begin, min(edge, over)
            begin = edge


class _Cuff:
    """Cuff readings, joined over slices."""

    def __init__(self) -> None:
        self.bars: list[Bar] = []
        self._heard = -math.inf

    def take(self, series_of: Mapping[Parameter, Series], begin: float, over: float, apart: float) -> None:
        systolic, diastolic = series_of.get(P.NIBP_SYS), series_of.get(P.NIBP_DIA)
        if systolic is None or diastolic is None:
            return
        found = cuff_bars(_samples(systolic), _samples(diastolic), begin, over, apart)
        bars = list(zip(*(part.tolist() for part in found), strict=True))
        # A reading the device goes on repeating over the edge of a slice is one reading.
        repeated = bool(bars and self.bars) and bars[0][1:] == self.bars[-1][1:]
        if repeated and bars[0][0] - self._heard <= REPEATED_S:
            del bars[0]
        self.bars += bars
        self._heard = float(systolic.times[-1])


def _samples(series: Series) -> Samples:
    made = Samples()
    made.load(series.times, series.values)
    return made


def _median(series: Series | None) -> float | None:
    if series is None or np.isnan(series.values).all():
        return None
    return float(np.nanmedian(series.values))


def _silences(present: Flags, stay: Flags, first: float, last: float) -> Iterator[tuple[float, float]]:
    """Stretches of the stay longer than SILENCE_S, exact to a bucket, in which nothing streamed."""
    silent = np.concatenate([[False], stay & ~present, [False]])
    edges = np.flatnonzero(np.diff(silent.astype(int)))
    for begin, over in zip(edges[0::2], edges[1::2], strict=True):
        if (over - begin) * BUCKET_S > SILENCE_S + BUCKET_S:
            yield first + float(begin) * BUCKET_S, min(last, first + float(over) * BUCKET_S)
