"""The console's own guard: a second process that makes noise when the window does not answer any more.

A window that hangs can neither draw nor sound, and one whose process was killed can do nothing at all; so whoever
guards it must live elsewhere (reliability scoreboard, row 24). The window writes a line every second on a pipe; when
none has come for `HUNG_S`, or the pipe ends without a farewell, this process shows a red window over the desktop and
sounds the high-priority burst until the lines come back, and after a death for two minutes (IEC 60601-1-8 advises a
back-up signal of about 120 s). Qt is loaded only then: until then the guard is a few megabytes that wait.
"""

from __future__ import annotations

import contextlib
import logging
import os
import select
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

log = logging.getLogger(__name__)

BEAT_S = 1.0
"""How often the window shows that it lives."""

HUNG_S = 3.5
"""Without a line for so long the window hangs: signalled within five seconds (detector specification, section 6),
with a second and a half to load Qt and the sound."""

BACKUP_S = 120.0
RESTART_S, END_S = 10.0, 5.0
BEAT, BYE = b".", b"bye\n"


class State(StrEnum):
    """What is known of the window."""

    LIVES = "lives"
    HANGS = "hangs"
    DEAD = "dead"
    LEFT = "left"


WORDS = {
    State.HANGS: "Ward Console does not answer",
    State.DEAD: "Ward Console has ended unexpectedly",
}
ADVICE = "No alarm is shown or sounded here. Watch the bedside monitors and start the console again."


@dataclass(slots=True)
class Guarded:
    """Judges a window by its lines. Pure; real seconds are passed in. since: when the present state began."""

    since: float
    state: State = State.LIVES
    heard: float = 0.0

    def __post_init__(self) -> None:
        self.heard = self.since

    def line(self, data: bytes, now: float) -> None:
        """What came on the pipe; b"" is its end."""
        if not data:
            self._turn(State.DEAD, now)
        elif BYE in data:
            self._turn(State.LEFT, now)
        else:
            self.heard = now
            self._turn(State.LIVES, now)

    def look(self, now: float) -> State:
        """Judge the age of the last line."""
        if self.state is State.LIVES and now - self.heard >= HUNG_S:
            self._turn(State.HANGS, now)
        return self.state

    def calls(self, now: float) -> bool:
        """True while there is something to signal."""
        return self.state is State.HANGS or (self.state is State.DEAD and now - self.since < BACKUP_S)

    def over(self, now: float) -> bool:
        """True when there is nothing left to guard."""
        return self.state is State.LEFT or (self.state is State.DEAD and not self.calls(now))

    def _turn(self, state: State, now: float) -> None:
        if self.state in (state, State.LEFT, State.DEAD):
            return  # nothing comes back from its end
        self.state, self.since = state, now


class Watchdog:
    """The window's end of the pipe. command: what is run as the guard."""

    def __init__(self, command: list[str] | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._command = command or [sys.executable, "-m", "console.ui.watchdog"]
        self._clock = clock
        self._next = 0.0
        self._again = 0.0
        self._process: subprocess.Popen[bytes] | None = None
        self._start()

    @property
    def process_id(self) -> int | None:
        """Of the guard, None while there is none."""
        return None if self._process is None else self._process.pid

    def beat(self) -> None:
        """The window lives; cheap enough for every refresh. A guard that has ended is replaced."""
        now = self._clock()
        if now < self._next:
            return
        self._next = now + BEAT_S
        if self._process is None:
            if now >= self._again:
                self._start()
            return
        assert self._process.stdin is not None
        try:
            os.write(self._process.stdin.fileno(), BEAT)
        except BlockingIOError:
            log.warning("the guard of this window does not read")
        except OSError:
            log.warning("the guard of this window has ended")
            self._end()

    def close(self) -> None:
        """The window is closed by a person: the guard ends without noise."""
        if self._process is None:
            return
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):  # it has ended before us: nothing is left to say
            os.write(self._process.stdin.fileno(), BYE)
        self._end()

    def _start(self) -> None:
        self._again = self._clock() + RESTART_S
        try:
            self._process = subprocess.Popen(self._command, stdin=subprocess.PIPE, start_new_session=True)
        except OSError as error:
            log.warning("the guard of this window cannot be started: %s", error)
            return
        assert self._process.stdin is not None
        # A guard that does not read must not be what stops the window.
        os.set_blocking(self._process.stdin.fileno(), False)

    def _end(self) -> None:
        process, self._process = self._process, None
        assert process is not None
        assert process.stdin is not None
        process.stdin.close()
        try:
            process.wait(timeout=END_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def guard(pipe: int, alarm: Callable[[Guarded], None], clock: Callable[[], float] = time.monotonic) -> None:
    """Wait on the pipe until there is nothing left to guard. alarm: called to signal; returns when it is over or the
    window answers again."""
    guarded = Guarded(clock())
    while not guarded.over(clock()):
        read_lines(pipe, guarded, 0.1, clock)
        if guarded.calls(clock()):
            alarm(guarded)


def read_lines(pipe: int, guarded: Guarded, wait_s: float, clock: Callable[[], float] = time.monotonic) -> None:
    """Take what waits on the pipe, for so long at most, and judge."""
    if guarded.state is State.DEAD:
        time.sleep(wait_s)  # its end is always readable
    elif select.select([pipe], [], [], wait_s)[0]:
        guarded.line(os.read(pipe, 4096), clock())
    guarded.look(clock())
