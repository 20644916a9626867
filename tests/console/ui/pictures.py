"""`python -m tests.console.ui.pictures DIR`: the wall in every size and state, as PNG files to look at."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from console.ui import theme as themes
from console.ui.ack_sheet import AckSheet
from console.ui.theme import Mode, Theme
from console.ui.wall.page import WallPage
from tests.console.ui import fakes
from tests.console.ui.ward_states import ward_of

SIZES = {"1920": (1920, 942), "1366": (1366, 652), "1920-sheet": (1516, 942), "1366-sheet": (962, 652)}


def main(folder: Path) -> None:
    """Draw all of them."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    folder.mkdir(parents=True, exist_ok=True)
    for mode in Mode:
        for name, (width, height) in SIZES.items():
            theme = Theme(mode, compact=width < 1500)
            themes.apply(application, theme)
            for beds in (4, 16, 24, 36, 64):
                page = WallPage(fakes.FakeLink(ward_of(beds)), "R. Test", theme)
                page.resize(width, height)
                page.show()
                for _ in range(2):
                    page.show_ward(page.link.snapshot(), fakes.NOW)
                    application.processEvents()
                page.grab().save(str(folder / f"wall-{beds:02d}-{name}-{mode}.png"))
                page.close()
                page.deleteLater()
        for compact, height in ((False, 942), (True, 652)):
            theme = Theme(mode, compact=compact)
            themes.apply(application, theme)
            _draw_sheet(folder / f"sheet-{height}-{mode}.png", theme, height)


def _draw_sheet(file: Path, theme: Theme, height: int) -> None:
    ward = ward_of(16)
    sheet = AckSheet(fakes.FakeLink(ward), "R. Test", theme)
    sheet.resize(themes.SHEET_WIDTH, height)
    sheet.show()
    sheet.open_for(ward.beds[6].alarms[0].id)
    sheet.show_ward(ward, fakes.NOW)
    sheet.grab().save(str(file))
    sheet.close()
    sheet.deleteLater()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
