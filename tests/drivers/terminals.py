"""A pseudo-terminal under a fixed name, as an adapter has one under /dev/serial/by-id."""

from __future__ import annotations

import os
import pty
import tty
from pathlib import Path


class Terminal:
    """A cable: plugged in, the name leads to its far end; `near` is the device's own descriptor."""

    def __init__(self, name: Path) -> None:
        self.name = str(name)
        self._path = name
        self.near = -1
        self._far = -1
        self.plug()

    def plug(self) -> None:
        """Make a new pseudo-terminal under the same name."""
        self.near, self._far = pty.openpty()
        tty.setraw(self._far)
        self._path.symlink_to(os.ttyname(self._far))

    def unplug(self) -> None:
        """Take name and terminal away; nothing happens when they are."""
        if self.near >= 0:
            self._path.unlink()
            os.close(self._far)
            os.close(self.near)
            self.near = -1
