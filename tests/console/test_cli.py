"""Wrong usage ends with status 2 and bad surroundings with 1, each told in one line and never by a traceback."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from console.cli import COMMANDS, build_parser, main

Caught = pytest.CaptureFixture[str]


def _run(words: list[str]) -> int:
    """The exit status, whether `main` returns it or argparse leaves with it."""
    try:
        return main(words)
    except SystemExit as leaving:
        return int(leaving.code or 0)


def _complaint(caught: Caught) -> list[str]:
    """Lines on stderr but for the usage lines of argparse."""
    lines = caught.readouterr().err.splitlines()
    at = next((n for n, line in enumerate(lines) if ": error: " in line), 0)
    return lines[at:] if lines and lines[0].startswith("usage: ") else lines


WRONG = [
    "nonsense",
    "--nonsense",
    "doctor extra",
    "demo --beds 0",
    "demo --beds 65",
    "demo --beds x",
    "demo --speed 0",
    "demo --speed nan",
    "demo --speed 601",
    "demo --seconds -1",
    "demo --seconds 0",
    "demo --seconds nan",
    "demo --seconds soon",
    "console --seconds nan",
    "console --seconds inf",
    "console --seconds -1",
    "--config",
    "gateway",
    "decode",
    "decode nonsense FILE",
    "replay",
    "replay /nonexistent/rows.csv",
    "export",
    "db",
    "db nonsense",
    "hl7",
    "simulate",
    "simulate nonsense --port PORT",
    "--config /nonexistent/ward.toml",
    "doctor --config /nonexistent/ward.toml",
    "gateway --config /nonexistent/ward.toml",
    "console --db nonsense://x --seconds 1",
]


@pytest.mark.parametrize("line", WRONG)
def test_wrong_usage_is_one_line_and_status_2(line: str, capsys: Caught, tmp_path: Path) -> None:
    words = [w.replace("FILE", str(tmp_path / "bytes")).replace("PORT", str(tmp_path / "port")) for w in line.split()]
    assert _run(words) == 2
    told = _complaint(capsys)
    assert len(told) == 1, told
    assert "Error:" not in told[0]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"x = [", "not valid TOML"),
        (b"\xff\xfe", "is not UTF-8 text"),
        (b'[ward]\nbeds = ["1", "1"]\n', "ward.beds: bed 1 is named twice"),
        (b"[ward]\nfoo = 3\n", "ward.foo: is not a known key"),
        (b'[ward]\ntimezone = "Mars"\n', "'Mars' is not a time zone"),
        (b"[alarms]\nnonsense = 1\n", "nonsense"),
    ],
)
def test_a_faulty_configuration_is_told_by_file_and_key(
    text: bytes, words: str, capsys: Caught, tmp_path: Path
) -> None:
    file = tmp_path / "ward.toml"
    file.write_bytes(text)
    assert _run(["--config", str(file), "--seconds", "1"]) == 2
    (told,) = _complaint(capsys)
    assert words in told


def _unwritable(tmp_path: Path) -> Path:
    """A folder that cannot be made: its parent is a file."""
    (tmp_path / "file").write_text("")
    return tmp_path / "file" / "folder"


@pytest.mark.parametrize(
    "words",
    [
        lambda bad: ["console", "--seconds", "1", "--data-dir", str(bad)],
        lambda bad: ["console", "--seconds", "1", "--db", f"sqlite:///{bad}/ward.db"],
        lambda bad: ["demo", "--beds", "1", "--seconds", "1", "--data-dir", str(bad)],
        lambda bad: ["demo", "--beds", "1", "--seconds", "1", "--screenshots", str(bad)],
        lambda bad: ["console", "--seconds", "1", "--screenshots", str(bad)],
    ],
    ids=["data directory", "database", "demo data", "demo pictures", "pictures"],
)
def test_bad_surroundings_are_one_line_and_status_1(
    words: Callable[[Path], list[str]], capsys: Caught, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert _run(words(_unwritable(tmp_path))) == 1
    told = _complaint(capsys)
    assert len(told) == 1, told
    assert "Traceback" not in told[0]


def test_every_command_has_help(capsys: Caught) -> None:
    for module in COMMANDS:
        name = module.rpartition(".")[2].replace("desktop", "console")
        assert _run([name, "--help"]) == 0
        assert capsys.readouterr().out.startswith(f"usage: ward-console {name}")
    assert _run(["--help"]) == 0
    assert "The bedside monitor stays the primary alarm" in " ".join(capsys.readouterr().out.split())
    assert build_parser().prog == "ward-console"


def test_doctor_names_what_it_looked_at(capsys: Caught, tmp_path: Path) -> None:
    status = _run(["doctor", "--data-dir", str(tmp_path)])
    out = capsys.readouterr().out
    assert status == (1 if "MEND" in out else 0)
    for what in ("Python", "Qt", "Display", "Alarm sound", "Fonts", "Serial ports", "SQLite", "Database"):
        assert what in out
    assert all(line[:4].strip() in ("ok", "MEND", "note", "") for line in out.splitlines())


@pytest.mark.skipif(sys.platform != "linux", reason="looks at the signals a process heeds")
@pytest.mark.parametrize("later_s", [0.0, 3.0])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_desktop_ends_in_order_when_it_is_interrupted(
    number: signal.Signals, later_s: float, tmp_path: Path
) -> None:
    """Ctrl+C while the window is being built or open: no traceback, nothing left running, the record closed."""
    command = [sys.executable, "-m", "console", "--seconds", "60", "--data-dir", str(tmp_path / "data")]
    command += ["--screenshots", str(tmp_path / "pictures")]
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as program:
        assert program.stdout is not None
        assert program.stderr is not None
        try:
            assert "running offscreen" in program.stdout.readline()
            _wait_until_heeded(program)
            time.sleep(later_s)
            program.send_signal(number)
            assert program.wait(timeout=40) == 0
            assert program.stderr.read() == ""
        finally:
            program.kill()
    assert not list((tmp_path / "data").glob("*-wal"))


def _wait_until_heeded(program: subprocess.Popen[str]) -> None:
    """From then on the window is being built, and the program has its own way of ending."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert program.poll() is None
        status = Path(f"/proc/{program.pid}/status").read_text(encoding="ascii")
        caught = int(next(line for line in status.splitlines() if line.startswith("SigCgt")).split()[1], 16)
        if caught & 1 << (signal.SIGTERM - 1):
            return
        time.sleep(0.01)
    raise AssertionError("the console does not come up")
