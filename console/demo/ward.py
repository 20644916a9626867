"""The demonstration ward: a station like any other, fed by simulated devices in a process of their own.

Nothing enters by a side door: values travel as device bytes through pseudo-terminals and as HL7 over MLLP on
loopback. What nurses chart (admissions, pump events, findings) goes the way of a screen, as commands over the link.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import tempfile
import threading
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import tomlkit

from console.clock import SystemClock
from console.config import Config
from console.config_file import ConfigFile
from console.demo.devices import Bedside, line_name
from console.demo.plan import DemoBed, plan_ward
from console.demo.scenarios import Charted, Scenario
from console.link.commands import Admit, ChartFinding, ChartPumpEvent, Reply, SetStandby
from console.link.link import Link
from console.station import Station
from console.ward.chart import NurseObservation, PumpEvent, PumpEventKind
from console.ward.patient import Baseline, Patient, RiskFlag
from drivers import registry

NURSE = "Demo nurse"
FEED = "monitor gateway"

FEED_INTERVAL_S = 5.0
"""Engine seconds between two messages of a bed at normal speed; at high speed at most ten a real second."""


class DemoError(Exception):
    """The demonstration cannot start; one plain sentence."""


@dataclass(frozen=True, slots=True)
class Due:
    """Something a nurse of the story does at an engine time."""

    at: float
    command: Admit | ChartFinding | ChartPumpEvent | SetStandby


class DemoWard:
    """Devices, station and the nurses of the story. data_dir: None for one that is thrown away at the end."""

    def __init__(self, beds: int, speed: float, data_dir: Path | None = None) -> None:
        self.plan = plan_ward(beds)
        self.clock = SystemClock(speed)
        self._own = tempfile.TemporaryDirectory(prefix="ward-console-demo-")
        folder = Path(self._own.name)
        port = _free_port()
        interval = max(FEED_INTERVAL_S, speed / 10)
        bedside = Bedside(self.clock.anchor, speed, str(folder), port, interval, self.plan)
        try:
            self._devices = _start_devices(bedside)
        except BaseException:
            self._own.cleanup()
            raise
        try:
            file = _configuration(_config(self.plan, folder, port, interval), folder)
            self.station = Station(
                file.config, data_dir or folder / "data", None, self.clock, file=file, program="demonstration"
            )
        except BaseException:
            self._stop_devices()
            self._own.cleanup()
            raise
        self._stop = threading.Event()
        self._nurses = threading.Thread(target=self._chart, name="nurses of the story", daemon=True)

    def start(self) -> None:
        """Open lines and feeds, and let the story begin."""
        self.station.start()
        self._nurses.start()

    def stop(self) -> None:
        """End everything; the throw-away directory goes with it."""
        self._stop.set()
        self._nurses.join(timeout=10)
        self.station.stop()
        self._stop_devices()
        self._own.cleanup()

    def _stop_devices(self) -> None:
        if self._devices.stdin is not None:
            self._devices.stdin.close()
        if self._devices.stdout is not None:
            self._devices.stdout.close()
        try:
            self._devices.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._devices.kill()
            self._devices.wait()

    def _chart(self) -> None:
        """Do what the stories say, in order of time; a refusal is for the test of this module to find."""
        link = self.station.link()
        for due in story_acts(self.plan, self.clock.anchor[0], link.now()):
            while link.now() < due.at:
                if self._stop.wait(min(0.2, max(0.01, (due.at - link.now()) / self.clock.speed))):
                    return
                link.drain()
            self._submit(link, due)
        while not self._stop.wait(0.5):
            link.drain()

    def _submit(self, link: Link, due: Due) -> None:
        reply: Future[Reply] = link.submit(due.command)
        error = reply.result(timeout=15).error
        if error:
            print(f"ward-console demo: {type(due.command).__name__} refused: {error}", file=sys.stderr)


def story_acts(plan: tuple[DemoBed, ...], anchor: float, now: float) -> list[Due]:
    """Everything the nurses of a ward do: admissions at once, with what was charted before, the rest in its time."""
    acts = []
    for bed in plan:
        if not bed.story or not bed.admitted:
            continue
        scenario = bed.scenario()
        begun = anchor - scenario.demo_hour * 3600
        acts.append(Due(now, _admission(bed, scenario, begun)))
        for event in scenario.pump_events:
            if event.hours > scenario.demo_hour:
                acts.append(Due(begun + event.hours * 3600, ChartPumpEvent(bed.bed, _event(event, begun))))
        for charted in scenario.findings:
            at = begun + charted.hours * 3600
            command = ChartFinding(bed.bed, NurseObservation(charted.kind, _utc(at), NURSE, charted.note))
            acts.append(Due(max(at, now), command))
    return sorted(acts, key=lambda a: a.at)


def _admission(bed: DemoBed, scenario: Scenario, begun: float) -> Admit:
    usual = scenario.baseline
    patient = Patient(
        patient_id=bed.patient_id,
        name=bed.name,
        bed=bed.bed,
        admitted_at=_utc(begun + min(0.0, scenario.demo_hour) * 3600),
        age=scenario.age,
        sex=scenario.sex,
        weight_kg=scenario.weight_kg,
        flags=frozenset(RiskFlag(f) for f in scenario.flags),
        baseline=Baseline(
            **{k: round(v, 1) for k, v in usual.items()}, charted_by=NURSE, charted_at=_utc(begun - 86400)
        ),
        pump_known=scenario.pump_known,
    )
    events = tuple(_event(e, begun) for e in scenario.pump_events if e.hours <= scenario.demo_hour)
    return Admit(patient, NURSE, events)


def _event(charted: Charted, begun: float) -> PumpEvent:
    return PumpEvent(
        PumpEventKind(charted.kind),
        _utc(begun + charted.hours * 3600),
        NURSE,
        charted.percent,
        charted.confirmed,
        charted.note,
    )


def _utc(engine_time: float) -> datetime:
    return datetime.fromtimestamp(engine_time, UTC)


def _config(plan: tuple[DemoBed, ...], folder: Path, port: int, interval: float) -> Config:
    """The configuration an engineer would have written for this ward."""
    sources = [
        {
            "name": f"bed {bed.bed} {registry.info(driver).models[0]}",
            "driver": driver,
            "bed": bed.bed,
            "transport": {"kind": "serial", "port": str(line_name(folder, bed.bed, driver))},
        }
        for bed in plan
        for driver in bed.devices
        if driver != "hl7"
    ]
    fed = {bed.location(): bed.bed for bed in plan if "hl7" in bed.devices}
    listeners = [{"name": FEED, "port": port, "plain": True, "timezone": "UTC", "beds": fed, "interval_s": interval}]
    return Config.model_validate(
        {
            "ward": {"name": "Demo ward", "simulated": True, "beds": [bed.bed for bed in plan]},
            "source": sources,
            "hl7_listener": listeners if fed else [],
        }
    )


def _configuration(config: Config, folder: Path) -> ConfigFile:
    """The configuration as a file that is thrown away with the lines it names, so that devices can be changed."""
    path = folder / "ward.toml"
    path.write_text(tomlkit.dumps(config.model_dump(mode="json", exclude_defaults=True)), encoding="utf-8")
    return ConfigFile(path)


def _start_devices(bedside: Bedside) -> subprocess.Popen[str]:
    devices = subprocess.Popen(
        [sys.executable, "-m", "console.demo.devices"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert devices.stdin is not None
    assert devices.stdout is not None
    devices.stdin.write(bedside.to_json() + "\n")
    devices.stdin.flush()
    if devices.stdout.readline().strip() != "ready":
        devices.kill()
        devices.wait()
        raise DemoError("the simulated devices did not start")
    return devices


def _free_port() -> int:
    """A port of loopback that is free now; the listener opens it a moment later."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
