"""One page of a laid-out report: the head and the foot that every page has, and its content."""

from __future__ import annotations

from collections.abc import Generator

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QPointF, QRectF
from PySide6.QtGui import QPagedPaintDevice, QPageLayout, QPageSize, QPainter, QPdfWriter, QPen

from console.ui.reports_page.boxes import Text, broken
from console.ui.reports_page.flow import Document
from console.ui.reports_page.paper import FOOT, HEAD, MARGIN, ON_PAPER, PT, UNITS_PER_INCH, Ink, Paper, metrics
from console.ui.theme import Weight, colour

DEMO = "DEMO"


def draw_page(painter: QPainter, document: Document, index: int, ink: Ink) -> None:
    """Draw a page in units of the paper; the painter's origin is the corner of the sheet."""
    paper = document.paper
    _head(painter, document, ink)
    painter.save()
    for y, box in document.pages[index].placed:
        box.draw(painter, ink, paper.left, paper.top + y)
    painter.restore()
    _foot(painter, document, index, ink)


def head_lines(document: Document) -> tuple[Text, Text, Text]:
    """(title and ward, who or what it is about, when and by whom it was made): on every page."""
    report, width = document.report, document.paper.inner_width
    mark = 46 * PT if report.demo else 0
    title = broken(f"{report.ward} · {report.title}", width - mark, 9, Weight.SEMIBOLD, most=1)
    subject = broken(report.subject, width, 11.5, Weight.BOLD, most=2)
    by = f" by {report.made_by}" if report.made_by else ""
    made = broken(f"Made {document.made}{by} · all times {report.zone}", width, 7.5, most=1)
    return title, subject, made


def _head(painter: QPainter, document: Document, ink: Ink) -> None:
    paper, (title, subject, made) = document.paper, head_lines(document)
    painter.setPen(colour(ink.quiet))
    title.draw(painter, paper.left, MARGIN)
    y = MARGIN + title.height
    painter.setPen(colour(ink.text))
    subject.draw(painter, paper.left, y)
    painter.setPen(colour(ink.quiet))
    made.draw(painter, paper.left, y + subject.height)
    painter.setPen(QPen(colour(ink.text), 1 * PT))
    line = MARGIN + HEAD - 5 * PT
    painter.drawLine(QPointF(paper.left, line), QPointF(paper.width - MARGIN, line))
    if document.report.demo:
        tag = Text((DEMO,), 10, Weight.EXTRABOLD)
        width = metrics(10, Weight.EXTRABOLD).horizontalAdvance(DEMO) + 8 * PT
        field = QRectF(paper.width - MARGIN - width, MARGIN, width, tag.height + 1 * PT)
        painter.setPen(QPen(colour(ink.text), 1 * PT))
        painter.drawRect(field)
        tag.draw(painter, field.left() + 4 * PT, field.top() + 0.5 * PT)


def _foot(painter: QPainter, document: Document, index: int, ink: Ink) -> None:
    paper = document.paper
    y = paper.height - MARGIN - FOOT + 8 * PT
    painter.setPen(QPen(colour(ink.line), 0.5 * PT))
    painter.drawLine(QPointF(paper.left, y), QPointF(paper.width - MARGIN, y))
    number = Text((f"page {index + 1} of {len(document.pages)}",), 8, Weight.SEMIBOLD)
    painter.setPen(colour(ink.text))
    number.draw(painter, paper.left, y + 3 * PT, paper.width - MARGIN)
    room = paper.inner_width - 70 * PT
    painter.setPen(colour(ink.quiet))
    broken(document.report.sentence, room, 7.5, most=2).draw(painter, paper.left, y + 3 * PT)


def page_layout(paper: Paper) -> QPageLayout:
    """The whole sheet; our margins lie within."""
    return QPageLayout(QPageSize(paper.size), QPageLayout.Orientation.Portrait, QMarginsF(0, 0, 0, 0))


def paint(device: QPagedPaintDevice, painter: QPainter, document: Document) -> Generator[None, None, None]:
    """Every page onto a device of pages whose painter is open; yields after each."""
    for index in range(len(document.pages)):
        if index:
            device.newPage()
        draw_page(painter, document, index, ON_PAPER)
        yield


def pdf_of(document: Document) -> Generator[None, None, bytes]:
    """The document as the bytes of a PDF, with text that can be selected and its fonts inside; yields after each page.
    Returns b"" when Qt cannot make it."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setResolution(UNITS_PER_INCH)
    writer.setPageLayout(page_layout(document.paper))
    writer.setTitle(f"{document.report.title}, {document.report.ward}")
    writer.setCreator("Ward Console")
    painter = QPainter()
    if not painter.begin(writer):
        return b""
    try:
        yield from paint(writer, painter, document)
    finally:
        painter.end()
    return bytes(buffer.data().data())
