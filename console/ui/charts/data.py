"""The samples behind the charts of one bed: loaded once from the store, then grown by what arrives. Qt-free."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from console.link.snapshot import BedSnapshot
from console.store.records import Trend
from console.ui.charts.reduce import Floats
from drivers.observation import Parameter

KEPT_S = 73 * 3600.0
"""Nothing older is kept."""

STREAMED = (Parameter.HR, Parameter.PR, Parameter.RR, Parameter.SPO2, Parameter.ETCO2)
"""Signals by whose silence lost data are told; cuff and temperature may rest."""

SILENCE_S = 150.0
"""A silence is named when it is longer than two reports of a feed that reports once a minute."""

BUCKET_S = 30.0
MOST_SILENCES = 500


class Samples:
    """One parameter: times (POSIX seconds, increasing) and values (NaN: the device said "no data").

    ever: a value has come at least once.
    """

    def __init__(self) -> None:
        self.ever = False
        self._times = np.empty(1024)
        self._values = np.empty(1024)
        self._first = 0
        self._last = 0

    def __len__(self) -> int:
        return self._last - self._first

    @property
    def times(self) -> Floats:
        """A view, valid until the next change."""
        return self._times[self._first : self._last]

    @property
    def values(self) -> Floats:
        """A view, valid until the next change."""
        return self._values[self._first : self._last]

    def load(self, times: Floats, values: Floats) -> None:
        """Put what the store had before what has arrived since."""
        self.ever = self.ever or bool((~np.isnan(values)).any())
        newer = self.times > (times[-1] if len(times) else -np.inf)
        times = np.concatenate([times, self.times[newer]])
        values = np.concatenate([values, self.values[newer]])
        room = max(1024, 2 * len(times))
        self._times, self._values = np.empty(room), np.empty(room)
        self._times[: len(times)], self._values[: len(values)] = times, values
        self._first, self._last = 0, len(times)

    def append(self, time: float, value: float) -> None:
        """One more; what is not newer than the last is left to the store."""
        if len(self) and time <= self._times[self._last - 1]:
            return
        self.ever = self.ever or not np.isnan(value)
        if self._last == len(self._times):
            self._make_room()
        self._times[self._last], self._values[self._last] = time, value
        self._last += 1
        while self._times[self._first] < time - KEPT_S:
            self._first += 1

    def near(self, time: float, within_s: float) -> float | None:
        """The value nearest to a time, None when none lies within so many seconds or it is "no data"."""
        if not len(self):
            return None
        index = int(np.searchsorted(self.times, time))
        candidates = [i for i in (index - 1, index) if 0 <= i < len(self)]
        best = min(candidates, key=lambda i: abs(self.times[i] - time))
        value = float(self.values[best])
        return None if abs(self.times[best] - time) > within_s or np.isnan(value) else value

    def _make_room(self) -> None:
        times, values = self.times.copy(), self.values.copy()
        room = max(1024, 2 * len(times))
        self._times, self._values = np.empty(room), np.empty(room)
        self._times[: len(times)], self._values[: len(values)] = times, values
        self._first, self._last = 0, len(times)


class BedData:
    """All parameters of one bed, from the begin of a stay on: what was before belongs to somebody else.

    since: POSIX seconds; 0 where nobody is admitted and nothing is known of who lay there.
    """

    def __init__(self, bed: str, since: float = 0.0) -> None:
        self.bed = bed
        self.since = since
        self.samples: dict[Parameter, Samples] = {}
        self.silences: list[tuple[float, float]] = []
        self.heard_at: float | None = None

    def load(self, trend: Trend) -> None:
        """Take what the store had."""
        for parameter, series in trend.series.items():
            first = int(np.searchsorted(series.times, self.since))
            self.samples.setdefault(parameter, Samples()).load(series.times[first:], series.values[first:])
        self.silences = silences([self.of(parameter) for parameter in STREAMED])
        newest = [s.times[-1] for p in STREAMED if len(s := self.of(p))]
        self.heard_at = float(max(newest)) if newest else self.heard_at

    def follow(self, bed: BedSnapshot) -> None:
        """Take what has just arrived."""
        for reading in bed.readings:
            at = reading.measured_at.timestamp()
            if at < self.since:
                continue
            self.of(reading.parameter).append(at, np.nan if reading.value is None else reading.value)
            if reading.parameter in STREAMED and reading.value is not None:
                self._hear(at)

    def _hear(self, at: float) -> None:
        if self.heard_at is not None and at - self.heard_at > SILENCE_S:
            self.silences.append((self.heard_at, at))
            del self.silences[:-MOST_SILENCES]
        self.heard_at = at if self.heard_at is None else max(at, self.heard_at)

    def of(self, parameter: Parameter) -> Samples:
        """The samples of a parameter; empty when it has never come."""
        return self.samples.setdefault(parameter, Samples())

    def has(self, *parameters: Parameter) -> bool:
        """True when any of them has ever come with a value."""
        return any(s.ever for p in parameters if (s := self.samples.get(p)) is not None)


def silences(samples: Sequence[Samples]) -> list[tuple[float, float]]:
    """Stretches of more than SILENCE_S between the first and the last sample in which none of these had a value.

    Counted in buckets, so that 73 hours of a value a second take milliseconds; ends are exact to a bucket.
    """
    heard = [s for s in samples if len(s)]
    if not heard:
        return []
    first = min(float(s.times[0]) for s in heard)
    count = int((max(float(s.times[-1]) for s in heard) - first) // BUCKET_S) + 1
    present = np.zeros(count, dtype=bool)
    for s in heard:
        present[((s.times[~np.isnan(s.values)] - first) // BUCKET_S).astype(int)] = True
    filled = np.flatnonzero(present)
    gaps = np.flatnonzero(np.diff(filled) * BUCKET_S > SILENCE_S + BUCKET_S)
    found = [(first + (filled[g] + 1) * BUCKET_S, first + filled[g + 1] * BUCKET_S) for g in gaps]
    return [(float(begin), float(end)) for begin, end in found[-MOST_SILENCES:]]
