"""All charts of one bed, aligned: navigator, ribbons, events, rows, time. One view of time, live or held."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from console.alarms.alarm import Kind, Stage
from console.alarms.recovery import Recovery
from console.link.snapshot import BedSnapshot
from console.ui.charts.data import SILENCE_S, BedData
from console.ui.charts.row import ChartRow, Closed
from console.ui.charts.spec import AXIS_WIDTH, ROWS, RowSpec
from console.ui.charts.strips import Events, Mark, Navigator, Ribbon, Span, TimeAxis
from console.ui.theme import Theme
from drivers.observation import Parameter

P = Parameter
WINDOWS_S: tuple[int, ...] = (900, 3600, 4 * 3600, 12 * 3600, 24 * 3600, 72 * 3600)
ROW_GAP = 6
MOST_CLOSED = 40
"""Hatched stretches drawn at most."""


class ChartPanel(QWidget):
    """moved(): the person has left the live view by dragging, zooming or scrolling."""

    moved = Signal()

    def __init__(self, theme: Theme, zone: ZoneInfo) -> None:
        super().__init__()
        self.data = BedData("")
        self.window_s = float(WINDOWS_S[2])
        self.end: float | None = None
        self.now = 0.0
        self.options = {"baseline": True, "limits": True, "events": True}
        self._theme = theme
        self._zone = zone
        self._cursor: float | None = None
        self._drag: tuple[float, float] | None = None
        self._marks: list[Mark] = []
        self._bed: BedSnapshot | None = None
        self.navigator = Navigator(theme, zone)
        self.ribbons = {Kind.WITHDRAWAL: Ribbon("Auton.", theme), Kind.OVERDOSE: Ribbon("Resp.", theme)}
        self.events = Events(theme, zone)
        self.time_axis = TimeAxis(theme, zone)
        self.graphics = pg.GraphicsLayoutWidget()
        self.graphics.setFrameShape(QFrame.Shape.NoFrame)
        self.graphics.ci.layout.setContentsMargins(0, 4, 0, 4)
        self.graphics.ci.layout.setVerticalSpacing(ROW_GAP)
        self.graphics.setMouseTracking(True)
        # Keys belong to the page: pyqtgraph would swallow every one of them after a click.
        self.graphics.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.graphics.viewport().installEventFilter(self)
        self.rows: list[ChartRow] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        for widget in (self.navigator, *self.ribbons.values(), self.events):
            column.addWidget(widget)
        column.addWidget(self.graphics, 1)
        column.addWidget(self.time_axis)
        self.navigator.moved.connect(self._navigate)
        self._build_rows()
        self.set_theme(theme)

    # --- what is shown -------------------------------------------------------------------------------------------

    def show_bed(self, bed: str, since: float = 0.0) -> None:
        """Start on another bed or stay, live, without a single value of the one before. since: POSIX seconds from
        which values belong to who lies there."""
        self.data = BedData(bed, since)
        self._marks, self._bed, self.end, self._cursor = [], None, None, None
        self._build_rows()
        for ribbon in self.ribbons.values():
            ribbon.show_steps([])
        self.events.show_marks([])

    def follow(self, bed: BedSnapshot, now: float) -> bool:
        """Take what has arrived and move on to `now` (POSIX seconds of the ward); False when nothing was drawn."""
        fresh = bed is not self._bed
        whole = int(now) != int(self.now)
        self.now = now
        if fresh:
            self._bed = bed
            self.data.follow(bed)
            self._build_rows()
        if fresh or whole:
            self.redraw()
        return fresh or whole

    def show_stages(self, kind: Kind, steps: Sequence[tuple[float, Stage]]) -> None:
        """When each stage of a pattern began."""
        self.ribbons[kind].show_steps(steps)

    def show_events(self, marks: Sequence[Mark]) -> None:
        """What was charted and done."""
        if list(marks) == self._marks:
            return
        self._marks = list(marks)
        self.events.show_marks(marks)
        self._mark_rows()

    def _build_rows(self) -> None:
        """SpO2 and EtCO2 have a row once a value of them has ever come."""
        wanted = [spec for spec in ROWS if not spec.optional or self.data.has(*spec.parameters)]
        if [row.spec for row in self.rows] == wanted:
            return
        self.graphics.ci.clear()
        self.rows = [ChartRow(spec, self.graphics.ci, index, self._theme) for index, spec in enumerate(wanted)]
        for index, spec in enumerate(wanted):
            self.graphics.ci.layout.setRowStretchFactor(index, spec.height)
            self.graphics.ci.layout.setRowPreferredHeight(index, spec.height)
        for index in range(len(wanted), len(ROWS)):
            self.graphics.ci.layout.setRowStretchFactor(index, 0)
            self.graphics.ci.layout.setRowPreferredHeight(index, 0)
        self._mark_rows()

    def _mark_rows(self) -> None:
        times = [m.time for m in self._marks if m.shape == "pump"]
        for row in self.rows:
            row.show_marks(times, self.options["events"])

    def redraw(self) -> None:
        """Draw the window of time that is shown."""
        start, end = self.span()
        columns = max(50, self.graphics.width() - AXIS_WIDTH)
        span = Span(start, end, AXIS_WIDTH, self.now)
        for strip in (*self.ribbons.values(), self.events, self.time_axis):
            strip.show_span(span)
        self.navigator.show_window(self.now, AXIS_WIDTH, (start, end), self.data.of(P.HR))
        closed = self._closed(start, end)
        for row in self.rows:
            self._fit(row)
            row.show_data(self.data, start, end, columns)
            row.show_closed(closed)
            row.show_recovery(self._recovery())
            row.show_empty(self._empty_text(row, start, end))
            row.place_labels()
            row.show_cursor(self._cursor, self.data)

    def _recovery(self) -> Recovery | None:
        view = self._bed.pattern(Kind.WITHDRAWAL) if self._bed is not None and self.options["events"] else None
        return view.recovery if view is not None else None

    def _closed(self, start: float, end: float) -> list[Closed]:
        """Stretches without data, the last one still going on, and the time before the patient came."""
        data = self.data
        found = [(a, b, "No data") for a, b in data.silences if b > start and a < end and b - a > (end - start) / 200]
        if data.heard_at is not None and self.now - data.heard_at > SILENCE_S:
            found.append((data.heard_at, self.now, "No data"))
        if data.since > start:
            found.append((start, data.since, "Before admission"))
        room = (end - start) * 130 / max(1, self.graphics.width() - AXIS_WIDTH)
        inside = [(max(a, start), min(b, end), name) for a, b, name in found[-MOST_CLOSED:]]
        return [Closed(a, b, name, b - a > room) for a, b, name in inside if b > a]

    def _empty_text(self, row: ChartRow, start: float, end: float) -> str:
        last = row.last_value_at(self.data, start, end)
        if last is False:
            return ""
        name = row.spec.name or row.spec.label
        if last is None:
            return f"No {name} received" + (" in this stay" if self.data.since else "")
        at = datetime.fromtimestamp(last, self._zone)
        day = "" if at.date() == datetime.fromtimestamp(self.now, self._zone).date() else f"{at:%d %b} "
        return f"No {name} received since {day}{at:%H:%M}."

    def _fit(self, row: ChartRow) -> None:
        bed = self._bed
        if bed is None:
            return
        reading = next((r for p in row.spec.parameters if (r := bed.reading(p)) is not None), None)
        low, high = (reading.low, reading.high) if reading is not None else (None, None)
        row.show_limits(low, high, self.options["limits"])
        row.show_baseline(_usual(row.spec, bed), self.options["baseline"])

    def span(self) -> tuple[float, float]:
        """The times shown; live they end now."""
        end = self.now if self.end is None else self.end
        return end - self.window_s, end

    def row_geometry(self) -> list[tuple[RowSpec, float, float]]:
        """Top and height in px of every row, in the coordinates of this panel."""
        offset = self.graphics.y()
        found = []
        for row in self.rows:
            box = row.plot.sceneBoundingRect()
            found.append((row.spec, offset + box.top(), box.height()))
        return found

    # --- moving in time ------------------------------------------------------------------------------------------

    def choose_window(self, seconds: int) -> None:
        """How much time is shown."""
        self.window_s = float(seconds)
        self.redraw()

    def go_live(self) -> None:
        """Follow the present again."""
        self.end = None
        self.redraw()

    def hold(self) -> None:
        """Stay where it is."""
        if self.end is None:
            self.end = self.now

    def move_to(self, end: float) -> None:
        """Show a window that ends there; reaching the present does not go live by itself."""
        self.end = min(max(end, self.now - Navigator.HOURS * 3600 + self.window_s), self.now)
        self.redraw()
        self.moved.emit()

    def _navigate(self, end: float) -> None:
        self.move_to(end)

    def zoom(self, factor: float, around: float) -> None:
        """More or less time, with one moment staying in its place."""
        start, end = self.span()
        window = min(max(self.window_s * factor, 300.0), Navigator.HOURS * 3600.0)
        share = (end - around) / (end - start)
        self.window_s = window
        self.move_to(around + share * window)

    def show_cursor(self, time: float | None) -> None:
        """Put the crosshair there, or take it away."""
        self._cursor = time
        self.time_axis.show_cursor(time)
        for row in self.rows:
            row.show_cursor(time, self.data)

    def step_cursor(self, columns: int) -> None:
        """Move the crosshair by so many px."""
        start, end = self.span()
        width = max(1, self.graphics.width() - AXIS_WIDTH)
        at = self._cursor if self._cursor is not None else end
        self.show_cursor(min(max(at + columns * (end - start) / width, start), end))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Drag scrolls, wheel zooms, moving shows the crosshair; the plots themselves get no mouse."""
        span = Span(*self.span(), AXIS_WIDTH, self.now)
        width = self.graphics.width()
        if isinstance(event, QWheelEvent):
            self.zoom(0.8 if event.angleDelta().y() > 0 else 1.25, span.time(event.position().x(), width))
            return True
        if event.type() == QEvent.Type.Leave:
            self.show_cursor(None)
        if not isinstance(event, QMouseEvent):
            return False
        time = span.time(event.position().x(), width)
        if event.type() == QEvent.Type.MouseButtonPress:
            self._drag = (event.position().x(), span.end)
        elif event.type() == QEvent.Type.MouseButtonRelease:
            self._drag = None
        elif event.type() == QEvent.Type.MouseMove and self._drag is not None and event.buttons():
            x, end = self._drag
            self.move_to(end - (event.position().x() - x) / max(1, width - AXIS_WIDTH) * self.window_s)
        elif event.type() == QEvent.Type.MouseMove:
            self.show_cursor(time if time >= span.start else None)
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self.step_cursor(-4 if event.key() == Qt.Key.Key_Left else 4)
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._bed is not None:
            self.redraw()

    def set_options(self, **options: bool) -> None:
        """Which of baseline, limits and events are drawn."""
        self.options.update(options)
        self.events.shown = self.options["events"]
        self._mark_rows()
        self.redraw()

    def set_zone(self, zone: ZoneInfo) -> None:
        """The ward's time zone."""
        self._zone = zone
        for strip in (self.navigator, self.events, self.time_axis):
            strip.zone = zone

    def set_theme(self, theme: Theme) -> None:
        """The look has changed."""
        self._theme = theme
        self.graphics.setBackground(theme.tokens.bg)
        for strip in (self.navigator, *self.ribbons.values(), self.events, self.time_axis):
            strip.set_theme(theme)
        for row in self.rows:
            row.set_theme(theme)


def _usual(spec: RowSpec, bed: BedSnapshot) -> tuple[float | None, ...]:
    b = bed.baseline
    return {
        "HR": (b.hr,),
        "BP": (b.sbp, b.dbp),
        "RR": (b.rr,),
        "Temp": (b.temp,),
        "SpO₂": (b.spo2,),
        "EtCO₂": (b.etco2,),
    }[spec.label]
