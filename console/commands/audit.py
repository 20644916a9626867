"""`ward-console audit verify`: whether the audit trail is as it was written."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from console.config import ConfigError
from console.store.locate import add_arguments, chosen_url, hidden


def add_parser(subparsers: Any) -> None:
    """The arguments of the command."""
    parser = subparsers.add_parser("audit", help="verify the audit trail")
    acts = parser.add_subparsers(dest="act", metavar="ACT", required=True)
    act = acts.add_parser(
        "verify",
        help="follow the audit trail and name the first entry that is not as it was written",
        description="Follow the audit trail from its first entry to its head, and hold it against the anchors that a "
        "console writes beside the database (for a server: in the data directory).",
    )
    add_arguments(act)
    act.add_argument("--anchors", type=Path, metavar="FILE", help="anchors kept elsewhere, such as a copy of them")
    act.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Exit status 0 for a whole trail, 1 for one that is not or cannot be read, 2 for bad input."""
    from console.store.errors import DatabaseMissing, StoreError
    from console.store.upkeep import verify_audit

    if args.anchors is not None and not args.anchors.is_file():
        return _say(f"{args.anchors}: there is no such file of anchors", 2)
    try:
        url = chosen_url(args)
        found = verify_audit(url, args.anchors, args.data_dir)
    except (ConfigError, DatabaseMissing) as error:
        return _say(str(error), 2)
    except StoreError as error:
        return _say(str(error), 1)
    except OSError as error:
        return _say(f"{error.filename}: {error.strerror}", 1)
    if found.broken is not None:
        return _say(f"{hidden(url)}: {found.broken}", 1)
    if found.unreadable:
        return _say(f"{hidden(url)}: the trail is whole in itself, but its anchors were changed: {found.unreadable}", 1)
    print(f"{hidden(url)}: {found.entries} entries, the newest is number {found.last}: the audit trail is whole")
    if found.anchored is None:
        print("there is no anchor: nothing outside the database speaks for it")
    else:
        when = found.anchored.at.isoformat(timespec="seconds")
        print(f"{found.checked} anchors agree; the newest, of {when}, reaches to entry {found.anchored.number}")
    return 0


def _say(sentence: str, status: int) -> int:
    print(f"ward-console audit verify: {' '.join(sentence.split())}", file=sys.stderr)
    return status
