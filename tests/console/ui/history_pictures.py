"""`python -m tests.console.ui.history_pictures DIR`: the alarm history in its states, as PNG files to look at."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QApplication

from console.ui import theme as themes
from console.ui.forms import Questions
from console.ui.history_page import HistoryPage
from console.ui.theme import Mode, Theme
from tests.bench.history_seed import Past
from tests.console.ui import fakes
from tests.console.ui.store_link import seeded_link
from tests.console.ui.test_timeline import TimelineLink
from tests.console.ui.told_alarms import told_alarm, told_trend

SIZES = {"1920": (1920, 942), "1366": (1366, 652)}


def month(page: HistoryPage) -> None:
    """A whole month, counted."""
    page.filters.span.setCurrentText("All")
    page.views[1].click()
    page.timeline.spans[0].click()


def day(page: HistoryPage) -> None:
    """Single alarms of a day."""
    page.views[1].click()


def hour(page: HistoryPage) -> None:
    """An hour, with an alarm chosen."""
    page.views[1].click()
    page.timeline.spans[4].click()
    page.choosing.step(1)


def table(page: HistoryPage) -> None:
    """The table, with an alarm chosen."""
    for _ in range(3):
        page.choosing.step(1)


def told(page: HistoryPage) -> None:
    """An alarm with a whole story."""
    page.choosing.step(1)


def told_cursor(page: HistoryPage) -> None:
    """The same, with a moment read, and its story scrolled down."""
    page.choosing.step(1)
    strip = page.course.strip
    strip._show_cursor(page.course.alarm.alarm.raised_at.timestamp() + 300)
    bar = page.course.story.verticalScrollBar()
    bar.setValue(bar.maximum())


def told_end(page: HistoryPage) -> None:
    """The same, at its end."""
    page.choosing.step(1)
    page.course.strip.ending.click()


TOLD: dict[str, Callable[[HistoryPage], None]] = {"told": told, "cursor": told_cursor, "end": told_end}
STATES: dict[str, Callable[[HistoryPage], None]] = {"month": month, "day": day, "hour": hour, "table": table}


def main(folder: Path, wanted: list[str]) -> None:
    """Draw all of them, or those named."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    folder.mkdir(parents=True, exist_ok=True)
    record = told_alarm()
    link = TimelineLink([record.alarm])
    link.records = [record]
    link.made_trend = told_trend(record)
    for mode in Mode:
        for size in SIZES:
            for name, act in TOLD.items():
                if all(word in f"{name}-{size}-{mode}" for word in wanted):
                    _draw(folder / f"history-{name}-{size}-{mode}.png", link, mode, size, act, application)
    with tempfile.TemporaryDirectory() as place:
        for beds, alarms in ((12, 9_000), (64, 40_000)):
            past = Past(alarms=alarms, days=40, beds=beds, sample_days=2)
            link = seeded_link(Path(place) / f"ward{beds}.db", past)
            for mode in Mode:
                for size in SIZES:
                    for name, act in STATES.items():
                        label = f"{name}-{beds}-{size}-{mode}"
                        if all(word in label for word in wanted):
                            _draw(folder / f"history-{label}.png", link, mode, size, act, application)
            link.store.close()


def _draw(
    file: Path,
    link: fakes.FakeLink,
    mode: Mode,
    size: str,
    act: Callable[[HistoryPage], None],
    application: QApplication,
) -> None:
    width, height = SIZES[size]
    theme = Theme(mode, compact=width < 1500)
    themes.apply(application, theme)
    page = HistoryPage(link, "C. Lead", theme)
    page.resize(width, height)
    page.show()
    page.activated()
    page.show_ward(link.snapshot(), fakes.NOW)
    _settle(application, page)
    act(page)
    _settle(application, page)
    page.grab().save(str(file))
    page.close()
    page.deleteLater()


def _settle(application: QApplication, page: HistoryPage) -> None:
    quiet = 0
    while quiet < 15:
        application.processEvents()
        time.sleep(0.01)
        quiet = 0 if any(questions.waiting for questions in page.findChildren(Questions)) else quiet + 1


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
