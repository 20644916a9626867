"""Alarms without colour: what is left to tell priorities apart, and whether their words can be read by any eyes."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from console.alarms.alarm import Priority, Stage
from console.ui.theme import PREFIX, Mode, Theme
from console.ui.wall.geometry import METRICS, Size
from console.ui.wall.page import WallPage
from console.ui.wall.slot import Shades, shades
from console.ui.wall.view import Look, SlotView
from tests.console.ui import fakes as f
from tests.console.ui.colour_blind import MATRICES, Sight, contrast, rgb, seen, simulate

READABLE = 4.5
"""WCAG 2.1, success criterion 1.4.3, for text of any size."""

STAGES = {Priority.HIGH: Stage.EMERGENCY, Priority.MEDIUM: Stage.WARNING, Priority.LOW: Stage.WATCH}


def _shades(priority: Priority, look: Look, mode: Mode, bright: bool) -> Shades:
    return shades(SlotView("a", priority, look, ("x",), (), ""), Theme(mode), bright)


@pytest.mark.parametrize("sight", list(Sight))
@pytest.mark.parametrize("mode", list(Mode))
def test_alarm_words_stand_out_from_their_ground_in_every_state(sight: Sight, mode: Mode) -> None:
    poor = []
    for priority in Priority:
        for look in Look:
            for bright in (True, False):
                tint = _shades(priority, look, mode, bright)
                text, ground = (seen(rgb(c.name()), sight) for c in (tint.text, tint.fill))
                if contrast(text, ground) < READABLE:
                    poor.append(f"{priority.word} {look.value} {bright}: {contrast(text, ground):.2f}")
    assert poor == []


def test_every_pair_of_priorities_differs_in_its_asterisks_its_stage_and_the_width_of_its_frame() -> None:
    for one, other in combinations(Priority, 2):
        assert PREFIX[one] != PREFIX[other]
        assert STAGES[one].word != STAGES[other].word
    for size in (Size.CHARTS, Size.LARGE, Size.FULL):
        assert len(set(METRICS[size].frames)) == 3


@pytest.mark.parametrize("mode", list(Mode))
def test_tiles_of_different_priority_differ_when_all_colour_is_taken_away(qtbot: QtBot, mode: Mode) -> None:
    """The slot is drawn in black and white alone: what is lighter and what is darker than half way to the ground."""
    beds = [
        f.bed(f"{n}", alarms=(f.pattern_alarm(stage=s, bed=f"{n}", age=60),)) for n, s in enumerate(STAGES.values())
    ]
    page = WallPage(f.FakeLink(f.ward(beds)), "R. Test", Theme(mode))
    qtbot.addWidget(page)
    page.resize(1366, 400)
    page.show()
    page.show_ward(page.link.snapshot(), f.NOW)
    shapes = []
    for tile in page.tiles.values():
        slot = tile.parts.slot
        grey = tile.grab(slot).toImage().convertToFormat(QImage.Format.Format_Grayscale8)
        data = np.frombuffer(grey.constBits(), dtype=np.uint8).reshape(grey.height(), grey.bytesPerLine())
        asterisks = data[:, 8:90].astype(int)
        shapes.append(abs(asterisks - int(np.median(asterisks))) > 60)
    columns = [int(shape.any(axis=0).sum()) for shape in shapes]
    for one, other in combinations(range(3), 2):
        assert (shapes[one] != shapes[other]).sum() > 30, f"{columns}"
    page.close()


RIM_CONTRAST = 7.0
"""Of the rim against the ground of the wall: an emergency must not be the less striking of two alarms."""


@pytest.mark.parametrize("size", [(1366, 400), (1920, 900)])
@pytest.mark.parametrize("bright", [True, False])
@pytest.mark.parametrize("sight", list(Sight))
@pytest.mark.parametrize("mode", list(Mode))
def test_an_emergency_is_no_less_striking_than_a_warning_to_any_eyes(
    qtbot: QtBot, mode: Mode, sight: Sight, bright: bool, size: tuple[int, int]
) -> None:
    """Its rim stands out from the wall more than the yellow of a warning, in both phases of the flash."""
    theme = Theme(mode)
    beds = [
        f.bed(f"{n}", alarms=(f.pattern_alarm(stage=s, bed=f"{n}", age=60),)) for n, s in enumerate(STAGES.values())
    ]
    page = WallPage(f.FakeLink(f.ward(beds)), "R. Test", theme)
    qtbot.addWidget(page)
    page.resize(*size)
    page.show()
    page.show_ward(page.link.snapshot(), f.NOW)
    wall = rgb(theme.tokens.bg)
    found = {}
    for priority, tile in zip(STAGES, page.tiles.values(), strict=True):
        tile.phases = dict.fromkeys(Priority, bright)
        image = simulate(tile.grab().toImage(), sight)
        outer = image.pixelColor(0, image.height() * 3 // 4)
        found[priority] = contrast(rgb(outer.name()), seen(wall, sight))
    assert found[Priority.HIGH] >= RIM_CONTRAST
    assert found[Priority.HIGH] > found[Priority.MEDIUM]
    assert found[Priority.HIGH] > found[Priority.LOW]
    page.close()


@pytest.mark.parametrize("sight", list(Sight))
def test_the_simulation_keeps_white_grey_and_black(sight: Sight) -> None:
    """Rows of a matrix add up to one, else it would dye what has no colour."""
    assert MATRICES[sight].sum(axis=1) == pytest.approx([1, 1, 1], abs=2e-6)
    for level in (0.0, 0.5, 1.0):
        assert seen(np.full(3, level), sight) == pytest.approx([level] * 3, abs=1e-5)


def test_red_and_green_of_one_lightness_come_together_without_red_or_green_cones() -> None:
    red, green = rgb("#C04030"), rgb("#6A7A30")
    apart = {sight: float(np.abs(seen(red, sight) - seen(green, sight)).sum()) for sight in Sight}
    assert apart[Sight.DEUTERANOPIA] < 0.6 * apart[Sight.NORMAL]
    assert apart[Sight.PROTANOPIA] < 0.6 * apart[Sight.NORMAL]
    assert contrast(rgb("#000000"), rgb("#FFFFFF")) == pytest.approx(21)


def test_a_picture_is_simulated_pixel_by_pixel() -> None:
    image = QImage(3, 2, QImage.Format.Format_RGB32)
    image.fill(QColor("#E0242F"))
    wanted = np.round(seen(rgb("#E0242F"), Sight.PROTANOPIA) * 255)
    made = simulate(image, Sight.PROTANOPIA).pixelColor(2, 1)
    assert (made.red(), made.green(), made.blue()) == tuple(wanted)
