"""`python -m tests.console.ui.report_pictures DIR`: every report on paper and on the screen, as PNG files."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from PySide6.QtCore import QSize

from console.link.reports import Report, ReportKind, Wanted
from console.reports.desk import ReportDesk
from console.ui import theme as themes
from console.ui.reports_page import ReportsPage
from console.ui.reports_page.flow import lay_out
from console.ui.reports_page.paper import A4, LETTER
from console.ui.reports_page.sheet import pdf_of
from console.ui.reports_page.steps import finished
from console.ui.theme import Mode, Theme
from tests.console.reports import past
from tests.console.ui import fakes
from tests.console.ui.pdf_read import opened

SIZES = {"1920": (1920, 942), "1366": (1366, 652)}
DPI = 96


def main(folder: Path) -> None:
    """Draw all of them."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place, past.report_desk(Path(place)) as (store, desk):
        past.write_past(store)
        past.limit_alarms(store, 300)
        time.sleep(2)
        for name, wanted in reports(desk):
            draw_pages(folder, name, past.made(desk, wanted))
        draw_screens(folder, application, desk)


def reports(desk: ReportDesk) -> Iterator[tuple[str, Wanted]]:
    """Name and what is asked for."""
    failing = next(e for e in desk.episodes().result(10) if e.bed == past.FAILING)
    quiet = next(e for e in desk.episodes().result(10) if e.bed != past.FAILING)
    yield "handover", Wanted(ReportKind.HANDOVER, past.hours_ago(8), past.END)
    yield "episode", Wanted(ReportKind.EPISODE, past.hours_ago(48), past.END, failing)
    yield "quiet", Wanted(ReportKind.EPISODE, past.hours_ago(24), past.END, quiet, initials=True)
    window = past.RESTORED - timedelta(hours=4), past.RESTORED + timedelta(hours=76)
    yield "load", Wanted(ReportKind.LOAD, past.hours_ago(48), past.END)
    yield "recovery", Wanted(ReportKind.RECOVERY, *window, failing, restored_at=past.RESTORED)


def draw_pages(folder: Path, name: str, report: Report) -> None:
    """The pages of the PDF, on both papers."""
    for paper in (A4, LETTER):
        begun = time.perf_counter()
        document = finished(lay_out(report, paper))
        laid = time.perf_counter()
        pdf = finished(pdf_of(document))
        told = f"{laid - begun:.2f} s laid out, {time.perf_counter() - laid:.2f} s painted, {len(pdf) / 1000:.0f} kB"
        print(f"{name} {paper.name}: {len(document.pages)} pages, {told}")
        (folder / f"{name}-{paper.name}.pdf").write_bytes(pdf)
        with opened(pdf) as read:
            for index in range(min(4, read.pageCount())):
                size = read.pagePointSize(index) * (DPI / 72)
                read.render(index, QSize(round(size.width()), round(size.height()))).save(
                    str(folder / f"{name}-{paper.name}-{index + 1}.png")
                )


def draw_screens(folder: Path, application: object, desk: ReportDesk) -> None:
    """The page, empty and with reports, in both looks."""
    for size, (width, height) in SIZES.items():
        for mode in Mode:
            theme = Theme(mode, compact=width < 1600)
            themes.apply(application, theme)
            for kind in (None, ReportKind.HANDOVER, ReportKind.EPISODE, ReportKind.RECOVERY):
                link = fakes.FakeLink(fakes.ward([], utc=past.END))
                page = ReportsPage(link, "C. Harge", theme, desk)
                page.resize(width, height)
                page.show()
                page.activated()
                _wait(application, 0.6)
                if kind is not None:
                    page.choice.kind_button(kind).click()
                    page.make()
                    _wait(application, 2.5)
                if kind is ReportKind.EPISODE and mode is Mode.DARK:
                    page.as_printed.click()
                    page.save.click()
                    _wait(application, 1.5)
                page.grab().save(str(folder / f"page-{kind or 'empty'}-{size}-{mode}.png".replace(" ", "-")))
                if (page.width(), page.height()) != (width, height):
                    print(f"{kind} {size}: grew to {page.width()}x{page.height()}")
                page.close()
                page.deleteLater()


def _wait(application: object, seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        application.processEvents()
        time.sleep(0.005)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
