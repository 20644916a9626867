"""From the last byte of a frame at the port to its value painted on the wall: 64 monitors at 1 Hz on real ptys.

Three processes: this one asks, `console` is the whole desktop console on its own, so that its memory and processor
time are those of the product, and `devices` writes a frame a second per monitor. The heart rate changes with every
frame, so that the value painted tells which frame it came from; both processes read the same monotonic clock.
"""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
import tempfile
import time
import tty
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from drivers import registry
from drivers.driver import DeviceState
from drivers.observation import Parameter
from tests.bench.figures import resident_mb, row

BEDS = 64
SETTLE_S = 4.0
SECONDS = 14.0
LOWEST_RATE, RATES = 62, 40
"""Heart rates sent: within the limits, so that no alarm is part of the picture, and different for 40 s."""

_STEADY = {
    Parameter.RR: 16.0,
    Parameter.SPO2: 97.0,
    Parameter.PR: 84.0,
    Parameter.ETCO2: 38.0,
    Parameter.TEMP: 37.0,
    Parameter.NIBP_SYS: 126.0,
    Parameter.NIBP_DIA: 76.0,
    Parameter.NIBP_MEAN: 93.0,
}


# --- the monitors ------------------------------------------------------------------------------------------------


def devices() -> None:
    """Print the ports, write until standard input ends, print (bed, rate, moment after the last byte was written)."""
    ends = [pty.openpty() for _ in range(BEDS)]
    for near, far in ends:
        tty.setraw(far)
        os.set_blocking(near, False)
    print(json.dumps([os.ttyname(far) for _, far in ends]), flush=True)
    sys.stdin.readline()
    started = time.monotonic()
    monitors = [registry.simulator("ivy_ansarb", datetime.now(UTC).replace(tzinfo=None)) for _ in range(BEDS)]
    written: list[tuple[int, int, float]] = []
    frame = 0
    while time.monotonic() - started < SETTLE_S + SECONDS + 1:
        for bed, (near, _) in enumerate(ends):
            # Each monitor has its own moment of the second.
            time.sleep(max(0.0, started + frame + bed / BEDS - time.monotonic()))
            rate = LOWEST_RATE + frame % RATES
            text = monitors[bed].step(b"", float(frame), DeviceState({**_STEADY, Parameter.HR: float(rate)}))
            os.write(near, text)
            written.append((bed, rate, time.monotonic()))
        frame += 1
    print(json.dumps(written), flush=True)


# --- the console -------------------------------------------------------------------------------------------------


