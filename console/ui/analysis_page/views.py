"""The right side of the page: when alarms come, which they are, how they were answered, how they are counted."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QScrollArea, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from console.alarms.alarm import Priority
from console.link.analysis import Answer, Flood, HourOfDay, Measure, Part
from console.ui.analysis_page import words
from console.ui.analysis_page.bars import Bar
from console.ui.analysis_page.chart_panel import ChartPanel
from console.ui.analysis_page.definitions import DEFINITIONS
from console.ui.analysis_page.rows_table import RowsTable
from console.ui.analysis_page.words import Row
from console.ui.forms import button, label, panel
from console.ui.theme import GAP, PREFIX, Theme

BURST_HEADINGS = ("What", "When or where", "Alarms", "Most in 10 min")
ANSWER_HEADINGS = ("Priority", "Alarms", "Answered", "Median", "90th percentile", "Unanswered", "Ended before")
HINT = "Click a bar, or choose one with the arrow keys and press Enter, to see its alarms."
CHOICES = ("When", "Which", "Answers", "How it is counted")


class Views(QWidget):
    """Signals: opened(Part, words), save_wanted(title, PNG)."""

    opened = Signal(object, str)
    save_wanted = Signal(str, bytes)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = theme
        self._answer: Answer | None = None
        self.hours = ChartPanel("Alarms per hour, by hour of the day", HINT, theme)
        self.frequent = ChartPanel("Ten most frequent", HINT, theme, upright=False)
        self.answers = ChartPanel("Time to acknowledge, minutes", HINT, theme, upright=False, apart=True)
        self.bursts = RowsTable(BURST_HEADINGS, "Floods, chattering conditions and days with stale alarms", theme, 2, 2)
        self.loads = RowsTable(words.LOAD_HEADINGS, "Alarms by kind and priority", theme, 2, 4)
        self.answering = RowsTable(ANSWER_HEADINGS, "Answers by priority", theme, 1, 6)
        self.choices = [button(name, "choice", checkable=True) for name in CHOICES]
        self._group = QButtonGroup(self)
        self._stack = QStackedWidget()
        self._lay_out()
        self._connect()
        self.set_theme(theme)

    @property
    def panels(self) -> tuple[ChartPanel, ...]:
        """The charts."""
        return self.hours, self.frequent, self.answers

    @property
    def tables(self) -> tuple[RowsTable, ...]:
        """The tables."""
        return self.bursts, self.loads, self.answering

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(6)
        for number, choice in enumerate(self.choices):
            self._group.addButton(choice, number)
            row.addWidget(choice)
        row.addStretch(1)
        for chart, table in zip(self.panels, self.tables, strict=True):
            both = QSplitter(Qt.Orientation.Vertical)
            both.setHandleWidth(GAP)
            both.setChildrenCollapsible(False)
            both.addWidget(chart)
            both.addWidget(table)
            both.setSizes([720, 280] if chart is self.answers else [600, 400])
            both.setStyleSheet("QSplitter::handle { background: transparent; }")
            self._stack.addWidget(both)
        self._stack.addWidget(_definitions())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        column.addLayout(row)
        column.addWidget(self._stack, 1)
        self.choices[0].setChecked(True)

    def _connect(self) -> None:
        self._group.idClicked.connect(self._stack.setCurrentIndex)
        for chart, opened in (
            (self.hours, self._hour),
            (self.frequent, self._condition),
            (self.answers, self._priority),
        ):
            chart.opened.connect(opened)
            chart.save_wanted.connect(lambda c=chart: self.save_wanted.emit(c.title, c.picture()))
        for table in self.tables:
            table.opened.connect(lambda row: self.opened.emit(row.part, row.tip or row.name))

    def show_view(self, number: int) -> None:
        """Turn to one of CHOICES."""
        self.choices[number].setChecked(True)
        self._stack.setCurrentIndex(number)

    def set_theme(self, theme: Theme) -> None:
        """The look and the size class have changed."""
        self.theme = theme
        tokens = theme.tokens
        past = tuple(tokens.alarm(priority).past for priority in sorted(Priority))
        for chart, colours in zip(
            self.panels, (past, (tokens.limit_line,), (tokens.text_2, tokens.limit_line)), strict=True
        ):
            chart.set_theme(theme, colours)
        height = 27 if theme.compact else 32
        self.bursts.set_widths((110, 0, 80, 120) if theme.compact else (150, 0, 110, 150), height)
        self.loads.set_widths((0, 96, 80, 98, 122, 104) if theme.compact else (0, 130, 110, 140, 160, 140), height)
        self.answering.set_widths((0, 72, 82, 76, 122, 100, 106) if theme.compact else (0, *([140] * 6)), height)
        for table in self.tables:
            table.theme = theme
        if self._answer is not None:
            self.show_answer(self._answer)

    # --- showing -------------------------------------------------------------------------------------------------

    def show_answer(self, answer: Answer) -> None:
        """Fill in."""
        self._answer = answer
        tokens = self.theme.tokens
        about = words.span_text(answer)
        past = [(f"{PREFIX[p]} {p.word}", tokens.alarm(p).past) for p in sorted(Priority)]
        hours = [_hour_bar(now, was) for now, was in zip(answer.now.by_hour, answer.before.by_hour, strict=True)]
        week = "week before"
        self.hours.show_chart(hours, past, about, mark=week, ink=tokens.text)
        self.frequent.show_chart([_frequent_bar(answer, n) for n in range(len(answer.now.frequent))],
                                 [("", tokens.limit_line)], about)  # fmt: skip
        parts = [("median", tokens.text_2), ("90th percentile", tokens.limit_line)]
        self.answers.show_chart([_answer_bar(answer, n) for n in range(len(answer.now.answering))], parts,
                                about)  # fmt: skip
        self._show_tables(answer)

    def _show_tables(self, answer: Answer) -> None:
        bursts = burst_rows(answer)
        none = Row("None", "no flood, nothing chatters, nothing is stale", part=None)
        self.bursts.show_rows(bursts or [none], [row.cells for row in bursts or [none]])
        loads = words.load_rows(answer)
        cells = [(row.name, row.now, row.before, row.change, row.benchmark, row.tip) for row in loads]
        self.loads.show_rows(loads, cells)
        rows, texts = [], []
        for one in answer.now.answering:
            name = f"{PREFIX[one.priority]} {one.priority.word}"
            rows.append(Row(name, part=Part(priority=one.priority), tip=f"{name} priority"))
            texts.append(
                (
                    name, words.count_text(one.alarms), words.count_text(one.answered),
                    words.seconds_text(one.median_s), words.seconds_text(one.p90_s),
                    words.count_text(one.unanswered), words.count_text(one.ended_before),
                )
            )  # fmt: skip
        self.answering.show_rows(rows, texts)

    # --- opening -------------------------------------------------------------------------------------------------

    def _hour(self, place: int) -> None:
        hour = place % 24
        self.opened.emit(Part(hour=hour), f"raised from {hour:02d}:00 to {(hour + 1) % 24:02d}:00")

    def _condition(self, place: int) -> None:
        if self._answer is None or place >= len(self._answer.now.frequent):
            return
        one = self._answer.now.frequent[place]
        name = f"{words.where_text(one.bed)}: {words.condition_text(one)}"
        self.opened.emit(Part(bed=one.bed, key=one.key, kind=one.kind), name)

    def _priority(self, place: int) -> None:
        if self._answer is not None and place < len(self._answer.now.answering):
            priority = self._answer.now.answering[place].priority
            self.opened.emit(Part(priority=priority), f"{priority.word} priority")


def burst_rows(answer: Answer) -> list[Row]:
    """Floods, chattering conditions, and days with stale alarms; newest and most frequent first."""
    zone = ZoneInfo(answer.zone)
    rows = [
        Row(
            "Flood",
            flood_text(flood, zone),
            words.count_text(flood.alarms),
            words.count_text(flood.peak),
            part=Part(start=flood.start, end=flood.end),
            tip=f"flood of {flood_text(flood, zone)}",
        )
        for flood in reversed(answer.now.floods)
    ]
    hidden = answer.now.flood_count - len(answer.now.floods)
    if hidden > 0:
        rows.append(Row(f"{words.count_text(hidden)} earlier floods are not listed; all of them are behind 'Floods'."))
    for one in answer.now.chatter:
        name = f"{words.where_text(one.bed)} · {words.condition_text(one)}"
        part = Part(Measure.CHATTERING, bed=one.bed, key=one.key)
        rows.append(Row("Chattering", name, words.count_text(one.alarms), "", part=part, tip=f"chattering {name}"))
    for day in reversed(answer.now.stale):
        when = f"{day.day:%a %d %b %Y}"
        part = Part(Measure.STALE, day=day.day)
        rows.append(Row("Stale", when, words.count_text(day.alarms), "", part=part, tip=f"stale on {when}"))
    return rows


def flood_text(flood: Flood, zone: ZoneInfo) -> str:
    """When a flood was, on the ward's clock."""
    start, end = flood.start.astimezone(zone), flood.end.astimezone(zone)
    until = f"{end:%H:%M:%S}" if start.date() == end.date() else f"{end:%d %b %H:%M:%S}"
    return f"{start:%d %b %H:%M:%S} to {until}"


