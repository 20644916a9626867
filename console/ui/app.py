"""The desktop program: makes the application, the pages and the window, and runs them."""

from __future__ import annotations

import logging
import os
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QTimer, QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication

from console.link.desks import Desks
from console.link.link import Link
from console.ui import theme as themes
from console.ui.ack_sheet import AckSheet
from console.ui.admit_page import AdmitPage
from console.ui.analysis_page import AnalysisPage
from console.ui.audit_page import AuditTrailPage
from console.ui.bed_page.page import BedPage
from console.ui.devices_page import DevicesPage
from console.ui.evaluation_page import EvaluationPage
from console.ui.feeds_page import FeedsPage
from console.ui.first_run_page import FirstRunPage
from console.ui.flash import FlashClock
from console.ui.history_page import HistoryPage
from console.ui.keys_sheet import KeysSheet
from console.ui.limits_sheet import LimitsSheet
from console.ui.main_window import MainWindow
from console.ui.observation_sheet import ObservationSheet
from console.ui.page import Page, Sheet
from console.ui.people_page import PeoplePage
from console.ui.pictures import take_pictures
from console.ui.pump_card_sheet import PumpCardSheet
from console.ui.pump_sheet import PumpSheet
from console.ui.reports_page import ReportsPage
from console.ui.session import Session
from console.ui.sign_in_sheet import SignInSheet
from console.ui.sound.output import Output, QtOutput
from console.ui.sound.player import AlarmSound
from console.ui.sound.self_test import DURATION_S
from console.ui.sound.sheet import SoundSheet
from console.ui.theme import Theme
from console.ui.wall.page import WallPage
from console.ui.watchdog.guard import Watchdog

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Options:
    """How the program runs. seconds: end by itself. pictures: folder for a PNG of every page, taken at the end.

    configured: there is a configuration; without one the first page tells how to begin. config_file: where it goes.
    station_file: where this station keeps its volume; None keeps it until the end.
    """

    user: str = ""
    seconds: float | None = None
    pictures: Path | None = None
    fullscreen: bool = False
    configured: bool = True
    config_file: str = "ward.toml"
    station_file: Path | None = None


def run_console(link: Link, options: Options, desks: Desks) -> bool:
    """Show the ward until the window is closed; True when the person asked for the demonstration ward.

    Look for a display before (console.ui.display): without one Qt ends the process. Raises OSError when the pictures
    cannot be saved.
    """
    with _ended_by_signals() as ending:
        return _run(link, options, desks, ending)


def _run(link: Link, options: Options, desks: Desks, ending: _Ending) -> bool:
    application = _application()
    window = build_window(link, options, None, desks)
    wanted: list[bool] = []

    def demo() -> None:
        wanted.append(True)
        window.close()

    window.demo_wanted.connect(demo)
    dog = _guard(window, options, link.snapshot().system.simulated)
    window.resize(1920, 1080)
    if options.fullscreen:
        window.showFullScreen()
    elif options.seconds is None:
        window.showMaximized()
    else:
        window.show()
    window.start()
    if options.pictures is None or options.seconds is None or options.seconds > DURATION_S + 1:
        window.sound.start_self_test()  # else it would stand in the pictures
    failures: list[OSError] = []
    if options.seconds is not None:
        QTimer.singleShot(round(options.seconds * 1000), lambda: _end(window, options, failures))
    ending.watch(window)
    application.exec()
    ending.watch(None)
    if dog is not None:
        dog.close()
    window.deleteLater()
    application.processEvents()
    if failures:
        raise failures[0]
    return bool(wanted)


def _guard(window: MainWindow, options: Options, simulated: bool) -> Watchdog | None:
    """The second process that makes noise when the window does not answer; none where no patient is watched."""
    if simulated or options.seconds is not None:
        return None
    dog = Watchdog()
    window.refreshed.connect(dog.beat)
    return dog


