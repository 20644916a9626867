"""The desk of the audit trail: pages for the screen, the check of the whole trail, and a CSV of what fits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from console.clock import Clock
from console.link.analysis import Saved
from console.link.audit import Verdict
from console.link.people import Gate
from console.sheet import sheet_bytes
from console.store.audit_pages import AuditFilter, AuditPage, AuditRow, read_audit
from console.store.errors import StoreError
from console.store.records import AuditEntry
from console.store.sql_store import SqlStore
from console.store.upkeep import verify_audit
from console.ward.people import Right
from console.whole_file import why_not, write_whole

T = TypeVar("T")

MOST_SAVED = 100_000
"""Entries of one file: more are asked for by narrower times."""

COLUMNS = ("number", "time", "by", "act", "bed", "station", "before", "after", "detail")
AUDIT_S = 15.0


class TrailDesk:
    """Implements console.link.audit.Audit. url, data_dir: of the store, whose trail is verified on connections of its
    own. folder: where files go."""

    def __init__(self, store: SqlStore, url: str, data_dir: Path, clock: Clock, gate: Gate) -> None:
        self._store = store
        self._url, self._data_dir = url, data_dir
        self._clock = clock
        self._gate = gate
        self._threads = ThreadPoolExecutor(2, "audit trail")

    def page(self, wanted: AuditFilter, before: int | None, by: str) -> Future[AuditPage]:
        """A page, newest first."""
        return self._submit(lambda: self._page(wanted, before, by))

    def verify(self, by: str) -> Future[Verdict]:
        """Follow the whole trail."""
        return self._submit(lambda: self._verify(by))

    def save(self, wanted: AuditFilter, by: str) -> Future[Saved]:
        """Write what fits as CSV."""
        return self._submit(lambda: self._save(wanted, by))

    def close(self) -> None:
        """End what is under way and take nothing more."""
        self._threads.shutdown(wait=True, cancel_futures=True)

    def _submit(self, work: Callable[[], T]) -> Future[T]:
        try:
            return self._threads.submit(work)
        except RuntimeError:
            closed: Future[T] = Future()
            closed.set_exception(StoreError("The console is being closed."))
            return closed

    def _page(self, wanted: AuditFilter, before: int | None, by: str) -> AuditPage:
        refused = self._gate.refusal(by, Right.AUDIT)
        if refused:
            return AuditPage(error=refused)
        return self._store.reading(lambda connection: read_audit(connection, wanted, before))

    def _verify(self, by: str) -> Verdict:
        refused = self._gate.refusal(by, Right.AUDIT)
        if refused:
            return Verdict(error=refused)
        try:
            found = verify_audit(self._url, data_dir=self._data_dir)
        except OSError as error:
            return Verdict(error=f"The anchors cannot be read: {why_not(error)}.")
        if found.broken is not None:
            verdict = Verdict(f"The trail was changed: {found.broken}.")
        elif found.unreadable:
            verdict = Verdict(f"The trail is whole in itself, but its anchors were changed: {found.unreadable}.")
        else:
            reach = f"anchored to entry {found.anchored.number}" if found.anchored else "without an anchor"
            verdict = Verdict(f"The trail is whole: {found.entries} entries, {reach}.", True)
        self._tell(by, "audit trail verified", verdict.text)
        return verdict

    def _save(self, wanted: AuditFilter, by: str) -> Saved:
        refused = self._gate.refusal(by, Right.AUDIT) or self._gate.refusal(by, Right.EXPORT)
        if refused or not by.strip():
            return Saved(error=refused or "An export needs the name of the person.")
        rows = list(self._all(wanted))
        if len(rows) > MOST_SAVED:
            return Saved(error=f"More than {MOST_SAVED} entries fit; choose a shorter time.")
        file = self._data_dir / "exports" / f"audit-{self._clock.utc():%Y-%m-%d-%H%M%S}.csv"
        told = f"{file.name}: {len(rows)} entries; {_words(wanted)}"
        try:
            self._tell(by, "audit trail exported", told)
        except StoreError as error:
            return Saved(error=f"This cannot be recorded in the audit trail ({error}); nothing was exported.")
        try:
            write_whole(file, sheet_bytes(COLUMNS, map(_cells, rows)))
        except OSError as error:
            self._tell(by, "not done: audit trail exported", f"{file.name}: {why_not(error)}")
            return Saved(error=f"{file} cannot be written: {why_not(error)}.")
        return Saved(file)

    def _all(self, wanted: AuditFilter) -> Iterator[AuditRow]:
        """What fits, newest first, and one more than is saved."""
        before: int | None = None
        given = 0
        while given <= MOST_SAVED:
            page = self._store.reading(partial(read_audit, wanted=wanted, before=before))
            yield from page.rows
            given += len(page.rows)
            before = page.before
            if before is None:
                return

    def _tell(self, by: str, act: str, detail: str) -> None:
        try:
            self._store.put_audit(AuditEntry(self._clock.utc(), by, act, "", detail)).result(AUDIT_S)
        except TimeoutError as error:
            raise StoreError("it takes too long") from error


def _cells(row: AuditRow) -> tuple[Any, ...]:
    at = row.at.isoformat()
    return row.number, at, row.by, row.act, row.bed, row.station, row.before, row.after, row.detail


def _words(wanted: AuditFilter) -> str:
    start = wanted.start.isoformat(timespec="minutes") if wanted.start else "the beginning"
    parts = [f"from {start}"]
    parts += [f"{name}: {value}" for name in ("bed", "by", "text") if (value := getattr(wanted, name))]
    return ", ".join(parts)
