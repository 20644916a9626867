"""The page of reports: choosing, looking, and what leaves the console."""

from __future__ import annotations

import time
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from PySide6.QtCore import Qt, QTimer

from console.link.commands import Reply
from console.link.reports import ReportKind
from console.ui.bed_page.page import BedPage
from console.ui.reports_page import ReportsPage, windows
from console.ui.reports_page.choice import FROM_TO, NO_REPAIR
from console.ui.reports_page.page import CHANGED
from console.ui.reports_page.paper import LETTER
from console.ui.reports_page.print_process import NO_PRINTER
from console.ui.reports_page.printing import NO_ANSWER, Printers, Printing
from console.ui.theme import Mode, Theme
from tests.console.ui import fakes
from tests.console.ui.fake_reports import LEFT, STAY, FakeReports
from tests.console.ui.pdf_read import texts
from tests.console.ui.shell import open_window


class FakePrinting:
    """Printers without a print system."""

    def __init__(self) -> None:
        self.found = Printers(("Office", "Ward"))
        self.jobs: list[tuple[str, str]] = []
        self.error = ""

    def look(self) -> Future:
        answer: Future = Future()
        answer.set_result(self.found)
        return answer

    def print(self, report, paper, printer) -> Future:
        self.jobs.append((paper, printer))
        answer: Future = Future()
        answer.set_result(self.error)
        return answer

    def close(self) -> None:
        pass


@pytest.fixture
def made(qtbot):
    """The page, turned to, over a fake desk."""

    def make(*stays, user="C. Harge", theme=None, bed="", patient=""):
        reports = FakeReports(*stays)
        page = ReportsPage(fakes.FakeLink(), user, theme or Theme(), reports, FakePrinting())
        qtbot.addWidget(page)
        page.resize(1366, 652)
        page.show()
        if bed:
            page.show_episode(bed, patient)
        page.activated()
        return page, reports

    return make


def shown(qtbot, page):
    qtbot.waitUntil(lambda: page.document is not None, timeout=5000)


def choose(page, kind):
    page.choice.kind_button(kind).click()


def test_show_lays_out_the_report_and_only_then_it_may_leave(qtbot, made):
    page, reports = made()
    assert not page.save.isEnabled()
    page.show_button.click()
    shown(qtbot, page)
    assert reports.asked[0].kind is ReportKind.HANDOVER
    assert page.save.isEnabled()
    assert page.print_button.isEnabled()
    assert page.count.text() == "page 1 of 3"


def test_r_on_the_bed_page_makes_the_episode_of_who_lies_there(qtbot, made):
    bed = BedPage(fakes.FakeLink(fakes.ward([fakes.bed("01")])), "N", Theme())
    qtbot.addWidget(bed)
    bed.show_ward(bed.link.snapshot(), fakes.NOW)
    with qtbot.waitSignal(bed.open_report) as asked:
        qtbot.keyClick(bed, Qt.Key.Key_R)
    assert asked.args == ["01", ""]
    page, reports = made(bed="01")
    shown(qtbot, page)
    assert (reports.asked[0].kind, reports.asked[0].episode) == (ReportKind.EPISODE, STAY)
    assert reports.asked[0].end - reports.asked[0].start == timedelta(hours=24)


def test_the_episode_of_a_patient_who_has_left_is_made_by_his_number(qtbot, made):
    page, reports = made(bed="02", patient=LEFT.patient_id)
    shown(qtbot, page)
    assert reports.asked[0].episode == LEFT


def test_a_patient_without_a_stay_on_record_is_told_and_nothing_is_made(made):
    page, reports = made(bed="02", patient="nobody")
    assert reports.asked == []
    assert page.message.text() == "?  No stay of this patient at bed 02 is on record. Choose a patient."


def test_a_bed_where_nobody_lies_is_told(made):
    page, reports = made(bed="02")  # who lay there has left
    assert reports.asked == []
    assert "Nobody is admitted at bed 02" in page.message.text()


def test_another_choice_takes_back_what_may_leave_until_it_is_shown(qtbot, made):
    page, _ = made()
    page.make()
    shown(qtbot, page)
    page.choice.initials.click()
    assert page.message.text() == CHANGED
    assert not page.save.isEnabled()
    page.make()
    shown(qtbot, page)
    assert page.save.isEnabled()
    assert page.message.text() == ""


def test_the_pdf_is_what_was_shown_and_its_name_names_nobody(qtbot, made):
    page, reports = made(bed="01")
    shown(qtbot, page)
    page.paper_button(LETTER).click()
    shown(qtbot, page)
    page.save.click()
    qtbot.waitUntil(lambda: bool(reports.saved), timeout=5000)
    target, pdf, by = reports.saved[0]
    assert target == Path("/var/reports/patient-episode_01_20260414-0642.pdf")
    assert by == "C. Harge"
    assert len(texts(pdf)) == 3
    assert "Part 2" in texts(pdf)[2]
    assert page.message.text() == f"Saved as {target}"


