"""A stored message read again with the rules of now, in plain records for a screen. Not for the thread of a screen."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from console.acquisition.unknown import tables_of
from console.config_hl7 import Hl7ListenerConfig
from console.feeds.names import NEWEST, field_name, segment_title
from console.link.feeds import LONGEST_FIELD, LONGEST_TEXT, MOST_FIELDS, Fact, FieldView, MessageView, SegmentView
from console.store.records import MessageRow
from drivers.observation import UNITS
from hl7.acknowledgement import ACCEPT, acknowledge, judge, judge_unreadable
from hl7.admissions import read_movement
from hl7.alerts import PDS_PATIENT, is_pds, pds_class
from hl7.dialects import content, dialect
from hl7.observations import ObservationReader, Reading, ReadObservation
from hl7.reader import Message, Segment, UnreadableError, read_header, read_message

MOST_FACTS = 1_000

NOT_KEPT = "Its bytes have been let go by the rule that bounds the database; what is left is what became of it."
GONE_FEED = "The listener it came to is not configured any more: it is read without beds and codes of its own."
HELD = (
    "This message names no patient and no place: its sender said them earlier on the same connection, "
    "which is not known when it is read by itself."
)


def inspect(row: MessageRow, raw: bytes, config: Hl7ListenerConfig | None, now: datetime) -> MessageView:
    """Never raises for any bytes."""
    text = raw.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")
    shown, left_out = text[:LONGEST_TEXT], max(0, len(text) - LONGEST_TEXT)
    if not raw:
        return MessageView(row, "", 0, (), (), (), (NOT_KEPT,), (), "")
    try:
        message = read_message(raw)
    except UnreadableError as error:
        answers = acknowledge(read_header(raw), judge_unreadable(error), "1", now)
        return MessageView(row, shown, left_out, (), (), (), (), _texts(answers), str(error))
    verdict = judge(message)
    reading = _reader(config).read(message, row.received_at)
    errors = [*message.flags, *sorted(set(reading.flags))]
    movement = read_movement(message, errors)
    notes = [f"{flag[:1].upper()}{flag[1:]}." for flag in errors]
    notes += [GONE_FEED] if config is None else []
    notes += [HELD] if is_pds(message) and pds_class(message) != PDS_PATIENT else []
    if verdict.code != ACCEPT and verdict.text:
        notes.append(f"It would not be taken: {verdict.text}.")
    if not reading.production:
        notes.append(
            f"Not production (processing id {message.processing_id[:20]}): nothing of it is charted or alarmed."
        )
    summary = _summary(message, reading, config)
    if movement is not None:
        places = [place for place in (movement.prior_location, movement.location) if place]
        summary.append(("Movement", f"{movement.event} {movement.patient_id or 'no patient'} {' → '.join(places)}"))
    charted = verdict.code == ACCEPT
    return MessageView(
        row,
        shown,
        left_out,
        _segments(message),
        tuple(_facts(reading, config))[:MOST_FACTS] if charted else (),
        tuple(summary),
        tuple(notes),
        _texts(acknowledge(message.header, verdict, "1", now)),
    )


def _reader(config: Hl7ListenerConfig | None) -> ObservationReader:
    if config is None:
        return ObservationReader()
    return ObservationReader(ZoneInfo(config.timezone) if config.timezone else None, tables=tables_of(config))


def _texts(messages: list[bytes]) -> tuple[str, ...]:
    return tuple(m.decode("utf-8", "replace").replace("\r", "\n").strip("\n") for m in messages)


def _summary(message: Message, reading: Reading, config: Hl7ListenerConfig | None) -> list[tuple[str, str]]:
    bed = config.beds.get(reading.location or "", "") if config is not None else ""
    return [
        ("Type", f"{message.message_type or 'none'}, version {message.version or 'not said'}"),
        ("Dialect", f"{dialect(message)}, {content(message, reading)}"),
        ("Patient", reading.patient_id or "none"),
        ("Place", f"{reading.location or 'none'} → {bed or 'no bed'}"),
    ]


def _facts(reading: Reading, config: Hl7ListenerConfig | None) -> Iterator[Fact]:
    beds = config.beds if config is not None else {}
    for seen in [*reading.observations, *reading.unavailable]:
        placed = beds.get(seen.location or "", "")
        value = "no value" if seen.value is None else f"{seen.value:g} {UNITS[seen.parameter]}"
        kind = ("no value" if seen.value is None else "charted") if placed else "put aside"
        yield Fact(kind, seen.parameter.value, value, _detail(seen, placed))
    for aside in reading.quarantined:
        name = " ".join(part for part in (aside.code, aside.label if aside.label != aside.code else "") if part)
        yield Fact("put aside", name, " ".join(part for part in (aside.value, aside.unit) if part), aside.reason)
    for alert in reading.alerts:
        phase = alert.phase or "no phase"
        yield Fact("device alert", alert.code, alert.text, f"{alert.priority.value} priority, {phase}")


def _detail(seen: ReadObservation, placed: str) -> str:
    if not placed:
        return f"unknown location {seen.location or ''}".strip()
    at = seen.measured_at.isoformat(" ", "seconds") if seen.measured_at is not None else "time of reception"
    return ", ".join(part for part in (placed, seen.site or "", at, seen.status.value) if part)


def _segments(message: Message) -> tuple[SegmentView, ...]:
    """Segments until MOST_FIELDS fields are named; the raw text shows what follows."""
    version, left = message.version or NEWEST, MOST_FIELDS
    found = []
    for segment in message.segments:
        fields = tuple(_fields(segment, version))[:left]
        left -= len(fields)
        found.append(SegmentView(segment.name[:40], segment_title(segment.name), fields))
        if left <= 0:
            break
    return tuple(found)


def _fields(segment: Segment, version: str) -> Iterator[FieldView]:
    for number in range(1, len(segment.fields)):
        if not segment.raw(number):
            continue
        name = field_name(version, segment.name, number)
        for repetition, raw in enumerate(segment.repetitions(number)[:50], 1):
            place = f"{segment.name[:40]}-{number}" + (f" ({repetition})" if repetition > 1 else "")
            text = raw[:LONGEST_FIELD] + (f" … {len(raw) - LONGEST_FIELD} more" if len(raw) > LONGEST_FIELD else "")
            yield FieldView(place, name, text)
