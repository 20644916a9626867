"""Emergency text read from 4 m: the height of its capitals as an angle, on the screens the console is made for.

5 minutes of arc is the height of the smallest letter that 6/6 sight resolves (ISO 8596), the sight with which
IEC 60601-1-8 has a signal perceived at 4 m. ISO 9241-303 asks for 16 minutes where text is read for hours: at a desk.
"""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from PySide6.QtWidgets import QApplication

from console.alarms.alarm import Kind, Priority, Stage
from console.ui import theme as themes
from console.ui.theme import Theme, Weight
from console.ui.wall import ink, slot
from console.ui.wall.geometry import geometry, places, size_for
from console.ui.wall.slot import slot_boxes
from tests.console.ui.fakes import FakeLink, bed, pattern_alarm, technical_alarm, ward
from tests.console.ui.shell import open_window, settle, wall

LEAST_ARCMIN = 5.0
FAR_M, DIAGONAL_MM = 4.0, 24 * 25.4
SCREENS = {"1920x1080": (1920, 1080), "1366x768": (1366, 768)}


def arcmin(px: float, screen: tuple[int, int], distance_m: float = FAR_M) -> float:
    """Angle of capitals of this type size on a 24-inch screen."""
    pitch = DIAGONAL_MM / math.hypot(*screen)
    height = ink.cap_height(px, Weight.EXTRABOLD) * pitch
    return math.degrees(2 * math.atan(height / 2 / (distance_m * 1000))) * 60


@pytest.fixture
def painted(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, float]]:
    """What is written in alarm slots, and in which size."""
    themes.apply(qapp, Theme())
    found: list[tuple[str, float]] = []
    write = slot._paint_alarm

    def paint(painter, g, view, alarm, box, left, tint):
        real = ink.write

        def noted(painter, x, y, text, px, *rest):
            found.append((text, px))
            return real(painter, x, y, text, px, *rest)

        with monkeypatch.context() as patch:
            patch.setattr(ink, "write", noted)
            write(painter, g, view, alarm, box, left, tint)

    monkeypatch.setattr(slot, "_paint_alarm", paint)
    return found


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("beds", [4, 16])
@pytest.mark.parametrize(
    ("alarm", "word"),
    [
        (pattern_alarm(Kind.WITHDRAWAL, Stage.EMERGENCY), "Autonomic"),
        (pattern_alarm(Kind.OVERDOSE, Stage.EMERGENCY), "Respiratory"),
    ],
    ids=["autonomic", "respiratory"],
)
def test_the_tile_of_an_emergency_is_read_at_four_metres_on_walls_of_up_to_sixteen_beds(
    qtbot, painted, screen, beds, alarm, word
) -> None:
    names = [f"{n:02d}" for n in range(1, beds + 1)]
    link = FakeLink(ward([bed(name, alarms=(alarm,) if name == "01" else ()) for name in names]))
    window = open_window(qtbot, link, *SCREENS[screen])
    settle(window)
    painted.clear()
    tile = wall(window).tiles["01"]
    tile.grab()
    (px,) = {px for text, px in painted if text.startswith(word)}
    assert arcmin(px, SCREENS[screen]) >= LEAST_ARCMIN
    assert slot_boxes(tile._geometry, tile.view)


@pytest.mark.parametrize("screen", SCREENS)
def test_the_alarm_bar_is_read_at_four_metres_with_any_number_of_beds(qtbot, screen) -> None:
    emergency = pattern_alarm(Kind.WITHDRAWAL, Stage.EMERGENCY)
    names = [f"{n:02d}" for n in range(1, 65)]
    link = FakeLink(ward([bed(name, alarms=(emergency,) if name == "01" else ()) for name in names]))
    window = open_window(qtbot, link, *SCREENS[screen])
    settle(window)
    chip = window.alarm_bar.chips[0]
    assert chip.isVisible()
    assert chip.width() == chip.wanted()
    for face in chip._fonts[:3]:
        assert arcmin(face.pixelSize(), SCREENS[screen]) >= LEAST_ARCMIN
        assert ink.cap_height(face.pixelSize(), Weight.EXTRABOLD) * 1.5 <= chip.height(), "cut at the edge"


def test_a_chip_that_would_not_fit_large_is_whole_in_the_usual_size(qtbot) -> None:
    long = technical_alarm("Alarms of a bed with a name of some length are not working", priority=Priority.HIGH)
    window = open_window(qtbot, FakeLink(replace(ward([bed("01")]), alarms=(long,))), 1024, 700)
    settle(window)
    chip = window.alarm_bar.chips[0]
    assert not chip.far
    assert chip.isVisible() == (chip.wanted() <= window.alarm_bar._chip_area.width())
    assert max(face.pixelSize() for face in chip._fonts) < 24


def test_what_the_sizes_come_to_is_as_the_design_says(qapp: QApplication) -> None:
    """The figures of the report: small tiles carry asterisks, colour and flash; their words are for 1 m."""
    themes.apply(qapp, Theme())
    full = SCREENS["1920x1080"]
    size = {}
    for beds in (4, 16, 64):
        place = places(beds, 1920, 942)[0]
        size[beds] = geometry(size_for(place.width(), place.height(), beds), place.width(), place.height())
    assert not size[4].slot_is_header
    assert not size[16].slot_is_header
    assert size[64].slot_is_header
    alarm = max(14.0, size[64].metrics.alarm * size[64].text)
    assert arcmin(alarm, full) < LEAST_ARCMIN < arcmin(alarm, full, 1.0)
