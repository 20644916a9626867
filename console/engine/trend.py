"""The four hours a tile shows: one heart rate and one stage of each pattern a minute."""

from __future__ import annotations

from collections import deque
from datetime import UTC, datetime

import numpy as np

from console.alarms.alarm import Kind, Presence, Stage
from console.alarms.explain import PatternView
from console.link.snapshot import TileTrend
from console.store.records import Trend
from drivers.observation import Observation, Parameter, Status

MINUTES = 240


class TrendKeeper:
    """Collects the minute under way and hands out a new TileTrend when it is over.

    Minutes are those of engine time. A minute without a valid heart or pulse rate is a gap.
    """

    def __init__(self) -> None:
        self._hr: deque[float | None] = deque(maxlen=MINUTES)
        self._withdrawal: deque[int] = deque(maxlen=MINUTES)
        self._overdose: deque[int] = deque(maxlen=MINUTES)
        self._minute: int | None = None
        self._heart: float | None = None
        self._pulse: float | None = None
        self.trend: TileTrend | None = None

    def observe(self, observation: Observation) -> None:
        """Remember the newest valid rate of the minute."""
        if observation.status is Status.VALID:
            if observation.parameter is Parameter.HR:
                self._heart = observation.value
            elif observation.parameter is Parameter.PR:
                self._pulse = observation.value

    def advance(self, now: float, utc: datetime, views: tuple[PatternView, ...]) -> bool:
        """Close minutes that are over by `now`; True when there is a new trend."""
        minute = int(now // 60)
        if self._minute is None:
            self._minute = minute
        if minute <= self._minute:
            return False
        stages = {view.kind: view.stage for view in views}
        self._append(self._heart if self._heart is not None else self._pulse, stages)
        for _ in range(min(minute - self._minute - 1, MINUTES)):
            self._append(None, stages)
        self._minute = minute
        self._heart = self._pulse = None
        self.trend = self._picture(now, utc)
        return True

    def clear_stages(self) -> None:
        """The patient has left: his heart rate and stages are not the next one's."""
        self._hr.clear()
        self._withdrawal.clear()
        self._overdose.clear()
        self._heart = self._pulse = None
        self.trend = None

    def preload(self, stored: Trend, now: float, utc: datetime) -> None:
        """Fill the minutes before the start from the archive; what has been seen since then stays."""
        first = utc.timestamp() - now % 60 - 60 * MINUTES
        rates = _last_of_minute(stored, Parameter.PR, first) | _last_of_minute(stored, Parameter.HR, first)
        room = MINUTES - len(self._hr)
        self._hr = deque([*(rates.get(minute) for minute in range(room)), *self._hr], maxlen=MINUTES)
        for kind, ribbon in ((Kind.WITHDRAWAL, self._withdrawal), (Kind.OVERDOSE, self._overdose)):
            ribbon.extendleft(reversed(_stages(stored, kind, first)[:room]))
        self.trend = self._picture(now, utc)

    def _picture(self, now: float, utc: datetime) -> TileTrend:
        ends_at = datetime.fromtimestamp(utc.timestamp() - now % 60, UTC)
        return TileTrend(ends_at, tuple(self._hr), bytes(self._withdrawal), bytes(self._overdose))

    def _append(self, rate: float | None, stages: dict[Kind, Stage]) -> None:
        self._hr.append(rate)
        self._withdrawal.append(stages.get(Kind.WITHDRAWAL, Stage.NONE))
        self._overdose.append(stages.get(Kind.OVERDOSE, Stage.NONE))


def _last_of_minute(stored: Trend, parameter: Parameter, first: float) -> dict[int, float]:
    """The newest sure value of each minute after `first` (POSIX seconds), by the number of the minute."""
    series = stored.series.get(parameter)
    if series is None:
        return {}
    sure = ~series.questionable & ~np.isnan(series.values)
    minutes = ((series.times[sure] - first) // 60).astype(int)
    return dict(zip(minutes.tolist(), series.values[sure].tolist(), strict=True))


def _stages(stored: Trend, kind: Kind, first: float) -> list[int]:
    """The stage of a pattern in each of the minutes after `first`, from the journal."""
    stages = [int(Stage.NONE)] * MINUTES
    for transition in stored.transitions:
        alarm = transition.alarm
        if alarm.condition.kind is kind:
            here = alarm.condition.stage if alarm.presence is Presence.ACTIVE else Stage.NONE
            start = max(0, int((transition.at.timestamp() - first) // 60))
            stages[start:] = [int(here)] * len(stages[start:])
    return stages
