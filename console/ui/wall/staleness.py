"""Judges on screen how old a value is, again and again, so that it turns grey by itself when the engine stops.

The engine's own word stands while it is the worse one. Qt-free.
"""

from __future__ import annotations

from console.link.snapshot import BedSnapshot, Reading
from console.ward.source import Liveness
from drivers.observation import Parameter

LATE_S = 30.0
"""A streamed value is late after so many engine seconds, gone after twice that (detector specification, section 6)."""

SPEED_S = 2.0
"""At s times real speed a value may be this many real seconds old: a picture takes time to be drawn."""

ENGINE_STOPPED_S = 5.0
"""Real seconds without a new picture after which the rules count as not running (detector specification, section 6)."""

SINGLE = (
    Parameter.NIBP_SYS,
    Parameter.NIBP_DIA,
    Parameter.NIBP_MEAN,
    Parameter.TEMP,
)
"""Readings taken one by one: they stand with their time beside them, and go grey with their bed."""

_RANK = {Liveness.LIVE: 0, Liveness.STARTING: 1, Liveness.LATE: 2, Liveness.NO_DATA: 3}


def worse(a: Liveness, b: Liveness) -> Liveness:
    """The worse of two judgements."""
    return a if _RANK[a] >= _RANK[b] else b


def _by_age(age: float, limit: float) -> Liveness:
    return Liveness.LIVE if age <= limit else Liveness.LATE if age <= 2 * limit else Liveness.NO_DATA


def bed_liveness(bed: BedSnapshot, now: float, speed: float) -> Liveness:
    """Of the bed as a whole: by its newest data, never better than the engine says."""
    if bed.last_data_stamp is None:
        return bed.liveness
    streams = [r.late_after_s for r in bed.readings if r.parameter not in SINGLE and r.late_after_s is not None]
    limit = max(LATE_S, SPEED_S * speed, *streams)
    return worse(bed.liveness, _by_age(now - bed.last_data_stamp, limit))


def reading_liveness(reading: Reading, bed: Liveness, now: float, speed: float) -> Liveness:
    """Of one value: by its own age, never better than the engine says nor than its bed."""
    single = reading.parameter in SINGLE
    limit = reading.late_after_s
    if limit is None and not single:
        limit = LATE_S
    own = reading.liveness
    if limit is not None:
        own = worse(own, _by_age(now - reading.stamp, max(limit, SPEED_S * speed)))
    if bed in (Liveness.LATE, Liveness.NO_DATA):
        # A cuff pressure outlives its monitor, with its time on it, but does not look live.
        own = worse(own, Liveness.LATE if single else bed)
    return own


def engine_stopped(engine_stamp: float, now: float, speed: float) -> bool:
    """True when no new picture has come for so long that nobody judges the alarms."""
    return now - engine_stamp > ENGINE_STOPPED_S * max(1.0, speed)
