"""The process that prints: `python -m console.ui.reports_page.print_process`, a question in JSON on standard input.

Behind the line of a print question stands the report, pickled by the console that started this process.
"""

from __future__ import annotations

import json
import pickle
import sys
from typing import Any

from console.link.reports import Report

NO_PRINTER = (
    "No printer is set up on this computer. Printing needs a print system (on Debian: apt install cups libcups2) "
    "with a printer in it; until then save the report as PDF."
)


def main() -> int:
    """One question, one answer on standard output."""
    question: dict[str, str] = json.loads(sys.stdin.buffer.readline())
    try:
        from PySide6 import QtPrintSupport
        from PySide6.QtWidgets import QApplication
    except ImportError as error:
        return _answer({"error": f"Printing lacks a library of this computer: {error}."})
    application = QApplication([])
    if question["act"] == "look":
        info = QtPrintSupport.QPrinterInfo
        first = info.defaultPrinterName()
        names = sorted(info.availablePrinterNames(), key=lambda name: (name != first, name))
        return _answer({"names": names, "error": "" if names else NO_PRINTER})
    printer = QtPrintSupport.QPrinter(QtPrintSupport.QPrinter.PrinterMode.HighResolution)
    if question["printer"] not in QtPrintSupport.QPrinterInfo.availablePrinterNames():
        return _answer({"error": f"The printer {question['printer']} is not there any more."})
    printer.setPrinterName(question["printer"])
    problem = print_report(printer, pickle.loads(sys.stdin.buffer.read()), question["paper"])
    del application
    return _answer({"error": problem})


def print_report(printer: Any, report: Report, paper_name: str) -> str:
    """Lay out and paint; "" when the printer has taken it. printer: a QPrinter."""
    from PySide6.QtGui import QPainter

    from console.ui.reports_page.flow import lay_out
    from console.ui.reports_page.paper import PAPERS, UNITS_PER_INCH
    from console.ui.reports_page.sheet import page_layout, paint
    from console.ui.reports_page.steps import finished

    document = finished(lay_out(report, next(p for p in PAPERS if p.name == paper_name)))
    printer.setFullPage(True)
    printer.setPageLayout(page_layout(document.paper))
    printer.setDocName(f"Ward Console: {report.title}")
    painter = QPainter()
    if not painter.begin(printer):
        return "The printer takes nothing now. Look at it, or choose another one."
    # Whole pixels of the printer for tenths of a point of ours.
    painter.scale(printer.logicalDpiX() / UNITS_PER_INCH, printer.logicalDpiY() / UNITS_PER_INCH)
    finished(paint(printer, painter, document))
    return "" if painter.end() else "The print system did not take the whole report."


def _answer(told: dict[str, object]) -> int:
    print(json.dumps(told), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
