"""One engine at a time on one SQLite file: two would each restore, raise and answer the same alarms."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from console.store.errors import StoreError
from console.store.locate import sqlite_file


class Claim:
    """Holds the database of `url` for this process until released; the system lets go of it when the process dies.

    A server is not claimed here. Raises StoreError when another process has it, or the directory cannot be written.
    """

    def __init__(self, url: str) -> None:
        self._descriptor = -1
        file = sqlite_file(url)
        if file is None:
            return
        beside = Path(f"{file}.lock")
        try:
            beside.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._descriptor = os.open(beside, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
        except OSError as error:
            raise StoreError(f"the database cannot be opened: {error.strerror}: {error.filename}") from error
        try:
            _lock(self._descriptor)
        except OSError as error:
            self.release()
            raise StoreError(f"{file} is in use by another console or gateway on this computer") from error

    def release(self) -> None:
        """Let go; may be called twice."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


def _lock(descriptor: int) -> None:
    """Raises OSError when somebody else has it."""
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
