"""The engine without its thread: what is shown, what is kept, and what survives."""

from __future__ import annotations

from dataclasses import replace

import pytest

from console.alarms.alarm import Change, Presence, Priority
from console.config import ConfigError, parse_config
from console.engine.items import DeviceReport, PatientSeen, SourceNote
from console.engine.plan import plan_ward
from console.link.commands import Acknowledge, Admit, Discharge, ReportSound
from console.link.snapshot import BedState, ManagerState, ManagerView
from console.store.records import Restored, Stay
from console.ward.source import Liveness, SourceState
from drivers.observation import DeviceAlert, Parameter, Status
from tests.console.engine.conftest import CONFIG, Ward
from tests.console.ward_fakes import START, observation, patient, utc

HR, RR, SPO2, ETCO2, CUFF = Parameter.HR, Parameter.RR, Parameter.SPO2, Parameter.ETCO2, Parameter.NIBP_SYS


def test_what_arrives_is_stored_and_shown_as_sent(ward):
    ward.run(1, {HR: 76.4, SPO2: 97})
    assert [(s.bed, s.observation.parameter, s.observation.value) for s in ward.store.samples] == [
        ("7B-01", HR, 76.4),
        ("7B-01", SPO2, 97),
    ]
    bed = ward.bed()
    assert bed.state is BedState.NOT_ADMITTED
    assert [(r.parameter, r.value, r.liveness) for r in bed.readings] == [
        (HR, 76.4, Liveness.LIVE),
        (SPO2, 97, Liveness.LIVE),
    ]
    assert (bed.reading(HR).low, bed.reading(HR).high, bed.reading(HR).breach) == (50, 120, 0)


def test_a_message_that_is_stored_already_is_not_stored_again(ward):
    ward.send(observation(HR, 76, ward.now, "feed"), bed="7B-02", stored=True)
    assert ward.store.samples == []
    assert ward.value(HR, "7B-02") == 76


def test_an_unchanged_bed_is_the_same_object(ward):
    ward.run(1, {HR: 76})
    first = ward.snapshot()
    ward.run(1, {HR: 77})
    second = ward.snapshot()
    assert second.bed("7B-02") is first.bed("7B-02")
    assert second.bed("7B-01") is not first.bed("7B-01")
    assert second.bed("7B-01").version == first.bed("7B-01").version + 1
    assert second.sequence == first.sequence + 1
    assert ward.snapshot().bed("7B-01") is second.bed("7B-01")


def test_no_data_from_the_device_replaces_the_value(ward):
    ward.run(1, {SPO2: 97})
    ward.run(1, {SPO2: None})
    reading = ward.bed().reading(SPO2)
    assert (reading.value, reading.status) == (None, Status.UNAVAILABLE)


def test_values_go_grey_and_then_away_and_the_alarm_steps_up(ward):
    ward.ask(Admit(patient(), "Nurse A"))
    ward.run(5, {HR: 76})
    ward.run(9)
    assert ward.bed().reading(HR).liveness is Liveness.LIVE
    assert ward.alarm("technical:data:monitor") is None
    ward.run(1)
    assert ward.bed().reading(HR).liveness is Liveness.LATE
    assert ward.bed().liveness is Liveness.LATE
    assert ward.alarm("technical:data:monitor").priority is Priority.LOW
    ward.run(51)
    assert ward.bed().reading(HR).liveness is Liveness.NO_DATA
    assert ward.alarm("technical:data:monitor").priority is Priority.MEDIUM
    onsets = [t for t in ward.store.transitions if t.alarm.condition.key == "technical:data:monitor"]
    assert [t.change for t in onsets] == [Change.ONSET, Change.ESCALATE]


def test_a_value_of_another_source_does_not_flicker_over_a_live_one(ward):
    ward.run(3, {HR: 76})
    ward.send(observation(HR, 120, ward.now, "capnograph"))
    assert ward.value(HR) == 76
    ward.run(40, {HR: 121}, source="capnograph")
    assert ward.value(HR) == 121


def test_a_sensor_off_on_one_device_gives_way_to_the_other(ward):
    ward.run(3, {SPO2: 97})
    ward.run(1, {SPO2: None})
    ward.send(observation(SPO2, 95, ward.now, "capnograph"))
    assert ward.value(SPO2) == 95
    ward.send(observation(SPO2, None, ward.now))
    assert ward.value(SPO2) == 95


def test_breathing_from_the_capnograph_goes_first(ward):
    ward.run(3, {RR: 20})
    ward.send(observation(RR, 12, ward.now, "capnograph"))
    assert ward.value(RR) == 20
    ward.send(observation(ETCO2, 38, ward.now, "capnograph"), observation(RR, 12, ward.now, "capnograph"))
    assert ward.value(RR) == 12
    ward.run(1, {RR: 20})
    assert ward.value(RR) == 12


