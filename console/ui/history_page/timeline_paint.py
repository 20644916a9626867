"""How the timeline is painted: lanes, axis, what is counted, bars, pump events, lines. Nothing here is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QPen, QPixmap, QPolygonF

from console.alarms.alarm import Priority
from console.store.timeline_records import Timeline
from console.ui import charting
from console.ui.history_page import lanes as ln
from console.ui.history_page import time_window as tw
from console.ui.history_page.layer import Layer
from console.ui.theme import Theme, Weight, colour, font

if TYPE_CHECKING:
    from console.ui.history_page.timeline_view import TimelineView

LABEL = 78
AXIS = 24


def paint(painter: QPainter, view: TimelineView) -> None:
    """All of it."""
    painter.fillRect(view.rect(), colour(view.theme.tokens.sunk))
    area = QRectF(LABEL, 0, view.plot_width, view.height() - AXIS)
    _lanes(view, painter, area)
    _axis(view, painter, area)
    painter.save()
    painter.setClipRect(area)
    _unread(view, painter, area)
    if (made := view.layer()) is not None:
        picture, window = made
        left = LABEL + view.window_.x(window.start, view.plot_width)
        painter.drawPixmap(QPointF(left - LABEL, -view.scrolled), picture)
    _lines(view, painter, area)
    painter.restore()


def _lanes(view: TimelineView, painter: QPainter, area: QRectF) -> None:
    t, height = view.theme.tokens, view.lane_height()
    painter.setFont(font(min(14.0, max(11.0, height - 1)), Weight.BOLD))
    for index, bed in enumerate(view.lanes()):
        top = index * height - view.scrolled
        if top + height <= 0 or top >= area.bottom():
            continue
        painter.save()
        painter.setClipRect(QRectF(0, 0, area.right(), area.bottom()))
        chosen = view.chosen is not None and view.chosen.bed == bed
        if chosen:
            painter.fillRect(QRectF(0, top, area.right(), height), colour(t.interaction_fill))
        elif index % 2:
            painter.fillRect(QRectF(LABEL, top, area.width(), height), colour(t.panel))
        painter.setPen(colour(t.text if bed else t.text_2))
        name = painter.fontMetrics().elidedText(bed or "Console", Qt.TextElideMode.ElideRight, LABEL - 10)
        painter.drawText(QRectF(4, top, LABEL - 8, height), Qt.AlignmentFlag.AlignVCenter, name)
        painter.restore()


def _axis(view: TimelineView, painter: QPainter, area: QRectF) -> None:
    t = view.theme.tokens
    painter.fillRect(QRectF(0, area.bottom(), view.width(), AXIS), colour(t.panel))
    painter.setFont(font(12.5, Weight.SEMIBOLD))
    for tick in tw.axis(view.window_, area.width(), view.zone):
        x = view.x_of(tick.time)
        painter.setPen(QPen(colour(t.line_strong if tick.strong else t.line), 1))
        painter.drawLine(QPointF(x, 0), QPointF(x, area.bottom() + 4))
        width = painter.fontMetrics().horizontalAdvance(tick.text)
        # At the edges the words stay whole.
        left = min(max(x - width / 2, area.left() - 20), view.width() - width - 2)
        painter.setPen(colour(t.text if tick.strong else t.text_2))
        painter.drawText(QRectF(left, area.bottom() + 3, width + 2, AXIS - 4), Qt.AlignmentFlag.AlignVCenter, tick.text)


def _unread(view: TimelineView, painter: QPainter, area: QRectF) -> None:
    """Hatch what has not been read yet, and shade what the table leaves out and what is still to come."""
    t, window = view.theme.tokens, view.window_
    hatch = QBrush(colour(t.line_strong), Qt.BrushStyle.BDiagPattern)
    read = view.timeline
    unread = [(window.start, window.end)]
    if read is not None:
        unread = [(window.start, read.start.timestamp()), (max(window.start, read.end.timestamp()), view.now)]
    for start, end in unread:
        if end > start:
            painter.fillRect(QRectF(view.x_of(start), 0, view.x_of(end) - view.x_of(start), area.bottom()), hatch)
    first, last = view.table_span
    shade = colour(t.line, 0.5)
    if first is not None and first > window.start:
        painter.fillRect(QRectF(LABEL, 0, view.x_of(first) - LABEL, area.bottom()), shade)
    if last is not None and last < window.end:
        x = view.x_of(last)
        painter.fillRect(QRectF(x, 0, area.right() - x, area.bottom()), shade)


def counted(timeline: Timeline, lanes: tuple[str, ...], height: int, theme: Theme) -> QImage:
    """The counted alarms as a picture, SUB px a bucket."""
    t = theme.tokens
    colours = {p: QColor(t.alarm(p).past).rgba() for p in Priority}
    pixels = ln.density(timeline.counts, lanes, height, colours, QColor(t.text).rgba())
    rows, columns = pixels.shape
    # A copy, so that the image keeps its own memory.
    return QImage(pixels.tobytes(), columns, rows, 4 * columns, QImage.Format.Format_ARGB32).copy()


def paint_layer(layer: Layer) -> QPixmap:
    """All alarms and events of a layer."""
    picture = QPixmap(*layer.size)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    if layer.counted is not None:
        _counts(layer, painter, layer.counted)
    else:
        _bars(layer, painter)
    _events(layer, painter)
    painter.end()
    return picture


def _counts(layer: Layer, painter: QPainter, image: QImage) -> None:
    if image.isNull():
        return
    timeline, buckets = layer.timeline, image.width() / ln.SUB
    left, right = layer.x_of(timeline.first), layer.x_of(timeline.first + buckets * timeline.bucket_s)
    # Squeezed while the next answer is on its way: smoothed, so that no column is left out.
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, (right - left) < image.width())
    painter.drawImage(QRectF(left, 0, right - left, image.height()), image)


def _bars(layer: Layer, painter: QPainter) -> None:
    painter.setFont(font(11.5, Weight.EXTRABOLD))
    for bed, groups in layer.groups().items():
        top = layer.top.get(bed)
        if top is None:
            continue
        # Low first, high last: what is urgent is never painted over.
        drawn = [g for g in groups if g.right >= 0 and g.left <= layer.plot_width]
        for group in sorted(drawn, key=lambda g: g.top.priority):
            _group(layer, painter, group, top)
        ends = [*(group.left for group in drawn[1:]), layer.plot_width]
        for group, end in zip(drawn, ends, strict=False):
            if len(group.bars) > 1:
                _number(layer, painter, group, top, end - group.left)


def _group(layer: Layer, painter: QPainter, group: ln.Group, top: float) -> None:
    t, bar, height = layer.theme.tokens, group.top, layer.lane_height
    colours = t.alarm(bar.priority)
    there = any(b.ended_at is None and b.priority is bar.priority for b in group.bars)
    tall = max(3.0, (height - 2) * ln.SHARE[bar.priority])
    left = max(group.left, -4.0)
    box = QRectF(LABEL + left, top + height - 1 - tall, min(group.right, layer.plot_width + 4) - left, tall)
    painter.fillRect(box, colour(colours.fill if there else colours.past))
    if any(b.kind.is_pattern for b in group.bars):
        # A pattern is framed: told from a limit by its shape.
        painter.setPen(QPen(colour(t.text), 1.4))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(box.adjusted(-1, -0.5, 0.5, 0.5))
    if layer.chosen is not None and any(b.alarm_id == layer.chosen.alarm_id for b in group.bars):
        painter.setPen(QPen(colour(t.interaction), 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(QRectF(box.left() - 3, top + 1, box.width() + 6, height - 2))


def _number(layer: Layer, painter: QPainter, group: ln.Group, top: float, free: float) -> None:
    """How many alarms a bar stands for: a figure where there is room, else a tick on its top."""
    t, text, height = layer.theme.tokens, str(len(group.bars)), layer.lane_height
    width = painter.fontMetrics().horizontalAdvance(text) + 4
    place = QRectF(LABEL + min(group.right, group.left + 4) + 1, top, width, min(13.0, height))
    if height >= 13 and free >= width + 6 and group.right - group.left < 8:
        painter.setPen(colour(t.text))
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, text)
    else:
        painter.fillRect(QRectF(LABEL + group.left, top, 4.0, 2.0), colour(t.text))


def _events(layer: Layer, painter: QPainter) -> None:
    t = layer.theme.tokens
    half = min(3.0 if layer.counted is not None else 5.0, layer.lane_height / 2 - 1)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setPen(QPen(colour(t.bg), 1))
    painter.setBrush(colour(t.text))
    for event in layer.timeline.events:
        top, x = layer.top.get(event.bed), layer.x_of(event.at)
        if top is None or not LABEL - 6 <= x <= layer.size[0]:
            continue
        y = top + half + 1
        if event.kind in charting.MEDICINES:
            painter.drawRect(QRectF(x - half + 1, y - half + 1, 2 * half - 2, 2 * half - 2))
        else:
            around = ((x, y - half), (x + half, y), (x, y + half), (x - half, y))
            painter.drawPolygon(QPolygonF([QPointF(a, b) for a, b in around]))


def _lines(view: TimelineView, painter: QPainter, area: QRectF) -> None:
    t = view.theme.tokens
    if view.window_.start <= view.now <= view.window_.end:
        x = view.x_of(view.now)
        painter.setPen(QPen(colour(t.text_2), 1, Qt.PenStyle.DotLine))
        painter.drawLine(QPointF(x, 0), QPointF(x, area.bottom()))
    if view.pointer is not None and view.pointer.x() >= LABEL:
        painter.setPen(QPen(colour(t.text), 1))
        painter.drawLine(QPointF(view.pointer.x(), 0), QPointF(view.pointer.x(), area.bottom()))
    if view.hasFocus():
        painter.setPen(QPen(colour(t.interaction), 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(area.adjusted(1, 1, -1, -1))
