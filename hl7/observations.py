"""ORU^R01 to vital signs: every OBX row is charted, put aside with a reason, or known to be no measurement.

Meaning is judged here, form in `hl7.reader`. A value reaches the chart only when code, name and unit agree, its
status says that it is a result, and it is none of the numbers by which monitors say "no value".
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from drivers.observation import Parameter, Status, Vital
from hl7.alerts import ReadAlert, read_alerts
from hl7.nomenclature import Nomenclature, Resolution, nomenclature
from hl7.place import location, patient_id
from hl7.reader import MAXIMUM_TEXT, Delimiters, Message, Segment
from hl7.times import parse_time, to_utc

NOT_PRODUCTION = "not production"
NO_LOCATION = "no location"
DEMO = "demo"
SENTINEL = "sentinel"
NOT_A_NUMBER = "not a number"
OUT_OF_RANGE = "outside the possible range"
DAMAGED = "damaged segment"
REPEATED = "more than one value"

# Numbers that mean "no value": Mindray -1, -100, -10000; XH80X and TR8 -999, -99.9; saturated 16, 24 and 32 bit words.
_SENTINELS = frozenset(
    {-1.0, -99.9, -100.0, -999.0, -999.9, -1000.0, -9999.0, -10000.0}
    | {32767.0, -32768.0, 8388607.0, -8388608.0, 2147483647.0, -2147483648.0},
)
# HL7 table 0085: final, entered but not verified, preliminary, corrected; some monitors leave it out.
_RESULT = frozenset({"F", "R", "P", "C", ""})
_NO_SINGLE_VALUE = frozenset({"NA", "MA", "ED", "RP"})
_NUMERIC = frozenset({"NM", "SN", ""})
_NUMBER = re.compile(r"[+-]?(?:\d{1,12}\.?\d{0,9}|\.\d{1,9})", re.ASCII)
# IHE PCD-01, OBX-8: what the device says of its own value.
_QUESTIONABLE_MARKS = frozenset({"QUES", "EARLY"})
_REFUSING_MARKS = {"DEMO": DEMO, "TEST": "marked TEST", "CAL": "marked CAL", "CALIB": "marked CAL", "INV": "marked INV"}
_ATTRIBUTE = Resolution(reason="attribute")
_NOT_FINITE = float("nan")
_CACHE_SIZE = 4096
_CACHE_DELIMITERS = 16
_CACHE_KEY = 400
_OBX_FIELDS = 21
_CHANNEL = "channel "
# OBX-3, 4, 6, 17 and 20 as sent: all that decides what a row means, apart from its value.
_RowKey = tuple[str, str, str, str, str]
_RowMeaning = tuple[Resolution, str]
_SITE_ROW = b"_TEMP_POS"


@dataclass(frozen=True, slots=True)
class ReadObservation:
    """One value and what it belongs to.

    measured_at: aware UTC; naive when neither message nor feed names a zone; None when the message holds no time,
    so that the receive time stands for it. location, patient_id: None where the message names none.
    """

    vital: Vital
    location: str | None
    patient_id: str | None
    measured_at: datetime | None


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A value that was put aside. code, label: OBX-3.1 and 3.2; value: OBX-5, shortened; reason: fit for counting."""

    code: str
    label: str
    value: str
    reason: str
    location: str | None = None


@dataclass(slots=True)
class Reading:
    """What a message says.

    observations: to be charted. unavailable: the device says that it has no value (empty, or a number that means
    so): status UNAVAILABLE, so that an older value is not taken for the present one. skipped: rows that are no
    measurement (device tree, waveforms, attributes, texts). demo: a row is marked as demonstration. production:
    MSH-11 is P or empty. heartbeat: a sign of life and nothing else. patient_id, location: the first named.
    """

    observations: list[ReadObservation] = field(default_factory=list)
    unavailable: list[ReadObservation] = field(default_factory=list)
    quarantined: list[Quarantined] = field(default_factory=list)
    alerts: list[ReadAlert] = field(default_factory=list)
    skipped: int = 0
    demo: bool = False
    production: bool = True
    heartbeat: bool = False
    patient_id: str | None = None
    location: str | None = None
    flags: list[str] = field(default_factory=list)


