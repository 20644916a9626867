"""A ward without threads: the core, its commands and a store in memory."""

from __future__ import annotations

from concurrent.futures import Future

import pytest

from console.config import Config, parse_config
from console.engine.commands import CommandHandler
from console.engine.core import WardCore
from console.engine.items import Samples
from console.engine.plan import plan_ward
from console.link.commands import Ask, Command, Reply
from console.link.snapshot import BedSnapshot
from console.rules import load_rules
from console.store.records import Restored, Sample
from drivers.observation import Parameter
from tests.console.ward_fakes import START, MemoryStore, ids, observation, utc

CONFIG = """
[ward]
name = "Ward 7B"
timezone = "Europe/London"
beds = ["7B-01", "7B-02", "7B-03"]

[[source]]
name = "monitor"
driver = "masimo_ascii1"
bed = "7B-01"
transport = { kind = "tcp", host = "127.0.0.1", port = 4001 }

[[source]]
name = "capnograph"
driver = "masimo_ascii1"
bed = "7B-01"
transport = { kind = "tcp", host = "127.0.0.1", port = 4002 }

[[hl7_listener]]
name = "feed"
port = 0
plain = true
beds = { "ICU^^5" = "7B-02", "ICU^^6" = "7B-03" }
"""


class Ward:
    """The core with its own clock; `run` feeds bed 7B-01 once a second and ticks."""

    def __init__(self, restored: Restored | None = None, config: Config | None = None, start: float = START) -> None:
        self.now = start
        self.store = MemoryStore(restored)
        self.emitted: list = []
        self.new_id = ids()
        plan = plan_ward(config or parse_config(CONFIG))
        self.core = WardCore(plan, self.store, load_rules(), self.new_id, self.emitted.extend, self.now)
        self.commands = CommandHandler(self.core)
        self.core.restore(self.store.restore(), self.now, utc(self.now))
        self.step_s = 0.0
        self.sources = None
        self.managers = ()

    def send(self, *observations, bed: str = "7B-01", stored: bool = False) -> None:
        """Samples from one source, judged at once."""
        samples = tuple(Sample(bed, o) for o in observations)
        self.core.handle(Samples(samples, stored), self.now, utc(self.now))
        self.core.settle(self.now, utc(self.now))

    def run(self, seconds: int, values: dict | None = None, bed: str = "7B-01", source: str = "monitor") -> None:
        for _ in range(seconds):
            self.now += 1
            if values:
                self.send(*(observation(p, v, self.now, source) for p, v in values.items()), bed=bed)
            self.core.tick(self.now, utc(self.now), self.step_s, self.sources, self.managers)

    def ask(self, command: Command) -> Reply:
        future: Future[Reply] = Future()
        self.commands.handle(Ask(command, future), self.now, utc(self.now))
        self.core.settle(self.now, utc(self.now))
        return future.result(timeout=0)

    def snapshot(self):
        return self.core.snapshot(self.now, utc(self.now))

    def bed(self, name: str = "7B-01") -> BedSnapshot:
        bed = self.snapshot().bed(name)
        assert bed is not None
        return bed

    def alarm(self, key: str, bed: str = "7B-01"):
        return next((a for a in self.bed(bed).alarms if a.condition.key == key), None)

    def value(self, parameter: Parameter, bed: str = "7B-01"):
        reading = self.bed(bed).reading(parameter)
        return None if reading is None else reading.value


@pytest.fixture
def ward() -> Ward:
    return Ward()