def test_a_refusal_is_told_and_nothing_is_said_to_be_saved(qtbot, made):
    page, reports = made()
    reports.reply = Reply("C. Harge may not print and save reports.")
    page.make()
    shown(qtbot, page)
    page.save.click()
    qtbot.waitUntil(lambda: bool(reports.saved), timeout=5000)
    assert page.message.text() == "?  C. Harge may not print and save reports."
    page.csv.click()
    assert page.message.text() == "?  C. Harge may not print and save reports."


def test_without_a_name_nothing_leaves(qtbot, made):
    page, reports = made(user=" ")
    page.make()
    shown(qtbot, page)
    for button in (page.save, page.csv, page.print_button):
        page.message.setText("")
        button.click()
        assert page.message.text().startswith("?  Say who you are first")
    assert (reports.saved, reports.tables, reports.prints) == ([], [], [])


def test_printing_asks_for_a_printer_then_is_recorded_then_done(qtbot, made):
    page, reports = made()
    page.make()
    shown(qtbot, page)
    page.print_button.click()
    assert page.printers.isVisible()
    assert reports.prints == []
    page.printers.setCurrentText("Ward")
    page.print_button.click()
    assert reports.prints == [("Ward", "C. Harge")]
    assert page.printing.jobs == [("A4", "Ward")]
    assert page.message.text() == "Handed over to Ward."


def test_what_is_not_recorded_is_not_printed(qtbot, made):
    page, reports = made()
    page.make()
    shown(qtbot, page)
    page.print_button.click()
    reports.reply = Reply("This cannot be recorded in the audit trail (disk full); nothing was saved or printed.")
    page.print_button.click()
    assert page.printing.jobs == []
    assert "cannot be recorded" in page.message.text()


def test_a_computer_without_a_printer_says_what_is_missing(qtbot, made):
    page, _ = made()
    page.printing.found = Printers((), NO_PRINTER)
    page.make()
    shown(qtbot, page)
    page.print_button.click()
    assert page.message.text() == f"?  {NO_PRINTER}"
    assert not page.printers.isVisible()


def test_a_report_that_cannot_be_made_is_told_in_its_place(made):
    page, reports = made()
    reports.error = ValueError("This window has not begun yet.")
    page.make()
    assert page.preview.sheets.text == "?  This window has not begun yet."
    assert not page.save.isEnabled()


def test_a_recovery_needs_a_repair_and_offers_each(qtbot, made):
    page, reports = made()
    choose(page, ReportKind.RECOVERY)
    page.make()
    shown(qtbot, page)
    assert reports.asked[-1].restored_at == STAY.restorations[0]
    page.choice.patient.setCurrentIndex(1)
    page.choice.patient.activated.emit(1)
    assert page.choice.fault.text() == NO_REPAIR
    assert page.choice.wanted() is None


def test_from_to_is_read_on_the_ward_s_clock(qtbot, made):
    page, reports = made()
    page.choice.span.setCurrentText(FROM_TO)
    page.choice.span.activated.emit(page.choice.span.currentIndex())
    assert page.choice.begin.isVisible()
    page.make()
    shown(qtbot, page)
    asked = reports.asked[0]
    assert asked.end - asked.start == timedelta(hours=8)
    page.choice.begin.setDateTime(page.choice.end.dateTime().addSecs(60))
    assert "The end has to lie after the begin" in page.choice.fault.text()
    assert page.choice.wanted() is None


def test_a_name_that_is_markup_is_shown_as_text(made):
    from dataclasses import replace

    page, _ = made(replace(STAY, name="<b>x</b>\u202e" + "y" * 5000))
    choose(page, ReportKind.EPISODE)
    assert page.choice.patient.itemText(0).startswith("01 · <b>x</b>⟨U+202E⟩yyy")
    assert len(page.choice.patient.itemText(0)) < 100


def test_shifts_follow_the_ward_s_clock_also_over_summer_time(qtbot):
    zone = ZoneInfo("Europe/Berlin")
    now = datetime(2026, 3, 29, 9, 30, tzinfo=zone).astimezone(UTC)
    found = windows.shifts(((7, 0), (15, 0), (23, 0)), now, zone)
    assert [w.name for w in found[:2]] == ["This shift, 07:00 to 15:00", "Last shift, 23:00 to 07:00"]
    assert found[1].end - found[1].start == timedelta(hours=7)  # the clock went forward
    assert found[0].start == datetime(2026, 3, 29, 5, 0, tzinfo=UTC)


