"""Outgoing observation messages (IHE PCD-01 ORU^R01, HL7 v2.6), built and validated with hl7apy.

hl7apy takes milliseconds for a message, so a gateway builds its message once and fills in what changes.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from hl7apy.consts import VALIDATION_LEVEL
from hl7apy.core import Message as BuiltMessage
from hl7apy.exceptions import HL7apyException

from drivers.observation import Parameter
from hl7.charset import escape
from hl7.delimiters import STANDARD
from hl7.nomenclature import nomenclature

SENDER = "WARD_CONSOLE_SIM^0000000000000000^EUI-64"
_PROFILE = "IHE_PCD_ORU_R01^IHE PCD^1.3.6.1.4.1.19376.1.6.1.1.1^ISO"
_DEVICE = "69965^MDC_DEV_MON_PHYSIO_MULTI_PARAM_MDS^MDC"


class OruTemplate:
    """A validated ORU^R01 of one patient with one OBX per parameter, to be filled again and again.

    location: PV1-3 as "unit^room^bed" or a part of it, the "^" being the component separator. patient_id, name
    ("Family, Given" or one word): any text, escaped here. sender: MSH-3; demo: sent as training, never as production.
    Raises ValueError when the standard has no room for one.
    """

    def __init__(
        self,
        parameters: Sequence[Parameter],
        *,
        location: str,
        patient_id: str,
        name: str = "",
        sender: str = SENDER,
        demo: bool = False,
    ) -> None:
        self.parameters = tuple(parameters)
        try:
            text = _build(self.parameters, location, patient_id, name, sender, demo)
        except HL7apyException as error:
            raise ValueError(f"no valid ORU^R01: {error}") from error
        self._segments = [line.split("|") for line in text.strip("\r").split("\r")]
        rows = [segment for segment in self._segments if segment[0] == "OBX"][1:]
        self._rows = dict(zip(self.parameters, rows, strict=True))

    def fill(
        self,
        values: Mapping[Parameter, float | None],
        at: datetime,
        control_id: str,
        measured: Mapping[Parameter, datetime] | None = None,
        questionable: Collection[Parameter] = (),
    ) -> bytes:
        """The message with these values at an aware moment. None, or a parameter left out: sent as "no value".

        measured: when values older than the message were measured, as a cuff pressure that is sent again.
        questionable: values marked so (QUES in OBX-8, IHE PCD-01).
        Raises KeyError for a parameter the template was not made with.
        """
        moment = timestamp(at)
        unknown = set(values) - set(self._rows)
        if unknown:
            raise KeyError(sorted(unknown)[0])
        for segment in self._segments:
            if segment[0] == "MSH":
                segment[6], segment[9] = moment, escape(control_id, STANDARD)
            elif segment[0] == "OBR":
                segment[7] = moment
        for parameter, row in self._rows.items():
            value = values.get(parameter)
            own = moment if measured is None or parameter not in measured else timestamp(measured[parameter])
            row[5], row[11], row[14] = ("", "X", own) if value is None else (_number(value), "R", own)
            row[8] = "QUES" if parameter in questionable else ""
        return ("\r".join("|".join(segment) for segment in self._segments) + "\r").encode()


def timestamp(at: datetime) -> str:
    """An aware moment as an HL7 DTM with milliseconds and offset."""
    return at.strftime("%Y%m%d%H%M%S.") + f"{at.microsecond // 1000:03d}" + at.strftime("%z")


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def plain_text(text: str) -> str:
    """Free text for one component: control characters become spaces, delimiters are escaped."""
    return escape("".join(character if character.isprintable() else " " for character in text), STANDARD)


def identifier(patient_id: str) -> str:
    """PID-3. The standard wants one also where nobody is known: null, and type U."""
    text = plain_text(patient_id.strip())
    return f"{text}^^^Ward^MR" if text else '""^^^Ward^U'


def _build(parameters: Sequence[Parameter], location: str, patient_id: str, name: str, sender: str, demo: bool) -> str:
    message = BuiltMessage("ORU_R01", version="2.6", validation_level=VALIDATION_LEVEL.STRICT)
    msh = message.msh
    msh.msh_3 = sender
    msh.msh_7 = "20000101000000.000+0000"
    msh.msh_9 = "ORU^R01^ORU_R01"
    msh.msh_10 = "0"
    msh.msh_11 = "T" if demo else "P"
    msh.msh_15 = "NE"
    msh.msh_16 = "AL"
    msh.msh_18 = "UNICODE UTF-8"
    msh.msh_21 = _PROFILE
    result = message.add_group("ORU_R01_PATIENT_RESULT")
    patient = result.add_group("ORU_R01_PATIENT")
    pid = patient.add_segment("PID")
    pid.pid_3 = identifier(patient_id)
    pid.pid_5 = "^".join(plain_text(part.strip()) for part in name.split(",", 1)) or '""'
    pv1 = patient.add_group("ORU_R01_VISIT").add_segment("PV1")
    pv1.pv1_2 = "I"
    pv1.pv1_3 = "^".join(plain_text(part) for part in location.split("^"))
    order = result.add_group("ORU_R01_ORDER_OBSERVATION")
    obr = order.add_segment("OBR")
    obr.obr_1 = "1"
    obr.obr_3 = f"0^{sender}"
    obr.obr_4 = "182777000^monitoring of patient^SCT"
    obr.obr_7 = "20000101000000.000+0000"
    device = order.add_group("ORU_R01_OBSERVATION").add_segment("OBX")
    device.obx_1 = "1"
    device.obx_3 = _DEVICE
    device.obx_4 = "1.0.0.0"
    device.obx_11 = "X"
    for number, parameter in enumerate(parameters, start=1):
        _row(order.add_group("ORU_R01_OBSERVATION").add_segment("OBX"), number, parameter)
    message.validate()
    return str(message.to_er7())


def _row(obx: BuiltMessage, number: int, parameter: Parameter) -> None:
    code = nomenclature().parameters[parameter]
    obx.obx_1 = str(number + 1)
    obx.obx_2 = "NM"
    obx.obx_3 = f"{code.mdc}^{code.refid}^MDC"
    obx.obx_4 = f"1.{number}.1.{code.mdc}"
    obx.obx_5 = "0"
    obx.obx_6 = f"{code.mdc_unit}^{code.unit_refid}^MDC"
    obx.obx_11 = "R"
    obx.obx_14 = "20000101000000.000+0000"
