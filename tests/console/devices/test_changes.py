"""What a change is refused for before anything is written: pure rules, without a station."""

from __future__ import annotations

from typing import Any

import pytest

from console.config import Config, SourceConfig
from console.devices.changes import Refusal, Ward, propose
from console.link.devices import SaveSource

TWIN = "1a86:7523:"
"""An adapter without a serial number."""


def source(name: str, bed: str, transport: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"name": name, "driver": "masimo_ascii1", "bed": bed, "transport": transport, **more}


def serial(port: str, adapter: str | None = None) -> dict[str, Any]:
    return {"kind": "serial", "port": port, "adapter": adapter}


REPLAY = {"kind": "replay", "file": "night.capture"}


def ward(*sources: dict[str, Any], patients: dict[str, str] | None = None, simulated: bool = False) -> Ward:
    beds = {"beds": ["01", "02"], "simulated": simulated}
    return Ward(Config.model_validate({"ward": beds, "source": list(sources)}), patients or {}, {})


def save(made: dict[str, Any], where: Ward) -> str:
    """The refusal, "" when it is proposed."""
    try:
        propose(SaveSource(SourceConfig.model_validate(made), confirmed="compared"), where)
    except Refusal as refusal:
        return str(refusal)
    return ""


def test_a_recording_is_played_neither_at_a_patient_nor_beside_a_real_source() -> None:
    played = source("night", "01", REPLAY, demo=True)
    assert save(played, ward()) == ""
    assert save(played, ward(patients={"01": "Test Alder"})) == (
        "01 is taken by Test Alder; a recording is played at an empty bed."
    )
    assert save(played, ward(source("oximeter", "01", serial("/dev/ttyUSB0")))).startswith(
        "01 has the source 'oximeter'"
    )
    assert save(played, ward(source("oximeter", "02", serial("/dev/ttyUSB0")))) == ""


def test_a_patients_monitor_is_not_bound_where_a_recording_is_played() -> None:
    real = source("oximeter", "01", serial("/dev/ttyUSB0"))
    assert save(real, ward(source("night", "01", REPLAY))) == "01 shows the recording 'night'; remove that first."
    assert save(real, ward(source("night", "02", REPLAY))) == ""


def test_on_a_ward_whose_patients_are_all_invented_recordings_go_everywhere() -> None:
    played = source("night", "01", REPLAY, demo=True)
    assert save(played, ward(patients={"01": "Test Alder"}, simulated=True)) == ""


@pytest.mark.parametrize("numbered", [True, False])
def test_one_adapter_speaks_for_one_bed_and_twins_without_a_number_are_two(numbered: bool) -> None:
    adapter = "0403:6001:A50285BI" if numbered else TWIN
    here = ward(source("bed 1", "01", serial("/dev/serial/by-path/one", adapter)))
    refused = save(source("bed 2", "02", serial("/dev/serial/by-path/two", adapter)), here)
    assert bool(refused) is numbered
    if numbered:
        assert refused == "This adapter is already used by 'bed 1' at 01; remove or change that first."
