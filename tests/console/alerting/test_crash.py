"""Our process is killed in the middle of its alarms: what was recorded is sent, once, in order, by the next one."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from tests.console.alerting.conftest import config, until
from tests.console.alerting.manager import AlarmManager, alarm_of, row

ROOT = Path(__file__).parents[3]
WARD = """
import sys
from pathlib import Path
from tests.console.alerting.conftest import EMERGENCY, WARNING, Ward, config

ward = Ward(Path(sys.argv[1]), config(int(sys.argv[2])))
ward._ids = int(sys.argv[3])
number = 0
while True:
    bed = f"7B-{number % 8:02d}"
    ward.life(bed)
    number += 1
    print(number, flush=True)
"""


def run_and_kill(folder: Path, port: int, run: int, lives: int) -> None:
    """Raise alarms as fast as they are recorded, and die without a word."""
    command = [sys.executable, "-c", WARD, str(folder), str(port), str(1000 * run)]
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)}, text=True
    )
    assert process.stdout is not None
    with process.stdout:
        for _ in range(lives):
            assert process.stdout.readline()
        process.send_signal(signal.SIGKILL)
        process.wait(10)


@pytest.mark.parametrize("kills", [2, pytest.param(6, marks=pytest.mark.slow)])
def test_after_kill_9_no_recorded_step_is_lost_and_none_is_taken_twice(tmp_path: Path, ward, kills: int) -> None:
    dice = random.Random(3)
    with AlarmManager(lambda _: dice.choice(["AA", "CA", "CA", "CA", "die"])) as manager:
        for run in range(kills):
            run_and_kill(tmp_path, manager.port, run, 2)
        taken_before = len(manager.accepted)
        manager.habit = lambda _: "CA"
        ours = ward(config(manager.port))
        until(lambda: ours.view().oldest_stamp is None and ours.view().sent > 0, 60)
        until(lambda: not ours.store.outbox.waiting("phones", 0, 1))
        ours.close()
        engine = create_engine(f"sqlite:///{tmp_path / 'ward.db'}")
        with engine.connect() as connection:
            recorded = connection.execute(text("SELECT alarm_id, version FROM transition")).all()
            queued = connection.execute(text("SELECT alarm_id, version, control_id FROM alert_outbox")).all()
            states = connection.execute(text("SELECT DISTINCT state FROM alert_outbox")).scalars().all()
        engine.dispose()
        assert {tuple(r[:2]) for r in queued} == {tuple(r) for r in recorded}, "recorded and not queued"
        assert len(recorded) >= kills * 2 * 7
        assert states == ["acknowledged"]
        taken = [m.control_id for m in manager.accepted]
        assert sorted(taken) == sorted(r.control_id for r in queued)
        assert 0 < taken_before < len(taken), "nothing was left for the last process to send"
        for alarm in {alarm_of(m) for m in manager.accepted}:
            order = [r.control_id for r in sorted(queued, key=lambda r: r.version) if r.alarm_id == alarm]
            assert [m.control_id for m in manager.accepted if alarm_of(m) == alarm] == order
            assert row(next(m for m in manager.accepted if alarm_of(m) == alarm), "68481") == "start"
