"""Stored messages by pages, newest first, for whoever looks for one; no search takes longer than about a second.

Rows are gone through backwards by their number, window by window: a filter that fits nothing must not read a table of
millions while values wait to be read for a screen.
"""

from __future__ import annotations

import time
from typing import Any

from sqlalchemy import Connection, func, select

from console.store.instants import from_us
from console.store.receipts import raw_of
from console.store.records import (
    MESSAGES_OF_A_PAGE,
    MessageFilter,
    MessagePage,
    MessageRow,
    Receipt,
    ReceiptOutcome,
    Taken,
)
from console.store.schema import receipt

WINDOW = 1_000
SEARCH_S = 1.0
_ROW = (
    receipt.c.id, receipt.c.feed, receipt.c.peer, receipt.c.control_id, receipt.c.message_type,
    receipt.c.received_at, receipt.c.outcome, receipt.c.reason, receipt.c.raw_size,
)  # fmt: skip


def read_messages(connection: Connection, wanted: MessageFilter, before: int | None) -> MessagePage:
    """A page, newest first. before: of the page before, None for the newest."""
    until = time.monotonic() + SEARCH_S
    first, last = connection.execute(select(func.min(receipt.c.id), func.max(receipt.c.id))).one()
    top = (last or 0) + 1 if before is None else before
    found: list[MessageRow] = []
    looked_at = 0
    columns = (*_ROW, receipt.c.raw) if wanted.text else _ROW
    while first is not None and top > first:
        window = select(*columns).where(receipt.c.id < top, receipt.c.id >= top - WINDOW, *_conditions(wanted))
        for row in connection.execute(window.order_by(receipt.c.id.desc())):
            if not wanted.text or _holds(row, wanted.text):
                found.append(_message(row))
                if len(found) == MESSAGES_OF_A_PAGE:
                    return MessagePage(tuple(found), row.id if row.id > first else None, looked_at + top - row.id)
        looked_at += min(WINDOW, top - first)
        top -= WINDOW
        if time.monotonic() > until:
            break
    return MessagePage(tuple(found), top if first is not None and top > first else None, looked_at)


def read_message_of(connection: Connection, number: int) -> tuple[MessageRow, Receipt] | None:
    """One stored message with its bytes (empty when they were let go), None when it is there no more."""
    row = connection.execute(select(*_ROW, receipt.c.key, receipt.c.raw).where(receipt.c.id == number)).one_or_none()
    if row is None:
        return None
    message = _message(row)
    whole = Receipt(
        row.key,
        message.feed,
        message.peer,
        message.control_id,
        message.message_type,
        message.received_at,
        ReceiptOutcome(message.outcome),
        message.reason,
        raw_of(row.raw) or b"",
    )
    return message, whole


def _conditions(wanted: MessageFilter) -> list[Any]:
    found: list[Any] = []
    if wanted.feed:
        found.append(receipt.c.feed == wanted.feed)
    if wanted.peer:
        found.append(receipt.c.peer.contains(wanted.peer, autoescape=True))
    accepted = receipt.c.outcome == ReceiptOutcome.ACCEPTED.value
    match wanted.taken:
        case Taken.CHARTED:
            found += [accepted, receipt.c.reason == ""]
        case Taken.PUT_ASIDE:
            found += [accepted, receipt.c.reason != ""]
        case Taken.NOT_TAKEN:
            found.append(~accepted)
    return found


def _holds(row: Any, text: str) -> bool:
    said = text.casefold()
    if any(said in part.casefold() for part in (row.control_id, row.message_type, row.reason, row.peer)):
        return True
    raw = raw_of(row.raw)
    return raw is not None and said in raw.decode("utf-8", "replace").casefold()


def _message(row: Any) -> MessageRow:
    return MessageRow(
        row.id,
        row.feed,
        row.peer,
        row.control_id,
        row.message_type,
        from_us(row.received_at),
        row.outcome,
        row.reason,
        row.raw_size > 0,
    )
