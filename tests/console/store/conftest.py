"""Stores on SQLite and PostgreSQL, and the records they are given."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from console.store.sql_store import SqlStore, open_store
from tests.console.store.cluster import Cluster, make_cluster


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    made = make_cluster()
    yield made
    made.remove()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'ward.db'}"
    return request.getfixturevalue("cluster").create(f"ward_{uuid4().hex}")


@pytest.fixture
def opened() -> Iterator[Callable[..., SqlStore]]:
    """Opens stores and closes them after the test."""
    stores: list[SqlStore] = []

    def make(url: str, **options: object) -> SqlStore:
        stores.append(open_store(url, **{"flush_s": 0.05, **options}))
        return stores[-1]

    yield make
    for store in stores:
        store.close()


@pytest.fixture
def store(url: str, opened: Callable[..., SqlStore]) -> SqlStore:
    return opened(url)
