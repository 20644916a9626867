"""The ceilings of the process industry beside the ward's figures.

They hold for one operator at one console who has nothing else to do. A nurse has: they are ceilings, never goals.
"""

from __future__ import annotations

from dataclasses import dataclass

from console.link.analysis import Benchmark, Figures, Measure, Verdict

ISA = "ANSI/ISA-18.2-2016, EEMUA 191"
AS_CITED = "as commonly cited from ANSI/ISA-18.2-2016; look into the edition before relying on it"


@dataclass(frozen=True, slots=True)
class _Ceiling:
    """target: within; most: above the target, but no more than can be managed (None: there is no such band). least: the
    figure has to be at least the target."""

    target: float
    words: str
    source: str
    most: float | None = None
    least: bool = False

    def verdict(self, value: float) -> Verdict:
        """Where a figure stands."""
        if value >= self.target if self.least else value <= self.target:
            return Verdict.WITHIN
        if self.least:
            return Verdict.UNDER
        return Verdict.ABOVE if self.most is not None and value <= self.most else Verdict.OVER


_CEILINGS = {
    Measure.PER_TEN_MINUTES: _Ceiling(1, "at most 1, manageable up to 2", ISA, most=2),
    Measure.PER_HOUR: _Ceiling(6, "at most 6, manageable up to 12", AS_CITED, most=12),
    Measure.PER_DAY: _Ceiling(150, "at most 150, manageable up to 300", AS_CITED, most=300),
    Measure.PEAK: _Ceiling(10, "at most 10", ISA),
    Measure.FLOOD_SHARE: _Ceiling(0.01, "at most 1 %", AS_CITED),
    Measure.TOP_TEN: _Ceiling(0.05, "at most 5 %", AS_CITED),
    Measure.CHATTERING: _Ceiling(0, "none", AS_CITED),
    Measure.FLEETING: _Ceiling(0, "none", AS_CITED),
    Measure.STALE: _Ceiling(4, "fewer than 5", AS_CITED),
    Measure.HIGH_SHARE: _Ceiling(0.05, "about 5 %", AS_CITED),
    Measure.MEDIUM_SHARE: _Ceiling(0.15, "about 15 %", AS_CITED),
    Measure.LOW_SHARE: _Ceiling(0.80, "about 80 %", AS_CITED, least=True),
}


def benchmarks(figures: Figures) -> tuple[Benchmark, ...]:
    """Every ceiling with the figure beside it."""
    found = []
    for measure, ceiling in _CEILINGS.items():
        value = figures.value(measure)
        verdict = Verdict.NONE if value is None else ceiling.verdict(value)
        found.append(Benchmark(measure, value, ceiling.words, verdict, ceiling.source))
    return tuple(found)
