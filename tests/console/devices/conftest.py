"""A running station and the devices on its cables, taken down after the test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.console.devices.oximeters import Bench, Oximeter


@pytest.fixture
def plug(tmp_path: Path) -> Iterator[Callable[..., Oximeter]]:
    """Plugs in an oximeter under a name."""
    there: list[Oximeter] = []

    def made(name: str, **more: object) -> Oximeter:
        there.append(Oximeter(tmp_path / name, **more))
        return there[-1]

    yield made
    for device in there:
        device.close()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """A station that has never been configured."""
    made = Bench(tmp_path)
    yield made
    made.close()
