"""Randomised pasts of a small ward: alarms that live through the real life cycle, kept by the real journal.

With bursts at the very edges of the definitions, answers that are taken back, restarts, demonstrations, patients who
come and go, alarms that stand for days, and clocks that change in the middle.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from console.alarms.alarm import STAGE_PRIORITY, Condition, Kind, Priority, Stage, Transition
from console.alarms.escalation import EscalationRules
from console.alarms.lifecycle import LifeCycle, RefusedError
from console.clock import VirtualClock
from console.config import Config
from console.store.records import AuditEntry, Sample
from console.store.sql_store import SqlStore, open_store
from console.ward.patient import Patient
from drivers.observation import Observation, Parameter, Status

BEDS = ("7B-01", "7B-02", "7B-03")
DEMO_BED = "7B-09"
OWN = ""
PATTERNS = {"withdrawal": Kind.WITHDRAWAL, "overdose": Kind.OVERDOSE}
LIMITS = ("limit:hr:high", "limit:spo2:low", "limit:rr:low")
TECHNICAL = ("technical:sensor:spo2", "technical:data:monitor, «A»", "technical:late_data:withdrawal:{n}")
PEOPLE = ("R. Test", "O'Brien, K.", "=SUM(1)")

_DEMO_SOURCE = {
    "name": "made up", "driver": "masimo_ascii1", "bed": DEMO_BED, "demo": True,
    "transport": {"kind": "tcp", "host": "localhost", "port": 1},
}  # fmt: skip


@dataclass
class Past:
    """What was made. values: bed and time of every stored value of beds that count."""

    file: Path
    now: datetime
    zone: ZoneInfo
    config: Config
    values: list[tuple[str, datetime]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"sqlite:///{self.file}"


@dataclass(order=True)
class _Event:
    """Something that happens. place: keeps the order of what happens at one moment."""

    at: datetime
    place: int
    bed: str = field(compare=False)
    what: str = field(compare=False)
    condition: Condition | None = field(compare=False, default=None)


class _Ward:
    """The beds' life cycles on one timeline."""

    def __init__(self, chance: random.Random, epoch: datetime) -> None:
        self._chance, self._epoch = chance, epoch
        self._cycles = {bed: self._cycle(bed) for bed in (*BEDS, DEMO_BED, OWN)}
        self._there: dict[str, dict[str, Condition]] = {bed: {} for bed in self._cycles}
        self.patients: dict[str, str] = {}
        self.steps: list[Transition] = []

    def _cycle(self, bed: str) -> LifeCycle:
        rules = EscalationRules((60.0, 180.0), (300.0,), 600.0, 1200.0, 3600.0)
        return LifeCycle(bed, lambda: f"{self._chance.getrandbits(96):024x}", demo=bed == DEMO_BED, escalation=rules)

    def happen(self, event: _Event) -> None:
        now = (event.at - self._epoch).total_seconds()
        cycle = self._cycles[event.bed]
        there = self._there[event.bed]
        if event.what == "on" and event.condition is not None:
            there[event.condition.key] = event.condition
        elif event.what == "off" and event.condition is not None:
            there.pop(event.condition.key, None)
        elif event.what == "restart":
            self._restart(event.at)
        elif event.what == "set aside":
            there.clear()
            self.steps += cycle.end_all(now, event.at, "C. Lead")
        elif event.what in ("answer", "answer and undo"):
            self._answer(cycle, event, now)
        patient = self.patients.get(event.bed, "")
        self.steps += self._cycles[event.bed].step(tuple(there.values()), now, event.at, patient)

    def _answer(self, cycle: LifeCycle, event: _Event, now: float) -> None:
        open_ones = [a for a in cycle.alarms() if a.acknowledged is None]
        if not open_ones:
            return
        chosen, by = self._chance.choice(open_ones), self._chance.choice(PEOPLE)
        self.steps.append(cycle.acknowledge(chosen.id, chosen.version, by, "seen", now, event.at))
        if event.what == "answer and undo":
            try:
                later = timedelta(seconds=self._chance.uniform(0.1, 4.9))
                self.steps.append(cycle.undo(chosen.id, by, now + later.total_seconds(), event.at + later))
            except RefusedError:
                # A latched alarm is over once it is answered.
                return

    def _restart(self, at: datetime) -> None:
        now = (at - self._epoch).total_seconds()
        for bed, cycle in list(self._cycles.items()):
            self._cycles[bed] = self._cycle(bed)
            self.steps += self._cycles[bed].restore(cycle.alarms(), now, at)


