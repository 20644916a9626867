"""`alerts receive` beside a station that sends, and what it says of a message sent again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from console import cli
from hl7.sender import MllpSender
from tests.console.alerting.conftest import EMERGENCY, WARNING, config, until
from tests.console.alerting.conftest import ward as ward

ROOT = Path(__file__).parents[3]


def test_every_step_is_shown_and_one_sent_again_is_known(ward) -> None:
    command = [sys.executable, "-m", "console", "alerts", "receive", "--port", "0"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment)
    assert process.stdout is not None
    with process.stdout as lines:
        port = int(lines.readline().rsplit(":", 1)[1])
        ours = ward(config(port, timeout_s=5))
        ours.step("7B-01", WARNING)
        ours.step("7B-01", EMERGENCY)
        until(lambda: ours.view().sent == 2)
        said = [lines.readline().split(maxsplit=3)[1:] for _ in range(2)]
        assert said == [
            ["start", "medium", "^^7B-01 Autonomic pattern – warning\n"],
            ["escalate", "high", "^^7B-01 Autonomic pattern – emergency\n"],
        ]
        header = b"MSH|^~\\&|x||||||ORU^R40^ORU_R40|7|P|2.6|||AL|NE\r"
        beat = header + b"OBR|1||1\rOBX|1|ST|258047^MDC_EVT_ACTIVE^MDC|1|x||||PN||F\r"
        with MllpSender("127.0.0.1", port, 5) as sender:
            for _ in range(2):
                assert [answer.code for answer in sender.send(beat)] == ["CA"]
        assert "again" not in lines.readline()
        assert "again sign of life" in lines.readline()
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0


@pytest.mark.parametrize(
    ("words", "said"), [(["--port", "70000"], "--port"), (["--port", "0", "--seconds", "0"], "--seconds")]
)
def test_wrong_usage_is_one_line(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["alerts", "receive", *words]) == 2
    assert said in capsys.readouterr().err


def test_it_ends_by_itself(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["alerts", "receive", "--port", "0", "--seconds", "0.1"]) == 0
    assert capsys.readouterr().out.startswith("receiving on 127.0.0.1:")
