"""Admission of a patient to a bed, with what is known of the pump."""

from console.ui.admit_page.page import AdmitPage

__all__ = ["AdmitPage"]
