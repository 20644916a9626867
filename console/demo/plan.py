"""Who lies in which bed of the demonstration ward, and which device speaks for him: made by a pure function."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from console.demo.scenarios import Scenario, load

SURNAMES = (
    "Alder", "Birch", "Cedar", "Dune", "Ember", "Fjord", "Gale", "Heron", "Inlet", "Juniper", "Kelp", "Larch", "Moss",
    "Nettle", "Osprey", "Pebble", "Quartz", "Reed", "Sage", "Thistle", "Umber", "Vale", "Willow", "Yarrow",
)  # fmt: skip

SPECIAL_STORIES: tuple[tuple[str, str], ...] = (
    ("severe_withdrawal", "dri_s5"),
    ("overdose_after_refill", "ivy_ansarb"),
    ("early_withdrawal", "hl7"),
    ("sensor_off", "masimo_ascii1"),
    ("cable_pulled", "ivy_ansarb"),
    ("septic_lookalike", "hl7"),
)
"""The stories worth watching and the device that tells each, in the order in which a small ward gets them."""

PLACES_OF_16 = (7, 9, 3, 5, 12, 6)
"""Where the stories lie on a ward of 8 beds or more: spread over the wall, not in its first row."""

STABLE_DEVICES = ("dri_s5", "hl7", "intellivue_mib", "nellcor_ascii", "ivy_ansarb", "masimo_ascii1")

OXIMETERS = ("masimo_ascii1", "nellcor_ascii")
"""They watch neither heart rate nor pressure: their beds also have a monitor on the gateway."""


@dataclass(frozen=True, slots=True)
class DemoBed:
    """One bed of the plan. devices: driver names, or "hl7" for the monitor gateway; empty: nobody lies there.

    admitted False: a monitor is connected and nobody has been admitted yet.
    """

    bed: str
    name: str = ""
    patient_id: str = ""
    story: str = ""
    devices: tuple[str, ...] = ()
    seed: int = 0
    offsets: Mapping[str, float] = field(default_factory=dict)
    admitted: bool = True

    def scenario(self) -> Scenario:
        """The story told in this bed."""
        return load(self.story).shifted(self.offsets)

    def location(self) -> str:
        """Where the monitor gateway says the bed is (PV1-3)."""
        return f"W^^{self.bed}"


def plan_ward(beds: int) -> tuple[DemoBed, ...]:
    """A ward of 1 to 64 beds. From 8 beds on the last is empty, from 16 on one patient is not admitted yet."""
    if not 1 <= beds <= 64:
        raise ValueError(f"{beds} beds; a demonstration has 1 to 64")
    places = _story_places(beds)
    plan = []
    for number in range(1, beds + 1):
        bed = f"{number:02d}"
        if beds >= 8 and number == beds:
            plan.append(DemoBed(bed))
            continue
        story, device = places.get(number, ("stable", STABLE_DEVICES[number % len(STABLE_DEVICES)]))
        plan.append(
            DemoBed(
                bed=bed,
                name=_name(number),
                patient_id=f"T-{1000 + number}",
                story=story,
                devices=_devices(device),
                seed=number,
                offsets=_offsets(number) if story == "stable" else {},
                admitted=not (beds >= 16 and number == beds - 3),
            )
        )
    return tuple(plan)


def _story_places(beds: int) -> dict[int, tuple[str, str]]:
    if beds < 12:
        return dict(enumerate(SPECIAL_STORIES[:beds], start=1))
    return dict(zip(PLACES_OF_16, SPECIAL_STORIES, strict=True))


def _devices(device: str) -> tuple[str, ...]:
    return (device, "hl7") if device in OXIMETERS else (device,)


def _name(number: int) -> str:
    surname = SURNAMES[(number - 1) % len(SURNAMES)]
    again = (number - 1) // len(SURNAMES)
    return f"Test {surname}" + (f" {'ABC'[again - 1]}" if again else "")


def _offsets(number: int) -> dict[str, float]:
    """Usual values differ between people: a fixed spread by bed number."""
    return {
        "hr": float((number * 7) % 19 - 9),
        "rr": float((number * 5) % 5 - 2),
        "spo2": float(-(number % 3)),
        "etco2": float((number * 3) % 6 - 3),
        "sbp": float((number * 11) % 25 - 12),
        "dbp": float((number * 11) % 13 - 6),
        "temp": ((number * 3) % 7 - 3) / 10,
    }
