"""Who runs a command, for the audit trail."""

from __future__ import annotations

import getpass
import os
import socket
from datetime import UTC, datetime

from console.store.records import AuditEntry


def operator() -> str:
    """The account of this computer, said to be one: nobody has signed in at the console with it."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):
        name = f"user {os.getuid()}" if hasattr(os, "getuid") else "user"
    return f"{name} (account of this computer)"


def entry_of(act: str, detail: str = "", bed: str = "") -> AuditEntry:
    """An act of the person at the command line, now."""
    return AuditEntry(datetime.now(UTC), operator(), act, bed, detail, socket.gethostname())
