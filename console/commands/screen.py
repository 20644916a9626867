"""Opening a screen for a command: decided before Qt, which would abort, and told in one line."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from console.link.link import Link

PICTURES = Path("ward-console-pictures")

Screen = Callable[..., bool]


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

    def screen(link: Link, **options: Any) -> bool:
        from console.ui.app import Options, run_console

        return run_console(link, Options(seconds=seconds, pictures=pictures, **options))

    return screen
