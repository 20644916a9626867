"""Small comparisons shared by both detectors."""

from __future__ import annotations


def above(value: float, usual: float, percent: float) -> bool:
    """value is at least `percent` above the usual value."""
    return (value - usual) * 100 >= percent * usual - 1e-6


def below(value: float, usual: float, percent: float) -> bool:
    """value is at least `percent` below the usual value."""
    return (usual - value) * 100 >= percent * usual - 1e-6


def kept(before: int, now: int, eased: int) -> int:
    """Points with their deadband: a band reached before is kept while the eased value still reaches it."""
    return max(now, min(before, eased))


def band_up(value: float, one: float, two: float, three: float) -> int:
    """0 to 3 by rising bands."""
    if value >= three:
        return 3
    return 2 if value >= two else int(value >= one)


def band_down(value: float, one: float, two: float, three: float) -> int:
    """0 to 3 by falling bands."""
    if value <= three:
        return 3
    return 2 if value <= two else int(value <= one)
