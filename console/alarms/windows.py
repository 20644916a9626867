"""Pump context: which windows are open for each detector, by what the ward has charted about the pump.

Detector specification, section 2. Decisions where it is silent or contradicts itself:
* A pump stopped because of an overdose is still a stopped pump: its window lasts the stated 168 h and then on until
  delivery is confirmed, because "never closes by time alone" holds for every stopped pump.
* An unknown pump sets the weights to at least 2 and 1; it is no window, so a risk flag does not raise it further.
* What was unknown becomes known when a person reports it running again (restored, interrogated and found well).
* The reservoir's dates come from the pump card: see reservoir_windows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from math import inf

from console.alarms.recovery import Recovery, recovery_after
from console.alarms.reservoir_windows import RESERVOIR_LOW, ReservoirWindow, reservoir_windows, told_refills
from console.alarms.rules import Span, WindowRules
from console.ward.chart import PumpEvent, PumpEventKind
from console.ward.patient import Patient, RiskFlag
from console.ward.pump_card import PumpCard, outdates, overtaken_by

HOUR = 3600.0

INTERRUPTIONS = frozenset(
    {
        PumpEventKind.PUMP_STALL,
        PumpEventKind.EMPTY_RESERVOIR,
        PumpEventKind.END_OF_SERVICE,
        PumpEventKind.CRITICAL_ALARM,
        PumpEventKind.PUMP_STOPPED,
        PumpEventKind.PUMP_STOPPED_OVERDOSE,
        PumpEventKind.EXPLANT,
    }
)
"""Events after which no drug is delivered until somebody mends them."""

REFILL_MENDS = frozenset({PumpEventKind.EMPTY_RESERVOIR, PumpEventKind.LOW_RESERVOIR_ALARM})
DRUGS = {
    PumpEventKind.ORAL_BACLOFEN_DOSE: "baclofen",
    PumpEventKind.IV_BACLOFEN_DOSE: "baclofen",
    PumpEventKind.OPIOID_DOSE: "opioid",
    PumpEventKind.BENZODIAZEPINE_DOSE: "benzodiazepine",
    PumpEventKind.PROPOFOL_DOSE: "propofol",
}
"""Depressants by class: baclofen by mouth and by vein is one."""

KNOWN_AGAIN = frozenset({PumpEventKind.RESTORED, PumpEventKind.INTERROGATED_OK})
WITHDRAWAL_RISKS = frozenset({RiskFlag.SCI_T6, RiskFlag.COMMUNICATION_DIFFICULTY, RiskFlag.PRIOR_WITHDRAWAL})
OVERDOSE_RISKS = frozenset({RiskFlag.RENAL_IMPAIRMENT, RiskFlag.SLEEP_APNOEA})
MAXIMUM_EVENTS = 500


def mends(event: PumpEvent) -> bool:
    """Delivery restored; a new pump or a refill only when a person has confirmed that it mended the cause."""
    if event.kind in (PumpEventKind.PUMP_REPLACED, PumpEventKind.REFILL):
        return event.confirmed
    return event.kind is PumpEventKind.RESTORED


@dataclass(frozen=True, slots=True)
class Window:
    """Weight `weight` from `start` to `end` (engine seconds, end excluded); `since` is the time of the event."""

    kind: str
    since: float
    start: float
    end: float
    weight: int
    for_withdrawal: bool


class PumpWindows:
    """The windows of one patient. Constant cost a minute: weights are recomputed only where a window opens or ends."""

    def __init__(self, rules: WindowRules, patient: Patient, fixed: Mapping[str, int] | None = None) -> None:
        self._rules = rules
        self._fixed = dict(fixed or {})
        if unknown := self._fixed.keys() - {"w", "o"}:
            raise ValueError(f"windows: {', '.join(sorted(unknown))} is not known; use w and o")
        self._known = patient.pump_known
        self._withdrawal_risk = bool(patient.flags & WITHDRAWAL_RISKS)
        self._overdose_risk = self._at_risk(patient)
        self._charted: list[PumpEvent] = []
        self._events: list[PumpEvent] = []
        self._cards: tuple[PumpCard, ...] = ()
        self._reservoir: list[ReservoirWindow] = []
        self._warning_at: float | None = None
        self._windows: list[Window] = []
        self._valid_until = -inf
        self._weights = (0, 0)

    def _at_risk(self, patient: Patient) -> bool:
        old = patient.age is not None and patient.age >= self._rules.age_risk_years
        return old or bool(patient.flags & OVERDOSE_RISKS)

    def set_overdose_risk(self, patient: Patient) -> None:
        """What makes overdose likelier in this patient has become known, or was taken back."""
        self._overdose_risk = self._at_risk(patient)
        self._rebuild()

    def chart(self, event: PumpEvent) -> None:
        """Take an event; the oldest is forgotten beyond 500."""
        self._charted.append(event)
        self._charted.sort(key=lambda e: e.at)
        del self._charted[:-MAXIMUM_EVENTS]
        self._rebuild()

    def set_cards(self, cards: Sequence[PumpCard]) -> None:
        """Take the pump cards of the stay, every version, oldest first."""
        self._cards = tuple(cards)
        self._rebuild()

    def strike(self, entry_id: str) -> bool:
        """Take back an event by its id; True when there was one."""
        left = [e for e in self._charted if e.id != entry_id]
        if len(left) == len(self._charted):
            return False
        self._charted = left
        self._rebuild()
        return True

    def withdrawal_warned(self, now: float) -> None:
        """Detector W has reached warning: treatment is likely, and treatment has caused overdose."""
        self._warning_at = now
        self._rebuild()

    @property
    def warned_at(self) -> float | None:
        """When detector W last reached warning, None when it has not."""
        return self._warning_at

    def copied(self, warned_at: float | None) -> PumpWindows:
        """The same events in windows of their own, for judging an earlier time again; warned_at: as it was then."""
        windows = copy(self)
        windows._charted, windows._warning_at = list(self._charted), warned_at
        windows._rebuild()
        return windows

    @property
    def valid_until(self) -> float:
        """Engine time until which the weights last computed stay the same."""
        return self._valid_until

    def weights(self, now: float) -> tuple[int, int]:
        """Weights of W and O at `now`, 0 to 3."""
        if now >= self._valid_until:
            withdrawal, overdose = self._weigh(now)
            self._weights = self._fixed.get("w", withdrawal), self._fixed.get("o", overdose)
        return self._weights

    def open(self, now: float, for_withdrawal: bool) -> list[Window]:
        """Open windows of one detector, heaviest and newest first."""
        found = [w for w in self._windows if w.for_withdrawal == for_withdrawal and w.start <= now < w.end and w.weight]
        return sorted(found, key=lambda w: (-w.weight, -w.since))

    def confounder(self, now: float) -> float | None:
        """Time of the last antipsychotic that may still confound detector W, None when there is none. It opens no
        window: what it causes looks like withdrawal, and lessens no call."""
        times = [e.at.timestamp() for e in self._events if e.kind is PumpEventKind.ANTIPSYCHOTIC_DOSE]
        return max((at for at in times if at <= now < at + self._rules.antipsychotic_h * HOUR), default=None)

    def known(self, now: float) -> bool:
        """Whether anybody has said that the pump runs, or what is wrong with it."""
        return self._known or any(e.kind in KNOWN_AGAIN and e.at.timestamp() <= now for e in self._events)

    def recovery(self, now: float) -> Recovery | None:
        """The time after the last confirmed return of delivery that the charts shade, None without one."""
        return recovery_after(self.restored_at(now), self._rules)

    def restored_at(self, now: float) -> float | None:
        """Time of the last confirmed return of delivery, None when it is interrupted or was never so."""
        times = [e.at.timestamp() for e in self._events if mends(e) and e.at.timestamp() <= now]
        stops = [e.at.timestamp() for e in self._events if e.kind in INTERRUPTIONS and e.at.timestamp() <= now]
        if not times or (stops and stops[-1] > times[-1]):
            return None
        return times[-1]

    def interrupted_since(self, now: float) -> float | None:
        """Start of the oldest interruption nobody has mended, None when there is none."""
        found = [
            e.at.timestamp()
            for e in self._events
            if e.kind in INTERRUPTIONS and e.at.timestamp() <= now and self._mended_at(e) > now
        ]
        return min(found, default=None)

    def reservoir_low_since(self, now: float) -> float | None:
        """Since when the reservoir's low date is over with no refill after it, None when it is not."""
        found = [
            w.start.timestamp()
            for w in self._reservoir
            if w.kind == RESERVOIR_LOW and (w.filled_at is None or w.filled_at.timestamp() > now)
        ]
        return min((start for start in found if start <= now), default=None)

    def card_overtaken(self, now: float) -> PumpEvent | None:
        """The event up to now after which the newest pump card no longer says what the pump does."""
        if not self._cards:
            return None
        card = self._cards[-1]
        found = [e for e in overtaken_by(card, self._charted) if outdates(card, e)]
        return next((e for e in found if e.at.timestamp() <= now), None)

    def _weigh(self, now: float) -> tuple[int, int]:
        edges = [edge for w in self._windows for edge in (w.start, w.end) if edge > now]
        edges += [e.at.timestamp() for e in self._events if e.at.timestamp() > now]
        self._valid_until = min(edges, default=inf)
        withdrawal = overdose = 0
        for window in self._windows:
            if window.start <= now < window.end:
                if window.for_withdrawal:
                    withdrawal = max(withdrawal, window.weight)
                else:
                    overdose = max(overdose, window.weight)
        if withdrawal and self._withdrawal_risk:
            withdrawal = min(3, withdrawal + 1)
        if overdose and (self._overdose_risk or (self._cards and self._cards[-1].overdose_risk)):
            overdose = min(3, overdose + 1)
        if not self.known(now):
            withdrawal = max(withdrawal, self._rules.unknown_withdrawal)
            overdose = max(overdose, self._rules.unknown_overdose)
        return withdrawal, overdose

    def _rebuild(self) -> None:
        self._windows = []
        self._valid_until = -inf
        told = told_refills(self._cards, self._charted)
        self._events = sorted((*self._charted, *told), key=lambda e: e.at) if told else self._charted
        self._reservoir = reservoir_windows(self._cards, self._events, self._rules)
        for window in self._reservoir:
            start, end = window.start.timestamp(), inf if window.end is None else window.end.timestamp()
            self._windows.append(Window(window.kind, start, start, end, window.weight, True))
        for event in self._events:
            self._open_for(event)
        self._open_for_drugs()
        if self._warning_at is not None:
            self._add("withdrawal_warning", self._warning_at, self._rules.warning_overdose, False)

    def _open_for(self, event: PumpEvent) -> None:
        rules, at, kind = self._rules, event.at.timestamp(), event.kind
        if kind in INTERRUPTIONS:
            end = self._mended_at(event) + rules.tail_h * HOUR
            if kind is PumpEventKind.PUMP_STOPPED_OVERDOSE:
                end = max(end, at + rules.stopped_for_overdose_h * HOUR)
            self._windows.append(Window(kind, at, at, end, rules.interrupted_weight, True))
        elif kind is PumpEventKind.LOW_RESERVOIR_ALARM:
            end = self._refilled_at(event) + rules.tail_h * HOUR
            self._windows.append(Window(kind, at, at, end, rules.low_reservoir_weight, True))
        elif kind is PumpEventKind.DOSE_DECREASE:
            self._open_for_decrease(event)
        self._open_by_table(event)
        if kind is not PumpEventKind.RESTORED and mends(event) and self._ends_interruption(event):
            self._open_by_table(event, PumpEventKind.RESTORED)

    def _open_by_table(self, event: PumpEvent, row: PumpEventKind | None = None) -> None:
        at, windows = event.at.timestamp(), self._rules.events.get(row or event.kind)
        if windows is None:
            return
        for span in windows.withdrawal:
            end = self._interrogated_at(event) if event.kind is PumpEventKind.MRI else inf
            self._add(event.kind, at, span, True, end)
        for span in windows.overdose:
            self._add(event.kind, at, span, False)

    def _open_for_decrease(self, event: PumpEvent) -> None:
        rules = self._rules.dose_decrease
        if event.percent is None:
            weight = rules.small_weight
        elif event.percent >= rules.large_percent:
            weight = rules.large_weight
        elif event.percent >= rules.small_percent:
            weight = rules.small_weight
        else:
            return
        self._add(event.kind, event.at.timestamp(), (weight, rules.from_h, rules.to_h), True)

    def _open_for_drugs(self) -> None:
        """Each dose opens a light window; a dose of a second class while the first acts opens a heavier one."""
        doses = [(e.at.timestamp(), e.kind) for e in self._events if e.kind in DRUGS]
        weight, start, end = self._rules.drug_overdose
        for number, (at, kind) in enumerate(doses):
            self._add(kind, at, (weight, start, end), False)
            if any(DRUGS[k] != DRUGS[kind] and at - t <= end * HOUR for t, k in doses[:number]):
                self._add(kind, at, (self._rules.two_drugs_weight, start, end), False)

    def _add(self, kind: str, at: float, span: Span, for_withdrawal: bool, cap: float = inf) -> None:
        weight, start, end = span
        window = Window(kind, at, at + start * HOUR, min(at + end * HOUR, cap), weight, for_withdrawal)
        if weight and window.end > window.start:
            self._windows.append(window)

    def _mended_at(self, cause: PumpEvent) -> float:
        """Time delivery came back after `cause`, infinity while nobody has confirmed it."""
        for event in self._events:
            if event.at <= cause.at or not mends(event):
                continue
            if event.kind is PumpEventKind.REFILL and cause.kind not in REFILL_MENDS:
                continue
            return event.at.timestamp()
        return inf

    def _refilled_at(self, cause: PumpEvent) -> float:
        """A low reservoir ends with the next refill, a new pump or delivery restored."""
        ends = (PumpEventKind.REFILL, PumpEventKind.PUMP_REPLACED, PumpEventKind.RESTORED)
        times = [e.at.timestamp() for e in self._events if e.kind in ends and e.at > cause.at]
        return min(times, default=inf)

    def _interrogated_at(self, scan: PumpEvent) -> float:
        times = [e.at.timestamp() for e in self._events if e.kind in KNOWN_AGAIN and e.at >= scan.at]
        return min(times, default=inf)

    def _ends_interruption(self, mending: PumpEvent) -> bool:
        at = mending.at.timestamp()
        return any(e.kind in INTERRUPTIONS and self._mended_at(e) == at for e in self._events)
