"""A charge nurse's morning, by clicks and keys on the whole console: the night's unanswered emergencies, why one was
raised, a note to it, the episode on paper, the month as CSV. All of it on a real station with a record of weeks."""

from __future__ import annotations

import csv
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtPdf import QPdfDocument
from PySide6.QtWidgets import QApplication, QPushButton

from console.config_file import ConfigFile
from console.station import Station
from console.ui import theme as themes
from console.ui.app import Options, build_window
from console.ui.history_page import HistoryPage
from console.ui.main_window import MainWindow
from console.ui.page import Sheet
from console.ui.reports_page.page import ReportsPage
from console.ui.sign_in_sheet import SignInSheet
from console.ui.theme import Theme
from console.ward.people import Role
from tests.bench.history_seed import Past, seed
from tests.console.ui.shell import FakeOutput

LEAD, PIN = "C. Lead", "294715"
NOTE = "Pump clinic called at 07:40; catheter study today"


def morning_zone(now: datetime) -> str:
    """A zone in which it is between eight and nine in the morning now, so that the night is whole and over."""
    ahead = (8 - now.hour) % 24
    ahead -= 24 if ahead > 14 else 0
    # The names of these zones have the sign of old: Etc/GMT-3 is three hours ahead.
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"


def past_night(file: Path, end: datetime) -> Past:
    """A day of alarms with an unanswered emergency of an admitted patient in its second half. Few emergencies stay
    unanswered: where the dice give none, the next seed is tried."""
    for number in range(7, 20):
        file.unlink(missing_ok=True)
        past = Past(alarms=10_000, days=1, beds=8, sample_days=1, seed=number, end=end)
        seed(f"sqlite:///{file}", past)
        with closing(sqlite3.connect(file)) as database:
            since = (end - timedelta(hours=9)).timestamp() * 1e6
            found = database.execute(
                "select count(*) from alarm where highest = 3 and kind in ('withdrawal', 'overdose')"
                " and patient_id <> '' and answered_at is null and presence = 'ended' and raised_at between ? and ?",
                (since, since + 7 * 3.6e9),
            ).fetchone()
        if found[0]:
            return past
    raise AssertionError("no seed gives an unanswered emergency")


@dataclass
class Morning:
    """The window, and hands that click and type."""

    window: MainWindow
    station: Station
    folder: Path
    qtbot: object

    def until(self, condition: Callable[[], object], seconds: float = 20.0) -> None:
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, "it did not come"
            self.window.refresh()
            QApplication.processEvents()
            time.sleep(0.01)

    def click(self, button: QPushButton) -> None:
        assert button.isVisible(), button.text()
        assert button.isEnabled(), button.text()
        self.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    def rows(self, question: str) -> list[tuple]:
        with closing(sqlite3.connect(self.folder / "ward.db")) as database:
            return database.execute(question).fetchall()


@pytest.fixture
def morning(tmp_path: Path, qtbot, qapp) -> Iterator[Morning]:
    now = datetime.now(UTC)
    past = past_night(tmp_path / "ward.db", now - timedelta(minutes=2))
    beds = ", ".join(f'"{bed}"' for bed in past.bed_names)
    (tmp_path / "ward.toml").write_text(f'[ward]\ntimezone = "{morning_zone(now)}"\nbeds = [{beds}]\n')
    file = ConfigFile(tmp_path / "ward.toml")
    station = Station(file.config, tmp_path, file=file)
    try:
        station.start()
        people = station.people
        assert people.create_first("A. Admin", "836152").result(10).error == ""
        assert people.sign_in("A. Admin", "836152").result(10).error == ""
        lead = people.add(LEAD, frozenset({Role.NURSE, Role.CHARGE_NURSE}), PIN, "A. Admin").result(10)
        assert lead.error == ""
        people.sign_out()
        themes.apply(qapp, Theme())
        window = build_window(station.link(), Options(), FakeOutput(), station.desks)
        qtbot.addWidget(window)
        window.resize(1366, 768)
        window.show()
        qtbot.waitExposed(window)
        yield Morning(window, station, tmp_path, qtbot)
        window.close()
    finally:
        station.stop()


def sign_in(morning: Morning) -> None:
    """Ctrl+U, the name, six digits by touch."""
    morning.qtbot.keyClick(morning.window, Qt.Key.Key_U, Qt.KeyboardModifier.ControlModifier)
    sheet = morning.window.sheets[Sheet.SIGN_IN]
    assert isinstance(sheet, SignInSheet)
    morning.until(lambda: sheet.isVisible())
    morning.qtbot.keyClicks(sheet.form.search, LEAD)
    morning.until(lambda: LEAD in sheet.form.names and sheet.form.names[LEAD].isVisible())
    morning.click(sheet.form.names[LEAD])
    for digit in PIN:
        morning.click(sheet.form.pad.digits[digit])
    morning.click(sheet.form.pad.go)
    morning.until(lambda: morning.window.current.user == LEAD)


