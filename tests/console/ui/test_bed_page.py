"""The bed page by clicks and keys: windows, a held view, live numerals, bed swaps, discharge, the crosshair."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from console.alarms.alarm import Stage
from console.link.commands import Discharge, Reply
from console.link.snapshot import BedSnapshot
from console.store.records import Series, Trend
from console.ui.bed_page import page as bed_page
from console.ui.bed_page.head import BedHead
from console.ui.bed_page.page import BedPage
from console.ui.charts.panel import WINDOWS_S
from console.ui.charts.spec import AXIS_WIDTH
from console.ui.page import Sheet
from console.ui.theme import Theme, apply
from console.ward.pump import PumpState
from console.ward.source import Liveness
from drivers.observation import Parameter
from tests.console.ui import fakes
from tests.console.ui.fakes import NOW, FakeLink, bed, late_bed, limit_alarm, no_data_bed, pattern_alarm, readings, ward

P = Parameter


class Desk:
    """A bed page on a fake link, and the real seconds in the test's hands."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.seconds = 1000.0
        self.link = FakeLink()
        monkeypatch.setattr(bed_page.time, "monotonic", lambda: self.seconds)
        self.page = BedPage(self.link, "R. Test", Theme())
        self.page.resize(1920, 942)
        self.page.show()

    def show(self, *beds: BedSnapshot, later: float = 0.0) -> None:
        """The next picture of the ward, so many seconds after NOW."""
        self.link.time = NOW + later
        self.link.ward = ward(list(beds), engine_stamp=NOW + later)
        self.page.show_ward(self.link.ward, NOW + later)
        QApplication.processEvents()

    def cell(self, label: str) -> tuple[str, str]:
        """Value and note of the numeral of a row."""
        cell = next(c for c, _, _ in self.page.numerals._cells if c.label.split(" ")[0] == label)
        return cell.value, cell.note

    def button(self, words: str) -> QPushButton:
        return next(b for b in self.page.findChildren(QPushButton) if b.text().startswith(words) and b.isVisible())

    def rows(self) -> list[str]:
        return [row.spec.label for row in self.page.charts.rows]

    def drawn(self, label: str) -> tuple[np.ndarray, np.ndarray]:
        """The curve of a row as it is drawn."""
        row = next(r for r in self.page.charts.rows if r.spec.label == label)
        x, y = row._curve.getData()
        none = np.empty(0)
        return (none, none) if x is None else (x, y)


