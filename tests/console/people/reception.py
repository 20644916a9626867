"""Desks of people over a real store, with a clock that stands until it is told the time."""

from __future__ import annotations

from sqlalchemy import select

from console.clock import VirtualClock
from console.config_people import PeopleConfig
from console.link.commands import Reply
from console.link.people import SignedIn
from console.people.desk import PeopleDesk
from console.people.hashing import Cost
from console.store.audit_check import verify
from console.store.database import Role as ConnectionRole
from console.store.database import open_engine
from console.store.records import PersonRecord
from console.store.schema import audit
from console.store.sql_store import SqlStore, open_store
from console.ward.people import Right, Role

CHEAPEST = Cost(1, 8, 1)
"""Proves nothing about a stolen database; the tests would take minutes with the real one."""

BOSS, BOSS_SECRET = "A. Boss", "correct horse"
NURSE, NURSE_PIN = "R. Test", "2580"
START = 1_800_000_000.0


class Reception:
    """A ward's database, and one desk for every station that is asked for."""

    def __init__(self, url: str, clock: VirtualClock | None = None) -> None:
        self.url = url
        self.clock = clock or VirtualClock(START)
        self.stores: list[SqlStore] = []
        self.desks: list[PeopleDesk] = []

    def desk(self, station: str = "station 1", config: PeopleConfig | None = None, cost: Cost = CHEAPEST) -> PeopleDesk:
        """A console of its own: its own store on the same database."""
        store = open_store(self.url, clock=self.clock, flush_s=0.05)
        self.stores.append(store)
        self.desks.append(
            PeopleDesk(store.people, store.put_audit, self.clock, config or PeopleConfig(), station, cost)
        )
        return self.desks[-1]

    def staffed(self, **more: object) -> PeopleDesk:
        """A desk of a ward with an administrator and a nurse; nobody is signed in."""
        desk = self.desk(**more)
        assert desk.create_first(BOSS, BOSS_SECRET).result(10) == Reply()
        self.add(desk, NURSE, {Role.NURSE}, NURSE_PIN)
        return desk

    def add(self, desk: PeopleDesk, name: str, roles: set[Role], secret: str) -> None:
        """Have the administrator add somebody, and sign him out."""
        assert enter(desk, BOSS, BOSS_SECRET).person is not None
        assert desk.add(name, frozenset(roles), secret, BOSS).result(10) == Reply()
        desk.sign_out()

    def later(self, seconds: float) -> None:
        self.clock.advance_to(self.clock.now() + seconds)

    def people(self) -> dict[str, PersonRecord]:
        """What stands in the database."""
        return {record.name: record for record in self.stores[-1].people.read()}

    def trail(self) -> list[tuple[str, ...]]:
        """Who, what, where, the detail, old and new of everything audited, oldest first, as far as there is any; the
        chain is whole."""
        for store in self.stores:
            store._writer.put().result(10)  # behind everything that waits
        engine = open_engine(self.url, ConnectionRole.READER)
        try:
            with engine.connect() as connection:
                assert verify(connection).broken is None
                wanted = (audit.c.by, audit.c.act, audit.c.station, audit.c.detail, audit.c.before, audit.c.after)
                rows = connection.execute(select(*wanted).order_by(audit.c.number))
                return [tuple(word for word in row if word) for row in rows]
        finally:
            engine.dispose()

    def acts(self) -> list[str]:
        return [entry[1] for entry in self.trail()]

    def close(self) -> None:
        """End desks and stores; may be called twice."""
        for desk in self.desks:
            desk.stop()
        for store in self.stores:
            store.close()
        self.desks, self.stores = [], []


def enter(desk: PeopleDesk, name: str, secret: str) -> SignedIn:
    """Sign in and wait for the answer."""
    return desk.sign_in(name, secret).result(10)


def allowed(desk: PeopleDesk, by: str) -> set[Right]:
    """What the gate lets somebody do."""
    return {right for right in Right if desk.refusal(by, right) == ""}
