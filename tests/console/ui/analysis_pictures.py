"""`python -m tests.console.ui.analysis_pictures DIR`: the page of the analysis in every state, as PNG files."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import Future
from datetime import timedelta
from pathlib import Path
from typing import Any

from console.analysis.desk import AnalysisDesk
from console.clock import VirtualClock
from console.config import Config
from console.link.analysis import Answer, Question
from console.link.people import OpenGate
from console.store.errors import StoreError
from console.store.sql_store import open_store
from console.ui import theme as themes
from console.ui.analysis_page import AnalysisPage
from console.ui.theme import Mode, Theme
from tests.bench.history_seed import END, Past, seed
from tests.console.ui import fakes
from tests.console.ui.ward_states import ward_of

SIZES = {"1920": (1920, 942), "1366": (1366, 652)}


class Held:
    """A desk that answers as it is told to: with a finished answer, never, or with an error."""

    def __init__(self, answer: Answer | Exception | None) -> None:
        self._answer = answer

    def ask(self, question: Question) -> Future[Answer]:
        made: Future[Answer] = Future()
        if isinstance(self._answer, Exception):
            made.set_exception(self._answer)
        elif self._answer is not None:
            made.set_result(self._answer)
        return made

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"{name}: pictures ask for nothing else")


def answers(folder: Path) -> dict[str, Answer]:
    """A busy fortnight of a real desk, and an hour without alarms."""
    url = f"sqlite:///{folder / 'ward.db'}"
    past = Past(alarms=9_000, days=16, beds=12, sample_days=16)
    seed(url, past)
    clock = VirtualClock(END.timestamp())
    store = open_store(url, clock=clock)
    config = Config.model_validate({"ward": {"timezone": "Europe/London", "beds": list(past.bed_names)}})
    desk = AnalysisDesk(store, clock, lambda: config, folder, OpenGate())
    try:
        return {
            "week": desk.ask(Question(END - timedelta(days=7), END)).result(60),
            "month": desk.ask(Question(END - timedelta(days=30), END)).result(60),
            "none": desk.ask(Question(END - timedelta(seconds=5), END, ("7B-99",))).result(60),
        }
    finally:
        desk.close()
        store.close()


def states(found: dict[str, Answer]) -> dict[str, tuple[Any, Callable[[AnalysisPage], None]]]:
    """What is answered, and what is done then."""

    def view(number: int) -> Callable[[AnalysisPage], None]:
        return lambda page: page.views.show_view(number)

    def chosen(page: AnalysisPage) -> None:
        page.table.selectRow(8)
        page.views.hours.chart.choose(7)
        page._say("Saved: /home/ward/.local/share/ward-console/exports/alarm-analysis-figures-2026-11-22-060000.csv")

    def own(page: AnalysisPage) -> None:
        page.choice.spans[-1].click()

    broken = StoreError("The record cannot be read: disk error.")
    return {
        "when": (found["week"], chosen),
        "which": (found["week"], view(1)),
        "answers": (found["week"], view(2)),
        "how": (found["week"], view(3)),
        "month": (found["month"], own),
        "empty": (found["none"], lambda _: None),
        "busy": (None, lambda _: None),
        "error": (broken, lambda _: None),
    }


def main(folder: Path) -> None:
    """Draw all of them."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    folder.mkdir(parents=True, exist_ok=True)
    link = fakes.FakeLink(ward_of(16))
    with tempfile.TemporaryDirectory(prefix="ward-console-pictures-") as scratch:
        found = answers(Path(scratch))
    for mode in Mode:
        for name, (width, height) in SIZES.items():
            theme = Theme(mode, compact=width < 1500)
            themes.apply(application, theme)
            for state, (answer, act) in states(found).items():
                page = AnalysisPage(link, "R. Test", theme, Held(answer))
                page.resize(width, height)
                page.show()
                page.activated()
                page.setFocus()
                application.processEvents()
                act(page)
                until = time.monotonic() + 0.2
                while time.monotonic() < until:
                    page.show_ward(link.snapshot(), fakes.NOW)
                    application.processEvents()
                page.grab().save(str(folder / f"analysis-{state}-{name}-{mode}.png"))
                if state == "when":
                    (folder / f"chart-{name}-{mode}.png").write_bytes(page.views.hours.picture())
                page.close()
                page.deleteLater()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
