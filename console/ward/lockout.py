"""How long the next try of a secret has to wait after wrong ones. Pure: the time is passed in.

The first wrong tries cost nothing, because hands in a hurry mistype; then the wait doubles up to a quarter of an hour,
so that of the 10,000 PINs of four digits about a hundred can be tried in a day. Waits that grow are what NIST
SP 800-63B (section 5.2.2) names beside a lock; the figures are an engineering choice. It never locks for good: the ward
has to be able to answer its alarms.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

FREE_TRIES = 2
"""Wrong tries in a row after which nobody has to wait yet."""

FIRST_WAIT_S = 5.0
LONGEST_WAIT_S = 15 * 60.0

MOST_COUNTED = 1_000
"""Further wrong tries in a row are not counted: the wait does not grow any more."""


@dataclass(frozen=True, slots=True)
class Tries:
    """Wrong tries in a row under one name, and until when (UTC) no further one is taken, None when one is."""

    failed: int = 0
    until: datetime | None = None


def wait_s(failed: int) -> float:
    """Seconds to wait after so many wrong tries in a row."""
    if failed <= FREE_TRIES:
        return 0.0
    doublings = min(failed - FREE_TRIES - 1, 16)
    return min(FIRST_WAIT_S * 2.0**doublings, LONGEST_WAIT_S)


def after_wrong(tries: Tries, now: datetime) -> Tries:
    """What stands after one more wrong try at `now`."""
    failed = min(tries.failed + 1, MOST_COUNTED)
    wait = wait_s(failed)
    return Tries(failed, now + timedelta(seconds=wait) if wait else None)


def left_s(tries: Tries, now: datetime) -> float:
    """Seconds until the next try is taken, 0 when it is taken now. A clock that was set back makes nobody wait longer
    than he would have had to from now on."""
    if tries.until is None:
        return 0.0
    return min(max(0.0, (tries.until - now).total_seconds()), wait_s(tries.failed))
