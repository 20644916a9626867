"""Recordings of lines: where they lie, what they are called, and how many there may be."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from console.config import SourceConfig
from console.devices.proposal import Refusal
from console.engine.plan import address_of

FOLDER = "captures"

MOST = 30
"""Recordings kept; nothing is deleted by itself, since nobody may have looked at it yet."""

AT_ONCE = 4
"""Lines recorded at the same time."""

FREE_NEEDED = 1024**3
"""Bytes that must be free: four full recordings of 64 MiB fill half of it as text, and the ward's own record needs
the same disk."""


def new_capture(data_dir: Path, source: SourceConfig, utc: datetime, recorded: Sequence[str]) -> Path:
    """A file for a new recording, not yet made; recorded: sources that are being recorded. Raises Refusal."""
    if len(recorded) >= AT_ONCE:
        raise Refusal(
            f"{len(recorded)} lines are being recorded already ({', '.join(recorded)}); end one of them first."
        )
    folder = data_dir / FOLDER
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        there = sum(1 for _ in folder.iterdir())
        free = shutil.disk_usage(folder).free
    except OSError as error:
        raise Refusal(f"Recordings cannot be kept in {folder}: {error.strerror}.") from error
    if there >= MOST:
        raise Refusal(f"There are {there} recordings in {folder} already; move some of them away first.")
    if free < FREE_NEEDED:
        raise Refusal(f"Less than {FREE_NEEDED // 1024**3} GB is free on the disk of {folder}; make room first.")
    return folder / f"{utc:%Y%m%dT%H%M%S}Z-{_safe(source.name)}.capture"


def remarks(source: SourceConfig, identity: str, utc: datetime) -> tuple[str, ...]:
    """What the reader of a capture has to know. Neither bed nor patient: recordings are sent to others."""
    settings = ", ".join(f"{key} = {value}" for key, value in source.settings.items())
    lines = (
        f"recorded {utc:%Y-%m-%d %H:%M:%S} UTC",
        f"driver {source.driver}{f' ({settings})' if settings else ''}",
        f"line {source.transport.model_dump(exclude_none=True)}",
        f"address {address_of(source.transport)}",
        f"device {identity}" if identity else "",
    )
    return tuple(line for line in lines if line)


def _safe(name: str) -> str:
    """A name that is one on every file system."""
    return re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-")[:60] or "source"