def _hour_bar(now: HourOfDay, was: HourOfDay) -> Bar:
    hours = now.hours or 1.0
    parts = (now.low / hours, now.medium / hours, now.high / hours) if now.hours else (0.0, 0.0, 0.0)
    span = f"{now.hour:02d}:00 to {(now.hour + 1) % 24:02d}:00"
    if not now.hours:
        return Bar(f"{now.hour:02d}", parts, f"{span}: not in this span", mark=was.per_hour)
    before = "" if was.per_hour is None else f"; {words.rate_text(was.per_hour)} the week before"
    spoken = (
        f"{span}: {words.rate_text(now.per_hour)} per hour{before}; {words.count_text(now.alarms)} alarms "
        f"(*** {now.high}, ** {now.medium}, * {now.low}) in {words.rate_text(now.hours)} h"
    )
    return Bar(f"{now.hour:02d}", parts, spoken, mark=was.per_hour)


def _frequent_bar(answer: Answer, number: int) -> Bar:
    one = answer.now.frequent[number]
    name = f"{words.where_text(one.bed)}  {words.condition_text(one)}"
    share = words.share_text(answer.now.share(one.alarms))
    spoken = f"{name}: {words.count_text(one.alarms)} alarms, {share} of all"
    return Bar(name, (float(one.alarms),), spoken, beside=words.count_text(one.alarms))


def _answer_bar(answer: Answer, number: int) -> Bar:
    one = answer.now.answering[number]
    name = f"{PREFIX[one.priority]} {one.priority.word}"
    beside = (
        f"{words.seconds_text(one.median_s)} · {words.seconds_text(one.p90_s)}" if one.answered else "none answered"
    )
    minutes = ((one.median_s or 0.0) / 60, (one.p90_s or 0.0) / 60)
    return Bar(name, minutes, words.answering_text(one), beside=beside)


def _definitions() -> QWidget:
    box = panel()
    column = QVBoxLayout(box)
    column.setContentsMargins(16, 12, 16, 12)
    column.setSpacing(2)
    for name, text in DEFINITIONS:
        column.addWidget(label(name))
        said = label(text, "caption", wrap=True)
        said.setContentsMargins(0, 0, 0, 8)
        column.addWidget(said)
    column.addStretch(1)
    area = QScrollArea()
    area.setWidget(box)
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setAccessibleName("How each figure is counted")
    return area
