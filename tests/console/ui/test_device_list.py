"""The list of the device page: problems first, in words; without a desk it can only be read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from console.link.snapshot import SourceView, WardSnapshot
from console.ui.devices_page import DevicesPage
from console.ui.devices_page.table import Rates
from console.ui.devices_page.words import in_order, troubled
from console.ui.theme import Mode, Theme
from console.ward.source import SourceState
from tests.console.ui import fakes as f

S = SourceState


def source(name: str, state: SourceState = S.CONNECTED, **more: object) -> SourceView:
    values = {"good": 100, "bytes_in": 1000, "last_value_stamp": f.NOW - 2, **more}
    return SourceView(name, "serial", "dri_s5", "/dev/ttyS1", ("01",), state, **values)  # type: ignore[arg-type]


GATEWAY = SourceView(
    "gateway",
    "hl7",
    "",
    "127.0.0.1:2575",
    ("13", "14"),
    S.CONNECTED,
    good=15482,
    last_value_stamp=f.NOW - 4,
    quarantined=(("unknown code 0002-F12A", 14211),),
    unknown_locations=("ICU^^9",),
    device_alerts=("<b>SpO2</b> probe off",),
    clock_skew_s=-14,
)


def ward(*sources: SourceView) -> WardSnapshot:
    return replace(f.ward([f.bed("01")]), sources=sources)


class Bench:
    def __init__(self, qtbot: QtBot) -> None:
        self.page = DevicesPage(f.FakeLink(), "B. Tech", Theme(), "/etc/ward/ward.toml")
        qtbot.addWidget(self.page)
        self.page.resize(1920, 942)
        self.page.show()
        self.now = f.NOW

    def show(self, *sources: SourceView, seconds: float = 1.0) -> None:
        self.now += seconds
        self.page.show_ward(ward(*sources), self.now)

    def cell(self, row: int, name: str) -> str:
        model = self.page.model
        return model.index(row, [c[0] for c in model.columns].index(name)).data()


@pytest.fixture
def bench(qtbot: QtBot) -> Iterator[Bench]:
    made = Bench(qtbot)
    yield made
    made.page.close()


def test_problems_come_first():
    sources = [source("a"), GATEWAY, source("late", S.SILENT), source("gone", S.LOST), source("noise", S.MALFORMED)]
    assert [s.name for s in in_order(sources)] == ["gone", "noise", "late", "gateway", "a"]


def test_a_source_that_connects_or_delivers_is_no_problem():
    assert not troubled(source("a"))
    assert not troubled(source("b", S.CONNECTING))
    assert all(troubled(source("c", s)) for s in (S.SILENT, S.MALFORMED, S.LOST, S.STOPPED))


def test_states_stand_in_words(bench):
    bench.show(source("gone", S.LOST), source("a"))
    assert bench.cell(0, "State") == "✕  Connection lost"
    assert bench.cell(1, "State") == "✓  Live"
    assert bench.page.summary.text() == "1 of 2 sources live · 1 to look at"


def test_age_of_the_last_value_goes_on_by_itself(bench):
    bench.show(source("a"))
    assert bench.cell(0, "Last value") == "0:03"
    bench.show(source("a"), seconds=60)
    assert bench.cell(0, "Last value") == "1:03"


def test_a_source_that_never_sent_says_never(bench):
    bench.show(source("a", last_value_stamp=None))
    assert bench.cell(0, "Last value") == "never"
    assert bench.page.source.facts.facts["Last value"] == "never"


def test_bytes_a_second_come_from_the_counter(bench):
    bench.show(source("a", bytes_in=1000))
    assert bench.cell(0, "Bytes/s") == "–"
    bench.show(source("a", bytes_in=1480), seconds=2)
    assert bench.cell(0, "Bytes/s") == "240"


def test_a_counter_that_starts_anew_gives_no_rate():
    rates = Rates()
    rates.take([source("a", bytes_in=5000)], 10.0)
    rates.take([source("a", bytes_in=100)], 11.0)
    assert rates.of("a") is None
    rates.take([source("a", bytes_in=200)], 12.0)
    assert rates.of("a") == 100
    assert rates.of("unknown") is None


def test_rates_remember_only_what_they_need():
    rates = Rates()
    for second in range(1000):
        rates.take([source("a", bytes_in=second * 10)], float(second))
    assert len(rates._seen["a"]) < 10
    rates.take([], 1001.0)
    assert rates._seen == {}


def test_what_was_put_aside_is_told_with_its_count(bench):
    bench.show(GATEWAY)
    facts = bench.page.source.facts.facts
    assert facts["Put aside"] == "14211 × unknown code 0002-F12A"
    assert facts["Unknown locations"].startswith("ICU^^9\nNot shown at any bed.")
    assert facts["Device reported"] == "<b>SpO2</b> probe off"
    assert facts["Clock"] == "14 s behind the console"
    assert "Messages good" in facts


def test_text_of_devices_is_shown_as_plain_text(bench):
    bench.show(GATEWAY)
    widget = bench.page.source.facts.texts["Device reported"]
    assert widget.text().replace("\u200b", "") == "<b>SpO2</b> probe off"
    assert widget.textFormat() is Qt.TextFormat.PlainText


def test_last_error_and_what_to_do(bench):
    bench.show(source("a", S.LOST, last_error="port /dev/ttyS1 vanished"))
    assert bench.page.source.facts.facts["Last error"] == "port /dev/ttyS1 vanished"
    assert "cable" in bench.page.source.facts.facts["What to do"]


def test_click_chooses_a_source_and_it_stays_chosen_when_the_order_changes(qtbot, bench):
    bench.show(source("a"), source("b"))
    place = bench.page.table.visualRect(bench.page.model.index(1, 1)).center()
    qtbot.mouseClick(bench.page.table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert bench.page.source.heading.text() == "b"
    bench.show(source("a"), source("b", S.LOST))
    assert bench.page.table.currentIndex().row() == 0
    assert bench.page.source.heading.text() == "b"
    assert bench.page.source.state.text() == "✕  Connection lost"


def test_a_source_that_is_gone_leaves_no_words_behind(bench):
    bench.show(source("a"), source("b"))
    bench.page.table.selectRow(1)
    bench.show(source("a"))
    assert bench.page.source.heading.text() in ("a", "No source chosen")
    assert bench.page.model.rowCount() == 1


def test_no_sources_says_so_and_where_to_add_them(bench):
    bench.show()
    assert bench.page.empty.isVisible()
    assert bench.page.empty.text() == "No sources set up."
    assert any("/etc/ward/ward.toml" in w.text() for w in bench.page.findChildren(QLabel) if w.isVisible())


def test_read_only_page_has_no_dead_buttons(bench):
    bench.show(GATEWAY)
    assert [b.text() for b in bench.page.findChildren(QPushButton) if b.isVisible()] == []


def test_table_is_written_anew_at_most_twice_a_second(bench):
    bench.show(source("a", good=1))
    bench.show(source("a", good=2), seconds=0.1)
    assert bench.cell(0, "Good") == "1"
    bench.show(source("a", good=3), seconds=0.5)
    assert bench.cell(0, "Good") == "3"


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("size", [(1920, 942), (1366, 652), (970, 652)])
def test_fits_every_screen(bench, mode, size):
    bench.page.set_theme(Theme(mode, compact=size[0] < 1600))
    bench.show(GATEWAY, *(source(f"bed {n}") for n in range(64)))
    bench.page.resize(*size)
    assert (bench.page.width(), bench.page.height()) == size
    assert not bench.page.grab().isNull()
