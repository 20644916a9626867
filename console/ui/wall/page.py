"""The ward: every bed on one page, always all of them, and the keys that move between them."""

from __future__ import annotations

import time
from concurrent.futures import Future
from zoneinfo import ZoneInfo

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QWidget

from console.alarms.alarm import Alarm, Priority
from console.link.commands import Reply, SetStandby
from console.link.link import Link
from console.link.snapshot import BedSnapshot, BedState, WardSnapshot
from console.ui import wording
from console.ui.flash import FlashClock
from console.ui.page import Page, Sheet
from console.ui.theme import RADIUS, Theme, Weight, colour
from console.ui.wall import ink
from console.ui.wall.charts import ChartKeeper
from console.ui.wall.geometry import Size, columns_for, places, size_for
from console.ui.wall.order import by_priority
from console.ui.wall.staleness import engine_stopped
from console.ui.wall.tile import Tile
from console.ui.wall.view import tile_view
from console.ui.who import unnamed

STILL_S = 3.0
"""Tiles sorted by priority do not move while a hand is at them."""

NO_BEDS = "No beds set up. Open Devices to add a source."
KEYS_HINT = "Arrow keys move · Enter opens a bed · A acknowledges · O observation · P pump event · L limits"


class WallPage(Page):
    """One tile per bed. flash: the clock of the application; without one everything rests bright."""

    title = "Ward"

    def __init__(self, link: Link, user: str, theme: Theme, flash: FlashClock | None = None) -> None:
        super().__init__(link, user, theme)
        self.tiles: dict[str, Tile] = {}
        self.selected = ""
        self.sorted = False
        self._order: list[str] = []
        self._snapshot: WardSnapshot | None = None
        self._shown: dict[str, tuple[BedSnapshot, int, bool]] = {}
        self._zone = ZoneInfo("UTC")
        self._charts = ChartKeeper(link)
        self._size = Size.MINI
        self._touched = 0.0
        self._open: list[tuple[str, Future[Reply]]] = []
        self._flash: FlashClock | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        if flash is not None:
            self.set_flash(flash)

    def set_flash(self, flash: FlashClock) -> None:
        """Flash in the phase of this clock."""
        self._flash = flash
        flash.changed.connect(self._flashed)

    # --- what is shown -------------------------------------------------------------------------------------------

    def show_ward(self, snapshot: WardSnapshot, now: float) -> None:
        """Bring every tile up to date. A tile is looked at when its bed has changed or a second has passed."""
        if self._snapshot is None or snapshot.timezone != self._snapshot.timezone:
            self._zone = ZoneInfo(snapshot.timezone)
            self._shown.clear()
        self._snapshot = snapshot
        self._arrange(snapshot)
        speed = snapshot.system.speed
        stopped = engine_stopped(snapshot.system.engine_stamp, now, speed)
        second = int(now)
        for bed in snapshot.beds:
            before = self._shown.get(bed.bed)
            if before is not None and before[0] is bed and before[1:] == (second, stopped):
                continue
            self._shown[bed.bed] = bed, second, stopped
            ends = bed.trend.ends_at.timestamp() if bed.trend else now
            minutes = float(max(0, int((now - ends) // 60)))
            self.tiles[bed.bed].show_view(tile_view(bed, now, self._zone, speed, stopped, self.theme.initials), minutes)
        self._update_charts(snapshot, now)
        self._take_answers()

    def _arrange(self, snapshot: WardSnapshot) -> None:
        order = [bed.bed for bed in snapshot.beds]
        if (
            self.sorted
            and self._order
            and time.monotonic() - self._touched < STILL_S
            and set(order) == set(self._order)
        ):
            order = self._order
        elif self.sorted:
            order = by_priority(snapshot)
        if order == self._order:
            return
        for name in set(self.tiles) - set(order):
            tile = self.tiles.pop(name)
            tile.hide()
            tile.deleteLater()
            self._shown.pop(name, None)
        for name in order:
            if name not in self.tiles:
                self.tiles[name] = self._new_tile()
        self._order = order
        if self.selected not in self.tiles:
            self.selected = order[0] if order else ""
        self._place()

    def _new_tile(self) -> Tile:
        tile = Tile(self.theme, self)
        tile.selected.connect(self._pressed)
        tile.opened.connect(self._open_tile)
        tile.acknowledge.connect(self.acknowledge)
        tile.admit.connect(self.admit_bed)
        tile.resume.connect(self._resume)
        tile.pump.connect(lambda bed: self.open_sheet.emit(Sheet.PUMP_EVENT, bed))
        tile.phases = self._phases()
        tile.show()
        return tile

    def _place(self) -> None:
        boxes = places(len(self._order), self.width(), self.height())
        if boxes:
            self._size = size_for(boxes[0].width(), boxes[0].height(), len(boxes))
        for name, box in zip(self._order, boxes, strict=True):
            self.tiles[name].place(box, self._size)
        if self._size is not Size.CHARTS:
            self._charts.forget()
        self.update()

    def _update_charts(self, snapshot: WardSnapshot, now: float) -> None:
        if self._size is not Size.CHARTS:
            return
        for bed in snapshot.beds:
            if bed.state in (BedState.MONITORED, BedState.NOT_ADMITTED):
                self.tiles[bed.bed].set_charts(self._charts.look(bed.bed, now, snapshot.system.utc))

    def set_theme(self, theme: Theme) -> None:
        """The look has changed."""
        super().set_theme(theme)
        self._shown.clear()  # patients may be named otherwise
        for tile in self.tiles.values():
            tile.set_theme(theme)

    def _phases(self) -> dict[Priority, bool]:
        if self._flash is None:
            return {}
        return {p: self._flash.is_bright(p) for p in (Priority.HIGH, Priority.MEDIUM)}

    def _flashed(self, high: bool, medium: bool) -> None:
        phases = {Priority.HIGH: high, Priority.MEDIUM: medium}
        for tile in self.tiles.values():
            tile.flash(phases)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._place()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        t = self.theme.tokens
        painter.fillRect(event.rect(), colour(t.bg))
        if not self._order:
            wide = ink.width(NO_BEDS, 18, Weight.SEMIBOLD)
            x = max(10.0, (self.width() - wide) / 2)
            ink.write(painter, x, self.height() / 2, NO_BEDS, 18, Weight.SEMIBOLD, colour(t.text_2))
        tile = self.tiles.get(self.selected)
        if tile is not None:
            # In the gap between tiles: the ring never covers an alarm's frame.
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(colour(t.interaction), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(tile.geometry().adjusted(-2, -2, 2, 2), RADIUS + 2, RADIUS + 2)
        painter.end()

    # --- what the user does --------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys of the ward; everything else goes on to the window."""
        plain = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier == Qt.KeyboardModifier.NoModifier
        steps = {
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Up: -columns_for(len(self._order)),
            Qt.Key.Key_Down: columns_for(len(self._order)),
        }
        acts = {
            Qt.Key.Key_Return: self._open_selected,
            Qt.Key.Key_Enter: self._open_selected,
            Qt.Key.Key_A: self._acknowledge_selected,
            Qt.Key.Key_O: lambda: self._sheet(Sheet.OBSERVATION),
            Qt.Key.Key_P: lambda: self._sheet(Sheet.PUMP_EVENT),
            Qt.Key.Key_K: lambda: self._sheet(Sheet.PUMP_CARD),
            Qt.Key.Key_L: lambda: self._sheet(Sheet.LIMITS),
            Qt.Key.Key_S: self._toggle_sort,
        }
        key = Qt.Key(event.key())
        if plain and key in steps:
            self._move(steps[key])
        elif plain and key in acts:
            acts[key]()
        else:
            super().keyPressEvent(event)

    def _move(self, step: int) -> None:
        if not self._order:
            return
        index = self._order.index(self.selected) if self.selected in self._order else 0
        if 0 <= index + step < len(self._order):
            self._select(self._order[index + step])

    def _pressed(self, bed: str) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        self._select(bed)

    def _select(self, bed: str) -> None:
        self._touched = time.monotonic()
        if bed == self.selected:
            return
        for name in (self.selected, bed):
            if name in self.tiles:
                self.update(self.tiles[name].geometry().adjusted(-4, -4, 4, 4))
        self.selected = bed
        tile = self.tiles.get(bed)
        self.setAccessibleDescription(tile.accessibleName() if tile else "")

    def _bed(self) -> BedSnapshot | None:
        return self._snapshot.bed(self.selected) if self._snapshot and self.selected else None

    def _open_selected(self) -> None:
        if self.selected:
            self._open_tile(self.selected)

    def _open_tile(self, name: str) -> None:
        bed = self._snapshot.bed(name) if self._snapshot else None
        if bed is None:
            return
        (self.admit_bed if bed.state is BedState.EMPTY else self.open_bed).emit(name)

    def _acknowledge_selected(self) -> None:
        bed = self._bed()
        if bed is None:
            return
        waiting = [a for a in bed.alarms if wording.needs_answer(a)]
        chosen = next((a for a in waiting if not wording.is_member(a)), waiting[0] if waiting else None)
        if isinstance(chosen, Alarm):
            self.acknowledge.emit(chosen.id)
        else:
            self.hint.emit(f"{wording.bed_words(bed.bed)}: no alarm to acknowledge")

    def _sheet(self, sheet: Sheet) -> None:
        bed = self._bed()
        if bed is None:
            return
        if bed.patient is None:
            self.hint.emit(f"{wording.bed_words(bed.bed)}: admit a patient first")
        else:
            self.open_sheet.emit(sheet, bed.bed)

    def _toggle_sort(self) -> None:
        self.sorted = not self.sorted
        self._touched = 0.0
        if self._snapshot is not None:
            self._arrange(self._snapshot)
        beds = len(self._order)
        words = "sorted by alarm priority · S sorts by bed" if self.sorted else "sorted by bed · S sorts by priority"
        self.hint.emit(f"{beds} beds · {words}")

    def _resume(self, bed: str) -> None:
        if refusal := unnamed(self, self.user):
            self.hint.emit(refusal)
            return
        self._open.append((bed, self.link.submit(SetStandby(bed, "", self.user))))

    def _take_answers(self) -> None:
        for entry in [e for e in self._open if e[1].done()]:
            self._open.remove(entry)
            bed, answer = entry
            error = None if answer.cancelled() else answer.exception()
            text = str(error) if error is not None else "" if answer.cancelled() else answer.result().error
            self.hint.emit(text or f"{wording.bed_words(bed)}: monitoring resumed")

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A press beside the tiles selects nothing and takes the keys back to the ward."""
        self.setFocus(Qt.FocusReason.MouseFocusReason)

    def activated(self) -> None:
        """The page has become visible."""
        self.setFocus(Qt.FocusReason.TabFocusReason)
        self.hint.emit(KEYS_HINT)

    def tile_box(self, bed: str) -> QRect:
        """Where a bed stands on the page; null when it is not on it."""
        tile: QWidget | None = self.tiles.get(bed)
        return tile.geometry() if tile is not None else QRect()
