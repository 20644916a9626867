"""HL7 time stamps, as the standard has them and as monitors write them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache

# YYYYMMDDHHMM[SS][.ffff][+/-ZZZZ]; three digits without a point are the milliseconds of Mindray gateways; the
# separated form (ISO 8601) is no HL7 but is met.
_COMPACT = re.compile(
    r"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(?:(\d\d)(?:\.(\d{1,9})|(\d{3}))?)?\s*(Z|[+-]\d\d:?\d\d)?",
    re.ASCII,
)
_SEPARATED = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9})|(\d{3}))?)?\s*(Z|[+-]\d\d:?\d\d)?",
    re.ASCII,
)


_LONGEST = 40
"""Characters of a time stamp that is worth remembering: the rows of a message, and its header, nearly share one."""


def parse_time(text: str) -> datetime | None:
    """The moment a time stamp names: aware when it carries an offset, else naive; None when it names none.

    A date without hour and minute is no moment: taken as midnight it would misplace a value by up to a day.
    """
    return _parse(text) if len(text) <= _LONGEST else _parse.__wrapped__(text)


@lru_cache(maxsize=64)
def _parse(text: str) -> datetime | None:
    text = text.strip()
    match = _COMPACT.fullmatch(text) or _SEPARATED.fullmatch(text)
    if match is None:
        return None
    year, month, day, hour, minute, second, fraction, milliseconds, offset = match.groups()
    digits = (fraction or milliseconds or "0")[:6]
    try:
        return datetime(
            int(year),
            int(month),
            int(day),
            int(hour),
            int(minute),
            int(second or 0),
            int(digits.ljust(6, "0")),
            _offset(offset),
        )
    except ValueError:
        return None


@lru_cache(maxsize=64)
def _offset(text: str | None) -> tzinfo | None:
    if text is None:
        return None
    if text == "Z":
        return UTC
    digits = text[1:].replace(":", "")
    minutes = int(digits[:2]) * 60 + int(digits[2:])
    return timezone(timedelta(minutes=-minutes if text[0] == "-" else minutes))


def to_utc(moment: datetime, zone: tzinfo | None, received_at: datetime | None) -> datetime:
    """The same moment in UTC; still naive when it carries no offset and the feed has no zone.

    In the hour that a zone runs through twice in autumn, the reading nearer to the receive time is meant.
    """
    try:
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
        if zone is None:
            return moment
        first = moment.replace(tzinfo=zone).astimezone(UTC)
        second = moment.replace(tzinfo=zone, fold=1).astimezone(UTC)
    except OverflowError:
        return moment.replace(tzinfo=UTC)
    if received_at is None or second <= first:
        return first
    return min(first, second, key=lambda candidate: abs(candidate - received_at))
