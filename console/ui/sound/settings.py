"""What a station remembers of its sound: one small TOML file in its data directory."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from console.ui.sound.loudness import LOUDEST, LOWEST, USUAL


@dataclass(frozen=True, slots=True)
class Remembered:
    """level: volume level; problem: why the file could not be used, "" when it could or there is none yet."""

    level: int = USUAL
    problem: str = ""


def read(file: Path | None) -> Remembered:
    """What the station remembers; the usual level where it remembers nothing or something that cannot be."""
    if file is None:
        return Remembered()
    try:
        level = tomllib.loads(file.read_text(encoding="utf-8")).get("volume")
    except FileNotFoundError:
        return Remembered()
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        return Remembered(problem=f"{file}: cannot be read, volume is {USUAL}: {error}")
    if not isinstance(level, int) or isinstance(level, bool) or not LOWEST <= level <= LOUDEST:
        return Remembered(problem=f"{file}: volume is a whole number from {LOWEST} to {LOUDEST}; it is {USUAL} now")
    return Remembered(level)


def write(file: Path | None, level: int) -> str:
    """Remember a level; "" or why it could not be kept. A half-written file never takes the place of a whole one."""
    if file is None:
        return ""
    beside = file.with_suffix(".new")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        beside.write_text(f"# Alarm sound of this station; changed from its screen.\nvolume = {level}\n", "utf-8")
        beside.replace(file)
    except OSError as error:
        return f"The volume is not kept for the next start: {error.strerror or error}"
    return ""
