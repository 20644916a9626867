"""`python -m tests.console.ui.evaluation_pictures DIR`: the page of thresholds in every state, as PNG files."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

from console.link.evaluation import RunView
from console.ui import theme as themes
from console.ui.evaluation_page import EvaluationPage
from console.ui.theme import Mode, Theme
from tests.console.ui import fakes
from tests.console.ui.fake_evaluation import FakeEvaluation, result
from tests.console.ui.ward_states import ward_of

SIZES = {"1920": (1920, 942), "1366": (1366, 652)}
KEY = "withdrawal.hr.one"


def _empty(page: EvaluationPage, evaluation: FakeEvaluation) -> None:
    page.table.selectRow(page.model.row_of(KEY))


def _refused(page: EvaluationPage, evaluation: FakeEvaluation) -> None:
    _empty(page, evaluation)
    page.propose(KEY, "150")


def _proposed(page: EvaluationPage, evaluation: FakeEvaluation) -> None:
    _empty(page, evaluation)
    page.propose(KEY, "116")
    page.propose("withdrawal.persistence.warning_min", "15")
    page.start()


def _progress(page: EvaluationPage, evaluation: FakeEvaluation) -> None:
    _proposed(page, evaluation)
    evaluation.runs[-1].shown = RunView(done=False, progress=0.37, doing="7B-03, patient 3 of 8")


def _result(page: EvaluationPage, evaluation: FakeEvaluation) -> None:
    _proposed(page, evaluation)
    evaluation.runs[-1].shown = RunView(done=True, progress=1.0, result=result())


def _loads(page: EvaluationPage, evaluation: FakeEvaluation) -> None:
    _proposed(page, evaluation)
    evaluation.runs[-1].shown = RunView(done=True, progress=1.0, result=result(differences=()))


def _few(page: EvaluationPage, evaluation: FakeEvaluation) -> None:
    _proposed(page, evaluation)
    evaluation.runs[-1].shown = RunView(done=True, progress=1.0, result=result(0.4, acted_elsewhere=1))


def _error(page: EvaluationPage, evaluation: FakeEvaluation) -> None:
    _proposed(page, evaluation)
    evaluation.runs[-1].shown = RunView(done=True, progress=0.0, error="The stored days cannot be read: disk error.")


STATES: dict[str, Callable[[EvaluationPage, FakeEvaluation], None]] = {
    "empty": _empty, "refused": _refused, "progress": _progress, "result": _result, "loads": _loads, "few": _few,
    "error": _error,
}  # fmt: skip


def main(folder: Path) -> None:
    """Draw all of them."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    folder.mkdir(parents=True, exist_ok=True)
    link = fakes.FakeLink(ward_of(16))
    for mode in Mode:
        for name, (width, height) in SIZES.items():
            theme = Theme(mode, compact=width < 1500)
            themes.apply(application, theme)
            for state, act in STATES.items():
                evaluation = FakeEvaluation({"overdose.rr.one": 12}, {"overdose.rr.one": 12, "withdrawal.rr.one": 22})
                page = EvaluationPage(link, "R. Test", theme, evaluation)
                page.resize(width, height)
                page.show()
                act(page, evaluation)
                for _ in range(3):
                    page.show_ward(link.snapshot(), fakes.NOW)
                    application.processEvents()
                page.grab().save(str(folder / f"thresholds-{state}-{name}-{mode}.png"))
                page.close()
                page.deleteLater()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
