"""Devices on cables, for what an engineer does at the port: simulators, noise, loopback plugs."""

from __future__ import annotations

import os
import select
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from drivers import registry
from drivers.driver import DeviceState
from tests.drivers.damage import steady_state


def wait_for(condition: Callable[[], bool], timeout: float = 10.0) -> None:
    """Wait until it holds; fails after `timeout` real seconds."""
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


class Bedside:
    """Whatever is at the near end of a cable, in a thread of its own. say: bytes heard and seconds since the start ->
    bytes said."""

    def __init__(self, near: int, say: Callable[[bytes, float], bytes], speed: float = 1.0) -> None:
        self._near = near
        self._say = say
        self._speed = speed
        self._stop = threading.Event()
        self.heard = bytearray()
        self._thread = threading.Thread(target=self._serve, name="bedside")
        self._thread.start()

    def _serve(self) -> None:
        start = time.monotonic()
        os.set_blocking(self._near, False)  # a device sends whether or not anybody reads
        while not self._stop.is_set():
            ready, _, _ = select.select([self._near], [], [], 0.01)
            heard = os.read(self._near, 4096) if ready else b""
            self.heard += heard
            said = self._say(heard, (time.monotonic() - start) * self._speed)
            if said:
                with suppress(BlockingIOError):
                    os.write(self._near, said)

    def close(self) -> None:
        """Switch it off."""
        self._stop.set()
        self._thread.join()


def simulator(name: str, state: DeviceState | None = None) -> Callable[[bytes, float], bytes]:
    """A simulated device that was just switched on."""
    device = registry.simulator(name, datetime(2026, 1, 1))
    measured = state or steady_state()
    return lambda heard, elapsed: device.step(heard, elapsed, measured)
