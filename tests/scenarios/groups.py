"""The groups of virtual patients: what is the matter with each, and how he is watched."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Group:
    """One kind of patient. crisis: "", "withdrawal" or "overdose". hours: (least, most) from the first sign to the
    full picture. pump: "quiet", "unknown" or an event. frequent: of artefact bursts a day, on 1 to 3 channels."""

    name: str
    crisis: str = ""
    hours: tuple[float, float] = (0.0, 0.0)
    pump: str = "quiet"
    usual_known: bool = True
    fever: bool = False
    activity: int = 0
    artefacts: int = 2
    oxygen: bool = False
    apnoeas: bool = False
    capnography: bool = False
    sparse: bool = False
    blunted: bool = False
    hypotensive: bool = False
    normothermic: bool = False


GRADUAL_H = 4.0
"""A withdrawal that takes at least so long from the first sign to the full picture counts as gradual."""

SLOW, FAST = (6.0, 16.0), (1.0, 3.0)

GROUPS = (
    Group("stable"),
    Group("stable, pump unknown, no usual values", pump="unknown", usual_known=False),
    Group("stable, sparse cuff and temperature", sparse=True),
    Group("stable, artefact bursts", artefacts=14),
    Group("stable on oxygen", oxygen=True),
    Group("sleep apnoea", apnoeas=True),
    Group("activity", activity=5),
    Group("infection with fever", fever=True),
    Group("infection with fever after refill", fever=True, pump="refill"),
    Group("withdrawal, ramped", "withdrawal", SLOW, "pump_stall"),
    Group("withdrawal, abrupt", "withdrawal", FAST, "pump_stall"),
    Group("withdrawal, catheter fault unknown to all", "withdrawal", SLOW),
    Group("withdrawal, blunted by beta blocker", "withdrawal", SLOW, "pump_stall", blunted=True),
    Group("withdrawal, hypotensive", "withdrawal", SLOW, "pump_stall", hypotensive=True),
    Group("withdrawal, normothermic", "withdrawal", SLOW, "pump_stall", normothermic=True),
    Group("withdrawal, sparse cuff and temperature", "withdrawal", SLOW, "unknown", sparse=True, usual_known=False),
    Group("overdose, ramped", "overdose", (2.0, 6.0), "dose_increase"),
    Group("overdose, abrupt", "overdose", (0.3, 1.0), "refill"),
    Group("overdose on oxygen", "overdose", (2.0, 6.0), "refill", oxygen=True),
    Group("overdose with capnography", "overdose", (2.0, 6.0), "restored", capnography=True),
    Group("overdose, hypotensive", "overdose", (1.0, 4.0), "refill", hypotensive=True),
    Group("overdose, artefact bursts", "overdose", (1.0, 4.0), "unknown", artefacts=14, usual_known=False),
)
