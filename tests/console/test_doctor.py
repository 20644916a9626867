"""`doctor` says what is missing and how to mend it, and never dies of what it finds."""

from __future__ import annotations

import argparse

import pytest

from console.commands import doctor


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
