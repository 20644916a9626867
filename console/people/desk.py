"""The desk of people at one station: signs in and out, changes people, and is the gate of everything a person does."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from typing import TypeVar

from console.clock import Clock
from console.config_people import PeopleConfig
from console.link.commands import Reply
from console.link.people import PeopleView, SignedIn
from console.people.hashing import Cost, Hasher
from console.people.roster import Roster
from console.people.signing_in import Session, SigningIn, outcome
from console.store.errors import StoreError
from console.store.people import PeopleStore
from console.store.records import AuditEntry, Doer, PersonRecord
from console.ward.credentials import name_fault, name_key, secret_fault, secret_kind, tidy_name
from console.ward.people import LONGEST_NAME, Right, Role
from console.worker import Worker

log = logging.getLogger(__name__)

WAITING = 32
"""Tries and changes that may wait; a tenth of a second each."""

REFRESH_S = 1.0
"""How often people are read again: one disabled elsewhere is signed out within so many seconds."""

SESSION_S = 12 * 3600.0
"""After so long everybody signs in anew: longer than a shift, shorter than two."""

CHANGE_S = 15.0
"""Longest wait for the record of a change."""

RECENT = 8

BUSY = "Too many sign-ins wait already; try again."
NO_FIRST = "Make the first administrator first."

T = TypeVar("T")


class PeopleDesk:
    """Implements console.link.people.People and Gate.

    audit: adds to the audit trail. station: what the screen of this process is called. cost: of a try, for tests.
    Raises StoreError when the people cannot be read.
    """

    def __init__(
        self,
        store: PeopleStore,
        audit: Callable[[AuditEntry], Future[None]],
        clock: Clock,
        config: PeopleConfig,
        station: str,
        cost: Cost | None = None,
    ) -> None:
        self._store = store
        self._audit = audit
        self._clock = clock
        self._config = config
        self._station = station
        self._hasher = Hasher(cost)
        self._roster = Roster(store)
        self._roster.load()
        session_s = SESSION_S * clock.speed
        self._signing_in = SigningIn(store, self._roster, self._hasher, clock, audit, station, session_s)
        self._session: Session | None = None
        self._seat = threading.Lock()
        self._view = PeopleView()
        self._worker = Worker("secrets", 1, WAITING, BUSY)
        self._stop = threading.Event()
        self._watch: threading.Thread | None = None
        self._review()

    def start(self) -> None:
        """Follow what others change about people."""
        self._watch = threading.Thread(target=self._follow, name="people", daemon=True)
        self._watch.start()

    def stop(self) -> None:
        """Sign out, end what is under way and refuse what waits. May be called twice."""
        self._stop.set()
        self._worker.stop()
        if self._watch is not None:
            self._watch.join()
            self._watch = None
        self.sign_out("the console was closed")

    # --- the gate ------------------------------------------------------------------------------------------------

    def refusal(self, by: str, right: Right) -> str:
        """Never waits. In a ward without people everybody may act."""
        people, session = self._roster.people, self._session
        if not people:
            return ""
        if session is None or session.name != by or self._over(session):
            who = f"{by[:LONGEST_NAME]} is not signed in here; sign" if by.strip() else "Sign"
            return f"{who} in to {right.value}."
        person = people[session.key].person
        return "" if person.may(right) else f"{person.name} may not {right.value}."

    # --- looking -------------------------------------------------------------------------------------------------

    def view(self) -> PeopleView:
        """As it stands now."""
        return self._view

    def _follow(self) -> None:
        while not self._stop.wait(REFRESH_S):
            self._roster.follow()
            self._review()

    def _review(self) -> None:
        """End a session that is over, and renew the picture."""
        with self._seat:
            session = self._session
            why = self._over(session) if session is not None else ""
            if why:
                self._leave(why)
            self._picture()

    def _over(self, session: Session) -> str:
        """Why a session has ended, "" while it holds."""
        record = self._roster.people.get(session.key)
        if record is None or record.disabled:
            return "disabled"
        if record.secret not in session.secrets:
            return "the secret was changed"
        if self._clock.now() >= session.until:
            return f"by itself after {SESSION_S / 3600:.0f} h"
        return ""

    def _picture(self) -> None:
        records, session = self._roster.people, self._session
        here = [r for r in records.values() if r.signed_in_where == self._station and not r.disabled and r.signed_in_at]
        here.sort(key=lambda record: record.signed_in_at or self._clock.utc(), reverse=True)
        there = records.get(session.key) if session is not None else None
        self._view = PeopleView(
            tuple(record.person for record in records.values()),
            bool(records),
            tuple(record.name for record in here[:RECENT]),
            self._config.sign_out_after_min * 60.0,
            self._config.initials,
            None if there is None else there.person,
        )

    # --- signing in and out ----------------------------------------------------------------------------------------

    def sign_in(self, name: str, secret: str) -> Future[SignedIn]:
        """In the place of whoever was."""
        return self._ask(lambda: self._sign_in(name, secret), lambda sentence: SignedIn(error=sentence))

    def _sign_in(self, name: str, secret: str) -> SignedIn:
        answer, session = self._signing_in.attempt(name, secret)
        if session is not None:
            with self._seat:
                if self._session is not None and self._session.key != session.key:
                    self._leave(f"{session.name} signed in")
                self._session = session
        self._review()
        return answer

    def sign_out(self, why: str = "") -> None:
        """Nobody is signed in here any more."""
        with self._seat:
            if self._session is not None:
                self._leave(why)
                self._picture()

    def _leave(self, why: str) -> None:
        session, self._session = self._session, None
        if session is not None:
            self._audit(AuditEntry(self._clock.utc(), session.name, "signed out", "", why, self._station))

    # --- changing people -------------------------------------------------------------------------------------------

    def create_first(self, name: str, secret: str) -> Future[Reply]:
        """In his own name; refused in the transaction once anybody exists."""

        def work() -> str:
            roles = frozenset({Role.ADMINISTRATOR})
            return self._add(name, roles, secret, tidy_name(name), first=True)

        return self._change(work)

    def add(self, name: str, roles: frozenset[Role], secret: str, by: str) -> Future[Reply]:
        """Make a person."""
        return self._change(lambda: self._may_manage(by) or self._add(name, roles, secret, by))

    def set_roles(self, name: str, roles: frozenset[Role], by: str) -> Future[Reply]:
        """What somebody may do from now on."""
        return self._change(
            lambda: self._may_manage(by) or self._made(self._store.set_roles(name, roles, self._doer(by)))
        )

    def set_disabled(self, name: str, disabled: bool, by: str) -> Future[Reply]:
        """Disable or enable again."""
        return self._change(
            lambda: self._may_manage(by) or self._made(self._store.set_disabled(name, disabled, self._doer(by)))
        )

    def set_secret(self, name: str, secret: str, by: str) -> Future[Reply]:
        """One's own, or with the right."""
        return self._change(lambda: self._set_secret(name, secret, by))

    def _add(self, name: str, roles: frozenset[Role], secret: str, by: str, *, first: bool = False) -> str:
        fault = name_fault(name) or secret_fault(secret, name)
        if fault:
            return fault
        new = PersonRecord(tidy_name(name), roles, self._hasher.hashed(secret), secret_kind(secret))
        return self._made(self._store.add(new, self._doer(by), first=first))

    def _set_secret(self, name: str, secret: str, by: str) -> str:
        key = name_key(name)
        own = key == name_key(by) and self._signed_in(by)
        fault = ("" if own else self._may_manage(by)) or secret_fault(secret, name)
        if fault:
            return fault
        kept = self._hasher.hashed(secret)
        with self._seat:
            if own and self._session is not None and self._session.key == key:
                self._session = replace(self._session, secrets=self._session.secrets | {kept})
        error = self._made(self._store.set_secret(name, kept, secret_kind(secret), self._doer(by)))
        if not error:
            self._signing_in.forget(name)
        return error

    def _signed_in(self, by: str) -> bool:
        session = self._session
        return session is not None and session.name == by and not self._over(session)

    def _may_manage(self, by: str) -> str:
        return self.refusal(by, Right.PEOPLE) if self._roster.people else NO_FIRST

    def _doer(self, by: str) -> Doer:
        return Doer(by, self._clock.utc(), self._station)

    def _made(self, written: Future[None]) -> str:
        """Wait for the record; "" or the sentence of a refusal."""
        error = outcome(written, CHANGE_S)
        if error is None:
            return ""
        if isinstance(error, StoreError):
            return f"{str(error).rstrip('.')}."
        raise error

    def _change(self, work: Callable[[], str]) -> Future[Reply]:
        def answered() -> Reply:
            self._roster.renew()
            try:
                return Reply(work())
            finally:
                self._roster.renew()
                self._review()

        return self._ask(answered, Reply)

    def _ask(self, work: Callable[[], T], refused: Callable[[str], T]) -> Future[T]:
        """Do it on the thread of secrets; never an exception, since a screen waits for a sentence."""

        def answered() -> T:
            try:
                return work()
            except Exception as error:
                log.exception("the desk of people failed")
                return refused(f"This could not be done ({type(error).__name__}); try again.")

        return self._worker.ask(answered, refused)