@pytest.fixture
def desk(qtbot: QtBot, qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    apply(qapp, Theme())
    made = Desk(monkeypatch)
    qtbot.addWidget(made.page)
    qtbot.waitUntil(made.page.isActiveWindow, timeout=2000)
    made.page.setFocus()
    made.show(bed("01"), bed("02"))
    yield made
    made.page.close()


def _key(qtbot: QtBot, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    qtbot.keyClick(QApplication.focusWidget(), key, modifier)


def _click(qtbot: QtBot, button: QPushButton) -> None:
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


# --- windows of time ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("index", range(6))
def test_a_window_is_chosen_by_click_or_by_its_digit(desk: Desk, qtbot: QtBot, index: int) -> None:
    _click(qtbot, desk.page.windows[index])
    assert desk.page.charts.span() == (NOW - WINDOWS_S[index], NOW)
    _key(qtbot, Qt.Key(Qt.Key.Key_1 + (index + 1) % 6))
    assert desk.page.charts.window_s == WINDOWS_S[(index + 1) % 6]
    assert [b.isChecked() for b in desk.page.windows] == [n == (index + 1) % 6 for n in range(6)]


def test_keys_still_work_after_a_click_into_the_charts(desk: Desk, qtbot: QtBot) -> None:
    view = desk.page.charts.graphics.viewport()
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(400, 100))
    _key(qtbot, Qt.Key.Key_1)
    assert desk.page.charts.window_s == 900
    with qtbot.waitSignal(desk.page.open_sheet, timeout=1000) as asked:
        _key(qtbot, Qt.Key.Key_O)
    assert asked.args == [Sheet.OBSERVATION, desk.page.bed]


def test_no_button_of_the_page_takes_the_keys_by_a_click(desk: Desk) -> None:
    """Space after a click on Discharge must pause the sound, not confirm the discharge."""
    takers = [b.text() for b in desk.page.findChildren(QPushButton) if b.focusPolicy() & Qt.FocusPolicy.ClickFocus]
    assert takers == []


def test_zooming_leaves_the_live_view_and_no_window_button_lit(desk: Desk) -> None:
    desk.page.charts.zoom(0.8, NOW - 600)
    desk.show(bed("01"), bed("02"), later=1)
    assert desk.page.notice.isVisible()
    assert not any(b.isChecked() for b in desk.page.windows)


# --- a held view -------------------------------------------------------------------------------------------------


def _held(desk: Desk, qtbot: QtBot) -> None:
    _click(qtbot, desk.page.pause)
    desk.show(bed("01"), bed("02"), later=1)
    assert desk.page.notice.isVisible()


def test_a_held_view_says_so_and_its_numerals_stay_live(desk: Desk, qtbot: QtBot) -> None:
    _held(desk, qtbot)
    span = desk.page.charts.span()
    desk.seconds += 42
    later = tuple(replace(r, stamp=NOW + 41, measured_at=fakes.utc(-41)) for r in readings(hr=137))
    desk.show(bed("01", readings=later, last_data_stamp=NOW + 41), bed("02"), later=42)
    assert desk.page.notice.text().startswith("VIEW PAUSED 0:42")
    assert desk.page.charts.span() == span
    assert desk.cell("HR") == ("137", "")
    assert not desk.page.live.isChecked()


def test_a_held_view_goes_live_by_itself_after_two_minutes(desk: Desk, qtbot: QtBot) -> None:
    _held(desk, qtbot)
    desk.seconds += 119.9
    desk.show(bed("01"), bed("02"), later=119)
    assert desk.page.notice.isVisible()
    desk.seconds += 0.2
    desk.show(bed("01"), bed("02"), later=121)
    assert not desk.page.notice.isVisible()
    assert desk.page.charts.span()[1] == NOW + 121
    assert desk.page.live.isChecked()


@pytest.mark.parametrize("before", [(), (limit_alarm(),)], ids=["quiet bed", "alarming bed"])
def test_a_new_alarm_of_this_bed_ends_the_held_view(desk: Desk, qtbot: QtBot, before: tuple[object, ...]) -> None:
    desk.show(bed("01", alarms=before), bed("02"))
    _click(qtbot, desk.page.pause)
    desk.show(bed("01", alarms=before), bed("02"), later=1)
    assert desk.page.notice.isVisible()
    desk.show(bed("01", alarms=before), bed("02", alarms=(pattern_alarm(bed="02", stage=Stage.WARNING),)), later=2)
    assert desk.page.notice.isVisible(), "an alarm elsewhere is not this bed's"
    desk.show(bed("01", alarms=(pattern_alarm(stage=Stage.WARNING), *before)), bed("02"), later=3)
    assert not desk.page.notice.isVisible()
    assert desk.page.charts.span()[1] == NOW + 3


@pytest.mark.parametrize("way", ["Home", "bar", "Live"])
def test_three_ways_back_to_live(desk: Desk, qtbot: QtBot, way: str) -> None:
    _held(desk, qtbot)
    if way == "Home":
        _key(qtbot, Qt.Key.Key_Home)
    else:
        _click(qtbot, desk.page.notice if way == "bar" else desk.page.live)
    assert not desk.page.notice.isVisible()
    desk.show(bed("01"), bed("02"), later=5)
    assert desk.page.charts.span()[1] == NOW + 5


def test_control_p_holds_and_dragging_does_too(desk: Desk, qtbot: QtBot) -> None:
    _key(qtbot, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    assert desk.page.notice.isVisible()
    desk.page.go_live()
    view = desk.page.charts.graphics.viewport()
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=QPoint(300, 100))
    for x in (350, 400, 450):
        qtbot.mouseMove(view, QPoint(x, 100))
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=QPoint(450, 100))
    qtbot.waitUntil(desk.page.notice.isVisible, timeout=1000)
    assert desk.page.charts.span()[1] < NOW


