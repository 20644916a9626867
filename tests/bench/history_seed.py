"""A made-up past of a ward, written in bulk: alarms with their steps and answers, stays, charted entries, samples.

    python -m tests.bench.history_seed FILE.db [--alarms N] [--days D] [--beds B] [--sample-days S] [--seed N]

Everything follows from the seed. Rows are what the journal itself would have written (tests hold them against it), only
much faster: one alarm through the journal costs a commit, a million would take hours.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, insert

from console.alarms.alarm import STAGE_PRIORITY, Change, Condition, Kind, Presence, Priority, Reason, Stage
from console.store import schema
from console.store.alarm_words import called, fold, keep_patient, number_of_patient, number_of_words
from console.store.answers import Answer, after_step
from console.store.codec import encode
from console.store.database import Role, open_engine, prepare_file
from console.store.instants import to_us
from console.store.migrate import upgrade
from console.store.records import HistoryState
from console.store.schema import FOREVER
from console.ward.patient import Patient
from drivers.observation import Parameter
from tests.bench.history_samples import sample_rows

T = TypeVar("T")

END = datetime(2026, 11, 22, 6, tzinfo=UTC)
"""The last moment of the past; nothing in it is younger."""

PEOPLE = ("R. Test", "M. Demo", "C. Lead", "A. Night", "J. Late", "O'Brien, K.")
REASONS = ("Doctor informed", "Patient moving", "Probe replaced", "Observing", "Care in progress", "Cable reseated", "")
NOTES = ("Seen at the bedside", "Cable replaced", "Refill checked with the pump clinic", "Family informed")
FAMILY = ("Weiß", "Ångström", "Okafor", "Smith", "Nguyen", "García", "Kowalski", "Haddad", "Ivanov", "Sato")
GIVEN = "ABCDEFGHIJKLMNOPRSTUVWYZ"
STAY_DAYS = 5.0
ROWS = 5_000
"""Alarms of one transaction."""

_LIMITS = (
    ("hr", "HR", ">", 120, 122, 150), ("hr", "HR", "<", 50, 34, 49), ("spo2", "SpO2", "<", 90, 78, 89),
    ("rr", "RR", ">", 24, 25, 38), ("rr", "RR", "<", 8, 3, 7), ("nibp_sys", "BP sys", ">", 160, 161, 205),
)  # fmt: skip
_TECHNICAL = (
    ("technical:data:monitor {bed}", "Connection lost – monitor {bed}", Priority.MEDIUM),
    ("technical:data:monitor {bed}", "Late data – monitor {bed}", Priority.LOW),
    ("technical:sensor:spo2", "SpO2 – no reading", Priority.LOW),
    ("technical:sensor:nibp_sys", "BP – no new values", Priority.LOW),
    ("technical:sensor:rr", "RR – signal not reliable", Priority.LOW),
)
_HOURS = (3, 3, 3, 3, 4, 5, 7, 8, 8, 7, 6, 6, 5, 5, 5, 5, 6, 6, 6, 5, 5, 4, 4, 3)
"""How often alarms begin by hour of the day, relative to each other."""


@dataclass(frozen=True)
class Past:
    """What is made. alarms: over `days` before `end` at `beds` beds, some of them still standing at the end.
    sample_days: days of stored values before `end`, 0 for none."""

    alarms: int = 1_000_000
    days: int = 400
    beds: int = 24
    sample_days: int = 30
    seed: int = 7
    end: datetime = END

    @property
    def bed_names(self) -> tuple[str, ...]:
        """7B-01 and on."""
        return tuple(f"7B-{n:02d}" for n in range(1, self.beds + 1))


@dataclass(frozen=True)
class Seeded:
    """What was written, and how long that took."""

    alarms: int
    transitions: int
    stays: int
    minutes: int
    seconds: float


@dataclass(frozen=True)
class _Stay:
    patient: Patient
    ended: datetime | None


@dataclass(frozen=True)
class _Life:
    """One alarm: its steps as (change, seconds after the onset, condition), oldest first, and who answered."""

    id: str
    bed: str
    patient_id: str
    raised: datetime
    steps: tuple[tuple[Change, float, Condition], ...]
    by: str
    reason: str


def seed(url: str, past: Past | None = None) -> Seeded:
    """Fill an empty database; the tables are made where they are missing. SQLite or PostgreSQL."""
    past = past or Past()
    began = time.monotonic()
    prepare_file(url)
    engine = open_engine(url, Role.SAMPLES)
    try:
        upgrade(engine)
        stays = _stays(past)
        with engine.begin() as connection:
            connection.execute(insert(schema.stay), [_stay_row(s) for of_bed in stays.values() for s in of_bed])
            for one in (stay for of_bed in stays.values() for stay in of_bed):
                keep_patient(connection, one.patient)
            connection.execute(insert(schema.pump_event), list(_event_rows(stays)))
            connection.execute(insert(schema.finding), list(_finding_rows(stays, past)))
        transitions = _write_alarms(engine, past, stays)
        minutes = _write_samples(engine, past)
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("ANALYZE")
    finally:
        engine.dispose()
    return Seeded(past.alarms, transitions, sum(map(len, stays.values())), minutes, time.monotonic() - began)


# --- people and beds -------------------------------------------------------------------------------------------------


def _stays(past: Past) -> dict[str, list[_Stay]]:
    """Patients one after the other at each bed, with hours between them; the last one is still there."""
    chance = random.Random(past.seed)
    found: dict[str, list[_Stay]] = {}
    number = 0
    for bed in past.bed_names:
        at = past.end - timedelta(days=past.days + chance.random() * STAY_DAYS)
        of_bed: list[_Stay] = []
        while at < past.end:
            number += 1
            name = f"{chance.choice(GIVEN)}. {chance.choice(FAMILY)}"
            over = at + timedelta(days=1 + chance.expovariate(1 / STAY_DAYS))
            patient = Patient(f"H{100_000 + number}", name, bed, at, age=chance.randint(18, 90), pump_known=True)
            of_bed.append(_Stay(patient, over if over < past.end else None))
            at = over + timedelta(hours=chance.uniform(1, 12))
        found[bed] = of_bed
    return found


def _stay_row(stay: _Stay) -> dict[str, Any]:
    patient = stay.patient
    return {
        "bed": patient.bed,
        "patient_id": patient.patient_id,
        "admitted_at": to_us(patient.admitted_at),
        "admitted_by": "C. Lead",
        "discharged_at": None if stay.ended is None else to_us(stay.ended),
        "discharged_by": None if stay.ended is None else "C. Lead",
        "patient": encode(patient),
    }


def _event_rows(stays: dict[str, list[_Stay]]) -> Iterator[dict[str, Any]]:
    for bed, of_bed in stays.items():
        for stay in of_bed:
            at = stay.patient.admitted_at + timedelta(hours=2)
            yield {
                "id": f"refill-{stay.patient.patient_id}",
                "patient_id": stay.patient.patient_id,
                "bed": bed,
                "kind": "refill",
                "at": to_us(at),
                "by": "C. Lead",
                "confirmed": True,
                "note": "",
            }


def _finding_rows(stays: dict[str, list[_Stay]], past: Past) -> Iterator[dict[str, Any]]:
    chance = random.Random(past.seed + 1)
    for bed, of_bed in stays.items():
        for stay in of_bed:
            for part in range(4):
                over = stay.ended or past.end
                at = stay.patient.admitted_at + (over - stay.patient.admitted_at) * chance.random()
                yield {
                    "id": f"finding-{stay.patient.patient_id}-{part}",
                    "patient_id": stay.patient.patient_id,
                    "bed": bed,
                    "code": chance.choice(("pruritus", "spasticity_up1", "sedation_poss2", "no_sweating")),
                    "at": to_us(at),
                    "by": chance.choice(PEOPLE),
                    "note": "",
                }


# --- alarms ----------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=20_000)
def _limit(index: int, value: int, priority: Priority) -> Condition:
    key, label, sign, bound, _, _ = _LIMITS[index]
    side = "high" if sign == ">" else "low"
    text = f"{label} {value} {sign} {bound}"
    reason = Reason(key.partition("_")[0], text, float(value))
    return Condition(f"limit:{key}:{side}", Kind.LIMIT, priority, text, parameters=(Parameter(key),), reasons=(reason,))


@lru_cache(maxsize=2_000)
def _technical(index: int, bed: str) -> Condition:
    key, text, priority = _TECHNICAL[index]
    return Condition(key.format(bed=bed), Kind.TECHNICAL, priority, text.format(bed=bed))


@lru_cache(maxsize=2_000)
def _pattern(kind: Kind, stage: Stage, points: int) -> Condition:
    title = "Autonomic pattern" if kind is Kind.WITHDRAWAL else "Respiratory pattern"
    channel = "hr" if kind is Kind.WITHDRAWAL else "rr"
    reason = Reason(channel, f"{channel.upper()} {points} points", None, None, points)
    words = f"{title} – {stage.word}"
    return Condition(
        kind.value, kind, STAGE_PRIORITY[stage], words, stage, f"{points} points", points=points, reasons=(reason,)
    )


def _conditions(chance: random.Random, bed: str) -> tuple[Condition, ...]:
    """What an alarm is about, from its onset to its highest."""
    draw = chance.random()
    if draw < 0.58:
        index = chance.randrange(len(_LIMITS))
        value = chance.randint(*_LIMITS[index][4:])
        first = _limit(index, value, Priority.MEDIUM if chance.random() < 0.8 else Priority.LOW)
        return (first, _limit(index, value, Priority.HIGH)) if chance.random() < 0.05 else (first,)
    if draw < 0.9:
        return (_technical(chance.randrange(len(_TECHNICAL)), bed),)
    kind = Kind.WITHDRAWAL if draw < 0.97 else Kind.OVERDOSE
    stages = [Stage.WATCH, Stage.WARNING, Stage.EMERGENCY][: chance.choices((1, 2, 3), (6, 3, 1))[0]]
    return tuple(_pattern(kind, stage, 3 * stage + chance.randrange(3)) for stage in stages)


def _life(past: Past, number: int, raised: datetime, stays: list[_Stay], chance: random.Random) -> _Life:
    """One alarm with everything that happened to it until the end of the past."""
    bed = past.bed_names[chance.randrange(past.beds)] if not stays else stays[0].patient.bed
    conditions = _conditions(chance, bed)
    steps: list[tuple[Change, float, Condition]] = [(Change.ONSET, 0.0, conditions[0])]
    at = 0.0
    for higher in conditions[1:]:
        at += round(chance.uniform(30, 1800), 3)
        steps.append((Change.ESCALATE, at, higher))
    now = conditions[-1]
    over = at + round(min(86_400.0, chance.lognormvariate(4.2 if now.kind is Kind.LIMIT else 5.5, 1.2)), 3)
    answered = chance.random() < (0.35, 0.75, 0.93)[now.priority - 1]
    answer = at + round(min(14_400.0, 5 + chance.lognormvariate((5.5, 4.6, 3.6)[now.priority - 1], 1.0)), 3)
    latches = now.priority > Priority.LOW
    later = [(over, Change.CLEAR)]
    if answered and (latches or answer < over):
        later.append((answer, Change.ACKNOWLEDGE))
    elif latches:
        # Nobody came: the next occurrence took its place.
        later.append((over + 3600.0, Change.UPDATE))
    steps += [(change, after, now) for after, change in sorted(later)]
    lived = (past.end - raised).total_seconds()
    return _Life(
        f"{number:012x}{past.seed:04x}{chance.getrandbits(64):016x}",
        bed,
        next((s.patient.patient_id for s in stays if _there(s, raised)), ""),
        raised,
        tuple(step for step in steps if step[1] <= lived),
        chance.choice(PEOPLE),
        chance.choice(REASONS) or ("Seen" if now.kind.is_pattern else ""),
    )


def _there(stay: _Stay, at: datetime) -> bool:
    return stay.patient.admitted_at <= at and (stay.ended is None or at < stay.ended)


def _lives(past: Past, stays: dict[str, list[_Stay]]) -> Iterator[_Life]:
    """Alarms in the order of their onset: more by day than by night, now and then in bursts."""
    chance = random.Random(past.seed + 2)
    start = past.end - timedelta(days=past.days)
    hours = [start + timedelta(hours=h) for h in range(past.days * 24)]
    weights = [_HOURS[h.hour] * chance.lognormvariate(0, 0.4) for h in hours]
    share = past.alarms / sum(weights)
    number, owed = 0, 0.0
    # Stays of a bed are passed by as time goes on: the next alarm is never before them.
    coming = {bed: list(of_bed) for bed, of_bed in stays.items()}
    for hour, weight in zip(hours, weights, strict=True):
        owed += weight * share
        count = past.alarms - number if hour is hours[-1] else min(int(owed), past.alarms - number)
        owed -= count
        for second in sorted(round(chance.uniform(0, 3600), 3) for _ in range(count)):
            raised = hour + timedelta(seconds=second)
            of_bed = coming[past.bed_names[chance.randrange(past.beds)]]
            while len(of_bed) > 1 and not _there(of_bed[0], raised) and of_bed[1].patient.admitted_at <= raised:
                of_bed.pop(0)
            yield _life(past, number, raised, of_bed[:1], chance)
            number += 1


@lru_cache(maxsize=50_000)
def _encoded(condition: Condition) -> str:
    return encode(condition)


def _quoted(text: str) -> str:
    return encode(text)


def _batched(items: Iterator[T], size: int) -> Iterator[list[T]]:
    while piece := list(islice(items, size)):
        yield piece


def _rows(life: _Life) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The row of an alarm and those of its steps. The bodies are put together from parts that are encoded once: the
    codec itself would take ten times as long."""
    raised = life.raised.isoformat()
    since = life.raised.timestamp()
    raised_us = to_us(life.raised)
    presence, ended, answer, answered = Presence.ACTIVE, "null", "null", None
    stepped, highest, ended_us = (raised, since), Priority.LOW, None
    given: Answer | None = None
    head = f'{{"id":"{life.id}","version":'
    place = f',"bed":"{life.bed}","patient_id":"{life.patient_id}","condition":'
    found, body, stage = [], "", Stage.NONE
    for version, (change, after, condition) in enumerate(life.steps, start=1):
        at = life.raised + timedelta(seconds=after)
        told, stamp, by = at.isoformat(), since + after, ""
        if change is Change.ESCALATE:
            stepped, answer = (told, stamp), "null"
        elif change is Change.CLEAR:
            ended, ended_us = f'"{told}"', to_us(at)
            unseen = answer == "null" and highest > Priority.LOW
            presence = Presence.LATCHED if unseen else Presence.ENDED
        elif change is Change.ACKNOWLEDGE:
            by = life.by
            answer = f'{{"by":{_quoted(by)},"at":"{told}","reason":{_quoted(life.reason)}}}'
            answered = to_us(at) if answered is None else answered
            presence = Presence.ENDED if presence is Presence.LATCHED else presence
        elif change is Change.UPDATE:
            presence = Presence.ENDED
        highest = max(highest, condition.priority)
        here = None if change is not Change.ACKNOWLEDGE else (to_us(at), life.by, life.reason)
        given = after_step(given, change, to_us(at), raised_us, here)
        sounding = "true" if presence is Presence.ACTIVE and answer == "null" else "false"
        body = (
            f'{head}{version}{place}{_encoded(condition)},"raised_at":"{raised}","stepped_at":"{stepped[0]}",'
            f'"since":{stepped[1]!r},"presence":"{presence}","ended_at":{ended},"acknowledged":{answer},'
            f'"highest":{int(highest)},"sounding":{sounding},'
            f'"demo":false,"called":null,"unanswered":0,"accounts":[]}}'
        )
        step = (
            f'{{"alarm":{body},"change":"{change}","at":"{told}","stamp":{stamp!r},'
            f'"stage_before":{int(stage)},"by":{_quoted(by)}}}'
        )
        found.append(
            {
                "alarm_id": life.id,
                "version": version,
                "change": str(change),
                "at": to_us(at),
                "bed": life.bed,
                "body": step,
            }
        )
        stage = condition.stage
    last = life.steps[-1][2]
    assert given is not None
    row = {
        "id": life.id,
        "version": len(life.steps),
        "bed": life.bed,
        "patient_id": life.patient_id,
        "kind": str(last.kind),
        "highest": int(highest),
        "presence": str(presence),
        "state": str(_state(presence, answer != "null")),
        "raised_at": raised_us,
        "ended_at": ended_us,
        "lasted": FOREVER if ended_us is None else ended_us - raised_us,
        "answered_at": answered,
        "key": life.steps[0][2].key,
        "demo": False,
        "calls_from": given.calls_from,
        "response": given.response,
        "answer_by": given.by,
        "answer_reason": given.reason,
        "words": called(last.text, last.kind, last.priority, highest, given.reason),
        "person": life.patient_id,
        "body": body,
    }
    return row, found


