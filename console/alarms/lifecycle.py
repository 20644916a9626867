"""The life of alarms at one bed: onset, steps up and down, answer, latch, end (IEC 60601-1-8; detector spec. 5).

Detectors say which conditions hold now; `LifeCycle.step` turns the difference from before into transitions. An
acknowledgement belongs to one occurrence as the person saw it: it is refused when the alarm has stepped up since.
Pure: engine time, wall time and identifiers are passed in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from console.alarms.alarm import (
    Acknowledgement,
    Alarm,
    Change,
    Condition,
    Kind,
    Presence,
    Priority,
    Stage,
    Transition,
)
from console.alarms.escalation import EscalationRules

UNDO_S = 5.0
"""An acknowledgement can be taken back for so many seconds."""

POINTS_RISE = 2
"""A pattern whose score rises by so much after its acknowledgement is news (detector specification, section 5)."""

UPDATE_S = 60.0
"""Changed wording or points of a standing alarm are journalled at most this often."""


class RefusedError(Exception):
    """An act on an alarm that cannot be done; the text is one plain sentence for the person."""


@dataclass(slots=True)
class HeldAlarm:
    """An alarm that is not over, with what its record does not carry.

    seen_from: the oldest version an acknowledgement may refer to. muted_by: id of the pattern alarm under which this
    limit alarm is shown. acked_stamp, acked_points: engine time and pattern points of the acknowledgement.
    """

    alarm: Alarm
    seen_from: int
    journalled: float
    journalled_condition: Condition
    muted_by: str | None = None
    acked_stamp: float = 0.0
    acked_points: int = 0


class LifeCycle:
    """The alarms of one bed (or of the console itself, bed ""). At most one alarm per condition key is active.

    escalation: when unanswered alarms are told again and answered ones come back; left out, as in a replay where nobody
    could answer: never the one, after the longest times the other.
    """

    def __init__(
        self,
        bed: str,
        new_id: Callable[[], str],
        *,
        demo: bool = False,
        escalation: EscalationRules | None = None,
    ) -> None:
        self._bed = bed
        self._new_id = new_id
        self.demo = demo
        self._escalation = escalation or EscalationRules()
        self._entries: dict[str, HeldAlarm] = {}
        self._cache: tuple[Alarm, ...] | None = ()

    def step(
        self, conditions: Sequence[Condition], now: float, utc: datetime, patient_id: str = ""
    ) -> list[Transition]:
        """Bring the alarms in line with the conditions that hold now; what happened, in order."""
        if not conditions and not self._entries:
            return []
        out: list[Transition] = []
        present = {condition.key: condition for condition in conditions}
        for key, entry in list(self._entries.items()):
            if key not in present and entry.alarm.presence is Presence.ACTIVE:
                self._clear(entry, now, utc, out)
        # Patterns first, so that a limit alarm of the same moment finds the pattern it belongs to.
        for condition in sorted(present.values(), key=lambda c: not c.kind.is_pattern):
            known = self._entries.get(condition.key)
            if known is None or known.alarm.presence is not Presence.ACTIVE:
                self._onset(condition, patient_id, now, utc, out)
            elif known.alarm.condition is not condition:
                self._follow(known, condition, now, utc, out)
        self._remind(now, utc, out)
        self._mute(now, utc, out)
        self._escalate(now, utc, out)
        return out

    def acknowledge(self, alarm_id: str, version: int, by: str, reason: str, now: float, utc: datetime) -> Transition:
        """Answer the occurrence as it was seen at `version`. Raises RefusedError."""
        entry = self._find(alarm_id)
        alarm = entry.alarm
        if not by.strip():
            raise RefusedError("An acknowledgement needs the name of the person.")
        if alarm.acknowledged is not None:
            raise RefusedError(f"{alarm.acknowledged.by} has already acknowledged this alarm.")
        if not entry.seen_from <= version <= alarm.version:
            raise RefusedError("This alarm has changed since it was shown: look again.")
        if not reason.strip() and alarm.condition.kind.is_pattern and alarm.highest is Priority.HIGH:
            raise RefusedError("An emergency needs a reason to be acknowledged.")
        over = alarm.presence is Presence.LATCHED
        entry.acked_stamp = now
        entry.acked_points = alarm.condition.points
        changed = replace(
            alarm,
            version=alarm.version + 1,
            acknowledged=Acknowledgement(by, utc, reason),
            presence=Presence.ENDED if over else alarm.presence,
            sounding=False,
        )
        return self._store(entry, changed, Change.ACKNOWLEDGE, now, utc, by=by)

    def undo(self, alarm_id: str, by: str, now: float, utc: datetime, within_s: float = UNDO_S) -> Transition:
        """Take back one's own acknowledgement within five seconds. Raises RefusedError.

        within_s: the same five in engine seconds, where a demonstration makes them run faster.
        """
        entry = self._find(alarm_id)
        acknowledged = entry.alarm.acknowledged
        if acknowledged is None:
            raise RefusedError("This alarm is not acknowledged.")
        if acknowledged.by != by:
            raise RefusedError(f"Only {acknowledged.by} can take this acknowledgement back.")
        if now - entry.acked_stamp > within_s:
            raise RefusedError(f"An acknowledgement can be taken back for {UNDO_S:g} seconds only.")
        return self._reopen(entry, Change.UNACKNOWLEDGE, now, utc, by=by)

    def end_all(self, now: float, utc: datetime, by: str = "") -> list[Transition]:
        """End every alarm a person has set aside: the patient has left, or the bed is on standby."""
        out: list[Transition] = []
        for entry in list(self._entries.values()):
            change = Change.CLEAR if entry.alarm.presence is Presence.ACTIVE else Change.UPDATE
            self._end(entry, change, now, utc, out, by=by)
        return out

    def release(self, belongs: Callable[[Condition], bool]) -> tuple[HeldAlarm, ...]:
        """Give up the alarms that belong to a patient who is moved to another bed; `adopt` takes them there."""
        going = tuple(entry for entry in self._entries.values() if belongs(entry.alarm.condition))
        for entry in going:
            del self._entries[entry.alarm.condition.key]
        self._cache = None
        return going

    def adopt(self, going: Iterable[HeldAlarm], now: float, utc: datetime, by: str = "") -> list[Transition]:
        """Take up alarms that another bed has released: the same occurrences, answered or not, at this bed."""
        out = []
        for entry in going:
            alarm = replace(entry.alarm, bed=self._bed, version=entry.alarm.version + 1)
            out.append(self._store(entry, alarm, Change.UPDATE, now, utc, alarm.condition.stage, by))
        return out

    def rename(self, patient_id: str) -> None:
        """The alarms that stand are those of the same patient under another number."""
        for entry in self._entries.values():
            entry.alarm = replace(entry.alarm, patient_id=patient_id)
        self._cache = None

    def restore(self, alarms: Iterable[Alarm], now: float, utc: datetime) -> list[Transition]:
        """Take up alarms that were not over before a restart; those nobody has answered are announced again."""
        out = []
        for alarm in alarms:
            if alarm.presence is Presence.ENDED or alarm.condition.key in self._entries:
                continue
            entry = HeldAlarm(alarm, alarm.version, now, alarm.condition)
            if alarm.acknowledged is not None:
                entry.acked_stamp = now - max(0.0, (utc - alarm.acknowledged.at).total_seconds())
                entry.acked_points = alarm.condition.points
            # Engine time starts anew with the process; ages on screen follow the recorded wall time.
            since = now - max(0.0, (utc - alarm.stepped_at).total_seconds())
            called = None if alarm.called is None else since + (alarm.called - alarm.since)
            changed = replace(alarm, version=alarm.version + 1, since=since, called=called, sounding=_audible(alarm))
            out.append(self._store(entry, changed, Change.RESTORE, now, utc))
        return out

    def alarms(self) -> tuple[Alarm, ...]:
        """Every alarm that is not over, most urgent first; the same tuple while nothing has changed."""
        if self._cache is None:
            self._cache = tuple(sorted((entry.alarm for entry in self._entries.values()), key=_urgency))
        return self._cache

    def holds(self, alarm_id: str) -> bool:
        """True when the alarm belongs to this bed and is not over."""
        return any(entry.alarm.id == alarm_id for entry in self._entries.values())

    def next_due(self) -> float | None:
        """The earliest engine time at which an acknowledged alarm sounds again, or None."""
        due = [
            entry.acked_stamp + self._escalation.reminder_s(entry.alarm.priority)
            for entry in self._entries.values()
            if entry.alarm.acknowledged is not None and not silent(entry.alarm.condition)
        ]
        return min(due, default=None)

    def _find(self, alarm_id: str) -> HeldAlarm:
        for entry in self._entries.values():
            if entry.alarm.id == alarm_id:
                return entry
        raise RefusedError("This alarm is over.")

    def _onset(self, condition: Condition, patient_id: str, now: float, utc: datetime, out: list[Transition]) -> None:
        before = self._entries.get(condition.key)
        if before is not None:
            # It ended, nobody answered, and it is back: the new occurrence takes the place of the old one.
            self._end(before, Change.UPDATE, now, utc, out)
        alarm = Alarm(
            id=self._new_id(),
            version=1,
            bed=self._bed,
            patient_id=patient_id,
            condition=condition,
            raised_at=utc,
            stepped_at=utc,
            since=now,
            highest=condition.priority,
            demo=self.demo,
        )
        entry = HeldAlarm(alarm, 1, now, condition, muted_by=self._cover(condition))
        changed = replace(alarm.with_account(utc), sounding=_audible(alarm) and entry.muted_by is None)
        out.append(self._store(entry, changed, Change.ONSET, now, utc))

    def _follow(self, entry: HeldAlarm, condition: Condition, now: float, utc: datetime, out: list[Transition]) -> None:
        before = entry.alarm
        old = before.condition
        if condition.priority > old.priority or condition.stage > old.stage:
            entry.muted_by = self._cover(condition)
            changed = replace(
                before,
                condition=condition,
                version=before.version + 1,
                stepped_at=utc,
                since=now,
                acknowledged=None,
                called=None,
                unanswered=0,
                highest=max(before.highest, condition.priority),
            )
            changed = replace(changed.with_account(utc), sounding=_audible(changed) and entry.muted_by is None)
            entry.seen_from = changed.version
            out.append(self._store(entry, changed, Change.ESCALATE, now, utc, old.stage))
        elif condition.priority < old.priority or condition.stage < old.stage:
            changed = replace(before, condition=condition, version=before.version + 1)
            changed = replace(changed, sounding=_audible(changed) and entry.muted_by is None)
            out.append(self._store(entry, changed, Change.DEESCALATE, now, utc, old.stage))
        elif now - entry.journalled >= UPDATE_S and condition != entry.journalled_condition:
            changed = replace(before, condition=condition, version=before.version + 1)
            out.append(self._store(entry, changed, Change.UPDATE, now, utc, old.stage))
        else:
            # New wording of the same step: shown at once, journalled with the next transition.
            entry.alarm = replace(before, condition=condition)
            self._cache = None

    def _clear(self, entry: HeldAlarm, now: float, utc: datetime, out: list[Transition]) -> None:
        alarm = entry.alarm
        latch = alarm.acknowledged is None and alarm.highest >= Priority.MEDIUM
        if not latch:
            self._end(entry, Change.CLEAR, now, utc, out)
            return
        changed = replace(alarm, version=alarm.version + 1, presence=Presence.LATCHED, ended_at=utc, sounding=False)
        out.append(self._store(entry, changed, Change.CLEAR, now, utc, alarm.condition.stage))

    def _end(
        self, entry: HeldAlarm, change: Change, now: float, utc: datetime, out: list[Transition], by: str = ""
    ) -> None:
        alarm = entry.alarm
        changed = replace(
            alarm,
            version=alarm.version + 1,
            presence=Presence.ENDED,
            ended_at=alarm.ended_at or utc,
            sounding=False,
        )
        out.append(self._store(entry, changed, change, now, utc, alarm.condition.stage, by))

    def _remind(self, now: float, utc: datetime, out: list[Transition]) -> None:
        for entry in self._entries.values():
            alarm = entry.alarm
            if alarm.acknowledged is None or alarm.presence is not Presence.ACTIVE or silent(alarm.condition):
                continue
            risen = alarm.condition.points >= entry.acked_points + POINTS_RISE
            if risen or now - entry.acked_stamp >= self._escalation.reminder_s(alarm.priority):
                out.append(self._reopen(entry, Change.RESOUND, now, utc))

    def _reopen(self, entry: HeldAlarm, change: Change, now: float, utc: datetime, by: str = "") -> Transition:
        alarm = replace(entry.alarm, version=entry.alarm.version + 1, acknowledged=None)
        entry.seen_from = alarm.version
        if change is Change.RESOUND:
            alarm = replace(alarm, called=now, unanswered=0)
        alarm = replace(alarm, sounding=_audible(alarm) and entry.muted_by is None)
        return self._store(entry, alarm, change, now, utc, alarm.condition.stage, by)

    def _cover(self, condition: Condition) -> str | None:
        """Id of the unanswered pattern alarm that already speaks for this limit alarm, or None."""
        if condition.kind is not Kind.LIMIT:
            return None
        for entry in self._entries.values():
            alarm = entry.alarm
            if alarm.acknowledged is None and _speaks_for(alarm, condition):
                return alarm.id
        return None

    def _mute(self, now: float, utc: datetime, out: list[Transition]) -> None:
        """Limit alarms under a pattern alarm fall silent with it and sound again when it no longer speaks for them."""
        patterns = {e.alarm.id: e.alarm for e in self._entries.values() if e.alarm.condition.kind.is_pattern}
        for entry in self._entries.values():
            alarm = entry.alarm
            if alarm.condition.kind is not Kind.LIMIT or alarm.presence is not Presence.ACTIVE:
                continue
            cover = patterns.get(entry.muted_by or "")
            if cover is None or not _speaks_for(cover, alarm.condition):
                entry.muted_by = self._cover(alarm.condition)
            sounding = _audible(alarm) and entry.muted_by is None
            if sounding != alarm.sounding:
                called = now if sounding else alarm.called
                changed = replace(alarm, version=alarm.version + 1, sounding=sounding, called=called)
                out.append(self._store(entry, changed, Change.UPDATE, now, utc, alarm.condition.stage))

    def _escalate(self, now: float, utc: datetime, out: list[Transition]) -> None:
        """Every step without an answer is told and journalled once."""
        for entry in self._entries.values():
            alarm = entry.alarm
            step = self._escalation.step(alarm, now)
            if step > alarm.unanswered:
                changed = replace(alarm, version=alarm.version + 1, unanswered=step)
                out.append(self._store(entry, changed, Change.UNANSWERED, now, utc, alarm.condition.stage))

    def _store(
        self,
        entry: HeldAlarm,
        alarm: Alarm,
        change: Change,
        now: float,
        utc: datetime,
        stage_before: Stage = Stage.NONE,
        by: str = "",
    ) -> Transition:
        entry.alarm = alarm
        entry.journalled = now
        entry.journalled_condition = alarm.condition
        if alarm.presence is Presence.ENDED:
            del self._entries[alarm.condition.key]
        else:
            self._entries[alarm.condition.key] = entry
        self._cache = None
        return Transition(alarm, change, utc, now, stage_before, by)


def silent(condition: Condition) -> bool:
    """Watch is information: shown, never sounded (detector specification, section 5)."""
    return condition.kind.is_pattern and condition.stage <= Stage.WATCH


def _audible(alarm: Alarm) -> bool:
    return alarm.presence is Presence.ACTIVE and alarm.acknowledged is None and not silent(alarm.condition)


def _speaks_for(pattern: Alarm, limit: Condition) -> bool:
    """A sounding-stage pattern of equal or higher priority in which the limited signal scores."""
    condition = pattern.condition
    return (
        condition.kind.is_pattern
        and pattern.presence is Presence.ACTIVE
        and condition.stage >= Stage.WARNING
        and condition.priority >= limit.priority
        and any(parameter in condition.parameters for parameter in limit.parameters)
    )


def _urgency(alarm: Alarm) -> tuple[bool, int, bool, int, float]:
    """Active before latched, priority, unanswered first, pattern before limit before technical, newest first."""
    kind = alarm.condition.kind
    rank = 0 if kind.is_pattern else 1 if kind is Kind.LIMIT else 2
    return (
        alarm.presence is not Presence.ACTIVE,
        -alarm.priority,
        alarm.acknowledged is not None,
        rank,
        -alarm.since,
    )
