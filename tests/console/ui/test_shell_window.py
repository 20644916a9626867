"""The window around plain pages: tabs, chips, the docked sheet, keys, the banner of a stopped engine, both looks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QRect, Qt, QTimer
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from console.alarms.alarm import Change, Priority, Stage, Transition
from console.link.commands import Acknowledge, AuditNote
from console.link.snapshot import BedSnapshot, WardSnapshot
from console.ui.alarm_bar import Chip
from console.ui.flash import FlashClock
from console.ui.main_window import MainWindow
from console.ui.page import DockedSheet, Page, Sheet
from console.ui.sound.player import AlarmSound
from console.ui.theme import SHEET_WIDTH, Mode, Theme, apply
from tests.console.ui import fakes
from tests.console.ui.fakes import FakeLink, bed, limit_alarm, pattern_alarm, technical_alarm, ward
from tests.console.ui.shell import FakeOutput


class PlainPage(Page):
    """A page that keeps what the shell told it."""

    def __init__(self, title: str, link: FakeLink) -> None:
        super().__init__(link, "", Theme())
        self.title = title
        self.wards: list[WardSnapshot] = []
        self.beds: list[tuple[str, float | None]] = []
        self.active: list[bool] = []
        self.field = QLineEdit()
        column = QVBoxLayout(self)
        column.addWidget(QLabel(title))
        column.addWidget(self.field)

    def show_ward(self, snapshot: WardSnapshot, now: float) -> None:
        self.wards.append(snapshot)

    def show_bed(self, bed: str, at: float | None = None) -> None:
        self.beds.append((bed, at))

    def activated(self) -> None:
        self.active.append(True)

    def deactivated(self) -> None:
        self.active.append(False)


class PlainSheet(DockedSheet):
    """A sheet that keeps its subject."""

    def __init__(self, link: FakeLink) -> None:
        super().__init__(link, "", Theme())
        self.subjects: list[str] = []
        QVBoxLayout(self).addWidget(QPushButton("Nothing"))

    def open_for(self, subject: str) -> None:
        self.subjects.append(subject)

    def show_ward(self, snapshot: WardSnapshot, now: float) -> None:
        pass


class Shell:
    """A window on a fake link, with the time of its sound in the test's hands."""

    def __init__(self) -> None:
        self.link = FakeLink()
        self.seconds = 1000.0
        self.output = FakeOutput()
        self.pages = [PlainPage(t, self.link) for t in ("Ward", "Bed", "Alarm history", "Devices")]
        self.admit = PlainPage("Bed", self.link)
        self.sheets = {sheet: PlainSheet(self.link) for sheet in Sheet}
        sound = AlarmSound(self.link, self.output, "station", "", lambda: self.seconds)
        self.window = MainWindow(
            self.link, self.pages, self.admit, self.sheets, sound, FlashClock(), "R. Test", Theme()
        )
        self.window.resize(1920, 1080)
        self.window.show()
        self.window.start()

    def show(self, *beds: BedSnapshot, **system: object) -> None:
        """Give the window another picture of the ward."""
        self.link.ward = ward(list(beds), **system)
        self.window.refresh()
        QApplication.processEvents()

    @property
    def parts(self) -> list[Page | DockedSheet]:
        return [*self.pages, self.admit, *self.sheets.values()]

    @property
    def chips(self) -> list[Chip]:
        return [chip for chip in self.window.alarm_bar.chips if chip.isVisible()]

    @property
    def counts(self) -> str:
        return self.window.alarm_bar.counts.accessibleName()

    def within(self, widget: QWidget) -> QRect:
        """Where a widget stands in the window."""
        return QRect(widget.mapTo(self.window, QPoint(0, 0)), widget.size())


@pytest.fixture
def shell(qtbot: QtBot, qapp: QApplication) -> Iterator[Shell]:
    apply(qapp, Theme())
    made = Shell()
    qtbot.addWidget(made.window)
    qtbot.waitUntil(made.window.isActiveWindow, timeout=2000)
    yield made
    made.window.close()
    qapp.processEvents()
    assert not [t for t in made.window.findChildren(QTimer) if t.isActive()]
    assert made.output.closed


def _press(qtbot: QtBot, shell: Shell, key: Qt.Key) -> None:
    """A key as the system gives it: to whatever has the focus."""
    qtbot.keyClick(QApplication.focusWidget() or shell.window, key)


# --- tabs --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("index", range(4))
def test_function_keys_turn_to_the_tabs(shell: Shell, qtbot: QtBot, index: int) -> None:
    _press(qtbot, shell, Qt.Key(Qt.Key.Key_F1 + index))
    assert shell.window.current is shell.pages[index]
    assert [tab.isChecked() for tab in shell.window._bar.tabs] == [n == index for n in range(4)]


