"""ORU^R01 to vital signs: every OBX row is charted, put aside with a reason, or known to be no measurement.

Meaning is judged here, form in `hl7.reader`. A value reaches the chart only when code, name and unit agree, its
status says that it is a result, and it is none of the numbers by which monitors say "no value".
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, tzinfo
from typing import NamedTuple

from drivers.observation import Parameter, Status
from hl7.alerts import read_alerts
from hl7.held import NOTHING, Held
from hl7.lab_codes import LabTable, lab_table
from hl7.nomenclature import Nomenclature, Resolution, nomenclature
from hl7.place import location, patient_id
from hl7.reader import MAXIMUM_TEXT, Message, Segment
from hl7.reading import Quarantined, Reading, ReadObservation
from hl7.rows import CHANNEL, NUMBER, SENTINELS, RowMeaning, RowTable
from hl7.times import parse_time, to_utc

__all__ = ["ObservationReader", "Quarantined", "ReadObservation", "Reading"]

NOT_PRODUCTION = "not production"
NO_LOCATION = "no location"
DEMO = "demo"
SENTINEL = "sentinel"
NOT_ANUMBER = "not a number"
OUT_OF_RANGE = "outside the possible range"
DAMAGED = "damaged segment"
REPEATED = "more than one value"

# HL7 table 0085: final, entered but not verified, preliminary, corrected; some monitors leave it out.
_RESULT = frozenset({"F", "R", "P", "C", ""})
# IHE PCD-01, OBX-8: what the device says of its own value.
_QUESTIONABLE_MARKS = frozenset({"QUES", "EARLY"})
_REFUSING_MARKS = {"DEMO": DEMO, "TEST": "marked TEST", "CAL": "marked CAL", "CALIB": "marked CAL", "INV": "marked INV"}
# OBX-6 to OBX-20.
_TAIL_FIELDS = 15
# Places among them: OBX-8, OBX-11, OBX-14.
_MARK, _STATUS, _TIME = 2, 5, 8
_SITE_ROW = b"_TEMP_POS"
_VALID = Status.VALID
# What NamedTuple does in its own __new__ and _make, without their call: every value of a ward passes here.
_new = tuple.__new__


class _Tail(NamedTuple):
    """OBX-6 to the end, as the rows of one message share it.

    meaning: the fields among them that decide what the row means. usual: nothing in it forbids or doubts the value.
    """

    meaning: str
    usual: bool
    device_time: datetime | None
    measured_at: datetime | None


class ObservationReader:
    """Reads the messages of one feed.

    zone: for times that carry none. fixed_location: the place of everything in a feed that names none. With
    needs_location, a value without a place is put aside: nobody knows whose it is. labs: codes of laboratory rows,
    which are left to `hl7.labs`.
    """

    def __init__(
        self,
        zone: tzinfo | None = None,
        *,
        fixed_location: str | None = None,
        needs_location: bool = True,
        tables: Nomenclature | None = None,
        labs: LabTable | None = None,
    ) -> None:
        self._zone = zone
        self._fixed_location = fixed_location
        self._needs_location = needs_location
        self._table = RowTable(tables or nomenclature(), labs or lab_table())

    @property
    def remembered(self) -> int:
        """Rows and numbers known by heart, at most about 4,000 of each and those of one message."""
        return self._table.size

    def read(self, message: Message, received_at: datetime | None = None, held: Held = NOTHING) -> Reading:
        """Everything an ORU message says; an empty Reading for other messages. received_at: aware.

        held: who the connection has said it speaks of (`hl7.held`); what the message itself names goes before it.
        """
        walk = _Walk(self, message, received_at, held)
        code, event = message.kind
        if code == "ORU":
            if event in ("R40", "W01"):
                walk.places_only()
            else:
                walk.run()
            walk.take_alerts()
        else:
            walk.places_only()
        return walk.reading


class _Walk:
    """One pass over one message, in order: PID and PV1 hold for what follows them."""

    def __init__(self, reader: ObservationReader, message: Message, received_at: datetime | None, held: Held) -> None:
        self._reader = reader
        self._message = message
        self._received_at = received_at
        self._delimiters = message.delimiters
        self._separator = message.delimiters.field
        self._table = reader._table
        self._known = self._table.known_rows(message.delimiters)
        self._stamp = ""
        self._numbers = self._table.known_numbers()
        self._zone = reader._zone
        self._held = held
        self._location = held.location or reader._fixed_location
        self._patient = held.patient_id
        self._group_time = ""
        self._times: dict[str, tuple[datetime, datetime] | None] = {}
        self._tails: dict[str, _Tail] = {}
        self._site_by_row = self._separate_site() if _SITE_ROW in message.raw else ""
        self._observations: list[ReadObservation] = []
        self.reading = Reading(self._observations, production=message.processing_id in ("P", ""))
        # An ordinary message: its ordinary rows need not be asked every question.
        self._ordinary = self.reading.production and not message.damaged and not self._site_by_row
        self._settle()

    def _settle(self) -> None:
        """What holds for the rows that follow, found once for all of them."""
        self._placed = self._location is not None or not self._reader._needs_location
        self._usual = self._placed and self._ordinary

    def places_only(self) -> None:
        """Patient and location, no values."""
        for segment in self._message.segments:
            self._place(segment)
            self.reading.skipped += segment.name == "OBX"

    def run(self) -> None:
        """Every piece in order. A feed sends the same rows for ever: each is first held against the one that came in
        its place the last time, and taken apart only where it is another."""
        known, separator, numbers, tails = self._known, self._separator, self._numbers, self._tails
        usual, place, patient = self._usual, self._location, self._patient
        before, expected = None, known.first
        for piece in self._message.pieces:
            if not isinstance(piece, str):
                self._segment(piece)
                usual, place, patient = self._usual, self._location, self._patient
                continue
            # OBX-1 only counts.
            begin = piece.find(separator, 4) + 1
            start = begin + len(expected.head)
            end = piece.find(separator, start) if piece.startswith(expected.head, begin) else -1
            rest = piece[end + 1 :]
            tail = tails.get(rest) or self._tail(rest) if end > 0 else None
            if tail is None or tail[0] != expected.tail:
                row = self._row(self._message.row(piece))
                if before is None:
                    known.first = row
                else:
                    before.following = row
            else:
                row, raw = expected, piece[start:end]
                number = numbers.get(raw)
                if usual and tail[1] and number is not None and row.minimum <= number <= row.maximum:
                    seen = (row.parameter, number, _VALID, row.site, tail[2], tail[3], place, patient)
                    self._observations.append(_new(ReadObservation, seen))
                elif row.laboratory:
                    self.reading.laboratory.append(self._message.row(piece))
                elif row.skipped:
                    self.reading.skipped += 1
                else:
                    self._value(self._message.row(piece), row, raw, tail)
            before, expected = row, row.following

    def take_alerts(self) -> None:
        alerts, self.reading.heartbeat = read_alerts(self._message)
        for alert in alerts:
            alert.location = alert.location or self._held.location
            alert.patient_id = alert.patient_id or self._held.patient_id
        if self.reading.production:
            self.reading.alerts = alerts
        else:
            self.reading.quarantined += [
                Quarantined(alert.code, alert.event, alert.text, NOT_PRODUCTION, alert.location) for alert in alerts
            ]

    def _segment(self, segment: Segment) -> None:
        if segment.name == "OBX":
            self._row(segment)
        elif segment.name == "OBR":
            self._group_time = segment.raw(7)
            self._tails.clear()
        else:
            self._place(segment)

    def _place(self, segment: Segment) -> None:
        if segment.name == "PID":
            self._patient = self._named(segment, patient_id)
            # A new patient is not at the place of the one before.
            self._location = self._reader._fixed_location
            self.reading.patient_id = self.reading.patient_id or self._patient
            self._settle()
        elif segment.name == "PV1":
            self._location = self._named(segment, location) or self._reader._fixed_location
            self.reading.location = self.reading.location or self._location
            self._settle()

    def _named(self, segment: Segment, read: Callable[[Segment], str | None]) -> str | None:
        """Who or where a segment says: the same few lines come for hours."""
        line, places = segment.line, self._known.places
        if line in places:
            return places[line]
        named = read(segment)
        # What an escape stands for depends on more than the line; a patient behind MSH has a new line each time.
        if line.startswith(segment.name) and self._delimiters.escape not in line and len(line) <= MAXIMUM_TEXT:
            places[line] = named
        return named

    def _row(self, segment: Segment) -> RowMeaning:
        """A row taken apart, and what it means."""
        pieces = segment.line.split(self._separator, 6)
        if len(pieces) < 7:
            pieces += [""] * (7 - len(pieces))
        _, _, kind, code, channel, raw, rest = pieces
        tail = self._tails.get(rest) or self._tail(rest)
        key = (self._separator.join((kind, code, channel, "")), tail.meaning)
        row = self._known.rows.get(key)
        if row is None:
            row = self._table.learn(self._known, key, segment)
        self._value(segment, row, raw, tail)
        return row

    def _tail(self, rest: str) -> _Tail:
        """OBX-6 to the end. The stamp of the row before nearly always ends this one too, behind fields known long."""
        known, stamp = self._known.tails, self._stamp
        shape = known.get(rest[: -len(stamp)]) if stamp and rest.endswith(stamp) else None
        if shape is None:
            fields = rest.split(self._separator)
            count = len(fields)
            fields += [""] * (_TAIL_FIELDS - count)
            stamp = fields[_TIME]
            usual = not fields[_MARK] and fields[_STATUS] in _RESULT
            shape = self._separator.join((fields[0], fields[11], fields[14])), usual
            if stamp and count == _TIME + 1 and len(rest) <= MAXIMUM_TEXT:
                known[rest[: -len(stamp)]] = shape
                self._stamp = stamp
        tail = self._tails[rest] = _Tail(*shape, *(self._time(stamp) or (None, None)))
        return tail

    def _value(self, segment: Segment, row: RowMeaning, raw: str, tail: _Tail) -> None:
        """What a row of known meaning brings."""
        if row.skipped:
            if row.laboratory:
                self.reading.laboratory.append(segment)
            else:
                self.reading.skipped += 1
            return
        if row.plain and self._usual and tail.usual:
            number = self._numbers[raw] if raw in self._numbers else self._table.learn_number(raw)
            if number is not None and row.parameter is None:
                self._put_aside(row, raw, row.resolution.reason)
                return
            if number is not None and row.minimum <= number <= row.maximum:
                self._chart(row, number, _VALID, tail)
                return
        self._judge(segment, row, raw, tail)

    def _judge(self, segment: Segment, row: RowMeaning, raw: str, tail: _Tail) -> None:
        """A row with something unusual about it: charted, put aside with the reason, or known to hold no value."""
        mark = segment.raw(8)
        marks = self._marks(segment, mark) if mark else ()
        if raw in ("", '""'):
            self._without_value(row, tail, marks)
            return
        reason = self._refusal(segment, segment.raw(11).strip().upper(), marks)
        value = None
        if not reason:
            value, reason = self._number(segment, raw, row.resolution)
        if not reason and not self._placed:
            reason = NO_LOCATION
        if reason:
            self._put_aside(row, segment.plain(raw).strip(), reason)
            if reason == SENTINEL and row.parameter is not None and self._placed:
                self._chart(row, None, Status.UNAVAILABLE, tail)
            return
        self._chart(row, value, Status.VALID if _QUESTIONABLE_MARKS.isdisjoint(marks) else Status.QUESTIONABLE, tail)

    def _without_value(self, row: RowMeaning, tail: _Tail, marks: tuple[str, ...]) -> None:
        """The device has no value now: said once for a parameter that would be charted, else the row is structure."""
        charted = row.parameter is not None and self._placed and self.reading.production
        if not charted or not _REFUSING_MARKS.keys().isdisjoint(marks):
            self.reading.skipped += 1
        else:
            self._chart(row, None, Status.UNAVAILABLE, tail)

    def _chart(self, row: RowMeaning, value: float | None, status: Status, tail: _Tail) -> None:
        parameter, site = row.parameter, row.site
        assert parameter is not None
        if self._site_by_row and parameter is Parameter.TEMP and (not site or site.startswith(CHANNEL)):
            site = self._site_by_row
        charted = self.reading.unavailable if value is None else self._observations
        charted.append(
            ReadObservation(
                parameter, value, status, site, tail.device_time, tail.measured_at, self._location, self._patient
            )
        )

    def _marks(self, segment: Segment, raw: str) -> tuple[str, ...]:
        marks = tuple(segment.part(mark).strip().upper() for mark in raw.split(self._delimiters.repetition))
        self.reading.demo = self.reading.demo or "DEMO" in marks
        return marks

    def _refusal(self, segment: Segment, status: str, marks: tuple[str, ...]) -> str:
        """Why a row is not charted whatever it holds, or ""."""
        if not self.reading.production:
            return NOT_PRODUCTION
        for mark in marks:
            if mark in _REFUSING_MARKS:
                return _REFUSING_MARKS[mark]
        if segment.damaged:
            return DAMAGED
        return "" if status in _RESULT else f"result status {status[:4]}"

    def _number(self, segment: Segment, raw: str, resolution: Resolution) -> tuple[float | None, str]:
        """The value in the unit of the parameter, or why there is none."""
        text = segment.plain(raw).strip() if segment.raw(2) != "SN" else _structured(segment.components(raw))
        value = float(text) if NUMBER.fullmatch(text) else None
        if resolution.parameter is None:
            # -1 may be a value of something that is not charted (an ST level).
            return None, SENTINEL if value in SENTINELS and value != -1 else resolution.reason
        if value is None:
            if not any(character.isalnum() for character in text):
                return None, SENTINEL  # "---" or "***": what the bedside shows in place of a number
            return None, REPEATED if self._delimiters.repetition in raw else NOT_ANUMBER
        if value in SENTINELS:
            return None, SENTINEL
        if resolution.scaled:
            value = round(value * resolution.factor + resolution.offset, 2)
        if not resolution.minimum <= value <= resolution.maximum:
            return None, OUT_OF_RANGE
        return value, ""

    def _put_aside(self, row: RowMeaning, value: str, reason: str) -> None:
        seen = (row.code, row.label, value[:MAXIMUM_TEXT], reason, self._location, row.sent, row.name, row.unit)
        aside = Quarantined._make(seen)
        self.reading.quarantined.append(aside)

    def _time(self, own: str) -> tuple[datetime, datetime] | None:
        """(as the device gives it, in UTC): OBX-14, else OBR-7, else MSH-7."""
        for raw in (own, self._group_time, self._message.msh.raw(7)):
            if raw:
                moment = self._times[raw] if raw in self._times else self._parse(raw)
                if moment is not None:
                    return moment
        return None

    def _parse(self, raw: str) -> tuple[datetime, datetime] | None:
        moment = parse_time(self._message.msh.part(raw))
        found = (moment, to_utc(moment, self._zone, self._received_at)) if moment else None
        if moment is None and len(raw) >= 8:
            self.reading.flags.append("unreadable time")
        self._times[raw] = found
        return found

    def _separate_site(self) -> str:
        """Comen sends the site of the temperature as a text row of its own (COMEN_TEMP_POS)."""
        for segment in self._message.all("OBX"):
            if segment.text(3, 2).endswith("_TEMP_POS"):
                words = [word for part in segment.components(segment.raw(5)) for word in part.split("_")]
                return self._table.site(words)
        return ""


def _structured(parts: list[str]) -> str:
    """The number of an SN value that is one number ("^182"), else a text that is none."""
    comparator, number, *rest = [*(part.strip() for part in parts), ""]
    return number if comparator in ("", "=") and not any(rest) else "^".join(parts)
