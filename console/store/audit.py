"""The audit chain: each row holds the digest of itself and of the row before, so that a change anywhere shows."""

from __future__ import annotations

import hashlib
import json

from sqlalchemy import Connection, insert, select, text

from console.store.instants import to_us
from console.store.records import AuditEntry
from console.store.schema import audit
from console.store.words import storable

_CHAIN_LOCK = 0x41554449
START = "0" * 64
"""What stands for the row before the first."""


def digest_of(before: str, at: int, by: str, act: str, bed: str, detail: str) -> str:
    """SHA-256 over the digest before and the row, in hexadecimal."""
    row = json.dumps([before, at, by, act, bed, detail], ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(row.encode("ascii")).hexdigest()


def append(connection: Connection, entry: AuditEntry) -> None:
    """Add one act to the end of the chain, in the caller's transaction."""
    if connection.dialect.name == "postgresql":
        # Two gateways must not both follow the same row.
        connection.execute(text(f"SELECT pg_advisory_xact_lock({_CHAIN_LOCK})"))
    last = connection.execute(select(audit.c.digest).order_by(audit.c.number.desc()).limit(1)).scalar() or START
    at = to_us(entry.at)
    words = {name: storable(getattr(entry, name)) for name in ("by", "act", "bed", "detail")}
    connection.execute(insert(audit), {"at": at, **words, "digest": digest_of(last, at, **words)})


def first_break(connection: Connection) -> tuple[int | None, int]:
    """Follow the whole chain; returns (number of the first row that does not fit or None, rows that were read)."""
    before, count = START, 0
    query = select(audit).order_by(audit.c.number).execution_options(yield_per=2_000)
    rows = connection.execute(query)
    for row in rows:
        count += 1
        if row.digest != digest_of(before, row.at, row.by, row.act, row.bed, row.detail):
            rows.close()
            return int(row.number), count
        before = row.digest
    return None, count
