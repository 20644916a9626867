"""Simulated devices on real pseudo-terminals: one loop serves every line of the demonstration ward.

Each line is a pty whose far end stands under a fixed name, as an adapter does under /dev/serial/by-id. Pulling the
cable closes the pty and takes the name away; putting it back makes a new pty under the same name.
"""

from __future__ import annotations

import os
import pty
import tty
from pathlib import Path

from console.clock import Clock
from console.demo.scenarios import Scenario
from drivers.driver import Simulator

TICK_S = 0.05
"""How often every line is served, in real seconds."""

_READ_SIZE = 4096


class DemoLine:
    """One simulated device on one pty.

    name: path the console opens. started: engine time at which the story stands at its demo hour.
    """

    def __init__(self, name: Path, simulator: Simulator, scenario: Scenario, seed: int, started: float) -> None:
        self._name = name
        self._simulator = simulator
        self._scenario = scenario
        self._seed = seed
        self._started = started
        self._near: int | None = None
        self._far: int | None = None

    def serve(self, now: float) -> None:
        """Let the device read what it was sent and write what it has to say by engine time `now`."""
        elapsed = now - self._started
        story_s = self._scenario.demo_hour * 3600 + elapsed
        if self._scenario.is_unplugged(story_s):
            self.unplug()
            return
        if self._near is None:
            self._plug()
        said = self._simulator.step(self._receive(), elapsed, self._scenario.state_at(story_s, self._seed))
        self._send(said)

    def unplug(self) -> None:
        """Take the cable out; nothing happens when it already is."""
        if self._near is None or self._far is None:
            return
        self._name.unlink(missing_ok=True)
        os.close(self._far)
        os.close(self._near)
        self._near = self._far = None

    def _plug(self) -> None:
        near, far = pty.openpty()
        tty.setraw(far)
        os.set_blocking(near, False)
        # The far end stays open here as well: a console that restarts must find the line, not a hang-up.
        self._near, self._far = near, far
        fresh = self._name.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(os.ttyname(far))
        fresh.replace(self._name)

    def _receive(self) -> bytes:
        assert self._near is not None
        try:
            return os.read(self._near, _READ_SIZE)
        except BlockingIOError:
            return b""

    def _send(self, data: bytes) -> None:
        """Write what the line takes; a reader that is away loses the rest, as on a line without handshake."""
        assert self._near is not None
        while data:
            try:
                data = data[os.write(self._near, data) :]
            except BlockingIOError:
                return


def serve_lines(lines: list[DemoLine], clock: Clock) -> None:
    """One turn over all lines."""
    now = clock.now()
    for line in lines:
        line.serve(now)
