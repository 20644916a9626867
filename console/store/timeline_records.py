"""What the timeline of the ward takes from the store, free of SQL: alarms one by one, or counted where many."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
import numpy.typing as npt

from console.alarms.alarm import Kind, Priority
from console.ward.chart import PumpEventKind

Counts = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Bar:
    """One alarm on its lane. raised_at, ended_at: POSIX seconds, ended_at None while the condition is there. priority:
    the highest it reached; answered: somebody has acknowledged it."""

    alarm_id: str
    bed: str
    raised_at: float
    ended_at: float | None
    priority: Priority
    kind: Kind
    answered: bool


@dataclass(frozen=True, slots=True)
class LaneEvent:
    """A pump event on a lane at `at` (POSIX seconds), or `count` of them that lie close together (kind None)."""

    bed: str
    at: float
    kind: PumpEventKind | None
    count: int = 1


@dataclass(frozen=True, slots=True)
class Timeline:
    """What matches a filter between two times (UTC). total: alarms that were there at any moment of it.

    Few alarms come one by one in `bars`, in order of their onset. Many come counted: `bucket_s` is then the width of a
    bucket in seconds (else 0), `first` the begin of the first one (POSIX seconds, a multiple of it), and `counts` has
    for every bed an array [bucket, priority - 1, 0 limit and technical | 1 pattern]: how many alarms were there at any
    moment of the bucket.
    """

    start: datetime
    end: datetime
    total: int
    bars: tuple[Bar, ...] = ()
    bucket_s: float = 0.0
    first: float = 0.0
    counts: Mapping[str, Counts] = field(default_factory=dict)
    events: tuple[LaneEvent, ...] = ()
