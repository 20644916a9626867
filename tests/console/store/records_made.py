"""Records for the tests of the store."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from console.alarms.alarm import (
    Acknowledgement,
    Alarm,
    Change,
    Condition,
    Kind,
    Presence,
    Priority,
    Reason,
    Stage,
    Transition,
)
from console.store.records import Receipt, ReceiptOutcome, Sample
from console.ward.patient import Baseline, Patient, RiskFlag
from drivers.observation import Observation, Parameter, Status

T0 = datetime(2026, 11, 22, 13, 0, 0, tzinfo=UTC)


def sample(
    seconds: float,
    value: float | None = 72.0,
    parameter: Parameter = Parameter.HR,
    bed: str = "7B-01",
    source: str = "monitor",
    status: Status | None = None,
    delay: float = 0.0,
    **more: object,
) -> Sample:
    """A sample measured `seconds` after T0 and received `delay` seconds later."""
    status = status or (Status.UNAVAILABLE if value is None else Status.VALID)
    measured = T0 + timedelta(seconds=seconds)
    received = measured + timedelta(seconds=delay) if delay else measured
    return Sample(bed, Observation(parameter, value, status, source, received, measured, 0.0, **more))


def patient(bed: str = "7B-01", number: str = "H1", at: datetime = T0) -> Patient:
    return Patient(
        number,
        "Ä. Weiß",
        bed,
        at,
        age=54,
        flags=frozenset({RiskFlag.SCI_T6}),
        baseline=Baseline(36.7, 72.0),
        pump_known=True,
    )


def alarm(id: str, version: int = 1, raised: float = 0.0, **changes: object) -> Alarm:
    """An alarm raised `raised` seconds after T0; priority, kind, bed, presence ... by keyword."""
    priority = changes.pop("priority", Priority.MEDIUM)
    kind = changes.pop("kind", Kind.LIMIT)
    stage = changes.pop("stage", Stage.NONE)
    reasons = (Reason("hr", "hr 140", 140.0, 72.0, 2),)
    words = ("limit:hr:high", kind, priority, "Heart rate high", stage)
    condition = Condition(*words, parameters=(Parameter.HR,), reasons=reasons)
    at = T0 + timedelta(seconds=raised)
    values = {"bed": "7B-01", "patient_id": "H1", "highest": priority, **changes}
    return Alarm(id, version, condition=condition, raised_at=at, stepped_at=at, since=raised, **values)


def step(state: Alarm, change: Change = Change.ONSET, seconds: float = 0.0, by: str = "") -> Transition:
    return Transition(state, change, T0 + timedelta(seconds=seconds), seconds, by=by)


def ended(id: str, raised: float, lasted: float, version: int = 2, **changes: object) -> Alarm:
    at = T0 + timedelta(seconds=raised + lasted)
    return alarm(id, version, raised, presence=Presence.ENDED, ended_at=at, **changes)


def answer(seconds: float, by: str = "nurse") -> Acknowledgement:
    return Acknowledgement(by, T0 + timedelta(seconds=seconds), "seen")


def receipt(key: str, raw: bytes = b"MSH|^~\\&|", at: datetime = T0) -> Receipt:
    return Receipt(key, "gateway", "127.0.0.1", key, "ORU^R01", at, ReceiptOutcome.ACCEPTED, "", raw)


def eventually(true: Callable[[], object], seconds: float = 10.0) -> None:
    """Wait until something holds; fails when it does not come to hold."""
    ends = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < ends, "it did not come to hold in time"
        time.sleep(0.02)
