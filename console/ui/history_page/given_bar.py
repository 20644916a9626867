"""Tells that another page has chosen the alarms, and leads back to one's own choice."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QHBoxLayout

from console.ui.elided import ElidedLabel
from console.ui.forms import button


class GivenBar(QFrame):
    """Hidden while the person's own filters apply."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        self.text = ElidedLabel(wide=True)
        self.all_again = button("Show all", "choice")
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 4, 4, 4)
        row.addWidget(self.text, 1)
        row.addWidget(self.all_again)
        self.hide()
