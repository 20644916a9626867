"""`python -m tests.console.ui.people_pictures DIR`: signing in, acknowledging by name, initials, the page of people."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QApplication

from console.link.desks import Desks
from console.ui import theme as themes
from console.ui.ack_sheet import AckSheet
from console.ui.app import Options, build_window
from console.ui.main_window import MainWindow
from console.ui.page import Sheet
from console.ui.people_page import PeoplePage
from console.ui.sign_in_sheet import SignInSheet
from console.ui.theme import Theme
from tests.console.ui import fakes
from tests.console.ui.fake_people import ADMIN, CHARGE, ENGINEER, NURSE, FakePeople
from tests.console.ui.shell import FakeOutput, settle
from tests.console.ui.ward_states import ward_of

SIZES = {"1920": (1920, 1080), "1366": (1366, 768)}


def sign_in(window: MainWindow) -> SignInSheet:
    """The sheet, open."""
    window.open_sign_in()
    sheet = window.sheets[Sheet.SIGN_IN]
    assert isinstance(sheet, SignInSheet)
    return sheet


def secret(window: MainWindow, wait_s: float = 0.0, tried: bool = False) -> None:
    """A name is chosen."""
    form = sign_in(window).form
    form.choose(NURSE)
    form.secret.setText("1111")
    if tried:
        desk(window).wait_s = wait_s
        form.enter()


def desk(window: MainWindow) -> FakePeople:
    """The people behind it."""
    assert isinstance(window.session.people, FakePeople)
    return window.session.people


def signed(window: MainWindow, name: str = NURSE) -> None:
    """Somebody is signed in."""
    desk(window).signed_in = name
    settle(window)


def soon_out(window: MainWindow) -> None:
    """The last seconds of a session."""
    signed(window)
    desk(window).change(sign_out_after_s=17.0)


def acknowledge(window: MainWindow, name: str = "") -> None:
    """A reason was pressed and nobody is signed in."""
    window.open_sheet(Sheet.ACKNOWLEDGE, window.link.snapshot().beds[6].alarms[0].id)
    sheet = window.sheets[Sheet.ACKNOWLEDGE]
    assert isinstance(sheet, AckSheet)
    settle(window)
    sheet.acknowledge("Going to the bedside")
    if name:
        sheet.who.form.choose(name)


def answered(window: MainWindow) -> None:
    """Somebody is signed in and looks at an alarm."""
    signed(window)
    window.open_sheet(Sheet.ACKNOWLEDGE, window.link.snapshot().beds[6].alarms[0].id)


def initials(window: MainWindow) -> None:
    """Privacy mode, with the sheet that switches it."""
    signed(window, CHARGE)
    window.show_initials(True)
    sign_in(window)


def bed_initials(window: MainWindow) -> None:
    """Privacy mode on the page of a bed."""
    window.show_initials(True)
    window.open_bed(window.link.snapshot().beds[6].bed)


def change(window: MainWindow) -> None:
    """Somebody else takes over."""
    signed(window, ENGINEER)
    sign_in(window)


def page(window: MainWindow) -> PeoplePage:
    """The page of people."""
    made = next(page for page in window.pages if isinstance(page, PeoplePage))
    window.show_tab(window.pages.index(made))
    return made


def adding(window: MainWindow) -> None:
    """The administrator adds somebody and has forgotten the name."""
    signed(window, ADMIN)
    made = page(window)
    made.add.click()
    made.form.check()


STATES: dict[str, Callable[[MainWindow], None]] = {
    "nobody": lambda window: None,
    "names": lambda window: sign_in(window) and None,
    "search": lambda window: sign_in(window).form.search.setText("w"),
    "nobody-of-that-name": lambda window: sign_in(window).form.search.setText("zzz"),
    "secret": secret,
    "wrong": lambda window: secret(window, tried=True),
    "wait": lambda window: secret(window, 42.0, tried=True),
    "signed-in": lambda window: signed(window),
    "soon-out": soon_out,
    "change": change,
    "ack-names": acknowledge,
    "ack-secret": lambda window: acknowledge(window, NURSE),
    "ack-signed-in": answered,
    "people": lambda window: page(window) and None,
    "people-add": adding,
    "initials": initials,
    "initials-bed": bed_initials,
}


def main(folder: Path, wanted: str = "") -> None:
    """Draw all of them, or those whose name begins so."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    folder.mkdir(parents=True, exist_ok=True)
    for size, extent in SIZES.items():
        for light in (False, True):
            for state, act in STATES.items():
                if not f"{state}-{size}-{'light' if light else 'dark'}".startswith(wanted):
                    continue
                draw(folder / f"{state}-{size}-{'light' if light else 'dark'}.png", extent, light, act)
        for beds in (4, 64):
            draw(folder / f"beds-{beds}-{size}.png", extent, False, lambda window: signed(window), beds=beds)
        draw(folder / f"no-people-{size}.png", extent, False, lambda w: sign_in(w) and None, FakePeople([]))
        draw(folder / f"people-none-{size}.png", extent, False, lambda w: page(w) and None, FakePeople([]))
        draw(folder / f"first-run-{size}.png", extent, False, lambda w: None, FakePeople([]), beds=0)


def draw(
    file: Path,
    extent: tuple[int, int],
    light: bool,
    act: Callable[[MainWindow], None],
    people: FakePeople | None = None,
    beds: int = 16,
) -> None:
    """One window in one state."""
    people = people or FakePeople(recent=[NURSE, CHARGE, ENGINEER])
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    themes.apply(application, Theme())
    link = fakes.FakeLink(ward_of(beds) if beds else None)
    window = build_window(link, Options(user="R. Test", configured=beds > 0), FakeOutput(), Desks(people=people))
    window.resize(*extent)
    window.show()
    window.current.activated()
    if light:
        window.toggle_theme()
    settle(window)
    act(window)
    settle(window)
    window.grab().save(str(file))
    window.close()
    window.deleteLater()
    QApplication.processEvents()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
