"""`ward-console export`: observations, alarms or the audit trail as CSV or JSON lines, or a bed's values as HL7."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any, TextIO
from zoneinfo import ZoneInfo

from console.commands import export_hl7
from console.commands.operator import entry_of
from console.config import load_config
from console.sheet import number, write_sheet
from console.store.locate import add_arguments, chosen_url
from console.store.records import AuditEntry


def add_parser(subparsers: Any) -> None:
    """The arguments of the command."""
    parser = subparsers.add_parser(
        "export", help="observations, alarms or the audit trail as CSV or JSON lines, or a bed's values as HL7"
    )
    parser.add_argument("what", choices=("observations", "alarms", "audit", "hl7"))
    add_arguments(parser)
    parser.add_argument("--bed", action="append", default=[], metavar="BED", help="only this bed (may be repeated)")
    parser.add_argument("--from", dest="start", metavar="TIME", help="ISO 8601; without offset, the ward's time zone")
    parser.add_argument("--to", dest="end", metavar="TIME", help="up to, not including, this time")
    parser.add_argument("--format", choices=("csv", "jsonl"), default="csv")
    parser.add_argument("--out", type=Path, metavar="FILE", help="instead of standard output")
    export_hl7.add_arguments(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Export; exit status 0, 1 when it cannot be read or written, 2 for bad input."""
    from console.store.errors import DatabaseMissing, StoreError
    from console.store.upkeep import reading, record

    try:
        zone: tzinfo = ZoneInfo(load_config(args.config).ward.timezone) if args.config else UTC
        start, end = _moment(args.start, zone, "--from"), _moment(args.end, zone, "--to")
        if start is not None and end is not None and end <= start:
            raise ValueError("--to has to be later than --from")
        url = chosen_url(args)
        export_hl7.check(args)
    except ValueError as error:
        return _say(str(error), 2)
    try:
        if args.what == "hl7":
            with reading(url) as engine:
                record(url, _told(args, start, end))
                return export_hl7.run(args, engine, start, end)
        with reading(url) as engine, _target(args.out) as out:
            record(url, _told(args, start, end))
            columns, rows = _rows(engine, args.what, args.bed, start, end)
            count = _write(out, args.format, columns, rows)
    except DatabaseMissing as error:
        return _say(str(error), 2)
    except StoreError as error:
        return _say(str(error), 1)
    except BrokenPipeError:
        raise
    except OSError as error:
        return _say(f"{error.filename or args.out or 'standard output'}: {error.strerror}", 1)
    if not count:
        print("ward-console export: nothing matches", file=sys.stderr)
    return 0


def _say(sentence: str, status: int) -> int:
    print(f"ward-console export: {' '.join(sentence.split())}", file=sys.stderr)
    return status


def _told(args: argparse.Namespace, start: datetime | None, end: datetime | None) -> AuditEntry:
    """What leaves the ward, for the audit trail: without it nothing does."""
    span = f"from {start.isoformat() if start else 'the beginning'} to {end.isoformat() if end else 'now'}"
    beds = f"beds {', '.join(args.bed)}" if args.bed else "all beds"
    where = args.out.absolute() if args.out is not None else "standard output"
    return entry_of("data export", f"{args.what}, {beds}, {span}, as {args.format}, to {where}")


def _moment(text: str | None, zone: tzinfo, option: str) -> datetime | None:
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
        return (at if at.tzinfo is not None else at.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(f"{option} '{text}': use ISO 8601, such as 2026-11-22T13:05:00+00:00") from None


def _rows(
    engine: Any, what: str, beds: Sequence[str], start: datetime | None, end: datetime | None
) -> tuple[Sequence[str], Iterator[dict[str, Any]]]:
    from console.store import rows
    from console.store.instants import optional_us
    from console.store.records import HistoryFilter

    if what == "observations":
        found = rows.observation_rows(engine, beds, optional_us(start), optional_us(end))
        return rows.OBSERVATION_COLUMNS, found
    chosen = HistoryFilter(start, end, tuple(beds))
    if what == "alarms":
        return rows.ALARM_COLUMNS, rows.alarm_rows(engine, chosen)
    return rows.AUDIT_COLUMNS, rows.audit_rows(engine, chosen)


@contextmanager
def _target(out: Path | None) -> Iterator[TextIO]:
    """Standard output, or a file that has its name only once it is whole."""
    if out is None:
        yield sys.stdout
        sys.stdout.flush()
        return
    part = out.with_name(out.name + ".part")
    try:
        with part.open("w", encoding="utf-8", newline="") as file:
            yield file
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)


def _write(out: TextIO, form: str, columns: Sequence[str], rows: Iterator[dict[str, Any]]) -> int:
    count = 0
    if form == "jsonl":
        for row in rows:
            plain = {name: number(value) for name, value in row.items()}
            out.write(json.dumps(plain, ensure_ascii=False, allow_nan=False) + "\n")
            count += 1
        return count
    return write_sheet(out, columns, ([row[name] for name in columns] for row in rows))
