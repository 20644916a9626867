"""Reliability scoreboard, row 20: texts that try to be something else than text, through a whole ward and out again.

They are typed by people here; what feeds and devices send is in the tests of the feed page and of the readers.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import QAbstractItemModel, Qt
from PySide6.QtWidgets import QAbstractButton, QAbstractItemView, QLabel

from console import cli
from console.alarms.alarm import Alarm, Presence
from console.clock import SystemClock
from console.config import parse_config
from console.link.commands import Acknowledge, Admit, ChartFinding, ChartPumpEvent, Command, Discharge, Reply
from console.link.inprocess import InProcessLink
from console.station import Station
from console.ui import theme as themes
from console.ui.app import Options, build_window
from console.ui.main_window import MainWindow
from console.ui.page import Sheet
from console.ui.theme import Theme
from console.ward.chart import NurseObservation, PumpEvent, PumpEventKind
from console.ward.patient import Patient
from drivers.observation import AlertPriority
from drivers.seen import seen
from hl7.alert_message import build_alert
from hl7.alert_record import AlertRecord, Phase
from hl7.reader import read_message
from tests.console.ui.shell import FakeOutput
from tests.faults.payloads import COUNT, payloads
from tests.faults.ward import eventually

BEDS = tuple(f"7B-{number:02}" for number in range(1, 51))
LONGEST_NAME, LONGEST_NOTE = 120, 500
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


each = pytest.mark.parametrize("count", [100, pytest.param(COUNT, marks=pytest.mark.slow)])
"""Every seed three times; all of them in the slow form."""


class Ward:
    """A station of 50 beds without a monitor, which is an alarm a person can answer, and the window on it."""

    def __init__(self, folder: Path) -> None:
        beds = ", ".join(f'"{bed}"' for bed in BEDS)
        self.folder = folder
        self.station = Station(parse_config(f"[ward]\nbeds = [{beds}]\n"), folder, clock=SystemClock(120))
        self.station.start()
        self.link: InProcessLink = self.station.link()

    def do(self, command: Command) -> Reply:
        return self.link.submit(command).result(10)

    def alarm(self, bed: str) -> Alarm | None:
        return next((a for a in self.link.snapshot().bed(bed).alarms if a.presence is Presence.ACTIVE), None)

    def fill(self, texts: list[str]) -> None:
        """A patient in each bed whose name, number, findings, pump events and answered alarm carry a text."""
        for bed, text in zip(BEDS, texts, strict=True):
            at = self.station.clock.utc()
            patient = Patient(f"{text[: LONGEST_NAME - 6]} {bed}"[:LONGEST_NAME], text[:LONGEST_NAME], bed, at, age=50)
            event = PumpEvent(PumpEventKind.REFILL, at, text[:40], note=text[:LONGEST_NOTE])
            told = self.do(Admit(patient, text[:40] + " N.", (event,)))
            assert told.error == "", (told, text[:40])
            finding = NurseObservation("no_pruritus", at, text[:40] + " N.", text[:LONGEST_NOTE])
            assert self.do(ChartFinding(bed, finding)).error == ""
            assert self.do(ChartPumpEvent(bed, event)).error in ("", "This needs the name of the person.")
        for bed, text in zip(BEDS, texts, strict=True):
            eventually(lambda bed=bed: self.alarm(bed) is not None, 20)
            alarm = self.alarm(bed)
            assert alarm is not None
            answered = self.do(Acknowledge(alarm.id, alarm.version, text[:40] + " N.", f"because {text[:150]}"))
            assert answered.error == "", (answered, text[:40])

    def clear(self) -> None:
        for bed in BEDS:
            assert self.do(Discharge(bed, "R. Test")).error == ""


@pytest.fixture
def ward(tmp_path: Path) -> Iterator[Ward]:
    made = Ward(tmp_path)
    try:
        yield made
    finally:
        made.station.stop()


def shown(window: MainWindow) -> Iterator[str]:
    """Every text of the window that a person can be shown, after a look at how Qt takes it."""
    for label in window.findChildren(QLabel):
        assert label.textFormat() is Qt.TextFormat.PlainText or not label.text()
        yield label.text()
    for button in window.findChildren(QAbstractButton):
        yield button.text()
    for view in window.findChildren(QAbstractItemView):
        yield from cells(view.model())


def cells(model: QAbstractItemModel | None) -> Iterator[str]:
    if model is None:
        return
    for row in range(min(model.rowCount(), 200)):
        for column in range(model.columnCount()):
            text = model.index(row, column).data(Qt.ItemDataRole.DisplayRole)
            tip = model.index(row, column).data(Qt.ItemDataRole.ToolTipRole)
            assert tip is None or not Qt.mightBeRichText(tip) or tip.startswith("<qt>")
            yield text if isinstance(text, str) else ""


def walk(window: MainWindow, bed: str) -> None:
    """Every page and every sheet of one bed, painted."""
    for index in range(len(window.pages)):
        window.show_tab(index)
        window.grab()
    window.open_bed(bed)
    for sheet in (Sheet.OBSERVATION, Sheet.PUMP_EVENT, Sheet.PUMP_CARD, Sheet.LIMITS):
        window.open_sheet(sheet, bed)
        window.grab()
    window.close_sheet()


@pytest.mark.timeout(240)
@each
def test_texts_go_through_a_ward_and_stay_text(ward: Ward, qtbot, qapp, capfd, count: int) -> None:
    themes.apply(qapp, Theme())
    window = build_window(ward.link, Options(user="R. Test"), FakeOutput())
    qtbot.addWidget(window)
    window.resize(1366, 768)
    window.show()
    texts = payloads()[:count]
    assert len(set(texts)) == count
    literal = 0
    for start in range(0, count, len(BEDS)):
        some = texts[start : start + len(BEDS)]
        ward.fill(some)
        window.refresh()
        walk(window, BEDS[start // len(BEDS) % len(BEDS)])
        for text in shown(window):
            assert all(line.isprintable() or "\u200d" in line for line in text.split("\n")), repr(text[:200])
            assert len(text) < 5_000
            literal += "<b>bold</b>" in text
        ward.clear()
    assert literal, "the texts were shown at all"
    window.close()
    assert capfd.readouterr().err == ""
    out_again(ward, count)


def out_again(ward: Ward, count: int) -> None:
    """What the commands give of it: rows that no text has broken, and a record that nobody has changed."""
    ward.station.stop()
    url = f"sqlite:///{ward.folder / 'ward.db'}"
    for what in ("alarms", "audit"):
        sheet, lines = ward.folder / f"{what}.csv", ward.folder / f"{what}.jsonl"
        assert cli.main(["export", what, "--db", url, "--out", str(sheet)]) == 0
        assert cli.main(["export", what, "--db", url, "--out", str(lines), "--format", "jsonl"]) == 0
        with sheet.open(newline="", encoding="utf-8-sig") as file:
            columns, *rows = csv.reader(file)
        objects = [json.loads(line) for line in lines.read_text().split("\n") if line]
        assert len(objects) - len(rows) in ((0, 1) if what == "audit" else (0,))  # an export is an act itself
        assert {len(row) for row in rows} == {len(columns)}
        assert not [cell for row in rows for cell in row if cell.startswith(FORMULA) and not number(cell)]
        assert len(rows) >= count
    assert cli.main(["db", "check", "--db", url]) == 0


def number(cell: str) -> bool:
    with suppress(ValueError):
        float(cell)
        return True
    return False


@each
def test_no_text_adds_a_segment_to_a_message_that_leaves(count: int) -> None:
    record = AlertRecord(
        "a1", 1, Phase.START, datetime(2026, 11, 23, tzinfo=UTC), "withdrawal", "x", AlertPriority.HIGH, "^^7B-01"
    )
    plain = [segment.name for segment in read_message(build_alert(record, "c1")).segments]
    for text in payloads()[:count]:
        hostile = AlertRecord(
            "a1", 1, Phase.START, record.at, "withdrawal", text[:1000], AlertPriority.HIGH, "^^7B-01",
            patient_id=text[:100], name=text[:120],
        )  # fmt: skip
        read = read_message(build_alert(hostile, "c1"))
        assert [segment.name for segment in read.segments] == plain, repr(text[:60])


@pytest.mark.parametrize("text", payloads()[: len(set(payloads())) : 3])
def test_what_is_kept_of_a_text_is_what_can_be_seen_of_it(text: str) -> None:
    kept = seen(text)
    assert kept == text or not text.isprintable()
    assert all(c.isprintable() or c in "\u200c\u200d" for c in kept)
    assert [c for c in kept if c.isalnum() and c.isascii()] == [c for c in text if c.isalnum() and c.isascii()]
