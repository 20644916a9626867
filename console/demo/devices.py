"""The bedside of the demonstration, a process of its own: every device on its pty, the monitor gateway on loopback.

`python -m console.demo.devices` reads one JSON object from standard input (see `Bedside`), writes "ready" when all
lines exist, and ends when its standard input does, so that it never outlives the console.
"""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from console.clock import SystemClock
from console.demo.lines import TICK_S, DemoLine, serve_lines
from console.demo.plan import OXIMETERS, DemoBed
from console.demo.scenarios import Scenario
from drivers import registry
from drivers.observation import Parameter

OXIMETER_PARAMETERS = frozenset({Parameter.SPO2, Parameter.PR, Parameter.PERFUSION_INDEX})
"""What the gateway leaves out where an oximeter of its own stands at the bed."""


@dataclass(frozen=True, slots=True)
class Bedside:
    """What the process is told. anchor: see SystemClock. folder: where the names of the lines go.

    port: of the console's MLLP listener on loopback, 0 when no bed is fed by it. interval_s: between two messages.
    """

    anchor: tuple[float, float]
    speed: float
    folder: str
    port: int
    interval_s: float
    beds: tuple[DemoBed, ...]

    def to_json(self) -> str:
        """One line of JSON."""
        return json.dumps(asdict(self))

    @staticmethod
    def from_json(text: str) -> Bedside:
        """The reverse of `to_json`."""
        data = json.loads(text)
        beds = tuple(DemoBed(**{**b, "devices": tuple(b["devices"])}) for b in data.pop("beds"))
        return Bedside(**{**data, "anchor": tuple(data["anchor"]), "beds": beds})


def line_name(folder: Path, bed: str, driver: str) -> Path:
    """Where the console finds the line of a device."""
    return folder / f"{driver}-{bed}"


def main() -> int:
    """Serve until standard input ends."""
    bedside = Bedside.from_json(sys.stdin.readline())
    clock = SystemClock(bedside.speed, bedside.anchor)
    stop = threading.Event()
    lines = _lines(bedside, clock)
    feeds = _feeds(bedside, clock, stop)
    serve_lines(lines, clock)
    print("ready", flush=True)
    for feed in feeds:
        feed.start()
    threading.Thread(target=_wait_for_end, args=(stop,), daemon=True).start()
    while not stop.wait(TICK_S):
        serve_lines(lines, clock)
    for line in lines:
        line.unplug()
    for feed in feeds:
        feed.join(timeout=5)
    return 0


def _wait_for_end(stop: threading.Event) -> None:
    sys.stdin.read()
    stop.set()


def _lines(bedside: Bedside, clock: SystemClock) -> list[DemoLine]:
    folder = Path(bedside.folder)
    return [
        DemoLine(
            line_name(folder, bed.bed, driver),
            registry.simulator(driver, clock.utc().replace(tzinfo=None)),
            bed.scenario(),
            bed.seed,
            bedside.anchor[0],
        )
        for bed in bedside.beds
        for driver in bed.devices
        if driver != "hl7"
    ]


def _feeds(bedside: Bedside, clock: SystemClock, stop: threading.Event) -> list[threading.Thread]:
    """One sender a bed: the gateway of a real ward multiplexes them, the listener does not care."""
    return [
        threading.Thread(target=_feed, args=(bedside, bed, clock, stop), name=f"feed {bed.bed}", daemon=True)
        for bed in bedside.beds
        if "hl7" in bed.devices
    ]


def _feed(bedside: Bedside, bed: DemoBed, clock: SystemClock, stop: threading.Event) -> None:
    from hl7.simulator import run_simulator

    run_simulator(
        "127.0.0.1",
        bedside.port,
        _monitor_state(bed.scenario(), bed, bedside.anchor[0], clock),
        float("inf"),
        bed.location(),
        bed.patient_id,
        bed.name,
        interval_s=bedside.interval_s,
        stop=stop,
        speed=bedside.speed,
        started_at=clock.utc(),
    )


def _monitor_state(
    scenario: Scenario, bed: DemoBed, started: float, clock: SystemClock
) -> Callable[[float], Mapping[Parameter, float | None]]:
    """What the monitor at the bed measures; an oximeter of its own keeps what is its own."""
    left_out = OXIMETER_PARAMETERS if set(bed.devices) & set(OXIMETERS) else frozenset()

    def state_at(seconds: float) -> Mapping[Parameter, float | None]:
        del seconds  # the simulator counts from its own start, the story runs by the clock all devices share
        state = scenario.state_at(scenario.demo_hour * 3600 + clock.now() - started, bed.seed)
        return {p: None if p in state.sensor_off else v for p, v in state.vitals.items() if p not in left_out}

    return state_at


if __name__ == "__main__":
    sys.exit(main())
