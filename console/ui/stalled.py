"""What stands over the whole width while nobody judges the alarms."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from console.ui.theme import Theme

STALLED = "***  Engine does not answer. Pattern alarms are not working. Watch the bedside monitors."


class StalledBanner(QLabel):
    """Hidden while the engine publishes."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(STALLED)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.hide()
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """The look has changed."""
        high = theme.tokens.high
        self.setStyleSheet(
            f"background: {high.fill}; color: {high.text}; font-size: 22px; font-weight: 800; padding: 10px;"
        )
