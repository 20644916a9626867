"""The gateway as a process of its own: fed by a terminal and a socket, ended by signals, killed without warning."""

from __future__ import annotations

import ctypes
import os
import platform
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import tty
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from console.store.sql_store import open_store
from drivers import registry
from drivers.driver import DeviceState
from drivers.observation import Parameter
from hl7.builder import OruTemplate
from hl7.sender import MllpSender, SendError
from tests.console.commands.gateways import exported, free_port, gateway, program

HR, PR, SPO2 = Parameter.HR, Parameter.PR, Parameter.SPO2
HOUR = timedelta(hours=1)


def write_config(folder: Path, mllp: int, serial: str = "") -> Path:
    text = f"""
[ward]
name = "Ward 7B"
beds = ["7B-01", "7B-02"]
[[hl7_listener]]
name = "feed"
port = {mllp}
plain = true
beds = {{ "ICU^^5" = "7B-02" }}
"""
    if serial:
        text += f"""
[[source]]
name = "oximeter"
driver = "masimo_ascii1"
bed = "7B-01"
transport = {{ kind = "serial", port = "{serial}" }}
"""
    config = folder / "ward.toml"
    config.write_text(text, encoding="utf-8")
    return config


def stored(data: Path, bed: str, parameter: Parameter, start: datetime, end: datetime) -> dict[float, float]:
    """Value by POSIX time, as the record gives it."""
    store = open_store("sqlite:///ward.db", data)
    try:
        series = store.trend(bed, [parameter], start, end).result(timeout=20).series.get(parameter)
    finally:
        store.close()
    return {} if series is None else dict(zip(series.times.tolist(), series.values.tolist(), strict=True))


def test_what_is_sent_to_a_gateway_comes_out_of_its_record_exactly(tmp_path):
    master, slave = os.openpty()
    tty.setraw(slave)
    start = datetime.now(UTC).replace(microsecond=0) - HOUR
    port = free_port()
    config = write_config(tmp_path, port, os.ttyname(slave))
    simulator = registry.simulator("masimo_ascii1", datetime.now())
    sent = [(90 + n % 10, 60 + n) for n in range(30)]
    template = OruTemplate([HR, SPO2], location="ICU^^5", patient_id="4711")
    try:
        with gateway(config, tmp_path) as running:
            assert "Ward 7B" in running.said
            assert "oximeter" in running.said
            assert f"127.0.0.1:{port}" in running.said
            time.sleep(0.3)
            for second, (spo2, pulse) in enumerate(sent):
                os.write(master, simulator.step(b"", float(second + 1), DeviceState({SPO2: spo2, PR: pulse})))
                time.sleep(0.02)
            with MllpSender("127.0.0.1", port, timeout_s=10) as sender:
                for number in range(30):
                    values = {HR: 70.0 + number, SPO2: 95.0}
                    answer = sender.send(template.fill(values, start + timedelta(seconds=number), f"m{number}"))
                    assert answer[0].code == "AA"
            time.sleep(0.3)
            assert running.end() == (0, "")
    finally:
        os.close(master)
        os.close(slave)
    end = datetime.now(UTC) + HOUR
    assert list(stored(tmp_path, "7B-01", SPO2, start - HOUR, end).values()) == [float(s) for s, _ in sent]
    assert list(stored(tmp_path, "7B-01", PR, start - HOUR, end).values()) == [float(p) for _, p in sent]
    rates = stored(tmp_path, "7B-02", HR, start - HOUR, end)
    assert rates == {start.timestamp() + number: 70.0 + number for number in range(30)}


def test_both_signals_end_a_gateway_cleanly(tmp_path):
    config = write_config(tmp_path, free_port())
    for number in (signal.SIGTERM, signal.SIGINT):
        with gateway(config, tmp_path) as running:
            assert running.said.startswith("ward-console gateway: Ward 7B: feed")
            assert running.end(number) == (0, "")