# --- numerals ----------------------------------------------------------------------------------------------------


def test_a_late_value_does_not_look_live(desk: Desk) -> None:
    desk.show(late_bed("01"))
    assert desk.cell("HR") == ("84", "NOT LIVE · 48 s old")
    assert all(not c.live for c, _, _ in desk.page.numerals._cells)


def test_without_data_there_is_no_number(desk: Desk) -> None:
    desk.show(no_data_bed("01"))
    assert desk.cell("HR") == ("– –", "no data")
    assert desk.cell("RR") == ("– –", "no data")


def test_a_value_the_device_cannot_give_is_no_number(desk: Desk) -> None:
    desk.show(bed("01", readings=readings(rr=None)))
    assert desk.cell("RR") == ("– –", "no data")
    assert desk.cell("HR") == ("72", "")


def test_values_turn_late_by_themselves_when_nothing_is_published(desk: Desk) -> None:
    desk.page.show_ward(desk.link.ward, NOW + 45)
    assert desk.cell("HR")[1].startswith("NOT LIVE")
    desk.page.show_ward(desk.link.ward, NOW + 90)
    assert desk.cell("HR") == ("– –", "no data")


def test_rows_of_oxygen_and_carbon_dioxide_come_only_with_values(desk: Desk) -> None:
    desk.link.made_trend = lambda name, parameters, start, end: Trend(name, start, end)
    desk.page.show_bed("03")
    desk.show(bed("03", readings=readings(spo2=None, etco2=None)))
    assert desk.rows() == ["HR", "BP", "RR", "Temp"]
    moved = tuple(replace(r, measured_at=fakes.utc(-1), stamp=NOW + 1) for r in readings(spo2=95, etco2=None))
    desk.show(bed("03", readings=moved), later=1)
    assert desk.rows() == ["HR", "BP", "RR", "Temp", "SpO₂"]
    moved = tuple(replace(r, measured_at=fakes.utc(-2), stamp=NOW + 2) for r in readings(spo2=95, etco2=41))
    desk.show(bed("03", readings=moved), later=2)
    assert desk.rows() == ["HR", "BP", "RR", "Temp", "SpO₂", "EtCO₂"]
    heights = [height for _, _, height in desk.page.charts.row_geometry()]
    assert all(height > 30 for height in heights)


@pytest.mark.parametrize(
    ("label", "parameter", "value"), [("HR", P.HR, 231.0), ("Temp", P.TEMP, 41.7), ("RR", P.RR, 58.0)]
)
def test_a_value_beyond_the_usual_range_widens_its_row(
    desk: Desk, label: str, parameter: Parameter, value: float
) -> None:
    def trend(name: str, parameters: Sequence[Parameter], start: datetime, end: datetime) -> Trend:
        made = fakes.wavy_trend(name, parameters, start, end)
        series = made.series[parameter]
        values = series.values.copy()
        values[-30:-10] = value
        return replace(made, series={**made.series, parameter: replace(series, values=values)})

    desk.link.made_trend = trend
    desk.page.show_bed("02")
    desk.show(bed("01"), bed("02"))
    desk.show(bed("01"), bed("02"), later=1)
    row = next(r for r in desk.page.charts.rows if r.spec.label == label)
    low, high = row.plot.getViewBox().viewRange()[1]
    assert low <= row.spec.low
    assert value <= high <= value + 12
    filled = np.concatenate([np.asarray(item.getData()[1]) for item in row._beyond if item.getData()[1] is not None])
    assert np.nanmax(filled) == value
    desk.page.resize(1500, 800)
    QApplication.processEvents()


# --- another bed -------------------------------------------------------------------------------------------------


def _flat(level: float) -> object:
    def trend(name: str, parameters: Sequence[Parameter], start: datetime, end: datetime) -> Trend:
        times = np.arange(start.timestamp(), end.timestamp(), 60.0)
        values = np.full(len(times), level)
        return Trend(name, start, end, {P.HR: Series(P.HR, times, values, np.zeros(len(times), bool))})

    return trend


