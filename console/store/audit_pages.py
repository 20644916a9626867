"""The audit trail by pages, newest first; no search takes longer than about a second.

As stored messages are, entries are gone through backwards by their number, window by window.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, or_, select

from console.store.instants import from_us, to_us
from console.store.schema import audit

PAGE = 200
WINDOW = 5_000
SEARCH_S = 1.0


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which entries. start, end: UTC, None for open; bed: its name, by: a part of the name of a person, text: a part of
    the act, the detail, the old or the new value; "" for all. Case does not count for letters of ASCII."""

    start: datetime | None = None
    end: datetime | None = None
    bed: str = ""
    by: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One entry as it stands in the trail. at: UTC."""

    number: int
    at: datetime
    by: str
    act: str
    bed: str
    detail: str
    station: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class AuditPage:
    """rows: newest first. before: from where the search goes on, None when there is nothing older. looked_at: entries
    gone through. error: why nothing is shown, in one plain sentence."""

    rows: tuple[AuditRow, ...] = ()
    before: int | None = None
    looked_at: int = 0
    error: str = ""


def read_audit(connection: Connection, wanted: AuditFilter, before: int | None, most: int = PAGE) -> AuditPage:
    """A page of at most `most` entries. before: of the page before, None for the newest."""
    until = time.monotonic() + SEARCH_S
    first, last = connection.execute(select(func.min(audit.c.number), func.max(audit.c.number))).one()
    if first is None:
        return AuditPage()
    top = last + 1 if before is None else before
    found: list[AuditRow] = []
    looked_at = 0
    conditions = _conditions(wanted)
    while top > first:
        window = select(audit).where(audit.c.number < top, audit.c.number >= top - WINDOW, *conditions)
        for row in connection.execute(window.order_by(audit.c.number.desc()).limit(most - len(found))):
            found.append(_row(row))
            if len(found) == most:
                return AuditPage(tuple(found), row.number if row.number > first else None, looked_at + top - row.number)
        looked_at += min(WINDOW, top - first)
        top -= WINDOW
        if time.monotonic() > until:
            break
    return AuditPage(tuple(found), top if top > first else None, looked_at)


def _conditions(wanted: AuditFilter) -> list[Any]:
    found: list[Any] = []
    if wanted.start is not None:
        found.append(audit.c.at >= to_us(wanted.start))
    if wanted.end is not None:
        found.append(audit.c.at < to_us(wanted.end))
    if wanted.bed:
        found.append(audit.c.bed == wanted.bed)
    if wanted.by:
        found.append(audit.c.by.icontains(wanted.by, autoescape=True))
    if wanted.text:
        columns = (audit.c.act, audit.c.detail, audit.c.before, audit.c.after, audit.c.station)
        found.append(or_(*(column.icontains(wanted.text, autoescape=True) for column in columns)))
    return found


def _row(row: Any) -> AuditRow:
    return AuditRow(
        row.number, from_us(row.at), row.by, row.act, row.bed, row.detail, row.station, row.before, row.after
    )
