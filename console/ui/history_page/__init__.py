"""Every alarm that was, who answered it and how fast."""

from __future__ import annotations

from console.link.snapshot import WardSnapshot
from console.ui.page import Page


class HistoryPage(Page):
    """Every alarm that was, who answered it and how fast."""

    title = "Alarm history"

    def show_ward(self, snapshot: WardSnapshot, now: float) -> None:
        """Follow the ward."""
