"""The scales by which nurses score sedation. Plain data; how deep a score is, the alarm rules say.

POSS: Pasero opioid-induced sedation scale (Pasero and McCaffery 2002), made for unintended sedation and so the first
choice. RASS: Richmond agitation-sedation scale (Sessler 2002). GCS: Glasgow coma scale, the sum (Teasdale and Jennett
1974). AVPU: alert, voice, pain, unresponsive.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

SEDATION = "sedation"
"""The item all scores belong to: what every code begins with."""


class SedationScale(StrEnum):
    """A scale as wards call it."""

    POSS = "POSS"
    RASS = "RASS"
    GCS = "GCS"
    AVPU = "AVPU"


@dataclass(frozen=True, slots=True)
class SedationScore:
    """One score. score: as it is written ("S", "-4", "7", "P"); words: what it means, "" where the number says it."""

    scale: SedationScale
    score: str
    words: str = ""

    @property
    def code(self) -> str:
        """The code of the finding, such as sedation_poss3, sedation_rass-4, sedation_gcs7, sedation_avpup."""
        return f"{SEDATION}_{self.scale.value.lower()}{self.score.lower()}"

    @property
    def shown(self) -> str:
        """The score with a true minus sign."""
        return self.score.replace("-", "−")

    @property
    def text(self) -> str:
        """Scale and score: "GCS 7"."""
        return f"{self.scale.value} {self.shown}"

    @property
    def number(self) -> int:
        """The score of RASS or GCS as a number. Raises ValueError for a letter."""
        return int(self.score)


_POSS = {"S": "asleep", "1": "awake", "2": "drowsy", "3": "drifts off", "4": "somnolent"}
_RASS = {
    "+4": "combative",
    "+3": "aggressive",
    "+2": "agitated",
    "+1": "restless",
    "0": "calm",
    "-1": "drowsy",
    "-2": "light",
    "-3": "moderate",
    "-4": "deep",
    "-5": "unrousable",
}
_AVPU = {"A": "alert", "V": "voice", "P": "pain", "U": "unresponsive"}

SEDATION_SCORES: dict[str, SedationScore] = {
    score.code: score
    for score in (
        *(SedationScore(SedationScale.POSS, mark, words) for mark, words in _POSS.items()),
        *(SedationScore(SedationScale.RASS, mark, words) for mark, words in _RASS.items()),
        *(SedationScore(SedationScale.GCS, str(total)) for total in range(15, 2, -1)),
        *(SedationScore(SedationScale.AVPU, mark, words) for mark, words in _AVPU.items()),
    )
}
"""Every score by its code, in the order of a sheet."""
