"""Driver and simulator through the reconnecting loop, over a real pseudo-terminal."""

from __future__ import annotations

import os
import select
import sys
import threading
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from drivers import registry
from drivers.driver import DeviceState
from drivers.observation import Parameter
from drivers.transport.serial_link import open_serial
from tests.drivers.terminals import Terminal
from tests.drivers.test_reconnect import Recorder, running, wait_for

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs pseudo-terminals")

SPEED = 10.0
"""Engine time runs so much faster than the test."""

STATE = DeviceState(
    vitals={
        Parameter.HR: 72, Parameter.PR: 73, Parameter.RR: 13, Parameter.SPO2: 96, Parameter.ETCO2: 40,
        Parameter.NIBP_SYS: 125, Parameter.NIBP_DIA: 78, Parameter.NIBP_MEAN: 94, Parameter.TEMP: 37.1,
        Parameter.PERFUSION_INDEX: 3.25,
    }
)  # fmt: skip


@pytest.fixture
def cable(tmp_path: Path) -> Iterator[Terminal]:
    terminal = Terminal(tmp_path / "port")
    yield terminal
    terminal.unplug()


class Device:
    """A simulator that serves the near end of a cable in a thread of its own."""

    def __init__(self, name: str, near: int) -> None:
        self._simulator = registry.simulator(name, datetime(2026, 1, 1))
        self._near = near
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        start = time.monotonic()
        while not self._stop.is_set():
            ready, _, _ = select.select([self._near], [], [], 0.01)
            data = os.read(self._near, 4096) if ready else b""
            said = self._simulator.step(data, (time.monotonic() - start) * SPEED, STATE)
            if said:
                os.write(self._near, said)

    def switch_off(self) -> None:
        self._stop.set()
        self._thread.join()


class Console:
    """The reconnecting loop on the far end."""

    def __init__(self, name: str, cable: Terminal) -> None:
        self.sink = Recorder()
        self._parameters = registry.info(name).parameters
        self._context = running(
            lambda: open_serial(cable.name, registry.info(name).serial),
            self.sink,
            lambda: registry.create(name, {}),
            now=lambda: time.monotonic() * SPEED,
        )
        self._context.__enter__()

    def told(self, since: int = 0) -> dict[Parameter, float | None]:
        return {v.parameter: v.value for reception in self.sink.receptions[since:] for v in reception.output.vitals}

    def wait_for_values(self, since: int = 0) -> dict[Parameter, float | None]:
        """Until every parameter is there; for a device without any, until a frame is."""
        expected = set(self._parameters) & set(STATE.vitals)
        if expected:
            wait_for(lambda: expected <= set(self.told(since)))
        else:
            read = self.sink.receptions[since - 1].frames.good if since else 0
            wait_for(lambda: any(reception.frames.good > read for reception in self.sink.receptions[since:]))
        return self.told(since)

    def close(self) -> None:
        self._context.__exit__(None, None, None)


@pytest.mark.parametrize("name", sorted(registry.DRIVERS))
@pytest.mark.parametrize("device_first", [True, False])
def test_either_side_may_start_first(name: str, device_first: bool, cable: Terminal) -> None:
    if device_first:
        device = Device(name, cable.near)
        time.sleep(0.1)
        console = Console(name, cable)
    else:
        console = Console(name, cable)
        time.sleep(0.3)
        device = Device(name, cable.near)
    told = console.wait_for_values()
    expected = {p: v for p, v in STATE.vitals.items() if p in registry.info(name).parameters}
    assert {p: v for p, v in told.items() if v is not None} == pytest.approx(expected)
    console.close()
    device.switch_off()
    assert console.sink.receptions[-1].frames.bad == 0


@pytest.mark.parametrize("name", sorted(registry.DRIVERS))
def test_a_device_that_was_switched_off_and_on_is_read_again_on_the_same_link(name: str, cable: Terminal) -> None:
    console = Console(name, cable)
    device = Device(name, cable.near)
    console.wait_for_values()
    device.switch_off()
    time.sleep(0.3)
    since = len(console.sink.receptions)
    device = Device(name, cable.near)
    console.wait_for_values(since)
    console.close()
    device.switch_off()
    assert console.sink.kinds() == ["connected"]


@pytest.mark.parametrize("name", sorted(registry.DRIVERS))
def test_a_console_that_starts_again_is_answered(name: str, cable: Terminal) -> None:
    device = Device(name, cable.near)
    for _ in range(2):
        console = Console(name, cable)
        console.wait_for_values()
        console.close()
    device.switch_off()


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir())) if sys.platform == "linux" else 0


def test_a_pulled_cable_is_told_within_a_second_and_its_return_brings_values(cable: Terminal) -> None:
    console = Console("dri_s5", cable)
    device = Device("dri_s5", cable.near)
    console.wait_for_values()
    before = descriptors()
    for round_ in range(3):
        device.switch_off()
        pulled = time.monotonic()
        cable.unplug()
        wait_for(lambda n=round_: console.sink.kinds().count("lost") == n + 1)
        assert time.monotonic() - pulled < 1.0
        time.sleep(0.2)
        since = len(console.sink.receptions)
        cable.plug()
        back = time.monotonic()
        device = Device("dri_s5", cable.near)
        console.wait_for_values(since)
        assert time.monotonic() - back < 5.0
    assert descriptors() == before
    console.close()
    device.switch_off()
    assert console.sink.kinds().count("lost") == 3
    assert console.sink.kinds().count("connected") == 4
