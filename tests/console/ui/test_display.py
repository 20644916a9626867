"""Whether there is a screen is found out before Qt is: without one Qt ends the process instead of raising."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from console.ui.display import look_for_display

SCREENS = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM", "XAUTHORITY")
linux = pytest.mark.skipif(sys.platform != "linux", reason="displays are promised by variables on Linux alone")


@pytest.fixture
def no_screen(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in SCREENS:
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


@linux
def test_no_display_leaves_pictures_and_says_why(no_screen: pytest.MonkeyPatch) -> None:
    found = look_for_display()
    assert (found.usable, found.offscreen, found.reason) == (False, True, "no display")


@linux
def test_a_wrong_display_is_one_line_and_no_abort(no_screen: pytest.MonkeyPatch) -> None:
    no_screen.setenv("DISPLAY", ":987")
    found = look_for_display()
    assert not found.usable
    assert found.offscreen
    assert found.reason.startswith("the display cannot be used: ")
    assert "\n" not in found.reason


def test_offscreen_on_purpose_is_no_screen(no_screen: pytest.MonkeyPatch) -> None:
    no_screen.setenv("QT_QPA_PLATFORM", "offscreen")
    assert not look_for_display().usable


@linux
@pytest.mark.parametrize("display", [None, ":987"])
def test_a_program_without_a_screen_ends_with_one_line(display: str | None) -> None:
    environment = {k: v for k, v in os.environ.items() if k not in SCREENS}
    if display:
        environment["DISPLAY"] = display
    done = subprocess.run(
        [sys.executable, "-m", "console"], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith("ward-console: ")
