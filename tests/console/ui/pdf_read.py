"""Reads a PDF back with Qt's own PDF reader (PDFium)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QBuffer, QIODevice
from PySide6.QtPdf import QPdfDocument


@contextmanager
def opened(pdf: bytes) -> Iterator[QPdfDocument]:
    """The document behind the bytes."""
    buffer, document = QBuffer(), QPdfDocument()
    buffer.setData(pdf)
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    document.load(buffer)
    try:
        yield document
    finally:
        document.close()
        buffer.close()


def texts(pdf: bytes) -> list[str]:
    """The text of each page."""
    with opened(pdf) as document:
        return [document.getAllText(page).text() for page in range(document.pageCount())]
