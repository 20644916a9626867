"""`ward-console user`: who may sign in. Works while the console runs, which takes it up within a second."""

from __future__ import annotations

import argparse
import getpass
import os
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from console.commands.desktop import config_file
from console.config import ConfigError
from console.store.locate import add_arguments, chosen_url, hidden
from console.ward.credentials import SYSTEM_USER, name_fault, secret_fault, secret_kind, tidy_name
from console.ward.people import Role

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from console.store.records import Doer

LONGEST_LINE = 4_096
"""Bytes of standard input that are read for a secret."""


class BadInput(Exception):  # noqa: N818 - reads as what it names
    """What was given cannot be used; the text is one plain sentence."""


def add_parser(subparsers: Any) -> None:
    """The arguments of the command."""
    parser = subparsers.add_parser("user", help="who may sign in: add, list, disable, enable, roles, secret")
    acts = parser.add_subparsers(dest="act", metavar="ACT", required=True)
    for name, text, work in (
        ("add", "make a person; the first one has to be an administrator", _add),
        ("list", "everybody, with roles and state", _list),
        ("disable", "keep somebody from signing in; a running console signs him out", _disable),
        ("enable", "let somebody sign in again", _enable),
        ("roles", "what somebody may do from now on", _roles),
        ("secret", "a new PIN or password, which also ends a wait after wrong tries", _secret),
    ):
        act = acts.add_parser(name, help=text)
        if name != "list":
            act.add_argument("name", metavar="NAME")
        if name in ("add", "roles"):
            act.add_argument(
                "--role",
                action="append",
                required=True,
                type=_role,
                metavar="ROLE",
                help=f"may be given several times: {', '.join(role.value for role in Role)}",
            )
        if name in ("add", "secret"):
            act.add_argument("--stdin", action="store_true", help="read the secret from one line of standard input")
        add_arguments(act)
        act.set_defaults(run=run, work=work)


def _role(word: str) -> Role:
    try:
        return Role(" ".join(word.replace("-", " ").replace("_", " ").split()).casefold())
    except ValueError:
        allowed = ", ".join(f"'{role.value}'" for role in Role)
        raise argparse.ArgumentTypeError(f"'{word}' is no role; use {allowed}") from None


def run(args: argparse.Namespace) -> int:
    """Exit status 0, 1 when the database cannot be used, 2 for what is refused."""
    from console.store.errors import DatabaseMissing, Refused, StoreError

    try:
        work: Callable[[argparse.Namespace, str], None] = args.work
        work(args, _url(args))
    except (ConfigError, BadInput, Refused, DatabaseMissing) as error:
        return _say(args.act, str(error), 2)
    except StoreError as error:
        return _say(args.act, str(error), 1)
    except OSError as error:
        return _say(args.act, f"{error.filename}: {error.strerror}", 1)
    return 0


def _say(act: str, sentence: str, status: int) -> int:
    print(f"ward-console user {act}: {' '.join(sentence.split()).rstrip('.')}", file=sys.stderr)
    return status


def _url(args: argparse.Namespace) -> str:
    """The database of the desktop console, which reads the user's own configuration where none is named."""
    if args.config is None and args.db is None and config_file(None).exists():
        args.config = config_file(None)
    return chosen_url(args)


# --- what can be done ---------------------------------------------------------------------------------------------


def _add(args: argparse.Namespace, url: str) -> None:
    from console.people.hashing import Hasher
    from console.store import people
    from console.store.records import PersonRecord

    name, roles = tidy_name(args.name), frozenset(args.role)
    _refuse(name_fault(name))
    secret = _asked(args, name)
    new = PersonRecord(name, roles, Hasher().hashed(secret), secret_kind(secret))
    _write(url, lambda connection, doer: people.add(connection, new, doer))
    print(f"{name}: {people.in_words(roles)}, signs in with a {secret_kind(secret).value} ({hidden(url)})")


