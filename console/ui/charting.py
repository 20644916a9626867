"""What nurses chart, in the words of the screens: scales, findings, pump events. Free of Qt."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from console.ward.chart import NurseObservation, PumpEvent
from console.ward.chart import PumpEventKind as Kind
from console.ward.sedation import SEDATION, SEDATION_SCORES

MAS_GRADES: dict[str, float] = {"0": 0, "1": 1, "1+": 1.5, "2": 2, "3": 3, "4": 4}
"""Modified Ashworth scale (Bohannon and Smith 1987, Phys Ther 67:206). 1+ lies between 1 and 2 of the Ashworth scale,
in whose grades the detector specification (section 3.2) counts."""

_MAS_NOTE = re.compile(r"MAS (0|1\+|1|2|3|4)(?!\d)")
_USUAL = "usual"


def spasticity_code(grade: str, usual: str) -> str:
    """The finding behind a grade of the modified Ashworth scale, judged against the patient's usual grade.

    Two Ashworth grades or more above it: spasticity_up2; anything above it: spasticity_up1; else charted absent, so
    that an earlier rise ends. Raises KeyError for a grade that is not on the scale.
    """
    rise = MAS_GRADES[grade] - MAS_GRADES[usual]
    if rise >= 2:
        return "spasticity_up2"
    return "spasticity_up1" if rise > 0 else "no_spasticity_up1"


def mas_note(grade: str, usual: bool = False, more: str = "") -> str:
    """How a grade is written into the note of a finding, so that it can be read again."""
    words = f"MAS {grade}, {_USUAL}" if usual else f"MAS {grade}"
    return f"{words}. {more}" if more else words


def mas_grade(finding: NurseObservation) -> str:
    """The grade in the note of a finding, "" when it has none."""
    if "spasticity" not in finding.code:
        return ""
    found = _MAS_NOTE.match(finding.note)
    return found.group(1) if found else ""


def usual_grade(findings: Iterable[NurseObservation]) -> str:
    """The usual grade of this stay: what was charted as usual last, else the first grade charted, else ""."""
    graded = sorted((f for f in findings if mas_grade(f)), key=lambda f: f.at)
    said = [f for f in graded if f.note.startswith(f"MAS {mas_grade(f)}, {_USUAL}")]
    return mas_grade(said[-1]) if said else mas_grade(graded[0]) if graded else ""


YES_NO: tuple[tuple[str, str], ...] = (
    ("pruritus", "Itch, no rash"),
    ("sweating", "Sweating, gooseflesh"),
    ("rigidity", "Rigidity"),
    ("agitation", "Agitation, anxiety"),
    ("delirium", "New confusion"),
    ("hallucinations", "Hallucinations"),
    ("paraesthesia", "Tingling"),
    ("seizure", "Seizure"),
    ("hypotonia", "Limp, new low tone"),
    ("ascending_weakness", "Ascending weakness"),
    ("activity", "Activity or therapy"),
    ("oxygen_increased", "Oxygen given or raised"),
    ("probe_on_cuff_arm", "SpO₂ probe on cuff arm"),
)
"""Findings charted as present or absent: code and plain words."""


def newest(findings: Sequence[NurseObservation], item: str) -> NurseObservation | None:
    """The newest finding of an item: a code, "spasticity" or "sedation"."""
    mine = [f for f in findings if _item(f.code) == item]
    return max(mine, key=lambda f: f.at, default=None)


def _item(code: str) -> str:
    plain = code.removeprefix("no_")
    return next((item for item in ("spasticity", SEDATION) if plain.startswith(item)), plain)


def finding_text(finding: NurseObservation) -> str:
    """A charted finding in a few words: "GCS 7", "MAS 2", "Itch: yes"."""
    if finding.code in SEDATION_SCORES:
        return SEDATION_SCORES[finding.code].text
    if grade := mas_grade(finding):
        return f"MAS {grade}"
    plain = finding.code.removeprefix("no_")
    if plain.startswith("spasticity_up"):
        # Charted as a change, without a grade.
        return "Spasticity back to usual" if finding.code != plain else f"Spasticity +{plain[-1]}"
    words = dict(YES_NO).get(plain, plain.replace("_", " ").capitalize())
    return f"{words.partition(',')[0]}: {'no' if finding.code.startswith('no_') else 'yes'}"


@dataclass(frozen=True, slots=True)
class EventForm:
    """How a pump event is charted. ask_percent: the size of a change; ask_confirmed: whether a person has confirmed
    that the pump delivers."""

    kind: Kind
    text: str
    ask_percent: bool = False
    ask_confirmed: bool = False


EVENT_GROUPS: tuple[tuple[str, tuple[EventForm, ...]], ...] = (
    (
        "Delivery stopped",
        (
            EventForm(Kind.PUMP_STOPPED, "Stopped"),
            EventForm(Kind.PUMP_STALL, "Motor stall"),
            EventForm(Kind.EMPTY_RESERVOIR, "Reservoir empty"),
            EventForm(Kind.END_OF_SERVICE, "Battery end"),
            EventForm(Kind.CRITICAL_ALARM, "Critical pump alarm"),
            EventForm(Kind.EXPLANT, "Removed"),
            EventForm(Kind.PUMP_STOPPED_OVERDOSE, "Stopped for overdose"),
        ),
    ),
    ("Under-delivery", (EventForm(Kind.LOW_RESERVOIR_ALARM, "Low reservoir"),)),
    (
        "Repaired or checked",
        (
            EventForm(Kind.RESTORED, "Delivery restored", ask_confirmed=True),
            EventForm(Kind.REFILL, "Refilled", ask_confirmed=True),
            EventForm(Kind.PUMP_REPLACED, "Pump replaced", ask_confirmed=True),
            EventForm(Kind.CATHETER_REVISION, "Catheter revised", ask_confirmed=True),
            EventForm(Kind.INTERROGATED_OK, "Interrogated, runs", ask_confirmed=True),
        ),
    ),
    (
        "Dose",
        (
            EventForm(Kind.DOSE_INCREASE, "Dose increased", ask_percent=True),
            EventForm(Kind.DOSE_DECREASE, "Dose decreased", ask_percent=True),
            EventForm(Kind.CONCENTRATION_CHANGE, "New concentration"),
            EventForm(Kind.BOLUS, "Intrathecal bolus"),
        ),
    ),
    ("Examinations", (EventForm(Kind.MRI, "MRI"), EventForm(Kind.DYE_STUDY, "Dye study"))),
    (
        "Medicines by mouth or vein",
        (
            EventForm(Kind.ORAL_BACLOFEN_DOSE, "Baclofen by mouth"),
            EventForm(Kind.ORAL_BACLOFEN_OMITTED, "Baclofen omitted"),
            EventForm(Kind.IV_BACLOFEN_DOSE, "Baclofen by vein"),
            EventForm(Kind.OPIOID_DOSE, "Opioid"),
            EventForm(Kind.BENZODIAZEPINE_DOSE, "Benzodiazepine"),
            EventForm(Kind.PROPOFOL_DOSE, "Propofol"),
            EventForm(Kind.ANTIPSYCHOTIC_DOSE, "Antipsychotic"),
        ),
    ),
)
"""Every event of the detector specification, section 2, in the ward's words."""

_EVENT_TEXT = {form.kind: form.text for _, forms in EVENT_GROUPS for form in forms}

MEDICINES = frozenset(
    {
        Kind.ORAL_BACLOFEN_DOSE,
        Kind.ORAL_BACLOFEN_OMITTED,
        Kind.IV_BACLOFEN_DOSE,
        Kind.OPIOID_DOSE,
        Kind.BENZODIAZEPINE_DOSE,
        Kind.PROPOFOL_DOSE,
        Kind.ANTIPSYCHOTIC_DOSE,
    }
)
"""Drawn as a medicine, not as a pump event."""


def kind_text(kind: Kind) -> str:
    """A sort of pump event in a few words."""
    return _EVENT_TEXT[kind]


def event_text(event: PumpEvent) -> str:
    """A charted pump event in a few words: "Dose decreased 30 %"."""
    text = kind_text(event.kind)
    return text if event.percent is None else f"{text} {event.percent:g} %"
