"""One try to sign in: it waits where tries are waiting, is proved, counted and audited. One thread only."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime

from console.clock import Clock
from console.link.people import SignedIn
from console.people.hashing import Hasher
from console.people.roster import Roster, Tried
from console.store.errors import Refused, StoreClosed
from console.store.people import PeopleStore
from console.store.records import AuditEntry, Doer, PersonRecord
from console.ward.credentials import name_key
from console.ward.lockout import Tries, after_wrong, left_s

log = logging.getLogger(__name__)

RECORD_S = 3.0
"""Longest wait for the record of a try. Somebody who has proved his secret is let in without: a full disk must not keep
a ward from answering its alarms. The record is written as soon as the disk takes it."""

LONGEST_TYPED = 200
"""Characters of a typed name that are looked at."""

WRONG = "Name or secret is wrong."


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody signed in. until: engine time. secrets: hashes with which the session holds; it ends when a person's
    secret is changed elsewhere."""

    key: str
    name: str
    until: float
    secrets: frozenset[str] = field(repr=False)


class SigningIn:
    """audit: adds to the audit trail. session_s: engine seconds after which a session ends at the latest."""

    def __init__(
        self,
        store: PeopleStore,
        roster: Roster,
        hasher: Hasher,
        clock: Clock,
        audit: Callable[[AuditEntry], Future[None]],
        station: str,
        session_s: float,
    ) -> None:
        self._store = store
        self._roster = roster
        self._hasher = hasher
        self._clock = clock
        self._audit = audit
        self._station = station
        self._session_s = session_s
        self._tried = Tried()

    def attempt(self, name: str, secret: str) -> tuple[SignedIn, Session | None]:
        """What to tell, and the session where the secret was right."""
        key = name_key(name[:LONGEST_TYPED])
        self._roster.renew()
        record, now = self._roster.people.get(key), self._clock.utc()
        tries = self._tries(key, record, now)
        left = left_s(tries, now)
        if left:
            self._refused(record, f"not looked at, locked for {left:.0f} s more")
            return self._answer("Too many wrong tries.", left), None
        if not self._hasher.proves(None if record is None else record.secret, secret) or record is None:
            return self._wrong(key, record, tries, now), None
        if record.disabled:
            self._refused(record, "disabled")
            return SignedIn(error=f"{record.name} is disabled; an administrator can change that."), None
        return self._right(key, record, secret, now)

    def forget(self, name: str) -> None:
        """A new secret ends every wait."""
        self._tried.forget(name_key(name))

    def _tries(self, key: str, record: PersonRecord | None, now: datetime) -> Tries:
        """Those on record or those in memory, whichever wait longer or are more."""
        kept = self._tried.of(key)
        known = Tries() if record is None else record.tries
        return max(kept, known, key=lambda tries: (left_s(tries, now), tries.failed))

    def _wrong(self, key: str, record: PersonRecord | None, tries: Tries, now: datetime) -> SignedIn:
        after = after_wrong(tries, now)
        if record is None:
            # Not the name as typed: it may be a secret in the wrong field.
            written = self._refused(None, f"nobody has this name, {after.failed} in a row")
        else:
            written = self._store.wrong_try(record.name, Doer("nobody", now, self._station))
        recorded = outcome(written, RECORD_S) is None
        if record is None or not recorded:
            self._tried.keep(key, after)
        else:
            self._tried.forget(key)
        self._roster.renew()
        return self._answer(WRONG, left_s(after, now))

    def _right(self, key: str, record: PersonRecord, secret: str, now: datetime) -> tuple[SignedIn, Session | None]:
        renewed = self._hasher.renewed(record.secret, secret)
        doer = Doer(record.name, now, self._station)
        error = outcome(self._store.signed_in(record.name, record.secret, renewed, doer), RECORD_S)
        if isinstance(error, Refused | StoreClosed):
            return SignedIn(error=f"{str(error).rstrip('.')}."), None
        if error is not None:
            log.warning("%s signs in without a record for now: %s", record.name, error)
        self._tried.forget(key)
        self._roster.renew()
        secrets = frozenset({record.secret} if renewed is None else {record.secret, renewed})
        return SignedIn(record.person), Session(key, record.name, self._clock.now() + self._session_s, secrets)

    def _refused(self, record: PersonRecord | None, why: str) -> Future[None]:
        whom = f"{record.name}: " if record is not None else ""
        told = AuditEntry(self._clock.utc(), "nobody", "sign-in refused", "", f"{whom}{why}", self._station)
        return self._audit(told)

    def _answer(self, sentence: str, left: float) -> SignedIn:
        """left: engine seconds."""
        left /= self._clock.speed
        return SignedIn(error=f"{sentence} Try again in {_duration(left)}." if left else sentence, wait_s=left)


def outcome(written: Future[None], longest_s: float) -> BaseException | None:
    """The error that an entry ended with, None when it is durable."""
    try:
        return written.exception(timeout=longest_s)
    except TimeoutError as error:
        return error


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 60 else f"{seconds / 60:.0f} min"