def console() -> None:
    """The desktop console offscreen at 1920x1080 on the ports of `devices`; prints what it measured."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    bedside = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.bench_latency", "devices"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert bedside.stdin is not None
    assert bedside.stdout is not None
    try:
        ports = json.loads(bedside.stdout.readline())
        with tempfile.TemporaryDirectory(prefix="ward-console-bench-") as folder:
            figures = _watch(ports, Path(folder), bedside)
    finally:
        bedside.kill()
        bedside.wait()
    print(json.dumps(figures))


def _watch(ports: list[str], folder: Path, bedside: subprocess.Popen[str]) -> dict[str, float]:
    from PySide6.QtCore import QTimer

    from console.config import Config
    from console.link.commands import Admit
    from console.station import Station
    from console.ui.app import Options, _application, build_window
    from console.ward.patient import Patient

    names = [f"{n:02d}" for n in range(1, BEDS + 1)]
    sources = [
        {"name": f"bed {b}", "driver": "ivy_ansarb", "bed": b, "transport": {"kind": "serial", "port": p}}
        for b, p in zip(names, ports, strict=True)
    ]
    application = _application()
    station = Station(Config.model_validate({"ward": {"beds": names}, "source": sources}), folder)
    painted = _note_paintings()
    window = build_window(station.link(), Options(user="bench"))
    try:
        station.start()
        link = station.link()
        for b in names:
            patient = Patient(f"P{b}", f"Test {b}", b, datetime.now(UTC), age=50, pump_known=True)
            error = link.submit(Admit(patient, "bench")).result(timeout=20).error
            assert not error, error
        window.resize(1920, 1080)
        window.show()
        window.start()
        assert bedside.stdin is not None
        bedside.stdin.write("go\n")
        bedside.stdin.flush()
        marks: list[tuple[float, float]] = []
        for moment in (SETTLE_S, SETTLE_S + SECONDS):
            QTimer.singleShot(round(moment * 1000), lambda: marks.append((time.monotonic(), time.process_time())))
        QTimer.singleShot(round((SETTLE_S + SECONDS + 0.5) * 1000), application.quit)
        application.exec()
        memory = resident_mb()
        alarms = sum(len(b.alarms) for b in link.snapshot().beds)
    finally:
        window.close()
        station.stop()
    assert bedside.stdout is not None
    written = json.loads(bedside.stdout.readline())
    (began, spent), (ended, spent_in_all) = marks
    return {
        **_latencies(written, painted, names, began, ended - 0.5),
        "cpu_percent": (spent_in_all - spent) / (ended - began) * 100,
        "memory_mb": memory,
        "alarms": alarms,
    }


def _note_paintings() -> dict[tuple[str, str], list[float]]:
    """(bed, heart rate as text) -> the moments at which a tile that newly shows it had painted."""
    from PySide6.QtGui import QPaintEvent

    from console.ui.wall.tile import Tile

    painted: dict[tuple[str, str], list[float]] = {}
    last: dict[str, str] = {}
    paint = Tile.paintEvent

    def timed(tile: Tile, event: QPaintEvent) -> None:
        paint(tile, event)
        if tile.view is not None and tile.view.cells:
            bed, text = tile.view.bed, tile.view.cells[0].text
            if last.get(bed) != text:
                last[bed] = text
                painted.setdefault((bed, text), []).append(time.monotonic())

    Tile.paintEvent = timed  # type: ignore[method-assign]
    return painted


def _latencies(
    written: list[tuple[int, int, float]],
    painted: dict[tuple[str, str], list[float]],
    names: list[str],
    began: float,
    ended: float,
) -> dict[str, float]:
    """Every frame written in the span, with the first painting of its value after it."""
    found, missed = [], 0
    for bed, rate, at in written:
        if not began <= at <= ended:
            continue
        after = [moment for moment in painted.get((names[bed], str(rate)), ()) if 0 <= moment - at < 2.0]
        if after:
            found.append((after[0] - at) * 1000)
        else:
            missed += 1
    found.sort()
    if not found:
        raise AssertionError(f"no frame was painted; {missed} were written")
    return {
        "frames": len(found),
        "missed": missed,
        "p50_ms": found[len(found) // 2],
        "p99_ms": found[int(len(found) * 0.99)],
        "worst_ms": found[-1],
    }


# --- the figures -------------------------------------------------------------------------------------------------


def wall() -> list[dict[str, Any]]:
    """Run the console on its own and turn what it measured into rows."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.bench_latency", "console"],
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    if done.returncode:
        raise RuntimeError((done.stderr.strip().splitlines() or ["the console ended without a word"])[-1])
    f = json.loads(done.stdout.strip().splitlines()[-1])
    how = (
        f"{BEDS} simulated monitors at 1 Hz on ptys, 9 values a frame, whole console offscreen 1920x1080, ward page, "
        f"SQLite, {SECONDS:.0f} s, {f['frames']} frames painted, {f['missed']} not seen, worst {f['worst_ms']:.0f} ms, "
        f"{f['alarms']:.0f} alarms; load of the machine {os.getloadavg()[0]:.1f}"
    )
    missed = f["missed"] > 0.01 * f["frames"]
    return [
        row("latency.last_byte_to_paint_p50", f["p50_ms"], "ms", "", None, how),
        row("latency.last_byte_to_paint_p99", f["p99_ms"], "ms", "150", f["p99_ms"] <= 150 and not missed, how),
        row("latency.cpu", f["cpu_percent"], "% of a core", "15", f["cpu_percent"] <= 15, how),
        row("latency.memory", f["memory_mb"], "MB", "300", f["memory_mb"] <= 300, how),
    ]


BENCHES = [wall]

if __name__ == "__main__":
    {"devices": devices, "console": console}[sys.argv[1]]()
