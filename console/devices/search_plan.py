"""In which order, and for how long, line settings and drivers are tried on a port that nobody knows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from drivers.driver import DriverInfo, SerialSettings

SILENCE_REPORTS = 2.2
SILENCE_MARGIN_S = 0.6
"""A device that reports by itself is waited for so many of its intervals and this much longer."""

HEARD_MARGIN_S, HEARD_AT_LEAST_S = 1.0, 2.5
"""A device that is asked has its interval and this much longer, in all at least so long, for the first byte of an
answer: the S/5 monitors begin only after the interval they were asked for."""

ANSWER_S = 3.0
"""From its first byte on it has so long for a first good frame."""


@dataclass(frozen=True, slots=True)
class Way:
    """A driver at one of its line settings."""

    info: DriverInfo
    serial: SerialSettings


@dataclass(frozen=True, slots=True)
class Listening:
    """One setting of the port, opened once for every driver that listens at it. seconds: without a good frame."""

    serial: SerialSettings
    ways: tuple[Way, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class Asking:
    """One driver that asks. silence_s: in which a first byte must come; seconds: a first good frame."""

    way: Way
    silence_s: float
    seconds: float


@dataclass(frozen=True, slots=True)
class SearchPlan:
    """First all that is heard by listening, the settings with most drivers first; then who must be asked."""

    listening: tuple[Listening, ...]
    asking: tuple[Asking, ...]

    @property
    def silence_s(self) -> float:
        """So long a line must be silent at its first setting before listening ends: bytes of any rate would arrive as
        something."""
        return max((step.seconds for step in self.listening), default=0.0)


def make_plan(infos: Iterable[DriverInfo]) -> SearchPlan:
    """The plan for these drivers; those of network devices are never on a port."""
    listeners: dict[tuple[int, int, str], list[Way]] = {}
    asking: list[tuple[bool, Asking]] = []
    for info in infos:
        if info.network:
            continue
        for serial in dict.fromkeys((info.serial, *info.other_lines)):
            way = Way(info, serial)
            if info.dialogue:
                silence = max(HEARD_AT_LEAST_S, info.interval_s + HEARD_MARGIN_S)
                asking.append((serial != info.serial, Asking(way, silence, silence + ANSWER_S)))
            else:
                listeners.setdefault((serial.baud, serial.bytesize, serial.parity), []).append(way)
    steps = [Listening(SerialSettings(*line), tuple(ways), _patience(ways)) for line, ways in listeners.items()]
    steps.sort(key=lambda step: (-sum(1 for way in step.ways if way.serial == way.info.serial), -len(step.ways)))
    asking.sort(key=lambda entry: (entry[0], entry[1].seconds))
    return SearchPlan(tuple(steps), tuple(step for _, step in asking))


def _patience(ways: Iterable[Way]) -> float:
    return SILENCE_REPORTS * max(1.0, *(way.info.interval_s for way in ways)) + SILENCE_MARGIN_S
