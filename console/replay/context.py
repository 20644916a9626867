"""What is known of the recorded patients beside their vital signs: usual values, flags, pump events, findings."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from console.replay.pump_card import read_card
from console.replay.rows import ReplayError
from console.ward.chart import FINDING_CODES, NurseObservation, PumpEvent, PumpEventKind
from console.ward.patient import MINIMUM_AGE_YEARS, Baseline, Patient, RiskFlag
from console.ward.pump_card import PumpCard
from console.ward.sedation import SEDATION, SEDATION_SCORES

EPOCH = 946_684_800.0
"""Engine time of second 0: 2000-01-01 UTC, a whole minute, so that hours before the start are still dates."""

ALIASES = {
    "spasticity1": "spasticity_up1",
    "spasticity2": "spasticity_up2",
    "itch": "pruritus",
    **{code.removeprefix(f"{SEDATION}_"): code for code in SEDATION_SCORES},
}
"""Short codes of case collections; sedation scores also without what they begin with ("poss3", "gcs7", "rass-4")."""

BASELINE_KEYS = {"temp_c": "temp", **{k: k for k in ("hr", "sbp", "dbp", "rr", "spo2", "etco2")}}
T = TypeVar("T")
KEYS = frozenset({"age", "flags", "baseline", "pump_events", "observations", "validated", "windows", "pump_card"})


@dataclass(frozen=True, slots=True)
class Case:
    """One recorded patient. skipped: why he is not replayed, "" when he is."""

    patient: Patient
    pump_events: tuple[PumpEvent, ...] = ()
    findings: tuple[NurseObservation, ...] = ()
    validated: bool = False
    windows: Mapping[str, int] | None = None
    skipped: str = ""
    pump_card: PumpCard | None = None


@dataclass(slots=True)
class Context:
    """All of one context file. unknown_flags: flags that change nothing here, counted."""

    cases: dict[str, Case] = field(default_factory=dict)
    unknown_flags: dict[str, int] = field(default_factory=dict)

    def case(self, patient: str) -> Case:
        """The case of a patient; one nobody has described has an unknown pump and no usual values."""
        return self.cases.get(patient) or Case(_patient(patient, {}, frozenset()))


def load_context(path: Path | None) -> Context:
    """Read a context file. Raises ReplayError with patient and key."""
    if path is None:
        return Context()
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ReplayError(f"{path}: cannot be read: {error.strerror}") from error
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise ReplayError(f"{path}: is not JSON: {error}") from error
    if not isinstance(data, dict):
        raise ReplayError(f"{path}: must be a JSON object by patient")
    context = Context()
    for name, entry in data.items():
        try:
            context.cases[name] = _case(name, entry, context.unknown_flags)
        except (ValueError, OverflowError) as error:
            raise ReplayError(f"{path}: patient {name}: {error}") from error
    return context


def _case(name: str, entry: Any, unknown_flags: dict[str, int]) -> Case:
    if not isinstance(entry, dict):
        raise ValueError("must be an object")
    if extra := sorted(set(entry) - KEYS):
        raise ValueError(f"'{extra[0]}' is not known; known are {', '.join(sorted(KEYS))}")
    flags = frozenset(_flags(entry.get("flags"), unknown_flags))
    patient = _patient(name, entry, flags)
    too_young = patient.age is not None and patient.age < MINIMUM_AGE_YEARS
    return Case(
        patient,
        tuple(_list(entry.get("pump_events"), "pump_events", _pump_event)),
        tuple(_list(entry.get("observations"), "observations", _finding)),
        _truth(entry.get("validated", False)),
        _windows(entry.get("windows")),
        f"age {patient.age}: the detectors are for {MINIMUM_AGE_YEARS} years and over" if too_young else "",
        read_card(entry.get("pump_card"), lambda hours: _time({"hours": hours})),
    )


def _patient(name: str, entry: Mapping[str, Any], flags: frozenset[RiskFlag]) -> Patient:
    age = entry.get("age")
    if age is not None:
        age = int(_number(age, "age", 0, 130))
    return Patient(
        patient_id=name,
        name=name,
        bed=name,
        admitted_at=datetime.fromtimestamp(EPOCH, UTC),
        age=age,
        flags=flags,
        baseline=_baseline(entry.get("baseline")),
        pump_known=entry.get("pump_events") is not None,
    )


def _flags(given: Any, unknown: dict[str, int]) -> list[RiskFlag]:
    if isinstance(given, dict):
        given = [name for name, there in given.items() if there]
    known = []
    for name in given or ():
        if name in set(RiskFlag):
            known.append(RiskFlag(name))
        else:
            unknown[str(name)] = unknown.get(str(name), 0) + 1
    return known


def _baseline(given: Any) -> Baseline:
    if given is None:
        return Baseline()
    if not isinstance(given, dict):
        raise ValueError("baseline must be an object or null")
    values: dict[str, Any] = {}
    for key, value in given.items():
        if key not in BASELINE_KEYS:
            raise ValueError(f"baseline: '{key}' is not known; known are {', '.join(BASELINE_KEYS)}")
        if value is not None:
            values[BASELINE_KEYS[key]] = _number(value, f"baseline {key}", 1, 300)
    return Baseline(**values)


def _windows(given: Any) -> Mapping[str, int] | None:
    if given is None:
        return None
    if not isinstance(given, dict) or set(given) - {"w", "o"}:
        raise ValueError("windows must be an object with w and o")
    return {key: int(_number(value, f"windows {key}", 0, 3)) for key, value in given.items() if value is not None}


def _list(given: Any, name: str, build: Callable[[dict[str, Any]], T]) -> list[T]:
    if given is None:
        return []
    if not isinstance(given, list) or not all(isinstance(item, dict) for item in given):
        raise ValueError(f"{name} must be a list of objects")
    return [build(item) for item in given]


def _pump_event(item: dict[str, Any]) -> PumpEvent:
    kind = item.get("event")
    if kind not in set(PumpEventKind):
        raise ValueError(f"pump event '{kind}' is not known; known are {', '.join(PumpEventKind)}")
    percent = item.get("percent")
    if percent is not None:
        percent = _number(percent, "percent", 0, 1000)
    return PumpEvent(PumpEventKind(kind), _time(item), percent=percent, confirmed=_truth(item.get("confirmed", False)))


def _finding(item: dict[str, Any]) -> NurseObservation:
    given = str(item.get("code"))
    negative, code = given.startswith("no_"), given.removeprefix("no_")
    code = ALIASES.get(code.lower(), code)
    if code not in FINDING_CODES:
        raise ValueError(f"observation '{given}' is not known; known are {', '.join(FINDING_CODES)}")
    return NurseObservation(f"no_{code}" if negative else code, _time(item))


def _time(item: dict[str, Any]) -> datetime:
    return datetime.fromtimestamp(EPOCH + _number(item.get("hours"), "hours", -200_000, 800_000) * 3600, UTC)


def _truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"'{value}' must be true or false")
    return value


def _number(value: Any, name: str, low: float, high: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise ValueError(f"{name} '{value}' must be a number from {low} to {high}")
    return float(value)
