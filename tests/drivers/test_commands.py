"""`decode` and `simulate` as they are typed."""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from console.commands import decode, simulate
from console.demo import scenarios
from drivers import registry
from drivers.transport.capture import CaptureEntry, CaptureWriter
from tests.drivers.encoders import dri_alarms, dri_report, masimo_line
from tests.drivers.terminals import Terminal


def parser() -> Any:
    top = argparse.ArgumentParser()
    commands = top.add_subparsers()
    decode.add_parser(commands)
    simulate.add_parser(commands)
    return top


def call(*words: str) -> int:
    arguments = parser().parse_args(words)
    return int(arguments.run(arguments))


def printed(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_decode_prints_values_alerts_and_counts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "capture.bin"
    path.write_bytes(b"?\r\n" + masimo_line(0, spo2="---%", exc="000801") + masimo_line(1)[:30])
    assert call("decode", "masimo_ascii1", str(path)) == 0
    rows = printed(capsys)
    assert rows[0] == {
        "parameter": "spo2", "value": None, "unit": "%", "status": "unavailable",
        "device_time": "2026-03-14T12:00:00", "label": None,
    }  # fmt: skip
    assert rows[3] == {
        "alert": {
            "code": "no_sensor", "text": "No sensor connected", "active": True, "priority": "none", "parameter": "spo2",
        }
    }  # fmt: skip
    assert rows[-1] == {"frames_good": 1, "frames_bad": 1, "bytes_skipped": 1}


def test_decode_shows_site_and_priority(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "capture.bin"
    path.write_bytes(dri_report() + dri_alarms(("APNEA", 3)))
    assert call("decode", "dri_s5", str(path)) == 0
    rows = printed(capsys)
    assert (rows[0]["parameter"], rows[0]["value"], rows[0]["label"]) == ("hr", 80.0, "ECG")
    assert rows[-2]["alert"]["priority"] == "high"


def test_decode_reads_a_timed_capture_with_its_times(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "session.cap"
    with path.open("wb") as file:
        writer = CaptureWriter(file)
        writer.write(CaptureEntry(0.5, False, b"our own request"))
        writer.write(CaptureEntry(1.0, True, masimo_line()))
    assert call("decode", "masimo_ascii1", str(path)) == 0
    assert printed(capsys)[-1] == {"frames_good": 1, "frames_bad": 0, "bytes_skipped": 0}
    path.write_bytes(b"# ward-console capture 1\nrubbish\n")
    assert call("decode", "masimo_ascii1", str(path)) == 2
    assert "line 2: expected seconds" in capsys.readouterr().err


def test_decode_reads_standard_input(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(io.BytesIO(masimo_line()))))
    assert call("decode", "masimo_ascii1", "-") == 0
    assert len(printed(capsys)) == 4


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (("decode", "nix", "file"), "'nix' is not a driver; there are"),
        (("decode", "dri_s5", "/no/such/file"), "/no/such/file: cannot be read"),
        (("decode", "dri_s5", "/"), "/: cannot be read"),
        (("simulate", "nix", "--port", "p"), "'nix' is not a driver"),
        (("simulate", "dri_s5", "--port", "p", "--scenario", "nix"), "no scenario 'nix'"),
        (("simulate", "dri_s5", "--port", "p", "--seconds", "-1"), "give a number above 0"),
        (("simulate", "dri_s5", "--port", "p", "--seconds", "nan"), "give a number above 0"),
        (("simulate", "hl7", "--mllp", "nowhere"), "give HOST:PORT"),
        (("simulate", "nix", "--mllp", "localhost:2575"), "'nix' is not a driver"),
    ],
)
def test_bad_input_is_one_clear_line_and_status_two(
    words: tuple[str, ...], text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(*words) == 2
    captured = capsys.readouterr()
    assert text in captured.err
    assert captured.err.count("\n") == 1
    assert captured.out == ""


def test_a_port_that_cannot_be_used_is_status_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call("simulate", "dri_s5", "--port", str(tmp_path / "none")) == 1
    assert "there is no such port" in capsys.readouterr().err


@pytest.fixture
def cable(tmp_path: Path) -> Iterator[Terminal]:
    terminal = Terminal(tmp_path / "port")
    yield terminal
    terminal.unplug()


@pytest.mark.parametrize("scenario", [None, scenarios.names()[0]])
def test_a_simulated_device_speaks_on_the_port(scenario: str | None, cable: Terminal) -> None:
    words = ["simulate", "masimo_ascii1", "--port", cable.name, "--seconds", "1.5"]
    if scenario is not None:
        words += ["--scenario", scenario]
    assert call(*words) == 0
    driver = registry.create("masimo_ascii1", {})
    vitals = driver.step(os.read(cable.near, 4096), 0.0).vitals
    assert driver.counters.good == 2
    if scenario is None:
        assert {v.value for v in vitals} == {97.0, 76.0, 2.4}
