"""The samples behind the charts of one bed: loaded once from the store, then grown by what arrives. Qt-free."""

from __future__ import annotations

import numpy as np

from console.link.snapshot import BedSnapshot
from console.store.records import Trend
from console.ui.charts.reduce import Floats
from drivers.observation import Parameter

KEPT_S = 73 * 3600.0
"""Nothing older is kept."""


class Samples:
    """One parameter: times (POSIX seconds, increasing) and values (NaN: the device said "no data")."""

    def __init__(self) -> None:
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
    """All parameters of one bed."""

    def __init__(self, bed: str) -> None:
        self.bed = bed
        self.samples: dict[Parameter, Samples] = {}

    def load(self, trend: Trend) -> None:
        """Take what the store had."""
        for parameter, series in trend.series.items():
            self.samples.setdefault(parameter, Samples()).load(series.times, series.values)

    def follow(self, bed: BedSnapshot) -> None:
        """Take what has just arrived."""
        for reading in bed.readings:
            value = np.nan if reading.value is None else reading.value
            self.samples.setdefault(reading.parameter, Samples()).append(reading.measured_at.timestamp(), value)

    def of(self, parameter: Parameter) -> Samples:
        """The samples of a parameter; empty when it has never come."""
        return self.samples.setdefault(parameter, Samples())

    def has(self, *parameters: Parameter) -> bool:
        """True when any of them has ever come with a value."""
        return any(len(s) and not np.isnan(s.values).all() for p in parameters if (s := self.samples.get(p)))
