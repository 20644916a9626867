"""A whole ward under any order of values, answers, pauses, losses, clock steps and restarts, on a real database.

The machine drives a running ward as the console does, and keeps its own small account of what was sent and asked. The
invariants are those of the reliability scoreboard: NoLostAlarm, AckBindsOccurrence, OneAck, AckedMeansStored,
NoStaleAsLive, SilenceEnds; and that data loss never clears.
"""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from pathlib import Path

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from console.alarms.alarm import Alarm, Change, Kind, Presence, Priority, Stage, Transition
from console.link.commands import Acknowledge, Admit, UndoAcknowledge
from console.link.snapshot import WardSnapshot
from console.ward.chart import PumpEvent, PumpEventKind
from console.ward.patient import Baseline
from console.ward.source import Liveness
from drivers.observation import Parameter
from tests.console.alarms.running_ward import BEDS, HR, QUIET, RR, SPO2, STRIDE_S, TEMP, RunningWard
from tests.console.ward_fakes import START, patient, utc

LIVE_S = 10.0
"""Reliability scoreboard, rows 5 and 7: nothing older looks live, and by then there is a technical alarm."""

GREY_S = 2.0
"""Values of a link that is known to be down look live no longer than this."""

FIRST_WORD_S = 30.0
"""A source that has not been heard since the start has so long: a line has to be opened first."""

PATTERN_QUIET_S = 180.0
"""A pattern judges minute by minute: what stepped down later than this after the last value did so for want of data."""

RETURN_S = {Priority.HIGH: 600.0, Priority.MEDIUM: 1800.0, Priority.LOW: 3600.0}
UNDO_S, PAUSE_S = 5.0, 120.0
"""The figures of detector specification and interface design, section 5 each, not those of the program."""

LEVELS: dict[Parameter, tuple[float | None, ...]] = {
    HR: (76.0, 76.0, 122.0, 130.0, 150.0, 45.0, 38.0, None),
    RR: (15.0, 15.0, 26.0, 34.0, 8.0, 5.0, None),
    SPO2: (97.0, 97.0, 90.0, 88.0, 82.0, None),
    TEMP: (36.8, 36.8, 38.6, 39.4, 40.3, None),
}
SIGNS: dict[str, dict[Parameter, float | None]] = {
    "quiet": QUIET,
    "autonomic": {HR: 138.0, RR: 30.0, SPO2: 95.0, TEMP: 39.6},
    "respiratory": {HR: 52.0, RR: 5.0, SPO2: 84.0, TEMP: 36.4},
}


