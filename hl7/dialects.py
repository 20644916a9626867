"""Which dialect a message is written in, and what it is about: for people who look at a feed, never to decide a value.

What a row means is decided by its code, name and unit alone (`hl7.nomenclature`): senders are renamed, codes are not.
"""

from __future__ import annotations

import re

from hl7.alerts import PDS_HEARTBEAT, PDS_PATIENT, is_pds, may_hold_alerts, pds_class
from hl7.nomenclature import nomenclature
from hl7.reader import Message
from hl7.reading import Reading

UNKNOWN = "HL7 v2"
CODES_ONLY = "11073 codes"
"""ISO/IEEE 11073 codes in a message that names neither profile nor maker."""

# A word of MSH-3 or MSH-4 and the dialect of who says so. The first that fits stands.
_SENDERS = (
    ("MINDRAY_EGATEWAY", "Mindray eGateway"),
    ("MINDRAY_VS", "Mindray VS"),
    ("VS8", "Mindray VS"),
    ("VS9", "Mindray VS"),
    ("VS-8", "Mindray VS"),
    ("VS-9", "Mindray VS"),
    ("MINDRAY", "Mindray"),
    ("SURESIGNS", "Philips SureSigns"),
    ("EFFICIA", "Philips Efficia"),
    ("CARESCAPE", "GE CARESCAPE"),
    ("GE HEALTHCARE", "GE B-series"),
    ("DRAEGER", "Draeger"),
    ("DRÄGER", "Draeger"),
    ("NIHON KOHDEN", "Nihon Kohden"),
    ("BBRAUN", "B. Braun"),
    ("MASIMO", "Masimo"),
    ("PSN", "Masimo"),
    ("IRIS", "Masimo"),
    ("COMEN", "Comen"),
    ("NC_MONITOR", "Comen"),
    ("INTELLIVUE", "Philips IntelliVue"),
    ("PHILIPS_MX", "Philips IntelliVue"),
    ("PIIC", "Philips IntelliVue"),
    ("PHILIPS", "Philips"),
)
# Comen puts the serial number of the monitor alone into MSH-4.
_COMEN_SERIAL = re.compile(r"KC\d{9}G", re.ASCII)
# Text that stands anywhere in the message of a sender that does not name itself.
_MARKS = (
    (b"99COMEN", "Comen"),
    (b"masimo", "Masimo"),
    (b"B1X5_GE", "GE B-series"),
    (b"B40_GE", "GE B-series"),
    (b"99MNDRY", "Mindray"),
    (b"^MDIL", "Philips IntelliVue"),
    (b"MDC_DEV_SPEC_PROFILE_", "Continua"),
)
_PROFILES = (b"IHE PCD", b"IHE_PCD", b"PCD_DEC")
_PUMPS = (b"MDC_DEV_PUMP_", b"MDC_PUMP_")


def dialect(message: Message) -> str:
    """The dialect in a word or two, UNKNOWN where nothing tells."""
    if is_pds(message):
        return "Mindray PDS"
    sender = f"{message.msh.raw(3)}|{message.msh.raw(4)}".upper()
    named = next((name for word, name in _SENDERS if word in sender), "")
    if named:
        return named
    if not message.msh.raw(3) and _COMEN_SERIAL.fullmatch(message.msh.raw(4)):
        return "Comen"
    marked = next((name for mark, name in _MARKS if mark in message.raw), "")
    if marked:
        return marked
    profile = message.msh.raw(21).upper().encode("utf-8")
    if any(name in profile for name in _PROFILES):
        return "Continua" if b"CONTINUA" in profile else "IHE PCD-01"
    return CODES_ONLY if b"^MDC|" in message.raw else UNKNOWN


def content(message: Message, reading: Reading) -> str:
    """What the message is about, in one word."""
    code, _ = message.kind
    if code != "ORU":
        return {"ADT": "admission", "ACK": "acknowledgement", "QBP": "query", "QRY": "query"}.get(code, "other")
    if reading.heartbeat or pds_class(message) == PDS_HEARTBEAT:
        return "heartbeat"
    if may_hold_alerts(message):
        return "alert"
    if reading.observations or reading.unavailable:
        return "vital signs"
    if pds_class(message) == PDS_PATIENT:
        return "patient"
    raw = message.raw
    if any(mark in raw for mark in _PUMPS):
        return "infusion pump"
    if b"|NA|" in raw or b"|MA|" in raw or b"WAVEFORM" in raw:
        return "waveform"
    return "laboratory" if _from_laboratory(message) else "observations"


def _from_laboratory(message: Message) -> bool:
    """A sender that calls itself one, a code of LOINC that is no vital sign, or a specimen."""
    if any("LAB" in message.msh.raw(field).upper() for field in (3, 4)):
        return True
    terms = nomenclature().terms
    for segment in message.all("OBX"):
        code, _, system = (segment.text(3, part).strip() for part in (1, 2, 3))
        if system.upper() in ("LN", "LOINC", "L.N.", "LNC"):
            known = terms.get(("LN", code), ())
            if not known or known[0].parameter is None:
                return True
    return message.first("SPM") is not None
