"""`python -m tests.scenarios`: virtual patients through the replay engine, against truth, plain limits and NEWS2."""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

from console.alarms.detector_rules import RulesError
from console.replay.changes import changed_rules
from tests.scenarios.evaluate import evaluate
from tests.scenarios.groups import GROUPS
from tests.scenarios.tables import figures, text

SEED, PATIENTS = 4, 11 * len(GROUPS)


def main(words: list[str] | None = None) -> int:
    """Print the tables; 2 for wrong usage."""
    parser = argparse.ArgumentParser(prog="python -m tests.scenarios", description=__doc__)
    parser.add_argument("--seed", type=int, default=SEED, help=f"of all randomness (default {SEED})")
    parser.add_argument("--patients", type=int, default=PATIENTS, help=f"how many, {len(GROUPS)} groups in turn")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures of both tables to this file")
    parser.add_argument("--set", metavar="KEY=VALUE", dest="changes", action="append", default=[], help="as in replay")
    args = parser.parse_args(words)
    if args.seed < 0 or not 1 <= args.patients <= 10_000:
        parser.error("the seed must not be negative, and patients lie from 1 to 10000")
    try:
        rules, changed = changed_rules({}, args.changes)
    except RulesError as error:
        print(f"python -m tests.scenarios: {error}", file=sys.stderr)
        return 2
    started = time.process_time()
    outcomes = list(evaluate(args.seed, args.patients, rules))
    result = figures(outcomes)
    result |= {"seed": args.seed, "patients": args.patients}
    result["changed"] = {change.key: {"from": change.before, "to": change.after} for change in changed}
    print(text(result))
    for change in changed:
        print(f"changed for this run: {change.key} = {change.after} (else {change.before})")
    print(
        f"{args.patients} patients, seed {args.seed}, {time.process_time() - started:.0f} s of one core",
        file=sys.stderr,
    )
    if args.json is not None:
        try:
            args.json.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
        except OSError as error:
            print(f"python -m tests.scenarios: {args.json}: cannot be written: {error.strerror}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
