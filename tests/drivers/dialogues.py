"""Every device that is talked to, over a real pseudo-terminal, in every state a conversation can be found in.

`python -m tests.drivers.dialogues [DRIVER...]` prints the table. Device and driver live in a time that runs ten times
faster than the test, so that time-outs of ten seconds are waited for in one.
"""

from __future__ import annotations

import os
import select
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from drivers import registry
from drivers.simulation import Mood
from drivers.transport import reconnect
from drivers.transport.reconnect import Reception
from drivers.transport.serial_link import open_serial
from tests.drivers.damage import steady_state
from tests.drivers.terminals import Terminal

SPEED = 10.0
PATIENCE_S = 60.0
"""Seconds of the device's time after which a conversation that has not come about never will."""


class Device:
    """A simulator on the near end of a cable. mood and power may be changed while it runs."""

    def __init__(self, name: str, near: int) -> None:
        self._name = name
        self._near = near
        self._end = threading.Event()
        self._lock = threading.Lock()
        self._powered = False
        self._started = time.monotonic()
        self.mood = Mood.NORMAL
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def power(self, on: bool) -> None:
        """Switch it on (it forgets every conversation) or off."""
        with self._lock:
            self._powered = on
            self._started = time.monotonic()
            self._simulator = registry.simulator(self._name, datetime(2026, 1, 1))

    def close(self) -> None:
        """End the thread."""
        self._end.set()
        self._thread.join()

    def _serve(self) -> None:
        while not self._end.is_set():
            ready, _, _ = select.select([self._near], [], [], 0.01)
            heard = os.read(self._near, 4096) if ready else b""
            with self._lock:
                if not self._powered:
                    continue
                if hasattr(self._simulator, "mood"):
                    self._simulator.mood = self.mood
                said = self._simulator.step(heard, (time.monotonic() - self._started) * SPEED, steady_state())
            if said and self.mood is not Mood.SILENT:
                os.write(self._near, said)