def _list(_: argparse.Namespace, url: str) -> None:
    from console.store.people import in_words, read_people
    from console.store.upkeep import reading

    with reading(url) as engine, engine.connect() as connection, connection.begin():
        found = read_people(connection)
    rows = [("NAME", "ROLES", "SECRET", "STATE", "LAST SIGNED IN")]
    for record in found:
        last = (
            f"{record.signed_in_at:%Y-%m-%d %H:%M} UTC at {record.signed_in_where}" if record.signed_in_at else "never"
        )
        wrong = f", {record.tries.failed} wrong tries" if record.tries.failed else ""
        state = f"{'disabled' if record.disabled else 'enabled'}{wrong}"
        rows.append((record.name, in_words(record.roles), record.kind.value, state, last))
    if not found:
        print("nobody: acts need no sign-in; begin with `ward-console user add NAME --role administrator`")
        return
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        print("  ".join(f"{word:<{width}}" for word, width in zip(row, widths, strict=True)).rstrip())


def _disable(args: argparse.Namespace, url: str) -> None:
    _set_disabled(args, url, True)


def _enable(args: argparse.Namespace, url: str) -> None:
    _set_disabled(args, url, False)


def _set_disabled(args: argparse.Namespace, url: str, disabled: bool) -> None:
    from console.store import people

    name = _printable(args.name)
    _write(url, lambda connection, doer: people.set_disabled(connection, name, disabled, doer))
    print(f"{name}: {'disabled' if disabled else 'enabled'}")


def _roles(args: argparse.Namespace, url: str) -> None:
    from console.store import people

    name, roles = _printable(args.name), frozenset(args.role)
    _write(url, lambda connection, doer: people.set_roles(connection, name, roles, doer))
    print(f"{name}: {people.in_words(roles)}")


def _secret(args: argparse.Namespace, url: str) -> None:
    from console.people.hashing import Hasher
    from console.store import people

    name = _printable(args.name)
    secret = _asked(args, name)
    kept, kind = Hasher().hashed(secret), secret_kind(secret)
    _write(url, lambda connection, doer: people.set_secret(connection, name, kept, kind, doer))
    print(f"{name}: signs in with a new {kind.value}")


# --- how ------------------------------------------------------------------------------------------------------------


def _refuse(sentence: str) -> None:
    if sentence:
        raise BadInput(sentence)


def _printable(name: str) -> str:
    """A name as it was typed at a shell, which may hand on any bytes."""
    if not name.isprintable():
        raise BadInput("this is no name of a person")
    return tidy_name(name)


def _asked(args: argparse.Namespace, name: str) -> str:
    """A new secret: typed twice without echo, or one line of standard input."""
    if args.stdin:
        line = sys.stdin.buffer.readline(LONGEST_LINE)
        try:
            secret = line.decode("utf-8").rstrip("\r\n")
        except UnicodeDecodeError:
            raise BadInput("the secret on standard input is not UTF-8 text") from None
        _refuse(secret_fault(secret, name))
        return secret
    if not sys.stdin.isatty():
        raise BadInput("a secret is typed at a terminal; give --stdin to read it from standard input")
    try:
        secret = getpass.getpass(f"PIN (4 to 12 digits) or password of {name}: ")
        _refuse(secret_fault(secret, name))
        again = getpass.getpass("Once more: ")
    except EOFError:
        raise BadInput("no secret was typed") from None
    if again != secret:
        raise BadInput("these are not the same; nothing was changed")
    return secret


def _doer() -> Doer:
    """Who is at the command line, as the system knows him, whatever the environment says."""
    from console.store.records import Doer

    try:
        import pwd

        name = pwd.getpwuid(os.getuid()).pw_name
    except (ImportError, KeyError):
        name = getpass.getuser() if not hasattr(os, "getuid") else str(os.getuid())
    return Doer(f"{SYSTEM_USER}{name}", datetime.now(UTC), socket.gethostname())


def _write(url: str, act: Callable[[Connection, Doer], None]) -> None:
    """Make the change and its entry in the audit trail in one transaction. Raises Refused and StoreError."""
    doer = _doer()
    with _transaction(url) as connection:
        act(connection, doer)


@contextmanager
def _transaction(url: str) -> Iterator[Connection]:
    from sqlalchemy.exc import DBAPIError

    from console.store.database import Role as ConnectionRole
    from console.store.database import open_engine, prepare_file, understand
    from console.store.errors import StoreError
    from console.store.migrate import upgrade

    prepare_file(url)
    engine = open_engine(url, ConnectionRole.JOURNAL)
    try:
        upgrade(engine)
        with engine.connect() as connection, connection.begin():
            yield connection
    except DBAPIError as error:
        raise StoreError(f"{hidden(url)}: {understand(error).value}: {error.orig}") from error
    finally:
        engine.dispose()
