"""Reports on screen, on paper and as PDF."""

from console.ui.reports_page.page import ReportsPage

__all__ = ["ReportsPage"]
