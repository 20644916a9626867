"""The feed page worked by clicks and keys, on a desk that says what the test says."""

from __future__ import annotations

import logging
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLabel, QLineEdit, QTableView
from pytestqt.qtbot import QtBot

from console.config_hl7 import CodeConfig
from console.link.feeds import LONGEST_TEXT, MapCode, MapPlace, RemoveListener, SaveListener, Sent, Target, UnmapCode
from console.link.snapshot import ManagerState, ManagerView
from console.store.records import Taken
from console.ui import theme as themes
from console.ui.feeds_page import FeedsPage
from console.ui.feeds_page.page import CODES, MESSAGES, PLACES, TRY
from console.ui.feeds_page.words import visible
from console.ui.theme import Mode, Theme
from console.ui.who import TYPED
from console.ward.source import SourceState
from drivers.observation import Parameter
from tests.console.ui import fake_feeds as feeds
from tests.console.ui import fakes as f


class Hands:
    """The page and its desk; `show` brings it up to date a second later."""

    def __init__(self, qtbot: QtBot, *listeners, user: str = "B. Tech") -> None:
        self.qtbot = qtbot
        self.link = f.FakeLink(f.ward([f.bed("7B-01")]))
        self.desk = feeds.FakeFeeds(*listeners, link=self.link)
        self.link.ward = replace(self.link.ward, sources=tuple(feeds.view(each) for each in listeners))
        self.page = FeedsPage(self.link, user, Theme(), self.desk)
        qtbot.addWidget(self.page)
        self.page.resize(1920, 942)
        self.page.show()
        qtbot.waitExposed(self.page)
        self.show()

    def show(self) -> None:
        self.link.time += 2.0
        self.page.show_ward(self.link.ward, self.link.time)

    def feed(self, **more) -> None:
        """Say something else of the first listener."""
        first, *rest = self.link.ward.sources
        self.link.ward = replace(self.link.ward, sources=(replace(first, **more), *rest))
        self.show()

    def click(self, button: QAbstractButton) -> None:
        assert button.isVisible(), f"{button.text()} is not to be seen"
        assert button.isEnabled(), f"{button.text()} cannot be pressed"
        assert button.height() >= 40, f"{button.text()} is too low for a finger"
        self.qtbot.mouseClick(button, Qt.MouseButton.LeftButton, pos=QPoint(12, button.height() // 2))

    def row(self, table: QTableView, row: int) -> None:
        at = table.visualRect(table.model().index(row, 0)).center()
        self.qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=at)
        assert table.currentIndex().row() == row

    def pick(self, box: QComboBox, text: str) -> None:
        """Choose an entry by its keys."""
        assert box.isEnabled()
        assert box.findText(text) >= 0, [box.itemText(i) for i in range(box.count())]
        box.setFocus()
        while box.currentText() != text:
            before = box.currentIndex()
            self.qtbot.keyClick(box, Qt.Key.Key_Down if box.findText(text) > before else Qt.Key.Key_Up)
            assert box.currentIndex() != before

    def type(self, line: QLineEdit, text: str) -> None:
        line.clear()
        self.qtbot.keyClicks(line, text)

    def texts(self, table: QTableView) -> list[list[str]]:
        model = table.model()
        return [
            [model.index(row, column).data() for column in range(model.columnCount())]
            for row in range(model.rowCount())
        ]


@pytest.fixture
def hands(qtbot: QtBot) -> Hands:
    made = Hands(qtbot, feeds.listener(), feeds.listener("second", port=2576, beds={"X": "7B-02"}))
    yield made
    made.page.close()


# --- listeners and senders ---------------------------------------------------------------------------------------


def test_nothing_set_up_says_how_to_begin(qtbot):
    hands = Hands(qtbot)
    assert hands.page.empty.isVisible()
    assert "Add a listener" in hands.page.empty.text()
    assert not hands.page.change.isEnabled()
    hands.page.close()


def test_listeners_and_their_senders_stand_in_one_list_with_state_and_counters(hands):
    hands.feed(peers=(feeds.peer(1), feeds.peer(2, connections=0)), state=SourceState.CONNECTED)
    rows = hands.texts(hands.page.list.table)
    assert [row[0].strip() for row in rows] == ["monitor gateway", "10.40.2.1", "gateway 2", "second", "10.40.2.1"]
    assert rows[0][1] == "✓  Listening"
    assert rows[2][1] == "–  Not connected"
    assert rows[0][3:] == ["15 482", "2"]
    hands.row(hands.page.list.table, 2)
    assert hands.page.list.facts.facts["Sender"] == "gateway 2"
    hands.row(hands.page.list.table, 0)
    assert hands.page.list.facts.facts["Messages"] == "15 482 taken, 2 not taken, 0 sent twice"


def test_an_alarm_manager_that_is_not_reached_shows_what_waits_for_it(hands):
    manager = ManagerView(
        "ward manager", "10.9.9.9:2580", ManagerState.RETRYING, queued=4, sent=12, last_error="refused"
    )
    system = replace(hands.link.ward.system, managers=(manager, ManagerView("other", "10.9.9.8:1", ManagerState.IDLE)))
    hands.link.ward = replace(hands.link.ward, system=system)
    hands.show()
    rows = hands.texts(hands.page.list.table)
    assert [row[:2] for row in rows[-2:]] == [["→ ward manager", "✕  4 waiting"], ["→ other", "✓  Nothing waits"]]
    hands.row(hands.page.list.table, len(rows) - 2)
    assert hands.page.list.facts.facts["Last error"] == "refused"
    assert hands.page.list.facts.facts["Accepted"] == "none yet"
    assert "sent to this alarm manager" in hands.page.empty.text()
    assert not hands.page.change.isEnabled()
    hands.row(hands.page.list.table, 0)
    assert hands.page.part(MESSAGES).isVisible()


def test_a_lost_port_comes_first_with_its_reason(hands):
    first, second = hands.link.ward.sources
    lost = replace(second, state=SourceState.LOST, last_error="cannot listen on 127.0.0.1:2576: address in use")
    hands.link.ward = replace(hands.link.ward, sources=(first, lost))
    hands.show()
    assert hands.texts(hands.page.list.table)[0][:2] == ["second", "✕  Not listening"]
    assert hands.page.summary.text() == "1 of 2 feeds live · 1 to look at"
    hands.row(hands.page.list.table, 0)
    assert "address in use" in hands.page.list.facts.facts["Last error"]


def test_the_chosen_listener_stays_chosen_when_the_order_changes(hands):
    hands.row(hands.page.list.table, 2)
    assert hands.page.feed.name == "second"
    first, second = hands.link.ward.sources
    hands.link.ward = replace(hands.link.ward, sources=(first, replace(second, warnings=("ends soon",))))
    hands.show()
    assert hands.page.list.table.currentIndex().row() == 0
    assert hands.page.feed.name == "second"


# --- messages ----------------------------------------------------------------------------------------------------


def test_a_message_is_opened_part_by_part(hands):
    hands.desk.store(feeds.GOOD, reason="1 put aside: sentinel")
    hands.show()
    panel = hands.page.messages
    assert hands.texts(panel.table)[0][1:4] == ["ORU^R01", "A81F2", "?  1 put aside: sentinel"]
    hands.row(panel.table, 0)
    text = panel.message.text.toPlainText
    assert text().startswith("Read again with the rules of now")
    assert "HR" in text()
    assert "118 /min" in text()
    assert "sentinel" in text()
    hands.click(panel.message.part("Fields"))
    assert "assigned patient location" in text()
    hands.click(panel.message.part("As sent"))
    assert text().splitlines()[0] == feeds.GOOD.decode().split("\r")[0]
    hands.click(panel.message.part("Answer"))
    assert "MSA|AA|A81F2" in text()
    hands.click(panel.message.validate)
    assert "Valid" in text()
    hands.click(panel.message.again)
    assert text().startswith("✓  Answered AA")


def test_messages_are_filtered_and_the_search_stands_still(hands):
    hands.desk.store(feeds.GOOD)
    hands.desk.store(feeds.UNREADABLE, outcome="error", reason="no MSH segment", control_id="", message_type="")
    panel = hands.page.messages
    hands.pick(panel.taken, "Not taken")
    assert [row[3] for row in hands.texts(panel.table)] == ["✕  error"]
    assert hands.desk.asked[-1][0].taken is Taken.NOT_TAKEN
    asked = len(hands.desk.asked)
    hands.show()
    assert len(hands.desk.asked) == asked, "a search is not repeated by itself"
    hands.pick(panel.taken, "All messages")
    hands.type(panel.text, "no such thing")
    hands.qtbot.waitUntil(lambda: panel.empty.isVisible())
    assert panel.empty.text() == "No message fits."
    assert hands.desk.asked[-1][0].feed == "monitor gateway"


def test_older_pages_stand_still_and_the_newest_come_back(hands):
    for number in range(120):
        hands.desk.store(feeds.GOOD, control_id=str(number))
    hands.show()
    panel = hands.page.messages
    assert hands.texts(panel.table)[0][2] == "119"
    hands.click(panel.older)
    assert hands.texts(panel.table)[0][2] == "19"
    hands.show()
    assert hands.texts(panel.table)[0][2] == "19"
    hands.click(panel.newest)
    assert hands.texts(panel.table)[0][2] == "119"


def test_a_message_that_answers_late_is_not_shown_for_another(hands):
    hands.desk.store(feeds.GOOD, control_id="ONE")
    hands.desk.store(feeds.DAMAGED, control_id="TWO")
    hands.show()
    panel = hands.page.messages
    hands.desk.hold = True
    hands.row(panel.table, 1)
    assert panel.message.heading.text() == "Working …"
    hands.row(panel.table, 0)
    hands.desk.finish()
    panel.message._questions.poll()
    assert "TWO" in panel.message.heading.text()
    assert "118" not in panel.message.text.toPlainText()


def test_what_cannot_be_read_or_is_gone_says_so(hands):
    hands.desk.store(feeds.UNREADABLE, outcome="error", reason="no MSH segment", message_type="")
    hands.desk.store(b"", kept=False)
    hands.show()
    panel = hands.page.messages
    hands.row(panel.table, 1)
    assert panel.message.notes.text().startswith("?  It cannot be read: no MSH segment")
    hands.row(panel.table, 0)
    assert "let go" in panel.message.text.toPlainText()
    assert not panel.message.again.isEnabled()
    hands.desk.error = OSError("database disk image is malformed")
    panel.search()
    assert "database disk image is malformed" in panel.told.text()


def test_a_huge_message_is_bounded(hands):
    hands.desk.store(feeds.huge(3000))
    hands.show()
    panel = hands.page.messages
    hands.row(panel.table, 0)
    hands.click(panel.message.part("As sent"))
    text = panel.message.text.toPlainText()
    assert len(text) < LONGEST_TEXT + 100
    assert text.endswith("more characters are not shown")


# --- codes and places --------------------------------------------------------------------------------------------


def test_an_unknown_code_is_mapped_by_clicks(hands):
    hands.feed(unknown_codes=(feeds.unknown_code(),))
    assert hands.page.part(CODES).text() == "Unknown codes  1"
    hands.click(hands.page.part(CODES))
    codes = hands.page.codes
    row = hands.texts(codes.table)[0]
    assert row[:4] == ["0002-F12A", "BLAD_T", "38.4 MDC_DIM_DEGC", "14 211"]
    assert row[5:] == ["ICU^^5", "unknown code"]
    assert not codes.form.map.isEnabled()
    hands.row(codes.table, 0)
    hands.pick(codes.form.parameter, "Temp, Cel" if codes.form.parameter.findText("Temp, Cel") >= 0 else "Temp, °C")
    hands.type(codes.form.site, "bladder")
    if codes.form.sure.isVisible():  # the tables know it as the temperature of an incubator
        assert not codes.form.map.isEnabled()
        codes.form.sure.setChecked(True)
    hands.click(codes.form.map)
    (change, by) = hands.desk.changes[-1]
    assert by == "B. Tech"
    assert isinstance(change, MapCode)
    assert (change.feed, change.code.parameter, change.code.site) == ("monitor gateway", Parameter.TEMP, "bladder")
    hands.show()
    assert hands.texts(codes.table) == []
    assert hands.texts(codes.said_table)[0][0] == "0002-F12A"
    assert "from the next message on" in codes.message.text()
    hands.row(codes.said_table, 0)
    hands.click(codes.take_back)
    assert hands.desk.changes[-1][0] == UnmapCode("monitor gateway", "0002-F12A", "BLAD_T")


def test_a_code_without_unit_needs_one(hands):
    hands.feed(unknown_codes=(feeds.unknown_code("9001", "Heart", unit="", value="81"),))
    hands.click(hands.page.part(CODES))
    form = hands.page.codes.form
    hands.row(hands.page.codes.table, 0)
    hands.pick(form.parameter, "HR, /min")
    assert not form.map.isEnabled()
    hands.pick(form.unit, "beat")
    hands.click(form.map)
    assert hands.desk.changes[-1][0].code == CodeConfig(code="9001", name="Heart", parameter=Parameter.HR, unit="beat")


def test_a_contradiction_is_warned_of_and_confirmed_by_a_second_act(hands):
    hands.feed(unknown_codes=(feeds.unknown_code("150456", "MDC_CO2_ET", unit="mm[Hg]", value="38"),))
    hands.click(hands.page.part(CODES))
    form = hands.page.codes.form
    hands.row(hands.page.codes.table, 0)
    hands.pick(form.parameter, "EtCO₂, mmHg")
    assert form.warning.isVisible()
    assert "150456 is known as spo2" in form.warning.text()
    assert not form.map.isEnabled()
    form.sure.setFocus()
    hands.qtbot.keyClick(form.sure, Qt.Key.Key_Space)
    hands.click(form.map)
    assert hands.desk.changes[-1][0].code.contradicts
    hands.feed(unknown_codes=(feeds.unknown_code("150456", "MDC_CO2_ET", unit="mm[Hg]"),))
    hands.row(hands.page.codes.table, 0)
    hands.pick(form.parameter, "EtCO₂, mmHg")
    assert not form.sure.isChecked(), "another mapping is confirmed anew"


def test_a_code_is_ignored_and_a_refusal_is_said(hands):
    hands.feed(unknown_codes=(feeds.unknown_code(),))
    hands.click(hands.page.part(CODES))
    codes = hands.page.codes
    hands.row(codes.table, 0)
    hands.desk.refuse = lambda _: "The audit trail does not answer; nothing was changed."
    hands.click(codes.form.ignore)
    assert codes.message.text() == "?  The audit trail does not answer; nothing was changed."
    hands.desk.refuse = lambda _: ""
    hands.click(codes.form.ignore)
    assert hands.desk.changes[-1][0].code.ignore


def test_a_code_that_goes_on_arriving_does_not_disturb_the_form(hands):
    hands.feed(unknown_codes=(feeds.unknown_code("9001", "Heart", unit="bpm", count=1),))
    hands.click(hands.page.part(CODES))
    hands.row(hands.page.codes.table, 0)
    hands.pick(hands.page.codes.form.parameter, "HR, /min")
    newer = feeds.unknown_code("9009", "Other")
    hands.feed(unknown_codes=(newer, feeds.unknown_code("9001", "Heart", unit="bpm", count=2)))
    assert hands.page.codes.form.parameter.currentText() == "HR, /min"
    hands.feed(unknown_codes=(feeds.unknown_code("9001", "Heart", unit="bpm", count=3), newer))
    assert hands.page.codes.form.parameter.currentText() == "HR, /min"
    assert hands.page.codes.chosen.code == "9001"


def test_a_location_is_mapped_to_a_bed_and_taken_back(hands):
    hands.feed(unknown_places=(feeds.unknown_place(),))
    hands.click(hands.page.part(PLACES))
    places = hands.page.places
    assert hands.texts(places.table)[0][:2] == ["ICU^^7", "311"]
    hands.row(places.table, 0)
    assert not places.map.isEnabled()
    hands.pick(places.bed, "7B-03")
    hands.click(places.map)
    assert hands.desk.changes[-1] == (MapPlace("monitor gateway", "ICU^^7", "7B-03"), "B. Tech")
    hands.show()
    assert ["ICU^^7", "7B-03"] in hands.texts(places.mapped_table)
    hands.row(places.mapped_table, hands.texts(places.mapped_table).index(["ICU^^7", "7B-03"]))
    hands.click(places.take_back)
    assert hands.desk.changes[-1][0] == MapPlace("monitor gateway", "ICU^^7", "")


def test_nothing_is_changed_or_sent_without_a_name(qtbot):
    hands = Hands(qtbot, feeds.listener(), user="")
    hands.feed(unknown_codes=(feeds.unknown_code(),))
    hands.click(hands.page.part(CODES))
    hands.row(hands.page.codes.table, 0)
    hands.click(hands.page.codes.form.ignore)
    assert hands.page.codes.message.text() == TYPED
    hands.click(hands.page.part(TRY))
    hands.click(hands.page.trial.send)
    assert hands.page.trial.result.toPlainText() == TYPED
    assert hands.desk.changes == []
    assert hands.desk.targets == []
    hands.page.close()


# --- trying out, and the listeners themselves --------------------------------------------------------------------


def test_a_test_message_goes_to_a_listener_or_to_another_address(hands):
    hands.click(hands.page.part(TRY))
    trial = hands.page.trial
    assert not trial.host.isVisible()
    hands.click(trial.send)
    assert hands.desk.targets[-1] == (Target(listener="monitor gateway"), "ICU^^5", "B. Tech")
    assert trial.result.toPlainText().startswith("✓  Answered AA")
    hands.pick(trial.target, "Another address")
    assert not trial.send.isEnabled()
    hands.type(trial.host, "10.1.2.3")
    hands.desk.answer = Sent("Not sent, or not answered: 10.1.2.3:2575: connection refused.", False)
    hands.click(trial.send)
    assert hands.desk.targets[-1][0] == Target(host="10.1.2.3", port=2575)
    assert trial.result.toPlainText().startswith("?  Not sent")


def test_a_listener_is_added_and_unencrypted_is_said_aloud(hands):
    hands.click(hands.page.add)
    form = hands.page.form
    assert form.tls.isChecked(), "encryption is what is offered first"
    hands.type(form.name, "new gateway")
    hands.click(form.save)
    assert "Tls cert is empty." in form.message.text()
    hands.click(form.plain)
    assert "Anybody on the network can read" in form.about.text() or "anybody on the network" in form.about.text()
    hands.type(form.allow, "10.20.0.9/32, nonsense")
    hands.click(form.save)
    assert "nonsense" in form.message.text()
    hands.type(form.allow, "10.20.0.9/32, 10.20.1.0/24")
    form.port.setValue(2600)
    hands.click(form.save)
    change = hands.desk.changes[-1][0]
    assert isinstance(change, SaveListener)
    assert change.listener.allow == ("10.20.0.9/32", "10.20.1.0/24")
    assert change.listener.plain
    assert change.replaces == ""
    hands.show()
    assert hands.page.feed.name == "new gateway"
    assert not form.isVisible()


def test_a_change_keeps_what_has_no_field_here(hands):
    before = hands.page.config
    hands.click(hands.page.change)
    form = hands.page.form
    form.port.setValue(2599)
    hands.click(form.save)
    change = hands.desk.changes[-1][0]
    assert change == SaveListener(before.model_copy(update={"port": 2599}), "monitor gateway")


def test_a_listener_is_removed_by_two_acts(hands):
    hands.click(hands.page.change)
    hands.click(hands.page.form.remove)
    assert "7B-01 gets no more values" in hands.page.form.message.text()
    assert hands.desk.changes == []
    hands.click(hands.page.form.really)
    assert hands.desk.changes[-1][0] == RemoveListener("monitor gateway")
    assert hands.page.part(MESSAGES).isVisible()


@pytest.mark.parametrize("size", [(1920, 942), (1366, 652)])
@pytest.mark.parametrize("mode", list(Mode))
def test_every_part_fits_every_screen(qtbot, qapp, size, mode):
    theme = Theme(mode, compact=size[0] < 1600)
    themes.apply(qapp, theme)
    hands = Hands(qtbot, feeds.listener())
    hands.page.set_theme(theme)
    hands.feed(unknown_codes=(feeds.unknown_code("150456", "MDC_CO2_ET"),), unknown_places=(feeds.unknown_place(),))
    hands.page.resize(*size)
    for part in (MESSAGES, CODES, PLACES, TRY):
        hands.click(hands.page.part(part))
        hands.show()
        assert (hands.page.width(), hands.page.height()) == size
    hands.click(hands.page.change)
    assert (hands.page.width(), hands.page.height()) == size
    assert hands.page.form.save.isVisible()
    hands.page.close()


# --- text from outside -------------------------------------------------------------------------------------------


def payloads() -> list[str]:
    """Five hundred texts that try to be something else than text."""
    seeds = [
        "<b>bold</b>",
        "<img src=x onerror=alert(1)>",
        "<a href='file:///etc/passwd'>x</a>",
        "\x1b[31mred\x1b[0m",
        "line\nCRITICAL forged line",
        "line\r\n2026-11-22 ERROR forged",
        "\u202egnp.exe",
        "\u200b\u200d\ufeff",
        "%s%n%x{0}{name}",
        "'; DROP TABLE receipt; --",
        '"] \n[ward]\nbeds = []',
        "\x00\x07\x08\x7f",
        "{{7*7}}${7*7}",
        "=cmd|' /C calc'!A0",
        "A" * 5000,
        "<table><tr><td>" * 20,
        "&lt;b&gt;&#x0000;",
        "\u2028\u2029",
        "💉" * 30,
        "../../etc/passwd",
    ]
    return [f"{seed}{number}" if number % 2 else f"{number}{seed}" for number in range(25) for seed in seeds]


def test_five_hundred_payloads_stay_plain_text_and_forge_no_line(qtbot, caplog):
    hands = Hands(qtbot, feeds.listener())
    texts = payloads()
    assert len(texts) == 500
    with caplog.at_level(logging.DEBUG):
        for start in range(0, 500, 50):
            some = texts[start : start + 50]
            hands.feed(
                unknown_codes=tuple(feeds.unknown_code(t, t, value=t, unit=t, location=t) for t in some),
                unknown_places=tuple(feeds.unknown_place(t) for t in some),
                quarantined=tuple((t, 1) for t in some),
                device_alerts=tuple(some[:20]),
                last_error=some[0],
                warnings=tuple(some[:3]),
                peers=tuple(feeds.peer(1, certificate=t) for t in some[:3]),
            )
            hands.click(hands.page.part(CODES))
            hands.page.codes.table.selectRow(start % 50)
            hands.click(hands.page.part(PLACES))
            hands.page.places.table.selectRow(start % 50)
            for text in some:
                raw = f"MSH|^~\\&|{text}|||||||{text}|P|2.6\rOBX|1|NM|{text}^{text}||{text}|{text}\r".encode()
                hands.desk.store(raw, control_id=text, message_type=text, peer=text, reason=text)
            hands.click(hands.page.part(MESSAGES))
            hands.page.messages.search()
            for row in range(0, 50, 10):
                hands.page.messages.table.selectRow(row)
                for part in ("Fields", "As sent", "Answer"):
                    hands.page.messages.message.part(part).click()
            labels_are_plain(hands.page)
            for table in hands.page.findChildren(QTableView):
                for row in hands.texts(table):
                    assert all(text.isprintable() and len(text) < 1000 for text in row)
    assert not [record for record in caplog.records if "forged" in record.getMessage()]
    hands.page.close()


def labels_are_plain(page: FeedsPage) -> None:
    for label in page.findChildren(QLabel):
        assert label.textFormat() is Qt.TextFormat.PlainText or not Qt.mightBeRichText(label.text())
        assert not label.toolTip()


def test_what_cannot_be_seen_is_shown_by_its_number():
    assert visible("a\x1b\u202eb\n") == "a⟨U+001B⟩⟨U+202E⟩b⟨U+000A⟩"
    assert visible("a\nb", lines=True) == "a\nb"
    assert visible("Größe 38 °C") == "Größe 38 °C"
