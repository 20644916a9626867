"""`doctor` says what is missing and how to mend it, and never dies of what it finds."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from console.commands import doctor
from drivers.transport.ports import SerialPort


def test_every_finding_that_is_not_good_names_a_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "_loads", lambda library: library != "libxcb-cursor.so.0")
    monkeypatch.setattr(
        doctor, "_import_elsewhere", lambda module: "ImportError: libGL.so.1" if "Widgets" in module else "x"
    )
    findings = {f.what: f for f in doctor.examine(None, None)}
    assert "libgl1" in findings["Qt"].mend
    assert findings["Qt"].essential
    assert "libxcb-cursor0" in findings["Qt on X11"].mend
    assert "libpulse0" in findings["Alarm sound"].mend


def test_a_check_that_breaks_is_a_finding(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def broken() -> object:
        raise OSError("no such bus")
        yield

    monkeypatch.setattr(doctor, "_serial", broken)
    monkeypatch.setattr(doctor, "_import_elsewhere", lambda module: "")
    status = doctor.run(argparse.Namespace(config=None, data_dir=None))
    assert "no such bus" in capsys.readouterr().out
    assert status == 1


def test_a_port_with_a_problem_is_named_with_what_mends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    refused = SerialPort("/dev/serial/by-id/usb-1", "/dev/ttyUSB0", permission="run `sudo usermod -aG dialout nurse`")
    good = SerialPort("/dev/serial/by-id/usb-2", "/dev/ttyUSB1", "FTDI cable")
    monkeypatch.setattr(doctor, "list_ports", lambda: (good, refused))
    findings = list(doctor._serial())
    assert "/dev/serial/by-id/usb-2 (FTDI cable)" in findings[0].state
    assert [(f.state, f.mend) for f in findings[1:]] == [("/dev/ttyUSB0", "run `sudo usermod -aG dialout nurse`")]


def test_without_any_port_it_says_to_plug_one_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "list_ports", tuple)
    assert next(iter(doctor._serial())).mend == "plug in a serial adapter"


def test_the_ports_of_a_configuration_are_looked_for(tmp_path: Path) -> None:
    (tmp_path / "device").touch()
    config = tmp_path / "ward.toml"
    config.write_text(
        f"""
        [ward]
        beds = ["1", "2", "3"]
        [[source]]
        name = "there"
        driver = "masimo_ascii1"
        bed = "1"
        transport = {{ kind = "serial", port = "{tmp_path / "device"}" }}
        [[source]]
        name = "away"
        driver = "masimo_ascii1"
        bed = "2"
        transport = {{ kind = "serial", port = "{tmp_path / "gone"}" }}
        [[source]]
        name = "pinned"
        driver = "masimo_ascii1"
        bed = "3"
        transport = {{ kind = "serial", port = "/dev/ttyUSB77", adapter = "ffff:ffff:NONE" }}
        """
    )
    mends = {finding.state.split(":")[0]: finding.mend for finding in doctor._configured_ports(config)}
    assert mends["there"] == ""
    assert "no such port" in mends["away"]
    assert "the adapter of this source (ffff:ffff:NONE) is not there" in mends["pinned"]