class ObservationReader:
    """Reads the messages of one feed.

    zone: for times that carry none. fixed_location: the place of everything in a feed that names none. With
    needs_location, a value without a place is put aside: nobody knows whose it is.
    """

    def __init__(
        self,
        zone: tzinfo | None = None,
        *,
        fixed_location: str | None = None,
        needs_location: bool = True,
        tables: Nomenclature | None = None,
    ) -> None:
        self._zone = zone
        self._fixed_location = fixed_location
        self._needs_location = needs_location
        self._tables = tables or nomenclature()
        self._known: dict[Delimiters, dict[_RowKey, _RowMeaning]] = {}

    def read(self, message: Message, received_at: datetime | None = None) -> Reading:
        """Everything an ORU message says; an empty Reading for other messages. received_at: aware."""
        walk = _Walk(self, message, received_at)
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

    def known_rows(self, delimiters: Delimiters) -> dict[_RowKey, _RowMeaning]:
        """What rows of this feed have meant so far, by their raw fields: it sends the same few for ever."""
        known = self._known.setdefault(delimiters, {})
        if len(known) >= _CACHE_SIZE or len(self._known) > _CACHE_DELIMITERS:
            self._known.clear()
            return self.known_rows(delimiters)
        return known

    def meaning(self, segment: Segment) -> _RowMeaning:
        """The meaning of an OBX row apart from its value: code and unit resolved, and the site."""
        resolution = self._resolve(segment.components(segment.raw(3)), segment.components(segment.raw(6)))
        return resolution, self._site(segment, resolution)

    def _resolve(self, identifier: list[str], unit: list[str]) -> Resolution:
        names = [_coded(identifier, start) for start in (0, 3)]
        if any(name[1].upper().startswith("MDC_ATTR_") for name in names):
            return _ATTRIBUTE
        units = _coded(unit, 0)
        first = self._tables.resolve(names[0], units)
        if first.recognised or not any(names[1]):
            return first
        return self._tables.resolve(names[1], units)

    def site(self, words: list[str]) -> str:
        """The first of the words that names a site."""
        return next((site for site in map(self._tables.site, words) if site), "")

    def _site(self, segment: Segment, resolution: Resolution) -> str:
        """OBX-17 or OBX-20 where they name a site, else what the code says, else the channel in OBX-4."""
        words = [word for number in (17, 20) for word in segment.components(segment.raw(number)) if word]
        said = self.site(words)
        if said or resolution.site:
            return said or resolution.site
        channel = segment.text(4).strip()
        # "1.26.1.1": the channel in the device tree; some monitors end it with the code itself.
        return f"{_CHANNEL}{channel.removesuffix('.' + segment.text(3))}"[:40] if "." in channel else ""


