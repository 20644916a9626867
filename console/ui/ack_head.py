"""The upper part of the acknowledge sheet: which alarm, where, since when, and the values behind it."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from console.alarms.alarm import Alarm, Presence, Priority
from console.link.snapshot import BedSnapshot
from console.ui import account_words, wording
from console.ui.forms import label
from console.ui.limit_words import passed_limit
from console.ui.patient_words import shown_name
from console.ui.theme import PREFIX, Theme
from console.ui.wall.cells import DASHES, CellView, cell_views
from console.ui.wall.staleness import bed_liveness
from console.ward.source import Liveness

MOST_VALUES = 4


class AlarmHead(QFrame):
    """A block in the colours of the alarm: bed, name, what, since when. It is steady: the tile beside it flashes."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("alarm_head")
        self._stars = label()
        self._bed = label()
        self._name = label()
        self.what = label(wrap=True)
        self.since = label(wrap=True)
        row = QHBoxLayout()
        row.setSpacing(12)
        for part in (self._stars, self._bed, self._name):
            row.addWidget(part)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 8, 16, 12)
        column.setSpacing(3)
        column.addLayout(row)
        column.addWidget(self.what)
        column.addWidget(self.since)
        self._look: tuple[Theme, Priority, bool] | None = None

    def show_alarm(self, alarm: Alarm, bed: BedSnapshot | None, now: float, zone: ZoneInfo, theme: Theme) -> None:
        """The alarm as it stands."""
        self._dress(theme, alarm.priority, alarm.acknowledged is not None)
        self._stars.setText(PREFIX[alarm.priority])
        self._bed.setText(wording.bed_words(alarm.bed) if alarm.bed else "This console")
        patient = bed.patient if bed is not None else None
        self._name.setText(shown_name(patient.name, theme.initials) if patient is not None else "")
        self.what.setText(wording.alarm_text(alarm))
        self.since.setText(" · ".join(_since(alarm, bed, now, zone)))
        self.setAccessibleName(f"{self._bed.text()}, {self.what.text()}, {self.since.text()}")

    def _dress(self, theme: Theme, priority: Priority, answered: bool) -> None:
        if self._look == (theme, priority, answered):
            return
        self._look = theme, priority, answered
        t, a = theme.tokens, theme.tokens.alarm(priority)
        fill, text = (t.raised, a.outline) if answered else (a.fill, a.text)
        edge = a.outline if answered else a.edge or a.fill
        self.setStyleSheet(
            f"QFrame#alarm_head {{ background: {fill}; border: 2px solid {edge}; }} QLabel {{ color: {text}; }}"
        )
        layout = self.layout()
        if layout is not None:
            layout.setContentsMargins(16, 2, 16, 6) if theme.compact else layout.setContentsMargins(16, 8, 16, 12)
        parts = (self._stars, self._bed, self._name, self.what, self.since)
        sizes = (30, 22, 16, 17, 14) if theme.compact else (38, 28, 19, 20, 15)
        for part, px, weight in zip(parts, sizes, (800, 800, 700, 800, 600), strict=True):
            part.setStyleSheet(f"color: {text}; font-size: {px}px; font-weight: {weight};")


def _since(alarm: Alarm, bed: BedSnapshot | None, now: float, zone: ZoneInfo) -> list[str]:
    words = [f"since {wording.clock_text(alarm.stepped_at, zone, seconds=True)}"]
    if alarm.presence is Presence.LATCHED and alarm.ended_at is not None:
        words.append(f"ended {wording.clock_text(alarm.ended_at, zone)}, not seen")
    else:
        words.append(wording.unanswered_text(alarm, now) or wording.age_text(now - alarm.since))
    view = bed.pattern(alarm.condition.kind) if bed is not None else None
    if alarm.condition.kind.is_pattern:
        most = f" of {view.max_points}" if view is not None else ""
        words.append(f"{alarm.condition.points}{most} points")
    if alarm.condition.held:
        words.append(account_words.held_words(alarm.condition, zone))
    return words


class AlarmValues(QWidget):
    """The values that contribute, at most four: label, value, and the limit that is passed."""

    def __init__(self) -> None:
        super().__init__()
        self._cells: list[tuple[QLabel, QLabel, QLabel]] = []
        grid = self._grid = QGridLayout(self)
        grid.setSpacing(2)
        for column in range(MOST_VALUES):
            parts = (label(), label(), label())
            for row, part in enumerate(parts):
                grid.addWidget(part, row, column)
            self._cells.append(parts)

    def show_values(
        self, alarm: Alarm, bed: BedSnapshot | None, now: float, zone: ZoneInfo, theme: Theme, speed: float
    ) -> None:
        """Newest values of the alarm's parameters; grey and said to be old when they are not live."""
        views: list[CellView] = []
        if bed is not None:
            whole = bed_liveness(bed, now, speed)
            members = alarm.condition.parameters
            views = [v for v in cell_views(bed, whole, now, zone, speed) if v.parameter in members and not v.never]
        margin = 2 if theme.compact else 8
        self._grid.setContentsMargins(16, margin, 16, margin)
        shown = [*views, *[None] * MOST_VALUES][:MOST_VALUES]
        for column, (parts, view) in enumerate(zip(self._cells, shown, strict=True)):
            _fill(parts, view, bed, theme)
            # Two pressures in one cell need the room of one and a half.
            self._grid.setColumnStretch(column, 15 if view is not None and len(view.text) > 5 else 10)
        self.setVisible(bool(views))


def _fill(parts: tuple[QLabel, QLabel, QLabel], view: CellView | None, bed: BedSnapshot | None, theme: Theme) -> None:
    name, value, limit = parts
    if view is None or bed is None:
        for part in parts:
            part.setText("")
        return
    t = theme.tokens
    tint = t.muted if view.stale or view.text == DASHES else t.parameter(view.parameter)
    name.setText(view.label)
    value.setText(view.text)
    limit.setText(_limit_words(view, bed))
    _style(name, f"color: {tint}; font-size: 13px; font-weight: 700;")
    _style(value, f"color: {tint}; font-size: {21 if len(view.text) > 5 else 26}px; font-weight: 800;")
    _style(limit, f"color: {t.text}; font-size: 13px; font-weight: 700;")


def _style(part: QLabel, style: str) -> None:
    if part.styleSheet() != style:
        part.setStyleSheet(style)


def _limit_words(view: CellView, bed: BedSnapshot) -> str:
    if view.liveness is Liveness.NO_DATA:
        return "no data"
    if view.stale:
        return "not live"
    reading = bed.reading(view.parameter)
    passed = None if reading is None else passed_limit(bed, reading)
    arrow = {1: "▲", -1: "▼", 0: ""}[view.arrow]
    if passed is None:
        return arrow
    return f"{arrow} {wording.value_text(view.parameter, passed)}"