def test_the_stay_of_who_left_ends_when_he_left(qtbot):
    found = windows.of_episode(LEFT, fakes.utc())
    assert {w.end for w in found} == {LEFT.ended_at}
    assert found[-1].start == LEFT.admitted_at


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("size", [(1920, 942), (1366, 652)])
def test_the_page_fits_every_screen_and_paints_its_pages(qtbot, made, mode, size):
    page, _ = made(theme=Theme(mode, compact=size[0] < 1600))
    page.resize(*size)
    page.make()
    shown(qtbot, page)
    qtbot.wait(30)
    assert (page.width(), page.height()) == size
    picture = page.preview.grab().toImage()
    colours = {
        picture.pixelColor(x, y).name() for x in range(0, picture.width(), 7) for y in range(0, picture.height(), 7)
    }
    assert len(colours) > 5
    page.as_printed.click()
    assert page.preview.sheets.ink.sheet == "#FFFFFF"


def test_the_print_process_says_in_a_sentence_that_there_is_no_printer(qtbot):
    printing = Printing()
    try:
        found = printing.look().result(60)
    finally:
        printing.close()
    if found.names:
        pytest.skip("this computer has printers")
    assert found.error == NO_PRINTER


def test_the_pages_of_a_printer_are_those_of_the_pdf(qtbot, tmp_path):
    """Painted through QPrinter into a file: no printer is needed for that."""
    from PySide6.QtPrintSupport import QPrinter

    from console.ui.reports_page.print_process import print_report

    report = FakeReports().make(_wanted(), "N").result()
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "printed.pdf"))
    assert print_report(printer, report, "Letter") == ""
    read = texts((tmp_path / "printed.pdf").read_bytes())
    assert len(read) == 3
    assert "page 3 of 3" in read[2]


def _wanted():
    from console.link.reports import Wanted

    return Wanted(ReportKind.HANDOVER, fakes.utc(28_800), fakes.utc())


def test_privacy_takes_names_off_the_screen_and_out_of_the_next_report(qtbot, made):
    page, reports = made(bed="01")
    shown(qtbot, page)
    assert "Alder" in page.choice.patient.itemText(0)
    page.set_theme(Theme(initials=True))
    assert page.choice.patient.itemText(0) == "01 · T. A. · …"
    assert page.document is None
    assert "Alder" not in page.heading.text()
    page.make()
    shown(qtbot, page)
    assert reports.asked[-1].initials
    page.set_theme(Theme(Mode.LIGHT, initials=True))
    assert page.document is not None


def test_a_nurse_prints_the_episode_of_a_bed_by_keys_alone(qtbot):
    link, reports = fakes.FakeLink(fakes.ward([fakes.bed("01"), fakes.bed("02")])), FakeReports()
    window = open_window(qtbot, link, 1366, 768, reports=reports)
    try:
        window.open_bed("01")
        qtbot.keyClick(window.current, Qt.Key.Key_R)
        assert window.current.title == "Reports"
        shown(qtbot, window.current)
        qtbot.keyClick(window.current.save, Qt.Key.Key_Space)
        qtbot.waitUntil(lambda: bool(reports.saved), timeout=5000)
        assert reports.saved[0][2] == "R. Test"
        assert (window.width(), window.height()) == (1366, 768)
    finally:
        window.close()


def test_the_screen_goes_on_while_a_report_is_laid_out(qtbot, made):
    """Work is cut into slices: a timer of 10 ms comes in time while hundreds of pages are laid out."""
    page, reports = made()
    reports.pages = 400
    late: list[float] = []
    last = [time.monotonic()]

    def tick():
        now = time.monotonic()
        late.append(now - last[0])
        last[0] = now

    timer = QTimer()
    timer.setInterval(10)
    timer.timeout.connect(tick)
    timer.start()
    page.make()
    shown(qtbot, page)
    page.save.click()
    qtbot.waitUntil(lambda: bool(reports.saved), timeout=20000)
    timer.stop()
    assert len(late) > 10
    assert sorted(late)[len(late) // 2] < 0.1


def test_a_printer_that_has_gone_is_told_by_the_print_process(qtbot):
    printing = Printing()
    try:
        told = printing.print(FakeReports().make(_wanted(), "N").result(), "A4", "No such printer").result(60)
    finally:
        printing.close()
    assert told == "The printer No such printer is not there any more."


def test_a_print_system_that_does_not_answer_is_given_up(qtbot, monkeypatch):
    monkeypatch.setattr("console.ui.reports_page.printing.LOOK_S", 0.01)
    printing = Printing()
    try:
        assert printing.look().result(60) == Printers((), NO_ANSWER)
    finally:
        printing.close()
    assert printing._child is None
