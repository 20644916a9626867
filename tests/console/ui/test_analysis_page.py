"""The page of the analysis as it is used: choosing, opening alarms behind figures, exports, and what goes wrong."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from console.alarms.alarm import Kind, Priority
from console.analysis.benchmarks import benchmarks
from console.link.analysis import (
    Answer,
    Answering,
    Behind,
    Figures,
    Flood,
    HourOfDay,
    Load,
    Measure,
    Part,
    Question,
    Repeated,
    Saved,
    Span,
    StaleDay,
)
from console.link.desks import Desks
from console.store.errors import StoreError
from console.store.records import HistoryFilter
from console.ui.analysis_page import AnalysisPage
from console.ui.app import Options, build_window
from console.ui.history_page import HistoryPage
from console.ui.theme import Mode, Theme
from tests.console.ui import fakes as f
from tests.console.ui.shell import FakeOutput

END = datetime(2026, 3, 9, 12, tzinfo=UTC)
MARKUP = "<b>bed</b>"
SPAN = Span(END - timedelta(days=7), END)


def figures(alarms: int = 20, **more: object) -> Figures:
    """Twenty alarms of a week."""
    given = {
        "span": SPAN,
        "alarms": alarms,
        "bed_days": 14.0,
        "values_since": SPAN.start,
        "patient_days": 10.0,
        "loads": (
            Load(Kind.LIMIT, Priority.HIGH, 5, 5, 5),
            Load(Kind.TECHNICAL, Priority.LOW, 15, 14, 10),
        ),
        "by_hour": tuple(HourOfDay(hour, 1, 0, 0, 7.0) for hour in range(24)),
        "frequent": (
            Repeated(MARKUP, "technical:data:<i>x</i>", Kind.TECHNICAL, 12, "Connection lost – <i>x</i>"),
            Repeated("07", "limit:spo2:low", Kind.LIMIT, 5, "SpO2 82 < 90"),
        ),
        "answering": (
            Answering(Priority.HIGH, 5, 4, 40.0, 95.0, 1),
            Answering(Priority.MEDIUM, 0, 0, None, None, 0),
            Answering(Priority.LOW, 15, 0, None, None, 9),
        ),
        "periods": 1008,
        "flood_periods": 1,
        "peak": 12,
        "floods": (Flood(END - timedelta(hours=5), END - timedelta(hours=4.9), 12, 12),),
        "flood_count": 1,
        "chattering": 3,
        "chatter": (Repeated("07", "limit:spo2:low", Kind.LIMIT, 3, "SpO2 82 < 90"),),
        "fleeting": 2,
        "stale": (StaleDay(date(2026, 3, 8), 2),),
        **more,
    }
    return Figures(**given)


def answer(now: Figures | None = None, notes: tuple[str, ...] = (), **more: object) -> Answer:
    now = now or figures()
    question = Question(SPAN.start, SPAN.end, **more)
    before = replace(figures(10), span=Span(SPAN.start - timedelta(days=7), SPAN.start))
    return Answer(question, "Europe/London", END, now, before, benchmarks(now), notes)


class FakeDesk:
    """Implements console.link.analysis.Analysis; asked, parts: every question. hold: answers come by `give`."""

    def __init__(self) -> None:
        self.asked: list[tuple[Question, Future[Answer]]] = []
        self.parts: list[tuple[Part, Future[Behind]]] = []
        self.saved: list[tuple[str, bytes, str]] = []
        self.hold = False
        self.answer: Answer | Exception = answer()
        self.behind_it: Behind | Exception = Behind(("a2", "a1"), 2)
        self.saving = Saved(Path("/exports/<b>x</b>.csv"))

    def ask(self, question: Question) -> Future[Answer]:
        made: Future[Answer] = Future()
        self.asked.append((question, made))
        if not self.hold:
            _end(made, self.answer)
        return made

    def behind(self, answer: Answer, part: Part) -> Future[Behind]:
        made: Future[Behind] = Future()
        self.parts.append((part, made))
        if not self.hold:
            _end(made, self.behind_it)
        return made

    def save_table(self, answer: Answer, by: str) -> Future[Saved]:
        return self.save_picture(answer, "table", b"", by)

    def save_picture(self, answer: Answer, title: str, png: bytes, by: str) -> Future[Saved]:
        self.saved.append((title, png, by))
        made: Future[Saved] = Future()
        made.set_result(self.saving)
        return made


def _end(future: Future, result: object) -> None:
    if isinstance(result, Exception):
        future.set_exception(result)
    else:
        future.set_result(result)


def link() -> f.FakeLink:
    ward = f.ward([f.bed(MARKUP), f.bed("07")])
    return f.FakeLink(replace(ward, timezone="Europe/London", system=replace(ward.system, utc=END)))


@pytest.fixture
def desk() -> FakeDesk:
    return FakeDesk()


def open_page(qtbot: QtBot, desk: FakeDesk, theme: Theme | None = None) -> AnalysisPage:
    page = AnalysisPage(link(), "C. Lead", theme or Theme(), desk)
    qtbot.addWidget(page)
    page.resize(1366, 652)
    page.show()
    page.activated()
    return page


def opened(page: AnalysisPage) -> list[tuple[HistoryFilter, str]]:
    found: list[tuple[HistoryFilter, str]] = []
    page.open_alarms.connect(lambda one, what: found.append((one, what)))
    return found


def row_of(page: AnalysisPage, name: str) -> int:
    return next(i for i, row in enumerate(page.table.rows) if row.name.startswith(name))


def test_the_page_begins_with_the_last_seven_days_of_the_whole_ward(qtbot: QtBot, desk: FakeDesk) -> None:
    page = open_page(qtbot, desk)
    (question, _), *more = desk.asked
    assert question == Question(END - timedelta(days=7), END)
    assert not more
    assert page._state.currentWidget() is page._shown
    assert "02 Mar 2026 12:00 to 09 Mar 2026 12:00 · Europe/London" in page.about.text()
    assert "demonstration alarms left out" in page.about.text()


def test_span_bed_and_kinds_are_counted_as_chosen(qtbot: QtBot, desk: FakeDesk) -> None:
    page = open_page(qtbot, desk)
    page.choice.spans[0].click()
    page.choice.bed.setCurrentText("07")
    page.choice.kinds[0].click()
    assert desk.asked[-1][0] == Question(END - timedelta(hours=24), END, ("07",), (Kind.LIMIT, Kind.TECHNICAL))
    page.choice.bed.setCurrentIndex(page.choice.bed.count() - 1)
    assert desk.asked[-1][0].beds == ("",)
    count = len(desk.asked)
    for made in page.choice.kinds[1:]:
        made.click()
    assert len(desk.asked) == count + 1
    assert page._state.currentWidget() is page.empty
    assert "at least one kind" in page.empty.text()


def test_a_span_of_ones_own_is_of_the_wards_clock(qtbot: QtBot, desk: FakeDesk) -> None:
    page = open_page(qtbot, desk)
    page.choice.spans[3].click()
    assert len(desk.asked) == 1
    assert page.choice.start.isVisible()
    # Two days of British summer time: an hour before the same time in winter.
    page.choice.start.setDateTime(page.choice.start.dateTime().addMonths(2))
    page.choice.end.setDateTime(page.choice.start.dateTime().addDays(2))
    page.show_ward(page.link.snapshot(), 0.0)
    page.choice.count.click()
    question = desk.asked[-1][0]
    assert question.start == datetime(2026, 5, 8, 11, tzinfo=UTC)
    assert question.end - question.start == timedelta(days=2)


def test_a_newer_question_drops_the_older(qtbot: QtBot, desk: FakeDesk) -> None:
    desk.hold = True
    page = open_page(qtbot, desk)
    assert page._state.currentWidget() is page._busy
    page.choice.spans[2].click()
    (_, first), (_, second) = desk.asked
    assert first.cancelled()
    _end(second, answer(figures(7)))
    qtbot.waitUntil(lambda: page.answer is not None)
    assert page.answer.now.alarms == 7


def test_a_page_that_is_left_while_it_counts_asks_again(qtbot: QtBot, desk: FakeDesk) -> None:
    desk.hold = True
    page = open_page(qtbot, desk)
    page.deactivated()
    assert desk.asked[0][1].cancelled()
    desk.hold = False
    page.activated()
    assert page._state.currentWidget() is page._shown
    page.activated()
    assert len(desk.asked) == 2, "what was just counted is not counted again"


def test_no_alarms_and_a_broken_record_say_so(qtbot: QtBot, desk: FakeDesk) -> None:
    desk.answer = answer(figures(0, loads=(), frequent=()))
    page = open_page(qtbot, desk)
    assert page.empty.text().startswith("No alarms with this choice between 02 Mar 2026 12:00")
    assert "10 in the same span a week before" in page.empty.text()
    desk.answer = StoreError("The record cannot be read: disk error.")
    page.again.click()
    assert page.error.text().startswith("?  The record cannot be read: disk error.")
    assert not page.save.isEnabled()
    desk.answer = answer(notes=("The record begins inside this span.",))
    page.again.click()
    assert page.notes.isVisible()


def test_enter_on_a_figure_opens_exactly_its_alarms(qtbot: QtBot, desk: FakeDesk) -> None:
    page = open_page(qtbot, desk)
    found = opened(page)
    page.table.selectRow(row_of(page, "Technical"))
    qtbot.keyClick(page.table, Qt.Key.Key_Return)
    page.table.selectRow(row_of(page, "Unanswered"))
    page.open.click()
    page.table.selectRow(row_of(page, "*** unanswered"))
    page.open.click()
    span = {"start": SPAN.start, "end": SPAN.end, "demo": False}
    assert [one for one, _ in found] == [
        HistoryFilter(kinds=("technical",), **span),
        HistoryFilter(unanswered=True, **span),
        HistoryFilter(unanswered=True, priorities=("high",), **span),
    ]
    assert found[0][1].startswith("Behind the figure: Technical · 02 Mar 2026 12:00")
    assert desk.parts == []


def test_what_no_filter_can_say_is_opened_alarm_by_alarm(qtbot: QtBot, desk: FakeDesk) -> None:
    page = open_page(qtbot, desk)
    found = opened(page)
    desk.behind_it = Behind(("a2", "a1"), 5000)
    page.table.selectRow(row_of(page, "Chattering"))
    page.table.open_chosen()
    ((one, what),) = found
    assert one == HistoryFilter(ids=("a2", "a1"))
    assert "the newest 2 of 5,000" in what
    assert desk.parts[-1][0] == Part(Measure.CHATTERING)
    for name, part in (
        ("Per bed-day", Part(Measure.PER_BED_DAY, start=SPAN.start)),
        ("Stale", Part(Measure.STALE, day=date(2026, 3, 8))),
        ("Ten most", Part(Measure.TOP_TEN)),
        ("* ended before", Part(Measure.ENDED_BEFORE, priority=Priority.LOW)),
    ):
        page.table.selectRow(row_of(page, name))
        page.table.open_chosen()
        assert desk.parts[-1][0] == part


def test_nothing_behind_a_figure_and_a_failure_are_told_on_the_page(qtbot: QtBot, desk: FakeDesk) -> None:
    page = open_page(qtbot, desk)
    found = opened(page)
    desk.behind_it = Behind((), 0)
    page.table.selectRow(row_of(page, "Chattering"))
    page.table.open_chosen()
    assert page.said.text() == "There are no alarms behind: Chattering."
    desk.behind_it = StoreError("The record cannot be read: disk error.")
    page.table.open_chosen()
    assert page.said.text() == "?  The record cannot be read: disk error."
    assert found == []


def test_bars_are_chosen_by_keys_and_opened_by_enter_or_click(qtbot: QtBot, desk: FakeDesk) -> None:
    page = open_page(qtbot, desk)
    found = opened(page)
    chart = page.views.hours.chart
    chart.choose(0)
    for _ in range(3):
        qtbot.keyClick(chart, Qt.Key.Key_Right)
    assert chart.current == 3
    assert chart.accessibleDescription().startswith("03:00 to 04:00: 0.14")
    assert page.views.hours.readout.text() == chart.accessibleDescription()
    qtbot.keyClick(chart, Qt.Key.Key_Return)
    assert desk.parts[-1][0] == Part(hour=3)
    view = chart._plot.getPlotItem().getViewBox()
    at = chart._plot.mapFromScene(view.mapViewToScene(view.viewRect().center().__class__(8.0, 0.05)))
    qtbot.mouseClick(chart._plot.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(at))
    assert desk.parts[-1][0] == Part(hour=8)
    assert len(found) == 2


def test_conditions_floods_and_loads_open_their_alarms(qtbot: QtBot, desk: FakeDesk) -> None:
    page = open_page(qtbot, desk)
    found = opened(page)
    page.views.show_view(1)
    frequent = page.views.frequent.chart
    frequent.choose(1)
    page.views.frequent.open.click()
    assert desk.parts[-1][0] == Part(bed="07", key="limit:spo2:low", kind=Kind.LIMIT)
    page.views.loads.selectRow(1)
    page.views.loads.open_chosen()
    assert found[-1][0].kinds == ("technical",)
    assert found[-1][0].priorities == ("low",)
    page.views.bursts.selectRow(0)
    page.views.bursts.open_chosen()
    assert desk.parts[-1][0] == Part(start=END - timedelta(hours=5), end=END - timedelta(hours=4.9))
    page.views.answers.chart.opened.emit(0)
    assert found[-1][0].priorities == ("high",)


def test_words_from_devices_and_people_are_shown_as_they_are(qtbot: QtBot, desk: FakeDesk) -> None:
    page = open_page(qtbot, desk)
    assert page.views.frequent.chart.bars[0].name == f"{MARKUP}  Connection lost – <i>x</i>"
    page.views.frequent.chart.choose(0)
    assert MARKUP in page.views.frequent.readout.text()
    for shown in page.findChildren(QLabel):
        assert shown.textFormat() is Qt.TextFormat.PlainText, shown.text()
    tips = [page.table.item(row, 0).toolTip() for row in range(page.table.rowCount()) if page.table.item(row, 0)]
    assert all("<b>" not in tip for tip in tips)


def test_figures_and_charts_are_saved_by_the_person_who_is_there(qtbot: QtBot, desk: FakeDesk) -> None:
    page = open_page(qtbot, desk)
    page.save.click()
    assert desk.saved[-1] == ("table", b"", "C. Lead")
    assert page.said.text() == "Saved: /exports/<b>x</b>.csv"
    page.user = "A. Night"
    desk.saving = Saved(error="A. Night may not export data.")
    page.views.hours.save.click()
    title, png, by = desk.saved[-1]
    assert (title, by) == ("Alarms per hour, by hour of the day", "A. Night")
    image = QImage.fromData(png)
    assert image.width() > 300
    assert page.said.text() == "?  A. Night may not export data."


def test_every_part_can_be_reached_by_keys_and_has_a_name(qtbot: QtBot, desk: FakeDesk) -> None:
    page = open_page(qtbot, desk, Theme(Mode.LIGHT, compact=True))
    parts = [page.table, page.views.bursts, page.views.hours.chart, page.choice.bed, page.again, page.save]
    assert all(part.accessibleName() for part in parts)
    assert all(part.focusPolicy() & Qt.FocusPolicy.TabFocus for part in parts)
    page.set_theme(Theme(Mode.DARK))
    assert page.table.rows


def test_the_window_turns_to_the_history_with_the_alarms_of_a_figure(qtbot: QtBot, desk: FakeDesk) -> None:
    window = build_window(link(), Options(user="C. Lead"), FakeOutput(), Desks(analysis=desk))
    qtbot.addWidget(window)
    window.show()
    page = next(page for page in window.pages if isinstance(page, AnalysisPage))
    history = next(page for page in window.pages if isinstance(page, HistoryPage))
    window.show_tab(window.pages.index(page))
    page.table.selectRow(row_of(page, "Technical"))
    page.table.open_chosen()
    assert window.current is history
    assert history.filter().kinds == ("technical",)
    assert history.filter().demo is False
    window.stop()