def test_a_click_on_a_tab_turns_to_its_page_and_only_that_page_follows(shell: Shell, qtbot: QtBot) -> None:
    qtbot.mouseClick(shell.window._bar.tabs[2], Qt.MouseButton.LeftButton)
    assert shell.window.current is shell.pages[2]
    seen = len(shell.pages[0].wards)
    shell.show(bed("01"))
    assert len(shell.pages[0].wards) == seen
    assert shell.pages[2].wards[-1] is shell.link.ward
    assert shell.pages[0].active == [True, False]


def test_a_page_opens_a_bed_and_the_tab_carries_its_name(shell: Shell) -> None:
    shell.pages[0].open_bed.emit("07")
    assert shell.window.current is shell.pages[1]
    assert shell.pages[1].beds == [("07", None)]
    assert shell.window._bar.tabs[1].text() == "Bed 07"
    shell.pages[2].open_bed_at.emit("08", 1234.5)
    assert shell.pages[1].beds[-1] == ("08", 1234.5)


def test_the_user_typed_in_the_bar_reaches_pages_and_sheets(shell: Shell, qtbot: QtBot) -> None:
    assert {part.user for part in shell.parts} == {"R. Test"}
    field = shell.window._bar.user
    field.clear()
    qtbot.keyClicks(field, "  K. Example ")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert {part.user for part in shell.parts} == {"K. Example"}
    assert shell.window.sound.user == "K. Example"


# --- chips -------------------------------------------------------------------------------------------------------


def test_a_press_on_a_chip_opens_the_acknowledge_sheet_for_that_alarm(shell: Shell, qtbot: QtBot) -> None:
    urgent = pattern_alarm(stage=Stage.EMERGENCY, bed="02")
    limit = limit_alarm(bed="01")
    shell.show(bed("01", alarms=(limit,)), bed("02", alarms=(urgent,)))
    first, second = shell.chips
    assert (first.alarm, second.alarm) == (urgent, limit)
    qtbot.mouseClick(second, Qt.MouseButton.LeftButton)
    sheet = shell.sheets[Sheet.ACKNOWLEDGE]
    assert sheet.isVisible()
    assert sheet.subjects == [limit.id]
    assert not [c for c in shell.link.commands if isinstance(c, Acknowledge)]


def test_a_watch_is_counted_and_has_no_chip(shell: Shell) -> None:
    shell.show(bed("01", alarms=(pattern_alarm(stage=Stage.WATCH),)))
    assert shell.chips == []
    assert shell.counts == "Alarms: 0 high, 0 medium, 1 low, 0 acknowledged"


def test_a_limit_alarm_that_a_pattern_speaks_for_has_neither_chip_nor_count(shell: Shell) -> None:
    pattern = pattern_alarm(stage=Stage.WARNING)
    shell.show(bed("01", alarms=(pattern, limit_alarm(sounding=False))))
    assert [chip.alarm for chip in shell.chips] == [pattern]
    assert shell.counts == "Alarms: 0 high, 1 medium, 0 low, 0 acknowledged"


def test_an_acknowledged_alarm_is_counted_apart_and_has_no_chip(shell: Shell) -> None:
    shell.show(bed("01", alarms=(fakes.acknowledged(pattern_alarm(stage=Stage.EMERGENCY)),)))
    assert shell.chips == []
    assert shell.counts == "Alarms: 0 high, 0 medium, 0 low, 1 acknowledged"


def test_demo_alarms_are_not_counted(shell: Shell) -> None:
    shell.show(bed("01", alarms=(pattern_alarm(stage=Stage.EMERGENCY, demo=True),), demo=True))
    assert shell.chips == []
    assert shell.counts == "Alarms: 0 high, 0 medium, 0 low, 0 acknowledged"


def test_an_alarm_of_the_console_itself_has_a_chip(shell: Shell) -> None:
    alarm = technical_alarm("No alarm sound from this station", Priority.MEDIUM, bed="")
    shell.link.ward = replace(ward([bed("01")]), alarms=(alarm,))
    shell.window.refresh()
    assert [chip.alarm for chip in shell.chips] == [alarm]


