"""All keys on one docked sheet."""

from __future__ import annotations

from PySide6.QtWidgets import QFormLayout, QVBoxLayout

from console.link.link import Link
from console.link.snapshot import WardSnapshot
from console.ui.forms import button, label
from console.ui.page import DockedSheet
from console.ui.theme import Theme

KEYS = (
    ("F1 to F10", "The pages, in the order of their tabs"),
    ("Arrows", "Move between beds"),
    ("Enter", "Open the bed"),
    ("Esc", "Close the sheet, back to the ward; never acknowledges"),
    ("A", "Acknowledge the most urgent alarm of the bed"),
    ("1 to 7", "Reason, while the acknowledge sheet is open"),
    ("O", "Chart an observation"),
    ("P", "Chart a pump event"),
    ("K", "Pump card of the patient"),
    ("L", "Limits of the patient"),
    ("R", "Report of the patient, on the bed page"),
    ("S", "Sort the ward by priority, or by bed"),
    ("Space", "Pause alarm sound for 2 minutes"),
    ("1 to 6", "Time window, on the bed page"),
    ("N, B", "Next alarm and the one before, in the history; also Ctrl+Down and Ctrl+Up"),
    ("+ and −", "Less and more time, on the timeline of the history"),
    ("Ctrl+P", "Pause the view of the bed page"),
    ("Home", "Go live"),
    ("Ctrl+U", "Sign in, change person, patients as initials"),
    ("F11", "Full screen"),
    ("?", "This list"),
)


class KeysSheet(DockedSheet):
    """Read only."""

    def __init__(self, link: Link, user: str, theme: Theme) -> None:
        super().__init__(link, user, theme)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        column.addWidget(label("All keys", "title"))
        rows = QFormLayout()
        rows.setVerticalSpacing(10)
        rows.setHorizontalSpacing(20)
        for key, act in KEYS:
            rows.addRow(label(key), label(act, wrap=True))
        column.addLayout(rows)
        column.addStretch(1)
        close = button("Close   Esc")
        close.clicked.connect(self.closed)
        column.addWidget(close)

    def open_for(self, subject: str) -> None:
        """The list is the same for every bed."""

    def show_ward(self, snapshot: WardSnapshot, now: float) -> None:
        """Nothing in it changes."""
