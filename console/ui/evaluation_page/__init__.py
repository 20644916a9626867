"""The page of alarm rules: what changed ones would have done on the ward's own days, and the way into force."""

from console.ui.evaluation_page.page import EvaluationPage

__all__ = ["EvaluationPage"]
