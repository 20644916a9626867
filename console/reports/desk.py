"""The desk of reports: makes contents on a thread of its own, and lets nothing leave that is not in the audit trail."""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy.exc import DBAPIError

from console.alarms.alarm_rules import AlarmRules
from console.alarms.windows import mends
from console.clock import Clock
from console.config import Config
from console.link.analysis import Analysis, Question
from console.link.commands import Reply
from console.link.people import Gate, OpenGate
from console.link.reports import Episode, Report, ReportKind, ReportSettings, Wanted
from console.reports.episode import patient_episode, recovery_view
from console.reports.frame import Frame, ReportError, check_window
from console.reports.handover import shift_handover
from console.reports.load import ward_load
from console.reports.reading import Reader
from console.sheet import sheet_bytes
from console.store.database import Role, open_engine
from console.store.records import AuditEntry
from console.store.store import Store
from console.ward.people import Right
from console.whole_file import why_not, write_whole

log = logging.getLogger(__name__)

WAITING = 8
ANSWER_S = 15.0
LARGEST_PDF = 64 * 1024 * 1024
MOST_EPISODES = 500
BUSY = "Too many reports are asked for already; nothing was done. Try again."
COUNTING_S = 120.0
NO_ANALYSIS = "The alarms of this ward are not counted at this console."
CLOSED = "The console is being closed; nothing was done."
WHO = "This needs the name of the person."

T = TypeVar("T")

_MAKERS: dict[ReportKind, Callable[[Wanted, Reader, Frame], Report]] = {
    ReportKind.HANDOVER: shift_handover,
    ReportKind.EPISODE: patient_episode,
    ReportKind.RECOVERY: recovery_view,
}


