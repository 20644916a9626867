"""Looks at a line four times a second while somebody looks at the screen."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal

from console.link.devices import LineView

LOOK_MS = 250

Look = Callable[[], LineView | None]


class LineWatch(QObject):
    """seen: the line as it is now. It stands still while nothing is followed and while `visible` is False."""

    seen = Signal(object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._look: Look | None = None
        self._visible = False
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self.look)

    @property
    def following(self) -> bool:
        """A line is looked at."""
        return self._look is not None

    def follow(self, look: Look) -> None:
        """Look at this line from now on."""
        self._look = look
        self._run()

    def leave(self) -> None:
        """Look at nothing."""
        self._look = None
        self._timer.stop()

    def set_visible(self, visible: bool) -> None:
        """Whether anybody can see it."""
        self._visible = visible
        self._run()

    def look(self) -> None:
        """Look now."""
        if self._look is not None:
            view = self._look()
            if view is not None:
                self.seen.emit(view)

    def _run(self) -> None:
        if self._visible and self._look is not None:
            self._timer.start()
            self.look()
        else:
            self._timer.stop()
