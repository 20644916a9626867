"""A station whose process dies while alarms are open: what the next one knows."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from console.alarms.alarm import Alarm, Change
from console.config import parse_config
from console.link.commands import Acknowledge, Admit
from console.link.link import Link
from console.station import Station
from drivers.driver import DeviceState
from drivers.observation import Parameter
from tests.console.commands.gateways import Bedside, exported
from tests.console.ward_fakes import patient

LOW = DeviceState({Parameter.SPO2: 79, Parameter.PR: 72, Parameter.PERFUSION_INDEX: 2.0})


def until(found: Callable[[], Any], seconds: float = 40.0) -> Any:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if got := found():
            return got
        time.sleep(0.02)
    raise AssertionError("it did not come")


def low_oxygen(link: Link) -> dict[str, Alarm]:
    """The open SpO2 alarm of each bed."""
    beds = link.snapshot().beds
    return {b.bed: a for b in beds for a in b.alarms if a.condition.key == "limit:spo2:low"}


def crashed_copy(source: Path, target: Path) -> Path:
    """The files as they are on the disk now, while the station still runs: what a dead process leaves behind."""
    target.mkdir()
    for file in source.glob("ward.db*"):
        shutil.copy(file, target / file.name)
    return target


def test_open_alarms_answers_and_stays_outlive_a_crash(tmp_path):
    devices = {bed: Bedside("masimo_ascii1", lambda _: LOW) for bed in ("A", "B")}
    text = '[ward]\nbeds = ["A", "B"]\n' + "".join(
        f'[[source]]\nname = "oximeter {bed}"\ndriver = "masimo_ascii1"\nbed = "{bed}"\n'
        f'transport = {{ kind = "serial", port = "{device.port}" }}\n'
        for bed, device in devices.items()
    )
    config = parse_config(text)
    station = Station(config, tmp_path / "one")
    try:
        station.start()
        link = station.link()
        for bed in devices:
            assert link.submit(Admit(patient(bed, f"P-{bed}"), "Sister Ruth")).result(10).error == ""
        for device in devices.values():
            device.switch_on()
        before = until(lambda: len(found := low_oxygen(link)) == 2 and found)
        answered = before["A"]
        reply = link.submit(Acknowledge(answered.id, answered.version, "Nurse Joy", "seen patient")).result(10)
        assert reply.error == ""
        left = crashed_copy(tmp_path / "one", tmp_path / "two")
    finally:
        station.stop()
        for device in devices.values():
            device.close()

    again = Station(config, left)
    try:
        again.start()
        link = again.link()
        after = low_oxygen(link)
        assert {bed: alarm.id for bed, alarm in after.items()} == {bed: alarm.id for bed, alarm in before.items()}
        assert after["A"].acknowledged is not None
        assert (after["A"].acknowledged.by, after["A"].acknowledged.reason) == ("Nurse Joy", "seen patient")
        assert (after["A"].sounding, after["B"].acknowledged, after["B"].sounding) == (False, None, True)
        assert {b.bed: b.patient.patient_id for b in link.snapshot().beds} == {"A": "P-A", "B": "P-B"}
        stories = {bed: link.alarm_story(alarm.id).result(10).transitions for bed, alarm in after.items()}
    finally:
        again.stop()
    assert [t.change for t in stories["A"]][:2] == [Change.ONSET, Change.ACKNOWLEDGE]
    for story in stories.values():
        versions = [t.alarm.version for t in story]
        assert versions == sorted(set(versions))
    rows = {row["bed"]: row for row in exported(left, "alarms") if row["key"] == "limit:spo2:low"}
    assert (rows["A"]["acknowledged_by"], rows["B"]["acknowledged_by"]) == ("Nurse Joy", None)
    assert {row["patient_id"] for row in rows.values()} == {"P-A", "P-B"}
