"""What an engineer does with a source there is: watch, stop, record, remove, confirm another device; and the ward."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt

from console.config import Config
from console.link.devices import ConfirmDevice, Record, RemoveSource, SaveWard, SetEnabled
from console.link.snapshot import SourceView
from console.ward.source import SourceState
from tests.console.ui import fake_desk as desk
from tests.console.ui import fakes as f
from tests.console.ui.device_bench import DeviceBench
from tests.console.ui.test_device_setup import BEDS, ONE

TWO = Config.model_validate(
    ONE.model_dump()
    | {
        "source": [
            ONE.source[0].model_dump(),
            {
                "name": "bed 2 monitor",
                "driver": "dri_s5",
                "bed": "7B-02",
                "transport": {"kind": "serial", "port": "/dev/ttyS0"},
            },
        ]
    }
)
FEED = SourceView("gateway", "hl7", "", "127.0.0.1:2575", ("7B-01",), SourceState.CONNECTED)


@pytest.fixture
def bench(qtbot):
    made = DeviceBench(qtbot, TWO)
    made.desk.lines = {"bed 1 oximeter": desk.masimo_line(), "bed 2 monitor": desk.dialogue_line()}
    made.show()
    yield made
    made.page.close()


def set_state(bench, name: str, state: SourceState, **more: object) -> None:
    sources = tuple(replace(s, state=state, **more) if s.name == name else s for s in bench.link.ward.sources)
    bench.link.ward = replace(bench.link.ward, sources=sources)
    bench.show()


def pane(bench):
    return bench.page.source


# --- the live line -----------------------------------------------------------------------------------------------


def test_the_line_of_the_chosen_source_is_shown_raw_and_decoded(bench):
    assert pane(bench).heading.text() == "bed 1 oximeter"
    assert "SPO2=097% BPM=07" in pane(bench).live.raw.text.toPlainText()
    model = pane(bench).live.values.values
    assert [model.index(0, c).data() for c in range(4)] == ["SpO₂", "97", "%", "valid"]
    assert "device serial number 31415" in pane(bench).live.counters.text()


def test_another_source_leaves_nothing_of_the_one_before(bench):
    bench.page.table.selectRow(1)
    assert pane(bench).heading.text() == "bed 2 monitor"
    text = pane(bench).live.raw.text.toPlainText()
    assert "SPO2=" not in text
    assert "→" in text
    assert pane(bench).live.alerts.text() == "Device reported: <b>HR</b> HIGH 118 > 110"
    assert pane(bench).live.alerts.textFormat() is Qt.TextFormat.PlainText
    rows = [pane(bench).live.values.values.index(r, 3).data() for r in range(7)]
    assert rows.count("? questionable") == 1
    assert rows.count("no data") == 1


def test_old_values_are_said_to_be_old(bench):
    bench.desk.lines["bed 1 oximeter"] = replace(desk.masimo_line(), seconds=80.0)
    pane(bench).watch.look()
    assert pane(bench).live.values.values.index(0, 3).data() == "old"


def test_a_paused_view_stands_still_and_says_so(bench):
    live = pane(bench).live
    before = live.raw.text.toPlainText()
    bench.click(live.raw.pause)
    bench.desk.lines["bed 1 oximeter"] = desk.masimo_line(25)
    pane(bench).watch.look()
    assert live.raw.text.toPlainText() == before
    assert live.raw.state.text().startswith("VIEW PAUSED")
    assert live.values.values.index(0, 5).data() == "0:00", "values go on"
    bench.click(live.raw.pause)
    pane(bench).watch.look()
    assert live.raw.text.toPlainText() != before


def test_the_raw_view_keeps_two_thousand_rows(bench):
    for seconds in range(25, 2000, 100):
        bench.desk.lines["bed 1 oximeter"] = desk.masimo_line(seconds)
        pane(bench).watch.look()
    assert pane(bench).live.raw.text.blockCount() <= 2000


def test_a_look_is_cheap(bench):
    view = desk.masimo_line(1000)
    bench.desk.lines["bed 1 oximeter"] = view
    pane(bench).watch.look()
    started = time.process_time()
    for second in range(40):
        bench.desk.lines["bed 1 oximeter"] = desk.masimo_line(1001 + second)
        pane(bench).watch.look()
    # Four looks a second must stay far below a tenth of a core; most of this is the fake that makes the view.
    assert (time.process_time() - started) / 40 < 0.02


def test_nothing_is_looked_at_while_the_page_is_hidden(bench):
    bench.page.hide()
    assert not pane(bench).watch._timer.isActive()
    bench.page.show()
    assert pane(bench).watch._timer.isActive()


def test_a_listener_has_facts_and_no_acts(bench):
    bench.link.ward = replace(bench.link.ward, sources=(FEED,))
    bench.show()
    assert not pane(bench).live.raw.isVisible()
    assert pane(bench).facts.facts["Messages good"] == "0"
    assert not any(act.isVisible() for act in pane(bench).acts.values())


# --- acts --------------------------------------------------------------------------------------------------------


def test_stop_and_start(bench):
    bench.click(pane(bench).acts["Stop"])
    assert bench.desk.changes[-1] == (SetEnabled("bed 1 oximeter", False), "B. Tech")
    assert "nothing of it is charted or alarmed" in pane(bench).message.text()
    set_state(bench, "bed 1 oximeter", SourceState.STOPPED)
    assert pane(bench).acts["Stop"].text() == "Start"
    assert not pane(bench).acts["Record"].isEnabled()
    bench.click(pane(bench).acts["Stop"])
    assert bench.desk.changes[-1][0] == SetEnabled("bed 1 oximeter", True)


def test_removing_takes_two_presses_and_can_be_left(bench):
    bench.click(pane(bench).acts["Remove"])
    assert bench.desk.changes == []
    bench.click(pane(bench).keep)
    assert not pane(bench).remove.isVisible()
    bench.click(pane(bench).acts["Remove"])
    bench.page.table.selectRow(1)
    assert not pane(bench).remove.isVisible(), "the question was about another source"
    bench.page.table.selectRow(0)
    bench.click(pane(bench).acts["Remove"])
    bench.click(pane(bench).remove)
    assert bench.desk.changes[-1][0] == RemoveSource("bed 1 oximeter")


def test_recording_tells_file_limit_and_what_to_do_with_it(bench):
    bench.click(pane(bench).acts["Record"])
    assert bench.desk.changes[-1][0] == Record("bed 1 oximeter", True)
    told = pane(bench).message.text()
    assert "bed-1-20260414-044218.capture" in told
    assert "64.0 MB" in told
    set_state(bench, "bed 1 oximeter", SourceState.CONNECTED, recording="/data/bed-1.capture")
    row = bench.page.model.row_of("bed 1 oximeter")
    assert bench.page.model.index(row, 2).data() == "✓  Live · recording"
    assert pane(bench).acts["Record"].text() == "Stop recording"
    bench.click(pane(bench).acts["Record"])
    assert "send it as it is" in pane(bench).message.text()


def test_a_recording_can_be_played_back(bench):
    set_state(bench, "bed 1 oximeter", SourceState.CONNECTED, recording="/data/bed-1.capture")
    bench.page.table.selectRow(bench.page.model.row_of("bed 1 oximeter"))
    bench.click(pane(bench).acts["Record"])
    bench.click(pane(bench).play)
    assert bench.setup.port.file.text().endswith(".capture")
    assert bench.setup.draft.driver == "masimo_ascii1"


def test_a_refusal_is_told(bench):
    bench.desk.refuse = lambda _: "Four lines are being recorded already; end one of them first."
    bench.click(pane(bench).acts["Record"])
    assert pane(bench).message.text() == "Four lines are being recorded already; end one of them first."


def test_while_the_desk_works_nothing_else_can_be_pressed(bench):
    bench.desk.hold = True
    bench.click(pane(bench).acts["Stop"])
    assert not any(act.isEnabled() for act in pane(bench).acts.values())
    bench.desk.finish()
    bench.qtbot.waitUntil(pane(bench).acts["Edit"].isEnabled, timeout=2000)


def test_an_answer_about_another_source_is_not_told_of_this_one(bench):
    bench.desk.hold = True
    bench.click(pane(bench).acts["Stop"])
    bench.page.table.selectRow(1)
    bench.desk.finish()
    bench.qtbot.wait(80)
    assert pane(bench).message.text() == ""


# --- another device ----------------------------------------------------------------------------------------------


def exchanged(bench) -> None:
    bench.desk.lines["bed 1 oximeter"] = desk.masimo_line(identity="99999", state=SourceState.WRONG_DEVICE)
    set_state(bench, "bed 1 oximeter", SourceState.WRONG_DEVICE, identity="99999")
    bench.page.table.selectRow(0)
    pane(bench).watch.look()


def test_another_device_is_confirmed_only_by_comparing(bench):
    exchanged(bench)
    assert bench.page.model.index(0, 1).data() == "bed 1 oximeter", "it stands first"
    told = pane(bench)._exchange_text.text()
    assert "serial number 31415" in told
    assert "has the serial number 99999" in told
    assert not pane(bench).confirm.isEnabled()
    assert not pane(bench).confirmation.off.isVisible(), "there is no other way than comparing"
    bench.click(pane(bench).confirmation.match)
    bench.click(pane(bench).confirm)
    change = bench.desk.changes[-1][0]
    assert change == ConfirmDevice(
        "bed 1 oximeter", "99999", "SpO₂ 97 %, PR 72 /min, PI 2.41 % compared with the monitor at 7B-01"
    )


def test_a_third_device_takes_the_tick_away(bench):
    exchanged(bench)
    bench.click(pane(bench).confirmation.match)
    bench.desk.lines["bed 1 oximeter"] = desk.masimo_line(identity="77777", state=SourceState.WRONG_DEVICE)
    pane(bench).watch.look()
    assert not pane(bench).confirmation.match.isChecked()
    assert not pane(bench).confirm.isEnabled()


# --- the ward ----------------------------------------------------------------------------------------------------


def test_name_zone_and_beds_are_saved_in_the_order_of_the_wall(bench):
    bench.click(bench.page.ward_button)
    ward = bench.page.ward
    ward.name.setText("Ward 9")
    bench.qtbot.keyClicks(ward.new_bed, "7B-03")
    bench.qtbot.keyClick(ward.new_bed, Qt.Key.Key_Return)
    bench.click(ward.up)
    ward.zone.setCurrentText("Europe/Berlin")
    bench.click(ward.save_button)
    assert bench.desk.changes[-1][0] == SaveWard("Ward 9", "Europe/Berlin", ("7B-01", "7B-03", "7B-02"))
    assert bench.page.side.currentWidget() is pane(bench)


def test_a_bed_with_a_patient_or_a_source_stays(bench):
    bench.link.ward = replace(bench.link.ward, beds=(f.bed("7B-01"), f.empty_bed("7B-02")))
    bench.show()
    bench.click(bench.page.ward_button)
    ward = bench.page.ward
    bench.show()
    bench.choose(ward.beds, 0)
    assert not ward.remove.isEnabled()
    assert ward.message.text() == "7B-01 stays: T. A. is admitted there."
    bench.choose(ward.beds, 1)
    assert "“bed 2 monitor” is bound to it" in ward.message.text()


def test_an_unused_bed_can_go(qtbot):
    bench = DeviceBench(qtbot, BEDS)
    bench.click(bench.page.ward_button)
    bench.choose(bench.page.ward.beds, 1)
    bench.click(bench.page.ward.remove)
    bench.click(bench.page.ward.save_button)
    assert bench.desk.changes[-1][0].beds == ("7B-01",)
    bench.page.close()


@pytest.mark.parametrize(
    ("zone", "bed", "words"),
    [("Mars/Olympus", "", "is not a time zone"), ("UTC", "7B-01", "is there already"), ("UTC", " ", "Write the name")],
)
def test_what_is_wrong_with_the_ward_is_said(bench, zone, bed, words):
    bench.click(bench.page.ward_button)
    ward = bench.page.ward
    ward.zone.setCurrentText(zone)
    if bed:
        bench.qtbot.keyClicks(ward.new_bed, bed)
        bench.click(ward.add)
    else:
        bench.click(ward.save_button)
    assert words in ward.message.text()
    assert bench.desk.changes == []
