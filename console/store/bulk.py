"""Many rows in one statement, for the writer's hot path.

A driver gives up the interpreter lock with every statement it executes, and every time getting it back from a busy
feed costs up to one switch interval: `executemany` of a group of messages would do so for each row.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import chain
from typing import Any

from sqlalchemy import Connection

ROWS = 64
"""Rows of one statement: a whole group of messages, well under the 32,766 parameters SQLite takes."""


def insert_rows(
    connection: Connection, table: str, columns: tuple[str, ...], rows: Sequence[tuple[Any, ...]], *, new: bool = False
) -> None:
    """Insert rows, values in the order of `columns`. new: rows whose key is already there are left alone."""
    for start in range(0, len(rows), ROWS):
        piece = rows[start : start + ROWS]
        statement = _insert(table, columns, len(piece), new, _mark(connection))
        connection.exec_driver_sql(statement, tuple(chain.from_iterable(piece)))


def present(connection: Connection, table: str, column: str, values: Sequence[Any]) -> set[Any]:
    """Which of the values stand in a column."""
    found: set[Any] = set()
    for start in range(0, len(values), ROWS):
        piece = tuple(values[start : start + ROWS])
        statement = _select(table, column, len(piece), _mark(connection))
        found.update(connection.exec_driver_sql(statement, piece).scalars())
    return found


def _mark(connection: Connection) -> str:
    return "?" if connection.dialect.paramstyle == "qmark" else "%s"


@lru_cache(maxsize=512)
def _insert(table: str, columns: tuple[str, ...], count: int, new: bool, mark: str) -> str:
    row = f"({', '.join([mark] * len(columns))})"
    names = ", ".join(f'"{name}"' for name in columns)
    return f"INSERT INTO {table} ({names}) VALUES {', '.join([row] * count)}" + (
        " ON CONFLICT DO NOTHING" if new else ""
    )


@lru_cache(maxsize=512)
def _select(table: str, column: str, count: int, mark: str) -> str:
    return f'SELECT "{column}" FROM {table} WHERE "{column}" IN ({", ".join([mark] * count)})'
