"""The people as they were read last, and wrong tries that are not in the database."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from types import MappingProxyType

from console.store.people import PeopleStore
from console.store.records import PersonRecord
from console.ward.credentials import name_key
from console.ward.lockout import Tries

MOST_NAMES = 1_000
"""Names whose wrong tries are kept in memory; the one tried longest ago is forgotten first."""


class Roster:
    """Everybody by the key of his name. Looked at from any thread without waiting; other consoles and the command line
    change people too, so it is read again every second and before every act."""

    def __init__(self, store: PeopleStore) -> None:
        self._store = store
        self._reading = threading.Lock()
        self._people: Mapping[str, PersonRecord] = MappingProxyType({})

    @property
    def people(self) -> Mapping[str, PersonRecord]:
        """By key, in the order of the names."""
        return self._people

    def refresh(self) -> None:
        """Read everybody again; waits for the database. Raises StoreError, and then nothing has changed."""
        with self._reading:  # what was read later is kept later
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
