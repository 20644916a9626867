"""An alarm as it was when its stage rose, beside what holds now: what has changed stands out."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from console.alarms.alarm import Account, Condition
from console.alarms.explain import told
from console.ui import account_words, wording
from console.ui.forms import clear, label
from console.ui.theme import Theme


class OnsetView(QWidget):
    """A table of reasons then and now; what differs is bold and marked with an arrow."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = theme
        self.lines: list[account_words.Line] = []
        self._shown: object = None
        self.title = label(role="title", wrap=True)
        self.told = label(wrap=True)
        self.changes = label(role="caption", wrap=True)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(10)
        self._grid.setVerticalSpacing(5)
        self._grid.setColumnStretch(0, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 10, 8, 8)
        column.setSpacing(8)
        column.addWidget(self.title)
        column.addWidget(self.changes)
        column.addLayout(self._grid)
        column.addWidget(self.told)
        column.addStretch(1)

    def show_account(self, account: Account, now: Condition | None, zone: ZoneInfo) -> None:
        """Show an account; now: what holds, None when the alarm is over."""
        if self._shown == (account, now, zone, self.theme):
            return
        self._shown = account, now, zone, self.theme
        self.title.setText(
            f"At onset {wording.clock_text(account.at, zone)}: {account_words.stage_mark(account.condition)}"
        )
        self.lines = account_words.compare(account.condition, now)
        count = sum(line.changed for line in self.lines)
        points = f"{account.condition.points} points then" + (f", {now.points} now. " if now is not None else ". ")
        over = "The alarm is over." if now is None else f"{count} of {len(self.lines)} lines have changed (→)."
        self.changes.setText(points + over)
        self.told.setText(wording.typeset(told(account.condition)))
        clear(self._grid)
        self._cells(0, ("", "Then", "Now", "Points"), head=True)
        for row, line in enumerate(self.lines, start=1):
            points = "" if line.points_then < 0 else str(line.points_then)
            if line.points_then != line.points_now and now is not None:
                points = f"{line.points_then} → {line.points_now}"
            moved = line.changed and now is not None
            shown = line.now if now is not None else account_words.GONE
            self._cells(row, (line.name, line.then, f"→ {shown}" if moved else shown, points), bold=moved)

    def _cells(self, row: int, words: tuple[str, str, str, str], *, head: bool = False, bold: bool = False) -> None:
        t = self.theme.tokens
        size = 13 if head or self.theme.compact else 14
        for column, text in enumerate(words):
            cell = label(text, wrap=column < 3)
            marked = bold and column > 1
            tint = t.muted if head else t.text if column in (0, 2) or marked else t.text_2
            cell.setStyleSheet(f"color: {tint}; font-size: {size}px; font-weight: {800 if marked else 600};")
            side = Qt.AlignmentFlag.AlignLeft if column == 0 else Qt.AlignmentFlag.AlignRight
            cell.setAlignment(side | Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(cell, row, column)
