"""A simulated monitor gateway: real PCD-01 messages over a real MLLP connection."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from drivers.observation import Parameter
from hl7.builder import OruTemplate
from hl7.sender import MllpSender, SendError

StateAt = Callable[[float], Mapping[Parameter, float | None]]
"""Vital signs in console units, seconds after the start; None is sent as "no value"."""

_RETRY_S = 1.0
CUFF = (Parameter.NIBP_SYS, Parameter.NIBP_DIA, Parameter.NIBP_MEAN)


@dataclass(slots=True)
class SimulatorReport:
    """What became of the messages of a run. last_error: of the last failure, "" while none was."""

    sent: int = 0
    accepted: int = 0
    refused: int = 0
    failed: int = 0
    last_error: str = ""


class _Cuff:
    """A cuff pressure is sent with every message until the next inflation, and keeps the time of its own."""

    def __init__(self) -> None:
        self._reading: tuple[float | None, ...] = ()
        self._at: datetime | None = None

    def measured(self, state: Mapping[Parameter, float | None], at: datetime) -> dict[Parameter, datetime]:
        """When the pressures in `state` were measured; `at`: now."""
        reading = tuple(state.get(parameter) for parameter in CUFF)
        if self._at is None or reading != self._reading:
            self._reading, self._at = reading, at
        return dict.fromkeys(CUFF, self._at)


def run_simulator(
    host: str,
    port: int,
    state_at: StateAt,
    seconds: float,
    location: str,
    patient_id: str,
    name: str = "",
    *,
    interval_s: float = 1.0,
    stop: threading.Event | None = None,
    speed: float = 1.0,
    timeout_s: float = 5.0,
    started_at: datetime | None = None,
) -> SimulatorReport:
    """Send a message every `interval_s` for `seconds` (both of simulated time), each answered before the next.

    speed: simulated seconds per real one; times in the messages run with it, from `started_at` (aware; now if None).
    A lost connection is opened again after a second, as a gateway does; the messages of that time are lost, as a
    gateway's are. Returns when the time is over or `stop` is set. Raises ValueError for a location or patient HL7
    has no room for.
    """
    stop = stop or threading.Event()
    report = SimulatorReport()
    template: OruTemplate | None = None
    began_at, began = started_at or datetime.now(UTC), time.monotonic()
    tick = 0
    cuff = _Cuff()
    with MllpSender(host, port, timeout_s) as sender:
        while not stop.is_set() and tick * interval_s < seconds:
            elapsed = tick * interval_s
            if stop.wait(max(0.0, began + elapsed / speed - time.monotonic())):
                break
            state = state_at(elapsed)
            if template is None or set(template.parameters) != set(state):
                template = OruTemplate(tuple(state), location=location, patient_id=patient_id, name=name)
            control_id = f"{int(began_at.timestamp()) % 10**8:08d}{tick:010d}"
            at = began_at + timedelta(seconds=elapsed)
            message = template.fill(state, at, control_id, cuff.measured(state, at))
            if not _send(sender, message, report):
                stop.wait(_RETRY_S)
            # Ticks missed while waiting are not made up for.
            tick = max(tick + 1, int((time.monotonic() - began) * speed / interval_s))
    return report


def _send(sender: MllpSender, message: bytes, report: SimulatorReport) -> bool:
    report.sent += 1
    try:
        answers = sender.send(message)
    except SendError as error:
        report.failed += 1
        report.last_error = str(error)
        return False
    if all(answer.positive for answer in answers):
        report.accepted += 1
    else:
        report.refused += 1
        report.last_error = answers[-1].text
    return True
