"""`ward-console db`: upgrade, check, back up or restore the ward's database."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from console.commands.operator import entry_of, operator
from console.config import ConfigError
from console.store.locate import add_arguments, chosen_url, hidden


def add_parser(subparsers: Any) -> None:
    """The arguments of the command."""
    parser = subparsers.add_parser("db", help="upgrade, check, back up or restore the ward's database")
    acts = parser.add_subparsers(dest="act", metavar="ACT", required=True)
    for name, text in (
        ("upgrade", "make the database, or bring it to this version"),
        ("check", "look for damage and count what is stored"),
        ("backup", "copy a SQLite database while it is in use, and verify the copy"),
        ("restore", "verify a backup and put it in the place of a SQLite database that nobody uses"),
    ):
        act = acts.add_parser(name, help=text)
        add_arguments(act)
        if name == "backup":
            act.add_argument("target", type=Path, metavar="TARGET", help="file to make; it must not exist")
        if name == "restore":
            act.add_argument("backup", type=Path, metavar="BACKUP", help="a file that `db backup` has made")
        act.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Exit status 0, 1 when the work failed or the check found damage, 2 for bad input."""
    from console.store.errors import DatabaseMissing, StoreError

    try:
        url = chosen_url(args)
        if args.act == "backup":
            return _backup(url, args.target)
        if args.act == "restore":
            return _restore(url, args.backup)
        return _check(url, args.data_dir) if args.act == "check" else _upgrade(url)
    except (ConfigError, DatabaseMissing, FileExistsError) as error:
        return _say(args.act, str(error), 2)
    except FileNotFoundError as error:
        return _say(args.act, f"{error.filename}: {error.strerror}", 2)
    except StoreError as error:
        return _say(args.act, str(error), 1)
    except OSError as error:
        return _say(args.act, f"{error.filename}: {error.strerror}", 1)


def _say(act: str, sentence: str, status: int) -> int:
    print(f"ward-console db {act}: {' '.join(sentence.split())}", file=sys.stderr)
    return status


def _upgrade(url: str) -> int:
    from sqlalchemy.exc import DBAPIError

    from console.store.database import Role, open_engine, prepare_file
    from console.store.errors import StoreError
    from console.store.migrate import upgrade

    prepare_file(url)
    engine = open_engine(url, Role.JOURNAL)
    try:
        before, after = upgrade(engine, operator())
    except DBAPIError as error:
        raise StoreError(f"{hidden(url)}: {error.orig}") from error
    finally:
        engine.dispose()
    change = "is current" if before == after else f"made (was {before or 'empty'})"
    print(f"{hidden(url)}: schema {after} {change}")
    return 0


def _check(url: str, data_dir: Path | None) -> int:
    from console.store.upkeep import check

    found = check(url, data_dir)
    print(f"{hidden(url)}: schema {found.version}")
    for table, count in found.counts.items():
        print(f"  {table:<12} {count:>12}")
    if found.problems:
        return _say("check", "; ".join(found.problems), 1)
    print("no damage found")
    return 0


def _backup(url: str, target: Path) -> int:
    from console.store.errors import StoreError
    from console.store.locate import sqlite_file
    from console.store.upkeep import backup, record

    if sqlite_file(url) is None:
        return _say("backup", f"PostgreSQL is backed up with: pg_dump --format=custom --file={target} DATABASE", 2)
    size = backup(url, target)
    print(f"{target}: {size} bytes, verified")
    try:
        record(url, entry_of("database backed up", f"to {target.absolute()}, {size} bytes"))
    except StoreError as error:
        # A disk that takes nothing more is a reason for a backup, not against it.
        return _say("backup", f"the backup is whole, but {error}", 1)
    return 0


def _restore(url: str, backup: Path) -> int:
    from console.store.locate import sqlite_file
    from console.store.restoring import restore

    if sqlite_file(url) is None:
        return _say("restore", "PostgreSQL is restored with: pg_restore --clean --dbname=DATABASE FILE", 2)
    done = restore(url, backup, entry_of("database restored"))
    print(f"{done.file}: restored from {backup}, verified; {done.entries} entries in the audit trail")
    if done.kept is not None:
        print(f"the database of before is kept as {done.kept}")
    return 0
