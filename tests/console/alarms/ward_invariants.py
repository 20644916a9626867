"""What must hold of a running ward at every second, whatever has happened to it: the invariants of the scoreboard.

NoLostAlarm, NoStaleAsLive, SilenceEnds, that data loss never clears, that standby is silent and an unanswered alarm is
told again. The figures are those of the specifications, not those of the program.
"""

from __future__ import annotations

from console.alarms.alarm import Alarm, Change, Kind, Presence, Priority, Stage, Transition
from console.link.snapshot import BedState, WardSnapshot
from console.ward.source import Liveness
from drivers.observation import Parameter
from tests.console.alarms.running_ward import BEDS, CUFF, STRIDE_S, TEMP, RunningWard

LIVE_S = 10.0
"""Reliability scoreboard, rows 5 and 7: nothing older looks live, and by then there is a technical alarm."""

SINGLE_LIVE_S = {**dict.fromkeys(CUFF, 5400.0), TEMP: 14400.0}
"""A cuff pressure stands 90 min, a temperature taken now and then 4 h (detector specification, section 1)."""

GREY_S = 2.0
"""Values of a link that is known to be down look live no longer than this."""

FIRST_WORD_S = 30.0
"""A source that has not been heard since the start has so long: a line has to be opened first."""

PATTERN_QUIET_S = 180.0
"""A pattern judges minute by minute: what stepped down later than this after the last value did so for want of data."""

RETURN_S = {Priority.HIGH: 600.0, Priority.MEDIUM: 1800.0, Priority.LOW: 3600.0}
TOLD_AGAIN_S = {Priority.HIGH: (60.0, 180.0), Priority.MEDIUM: (600.0,)}
"""Reminder and escalation: detector specification, section 5."""


