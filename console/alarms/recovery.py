"""The time after delivery has been restored in which withdrawal still runs its course.

Detector specification, section 5: shaded on the charts, so that confusion two days after a repair is read beside the
repair (psychiatric symptoms went 4 to 72 h after it, 42.9 h on average, in 23 cases: Leo and Baer, Psychosomatics
2005;46:503). Information alone: no stage, window or limit depends on it.
"""

from __future__ import annotations

from dataclasses import dataclass

from console.alarms.rules import WindowRules

HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class Recovery:
    """A stretch of time after delivery was restored, engine seconds. mark: the average time of recovery."""

    start: float
    end: float
    mark: float


def recovery_after(restored: float | None, rules: WindowRules) -> Recovery | None:
    """The stretch after a confirmed return of delivery at `restored` (engine seconds), None where there was none."""
    if restored is None:
        return None
    hours = (rules.recovery_from_h, rules.recovery_to_h, rules.recovery_mark_h)
    start, end, mark = (restored + h * HOUR for h in hours)
    return Recovery(start, end, mark)
