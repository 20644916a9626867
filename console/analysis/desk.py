"""The analysis of one station: questions in turn on a thread of its own, and files that are audited."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from console.analysis.reading import Ward, answer, behind, check
from console.analysis.table import COLUMNS, beds_words, kinds_words, rows
from console.clock import Clock
from console.config import Config
from console.engine.plan import plan_ward
from console.link.analysis import Answer, Behind, Part, Question, Saved
from console.link.people import Gate
from console.sheet import sheet_bytes
from console.store.alarm_columns import Cancelled
from console.store.errors import StoreClosed, StoreError
from console.store.records import AuditEntry
from console.store.sql_store import SqlStore
from console.ward.people import Right
from console.whole_file import why_not, write_whole

T = TypeVar("T")

AUDIT_S = 12.0
"""An entry of the audit trail is durable within so long, or has failed."""

_UNSAFE = re.compile(r"[^A-Za-z0-9]+")


class AnalysisDesk:
    """Implements console.link.analysis.Analysis.

    config: as it runs now. folder: where exports are written. gate: who may. No thread runs before the first question.
    """

    def __init__(self, store: SqlStore, clock: Clock, config: Callable[[], Config], folder: Path, gate: Gate) -> None:
        self._store = store
        self._clock = clock
        self._config = config
        self._folder = folder
        self._gate = gate
        self._closed = False
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="analysis")

    def ask(self, question: Question) -> Future[Answer]:
        """Count."""

        def work(wanted: Callable[[], bool]) -> Answer:
            check(question)
            ward, now = self._ward(), self._clock.utc()
            return self._store.reading(lambda connection: answer(connection, question, ward, now, wanted))

        return self._submit(work)

    def behind(self, answer: Answer, part: Part) -> Future[Behind]:
        """The alarms behind a figure."""

        def work(wanted: Callable[[], bool]) -> Behind:
            ward = self._ward()
            return self._store.reading(lambda connection: behind(connection, answer, part, ward, wanted))

        return self._submit(work)

    def save_table(self, answer: Answer, by: str) -> Future[Saved]:
        """Write the figures as CSV."""

        def content() -> bytes:
            return sheet_bytes(COLUMNS, rows(answer, program_version(), plan_ward(self._config()).rule_set))

        return self._submit(lambda _: self._save(answer, "figures", ".csv", content, by))

    def save_picture(self, answer: Answer, title: str, png: bytes, by: str) -> Future[Saved]:
        """Write a chart."""
        return self._submit(lambda _: self._save(answer, title, ".png", lambda: png, by))

    def close(self) -> None:
        """End what is under way and take nothing more."""
        self._closed = True
        self._thread.shutdown(wait=True, cancel_futures=True)

    def _ward(self) -> Ward:
        config = self._config()
        invented = frozenset(plan.bed for plan in plan_ward(config).beds if plan.demo)
        return Ward(ZoneInfo(config.ward.timezone), invented)

    def _submit(self, work: Callable[[Callable[[], bool]], T]) -> Future[T]:
        """The future may be cancelled at any time; the work is told by what it is given."""
        asked: Future[T] = Future()

        def run() -> None:
            if self._closed or asked.cancelled():
                asked.cancel()
                asked.set_running_or_notify_cancel()
                return
            try:
                done, error = work(lambda: not (self._closed or asked.cancelled())), None
            except Cancelled:
                asked.cancel()
                done, error = None, None
            except Exception as raised:  # noqa: BLE001 - whatever it is, whoever asked is told
                done, error = None, raised
            if asked.set_running_or_notify_cancel():
                if error is not None:
                    asked.set_exception(error)
                elif done is not None:
                    asked.set_result(done)

        try:
            self._thread.submit(run)
        except RuntimeError:
            asked.set_exception(StoreClosed("the console is being closed"))
        return asked

    # --- exports -------------------------------------------------------------------------------------------------

    def _save(self, answer: Answer, what: str, suffix: str, content: Callable[[], bytes], by: str) -> Saved:
        refused = self._gate.refusal(by, Right.EXPORT)
        if refused:
            return Saved(error=refused)
        if not by.strip():
            return Saved(error="An export needs the name of the person.")
        zone = ZoneInfo(answer.zone)
        span = answer.now.span
        name = _UNSAFE.sub("-", what).strip("-").lower()[:60] or "chart"
        stamp = self._clock.utc().astimezone(zone).strftime("%Y-%m-%d-%H%M%S")
        file = free_name(self._folder / f"alarm-analysis-{name}-{stamp}{suffix}")
        told = (
            f"{file.name}: {what}, {span.start.astimezone(zone):%Y-%m-%d %H:%M} to "
            f"{span.end.astimezone(zone):%Y-%m-%d %H:%M} {answer.zone}; "
            f"beds: {beds_words(answer.question)}; kinds: {kinds_words(answer.question)}"
        )
        try:
            data = content()
            self._audit(by, "alarm analysis exported", told)
        except StoreError as error:
            return Saved(error=f"This cannot be recorded in the audit trail ({error}); nothing was exported.")
        try:
            write_whole(file, data)
        except OSError as error:
            why = why_not(error)
            self._audit(by, "not done: alarm analysis exported", f"{file.name}: {why}")
            return Saved(error=f"{file} cannot be written: {why}.")
        return Saved(file)

    def _audit(self, by: str, act: str, detail: str) -> None:
        try:
            self._store.put_audit(AuditEntry(self._clock.utc(), by, act, "", detail)).result(AUDIT_S)
        except TimeoutError as error:
            raise StoreError("it takes too long") from error


def free_name(file: Path) -> Path:
    """The name, or the same with a number where it is taken: nothing is overwritten."""
    number, found = 2, file
    while found.exists():
        found, number = file.with_stem(f"{file.stem}-{number}"), number + 1
    return found


def program_version() -> str:
    """Of this program, as it stands in what is exported."""
    try:
        return version("ward-console")
    except PackageNotFoundError:
        return "of a source tree"
