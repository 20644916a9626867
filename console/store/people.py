"""People in the database: each change together with its audit in one transaction, checked inside it.

Every change first holds the audit chain, so that two consoles never change people at the same moment: of two that make
the first administrator one is refused, and no two administrators can disable each other.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, NoReturn

from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.exc import SQLAlchemyError

from console.store import audit
from console.store.errors import Refused, StoreError
from console.store.instants import from_us, optional_us, to_us
from console.store.records import AuditEntry, Doer, PersonRecord
from console.store.schema import person
from console.store.words import storable
from console.ward.credentials import SecretKind, name_key
from console.ward.lockout import Tries, after_wrong, left_s
from console.ward.people import Role

MOST_PEOPLE = 500
"""People a ward may have, the disabled ones among them."""

LAST_ADMINISTRATOR = "The last administrator cannot be disabled and stays an administrator."
NOT_FIRST = "Somebody is there already; sign in, or ask an administrator."
FIRST_ADMINISTRATOR = "The first person has to be an administrator."

Act = Callable[[Connection], None]


def read_people(connection: Connection) -> tuple[PersonRecord, ...]:
    """Everybody, by name."""
    return tuple(_record(row) for row in connection.execute(select(person).order_by(person.c.key)))


def _record(row: Any) -> PersonRecord:
    return PersonRecord(
        row.name,
        frozenset(Role(word) for word in json.loads(row.roles)),
        row.secret,
        SecretKind(row.kind),
        row.disabled,
        Tries(row.failed, None if row.locked_until is None else from_us(row.locked_until)),
        None if row.signed_in_at is None else from_us(row.signed_in_at),
        row.signed_in_where or "",
    )


def add(connection: Connection, new: PersonRecord, doer: Doer, *, first: bool = False) -> None:
    """Make a person; first: only where there is none. Raises Refused."""
    audit.hold_chain(connection)
    key = name_key(new.name)
    there = connection.execute(select(func.count()).select_from(person)).scalar_one()
    if first and there:
        raise Refused(NOT_FIRST)
    if not there and Role.ADMINISTRATOR not in new.roles:
        raise Refused(FIRST_ADMINISTRATOR)
    if there >= MOST_PEOPLE:
        raise Refused(f"A ward may have at most {MOST_PEOPLE} people.")
    other = connection.execute(select(person.c.name).where(person.c.key == key)).scalar()
    if other is not None:
        raise Refused(f"{other} is there already; choose another name.")
    _require_role(new.roles)
    at = to_us(doer.at)
    row = {
        "key": key,
        "name": new.name,
        "roles": _words(new.roles),
        "secret": new.secret,
        "kind": new.kind.value,
        "disabled": False,
        "failed": 0,
        "created_at": at,
        "created_by": doer.by,
        "changed_at": at,
        "changed_by": doer.by,
    }
    connection.execute(insert(person), row)
    told = f"{in_words(new.roles)}; with a {new.kind.value}"
    _tell(connection, doer, "first administrator made" if first else "person added", new.name, "", told)


def set_roles(connection: Connection, name: str, roles: frozenset[Role], doer: Doer) -> None:
    """Raises Refused."""
    before = _there(connection, name)
    _require_role(roles)
    if roles == before.roles:
        return
    _change(connection, name, doer, roles=_words(roles))
    _require_administrator(connection)
    _tell(connection, doer, "roles changed", before.name, in_words(before.roles), in_words(roles))


def set_secret(connection: Connection, name: str, secret: str, kind: SecretKind, doer: Doer) -> None:
    """A new hash; it ends a lock. Raises Refused."""
    before = _there(connection, name)
    _change(connection, name, doer, secret=secret, kind=kind.value, failed=0, locked_until=None)
    _tell(connection, doer, "secret changed", before.name, f"a {before.kind.value}", f"a {kind.value}")


def set_disabled(connection: Connection, name: str, disabled: bool, doer: Doer) -> None:
    """Raises Refused."""
    before = _there(connection, name)
    if before.disabled == disabled:
        return
    _change(connection, name, doer, disabled=disabled)
    _require_administrator(connection)
    words = ("disabled", "enabled") if disabled else ("enabled", "disabled")
    _tell(connection, doer, f"person {words[0]}", before.name, words[1], words[0])


def wrong_try(connection: Connection, name: str, doer: Doer) -> None:
    """Count a wrong secret. Raises Refused for a name that is not there any more."""
    before = _there(connection, name)
    tries = after_wrong(before.tries, doer.at)
    values = {"failed": tries.failed, "locked_until": optional_us(tries.until)}
    connection.execute(update(person).where(_called(name)).values(values))
    wait = left_s(tries, doer.at)
    locked = f"; locked for {wait:.0f} s" if wait else ""
    told = f"{before.name}: wrong secret, {tries.failed} in a row{locked}"
    _tell(connection, doer, "sign-in refused", told, "", "")


def signed_in(connection: Connection, name: str, proven: str, renewed: str | None, doer: Doer) -> None:
    """Somebody has proved the secret of hash `proven`; renewed: the same secret at today's cost.

    Raises Refused when by now he is locked or disabled, or his secret is another.
    """
    there = _there(connection, name)
    if there.disabled or there.secret != proven or left_s(there.tries, doer.at):
        raise Refused("This was changed a moment ago; try again.")
    values = {"failed": 0, "locked_until": None, "signed_in_at": to_us(doer.at), "signed_in_where": doer.station}
    if renewed is not None:
        values["secret"] = renewed
    connection.execute(update(person).where(_called(name)).values(values))
    _tell(connection, doer, "signed in", "", "", "")


def in_words(roles: frozenset[Role]) -> str:
    """Roles for the audit trail and for a list, in the order of the table of rights."""
    return ", ".join(role.value for role in Role if role in roles)


def _words(roles: frozenset[Role]) -> str:
    return json.dumps([role.value for role in Role if role in roles])


def _called(name: str) -> Any:
    return person.c.key == name_key(storable(name))


def _there(connection: Connection, name: str) -> PersonRecord:
    audit.hold_chain(connection)
    row = connection.execute(select(person).where(_called(name))).first()
    if row is None:
        _refuse_unknown(name)
    return _record(row)


def _refuse_unknown(name: str) -> NoReturn:
    raise Refused(f"There is nobody named '{name}'.")


def _require_role(roles: frozenset[Role]) -> None:
    if not roles:
        raise Refused("A person needs at least one role.")


def _require_administrator(connection: Connection) -> None:
    """After the change: whoever is left can still manage people."""
    rows = connection.execute(select(person.c.roles).where(person.c.disabled.is_(False))).scalars()
    if not any(Role.ADMINISTRATOR.value in json.loads(roles) for roles in rows):
        raise Refused(LAST_ADMINISTRATOR)


def _change(connection: Connection, name: str, doer: Doer, **values: Any) -> None:
    stamped = {**values, "changed_at": to_us(doer.at), "changed_by": doer.by}
    connection.execute(update(person).where(_called(name)).values(stamped))


def _tell(connection: Connection, doer: Doer, act: str, detail: str, before: str, after: str) -> None:
    audit.append(connection, AuditEntry(doer.at, doer.by, act, "", detail, doer.station, before, after))


class PeopleStore:
    """The people of one open store; from any thread. put: has an act written, its future ends when it is durable.
    keep: the act has happened, and is written also after its future has failed."""

    def __init__(
        self, read: Callable[[Callable[[Connection], Any]], Any], put: Callable[[Act, bool], Future[None]]
    ) -> None:
        self._read = read
        self._put = put

    def read(self) -> tuple[PersonRecord, ...]:
        """Everybody, by name; waits for the database. Raises StoreError when it cannot be read."""
        try:
            found: tuple[PersonRecord, ...] = self._read(read_people)
        except (SQLAlchemyError, ValueError) as error:
            raise StoreError(f"the people of the ward cannot be read: {error}") from error
        return found

    def add(self, new: PersonRecord, doer: Doer, *, first: bool = False) -> Future[None]:
        """See the function of this name, also of those below; the future fails with Refused."""
        return self._put(lambda c: add(c, new, doer, first=first), False)

    def set_roles(self, name: str, roles: frozenset[Role], doer: Doer) -> Future[None]:
        return self._put(lambda c: set_roles(c, name, roles, doer), False)

    def set_secret(self, name: str, secret: str, kind: SecretKind, doer: Doer) -> Future[None]:
        return self._put(lambda c: set_secret(c, name, secret, kind, doer), False)

    def set_disabled(self, name: str, disabled: bool, doer: Doer) -> Future[None]:
        return self._put(lambda c: set_disabled(c, name, disabled, doer), False)

    def wrong_try(self, name: str, doer: Doer) -> Future[None]:
        return self._put(lambda c: wrong_try(c, name, doer), True)

    def signed_in(self, name: str, proven: str, renewed: str | None, doer: Doer) -> Future[None]:
        return self._put(lambda c: signed_in(c, name, proven, renewed, doer), True)
