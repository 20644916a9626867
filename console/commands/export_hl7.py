"""`ward-console export hl7`: what was stored of one bed as validated ORU^R01 (IHE PCD-01), to a file or to a receiver.

The same window gives the same messages with the same control ids, so that a receiver knows what it has had. A stored
label of a site is not sent: PCD-01 names a site by its code, and the archive keeps the words of the device.
"""

from __future__ import annotations

import argparse
import hashlib
import ssl
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from console.config import load_config
from console.config_alerting import place_fault
from drivers.observation import Parameter, Status

SPAN = timedelta(minutes=1)
"""Values of so long at most stand in one message."""

MOST_TEMPLATES = 64
_OPTIONS = ("send", "location", "ca", "cert", "key")


@dataclass(slots=True)
class Frame:
    """What goes into one message: at most one value of each parameter, of one patient."""

    patient_id: str
    start: datetime
    values: dict[Parameter, float | None] = field(default_factory=dict)
    measured: dict[Parameter, datetime] = field(default_factory=dict)
    questionable: set[Parameter] = field(default_factory=set)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What only `export hl7` takes."""
    group = parser.add_argument_group("hl7: the values of one --bed as HL7 v2.6 ORU^R01")
    group.add_argument("--send", metavar="HOST:PORT", help="over MLLP, with the acknowledgements printed")
    group.add_argument("--location", metavar="PV1-3", help='as "unit^room^bed"; without it "^^BED"')
    group.add_argument("--ca", type=Path, metavar="FILE", help="over TLS, to a receiver this authority vouches for")
    group.add_argument("--cert", type=Path, metavar="FILE", help="our certificate, where the receiver asks for one")
    group.add_argument("--key", type=Path, metavar="FILE", help="its key")


def check(args: argparse.Namespace) -> None:
    """Raises ValueError, one sentence, for what cannot be meant."""
    if args.what != "hl7":
        for option in _OPTIONS:
            if getattr(args, option) is not None:
                raise ValueError(f"--{option} is for export hl7")
        return
    if len(args.bed) != 1:
        raise ValueError("export hl7 needs one --bed")
    if args.format != "csv":
        raise ValueError("--format is not for export hl7")
    if (args.send is None) == (args.out is None):
        raise ValueError("export hl7 needs either --out FILE or --send HOST:PORT")
    if args.send is not None:
        host, _, port = args.send.rpartition(":")
        if not host or not port.isdecimal() or not 0 < int(port) < 65536:
            raise ValueError(f"--send {args.send[:60]}: give HOST:PORT")
    if (args.cert is None) != (args.key is None) or (args.cert is not None and args.ca is None):
        raise ValueError("give --cert and --key together, and --ca with them")
    if fault := place_fault(_place(args)):
        raise ValueError(f"{fault}; give --location")


def run(args: argparse.Namespace, engine: Any, start: datetime | None, end: datetime | None) -> int:
    """Export; 0 when everything is written, or sent and accepted, 1 otherwise."""
    from console.store.instants import optional_us
    from console.store.rows import observation_rows

    simulated = bool(args.config) and load_config(args.config).ward.simulated
    found = frames(observation_rows(engine, args.bed, optional_us(start), optional_us(end)))
    try:
        made = messages(found, args.bed[0], _place(args), demo=simulated)
        count, refused = _write(args.out, made) if args.out is not None else _send(args, made)
    except ValueError as error:
        return _say(str(error), 1)
    if not count:
        _say("nothing matches", 0)
    return _say(f"{refused} of {count} messages not accepted", 1) if refused else 0


def frames(rows: Iterable[dict[str, Any]]) -> Iterator[Frame]:
    """Stored observations, in the order of their time, as what goes together into one message."""
    current: Frame | None = None
    for row in rows:
        at, parameter = datetime.fromisoformat(row["time"]), Parameter(row["parameter"])
        if (
            current is None
            or parameter in current.values
            or row["patient_id"] != current.patient_id
            or at - current.start >= SPAN
        ):
            if current is not None:
                yield current
            current = Frame(row["patient_id"], at)
        current.values[parameter] = row["value"]
        current.measured[parameter] = at
        if row["status"] == Status.QUESTIONABLE.value:
            current.questionable.add(parameter)
    if current is not None:
        yield current


def messages(found: Iterable[Frame], bed: str, place: str, *, demo: bool = False) -> Iterator[bytes]:
    """Every frame as a message, unframed. Raises ValueError for what HL7 has no room for."""
    from hl7.alert_message import APPLICATION
    from hl7.builder import OruTemplate

    templates: dict[tuple[str, tuple[Parameter, ...]], OruTemplate] = {}
    for frame in found:
        kind = frame.patient_id, tuple(sorted(frame.values))
        if kind not in templates:
            if len(templates) >= MOST_TEMPLATES:
                templates.clear()
            templates[kind] = OruTemplate(
                kind[1], location=place, patient_id=frame.patient_id, sender=APPLICATION, demo=demo
            )
        content = f"{bed}|{frame.patient_id}|{frame.start.isoformat()}|{sorted(frame.values.items())}"
        control_id = hashlib.sha256(content.encode()).hexdigest()[:20]
        at = max(frame.measured.values())
        yield templates[kind].fill(frame.values, at, control_id, frame.measured, frame.questionable)


def _place(args: argparse.Namespace) -> str:
    return args.location if args.location is not None else f"^^{args.bed[0]}"


def _write(out: Path, made: Iterable[bytes]) -> tuple[int, int]:
    """Into a file of MLLP frames, which has its name only once it is whole."""
    from hl7.mllp import wrap

    part, count = out.with_name(out.name + ".part"), 0
    try:
        with part.open("wb") as file:
            for message in made:
                file.write(wrap(message))
                count += 1
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)
    return count, 0


def _send(args: argparse.Namespace, made: Iterable[bytes]) -> tuple[int, int]:
    """To a receiver; a line for every acknowledgement. Ends with the first message that is not answered."""
    from hl7.sender import MllpSender, SendError
    from hl7.tls import client_context

    host, _, port = args.send.rpartition(":")
    context: ssl.SSLContext | None = None
    if args.ca is not None:
        cert, key = (None, None) if args.cert is None else (str(args.cert), str(args.key))
        context = client_context(str(args.ca), cert, key)
    count = refused = 0
    with MllpSender(host.strip("[]"), int(port), tls=context) as sender:
        for message in made:
            count += 1
            try:
                answers = sender.send(message)
            except SendError as error:
                raise ValueError(f"message {count} was not sent or not answered: {error}") from error
            for answer in answers:
                control_id = answer.control_id.decode("utf-8", "replace")
                print(_line(f"{answer.code} {control_id} {answer.text}".rstrip()))
            refused += not all(answer.positive for answer in answers)
    return count, refused


def _say(sentence: str, status: int) -> int:
    print(f"ward-console export: {_line(sentence)}", file=sys.stderr)
    return status


def _line(text: str) -> str:
    """Text from outside on one line of a terminal."""
    return "".join(character if character.isprintable() else "?" for character in text)[:400]