def _condition(chance: random.Random, key: str, number: int) -> Condition:
    kind = PATTERNS.get(key) or (Kind.LIMIT if key.startswith("limit") else Kind.TECHNICAL)
    stage = Stage(chance.choice((1, 1, 2, 3))) if kind.is_pattern else Stage.NONE
    priority = STAGE_PRIORITY[stage] if kind.is_pattern else Priority(chance.choice((1, 2, 2, 3)))
    return Condition(key.format(n=number), kind, priority, f"{key.partition(':')[0]} <b>{number}</b>", stage)


def _events(chance: random.Random, start: datetime, now: datetime, edges: tuple[datetime, ...]) -> list[_Event]:
    """edges: moments at which bursts are set, such as the border of a span."""
    found: list[_Event] = []

    def put(at: datetime, bed: str, what: str, condition: Condition | None = None) -> None:
        # The microseconds of the journal are whole.
        if start <= at < now:
            found.append(_Event(at, len(found), bed, what, condition))

    def episode(at: datetime, bed: str, key: str, lasts: timedelta) -> None:
        one = _condition(chance, key, len(found))
        put(at, bed, "on", one)
        put(at + lasts, bed, "off", one)
        if chance.random() < 0.3:
            risen = replace(one, priority=Priority.HIGH, stage=Stage.EMERGENCY if one.kind.is_pattern else Stage.NONE)
            put(at + lasts * 0.4, bed, "on", risen)
        for part, what in ((chance.random(), "answer"), (chance.uniform(0.2, 1.6), "answer and undo")):
            if chance.random() < 0.5:
                put(at + lasts * part, bed, what)

    everywhere = (*BEDS, *BEDS, DEMO_BED, OWN)
    keys = (*PATTERNS, *LIMITS, *TECHNICAL)
    span = (now - start).total_seconds()
    for _ in range(90):
        at = start + timedelta(microseconds=round(chance.uniform(0, span) * 1e6))
        lasts = timedelta(seconds=round(chance.lognormvariate(5, 2), 6))
        episode(at, chance.choice(everywhere), chance.choice(keys), lasts)
    for _ in range(5):
        at = start + timedelta(seconds=chance.uniform(0, span))
        episode(at, chance.choice(everywhere), chance.choice(keys), timedelta(hours=chance.choice((24, 26, 60, 2000))))
    for edge in edges:
        _burst(chance, edge, put)
    for _ in range(4):
        put(start + timedelta(seconds=chance.uniform(0, span)), OWN, "restart")
        put(start + timedelta(seconds=chance.uniform(0, span)), chance.choice(BEDS), "set aside")
    return sorted(found)


def _burst(chance: random.Random, edge: datetime, put: object) -> None:
    """About an edge: a flood whose ten minutes end or begin just there, and a condition that comes and goes."""
    assert callable(put)
    bed = chance.choice(BEDS)
    count = chance.choice((10, 11, 11, 12, 25))
    width = chance.choice(
        (timedelta(minutes=10), timedelta(minutes=10) - timedelta(microseconds=1), timedelta(minutes=4))
    )
    begin = edge - width * chance.choice((0, 0.5, 1))
    for n in range(count):
        one = Condition(f"limit:x{n}:high", Kind.LIMIT, Priority.LOW, f"x{n} > 1")
        put(begin + width * n / (count - 1), bed, "on", one)
        put(begin + width * n / (count - 1) + timedelta(seconds=chance.choice((29.999999, 30, 45))), bed, "off", one)
    gap = chance.choice((timedelta(seconds=29.9), timedelta(seconds=30), timedelta(seconds=12)))
    flutter = Condition("technical:sensor:rr", Kind.TECHNICAL, Priority.LOW, "RR – no reading")
    for n in range(chance.choice((2, 3, 5))):
        put(edge + gap * n, chance.choice((bed, bed, BEDS[0])), "on", flutter)
        put(edge + gap * n + timedelta(seconds=5), bed, "off", flutter)