def _state(presence: Presence, acknowledged: bool) -> HistoryState:
    if presence is not Presence.ACTIVE:
        return HistoryState.UNSEEN if presence is Presence.LATCHED else HistoryState.ENDED
    return HistoryState.ACKNOWLEDGED if acknowledged else HistoryState.ACTIVE


class _Numbers:
    """Numbers of words and patients, asked for once each."""

    def __init__(self) -> None:
        self._words: dict[str, int] = {}
        self._patients: dict[str, int] = {}

    def put(self, connection: Connection, row: dict[str, Any]) -> None:
        """In the place of what they stand for."""
        words, patient = row["words"], row["person"]
        if words not in self._words:
            self._words[words] = number_of_words(connection, words)
        if patient not in self._patients:
            self._patients[patient] = number_of_patient(connection, patient)
        row["words"], row["person"] = self._words[words], self._patients[patient]


def _note_rows(alarms: list[dict[str, Any]], chance: random.Random) -> Iterator[dict[str, Any]]:
    for row in alarms:
        if chance.random() < 0.002:
            text = f"{chance.choice(NOTES)} ({chance.randint(1, 9_999)})"
            at = row["raised_at"] + chance.randint(60, 7200) * 1_000_000
            yield {"alarm_id": row["id"], "at": at, "by": chance.choice(PEOPLE), "note": text, "words": fold(text)}


