"""Simulated lines are real pseudo-terminals: bytes come out, pulling the cable hangs up, the name returns."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from console.demo.lines import DemoLine
from console.demo.scenarios import Scenario, Span, load
from drivers.driver import DeviceState
from drivers.observation import Parameter


class _Speaker:
    """Says the saturation once per call, and remembers what it heard."""

    def __init__(self) -> None:
        self.heard = b""

    def step(self, data: bytes, elapsed: float, state: DeviceState) -> bytes:
        self.heard += data
        return b"%d\n" % state.vitals[Parameter.SPO2]


@pytest.fixture
def story() -> Scenario:
    return replace(load("stable"), unplugged=(Span(2.5, 2.75),))


@pytest.fixture
def line(tmp_path: Path, story: Scenario) -> Iterator[DemoLine]:
    made = DemoLine(tmp_path / "bed-01", _Speaker(), story, seed=1, started=0.0)
    yield made
    made.unplug()


def _hung_up(far: int) -> bool:
    """True when reading to the end meets a hang-up: an error on Linux, an end of file elsewhere."""
    try:
        while os.read(far, 100):
            pass
    except BlockingIOError:
        return False
    except OSError as error:
        return error.errno == errno.EIO
    return True


def test_what_the_device_says_comes_out_of_the_line(line: DemoLine, tmp_path: Path) -> None:
    line.serve(0.0)
    far = os.open(tmp_path / "bed-01", os.O_RDWR | os.O_NOCTTY)
    assert os.read(far, 100).strip().isdigit()
    os.write(far, b"hello")
    line.serve(1.0)
    assert line._simulator.heard == b"hello"
    os.close(far)


def test_a_pulled_cable_hangs_up_and_comes_back_under_its_name(line: DemoLine, tmp_path: Path) -> None:
    line.serve(0.0)
    far = os.open(tmp_path / "bed-01", os.O_RDWR | os.O_NOCTTY)
    line.serve(0.6 * 3600)
    assert not (tmp_path / "bed-01").is_symlink()
    assert _hung_up(far)
    os.close(far)
    line.serve(0.8 * 3600)
    assert (tmp_path / "bed-01").exists()


def test_a_reader_that_is_away_does_not_stop_the_ward(line: DemoLine, tmp_path: Path) -> None:
    for second in range(3000):
        line.serve(float(second) / 10)
    far = os.open(tmp_path / "bed-01", os.O_RDWR | os.O_NOCTTY)
    assert os.read(far, 100).strip()
    os.close(far)
