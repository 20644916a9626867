"""Writes the alarms of a filter as CSV: page by page on a thread of its own, however many there are."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO
from zoneinfo import ZoneInfo

from console.analysis.desk import AUDIT_S, free_name, program_version
from console.clock import Clock
from console.config import Config
from console.engine.plan import plan_ward
from console.link.analysis import Saved
from console.link.people import Gate
from console.sheet import cell
from console.store.errors import StoreClosed, StoreError
from console.store.records import AuditEntry, HistoryFilter
from console.store.rows import ALARM_COLUMNS, Place, alarm_page
from console.store.sql_store import SqlStore
from console.ward.people import Right
from console.whole_file import open_whole, why_not

REST_S = 0.005
"""Between two pages of a thousand: the screen and the alarms have their turn."""

_TIMES = ("raised_at", "ended_at", "acknowledged_at")


class _Cancelled(Exception):  # noqa: N818 - reads as the state it names
    """Nobody wants the file any more."""


class AlarmExportDesk:
    """Implements console.link.alarm_export.AlarmExport. config: as it runs now; folder: of the files; gate: who may."""

    def __init__(self, store: SqlStore, clock: Clock, config: Callable[[], Config], folder: Path, gate: Gate) -> None:
        self._store, self._clock, self._config = store, clock, config
        self._folder, self._gate = folder, gate
        self._closed = False
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="alarm-export")

    def save(self, filter: HistoryFilter, told: str, by: str) -> Future[Saved]:
        """Write the file."""
        asked: Future[Saved] = Future()

        def run() -> None:
            found, failed = Saved(error="The console is being closed."), None
            try:
                found = self._save(filter, told, by, lambda: self._closed or asked.cancelled())
            except _Cancelled:
                asked.cancel()
            except Exception as error:  # noqa: BLE001 - told by the future
                failed = error
            if asked.set_running_or_notify_cancel():
                if failed is not None:
                    asked.set_exception(failed)
                else:
                    asked.set_result(found)

        try:
            self._thread.submit(run)
        except RuntimeError:
            asked.set_exception(StoreClosed("the console is being closed"))
        return asked

    def close(self) -> None:
        """End what is under way, of which nothing is kept."""
        self._closed = True
        self._thread.shutdown(wait=True)

    def _save(self, filter: HistoryFilter, told: str, by: str, unwanted: Callable[[], bool]) -> Saved:
        refused = self._gate.refusal(by, Right.EXPORT)
        if refused:
            return Saved(error=refused)
        if not by.strip():
            return Saved(error="An export needs the name of the person.")
        config, now = self._config(), self._clock.utc()
        zone = ZoneInfo(config.ward.timezone)
        file = free_name(self._folder / f"alarms-{now.astimezone(zone):%Y-%m-%d-%H%M%S}.csv")
        try:
            self._audit(by, "alarms exported", f"{file.name}: {told}")
        except StoreError as error:
            return Saved(error=f"This cannot be recorded in the audit trail ({error}); nothing was exported.")
        head = (
            ("Ward Console alarm history", config.ward.name),
            ("Filter", told),
            ("Times", f"{zone.key}, with the offset from UTC"),
            ("Rule set", plan_ward(config).rule_set),
            ("Program", program_version()),
            ("Exported", f"{now.astimezone(zone).isoformat(timespec='seconds')} by {by}"),
        )
        why = ""
        try:
            with open_whole(file) as out:
                self._write(out, head, filter, zone, unwanted)
        except _Cancelled:
            self._audit(by, "not done: alarms exported", f"{file.name}: given up")
            raise
        except StoreError as error:
            why = str(error)
        except OSError as error:
            why = why_not(error)
        if why:
            self._audit(by, "not done: alarms exported", f"{file.name}: {why}")
            return Saved(error=f"{file} cannot be written: {why.rstrip('.')}.")
        return Saved(file)

    def _write(
        self,
        out: BinaryIO,
        head: Sequence[tuple[str, str]],
        filter: HistoryFilter,
        zone: ZoneInfo,
        unwanted: Callable[[], bool],
    ) -> None:
        text = io.TextIOWrapper(out, encoding="utf-8-sig", errors="replace", newline="", write_through=False)
        try:
            sheet = csv.writer(text, lineterminator="\n")
            sheet.writerows([cell(value) for value in line] for line in (*head, ALARM_COLUMNS))
            after: Place | None = None
            while True:
                if unwanted():
                    raise _Cancelled
                place = after
                rows, after = self._store.reading(lambda c, at=place: alarm_page(c, filter, at))  # type: ignore[misc]
                sheet.writerows([cell(_local(name, row[name], zone)) for name in ALARM_COLUMNS] for row in rows)
                if after is None:
                    return
                time.sleep(REST_S)
        finally:
            text.flush()
            text.detach()

    def _audit(self, by: str, act: str, detail: str) -> None:
        try:
            self._store.put_audit(AuditEntry(self._clock.utc(), by, act, "", detail)).result(AUDIT_S)
        except TimeoutError as error:
            raise StoreError("it takes too long") from error


def _local(name: str, value: Any, zone: ZoneInfo) -> Any:
    """Times on the ward's clock; everything else as it is."""
    if name in _TIMES and value:
        return datetime.fromisoformat(value).astimezone(zone).isoformat()
    return value
