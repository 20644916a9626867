"""Six figures over all alarms of the filter; they come after the table and never hold it up."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from console.store.records import HistoryFigures
from console.ui import wording
from console.ui.forms import label

FIGURES = (
    "Alarms",
    "Median response ***",
    "Median response **",
    "Longest unanswered",
    "Technical share",
    "Limit alarms under 30 s",
)
COMING = "…"


class FigureStrip(QFrame):
    """The head of the page."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        self.values = [label("–") for _ in FIGURES]
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 8, 8, 8)
        for name, value in zip(FIGURES, self.values, strict=True):
            value.setObjectName("figure")
            column = QVBoxLayout()
            column.setSpacing(0)
            column.addWidget(label(name, "caption"))
            column.addWidget(value)
            row.addLayout(column, 1)

    def set_size(self, pixels: int) -> None:
        """How tall the figures are."""
        self.setStyleSheet(f"QLabel#figure {{ font-size: {pixels}px; font-weight: 800; }}")

    def coming(self) -> None:
        """Those of another filter are no longer true."""
        for value in self.values:
            value.setText(COMING)

    def unknown(self) -> None:
        """They cannot be had."""
        for value in self.values:
            value.setText("?")

    def show_figures(self, found: HistoryFigures) -> None:
        """All six."""
        texts = (
            f"{found.total:,}",
            _duration(found.median_response_high_s),
            _duration(found.median_response_medium_s),
            _duration(found.longest_unanswered_s),
            f"{found.technical_share * 100:.0f} %" if found.total else "–",
            f"{found.short_limit_alarms:,}" if found.total else "–",
        )
        for value, text in zip(self.values, texts, strict=True):
            value.setText(text)


def _duration(seconds: float | None) -> str:
    return "–" if seconds is None else wording.age_text(seconds)
