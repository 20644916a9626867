"""`ward-console hl7 decode` and `ward-console hl7 send`: look at a message, send one, without a ward."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from console.commands.hl7_table import table
from drivers.observation import UNITS
from hl7.acknowledgement import acknowledgement_codes, judge, judge_unreadable
from hl7.admissions import Movement, read_movements
from hl7.dialects import content, dialect
from hl7.held import NOTHING, Held, HeldPatients
from hl7.lab_codes import lab_table
from hl7.labs import LabReader, LabReading, ReadLab
from hl7.mllp import MAXIMUM_FRAME, VT, Framer
from hl7.observations import ObservationReader, Reading, ReadObservation
from hl7.reader import MAXIMUM_TEXT, Message, UnreadableError, read_header, read_message
from hl7.sender import MllpSender, SendError

SUCCESS, FAILED, USAGE = 0, 1, 2
_MAXIMUM_FILE = 64 * MAXIMUM_FRAME


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `hl7` with its two actions."""
    parser = subparsers.add_parser("hl7", help="decode HL7 v2 messages, or send them over MLLP")
    actions = parser.add_subparsers(dest="hl7_action", required=True, metavar="decode|send")
    decode = actions.add_parser("decode", help="show one message as one JSON object, or many as a table")
    decode.add_argument("files", metavar="FILE", nargs="+", help="messages, with or without their MLLP frames")
    decode.add_argument("--table", action="store_true", help="one line for each message, of any number of files")
    decode.add_argument("--timezone", metavar="ZONE", help="for times that carry no zone, such as Europe/London")
    decode.set_defaults(run=run)
    send = actions.add_parser("send", help="send messages over MLLP and show the acknowledgements")
    send.add_argument("files", metavar="FILE", nargs="+", help="one or more messages, with or without MLLP frames")
    send.add_argument("--to", metavar="HOST:PORT", required=True, help="the receiver")
    send.add_argument("--timeout", metavar="S", type=float, default=10.0, help="seconds to wait for an answer")
    send.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Exit status: 0 done, 1 the message cannot be read or was not accepted, 2 wrong use."""
    return _decode(args) if args.hl7_action == "decode" else _send(args)


def _fail(text: str, status: int) -> int:
    print(f"ward-console hl7: {text}", file=sys.stderr)
    return status


def _messages(path: Path) -> list[bytes]:
    """The messages of a file: its frames, or the whole of it where it holds none. Raises OSError."""
    with path.open("rb") as file:
        data = file.read(_MAXIMUM_FILE)
    if VT not in data and not data.rstrip(b"\r\n").endswith(b"\x1c"):
        return [data]
    framer = Framer()
    found = framer.feed(data)
    rest = framer.finish()
    return found + rest or [data]


def _decode(args: argparse.Namespace) -> int:
    try:
        zone = ZoneInfo(args.timezone) if args.timezone else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return _fail(f"'{args.timezone[:60]}' is not a time zone; use a name such as Europe/London or UTC", USAGE)
    if len(args.files) > 1 and not args.table:
        return _fail("several files are shown with --table", USAGE)
    try:
        batches = _batches(args.files)
    except (OSError, ValueError) as error:
        return _fail(_unreadable_file(error), USAGE)
    if args.table:
        print(table(_decoded(batches, zone)))
        return SUCCESS
    [(name, messages)] = batches
    result = decode_message(messages[0], zone)
    if len(messages) > 1:
        result["errors"].append(f"the file holds {len(messages)} messages; this is the first")
    print(json.dumps(result, indent=2))
    if result["message_type"] is None:
        return _fail(f"{name}: {result['errors'][0]}", FAILED)
    return SUCCESS


def _batches(names: Sequence[str]) -> list[tuple[str, list[bytes]]]:
    """The messages of each file. Raises OSError or ValueError."""
    return [(name, _messages(Path(name))) for name in names]


def _unreadable_file(error: OSError | ValueError) -> str:
    name = getattr(error, "filename", None) or "file"
    return f"{name}: cannot be read: {getattr(error, 'strerror', None) or error}"


def _decoded(batches: Iterable[tuple[str, list[bytes]]], zone: ZoneInfo | None) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every message; those of one file as they would come over one connection."""
    patients = HeldPatients()
    for connection, (name, messages) in enumerate(batches):
        for number, message in enumerate(messages, 1):
            place = f"{Path(name).name} {number}" if len(messages) > 1 else Path(name).name
            yield place, decode_message(message, zone, partial(patients.of, connection))


