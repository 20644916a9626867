"""A reception on SQLite, and on PostgreSQL where the store is what matters."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.console.people.reception import Reception
from tests.console.store.conftest import cluster, url

__all__ = ["cluster", "url"]


@pytest.fixture
def reception(tmp_path: Path) -> Iterator[Reception]:
    made = Reception(f"sqlite:///{tmp_path / 'ward.db'}")
    yield made
    made.close()


@pytest.fixture
def anywhere(url: str) -> Iterator[Reception]:
    """On each kind of database."""
    made = Reception(url)
    yield made
    made.close()
