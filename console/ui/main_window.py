"""The window: bars, tabs, pages, and the pane in which sheets dock. It joins them and knows nothing of their content.

No dialog ever covers the ward: a sheet takes width from the page, and the alarm bar is outside both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QMainWindow,
    QPlainTextEdit,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from console.link.link import Link
from console.store.records import HistoryFilter
from console.ui import theme as themes
from console.ui.alarm_bar import AlarmBar
from console.ui.dock import Dock
from console.ui.drafts import Drafts
from console.ui.flash import FlashClock
from console.ui.page import DockedSheet, Page, Sheet
from console.ui.session import Session
from console.ui.sign_in_sheet import SignInSheet
from console.ui.sound.player import AlarmSound
from console.ui.stalled import StalledBanner
from console.ui.status_bar import StatusBar
from console.ui.system_bar import SystemBar
from console.ui.theme import Mode, Theme
from console.ui.who import SignInWanted

DRAIN_MS = 75
"""How often the link is asked: a value must be painted within 150 ms of its last byte."""

STALLED_S = 4.5
"""Real seconds after which an engine that publishes nothing counts as stopped. It publishes every second at the least,
and is told within five (detector specification, section 6): half a second is left to draw and to sound."""

ANYONE = "No people set up: anyone can act"

SMALLEST = (1024, 640)
"""Width and height in px below which the bars cannot be told whole."""

COMPACT_BELOW = 1600
"""Window width in px below which the bars shrink."""


class MainWindow(QMainWindow):
    """pages: by tab in the order of F1, F2 ...; admit shares the tab of the bed page. user: the name acts are taken
    under where nobody signs in; session: of a station with people. Signal demo_wanted: the person asks for the
    demonstration ward; refreshed: the newest picture is on the screen."""

    demo_wanted = Signal()
    refreshed = Signal()

    def __init__(
        self,
        link: Link,
        pages: Sequence[Page],
        admit: Page,
        sheets: Mapping[Sheet, DockedSheet],
        sound: AlarmSound,
        flash: FlashClock,
        user: str,
        theme: Theme,
        session: Session | None = None,
    ) -> None:
        super().__init__()
        self.setWindowTitle("Ward Console")
        # Said outright, else the roomy bars of a wide window keep it from shrinking to a screen of 1366 px.
        self.setMinimumSize(*SMALLEST)
        self.link = link
        self.pages = list(pages)
        self.admit = admit
        self.sheets = dict(sheets)
        self.sound = sound
        self.flash = flash
        self.theme = theme
        self.session = session or Session(None, user)
        self._drafts = Drafts(lambda: self._parts)
        self._first: Page | None = None
        self._switched = False
        self._bar = SystemBar([(page.title, page.short) for page in pages], user, theme)
        self.alarm_bar = AlarmBar(flash, theme)
        self._stalled = StalledBanner(theme)
        self._stack = QStackedWidget()
        self._status = StatusBar(theme)
        self._dock = Dock(self._stack, self, self._share_digits)
        self._build()
        self._connect()
        self._person_changed()
        self._timer = QTimer(self)
        self._timer.setInterval(DRAIN_MS)
        self._timer.timeout.connect(self.refresh)

    def _build(self) -> None:
        for page in (*self.pages, self.admit):
            self._stack.addWidget(page)
        body = QWidget()
        body.setObjectName("page")
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget in (self._bar, self.alarm_bar, self._stalled):
            column.addWidget(widget)
        column.addWidget(self._dock, 1)
        column.addWidget(self._status)
        self.setCentralWidget(body)
        self._bar.select(0)

    def _connect(self) -> None:
        self._bar.tab.connect(self.show_tab)
        self._bar.theme_toggled.connect(self.toggle_theme)
        self._bar.user_changed.connect(self.session.type_name)
        self._bar.person_opened.connect(self.open_sign_in)
        self.session.changed.connect(self._person_changed)
        self._bar.sound_opened.connect(lambda: self.open_sheet(Sheet.SOUND, ""))
        self.alarm_bar.acknowledge.connect(lambda alarm: self.open_sheet(Sheet.ACKNOWLEDGE, alarm))
        self.alarm_bar.more.connect(lambda: self.show_tab(self._index_of("Alarm history")))
        self.alarm_bar.pause.connect(self.toggle_pause)
        for page in (*self.pages, self.admit):
            self._connect_page(page)
        for sheet in self.sheets.values():
            sheet.closed.connect(self.close_sheet)
            sheet.open_bed.connect(self.open_bed)
            sheet.open_sheet.connect(lambda which, subject: self.open_sheet(Sheet(which), subject))
            sheet.setParent(self)
            sheet.hide()  # else it is shown with the window, over its bars
            if isinstance(sheet, SignInSheet):
                sheet.initials_wanted.connect(self.show_initials)

    def _connect_page(self, page: Page) -> None:
        page.open_bed.connect(self.open_bed)
        page.open_bed_at.connect(self.open_bed)
        page.admit_bed.connect(self.open_admit)
        page.acknowledge.connect(lambda alarm: self.open_sheet(Sheet.ACKNOWLEDGE, alarm))
        page.open_sheet.connect(lambda sheet, subject: self.open_sheet(Sheet(sheet), subject))
        page.hint.connect(self._status.show_hint)
        page.start_demo.connect(self.demo_wanted)
        page.open_alarms.connect(self.open_alarms)
        page.open_report.connect(self.open_report)
        page.open_tab.connect(lambda title: self.show_tab(self._index_of(title)))

    def begin_with(self, page: Page) -> None:
        """Let this page stand in the place of the first one until the ward has a bed."""
        self._first = self.pages[0]
        self._connect_page(page)
        self._take_place(page)

    def _take_place(self, page: Page) -> None:
        """Put a page in the place of the first tab's."""
        old = self.pages[0]
        was_shown = old is self.current
        if self._stack.indexOf(page) < 0:
            self._stack.insertWidget(0, page)
        page.set_theme(self.theme)
        page.user, page.digits_taken = old.user, old.digits_taken
        self.pages[0] = page
        if was_shown:
            old.deactivated()
            self._stack.setCurrentWidget(page)
            page.activated()

    # --- life ----------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Begin to follow the link."""
        self.flash.start()
        self._timer.start()
        self.current.activated()
        # Else Qt gives the focus to the first tab, and it would take Space and the arrow keys.
        self.current.setFocus()
        self.refresh()

    def stop(self) -> None:
        """Stop following; the window may be closed after it."""
        self._timer.stop()
        self.flash.stop()
        self.sound.close()
        self.current.deactivated()

    def closeEvent(self, event: QCloseEvent) -> None:
        self.stop()
        super().closeEvent(event)

    def refresh(self) -> None:
        """Show the newest picture: bars first, then sound, then the page and the sheet."""
        snapshot, transitions, now = self.link.snapshot(), self.link.drain(), self.link.now()
        system = snapshot.system
        self.session.follow()
        if self._first is not None and snapshot.beds:
            first, self._first = self._first, None
            self._take_place(first)
        stopped = now - system.engine_stamp > STALLED_S * system.speed
        self._stalled.setVisible(stopped)
        self.alarm_bar.show_ward(snapshot, now)
        self.sound.follow(snapshot, transitions, stopped)
        self._show_sound()
        self._bar.show_ward(snapshot.name, system.simulated, system.speed)
        self._bar.show_time(system.utc, snapshot.timezone)
        self._bar.show_person(self.session)
        self._status.show_ward(snapshot, ANYONE if self.session.open_to_all else "")
        self.current.show_ward(snapshot, now)
        if self._dock.sheet is not None:
            self._dock.sheet.show_ward(snapshot, now)
        self.refreshed.emit()

    @property
    def _parts(self) -> list[Page | DockedSheet]:
        """Pages and sheets."""
        return [*self.pages, self.admit, *self.sheets.values()]

    # --- where one is --------------------------------------------------------------------------------------------

    @property
    def current(self) -> Page:
        """The page that is visible."""
        page = self._stack.currentWidget()
        assert isinstance(page, Page)
        return page

    @property
    def docked(self) -> DockedSheet | None:
        """The sheet that is open."""
        return self._dock.sheet

    def show_tab(self, index: int) -> None:
        """Turn to a tab."""
        if 0 <= index < len(self.pages):
            self._show(self.pages[index], index)

    def open_bed(self, bed: str, at: float | None = None) -> None:
        """Turn to the page of a bed, and to a moment of it (POSIX seconds)."""
        index = self._index_of("Bed")
        self.pages[index].show_bed(bed, at)
        self._bar.rename(index, f"Bed {bed}")
        self._show(self.pages[index], index)

    def open_alarms(self, filter: HistoryFilter, what: str) -> None:
        """Turn to some alarms in the history. what: they are, in words."""
        index = self._index_of("Alarm history")
        self._show(self.pages[index], index)
        self.pages[index].show_alarms(filter, what)

    def open_report(self, bed: str, patient_id: str) -> None:
        """Turn to the episode of a patient at a bed, "" for who lies there; nothing at a console without reports."""
        index = next((i for i, page in enumerate(self.pages) if page.title == "Reports"), None)
        if index is not None:
            self.pages[index].show_episode(bed, patient_id)
            self._show(self.pages[index], index)

    def open_admit(self, bed: str) -> None:
        """Turn to the admission of a bed."""
        index = self._index_of("Bed")
        self.admit.show_bed(bed)
        self._bar.rename(index, f"Bed {bed}")
        self._show(self.admit, index)

    def _show(self, page: Page, index: int) -> None:
        self._bar.select(index)
        if page is not self.current:
            self.current.deactivated()
            self._stack.setCurrentWidget(page)
            self._status.show_hint("")
            page.activated()
        page.setFocus()
        self.refresh()

    def _index_of(self, title: str) -> int:
        return next(i for i, page in enumerate(self.pages) if page.title == title)

    def open_sheet(self, which: Sheet, subject: str) -> None:
        """Dock a sheet, for a bed or an alarm; the page narrows."""
        sheet = self.sheets[which]
        sheet.open_for(subject)
        self._dock.open(sheet)
        sheet.setFocus()
        self.refresh()

    def open_sign_in(self) -> None:
        """The sheet to sign in; what was docked before it comes back after it, with what is written in it."""
        docked = self._dock.sheet
        before = docked if docked is not self.sheets.get(Sheet.SIGN_IN) else self._dock.before
        self.open_sheet(Sheet.SIGN_IN, "")
        self._dock.before = before

    def _share_digits(self, taken: bool) -> None:
        """Digits belong to an open sheet."""
        for page in (*self.pages, self.admit):
            page.digits_taken = taken

    def close_sheet(self) -> None:
        """Give the width back to the page, or the place back to the sheet that was there before the sign-in."""
        if self._dock.close_sheet():
            (self._dock.sheet or self.current).setFocus()

    # --- acts ----------------------------------------------------------------------------------------------------

    def toggle_pause(self) -> None:
        """Pause the sound for two minutes, or end the pause or AUDIO OFF."""
        self.sound.toggle_pause()
        self._show_sound()

    def _show_sound(self) -> None:
        sound = self.sound
        self.alarm_bar.show_pause(sound.paused_s(), sound.off)
        self.alarm_bar.test_light.show_test(sound.test.lit, sound.test_result)
        self._bar.show_sound(sound.problem, sound.paused_s(), sound.level, sound.off)

    def toggle_theme(self) -> None:
        """Day or night."""
        mode = Mode.LIGHT if self.theme.mode is Mode.DARK else Mode.DARK
        self.set_theme(replace(self.theme, mode=mode))

    def set_theme(self, theme: Theme) -> None:
        """Dress everything anew."""
        self.theme = theme
        application = QApplication.instance()
        if isinstance(application, QApplication):
            themes.apply(application, theme)
        for bar in (self._bar, self.alarm_bar, self._stalled, self._status):
            bar.set_theme(theme)
        for part in self._parts:
            part.set_theme(theme)

    def _person_changed(self) -> None:
        """Somebody else acts from now on, or nobody."""
        name = self.session.name
        told = self._drafts.change(name) if self.session.needed else ""
        for part in self._parts:
            part.user = name
        self.sound.user = name
        self._bar.show_person(self.session)
        if told:
            self._status.show_hint(told)
        if not self._switched:
            self._take_initials(self.session.view.initials)

    def show_initials(self, on: bool) -> None:
        """Patients by their initials at this station, whatever the ward is set to."""
        self._switched = True
        self._take_initials(on)

    def _take_initials(self, on: bool) -> None:
        if on != self.theme.initials:
            self.set_theme(replace(self.theme, initials=on))

    def customEvent(self, event: QEvent) -> None:
        """Somebody acts and nobody is signed in: offer it, where people sign in."""
        if isinstance(event, SignInWanted) and self.session.needed:
            self.open_sign_in()
            event.offered = True

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        handle = self.windowHandle()
        if handle is not None:
            handle.removeEventFilter(self.session)
            handle.installEventFilter(self.session)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        compact = self.width() < COMPACT_BELOW
        if compact != self.theme.compact:
            self.set_theme(replace(self.theme, compact=compact))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        typing = isinstance(self.focusWidget(), QLineEdit | QPlainTextEdit | QAbstractSpinBox | QComboBox)
        if Qt.Key.Key_F1 <= key <= Qt.Key.Key_F10:
            self.show_tab(key - Qt.Key.Key_F1)
        elif key == Qt.Key.Key_U and event.modifiers() == Qt.KeyboardModifier.ControlModifier:
            self.open_sign_in()
        elif key == Qt.Key.Key_F11:
            self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)
        elif key == Qt.Key.Key_Space and not typing:
            self.toggle_pause()
        elif key == Qt.Key.Key_Question and not typing:
            self.open_sheet(Sheet.KEYS, "")
        elif self._dock.sheet is not None and not typing and self._dock.sheet.press_digit(key - Qt.Key.Key_0):
            event.accept()
        elif key == Qt.Key.Key_Escape:
            if self._dock.sheet is not None:
                self.close_sheet()
            else:
                self.show_tab(0)
        else:
            super().keyPressEvent(event)