class _Walk:
    """One pass over one message, in order: PID and PV1 hold for what follows them."""

    def __init__(self, reader: ObservationReader, message: Message, received_at: datetime | None) -> None:
        self._reader = reader
        self._message = message
        self._received_at = received_at
        self._delimiters = message.delimiters
        self._known = reader.known_rows(message.delimiters)
        self._zone = reader._zone
        self._location = reader._fixed_location
        self._patient: str | None = None
        self._group_time = ""
        self._times: dict[str, tuple[datetime, datetime] | None] = {}
        self._site_by_row = self._separate_site() if _SITE_ROW in message.raw else ""
        self.reading = Reading(production=message.processing_id in ("P", ""))
        self._whole = not any(segment.damaged for segment in message.segments)
        self._usual = False
        self._settle()

    def _settle(self) -> None:
        """What holds for the rows that follow, found once for all of them."""
        self._placed = self._location is not None or not self._reader._needs_location
        self._usual = self._placed and self.reading.production and self._whole

    def places_only(self) -> None:
        """Patient and location, no values."""
        for segment in self._message.segments:
            self._place(segment)
            self.reading.skipped += segment.name == "OBX"

    def run(self) -> None:
        for segment in self._message.segments:
            if segment.name == "OBX":
                self._row(segment)
            elif segment.name == "OBR":
                self._group_time = segment.raw(7)
            else:
                self._place(segment)

    def take_alerts(self) -> None:
        alerts, self.reading.heartbeat = read_alerts(self._message)
        if self.reading.production:
            self.reading.alerts = alerts
        else:
            self.reading.quarantined += [
                Quarantined(alert.code, alert.event, alert.text, NOT_PRODUCTION, alert.location) for alert in alerts
            ]

    def _place(self, segment: Segment) -> None:
        if segment.name == "PID":
            self._patient = patient_id(segment)
            # A new patient is not at the place of the one before.
            self._location = self._reader._fixed_location
            self.reading.patient_id = self.reading.patient_id or self._patient
            self._settle()
        elif segment.name == "PV1":
            self._location = location(segment) or self._reader._fixed_location
            self.reading.location = self.reading.location or self._location
            self._settle()

    def _row(self, segment: Segment) -> None:
        fields = segment.fields
        if len(fields) < _OBX_FIELDS:
            fields += [""] * (_OBX_FIELDS - len(fields))
        raw, kind = fields[5], fields[2]
        key = (fields[3], fields[4], fields[6], fields[17], fields[20])
        meaning = self._known.get(key)
        if meaning is None:
            meaning = self._reader.meaning(segment)
            if sum(map(len, key)) <= _CACHE_KEY:
                self._known[key] = meaning
        resolution, site = meaning
        if kind in _NO_SINGLE_VALUE or resolution is _ATTRIBUTE:
            self.reading.skipped += 1
            return
        if raw in ("", '""'):
            self._without_value(segment, resolution, site)
            return
        if kind not in _NUMERIC and not resolution.recognised:
            self.reading.skipped += 1
            return
        if kind == "NM" and self._usual and not fields[8] and fields[11] in _RESULT and resolution.plain:
            # The ordinary row of an ordinary message, without the questions it need not be asked.
            number = float(raw) if _NUMBER.fullmatch(raw) else _NOT_FINITE
            if resolution.minimum <= number <= resolution.maximum and number not in _SENTINELS:
                self.reading.observations.append(self._observation(segment, resolution, site, number, Status.VALID))
                return
        marks = self._marks(segment, fields[8]) if fields[8] else ()
        reason = self._refusal(segment, fields[11].strip().upper(), marks)
        value = None
        if not reason:
            value, reason = self._number(segment, raw, kind, resolution)
        if not reason and not self._placed:
            reason = NO_LOCATION
        if reason:
            self._put_aside(segment, raw, reason)
            if reason == SENTINEL and resolution.parameter is not None and self._placed:
                self.reading.unavailable.append(self._observation(segment, resolution, site, None, Status.UNAVAILABLE))
            return
        status = Status.QUESTIONABLE if not _QUESTIONABLE_MARKS.isdisjoint(marks) else Status.VALID
        self.reading.observations.append(self._observation(segment, resolution, site, value, status))

    def _without_value(self, segment: Segment, resolution: Resolution, site: str) -> None:
        """The device has no value now: said once for a parameter that would be charted, else the row is structure."""
        if resolution.parameter is None or not self._placed or not self.reading.production:
            self.reading.skipped += 1
            return
        self.reading.unavailable.append(self._observation(segment, resolution, site, None, Status.UNAVAILABLE))

    def _observation(
        self, segment: Segment, resolution: Resolution, site: str, value: float | None, status: Status
    ) -> ReadObservation:
        parameter = resolution.parameter
        assert parameter is not None
        if self._site_by_row and parameter is Parameter.TEMP and (not site or site.startswith(_CHANNEL)):
            site = self._site_by_row
        device_time, measured_at = self._time(segment) or (None, None)
        vital = Vital(parameter, value, status, site or None, device_time)
        return ReadObservation(vital, self._location, self._patient, measured_at)

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

    def _number(self, segment: Segment, raw: str, kind: str, resolution: Resolution) -> tuple[float | None, str]:
        """The value in the unit of the parameter, or why there is none."""
        text = segment.plain(raw).strip() if kind != "SN" else _structured(segment.components(raw))
        value = float(text) if _NUMBER.fullmatch(text) else None
        if resolution.parameter is None:
            # -1 may be a value of something that is not charted (an ST level).
            return None, SENTINEL if value in _SENTINELS and value != -1 else resolution.reason
        if value is None:
            return None, REPEATED if self._delimiters.repetition in raw else NOT_A_NUMBER
        if value in _SENTINELS:
            return None, SENTINEL
        if resolution.scaled:
            value = round(value * resolution.factor + resolution.offset, 2)
        if not resolution.minimum <= value <= resolution.maximum:
            return None, OUT_OF_RANGE
        return value, ""

    def _put_aside(self, segment: Segment, raw: str, reason: str) -> None:
        code, label = segment.text(3).strip(), segment.text(3, 2).strip()
        value = segment.plain(raw).strip()[:MAXIMUM_TEXT]
        self.reading.quarantined.append(
            Quarantined((code or label)[:MAXIMUM_TEXT], label[:MAXIMUM_TEXT], value, reason, self._location)
        )

    def _time(self, segment: Segment) -> tuple[datetime, datetime] | None:
        """(as the device gives it, in UTC): OBX-14, else OBR-7, else MSH-7."""
        own = self._times.get(segment.fields[14])
        if own is not None:
            return own
        for raw in (segment.fields[14], self._group_time, self._message.msh.raw(7)):
            if raw:
                moment = self._times[raw] if raw in self._times else self._parse(segment, raw)
                if moment is not None:
                    return moment
        return None

    def _parse(self, segment: Segment, raw: str) -> tuple[datetime, datetime] | None:
        moment = parse_time(segment.part(raw))
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
                return self._reader.site(words)
        return ""


def _coded(parts: list[str], start: int) -> tuple[str, str, str]:
    """Code, text and coding system of a CWE, from component `start` + 1."""
    three = [part.strip() for part in parts[start : start + 3]]
    code, text, system = three + [""] * (3 - len(three))
    system = system.upper()
    return code, text, "LN" if system in ("LOINC", "L.N.", "LNC") else system


def _structured(parts: list[str]) -> str:
    """The number of an SN value that is one number ("^182"), else a text that is none."""
    comparator, number, *rest = [*(part.strip() for part in parts), ""]
    return number if comparator in ("", "=") and not any(rest) else "^".join(parts)
