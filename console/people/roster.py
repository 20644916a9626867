"""The people as they were read last, and wrong tries that are not in the database."""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping
from types import MappingProxyType

from console.store.errors import StoreError
from console.store.people import PeopleStore
from console.store.records import PersonRecord
from console.ward.credentials import name_key
from console.ward.lockout import Tries

log = logging.getLogger(__name__)

PATIENCE_S = 0.5
"""Longest wait for another thread that is reading."""

AGAIN_S = 5.0
"""After a failure nobody at a screen waits for the database for so long."""

MOST_NAMES = 1_000
"""Names whose wrong tries are kept in memory; the one tried longest ago is forgotten first."""


class Roster:
    """Everybody by the key of his name. Looked at from any thread without waiting; other consoles and the command line
    change people too, so it is read again every second and before every act."""

    def __init__(self, store: PeopleStore) -> None:
        self._store = store
        self._reading = threading.Lock()
        self._again_at = 0.0
        self._people: Mapping[str, PersonRecord] = MappingProxyType({})

    @property
    def people(self) -> Mapping[str, PersonRecord]:
        """By key, in the order of the names."""
        return self._people

    def load(self) -> None:
        """Read everybody, for the first time. Raises StoreError."""
        with self._reading:  # what was read later is kept later
            self._read()

    def follow(self) -> None:
        """Read everybody again, waiting for the database as long as it takes; where it cannot be read those read before
        stay."""
        with self._reading:
            self._try()

    def renew(self) -> None:
        """As `follow` for somebody who waits at a screen: no wait for a database that has just failed."""
        if time.monotonic() < self._again_at or not self._reading.acquire(timeout=PATIENCE_S):
            return
        try:
            self._try()
        finally:
            self._reading.release()

    def _try(self) -> None:
        try:
            self._read()
        except StoreError as error:
            if not self._again_at:
                log.warning("%s; those read before stay", error)
            self._again_at = time.monotonic() + AGAIN_S
        else:
            self._again_at = 0.0

    def _read(self) -> None:
        self._people = MappingProxyType({name_key(record.name): record for record in self._store.read()})


class Tried:
    """Wrong tries under names that nobody has, which are to wait like all others, and those that could not be recorded.
    One thread only."""

    def __init__(self) -> None:
        self._tries: OrderedDict[str, Tries] = OrderedDict()

    def of(self, key: str) -> Tries:
        """What stands under this name."""
        return self._tries.get(key, Tries())

    def keep(self, key: str, tries: Tries) -> None:
        """What stands from now on."""
        self._tries[key] = tries
        self._tries.move_to_end(key)
        while len(self._tries) > MOST_NAMES:
            self._tries.popitem(last=False)

    def forget(self, key: str) -> None:
        """Nothing stands any more, or it stands in the database."""
        self._tries.pop(key, None)
