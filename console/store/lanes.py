"""The writer's two connections: one synchronous to the disk for the journal, one for samples that may trail."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, delete, insert

from console.store.database import Role, open_engine
from console.store.errors import StoreError
from console.store.locate import sqlite_file
from console.store.recovery import look, time_limit
from console.store.schema import damaged


class DatabaseDamaged(StoreError):  # noqa: N818 - reads as the state it names
    """What was found after a disk error cannot be written to any more."""


class Lanes:
    """Opened when first used, and again after a fault that makes a connection doubtful. One thread only."""

    def __init__(self, url: str) -> None:
        self._file = sqlite_file(url)
        self._engines = {role: open_engine(url, role) for role in (Role.JOURNAL, Role.SAMPLES)}
        self._open: dict[Role, Connection] = {}
        self._suspect = False

    def connection(self, role: Role) -> Connection:
        """The connection of a role. Raises DatabaseDamaged when the file did not survive a disk error."""
        found = self._open.get(role)
        if found is None:
            self._verify()
            found = self._open[role] = self._engines[role].connect()
        return found

    def _verify(self) -> None:
        """After a disk error nothing is written before the file has been looked at (scoreboard row 12)."""
        if self._suspect and self._file is not None:
            problem = look(self._file, time_limit()).problem
            if problem:
                raise DatabaseDamaged(problem)
        self._suspect = False

    def probe(self, role: Role) -> None:
        """Write and take back one page: raises while the disk does not take it."""
        connection = self.connection(role)
        with connection.begin():
            made = connection.execute(insert(damaged), {"origin": "probe", "data": bytes(4096)})
            key: Any = made.inserted_primary_key
            connection.execute(delete(damaged).where(damaged.c.id == key[0]))

    def reset(self) -> None:
        """Throw both connections away: what the driver holds of the file is not to be trusted after an error."""
        self._suspect = True
        self._close_connections()

    def _close_connections(self) -> None:
        while self._open:
            _, connection = self._open.popitem()
            connection.invalidate()
            connection.close()

    def close(self) -> None:
        """Close both connections and forget the engines."""
        while self._open:
            _, connection = self._open.popitem()
            connection.close()
        for engine in self._engines.values():
            engine.dispose()
