"""Names and texts in two columns that scroll: rewritten in place, made anew only when there are others."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from console.ui.forms import clear, label


def breakable(text: str) -> str:
    """The text with places, invisible on the screen, at which long names of ports and files may break."""
    return "".join(f"{c}\u200b" if c in "/_-:." else c for c in text)


class FactsView(QScrollArea):
    """facts: what is shown."""

    def __init__(self) -> None:
        super().__init__()
        self.facts: dict[str, str] = {}
        self.texts: dict[str, QLabel] = {}
        self._grid = QGridLayout()
        self._grid.setColumnStretch(1, 1)
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(6)
        content = QWidget()
        outer = QVBoxLayout(content)
        outer.setContentsMargins(0, 0, 8, 0)
        outer.addLayout(self._grid)
        outer.addStretch(1)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Facts of the source")
        self.setWidget(content)

    def show_facts(self, facts: dict[str, str]) -> None:
        """Bring the texts up to date."""
        if list(facts) != list(self.facts):
            clear(self._grid)
            self.texts = {}
            for row, name in enumerate(facts):
                self.texts[name] = label(wrap=True)
                self._grid.addWidget(label(name, "muted"), row, 0, Qt.AlignmentFlag.AlignTop)
                self._grid.addWidget(self.texts[name], row, 1)
        for name, text in facts.items():
            self.texts[name].setText(breakable(text))
        self.facts = facts
