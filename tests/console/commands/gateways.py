"""A gateway as a process of its own, and ways to feed it, for tests."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from drivers import registry
from drivers.driver import DeviceState


def free_port() -> int:
    """A port of this machine that nobody has just now."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def program(*words: object) -> list[str]:
    """The program as users start it."""
    return [sys.executable, "-m", "console", *map(str, words)]


class Gateway:
    """A gateway process. said: the line it says when it runs."""

    def __init__(self, config: Path, data: Path) -> None:
        self.process = subprocess.Popen(
            program("gateway", "--config", config, "--data-dir", data),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.said = self.process.stdout.readline()
        if not self.said:
            _, errors = self.process.communicate(timeout=20)
            raise AssertionError(f"the gateway did not start: {errors}")

    def end(self, number: signal.Signals = signal.SIGTERM) -> tuple[int, str]:
        """Exit status and what was said on stderr."""
        self.process.send_signal(number)
        _, errors = self.process.communicate(timeout=20)
        return self.process.returncode, errors

    def kill(self) -> None:
        """End it without warning."""
        self.process.kill()
        self.process.communicate(timeout=20)


@contextmanager
def gateway(config: Path, data: Path) -> Iterator[Gateway]:
    """A gateway that is gone after the block."""
    running = Gateway(config, data)
    try:
        yield running
    finally:
        if running.process.poll() is None:
            running.kill()


def exported(data: Path, what: str, *words: object) -> list[dict[str, Any]]:
    """Rows of `ward-console export`."""
    command = program("export", what, "--data-dir", data, "--format", "jsonl", *words)
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


class Bedside:
    """A simulated device behind a pseudo-terminal of its own. What nobody reads is lost, as on a line.

    state_at: what it measures, by seconds since it was switched on. written: wall time and elapsed seconds of each
    piece it sent. speed: its clock runs so much faster.
    """

    def __init__(self, driver: str, state_at: Callable[[float], DeviceState], speed: float = 1.0) -> None:
        self.master, self._slave = os.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self.master, False)
        self.port = os.ttyname(self._slave)
        self.written: list[tuple[float, float]] = []
        self._simulator = registry.simulator(driver, datetime.now())
        self._state_at = state_at
        self._speed = speed
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def switch_on(self) -> None:
        """Begin to send, or to answer."""
        self._thread.start()

    def switch_off(self) -> None:
        """Fall silent; the line stays up."""
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join()

    def close(self) -> None:
        """Switch off and take the terminal away."""
        self.switch_off()
        for descriptor in (self.master, self._slave):
            if descriptor >= 0:
                os.close(descriptor)
        self.master = self._slave = -1

    def _run(self) -> None:
        began = time.monotonic()
        while not self._ended.is_set():
            elapsed = (time.monotonic() - began) * self._speed
            heard = os.read(self.master, 4096) if select.select([self.master], [], [], 0.01)[0] else b""
            said = self._simulator.step(heard, elapsed, self._state_at(elapsed))
            if said:
                self.written.append((time.time(), elapsed))
                with suppress(BlockingIOError):
                    os.write(self.master, said)
