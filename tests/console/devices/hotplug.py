"""Adapters pulled and put back, again and again, under the ports of running sources.

Three beds. Bed 1 is configured by the id of its adapter, bed 2 by a plain number that adapters swap, bed 3 by its
socket, as its adapter has no serial number. Strangers are plugged in as well: one of the same kind as bed 3's in
another socket, one that takes the number of bed 2's adapter while that is away and stays there, one in the socket of
bed 3's. Every device sends values of its own, so that a value tells whose it is.
"""

from __future__ import annotations

import os
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from console.acquisition import lines
from console.acquisition.source import SourceThread
from console.clock import SystemClock
from console.config import SourceConfig
from console.engine.items import Item, Samples
from console.engine.plan import first_view
from drivers.driver import DeviceState
from drivers.observation import Parameter
from drivers.transport.serial_link import open_serial
from tests.console.devices.bedside import Bedside, simulator, wait_for
from tests.drivers.fake_adapters import Adapter, Kind, Machine

FIRST, SECOND = Kind(serial="A50285BI"), Kind(serial="FT4X1ZZQ")
STRANGER, INTRUDER = Kind(serial="FTSTRANG"), Kind(serial="FTINTRUD")
CHEAP = Kind("1a86", "7523", "", "QinHeng", "CH340")

NUMBERS = ("ttyUSB0", "ttyUSB1", "ttyUSB2")
"""What the adapters of the three beds are called at first."""

SPO2 = {"bed 1": 97.0, "bed 2": 88.0, "bed 3": 93.0, "stranger": 71.0}
"""What the device of each bed measures, and what any stranger does."""

DEVICE_SPEED = 20.0
"""Devices report every 50 ms, so that the time to the first value is the console's."""

CYCLES_A_ROUND = 3
BACK_WITHIN_S = 10.0
LONGEST_AWAY_S = 3.0
CPU_S = 1.5


@dataclass
class Figures:
    """What the cycles showed. seconds: from each plugging in to the first value at the bed; left_*: after all cycles
    more than before."""

    cycles: int = 0
    seconds: list[float] = field(default_factory=list)
    samples: int = 0
    wrong: int = 0
    outages_miscounted: int = 0
    left_threads: int = 0
    left_descriptors: int = 0
    cpu_percent: float = 0.0

    def quantile(self, share: float) -> float:
        """Seconds within which this share of the values was back."""
        return sorted(self.seconds)[min(len(self.seconds) - 1, int(share * len(self.seconds)))]


class Ward:
    """Three sources on a machine of folders; every value that reaches a bed is judged."""

    def __init__(self, machine: Machine, configs: dict[str, dict[str, str]]) -> None:
        self._lock = threading.Lock()
        self.figures = Figures()
        self._last: dict[str, float] = {}
        self._plugged_at: dict[str, float] = {}
        self._original = lines.open_serial
        lines.open_serial = partial(open_serial, roots=machine.roots)  # type: ignore[assignment]
        clock = SystemClock()
        self.sources = {}
        for bed, transport in configs.items():
            config = SourceConfig(name=bed, driver="masimo_ascii1", bed=bed, transport={"kind": "serial", **transport})
            self.sources[bed] = SourceThread(config, first_view(config), self._put, clock)
        for source in self.sources.values():
            source.start()

    def _put(self, item: Item) -> bool:
        now = time.monotonic()
        with self._lock:
            for sample in item.samples if isinstance(item, Samples) else ():
                if sample.observation.parameter is Parameter.SPO2 and sample.observation.value is not None:
                    self.figures.samples += 1
                    self.figures.wrong += sample.observation.value != SPO2[sample.bed]
                    if sample.bed in self._plugged_at:
                        self.figures.seconds.append(now - self._plugged_at.pop(sample.bed))
        return True

    def plugged(self, *beds: str) -> None:
        """The adapters of these beds are in again, now."""
        now = time.monotonic()
        with self._lock:
            self._plugged_at.update(dict.fromkeys(beds, now))

    def wait_for_values(self) -> None:
        """Until every bed that was plugged in has had a value."""
        wait_for(lambda: not self._plugged_at, BACK_WITHIN_S)

    def close(self) -> None:
        """End the sources."""
        for source in self.sources.values():
            source.ask_to_stop()
        for source in self.sources.values():
            source.join(5.0)
        lines.open_serial = self._original


