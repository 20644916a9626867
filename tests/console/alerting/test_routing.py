"""What each step in the life of an alarm is for a manager: driven by the life cycle of alarms itself."""

from __future__ import annotations

from dataclasses import replace

from console.alarms.alarm import Condition, Kind, Priority, Stage, Transition
from console.alarms.lifecycle import LifeCycle
from console.alerting.routing import Router
from console.config_alerting import AlarmManagerConfig
from console.store.codec import decode
from drivers.observation import AlertPriority, Parameter
from hl7.alert_message import build_alert
from hl7.alert_record import AlertRecord, Inactivation, Phase, State
from hl7.observations import ObservationReader
from hl7.reader import read_message
from tests.console.ward_fakes import START, ids, utc

WARNING = Condition(
    "withdrawal", Kind.WITHDRAWAL, Priority.MEDIUM, "Autonomic pattern – warning", Stage.WARNING,
    parameters=(Parameter.HR,),
)  # fmt: skip
EMERGENCY = replace(WARNING, priority=Priority.HIGH, stage=Stage.EMERGENCY, text="Autonomic pattern – emergency")
WATCH = replace(WARNING, priority=Priority.LOW, stage=Stage.WATCH, text="Autonomic pattern – watch")
LIMIT = Condition("limit:hr:high", Kind.LIMIT, Priority.MEDIUM, "HR high", parameters=(Parameter.HR,))
LOST = Condition("technical:data:monitor", Kind.TECHNICAL, Priority.LOW, "Late data – monitor")


def manager(**changes: object) -> AlarmManagerConfig:
    return AlarmManagerConfig.model_validate(
        {"name": "phones", "host": "127.0.0.1", "port": 2000, "plain": True, "beds": {"7B-01": "7B^3^1"}, **changes}
    )


class Life:
    """Alarms of one bed, and what is queued of them."""

    def __init__(self, *managers: AlarmManagerConfig, bed: str = "7B-01") -> None:
        self.cycle = LifeCycle(bed, ids())
        self.route = Router(managers or (manager(),))
        self.now = START
        self.phases: dict[tuple[str, str], str] = {}
        self.records: list[AlertRecord] = []

    def take(self, transitions: list[Transition]) -> list[AlertRecord]:
        fresh = []
        for transition in transitions:
            for queued in self.route(transition, lambda m, a=transition.alarm.id: self.phases.get((m, a))):
                self.phases[queued.manager, queued.alarm_id] = queued.phase
                fresh.append(decode(AlertRecord, queued.body))
        self.records += fresh
        return fresh

    def step(self, *conditions: Condition, seconds: float = 1.0) -> list[AlertRecord]:
        self.now += seconds
        return self.take(self.cycle.step(conditions, self.now, utc(self.now), "P1"))

    def acknowledge(self) -> list[AlertRecord]:
        alarm = self.cycle.alarms()[0]
        return self.take([self.cycle.acknowledge(alarm.id, alarm.version, "Nurse A", "seen", self.now, utc(self.now))])


def said(records: list[AlertRecord]) -> list[tuple[Phase, AlertPriority, State, Inactivation]]:
    return [(r.phase, r.priority, r.state, r.inactivation) for r in records]


def test_a_whole_life_is_told_phase_by_phase() -> None:
    life = Life()
    high, medium = AlertPriority.HIGH, AlertPriority.MEDIUM
    assert said(life.step(WARNING)) == [(Phase.START, medium, State.ACTIVE, Inactivation.ENABLED)]
    assert said(life.step(EMERGENCY)) == [(Phase.ESCALATE, high, State.ACTIVE, Inactivation.ENABLED)]
    assert said(life.acknowledge()) == [(Phase.UPDATE, high, State.ACTIVE, Inactivation.ACKNOWLEDGED)]
    assert said(life.step(WARNING)) == [(Phase.DEESCALATE, medium, State.ACTIVE, Inactivation.ACKNOWLEDGED)]
    assert said(life.step()) == [(Phase.END, medium, State.INACTIVE, Inactivation.ACKNOWLEDGED)]
    assert len({r.alarm_id for r in life.records}) == 1
    assert [r.sequence for r in life.records] == sorted({r.sequence for r in life.records})
    assert {(r.location, r.patient_id, r.code, r.technical) for r in life.records} == {
        ("7B^3^1", "P1", "withdrawal", False)
    }


def test_a_condition_that_ends_unanswered_is_latched_until_it_is_answered() -> None:
    life = Life()
    life.step(WARNING)
    assert said(life.step()) == [(Phase.UPDATE, AlertPriority.MEDIUM, State.LATCHED, Inactivation.ENABLED)]
    assert said(life.acknowledge()) == [(Phase.END, AlertPriority.MEDIUM, State.INACTIVE, Inactivation.ACKNOWLEDGED)]


def test_an_alarm_below_the_priority_begins_when_it_rises_and_is_followed_down_to_its_end() -> None:
    life = Life()
    assert life.step(WATCH) == []
    assert [r.phase for r in life.step(WARNING)] == [Phase.START]
    assert [(r.phase, r.priority) for r in life.step(WATCH)] == [(Phase.DEESCALATE, AlertPriority.LOW)]
    life.acknowledge()
    assert [r.phase for r in life.step()] == [Phase.END]


def test_a_limit_alarm_under_a_pattern_has_its_audio_paused() -> None:
    life = Life()
    life.step(WARNING)
    [limit] = life.step(WARNING, LIMIT)
    assert (limit.code, limit.inactivation) == ("limit:hr:high", Inactivation.AUDIO_PAUSED)


def test_each_manager_gets_its_kinds_and_priorities() -> None:
    life = Life(manager(name="all", priority="low"), manager(name="patterns", kinds=["pattern"], priority="high"))
    life.step(LOST, LIMIT, WARNING)
    life.step(LOST, LIMIT, EMERGENCY)
    to_all = {key[1] for key in life.phases if key[0] == "all"}
    to_patterns = {key[1] for key in life.phases if key[0] == "patterns"}
    assert (len(to_all), len(to_patterns)) == (3, 1)
    assert [r.technical for r in life.records if r.code == LOST.key] == [True]


def test_what_is_wrong_with_a_manager_goes_to_the_others_alone_and_does_not_count_there() -> None:
    life = Life(manager(name="A"), manager(name="B"), bed="")
    wrong = Condition("technical:manager waiting:A", Kind.TECHNICAL, Priority.MEDIUM, "Alarms do not reach A")
    [transition] = life.cycle.step([wrong], START, utc(START))
    queued = life.route(transition, lambda _: None)
    assert [(q.manager, q.counts) for q in queued] == [("B", False)]


def test_a_bed_without_a_location_is_sent_under_its_own_name_and_the_console_under_its_own() -> None:
    assert Life(bed="7B-02").step(WARNING)[0].location == "^^7B-02"
    assert Life(manager(location="7B^^desk"), bed="").step(WARNING)[0].location == "7B^^desk"


def test_every_record_is_a_valid_message_that_reads_back() -> None:
    life = Life(manager(priority="low"))
    life.step(WARNING, LIMIT, LOST)
    life.step(EMERGENCY)
    life.acknowledge()
    life.step()
    assert len(life.records) > 6
    for number, record in enumerate(life.records):
        message = read_message(build_alert(record, f"c{number}"))
        [alert] = ObservationReader(None).read(message, utc(START)).alerts
        assert (alert.code, alert.phase, alert.location) == (record.code, record.phase.value, "7B^3^1")
