"""Anchors of the audit trail: its head, written down now and again in a text file outside the database.

Whoever changes the database with all its digests made anew does not change what stands here. One line an anchor, in
ASCII: the time, the number of the newest entry and its digest. Two files of at most a megabyte each: an anchor speaks
for every entry before it, so the oldest ones may go.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.engine import make_url

from console.store.locate import data_directory, sqlite_file

LARGEST = 1_000_000
"""Bytes of a file, from which another one is begun."""

COMPANION = "-anchors"
"""What the file of a SQLite database is called, after the name of the database; the one before it ends in .1."""

_DIGEST = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Anchor:
    """The head of the trail at a time (UTC): number and digest of its newest entry."""

    at: datetime
    number: int
    digest: str


@dataclass(frozen=True, slots=True)
class Anchors:
    """What a file holds: anchors oldest first, and the first line of it that is none ("" where all are)."""

    file: Path
    anchors: tuple[Anchor, ...] = ()
    unreadable: str = ""


def anchor_file(url: str, data_dir: Path | None = None) -> Path:
    """Beside a SQLite database; for a server in the data directory of this computer."""
    file = sqlite_file(url)
    if file is not None:
        return Path(f"{file}{COMPANION}")
    parsed = make_url(url)
    name = re.sub(r"[^A-Za-z0-9_.-]", "_", f"{parsed.host or 'server'}-{parsed.database}")
    return data_directory(data_dir) / f"{name}{COMPANION}"


def write_anchor(file: Path, anchor: Anchor) -> None:
    """Append one, on the disk when this returns. Raises OSError."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if file.exists() and file.stat().st_size >= LARGEST:
        file.replace(_older(file))
    line = f"{anchor.at.isoformat(timespec='seconds')} {anchor.number} {anchor.digest}\n"
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        size = os.fstat(descriptor).st_size
        if size and os.pread(descriptor, 1, size - 1) != b"\n":
            line = f"\n{line}"  # what was being written when the power went stays a line of its own
        os.write(descriptor, line.encode("ascii"))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_anchors(file: Path) -> Anchors:
    """Those of the file and of the one before it; none where there is no file. Raises OSError."""
    found: list[Anchor] = []
    unreadable = ""
    for part in (_older(file), file):
        if not part.exists():
            continue
        lines = part.read_bytes().decode("utf-8", "replace").split("\n")
        for place, line in enumerate(lines, 1):
            anchor = _anchor(line)
            if anchor is not None:
                found.append(anchor)
            elif line and not _cut_off(line) and not unreadable:
                unreadable = f"line {place} of {part.name}"
    return Anchors(file, tuple(found), unreadable)


def _older(file: Path) -> Path:
    return file.with_name(f"{file.name}.1")


def _anchor(line: str) -> Anchor | None:
    words = line.split(" ")
    if len(words) != 3 or not _DIGEST.fullmatch(words[2]):
        return None
    try:
        anchor = Anchor(datetime.fromisoformat(words[0]), int(words[1]), words[2])
    except ValueError:
        return None
    return anchor if anchor.at.tzinfo is not None and anchor.number > 0 else None


def _cut_off(line: str) -> bool:
    """True for the beginning of an anchor: the power went while it was written."""
    return re.fullmatch(r"[0-9T:+-]{1,25}( [0-9]*( [0-9a-f]{0,63})?)?", line) is not None
