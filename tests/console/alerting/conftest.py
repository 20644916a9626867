"""A ward whose alarms are recorded in a real store and sent by the real sender, at the pace of a test."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from console.alarms.alarm import Condition, Kind, Priority, Stage
from console.alarms.lifecycle import LifeCycle
from console.alerting.alerting import Alerting
from console.alerting.routing import Router
from console.clock import SystemClock
from console.config_alerting import AlarmManagerConfig
from console.link.snapshot import ManagerView
from console.store.sql_store import open_store
from drivers.observation import Parameter

WARNING = Condition(
    "withdrawal", Kind.WITHDRAWAL, Priority.MEDIUM, "Autonomic pattern – warning", Stage.WARNING,
    parameters=(Parameter.HR,),
)  # fmt: skip
EMERGENCY = replace(WARNING, priority=Priority.HIGH, stage=Stage.EMERGENCY, text="Autonomic pattern – emergency")
FAST = {"timeout_s": 0.4, "retry_s": 0.05, "retry_max_s": 0.3, "plain": True}


def config(port: int, **changes: Any) -> AlarmManagerConfig:
    return AlarmManagerConfig.model_validate({"name": "phones", "host": "127.0.0.1", "port": port, **FAST, **changes})


def until(true: Callable[[], object], seconds: float = 15.0) -> None:
    """Wait for something to come true."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come true in time"
        time.sleep(0.01)


class Ward:
    """Beds whose alarms are raised by hand."""

    def __init__(self, folder: Path, *managers: AlarmManagerConfig) -> None:
        self.clock = SystemClock()
        self.store = open_store(
            f"sqlite:///{folder / 'ward.db'}", clock=self.clock, flush_s=0.05, route=Router(managers)
        )
        self.alerting = Alerting(managers, self.store, self.store.outbox, self.clock)
        self.beds: dict[str, LifeCycle] = {}
        self._ids = 0
        self.alerting.start()

    def step(self, bed: str, *conditions: Condition) -> str:
        """Bring the alarms of a bed in line with conditions; the id of the last alarm that moved."""
        cycle = self.beds.setdefault(bed, LifeCycle(bed, self._new_id))
        moved = cycle.step(conditions, self.clock.now(), self.clock.utc(), "P1")
        self.store.put_transitions(moved).result(10)
        return moved[-1].alarm.id if moved else ""

    def acknowledge(self, bed: str) -> None:
        cycle = self.beds[bed]
        [alarm] = cycle.alarms()
        moved = cycle.acknowledge(alarm.id, alarm.version, "Nurse A", "seen", self.clock.now(), self.clock.utc())
        self.store.put_transitions([moved]).result(10)

    def life(self, bed: str) -> None:
        """A whole life in six steps."""
        for condition in (WARNING, EMERGENCY):
            self.step(bed, condition)
        self.acknowledge(bed)
        self.step(bed, WARNING)
        self.step(bed, EMERGENCY)
        self.acknowledge(bed)
        self.step(bed)

    def _new_id(self) -> str:
        self._ids += 1
        return f"alarm{self._ids}"

    def view(self) -> ManagerView:
        return self.alerting.views()[0]

    def close(self) -> None:
        self.alerting.stop()
        self.store.close()


LIFE = [
    ("start", "active"), ("escalate", "active"), ("update", "active"), ("de-escalate", "active"),
    ("escalate", "active"), ("update", "active"), ("end", "inactive"),
]  # fmt: skip


@pytest.fixture
def ward(tmp_path: Path) -> Iterator[Callable[..., Ward]]:
    """Makes wards on one database and closes them after the test."""
    made: list[Ward] = []

    def make(*managers: AlarmManagerConfig) -> Ward:
        made.append(Ward(tmp_path, *managers))
        return made[-1]

    yield make
    for one in made:
        one.close()
