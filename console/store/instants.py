"""Stored times are whole microseconds since 1970-01-01 UTC: exact, portable and cheap to compare."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MINUTE_US = 60_000_000
HOUR_US = 60 * MINUTE_US


def to_us(at: datetime) -> int:
    """Microseconds of an aware time. Raises TypeError for a time without zone."""
    delta = at - EPOCH
    return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds


def from_us(us: int) -> datetime:
    """The aware UTC time of a stored one."""
    return EPOCH + timedelta(microseconds=int(us))


def optional_us(at: datetime | None) -> int | None:
    """As `to_us`, None for None."""
    return None if at is None else to_us(at)
