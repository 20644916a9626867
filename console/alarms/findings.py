"""What nurses have charted and what of it still stands.

Detector specification, section 3.2 and 4.2. Decisions:
* The two spasticity codes are one item (tone), and so are all sedation scores of whatever scale: the newest replaces
  the older one, also a deeper one. They measure one thing, and the deepest of several would hold an emergency on a
  patient who has woken and was scored by another nurse on another scale.
* The scales are read as levels of POSS. Of AVPU, P (reacts to pain alone) counts as 4 like U: the specification names
  only U for the emergency but gives P the points of POSS 4, and a patient no voice can wake may not wait.
* A score of level 3 or 4 keeps its points after its four hours, so that the stage is held, and `sedation_overdue` says
  that it may raise nothing.
* A RASS of +1 or more says restless or agitated: it counts as charted agitation, as long as the score stands and
  nobody charts agitation absent after it. A calm RASS ends such agitation; what was charted as agitation itself stays.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from math import inf

from console.alarms.rules import FindingRules
from console.alarms.rules_withdrawal import FindingPoints
from console.ward.chart import FINDING_CODES, NurseObservation
from console.ward.sedation import SEDATION, SEDATION_SCORES, SedationScale, SedationScore

MAXIMUM_ENTRIES = 500
TONE = ("spasticity_up1", "spasticity_up2")
TONE_ITEMS = ("rigidity", "spasticity_up2", "spasticity_up1")
SINGLE_ITEMS = ("pruritus", "sweating", "paraesthesia", "agitation", "hallucinations", "delirium", "seizure")
HYPERTHERMIC_COMPANY = frozenset({"rigidity", "delirium", "hallucinations", "seizure"})
DEEP = 3
"""Level from which a patient counts as sedated (POSS 3)."""

_AVPU_LEVELS = {"A": 1, "V": 3, "P": 4, "U": 4}
_POSS_LEVELS = {"S": 1, "1": 1, "2": 2, "3": 3, "4": 4}


def sedation_level(score: SedationScore, rules: FindingRules) -> int:
    """The level of POSS a score stands for, 1 to 4; asleep and easy to rouse, awake, calm and agitated are all 1."""
    if score.scale is SedationScale.POSS:
        return _POSS_LEVELS[score.score]
    if score.scale is SedationScale.AVPU:
        return _AVPU_LEVELS[score.score]
    sedated, unrousable = rules.gcs_sedated, rules.gcs_unrousable
    if score.scale is SedationScale.RASS:
        sedated, unrousable = rules.rass_sedated, rules.rass_unrousable
    if score.number <= unrousable:
        return 4
    return 3 if score.number <= sedated else 1


@dataclass(frozen=True, slots=True)
class ActiveFindings:
    """What stands at one moment. charted_at: engine time of the entry behind each standing code.

    points: sum for detector W, capped. sedation: level of POSS, 0 (not charted) to 4, of the newest score, whose code
    is sedation_code. same_arm: the SpO2 probe sits on the limb of the cuff.
    """

    charted_at: dict[str, float]
    points: int = 0
    sedation: int = 0
    sedation_code: str = ""
    sedation_overdue: bool = False
    hypotonia: bool = False
    itch_or_tone: bool = False
    seizure: bool = False
    with_fever: bool = False
    activity: bool = False
    oxygen: bool = False
    same_arm: bool = False


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

    def copied(self) -> FindingsChart:
        """The same entries in a chart of its own, for judging an earlier time again."""
        chart = copy(self)
        chart._entries, chart._valid_until = list(self._entries), -inf
        return chart

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
            elif self._level(entry.code) >= DEEP:
                overdue = True
                standing[entry.code] = at
        self._add_agitation(standing, newest)
        self._valid_until = following
        return self._describe(standing, overdue)

    def _level(self, code: str) -> int:
        score = SEDATION_SCORES.get(code)
        return 0 if score is None else sedation_level(score, self._rules)

    def _add_agitation(self, standing: dict[str, float], newest: dict[str, NurseObservation]) -> None:
        """A RASS above 0 that stands is agitation, unless agitation was charted absent after it."""
        for code, at in tuple(standing.items()):
            score = SEDATION_SCORES.get(code)
            if score is None or score.scale is not SedationScale.RASS or score.number <= 0:
                continue
            said = newest.get("agitation")
            if said is None or said.at.timestamp() <= at or not said.code.startswith("no_"):
                standing.setdefault("agitation", at)

    def _describe(self, standing: dict[str, float], overdue: bool) -> ActiveFindings:
        sedation = next((code for code in standing if code in SEDATION_SCORES), "")
        tone = next((code for code in TONE_ITEMS if code in standing), None)
        total = sum(getattr(self._points, code) for code in SINGLE_ITEMS if code in standing)
        total += getattr(self._points, tone) if tone else 0
        return ActiveFindings(
            charted_at=standing,
            points=min(self._points.cap, total),
            sedation=self._level(sedation),
            sedation_code=sedation,
            sedation_overdue=overdue,
            hypotonia="hypotonia" in standing or "ascending_weakness" in standing,
            itch_or_tone=tone is not None or "pruritus" in standing,
            seizure="seizure" in standing,
            with_fever=bool(HYPERTHERMIC_COMPANY & standing.keys()),
            activity="activity" in standing,
            oxygen="oxygen_increased" in standing,
            same_arm="probe_on_cuff_arm" in standing,
        )

    def points_of(self, code: str) -> int:
        """Points a code brings to detector W by itself."""
        return int(getattr(self._points, code, 0))
