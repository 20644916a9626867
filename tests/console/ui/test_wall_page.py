"""The ward wall with real clicks and keys."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QPainter, QPixmap
from pytestqt.qtbot import QtBot

from console.alarms.alarm import Priority, Stage
from console.link.commands import Reply, SetStandby
from console.link.snapshot import BedSnapshot, WardSnapshot
from console.store.records import Trend
from console.ui.flash import FlashClock
from console.ui.page import Sheet
from console.ui.theme import Theme
from console.ui.wall import ink
from console.ui.wall.geometry import METRICS, Size, columns_for, geometry, places, size_for
from console.ui.wall.page import WallPage
from console.ui.wall.slot import slot_boxes
from console.ui.wall.tile import Tile
from tests.console.ui import fakes as f
from tests.console.ui import ward_states as states

LEFT = Qt.MouseButton.LeftButton
SCREENS = [(1920, 942), (1516, 942), (1366, 652), (962, 652)]


class Wall:
    """A page with its link and what it asked for."""

    def __init__(self, qtbot: QtBot, ward: WardSnapshot, size: tuple[int, int] = (1920, 942), user: str = "R. Test"):
        self.qtbot = qtbot
        self.link = f.FakeLink(ward)
        self.flash = FlashClock()
        self.page = WallPage(self.link, user, Theme(), self.flash)
        qtbot.addWidget(self.page)
        self.page.resize(*size)
        self.page.show()
        self.heard: list[tuple[str, ...]] = []
        self.page.acknowledge.connect(lambda alarm: self.heard.append(("ack", alarm)))
        self.page.open_bed.connect(lambda bed: self.heard.append(("open", bed)))
        self.page.admit_bed.connect(lambda bed: self.heard.append(("admit", bed)))
        self.page.open_sheet.connect(lambda sheet, bed: self.heard.append((sheet, bed)))
        self.hints: list[str] = []
        self.page.hint.connect(self.hints.append)
        self.tick()

    def tick(self, seconds: float = 0.0) -> None:
        self.page.show_ward(self.link.ward, f.NOW + seconds)
        self.qtbot.wait(1)

    def tile(self, bed: str) -> Tile:
        return self.page.tiles[bed]

    def press(self, bed: str, at: QPoint) -> None:
        self.qtbot.mouseClick(self.tile(bed), LEFT, pos=at)

    def key(self, key: Qt.Key) -> None:
        self.qtbot.keyClick(self.page, key)


@pytest.fixture
def wall(qtbot: QtBot) -> Iterator[Wall]:
    made = Wall(qtbot, states.ward_of(24))
    yield made
    made.flash.stop()


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("beds", [1, 4, 5, 16, 17, 36, 37, 64, 70])
def test_every_tile_is_on_the_page_whole_and_covers_no_other(beds: int, screen: tuple[int, int]) -> None:
    boxes = places(beds, *screen)
    assert len(boxes) == beds
    for index, box in enumerate(boxes):
        assert box.left() >= 0
        assert box.top() >= 0
        assert box.right() < screen[0]
        assert box.bottom() < screen[1]
        assert not any(box.intersects(other) for other in boxes[index + 1 :])


@pytest.mark.parametrize(
    ("beds", "screen", "size"),
    [
        (4, (1920, 942), Size.CHARTS),
        (4, (1366, 652), Size.LARGE),
        (16, (1920, 942), Size.FULL),
        (16, (1366, 652), Size.COMPACT),
        (36, (1920, 942), Size.COMPACT),
        (36, (1366, 652), Size.SMALL),
        (64, (1920, 942), Size.SMALL),
        (64, (1366, 652), Size.MINI),
    ],
)
def test_size_classes_follow_the_design(beds: int, screen: tuple[int, int], size: Size) -> None:
    box = places(beds, *screen)[0]
    assert size_for(box.width(), box.height(), beds) is size
    assert columns_for(beds) ** 2 >= beds


def test_cells_of_every_size_lie_inside_their_tile_and_apart() -> None:
    for size, metrics in METRICS.items():
        wide, high = metrics.base
        parts = geometry(size, wide, high)
        boxes = list(parts.cells.values())
        for index, box in enumerate(boxes):
            assert parts.slot.bottom() < box.top()
            assert box.bottom() < high
            assert box.right() < wide
            assert not any(box.intersects(other) for other in boxes[index + 1 :])


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("beds", [4, 16, 24, 64])
def test_no_text_leaves_its_tile_or_its_half_of_the_slot(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, beds: int, screen: tuple[int, int]
) -> None:
    written: list[tuple[float, float, float, str]] = []
    write_on = ink.write_on

    def noting(painter: QPainter, x: float, y: float, text: str, px: float, *rest: object) -> None:
        written.append((x, x + ink.width(text, px, rest[0]), y, text))  # type: ignore[arg-type]
        write_on(painter, x, y, text, px, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(ink, "write_on", noting)
    ward = states.ward_of(beds)
    long = [replace(b, patient=f.patient(b.bed, "Featherstonehaugh-Cholmondeley, Wilhelmina")) for b in ward.beds[:8]]
    wall = Wall(qtbot, replace(ward, beds=(*long, *ward.beds[8:])), screen)
    for tile in wall.page.tiles.values():
        written.clear()
        tile._ground_key = ()
        tile.grab()
        assert written
        assert tile.view is not None
        parts = slot_boxes(tile.parts, tile.view)
        for left, right, y, text in written:
            assert left >= 0, text
            assert right <= tile.width() + 0.5, (tile.view, text)
            if len(parts) == 2 and tile.parts.slot.top() < y < tile.parts.slot.bottom():
                assert right <= parts[0].right() + 1 or left >= parts[1].left(), (tile.view, text)


def test_pressing_the_slot_asks_for_the_alarm_of_that_bed(wall: Wall) -> None:
    tile = wall.tile("07")
    assert tile.view is not None
    wall.press("07", tile.parts.slot.center())
    assert wall.heard == [("ack", tile.view.slots[0].alarm_id)]
    assert wall.page.selected == "07"


@pytest.mark.parametrize("screen", SCREENS)
def test_each_half_of_a_split_slot_answers_its_own_alarm(qtbot: QtBot, screen: tuple[int, int]) -> None:
    wall = Wall(qtbot, states.ward_of(16), screen)
    tile = wall.tile("15")
    assert tile.view is not None
    left, right = slot_boxes(tile.parts, tile.view)
    assert left.width() > right.width() or tile.parts.slot_is_header
    wall.press("15", right.center())
    wall.press("15", left.center())
    respiratory, autonomic = tile.view.slots
    assert wall.heard == [("ack", autonomic.alarm_id), ("ack", respiratory.alarm_id)]


def test_a_press_that_ends_on_another_target_answers_nothing(wall: Wall) -> None:
    tile = wall.tile("15")
    assert tile.view is not None
    left, right = slot_boxes(tile.parts, tile.view)
    wall.qtbot.mousePress(tile, LEFT, pos=left.center())
    wall.qtbot.mouseRelease(tile, LEFT, pos=right.center())
    assert wall.heard == []


def test_an_alarm_replaced_between_press_and_release_is_not_answered(wall: Wall) -> None:
    tile = wall.tile("13")
    wall.qtbot.mousePress(tile, LEFT, pos=tile.parts.slot.center())
    changed = f.bed("13", alarms=(f.pattern_alarm(stage=Stage.EMERGENCY, bed="13"),))
    beds = tuple(changed if b.bed == "13" else b for b in wall.link.ward.beds)
    wall.link.ward = replace(wall.link.ward, beds=beds)
    wall.tick()
    wall.qtbot.mouseRelease(tile, LEFT, pos=tile.parts.slot.center())
    assert wall.heard == []


def test_an_answered_slot_only_selects_and_a_double_press_opens_the_bed(wall: Wall) -> None:
    wall.press("10", wall.tile("10").parts.slot.center())
    assert wall.heard == []
    assert wall.page.selected == "10"
    wall.qtbot.mouseDClick(wall.tile("01"), LEFT, pos=QPoint(100, 120))
    assert wall.heard == [("open", "01")]


def test_admit_buttons_ask_for_admission(wall: Wall) -> None:
    wall.press("16", wall.tile("16").button_box().center())
    wall.press("17", wall.tile("17").button_box().center())
    assert wall.heard == [("admit", "16"), ("admit", "17")]


def test_resuming_a_bed_on_standby_asks_the_engine_and_says_what_came_of_it(wall: Wall) -> None:
    wall.press("04", wall.tile("04").button_box().center())
    assert wall.link.commands == [SetStandby("04", "", "R. Test")]
    wall.tick()
    assert wall.hints[-1] == "Bed 04: monitoring resumed"
    wall.link.answer = lambda _: Reply("04 is not on standby.")
    wall.press("04", wall.tile("04").button_box().center())
    wall.tick()
    assert wall.hints[-1] == "04 is not on standby."


def test_nobody_resumes_a_bed_without_a_name(qtbot: QtBot) -> None:
    wall = Wall(qtbot, states.ward_of(16), user="")
    wall.press("04", wall.tile("04").button_box().center())
    assert wall.link.commands == []
    assert "who you are" in wall.hints[-1]


def test_arrow_keys_move_and_stop_at_the_edges(wall: Wall) -> None:
    assert wall.page.selected == "01"
    wall.key(Qt.Key.Key_Right)
    wall.key(Qt.Key.Key_Down)
    assert wall.page.selected == "08"
    wall.key(Qt.Key.Key_Left)
    wall.key(Qt.Key.Key_Up)
    wall.key(Qt.Key.Key_Up)
    assert wall.page.selected == "01"


def test_keys_open_acknowledge_and_chart_for_the_selected_bed(wall: Wall) -> None:
    for _ in range(6):
        wall.key(Qt.Key.Key_Right)
    emergency = wall.tile("07").view
    assert emergency is not None
    wall.key(Qt.Key.Key_A)
    wall.key(Qt.Key.Key_O)
    wall.key(Qt.Key.Key_P)
    wall.key(Qt.Key.Key_Return)
    assert wall.heard == [
        ("ack", emergency.slots[0].alarm_id),
        (Sheet.OBSERVATION, "07"),
        (Sheet.PUMP_EVENT, "07"),
        ("open", "07"),
    ]


def test_keys_on_a_bed_without_alarm_or_patient_say_why_nothing_happens(wall: Wall) -> None:
    wall.key(Qt.Key.Key_A)
    assert "no alarm" in wall.hints[-1]
    wall.page._select("17")
    wall.key(Qt.Key.Key_O)
    assert "admit" in wall.hints[-1]
    wall.page._select("16")
    wall.key(Qt.Key.Key_Return)
    assert wall.heard == [("admit", "16")]


def test_sorting_puts_alarms_first_says_so_and_goes_back(wall: Wall) -> None:
    wall.key(Qt.Key.Key_S)
    assert "priority" in wall.hints[-1]
    assert wall.page.tile_box("07").topLeft() == places(24, 1920, 942)[0].topLeft()
    wall.key(Qt.Key.Key_S)
    assert "sorted by bed" in wall.hints[-1]
    assert wall.page.tile_box("01").topLeft() == places(24, 1920, 942)[0].topLeft()


def test_sorted_tiles_stay_where_they_are_while_a_hand_is_at_them(wall: Wall) -> None:
    wall.key(Qt.Key.Key_S)
    before = wall.page.tile_box("01")
    wall.press("01", QPoint(5, 100))
    raised = f.bed("01", alarms=(f.pattern_alarm(stage=Stage.EMERGENCY, age=1),))
    wall.link.ward = replace(wall.link.ward, beds=(raised, *wall.link.ward.beds[1:]))
    wall.tick()
    assert wall.page.tile_box("01") == before
    wall.page._touched = 0.0
    wall.tick()
    assert wall.page.tile_box("01") != before


def test_narrowing_the_page_moves_tiles_and_covers_none(wall: Wall) -> None:
    wall.page.resize(1516, 942)
    wall.qtbot.wait(1)
    boxes = [wall.page.tile_box(bed) for bed in wall.page.tiles]
    assert all(box.right() < 1516 for box in boxes)
    assert not any(a.intersects(b) for i, a in enumerate(boxes) for b in boxes[i + 1 :])


def test_beds_come_and_go(wall: Wall) -> None:
    wall.link.ward = replace(wall.link.ward, beds=wall.link.ward.beds[4:8])
    wall.tick()
    assert list(wall.page.tiles) == ["05", "06", "07", "08"]
    wall.link.ward = replace(wall.link.ward, beds=())
    wall.tick()
    assert wall.page.tiles == {}
    wall.page.grab()


# --- what moves --------------------------------------------------------------------------------------------------


def test_all_tiles_flash_in_one_phase_and_only_where_something_calls(wall: Wall) -> None:
    bright = {bed: tile.grab().toImage().pixelColor(2, 60) for bed, tile in _all(wall)}
    wall.flash._set(False, False)
    dim = {bed: tile.grab().toImage().pixelColor(2, 60) for bed, tile in _all(wall)}
    assert all(t.phases == {Priority.HIGH: False, Priority.MEDIUM: False} for _, t in _all(wall))
    changed = {bed for bed in bright if bright[bed] != dim[bed]}
    calling = {bed for bed, t in _all(wall) if t.view is not None and any(s.flashes for s in t.view.slots)}
    assert changed == calling
    assert {"07", "09", "12", "13"} <= changed
    assert not {"01", "03", "06", "10", "11"} & changed
    wall.flash.stop()
    assert wall.tile("07").grab().toImage().pixelColor(2, 60) == bright["07"]


def _all(wall: Wall) -> list[tuple[str, Tile]]:
    return list(wall.page.tiles.items())


def test_without_a_clock_everything_rests_bright(qtbot: QtBot) -> None:
    page = WallPage(f.FakeLink(states.ward_of(16)), "", Theme())
    qtbot.addWidget(page)
    page.resize(1920, 942)
    page.show_ward(page.link.snapshot(), f.NOW)
    tile = page.tiles["07"]
    shown = tile.grab().toImage().pixelColor(tile.parts.slot.right() - 160, tile.parts.slot.top() + 6)
    assert shown == QColor("#CC1823")


def test_only_tiles_that_differ_are_painted(wall: Wall) -> None:
    wall.qtbot.wait(20)
    for _, tile in _all(wall):
        tile.painted = 0
    wall.tick()
    wall.qtbot.wait(20)
    assert sum(tile.painted for _, tile in _all(wall)) == 0
    moved = f.bed("01", readings=f.readings(hr=73))
    wall.link.ward = replace(wall.link.ward, beds=(moved, *wall.link.ward.beds[1:]))
    wall.tick()
    wall.qtbot.wait(20)
    assert [bed for bed, tile in _all(wall) if tile.painted] == ["01"]


def test_a_stalled_engine_turns_every_monitored_tile_grey_by_itself(wall: Wall) -> None:
    live = wall.tile("01").grab().toImage()
    wall.tick(31)
    late = wall.tile("01")
    assert late.view is not None
    assert late.view.badge == "NOT LIVE · 31 s old"
    assert late.grab().toImage() != live
    wall.tick(65)
    assert "NO DATA" in (wall.tile("01").view or late.view).badge


def test_a_screen_reader_finds_every_tile_by_its_state(wall: Wall) -> None:
    assert wall.tile("07").accessibleName() == (
        "Bed 07, emergency, autonomic pattern, 1 minute 52 seconds, not acknowledged"
    )
    assert wall.tile("16").accessibleName() == "Bed 16, empty, not monitored"


@pytest.mark.parametrize("size", list(Size))
def test_every_state_differs_from_the_quiet_bed_in_every_size(qtbot: QtBot, size: Size) -> None:
    wall = Wall(qtbot, f.ward([f.bed("01")]))
    tile = wall.tile("01")
    seen: dict[bytes, str] = {}
    for bed in (f.bed("01"), *(replace(b, bed="01") for b in _distinct())):
        wall.link.ward = f.ward([bed])
        wall.page.show_ward(wall.link.ward, f.NOW)
        tile.place(tile.geometry().adjusted(0, 0, 0, 0), size)
        tile.resize(*METRICS[size].base)
        picture = tile.grab()
        seen[_bytes(picture)] = bed.state
    assert len(seen) == 1 + len(_distinct())


def _bytes(picture: QPixmap) -> bytes:
    return bytes(picture.toImage().constBits())


def _distinct() -> list[BedSnapshot]:
    beds = {b.bed: b for b in (*states.every_state(), *states.more_states())}
    return [beds[n] for n in ("03", "04", "06", "07", "08", "09", "10", "11", "12", "14", "15", "16", "18", "19", "22")]


# --- four beds ---------------------------------------------------------------------------------------------------


def test_four_beds_get_charts_of_four_hours_asked_once_a_minute(qtbot: QtBot) -> None:
    wall = Wall(qtbot, states.ward_of(4))
    wall.tick(1)
    wall.tick(2)
    assert sorted(bed for bed, *_ in wall.link.trends_asked) == ["01", "02", "03"]
    charts = wall.tile("01").charts
    assert charts is not None
    assert all(charts.lines[i] for i in (0, 2, 3))
    assert charts.bars
    wall.tick(61)
    assert len(wall.link.trends_asked) == 6
    _, _, start, end = wall.link.trends_asked[0]
    assert (end - start).total_seconds() == 4 * 3600


def test_a_store_that_cannot_be_read_leaves_a_plain_word_in_place_of_the_charts(qtbot: QtBot) -> None:
    wall = Wall(qtbot, f.ward([]))

    def broken(*_: object) -> Future[Trend]:
        answer: Future[Trend] = Future()
        answer.set_exception(OSError("disk"))
        return answer

    wall.link.trend = broken  # type: ignore[method-assign]
    wall.link.ward = states.ward_of(2)
    wall.tick()
    wall.tick(1)
    charts = wall.tile("01").charts
    assert charts is not None
    assert charts.error
    wall.tile("01").grab()


def test_repaints_do_not_eat_references_to_none(qtbot: QtBot) -> None:
    """PySide6 6.12 under Python 3.11 loses one per call-back and aborts the process after some thousands."""
    wall = Wall(qtbot, states.ward_of(4), (1366, 652))
    tile = wall.tile("01")
    tile.repaint()
    before = sys.getrefcount(None)
    for _ in range(200):
        tile.repaint()
    assert tile.painted > 200
    assert before - sys.getrefcount(None) < 100