def test_another_bed_shows_nothing_of_the_one_before(desk: Desk) -> None:
    desk.link.made_trend = _flat(66.0)  # type: ignore[assignment]
    desk.page.show_bed("02")
    desk.show(bed("02", readings=readings(hr=66)), bed("05", readings=readings(hr=99)))
    assert 66.0 in desk.drawn("HR")[1]
    never: Future[Trend] = Future()
    desk.link.trend = lambda *_: never  # type: ignore[method-assign]
    desk.page.show_bed("05")
    assert 66.0 not in desk.drawn("HR")[1], "the old curve must be gone before the next picture"
    desk.show(bed("02", readings=readings(hr=66)), bed("05", readings=readings(hr=99)))
    assert 66.0 not in desk.drawn("HR")[1]
    assert desk.cell("HR")[0] == "99"
    assert desk.page.charts.data.of(P.HR).values.tolist() == [99.0]


def test_a_record_that_comes_late_is_not_shown_under_another_name(desk: Desk) -> None:
    slow: Future[Trend] = Future()
    desk.link.trend = lambda *_: slow  # type: ignore[method-assign]
    desk.page.show_bed("02")
    slow_of_two, never = slow, Future()  # type: ignore[var-annotated]
    desk.link.trend = lambda *_: never  # type: ignore[method-assign]
    desk.page.show_bed("01")
    slow_of_two.set_result(_flat(66.0)("02", (), fakes.utc(7200), fakes.utc()))  # type: ignore[operator]
    desk.show(bed("01"), bed("02"))
    assert desk.page.bed == "01"
    assert 66.0 not in desk.page.charts.data.of(P.HR).values


def test_opening_at_a_moment_holds_the_view_around_it(desk: Desk) -> None:
    desk.page.show_bed("02", NOW - 40_000)
    desk.show(bed("01"), bed("02"))
    start, end = desk.page.charts.span()
    assert (start + end) / 2 == pytest.approx(NOW - 40_000, abs=1)
    assert desk.page.notice.isVisible()


def test_a_record_that_cannot_be_read_is_told_in_plain_text(desk: Desk) -> None:
    broken: Future[Trend] = Future()
    broken.set_exception(OSError("<b>disk</b> gone"))
    desk.link.trend = lambda *_: broken  # type: ignore[method-assign]
    desk.page.show_bed("02")
    desk.show(bed("01"), bed("02"))
    assert desk.page.message.isVisible()
    assert "<b>disk</b> gone" in desk.page.message.text()
    assert desk.page.message.textFormat() is Qt.TextFormat.PlainText
    assert desk.cell("HR")[0] == "72"


# --- discharge ---------------------------------------------------------------------------------------------------


def _discharges(desk: Desk) -> list[str]:
    return [c.bed for c in desk.link.commands if isinstance(c, Discharge)]


def test_discharge_needs_two_presses_within_five_seconds(desk: Desk, qtbot: QtBot) -> None:
    _click(qtbot, desk.button("Discharge"))
    assert _discharges(desk) == []
    assert desk.page.message.isVisible()
    desk.seconds += 4.9
    _click(qtbot, desk.button("Discharge"))
    assert _discharges(desk) == [desk.page.bed]


def test_a_discharge_that_nobody_confirms_is_forgotten(desk: Desk, qtbot: QtBot) -> None:
    _click(qtbot, desk.button("Discharge"))
    desk.seconds += 5.1
    desk.show(bed("01"), bed("02"), later=5)
    assert not desk.page.message.isVisible()
    _click(qtbot, desk.button("Discharge"))
    assert _discharges(desk) == []


def test_the_second_press_counts_only_at_the_same_bed(desk: Desk, qtbot: QtBot) -> None:
    _click(qtbot, desk.button("Discharge"))
    desk.page.show_bed("02")
    desk.show(bed("01"), bed("02"))
    _click(qtbot, desk.button("Discharge"))
    assert _discharges(desk) == []


def test_space_after_discharge_does_not_confirm(desk: Desk, qtbot: QtBot) -> None:
    _click(qtbot, desk.button("Discharge"))
    _key(qtbot, Qt.Key.Key_Space)
    assert _discharges(desk) == []