class WardMachine(RunningWard, RuleBasedStateMachine):
    """See the module. One instance is one run."""

    def __init__(self) -> None:
        RuleBasedStateMachine.__init__(self)
        RunningWard.__init__(self)

    def teardown(self) -> None:
        RunningWard.teardown(self)

    # --- what must hold at every second -----------------------------------------------------------------------------

    def look(self, snapshot: WardSnapshot, new: list[Transition]) -> None:
        self.no_lost_limit(snapshot)
        self.no_lost_data_alarm(snapshot)
        self.data_loss_never_clears(new)
        self.no_stale_as_live(snapshot)
        self.answers_end(snapshot)
        self.silent_for_a_reason(snapshot)
        self.heard_or_paused(snapshot, new)

    def no_lost_limit(self, snapshot: WardSnapshot) -> None:
        """NoLostAlarm: beyond a limit for longer than its delay, and the alarm stands at that priority or above."""
        for (bed, parameter, side, priority), since in self.beyond.items():
            limits = self.core.beds[bed].alarms.limits.limits(parameter)
            assert limits is not None
            if self.heard[bed] != self.now or self.now - since < limits.delay_s:
                continue
            found = active(snapshot, bed, f"limit:{parameter.value}:{side}")
            assert found is not None, f"NoLostAlarm: {bed} {parameter} {side} for {self.now - since:g} s without alarm"
            assert found.priority >= priority, f"NoLostAlarm: {bed} {parameter} {side} has too low a priority"

    def no_lost_data_alarm(self, snapshot: WardSnapshot) -> None:
        """NoLostAlarm: ten seconds without a word, and a technical alarm says so; medium when it goes on."""
        for bed in BEDS:
            silent = self.now - self.heard[bed]
            if silent < (LIVE_S if self.heard[bed] > self.began else FIRST_WORD_S):
                continue
            found = active(snapshot, bed, f"technical:data:monitor {bed}")
            assert found is not None, f"NoLostAlarm: {bed} silent for {silent:g} s without a technical alarm"
            assert silent < 61 or found.priority >= Priority.MEDIUM

    def data_loss_never_clears(self, new: list[Transition]) -> None:
        """A limit alarm ends with a value inside the limit, a pattern alarm while there are values: never without."""
        for step in new:
            condition, bed = step.alarm.condition, step.alarm.bed
            if step.change not in (Change.CLEAR, Change.DEESCALATE):
                continue
            if condition.kind is Kind.LIMIT:
                (parameter,) = condition.parameters
                sent = self.last.get((bed, parameter))
                assert sent is not None, f"data loss cleared {condition.key}"
                assert sent[0] == self.now, f"data loss cleared {condition.key}"
                assert sent[1] is not None, f"'no data' cleared {condition.key}"
                assert not (step.change is Change.CLEAR and self.outside(bed, condition.key)), "cleared while outside"
            elif condition.kind.is_pattern:
                assert self.now - self.valid_at[bed] <= PATTERN_QUIET_S, f"data loss cleared {condition.key}"

    def outside(self, bed: str, key: str) -> bool:
        _, parameter, side = key.split(":")
        return (bed, Parameter(parameter), side, Priority.MEDIUM) in self.beyond

    def no_stale_as_live(self, snapshot: WardSnapshot) -> None:
        """NoStaleAsLive: what is shown as live is what was sent last, and not older than ten seconds."""
        for bed in snapshot.beds:
            for reading in bed.readings:
                sent = self.last.get((bed.bed, reading.parameter))
                assert sent is not None, "a value is shown that was not sent since the start"
                assert reading.value == sent[1], "a value is shown that was not sent last"
                if reading.liveness is Liveness.LIVE and reading.value is not None:
                    assert self.now - sent[0] < LIVE_S, "NoStaleAsLive"
                    assert self.now - self.down_at.get(bed.bed, self.now) <= GREY_S, "NoStaleAsLive: the cable is out"

    def answers_end(self, snapshot: WardSnapshot) -> None:
        """SilenceEnds: an acknowledged alarm that still stands sounds again."""
        for alarm in alarms(snapshot):
            if alarm.acknowledged is None or alarm.presence is not Presence.ACTIVE or watch(alarm):
                continue
            silent = self.true - self.answered[alarm.id]
            assert silent < RETURN_S[alarm.priority] + STRIDE_S, f"SilenceEnds: {alarm.condition.key} {silent:g} s"

    def silent_for_a_reason(self, snapshot: WardSnapshot) -> None:
        """An unanswered alarm that stands sounds, unless it is a watch or a pattern alarm of its bed speaks for it."""
        for alarm in alarms(snapshot):
            if alarm.presence is not Presence.ACTIVE or alarm.acknowledged is not None:
                assert not alarm.sounding
            elif not alarm.sounding:
                assert watch(alarm) or (alarm.condition.kind is Kind.LIMIT and covered(alarm, snapshot))

    def heard_or_paused(self, snapshot: WardSnapshot, new: list[Transition]) -> None:
        """SilenceEnds: a pause lasts two minutes at most and not beyond a new emergency; otherwise it is heard."""
        fresh = (Change.ONSET, Change.ESCALATE)
        broken = any(s.change in fresh and s.alarm.priority is Priority.HIGH and s.alarm.sounding for s in new)
        if self.paused_at is not None and (broken or self.true - self.paused_at >= PAUSE_S):
            self.paused_at = None
        loudest = max((a.priority for a in alarms(snapshot) if a.sounding), default=Priority.LOW)
        wanted = loudest if loudest > Priority.LOW and self.paused_at is None else None
        assert self.speaker.sounding is wanted, f"{self.speaker.sounding} sounds, {wanted} is to be heard"

    # --- rules -------------------------------------------------------------------------------------------------------

    @initialize()
    def two_patients_lie_here(self) -> None:
        stall = PumpEvent(PumpEventKind.PUMP_STALL, utc(START) - timedelta(hours=20), by="A")
        usual = Baseline(temp=36.8, hr=76, sbp=120, dbp=74, rr=15, spo2=97, etco2=38)
        for index, bed in enumerate(BEDS):
            events = (stall,) if index == 0 else ()
            reply = self.ask(Admit(patient(bed, f"P{index}", baseline=usual), "A", events)).result(timeout=30)
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

    def interrupt(self, bed: str) -> None:
        """A break: a run beyond a limit is counted anew from the next value."""
        self.beyond = {key: since for key, since in self.beyond.items() if key[0] != bed}

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
        self.paused_at = self.true if self.paused_at is None else None
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


def alarms(snapshot: WardSnapshot) -> list[Alarm]:
    """Every alarm of the ward that is not over."""
    return [alarm for bed in snapshot.beds for alarm in bed.alarms] + list(snapshot.alarms)


def active(snapshot: WardSnapshot, bed: str, key: str) -> Alarm | None:
    """The alarm of a condition that is there now."""
    found = snapshot.bed(bed)
    assert found is not None
    return next((a for a in found.alarms if a.condition.key == key and a.presence is Presence.ACTIVE), None)


def watch(alarm: Alarm) -> bool:
    """Watch is information, never sounded."""
    return alarm.condition.kind.is_pattern and alarm.condition.stage is Stage.WATCH


def covered(limit: Alarm, snapshot: WardSnapshot) -> bool:
    """A pattern alarm of the bed of equal or higher priority has the limited signal among its members."""
    return any(
        a.condition.kind.is_pattern
        and a.bed == limit.bed
        and a.presence is Presence.ACTIVE
        and a.condition.stage >= Stage.WARNING
        and a.priority >= limit.priority
        and set(a.condition.parameters) & set(limit.condition.parameters)
        for a in alarms(snapshot)
    )