def decode_message(
    data: bytes, zone: ZoneInfo | None = None, held: Callable[[Message], Held] = lambda _: NOTHING
) -> dict[str, Any]:
    """One message as plain data for JSON. A message that cannot be read has message_type None and says why in errors.

    held: who the connection of the message has said it speaks of (`hl7.held`).
    `ack` is what a listener would answer, None for nothing. Values of a message that names no location are shown;
    a feed charts them only where it knows the place.
    """
    header = read_header(data)
    try:
        message = read_message(data)
    except UnreadableError as error:
        codes = acknowledgement_codes(header, judge_unreadable(error).code) if data.strip() else ()
        return _object(None, codes, Reading(), LabReading(), None, [str(error)])
    verdict = judge(message)
    errors = list(message.flags)
    now = datetime.now(UTC)
    reading = ObservationReader(zone, needs_location=False).read(message, now, held(message))
    labs = LabReader(zone, needs_zone=False).read(message, reading.laboratory, now)
    movement = next(iter(read_movements(message, errors, zone, now)), None)
    errors += [verdict.text] if verdict.text else []
    errors += sorted(set(reading.flags))
    if not reading.production:
        errors.append(f"not production: processing id {message.processing_id[:20]}")
    return _object(
        message,
        acknowledgement_codes(header, verdict.code),
        reading,
        labs,
        _movement(movement) if movement else None,
        errors,
    )


def _object(
    message: Message | None,
    codes: tuple[str, ...],
    reading: Reading,
    labs: LabReading,
    movement: dict[str, Any] | None,
    errors: list[str],
) -> dict[str, Any]:
    return {
        "message_type": message.message_type[:MAXIMUM_TEXT] if message else None,
        "control_id": message.control_id[:MAXIMUM_TEXT] if message else None,
        "dialect": dialect(message) if message else None,
        "content": content(message, reading) if message else None,
        "ack": codes[0] if codes else None,
        "patient_id": reading.patient_id,
        "location": reading.location,
        "demo": reading.demo,
        "observations": [_observation(item) for item in reading.observations],
        "unavailable": [
            {"parameter": item.vital.parameter.value, "site": item.vital.site} for item in reading.unavailable
        ],
        "quarantined": [
            {"code": item.code, "label": item.label, "value": item.value, "reason": item.reason}
            for item in (*reading.quarantined, *labs.quarantined)
        ],
        "labs": [_lab(item) for item in labs.results],
        "alerts": [
            {"code": item.code, "text": item.text, "priority": item.priority.value, "phase": item.phase or None}
            for item in reading.alerts
        ],
        "skipped": reading.skipped,
        "heartbeat": reading.heartbeat,
        "movement": movement,
        "errors": errors,
    }


def _movement(movement: Movement) -> dict[str, Any]:
    return {**asdict(movement), "at": movement.at.isoformat() if movement.at else None}


def _observation(item: ReadObservation) -> dict[str, Any]:
    return {
        "parameter": item.vital.parameter.value,
        "value": item.vital.value,
        "unit": UNITS[item.vital.parameter],
        "time": item.measured_at.isoformat() if item.measured_at else None,
        "status": item.vital.status.value,
        "site": item.vital.site,
    }


def _lab(item: ReadLab) -> dict[str, Any]:
    return {
        "analyte": item.analyte.value,
        "value": item.value,
        "unit": lab_table().facts[item.analyte].unit,
        "comparator": item.comparator,
        "sent": f"{item.sent} {item.sent_unit}".strip(),
        "time": item.measured_at.isoformat(),
        "status": item.status.value,
        "flag": item.flag,
        "reference_range": item.reference_range,
        "haemolysed": item.haemolysed,
        "patient_id": item.patient_id,
    }


def _send(args: argparse.Namespace) -> int:
    host, _, port = args.to.rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) < 65536:
        return _fail(f"--to {args.to[:60]}: give HOST:PORT", USAGE)
    if not 0 < args.timeout <= 3600:
        return _fail("--timeout: give seconds between 0 and 3600", USAGE)
    try:
        batches = _batches(args.files)
    except (OSError, ValueError) as error:
        return _fail(_unreadable_file(error), USAGE)
    failed = 0
    with MllpSender(host.strip("[]"), int(port), args.timeout) as sender:
        for name, messages in batches:
            for message in messages:
                failed += not _send_one(sender, name, message)
    return _fail(f"{failed} of {sum(len(m) for _, m in batches)} not accepted", FAILED) if failed else SUCCESS


def _send_one(sender: MllpSender, name: str, message: bytes) -> bool:
    """Send one message and print a line for it; True when every answer asked for is positive."""
    try:
        answers = sender.send(message)
    except SendError as error:
        print(f"{name}: not sent or not answered: {_line(str(error))}")
        return False
    if not answers:
        print(f"{name}: sent, no acknowledgement asked for")
    for answer in answers:
        control_id = answer.control_id.decode("utf-8", "replace")
        print(_line(f"{name}: {answer.code} {control_id} {answer.text}".rstrip()))
    return all(answer.positive for answer in answers)


def _line(text: str) -> str:
    """Text from outside on one line of a terminal."""
    return "".join(character if character.isprintable() else "?" for character in text)[: 2 * MAXIMUM_TEXT]
