"""Answers to demographic queries: RSP^ZV2 (IHE ITI-22) and ADR^A19, built and validated with hl7apy.

hl7apy takes milliseconds for a message, so each kind is built and checked once and filled in for each answer. It knows
no Z structure: RSP^ZV2 is validated as RSP_K21, which it is but for the PV1 behind PID, a segment validated by itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from hl7apy.consts import VALIDATION_LEVEL
from hl7apy.core import Message as BuiltMessage
from hl7apy.core import Segment as BuiltSegment
from hl7apy.exceptions import HL7apyException

from hl7.builder import plain_text, timestamp
from hl7.charset import escape
from hl7.delimiters import STANDARD
from hl7.queries import Query, QueryKind
from hl7.reader import Message

FOUND, NOT_FOUND, REFUSED = "OK", "NF", "AE"
"""QAK-2, HL7 table 0208."""

_VERSIONS = {QueryKind.VISIT: re.compile(r"2\.[5-8](\.1)?"), QueryKind.ADT: re.compile(r"2\.(2|3|3\.1|4|5|5\.1|6)")}
_FALLBACK = {QueryKind.VISIT: "2.5", QueryKind.ADT: "2.4"}
_SEXES = ("F", "M", "A", "N", "O", "U")
_EMPTY = "20000101000000"


@dataclass(frozen=True, slots=True)
class Demographics:
    """Who lies there. name: "Family, Given"; born: ISO date or ""; sex: HL7 table 0001 or ""; location: PV1-3 in the
    words of the feed."""

    patient_id: str
    name: str
    born: str
    sex: str
    location: str


class QueryAnswers:
    """The two answers, made once. Raises ValueError where hl7apy finds them not valid."""

    def __init__(self) -> None:
        try:
            self._lines = {QueryKind.VISIT: _visit(), QueryKind.ADT: _adt()}
        except HL7apyException as error:
            raise ValueError(f"no valid answer to a query: {error}") from error

    def answer(
        self, message: Message, query: Query, found: Demographics | None, control_id: str, at: datetime
    ) -> bytes:
        """The answer to a query, unframed. found: None for nobody. at: aware."""
        status = REFUSED if query.refusal else FOUND if found is not None else NOT_FOUND
        version = message.version if _VERSIONS[query.kind].fullmatch(message.version) else _FALLBACK[query.kind]
        filled = []
        for template in self._lines[query.kind]:
            line = list(template)
            name = line[0]
            if name in ("PID", "PV1", "QRI") and found is None:
                continue
            if name == "QAK" and query.kind is QueryKind.ADT and version < "2.4":
                continue
            if name == "MSH":
                _fill_header(line, message, version, control_id, at)
            elif name == "MSA":
                # Before QAK there was no other place to say that nobody was found.
                said = query.refusal or ("" if found is not None else "no data found")
                line[1:] = ["AE" if query.refusal else "AA", _own(message, 10), plain_text(said)]
            elif name == "QAK":
                line[1], line[2] = plain_text(query.tag), status
            elif name in ("QPD", "QRD"):
                line = _repeated(message, name, line)
            elif name == "PID" and found is not None:
                _fill_patient(line, found)
            elif name == "PV1" and found is not None:
                line[3] = "^".join(plain_text(part) for part in found.location.split("^"))
            filled.append("|".join(line).rstrip("|") if name != "MSH" else "|".join(line))
            if name == "MSA" and query.refusal and version >= "2.5":
                place = "QPD^1^3" if query.kind is QueryKind.VISIT else "QRD^1"
                filled.append(f"ERR||{place}|204^Unknown key identifier^HL70357|E||||{plain_text(query.refusal)}")
        return ("\r".join(filled) + "\r").encode()


def _fill_header(line: list[str], message: Message, version: str, control_id: str, at: datetime) -> None:
    """Sender and receiver change places. Field n of MSH is the piece n - 1: its separator counts as the first."""
    for ours, theirs in ((3, 5), (4, 6), (5, 3), (6, 4)):
        line[ours - 1] = "^".join(plain_text(part) for part in message.msh.components(message.msh.raw(theirs)))
    line[6], line[9], line[11] = timestamp(at), control_id, version


def _fill_patient(line: list[str], found: Demographics) -> None:
    line[3] = f"{plain_text(found.patient_id)}^^^Ward^MR"
    line[5] = "^".join(plain_text(part.strip()) for part in found.name.split(",", 1))
    line[7] = found.born.replace("-", "") if re.fullmatch(r"\d{4}-\d\d-\d\d", found.born) else ""
    sex = found.sex.strip().upper()[:1]
    line[8] = sex if sex in _SEXES else ""


def _own(message: Message, number: int) -> str:
    """A field of the sender's MSH in our delimiters."""
    return escape(message.msh.text(number), STANDARD)


