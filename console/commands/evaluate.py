"""`evaluate`: what changed thresholds would have done on the ward's own stored days; the page of thresholds as text."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from console.store.locate import add_arguments, chosen_url

if TYPE_CHECKING:
    from console.link.evaluation import Result

LONGEST_DAYS = 14.0


def add_parser(subparsers: Any) -> None:
    """The arguments of the command."""
    parser = subparsers.add_parser(
        "evaluate",
        help="what changed thresholds would have done on the ward's own stored days",
        description="Judges the stored days of a ward with its thresholds and with those changed by --set, beside "
        "plain limits and NEWS2. Reads the database alone, also while the console runs; nothing is changed.",
    )
    add_arguments(parser)
    parser.add_argument("--days", type=_days, default=7.0, metavar="N", help="the last N days, at most 14 (7)")
    parser.add_argument("--bed", action="append", default=[], metavar="BED", help="only this bed (may be repeated)")
    parser.add_argument("--set", dest="changes", action="append", default=[], metavar="KEY=VALUE", help="as of replay")
    parser.add_argument("--simulated", action="store_true", help="count invented patients too")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the whole result here")
    parser.set_defaults(run=run)


def _days(text: str) -> float:
    try:
        days = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is not a number of days") from None
    if not 0 < days <= LONGEST_DAYS:
        raise argparse.ArgumentTypeError(f"{text}: more than 0 and at most {LONGEST_DAYS:g} days")
    return days


def run(args: argparse.Namespace) -> int:
    """Judge and print; 2 for bad input, 1 when it cannot be read or written."""
    from console.alarms.detector_rules import RulesError
    from console.config import Config, load_config
    from console.evaluation.run import Days, evaluate
    from console.replay.changes import changed_rules
    from console.rules import load_rules
    from console.store.codec import encode
    from console.store.errors import DatabaseMissing, StoreError
    from console.store.upkeep import reading

    config = load_config(args.config) if args.config else Config()
    end = datetime.now(UTC)
    days = Days(end - timedelta(days=args.days), end, tuple(args.bed), args.simulated or config.ward.simulated)
    try:
        present, (proposed, _) = load_rules(config.alarms), changed_rules(config.alarms, args.changes)
        with reading(chosen_url(args)) as engine:
            result = evaluate(engine, config, present, proposed, days)
        if args.json is not None:
            args.json.write_text(json.dumps(json.loads(encode(result)), indent=1) + "\n", encoding="utf-8")
    except (RulesError, DatabaseMissing) as error:
        return _say(str(error), 2)
    except StoreError as error:
        return _say(str(error), 1)
    except OSError as error:
        return _say(f"{error.filename}: cannot be written: {error.strerror}", 1)
    _print(result)
    return 0


def _say(sentence: str, status: int) -> int:
    print(f"ward-console evaluate: {' '.join(sentence.split())}", file=sys.stderr)
    return status


def _print(result: Result) -> None:
    print(f"{result.patient_days:.2f} patient-days, {result.patients} patients, {result.values} values", end="")
    print(": too few to judge a rate" if result.few else "")
    print(f"{'episodes per patient-day':28}{'in force':>16}{'proposed':>16}")
    for load in result.loads:
        cells = [
            f"{count / result.patient_days:.3f} ({count})" if result.patient_days else "-"
            for count in (load.present, load.proposed)
        ]
        print(f"{f'{load.kind} {load.level}':28}{cells[0]:>16}{cells[1]:>16}")
    for one in result.differences:
        shift = f"{one.minutes:.0f} min {one.shift}" if one.minutes else one.shift
        acted = f"; people acted: {one.acted_on}" if one.acted_on else ""
        print(f"{one.at:%Y-%m-%d %H:%M}Z  {one.bed}  {one.kind} {one.stage.word}: {shift}{acted}")
    if result.more:
        print(f"{result.more} more differences are not listed")
