"""Alarms sent as PCD-04, read back by the project's own reader."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.observation import AlertPriority, Parameter
from hl7.acknowledgement import ACCEPTED, judge
from hl7.alert_message import LONGEST_TEXT, build_alert
from hl7.alert_record import AlertRecord, Inactivation, Phase, State
from hl7.alerts import ReadAlert, read_alerts
from hl7.mllp import Framer, wrap
from hl7.reader import Message, read_message

AT = datetime(2026, 11, 22, 9, 30, 15, 250_000, tzinfo=UTC)
ALARM = AlertRecord(
    "a-17",
    3,
    Phase.START,
    AT,
    "limit:spo2:low",
    "SpO2 low",
    AlertPriority.HIGH,
    "7B^3^7B-03",
    patient_id="100200",
    name="Brook, Ada",
    parameters=(Parameter.SPO2,),
)
SEGMENTS = ["MSH", "PID", "PV1", "OBR", *["OBX"] * 7]
INJECTION = "low\rOBX|99|ST|1^x^MDC||5\r\nMSH|^~\\&|x\x0b\x1c\r~^&|\\E\\"


def sent(record: AlertRecord) -> Message:
    return read_message(build_alert(record, "c1"))


def only_alert(message: Message) -> ReadAlert:
    [alert], alive = read_alerts(message)
    assert not alive
    return alert


def value(message: Message, code: str) -> str:
    [row] = [segment for segment in message.all("OBX") if segment.text(3) == code]
    return row.text(5)


@pytest.mark.parametrize("phase", Phase)
def test_every_phase_reads_back_as_it_was_sent(phase: Phase) -> None:
    message = sent(replace(ALARM, phase=phase))
    alert = only_alert(message)
    assert message.kind == ("ORU", "R40")
    assert judge(message) == ACCEPTED
    assert (alert.code, alert.text, alert.priority) == ("limit:spo2:low", "SpO2 low", AlertPriority.HIGH)
    assert (alert.phase, alert.location, alert.patient_id) == (phase.value, "7B^3^7B-03", "100200")
    assert [segment.name for segment in message.segments] == SEGMENTS


def test_later_steps_name_the_start_as_their_parent_and_are_told_apart() -> None:
    start = sent(ALARM).all("OBR")[0]
    steps = [sent(replace(ALARM, phase=Phase.UPDATE, sequence=number)).all("OBR")[0] for number in (4, 5)]
    assert start.text(3) == "a-17"
    assert start.raw(29) == ""
    assert [step.text(3) for step in steps] == ["a-17.4", "a-17.5"]
    assert {step.text(29, 2) for step in steps} == {"a-17"}


@pytest.mark.parametrize("priority", AlertPriority)
def test_every_priority_is_in_the_row_and_in_the_flags(priority: AlertPriority) -> None:
    message = sent(replace(ALARM, priority=priority))
    mark = value(message, "68484")
    assert only_alert(message).priority is priority
    assert message.all("OBX")[0].repetitions(8) == [mark, "SP"]


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("inactivation", Inactivation)
def test_state_and_inactivation_state_are_sent(state: State, inactivation: Inactivation) -> None:
    message = sent(replace(ALARM, state=state, inactivation=inactivation))
    assert (value(message, "68482"), value(message, "68483")) == (state.value, inactivation.value)


def test_source_and_type_follow_the_alarm() -> None:
    technical = replace(ALARM, technical=True, parameters=(), code="technical:no_data")
    assert (value(sent(ALARM), "68480"), value(sent(ALARM), "68485")) == ("150456", "SP")
    assert (value(sent(technical), "68480"), value(sent(technical), "68485")) == ("69965", "ST")


def test_an_alarm_of_a_demonstration_is_not_production() -> None:
    assert sent(ALARM).processing_id == "P"
    assert sent(replace(ALARM, demo=True)).processing_id == "T"


def test_a_bed_without_a_patient_is_sent_with_its_place_and_no_patient() -> None:
    alert = only_alert(sent(replace(ALARM, patient_id="", name="")))
    assert (alert.patient_id, alert.location) == (None, "7B^3^7B-03")


def test_the_same_step_gives_the_same_bytes_and_its_own_time() -> None:
    assert build_alert(ALARM, "c1") == build_alert(ALARM, "c1")
    assert sent(ALARM).msh.text(7) == "20261122093015.250+0000"
    assert sent(ALARM).control_id == "c1"


@pytest.mark.parametrize(
    ("field", "text"),
    [
        *((field, INJECTION) for field in ("alarm_id", "code", "text", "patient_id", "name")),
        ("location", "7B^x\rOBX|1\x1c\r~^&|\\E\\"),
    ],
)
def test_no_text_can_add_a_segment_a_field_or_a_frame(field: str, text: str) -> None:
    raw = build_alert(replace(ALARM, **{field: text}), "c1")
    message = read_message(raw)
    assert [segment.name for segment in message.segments] == SEGMENTS
    assert [len(segment.fields) for segment in message.segments] == [len(s.fields) for s in sent(ALARM).segments]
    assert Framer().feed(wrap(raw)) == [raw]
    assert only_alert(message).phase == "start"


def test_a_control_id_cannot_add_a_segment_either() -> None:
    message = read_message(build_alert(ALARM, INJECTION))
    assert [segment.name for segment in message.segments] == SEGMENTS


@settings(max_examples=40, deadline=None)
@given(st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=LONGEST_TEXT))
def test_any_printable_text_comes_back_unchanged(text: str) -> None:
    assert only_alert(sent(replace(ALARM, text=text))).text == text


def test_a_long_text_is_cut_before_it_is_escaped() -> None:
    assert only_alert(sent(replace(ALARM, text="|" * 500))).text == "|" * LONGEST_TEXT


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"alarm_id": " "}, "alarm id is empty"),
        ({"text": ""}, "text is empty"),
        ({"at": datetime(2026, 11, 22, 9, 30)}, "no zone"),
        # Cut, two beds of long names would be one.
        ({"location": "7B^3^the long name of a bed 1"}, "max length: 20"),
    ],
)
def test_what_no_receiver_could_use_is_refused_in_words(change: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        build_alert(replace(ALARM, **change), "c1")
