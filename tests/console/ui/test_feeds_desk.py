"""The feed page on a real station: what comes over a real socket is found, its code is mapped by clicks and charted."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from console.ui.app import Options, build_window
from console.ui.feeds_page import FeedsPage
from console.ui.feeds_page.page import CODES, MESSAGES, PLACES, TRY
from console.ui.main_window import MainWindow
from drivers.observation import Parameter
from tests.console.devices.oximeters import Bench
from tests.console.devices.test_feed_desk import TEXT, message, send
from tests.console.ui.shell import FakeOutput
from tests.console.ui.test_feeds_page import Hands


class Screen:
    """The whole window on a running station."""

    def __init__(self, qtbot, ward: Bench, size: tuple[int, int] = (1366, 768)) -> None:
        self.ward = ward
        station = ward.station
        self.window: MainWindow = build_window(station.link(), Options(user="B. Med"), FakeOutput(), station.desks)
        qtbot.addWidget(self.window)
        self.window.resize(*size)
        self.window.show()
        qtbot.waitExposed(self.window)
        qtbot.keyClick(self.window, Qt.Key.Key_F5)
        page = self.window.current
        assert isinstance(page, FeedsPage)
        self.page = page
        self.hands = Hands.__new__(Hands)
        self.hands.qtbot = qtbot

    def until(self, condition: Callable[[], object], seconds: float = 15.0) -> None:
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, "it did not come"
            self.window.refresh()
            QApplication.processEvents()
            time.sleep(0.02)


@pytest.fixture
def screen(qtbot, tmp_path: Path) -> Iterator[Screen]:
    ward = Bench(tmp_path, TEXT)
    made = Screen(qtbot, ward)
    yield made
    made.window.close()
    ward.close()


def test_a_message_is_found_its_code_mapped_and_the_next_one_charted(screen):
    ward, page, hands = screen.ward, screen.page, screen.hands
    send(ward, message(["9001^Heart^99X||81|/min"], "FIRST"))
    screen.until(lambda: page.messages.model.rowCount() == 1)
    assert hands.texts(page.messages.table)[0][2:4] == ["FIRST", "?  1 put aside: unknown code"]
    hands.row(page.messages.table, 0)
    screen.until(lambda: "unknown code" in page.messages.message.text.toPlainText())
    screen.until(lambda: page.part(CODES).text() == "Unknown codes  1")
    hands.click(page.part(CODES))
    hands.row(page.codes.table, 0)
    hands.pick(page.codes.form.parameter, "HR, /min")
    hands.click(page.codes.form.map)
    screen.until(lambda: page.codes.said.rowCount() == 1)
    send(ward, message(["9001^Heart^99X||82|/min"], "SECOND"))
    screen.until(lambda: ward.value("7B-01", Parameter.HR) == 82)
    hands.click(page.part(MESSAGES))
    screen.until(lambda: page.messages.model.rowCount() == 2)
    assert hands.texts(page.messages.table)[0][2:4] == ["SECOND", "✓  taken"]
    hands.row(page.messages.table, 1)
    # The first is read with the rules of now, and told as it was taken then.
    screen.until(lambda: "Charted" in page.messages.message.text.toPlainText())
    assert "unknown code" in page.messages.message.became.text()
    assert ward.audit()[-1][:2] == ("B. Med", "code mapped")


def test_a_place_is_mapped_a_test_message_sent_and_one_checked_and_sent_again(screen):
    ward, page, hands = screen.ward, screen.page, screen.hands
    row = "147842^MDC_ECG_HEART_RATE^MDC||71|264864^MDC_DIM_BEAT_PER_MIN^MDC"
    send(ward, message([row], "1", "ICU^^7"))
    screen.until(lambda: page.part(PLACES).text() == "Places  1")
    hands.click(page.part(PLACES))
    hands.row(page.places.table, 0)
    hands.pick(page.places.bed, "7B-02")
    hands.click(page.places.map)
    screen.until(lambda: page.places.mapped.rowCount() == 2)
    send(ward, message([row], "2", "ICU^^7"))
    screen.until(lambda: ward.value("7B-02", Parameter.HR) == 71)
    hands.click(page.part(TRY))
    hands.click(page.trial.send)
    screen.until(lambda: page.trial.result.toPlainText().startswith("✓  Answered AA"))
    hands.click(page.part(MESSAGES))
    screen.until(lambda: page.messages.model.rowCount() == 3)
    page.messages.table.selectRow(1)
    screen.until(lambda: page.messages.message.again.isEnabled())
    hands.click(page.messages.message.again)
    screen.until(lambda: "nothing is charted twice" in page.messages.message.text.toPlainText())
    hands.click(page.messages.message.validate)
    screen.until(lambda: "hl7apy" in page.messages.message.text.toPlainText(), 40)
    assert len(ward.rows("7B-02")) == 1


def test_a_listener_is_added_by_clicks_and_takes_messages(screen):
    ward, page, hands = screen.ward, screen.page, screen.hands
    hands.click(page.add)
    hands.type(page.form.name, "second gateway")
    hands.click(page.form.plain)
    page.form.port.setMinimum(0)
    page.form.port.setValue(0)  # any free port
    hands.click(page.form.save)
    screen.until(lambda: page.feed is not None and page.feed.name == "second gateway")
    assert send(ward, message([], "1"), to="second gateway") == ["AA"]
    screen.until(lambda: page.messages.model.rowCount() == 1)
