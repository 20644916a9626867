"""Which step of an alarm goes to which alarm manager, and what it says there. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from console.alarms.alarm import Alarm, Change, Kind, Presence, Priority, Transition
from console.alarms.lifecycle import silent
from console.alarms.technical_text import MANAGER
from console.config_alerting import AlarmManagerConfig
from console.store.codec import encode
from console.store.outbox import LastPhase, QueuedStep
from drivers.observation import AlertPriority
from hl7.alert_record import AlertRecord, Inactivation, Phase, State

_PRIORITIES = {
    Priority.LOW: AlertPriority.LOW,
    Priority.MEDIUM: AlertPriority.MEDIUM,
    Priority.HIGH: AlertPriority.HIGH,
}
_STATES = {
    Presence.ACTIVE: State.ACTIVE,
    Presence.LATCHED: State.LATCHED,
    Presence.ENDED: State.INACTIVE,
}


class Router:
    """The way of every step, by the configuration of the managers. Called in the transaction that records the step.

    An alarm begins at a manager when it has the manager's priority and kind, and is then followed to its end, also when
    it steps down below. Nothing about the delivery to a manager is sent to that manager, and what is sent of it to
    others neither waits nor is refused loudly: two managers that are down would raise each other's alarms for ever.
    """

    def __init__(self, managers: Sequence[AlarmManagerConfig]) -> None:
        self._managers = tuple((manager, Priority[manager.priority.upper()]) for manager in managers)

    def __call__(self, step: Transition, last: LastPhase) -> list[QueuedStep]:
        """The steps to be queued; `last` gives the phase that a manager was last told of this alarm."""
        alarm = step.alarm
        key = alarm.condition.key
        about = key.startswith(f"technical:{MANAGER}")
        found = []
        for manager, least in self._managers:
            if _kind(alarm) not in manager.kinds or (about and key.endswith(f":{manager.name}")):
                continue
            phase = _phase(step, last(manager.name), least)
            if phase is None:
                continue
            record = _record(step, phase, manager.place(alarm.bed))
            found.append(
                QueuedStep(
                    manager.name,
                    alarm.id,
                    alarm.version,
                    phase.value,
                    int(alarm.priority),
                    step.at,
                    encode(record),
                    not about,
                )
            )
        return found


def _kind(alarm: Alarm) -> str:
    kind = alarm.condition.kind
    return "pattern" if kind.is_pattern else kind.value


def _phase(step: Transition, last: str | None, least: Priority) -> Phase | None:
    """What the step is for a manager that has last been told `last`; None when it is nothing to it."""
    presence = step.alarm.presence
    if last is None or last == Phase.END:
        return Phase.START if presence is Presence.ACTIVE and step.alarm.priority >= least else None
    if presence is Presence.ENDED:
        return Phase.END
    if step.change is Change.ESCALATE:
        return Phase.ESCALATE
    return Phase.DEESCALATE if step.change is Change.DEESCALATE else Phase.UPDATE


def _record(step: Transition, phase: Phase, place: str) -> AlertRecord:
    alarm, condition = step.alarm, step.alarm.condition
    return AlertRecord(
        alarm.id,
        alarm.version,
        phase,
        step.at,
        condition.key,
        condition.text,
        _PRIORITIES[alarm.priority],
        place,
        _STATES[alarm.presence],
        _inactivation(alarm),
        condition.kind is Kind.TECHNICAL,
        alarm.patient_id,
        parameters=condition.parameters,
        demo=alarm.demo,
    )


def _inactivation(alarm: Alarm) -> Inactivation:
    """A limit alarm under a pattern alarm that speaks for it is shown and makes no sound: its audio is paused."""
    if alarm.acknowledged is not None:
        return Inactivation.ACKNOWLEDGED
    muted = alarm.presence is Presence.ACTIVE and not alarm.sounding and not silent(alarm.condition)
    return Inactivation.AUDIO_PAUSED if muted else Inactivation.ENABLED
