"""The evaluation of one station: thresholds as they are, one run at a time, and the way of a change into the file."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from console.config import Config
from console.evaluation import thresholds
from console.evaluation.child import request
from console.evaluation.process import ProcessRun
from console.link.commands import Reply
from console.link.devices import Devices, SetThresholds
from console.link.evaluation import Checked, Question, Result, Role, Threshold
from console.link.people import Gate, OpenGate
from console.rules import settings

NOT_SHOWN = "Show first what exactly these values would have done; nothing was changed."


@dataclass(frozen=True, slots=True)
class _Asked:
    """A run, and what it was asked: the changes, and the file they were laid over."""

    run: ProcessRun
    changes: Mapping[str, Any]
    written: Mapping[str, Any]


class Evaluator:
    """Implements console.link.evaluation.Evaluation.

    config: as the station was started; its [alarms] are those in force until it ends. url: of the database. devices:
    the desk that changes the configuration. gate: decides who may change thresholds.
    """

    def __init__(self, config: Config, url: str, devices: Devices, gate: Gate | None = None) -> None:
        self._in_force = dict(config.alarms)
        self._url = url
        self._devices = devices
        self._gate = gate or OpenGate()
        self._lock = threading.Lock()
        self._asked: _Asked | None = None
        self._closed = False

    def thresholds(self) -> tuple[Threshold, ...]:
        """Every threshold, both detectors and the single limits first."""
        return thresholds.thresholds(self._in_force, self._devices.config().alarms)

    def check(self, texts: Mapping[str, str]) -> Checked:
        """Read proposed values as written by a person, and check them like the configuration."""
        return thresholds.check(texts, self._devices.config().alarms)

    def start(self, question: Question) -> ProcessRun:
        """Run the stored days beside the ward; a run that is under way is cancelled first. Raises OSError."""
        config = self._devices.config()
        asked = settings(config.alarms) | dict(question.changes)
        line = request(self._url, config, self._in_force, asked, question)
        with self._lock:
            self._end_run()
            if self._closed:
                raise OSError("the console is being closed")
            run = ProcessRun(line)
            self._asked = _Asked(run, dict(question.changes), dict(config.alarms))
        return run

    def put_into_force(self, changes: Mapping[str, Any], by: str, role: Role, reason: str) -> Future[Reply]:
        """Have thresholds written that have just been evaluated."""
        if refusal := self._gate.refusal(by, SetThresholds.right):
            return _refused(refusal)
        written = self._devices.config().alarms
        with self._lock:
            asked = self._asked
        result = None if asked is None else asked.run.view().result
        if result is None or asked is None or asked.changes != dict(changes) or asked.written != written:
            return _refused(NOT_SHOWN)
        before = settings(written)
        told = ", ".join(f"{key} {before[key]} -> {value}" for key, value in changes.items())
        change = SetThresholds(thresholds.overrides(changes), told, role.value, reason, _in_words(result))
        return self._devices.change(change, by)

    def close(self) -> None:
        """End a run that is under way and take no other."""
        with self._lock:
            self._closed = True
            self._end_run()

    def _end_run(self) -> None:
        if self._asked is not None:
            self._asked.run.cancel()
            self._asked.run.join()


def _refused(sentence: str) -> Future[Reply]:
    refused: Future[Reply] = Future()
    refused.set_result(Reply(sentence))
    return refused


def _in_words(result: Result) -> str:
    """What was known when the decision was taken, for the audit trail."""
    costs = sum(1 for difference in result.differences if difference.costs)
    loads = [f"{one.kind} {one.level} {one.present} -> {one.proposed}" for one in result.loads if one.kind != "news2"]
    few = " (too few to judge)" if result.few else ""
    return (
        f"evaluated on {result.patient_days:.1f} patient-days{few} from {result.start:%Y-%m-%d %H:%M} to "
        f"{result.end:%Y-%m-%d %H:%M} UTC; episodes {', '.join(loads) or 'none'}; "
        f"alarms acted on that come later or not at all: {costs}"
    )
