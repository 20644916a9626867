"""A desk of people without secrets kept anywhere but here: it answers at once, or when the test says so."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import Future
from dataclasses import replace

from console.link.commands import Reply
from console.link.people import PeopleView, SignedIn
from console.ward.people import Person, Role

NURSE, CHARGE, ENGINEER, ADMIN = "Maria Klein", "Ruth Adler", "Tom Weber", "Ada Stern"
PIN = "2580"
WRONG = "Name or secret is wrong."
STAFF = (
    Person(ADMIN, frozenset({Role.ADMINISTRATOR})),
    Person(NURSE, frozenset({Role.NURSE})),
    Person(CHARGE, frozenset({Role.NURSE, Role.CHARGE_NURSE})),
    Person(ENGINEER, frozenset({Role.ENGINEER})),
)


class FakePeople:
    """Implements console.link.people.People. Everybody's secret is PIN unless changed. wait_s: told after a wrong try.
    hold: answers stay open until `finish`. calls: what was asked, secrets left out. refuse: the error of every change.
    """

    def __init__(self, people: Iterable[Person] = STAFF, recent: Iterable[str] = (), **view: object) -> None:
        self._people = {person.name: person for person in people}
        self._secrets = dict.fromkeys(self._people, PIN)
        self._recent = list(recent)
        self._more = view
        self.signed_in = ""
        self.wait_s = 0.0
        self.hold = False
        self.refuse = ""
        self.pending: list[tuple[Future, object]] = []
        self.calls: list[tuple] = []

    def view(self) -> PeopleView:
        people = tuple(sorted(self._people.values(), key=lambda person: person.name))
        here = self._people.get(self.signed_in)
        return PeopleView(people, bool(people), tuple(self._recent[:8]), signed_in=here, **self._more)

    def change(self, **view: object) -> None:
        """What the ward is set to."""
        self._more = {**self._more, **view}

    def sign_in(self, name: str, secret: str) -> Future[SignedIn]:
        self.calls.append(("sign_in", name))
        person = self._people.get(name)
        if person is None or person.disabled or self._secrets[name] != secret:
            return self._answer(SignedIn(None, WRONG, self.wait_s))
        self.signed_in = name
        self._recent = [name, *(other for other in self._recent if other != name)]
        return self._answer(SignedIn(person))

    def sign_out(self, why: str = "") -> None:
        self.calls.append(("sign_out", self.signed_in, why))
        self.signed_in = ""

    def create_first(self, name: str, secret: str) -> Future[Reply]:
        self.calls.append(("create_first", name))
        if self.refuse:
            return self._answer(Reply(self.refuse))
        return self._put(Person(name, frozenset({Role.ADMINISTRATOR})), secret)

    def add(self, name: str, roles: frozenset[Role], secret: str, by: str) -> Future[Reply]:
        self.calls.append(("add", name, roles, by))
        return self._answer(Reply(self.refuse)) if self.refuse else self._put(Person(name, roles), secret)

    def set_roles(self, name: str, roles: frozenset[Role], by: str) -> Future[Reply]:
        self.calls.append(("set_roles", name, roles, by))
        if self.refuse:
            return self._answer(Reply(self.refuse))
        return self._put(replace(self._people[name], roles=roles))

    def set_secret(self, name: str, secret: str, by: str) -> Future[Reply]:
        self.calls.append(("set_secret", name, by))
        return self._answer(Reply(self.refuse)) if self.refuse else self._put(self._people[name], secret)

    def set_disabled(self, name: str, disabled: bool, by: str) -> Future[Reply]:
        self.calls.append(("set_disabled", name, disabled, by))
        if self.refuse:
            return self._answer(Reply(self.refuse))
        return self._put(replace(self._people[name], disabled=disabled))

    def finish(self) -> None:
        """Answer everything that was held."""
        waiting, self.pending = self.pending, []
        for future, value in waiting:
            future.set_result(value)

    def _put(self, person: Person, secret: str = "") -> Future[Reply]:
        self._people[person.name] = person
        self._secrets[person.name] = secret or self._secrets[person.name]
        return self._answer(Reply())

    def _answer(self, value: object) -> Future:
        future: Future = Future()
        if self.hold:
            self.pending.append((future, value))
        else:
            future.set_result(value)
        return future