def test_a_refused_discharge_says_why(desk: Desk, qtbot: QtBot) -> None:
    desk.link.answer = lambda _: Reply("Nobody is admitted to bed 01.")
    for _ in range(2):
        _click(qtbot, desk.button("Discharge"))
    desk.show(bed("01"), bed("02"), later=1)
    assert desk.page.message.text() == "?  Nobody is admitted to bed 01."


# --- the crosshair -----------------------------------------------------------------------------------------------


def test_the_crosshair_tells_the_value_of_every_row_at_its_time(desk: Desk, qtbot: QtBot) -> None:
    charts = desk.page.charts
    view = charts.graphics.viewport()
    qtbot.mouseMove(view, QPoint(charts.graphics.width() - 200, 120))
    qtbot.waitUntil(lambda: charts._cursor is not None, timeout=1000)
    row = charts.rows[0]
    assert charts._cursor is not None
    share = (charts.graphics.width() - 200 - AXIS_WIDTH) / (charts.graphics.width() - AXIS_WIDTH)
    assert charts._cursor == pytest.approx(NOW - charts.window_s * (1 - share), abs=60)
    times, values = charts.data.of(P.HR).times, charts.data.of(P.HR).values
    nearest = values[np.abs(times - charts._cursor).argmin()]
    assert row.value_text(charts.data, charts._cursor) == f"{nearest:.0f}"
    assert row._value.isVisible()


def test_the_crosshair_tells_nothing_in_a_gap(desk: Desk) -> None:
    start = (fakes.utc() - timedelta(hours=72)).timestamp()
    gap = start + 1.35 * 3600
    assert desk.page.charts.rows[0].value_text(desk.page.charts.data, gap) == ""


def test_arrow_keys_move_the_crosshair(desk: Desk, qtbot: QtBot) -> None:
    _key(qtbot, Qt.Key.Key_Left)
    first = desk.page.charts._cursor
    _key(qtbot, Qt.Key.Key_Left)
    second = desk.page.charts._cursor
    assert first is not None
    assert second is not None
    assert second < first < NOW


def test_an_empty_ward_shows_nothing_and_does_not_fail(desk: Desk) -> None:
    desk.page.bed = ""
    desk.show()
    desk.show(fakes.empty_bed("01"))
    assert desk.page.bed == "01"
    assert desk.cell("HR") == ("– –", "not received")


def test_a_starting_bed_and_one_not_admitted_are_shown(desk: Desk) -> None:
    desk.page.show_bed("17")
    desk.show(fakes.starting_bed("17"), fakes.not_admitted_bed("18"))
    assert desk.cell("HR") == ("– –", "not received")
    desk.page.show_bed("18")
    desk.show(fakes.starting_bed("17"), fakes.not_admitted_bed("18"))
    assert desk.cell("HR")[0] == "72"
    assert desk.button("Admit patient").isVisible()
    assert Liveness.LIVE is desk.link.ward.beds[1].liveness


def test_the_words_of_the_pump_take_the_width_and_the_buttons_keep_theirs(qtbot: QtBot) -> None:
    head = BedHead(Theme())
    qtbot.addWidget(head)
    head.resize(1920, 58)
    head.show()
    head.show_bed(fakes.bed("07", pump=fakes.pump(PumpState.STOPPED, "Stopped", 31.0)), ZoneInfo("UTC"), fakes.NOW)
    qtbot.wait(20)
    buttons = [b for b in head.findChildren(QPushButton) if b.isVisible()]
    assert all(b.width() < b.sizeHint().width() + 20 for b in buttons)
    assert head._pump.width() > 600


def test_a_pattern_that_is_not_judged_yet_shows_no_points(desk: Desk) -> None:
    desk.show(fakes.starting_bed("07"))
    desk.page.show_bed("07")
    desk.show(fakes.starting_bed("07"))
    assert [tab.text() for tab in desk.page.why.tabs.values()] == ["Autonomic   –", "Respiratory   –"]
    desk.show(bed("07"), later=5)
    assert [tab.text() for tab in desk.page.why.tabs.values()] == ["Autonomic   0", "Respiratory   0"]
