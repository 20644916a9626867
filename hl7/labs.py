"""ORU of a laboratory: CK, creatinine and potassium as results of one patient, or put aside with a reason.

Which rows are laboratory rows is decided by `hl7.rows` (a vital sign is never one), so that every OBX row ends in
exactly one place. Here its value, unit, status, times and remarks are judged; whom it belongs to in the ward is not.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from enum import StrEnum

from drivers.seen import seen
from hl7.lab_codes import Analyte, LabTable, lab_table
from hl7.place import NULL, location, patient_id
from hl7.reader import MAXIMUM_IDENTIFIER, MAXIMUM_TEXT, Message, Segment
from hl7.reading import Quarantined
from hl7.times import parse_time, to_utc

NOT_PRODUCTION = "not production"
DAMAGED = "damaged segment"
NOT_A_NUMBER = "laboratory value is not a number"
OUT_OF_RANGE = "laboratory value outside the possible range"
NO_PATIENT = "laboratory result without patient identifier"
NO_TIME = "laboratory result without specimen time"
NO_ZONE = "specimen time without time zone"
NO_STATUS = "laboratory result without status"
NOT_BLOOD = "specimen is not blood"
REPEATED = "more than one value of one order"

COMPARATORS = ("<", ">", "<=", ">=")
_NUMBER = re.compile(r"\d{1,9}(?:\.\d{0,6})?|\.\d{1,6}", re.ASCII)
_COMPARED = re.compile(r"(<=|>=|<|>)?\s*(\S+)")
_VALUE_TYPES = frozenset({"NM", "SN", "ST", "TX", ""})
# HL7 tables 0070 and 0487, and words: what the codes of the table never are measured in.
_NOT_BLOOD = frozenset(
    {"UR", "URINE", "URINF", "URNS", "URC", "RANDU", "UMID", "U24", "CSF", "STL", "STOOL", "SAL", "FLU", "PLR", "PRT"}
    | {"DIAF", "ASP", "SWT", "AMN", "SNV", "PERICARD", "GAST", "DRN", "FECES"},
)
_HAEMOLYSED = re.compile(r"\b(\w+[\s-]+)?(\w+[\s-]+)?ha?emoly", re.IGNORECASE)
_NEGATIONS = frozenset({"no", "not", "non", "without", "absent", "nil", "negative"})


class LabStatus(StrEnum):
    """HL7 table 0085, as far as it changes what stands: a withdrawn result is none."""

    PRELIMINARY = "preliminary"
    FINAL = "final"
    CORRECTED = "corrected"
    WITHDRAWN = "withdrawn"


# R: entered and not verified; S: partial. X: cannot be obtained; D: deleted; W: was posted for the wrong patient.
_STATUS = {
    "F": LabStatus.FINAL,
    "C": LabStatus.CORRECTED,
    "P": LabStatus.PRELIMINARY,
    "R": LabStatus.PRELIMINARY,
    "S": LabStatus.PRELIMINARY,
    "X": LabStatus.WITHDRAWN,
    "D": LabStatus.WITHDRAWN,
    "W": LabStatus.WITHDRAWN,
}


@dataclass(frozen=True, slots=True)
class ReadLab:
    """One result. value: in the unit of its analyte (U/L, umol/L, mmol/L), None where it is withdrawn; comparator: ""
    or one of COMPARATORS; sent, sent_unit: as the laboratory wrote them.

    key: what makes a later message speak of the same result: order number (OBR-3, else OBR-2), code and sub-id.
    measured_at: when the specimen was taken, UTC (naive only where the reader was told so): SPM-17, else OBR-7, else
    OBX-14, into which laboratories have been seen to put the time of the result. reported_at: OBR-22, None where it is
    not sent. flag, reference_range: OBX-8, OBX-7 as sent. born: PID-7, the date alone, "" for none. location: for the
    record, never to find the patient.
    """

    analyte: Analyte
    value: float | None
    comparator: str
    sent: str
    sent_unit: str
    status: LabStatus
    key: str
    measured_at: datetime
    reported_at: datetime | None
    reference_range: str
    flag: str
    haemolysed: bool
    note: str
    patient_id: str
    born: str
    location: str | None


@dataclass(slots=True)
class LabReading:
    """What a message says of the laboratory: every row it was given is in exactly one of the two."""

    results: list[ReadLab] = field(default_factory=list)
    quarantined: list[Quarantined] = field(default_factory=list)


class LabReader:
    """Reads the laboratory rows of one feed. zone: for times that carry none. With needs_zone a time without any is put
    aside: nobody knows how old the result is."""

    def __init__(self, zone: tzinfo | None = None, table: LabTable | None = None, *, needs_zone: bool = True) -> None:
        self.zone = zone
        self.needs_zone = needs_zone
        self.table = table or lab_table()

    def read(self, message: Message, rows: Sequence[Segment], received_at: datetime) -> LabReading:
        """rows: the laboratory rows of this message, as `hl7.observations` found them. received_at: aware."""
        walk = _Walk(self, message, rows, received_at)
        for segment in message.segments:
            walk.take(segment)
        walk.end_order()
        return walk.finish()


@dataclass(slots=True)
class _Row:
    """An OBX row and the remarks under it."""

    segment: Segment
    notes: list[str]


class _Walk:
    """One pass in order: rows are judged when their order ends, because its specimen (SPM) stands behind them."""

    def __init__(self, reader: LabReader, message: Message, rows: Sequence[Segment], received_at: datetime) -> None:
        self._reader, self._message, self._received_at = reader, message, received_at
        self._wanted = {segment.line for segment in rows}
        self._patient: Segment | None = None
        self._place: str | None = None
        self._order: Segment | None = None
        self._specimen: Segment | None = None
        self._rows: list[_Row] = []
        self._notes: list[str] = []
        self._under: list[str] = self._notes
        self._reading = LabReading()
        self._code_of: list[tuple[str, str, str]] = []

    def take(self, segment: Segment) -> None:
        name = segment.name
        if name == "OBX":
            self._under = []
            if segment.line in self._wanted:
                self._rows.append(_Row(segment, self._under))
        elif name == "NTE":
            self._under.append(segment.text(3).strip()[:MAXIMUM_TEXT])
        elif name == "SPM":
            self._specimen = segment
        elif name in ("OBR", "PID"):
            self.end_order()
            if name == "PID":
                self._patient, self._place, self._order = segment, None, None
            else:
                self._order = segment
        elif name == "PV1":
            self._place = location(segment)

    def end_order(self) -> None:
        """Judge the rows of the order that ends here."""
        for row in self._rows:
            result = self._judge(row)
            if isinstance(result, str):
                self._put_aside(row.segment, result)
            else:
                self._reading.results.append(result)
                self._code_of.append(_named(row.segment))
        self._rows, self._notes, self._specimen = [], [], None
        self._under = self._notes

    def finish(self) -> LabReading:
        """Two values of one result in one message: nobody knows which stands."""
        met = Counter((r.patient_id, r.key, r.analyte, r.measured_at) for r in self._reading.results)
        kept = []
        for result, (code, label, value) in zip(self._reading.results, self._code_of, strict=True):
            if met[result.patient_id, result.key, result.analyte, result.measured_at] == 1:
                kept.append(result)
            else:
                self._reading.quarantined.append(Quarantined(code, label, value, REPEATED, result.location))
        self._reading.results = kept
        return self._reading

    def _judge(self, row: _Row) -> ReadLab | str:
        """The result of a row, or why there is none."""
        segment = row.segment
        if self._message.processing_id not in ("P", ""):
            return NOT_PRODUCTION
        if segment.damaged:
            return DAMAGED
        patient = patient_id(self._patient) if self._patient is not None else None
        if patient is None:
            return NO_PATIENT
        found = self._meaning(segment)
        if isinstance(found, str):
            return found
        analyte, code = found
        if self._specimen_words() & _NOT_BLOOD:
            return NOT_BLOOD
        said = segment.text(11).strip().upper() or self._of_order(25).upper()
        status = _STATUS.get(said)
        if status is None:
            return f"laboratory result status {said[:4]}" if said else NO_STATUS
        measured_at = self._measured_at(segment)
        if isinstance(measured_at, str):
            return measured_at
        value, comparator, reason = None, "", ""
        if status is not LabStatus.WITHDRAWN:
            value, comparator, reason = self._value(segment, analyte)
        if reason:
            return reason
        notes = [note for note in (*row.notes, *self._notes) if note]
        return ReadLab(
            analyte,
            value,
            comparator,
            _sent(segment),
            segment.text(6).strip()[:40],
            status,
            self._key(code, segment),
            measured_at,
            self._time(self._order, 22),
            segment.text(7).strip()[:60],
            segment.text(8).strip().upper()[:10],
            self._haemolysed(notes),
            seen(" ".join(notes)[:MAXIMUM_TEXT]),
            patient,
            self._born(),
            self._place,
        )

    def _meaning(self, segment: Segment) -> tuple[Analyte, str] | str:
        table, identifier = self._reader.table, segment.components(segment.raw(3))
        for start in (0, 3):
            code, label, system = [*(part.strip() for part in identifier[start : start + 3]), "", "", ""][:3]
            analyte = table.analyte(code, system.upper())
            if analyte is not None:
                return table.contradiction(analyte, label) or (analyte, code)
        raise ValueError("not a laboratory row of this table")

    def _value(self, segment: Segment, analyte: Analyte) -> tuple[float | None, str, str]:
        """Value in the unit of the analyte and comparator, or the reason."""
        kind = segment.raw(2).strip().upper()
        if kind not in _VALUE_TYPES:
            return None, "", f"laboratory value of type {kind[:4]}"
        match = _COMPARED.fullmatch(_sent(segment))
        comparator, number = (match[1] or "", match[2]) if match else ("", "")
        if not _NUMBER.fullmatch(number):
            return None, "", NOT_A_NUMBER
        factor, reason = self._reader.table.factor(analyte, segment.text(6) or segment.text(6, 2))
        if factor is None:
            return None, "", reason
        facts = self._reader.table.facts[analyte]
        value = round(float(number) * factor, 4)
        if not facts.minimum <= value <= facts.maximum:
            return None, "", OUT_OF_RANGE
        return value, comparator, ""

    def _key(self, code: str, segment: Segment) -> str:
        order = self._order
        number = next((text for text in (self._of_order(3), self._of_order(2)) if text), "") if order else ""
        return f"{number}|{code}|{segment.text(4).strip()}"[: 2 * MAXIMUM_IDENTIFIER]

    def _of_order(self, number: int) -> str:
        text = self._order.text(number).strip() if self._order is not None else ""
        return "" if text == NULL else text

    def _specimen_words(self) -> set[str]:
        """How the specimen is named, in SPM-4 or OBR-15."""
        said: list[str] = []
        if self._specimen is not None:
            said += self._specimen.components(self._specimen.raw(4))[:2]
        if self._order is not None:
            said += [part for piece in self._order.components(self._order.raw(15))[:2] for part in piece.split("&")]
        return {word for text in said for word in re.split(r"[^A-Z0-9]+", text.upper()) if word}

    def _measured_at(self, segment: Segment) -> datetime | str:
        for origin, number in ((self._specimen, 17), (self._order, 7), (segment, 14)):
            moment = self._time(origin, number)
            if moment is not None:
                return NO_ZONE if moment.tzinfo is None and self._reader.needs_zone else moment
        return NO_TIME

    def _time(self, segment: Segment | None, number: int) -> datetime | None:
        if segment is None:
            return None
        moment = parse_time(segment.text(number))
        return None if moment is None else to_utc(moment, self._reader.zone, self._received_at)

    def _haemolysed(self, notes: Sequence[str]) -> bool:
        """SPM-24 (HL7 table 0493) or a remark says so; "no haemolysis" does not."""
        if self._specimen is not None and self._specimen.text(24).strip().upper() == "HEM":
            return True
        found = (match.groups("") for note in notes for match in _HAEMOLYSED.finditer(note))
        return any(not {word.strip(" -\t").casefold() for word in before} & _NEGATIONS for before in found)

    def _born(self) -> str:
        text = self._patient.text(7).strip()[:8] if self._patient is not None else ""
        return f"{text[:4]}-{text[4:6]}-{text[6:]}" if re.fullmatch(r"\d{8}", text, re.ASCII) else ""

    def _put_aside(self, segment: Segment, reason: str) -> None:
        self._reading.quarantined.append(Quarantined(*_named(segment), reason, self._place))


def _sent(segment: Segment) -> str:
    """OBX-5 as one text: of SN, comparator and number where it is one number and no range or ratio."""
    raw = segment.raw(5)
    if segment.raw(2).strip().upper() == "SN":
        parts = [part.strip() for part in segment.components(raw)]
        comparator, number, *rest = [*parts, "", ""]
        text = ("" if comparator == "=" else comparator) + number if not any(rest) else "^".join(parts)
    else:
        text = segment.plain(raw).strip()
    return seen(text[:MAXIMUM_TEXT])


def _named(segment: Segment) -> tuple[str, str, str]:
    code, label = segment.text(3).strip(), segment.text(3, 2).strip()
    return (code or label)[:MAXIMUM_TEXT], label[:MAXIMUM_TEXT], segment.plain(segment.raw(5)).strip()[:MAXIMUM_TEXT]
