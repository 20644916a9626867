"""The page of the audit trail, on a real store: filters, the whole entry, rights, verifying and saving."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from console.store.records import AuditEntry
from console.ui.audit_page import HIDDEN, NONE_FITS, AuditTrailPage
from console.ui.theme import Theme
from console.ward.people import Right
from tests.console.trail.trails import PERSON, Allowing, Trail
from tests.console.ui import fakes

SNAPSHOT = fakes.ward([fakes.bed("01"), fakes.bed("02")])
LEFT = Qt.MouseButton.LeftButton


def until(true: Callable[[], object]) -> None:
    ends = time.monotonic() + 10
    while not true():
        assert time.monotonic() < ends, "it does not happen"
        QApplication.processEvents()
        time.sleep(0.005)


class Open:
    """A page on a trail, shown with the newest entries."""

    def __init__(self, trail: Trail) -> None:
        self.trail = trail
        self.page = AuditTrailPage(fakes.FakeLink(), PERSON, Theme(), trail.desk)
        self.page.resize(1366, 652)
        self.page.show()
        self.look()

    def look(self) -> None:
        self.page.show_ward(SNAPSHOT, fakes.NOW)
        until(lambda: not self.page._questions.waiting)

    def acts(self) -> list[str]:
        model = self.page.model
        return [str(model.index(row, 2).data()) for row in range(model.rowCount())]

    def search(self) -> None:
        self.page.search()
        until(lambda: not self.page._questions.waiting)

    def close(self) -> None:
        self.page.close()
        self.page.deleteLater()
        self.trail.close()


@pytest.fixture
def opened(qapp: QApplication, tmp_path: Path) -> Iterator[Open]:
    made = Open(Trail(tmp_path))
    yield made
    made.close()


def test_the_last_day_is_shown_first_and_older_days_on_demand(opened: Open) -> None:
    assert opened.acts() == [
        "console started", "sound paused for 2 min", "<b>code</b> mapped", "alarm acknowledged", "patient admitted",
        "clock step",
    ]  # fmt: skip
    opened.page.span.setCurrentText("All")
    until(lambda: not opened.page._questions.waiting)
    assert opened.acts()[-2:] == ["limits changed", "gateway started"]


def test_a_person_a_bed_and_a_text_are_found(opened: Open) -> None:
    QTest.keyClicks(opened.page.by, "carl")
    opened.search()
    assert opened.acts() == ["patient admitted"]
    opened.page.by.clear()
    opened.page.bed.setCurrentText("01")
    opened.search()
    assert opened.acts() == ["alarm acknowledged", "patient admitted"]
    QTest.keyClicks(opened.page.text, "nowhere")
    opened.search()
    assert opened.page.empty.text() == NONE_FITS
    assert opened.page.empty.isVisible()


def test_the_chosen_entry_is_read_whole_and_as_plain_text(opened: Open) -> None:
    opened.page.table.selectRow(3)
    whole = opened.page.whole.toPlainText()
    for part in ("Entry 5", PERSON, "at desk-2", "Old value: unanswered", "alarm 4711 version 2"):
        assert part in whole
    opened.page.table.selectRow(2)
    assert "<b>code</b> mapped" in opened.page.whole.toPlainText()


def test_what_may_name_a_patient_is_hidden_while_patients_are_shown_by_initials(opened: Open) -> None:
    opened.page.table.selectRow(3)
    opened.page.set_theme(Theme(initials=True))
    assert opened.page.model.index(3, 4).data() == HIDDEN
    whole = opened.page.whole.toPlainText()
    assert "Old value: hidden" in whole
    assert "unanswered" not in whole
    opened.page.set_theme(Theme())
    assert "Old value: unanswered" in opened.page.whole.toPlainText()


def test_verifying_says_what_it_has_found(opened: Open) -> None:
    QTest.mouseClick(opened.page.verify, LEFT)
    until(opened.page.verify.isEnabled)
    assert "The trail is whole: 8 entries" in opened.page.verdict.text()
    assert opened.page.verdict.textFormat() is Qt.TextFormat.PlainText


def test_what_fits_is_saved(opened: Open) -> None:
    QTest.mouseClick(opened.page.save, LEFT)
    until(opened.page.save.isEnabled)
    (file,) = (opened.trail.folder / "exports").iterdir()
    assert opened.page.verdict.text() == f"Saved: {file}"


def test_another_person_sees_what_his_rights_allow_and_nothing_stays_behind(opened: Open) -> None:
    opened.page.table.selectRow(0)
    opened.trail.desk._gate = Allowing(Right.EXPORT)
    opened.page.user = "Emil Elm"
    opened.look()
    assert opened.acts() == []
    assert opened.page.whole.toPlainText() == ""
    assert opened.page.empty.text() == "Emil Elm may not read the audit trail."
    assert not opened.page.older.isEnabled()
    opened.look()
    opened.trail.desk._gate = Allowing(Right.AUDIT)
    opened.page.user = PERSON
    opened.look()
    assert "alarm acknowledged" in opened.acts()
    opened.page.deactivated()
    assert opened.acts() == []
    assert "Alder" not in opened.page.whole.toPlainText()


def test_older_pages_follow_on_a_press(qapp: QApplication, tmp_path: Path) -> None:
    made = Open(Trail(tmp_path, [AuditEntry(fakes.utc(60), "A", f"act {i}") for i in range(300)]))
    try:
        assert len(made.acts()) == 200
        QTest.mouseClick(made.page.older, LEFT)
        until(lambda: len(made.acts()) == 101)
        assert made.acts()[-1] == "act 0"
        assert not made.page.older.isEnabled()
        QTest.mouseClick(made.page.newest, LEFT)
        until(lambda: len(made.acts()) == 200)
    finally:
        made.close()
