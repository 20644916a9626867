"""A whole ward under any order of values, answers, changes, silences, losses, clock steps and restarts.

The machine drives a running ward on a real database as the console does, and keeps its own small account of what was
sent and asked. What must hold at every second stands in ward_invariants.py; what must hold of an act stands beside it
here: AckBindsOccurrence, OneAck, AckedMeansStored, and that a restart keeps alarms, answers and limits.
"""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from pathlib import Path

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from console.alarms.alarm import Kind, Presence, Transition
from console.link.commands import (
    Acknowledge,
    Admit,
    ChartFinding,
    ChartPumpEvent,
    Discharge,
    SetLimits,
    SetStandby,
    UndoAcknowledge,
)
from console.ward.chart import NurseObservation, PumpEvent, PumpEventKind
from console.ward.limits import LimitSetting
from console.ward.patient import Baseline
from drivers.observation import Parameter
from tests.console.alarms.running_ward import AUDIO_OFF_S, BEDS, CUFF, HR, QUIET, RR, SPO2, TEMP
from tests.console.alarms.ward_invariants import WardInvariants
from tests.console.ward_fakes import START, patient, utc

UNDO_S, PAUSE_S = 5.0, 120.0
"""Interface design, section 5."""

LEVELS: dict[Parameter, tuple[float | None, ...]] = {
    HR: (76.0, 76.0, 122.0, 130.0, 150.0, 45.0, 38.0, None),
    RR: (15.0, 15.0, 26.0, 34.0, 8.0, 5.0, None),
    SPO2: (97.0, 97.0, 90.0, 88.0, 82.0, None),
    TEMP: (36.8, 36.8, 38.6, 39.4, 40.3, None),
}
PRESSURES = (118.0, 118.0, 166.0, 195.0, 86.0, 74.0, None)
SIGNS: dict[str, dict[Parameter, float | None]] = {
    "quiet": QUIET,
    "autonomic": {HR: 138.0, RR: 30.0, SPO2: 95.0, TEMP: 39.6},
    "respiratory": {HR: 52.0, RR: 5.0, SPO2: 84.0, TEMP: 36.4},
}
LIMITS: dict[str, tuple[LimitSetting, ...]] = {
    "the ward's": (),
    "narrow": (LimitSetting(HR, 45, 60, 100, 135), LimitSetting(SPO2, 88, 94)),
    "wide": (LimitSetting(HR, 30, 40, 140, 160), LimitSetting(RR, 4, 6, 32, 38)),
}
FINDINGS = ("pruritus", "spasticity_up2", "sweating", "sedation_poss3", "agitation", "no_pruritus", "activity")
EVENTS = (PumpEventKind.PUMP_STALL, PumpEventKind.RESTORED, PumpEventKind.DOSE_INCREASE, PumpEventKind.REFILL)
USUAL = Baseline(temp=36.8, hr=76, sbp=120, dbp=74, rr=15, spo2=97, etco2=38)


