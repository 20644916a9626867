"""The ward changes while it runs: what is touched, what is not, and what ends with a reason."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import replace

import pytest

from console.alarms.alarm import Change, Presence, Priority
from console.config import Config, ConfigError, parse_config
from console.engine.engine import Engine
from console.engine.items import Replan
from console.engine.plan import plan_ward
from console.link.commands import Admit
from console.link.inprocess import NO_ENGINE
from console.link.snapshot import BedState
from console.rules import load_rules
from console.store.records import Restored, Stay
from console.ward.source import Liveness, SourceState
from drivers.observation import Parameter
from tests.console.engine.conftest import CONFIG, Ward
from tests.console.ward_fakes import MemoryStore, observation, patient, utc

HR, SPO2 = Parameter.HR, Parameter.SPO2


def replan(ward: Ward, config: Config | str, *rebound: tuple[str, str], reason: str = "the reason") -> str:
    plan = plan_ward(parse_config(config) if isinstance(config, str) else config)
    done: Future[str] = Future()
    ward.core.handle(Replan(plan, rebound, "Engineer", reason, done), ward.now, utc(ward.now))
    ward.core.settle(ward.now, utc(ward.now))
    return done.result(timeout=0)


def without(name: str) -> Config:
    config = parse_config(CONFIG)
    return config.model_copy(update={"source": tuple(s for s in config.source if s.name != name)})


def with_beds(*beds: str) -> Config:
    config = parse_config(CONFIG)
    return config.model_copy(update={"ward": config.ward.model_copy(update={"beds": beds})})


def changed(name: str, **update) -> Config:
    config = parse_config(CONFIG)
    sources = tuple(s.model_copy(update=update) if s.name == name else s for s in config.source)
    return config.model_copy(update={"source": sources})


def test_new_beds_and_sources_appear_in_order_and_the_others_are_the_very_same_objects(ward):
    ward.ask(Admit(patient(), "Nurse A"))
    ward.run(40, {HR: 130})
    kept, bed = ward.core.beds["7B-01"], ward.bed()
    alarms, patterns = kept.alarms, kept.alarms.patterns
    standing = bed.alarms
    assert standing
    text = CONFIG.replace('"7B-03"]', '"7B-03", "7B-04"]').replace('"7B-01", "7B-02"', '"7B-02", "7B-01"')
    text += '[[source]]\nname = "new"\ndriver = "dri_s5"\nbed = "7B-04"\n'
    text += 'transport = { kind = "tcp", host = "h", port = 1 }\n'
    assert replan(ward, text) == ""
    snapshot = ward.snapshot()
    assert [b.bed for b in snapshot.beds] == ["7B-02", "7B-01", "7B-03", "7B-04"]
    assert ward.core.beds["7B-01"] is kept
    assert (kept.alarms, kept.alarms.patterns) == (alarms, patterns)
    assert ward.bed().alarms is standing
    assert ward.bed() is bed, "the picture of a bed that nothing was changed at is a new object"
    assert [s.name for s in snapshot.sources] == ["monitor", "capnograph", "new", "feed"]
    assert snapshot.sources[2].state is SourceState.CONNECTING
    ward.send(observation(HR, 77, ward.now, "new"), bed="7B-04")
    assert ward.value(HR, "7B-04") == 77
    assert ward.bed("7B-04").state is BedState.NOT_ADMITTED


def test_the_values_of_a_source_that_left_are_not_shown_there_any_more_and_those_of_others_stay(ward):
    ward.run(3, {HR: 80})
    ward.run(3, {SPO2: 95}, source="capnograph")
    assert replan(ward, changed("monitor", bed="7B-02"), ("7B-01", "monitor")) == ""
    bed = ward.bed()
    assert [r.parameter for r in bed.readings] == [SPO2]
    assert bed.liveness is Liveness.LIVE
    assert replan(ward, without("monitor"), ("7B-02", "monitor")) == ""
    assert replan(ward, without("monitor").model_copy(update={"source": ()}), ("7B-01", "capnograph")) == ""
    bed = ward.bed()
    assert (bed.readings, bed.last_data_at, bed.liveness) == ((), None, Liveness.NO_DATA)


def test_a_source_that_leads_to_another_line_shows_nothing_until_that_line_has_spoken(ward):
    ward.run(3, {HR: 80})
    assert replan(ward, CONFIG, ("7B-01", "monitor")) == ""
    assert ward.bed().readings == ()
    ward.run(1, {HR: 60})
    assert ward.value(HR) == 60


def test_the_outage_of_a_removed_source_ends_with_the_reason_in_the_journal(ward):
    ward.ask(Admit(patient(), "Nurse A"))
    ward.run(5, {HR: 80})
    ward.run(30)
    ward.run(40, {SPO2: 97}, source="capnograph")
    outage = ward.alarm("technical:data:monitor")
    assert outage.priority is Priority.MEDIUM
    emitted = len(ward.emitted)
    assert replan(ward, without("monitor"), ("7B-01", "monitor"), reason="source 'monitor' was removed") == ""
    over = [t for t in ward.emitted[emitted:] if t.alarm.id == outage.id]
    assert [(t.change, t.by) for t in over] == [(Change.CLEAR, "Engineer")]
    # Nobody had answered: it stays to be seen, but it is over.
    assert ward.alarm("technical:data:monitor").presence is Presence.LATCHED
    entry = ward.store.audit[-1]
    assert (entry.by, entry.act, entry.bed) == ("Engineer", "alarm ended", "7B-01")
    assert entry.detail == "No data – monitor: source 'monitor' was removed"
    ward.run(300)
    assert ward.alarm("technical:data:monitor").presence is Presence.LATCHED


def test_a_limit_alarm_that_only_the_removed_source_could_end_waits_for_an_answer(ward):
    ward.run(40, {HR: 160})
    ward.run(40, {SPO2: 80}, source="capnograph")
    high = ward.alarm("limit:hr:high")
    low = ward.alarm("limit:spo2:low")
    assert replan(ward, without("monitor"), ("7B-01", "monitor")) == ""
    assert ward.alarm("limit:hr:high").presence is Presence.LATCHED
    assert ward.alarm("limit:hr:high").id == high.id
    assert ward.alarm("limit:spo2:low") == low


def test_a_stopped_source_is_not_expected(ward):
    ward.ask(Admit(patient(), "Nurse A"))
    ward.run(5, {HR: 80})
    ward.run(5, {SPO2: 97}, source="capnograph")
    assert replan(ward, changed("monitor", enabled=False), ("7B-01", "monitor")) == ""
    ward.run(100, {SPO2: 97}, source="capnograph")
    assert ward.alarm("technical:data:monitor") is None
    assert next(s for s in ward.snapshot().sources if s.name == "monitor").state is SourceState.STOPPED


def test_a_removed_bed_is_gone_with_its_alarms_and_one_with_a_patient_stays(ward):
    ward.send(observation(HR, 160, ward.now, "feed"), bed="7B-03", stored=True)
    ward.run(40, {HR: 180}, bed="7B-03", source="feed")
    assert ward.alarm("limit:hr:high", "7B-03")
    feed = parse_config(CONFIG).hl7_listener[0].model_copy(update={"beds": {"ICU^^5": "7B-02"}})
    smaller = with_beds("7B-01", "7B-02").model_copy(update={"hl7_listener": (feed,)})
    ward.ask(Admit(patient("7B-03", "P3"), "Nurse A"))
    ward.run(1)
    before = ward.core.beds
    assert "7B-03 is taken by Test, Anna" in replan(ward, smaller)
    assert ward.core.beds is before
    assert ward.core.plan.beds[2].bed == "7B-03"
    ward.core.beds["7B-03"].alarms.patient = None
    assert replan(ward, smaller, reason="bed removed") == ""
    assert [b.bed for b in ward.snapshot().beds] == ["7B-01", "7B-02"]
    assert ward.store.transitions[-1].change is Change.CLEAR
    assert ward.store.audit[-1].detail.endswith(": bed removed")
    ward.send(observation(HR, 80, ward.now, "feed"), bed="7B-03")
    ward.run(5)
    assert ward.snapshot().bed("7B-03") is None


def test_a_stay_of_a_bed_that_becomes_one_again_is_taken_up_once():
    ward = Ward(Restored((Stay(patient("9Z", "P9")),)))
    assert ward.snapshot().bed("9Z") is None
    assert replan(ward, with_beds("7B-01", "7B-02", "7B-03", "9Z")) == ""
    assert ward.bed("9Z").patient.patient_id == "P9"
    ward.core.beds["9Z"].alarms.patient = None
    assert replan(ward, CONFIG) == ""
    assert replan(ward, with_beds("7B-01", "7B-02", "7B-03", "9Z")) == ""
    assert ward.bed("9Z").patient is None


def test_another_device_is_a_medium_alarm_at_the_bed_once(ward):
    ward.run(5, {HR: 80})
    monitor = plan_ward(parse_config(CONFIG)).views[0]
    ward.sources = [replace(monitor, state=SourceState.WRONG_DEVICE, last_error="2 instead of 1")]
    ward.run(60)
    (alarm,) = ward.bed().alarms
    assert (alarm.condition.text, alarm.priority) == ("Another device at bed 7B-01", Priority.MEDIUM)
    assert alarm.condition.detail == "monitor: 2 instead of 1"
    assert ward.bed().reading(HR).liveness is Liveness.NO_DATA
    ward.sources = [replace(monitor, state=SourceState.CONNECTED)]
    ward.run(2, {HR: 80})
    assert [t.change for t in ward.emitted] == [Change.ONSET, Change.CLEAR]


def test_name_and_time_zone_are_shown_at_once(ward):
    config = with_beds("7B-01", "7B-02", "7B-03")
    config = config.model_copy(update={"ward": config.ward.model_copy(update={"name": "New", "timezone": "UTC"})})
    assert replan(ward, config) == ""
    assert (ward.snapshot().name, ward.snapshot().timezone) == ("New", "UTC")


def test_an_engine_answers_a_change_on_its_thread_and_refuses_when_it_has_ended():
    from console.clock import SystemClock

    engine = Engine(parse_config(CONFIG), MemoryStore(), SystemClock(), load_rules())
    engine.start()
    try:
        assert engine.replan(with_beds("7B-01", "7B-02", "7B-03", "A"), (), "E", "r").result(timeout=5) == ""
        with pytest.raises(ConfigError, match="nonsense"):
            engine.replan(changed("monitor", driver="nonsense"), (), "E", "r")
    finally:
        engine.stop()
    assert engine.replan(parse_config(CONFIG), (), "E", "r").result(timeout=5) == NO_ENGINE
