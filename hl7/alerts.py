"""Alarms of the bedside that reach us in messages: PCD-04 (ORU^R40), Philips ALARM and Mindray PDS inside ORU^R01.

They are shown as what the device reports. None of them is turned into an alarm of the console here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from drivers.observation import AlertPriority, Parameter
from hl7.nomenclature import nomenclature
from hl7.place import location, patient_id
from hl7.reader import MAXIMUM_TEXT, Message, Segment

EVENT_ALARM = "MDC_EVT_ALARM"
EVENT_ACTIVE = "MDC_EVT_ACTIVE"
"""IHE PCD-04 event that Draeger gateways send, without priority, as a sign of life."""

# ISO/IEEE 11073-10101 attributes of an alert; the second number of each is sent by Draeger and GE gateways.
_PHASE = frozenset({"68481", "68165"})
_PRIORITY = frozenset({"68484", "68168"})
_STATE = frozenset({"68482", "68166"})
_ATTRIBUTES = _PHASE | _PRIORITY | _STATE
# Events of ISO/IEEE 11073-10101, and those a maker adds (MDCX: GE early-warning advisories).
_EVENT = re.compile(r"MDCX?_EVT_", re.ASCII)
_EVENT_MARKS = (b"MDC_EVT_", b"MDCX_EVT_")
_SUBJECTS = frozenset({"NM", "SN", "CWE", "CNE", "CE"})
_EVENT_WORDS = {"LO": "low", "HI": "high", "LO_VAL_LT_LIM": "low", "HI_VAL_GT_LIM": "high"}
_PRIORITIES = {
    "PH": AlertPriority.HIGH,
    "PM": AlertPriority.MEDIUM,
    "PL": AlertPriority.LOW,
    "PN": AlertPriority.NONE,
    "PI": AlertPriority.NONE,
    "PU": AlertPriority.NONE,
}
# Philips Efficia data export guide: 1 red, 2 yellow, 6 soft INOP.
_PHILIPS = {"1": AlertPriority.HIGH, "2": AlertPriority.MEDIUM, "6": AlertPriority.LOW}
# Mindray PDS: the level in OBX-3 and the stars before the text say the same.
_PDS_LEVEL = {"1": AlertPriority.HIGH, "2": AlertPriority.MEDIUM, "3": AlertPriority.LOW}

_PARAMETER_WORDS = {
    Parameter.HR: "HR",
    Parameter.PR: "Pulse rate",
    Parameter.RR: "RR",
    Parameter.SPO2: "SpO2",
    Parameter.ETCO2: "EtCO2",
    Parameter.NIBP_SYS: "NIBP systolic",
    Parameter.NIBP_DIA: "NIBP diastolic",
    Parameter.NIBP_MEAN: "NIBP mean",
    Parameter.ART_SYS: "ART systolic",
    Parameter.ART_DIA: "ART diastolic",
    Parameter.ART_MEAN: "ART mean",
    Parameter.TEMP: "Temp",
    Parameter.PERFUSION_INDEX: "Perfusion index",
}

PDS_PATIENT, PDS_PERIODIC, PDS_APERIODIC, PDS_HEARTBEAT = "103", "204", "503", "106"
PDS_ALARMS = frozenset({"54", "56"})
_PDS = frozenset({PDS_PATIENT, PDS_PERIODIC, PDS_APERIODIC, PDS_HEARTBEAT}) | PDS_ALARMS


UNNAMED = "unnamed"
"""The code of an alert whose message does not say which it is."""


@dataclass(slots=True)
class ReadAlert:
    """An alert as a message words it. phase: "start", "continue", "end", ... or "" where none is sent.

    instance: what tells two alerts of one event apart, as far as the sender says it (the place in its device tree);
    state: "active", "latched", "inactive" or "".
    """

    code: str
    text: str
    priority: AlertPriority = AlertPriority.NONE
    phase: str = ""
    event: str = ""
    location: str | None = None
    patient_id: str | None = None
    instance: str = ""
    state: str = ""


def pds_class(message: Message) -> str:
    """The Mindray PDS message class in MSH-10 ("204"), or "" for any other message."""
    kind = message.msh.raw(10)
    return kind if kind in _PDS and is_pds(message) else ""


def is_pds(message: Message) -> bool:
    """Whether a message has the form of Mindray PDS: a header of nothing but a class of message in MSH-10."""
    msh = message.msh
    return message.version == "2.3.1" and msh.raw(10).isdecimal() and not any(map(msh.raw, range(3, 9)))


def may_hold_alerts(message: Message) -> bool:
    """Quick refusal for the messages of every second, which hold none."""
    raw = message.raw
    named = any(mark in raw for mark in _EVENT_MARKS) or b"MDIL-ALERT" in raw
    return named or message.kind[1] == "R40" or pds_class(message) in PDS_ALARMS


def read_alerts(message: Message) -> tuple[list[ReadAlert], bool]:
    """The alerts of a message, and whether it is a sign of life, which is no alert."""
    pds = pds_class(message)
    if pds == PDS_HEARTBEAT:
        return [], True
    found: list[ReadAlert] = []
    if not may_hold_alerts(message):
        return found, False
    place: str | None = None
    patient: str | None = None
    current: ReadAlert | None = None
    for segment in message.segments:
        if segment.name == "PID":
            patient, place = patient_id(segment), None
        elif segment.name == "PV1":
            place = location(segment)
        elif segment.name == "OBR":
            current = None
        elif segment.name == "OBX":
            begun = _begin(segment, pds)
            if begun is None and current is None and segment.text(3).strip() in _ATTRIBUTES:
                begun = _unnamed(segment)
            if begun is not None:
                begun.location, begun.patient_id = place, patient
                found.append(begun)
                current = begun
            if current is not None and (begun is None or begun.code == UNNAMED):
                _attribute(segment, current)
    alerts = [alert for alert in found if not _sign_of_life(alert)]
    return alerts, len(alerts) < len(found)


def _sign_of_life(alert: ReadAlert) -> bool:
    return alert.event == EVENT_ACTIVE and alert.priority is AlertPriority.NONE


def _begin(segment: Segment, pds: str) -> ReadAlert | None:
    """The alert a row opens, or None when it opens none."""
    code, label, system = (segment.text(3, part).strip() for part in (1, 2, 3))
    if pds in PDS_ALARMS:
        return _pds(segment, code)
    if system == "MDIL-ALERT":
        return ReadAlert(code, _text(segment, 1) or label, _PHILIPS.get(code, AlertPriority.NONE))
    if not _EVENT.match(label):
        return None
    event = label
    if label == EVENT_ALARM:
        code, event = segment.text(5, 1).strip() or code, segment.text(5, 2).strip() or label
        text = event
    else:
        text = _text(segment, 1) or label
    priorities = [_PRIORITIES.get(segment.plain(mark).strip()) for mark in segment.repetitions(8)]
    return ReadAlert(
        code[:MAXIMUM_TEXT],
        text[:MAXIMUM_TEXT],
        next((priority for priority in priorities if priority is not None), AlertPriority.NONE),
        event=event,
        instance=segment.text(4).strip().rpartition(".")[0][:MAXIMUM_TEXT],
    )


def _unnamed(segment: Segment) -> ReadAlert:
    """An alert whose event is missing or damaged: that there is one is told all the same."""
    instance = segment.text(4).strip().rpartition(".")[0]
    return ReadAlert(UNNAMED, "Alarm of the device, not named", instance=instance[:MAXIMUM_TEXT])


def _pds(segment: Segment, level: str) -> ReadAlert | None:
    code, text = segment.text(5, 1).strip(), segment.text(5, 2).strip()
    if not text or code in ("", "0"):
        return None
    stars = len(text) - len(text.lstrip("*"))
    by_stars = {1: AlertPriority.LOW, 2: AlertPriority.MEDIUM, 3: AlertPriority.HIGH}.get(stars)
    return ReadAlert(code[:MAXIMUM_TEXT], text[:MAXIMUM_TEXT], by_stars or _PDS_LEVEL.get(level, AlertPriority.NONE))


def _attribute(segment: Segment, alert: ReadAlert) -> None:
    code = segment.text(3).strip()
    if code in _PHASE:
        alert.phase = segment.text(5).strip().lower()[:40]
    elif code in _PRIORITY:
        alert.priority = _PRIORITIES.get(segment.text(5).strip(), alert.priority)
    elif code in _STATE:
        alert.state = segment.text(5).strip().lower()[:40]
    elif (
        alert.text == alert.event
        and _EVENT.match(alert.event)
        and segment.raw(2).strip() in ("NM", "SN", "CWE", "CNE", "CE")
    ):
        _subject(segment, alert)


def _subject(segment: Segment, alert: ReadAlert) -> None:
    """What an event without words of its own is about: the row behind it, which names a quantity or its source."""
    number = segment.raw(2).strip() in ("NM", "SN")
    label, value = (segment.text(3, 2), segment.text(5)) if number else (segment.text(5, 2) or segment.text(5, 1), "")
    event = re.sub(_EVENT, "", alert.event)
    words = _EVENT_WORDS.get(event, _plain(event))
    term = nomenclature().mdc_names.get(label.strip().upper())
    about = _PARAMETER_WORDS[term.parameter] if term is not None and term.parameter is not None else _plain(label)
    named = " ".join(part for part in (about, words, value.strip()) if part)
    alert.text = (named or alert.event)[:MAXIMUM_TEXT]


def _text(segment: Segment, component: int) -> str:
    """OBX-5 as a person reads it."""
    return segment.text(5, component).strip()[:MAXIMUM_TEXT]


def _plain(name: str) -> str:
    """A REFID as words: "MDC_EVT_LEAD_OFF" is "lead off"."""
    return re.sub(_EVENT, "", name.strip()).removeprefix("MDC_").replace("_", " ").lower()
