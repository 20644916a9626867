"""The four hours a tile shows: one heart rate and one stage of each pattern a minute."""

from __future__ import annotations

from collections import deque
from datetime import UTC, datetime

from console.alarms.alarm import Kind, Stage
from console.alarms.explain import PatternView
from console.link.snapshot import TileTrend
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
        ends_at = datetime.fromtimestamp(utc.timestamp() - now % 60, UTC)
        self.trend = TileTrend(ends_at, tuple(self._hr), bytes(self._withdrawal), bytes(self._overdose))
        return True

    def clear_stages(self) -> None:
        """The patient has left: his heart rate and stages are not the next one's."""
        self._hr.clear()
        self._withdrawal.clear()
        self._overdose.clear()
        self._heart = self._pulse = None
        self.trend = None

    def preload(self, minutes: list[float | None]) -> None:
        """Heart rates of the minutes before the start, oldest first, as read from the archive."""
        known = list(self._hr)
        room = MINUTES - len(known)
        before = minutes[-room:] if room else []
        self._hr = deque([*before, *known], maxlen=MINUTES)
        for ribbon in (self._withdrawal, self._overdose):
            ribbon.extendleft([Stage.NONE] * min(len(before), MINUTES - len(ribbon)))

    def _append(self, rate: float | None, stages: dict[Kind, Stage]) -> None:
        self._hr.append(rate)
        self._withdrawal.append(stages.get(Kind.WITHDRAWAL, Stage.NONE))
        self._overdose.append(stages.get(Kind.OVERDOSE, Stage.NONE))
