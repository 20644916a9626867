"""The window as people use it: keys, clicks, bars, docked sheets, an engine that stops."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

import console.ui
from console.alarms.alarm import Priority
from console.link.commands import Acknowledge, AuditNote
from console.ui.bed_page.page import BedPage
from console.ui.main_window import MainWindow
from console.ui.page import Sheet
from console.ui.theme import DARK, LIGHT, Mode
from tests.console.ui import fakes as f
from tests.console.ui.shell import open_window, settle, slot_point, wall
from tests.console.ui.ward_states import ward_of


@pytest.fixture
def link() -> f.FakeLink:
    return f.FakeLink(ward_of(16))


@pytest.fixture
def window(qtbot: QtBot, link: f.FakeLink) -> Iterator[MainWindow]:
    made = open_window(qtbot, link)
    yield made
    made.close()


def _click(qtbot: QtBot, window: MainWindow, bed: str, index: int = 0) -> None:
    tile, point = slot_point(window, bed, index)
    qtbot.mouseClick(tile, Qt.MouseButton.LeftButton, pos=point)


def _on_screen(widget: QWidget, window: MainWindow) -> QRect:
    return QRect(widget.mapTo(window, widget.rect().topLeft()), widget.size())


# --- acknowledging -------------------------------------------------------------------------------------------------


def test_an_alarm_is_acknowledged_from_its_tile_in_two_clicks(
    qtbot: QtBot, window: MainWindow, link: f.FakeLink
) -> None:
    alarm = link.ward.bed("07").alarms[0]  # type: ignore[union-attr]
    _click(qtbot, window, "07")
    sheet = window.sheets[Sheet.ACKNOWLEDGE]
    qtbot.mouseClick(sheet.reasons[0], Qt.MouseButton.LeftButton)  # type: ignore[attr-defined]
    assert [c for c in link.commands if isinstance(c, Acknowledge)] == [
        Acknowledge(alarm.id, alarm.version, "R. Test", "Going to the bedside")
    ]


def test_each_half_of_a_split_slot_answers_its_own_pattern(qtbot: QtBot, window: MainWindow, link: f.FakeLink) -> None:
    first, second = link.ward.bed("15").alarms  # type: ignore[union-attr]
    for index, alarm in ((1, second), (0, first)):
        _click(qtbot, window, "15", index)
        qtbot.keyClick(window.sheets[Sheet.ACKNOWLEDGE], Qt.Key.Key_1)
        assert isinstance(link.commands[-1], Acknowledge)
        assert link.commands[-1].alarm_id == alarm.id


def test_a_chip_opens_its_own_alarm(qtbot: QtBot, window: MainWindow) -> None:
    chip = window.alarm_bar.chips[0]
    qtbot.mouseClick(chip, Qt.MouseButton.LeftButton)
    sheet = window.sheets[Sheet.ACKNOWLEDGE]
    assert sheet.isVisible()
    assert sheet.alarm is chip.alarm  # type: ignore[attr-defined]


def test_a_digit_belongs_to_the_open_sheet_even_when_the_ward_has_the_focus(
    qtbot: QtBot, window: MainWindow, link: f.FakeLink
) -> None:
    _click(qtbot, window, "07")
    wall(window).setFocus()
    qtbot.keyClick(wall(window), Qt.Key.Key_2)
    assert isinstance(link.commands[-1], Acknowledge)
    assert link.commands[-1].reason == "Doctor informed"


# --- sheets dock and cover nothing -----------------------------------------------------------------------------------


@pytest.mark.parametrize("which", [Sheet.ACKNOWLEDGE, Sheet.OBSERVATION, Sheet.PUMP_EVENT, Sheet.KEYS])
@pytest.mark.parametrize("size", [(1920, 1080), (1366, 768)])
def test_a_docked_sheet_narrows_the_ward_and_covers_neither_it_nor_the_alarm_bar(
    qtbot: QtBot, link: f.FakeLink, which: Sheet, size: tuple[int, int]
) -> None:
    window = open_window(qtbot, link, *size)
    before = wall(window).width()
    subject = link.ward.bed("07").alarms[0].id if which is Sheet.ACKNOWLEDGE else "07"  # type: ignore[union-attr]
    window.open_sheet(which, subject)
    settle(window)
    sheet = _on_screen(window.sheets[which], window)
    assert sheet.width() == 396
    assert wall(window).width() <= before - 396
    assert not sheet.intersects(_on_screen(wall(window), window))
    assert not sheet.intersects(_on_screen(window.alarm_bar, window))
    assert all(wall(window).rect().contains(tile.geometry()) for tile in wall(window).tiles.values())
    assert (window.width(), window.height()) == size
    window.close_sheet()
    settle(window)
    assert wall(window).width() == before
    window.close()


def test_no_page_makes_the_window_larger_than_a_small_screen(qtbot: QtBot) -> None:
    snapshot = ward_of(16, recording=False, store_error="disk full " * 30, simulated=True, speed=60.0)
    link = f.FakeLink(replace(snapshot, name="Ward with a name of sixty characters, as long as is allowed"))
    window = open_window(qtbot, link, 1366, 768)
    for index in range(len(window.pages)):
        window.show_tab(index)
        settle(window)
        assert (window.width(), window.height()) == (1366, 768)
    window.open_bed("07")
    window.open_sheet(Sheet.OBSERVATION, "07")
    settle(window)
    window.open_admit("16")
    settle(window)
    assert (window.width(), window.height()) == (1366, 768)
    assert window.alarm_bar.pause_button.geometry().right() < 1366
    window.close()


def test_on_a_small_screen_a_sheet_takes_the_place_of_the_why_panel(qtbot: QtBot, link: f.FakeLink) -> None:
    window = open_window(qtbot, link, 1366, 768)
    window.open_bed("07")
    settle(window)
    page = window.pages[1]
    assert isinstance(page, BedPage)
    assert page.why.isVisible()
    window.open_sheet(Sheet.OBSERVATION, "07")
    settle(window)
    assert not page.why.isVisible()
    buttons = [b for b in page.findChildren(QPushButton) if b.isVisible() and b.text()]
    cut = [b.text() for b in buttons if b.fontMetrics().horizontalAdvance(b.text()) > b.width()]
    assert cut == []
    window.close_sheet()
    settle(window)
    assert page.why.isVisible()
    window.close()


# --- keys ------------------------------------------------------------------------------------------------------------


def test_the_keys_of_the_ward(qtbot: QtBot, window: MainWindow) -> None:
    page = wall(window)
    page.selected = "07"
    for key, which in (
        (Qt.Key.Key_A, Sheet.ACKNOWLEDGE),
        (Qt.Key.Key_O, Sheet.OBSERVATION),
        (Qt.Key.Key_P, Sheet.PUMP_EVENT),
        (Qt.Key.Key_Question, Sheet.KEYS),
    ):
        page.setFocus()
        qtbot.keyClick(page, key)
        assert window.sheets[which].isVisible(), which
    qtbot.keyClick(window.sheets[Sheet.KEYS], Qt.Key.Key_Escape)
    assert not any(sheet.isVisible() for sheet in window.sheets.values())
    qtbot.keyClick(page, Qt.Key.Key_Return)
    assert window.current is window.pages[1]
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert window.current is page


def test_function_keys_turn_the_pages_and_a_key_without_a_page_does_nothing(qtbot: QtBot, window: MainWindow) -> None:
    for index, key in enumerate((Qt.Key.Key_F1, Qt.Key.Key_F2, Qt.Key.Key_F3, Qt.Key.Key_F4)):
        qtbot.keyClick(window, key)
        assert window.current is window.pages[index]
    qtbot.keyClick(window, Qt.Key.Key_F5)
    assert window.current is window.pages[3]


def test_space_pauses_the_sound_visibly_and_not_while_typing(
    qtbot: QtBot, window: MainWindow, link: f.FakeLink
) -> None:
    qtbot.keyClick(wall(window), Qt.Key.Key_Space)
    assert window.sound.paused_s() == pytest.approx(120, abs=2)
    assert window.alarm_bar.pause_button.text() == "Sound paused 2:00"
    assert "paused" in window._bar.sound.text()
    assert any(isinstance(c, AuditNote) and "paused" in c.act for c in link.commands)
    qtbot.keyClick(wall(window), Qt.Key.Key_Space)
    assert window.sound.paused_s() == 0
    window._bar.user.setFocus()
    qtbot.keyClick(window._bar.user, Qt.Key.Key_Space)
    assert window.sound.paused_s() == 0


# --- the alarm bar ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [1920, 1600, 1366])
def test_chips_are_whole_or_counted(qtbot: QtBot, link: f.FakeLink, width: int) -> None:
    window = open_window(qtbot, link, width, 900)
    bar = window.alarm_bar
    shown = [chip for chip in bar.chips if chip.isVisible()]
    area = bar._chip_area.rect()
    assert len(shown) >= 2
    assert all(area.contains(chip.geometry()) and chip.width() >= chip.wanted() for chip in shown)
    assert bar._alarms is not None
    assert area.contains(bar.more_button.geometry())
    assert bar.more_button.text() == f"+{len(bar._alarms.chips) - len(shown)} more"
    boxes = [chip.geometry() for chip in shown] + [bar.more_button.geometry()]
    assert not any(a.intersects(b) for i, a in enumerate(boxes) for b in boxes[i + 1 :])
    order = [chip.alarm.priority for chip in shown if chip.alarm]
    assert order == sorted(order, reverse=True)
    window.close()


def test_demo_alarms_are_not_counted_and_members_only_once(qtbot: QtBot, window: MainWindow, link: f.FakeLink) -> None:
    counts = dict(window.alarm_bar._alarms.counts)  # type: ignore[union-attr]
    demo = f.bed("14", demo=True, alarms=(f.limit_alarm(bed="14", demo=True),))
    link.ward = replace(link.ward, beds=tuple(demo if b.bed == "14" else b for b in link.ward.beds))
    settle(window)
    assert window.alarm_bar._alarms.counts == counts  # type: ignore[union-attr]
    assert counts[Priority.HIGH] == 1


# --- an engine that stops --------------------------------------------------------------------------------------------


def test_a_stopped_engine_is_said_across_the_window_and_heard(
    qtbot: QtBot, window: MainWindow, link: f.FakeLink
) -> None:
    link.ward = f.ward([f.bed("01"), f.bed("02")])
    settle(window)
    assert not window._stalled.isVisible()
    assert window.sound._output.played[-1:] != [Priority.HIGH] or not window.sound._output.sounding
    link.time = f.NOW + 5.5
    settle(window)
    assert window._stalled.isVisible()
    assert window._stalled.width() == window.width()
    assert "not working" in window._stalled.text()
    assert window.sound._output.played[-1] is Priority.HIGH
    view = wall(window).tiles["01"].view
    assert view is not None
    assert "no active alarm" not in " ".join(view.quiet).lower()
    link.ward = replace(link.ward, system=replace(link.ward.system, engine_stamp=link.time))
    settle(window)
    assert not window._stalled.isVisible()
    assert not window.sound._output.sounding


def test_values_turn_old_by_themselves_when_nothing_is_published(
    qtbot: QtBot, window: MainWindow, link: f.FakeLink
) -> None:
    view = wall(window).tiles["01"].view
    assert view is not None
    assert not view.badge
    link.time = f.NOW + 48
    settle(window)
    view = wall(window).tiles["01"].view
    assert view is not None
    assert view.badge.startswith("NOT LIVE")
    link.time = f.NOW + 200
    settle(window)
    view = wall(window).tiles["01"].view
    assert view is not None
    assert view.badge.startswith("NO DATA")
    assert all(cell.text == "– –" for cell in view.cells if cell.label == "HR")


# --- look, person, time ----------------------------------------------------------------------------------------------


def test_day_and_night_dress_every_page_at_once(qtbot: QtBot, window: MainWindow) -> None:
    dark = wall(window).grab().toImage()
    qtbot.mouseClick(window._bar.look, Qt.MouseButton.LeftButton)
    settle(window)
    parts = (*window.pages, window.admit, *window.sheets.values())
    assert {part.theme.mode for part in parts} == {Mode.LIGHT}
    light = wall(window).grab().toImage()
    assert dark.pixelColor(2, 2).name().upper() == DARK.bg
    assert light.pixelColor(2, 2).name().upper() == LIGHT.bg


def test_the_name_typed_at_the_top_stands_beside_what_is_done(
    qtbot: QtBot, window: MainWindow, link: f.FakeLink
) -> None:
    window._bar.user.selectAll()
    qtbot.keyClicks(window._bar.user, "S. Other")
    qtbot.keyClick(window._bar.user, Qt.Key.Key_Return)
    _click(qtbot, window, "07")
    qtbot.keyClick(window.sheets[Sheet.ACKNOWLEDGE], Qt.Key.Key_1)
    assert isinstance(link.commands[-1], Acknowledge)
    assert link.commands[-1].by == "S. Other"


def test_the_clock_is_that_of_the_ward(window: MainWindow) -> None:
    assert window._bar._clock.text() == "06:42:18"  # 04:42:18 UTC in Berlin's summer


# --- flash -----------------------------------------------------------------------------------------------------------


def test_everything_flashes_in_one_phase_and_rests_bright(qtbot: QtBot, window: MainWindow) -> None:
    window.flash._set(False, True)
    tile = wall(window).tiles["07"]
    assert tile.phases[Priority.HIGH] is False
    assert window.alarm_bar.chips[0]._flash is window.flash
    dim = tile.grab().toImage()
    window.flash.stop()
    assert tile.phases[Priority.HIGH] is True
    bright = tile.grab().toImage()
    assert dim != bright
    box = slot_point(window, "07")[1]
    numerals = QRect(0, box.y() + 40, tile.width() - 10, 40)
    assert dim.pixelColor(2, 60) != bright.pixelColor(2, 60), "the frame flashes"
    inner = numerals.adjusted(10, 0, -10, 0)
    assert dim.copy(inner) == bright.copy(inner), "numerals do not"


# --- text from outside -----------------------------------------------------------------------------------------------


def test_text_from_outside_is_never_markup(qtbot: QtBot) -> None:
    name = "<b>Bold</b><img src=x>"
    beds = [replace(f.bed("07", name=name), alarms=(f.limit_alarm(text=f"{name} 9", bed="07"),))]
    link = f.FakeLink(replace(f.ward(beds), name=name))
    window = open_window(qtbot, link)
    window.open_sheet(Sheet.ACKNOWLEDGE, beds[0].alarms[0].id)
    window.open_bed("07")
    settle(window)
    labels = [*window.findChildren(QLabel), *(x for s in window.sheets.values() for x in s.findChildren(QLabel))]
    rich = [x.text() for x in labels if x.textFormat() is not Qt.TextFormat.PlainText and x.text()]
    assert rich == []
    assert any(x.text() == name for x in labels)
    window.close()


FORBIDDEN = {"QDialog", "QMessageBox", "QInputDialog", "QFileDialog", "QErrorMessage", "QTextBrowser", "QTextEdit"}


@pytest.mark.parametrize("file", sorted(Path(console.ui.__file__).parent.rglob("*.py")), ids=lambda p: p.name)
def test_screens_have_no_dialog_and_no_rich_text(file: Path) -> None:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    names = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}
    names |= {n.attr for n in ast.walk(tree) if isinstance(n, ast.Attribute)}
    assert not names & (FORBIDDEN | {"setHtml", "RichText", "AutoText", "MarkdownText"})


# --- the binding -----------------------------------------------------------------------------------------------------


def test_painting_loses_no_reference_to_none(window: MainWindow) -> None:
    """PySide6 6.12.0 loses one at every call-back on Python 3.11 and ends the process after some thousands."""
    tile = wall(window).tiles["07"]
    tile.repaint()
    before = sys.getrefcount(None)
    for _ in range(200):
        tile.repaint()
    assert sys.getrefcount(None) > before - 100
