"""From an empty configuration to a saved source, step by step and by real clicks; and what keeps one from it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from console.config import Config, WardConfig
from console.link.devices import IdentificationView, SaveSource, SaveWard
from console.ui.devices_page.setup_panel import Step
from console.ward.source import SourceState
from tests.console.ui import fake_desk as desk
from tests.console.ui import fakes as f
from tests.console.ui.device_bench import DeviceBench

BEDS = Config(ward=WardConfig(name="Ward 7B", beds=("7B-01", "7B-02")))
ONE = Config.model_validate(
    BEDS.model_dump()
    | {
        "source": [
            {
                "name": "bed 1 oximeter",
                "driver": "masimo_ascii1",
                "bed": "7B-01",
                "transport": {"kind": "serial", "port": desk.BY_ID, "adapter": "0403:6001:A10KZP3X"},
                "device": "31415",
            }
        ]
    }
)


@pytest.fixture
def bench(qtbot):
    made = DeviceBench(qtbot, BEDS)
    yield made
    made.page.close()
    assert made.desk.open_ports == 0


def to_look(bench, driver: int = 3) -> None:
    bench.click(bench.page.add)
    bench.choose(bench.setup.port.ports, 0)
    bench.next()
    bench.choose(bench.setup.device.list, driver)
    bench.next()
    assert bench.setup.step is Step.LOOK


def to_bed(bench, row: int = 0) -> None:
    to_look(bench)
    bench.next()
    bench.setup.bed.bed.setCurrentIndex(row)
    bench.look()


def test_from_nothing_to_a_bound_device(qtbot):
    bench = DeviceBench(qtbot)
    assert "No beds set up yet" in bench.page.empty.text()
    bench.click(bench.page.add)
    bench.choose(bench.setup.port.ports, 0)
    bench.click(bench.setup.port.identify_button)
    assert bench.setup.port.identify.told.text() == "Trying Ivy 450C bedside monitor, ANSAR-B at 9600 8N1 …"
    qtbot.waitUntil(lambda: "This is a Masimo" in bench.setup.port.identify.told.text(), timeout=2000)
    assert bench.desk.open_ports == 0, "the search lets go of the port when it is over"
    bench.click(bench.setup.port.identify.takes[0][1])
    assert bench.setup.step is Step.LOOK
    assert bench.setup.live.verdict.text() == "✓  Values arrive: SpO₂ 97 %, PR 72 /min, PI 2.41 %."
    assert bench.desk.previews[0].source.transport.port == desk.BY_ID
    bench.next()
    bed = bench.setup.bed
    assert not bench.setup.next.isEnabled()
    qtbot.keyClicks(bed.new_bed, "7B-01")
    assert bed.name.text() == "7B-01 Masimo pulse oximeter"
    assert bed.binding.text() == "Bound to adapter 0403:6001:A10KZP3X and device serial number 31415."
    assert bed.confirmation.match.text() == "These are the values on the monitor at bed 7B-01"
    bench.click(bed.confirmation.match)
    bench.next()
    ward, saved = (change for change, _ in bench.desk.changes)
    assert ward == SaveWard("Ward", "UTC", ("7B-01",))
    assert isinstance(saved, SaveSource)
    assert saved.confirmed == "SpO₂ 97 %, PR 72 /min, PI 2.41 % compared with the monitor at 7B-01"
    assert (saved.source.device, saved.source.transport.adapter) == ("31415", "0403:6001:A10KZP3X")
    assert {by for _, by in bench.desk.changes} == {"B. Tech"}
    assert bench.page.side.currentWidget() is bench.page.source
    assert bench.page.source.heading.text() == "7B-01 Masimo pulse oximeter", "the new source is the chosen one"
    assert bench.desk.open_ports == 0
    bench.page.close()


def test_a_tick_needs_values_and_a_bed(bench):
    to_look(bench)
    bench.next()
    confirmation = bench.setup.bed.confirmation
    bench.look()
    assert not confirmation.match.isEnabled(), "no bed is chosen"
    assert bench.setup.message.text() == "Choose the bed at which this device measures."
    bench.setup.bed.bed.setCurrentIndex(0)
    bench.look()
    bench.click(confirmation.match)
    assert bench.setup.next.isEnabled()


def test_a_tick_is_gone_when_the_values_stop_and_when_the_bed_changes(bench):
    to_bed(bench)
    confirmation = bench.setup.bed.confirmation
    bench.click(confirmation.match)
    bench.desk.sight = lambda _: desk.silent_line()
    bench.look()
    assert not confirmation.match.isChecked()
    assert not bench.setup.next.isEnabled()
    bench.desk.sight = lambda _: desk.masimo_line()
    bench.look()
    assert not confirmation.match.isChecked(), "values that come back are to be compared anew"
    bench.click(confirmation.match)
    bench.setup.bed.bed.setCurrentIndex(1)
    assert not confirmation.match.isChecked()
    assert confirmation.match.text() == "These are the values on the monitor at bed 7B-02"


@pytest.mark.parametrize(
    "after",
    [desk.masimo_line(21, identity="99999"), desk.masimo_line(2)],
    ids=["another device", "the line came up anew"],
)
def test_a_tick_is_gone_when_it_may_be_another_device(bench, after):
    to_bed(bench)
    bench.click(bench.setup.bed.confirmation.match)
    bench.desk.sight = lambda _: desk.masimo_line(21)
    bench.look()
    assert bench.setup.next.isEnabled(), "the same device a second later"
    bench.desk.sight = lambda _: after
    bench.look()
    assert not bench.setup.next.isEnabled()


def test_a_serial_number_is_not_kept_for_the_device_that_comes_after(bench):
    to_bed(bench)
    bench.desk.sight = lambda _: desk.masimo_line(2, identity="")
    bench.look()
    assert "device tells no serial number" in bench.setup.bed.binding.text()
    bench.click(bench.setup.bed.confirmation.match)
    bench.next()
    assert bench.desk.changes[-1][0].source.device is None


def test_what_was_on_the_screen_at_the_tick_is_what_the_audit_says(bench):
    to_bed(bench)
    bench.click(bench.setup.bed.confirmation.match)
    bench.desk.sight = lambda _: desk.masimo_line(spo2=91, pr=60)
    bench.look()
    bench.next()
    assert bench.desk.changes[-1][0].confirmed.startswith("SpO₂ 97 %, PR 72 /min")


def test_a_device_that_is_off_is_bound_only_on_purpose_and_the_audit_says_so(bench):
    bench.desk.sight = lambda _: desk.silent_line()
    to_bed(bench)
    assert not bench.setup.next.isEnabled()
    assert "Nothing arrives to compare" in bench.setup.message.text()
    bench.click(bench.setup.bed.confirmation.off)
    bench.next()
    saved = bench.desk.changes[-1][0]
    assert saved.confirmed == "device off, no values compared with the monitor at 7B-01"
    assert saved.source.device is None


def test_off_is_no_way_while_values_arrive(bench):
    bench.desk.sight = lambda _: desk.silent_line()
    to_bed(bench)
    bench.click(bench.setup.bed.confirmation.off)
    bench.desk.sight = lambda _: desk.masimo_line()
    bench.look()
    assert not bench.setup.bed.confirmation.off.isVisible()
    assert not bench.setup.next.isEnabled()


def test_who_lies_there_and_what_is_bound_there_is_said_in_plain_text(bench):
    bench.link.ward = replace(bench.link.ward, beds=(f.bed("7B-01", name="Test Alder"), f.empty_bed("7B-02")))
    to_bed(bench)
    bench.show()
    told = bench.setup.bed.remarks
    assert "T. A. is admitted to 7B-01" in told.text()
    assert "“monitor” sends SpO₂, PR at 7B-01 too" in told.text() or "“monitor” sends SpO₂ at 7B-01" in told.text()
    assert told.textFormat() is Qt.TextFormat.PlainText


@pytest.mark.parametrize(
    ("view", "words"),
    [
        (desk.silent_line(), "Or it is plugged into another port."),
        (desk.broken_line("In use by minicom (process 812): end it, or choose another port."), "end it"),
        (desk.broken_line("No permission: run `sudo usermod -aG dialout tech` and log in again."), "usermod"),
        (desk.garbled_line(), "Try other line settings, or “What is this?” on the port."),
    ],
    ids=["wrong port", "busy port", "no permission", "wrong baud rate"],
)
def test_what_is_wrong_with_a_line_is_said_with_what_to_do(bench, view, words):
    bench.desk.sight = lambda _: view
    to_look(bench)
    assert bench.setup.live.verdict.text().startswith("?  ")
    assert words in bench.setup.live.verdict.text()


def test_a_port_without_permission_and_a_port_of_another_source_are_named_at_once(qtbot):
    bench = DeviceBench(qtbot, ONE)
    bench.click(bench.page.add)
    bench.choose(bench.setup.port.ports, 2)
    assert "sudo usermod" in bench.setup.port.problem.text()
    assert not bench.setup.port.identify_button.isEnabled()
    bench.choose(bench.setup.port.ports, 0)
    assert bench.setup.port.problem.text().startswith("“bed 1 oximeter” reads this port.")
    bench.next()
    assert bench.setup.step is Step.PORT
    assert "Choose another port" in bench.setup.message.text()
    bench.page.close()


def test_nothing_chosen_leads_nowhere_and_says_why(bench):
    bench.click(bench.page.add)
    bench.next()
    assert bench.setup.message.text() == "Choose the port into which the device is plugged."
    bench.choose(bench.setup.port.ports, 1)
    bench.next()
    bench.next()
    assert bench.setup.step is Step.DEVICE
    assert "Choose the device" in bench.setup.message.text()


def test_without_a_port_the_page_says_what_to_do(bench):
    bench.desk.ports_there = ()
    bench.click(bench.page.add)
    assert "Plug the adapter in and press Refresh" in bench.setup.port.problem.text()
    bench.desk.ports_there = desk.PORTS
    bench.click(bench.setup.port.refresh)
    assert bench.setup.port.ports.count() == 4
    assert not bench.setup.port.problem.isVisible()


def test_another_driver_or_line_setting_is_looked_at_anew(bench):
    to_look(bench)
    bench.click(bench.setup.back)
    assert bench.desk.open_ports == 0, "going back lets go of the port"
    bench.setup.device.lines.baud.setCurrentText("19200")
    bench.next()
    assert [p.source.transport.baud for p in bench.desk.previews] == [None, 19200]


def test_settings_of_the_driver_go_into_the_source(bench):
    to_look(bench, driver=0)
    assert bench.desk.previews[0].source.settings == {}
    bench.click(bench.setup.back)
    bench.click(bench.setup.device.settings.inputs["waves"].widget)
    bench.next()
    assert bench.desk.previews[1].source.settings == {"waves": True}


def test_settings_that_the_driver_refuses_keep_one_at_the_form(bench):
    to_look(bench, driver=0)
    bench.click(bench.setup.back)
    line = bench.setup.device.settings.inputs["label"].widget
    bench.qtbot.keyClicks(line, " and much too long")
    assert bench.setup.device.settings.errors.text() == "Label: string should have at most 8 characters."
    bench.next()
    assert bench.setup.step is Step.DEVICE


def test_nobody_saves_without_a_name(qtbot):
    bench = DeviceBench(qtbot, BEDS, user="")
    to_bed(bench)
    bench.click(bench.setup.bed.confirmation.match)
    bench.next()
    assert "Say who you are first" in bench.setup.message.text()
    assert not bench.desk.changes
    bench.page.close()


def test_while_it_is_applied_nothing_can_be_pressed_and_a_refusal_is_told(bench):
    to_bed(bench)
    bench.click(bench.setup.bed.confirmation.match)
    bench.desk.hold = True
    bench.desk.refuse = lambda _: "The file /etc/ward.toml cannot be written: disk full."
    bench.next()
    assert bench.desk.open_ports == 0, "the source needs the port of the look"
    assert not bench.setup.next.isEnabled()
    assert not bench.setup.cancel.isEnabled()
    assert "Writing and applying" in bench.setup.message.text()
    bench.desk.finish()
    bench.qtbot.waitUntil(lambda: "disk full" in bench.setup.message.text(), timeout=2000)
    assert bench.setup.step is Step.BED
    assert not bench.setup.bed.confirmation.match.isChecked(), "the values are to be compared again"
    bench.look()
    assert "disk full" in bench.setup.message.text(), "the reason stays until something is done"
    bench.click(bench.setup.cancel)


def test_a_bed_that_was_added_although_the_source_was_refused_is_told(bench):
    bench.desk.refuse = lambda change: "The port is gone." if isinstance(change, SaveSource) else ""
    to_look(bench)
    bench.next()
    bench.setup.bed.bed.setCurrentIndex(2)
    bench.qtbot.keyClicks(bench.setup.bed.new_bed, "7B-09")
    bench.look()
    bench.click(bench.setup.bed.confirmation.match)
    bench.next()
    assert bench.setup.message.text() == "7B-09 was added, the source was not. The port is gone."
    assert bench.setup.bed.bed.currentText() == "7B-09"


def test_leaving_the_page_lets_go_of_the_port_and_coming_back_looks_again(bench):
    to_bed(bench)
    bench.click(bench.setup.bed.confirmation.match)
    bench.page.hide()
    assert bench.desk.open_ports == 0
    assert not bench.setup.watch._timer.isActive()
    bench.page.show()
    assert bench.desk.open_ports == 1
    assert not bench.setup.bed.confirmation.match.isChecked()
    assert bench.setup.bed.chosen_bed() == "7B-01", "what was chosen stays"
    bench.click(bench.setup.cancel)
    assert bench.desk.open_ports == 0


def test_leaving_the_page_ends_a_search(bench):
    bench.desk.search = [IdentificationView(False, 0.1, "Nonin oximeter at 9600 8N1", (), "")]
    bench.click(bench.page.add)
    bench.choose(bench.setup.port.ports, 0)
    bench.click(bench.setup.port.identify_button)
    assert bench.desk.open_ports == 1
    bench.page.hide()
    assert bench.desk.open_ports == 0
    assert not bench.setup.port.identify._timer.isActive()


def test_a_search_can_be_stopped_and_one_without_a_fit_says_what_to_do(bench):
    near = replace(desk.MASIMO, fits=False, good=1, bad=14, told="1 good and 14 bad frames")
    none = replace(near, good=0, driver="ivy_ansarb")
    bench.desk.search = [IdentificationView(True, 1.0, "", (near, none), "Nothing fits: check the baud rate.")]
    bench.click(bench.page.add)
    bench.choose(bench.setup.port.ports, 0)
    bench.click(bench.setup.port.identify_button)
    assert bench.setup.port.identify.told.text() == "Nothing fits: check the baud rate."
    assert [c.driver for c, _ in bench.setup.port.identify.takes] == ["masimo_ascii1"], "only what read anything"
    bench.desk.search = [IdentificationView(False, 0.1, "Nonin oximeter at 9600 8N1", (), "")]
    bench.click(bench.setup.port.identify_button)
    bench.click(bench.setup.port.identify.cancel)
    assert bench.desk.open_ports == 0


# --- changing what there is --------------------------------------------------------------------------------------


@pytest.fixture
def running(qtbot):
    made = DeviceBench(qtbot, ONE)
    made.desk.lines["bed 1 oximeter"] = desk.masimo_line()
    made.show()
    yield made
    made.page.close()
    assert made.desk.open_ports == 0


def test_another_bed_needs_the_same_comparison_on_the_running_line(running):
    running.click(running.page.source.acts["Change bed"])
    assert running.setup.step is Step.BED
    assert running.desk.previews == [], "the running source is looked at; a second reader would find the port busy"
    assert running.setup.bed.unchanged.isVisible()
    assert running.setup.next.isEnabled(), "nothing is changed yet"
    running.setup.bed.bed.setCurrentIndex(1)
    assert running.setup.bed.confirmation.isVisible()
    assert not running.setup.next.isEnabled()
    running.look()
    running.click(running.setup.bed.confirmation.match)
    running.next()
    saved = running.desk.changes[-1][0]
    assert (saved.replaces, saved.source.bed) == ("bed 1 oximeter", "7B-02")
    assert saved.confirmed.endswith("compared with the monitor at 7B-02")


def test_another_name_needs_no_comparison(running):
    running.click(running.page.source.acts["Change bed"])
    running.setup.bed.name.selectAll()
    running.qtbot.keyClicks(running.setup.bed.name, "left oximeter")
    running.next()
    saved = running.desk.changes[-1][0]
    assert (saved.source.name, saved.replaces, saved.confirmed) == ("left oximeter", "bed 1 oximeter", "")
    assert running.page.source.heading.text() == "left oximeter"


def test_other_line_settings_on_the_port_of_the_running_source_say_that_it_must_be_stopped(running):
    running.desk.sight = lambda _: desk.broken_line("The port is busy.")
    running.click(running.page.source.acts["Edit"])
    running.click(running.setup.steps[Step.DEVICE])
    running.setup.device.lines.baud.setCurrentText("19200")
    running.next()
    assert running.setup.message.text().startswith("“bed 1 oximeter” itself reads this port. Stop it first")


def test_a_device_exchanged_while_it_is_edited_is_compared(running):
    running.desk.lines["bed 1 oximeter"] = desk.masimo_line(identity="99999", state=SourceState.WRONG_DEVICE)
    running.click(running.page.source.acts["Change bed"])
    running.look()
    assert running.setup.bed.confirmation.isVisible()
    assert "device serial number 99999" in running.setup.bed.binding.text()


# --- recordings --------------------------------------------------------------------------------------------------


def test_a_recording_is_bound_as_demo_data_and_never_beside_a_patient(bench):
    bench.link.ward = replace(bench.link.ward, beds=(f.bed("7B-01"), f.empty_bed("7B-02")))
    bench.click(bench.page.add)
    bench.kind("Recording")
    bench.next()
    assert bench.setup.message.text() == "Give the file of the recording."
    bench.qtbot.keyClicks(bench.setup.port.file, "/tmp/bed.capture")
    bench.next()
    bench.choose(bench.setup.device.list, 3)
    assert not bench.setup.device.lines.isVisible(), "a file has no baud rate"
    bench.next()
    bench.next()
    bench.setup.bed.bed.setCurrentIndex(0)
    bench.show()
    assert "Play a recording at a bed without a patient" in bench.setup.bed.refusal.text()
    bench.setup.bed.bed.setCurrentIndex(1)
    bench.show()
    assert not bench.setup.bed.refusal.isVisible()
    match = bench.setup.bed.confirmation.match
    assert match.text() == "This is a recording; bed 7B-02 shows it as DEMO DATA"
    bench.click(match)
    bench.next()
    saved = bench.desk.changes[-1][0]
    assert saved.source.demo
    assert saved.confirmed.startswith("a replayed recording, not a patient")


def test_a_network_adapter_is_looked_at_and_bound(bench):
    bench.click(bench.page.add)
    bench.kind("Network adapter")
    bench.qtbot.keyClicks(bench.setup.port.host, "10.20.0.9")
    bench.next()
    bench.choose(bench.setup.device.list, 3)
    bench.next()
    assert bench.desk.previews[0].source.transport.host == "10.20.0.9"


# --- by keyboard and by ear --------------------------------------------------------------------------------------


def test_every_input_has_a_name_and_every_button_is_reached_by_tab(bench):
    bench.click(bench.page.add)
    named = (bench.setup.port.ports, bench.setup.device.list, bench.setup.bed.bed, bench.setup.bed.name)
    assert all(widget.accessibleName() for widget in named)
    for act in (bench.setup.next, bench.setup.cancel, bench.setup.port.identify_button, *bench.setup.steps):
        assert act.focusPolicy() & Qt.FocusPolicy.TabFocus


def test_names_from_outside_are_plain_text(bench):
    to_look(bench, driver=0)
    shown = [w for w in bench.page.findChildren(QLabel) if "<b>" in w.text()]
    assert shown
    assert {w.textFormat() for w in bench.page.findChildren(QLabel)} == {Qt.TextFormat.PlainText}


def test_an_answer_that_comes_after_the_form_was_begun_anew_changes_nothing(bench):
    to_bed(bench)
    bench.click(bench.setup.bed.confirmation.match)
    bench.desk.hold = True
    bench.next()
    bench.setup.start_new()
    bench.desk.finish()
    bench.qtbot.wait(80)
    assert bench.setup.step is Step.PORT
    assert bench.page.side.currentWidget() is bench.setup


def test_the_desk_may_break_and_the_page_says_so(bench):
    to_bed(bench)
    bench.click(bench.setup.bed.confirmation.match)
    bench.desk.hold = True
    bench.next()
    bench.desk._held[0][1].set_exception(RuntimeError("the desk is gone"))
    bench.desk._held.clear()
    bench.qtbot.waitUntil(lambda: "the desk is gone" in bench.setup.message.text(), timeout=2000)
