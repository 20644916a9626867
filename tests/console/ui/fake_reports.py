"""A desk of reports without a store."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path

from console.link.commands import Reply
from console.link.reports import Episode, Paragraph, Report, ReportSettings, Section, Wanted
from tests.console.ui import fakes

STAY = Episode("P-1", "Alder, Test", "01", fakes.utc(90_000), None, False, (fakes.utc(40_000),))
LEFT = Episode("P-2", "Birch, Test", "02", fakes.utc(190_000), fakes.utc(100_000))


class FakeReports:
    """Keeps what it is asked; answers at once, unless `hold`."""

    def __init__(self, *stays: Episode) -> None:
        self.stays = stays or (STAY, LEFT)
        self.asked: list[Wanted] = []
        self.saved: list[tuple[Path, bytes, str]] = []
        self.tables: list[tuple[Path, str, str]] = []
        self.prints: list[tuple[str, str]] = []
        self.error: Exception | None = None
        self.reply = Reply()
        self.pages = 3

    def settings(self) -> ReportSettings:
        return ReportSettings(((7, 0), (15, 0), (23, 0)), Path("/var/reports"), ("01", "02"), "Europe/Berlin")

    def episodes(self) -> Future[tuple[Episode, ...]]:
        return _done(self.stays)

    def make(self, wanted: Wanted, by: str) -> Future[Report]:
        self.asked.append(wanted)
        if self.error is not None:
            failed: Future[Report] = Future()
            failed.set_exception(self.error)
            return failed
        section = Section("Part", (Paragraph("words"),), own_page=True)
        return _done(
            Report(
                wanted.kind,
                "A report",
                "Alder, Test · P-1 · Bed 01",
                "Ward 4",
                "Europe/Berlin",
                wanted.start,
                wanted.end,
                fakes.utc(),
                by,
                tuple(replace(section, title=f"Part {n}") for n in range(self.pages)),
                wanted=wanted,
            )
        )

    def save_pdf(self, report: Report, pdf: bytes, target: Path, by: str) -> Future[Reply]:
        self.saved.append((target, pdf, by))
        return _done(self.reply)

    def save_csv(self, report: Report, folder: Path, stem: str, by: str) -> Future[Reply]:
        self.tables.append((folder, stem, by))
        return _done(self.reply)

    def may_print(self, report: Report, printer: str, by: str) -> Future[Reply]:
        self.prints.append((printer, by))
        return _done(self.reply)


def _done(value):
    answer = Future()
    answer.set_result(value)
    return answer
