"""A link that answers for the history like a store, and keeps what it was asked."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path

from PySide6.QtWidgets import QComboBox
from pytestqt.qtbot import QtBot

from console.alarms.alarm import Alarm, Presence
from console.store.records import (
    AlarmNote,
    AlarmRecord,
    HistoryFigures,
    HistoryFilter,
    HistoryPage,
    Sort,
)
from console.ui.history_page import HistoryPage as Page
from console.ui.theme import Theme
from tests.console.ui import fakes as f


def record(alarm: Alarm) -> AlarmRecord:
    """An alarm as a store gives it on a page."""
    answer = alarm.acknowledged
    return AlarmRecord(
        alarm, answer=answer, response_s=None if answer is None else (answer.at - alarm.raised_at).total_seconds()
    )


def ended(alarm: Alarm, ago: float) -> Alarm:
    """The same, over."""
    return replace(alarm, presence=Presence.ENDED, ended_at=f.utc(ago), version=alarm.version + 1)


def many(count: int) -> list[Alarm]:
    """Answered alarms of two beds, a minute apart, newest first."""
    return [
        ended(f.acknowledged(f.limit_alarm(bed="13" if n % 2 else "07", age=1000.0 + 60 * n), ago=900 + 60 * n), n)
        for n in range(count)
    ]


def choose(box: QComboBox, text: str) -> None:
    """As a person would, by its words."""
    assert box.findText(text) >= 0, text
    box.setCurrentIndex(box.findText(text))
    box.activated.emit(box.currentIndex())


class HistoryLink(f.FakeLink):
    """Filters and gives pages; what it is to answer can be held, refused, or given out later."""

    def __init__(self, alarms: Iterable[Alarm]) -> None:
        super().__init__(f.ward([f.bed("07"), f.bed("13")]))
        self.records = [record(alarm) for alarm in alarms]
        self.asked: list[tuple[HistoryFilter, int, int]] = []
        self.figures_asked: list[tuple[HistoryFilter, Future[HistoryFigures]]] = []
        self.held: list[tuple[Future[HistoryPage], HistoryPage]] = []
        self.notes: list[AlarmNote] = []
        self.holding = False
        self.holding_figures = False
        self.error: Exception | None = None

    def found(self, filter: HistoryFilter) -> list[AlarmRecord]:
        """What matches, in order."""
        chosen = [
            r
            for r in self.records
            if (filter.start is None or r.alarm.raised_at >= filter.start)
            and (filter.end is None or r.alarm.raised_at < filter.end)
            and (not filter.beds or r.alarm.bed in filter.beds)
            and (not filter.priorities or r.alarm.highest.word in filter.priorities)
            and (not filter.kinds or r.alarm.condition.kind.value in filter.kinds)
            and (not filter.patient or r.alarm.patient_id == filter.patient)
            and (not filter.answered_by or (r.answer is not None and r.answer.by == filter.answered_by))
            and (not filter.unanswered or r.answer is None)
            and filter.search.casefold() in r.alarm.condition.text.casefold()
        ]
        by_bed = filter.sort is Sort.BED
        key = (lambda r: r.alarm.bed) if by_bed else (lambda r: r.alarm.raised_at)
        return sorted(chosen, key=key, reverse=filter.descending)

    def history(self, filter: HistoryFilter, offset: int, limit: int, count: bool = True) -> Future[HistoryPage]:
        self.asked.append((filter, offset, limit))
        future: Future[HistoryPage] = Future()
        if self.error is not None:
            future.set_exception(self.error)
            return future
        found = self.found(filter)
        page = HistoryPage(tuple(found[offset : offset + limit]), offset, len(found) if count else None)
        if self.holding:
            self.held.append((future, page))
        else:
            future.set_result(page)
        return future

    def history_figures(self, filter: HistoryFilter) -> Future[HistoryFigures]:
        future: Future[HistoryFigures] = Future()
        self.figures_asked.append((filter, future))
        if not self.holding_figures:
            hours = ((f.utc(7200), 1, 2, 0), (f.utc(3600), 0, 0, 1))
            total = len(self.found(filter))
            future.set_result(HistoryFigures(total, 38.0, None, 1322.0, 0.32, 9, hours, (("07", 5), ("13", 9))))
        return future

    def release(self) -> None:
        """Give what was held, but for what nobody waits for any more."""
        for future, page in self.held:
            if future.set_running_or_notify_cancel():
                future.set_result(page)
        self.held.clear()

    def alarm_story(self, alarm_id: str) -> Future[AlarmRecord | None]:
        future: Future[AlarmRecord | None] = Future()
        found = self.story or next((r for r in self.records if r.alarm.id == alarm_id), None)
        future.set_result(found and replace(found, notes=(*found.notes, *self.notes)))
        return future


def opened(qtbot: QtBot, link: f.FakeLink, size: tuple[int, int] = (1920, 942), saved: Path | None = None) -> Page:
    """The page on the screen."""
    page = Page(link, "C. Lead", Theme(), saved)
    qtbot.addWidget(page)
    page.resize(*size)
    page.activated()
    page.show_ward(link.snapshot(), f.NOW)
    page.show()
    qtbot.waitExposed(page)
    return page
