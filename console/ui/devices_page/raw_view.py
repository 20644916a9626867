"""The raw traffic of a line: time, direction, hex and text, as it comes. Pausing holds the view and nothing else."""

from __future__ import annotations

import time
from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut, QSyntaxHighlighter, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from console.link.devices import Chunk
from console.ui import wording
from console.ui.devices_page import raw_log
from console.ui.devices_page.raw_log import RawLog
from console.ui.elided import ElidedLabel
from console.ui.forms import button, label
from console.ui.theme import GAP, Theme, Weight, colour, font

ABOUT = "Seconds since the line opened · ← from the device · → to the device"


class _Columns(QSyntaxHighlighter):
    """Dulls the time and the text column; bytes the console sent have the colour of interaction."""

    def __init__(self, view: QPlainTextEdit, theme: Theme) -> None:
        super().__init__(view.document())
        self._theme = theme

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.rehighlight()

    def highlightBlock(self, text: str) -> None:
        tokens = self._theme.tokens
        sent = len(text) > raw_log.ARROW_AT and text[raw_log.ARROW_AT] == "→"
        self._dye(0, raw_log.ARROW_AT, tokens.muted)
        self._dye(raw_log.ARROW_AT, raw_log.TEXT_AT - raw_log.ARROW_AT, tokens.interaction if sent else tokens.text)
        self._dye(raw_log.TEXT_AT, len(text) - raw_log.TEXT_AT, tokens.interaction if sent else tokens.text_2)

    def _dye(self, start: int, length: int, name: str) -> None:
        if length > 0:
            made = QTextCharFormat()
            made.setForeground(colour(name))
            self.setFormat(start, length, made)


class RawView(QWidget):
    """Shows the newest 2000 rows. show_chunks: what the line holds now, oldest first."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._log = RawLog()
        self._paused_at: float | None = None
        self.text = QPlainTextEdit()
        self.pause = button("Pause view", checkable=True)
        self.state = ElidedLabel(ABOUT, wide=True)
        self._columns = _Columns(self.text, theme)
        self._lay_out()
        self.set_theme(theme)
        self.pause.toggled.connect(self._pause)
        shortcut = QShortcut(QKeySequence("Ctrl+P"), self)
        shortcut.setContext(Qt.ShortcutContext.WindowShortcut)
        shortcut.activated.connect(self.pause.toggle)

    def _lay_out(self) -> None:
        self.text.setReadOnly(True)
        self.text.setUndoRedoEnabled(False)
        self.text.setMaximumBlockCount(raw_log.ROWS)
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setTabChangesFocus(True)
        self.text.setAccessibleName("Raw traffic of the line")
        self.text.setMinimumHeight(60)
        self.state.setProperty("role", "caption")
        self.pause.setAccessibleDescription("Holds this view only; charting and recording go on")
        head = QHBoxLayout()
        head.setSpacing(GAP)
        head.addWidget(label("As received", "title"))
        head.addWidget(self.state, 1)
        head.addWidget(self.pause)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(head)
        column.addWidget(self.text, 1)

    def set_theme(self, theme: Theme) -> None:
        """The look has changed."""
        self.text.setFont(font(12 if theme.compact else 13, Weight.MEDIUM, mono=True))
        self.text.setStyleSheet(
            f"QPlainTextEdit {{ font-family: 'DejaVu Sans Mono'; font-size: {12 if theme.compact else 13}px;"
            f" font-weight: 500; background: {theme.tokens.sunk}; padding: 4px 6px; }}"
        )
        self._columns.set_theme(theme)

    def clear(self) -> None:
        """Another line is looked at."""
        self._log.clear()
        self.text.clear()
        self.pause.setChecked(False)

    def show_chunks(self, chunks: Sequence[Chunk]) -> None:
        """Add what is new. A view that is scrolled back stays where it is."""
        if self._paused_at is not None:
            waited = wording.age_text(time.monotonic() - self._paused_at)
            self.state.setText(f"VIEW PAUSED {waited} · charting, alarms and recording go on")
            return
        change = self._log.take(chunks)
        if not change.replaced and not change.added:
            return
        bar = self.text.verticalScrollBar()
        at_end = bar.value() >= bar.maximum() - 1
        if change.replaced:
            last = QTextCursor(self.text.document().lastBlock())
            last.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
            last.insertText(change.replaced)
        if change.added:
            self.text.appendPlainText("\n".join(change.added))
        if at_end:
            bar.setValue(bar.maximum())

    def _pause(self, on: bool) -> None:
        self._paused_at = time.monotonic() if on else None
        self.pause.setText("Go live" if on else "Pause view")
        self.state.setText("VIEW PAUSED 0:00 · charting, alarms and recording go on" if on else ABOUT)
