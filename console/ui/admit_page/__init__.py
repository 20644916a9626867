"""Admission of a patient to a bed, with what is known of the pump."""

from __future__ import annotations

from console.link.snapshot import WardSnapshot
from console.ui.page import Page


class AdmitPage(Page):
    """Admission of a patient to a bed, with what is known of the pump."""

    title = "Admit"

    def show_ward(self, snapshot: WardSnapshot, now: float) -> None:
        """Follow the ward."""