class ReportDesk:
    """Implements console.link.reports.Reports.

    config: as the station runs now; url: of the database, read through connections of its own. folder: where files go
    unless another place is given. analysis: of the same station; without it there is no report of the load.
    """

    def __init__(
        self,
        config: Callable[[], Config],
        url: str,
        store: Store,
        clock: Clock,
        rules: AlarmRules,
        folder: Path,
        gate: Gate | None = None,
        analysis: Analysis | None = None,
    ) -> None:
        self._config = config
        self._store = store
        self._clock = clock
        self._rules = rules
        self._folder = folder
        self._gate = gate or OpenGate()
        self._analysis = analysis
        self._engine = open_engine(url, Role.READER, 1)
        self._pool = ThreadPoolExecutor(1, "report desk")
        self._room = threading.BoundedSemaphore(WAITING)

    def stop(self) -> None:
        """End what is under way, refuse what waits."""
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._engine.dispose()

    def settings(self) -> ReportSettings:
        """As configured."""
        ward = self._config().ward
        return ReportSettings(ward.shifts, self._folder, ward.beds, ward.timezone)

    def episodes(self) -> Future[tuple[Episode, ...]]:
        """Stays to choose from."""
        return self._submit(self._episodes)

    def make(self, wanted: Wanted, by: str) -> Future[Report]:
        """Read and put together."""
        return self._submit(lambda: self._make(wanted, by))

    def save_pdf(self, report: Report, pdf: bytes, target: Path, by: str) -> Future[Reply]:
        """Write a report as laid out."""
        return self._submit(lambda: self._save_pdf(report, pdf, target, by))

    def save_csv(self, report: Report, folder: Path, stem: str, by: str) -> Future[Reply]:
        """Write each table of a report to a file of its own."""
        return self._submit(lambda: self._save_csv(report, folder, stem, by))

    def may_print(self, report: Report, printer: str, by: str) -> Future[Reply]:
        """Ask, and record."""
        return self._submit(lambda: Reply(self._record(Right.REPORT, "report printed", report, f"on {printer}", by)))

    # --- on the thread of the desk ---------------------------------------------------------------------------------

    def _submit(self, work: Callable[[], T]) -> Future[T]:
        answer: Future[T] = Future()
        if not self._room.acquire(blocking=False):
            answer.set_exception(ReportError(BUSY))
            return answer

        def pass_on(done: Future[T]) -> None:
            self._room.release()
            try:
                answer.set_result(done.result())
            except CancelledError:
                answer.set_exception(ReportError(CLOSED))
            except DBAPIError as error:
                log.warning("a report cannot be read: %s", error.orig)
                answer.set_exception(ReportError(f"The record cannot be read: {error.orig}"))
            except Exception as error:  # noqa: BLE001 - the person gets it as the answer
                answer.set_exception(error)

        try:
            self._pool.submit(work).add_done_callback(pass_on)
        except RuntimeError:  # it has been shut down
            self._room.release()
            answer.set_exception(ReportError(CLOSED))
        return answer

    def _episodes(self) -> tuple[Episode, ...]:
        found = []
        for record in Reader(self._engine, self._clock.utc()).stays()[:MOST_EPISODES]:
            patient = record.patient
            mended = tuple(event.at for event in record.pump_events if mends(event))
            stay = patient.admitted_at, record.ended_at, patient.demo, mended
            found.append(Episode(patient.patient_id, patient.name, record.legs[-1].bed, *stay))
        here = sorted((e for e in found if e.ended_at is None), key=lambda e: e.bed)
        gone = [e for e in found if e.ended_at is not None]
        return (*here, *sorted(gone, key=lambda e: e.ended_at or e.admitted_at, reverse=True))

    def _make(self, wanted: Wanted, by: str) -> Report:
        now = self._clock.utc()
        check_window(wanted, now)
        ward = self._config().ward
        frame = Frame(ward.name, ZoneInfo(ward.timezone), ward.beds, self._rules, now, by, ward.simulated)
        if wanted.kind is ReportKind.LOAD:
            return self._load(wanted, frame)
        return _MAKERS[wanted.kind](wanted, Reader(self._engine, now), frame)

    def _load(self, wanted: Wanted, frame: Frame) -> Report:
        if self._analysis is None:
            raise ReportError(NO_ANALYSIS)
        return ward_load(wanted, self._analysis.ask(Question(wanted.start, wanted.end)).result(COUNTING_S), frame)

    def _save_pdf(self, report: Report, pdf: bytes, target: Path, by: str) -> Reply:
        if not pdf.startswith(b"%PDF-") or len(pdf) > LARGEST_PDF:
            return Reply("The report could not be laid out; nothing was saved.")
        return self._save(Right.REPORT, "report saved", report, {target: pdf}, by)

    def _save_csv(self, report: Report, folder: Path, stem: str, by: str) -> Reply:
        files = {}
        for number, (section, table) in enumerate(report.tables(), 1):
            columns = [column.title or "priority" for column in table.columns]
            name = re.sub(r"[^a-z0-9]+", "-", table.name.lower()).strip("-")[:40]
            rows = ([section.title, *row.cells] for row in table.rows)
            files[folder / f"{stem}-{number}-{name}.csv"] = sheet_bytes(["section", *columns], rows)
        return self._save(Right.EXPORT, "report tables exported", report, files, by)

    def _save(self, right: Right, act: str, report: Report, files: dict[Path, bytes], by: str) -> Reply:
        first = next(iter(files))
        where = f"to {first}" if len(files) == 1 else f"to {len(files)} files in {first.parent}"
        if refusal := self._record(right, act, report, where, by):
            return Reply(refusal)
        for target, data in files.items():
            try:
                write_whole(target, data)
            except OSError as error:
                told = f"{target.name} cannot be saved in {target.parent}: {why_not(error)}."
                self._record(right, f"{act}: failed", report, f"{where}: {why_not(error)}", by)
                return Reply(told)
        return Reply()

    def _record(self, right: Right, act: str, report: Report, where: str, by: str) -> str:
        """Why it may not be done, "" when it may and is on record."""
        if not by.strip():
            return WHO
        if refusal := self._gate.refusal(by, right):
            return refusal
        wanted = report.wanted
        bed = wanted.episode.bed if wanted is not None and wanted.episode is not None else ""
        window = f"{report.start:%Y-%m-%d %H:%M} to {report.end:%Y-%m-%d %H:%M} UTC"
        shown = ", patients as initials" if wanted is not None and wanted.initials else ""
        detail = f"{report.kind.value}, {report.subject}, {window}{shown}, {where}"
        try:
            self._store.put_audit(AuditEntry(self._clock.utc(), by, act, bed, detail)).result(ANSWER_S)
        except Exception as error:  # noqa: BLE001 - whatever keeps it from the record keeps it from leaving
            return f"This cannot be recorded in the audit trail ({error}); nothing was saved or printed."
        return ""
