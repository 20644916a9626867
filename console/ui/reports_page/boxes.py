"""The pieces a page is made of: each has a height and draws itself; none is ever cut in two."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QTextLayout, QTextOption

from console.alarms.alarm import Priority
from console.link.reports import Column
from console.ui.reports_page.paper import PT, Ink, face, metrics
from console.ui.theme import Weight, colour

SIZE = 8.0
PAD = 3 * PT
GAP = 5 * PT
CUT = "… cut: {} more lines do not fit a page"


@dataclass(frozen=True, slots=True)
class Text:
    """Plain text, broken into lines for one width."""

    lines: tuple[str, ...]
    points: float
    weight: Weight

    @property
    def line_height(self) -> float:
        """Of one line."""
        return metrics(self.points, self.weight).height() * 1.08

    @property
    def height(self) -> float:
        """Of all lines."""
        return len(self.lines) * self.line_height

    def draw(self, painter: QPainter, x: float, y: float, right: float | None = None) -> None:
        """Write with the painter's pen; right: edge to set lines to, None for left."""
        painter.setFont(face(self.points, self.weight))
        figures = metrics(self.points, self.weight)
        base = y + figures.ascent()
        for line in self.lines:
            left = x if right is None else right - figures.horizontalAdvance(line)
            painter.drawText(QPointF(left, base), line)
            base += self.line_height


def broken(
    text: str, width: float, points: float = SIZE, weight: Weight = Weight.MEDIUM, most: int | None = None
) -> Text:
    """Break text at words, or anywhere where a word is wider than the line. most: lines at most, the cut is said."""
    lines: list[str] = []
    for part in text.split("\n"):
        if metrics(points, weight).horizontalAdvance(part) <= width:
            lines.append(part)
        else:
            lines += _wrapped(part, width, points, weight)
    if most is not None and len(lines) > most:
        lines = [*lines[: most - 1], CUT.format(len(lines) - most + 1)]
    return Text(tuple(lines), points, weight)


def _wrapped(text: str, width: float, points: float, weight: Weight) -> Iterator[str]:
    layout = QTextLayout(text, face(points, weight))
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout.setTextOption(option)
    layout.beginLayout()
    # Qt counts in UTF-16: a character beyond the first 65,536 is two of them.
    units = text.encode("utf-16-le", "surrogatepass")
    while (line := layout.createLine()).isValid():
        line.setLineWidth(width)
        begin = 2 * line.textStart()
        yield units[begin : begin + 2 * line.textLength()].decode("utf-16-le", "replace").rstrip()
    layout.endLayout()


class Box:
    """height: in units; least: to which it may be drawn smaller. keep: never the last on a page. header: repeated above
    this box where it begins a page."""

    def __init__(self, height: float, keep: bool = False, header: Box | None = None) -> None:
        self.height = self.least = height
        self.keep = keep
        self.header = header

    def draw(self, painter: QPainter, ink: Ink, x: float, y: float) -> None:
        """Draw at a place."""

    def words(self) -> Iterator[str]:
        """What can be read in it."""
        return iter(())


class TextBox(Box):
    """A title or a paragraph. rule: length of a line below, which the title of a section has. bar: at its left."""

    def __init__(
        self, text: Text, keep: bool = False, *, before: float = 0.0, rule: float = 0.0, bar: bool = False
    ) -> None:
        super().__init__(text.height + before + 2 * PT + (2 * PAD if bar else 0), keep)
        self.is_section = rule > 0
        self._text, self._before, self._rule, self._bar = text, before, rule, bar

    def draw(self, painter: QPainter, ink: Ink, x: float, y: float) -> None:
        y += self._before
        painter.setPen(colour(ink.text))
        if self._bar:
            painter.fillRect(QRectF(x, y, 2 * PT, self._text.height + 2 * PAD), colour(ink.text))
            self._text.draw(painter, x + 7 * PT, y + PAD)
            return
        self._text.draw(painter, x, y)
        if self._rule:
            painter.setPen(QPen(colour(ink.text), 0.8 * PT))
            bottom = y + self._text.height + 1 * PT
            painter.drawLine(QPointF(x, bottom), QPointF(x + self._rule, bottom))

    def words(self) -> Iterator[str]:
        yield from self._text.lines


class Space(Box):
    """Nothing; dropped at the begin of a page."""


class PairBox(Box):
    """A name and its text."""

    def __init__(self, name: Text, text: Text, indent: float) -> None:
        super().__init__(max(name.height, text.height) + 1.5 * PT)
        self._name, self._text, self._indent = name, text, indent

    def draw(self, painter: QPainter, ink: Ink, x: float, y: float) -> None:
        painter.setPen(colour(ink.quiet))
        self._name.draw(painter, x, y)
        painter.setPen(colour(ink.text))
        self._text.draw(painter, x + self._indent, y)

    def words(self) -> Iterator[str]:
        yield from self._name.lines
        yield from self._text.lines


class RowBox(Box):
    """A row of a table, or its header. edges: left edge of each column, and the right edge of the last."""

    def __init__(
        self,
        cells: Sequence[Text],
        columns: Sequence[Column],
        edges: Sequence[float],
        *,
        header: Box | None = None,
        head: bool = False,
        priority: Priority | None = None,
        quiet: bool = False,
    ) -> None:
        super().__init__(max((cell.height for cell in cells), default=0.0) + 2 * PAD, keep=head, header=header)
        self.head = head
        self._cells, self._columns, self._edges = tuple(cells), columns, edges
        self._priority, self._quiet = priority, quiet

    def draw(self, painter: QPainter, ink: Ink, x: float, y: float) -> None:
        width = self._edges[-1]
        if self.head:
            painter.fillRect(QRectF(x, y, width, self.height), colour(ink.faint))
        for index, (cell, column) in enumerate(zip(self._cells, self._columns, strict=True)):
            left, right = x + self._edges[index] + PAD, x + self._edges[index + 1] - PAD
            painter.setPen(colour(ink.quiet if self._quiet or self.head else ink.text))
            if self._priority is not None and not column.title and cell.lines[0]:
                self._tag(painter, ink, self._priority, cell, left, y + PAD)
                continue
            cell.draw(painter, left, y + PAD, right if column.right else None)
        painter.setPen(QPen(colour(ink.text if self.head else ink.line), (0.7 if self.head else 0.35) * PT))
        painter.drawLine(QPointF(x, y + self.height), QPointF(x + width, y + self.height))

    def _tag(self, painter: QPainter, ink: Ink, priority: Priority, cell: Text, x: float, y: float) -> None:
        """The asterisks on a field of the alarm's colour."""
        colours = ink.alarm(priority)
        width = metrics(cell.points, cell.weight).horizontalAdvance(cell.lines[0]) + 6 * PT
        painter.setPen(QPen(colour(colours.edge), 0.5 * PT) if colours.edge else Qt.PenStyle.NoPen)
        painter.setBrush(colour(colours.fill))
        painter.drawRoundedRect(QRectF(x, y, width, cell.line_height), 1.5 * PT, 1.5 * PT)
        painter.setPen(colour(colours.text))
        cell.draw(painter, x + 3 * PT, y)

    def words(self) -> Iterator[str]:
        for cell in self._cells:
            yield from cell.lines
