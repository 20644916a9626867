"""The cells right of the charts: the value now, its unit, its limit, its distance from the baseline."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from console.alarms.alarm import Priority
from console.link.snapshot import BedSnapshot, Reading
from console.ui import wording
from console.ui.charts.spec import RowSpec
from console.ui.limit_words import off_words, passed_limit
from console.ui.theme import NO_VALUE, RADIUS, Theme, Weight, colour, font
from console.ui.wall.staleness import bed_liveness, reading_liveness
from console.ward.source import Liveness
from drivers.observation import Parameter

P = Parameter
WIDTH = 205
TALL, LOW = 74, 46
"""Heights in px above which a cell has room for three lines, and below which it has room for one."""

LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
RIGHT_BOTTOM = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell, ready to paint. frame: priority of the alarm it contributes to. arrow: -1, 0, 1.
    mark: that its limits were changed or switched off for this patient."""

    label: str
    unit: str
    value: str
    token: str
    live: bool
    note: str
    arrow: int = 0
    limit: str = ""
    base: str = ""
    mark: str = ""
    frame: Priority | None = None
    big: bool = True


def cell(spec: RowSpec, bed: BedSnapshot, now: float, speed: float, clock: str) -> Cell:
    """What the numeral of a row says. clock: time of a cuff reading in the ward's zone, "" for others."""
    parameter = next((p for p in spec.parameters if bed.reading(p) is not None), spec.parameters[0])
    reading = bed.reading(parameter)
    frame = max((a.priority for a in bed.alarms if parameter in a.condition.parameters), default=None)
    label = f"{'NIBP' if parameter is P.NIBP_SYS else spec.label}{f' {clock}' if clock else ''}"
    if parameter is P.PR:
        label = "PR"
    mark = _mark(bed, parameter)
    if reading is None or reading.value is None:
        note = "no data" if reading is not None else "not received"
        return Cell(label, spec.unit, NO_VALUE, spec.token, False, note, mark=mark, big=spec.height > 80, frame=frame)
    live, note = _liveness(reading, bed, now, speed)
    dia = bed.reading(P.NIBP_DIA if parameter is P.NIBP_SYS else P.ART_DIA)
    value = wording.value_text(parameter, reading.value)
    if spec.label == "BP" and dia is not None and dia.value is not None:
        value += "/" + wording.value_text(dia.parameter, dia.value)
    if note == NO_VALUE:
        value, note = NO_VALUE, "no data"
    bound = passed_limit(bed, reading)
    return Cell(
        label=label,
        unit=spec.unit,
        value=value,
        token=spec.token,
        live=live,
        note=note,
        arrow=reading.breach,
        limit="" if bound is None else f"{bound:g}",
        base=_base(spec, bed, reading),
        mark=mark,
        frame=frame,
        big=spec.height > 80,
    )


def _mark(bed: BedSnapshot, parameter: Parameter) -> str:
    """What a person has changed of the limits here; "" while the ward's apply."""
    if bed.limits is None or not bed.limits.changed(parameter):
        return ""
    return off_words(bed.limits, parameter) or "● limits"


def _liveness(reading: Reading, bed: BedSnapshot, now: float, speed: float) -> tuple[bool, str]:
    """Whether it may look live, and the words when not; NO_VALUE when the number itself must go."""
    judged = reading_liveness(reading, bed_liveness(bed, now, speed), now, speed)
    if judged is Liveness.NO_DATA:
        return False, NO_VALUE
    if judged is Liveness.LATE:
        return False, f"NOT LIVE · {wording.old_text(now - reading.stamp)} old"
    return True, ""


def _base(spec: RowSpec, bed: BedSnapshot, reading: Reading) -> str:
    b = bed.baseline
    usual = {"HR": b.hr, "BP": b.sbp, "RR": b.rr, "Temp": b.temp, "SpO₂": b.spo2, "EtCO₂": b.etco2}[spec.label]
    if usual is None or reading.value is None:
        return ""
    change = reading.value - usual
    if spec.label == "BP":
        dia = f"/{b.dbp:.0f}" if b.dbp is not None else ""
        return f"base {usual:.0f}{dia} · {100 * change / usual:+.0f} %"
    return f"base {usual:.{spec.decimals}f} · {change:+.{spec.decimals}f}"


