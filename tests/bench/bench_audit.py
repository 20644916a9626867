"""The audit trail: how long a million entries take to verify, and what an entry costs an act."""

from __future__ import annotations

import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from console.store.audit import FORM, START, WORDS, digest_of
from console.store.records import AuditEntry
from console.store.sql_store import open_store
from console.store.upkeep import verify_audit
from tests.bench.figures import resident_mb, row

ENTRIES = 1_000_000
BUDGET_S = 60.0
ACTS = 500
_COLUMNS = ", ".join(f'"{name}"' for name in ("number", "at", *WORDS, "form", "digest"))


def _rows() -> Iterator[tuple[Any, ...]]:
    digest, at = START, 1_795_000_000_000_000
    for number in range(1, ENTRIES + 1):
        detail = f"Heart rate 150 above 120, medium priority, alarm {number:032x} version 2"
        answer = ("unanswered", f"acknowledged by Nurse {number % 40}: seen at the bed")
        words = (f"Nurse {number % 40}", "alarm acknowledged", f"7B-{number % 24:02d}", detail, "desk-7b", *answer)
        digest = digest_of(digest, FORM, number, at + number, *words)
        yield number, at + number, *words, FORM, digest


def verifying() -> list[dict[str, Any]]:
    """A million entries as the store writes them, followed from the first to the head."""
    with tempfile.TemporaryDirectory(prefix="ward-audit-") as folder:
        file = Path(folder) / "ward.db"
        open_store(f"sqlite:///{file}").close()
        with closing(sqlite3.connect(file)) as sql:
            sql.execute("PRAGMA synchronous=OFF")
            sql.execute("DROP TRIGGER audit_head_no_step")
            sql.executemany(f"INSERT INTO audit ({_COLUMNS}) VALUES ({', '.join('?' * 11)})", _rows())
            newest = "(SELECT digest FROM audit WHERE number = ?)"
            sql.execute(f"UPDATE audit_head SET entries = ?, number = ?, digest = {newest}", (ENTRIES,) * 3)
            sql.commit()
        before, begun = resident_mb(), time.perf_counter()
        found = verify_audit(f"sqlite:///{file}")
        took, grown = time.perf_counter() - begun, resident_mb() - before
    whole = found.broken is None and found.entries == ENTRIES
    how = f"SQLite, {ENTRIES:,} entries, page by page; {grown:.0f} MB more memory; the trail is whole: {whole}"
    return [row("audit.verify", round(took, 1), "s", BUDGET_S, whole and took < BUDGET_S, how)]


def recording() -> list[dict[str, Any]]:
    """One entry after the other, each durable before the next."""
    with tempfile.TemporaryDirectory(prefix="ward-audit-") as folder:
        store = open_store(f"sqlite:///{Path(folder) / 'ward.db'}")
        waits = []
        for _ in range(ACTS):
            begun = time.perf_counter()
            store.put_audit(AuditEntry(datetime.now(UTC), "A", "act", "7B-01")).result(30)
            waits.append(time.perf_counter() - begun)
        store.close()
    middle = sorted(waits)[ACTS // 2] * 1000
    return [
        row("audit.entry", round(middle, 2), "ms", "-", None, f"median of {ACTS} entries until each is on the disk")
    ]


BENCHES = (verifying, recording)