class Console:
    """The reconnecting loop on the far end; implements drivers.transport.reconnect.Sink."""

    def __init__(self, name: str, cable: Terminal) -> None:
        self.values = 0
        self.troubles: list[str] = []
        self.bad = 0
        self.losses: list[str] = []
        self._stop = threading.Event()
        settings = registry.info(name).serial
        self._thread = threading.Thread(
            target=reconnect.run,
            args=(lambda: open_serial(cable.name, settings), lambda: registry.create(name, {}), self, self._stop),
            kwargs={"now": lambda: time.monotonic() * SPEED},
        )
        self._thread.start()

    def close(self) -> None:
        """End the loop."""
        self._stop.set()
        self._thread.join()

    def connected(self, stamp: float, connections: int) -> None:
        """See Sink."""

    def received(self, reception: Reception) -> None:
        """See Sink."""
        self.values += sum(1 for vital in reception.output.vitals if vital.value is not None)
        self.bad = reception.frames.bad
        if reception.output.trouble is not None:
            self.troubles.append(reception.output.trouble)

    def lost(self, stamp: float, reason: str) -> None:
        """See Sink."""
        self.losses.append(reason)

    def still_down(self, stamp: float, reason: str) -> None:
        """See Sink."""
        self.losses.append(reason)

    def wait_for(self, condition: Callable[[Console], bool]) -> float | None:
        """Seconds of the device's time until the condition held, None when patience ended first."""
        begun = time.monotonic()
        while time.monotonic() - begun < PATIENCE_S / SPEED:
            if condition(self):
                return (time.monotonic() - begun) * SPEED
            time.sleep(0.01)
        return None

    def wait_for_more(self) -> float | None:
        """The same until values arrive that have not arrived yet."""
        before = self.values
        return self.wait_for(lambda console: console.values > before)


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one scene. seconds: device time until values came, None when they never did."""

    driver: str
    scene: str
    seconds: float | None
    told: str
    bad: int


def console_first(device: Device, start: Callable[[], Console]) -> tuple[Console, float | None]:
    """The console asks before anybody can answer."""
    console = start()
    time.sleep(5 / SPEED)
    device.power(True)
    return console, console.wait_for_more()


def device_first(device: Device, start: Callable[[], Console]) -> tuple[Console, float | None]:
    """The device has been on for a while."""
    device.power(True)
    time.sleep(5 / SPEED)
    console = start()
    return console, console.wait_for_more()


def console_restarts(device: Device, start: Callable[[], Console]) -> tuple[Console, float | None]:
    """The console went in the middle of a conversation the device still believes in."""
    device.power(True)
    first = start()
    first.wait_for_more()
    first.close()
    console = start()
    return console, console.wait_for_more()


def device_restarts(device: Device, start: Callable[[], Console]) -> tuple[Console, float | None]:
    """The device was switched off and on and knows nothing any more."""
    device.power(True)
    console = start()
    console.wait_for_more()
    device.power(False)
    time.sleep(10 / SPEED)
    device.power(True)
    return console, console.wait_for_more()


def silence(device: Device, start: Callable[[], Console]) -> tuple[Console, float | None]:
    """The device stops in the middle, long enough for every time-out, and goes on as if nothing had been."""
    device.power(True)
    console = start()
    console.wait_for_more()
    device.mood = Mood.SILENT
    console.wait_for(lambda c: bool(c.troubles) and c.troubles[-1] != "")
    device.mood = Mood.NORMAL
    return console, console.wait_for_more()


def refusal(device: Device, start: Callable[[], Console]) -> tuple[Console, float | None]:
    """The device refuses, until somebody has changed its settings."""
    device.mood = Mood.REFUSING
    device.power(True)
    console = start()
    console.wait_for(lambda c: bool(c.troubles) and c.troubles[-1] != "")
    device.mood = Mood.NORMAL
    return console, console.wait_for_more()


def abortion(device: Device, start: Callable[[], Console]) -> tuple[Console, float | None]:
    """The device ends every conversation soon after it has begun, until it no longer does."""
    device.mood = Mood.ABORTING
    device.power(True)
    console = start()
    console.wait_for(lambda c: bool(c.troubles) and c.troubles[-1] != "")
    device.mood = Mood.NORMAL
    return console, console.wait_for_more()


SCENES: dict[str, Callable[[Device, Callable[[], Console]], tuple[Console, float | None]]] = {
    "console first": console_first,
    "device first": device_first,
    "console restarts": console_restarts,
    "device restarts": device_restarts,
    "silence": silence,
    "refusal": refusal,
    "abort": abortion,
}


def dialogue_drivers() -> list[str]:
    """Drivers whose device answers only when it is asked."""
    return [name for name in sorted(registry.DRIVERS) if registry.info(name).dialogue]


def play(name: str, scene: str, folder: Path) -> Result:
    """Play one scene with one device."""
    cable = Terminal(folder / "port")
    device = Device(name, cable.near)
    consoles: list[Console] = []

    def start() -> Console:
        consoles.append(Console(name, cable))
        return consoles[-1]

    try:
        console, seconds = SCENES[scene](device, start)
        console.wait_for(lambda c: not c.troubles or c.troubles[-1] == "")
    finally:
        for one in consoles:
            one.close()
        device.close()
        cable.unplug()
    told = next((trouble for trouble in console.troubles if trouble), "")
    if console.troubles and console.troubles[-1]:
        told = f"STILL TOLD: {console.troubles[-1]}"
    return Result(name, scene, seconds, told, console.bad)


def main(names: list[str]) -> int:
    """Print the table; 1 when values did not come in a scene."""
    results = []
    for name in names or dialogue_drivers():
        for scene in SCENES:
            with tempfile.TemporaryDirectory() as folder:
                results.append(play(name, scene, Path(folder)))
            last = results[-1]
            came = "never" if last.seconds is None else f"{last.seconds:.1f} s"
            print(f"{name:16} {scene:18} values after {came:>8}  bad {last.bad}  {last.told}", flush=True)
    return 0 if all(result.seconds is not None for result in results) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
