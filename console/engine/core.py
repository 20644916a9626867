"""The engine without its thread: items in, alarm transitions, journal entries and pictures out.

Everything is driven by calls with the time in them, so a test needs no sleep and no thread.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from console.alarms.alarm import Change, Priority, Transition
from console.alarms.alarm_rules import AlarmRules
from console.alarms.bed import BedAlarms
from console.alarms.lifecycle import LifeCycle
from console.alarms.patient_limits import faults, unusable
from console.alarms.technical_text import engine_fault
from console.engine import acts
from console.engine.admissions import AdmissionDesk
from console.engine.bed import Bed
from console.engine.items import (
    DeviceReport,
    Item,
    LabsArrived,
    Moved,
    PatientSeen,
    Replan,
    Samples,
    SourceNote,
    TrendRead,
)
from console.engine.labs import BY, LabBook, impaired, reason
from console.engine.plan import WardPlan
from console.engine.stays import Moment, Stays
from console.engine.system import SystemWatch, unheard
from console.link.snapshot import ManagerView, SourceView, SystemView, WardSnapshot
from console.store.records import AuditEntry, Restored
from console.store.store import Store
from console.ward.limits import OwnLimits
from console.ward.occupancy import Left, Occupancy, occupancy_of
from console.ward.patient import Patient

log = logging.getLogger(__name__)

FAULT_S = 60.0
"""A fault of our own stands for so long after it was last seen."""

MINUTES_A_TICK = 60
"""Minutes of the past that are judged again in one tick at the most: a few milliseconds, as a picture waits for it."""


class WardCore:
    """The ward. Used by one thread alone.

    emit: is given every batch of transitions, in order, before they are journalled. new_id: identifiers unique for
    ever. step_seconds: how far the wall clock stands from engine time.
    """

    def __init__(
        self,
        plan: WardPlan,
        store: Store,
        rules: AlarmRules,
        new_id: Callable[[], str],
        emit: Callable[[Sequence[Transition]], None],
        now: float,
        speed: float = 1.0,
    ) -> None:
        self.plan = plan
        self.store = store
        self.new_id = new_id
        self._rules = rules
        zone = ZoneInfo(plan.timezone)
        self.beds = {bed.bed: Bed(bed, rules, new_id, zone, now) for bed in plan.beds}
        self.watch = SystemWatch(speed)
        self.stays = Stays(lambda: self.beds, self.record)
        self.desk = AdmissionDesk(lambda: self.beds, self.stays, store, new_id, self.touch)
        self._emit = emit
        self.speed = speed
        self._lifecycle = LifeCycle("", new_id, escalation=rules.escalation)
        self._dirty: set[str] = set(self.beds)
        self._faulty: dict[str, tuple[str, float]] = {}
        self._sources = plan.views
        self._managers: tuple[ManagerView, ...] = ()
        self._sequence = 0
        self._reassessed = ""
        self._waiting = Restored()
        self.labs = LabBook()
        self._patients: tuple[tuple[Patient, ...], tuple[Left, ...]] = ((), ())
        self._occupancy = Occupancy()
        high, medium, low = (rules.escalation.reminder_s(p) for p in (Priority.HIGH, Priority.MEDIUM, Priority.LOW))
        self._reminders = high, medium, low

    # --- start ---------------------------------------------------------------------------------------------------

    def restore(self, restored: Restored, now: float, utc: datetime) -> None:
        """Take up open stays and alarms; alarms nobody has answered are announced again."""
        self._waiting = restored
        for stay in restored.stays:
            if stay.patient.bed not in self.beds:
                text = f"{stay.patient.name} is admitted to {stay.patient.bed}, which is no longer a bed of this ward"
                self.audit(AuditEntry(utc, "system", "stay not shown", stay.patient.bed, text))
        for bed in self.beds.values():
            self._take_up(bed, now, utc)
        self.stays.restore(restored.ended)
        self.desk.restore(self.store.restore_admissions(), Moment(now, utc))
        own = [alarm for alarm in restored.alarms if alarm.bed == ""]
        self.watch.restore(own, now)
        self.record(self._lifecycle.restore(own, now, utc))

    def _take_up(self, bed: Bed, now: float, utc: datetime) -> None:
        """What stood at a bed before the console was started; once, also when it becomes a bed again only later."""
        waiting = self._waiting
        for stay in waiting.stays:
            if stay.patient.bed == bed.name:
                bed.pump_events, bed.findings = list(stay.pump_events), list(stay.findings)
                bed.alarms.admit(stay.patient, stay.pump_events, stay.findings, now=now)
                bed.set_pump_cards(stay.pump_cards)
                self.labs.restore(stay.patient.patient_id, stay.labs)
                self._restore_limits(bed, stay.limits, now, utc)
                his = (s for s in waiting.pattern_steps if stay.patient.is_called((s.alarm.patient_id,)))
                bed.alarms.shown_before(his)
        self.record(bed.alarms.restore(waiting.alarms, now, utc), bed)
        self._waiting = Restored(
            tuple(stay for stay in waiting.stays if stay.patient.bed != bed.name),
            tuple(alarm for alarm in waiting.alarms if alarm.bed != bed.name),
            tuple(step for step in waiting.pattern_steps if step.alarm.bed != bed.name),
        )

    def _restore_limits(self, bed: Bed, limits: OwnLimits, now: float, utc: datetime) -> None:
        """Limits set for the stay; those that the ward's rules no longer allow give way to the ward's, audited."""
        refused = unusable(self._rules.limits, limits.settings)
        kept = tuple(setting for setting in limits.settings if setting not in refused)
        bed.alarms.set_limits(kept, limits.by, now)
        for setting in refused:
            text = " ".join(faults((setting,), self._rules.limits))
            self.audit(AuditEntry(utc, "system", "limits back to the ward's", bed.name, text))

    def occupied(self) -> list[str]:
        """Beds with an admitted patient."""
        return [bed.name for bed in self.beds.values() if bed.patient is not None]

    def occupancy(self) -> Occupancy:
        """Who is admitted where; the same object as before while nothing about it has changed."""
        patients = tuple(bed.patient for bed in self.beds.values() if bed.patient is not None)
        left = tuple(bed.left for bed in self.beds.values() if bed.left is not None)
        if (patients, left) != self._patients:
            self._patients, self._occupancy = (patients, left), occupancy_of(patients, left)
        return self._occupancy

    # --- what arrives --------------------------------------------------------------------------------------------

    def handle(self, item: Item, now: float, utc: datetime) -> None:
        """Take one item other than a command."""
        match item:
            case Samples():
                self._take_samples(item, now)
            case DeviceReport():
                bed = self.beds.get(item.bed)
                if bed is not None:
                    bed.take_report(item, utc)
                    self._dirty.add(item.bed)
            case PatientSeen():
                self.desk.seen(item, Moment(now, utc))
            case Moved():
                self.desk.moved(item, Moment(now, utc))
            case LabsArrived():
                self._take_labs(item, utc)
            case TrendRead():
                bed = self.beds.get(item.bed)
                if bed is not None:
                    bed.trend.preload(item.trend, now, utc)
                    self._dirty.add(item.bed)
            case Replan():
                self._replan(item, now, utc)
            case SourceNote():
                self.audit(AuditEntry(utc, "system", item.act, "", f"{item.source}: {item.detail}"))

    def _take_samples(self, item: Samples, now: float) -> None:
        if not item.stored:
            self.store.put_samples(item.samples)
        moved = set() if item.under is None else item.under.differs(self.occupancy())
        for name, observation in item.samples:
            bed = self.beds.get(name)
            if bed is None or name in moved:
                continue
            try:
                bed.observe(observation)
            except Exception as error:  # noqa: BLE001 - one bed's fault must not blind the others: it becomes a high alarm
                self.fault(name, error, now)
            self._dirty.add(name)

    def _take_labs(self, item: LabsArrived, utc: datetime) -> None:
        for result in item.results:
            if not self.labs.take(result):
                continue
            bed = next((b for b in self.beds.values() if b.patient and b.patient.is_called((result.patient_id,))), None)
            if bed is None or bed.patient is None:
                continue
            self._dirty.add(bed.name)
            flagged = impaired(bed.patient, result)
            if flagged is not None:
                told = acts.risk_flags(bed.patient, flagged, BY, utc, reason(flagged, result))
                bed.alarms.reflag(flagged)
                self.store.put_admission(flagged, BY, [told])

    # --- the ward changes ---------------------------------------------------------------------------------------

    def _replan(self, item: Replan, now: float, utc: datetime) -> None:
        if not item.done.set_running_or_notify_cancel():
            return  # whoever asked has given up waiting, and has taken it back
        try:
            refusal = self._why_not(item)
            if not refusal:
                self._apply(item, now, utc)
        except Exception as error:
            item.done.set_exception(error)
            raise
        item.done.set_result(refusal)

    def _why_not(self, item: Replan) -> str:
        kept = {bed.bed for bed in item.plan.beds}
        for bed in self.beds.values():
            if bed.name not in kept and bed.patient is not None:
                return f"{bed.name} is taken by {bed.patient.name}; discharge first."
        return ""

    def _apply(self, item: Replan, now: float, utc: datetime) -> None:
        """Beds and sources as planned; a bed that nothing is changed at is not touched."""
        plan, zone = item.plan, ZoneInfo(item.plan.timezone)
        before, self.plan = self.beds, plan
        self.beds = {bed.bed: before.get(bed.bed) or Bed(bed, self._rules, self.new_id, zone, now) for bed in plan.beds}
        for bed_plan in plan.beds:
            bed = self.beds[bed_plan.bed]
            if bed_plan.bed in before:
                rebound = [source for at, source in item.rebound if at == bed.name]
                self._end(bed.replan(bed_plan, rebound, zone, now, utc, item.by), bed, item, utc)
            else:
                self._take_up(bed, now, utc)
            self._dirty.add(bed.name)
        for name, bed in before.items():
            if name not in self.beds:
                self._end(bed.alarms.close(now, utc, item.by), bed, item, utc)
                self._faulty.pop(name, None)
        self.desk.review(Moment(now, utc))
        changed = {source for _, source in item.rebound}
        known = {view.name: view for view in self._sources if view.name not in changed}
        self._sources = tuple(known.get(view.name, view) for view in plan.views)

    def _end(self, transitions: Sequence[Transition], bed: Bed, item: Replan, utc: datetime) -> None:
        """Journal what a change of the ward has ended, with the reason beside it."""
        entries = [
            AuditEntry(utc, item.by, "alarm ended", bed.name, f"{transition.alarm.condition.text}: {item.reason}")
            for transition in transitions
            if transition.change is Change.CLEAR and transition.by
        ]
        self.record(transitions, bed, entries)

    # --- time passes ---------------------------------------------------------------------------------------------

    def settle(self, now: float, utc: datetime) -> None:
        """Judge the beds that something has happened to, and those where a delay has ended."""
        for name, bed in self.beds.items():
            due = bed.due
            if name in self._dirty or (due is not None and due <= now):
                self._advance(bed, now, utc)

    def tick(
        self,
        now: float,
        utc: datetime,
        step_s: float,
        sources: Sequence[SourceView] | None = None,
        managers: Sequence[ManagerView] = (),
    ) -> None:
        """Once a second: ages, links, storage, clock, and what becomes of alarms sent out."""
        if sources is not None:
            self._take_sources(sources, now)
        self._managers = tuple(managers)
        self.watch.look_at_managers(self._managers, now)
        for bed in self.beds.values():
            self._advance(bed, now, utc)
            bed.trend.advance(now, utc, bed.alarms.views())
        self._reassess(now)
        self.desk.advance(Moment(now, utc))
        for entry in self.watch.check(self.store.failure, step_s, self._sources, now, utc):
            self.audit(entry)
        self._faulty = {where: fault for where, fault in self._faulty.items() if now - fault[1] < FAULT_S}
        faults = (engine_fault(where, text) for where, (text, _) in self._faulty.items())
        self.record(self._lifecycle.step((*faults, *self.watch.conditions()), now, utc))

    def _reassess(self, now: float) -> None:
        """Judge the past again at the beds where values came late, some minutes at a tick, one bed after the other."""
        left = MINUTES_A_TICK
        for name in sorted(self.beds, key=lambda name: name <= self._reassessed):
            try:
                done = self.beds[name].alarms.reassess(left, now)
            except Exception as error:  # noqa: BLE001 - see _take_samples
                self.fault(name, error, now)
                continue
            left -= done
            if done:
                self._reassessed = name
            if left <= 0:
                break

    def next_due(self) -> float | None:
        """The earliest engine time at which a delay ends at any bed."""
        return min((bed.due for bed in self.beds.values() if bed.due is not None), default=None)

    def _advance(self, bed: Bed, now: float, utc: datetime) -> None:
        self._dirty.add(bed.name)
        try:
            transitions = bed.alarms.advance(now, utc)
            bed.due = bed.alarms.next_due()
        except Exception as error:  # noqa: BLE001 - see _take_samples
            self.fault(bed.name, error, now)
            return
        self.record(transitions, bed)

    def _take_sources(self, sources: Sequence[SourceView], now: float) -> None:
        self._sources = tuple(sources)
        for view in sources:
            for name in view.beds:
                bed = self.beds.get(name)
                if bed is not None:
                    bed.alarms.link(view.name, view.state, view.last_error, now)
        lost = self.watch.look_at_gateways(self._sources, self.occupied(), now)
        for bed in self.beds.values():
            bed.miss(lost, unheard(sources, lost), now)

    def fault(self, where: str, error: Exception, now: float) -> None:
        """A fault of our own at a bed (or in the console, ""): it becomes a high alarm and does not stop the others."""
        if where not in self._faulty:
            log.error("alarms of %s failed", where or "the console", exc_info=error)
        self._faulty[where] = f"{type(error).__name__}: {error}", now

    # --- what goes out -------------------------------------------------------------------------------------------

    def record(
        self, transitions: Sequence[Transition], bed: Bed | None = None, entries: Sequence[AuditEntry] = ()
    ) -> Future[None]:
        """Publish and journal transitions in the order they happened, with what the audit trail tells of the act behind
        them; the future ends when both are durable."""
        if not transitions and not entries:
            (nothing := Future[None]()).set_result(None)
            return nothing
        if bed is not None:
            bed.noted(transitions)
            self._dirty.add(bed.name)
        if transitions:
            self._emit(transitions)
        return self.store.put_transitions(transitions, entries)

    def audit(self, entry: AuditEntry) -> Future[None]:
        """Journal an act of a person or of the system."""
        return self.store.put_audit(entry)

    def touch(self, bed: Bed) -> None:
        """Something about the bed has changed."""
        self._dirty.add(bed.name)

    def find_alarm(self, alarm_id: str) -> tuple[BedAlarms | LifeCycle, Bed | None]:
        """Who holds the alarm, and its bed (None: the console itself). An alarm that is over is refused there."""
        for bed in self.beds.values():
            if bed.alarms.holds(alarm_id):
                return bed.alarms, bed
        return self._lifecycle, None

    def snapshot(self, now: float, utc: datetime, queue_depth: int = 0, thinned: int = 0) -> WardSnapshot:
        """The picture of the ward; beds that nothing has happened to are the same objects as before."""
        for name in self._dirty & self.beds.keys():
            try:
                self.beds[name].labs = self.labs.of(self.beds[name].patient)
                self.beds[name].refresh(now, utc)
            except Exception as error:  # noqa: BLE001 - see _take_samples
                self.fault(name, error, now)
        self._dirty.clear()
        self._sequence += 1
        failure = self.store.failure
        return WardSnapshot(
            self._sequence,
            self.plan.name,
            self.plan.timezone,
            tuple(bed.snapshot for bed in self.beds.values()),
            self._sources,
            SystemView(
                engine_stamp=now,
                utc=utc,
                recording=not failure,
                store_error=failure,
                queue_depth=queue_depth,
                samples_thinned=thinned + self.store.samples_dropped,
                clock_step_s=self.watch.clock_step_s,
                rule_set=self.plan.rule_set,
                speed=self.speed,
                simulated=self.plan.simulated,
                managers=self._managers,
            ),
            self._lifecycle.alarms(),
            self.plan.sounds,
            replace(self.plan.signals, reminder_s=self._reminders),
        )