@pytest.mark.skipif(sys.platform != "linux", reason="signals a thread by its number")
def test_a_signal_that_reaches_another_thread_ends_a_gateway_too(tmp_path):
    """The system may hand a signal to any thread; Python runs the handler in the first one, when that wakes."""
    with gateway(write_config(tmp_path, free_port()), tmp_path) as running:
        pid = running.process.pid
        other = max(int(task.name) for task in Path(f"/proc/{pid}/task").iterdir())
        assert other != pid
        tgkill = {"x86_64": 234, "aarch64": 131}[platform.machine()]
        assert ctypes.CDLL(None).syscall(tgkill, pid, other, signal.SIGTERM) == 0
        assert running.process.wait(timeout=5) == 0
        running.process.communicate()


def test_a_port_in_use_is_said_and_taken_when_it_is_free(tmp_path):
    port = free_port()
    config = write_config(tmp_path, port)
    message = OruTemplate([HR], location="ICU^^5", patient_id="4711").fill({HR: 70.0}, datetime.now(UTC), "m")
    with gateway(config, tmp_path / "one") as first, gateway(config, tmp_path / "two") as second:
        time.sleep(0.3)
        assert first.end() == (0, "")
        time.sleep(2.5)
        with MllpSender("127.0.0.1", port, timeout_s=5) as sender:
            assert sender.send(message)[0].code == "AA"
        status, errors = second.end()
    assert status == 0
    assert errors.startswith("ward-console gateway: feed: cannot listen on 127.0.0.1")
    assert len(errors.splitlines()) == 1
    assert [row["text"] for row in exported(tmp_path / "two", "alarms")] == ["HL7 listener not working – feed"]


def test_a_second_engine_on_the_same_database_is_refused(tmp_path):
    config = tmp_path / "ward.toml"
    config.write_text('[ward]\nbeds = ["7B-01"]\n', encoding="utf-8")
    command = program("gateway", "--config", config, "--data-dir", tmp_path)
    with gateway(config, tmp_path) as running:
        done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
        assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)
        assert "ward.db is in use by another console or gateway" in done.stderr
        assert exported(tmp_path, "alarms") == []
        running.kill()
    with gateway(config, tmp_path) as again:
        assert again.end() == (0, "")


def test_wrong_usage_is_one_line():
    for words in ((), ("--config",), ("--config", "x", "--colour", "blue")):
        done = subprocess.run(program("gateway", *words), capture_output=True, text=True, timeout=30, check=False)
        assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1)


