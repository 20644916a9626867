"""The table over a long history: pages, sorting, filters, live refresh while somebody reads, notes, saved filters."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from console.alarms.alarm import Alarm, Kind, Stage
from console.link.commands import AddAlarmNote, Reply
from console.store.records import AlarmNote, HistoryFigures, HistoryFilter, Sort
from console.ui.history_page import HistoryPage as Page
from console.ui.history_page.choice import KINDS, PERIOD, SPANS, Choice, last_night
from console.ui.history_page.model import KEPT, PAGE
from console.ui.history_page.saved import SavedFilters
from tests.console.ui import fakes as f
from tests.console.ui.history_link import HistoryLink, choose, ended, many, opened, record

BERLIN = ZoneInfo("Europe/Berlin")
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def link() -> HistoryLink:
    return HistoryLink([f.pattern_alarm(Kind.WITHDRAWAL, Stage.EMERGENCY, age=112, bed="07"), *many(5)])


@pytest.fixture
def page(qtbot: QtBot, link: HistoryLink) -> Iterator[Page]:
    made = opened(qtbot, link)
    yield made
    made.close()


def long_page(qtbot: QtBot, count: int) -> tuple[HistoryLink, Page]:
    link = HistoryLink(many(count))
    page = opened(qtbot, link)
    choose(page.filters.span, "All")
    # The view lays out its rows, and with them its scroll bar, when it gets round to it.
    qtbot.waitUntil(lambda: page.table.verticalScrollBar().maximum() > (count - 60) * 35, timeout=2000)
    return link, page


class TestPages:
    def test_the_count_stands_at_once_and_only_the_pages_looked_at_are_read(self, qtbot):
        link, page = long_page(qtbot, 2000)
        bar = page.table.verticalScrollBar()
        assert page.model.rowCount() == 2000
        assert page.count.text().startswith("1–")
        assert page.count.text().endswith(" of 2,000")
        del link.asked[:]
        bar.setValue(bar.maximum())
        assert page.count.text().endswith("–2,000 of 2,000")
        assert page.model.record(1999) is not None
        assert {offset for _, offset, _ in link.asked} <= {1920, 1980}, "nothing between was read"
        bar.setValue(bar.maximum() // 2)
        first, last = page.table.rows_in_view()
        ids = [r.alarm.id for r in link.found(page.model.filter)]
        assert [page.model.record(row).alarm.id for row in range(first, last + 1)] == ids[first : last + 1]
        page.close()

    def test_what_was_looked_at_longest_ago_is_let_go(self, qtbot):
        _, page = long_page(qtbot, 3000)
        bar = page.table.verticalScrollBar()
        for value in range(0, bar.maximum(), page.table.viewport().height()):
            bar.setValue(value)
            assert all(page.model.record(row) is not None for row in page.table.rows_in_view())
        assert page.model.held <= KEPT * PAGE < 3000
        assert page.model.record(0) is None
        bar.setValue(0)
        assert page.model.record(0) is not None
        page.close()

    def test_a_row_on_its_way_is_dots_and_is_chosen_when_it_comes(self, qtbot):
        link, page = long_page(qtbot, 600)
        link.holding = True
        page.table.selectRow(599)
        assert page.model.index(599, 0).data() == "…"
        assert page.model.index(599, 3).data() is None
        assert page.course.alarm is None
        link.release()
        qtbot.waitUntil(lambda: page.course.alarm is not None, timeout=2000)
        assert page.course.alarm.alarm.id == link.found(page.model.filter)[599].alarm.id
        page.close()

    def test_fast_scrolling_asks_for_one_page_at_a_time_and_ends_where_it_stands(self, qtbot):
        link, page = long_page(qtbot, 3000)
        link.holding = True
        bar = page.table.verticalScrollBar()
        for value in range(0, bar.maximum(), 3000):
            bar.setValue(value)
            assert len(link.held) <= 1
        bar.setValue(bar.maximum())
        asked = len(link.asked)
        for _ in range(4):
            link.release()
            qtbot.wait(60)
        assert page.model.record(2999) is not None
        assert len(link.asked) - asked <= 3, "what was passed by is not read"
        page.close()

    def test_the_screen_says_that_the_store_is_thinking(self, qtbot, link):
        link.holding = True
        page = opened(qtbot, link)
        page.show_ward(link.snapshot(), f.NOW)
        qtbot.waitUntil(lambda: page.empty.isVisible(), timeout=1000)
        assert page.empty.text() == "Reading the record …"
        link.release()
        qtbot.waitUntil(lambda: page.model.total == 6, timeout=1000)
        assert page.table.isVisible()
        page.close()

    def test_an_old_answer_never_fills_a_new_filter(self, qtbot, link, page):
        link.holding = True
        page.filters.unanswered.click()
        old, _ = link.held[0]
        choose(page.filters.bed, "13")
        assert old.cancelled()
        link.release()
        qtbot.waitUntil(lambda: not page.model.waiting, timeout=1000)
        page.filters.unanswered.click()
        link.release()
        qtbot.waitUntil(lambda: page.model.total > 0, timeout=1000)
        assert all(page.model.record(r).alarm.bed == "13" for r in range(page.model.total))

    def test_a_click_on_a_heading_sorts_and_the_second_turns_it_round(self, qtbot, link, page):
        header = page.table.horizontalHeader()

        def click(section: int) -> HistoryFilter:
            place = QPoint(header.sectionViewportPosition(section) + 12, header.height() // 2)
            qtbot.mouseClick(header.viewport(), LEFT, pos=place)
            return link.asked[-1][0]

        assert (click(1).sort, link.asked[-1][0].descending) == (Sort.BED, True)
        assert [page.model.record(r).alarm.bed for r in range(6)] == ["13"] * 2 + ["07"] * 4
        assert page.model.headerData(1, Qt.Orientation.Horizontal) == "Bed ▼"
        assert not click(1).descending
        assert [page.model.record(r).alarm.bed for r in range(6)] == ["07"] * 4 + ["13"] * 2
        assert page.model.headerData(1, Qt.Orientation.Horizontal) == "Bed ▲"
        figures, asked = len(link.figures_asked), len(link.asked)
        click(3)
        assert len(link.asked) == asked, "nothing is sorted by words"
        assert (click(6).sort, link.asked[-1][0].descending) == (Sort.RESPONSE, True)
        assert len(link.figures_asked) == figures, "the figures are those of the same alarms"


class TestFilters:
    def test_first_question_is_the_last_24_hours(self, link, page):
        assert link.asked[0][0] == HistoryFilter(start=f.utc(24 * 3600), end=f.utc(-0.001))

    def test_pressed_choices_become_the_filter(self, qtbot, link, page):
        for made in (page.filters.priorities["low"], page.filters.kinds["technical"], page.filters.kinds["overdose"]):
            qtbot.mouseClick(made, LEFT)
        qtbot.mouseClick(page.filters.unanswered, LEFT)
        choose(page.filters.bed, "07")
        choose(page.filters.state, "Ended, not seen")
        choose(page.filters.person, "R. Test")
        choose(page.filters.span, "All")
        assert page.model.filter == HistoryFilter(
            end=f.utc(-0.001),
            beds=("07",),
            kinds=("withdrawal", "limit"),
            priorities=("high", "medium"),
            unanswered=True,
            states=("ended, not seen",),
            answered_by="R. Test",
        )

    def test_a_search_waits_until_nothing_is_typed_any_more(self, qtbot, link, page):
        asked = len(link.asked)
        qtbot.keyClicks(page.filters.search, "autonom")
        assert len(link.asked) == asked
        qtbot.waitUntil(lambda: len(link.asked) > asked, timeout=2000)
        assert link.asked[-1][0].search == "autonom"
        assert page.model.total == 1
        page.filters.search.clear()
        qtbot.waitUntil(lambda: page.model.total == 6, timeout=2000)

    def test_the_patient_of_the_chosen_alarm_is_one_click_away(self, qtbot, link, page):
        assert not page.filters.patient.isEnabled()
        page.table.selectRow(0)
        patient = page.model.record(0).alarm.patient_id
        qtbot.mouseClick(page.filters.patient, LEFT)
        assert link.asked[-1][0].patient == patient != ""
        qtbot.mouseClick(page.filters.patient, LEFT)
        assert link.asked[-1][0].patient == ""

    def test_from_and_to_are_on_the_wards_clock(self, link, page):
        choose(page.filters.span, PERIOD)
        assert page.filters.start.isVisible()
        before = link.asked[-1][0]
        assert before.start == f.utc(86_400)
        assert page.filters.start.text() == "13 Apr 2026 06:42"
        page.filters.start.setDateTime(page.filters.start.dateTime().addSecs(-3600))
        page.filters.start.editingFinished.emit()
        assert link.asked[-1][0].start == before.start - timedelta(hours=1)
        choose(page.filters.span, "Last 8 h")
        assert not page.filters.start.isVisible()

    def test_unanswered_emergencies_of_the_night_in_two_clicks(self, link, page):
        night = ended(f.pattern_alarm(Kind.OVERDOSE, Stage.EMERGENCY, age=3 * 3600, bed="13"), 10_000)
        link.records.append(record(night))
        choose(page.shelf.box, "Unanswered emergencies of the night")
        last = link.asked[-1][0]
        assert (last.priorities, last.kinds, last.unanswered) == (("high",), ("withdrawal", "overdose"), True)
        # It is 14 April, 06:42 in Berlin: the night is not over.
        assert last.start == datetime(2026, 4, 13, 17, tzinfo=UTC)
        assert [page.model.record(r).alarm.id for r in range(2)] == [link.records[0].alarm.id, night.id]

    def test_no_kind_chosen_asks_nothing_and_says_so(self, link, page):
        for made in page.filters.kinds.values():
            made.setChecked(False)
        asked = len(link.asked)
        page.filters.kinds["limit"].click()
        page.filters.kinds["limit"].click()
        assert "Choose at least one" in page.empty.text()
        assert page.empty.isVisible()
        assert len(link.asked) == asked + 1

    def test_empty_filter_tells_how_many_there_are(self, link, page):
        link.records = [record(a) for a in many(3)]
        page.filters.unanswered.click()
        assert page.empty.isVisible()
        assert page.empty.text() == "No alarms with this choice since 13 Apr 06:42. 3 in the last 24 h."

    def test_a_store_that_fails_is_told_and_the_page_stays(self, qtbot, link):
        link.error = OSError("database is locked")
        page = opened(qtbot, link)
        assert "cannot be read: database is locked" in page.empty.text()
        link.error = None
        page.filters.unanswered.click()
        assert page.table.isVisible()
        page.close()

    def test_figures_never_hold_up_the_table_and_old_ones_are_given_up(self, qtbot, link, page):
        assert [label.text() for label in page.figures.values] == ["6", "0:38", "–", "22:02", "32 %", "9"]
        link.holding_figures = True
        page.filters.unanswered.click()
        assert page.model.total == 1
        assert page.figures.values[0].text() == "…"
        choose(page.filters.bed, "07")
        assert link.figures_asked[-2][1].cancelled()
        link.figures_asked[-1][1].set_result(HistoryFigures(1_234_567))
        qtbot.waitUntil(lambda: page.figures.values[0].text() == "1,234,567", timeout=1000)


class TestReading:
    def later(self, link: HistoryLink, page: Page, *new: Alarm) -> None:
        """Five seconds on these alarms are there."""
        link.records += [record(alarm) for alarm in new]
        beds = (link.ward.beds[0], replace(link.ward.beds[1], alarms=tuple(new)))
        link.ward = replace(link.ward, beds=beds, system=replace(link.ward.system, utc=f.utc(-5)))
        page.show_ward(link.ward, f.NOW + 5)

    def test_new_alarms_do_not_push_the_rows_about_while_one_reads(self, qtbot):
        link = HistoryLink(many(500))
        page = opened(qtbot, link)
        page.table.verticalScrollBar().setValue(2000)
        first, _ = page.table.rows_in_view()
        reading = page.model.record(first).alarm.id
        self.later(link, page, f.limit_alarm(age=-2, bed="13"), f.limit_alarm(age=-3, bed="13", text="RR 30 > 24"))
        assert page.model.record(first).alarm.id == reading
        assert page.newer.text() == "2 newer – show"
        qtbot.mouseClick(page.newer, LEFT)
        assert page.model.record(0).alarm.condition.text == "RR 30 > 24"
        assert not page.newer.isVisible()
        page.close()

    def test_at_the_top_they_come_in_and_the_chosen_alarm_stays_chosen(self, qtbot):
        link = HistoryLink(many(500))
        page = opened(qtbot, link)
        page.table.selectRow(3)
        chosen = page.course.alarm.alarm.id
        new = f.limit_alarm(age=-2, bed="13")
        self.later(link, page, new)
        assert page.model.record(0).alarm.id == new.id
        assert page.table.currentIndex().row() == 4
        assert page.course.alarm.alarm.id == chosen
        page.close()

    def test_what_changes_is_read_again_in_its_place(self, qtbot):
        link = HistoryLink(many(500))
        page = opened(qtbot, link)
        page.table.verticalScrollBar().setValue(2000)
        first, _ = page.table.rows_in_view()
        alarm = page.model.record(first).alarm
        place = next(n for n, r in enumerate(link.records) if r.alarm.id == alarm.id)
        condition = replace(alarm.condition, text="HR 200 > 120")
        link.records[place] = record(replace(alarm, version=alarm.version + 1, condition=condition))
        self.later(link, page)
        assert page.model.record(first).alarm.condition.text == "HR 128 > 120", "nothing has changed in the ward"
        self.later(link, page, f.limit_alarm(age=-2, bed="13"))
        assert page.model.record(first).alarm.condition.text == "HR 200 > 120"
        page.close()


class TestNotes:
    def test_a_note_is_sent_and_stands_in_the_course(self, qtbot, link, page):
        assert not page.note.isVisible()
        page.table.selectRow(1)
        alarm = page.course.alarm.alarm
        assert not page.note.add.isEnabled()
        qtbot.keyClicks(page.note.field, "  <b>Kabel</b> getauscht ")
        link.notes.append(AlarmNote(f.utc(), "C. Lead", "<b>Kabel</b> getauscht"))
        qtbot.mouseClick(page.note.add, LEFT)
        assert link.commands[-1] == AddAlarmNote(alarm.id, "<b>Kabel</b> getauscht", "C. Lead")
        assert page.note.field.text() == ""
        assert page.course.lines[-1][1] == "Note by C. Lead: <b>Kabel</b> getauscht"

    def test_a_refused_note_keeps_what_was_written(self, qtbot, link, page):
        link.answer = lambda _: Reply("You may not add notes to alarms.")
        page.table.selectRow(1)
        qtbot.keyClicks(page.note.field, "seen")
        qtbot.keyClick(page.note.field, Qt.Key.Key_Return)
        assert page.note.field.text() == "seen"
        assert page.note.told.text() == "?  You may not add notes to alarms."
        page.table.selectRow(2)
        assert page.note.field.text() == "", "it belonged to another alarm"
        assert not page.note.told.isVisible()

    def test_a_note_has_at_most_a_thousand_characters(self, page):
        page.table.selectRow(1)
        page.note.field.setText("x" * 2000)
        assert len(page.note.field.text()) == 1000


class TestSaved:
    def test_a_filter_is_saved_chosen_and_deleted(self, qtbot, link, tmp_path):
        file = tmp_path / "filters.json"
        page = opened(qtbot, link, saved=file)
        page.filters.unanswered.click()
        choose(page.filters.bed, "07")
        qtbot.keyClicks(page.filters.search, "HR")
        qtbot.mouseClick(page.shelf.save_button, LEFT)
        qtbot.keyClicks(page.shelf.name, "  Bed 7   open ")
        qtbot.keyClick(page.shelf.name, Qt.Key.Key_Return)
        assert page.shelf.told.text() == "Saved as Bed 7 open."
        chosen = page.filters.choice()
        page.close()
        again = opened(qtbot, link, saved=file)
        choose(again.shelf.box, "Bed 7 open")
        assert again.filters.choice() == chosen
        assert again.model.filter.search == "HR"
        qtbot.mouseClick(again.shelf.delete_button, LEFT)
        assert again.shelf.box.findText("Bed 7 open") < 0
        assert SavedFilters(file).choices == {}
        again.close()

    @pytest.mark.parametrize(
        "data", [b"{", b"[1]", b'{"a": {"sort": "colour"}}', b'{"a": 3}', b"\xff", b"[" * 100_000, b'{"a":{"bed":7}}']
    )
    def test_a_bad_file_is_told_and_set_aside(self, tmp_path, data):
        file = tmp_path / "filters.json"
        file.write_bytes(data)
        saved = SavedFilters(file)
        assert "cannot be read" in saved.told
        assert (tmp_path / "filters.json.unreadable").read_bytes() == data
        assert saved.save("night", Choice()) == ""
        assert list(SavedFilters(file).choices) == ["night"]

    def test_there_are_at_most_fifty_with_short_names(self, tmp_path):
        saved = SavedFilters(tmp_path / "filters.json")
        for number in range(50):
            assert saved.save(f"filter {number}", Choice()) == ""
        assert "50 saved filters" in saved.save("one more", Choice())
        assert saved.save("filter 7", Choice(unanswered=True)) == ""
        assert "at most 60" in saved.save("x" * 61, Choice())
        assert "at most 60" in saved.save("  ", Choice())
        assert len(SavedFilters(tmp_path / "filters.json").choices) == 50

    @given(
        st.builds(
            Choice,
            span=st.sampled_from(sorted(set(SPANS) - {PERIOD})),
            bed=st.text(max_size=5),
            search=st.text(max_size=30),
            kinds=st.sets(st.sampled_from(KINDS)).map(lambda some: tuple(k for k in KINDS if k in some)),
            sort=st.sampled_from(Sort),
            descending=st.booleans(),
            unanswered=st.booleans(),
        )
    )
    def test_what_was_saved_comes_back_as_it_was(self, choice):
        with TemporaryDirectory() as folder:
            file = Path(folder) / "filters.json"
            assert SavedFilters(file).save("one", choice) == ""
            assert SavedFilters(file).choices == {"one": choice}


def test_the_night_is_the_wards_also_when_the_clock_is_put_back():
    before = datetime(2026, 10, 25, 3, tzinfo=UTC)
    start, end = last_night(before, BERLIN)
    assert (start, end) == (datetime(2026, 10, 24, 17, tzinfo=UTC), datetime(2026, 10, 25, 6, tzinfo=UTC))
    at_noon = last_night(datetime(2026, 4, 14, 10, tzinfo=UTC), BERLIN)
    assert at_noon == (datetime(2026, 4, 13, 17, tzinfo=UTC), datetime(2026, 4, 14, 5, tzinfo=UTC))
