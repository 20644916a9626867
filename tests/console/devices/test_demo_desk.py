"""Devices can be changed in the demonstration too: its configuration is a file that is thrown away with it."""

from __future__ import annotations

from pathlib import Path

from console.config import parse_config
from console.demo.ward import DemoWard
from console.link.devices import RemoveSource, SaveWard
from console.ward.source import SourceState
from tests.console.devices.oximeters import eventually


def test_the_demonstration_takes_changes_and_leaves_nothing_behind():
    ward = DemoWard(3, 30.0)
    ward.start()
    try:
        desk, link = ward.station.devices, ward.station.link()
        assert desk is not None
        path = Path(desk.config_file)
        assert parse_config(path.read_text()) == desk.config()
        before = desk.config().ward
        eventually(lambda: any(s.state is SourceState.CONNECTED for s in link.snapshot().sources))
        more = SaveWard("Demo ward", "UTC", (*before.beds, "X"))
        assert desk.change(more, "Engineer").result(timeout=20).error == ""
        eventually(lambda: link.snapshot().bed("X"))
        first = desk.config().source[0].name
        assert desk.change(RemoveSource(first), "Engineer").result(timeout=20).error == ""
        assert first not in path.read_text()
        assert link.snapshot().system.simulated
    finally:
        ward.stop()
    assert not path.exists()