def _repeated(message: Message, name: str, template: list[str]) -> list[str]:
    """The definition of the query, as it must come back: the sender's own fields in our delimiters."""
    segment = message.first(name)
    if segment is None:
        return template
    repeated = [name]
    for number in range(1, min(len(segment.fields), 16)):
        repetitions = (segment.components(raw) for raw in segment.repetitions(number))
        repeated.append("~".join("^".join(escape(part, STANDARD) for part in parts) for parts in repetitions))
    return repeated


def _visit() -> list[list[str]]:
    message = BuiltMessage("RSP_K21", version="2.5", validation_level=VALIDATION_LEVEL.STRICT)
    _head(message, "RSP^K22^RSP_K21")
    message.qak.qak_1, message.qak.qak_2 = "1", FOUND
    message.qpd.qpd_1, message.qpd.qpd_2 = "IHE PDQ Query", "1"
    response = message.add_group("RSP_K21_QUERY_RESPONSE")
    _patient(response.add_segment("PID"))
    response.add_segment("QRI").qri_1 = "100"  # the match is exact, or there is none
    message.validate()
    lines = _split(message)
    lines[0][8] = "RSP^ZV2^RSP_ZV2"
    visit = BuiltSegment("PV1", version="2.5", validation_level=VALIDATION_LEVEL.STRICT)
    visit.pv1_2, visit.pv1_3 = "I", "A^B^C"
    visit.validate()
    lines.insert(-1, str(visit.to_er7()).split("|"))
    return lines


def _adt() -> list[list[str]]:
    message = BuiltMessage("ADR_A19", version="2.5", validation_level=VALIDATION_LEVEL.STRICT)
    _head(message, "ADR^A19^ADR_A19")
    message.add_segment("QAK")
    message.qak.qak_1, message.qak.qak_2 = "1", FOUND
    query = message.qrd
    query.qrd_1, query.qrd_2, query.qrd_3, query.qrd_4 = _EMPTY, "R", "I", "1"
    query.qrd_7, query.qrd_8, query.qrd_9, query.qrd_10 = "1^RD", "1", "DEM", '""'
    response = message.add_group("ADR_A19_QUERY_RESPONSE")
    _patient(response.add_segment("PID"))
    visit = response.add_segment("PV1")
    visit.pv1_2, visit.pv1_3 = "I", "A^B^C"
    message.validate()
    return _split(message)


def _head(message: BuiltMessage, kind: str) -> None:
    header = message.msh
    header.msh_3, header.msh_4, header.msh_5, header.msh_6 = "CONSOLE", "WARD", "SENDER", "WARD"
    header.msh_7, header.msh_9, header.msh_10, header.msh_11 = _EMPTY, kind, "1", "P"
    header.msh_18 = "UNICODE UTF-8"
    message.msa.msa_1, message.msa.msa_2 = "AA", "1"


def _patient(segment: BuiltSegment) -> None:
    segment.pid_3, segment.pid_5, segment.pid_7, segment.pid_8 = "1^^^Ward^MR", "Family^Given", "20000101", "F"


def _split(message: BuiltMessage) -> list[list[str]]:
    return [line.split("|") for line in str(message.to_er7()).strip("\r").split("\r")]
