"""Feeds: HL7 listeners and their senders, stored messages, unknown codes and places, and trying a listener out."""

from console.ui.feeds_page.page import FeedsPage

__all__ = ["FeedsPage"]
