"""The demonstration as people start it, and its ward: a story comes to an emergency and a nurse answers it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from console.alarms.alarm import Alarm, Kind, Stage
from console.demo.ward import DemoWard
from console.link.commands import Acknowledge
from console.link.snapshot import BedState, Liveness
from console.store.records import HistoryFilter
from drivers.observation import Parameter

SCREENS = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM", "XAUTHORITY")
PAGES = ("ward", "ward-light", "bed-withdrawal", "history", "devices")


def _demo(folder: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {k: v for k, v in os.environ.items() if k not in SCREENS}
    return subprocess.run(
        [sys.executable, "-m", "console", "demo", "--beds", "4", "--seconds", "8", *words],
        env={**clean, **environment},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=250,
        check=False,
    )


def _colours(file: Path) -> int:
    """How many different colours a picture has; a blank one has one."""
    from PySide6.QtGui import QImage

    image = QImage(str(file))
    assert not image.isNull(), file
    return len({image.pixel(x, y) for x in range(0, image.width(), 7) for y in range(0, image.height(), 7)})


@pytest.mark.timeout(300)  # four programs share two cores here
def test_without_a_display_the_demonstration_leaves_pictures(tmp_path: Path) -> None:
    done = _demo(tmp_path, "--screenshots", "pictures")
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    lines = done.stdout.splitlines()
    assert lines[0] == "ward-console: no display: running offscreen for 8 s, pictures in pictures"
    files = [tmp_path / line for line in lines[1:]]
    assert files
    assert set(files) == set((tmp_path / "pictures").iterdir())
    assert {f"{page}-{size}.png" for page in PAGES for size in ("1920x1080", "1366x768")} <= {f.name for f in files}
    assert min(_colours(file) for file in files) > 20


@pytest.fixture
def screen(tmp_path: Path) -> Iterator[str]:
    """A real X server of the test's own; the name of its display."""
    program = shutil.which("Xvfb")
    if program is None:
        pytest.skip("Xvfb is not installed")
    read, write = os.pipe()
    server = subprocess.Popen(
        [program, "-displayfd", str(write), "-screen", "0", "1366x768x24", "-nolisten", "tcp"],
        pass_fds=(write,),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    try:
        with os.fdopen(read) as answer:
            number = answer.readline().strip()
        if not number:
            pytest.skip("Xvfb does not start here")
        yield f":{number}"
    finally:
        server.terminate()
        server.wait(timeout=10)


@pytest.mark.xvfb
def test_with_a_display_it_opens_a_real_window(tmp_path: Path, screen: str) -> None:
    done = _demo(tmp_path, DISPLAY=screen)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def ward() -> Iterator[DemoWard]:
    made = DemoWard(beds=8, speed=60.0)
    try:
        made.start()
        yield made
    finally:
        made.stop()
    assert made._devices.poll() == 0
    assert not [t.name for t in threading.enumerate() if t.name == "nurses of the story"]
    assert not Path(made._own.name).exists()


def _wait(condition: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.1)
    return condition()


def test_the_story_of_severe_withdrawal_becomes_an_emergency_that_is_answered(ward: DemoWard) -> None:
    place = next(bed.bed for bed in ward.plan if bed.story == "severe_withdrawal")
    link = ward.station.link()

    def emergency() -> Alarm | None:
        bed = link.snapshot().bed(place)
        alarms = bed.alarms if bed is not None else ()
        return next(
            (
                a
                for a in alarms
                if a.condition.kind is Kind.WITHDRAWAL and a.condition.stage is Stage.EMERGENCY and not a.acknowledged
            ),
            None,
        )

    assert _wait(lambda: emergency() is not None, 45), link.snapshot().bed(place)
    alarm = emergency()
    assert alarm is not None
    assert alarm.bed == place
    refused = link.submit(Acknowledge(alarm.id, alarm.version, "R. Test")).result(timeout=10)
    assert refused.error, "an emergency needs a reason"

    def answered() -> bool:
        now = emergency()
        if now is None:
            return True
        return not link.submit(Acknowledge(now.id, now.version, "R. Test", "Doctor informed")).result(timeout=10).error

    assert _wait(answered, 10)
    shown = link.snapshot().bed(place)
    assert shown is not None
    assert _wait(lambda: emergency() is None, 5)
    page = link.history(HistoryFilter(beds=(place,), kinds=("withdrawal",)), 0, 50).result(timeout=10)
    record = next(r for r in page.rows if r.alarm.id == alarm.id)
    assert record.alarm.acknowledged is not None
    assert (record.alarm.acknowledged.by, record.alarm.acknowledged.reason) == ("R. Test", "Doctor informed")


def test_every_device_speaks_and_every_value_is_simulated(ward: DemoWard) -> None:
    link = ward.station.link()

    def speaking() -> set[str]:
        beds = link.snapshot().beds
        return {b.bed for b in beds if b.liveness is Liveness.LIVE and b.readings and b.state is BedState.MONITORED}

    expected = {bed.bed for bed in ward.plan if bed.devices}
    assert _wait(lambda: speaking() == expected, 25), expected - speaking()
    snapshot = link.snapshot()
    assert snapshot.system.simulated
    assert snapshot.system.speed == 60.0
    for planned in ward.plan:
        bed = snapshot.bed(planned.bed)
        assert bed is not None
        assert planned.devices or bed.state is BedState.EMPTY
        if "dri_s5" in planned.devices:
            assert bed.reading(Parameter.HR) is not None
