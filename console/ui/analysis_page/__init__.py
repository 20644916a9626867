"""The page of the analysis: what the ward's alarms come to, beside the benchmarks and the week before."""

from console.ui.analysis_page.page import AnalysisPage

__all__ = ["AnalysisPage"]
