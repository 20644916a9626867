"""Alarms on their way out: one step in the life of an alarm as an IHE PCD-04 message (ORU^R40, HL7 v2.6).

The same record and control id give the same bytes, so that a message sent again is known as the same by its receiver.
The rows are those read in PCD-04 traffic: event, source, phase, state, inactivation state, priority, type, numbered in
this order at the end of OBX-4. hl7apy knows no ORU_R40: its rows and groups are those of ORU_R01, held to that.
"""

from __future__ import annotations

from datetime import datetime

from hl7apy.consts import VALIDATION_LEVEL
from hl7apy.core import Message as BuiltMessage
from hl7apy.exceptions import HL7apyException

from drivers.observation import AlertPriority
from hl7.alert_record import AlertRecord, Phase
from hl7.builder import identifier, plain_text, timestamp
from hl7.nomenclature import nomenclature

APPLICATION = "WARD_CONSOLE"
"""MSH-3, and the authority of the identifiers of alarms."""

LONGEST_TEXT = 199
"""Characters of the text of an alarm that are sent; a longer text is cut."""

_PROFILE = "IHE_PCD_ACM_001^IHE PCD^1.3.6.1.4.1.19376.1.6.4.4^ISO"
_MONITOR = "69965^MDC_DEV_MON_PHYSIO_MULTI_PARAM_MDS^MDC"
_CODING = "99WARDCONSOLE"
_PRIORITIES = {
    AlertPriority.HIGH: "PH",
    AlertPriority.MEDIUM: "PM",
    AlertPriority.LOW: "PL",
    AlertPriority.NONE: "PN",
}


def build_alert(record: AlertRecord, control_id: str) -> bytes:
    """The message of one step, unframed, validated; takes tens of milliseconds.

    Raises ValueError for what no receiver could use or place.
    """
    for what, value in (("alarm id", record.alarm_id), ("control id", control_id), ("text", record.text)):
        if not value.strip():
            raise ValueError(f"no valid ORU^R40: the {what} is empty")
    if record.at.tzinfo is None:
        raise ValueError("no valid ORU^R40: the time of the step has no zone")
    try:
        return _build(record, control_id).encode()
    except HL7apyException as error:
        raise ValueError(f"no valid ORU^R40: {error}") from error


def build_heartbeat(at: datetime, control_id: str, location: str = "") -> bytes:
    """A sign of life (event MDC_EVT_ACTIVE without priority, as Draeger gateways send it), unframed, validated."""
    alive = AlertRecord(control_id, 0, Phase.START, at, "", "", AlertPriority.NONE, location, technical=True)
    try:
        return _build(alive, control_id, ("ST", "258047^MDC_EVT_ACTIVE", "Heartbeat")).encode()
    except HL7apyException as error:
        raise ValueError(f"no valid ORU^R40: {error}") from error


def _build(record: AlertRecord, control_id: str, event: tuple[str, str, str] | None = None) -> str:
    message = BuiltMessage("ORU_R01", version="2.6", validation_level=VALIDATION_LEVEL.STRICT)
    moment = timestamp(record.at)
    _header(message.msh, moment, plain_text(control_id), record.demo)
    result = message.add_group("ORU_R01_PATIENT_RESULT")
    _patient(result.add_group("ORU_R01_PATIENT"), record)
    order = result.add_group("ORU_R01_ORDER_OBSERVATION")
    _order(order.add_segment("OBR"), record, moment)
    first, *attributes = _rows(record)
    for number, (kind, code, value) in enumerate((event or first, *attributes), start=1):
        row = order.add_group("ORU_R01_OBSERVATION").add_segment("OBX")
        row.obx_1 = str(number)
        row.obx_2 = kind
        row.obx_3 = f"{code}^MDC"
        row.obx_4 = f"1.0.0.0.{number}"
        row.obx_5 = value
        if number == 1:
            for mark in (_PRIORITIES[record.priority], _type(record)):
                row.add_field("OBX_8").value = mark
        row.obx_11 = "F"
        row.obx_14 = moment
    message.validate()
    return str(message.to_er7()).rstrip("\r") + "\r"


def _header(msh: BuiltMessage, moment: str, control_id: str, demo: bool) -> None:
    msh.msh_3 = APPLICATION
    msh.msh_7 = moment
    msh.msh_9 = "ORU^R40^ORU_R40"
    msh.msh_10 = control_id
    msh.msh_11 = "T" if demo else "P"
    msh.msh_15 = "AL"
    msh.msh_16 = "NE"
    msh.msh_18 = "UNICODE UTF-8"
    msh.msh_21 = _PROFILE


def _patient(group: BuiltMessage, record: AlertRecord) -> None:
    """Whom it is about. The standard wants a name even where there is none: type U."""
    pid = group.add_segment("PID")
    pid.pid_3 = identifier(record.patient_id)
    family, _, given = (plain_text(part.strip()) for part in record.name.partition(","))
    pid.pid_5 = f"{family}^{given}" if family or given else "^^^^^^U"
    pv1 = group.add_group("ORU_R01_VISIT").add_segment("PV1")
    pv1.pv1_2 = "I"
    if record.location:
        pv1.pv1_3 = "^".join(plain_text(part) for part in record.location.split("^"))


def _order(obr: BuiltMessage, record: AlertRecord, moment: str) -> None:
    """The start has the name of the alarm; every later step one of its own, with the start as its parent (OBR-29)."""
    alarm = plain_text(record.alarm_id)
    start = record.phase is Phase.START
    obr.obr_1 = "1"
    obr.obr_3 = f"{alarm if start else f'{alarm}.{record.sequence}'}^{APPLICATION}"
    obr.obr_4 = "196616^MDC_EVT_ALARM^MDC"
    obr.obr_7 = moment
    if not start:
        obr.obr_29 = f"^{alarm}&{APPLICATION}"


def _rows(record: AlertRecord) -> list[tuple[str, str, str]]:
    """Value type, code with REFID, and value of each row, in the order of PCD-04."""
    codes = nomenclature().parameters
    sources = [f"{codes[parameter].mdc}^{codes[parameter].refid}^MDC" for parameter in record.parameters]
    event = f"{plain_text(record.code)}^{plain_text(record.text[:LONGEST_TEXT])}^{_CODING}"
    return [
        ("CWE", "196616^MDC_EVT_ALARM", event),
        ("CWE", "68480^MDC_ATTR_ALERT_SOURCE", sources[0] if sources else _MONITOR),
        ("ST", "68481^MDC_ATTR_EVENT_PHASE", record.phase),
        ("ST", "68482^MDC_ATTR_ALARM_STATE", record.state),
        ("ST", "68483^MDC_ATTR_ALARM_INACTIVATION_STATE", record.inactivation),
        ("ST", "68484^MDC_ATTR_ALARM_PRIORITY", _PRIORITIES[record.priority]),
        ("ST", "68485^MDC_ATTR_ALERT_TYPE", _type(record)),
    ]


def _type(record: AlertRecord) -> str:
    """SP physiological, ST technical."""
    return "ST" if record.technical else "SP"