def _write_alarms(engine: Engine, past: Past, stays: dict[str, list[_Stay]]) -> int:
    count = 0
    numbers, chance = _Numbers(), random.Random(past.seed + 3)
    for lives in _batched(_lives(past, stays), ROWS):
        alarms, steps = [], []
        for life in lives:
            row, of_alarm = _rows(life)
            alarms.append(row)
            steps += of_alarm
        steps.sort(key=lambda step: step["at"])
        with engine.begin() as connection:
            for row in alarms:
                numbers.put(connection, row)
            connection.execute(insert(schema.alarm), alarms)
            connection.execute(insert(schema.transition), steps)
            if notes := list(_note_rows(alarms, chance)):
                connection.execute(insert(schema.alarm_note), notes)
        count += len(steps)
    return count


def _write_samples(engine: Engine, past: Past) -> int:
    """Values of every bed, a whole minute a row, as the compactor leaves them."""
    minutes = 0
    start = past.end - timedelta(days=past.sample_days)
    for index, bed in enumerate(past.bed_names if past.sample_days else ()):
        with engine.begin() as connection:
            made = connection.execute(insert(schema.stream), {"bed": bed, "source": f"monitor {bed}"})
            key: Any = made.inserted_primary_key
            for rows in _batched(sample_rows(key[0], start, past.sample_days * 1440, past.seed + index), 20_000):
                connection.execute(insert(schema.chunk), rows)
                minutes += len(rows)
    return minutes


def main() -> int:
    """Make a database from the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.history_seed", description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--alarms", type=int, default=Past.alarms)
    parser.add_argument("--days", type=int, default=Past.days)
    parser.add_argument("--beds", type=int, default=Past.beds)
    parser.add_argument("--sample-days", type=int, default=Past.sample_days)
    parser.add_argument("--seed", type=int, default=Past.seed)
    args = parser.parse_args()
    if args.file.exists():
        print(f"{args.file} is there already", file=sys.stderr)
        return 2
    past = Past(args.alarms, args.days, args.beds, args.sample_days, args.seed)
    made = seed(f"sqlite:///{args.file.absolute()}", past)
    size = args.file.stat().st_size / 1e9
    print(
        f"{made.alarms} alarms with {made.transitions} steps, {made.stays} stays, {made.minutes} minutes of samples: "
        f"{made.seconds:.0f} s, {size:.2f} GB"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