@pytest.mark.parametrize("width", [1024, 1366, 1600, 1920])
@pytest.mark.parametrize("count", [1, 3, 9, 40])
def test_every_alarm_is_a_whole_chip_or_counted(shell: Shell, width: int, count: int) -> None:
    beds = [bed(f"{n:02d}", alarms=(limit_alarm(bed=f"{n:02d}", age=10.0 * n),)) for n in range(count)]
    shell.window.resize(width, 900)
    shell.show(*beds)
    bar = shell.window.alarm_bar
    more = int(bar.more_button.text().strip("+ more")) if bar.more_button.isVisible() else 0
    assert len(shell.chips) + more == count
    edge = 0
    for chip in shell.chips:
        assert chip.width() >= chip.wanted()
        assert chip.x() >= edge
        edge = chip.x() + chip.width()
    if more:
        assert bar.more_button.x() >= edge
        edge = bar.more_button.x() + bar.more_button.width()
    assert edge <= bar._chip_area.width()
    assert shell.within(bar.pause_button).right() < shell.window.width()


def test_more_opens_the_alarm_history(shell: Shell, qtbot: QtBot) -> None:
    shell.show(*(bed(f"{n:02d}", alarms=(limit_alarm(bed=f"{n:02d}"),)) for n in range(30)))
    qtbot.mouseClick(shell.window.alarm_bar.more_button, Qt.MouseButton.LeftButton)
    assert shell.window.current is shell.pages[2]


# --- the docked sheet --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [(1920, 1080), (1366, 768)])
def test_a_docked_sheet_narrows_the_page_and_covers_nothing(shell: Shell, size: tuple[int, int]) -> None:
    shell.window.resize(*size)
    QApplication.processEvents()
    before = shell.within(shell.pages[0])
    shell.window.open_sheet(Sheet.OBSERVATION, "01")
    QApplication.processEvents()
    page, sheet = shell.within(shell.pages[0]), shell.within(shell.sheets[Sheet.OBSERVATION])
    bar = shell.within(shell.window.alarm_bar)
    assert sheet.width() == SHEET_WIDTH
    assert page.width() <= before.width() - SHEET_WIDTH
    assert not page.intersects(sheet)
    assert not bar.intersects(sheet)
    assert not bar.intersects(page)
    assert bar.width() == size[0]
    assert (shell.window.width(), shell.window.height()) == size
    shell.window.close_sheet()
    QApplication.processEvents()
    assert shell.within(shell.pages[0]) == before


def test_escape_closes_the_sheet_and_never_acknowledges(shell: Shell, qtbot: QtBot) -> None:
    alarm = pattern_alarm(stage=Stage.EMERGENCY)
    shell.show(bed("01", alarms=(alarm,)))
    shell.window.show_tab(3)
    shell.window.open_sheet(Sheet.ACKNOWLEDGE, alarm.id)
    _press(qtbot, shell, Qt.Key.Key_Escape)
    assert not shell.sheets[Sheet.ACKNOWLEDGE].isVisible()
    assert shell.window.current is shell.pages[3]
    _press(qtbot, shell, Qt.Key.Key_Escape)
    assert shell.window.current is shell.pages[0]
    assert not [c for c in shell.link.commands if isinstance(c, Acknowledge)]


def test_a_second_sheet_takes_the_place_of_the_first(shell: Shell) -> None:
    shell.window.open_sheet(Sheet.OBSERVATION, "01")
    shell.window.open_sheet(Sheet.PUMP_EVENT, "01")
    assert [which for which, sheet in shell.sheets.items() if sheet.isVisible()] == [Sheet.PUMP_EVENT]


def test_a_sheet_that_is_done_gives_the_width_back(shell: Shell) -> None:
    shell.window.open_sheet(Sheet.KEYS, "")
    shell.sheets[Sheet.KEYS].closed.emit()
    assert not shell.sheets[Sheet.KEYS].isVisible()


# --- sound -------------------------------------------------------------------------------------------------------


def test_space_pauses_the_sound_for_two_minutes_with_a_countdown(shell: Shell, qtbot: QtBot) -> None:
    """The first key after the start: nobody has clicked anything yet."""
    shell.show(bed("01", alarms=(pattern_alarm(stage=Stage.EMERGENCY),)))
    assert shell.output.played == [Priority.HIGH]
    _press(qtbot, shell, Qt.Key.Key_Space)
    bar = shell.window.alarm_bar
    assert bar.pause_button.text() == "Sound paused 2:00"
    assert shell.window._bar.sound.text() == "Sound paused"
    shell.seconds += 75
    shell.window.refresh()
    assert bar.pause_button.text() == "Sound paused 0:45"
    assert [c.act for c in shell.link.commands if isinstance(c, AuditNote)] == ["sound paused for 2 min"]
    shell.seconds += 45.1
    shell.window.refresh()
    assert bar.pause_button.text().startswith("Pause sound 2 min")
    assert shell.window._bar.sound.text() == "Alarm sound on 3/4"
    assert shell.output.played == [Priority.HIGH, Priority.HIGH]


