"""National Early Warning Score 2 of what is measured. Royal College of Physicians, 2017.

Used to decide whether a patient is well enough to teach a baseline, and as the comparator of replay. A missing
parameter scores 0, so the sum is a lower bound; consciousness is not scored, because nobody charts it as a number.
"""

from __future__ import annotations

from bisect import bisect_left

Bands = tuple[tuple[float, ...], tuple[int, ...]]
"""Upper bounds (included) and the points of each band, one more than there are bounds."""

RESPIRATION: Bands = ((8, 11, 20, 24), (3, 1, 0, 2, 3))
SATURATION: Bands = ((91, 93, 95), (3, 2, 1, 0))
SATURATION_2_AIR: Bands = ((83, 85, 87), (3, 2, 1, 0))
SATURATION_2_OXYGEN: Bands = ((83, 85, 87, 92, 94, 96), (3, 2, 1, 0, 1, 2, 3))
SYSTOLIC: Bands = ((90, 100, 110, 219), (3, 2, 1, 0, 3))
PULSE: Bands = ((40, 50, 90, 110, 130), (3, 1, 0, 1, 2, 3))
TEMPERATURE: Bands = ((35.0, 36.0, 38.0, 39.0), (3, 1, 0, 1, 2))
OXYGEN_POINTS = 2


def _points(value: float | None, bands: Bands) -> int:
    return 0 if value is None else bands[1][bisect_left(bands[0], value)]


def news2(
    *,
    rr: float | None = None,
    spo2: float | None = None,
    sbp: float | None = None,
    hr: float | None = None,
    temp: float | None = None,
    on_oxygen: bool = False,
    scale_2: bool = False,
) -> int:
    """The score, 0 to 17. Values rounded to display resolution. scale_2: target saturation 88 to 92 % (COPD)."""
    saturation = SATURATION
    if scale_2:
        saturation = SATURATION_2_OXYGEN if on_oxygen else SATURATION_2_AIR
    total = _points(rr, RESPIRATION) + _points(spo2, saturation) + _points(sbp, SYSTOLIC)
    return total + _points(hr, PULSE) + _points(temp, TEMPERATURE) + (OXYGEN_POINTS if on_oxygen else 0)
