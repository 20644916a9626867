"""The lanes of a timeline: which beds, which bars lie on each other, the picture of counted alarms. Qt-free."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from console.alarms.alarm import Priority
from console.store.timeline_records import Bar, Counts, Timeline

CLOSE_PX = 4.0
"""Alarms whose onsets stand closer than that cannot be told apart: they are drawn together, with their number."""

SHARE = {Priority.LOW: 0.38, Priority.MEDIUM: 0.68, Priority.HIGH: 1.0}
"""Height of a bar in its lane, so that priority is not told by colour alone (interface design, section 5)."""

SUB = 3
"""Columns of the picture per bucket: high fills three, medium two, low one."""

LEAST_LANE = 11.0

Pixels = npt.NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class Group:
    """Bars of one lane drawn as one. bars: oldest first; left, right: px."""

    bars: tuple[Bar, ...]
    left: float
    right: float

    @property
    def top(self) -> Bar:
        """The one that stands for all: the highest, a pattern before others, the newest."""
        return max(self.bars, key=urgency)


def urgency(bar: Bar) -> tuple[int, bool, float]:
    """Of several alarms the greatest is the one to look at first."""
    return bar.priority, bar.kind.is_pattern, bar.raised_at


def lanes_of(ward: Sequence[str], wanted: Sequence[str], timeline: Timeline | None) -> tuple[str, ...]:
    """Beds from top to bottom: those wanted (all of the ward where none is), then others that have had alarms here,
    last the console itself ("")."""
    lanes = list(wanted or ward)
    if timeline is not None:
        there = {bar.bed for bar in timeline.bars} | set(timeline.counts) | {event.bed for event in timeline.events}
        lanes += sorted(there - set(lanes) - {""})
        lanes += [""] if "" in there else []
    return tuple(lanes)


def grouped(bars: Sequence[Bar], start: float, px_per_s: float, now: float) -> dict[str, list[Group]]:
    """Bars per lane, from the left; those whose onsets cannot be told apart together. start: time at px 0."""
    open_: dict[str, list[Bar]] = {}
    found: dict[str, list[Group]] = {}

    def close(bed: str) -> None:
        some = open_.pop(bed)
        left = (some[0].raised_at - start) * px_per_s
        until = max((now if bar.ended_at is None else max(bar.ended_at, bar.raised_at)) for bar in some)
        found.setdefault(bed, []).append(Group(tuple(some), left, max(left + 3.0, (until - start) * px_per_s)))

    for bar in bars:
        there = open_.get(bar.bed)
        if there is not None and (bar.raised_at - there[0].raised_at) * px_per_s < CLOSE_PX:
            there.append(bar)
            continue
        if there is not None:
            close(bar.bed)
        open_[bar.bed] = [bar]
    for bed in list(open_):
        close(bed)
    return found


def most_in_a_bucket(counts: Mapping[str, Counts]) -> int:
    """The greatest number of alarms in one bucket of one bed: a full lane. At least 1."""
    return max((int(lane.sum(axis=(1, 2)).max(initial=0)) for lane in counts.values()), default=0) or 1


def density(
    counts: Mapping[str, Counts],
    lanes: Sequence[str],
    height: int,
    colours: Mapping[Priority, int],
    pattern: int,
) -> Pixels:
    """The counted alarms as a picture of `height` px a lane and SUB px a bucket, transparent where nothing is.

    In each bucket low, medium and high stand on each other as high as they are many; a full lane is the most of any
    bucket. Whatever is there has at least a pixel, a high one three, whatever else is there. pattern: colour of the
    line on top of buckets in which a pattern has alarmed. Colours are 0xAARRGGBB.
    """
    buckets = next((len(lane) for lane in counts.values()), 0)
    picture = np.zeros((len(lanes) * height, buckets * SUB), dtype=np.uint32)
    full = most_in_a_bucket(counts)
    row = np.arange(height - 1, -1, -1)[:, None]
    for index, bed in enumerate(lanes):
        lane = counts.get(bed)
        if lane is None:
            continue
        low, medium, high = _heights(lane.sum(axis=2), full, height - 1)
        part = picture[index * height : (index + 1) * height]
        for width, begin, end, priority in (
            (1, 0, low, Priority.LOW),
            (2, low, low + medium, Priority.MEDIUM),
            (3, low + medium, low + medium + high, Priority.HIGH),
        ):
            there = (row >= begin) & (row < end)
            for sub in range(width):
                part[:, sub::SUB][there] = colours[priority]
        scored = lane[:, :, 1].sum(axis=1) > 0
        line = (row == low + medium + high) & scored
        for sub in range(SUB):
            part[:, sub::SUB][line] = pattern
    return picture


def _heights(by_priority: Counts, full: int, room: int) -> tuple[Counts, Counts, Counts]:
    """Px of low, medium and high per bucket, together at most `room`; what is there is never less than its least."""
    least = np.array([1, 1, 3])
    wanted = np.maximum(np.ceil(by_priority * (room / full)), least * (by_priority > 0)).astype(np.int64)
    # Where rounding up has made it too high, low gives way first, then medium, high last; none below its least.
    for index in range(3):
        over = np.maximum(wanted.sum(axis=1) - room, 0)
        wanted[:, index] -= np.minimum(over, np.maximum(wanted[:, index] - least[index], 0))
    return wanted[:, 0], wanted[:, 1], wanted[:, 2]