@pytest.mark.parametrize(
    ("text", "status", "words"),
    [
        ('[ward]\nbeds = ["a"]\n[[source]]\nname="x"\ndriver="nothing"\nbed="a"\n'
         'transport={kind="tcp",host="h",port=1}\n', 2, "'nothing' is not a driver"),
        ('[ward]\nbeds = ["a", "a"]\n', 2, "named twice"),
        ('[ward]\nbeds = ["a"]\n[[source]]\nname="x"\ndriver="masimo_ascii1"\nbed="a"\nsettings={colour=1}\n'
         'transport={kind="tcp",host="h",port=1}\n', 2, "ward.toml: source 'x': driver 'masimo_ascii1': 'colour'"),
        ("[alarms]\nlimits.hr.high = 500\n", 2, "ward.toml: [alarms] limits.hr: high = 500 is outside 20 to 250"),
        ('[store]\nurl = "sqlite:////proc/nothing/ward.db"\n', 1, "cannot be opened"),
    ],
)  # fmt: skip
def test_what_cannot_be_started_says_why_in_one_line(tmp_path, text, status, words):
    config = tmp_path / "ward.toml"
    config.write_text(text, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "console", "gateway", "--config", str(config), "--data-dir", str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == status
    assert words in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


class Streaming:
    """Sends numbered messages as fast as they are acknowledged, again after every loss, and keeps what was promised."""

    def __init__(self, port: int, start: datetime) -> None:
        self.port = port
        self.start = start
        self.acknowledged: set[int] = set()
        self.sent: set[int] = set()
        self.back_in: list[float] = []
        self._lost_at: float | None = None
        self._ended = threading.Event()
        self._template = OruTemplate([HR, SPO2], location="ICU^^5", patient_id="4711")
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    @staticmethod
    def values(number: int) -> dict[Parameter, float]:
        return {HR: 40.0 + number % 150, SPO2: 60.0 + number % 41}

    def stop(self) -> None:
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        number = 0
        while not self._ended.is_set():
            with suppress(SendError), MllpSender("127.0.0.1", self.port, timeout_s=5) as sender:
                while not self._ended.is_set():
                    # A message that was not acknowledged is sent again as it was, as HL7 senders do.
                    at = self.start + timedelta(seconds=number)
                    self.sent.add(number)
                    (answer,) = sender.send(self._template.fill(self.values(number), at, f"m{number}"))
                    if answer.code == "AA":
                        self.acknowledged.add(number)
                        number += 1
                        if self._lost_at is not None:
                            self.back_in.append(time.monotonic() - self._lost_at)
                            self._lost_at = None
            if self._lost_at is None:
                self._lost_at = time.monotonic()
            self._ended.wait(0.05)


def intact(folder: Path) -> bool:
    """What SQLite says of the database as the killed process left it: of a copy, so that the next start recovers it."""
    with tempfile.TemporaryDirectory() as copied:
        for name in ("ward.db", "ward.db-wal"):
            if (folder / name).exists():
                shutil.copy(folder / name, copied)
        with closing(sqlite3.connect(Path(copied) / "ward.db")) as database:
            return database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def kill_and_count(folder: Path, kills: int, seed: int = 7) -> Streaming:
    """Kill the gateway at random moments while messages stream; then hold the promises against the record."""
    chance = random.Random(seed)
    port = free_port()
    config = write_config(folder, port)
    # Far enough back that every message has its own second of the past.
    streaming = Streaming(port, datetime.now(UTC).replace(microsecond=0) - 48 * HOUR)
    try:
        for _ in range(kills):
            with gateway(config, folder) as running:
                goal = len(streaming.acknowledged) + chance.randrange(1, 150)
                end = time.monotonic() + 20
                while len(streaming.acknowledged) < goal and time.monotonic() < end:
                    time.sleep(0.001)
                time.sleep(chance.random() * 0.02)
                running.kill()
            assert intact(folder), "the database is damaged after a kill"
    finally:
        streaming.stop()
    span = (streaming.start - HOUR, streaming.start + 48 * HOUR)
    rates, saturations = (stored(folder, "7B-02", parameter, *span) for parameter in (HR, SPO2))
    base = streaming.start.timestamp()
    for number in streaming.acknowledged:
        values = streaming.values(number)
        assert rates.get(base + number) == values[HR], f"message {number} was acknowledged and is not in the record"
        assert saturations.get(base + number) == values[SPO2], f"message {number} is stored in half"
    assert rates.keys() == saturations.keys(), "half a message is stored"
    assert {round(at - base) for at in rates} <= streaming.sent
    assert len(rates) <= len(streaming.acknowledged) + 1
    return streaming


def test_no_acknowledged_message_is_lost_when_the_gateway_is_killed(tmp_path):
    """Scoreboard row 1, three kills."""
    streaming = kill_and_count(tmp_path, 3)
    assert len(streaming.acknowledged) > 3
    assert max(streaming.back_in) < 10


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("kills", [20, 200])
def test_no_acknowledged_message_is_lost_over_many_kills(tmp_path, kills):
    """Scoreboard row 1, its short and its long form: `pytest -m slow -k many_kills -s -o faulthandler_timeout=0`."""
    streaming = kill_and_count(tmp_path, kills)
    print(
        f"{kills} kills: {len(streaming.acknowledged)} acknowledged, 0 missing, back in {max(streaming.back_in):.2f} s"
    )
    assert max(streaming.back_in) < 10