def find(morning: Morning) -> HistoryPage:
    """F3, and the filter that is there for this morning."""
    morning.qtbot.keyClick(morning.window, Qt.Key.Key_F3)
    page = morning.window.current
    assert isinstance(page, HistoryPage)
    morning.until(lambda: page.model.total)
    every = page.model.total
    box = page.shelf.box
    index = box.findText("Unanswered emergencies of the night")
    assert index > 0
    box.setFocus()
    while box.currentIndex() != index:
        morning.qtbot.keyClick(box, Qt.Key.Key_Down)
    box.activated.emit(index)
    morning.until(lambda: page.model.total and page.model.total < every and page.model.record(0))
    return page


def pdf_text(file: Path) -> str:
    document = QPdfDocument()
    assert document.load(str(file)) is QPdfDocument.Error.None_
    return " ".join(" ".join(document.getAllText(page).text().split()) for page in range(document.pageCount()))


@pytest.mark.timeout(200)
def test_the_nights_unanswered_emergencies_are_found_read_noted_printed_and_the_month_exported(morning: Morning):
    sign_in(morning)
    page = find(morning)
    alarms = [page.model.record(row).alarm for row in range(page.model.total)]
    assert all(a.acknowledged is None and a.highest.word == "high" and a.condition.kind.is_pattern for a in alarms)

    # Why: the chosen alarm tells its patient, its reasons as they were, and its vital signs.
    row, chosen = next((row, alarm) for row, alarm in enumerate(alarms) if alarm.patient_id)
    page.table.selectRow(row)
    morning.until(lambda: page.course.alarm is not None and page.course.alarm.transitions and page.course.lines)
    morning.until(lambda: page.course.alarm.alarm.id == chosen.id and page.course.alarm.transitions)
    told = "\n".join(text for _, text in page.course.lines)
    assert "Raised" in told
    heads = [line[0] for line in page.course.why.texts if "points" in line[0]]
    assert heads[0].startswith("Raised")
    assert "emergency" in heads[-1]
    assert len(page.course.why.texts) > len(heads), "the reasons of each rise stand below it"

    # A note stands with the alarm, under her name, and in the audit trail.
    morning.qtbot.keyClicks(page.note.field, NOTE)
    morning.click(page.note.add)
    morning.until(lambda: any(NOTE in text for _, text in page.course.lines))
    assert morning.rows("select by, note from alarm_note order by number desc limit 1") == [(LEAD, NOTE)]
    assert morning.rows(f"select count(*) from audit where by = '{LEAD}' and after like '%{NOTE}%'")[0][0] == 1

    # The episode of that patient on paper.
    morning.window.activateWindow()
    page.table.setFocus()
    morning.until(lambda: morning.window.isActiveWindow() and page.table.hasFocus())
    morning.qtbot.keyClick(page.table, Qt.Key.Key_R)
    morning.until(lambda: isinstance(morning.window.current, ReportsPage))
    reports = morning.window.current
    morning.until(lambda: reports.document is not None and reports.save.isEnabled(), 60)
    morning.click(reports.save)
    morning.until(lambda: list((morning.folder / "reports").glob("*.pdf")), 60)
    (paper,) = (morning.folder / "reports").glob("*.pdf")
    morning.until(lambda: "Saved as" in reports.message.text())
    text = pdf_text(paper)
    ((name,),) = morning.rows(f"select patient ->> 'name' from stay where patient_id = '{chosen.patient_id}' limit 1")
    for words in (name, chosen.patient_id, LEAD, "A pattern is not a diagnosis", "1 of ", NOTE):
        assert words in text, words
    assert morning.rows(f"select count(*) from audit where by = '{LEAD}' and act like '%report%'")[0][0] >= 1

    # The month as CSV.
    morning.qtbot.keyClick(morning.window, Qt.Key.Key_F3)
    page.shelf.box.activated.emit(0)
    page.filters.unanswered.setChecked(False)
    page.filters.show_choice(type(page.filters.choice())("Last 30 days"))
    page.filters.changed.emit()
    morning.until(lambda: page.model.total > 8_000)
    month = page.model.total
    morning.click(page.shelf.export_button)
    morning.until(lambda: list(morning.folder.rglob("*.csv")) and not list(morning.folder.rglob("*.part")), 60)
    (sheet,) = morning.folder.rglob("*.csv")
    with sheet.open(newline="", encoding="utf-8-sig") as file:
        lines = list(csv.reader(file))
    assert len(lines) > month
    morning.until(lambda: morning.rows(f"select count(*) from audit where by = '{LEAD}' and act like '%export%'")[0][0])
