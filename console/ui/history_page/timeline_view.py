"""The painted timeline: a lane a bed, alarms as bars or counted, pump events as marks. No item is made per alarm."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPixmap, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QScrollBar, QSizePolicy, QWidget

from console.store.timeline_records import Bar, LaneEvent, Timeline
from console.ui import charting, wording
from console.ui.history_page import lanes as ln
from console.ui.history_page import time_window as tw
from console.ui.history_page import timeline_paint as painting
from console.ui.history_page.layer import Layer, wider
from console.ui.history_page.time_window import TimeWindow
from console.ui.theme import PREFIX, Theme

LABEL, AXIS = painting.LABEL, painting.AXIS
SCROLL = 12
DRAG_PX = 4
REACH_PX = 5.0
"""So near to a bar a click means it."""


class TimelineView(QWidget):
    """Signals: window_moved(): another time is shown. picked(Bar): a bar was pressed. opened(bed, POSIX seconds from,
    to): a bucket of counted alarms was pressed. hovered(text): what stands under the pointer, "" for nothing."""

    window_moved = Signal()
    picked = Signal(object)
    opened = Signal(str, float, float)
    hovered = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = theme
        self.zone = ZoneInfo("UTC")
        self.now = 0.0
        self.window_ = TimeWindow(0.0, tw.DAY_S)
        self.ward: tuple[str, ...] = ()
        self.wanted: tuple[str, ...] = ()
        self.table_span: tuple[float | None, float | None] = (None, None)
        self.chosen: Bar | None = None
        self._timeline: Timeline | None = None
        self._counted: tuple[object, QImage] | None = None
        self._layer: tuple[object, TimeWindow, QPixmap] | None = None
        self._lanes: tuple[object, tuple[str, ...]] | None = None
        self._groups: tuple[object, dict[str, list[ln.Group]]] | None = None
        self.pointer: QPointF | None = None
        self._press: tuple[QPointF, TimeWindow] | None = None
        self._dragging = False
        self._scroll = QScrollBar(Qt.Orientation.Vertical, self)
        self._scroll.valueChanged.connect(self.update)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumHeight(120)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Timeline of alarms by bed")

    # --- what is shown -------------------------------------------------------------------------------------------

    def show_timeline(self, timeline: Timeline | None) -> None:
        """What the store has given; None for nothing yet."""
        self._timeline, self._lanes = timeline, None
        self._counted = self._layer = self._groups = None
        self._fit_scroll()
        self.update()

    @property
    def timeline(self) -> Timeline | None:
        """What is drawn."""
        return self._timeline

    def show_window(self, window: TimeWindow) -> None:
        """Show another time."""
        if window != self.window_:
            self.window_ = window
            self.update()
            self.window_moved.emit()

    def set_theme(self, theme: Theme) -> None:
        """The look has changed."""
        self.theme = theme
        self.update()

    def lanes(self) -> tuple[str, ...]:
        """Beds from top to bottom."""
        key = (self.ward, self.wanted, id(self._timeline))
        if self._lanes is None or self._lanes[0] != key:
            self._lanes = (key, ln.lanes_of(self.ward, self.wanted, self._timeline))
        return self._lanes[1]

    @property
    def plot_width(self) -> float:
        """Px of the axis of time."""
        return max(1.0, float(self.width() - LABEL - SCROLL))

    @property
    def scrolled(self) -> int:
        """Px of lanes that stand above the top edge."""
        return self._scroll.value()

    def lane_height(self) -> float:
        """Px of a lane: as much as there is room for, within reason."""
        count = max(1, len(self.lanes()))
        return min(44.0, max(ln.LEAST_LANE, float((self.height() - AXIS) // count)))

    def lane_at(self, y: float) -> str | None:
        """The bed whose lane is there."""
        index = int((y + self.scrolled) // self.lane_height())
        lanes = self.lanes()
        return lanes[index] if 0 <= index < len(lanes) and 0 <= y < self.height() - AXIS else None

    def lane_top(self, bed: str) -> float | None:
        """Where the lane of a bed begins."""
        lanes = self.lanes()
        return lanes.index(bed) * self.lane_height() - self.scrolled if bed in lanes else None

    def time_at(self, x: float) -> float:
        """Which time stands there."""
        return self.window_.time(x - LABEL, self.plot_width)

    def x_of(self, time: float) -> float:
        """Where a time stands."""
        return LABEL + self.window_.x(time, self.plot_width)

    def _fit_scroll(self) -> None:
        room = self.height() - AXIS
        needed = int(len(self.lanes()) * self.lane_height())
        self._scroll.setGeometry(self.width() - SCROLL, 0, SCROLL, max(1, room))
        self._scroll.setRange(0, max(0, needed - room))
        self._scroll.setPageStep(max(1, room))
        self._scroll.setSingleStep(int(self.lane_height()))
        self._scroll.setVisible(needed > room)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_scroll()

    def paintEvent(self, event: QPaintEvent) -> None:
        painting.paint(QPainter(self), self)

    def layer(self) -> tuple[QPixmap, TimeWindow] | None:
        """Alarms and events as a picture that reaches beyond the window, and over which time; None for nothing read."""
        timeline, window = self._timeline, self.window_
        if timeline is None:
            return None
        scale, lanes, height = self.plot_width / window.span, self.lanes(), self.lane_height()
        still = int(self.now * scale) if any(bar.ended_at is None for bar in timeline.bars) else 0
        key = (id(timeline), round(scale, 9), lanes, height, self.theme, self.chosen, still)
        made = self._layer
        if made is None or made[0] != key or not (made[1].start <= window.start and window.end <= made[1].end):
            wide = wider(window)
            image = self._picture(timeline, lanes, int(height)) if timeline.bucket_s else None
            layer = Layer(
                timeline, self.theme, wide, scale * wide.span, lanes, height, self.now, self.chosen, image, LABEL
            )
            made = self._layer = (key, wide, painting.paint_layer(layer))
        return made[2], made[1]

    def _picture(self, timeline: Timeline, lanes: tuple[str, ...], height: int) -> QImage:
        key = (lanes, height, self.theme)
        if self._counted is None or self._counted[0] != key:
            self._counted = (key, painting.counted(timeline, lanes, height, self.theme))
        return self._counted[1]

    def groups(self) -> dict[str, list[ln.Group]]:
        """The bars as they are drawn, px from where the window read by the store begins."""
        if self._timeline is None or self._timeline.bucket_s:
            return {}
        scale = round(self.plot_width / self.window_.span, 9)
        if self._groups is None or self._groups[0] != (scale, int(self.now)):
            begin = self._timeline.start.timestamp()
            found = ln.grouped(self._timeline.bars, begin, scale, self.now)
            self._groups = ((scale, int(self.now)), found)
        return self._groups[1]

    # --- what lies where -----------------------------------------------------------------------------------------

    def group_at(self, place: QPointF) -> ln.Group | None:
        """The bar under a place, or the nearest within reach; of several the most urgent."""
        bed = self.lane_at(place.y())
        if bed is None:
            return None
        if self._timeline is None:
            return None
        x = place.x() - self.x_of(self._timeline.start.timestamp())
        near = [g for g in self.groups().get(bed, ()) if g.left - REACH_PX <= x <= g.right + REACH_PX]
        exact = [g for g in near if g.left - 1 <= x <= g.right + 1]
        return max(exact or near, key=lambda g: (ln.urgency(g.top), -abs(g.left - x)), default=None)

    def event_at(self, place: QPointF) -> LaneEvent | None:
        """The pump event under a place."""
        if self._timeline is None or (bed := self.lane_at(place.y())) is None:
            return None
        near = [e for e in self._timeline.events if e.bed == bed and abs(self.x_of(e.at) - place.x()) <= REACH_PX]
        return min(near, key=lambda e: abs(self.x_of(e.at) - place.x()), default=None)

    def words_at(self, place: QPointF) -> str:
        """What stands under a place, in words."""
        bed = self.lane_at(place.y())
        if bed is None or place.x() < LABEL:
            return ""
        where = wording.bed_words(bed) if bed else "Console"
        words = [where, tw.when(self.time_at(place.x()), self.zone)]
        event = self.event_at(place)
        if event is not None:
            words.append(_event_words(event, self.zone))
        if (group := self.group_at(place)) is not None:
            words.append(group_words(group, self.zone, self.now))
        elif (bucket := self._bucket_at(place)) is not None:
            words.append(bucket)
        return " · ".join(words)

    def _bucket_at(self, place: QPointF) -> str | None:
        timeline, bed = self._timeline, self.lane_at(place.y())
        if timeline is None or bed is None or not timeline.bucket_s or bed not in timeline.counts:
            return None
        index = int((self.time_at(place.x()) - timeline.first) // timeline.bucket_s)
        lane = timeline.counts[bed]
        if not 0 <= index < len(lane) or not lane[index].sum():
            return None
        low, medium, high = lane[index].sum(axis=1)
        patterns = int(lane[index, :, 1].sum())
        more = f", {patterns} of patterns" if patterns else ""
        return f"in {tw.span_words(timeline.bucket_s)}: {high} ***, {medium} **, {low} *{more}"

    # --- moving in time ------------------------------------------------------------------------------------------

    def zoom(self, factor: float, around: float | None = None) -> None:
        """More time (factor over 1) or less, about a moment; about the pointer, else the middle."""
        if around is None:
            inside = self.pointer is not None and self.pointer.x() >= LABEL
            around = self.time_at(self.pointer.x()) if inside and self.pointer else sum(self._ends()) / 2
        self.show_window(self.window_.zoomed(factor, around, self.newest))

    def pan(self, share: float) -> None:
        """Later by a share of what is shown, or (negative) earlier."""
        self.show_window(self.window_.moved(share * self.window_.span, self.newest))

    def _ends(self) -> tuple[float, float]:
        return self.window_.start, self.window_.end

    @property
    def newest(self) -> float:
        """A window ends no later: now, with a little room."""
        return self.now + self.window_.span / 50

    def wheelEvent(self, event: QWheelEvent) -> None:
        turned = event.angleDelta()
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._scroll.setValue(self.scrolled - (turned.y() or turned.x()))
        elif turned.x() and not turned.y():
            self.pan(-turned.x() / 1200)
        elif turned.y():
            # A notch of the wheel is 120; what a touch pad sends in small parts adds up to the same.
            self.zoom(1.25 ** (-turned.y() / 120), self.time_at(max(event.position().x(), LABEL)))
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self._press, self._dragging = (event.position(), self.window_), False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        place = event.position()
        self.pointer = place
        if self._press is not None and event.buttons() & Qt.MouseButton.LeftButton:
            began, window = self._press
            if abs(place.x() - began.x()) > DRAG_PX:
                self._dragging = True
            if self._dragging:
                seconds = (began.x() - place.x()) / self.plot_width * window.span
                self.show_window(window.moved(seconds, self.newest))
        self.hovered.emit("" if self._dragging and self._press is not None else self.words_at(place))
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        press, self._press = self._press, None
        if press is None or self._dragging:
            return
        if (group := self.group_at(event.position())) is not None:
            self.picked.emit(group.top)
            return
        timeline, bed = self._timeline, self.lane_at(event.position().y())
        if timeline is not None and bed is not None and self._bucket_at(event.position()) is not None:
            begin = (self.time_at(event.position().x()) - timeline.first) // timeline.bucket_s * timeline.bucket_s
            self.opened.emit(bed, timeline.first + begin, timeline.first + begin + timeline.bucket_s)

    def leaveEvent(self, event: object) -> None:
        self.pointer = None
        self.hovered.emit("")
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self.pan(-0.1 if key == Qt.Key.Key_Left else 0.1)
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus):
            self.zoom(1.6 if key == Qt.Key.Key_Minus else 1 / 1.6)
        elif key == Qt.Key.Key_Home:
            self.show_window(TimeWindow(self.now - self.window_.span, self.now))
        elif key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            step = self._scroll.pageStep()
            self._scroll.setValue(self.scrolled + (-step if key == Qt.Key.Key_PageUp else step))
        else:
            super().keyPressEvent(event)


def _event_words(event: LaneEvent, zone: ZoneInfo) -> str:
    if event.kind is None:
        return f"{event.count} pump events from {tw.when(event.at, zone)}"
    return f"{charting.kind_text(event.kind)} {tw.when(event.at, zone)}"


def group_words(group: ln.Group, zone: ZoneInfo, now: float) -> str:
    """A bar in words: the one it stands for, and how many more there are."""
    bar = group.top
    lasted = wording.age_text((now if bar.ended_at is None else bar.ended_at) - bar.raised_at)
    words = (
        f"{bar_name(bar)}, raised {tw.when(bar.raised_at, zone)}, lasted {lasted}{' …' if bar.ended_at is None else ''}"
    )
    words += "" if bar.answered else ", not answered"
    return words if len(group.bars) == 1 else f"{len(group.bars)} alarms, the highest: {words}"


def bar_name(bar: Bar) -> str:
    """Priority and sort of an alarm."""
    stars = PREFIX[bar.priority]
    pattern = wording.PATTERN_WORD.get(bar.kind)
    return f"{stars} {pattern} pattern" if pattern else f"{stars} {bar.kind.value.capitalize()}"
