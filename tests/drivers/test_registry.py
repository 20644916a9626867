"""Drivers by name."""

from __future__ import annotations

import subprocess
import sys
from datetime import datetime
from importlib.metadata import EntryPoint

import pytest

from drivers import registry
from drivers.observation import UNITS


@pytest.mark.parametrize("name", sorted(registry.DRIVERS))
def test_every_driver_has_a_whole_manifest_and_a_simulator(name: str) -> None:
    info = registry.info(name)
    assert info.name == name
    assert info.interval_s > 0
    assert set(info.parameters) <= set(UNITS)
    for text in ("title", "models", "cabling", "setup", "quirks", "verified", "unverified", "sources"):
        assert getattr(info, text), text
    assert info.parameters or "no vital signs" in info.title  # a driver without values has to say so in its first line
    registry.simulator(name, datetime(2026, 1, 1))
    assert registry.create(name, {}).info is info


def test_an_unknown_name_lists_those_there_are() -> None:
    with pytest.raises(registry.UnknownDriverError, match=r"'nix' is not a driver; there are .*dri_s5, .*ivy_"):
        registry.create("nix", {})


def test_settings_are_checked_in_words() -> None:
    with pytest.raises(registry.DriverSettingsError, match=r"'colour' is not a known setting .*arterial_channel"):
        registry.create("ivy_ansarb", {"colour": 1})
    with pytest.raises(registry.DriverSettingsError, match="'arterial_channel' Input should be 'P1' or 'P2'"):
        registry.create("ivy_ansarb", {"arterial_channel": "P3"})


def test_third_parties_add_drivers_and_cannot_replace_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    points = [
        EntryPoint("acme", "drivers.masimo.driver:MasimoAscii1", registry.ENTRY_POINT_GROUP),
        EntryPoint("dri_s5", "drivers.masimo.driver:MasimoAscii1", registry.ENTRY_POINT_GROUP),
        EntryPoint("broken", "no_such_module_here:Driver", registry.ENTRY_POINT_GROUP),
        EntryPoint("empty", "drivers.masimo.driver:Nothing", registry.ENTRY_POINT_GROUP),
    ]
    monkeypatch.setattr(registry, "entry_points", lambda group: points if group == registry.ENTRY_POINT_GROUP else [])
    assert set(registry.names()) == {"acme", "broken", "empty", *registry.DRIVERS}
    assert registry.create("acme", {}).info.name == "masimo_ascii1"
    assert registry.info("dri_s5").name == "dri_s5"
    with pytest.raises(registry.DriverImportError, match="the module no_such_module_here cannot be loaded"):
        registry.info("broken")
    with pytest.raises(registry.DriverImportError, match=r"drivers\.masimo\.driver has no Nothing"):
        registry.info("empty")


def test_asking_for_names_loads_no_driver_and_a_running_driver_loads_no_simulator() -> None:
    program = (
        "import sys; from drivers import registry; registry.names();"
        "loaded = ('drivers.masimo', 'drivers.ivy', 'drivers.dri_s5', 'serial');"
        "assert not [m for m in sys.modules if m.startswith(loaded)];"
        "[registry.create(n, {}) for n in registry.names()];"
        "import drivers.transport.reconnect, drivers.transport.serial_link;"
        "assert not [m for m in sys.modules if m.endswith(('simulator', 'simulation'))]"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