def test_old_values_in_a_message_do_not_look_live(ward):
    ward.send(observation(HR, 76, ward.now, "feed", measured=ward.now - 600), bed="7B-02", stored=True)
    reading = ward.bed("7B-02").reading(HR)
    assert reading.liveness is Liveness.NO_DATA
    assert reading.measured_at == utc(ward.now - 600)
    ward.send(observation(CUFF, 120, ward.now, "feed", measured=ward.now - 600), bed="7B-02", stored=True)
    assert ward.bed("7B-02").reading(CUFF).liveness is not Liveness.NO_DATA


def test_a_late_message_does_not_replace_a_newer_value(ward):
    ward.send(observation(HR, 80, ward.now, "feed", measured=ward.now - 15), bed="7B-02", stored=True)
    ward.send(observation(HR, 60, ward.now + 1, "feed", measured=ward.now - 75), bed="7B-02", stored=True)
    assert ward.value(HR, "7B-02") == 80


def test_a_value_for_a_bed_that_is_not_there_is_ignored(ward):
    ward.send(observation(HR, 80, ward.now), bed="9Z")
    assert all(b.readings == () for b in ward.snapshot().beds)


def test_the_picture_tells_minutes_and_stages(ward):
    ward.ask(Admit(patient(), "Nurse A"))
    ward.run(130, {HR: 76})
    trend = ward.bed().trend
    assert trend.hr == (76, 76)
    assert len(trend.withdrawal) == len(trend.overdose) == 2
    ward.run(120)
    assert ward.bed().trend.hr[-1] is None


def test_a_declared_apnoea_reaches_the_bed(ward):
    ward.core.handle(
        DeviceReport("7B-01", "monitor", DeviceAlert("apnoea", "APNEA"), ward.now), ward.now, utc(ward.now)
    )
    ward.core.settle(ward.now, utc(ward.now))
    assert ward.alarm("limit:rr:apnoea:monitor").priority is Priority.HIGH


def test_a_patient_in_the_feed_is_offered_and_not_adopted(ward):
    ward.core.handle(PatientSeen("7B-02", "4711"), ward.now, utc(ward.now))
    bed = ward.bed("7B-02")
    assert (bed.offered_patient_id, bed.patient) == ("4711", None)


def test_another_patient_in_the_feed_than_the_admitted_one_is_told(ward):
    def seen(patient_id: str) -> list[str]:
        ward.core.handle(PatientSeen("7B-02", patient_id, "feed"), ward.now, utc(ward.now))
        ward.run(1)
        stand = [a for a in ward.bed("7B-02").alarms if a.presence is Presence.ACTIVE]
        return [a.condition.detail for a in stand if a.condition.key == "technical:patient:feed"]

    assert seen("P1") == []  # nobody is admitted
    ward.ask(Admit(patient("7B-02", "p1"), "Nurse A"))
    assert seen("P1") == []
    assert seen("4712") == ["feed: 4712 at the monitor, p1 admitted here"]
    assert ward.bed("7B-02").patient.patient_id == "p1"
    assert seen("P1") != []  # two monitors that name one bed in turn are one alarm
    ward.run(60)
    assert seen("P1") == []
    # The monitor still holds the patient who has left.
    ward.ask(Discharge("7B-02", "Nurse A"))
    ward.ask(Admit(patient("7B-02", "P2"), "Nurse A"))
    assert seen("P1") == ["feed: P1 at the monitor, P2 admitted here"]


def test_the_last_alarm_stands_in_the_quiet_line_in_ward_time(ward):
    ward.run(40, {HR: 130})
    ward.run(1, {HR: 80})
    at = utc(ward.now).astimezone(ward.core.beds["7B-01"]._zone)
    assert ward.bed().last_alarm == f"HR 130 > 120, ended {at:%H:%M}"


def test_a_failing_record_is_an_alarm_of_the_console_and_ends_with_the_failure(ward):
    ward.store.failure = "Recording stopped - disk full"
    ward.run(1)
    (alarm,) = ward.snapshot().alarms
    assert (alarm.bed, alarm.priority, alarm.condition.text) == ("", Priority.MEDIUM, "Recording stopped - disk full")
    assert ward.snapshot().system.store_error == "Recording stopped - disk full"
    ward.store.failure = ""
    ward.run(1)
    assert ward.snapshot().alarms[0].presence is Presence.LATCHED
    assert ward.snapshot().system.recording