class WardInvariants(RunningWard):
    """Looks at the ward after every second, and at every step as it happens."""

    def look(self, snapshot: WardSnapshot, new: list[Transition]) -> None:
        self.no_lost_limit(snapshot)
        self.no_lost_data_alarm(snapshot)
        self.no_stale_as_live(snapshot)
        self.answers_end(snapshot)
        self.silent_for_a_reason(snapshot)
        self.heard_or_silenced(snapshot, new)
        self.unanswered_is_told_again(snapshot)
        self.standby_is_silent(snapshot)

    def happened(self, step: Transition) -> None:
        """A limit alarm ends with a value inside the limit, a pattern alarm while there are values: never without.

        What charted findings alone have raised ends after they were charted absent, whatever the monitor does.
        """
        condition, bed = step.alarm.condition, step.alarm.bed
        if condition.kind.is_pattern and condition.parameters:
            self.of_values.add(step.alarm.id)
        if step.change not in (Change.CLEAR, Change.DEESCALATE) or step.by:
            return  # a person ends every alarm of a bed by standby and discharge
        if bed == self.admitting:
            return  # it begins anew in the same moment, under the name of the patient who has come
        if condition.kind is Kind.LIMIT:
            (parameter,) = condition.parameters
            sent = self.last.get((bed, parameter))
            assert sent is not None, f"data loss cleared {condition.key}"
            assert sent[0] == self.now, f"data loss cleared {condition.key}"
            assert sent[1] is not None, f"'no data' cleared {condition.key}"
            assert not (step.change is Change.CLEAR and self.outside(bed, condition.key)), "cleared while outside"
        elif step.alarm.id in self.of_values:
            assert self.now - self.valid_at[bed] <= PATTERN_QUIET_S, f"data loss cleared {condition.key}"

    def outside(self, bed: str, key: str) -> bool:
        _, parameter, side = key.split(":")
        return (bed, Parameter(parameter), side, Priority.MEDIUM) in self.beyond

    def no_lost_limit(self, snapshot: WardSnapshot) -> None:
        """NoLostAlarm: beyond a limit for longer than its delay, and the alarm stands at that priority or above."""
        for (bed, parameter, side, priority), since in self.beyond.items():
            limits = self.core.beds[bed].alarms.limits.limits(parameter)
            assert limits is not None
            if bed in self.standby or self.heard[bed] != self.now or self.now - since < limits.delay_s:
                continue
            found = active(snapshot, bed, f"limit:{parameter.value}:{side}")
            assert found is not None, f"NoLostAlarm: {bed} {parameter} {side} for {self.now - since:g} s without alarm"
            assert found.priority >= priority, f"NoLostAlarm: {bed} {parameter} {side} has too low a priority"

    def no_lost_data_alarm(self, snapshot: WardSnapshot) -> None:
        """NoLostAlarm: ten seconds without a word, and a technical alarm says so; medium when it goes on."""
        for bed in BEDS:
            heard = self.heard[bed] > self.began
            since = self.heard[bed] if heard else max(self.began, self.resumed.get(bed, self.began))
            silent = self.now - since
            if bed in self.standby or silent < (LIVE_S if heard else FIRST_WORD_S):
                continue
            found = active(snapshot, bed, f"technical:data:monitor {bed}")
            assert found is not None, f"NoLostAlarm: {bed} silent for {silent:g} s without a technical alarm"
            assert silent < 61 or found.priority >= Priority.MEDIUM

    def no_stale_as_live(self, snapshot: WardSnapshot) -> None:
        """NoStaleAsLive: what is shown as live is what was sent last, and no older than its kind may be."""
        for bed in snapshot.beds:
            for reading in bed.readings:
                parameter = reading.parameter
                sent = self.last.get((bed.bed, parameter))
                assert sent is not None, "a value is shown that was not sent since the start"
                assert reading.value == sent[1], "a value is shown that was not sent last"
                if reading.liveness is not Liveness.LIVE or reading.value is None:
                    continue
                single = parameter in CUFF or (parameter is TEMP and not self.temperature_streams(bed.bed))
                assert self.now - sent[0] < (SINGLE_LIVE_S[parameter] if single else LIVE_S), "NoStaleAsLive"
                assert self.now - self.heard[bed.bed] < LIVE_S, "NoStaleAsLive: nothing comes from this monitor"
                assert self.now - self.down_at.get(bed.bed, self.now) <= GREY_S, "NoStaleAsLive: the cable is out"

    def temperature_streams(self, bed: str) -> bool:
        """Three temperatures within ten minutes are a stream (detector specification, section 1)."""
        taken = self.temperatures[bed][-3:]
        return len(taken) == 3 and taken[-1] - taken[0] <= 600.0

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

    def heard_or_silenced(self, snapshot: WardSnapshot, new: list[Transition]) -> None:
        """SilenceEnds: a pause or AUDIO OFF lasts as long as allowed, not beyond a new emergency; else it is heard."""
        fresh = (Change.ONSET, Change.ESCALATE)
        broken = any(s.change in fresh and s.alarm.priority is Priority.HIGH and s.alarm.sounding for s in new)
        if broken or self.true >= self.silent_until:
            self.silent_until = 0.0
        loudest = max((a.priority for a in alarms(snapshot) if a.sounding), default=Priority.LOW)
        wanted = loudest if loudest > Priority.LOW and not self.silent_until else None
        assert self.speaker.sounding is wanted, f"{self.speaker.sounding} sounds, {wanted} is to be heard"

    def unanswered_is_told_again(self, snapshot: WardSnapshot) -> None:
        """What has called without a break for the time of a step has reached it."""
        calling = {(alarm.id, alarm.priority): alarm for alarm in alarms(snapshot) if alarm.sounding}
        self.calling_since = {key: self.calling_since.get(key, self.now) for key in calling}
        for (alarm_id, priority), since in self.calling_since.items():
            steps = sum(1 for after in TOLD_AGAIN_S.get(priority, ()) if self.now - since >= after)
            assert calling[alarm_id, priority].unanswered >= steps, "nobody answers, and it is not told again"

    def standby_is_silent(self, snapshot: WardSnapshot) -> None:
        """A bed on standby says so and has no alarm; no other bed says so."""
        for bed in snapshot.beds:
            assert (bed.state is BedState.STANDBY) == (bed.bed in self.standby)
            assert bed.bed not in self.standby or not bed.alarms


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