def make(file: Path, seed: int, zone: str, now: datetime, days: float, edges: tuple[datetime, ...] = ()) -> Past:
    """A past of so many days before `now`, in a database of its own."""
    chance = random.Random(seed)
    config = Config.model_validate({"ward": {"timezone": zone, "beds": [*BEDS, DEMO_BED]}, "source": [_DEMO_SOURCE]})
    made = Past(file, now, ZoneInfo(zone), config)
    start = now - timedelta(days=days)
    store = open_store(
        made.url, clock=VirtualClock(now.timestamp()), flush_s=0.05, compact_s=chance.choice((0.1, 600.0))
    )
    try:
        _fill(store, made, chance, start, edges)
    finally:
        store.close()
    return made


def _fill(store: SqlStore, made: Past, chance: random.Random, start: datetime, edges: tuple[datetime, ...]) -> None:
    ward = _Ward(chance, start)
    if chance.random() < 0.5:
        store.put_audit(AuditEntry(start - timedelta(hours=3), "system", "start"))
    comings = _stays(store, made, chance, start)
    for event in _events(chance, start, made.now, edges):
        while comings and comings[0][0] <= event.at:
            _, bed, patient = comings.pop(0)
            ward.patients[bed] = patient
        ward.happen(event)
    for at in range(0, len(ward.steps), 200):
        store.put_transitions(ward.steps[at : at + 200]).result(30)
    _values(store, made, chance, start)


def _stays(store: SqlStore, made: Past, chance: random.Random, start: datetime) -> list[tuple[datetime, str, str]]:
    """Admissions and discharges as (time, bed, patient or "")."""
    found = []
    for bed in (*BEDS, DEMO_BED):
        at, number = start + timedelta(days=chance.uniform(-3, 2)), 0
        while at < made.now:
            number += 1
            name = f"P{bed}-{number}"
            invented = bed == DEMO_BED or chance.random() < 0.1
            store.put_admission(Patient(name, "X", bed, at, demo=invented), "C. Lead").result(30)
            found.append((at, bed, name))
            at += timedelta(days=chance.uniform(0.3, 9))
            if at < made.now and chance.random() < 0.95:
                store.put_discharge(bed, name, at, "C. Lead").result(30)
                found.append((at, bed, ""))
                at += timedelta(hours=chance.uniform(0, 30))
            else:
                break
    return sorted(found)


def _values(store: SqlStore, made: Past, chance: random.Random, start: datetime) -> None:
    """A value now and then, in some hours and not in others; two sources at one bed."""
    first = start + timedelta(days=chance.choice((-1, 0.5, 3)))
    samples = []
    for bed, sources in ((BEDS[0], ("a", "b")), (BEDS[1], ("a",)), (DEMO_BED, ("made up",))):
        for source in sources:
            at = first + timedelta(seconds=round(chance.uniform(0, 7200), 3))
            while at < made.now:
                seen = Observation(Parameter.HR, 70.0, Status.VALID, source, at, at, 0.0)
                samples.append(Sample(bed, seen))
                if bed != DEMO_BED:
                    made.values.append((bed, at))
                at += timedelta(seconds=round(chance.choice((600, 2400, 5400, 20_000)) * chance.uniform(0.5, 1.5), 3))
    store.put_samples(samples)
