"""Every number the page shows, against the same counted anew from the raw journal and formatted here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtWidgets import QTableWidget
from pytestqt.qtbot import QtBot

from console.analysis.desk import AnalysisDesk
from console.clock import VirtualClock
from console.link.people import OpenGate
from console.store.sql_store import open_store
from console.ui.analysis_page import AnalysisPage
from console.ui.theme import Theme
from tests.console.analysis import past_alarms
from tests.console.analysis.past_alarms import BEDS, Past
from tests.console.analysis.recount import Recount, recount, week_earlier
from tests.console.ui import fakes as f

NOW = datetime(2026, 10, 28, 9, 17, tzinfo=UTC)
"""Three days after the clocks of Europe went back."""


@pytest.fixture(scope="module", params=[21, 22])
def past(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Past:
    edges = (NOW - timedelta(days=7), NOW - timedelta(hours=30), NOW - timedelta(days=3, hours=8, minutes=10))
    file = tmp_path_factory.mktemp("past") / "ward.db"
    return past_alarms.make(file, request.param, "Europe/London", NOW, 18, edges)


@pytest.fixture
def page(qtbot: QtBot, past: Past) -> Iterator[AnalysisPage]:
    clock = VirtualClock(past.now.timestamp())
    store = open_store(past.url, clock=clock)
    desk = AnalysisDesk(store, clock, lambda: past.config, Path("nowhere"), OpenGate())
    ward = f.ward([f.bed(bed) for bed in BEDS])
    ward = replace(ward, timezone="Europe/London", system=replace(ward.system, utc=past.now))
    made = AnalysisPage(f.FakeLink(ward), "R. Test", Theme(), desk)
    qtbot.addWidget(made)
    made.resize(1366, 652)
    made.show()
    made.activated()
    qtbot.waitUntil(lambda: made.answer is not None, timeout=20_000)
    yield made
    desk.close()
    store.close()


def counted(past: Past, before: bool = False) -> Recount:
    start, end = past.now - timedelta(days=7), past.now
    if before:
        start, end = (week_earlier(at, past.zone) for at in (start, end))
    return recount(past.file, start, end, past.now, past.zone, past.values)


def lines(table: QTableWidget) -> list[list[str]]:
    found = []
    for row in range(table.rowCount()):
        items = [table.item(row, column) for column in range(table.columnCount())]
        found.append([item.text() if item is not None else "" for item in items])
    return found


def whole(count: float) -> str:
    return format(int(count), ",d")


def rate(value: float | None) -> str:
    if value is None:
        return "–"
    if value >= 100:
        return format(value, ",.0f")
    if value >= 10:
        return format(value, ".1f")
    return format(value, ".2f") if value == 0 or value >= 0.1 else format(value, ".3f")


def percent(part: float, total: float) -> str:
    return format(100 * part / total, ".1f") + " %" if total else "–"


def took(seconds: float | None) -> str:
    if seconds is None:
        return "–"
    minutes, rest = divmod(round(seconds), 60)
    if minutes >= 2 * 24 * 60:
        return f"{minutes // 1440} d {minutes % 1440 // 60} h"
    return f"{minutes // 60} h {minutes % 60:02d}" if minutes >= 60 else f"{minutes}:{rest:02d}"


def expected(one: Recount) -> dict[str, str]:
    """The first words of a line of the table, and its number."""
    total, seconds = len(one.alarms), (one.end - one.start).total_seconds()
    loads = one.loads().values()
    at_beds, of_patients = sum(load[1] for load in loads), sum(load[2] for load in loads)
    periods, flooded = one.periods()

    def of(priority: int) -> int:
        return sum(alarm.priority == priority for alarm in one.alarms)

    found = {
        "Alarms": whole(total),
        "Per 10 min,": rate(total * 600 / seconds),
        "Per hour,": rate(total * 3600 / seconds),
        "Per 24 h,": rate(total * 86_400 / seconds),
        "Per bed-day": rate(at_beds / one.bed_days() if one.bed_days() else None),
        "Per patient-day": rate(of_patients / one.patient_days() if one.patient_days() else None),
        "Most in any 10 min": whole(one.peak()),
        "10-min periods in flood": percent(flooded, periods),
        "Floods": whole(len(one.floods())),
        "*** high priority": percent(of(3), total),
        "** medium priority": percent(of(2), total),
        "* low priority": percent(of(1), total),
        "Technical": percent(sum(alarm.kind == "technical" for alarm in one.alarms), total),
        "Ten most frequent": percent(sum(count for *_, count in one.frequent()), total),
        "Chattering": whole(len(one.chattering())),
        "Fleeting": whole(len(one.fleeting())),
        "Stale": whole(max(one.stale().values(), default=0)),
        "Unanswered": whole(len(one.unanswered())),
        "Ended before answer": whole(len(one.ended_before())),
    }
    for stars, priority in (("***", 3), ("**", 2), ("*", 1)):
        alarms, answered, median, late, alone = one.answering(priority)
        found[f"{stars} answered after, median"] = took(median)
        found[f"{stars} answered after, 90th"] = took(late)
        found[f"{stars} unanswered"] = whole(alarms - answered)
        found[f"{stars} ended before"] = whole(alone)
    return found


def test_the_table_of_figures_shows_what_the_journal_tells(page: AnalysisPage, past: Past) -> None:
    shown = [line for line in lines(page.table) if line[1]]
    now, before = expected(counted(past)), expected(counted(past, before=True))
    assert len(now["Alarms"]) >= 2
    assert len(shown) == len(now)
    for line, (name, value), earlier in zip(shown, now.items(), before.values(), strict=True):
        assert line[0].startswith(name), line
        assert line[1:3] == [value, earlier], line


def test_the_history_lists_exactly_the_alarms_a_figure_counts(page: AnalysisPage, past: Past) -> None:
    one = counted(past)
    stars = {"***": 3, "**": 2, "*": 1}
    found = []
    page.open_alarms.connect(lambda filter_, what: found.append(filter_))
    names = ["Alarms", "*** high", "** medium", "* low", "Technical", "Unanswered", "*** unanswered", "* unanswered"]
    for name in names:
        page.table.selectRow(next(i for i, row in enumerate(page.table.rows) if row.name.startswith(name)))
        page.table.open_chosen()
    store = page.analysis._store
    listed = [store.history(chosen, 0, 1).result(30).total for chosen in found]
    left = one.unanswered()
    expected = [
        len(one.alarms),
        *(sum(alarm.priority == priority for alarm in one.alarms) for priority in (3, 2, 1)),
        sum(alarm.kind == "technical" for alarm in one.alarms),
        len(left),
        *(sum(a.priority == stars[s] and a.id in left for a in one.alarms) for s in ("***", "*")),
    ]
    assert listed == expected
    assert listed[5] > 0


def test_denominators_stand_beside_their_rates(page: AnalysisPage, past: Past) -> None:
    names = [line[0] for line in lines(page.table)]
    one = counted(past)
    assert f"Per bed-day (of {rate(one.bed_days())})" in names
    assert f"Per patient-day (of {rate(one.patient_days())})" in names
    assert f"Unanswered ({percent(len(one.unanswered()), len(one.alarms))})" in names


def test_benchmarks_say_where_the_figure_stands(page: AnalysisPage, past: Past) -> None:
    one = counted(past)
    found = {line[0].partition(" (")[0]: line[4] for line in lines(page.table)}
    average = len(one.alarms) * 600 / (one.end - one.start).total_seconds()
    assert found["Per 10 min, on average"] == ("✓ within · ≤ 1" if average <= 1 else "▲▲ over · ≤ 1")
    assert found["Most in any 10 min"] == ("✓ within · ≤ 10" if one.peak() <= 10 else "▲▲ over · ≤ 10")
    chatters = one.chattering()
    assert found["Chattering"] == ("▲▲ over · none" if chatters else "✓ within · none")
    low = sum(alarm.priority == 1 for alarm in one.alarms) / len(one.alarms)
    assert found["* low priority"] == ("✓ within · ≈ 80 %" if low >= 0.8 else "▼▼ under · ≈ 80 %")
    assert found["Stale, most on one day"].startswith("✓" if max(one.stale().values(), default=0) < 5 else "▲▲")


def test_hours_of_the_day_are_drawn_and_said(page: AnalysisPage, past: Past) -> None:
    now, before = counted(past).by_hour(), counted(past, before=True).by_hour()
    for bar, (*counts, hours), (*earlier, hours_before) in zip(page.views.hours.chart.bars, now, before, strict=True):
        assert bar.parts == pytest.approx([count / hours for count in counts])
        assert bar.mark == pytest.approx(sum(earlier) / hours_before)
        assert f"{rate(sum(counts) / hours)} per hour" in bar.spoken
        assert f"{whole(sum(counts))} alarms (*** {counts[2]}, ** {counts[1]}, * {counts[0]})" in bar.spoken
    # The hour from one to two came twice on the Sunday.
    assert "in 8.00 h" in page.views.hours.chart.bars[1].spoken


def test_most_frequent_answers_and_loads_show_the_same(page: AnalysisPage, past: Past) -> None:
    one, before = counted(past), counted(past, before=True)
    bars = page.views.frequent.chart.bars
    assert [bar.beside for bar in bars] == [whole(count) for *_, count in one.frequent()]
    assert all(bar.name.startswith(bed or "console") for bar, (bed, *_) in zip(bars, one.frequent(), strict=True))
    answers = [
        [whole(a), whole(n), took(m), took(p), whole(a - n), whole(e)]
        for a, n, m, p, e in (one.answering(priority) for priority in (3, 2, 1))
    ]
    assert [line[1:] for line in lines(page.views.answering)] == answers
    loads, earlier = one.loads(), before.loads()
    kinds = {"Autonomic pattern": "withdrawal", "Respiratory pattern": "overdose", "Limit": "limit"}
    stars = {"***": 3, "**": 2, "*": 1}
    shown = lines(page.views.loads)
    assert len(shown) == len(loads)
    for kind, priority, alarms, of_bed, of_patient, week in shown:
        which = kinds.get(kind, "technical"), stars[priority.split()[0]]
        counts = loads[which]
        assert alarms == whole(counts[0])
        assert of_bed == rate(counts[1] / one.bed_days() if one.bed_days() else None)
        assert of_patient == rate(counts[2] / one.patient_days() if one.patient_days() else None)
        assert week == whole(earlier.get(which, (0,))[0])


def test_floods_chattering_and_stale_days_are_listed(page: AnalysisPage, past: Past) -> None:
    one = counted(past)
    shown = [(line[0], line[2], line[3]) for line in lines(page.views.bursts)]
    floods = [("Flood", whole(count), whole(peak)) for *_, count, peak in reversed(one.floods())]
    chatter = [("Chattering", whole(count), "") for *_, count in one.chatter()]
    stale = [("Stale", whole(count), "") for _, count in sorted(one.stale().items(), reverse=True)]
    assert shown == floods + chatter + stale
    assert floods, "a past without a flood shows nothing"
    assert stale, "a past without a stale alarm shows nothing"
