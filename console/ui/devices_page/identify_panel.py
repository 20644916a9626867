"""“What is this?”: the likely drivers and line settings tried on a port, and the one that fits taken with a click."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from console.link.devices import Candidate, Devices, Identification, IdentificationView
from console.ui.devices_page.words import line_settings_text
from console.ui.forms import button, clear, label

LOOK_MS = 250
MOST = 5
"""Candidates shown, best first."""


class IdentifyPanel(QWidget):
    """start: begin on a port; stop: let go of it, as when it is no longer seen. taken: a candidate is chosen."""

    taken = Signal(object)

    def __init__(self, devices: Devices) -> None:
        super().__init__()
        self._devices = devices
        self._running: Identification | None = None
        self._shown: tuple[Candidate, ...] | None = None
        self.progress = QProgressBar()
        self.told = label(wrap=True)
        self.cancel = button("Stop trying")
        self.takes: list[tuple[Candidate, QWidget]] = []
        self._list = QVBoxLayout()
        self._lay_out()
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self.look)
        self.cancel.clicked.connect(self.stop)
        self.hide()

    def _lay_out(self) -> None:
        self.progress.setRange(0, 100)
        self.progress.setTextVisible(False)
        self.progress.setFixedHeight(8)
        self.progress.setAccessibleName("Progress of the identification")
        head = QHBoxLayout()
        head.addWidget(self.told, 1)
        head.addWidget(self.cancel)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(head)
        column.addWidget(self.progress)
        column.addLayout(self._list)

    def start(self, port: str) -> None:
        """Try the port."""
        self.stop()
        self._running = self._devices.identify(port)
        self.show()
        self._timer.start()
        self.look()

    def stop(self) -> None:
        """Let go of the port and forget what was found."""
        self._timer.stop()
        if self._running is not None:
            self._running.close()
            self._running = None
        self._shown = None
        self._show_candidates(())
        self.hide()

    def look(self) -> None:
        """How far it has come."""
        if self._running is None:
            return
        view = self._running.view()
        self.progress.setValue(round(100 * view.progress))
        self.progress.setVisible(not view.done)
        self.cancel.setVisible(not view.done)
        self.told.setText(view.verdict if view.done else f"Trying {view.trying} …")
        self._show_candidates(_worth_showing(view))
        if view.done:
            # The verdict stays; the port is free for the look that follows.
            self._timer.stop()
            self._running.close()
            self._running = None

    def _show_candidates(self, candidates: tuple[Candidate, ...]) -> None:
        if candidates == self._shown:
            return
        self._shown = candidates
        clear(self._list)
        self.takes = []
        for candidate in candidates:
            line = QWidget()
            row = QHBoxLayout(line)
            row.setContentsMargins(0, 0, 0, 0)
            sign = "✓" if candidate.fits else "?"
            told = f"{sign}  {candidate.title}, {line_settings_text(candidate.serial)}\n{candidate.told}"
            row.addWidget(label(told, wrap=True), 1)
            take = button("Take this", "primary" if candidate.fits else "")
            take.setAccessibleName(f"Take {candidate.title}, {line_settings_text(candidate.serial)}")
            take.clicked.connect(lambda _=False, chosen=candidate: self._take(chosen))
            row.addWidget(take)
            self._list.addWidget(line)
            self.takes.append((candidate, take))

    def _take(self, candidate: Candidate) -> None:
        self.stop()
        self.taken.emit(candidate)

    def hideEvent(self, event: QHideEvent) -> None:
        if self._running is not None:
            self.stop()
        super().hideEvent(event)


def _worth_showing(view: IdentificationView) -> tuple[Candidate, ...]:
    """Those that fit; when the search is over and none does, the nearest."""
    fitting = tuple(c for c in view.candidates if c.fits)
    if fitting or not view.done:
        return fitting[:MOST]
    return tuple(c for c in view.candidates if c.good)[:MOST]
