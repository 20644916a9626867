"""Setting limits of a patient: checked, in force at once, audited, kept over a restart, ended with the stay."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import replace

from console.alarms.patient_limits import setting_of
from console.link.commands import Admit, Ask, Discharge, SetLimits
from console.rules import load_rules
from console.store.records import Restored, Stay
from console.store.sql_store import open_store
from console.ward.limits import LimitSetting, OwnLimits
from drivers.observation import Parameter
from tests.console.engine.conftest import Ward
from tests.console.ward_fakes import patient, utc

HR = Parameter.HR
WARD = load_rules().limits
WIDER = replace(setting_of(WARD, HR), high=135)


def ask_wait(ward, command):
    """Ask a ward whose store writes on its own thread."""
    future = Future()
    ward.commands.handle(Ask(command, future), ward.now, utc(ward.now))
    return future.result(timeout=10)


def admit(ward):
    ward.ask(Admit(patient(), "Nurse A"))


def test_a_change_is_in_force_shown_and_audited_with_old_and_new(ward):
    admit(ward)
    ward.run(2, {HR: 80})
    assert ward.ask(SetLimits("7B-01", (WIDER,), (), "Nurse A")).error == ""
    ward.run(1, {HR: 80})
    bed = ward.bed()
    assert bed.reading(HR).high == 135
    assert (bed.limits.own, bed.limits.by, bed.limits.changed(HR)) == ((WIDER,), "Nurse A", True)
    entry = ward.store.audit[-1]
    assert (entry.by, entry.act, entry.bed) == ("Nurse A", "limits changed", "7B-01")
    assert entry.detail == "HR high limit of medium priority: 120 -> 135 /min"


def test_the_reading_of_a_silent_source_shows_the_new_limit_at_once(ward):
    admit(ward)
    ward.run(2, {HR: 80})
    ward.ask(SetLimits("7B-01", (WIDER,), (), "Nurse A"))
    assert ward.bed().reading(HR).high == 135


def test_what_is_switched_off_is_told_in_the_picture_and_other_beds_keep_the_wards_limits(ward):
    admit(ward)
    ward.ask(SetLimits("7B-01", (replace(WIDER, high=None),), (), "Nurse A"))
    assert ward.bed().limits.off(HR) == (False, True)
    assert ward.bed("7B-02").limits.off(HR) == (False, False)


def test_refusals_change_nothing(ward):
    assert "Nobody is admitted" in ward.ask(SetLimits("7B-01", (WIDER,), (), "Nurse A")).error
    admit(ward)
    assert "name of the person" in ward.ask(SetLimits("7B-01", (WIDER,), (), " ")).error
    assert "not a bed" in ward.ask(SetLimits("9Z", (WIDER,), (), "Nurse A")).error
    bad = ward.ask(SetLimits("7B-01", (replace(WIDER, very_high=400),), (), "Nurse A"))
    assert "outside 20 to 250" in bad.error
    assert ward.bed().limits.own == ()
    assert ward.store.limits == []


def test_a_change_over_one_that_was_not_seen_is_refused_with_the_name(ward):
    admit(ward)
    ward.ask(SetLimits("7B-01", (WIDER,), (), "Nurse A"))
    assert "Nurse A has changed" in ward.ask(SetLimits("7B-01", (), (), "Nurse B")).error
    assert ward.ask(SetLimits("7B-01", (), (WIDER,), "Nurse B")).error == ""
    assert ward.bed().limits.own == ()


def test_limits_end_with_the_stay(ward):
    admit(ward)
    ward.ask(SetLimits("7B-01", (WIDER,), (), "Nurse A"))
    ward.ask(Discharge("7B-01", "Nurse A"))
    ward.ask(Admit(patient(patient_id="P2"), "Nurse A"))
    assert ward.bed().limits.own == ()
    ward.run(1, {HR: 80})
    assert ward.bed().reading(HR).high == 120


def test_a_standing_alarm_is_ended_by_its_next_value_not_by_the_change(ward):
    admit(ward)
    ward.run(40, {HR: 128})
    alarm = ward.alarm("limit:hr:high")
    assert alarm is not None
    ward.ask(SetLimits("7B-01", (WIDER,), (), "Nurse A"))
    assert ward.alarm("limit:hr:high").presence is alarm.presence
    before = len(ward.emitted)
    ward.run(1, {HR: 128})
    assert [t.alarm.condition.key for t in ward.emitted[before:]] == ["limit:hr:high"]


def test_stored_limits_the_ward_no_longer_allows_give_way_and_are_audited():
    stale = LimitSetting(HR, 30, 10, 120, 140)
    ward = Ward(Restored((Stay(patient(), limits=OwnLimits((stale,), "Nurse A")),)))
    assert ward.bed().limits.own == ()
    assert ward.store.audit[-1].act == "limits back to the ward's"


def test_limits_are_in_the_database_after_a_restart_and_gone_after_discharge(tmp_path):
    url = f"sqlite:///{tmp_path}/ward.db"
    store = open_store(url)
    ward = Ward()
    ward.core.store = store
    assert ask_wait(ward, Admit(patient(), "Nurse A")).error == ""
    assert ask_wait(ward, SetLimits("7B-01", (replace(WIDER, high=130),), (), "Nurse A")).error == ""
    assert ask_wait(ward, SetLimits("7B-01", (WIDER,), (replace(WIDER, high=130),), "Nurse B")).error == ""
    store.close()
    store = open_store(url)
    again = Ward(store.restore())
    assert (again.bed().limits.own, again.bed().limits.by) == ((WIDER,), "Nurse B")
    again.run(1, {HR: 80})
    assert again.bed().reading(HR).high == 135
    again.core.store = store
    assert ask_wait(again, Discharge("7B-01", "Nurse B")).error == ""
    assert ask_wait(again, Admit(patient(), "Nurse B")).error == ""
    store.close()
    store = open_store(url)
    try:
        assert [stay.limits for stay in store.restore().stays] == [OwnLimits()]
    finally:
        store.close()