def test_no_sound_at_a_station_is_an_alarm_until_it_works(ward):
    ward.ask(ReportSound("desk", False, "no audio device"))
    ward.run(1)
    assert [a.condition.text for a in ward.snapshot().alarms] == ["No alarm sound – desk"]
    ward.ask(ReportSound("desk", False, "no audio device"))
    ward.ask(ReportSound("desk", True))
    ward.run(1)
    assert ward.snapshot().alarms[0].presence is Presence.LATCHED
    assert [e.act for e in ward.store.audit] == ["alarm sound failed", "alarm sound works"]


@pytest.mark.parametrize(
    ("step", "words"), [(-3600.0, "3600 s back"), (3600.0, "3600 s forward"), (30.0, "30 s forward")]
)
def test_a_clock_step_is_audited_shown_and_moves_no_delay(ward, step, words):
    ward.run(20, {HR: 130})
    ward.step_s = step
    ward.run(9, {HR: 130})
    assert ward.alarm("limit:hr:high") is None
    ward.run(2, {HR: 130})
    assert ward.alarm("limit:hr:high") is not None
    assert [e.detail for e in ward.store.audit] == [f"The clock of this computer jumped {words}."]
    assert [a.condition.text for a in ward.snapshot().alarms] == [f"Clock jumped {words}"]
    ward.run(901, {HR: 80})
    assert ward.snapshot().alarms == ()


def test_a_slow_drift_of_the_clock_is_no_step(ward):
    for _ in range(50):
        ward.step_s += 0.5
        ward.run(1)
    assert ward.store.audit == []


def test_a_listener_without_its_address_is_an_alarm(ward):
    views = [v for v in ward.core.plan.views if v.kind == "hl7"]
    ward.sources = [replace(views[0], state=SourceState.LOST, last_error="cannot listen on 127.0.0.1:2575: in use")]
    ward.run(1)
    assert [a.condition.text for a in ward.snapshot().alarms] == ["HL7 listener not working – feed"]
    ward.sources = [replace(views[0], state=SourceState.CONNECTED)]
    ward.run(1)
    assert ward.snapshot().alarms[0].presence is Presence.LATCHED


def test_a_sender_whose_clock_is_wrong_is_an_alarm(ward):
    views = [v for v in ward.core.plan.views if v.kind == "hl7"]
    for skew in (-61.0, -62.0, -63.9):
        ward.sources = [replace(views[0], clock_skew_s=skew)]
        ward.run(1)
    (alarm,) = ward.snapshot().alarms
    assert (alarm.priority, alarm.condition.text) == (Priority.MEDIUM, "Clock of feed is wrong")
    assert alarm.condition.detail == "about 60 s behind of this computer"
    assert alarm.version == 1


def test_the_state_of_a_link_reaches_its_bed(ward):
    ward.run(5, {HR: 80})
    view = replace(ward.core.plan.views[0], state=SourceState.LOST, last_error="unplugged")
    ward.sources = [view]
    ward.run(7)
    assert ward.alarm("technical:data:monitor").condition.text == "Connection lost – monitor"
    assert ward.bed().reading(HR).liveness is Liveness.LATE


def test_the_audit_trail_takes_notes_of_sources(ward):
    ward.core.handle(SourceNote("feed", "unknown location", "ICU^^9"), ward.now, utc(ward.now))
    assert [(e.act, e.detail) for e in ward.store.audit] == [("unknown location", "feed: ICU^^9")]


def test_a_restart_brings_back_stays_and_alarms(ward):
    ward.ask(Admit(patient(flags=frozenset()), "Nurse A"))
    ward.run(40, {HR: 150})
    alarm = ward.alarm("limit:hr:high")
    ward.ask(Acknowledge(alarm.id, alarm.version, "Nurse A"))
    ward.store.failure = "Recording stopped - disk full"
    ward.run(1, {HR: 150})
    before = ward.snapshot()
    restored = Restored(
        stays=(Stay(patient(), (), ()),), alarms=tuple(a for b in before.beds for a in b.alarms) + before.alarms
    )
    again = Ward(restored, start=ward.now + 30)
    after = again.snapshot()
    assert after.bed("7B-01").patient.patient_id == "P1"
    assert {a.id for a in after.bed("7B-01").alarms} == {a.id for a in before.bed("7B-01").alarms}
    assert {a.id for a in after.alarms} == {a.id for a in before.alarms}
    restored_alarm = again.alarm("limit:hr:high")
    assert restored_alarm.acknowledged.by == "Nurse A"
    assert {t.change for t in again.emitted} == {Change.RESTORE}
    assert again.store.transitions == again.emitted


def test_a_stay_at_a_bed_that_is_gone_is_told(ward):
    again = Ward(Restored(stays=(Stay(patient(bed="OLD")),)))
    assert again.store.audit[0].act == "stay not shown"


