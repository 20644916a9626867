"""Every alarm that was: a table that fills as it is scrolled, figures, and the course of the chosen one."""

from console.ui.history_page.page import HistoryPage

__all__ = ["HistoryPage"]