class Numerals(QWidget):
    """Paints the cells at the heights of the rows."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = theme
        self._cells: list[tuple[Cell, float, float]] = []
        self.setFixedWidth(WIDTH)

    def show_cells(self, cells: list[tuple[Cell, float, float]]) -> None:
        """Each with top and height in px."""
        if cells != self._cells:
            self._cells = cells
            self.setAccessibleName(
                ", ".join(f"{c.label} {c.value} {c.unit} {c.note} {c.mark}".strip() for c, _, _ in cells)
            )
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for content, top, height in self._cells:
            self._paint(painter, content, QRectF(2, top + 1, self.width() - 4, height - 2))

    def _paint(self, painter: QPainter, content: Cell, box: QRectF) -> None:
        self._frame(painter, content, box)
        inner = box.adjusted(12, 4, -12, -4)
        self._words(painter, content, inner)
        if content.big and inner.height() > TALL:
            size = 36.0 if len(content.value) > 5 else min(50.0, inner.height() - 34)
            self._value(painter, content, inner, size, LEFT)
            self._limit(painter, content, inner, f"{_arrow(content)} {content.limit}", RIGHT_BOTTOM)
        elif inner.height() > LOW:
            below = inner.adjusted(0, 16, 0, 0)
            self._value(painter, content, below, min(30.0, inner.height() - 16), LEFT)
            self._limit(painter, content, below, f"{_arrow(content)} {content.limit}", RIGHT_BOTTOM)
        else:
            # No room for two lines: the value stands beside its name.
            room = inner.width() - 24 - (26 if content.arrow else 0)
            size = min(26.0, inner.height(), room / (0.62 * len(content.value)))
            self._value(painter, content, inner.adjusted(0, 0, -26 if content.arrow else 0, 0), size, RIGHT)
            self._limit(painter, content, inner, _arrow(content), RIGHT)

    def _frame(self, painter: QPainter, content: Cell, box: QRectF) -> None:
        """Ground and edge: the colour of the alarm it contributes to, a hatch where the value is not live."""
        t = self.theme.tokens
        edge = QPen(colour(t.line))
        if content.live and content.frame is not None:
            edge = QPen(colour(t.alarm(content.frame).outline), 2.5)
        painter.setBrush(colour(t.panel))
        painter.setPen(edge)
        painter.drawRoundedRect(box, RADIUS, RADIUS)
        if not content.live:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QBrush(colour(t.line), Qt.BrushStyle.BDiagPattern))
            painter.drawRoundedRect(box, RADIUS, RADIUS)

    def _words(self, painter: QPainter, content: Cell, inner: QRectF) -> None:
        """Name, unit, and the distance from the baseline or why the value is not live."""
        t = self.theme.tokens
        foot = content.note or content.base
        painter.setPen(self._tint(content))
        painter.setFont(font(13.5, Weight.BOLD))
        label = content.label if inner.height() > LOW else content.label.split(" ")[0].removeprefix("NI")
        if content.mark and inner.height() <= LOW:
            label += " off" if content.mark.endswith("OFF") else " ●"
        painter.drawText(inner, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, label)
        painter.setPen(colour(t.text_2))
        painter.setFont(font(12, Weight.SEMIBOLD))
        top = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop
        if content.big and inner.height() > TALL:
            painter.drawText(inner, top, content.mark or content.unit)
            painter.drawText(inner, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom, foot)
        elif content.mark and not content.note and inner.height() > LOW:
            painter.drawText(inner, top, content.mark)
        elif inner.height() > LOW and (self.width() > 190 or content.note):
            painter.drawText(inner, top, foot or content.unit)

    def _value(self, painter: QPainter, content: Cell, room: QRectF, size: float, align: Qt.AlignmentFlag) -> None:
        painter.setPen(self._tint(content))
        painter.setFont(font(size, Weight.BOLD))
        painter.drawText(room, align, content.value)

    def _limit(self, painter: QPainter, content: Cell, room: QRectF, words: str, align: Qt.AlignmentFlag) -> None:
        """The arrow and, where there is room, the limit it goes beyond; nothing for a value that is not live."""
        if not (content.arrow and content.live):
            return
        painter.setPen(colour(self.theme.tokens.text))
        painter.setFont(font(16, Weight.BOLD))
        painter.drawText(room, align, words)

    def _tint(self, content: Cell) -> QColor:
        t = self.theme.tokens
        return colour(getattr(t, content.token) if content.live else t.muted)


def _arrow(content: Cell) -> str:
    return "▲" if content.arrow > 0 else "▼"
