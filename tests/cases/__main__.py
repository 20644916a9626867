"""`python -m tests.cases`: the cases of three authors through the replay engine, against what they would accept."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from console.alarms.detector_rules import RulesError
from console.replay.changes import changed_rules
from console.replay.rows import ReplayError
from tests.cases.curve import curves
from tests.cases.replay import prepare
from tests.cases.score import verdicts
from tests.cases.sets import SETS, CasesError, all_cases, from_file
from tests.cases.tables import report


def main(words: list[str] | None = None) -> int:
    """Print the tables; 2 for wrong usage."""
    parser = argparse.ArgumentParser(prog="python -m tests.cases", description=__doc__)
    parser.add_argument("--set", metavar="KEY=VALUE", dest="changes", action="append", default=[], help="as in replay")
    parser.add_argument("--only", choices=sorted(SETS), help="the cases of one author")
    parser.add_argument("--cases", type=Path, metavar="FILE.jsonl", help="cases of a file, one JSON object a line")
    parser.add_argument("--verbose", action="store_true", help="also what was called in each case within range")
    parser.add_argument("--curve", action="store_true", help="trade curves of the rules of a quiet pump (minutes)")
    args = parser.parse_args(words)
    if args.curve and (args.changes or args.only or args.cases or args.verbose):
        parser.error("--curve goes alone")
    if args.only and args.cases:
        parser.error("--only and --cases exclude each other")
    if args.curve:
        print(curves())
        return 0
    try:
        rules, changed = changed_rules({}, args.changes)
        cases = from_file(args.cases) if args.cases else SETS[args.only]() if args.only else all_cases()
        found = verdicts(prepare(cases), rules)
    except (RulesError, CasesError, ReplayError) as error:
        print(f"python -m tests.cases: {error}", file=sys.stderr)
        return 2
    print(report(found, verbose=args.verbose))
    for change in changed:
        print(f"changed for this run: {change.key} = {change.after} (else {change.before})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
