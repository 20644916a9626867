"""Names of segments and fields of the HL7 standard, from the reference tables of hl7apy; loaded at the first question,
which is asked off the thread of the screen."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from hl7apy import SUPPORTED_LIBRARIES, load_library

NEWEST = "2.6"
"""Whose names are used for a message of a version that hl7apy does not know."""

_OF_VERSION = re.compile(r"2(\.\d){1,2}", re.ASCII)

# HL7 v2.6, titles of the chapters on the segments; hl7apy has none.
SEGMENTS = {
    "AL1": "allergy",
    "DG1": "diagnosis",
    "ERR": "error",
    "EVN": "event type",
    "MRG": "merged patient",
    "MSA": "message acknowledgement",
    "MSH": "message header",
    "NK1": "next of kin",
    "NTE": "notes and comments",
    "OBR": "observation request",
    "OBX": "observation result",
    "ORC": "common order",
    "PD1": "additional demographics",
    "PID": "patient identification",
    "PRT": "participation",
    "PV1": "patient visit",
    "PV2": "patient visit, more",
    "QPD": "query parameters",
    "QRD": "query definition",
    "QRF": "query filter",
    "RCP": "response control",
    "SFT": "software",
    "SPM": "specimen",
    "TQ1": "timing and quantity",
}


def segment_title(name: str) -> str:
    """ "patient visit" for PV1, "of the sender's own" for a Z segment, "" for one that is not known."""
    return SEGMENTS.get(name, "of the sender's own" if name.startswith("Z") else "")


def field_name(version: str, segment: str, number: int) -> str:
    """ "observation value" for OBX-5; "" where the standard has no such field."""
    return _names(version if _OF_VERSION.fullmatch(version) else NEWEST).get(f"{segment}_{number}", "")


@lru_cache(maxsize=16)
def _names(version: str) -> dict[str, str]:
    fields: dict[str, Any] = load_library(version if version in SUPPORTED_LIBRARIES else NEWEST).FIELDS
    return {key: str(told[3]).replace("_", " ").lower() for key, told in fields.items()}
