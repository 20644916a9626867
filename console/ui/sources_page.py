"""Every source and listener, problems first: what it sends, what was wrong with it, and since when."""

from __future__ import annotations

from console.link.link import Link
from console.link.snapshot import WardSnapshot
from console.ui.page import Page
from console.ui.theme import Theme


class SourcesPage(Page):
    """Read only: sources are added in the configuration file, whose name is given."""

    title = "Devices"

    def __init__(self, link: Link, user: str, theme: Theme, config_file: str) -> None:
        super().__init__(link, user, theme)
        self._config_file = config_file

    def show_ward(self, snapshot: WardSnapshot, now: float) -> None:
        """Follow the ward."""
