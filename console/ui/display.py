"""Is there a screen, and will Qt open it? Asked before Qt, which aborts the process when it finds none."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass

PROBE = "from PySide6.QtWidgets import QApplication; QApplication([])"
PROBE_TIMEOUT_S = 30


@dataclass(frozen=True, slots=True)
class Display:
    """usable: a window can be shown. offscreen: pictures can be painted without one. reason: why not, one line."""

    usable: bool
    offscreen: bool
    reason: str = ""


def look_for_display() -> Display:
    """Find out by what is set and, where a screen is promised, by letting another process try it."""
    platform = os.environ.get("QT_QPA_PLATFORM", "")
    if platform.startswith(("offscreen", "minimal")):
        return Display(False, True, "QT_QPA_PLATFORM asks for no screen")
    if sys.platform != "linux":
        return Display(True, True)
    if not (platform or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return Display(False, _works({"QT_QPA_PLATFORM": "offscreen"}) == "", "no display")
    error = _works({})
    if not error:
        return Display(True, True)
    return Display(False, _works({"QT_QPA_PLATFORM": "offscreen"}) == "", f"the display cannot be used: {error}")


def _works(environment: dict[str, str]) -> str:
    """ "" when a fresh process can start Qt, else the telling line of what it said."""
    try:
        done = subprocess.run(
            [sys.executable, "-c", PROBE],
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            timeout=PROBE_TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return "it does not answer"
    if done.returncode == 0:
        return ""
    lines = [line for line in done.stderr.splitlines() if line.strip()]
    telling = [line for line in lines if "cannot open shared object" in line or "needed" in line or "connect" in line]
    return (telling or lines or ["Qt ended without a word"])[0].strip()
