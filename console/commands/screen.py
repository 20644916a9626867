"""Opening a screen for a command: decided before Qt, which would abort, and told in one line."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from console.link.desks import Desks
from console.link.link import Link

PICTURES = Path("ward-console-pictures")

LONGEST_S = 1e6
"""Longest time a screen can be told to run: a timer of Qt counts milliseconds in 31 bits."""

Screen = Callable[..., bool]


def duration(text: str) -> float:
    """The value of --seconds, for argparse."""
    try:
        seconds = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is not a number of seconds") from None
    if not 0 < seconds <= LONGEST_S:
        raise argparse.ArgumentTypeError(f"{text}: more than 0 and at most {LONGEST_S:.0f} seconds")
    return seconds


def open_screen(seconds: float | None, pictures: Path | None, alone_s: float | None = None) -> Screen | None:
    """A function that shows the ward of a link, or None (and one line on stderr) where nothing can be shown.

    Without a display the program runs offscreen for `seconds`; alone_s: how long it does when no seconds are given,
    None to refuse. It then leaves pictures, because nobody sees the window.
    """
    from console.ui.display import look_for_display

    display = look_for_display()
    if not display.usable:
        wanted = seconds or alone_s
        if not display.offscreen:
            print(f"ward-console: {display.reason}; `ward-console doctor` tells what to install", file=sys.stderr)
            return None
        if wanted is None:
            print(
                f"ward-console: {display.reason}. Run it on a desktop, or offscreen with --seconds S --screenshots DIR",
                file=sys.stderr,
            )
            return None
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
        seconds, pictures = wanted, pictures or PICTURES
        print(
            f"ward-console: {display.reason}: running offscreen for {seconds:g} s, pictures in {pictures}", flush=True
        )

    if pictures is not None and not _can_write(pictures):
        return None

    def screen(link: Link, desks: Desks, **options: Any) -> bool:
        from console.ui.app import Options, run_console

        return run_console(link, Options(seconds=seconds, pictures=pictures, **options), desks)

    return screen


def _can_write(folder: Path) -> bool:
    """Make the folder of the pictures; told before the ward starts, not after the time is over."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not os.access(folder, os.W_OK):
            raise PermissionError(13, os.strerror(13))
    except OSError as error:
        print(f"ward-console: no pictures can be saved in {folder}: {error.strerror}", file=sys.stderr)
        return False
    return True
