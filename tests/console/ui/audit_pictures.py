"""`python -m tests.console.ui.audit_pictures DIR`: the page of the audit trail in every state, as PNG files."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from console.ui import theme as themes
from console.ui.audit_page import AuditTrailPage
from console.ui.theme import Mode, Theme
from tests.console.trail.trails import PERSON, Allowing, Trail
from tests.console.ui import fakes

SIZES = {"1920": (1920, 942), "1366": (1366, 652)}


def chosen(page: AuditTrailPage) -> None:
    """An entry is read whole, and the trail was verified."""
    page.table.selectRow(2)
    page.verify.click()


def nothing(page: AuditTrailPage) -> None:
    """A search that fits nothing."""
    page.text.setText("nowhere to be found")
    page.search()


STATES: dict[str, Callable[[AuditTrailPage], None]] = {"plain": lambda _: None, "chosen": chosen, "nothing": nothing}


def main(folder: Path) -> None:
    """Draw all of them."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    folder.mkdir(parents=True, exist_ok=True)
    for refused in (False, True):
        with tempfile.TemporaryDirectory() as place:
            trail = Trail(Path(place), gate=Allowing() if refused else None)
            for size, (width, height) in SIZES.items():
                for mode in Mode:
                    theme = Theme(mode, compact=width < 1600)
                    themes.apply(application, theme)
                    for name, act in STATES.items() if not refused else [("refused", STATES["plain"])]:
                        page = AuditTrailPage(fakes.FakeLink(), PERSON, theme, trail.desk)
                        page.set_theme(theme)
                        page.resize(width, height)
                        page.show()
                        page.show_ward(fakes.ward([fakes.bed("01"), fakes.bed("02")]), fakes.NOW)
                        _settle(application)
                        act(page)
                        _settle(application)
                        page.grab().save(str(folder / f"{name}-{size}-{mode}.png"))
                        if (page.width(), page.height()) != (width, height):
                            print(f"{name} {size}: grew to {page.width()}x{page.height()}")
                        page.close()
                        page.deleteLater()
            trail.close()


def _settle(application: object) -> None:
    ends = time.monotonic() + 0.6
    while time.monotonic() < ends:
        application.processEvents()  # type: ignore[attr-defined]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
