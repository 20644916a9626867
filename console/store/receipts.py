"""HL7 receipts: one row a message, unique by its key, and how long they are kept.

The retention rule (`Retention`), so that a ward's feeds cannot fill the disk:
- the bytes of a message go after `raw_days`; earlier, oldest first, while all bytes together exceed `raw_bytes`,
  but never before `raw_floor_hours`;
- the row itself, which recognises a message sent again, goes after `row_days`; earlier, oldest first, while there
  are more than `rows`, but never before `row_floor_hours`.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, func, literal, select, update

from console.store.bulk import insert_rows, present
from console.store.instants import HOUR_US, to_us
from console.store.records import Receipt
from console.store.schema import receipt
from console.store.words import storable


@dataclass(frozen=True, slots=True)
class Retention:
    """How long receipts are kept, and samples (by days before now); the floors win over the sizes. 64 messages a second
    are 5.5 million a day."""

    samples_days: float = 400.0
    raw_days: float = 7.0
    raw_bytes: int = 1024**3
    raw_floor_hours: float = 1.0
    row_days: float = 30.0
    rows: int = 6_000_000
    row_floor_hours: float = 24.0


_SLICE = 2_000
"""Most rows one step of pruning touches, so that it never holds up what has to be acknowledged."""


_COLUMNS = (
    "key", "feed", "peer", "control_id", "message_type", "received_at", "outcome", "reason", "raw_size", "raw",
)  # fmt: skip


def row_of(item: Receipt) -> tuple[Any, ...]:
    """A receipt as a row; the bytes deflated at the fastest level (about a fifth of the size for HL7 text)."""
    packed = zlib.compress(item.raw, 1)
    return (
        storable(item.key),
        storable(item.feed),
        storable(item.peer),
        storable(item.control_id),
        storable(item.message_type),
        to_us(item.received_at),
        item.outcome.value,
        storable(item.reason),
        len(packed),
        packed,
    )


def raw_of(packed: bytes | None) -> bytes | None:
    """The bytes of a message again; None when the retention rule has let them go."""
    return None if packed is None else zlib.decompress(packed)


def known_keys(connection: Connection, keys: Sequence[str]) -> set[str]:
    """Which of the keys are there already."""
    return present(connection, "receipt", "key", keys)


def write_receipts(connection: Connection, rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert rows whose keys are new. Raises IntegrityError when another writer was faster."""
    insert_rows(connection, "receipt", _COLUMNS, rows)


def _cut_by_size(connection: Connection, size: Any, limit: int, condition: Any) -> int:
    """The newest time of reception that must go so that what is younger stays within `limit`; -1 for none."""
    running = (
        select(receipt.c.received_at, func.sum(size).over(order_by=receipt.c.received_at.desc()).label("total"))
        .where(condition)
        .subquery()
    )
    cut = connection.execute(select(func.max(running.c.received_at)).where(running.c.total > limit)).scalar()
    return -1 if cut is None else int(cut)


@dataclass(frozen=True, slots=True)
class Cuts:
    """Times of reception up to which bytes, and rows, are to go."""

    raw: int
    rows: int


def plan(connection: Connection, now_us: int, rule: Retention) -> Cuts:
    """What the retention rule lets go now. Reads an index of the whole table: not for the writer's connection."""
    raw = max(
        now_us - int(rule.raw_days * 24 * HOUR_US),
        min(
            _cut_by_size(connection, receipt.c.raw_size, rule.raw_bytes, receipt.c.raw_size > 0),
            now_us - int(rule.raw_floor_hours * HOUR_US),
        ),
    )
    rows = now_us - int(rule.row_days * 24 * HOUR_US)
    if connection.execute(select(func.count()).select_from(receipt)).scalar_one() > rule.rows:
        by_count = _cut_by_size(connection, literal(1), rule.rows, receipt.c.received_at >= 0)
        rows = max(rows, min(by_count, now_us - int(rule.row_floor_hours * HOUR_US)))
    return Cuts(raw, rows)


def prune(connection: Connection, cuts: Cuts) -> int:
    """One step towards the cuts; returns the number of rows touched, 0 when nothing is left to do."""
    old = select(receipt.c.id).where(receipt.c.received_at <= cuts.rows).limit(_SLICE)
    gone = connection.execute(delete(receipt).where(receipt.c.id.in_(old))).rowcount
    heavy = select(receipt.c.id).where(receipt.c.received_at <= cuts.raw, receipt.c.raw_size > 0).limit(_SLICE)
    lighter = connection.execute(update(receipt).where(receipt.c.id.in_(heavy)).values(raw=None, raw_size=0)).rowcount
    return int(gone + lighter)