def test_space_still_pauses_after_a_click_on_the_look_button(shell: Shell, qtbot: QtBot) -> None:
    qtbot.mouseClick(shell.window._bar.look, Qt.MouseButton.LeftButton)
    _press(qtbot, shell, Qt.Key.Key_Space)
    assert shell.window.sound.paused_s() == 120.0
    assert shell.window.theme.mode is Mode.LIGHT


def test_space_in_a_text_field_is_a_space(shell: Shell, qtbot: QtBot) -> None:
    field = shell.pages[0].field
    field.setFocus()
    qtbot.keyClicks(field, "a b?")
    assert field.text() == "a b?"
    assert shell.window.sound.paused_s() == 0
    assert not shell.sheets[Sheet.KEYS].isVisible()


def test_the_pause_button_pauses_and_ends_the_pause(shell: Shell, qtbot: QtBot) -> None:
    button = shell.window.alarm_bar.pause_button
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert shell.window.sound.paused_s() == 120.0
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert shell.window.sound.paused_s() == 0


def test_a_new_emergency_ends_the_pause_on_screen(shell: Shell, qtbot: QtBot) -> None:
    _press(qtbot, shell, Qt.Key.Key_Space)
    alarm = pattern_alarm(stage=Stage.EMERGENCY)
    shell.link.transitions = [Transition(alarm, Change.ONSET, fakes.utc(), fakes.NOW)]
    shell.show(bed("01", alarms=(alarm,)))
    assert shell.window.alarm_bar.pause_button.text().startswith("Pause sound")
    assert shell.output.played == [Priority.HIGH]


# --- the engine has stopped --------------------------------------------------------------------------------------


@pytest.mark.parametrize("speed", [1.0, 30.0])
def test_a_stopped_engine_is_told_within_five_seconds_and_no_longer_than_it_lasts(shell: Shell, speed: float) -> None:
    banner = shell.window._stalled
    shell.show(bed("01"), speed=speed)
    shell.link.time = fakes.NOW + 4.4 * speed
    shell.window.refresh()
    assert not banner.isVisible()
    shell.link.time = fakes.NOW + 4.6 * speed
    shell.window.refresh()
    QApplication.processEvents()
    assert banner.isVisible()
    assert banner.text() == "***  Engine does not answer. Pattern alarms are not working. Watch the bedside monitors."
    assert shell.within(banner).width() == shell.window.width()
    assert not shell.within(banner).intersects(shell.within(shell.window.alarm_bar))
    assert not shell.within(banner).intersects(shell.within(shell.pages[0]))
    shell.show(bed("01"), speed=speed, engine_stamp=shell.link.time)
    assert not banner.isVisible()


def test_the_window_notices_a_stopped_engine_by_itself(shell: Shell, qtbot: QtBot) -> None:
    shell.link.time = fakes.NOW + 6
    qtbot.waitUntil(shell.window._stalled.isVisible, timeout=2000)


# --- looks -------------------------------------------------------------------------------------------------------


def test_day_and_night_reach_every_part(shell: Shell, qtbot: QtBot) -> None:
    qtbot.mouseClick(shell.window._bar.look, Qt.MouseButton.LeftButton)
    assert {part.theme.mode for part in shell.parts} == {Mode.LIGHT}
    assert shell.window.alarm_bar.theme.mode is Mode.LIGHT
    qtbot.mouseClick(shell.window._bar.look, Qt.MouseButton.LeftButton)
    assert {part.theme.mode for part in shell.parts} == {Mode.DARK}


def test_the_bars_shrink_below_1600_px_and_grow_again(shell: Shell) -> None:
    tall = shell.window.alarm_bar.height()
    shell.window.resize(1599, 900)
    QApplication.processEvents()
    assert shell.pages[0].theme.compact
    assert shell.window.alarm_bar.height() < tall
    shell.window.resize(1600, 900)
    QApplication.processEvents()
    assert not shell.pages[0].theme.compact
    assert shell.window.alarm_bar.height() == tall


def test_a_simulated_ward_says_so_without_pause(shell: Shell) -> None:
    shell.show(bed("01"), simulated=True, speed=30.0)
    assert shell.window._bar.simulated.isVisible()
    assert shell.window._bar.simulated.text() == "SIMULATED WARD · time × 30"


def test_missing_sound_is_told_in_the_bar(shell: Shell) -> None:
    shell.output.fault = "This station has no sound device."
    shell.seconds += 3
    shell.window.refresh()
    assert shell.window._bar.sound.text() == "No alarm sound"
