"""A running station with one feed, as the feed page meets it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.console.devices.oximeters import Bench
from tests.console.devices.test_feed_desk import TEXT


@pytest.fixture
def ward(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path, TEXT)
    yield made
    made.close()
