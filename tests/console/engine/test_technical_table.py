"""Every technical alarm as a table (technical.csv): what it takes, its priority, its delay, its words, what to do.

Each row's fault is put into a running ward: nothing is told a second before its delay, and the alarm of the table
stands at it. delay_s is counted in whole seconds from the first one in which the fault is there. fault_test names the
test in which the fault itself is real: a pulled cable, a closed socket, a full disk, a blocked thread.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from console.alarms.alarm import Condition, Presence, Priority
from console.config import parse_config
from console.engine.items import PatientSeen
from console.link.commands import Admit, ReportSound
from console.link.snapshot import ManagerState, ManagerView
from console.ui.main_window import STALLED_S
from console.ui.stalled import STALLED
from console.ui.watchdog.guard import HUNG_S, WORDS, State
from console.ward.source import Heartbeat, SourceState
from drivers.observation import Parameter, Status
from tests.console.engine.conftest import Ward
from tests.console.ward_fakes import observation, patient, utc

ROOT = Path(__file__).parents[3]
TABLE = Path(__file__).with_name("technical.csv")
ROWS = list(csv.DictReader(TABLE.read_text(encoding="utf-8").splitlines()))
HR, RR, SPO2, TEMP = Parameter.HR, Parameter.RR, Parameter.SPO2, Parameter.TEMP
PHONES = ManagerView("phones", "127.0.0.1:2000", ManagerState.RETRYING)
GOOD = {HR: 76.0, RR: 15.0, SPO2: 97.0, TEMP: 36.8}

Second = Callable[[], None]
"""Lets one second pass with the fault in it."""


def _views(ward: Ward, name: str, **changes: object) -> None:
    ward.sources = tuple(replace(v, **changes) if v.name == name else v for v in ward.sources or ward.core.plan.views)


def _source(state: SourceState) -> Callable[[Ward], Second]:
    def fault(ward: Ward) -> Second:
        _views(ward, "monitor", state=state, last_error="told by its line")
        return lambda: ward.run(1)

    return fault


def _silent(ward: Ward) -> Second:
    return lambda: ward.run(1)


def _sensor(status: Status | None) -> Callable[[Ward], Second]:
    def fault(ward: Ward) -> Second:
        def second() -> None:
            ward.now += 1
            rest = [observation(p, v, ward.now) for p, v in GOOD.items() if p is not SPO2]
            value = None if status is Status.UNAVAILABLE else 97.0
            doubtful = [] if status is None else [observation(SPO2, value, ward.now, status=status)]
            ward.send(*rest, *doubtful)
            ward.core.tick(ward.now, utc(ward.now), ward.step_s, ward.sources)

        return second

    return fault


def _healthy(ward: Ward, change: Callable[[], None]) -> Second:
    change()
    return lambda: ward.run(1, GOOD)


def _gateway(closed: bool) -> Callable[[Ward], Second]:
    def fault(ward: Ward) -> Second:
        start = ward.now
        for _ in range(40):
            _views(ward, "feed", state=SourceState.CONNECTED, connections=1, interval_s=4.0, last_heard_stamp=ward.now)
            ward.run(1, GOOD)
        assert ward.now > start
        heard = ward.now
        _views(ward, "feed", connections=0 if closed else 1, interval_s=60.0 if closed else 4.0, last_heard_stamp=heard)
        if closed:
            ward.run(1, GOOD)  # the second in which the line is seen to be closed
        return lambda: ward.run(1, GOOD)

    return fault


def _broken(ward: Ward) -> Second:
    def advance(*_: object) -> None:
        raise RuntimeError("a fault of our own")

    ward.core.beds["7B-01"].alarms.advance = advance  # type: ignore[method-assign]
    return lambda: ward.run(1, GOOD)


def _stored(ward: Ward) -> Second:
    def change() -> None:
        ward.store.failure = "Recording stopped – disk full"

    return _healthy(ward, change)


def _undelivered(ward: Ward) -> Second:
    def change() -> None:
        ward.managers = (replace(PHONES, waiting_stamp=ward.now),)

    return _healthy(ward, change)


def _refused(ward: Ward) -> Second:
    def change() -> None:
        ward.managers = (replace(PHONES, refused_stamp=ward.now, refused_text="AR unknown bed"),)

    return _healthy(ward, change)


def _stepped(ward: Ward) -> Second:
    def change() -> None:
        ward.step_s = 30.0

    return _healthy(ward, change)


def _blind(ward: Ward) -> Second:
    """Neither breathing, saturation nor EtCO2 from the start of the stay on."""
    return lambda: ward.run(1, {HR: 76.0, TEMP: 36.8})


FAULTS: dict[str, Callable[[Ward], Second]] = {
    "late data": _silent,
    "no data": _silent,
    "source lost": _source(SourceState.LOST),
    "unreadable": _source(SourceState.MALFORMED),
    "another device": _source(SourceState.WRONG_DEVICE),
    "no monitor": _silent,
    "sensor off": _sensor(Status.UNAVAILABLE),
    "sensor silent": _sensor(None),
    "sensor doubtful": _sensor(Status.QUESTIONABLE),
    "other patient": lambda ward: _healthy(
        ward, lambda: ward.core.handle(PatientSeen("7B-01", "P9", "monitor"), ward.now, utc(ward.now))
    ),
    "gateway silent": _gateway(closed=False),
    "gateway closed": _gateway(closed=True),
    "gateway heartbeat": lambda ward: _healthy(
        ward,
        lambda: _views(
            ward,
            "feed",
            state=SourceState.CONNECTED,
            connections=1,
            interval_s=60.0,
            last_heard_stamp=ward.now,
            heartbeats=(Heartbeat("10.0.0.5", ward.now, 5.0),),
        ),
    ),
    "listener down": lambda ward: _healthy(
        ward, lambda: _views(ward, "feed", state=SourceState.LOST, last_error="address in use")
    ),
    "sender clock": lambda ward: _healthy(ward, lambda: _views(ward, "feed", clock_skew_s=15.0)),
    "alarms not reaching": _undelivered,
    "alarm refused": _refused,
    "store failing": _stored,
    "sound failing": lambda ward: _healthy(ward, lambda: _report(ward)),
    "clock step": _stepped,
    "bed engine fault": _broken,
    "engine fault": lambda ward: _healthy(ward, lambda: ward.core.fault("", RuntimeError("a fault"), ward.now + 1)),
    "respiratory detector limited": _blind,
    "respiratory detector blind": _blind,
}
FROM_THE_START = {"no monitor", "respiratory detector limited", "respiratory detector blind"}
ON_SCREEN = {"engine does not answer": (STALLED, STALLED_S), "window does not answer": (WORDS[State.HANGS], HUNG_S)}


def _report(ward: Ward) -> None:
    assert not ward.ask(ReportSound("desk", False, "This station has no sound device.")).error


def _standing(ward: Ward, key: str) -> Condition | None:
    there = [*ward.bed().alarms, *ward.snapshot().alarms]
    return next((a.condition for a in there if a.condition.key == key and a.presence is Presence.ACTIVE), None)


def _begin(name: str) -> Ward:
    config = parse_config('[ward]\nbeds = ["7B-01"]\n') if name == "no monitor" else None
    ward = Ward(config=config)
    assert not ward.ask(Admit(patient(), "A")).error
    if name not in FROM_THE_START:
        ward.run(20, GOOD)
    return ward


@pytest.mark.parametrize("row", [r for r in ROWS if r["alarm"] in FAULTS], ids=lambda row: row["alarm"])
def test_the_alarm_of_the_table_stands_at_its_delay_and_not_before(row: dict[str, str]) -> None:
    ward = _begin(row["alarm"])
    second = FAULTS[row["alarm"]](ward)
    key, priority, delay = row["key"], Priority[row["priority"].upper()], int(row["delay_s"])
    for passed in range(1, delay):
        second()
        before = _standing(ward, key)
        assert before is None or before.priority < priority, f"told after {passed} s, not {delay} s"
    second()
    condition = _standing(ward, key)
    assert condition is not None, f"not told at {delay} s"
    assert (condition.priority, condition.text) == (priority, row["text"])
    assert len(condition.advice) > 20, "it does not say what to do"


@pytest.mark.parametrize("row", [r for r in ROWS if r["alarm"] not in FAULTS], ids=lambda row: row["alarm"])
def test_what_no_engine_can_tell_is_told_by_screen_and_guard_within_its_delay(row: dict[str, str]) -> None:
    words, after = ON_SCREEN[row["alarm"]]
    assert row["text"] in words
    assert after < float(row["delay_s"])


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["alarm"])
def test_the_test_with_the_real_fault_is_there(row: dict[str, str]) -> None:
    file, _, name = row["fault_test"].partition("::")
    assert name == "*" or f"def {name}(" in (ROOT / file).read_text(encoding="utf-8")


def test_every_technical_alarm_of_the_console_itself_has_a_row() -> None:
    """The begin of each key that the engine gives stands in the table."""
    source = (ROOT / "console/engine/system.py").read_text(encoding="utf-8")
    begins = set(re.findall(r'f?"([a-z][a-z ]+)(?::\{|",\n\s+Priority)', source)) - {"notice"}
    told = {row["key"].removeprefix("technical:").split(":")[0] for row in ROWS}
    assert begins
    assert begins <= told, begins - told