class Cables:
    """Adapters with a device on each."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._devices: dict[Adapter, Bedside] = {}

    def plug(self, kind: Kind, whose: str, tty_name: str, socket: str) -> Adapter:
        adapter = self._machine.plug(kind, tty_name, socket)
        state = DeviceState({Parameter.SPO2: SPO2[whose], Parameter.PR: SPO2[whose] - 20})
        self._devices[adapter] = Bedside(adapter.near, simulator("masimo_ascii1", state), DEVICE_SPEED)
        return adapter

    def pull(self, adapter: Adapter) -> None:
        self._devices.pop(adapter).close()
        self._machine.unplug(adapter)

    def close(self) -> None:
        for adapter in list(self._devices):
            self.pull(adapter)


@contextmanager
def _bedside(folder: Path) -> Iterator[tuple[Cables, Ward, list[Adapter]]]:
    machine = Machine(folder)
    cables = Cables(machine)
    plugged = [
        cables.plug(FIRST, "bed 1", NUMBERS[0], "1"),
        cables.plug(SECOND, "bed 2", NUMBERS[1], "2"),
        cables.plug(CHEAP, "bed 3", NUMBERS[2], "3"),
    ]
    cables.plug(CHEAP, "stranger", "ttyUSB3", "4")
    ward = Ward(
        machine,
        {
            "bed 1": {"port": plugged[0].by_id, "adapter": FIRST.adapter},
            "bed 2": {"port": plugged[1].device, "adapter": SECOND.adapter},
            "bed 3": {"port": plugged[2].by_path, "adapter": CHEAP.adapter},
        },
    )
    try:
        ward.plugged(*ward.sources)
        ward.wait_for_values()
        yield cables, ward, plugged
    finally:
        ward.close()
        cables.close()


def run_cycles(folder: Path, cycles: int, seed: int = 1, longest_away: float = LONGEST_AWAY_S) -> Figures:
    """Pull and put back until there were so many cycles; three adapters are pulled at a time."""
    chance = random.Random(seed)
    with _bedside(folder) as (cables, ward, plugged):
        ward.figures.seconds.clear()
        threads, descriptors = threading.active_count(), _descriptors()
        for round_ in range(-(-cycles // CYCLES_A_ROUND)):
            for adapter in plugged:
                cables.pull(adapter)
            way = ("same names", "swapped", "strangers", "other names")[round_ % 4]
            strangers = []
            if way == "strangers":
                strangers.append(cables.plug(STRANGER, "stranger", NUMBERS[1], "7"))
                strangers.append(cables.plug(INTRUDER, "stranger", NUMBERS[2], plugged[2].socket))
            time.sleep(chance.uniform(0.05, longest_away))
            if strangers:
                cables.pull(strangers.pop())
            plugged[:] = _put_back(cables, ward, way, plugged)
            ward.wait_for_values()
            time.sleep(chance.uniform(0.05, 0.3))
            for stranger in strangers:
                cables.pull(stranger)
            ward.figures.cycles += CYCLES_A_ROUND
        figures = ward.figures
        figures.left_threads = threading.active_count() - threads
        figures.left_descriptors = _descriptors() - descriptors
        rounds = figures.cycles // CYCLES_A_ROUND
        figures.outages_miscounted = sum(abs(s.view().reconnects - rounds) for s in ward.sources.values())
        for adapter in plugged:
            cables.pull(adapter)
        figures.cpu_percent = _cpu_percent(CPU_S)
    return figures


def _put_back(cables: Cables, ward: Ward, way: str, pulled: list[Adapter]) -> list[Adapter]:
    """Put the three adapters back; bed 3's into its own socket, as that is what it is known by."""
    first, second, third = pulled
    names = {
        "same names": NUMBERS,
        "swapped": (NUMBERS[1], NUMBERS[0], NUMBERS[2]),
        "strangers": ("ttyUSB5", "ttyUSB6", "ttyUSB4"),
        "other names": ("ttyUSB8", "ttyUSB9", "ttyUSB7"),
    }[way]
    sockets = (second.socket, first.socket) if way == "swapped" else (first.socket, second.socket)
    back: list[Callable[[], Adapter]] = [
        lambda: cables.plug(FIRST, "bed 1", names[0], sockets[0]),
        lambda: cables.plug(SECOND, "bed 2", names[1], sockets[1]),
        lambda: cables.plug(CHEAP, "bed 3", names[2], third.socket),
    ]
    adapters = []
    for bed, plug in zip(ward.sources, back, strict=True):
        adapters.append(plug())
        ward.plugged(bed)
    return adapters


def _descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - one descriptor less than a Path needs


def _cpu_percent(seconds: float) -> float:
    """Of one core, while all three sources look for their adapters."""
    began = time.process_time()
    time.sleep(seconds)
    return (time.process_time() - began) / seconds * 100
