"""Following the audit trail from its first entry to its head, and holding it against its anchors.

A million entries take some ten seconds: rows come as the driver gives them, in pages of short transactions, so that a
running console goes on writing.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection

from console.store.anchors import Anchor, Anchors
from console.store.audit import FORM, START, digest_of
from console.store.instants import from_us

PAGE = 10_000

_ROWS = 'SELECT number, form, digest, "at", "by", act, bed, detail, station, "before", "after" FROM audit'

RawRow = tuple[Any, ...]


class Wrong(StrEnum):
    """What is wrong at the first bad entry."""

    EDITED = "it was edited"
    MISSING = "it is missing"
    ORDER = "it stands in the place of another one"
    ADDED = "it was put in later"
    TRUNCATED = "it and what followed was cut off"
    HEAD = "the head of the trail was changed"
    REWRITTEN = "the trail was written anew"


@dataclass(frozen=True, slots=True)
class Break:
    """The first entry that is not as it was written. at: the time it claims, None where it is not there."""

    number: int
    wrong: Wrong
    detail: str
    at: datetime | None = None

    def __str__(self) -> str:
        when = f" of {self.at.isoformat(timespec='seconds')}" if self.at is not None else ""
        return f"entry {self.number}{when}: {self.wrong}: {self.detail}"


@dataclass(frozen=True, slots=True)
class Verified:
    """entries: rows that were followed; last: number of the newest one. anchored: the newest anchor that the trail
    agrees with, None for none; checked: how many there are. unreadable: a line of the anchors that is none."""

    entries: int
    last: int
    broken: Break | None = None
    anchored: Anchor | None = None
    checked: int = 0
    unreadable: str = ""


@dataclass(slots=True)
class _Walk:
    """How far the trail has been followed. earlier: the digest that `digest` follows."""

    anchors: Mapping[int, list[Anchor]]
    earlier: str = START
    digest: str = START
    number: int = 0
    form: int = 1
    entries: int = 0
    anchored: Anchor | None = None
    agreed: int = 0


def verify(connection: Connection, anchors: Anchors | None = None) -> Verified:
    """Follow the whole trail; the first break in the order of the numbers is named.

    connection: of a reader, with no transaction open. Rows that are appended meanwhile are followed as well.
    """
    known: dict[int, list[Anchor]] = {}
    for anchor in anchors.anchors if anchors is not None else ():
        known.setdefault(anchor.number, []).append(anchor)
    walk = _Walk(known)
    broken: Break | None = None
    more = True
    with _any_text(connection):
        while more and broken is None:
            with connection.begin():
                rows = _page(connection, walk.number if walk.entries else None)
                more = len(rows) == PAGE
                broken = _follow(walk, rows)
                if broken is not None and broken.wrong is Wrong.EDITED:
                    broken = _explained(connection, walk, rows, broken)
                elif broken is None and not more:
                    # In the transaction of the last page: the head fits no other moment.
                    broken = _at_the_end(walk, _raw(connection, "SELECT * FROM audit_head"))
    checked = len(anchors.anchors) if anchors is not None else 0
    unreadable = anchors.unreadable if anchors is not None else ""
    return Verified(walk.entries, walk.number, broken, walk.anchored, checked, unreadable)


def _page(connection: Connection, after: int | None) -> list[RawRow]:
    where = "" if after is None else f" WHERE number > {after}"
    return _raw(connection, f"{_ROWS}{where} ORDER BY number LIMIT {PAGE}")


def _raw(connection: Connection, query: str) -> list[RawRow]:
    cursor = connection.connection.cursor()
    try:
        cursor.execute(query)
        return list(cursor.fetchall())
    finally:
        cursor.close()


def _follow(walk: _Walk, rows: list[RawRow]) -> Break | None:
    """As far as the rows follow each other; what is wrong with the first that does not."""
    previous, last, form_before, entries = walk.digest, walk.number, walk.form, walk.entries
    earlier, broken = walk.earlier, None
    for row in rows:
        number, form, digest = row[:3]
        if number != last + 1 and (form != 1 or number <= last):
            wrong = Wrong.ADDED if number <= last else Wrong.MISSING
            broken = Break(min(number, last + 1), wrong, f"after entry {last} comes entry {number}")
        elif not isinstance(form, int) or form < form_before or not _fits(previous, number, row):
            broken = Break(last + 1, Wrong.EDITED, "its digest does not fit what it says", _time(row))
        elif number in walk.anchors:
            broken = _against_anchors(walk, number, digest)
        if broken is not None:
            break
        earlier, previous, last, form_before, entries = previous, digest, number, form, entries + 1
    walk.earlier, walk.digest, walk.number, walk.form, walk.entries = earlier, previous, last, form_before, entries
    return broken


def _against_anchors(walk: _Walk, number: int, digest: str) -> Break | None:
    for anchor in walk.anchors[number]:
        if anchor.digest != digest:
            return _rewritten(walk, anchor)
        walk.anchored, walk.agreed = anchor, number
    return None


def _fits(previous: str, number: int, row: RawRow) -> bool:
    """True when the row follows `previous` as the number `number`."""
    try:
        return bool(row[2] == digest_of(previous, row[1], number, *row[3:]))
    except (TypeError, ValueError):
        return False  # bytes for text, or a form that there is not


def _time(row: RawRow) -> datetime | None:
    try:
        return from_us(row[3])
    except (TypeError, ValueError, OverflowError):
        return None


def _rewritten(walk: _Walk, anchor: Anchor) -> Break:
    when = anchor.at.isoformat(timespec="seconds")
    return Break(
        walk.agreed + 1,
        Wrong.REWRITTEN,
        f"the digests fit each other, but not the anchor of {when}: something from entry {walk.agreed + 1} to entry "
        f"{anchor.number} is not what it was",
    )


def _explained(connection: Connection, walk: _Walk, rows: list[RawRow], broken: Break) -> Break:
    """What an entry that does not fit is: edited, in the place of another, or one that others were moved for."""
    number = walk.number + 1
    place = next((i for i, row in enumerate(rows) if row[0] > walk.number), 0)
    row, following = rows[place], rows[place + 1 : place + 2]
    if row[0] != number:
        return Break(number, Wrong.MISSING, f"after entry {walk.number} comes entry {row[0]}, which does not follow it")
    if following and following[0][1] == FORM and _fits(row[2], following[0][0] + 1, following[0]):
        return Break(number, Wrong.MISSING, "those after it have moved up into its place")
    if walk.entries and _fits(walk.earlier, number - 1, row):
        return Break(number - 1, Wrong.ADDED, f"the true entry {number - 1} stands as {number}")
    for later in _from(connection, number + 1):
        if not _fits(walk.digest, number, later):
            continue
        if later[0] == number + 1 and not _fits(later[2], number + 1, row):
            return Break(number, Wrong.ADDED, f"the true entry {number} stands as {number + 1}", _time(row))
        return Break(number, Wrong.ORDER, f"the true entry {number} stands as {later[0]}", _time(row))
    return broken


def _from(connection: Connection, number: int) -> Iterator[RawRow]:
    while True:
        rows = _page(connection, number - 1)
        yield from rows
        if len(rows) < PAGE:
            return
        number = rows[-1][0] + 1


def _at_the_end(walk: _Walk, heads: list[RawRow]) -> Break | None:
    """The head in the database, and anchors of entries that are not there."""
    beyond = min((number for number in walk.anchors if number > walk.number), default=0)
    anchored = ""
    if beyond:
        newest = max(walk.anchors)
        when = walk.anchors[newest][-1].at.isoformat(timespec="seconds")
        anchored = f"the trail ends with entry {walk.number}, the anchor of {when} knows entry {newest}"
    if len(heads) != 1:
        return Break(walk.number + 1, Wrong.HEAD, f"there are {len(heads)} heads instead of one")
    _, entries, number, digest = heads[0]
    same = (entries == walk.entries, number == walk.number, digest == walk.digest)
    if not all(same):
        if sum(same) == 2:
            return Break(walk.number + 1, Wrong.HEAD, "it does not agree with the newest entry, which is whole")
        if isinstance(number, int) and number > walk.number:
            return Break(
                walk.number + 1, Wrong.TRUNCATED, f"the trail ends with entry {walk.number}, its head knows {number}"
            )
        if isinstance(number, int) and number < walk.number:
            return Break(number + 1, Wrong.ADDED, f"the head of the trail ends with entry {number}")
        return Break(walk.number + 1, Wrong.HEAD, "it does not agree with the newest entry, which is whole")
    return Break(walk.number + 1, Wrong.TRUNCATED, anchored) if anchored else None


@contextmanager
def _any_text(connection: Connection) -> Iterator[None]:
    """Text that is no UTF-8 is read as it is instead of stopping the check: it cannot fit its digest."""
    raw: Any = connection.connection.dbapi_connection
    if not isinstance(raw, sqlite3.Connection):
        yield
        return
    raw.text_factory = lambda text: text.decode("utf-8", "surrogateescape")
    try:
        yield
    finally:
        raw.text_factory = str
