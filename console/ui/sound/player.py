"""Plays the bursts of the loudest alarm, pauses for two minutes at most, and tells the engine when it cannot."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future

from PySide6.QtCore import QObject, QTimer

from console.alarms.alarm import Priority, Transition
from console.link.commands import AuditNote, Reply, ReportSound
from console.link.link import Link
from console.link.snapshot import WardSnapshot
from console.ui.sound.choice import breaks_pause, loudest
from console.ui.sound.output import Output
from console.ui.sound.tones import BURSTS

PAUSE_S = 120.0
"""Longest and only length of an audio pause, in real seconds."""

CHECK_S = 2.0
"""How often the device is looked at."""


class AlarmSound(QObject):
    """Driven by `follow` with every snapshot. Times are real seconds: sound belongs to the room, not to the ward."""

    def __init__(
        self, link: Link, output: Output, station: str, user: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__()
        self._link = link
        self._output = output
        self._station = station
        self.user = user
        self._clock = clock
        self._playing: Priority | None = None
        self._wanted: Priority | None = None
        self._paused_until = 0.0
        self._next_check = 0.0
        self._told: str | None = None
        self._report: Future[Reply] | None = None
        self._repeat = QTimer(self)
        self._repeat.timeout.connect(self._burst)

    @property
    def problem(self) -> str:
        """Why nothing can be heard, "" when all is well."""
        return self._told or ""

    def paused_s(self) -> float:
        """Real seconds that the pause still lasts, 0 when there is none."""
        return max(0.0, self._paused_until - self._clock())

    def toggle_pause(self) -> None:
        """Pause for two minutes, or end the pause."""
        on = self.paused_s() == 0
        self._paused_until = self._clock() + PAUSE_S if on else 0.0
        self._link.submit(AuditNote(self.user, "sound paused for 2 min" if on else "sound pause ended", self._station))
        self._apply()

    def follow(self, snapshot: WardSnapshot, transitions: Iterable[Transition], stopped: bool = False) -> None:
        """Sound what this picture asks for. stopped: the engine publishes nothing, so that nobody judges any alarm:
        that is heard like an emergency, except in a ward that is simulated."""
        if self.paused_s() and breaks_pause(transitions):
            self._paused_until = 0.0
        self._wanted = Priority.HIGH if stopped and not snapshot.system.simulated else loudest(snapshot)
        self._check_device()
        self._apply()

    def close(self) -> None:
        """Silence and end."""
        self._repeat.stop()
        self._output.close()

    def _check_device(self) -> None:
        if self._clock() < self._next_check:
            return
        self._next_check = self._clock() + CHECK_S
        problem = self._output.problem()
        refused = self._report is not None and self._report.done() and self._report.result().error
        if problem != self._told or refused:
            self._told = problem
            self._report = self._link.submit(ReportSound(self._station, not problem, problem))

    def _apply(self) -> None:
        wanted = None if self.paused_s() else self._wanted
        if wanted is self._playing:
            return
        self._playing = wanted
        self._repeat.stop()
        if wanted is None:
            self._output.stop()
            return
        self._burst()
        self._repeat.start(round(BURSTS[wanted].repeat_s * 1000))

    def _burst(self) -> None:
        if self._playing is not None:
            self._output.play(self._playing)