def test_a_fault_at_one_bed_is_a_high_alarm_and_blinds_no_other(ward, monkeypatch, caplog):
    def broken(*_):
        raise RuntimeError("bad day")

    monkeypatch.setattr(ward.core.beds["7B-01"].alarms, "advance", broken)
    ward.run(1, {HR: 80})
    ward.run(40, {HR: 150}, bed="7B-02", source="feed")
    (alarm,) = ward.snapshot().alarms
    assert alarm.priority is Priority.HIGH
    assert alarm.condition.text == "Alarms of 7B-01 are not working"
    assert ward.alarm("limit:hr:high", "7B-02") is not None
    assert "bad day" in caplog.text
    monkeypatch.undo()
    ward.run(61, {HR: 80})
    assert ward.snapshot().alarms[0].presence is Presence.LATCHED


def test_a_bed_of_a_discharged_patient_shows_nothing_of_him(ward):
    ward.ask(Admit(patient(), "Nurse A"))
    ward.run(70, {HR: 150})
    ward.ask(Discharge("7B-01", "Nurse A"))
    bed = ward.bed()
    assert (bed.state, bed.readings, bed.alarms, bed.patterns, bed.last_alarm) == (BedState.EMPTY, (), (), (), "")
    assert bed.trend is None


def test_every_transition_is_emitted_and_journalled_in_order(ward):
    ward.run(40, {HR: 150, SPO2: 80})
    ward.run(70)
    ward.run(3, {HR: 80, SPO2: 97})
    assert ward.emitted == ward.store.transitions
    for alarm_id in {t.alarm.id for t in ward.emitted}:
        versions = [t.alarm.version for t in ward.emitted if t.alarm.id == alarm_id]
        assert versions == list(range(1, len(versions) + 1))


def test_a_driver_that_is_not_there_is_told_in_words():
    with pytest.raises(ConfigError, match=r"source 'monitor'.*'nothing' is not a driver"):
        plan_ward(parse_config(CONFIG.replace("masimo_ascii1", "nothing", 1)))


def test_a_ward_of_invented_patients_says_so():
    config = CONFIG.replace('bed = "7B-01"', 'bed = "7B-01"\ndemo = true').replace("port = 0", "port = 0\ndemo = true")
    plan = plan_ward(parse_config(config))
    assert plan.simulated
    assert all(bed.demo for bed in plan.beds)
    assert not plan_ward(parse_config(CONFIG)).simulated


def test_alarm_after_start_has_its_own_bed_and_no_demo_mark(ward):
    ward.run(40, {HR: 150})
    alarm = ward.alarm("limit:hr:high")
    assert (alarm.bed, alarm.patient_id, alarm.demo) == ("7B-01", "", False)
    assert alarm.raised_at == utc(START + 31)


def test_an_unanswered_alarm_is_told_and_journalled_once_and_taken_up_so(ward):
    ward.run(400, {HR: 150})
    told = [t for t in ward.store.transitions if t.change is Change.UNANSWERED]
    assert [(t.alarm.unanswered, t.alarm.condition.key) for t in told] == [
        (1, "limit:hr:high"),
        (2, "limit:hr:high"),
    ]
    assert [t for t in ward.emitted if t.change is Change.UNANSWERED] == told
    (alarm,) = (a for a in ward.bed().alarms if a.condition.key == "limit:hr:high")
    assert alarm.unanswered == 2
    again = Ward(Restored(alarms=(alarm,)), start=ward.now + 10)
    again.run(120, {HR: 150})
    assert [t for t in again.store.transitions if t.change is Change.UNANSWERED] == []


def test_two_alarm_managers_that_are_both_away_are_two_alarms_and_stay_two(ward: Ward) -> None:
    away = [ManagerView(name, "", ManagerState.RETRYING, waiting_stamp=ward.now) for name in ("A", "B")]
    for second in range(900):
        ward.managers = tuple(replace(view, queued=second, last_error="refused") for view in away)
        ward.run(1)
    told = [t for t in ward.emitted if t.alarm.condition.key.startswith("technical:manager ")]
    assert {t.alarm.condition.text for t in told} == {"Alarms do not reach A", "Alarms do not reach B"}
    assert len({t.alarm.id for t in told}) == 2
    assert len(told) < 15, "nothing but its begin and that nobody answers"


def test_while_nothing_is_recorded_it_is_said_that_nothing_is_sent(ward: Ward) -> None:
    ward.managers = (ManagerView("A", "", ManagerState.IDLE),)
    ward.store.failure = "Recording stopped - disk full"
    ward.run(1)
    [alarm] = ward.snapshot().alarms
    assert "none leaves for an alarm manager" in alarm.condition.detail