class _Ending:
    """Ctrl+C or a polite kill, at any moment: it closes the window, or has it closed as soon as there is one.

    Python's own KeyboardInterrupt would be raised inside a call of Qt: printed and forgotten there, or a crash while
    the window is being built. Python looks at signals when it next runs, which the timers of the window see to.
    """

    def __init__(self) -> None:
        self._asked = False
        self._window: MainWindow | None = None

    def __call__(self, *_: object) -> None:
        self._asked = True
        if self._window is not None:
            self._window.close()

    def watch(self, window: MainWindow | None) -> None:
        """Close this window when the end is asked for, from the event loop when it was already; None: no window."""
        self._window = window
        if window is not None and self._asked:
            QTimer.singleShot(0, window, window.close)


@contextmanager
def _ended_by_signals() -> Iterator[_Ending]:
    ending = _Ending()
    before = {number: signal.signal(number, ending) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield ending
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def build_window(link: Link, options: Options, output: Output | None = None, desks: Desks | None = None) -> MainWindow:
    """The window with every page, not yet shown. output: where alarms sound, the desktop's device when left out."""
    desks = desks or Desks()
    session = Session(desks.people, options.user)
    theme, flash, user = Theme(initials=session.view.initials), FlashClock(), session.name
    station = options.station_file
    wall = WallPage(link, user, theme, flash)
    pages: list[Page] = [
        wall,
        BedPage(link, user, theme),
        HistoryPage(link, user, theme, station and station.with_name("alarm-filters.json"), desks.alarm_export),
        DevicesPage(link, user, theme, options.config_file, desks.devices),
    ]
    if desks.feeds is not None:
        pages.append(FeedsPage(link, user, theme, desks.feeds))
    if desks.evaluation is not None:
        pages.append(EvaluationPage(link, user, theme, desks.evaluation))
    if desks.analysis is not None:
        pages.append(AnalysisPage(link, user, theme, desks.analysis))
    if desks.reports is not None:
        pages.append(ReportsPage(link, user, theme, desks.reports))
    if desks.people is not None:
        pages.append(PeoplePage(link, user, theme, session, desks.people))
    if desks.audit is not None:
        pages.append(AuditTrailPage(link, user, theme, desks.audit))
    sound = AlarmSound(link, output or QtOutput(), socket.gethostname(), user, file=options.station_file)
    sheets = {
        Sheet.ACKNOWLEDGE: AckSheet(link, user, theme, session=session),
        Sheet.OBSERVATION: ObservationSheet(link, user, theme),
        Sheet.PUMP_EVENT: PumpSheet(link, user, theme),
        Sheet.PUMP_CARD: PumpCardSheet(link, user, theme),
        Sheet.LIMITS: LimitsSheet(link, user, theme),
        Sheet.KEYS: KeysSheet(link, user, theme),
        Sheet.SOUND: SoundSheet(link, user, theme, sound),
        Sheet.SIGN_IN: SignInSheet(link, user, theme, session),
    }
    window = MainWindow(link, pages, AdmitPage(link, user, theme), sheets, sound, flash, options.user, theme, session)
    if not options.configured:
        can_add = desks.devices is not None
        window.begin_with(FirstRunPage(link, user, theme, options.config_file, can_add, session))
    return window


def _end(window: MainWindow, options: Options, failures: list[OSError]) -> None:
    """An error here would be printed by Qt and the program would run on: it is kept for `run_console`."""
    try:
        if options.pictures is not None:
            for file in take_pictures(window, options.pictures):
                print(file)
    except OSError as error:
        failures.append(error)
    finally:
        window.close()


def _application() -> QApplication:
    qInstallMessageHandler(_qt_message)
    os.environ.setdefault("QT_AUDIO_BACKEND", "pulseaudio")
    existing = QApplication.instance()
    application = existing if isinstance(existing, QApplication) else QApplication(sys.argv[:1])
    application.setApplicationName("Ward Console")
    application.setQuitOnLastWindowClosed(True)
    themes.apply(application, Theme())
    return application


_LEVELS: dict[QtMsgType, int] = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    # Libraries that Qt tries and does without; what matters to a nurse is told as a technical alarm.
    QtMsgType.QtWarningMsg: logging.INFO,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


def _qt_message(kind: QtMsgType, context: object, text: str) -> None:
    # The offscreen platform says so at every resize; nobody can act on it.
    level = logging.DEBUG if "propagateSizeHints" in text else _LEVELS.get(kind, logging.WARNING)
    log.log(level, "Qt: %s", text)
