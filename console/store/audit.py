"""The audit chain: each row holds the digest of itself and of the row before, so that a change anywhere shows.

Two forms of rows: 1, written up to schema 0006, covers time, person, act, bed and detail; 2 covers the number of the
row as well, the station, and the old and the new value. Rows of form 2 are numbered without a gap.
"""

from __future__ import annotations

import hashlib
from json import JSONEncoder
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, text, update

from console.store.instants import to_us
from console.store.records import AuditEntry
from console.store.schema import audit, audit_head
from console.store.words import storable

_CHAIN_LOCK = 0x41554449
START = "0" * 64
"""What stands for the row before the first."""

FORM = 2
WORDS = ("by", "act", "bed", "detail", "station", "before", "after")
"""Columns of an entry, in the order in which a digest of form 2 takes them."""

HEAD_LOST = "head of the audit trail lost"

_HEAD = select(audit_head, select(func.max(audit.c.number)).scalar_subquery().label("last"))

_in_json = JSONEncoder(ensure_ascii=True, separators=(",", ":")).encode


def digest_of(previous: str, form: int, number: int, at: int, *words: str) -> str:
    """SHA-256 over the digest before and the row, in hexadecimal. words: the values of WORDS.

    Raises TypeError and ValueError for values that no row of ours has.
    """
    if form == 1:
        row: list[Any] = [previous, at, *words[:4]]
        if words[4:] != ("", "", ""):
            raise ValueError("a row of form 1 has no station and no old or new value")
    elif form == FORM:
        row = [FORM, number, previous, at, *words]
    else:
        raise ValueError(f"there is no form {form}")
    return hashlib.sha256(_in_json(row).encode("ascii")).hexdigest()


def hold_chain(connection: Connection) -> None:
    """Nobody else adds to the chain until this transaction ends: two gateways must not both follow the same row."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SELECT pg_advisory_xact_lock({_CHAIN_LOCK})"))


def append(connection: Connection, *entries: AuditEntry) -> None:
    """Add acts to the end of the chain, in the caller's transaction."""
    if not entries:
        return
    hold_chain(connection)
    head = connection.execute(_HEAD).first()
    if head is None:
        head = _new_head(connection)
        entries = (AuditEntry(entries[0].at, "system", HEAD_LOST), *entries)
    # A row that somebody has put behind the head must not keep acts from being recorded: it is left out of the chain.
    count, number, digest = int(head.entries), max(head.number, head.last or 0), str(head.digest)
    for entry in entries:
        at, words = to_us(entry.at), {name: storable(getattr(entry, name)) for name in WORDS}
        count, number = count + 1, number + 1
        digest = digest_of(digest, FORM, number, at, *words.values())
        row = {"number": number, "at": at, **words, "form": FORM, "digest": digest}
        connection.execute(insert(audit), row)
        connection.execute(update(audit_head), {"entries": count, "number": number, "digest": digest})


def _new_head(connection: Connection) -> Row[Any]:
    """Somebody has taken the head away. Acts still have to be recorded: the chain goes on at its newest row, and says
    so."""
    newest = connection.execute(select(audit.c.number, audit.c.digest).order_by(audit.c.number.desc()).limit(1)).first()
    count = connection.execute(select(func.count()).select_from(audit)).scalar_one()
    number, digest = (0, START) if newest is None else newest
    connection.execute(insert(audit_head), {"id": 1, "entries": count, "number": number, "digest": digest})
    return connection.execute(_HEAD).one()