class WardMachine(WardInvariants, RuleBasedStateMachine):
    """See the module. One instance is one run."""

    def __init__(self) -> None:
        RuleBasedStateMachine.__init__(self)
        WardInvariants.__init__(self)

    def teardown(self) -> None:
        WardInvariants.teardown(self)

    # --- rules -------------------------------------------------------------------------------------------------------

    @initialize()
    def two_patients_lie_here(self) -> None:
        stall = PumpEvent(PumpEventKind.PUMP_STALL, utc(START) - timedelta(hours=20), by="A")
        for index, bed in enumerate(BEDS):
            events = (stall,) if index == 0 else ()
            reply = self.ask(Admit(patient(bed, f"P{index}", baseline=USUAL), "A", events)).result(timeout=30)
            assert not reply.error, reply.error
        self.pass_time(2)

    @rule(bed=st.sampled_from(BEDS), data=st.data(), parameter=st.sampled_from(sorted(LEVELS)))
    def a_value_changes(self, bed: str, data: st.DataObject, parameter: Parameter) -> None:
        self.sending[bed][parameter] = data.draw(st.sampled_from(LEVELS[parameter]))
        self.pass_time(1)

    @rule(bed=st.sampled_from(BEDS), signs=st.sampled_from(sorted(SIGNS)))
    def a_pattern_shows(self, bed: str, signs: str) -> None:
        self.sending[bed] = dict(SIGNS[signs])
        self.pass_time(1)

    @rule(seconds=st.sampled_from([1, 3, 6, 16, 31, 61, 130]))
    def time_passes(self, seconds: int) -> None:
        self.pass_time(seconds)

    @rule(seconds=st.sampled_from([301, 301, 301, 901]))
    def a_long_time_passes(self, seconds: int) -> None:
        self.pass_time(seconds)

    @rule(bed=st.sampled_from(BEDS), how=st.sampled_from(["silent", "lost"]), seconds=st.sampled_from([1, 11, 62]))
    def data_are_lost(self, bed: str, how: str, seconds: int) -> None:
        self.link[bed] = how
        self.interrupt(bed)
        self.pass_time(seconds)

    @precondition(lambda self: any(state != "up" for state in self.link.values()))
    @rule()
    def data_return(self) -> None:
        self.link = dict.fromkeys(BEDS, "up")
        self.pass_time(1)

    @rule(bed=st.sampled_from(BEDS), systolic=st.sampled_from(PRESSURES))
    def the_cuff_measures(self, bed: str, systolic: float | None) -> None:
        if self.link[bed] == "up":
            self.sending[bed] |= dict.fromkeys(CUFF, systolic)
            if systolic is not None:
                self.sending[bed] |= dict(zip(CUFF, (systolic, systolic - 45, systolic - 30), strict=True))
            self.send(bed)
            self.sending[bed] = {p: v for p, v in self.sending[bed].items() if p not in CUFF}
        self.pass_time(1)

    @rule(bed=st.sampled_from(BEDS), taken=st.sampled_from([36.8, 39.4, None]))
    def a_temperature_is_taken_by_hand(self, bed: str, taken: float | None) -> None:
        """From now on there is no probe; until signs are drawn anew."""
        if self.link[bed] == "up" and taken is not None:
            self.sending[bed][TEMP] = taken
            self.send(bed)
        self.sending[bed].pop(TEMP, None)
        self.pass_time(1)

    # --- what persons set and chart ----------------------------------------------------------------------------------

    @rule(bed=st.sampled_from(BEDS), limits=st.sampled_from(sorted(LIMITS)), old=st.booleans())
    def somebody_sets_limits(self, bed: str, limits: str, old: bool) -> None:
        view = self.core.beds[bed].alarms.limits_view
        seen = LIMITS["narrow"] if old else view.own
        reply = self.ask(SetLimits(bed, LIMITS[limits], seen, "A")).result(timeout=30)
        assert bool(reply.error) == (seen != view.own), reply.error
        if not reply.error:
            self.own[bed] = LIMITS[limits]
            self.interrupt(bed)
        self.pass_time(1)

    @rule(bed=st.sampled_from(BEDS), seconds=st.sampled_from([0, 1, 31, 130]))
    def standby_begins_or_ends(self, bed: str, seconds: int) -> None:
        on = bed not in self.standby
        reply = self.ask(SetStandby(bed, "imaging" if on else "", "A")).result(timeout=30)
        assert not reply.error, reply.error
        if on:
            self.standby.add(bed)
        else:
            self.standby.remove(bed)
            self.resumed[bed] = self.now
            self.interrupt(bed)
        self.pass_time(1 + seconds)

    @rule(bed=st.sampled_from(BEDS), seconds=st.sampled_from([0, 1, 16]), stalled=st.booleans())
    def another_patient_comes(self, bed: str, seconds: int, stalled: bool) -> None:
        reply = self.ask(Discharge(bed, "A")).result(timeout=30)
        assert not reply.error, reply.error
        left = [alarm.condition.kind for alarm in self.core.beds[bed].alarms.alarms()]
        assert set(left) <= {Kind.TECHNICAL}, "an alarm of a patient who has left"
        self.last = {key: sent for key, sent in self.last.items() if key[0] != bed}
        self.temperatures[bed] = []
        self.own[bed] = ()
        self.interrupt(bed)
        self.resumed[bed] = self.now
        self.pass_time(seconds)
        events = (PumpEvent(PumpEventKind.PUMP_STALL, self.wall() - timedelta(hours=20), by="A"),) if stalled else ()
        self.patients += 1
        before = self.conditions_at(bed)
        self.admitting = bed
        reply = self.ask(Admit(patient(bed, f"P{self.patients}", baseline=USUAL), "A", events)).result(timeout=30)
        self.admitting = ""
        assert not reply.error, reply.error
        assert before <= self.conditions_at(bed), "NoLostAlarm: what stood at the bed goes on under the new name"
        self.resumed[bed] = self.now
        self.pass_time(1)

    def conditions_at(self, bed: str) -> set[str]:
        there = self.core.beds[bed].alarms.alarms()
        return {alarm.condition.key for alarm in there if alarm.presence is Presence.ACTIVE}

    @rule(bed=st.sampled_from(BEDS), code=st.sampled_from(FINDINGS))
    def a_nurse_charts_a_finding(self, bed: str, code: str) -> None:
        reply = self.ask(ChartFinding(bed, NurseObservation(code, self.wall(), "A"))).result(timeout=30)
        assert not reply.error, reply.error
        self.pass_time(1)

    @rule(bed=st.sampled_from(BEDS), kind=st.sampled_from(EVENTS))
    def a_nurse_charts_the_pump(self, bed: str, kind: PumpEventKind) -> None:
        reply = self.ask(ChartPumpEvent(bed, PumpEvent(kind, self.wall(), by="A"))).result(timeout=30)
        assert not reply.error, reply.error
        self.pass_time(1)

    # --- losses ------------------------------------------------------------------------------------------------------

    @rule(seconds=st.sampled_from([1, 6, 31]), data=st.data())
    def the_record_cannot_be_written_for_a_while(self, seconds: int, data: st.DataObject) -> None:
        """Everything goes on from memory, and nobody is told that an answer is recorded before it is."""
        lock = sqlite3.connect(self.file, isolation_level=None)
        lock.execute("begin immediate")
        answer = None
        try:
            self.pass_time(seconds)
            shown = [a for a in self.latest.values() if a.presence is not Presence.ENDED and a.acknowledged is None]
            if shown:
                seen = data.draw(st.sampled_from(shown))
                answer = self.ask(Acknowledge(seen.id, seen.version, "A", "seen"))
                self.answered[seen.id] = self.true
                assert not answer.done(), "AckedMeansStored: confirmed while nothing can be written"
        finally:
            lock.execute("rollback")
            lock.close()
        if answer is not None:
            assert not answer.result(timeout=30).error
        self.pass_time(1)

    def interrupt(self, bed: str) -> None:
        """A break: a run beyond a limit is counted anew from the next value."""
        self.beyond = {key: since for key, since in self.beyond.items() if key[0] != bed}

    # --- answers -----------------------------------------------------------------------------------------------------

    @precondition(lambda self: self.seen)
    @rule(data=st.data(), by=st.sampled_from(["A", "B"]), reason=st.sampled_from(["", "seen"]), old=st.booleans())
    def somebody_answers_what_he_saw(self, data: st.DataObject, by: str, reason: str, old: bool) -> None:
        shown = [alarm for alarm in self.latest.values() if alarm.presence is not Presence.ENDED]
        seen = data.draw(st.sampled_from(self.seen if old or not shown else shown))
        before = self.latest[seen.id]
        others = {k: a for k, a in self.latest.items() if k != seen.id}
        reply = self.ask(Acknowledge(seen.id, seen.version, by, reason)).result(timeout=30)
        if reply.error:
            assert self.latest[seen.id] is before
            return
        after = self.latest[seen.id]
        assert before.acknowledged is None, "OneAck: two answers to one occurrence"
        assert before.presence is not Presence.ENDED, "AckBindsOccurrence: an answer to what is over"
        assert seen.condition.stage >= before.condition.stage, "AckBindsOccurrence: a step the person never saw"
        assert seen.priority >= before.priority, "AckBindsOccurrence: a step the person never saw"
        assert after.acknowledged is not None
        assert after.acknowledged.by == by
        touched = [k for k, a in others.items() if self.latest[k].acknowledged != a.acknowledged]
        assert not touched, "AckBindsOccurrence: one answer covered two occurrences"
        self.answered[seen.id] = self.true
        query = "select count(*) from transition where alarm_id = ? and version = ? and change = 'acknowledge'"
        ((rows,),) = self.reader.execute(query, (seen.id, after.version)).fetchall()
        assert rows == 1, "AckedMeansStored: the answer was confirmed and is not in the database"

    @precondition(lambda self: any(a.acknowledged for a in self.latest.values() if a.presence is Presence.ACTIVE))
    @rule(data=st.data(), by=st.sampled_from(["A", "B"]))
    def somebody_takes_an_answer_back(self, data: st.DataObject, by: str) -> None:
        there = [a for a in self.latest.values() if a.acknowledged and a.presence is Presence.ACTIVE]
        alarm = data.draw(st.sampled_from(there))
        reply = self.ask(UndoAcknowledge(alarm.id, by)).result(timeout=30)
        late = self.true - self.answered[alarm.id] > UNDO_S
        assert alarm.acknowledged is not None
        if alarm.acknowledged.by != by or (late and not self.stepped_back):
            assert reply.error
        if not reply.error:
            assert self.latest[alarm.id].acknowledged is None

    @rule()
    def somebody_pauses_the_sound(self) -> None:
        self.sound.toggle_pause()
        self.silent_until = 0.0 if self.silent_until else self.true + PAUSE_S
        self.pass_time(1)

    @rule(by=st.sampled_from(["A", "B"]))
    def somebody_turns_the_sound_off(self, by: str) -> None:
        """Only A may."""
        self.sound.user = by
        self.sound.turn_off()
        if by == "A":
            self.silent_until = self.true + AUDIO_OFF_S
        self.pass_time(1)

    @rule(seconds=st.sampled_from([-3600.0, -30.0, -1.0, 1.0, 30.0, 3600.0]))
    def the_clock_steps(self, seconds: float) -> None:
        self.offset += seconds
        self.stepped_back = self.stepped_back or seconds < 0
        self.pass_time(1)
        if abs(seconds) >= 2:
            assert any(a.condition.key == "technical:clock" for a in self.core.snapshot(self.now, self.wall()).alarms)

    @rule(down=st.sampled_from([0.0, 4.0, 40.0, 1200.0]), crash=st.booleans())
    def the_console_restarts(self, down: float, crash: bool) -> None:
        standing = {k: a for k, a in self.latest.items() if a.presence is not Presence.ENDED}
        self.number += 1
        file = self.folder / f"ward{self.number}.db"
        if crash:
            # A kill a second after the last commit: what that second brought is in no record.
            durable = self.store.durable()
            with sqlite3.connect(file) as copy:
                self.reader.backup(copy)
            copy.close()
            self.pass_time(1)
            self.end()
            self.forget_what_was_not_stored(file, durable)
        else:
            self.end()
            file = self.file
        self.true += down
        self.now += self.offset + down
        self.offset = 0.0
        if self.stepped_back:
            # The record says when it was answered by a clock that has stepped: counted from now at the latest.
            self.answered = dict.fromkeys(self.answered, self.true)
        self.begin(file)
        self.standby.clear()  # a bed is watched again after a restart, whatever was before
        for bed in BEDS:
            assert self.core.beds[bed].alarms.limits_view.own == self.own[bed], "limits were lost by a restart"
        if not crash:
            for alarm_id, alarm in standing.items():
                again = self.latest[alarm_id]
                assert (again.presence, again.acknowledged) == (alarm.presence, alarm.acknowledged), "lost by a restart"
                assert self.versions[alarm_id] == alarm.version + 1, "NoLostAlarm: not taken up after the restart"
        self.tick()

    def forget_what_was_not_stored(self, file: Path, durable: list[Transition]) -> None:
        """After a crash the record is the truth; what it had confirmed as durable must be there."""
        copy = sqlite3.connect(file)
        stored = set(copy.execute("select alarm_id, version from transition"))
        copy.close()
        for step in durable:
            assert (step.alarm.id, step.alarm.version) in stored, "AckedMeansStored: a durable step is gone"
        self.versions = {}
        for alarm_id, version in stored:
            self.versions[alarm_id] = max(version, self.versions.get(alarm_id, 0))
        self.latest = {alarm_id: self.states[alarm_id, version] for alarm_id, version in self.versions.items()}
        self.seen = [alarm for alarm in self.seen if alarm.version <= self.versions.get(alarm.id, 0)]

    @invariant()
    def the_record_holds_no_second_answer(self) -> None:
        """OneAck, in the record: answers and their ends take turns."""
        turns = "change in ('acknowledge', 'unacknowledge', 'resound', 'escalate')"
        answered = ""
        for alarm_id, change in self.reader.execute(
            f"select alarm_id, change from transition where {turns} order by alarm_id, version"
        ):
            assert change != "acknowledge" or answered != alarm_id, "OneAck: two answers stand at once"
            answered = alarm_id if change == "acknowledge" else ""
