"""What nurses have charted and what of it still stands.

Detector specification, section 3.2 and 4.2. Decisions: the two spasticity codes are one item (tone), and so are the
four sedation codes: the newest score replaces the older one, also a higher one. A sedation score of 3 or 4 keeps its
points after its four hours, so that the stage is held, and `sedation_overdue` says that it may raise nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

from console.alarms.rules import FindingRules
from console.alarms.rules_withdrawal import FindingPoints
from console.ward.chart import FINDING_CODES, NurseObservation

MAXIMUM_ENTRIES = 500
TONE = ("spasticity_up1", "spasticity_up2")
SEDATION = "sedation_poss"
TONE_ITEMS = ("rigidity", "spasticity_up2", "spasticity_up1")
SINGLE_ITEMS = ("pruritus", "sweating", "paraesthesia", "agitation", "hallucinations", "delirium", "seizure")
HYPERTHERMIC_COMPANY = frozenset({"rigidity", "delirium", "hallucinations", "seizure"})


@dataclass(frozen=True, slots=True)
class ActiveFindings:
    """What stands at one moment. charted_at: engine time of the entry behind each standing code.

    points: sum for detector W, capped. sedation: POSS 0 (not charted) to 4.
    """

    charted_at: dict[str, float]
    points: int = 0
    sedation: int = 0
    sedation_overdue: bool = False
    hypotonia: bool = False
    itch_or_tone: bool = False
    seizure: bool = False
    with_fever: bool = False
    activity: bool = False
    oxygen: bool = False


def item_of(code: str) -> str:
    """The scale a code belongs to: codes of one item replace each other."""
    code = code.removeprefix("no_")
    if code.startswith(SEDATION):
        return SEDATION
    return "tone" if code in TONE else code


class FindingsChart:
    """The findings of one patient. Recomputed only when one is charted or ends."""

    def __init__(self, rules: FindingRules, points: FindingPoints) -> None:
        self._rules = rules
        self._points = points
        self._entries: list[NurseObservation] = []
        self._active = ActiveFindings({})
        self._valid_until = -inf

    def chart(self, finding: NurseObservation) -> None:
        """Take a finding. Raises ValueError for a code nobody knows."""
        if finding.code.removeprefix("no_") not in FINDING_CODES:
            raise ValueError(f"'{finding.code}' is not a finding; known are {', '.join(FINDING_CODES)}")
        self._entries.append(finding)
        self._entries.sort(key=lambda e: e.at)
        del self._entries[:-MAXIMUM_ENTRIES]
        self._valid_until = -inf

    def strike(self, entry_id: str) -> bool:
        """Take back a finding by its id; True when there was one."""
        left = [e for e in self._entries if e.id != entry_id]
        if len(left) == len(self._entries):
            return False
        self._entries = left
        self._valid_until = -inf
        return True

    @property
    def valid_until(self) -> float:
        """Engine time until which what `active` last gave stays the same."""
        return self._valid_until

    def active(self, now: float) -> ActiveFindings:
        """What stands at `now`."""
        if now >= self._valid_until:
            self._active = self._compute(now)
        return self._active

    def minutes(self, code: str) -> int:
        """How long a code stands, in minutes."""
        if code.startswith(SEDATION):
            return self._rules.sedation_min
        own = {
            "seizure": self._rules.seizure_min,
            "activity": self._rules.activity_min,
            "oxygen_increased": self._rules.oxygen_min,
        }
        return own.get(code, self._rules.stands_min)

    def _compute(self, now: float) -> ActiveFindings:
        newest: dict[str, NurseObservation] = {}
        following = inf
        for entry in self._entries:
            at = entry.at.timestamp()
            if at > now:
                following = min(following, at)
                continue
            newest[item_of(entry.code)] = entry
        standing: dict[str, float] = {}
        overdue = False
        for entry in newest.values():
            if entry.code.startswith("no_"):
                continue
            at = entry.at.timestamp()
            end = at + self.minutes(entry.code) * 60
            if now < end:
                following = min(following, end)
                standing[entry.code] = at
            elif entry.code in ("sedation_poss3", "sedation_poss4"):
                overdue = True
                standing[entry.code] = at
        self._valid_until = following
        return self._describe(standing, overdue)

    def _describe(self, standing: dict[str, float], overdue: bool) -> ActiveFindings:
        sedation = next((int(code[-1]) for code in standing if code.startswith(SEDATION)), 0)
        tone = next((code for code in TONE_ITEMS if code in standing), None)
        total = sum(getattr(self._points, code) for code in SINGLE_ITEMS if code in standing)
        total += getattr(self._points, tone) if tone else 0
        return ActiveFindings(
            charted_at=standing,
            points=min(self._points.cap, total),
            sedation=sedation,
            sedation_overdue=overdue,
            hypotonia="hypotonia" in standing or "ascending_weakness" in standing,
            itch_or_tone=tone is not None or "pruritus" in standing,
            seizure="seizure" in standing,
            with_fever=bool(HYPERTHERMIC_COMPANY & standing.keys()),
            activity="activity" in standing,
            oxygen="oxygen_increased" in standing,
        )

    def points_of(self, code: str) -> int:
        """Points a code brings to detector W by itself."""
        return int(getattr(self._points, code, 0))
