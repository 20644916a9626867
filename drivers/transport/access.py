"""Who may use a serial port, and who holds it now; found out without opening it.

Opening a port raises DTR, which restarts some devices and disturbs the one who is using it.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from drivers.transport.adapters import SYSTEM, Roots

if sys.platform != "win32":
    import grp
    import pwd


@dataclass(frozen=True, slots=True)
class Holder:
    """A process that has a port open."""

    process: int
    program: str

    @property
    def ourselves(self) -> bool:
        """True when it is this very process."""
        return self.process == os.getpid()

    def __str__(self) -> str:
        return f"{self.program} (process {self.process})"


def missing_permission(device: str) -> str:
    """ "" when this user may read and write a device file, else who may and the command that mends it."""
    if sys.platform == "win32" or not Path(device).exists() or os.access(device, os.R_OK | os.W_OK):
        return ""
    return f"no permission; {who_may(device)}"


def who_may(device: str) -> str:
    """What gives this user access to a device file, as the rest of a sentence."""
    asks = "ask the administrator of this machine for access to serial ports"
    if sys.platform == "win32":
        return asks
    try:
        status = Path(device).stat()
        group = grp.getgrgid(status.st_gid)
        user = pwd.getpwuid(os.geteuid()).pw_name
    except (OSError, KeyError):
        return asks
    if status.st_mode & 0o060 != 0o060 or status.st_gid == 0:
        return f"no group may use it, only the owner; {asks}"
    if user in group.gr_mem and status.st_gid not in os.getgroups():
        return f"{user} is in the group '{group.gr_name}' already, but since after logging in: log out and in again"
    return (
        f"only the group '{group.gr_name}' may use it: run `sudo usermod -aG {group.gr_name} {user}` and log in again"
    )


def holder(device: str, roots: Roots = SYSTEM) -> Holder | None:
    """A process that has the device file open, as far as this user may see; None when none is seen.

    Locks on it are seen of all users, open files without a lock only of one's own processes (of all, for root).
    """
    if sys.platform != "linux":
        return None
    try:
        node = Path(device).stat()
    except OSError:
        return None
    process = _locking(node, roots) or _having_open(os.path.realpath(device), roots)
    return Holder(process, _program(process, roots)) if process else None


def _locking(node: os.stat_result, roots: Roots) -> int:
    """Process with a flock on the file. A line of /proc/locks: `1: FLOCK ADVISORY WRITE 812 00:05:291 0 EOF`."""
    try:
        lines = (roots.proc / "locks").read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return 0
    wanted = f"{os.major(node.st_dev):02x}:{os.minor(node.st_dev):02x}:{node.st_ino}"
    for line in lines:
        fields = line.split()
        if len(fields) >= 6 and fields[1] != "->" and fields[5] == wanted and fields[4].isdecimal():
            return int(fields[4])
    return 0


def _having_open(device: str, roots: Roots) -> int:
    """Process with the file open, by what its descriptors lead to; they are not followed, one may be on a dead disk."""
    for folder in _processes(roots):
        try:
            if any(_leads_to(file, device) for file in (folder / "fd").iterdir()):
                return int(folder.name)
        except OSError:
            continue  # of another user, or it has just ended
    return 0


def _leads_to(file: Path, device: str) -> bool:
    try:
        return str(file.readlink()) == device
    except OSError:
        return False


def _processes(roots: Roots) -> list[Path]:
    try:
        return sorted(p for p in roots.proc.iterdir() if p.name.isdecimal())
    except OSError:
        return []


def _program(process: int, roots: Roots) -> str:
    try:
        text = (roots.proc / str(process) / "comm").read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return "a program"
    return "".join(c if c.isprintable() else "?" for c in text) or "a program"
