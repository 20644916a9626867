"""`hl7 decode` and `hl7 send` as a person runs them."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import pytest

from console.commands import hl7 as command
from hl7.mllp import wrap
from tests.hl7.conftest import Serve
from tests.hl7.messages import BEATS, MSH, PID, heart_rate, join, oru, row


def run(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    command.add_parser(parser.add_subparsers(required=True))
    args = parser.parse_args(["hl7", *arguments])
    status = args.run(args)
    assert isinstance(status, int)
    return status


def decode(capsys: pytest.CaptureFixture[str], path: Path, *options: str) -> tuple[int, dict[str, Any], str]:
    status = run("decode", str(path), *options)
    out, err = capsys.readouterr()
    return status, json.loads(out) if out else {}, err


@pytest.mark.parametrize("framed", [False, True])
def test_decode_shows_what_a_message_says(tmp_path: Path, capsys: pytest.CaptureFixture[str], framed: bool) -> None:
    raw = oru(row("147842^MDC_ECG_HEART_RATE^MDC", "72", BEATS), row("150456^MDC_CO2_ET^MDC", "38", "mmHg"))
    file = tmp_path / "m.hl7"
    file.write_bytes(wrap(raw) if framed else raw)
    status, shown, err = decode(capsys, file)
    assert (status, err) == (0, "")
    assert (shown["message_type"], shown["control_id"], shown["ack"]) == ("ORU^R01", "C1", "AA")
    assert (shown["patient_id"], shown["location"], shown["demo"]) == ("100200", "ICU^^5", False)
    [observation] = shown["observations"]
    assert {key: observation[key] for key in ("parameter", "value", "unit", "time")} == {
        "parameter": "hr",
        "value": 72,
        "unit": "/min",
        "time": "2026-11-22T09:29:50+00:00",
    }
    assert [(q["code"], q["value"], q["reason"]) for q in shown["quarantined"]] == [
        ("150456", "38", "code and REFID disagree")
    ]
    assert (shown["alerts"], shown["movement"], shown["errors"]) == ([], None, [])


def test_decode_places_times_without_zone_where_it_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "m.hl7"
    file.write_bytes(heart_rate(time="20261122103000"))
    assert decode(capsys, file)[1]["observations"][0]["time"] == "2026-11-22T10:30:00"
    _, shown, _ = decode(capsys, file, "--timezone", "Europe/Berlin")
    assert shown["observations"][0]["time"] == "2026-11-22T09:30:00+00:00"


def test_decode_shows_a_movement(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "m.hl7"
    file.write_bytes(join(MSH.replace("ORU^R01^ORU_R01", "ADT^A02"), PID, "PV1||I|A^^2|||A^^1"))
    movement = decode(capsys, file)[1]["movement"]
    assert (movement["event"], movement["location"], movement["prior_location"]) == ("A02", "A^^2", "A^^1")


def test_a_table_has_a_line_for_each_message_of_each_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stream, broken = tmp_path / "stream.hl7", tmp_path / "broken.hl7"
    header = r"MSH|^~\&|||||||ORU^R01|{}|P|2.3.1|"
    named = join(header.format(103), "PID|||A", "PV1||I|^^ICU&5")
    values = join(
        r"MSH|^~\&|||||||ORU^R01|204|P|2.3.1|", "OBX||NM|101^HR|1|64||||||F", "OBX||NM|101^\x1b[2J|1|64||||||F"
    )
    stream.write_bytes(wrap(named) + wrap(values))
    broken.write_bytes(b"PID|1|")
    assert run("decode", "--table", str(stream), str(broken)) == 0
    out, err = capsys.readouterr()
    rows = [[cell.strip() for cell in line.split(" | ")] for line in out.splitlines()]
    assert rows[0] == ["message", "dialect", "content", "answer", "charted", "no value", "put aside", "besides"]
    assert [row[:5] for row in rows[1:]] == [
        ["stream.hl7 1", "Mindray PDS", "patient", "AA", "-"],
        ["stream.hl7 2", "Mindray PDS", "vital signs", "AA", "hr 64"],
        ["broken.hl7", "-", "unreadable", "AE", "-"],
    ]
    assert rows[2][6] == "1 code and REFID disagree"
    assert (rows[3][7], err, "\x1b" in out) == ("no MSH segment at the beginning", "", False)


@pytest.mark.parametrize(
    ("raw", "ack", "error"),
    [
        (b"", None, "no message"),
        (b"PID|1|", "AE", "no MSH segment"),
        (b"MSH|^~", "AE", "MSH-2"),
        (b"\xff\xfe\x00garbage", "AE", "no MSH segment"),
    ],
)
def test_decode_of_what_is_no_message_says_so_and_fails(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], raw: bytes, ack: str | None, error: str
) -> None:
    file = tmp_path / "m.hl7"
    file.write_bytes(raw)
    status, shown, err = decode(capsys, file)
    assert status == 1
    assert (shown["message_type"], shown["ack"]) == (None, ack)
    assert error in shown["errors"][0]
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("old", "new", "ack", "status"), [("ORU^R01^ORU_R01", "QBP^ZV1", "AR", 0), ("|P|", "|T|", "AA", 0)]
)
def test_decode_shows_the_answer_a_listener_would_give(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, ack: str, status: int
) -> None:
    file = tmp_path / "m.hl7"
    file.write_bytes(heart_rate(msh=MSH.replace(old, new)))
    got, shown, _ = decode(capsys, file)
    assert (got, shown["ack"], shown["observations"]) == (status, ack, [])
    assert shown["errors"]


def test_terminal_controls_in_a_message_are_shown_as_escapes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "m.hl7"
    file.write_bytes(oru(row("1^x^99X", "\x1b[2J\u202e", "")))
    run("decode", str(file))
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert "\u202e" not in out
    assert json.loads(out)["quarantined"][0]["value"] == "\x1b[2J\u202e"


@pytest.mark.parametrize(
    "arguments",
    [
        ["decode", "missing.hl7"],
        ["decode", "."],
        ["decode", "m.hl7", "m.hl7"],
        ["decode", "--table", "m.hl7", "missing.hl7"],
        ["send", "missing.hl7", "--to", "127.0.0.1:1"],
        ["send", "m.hl7", "--to", "nowhere"],
        ["send", "m.hl7", "--to", "127.0.0.1:99999"],
        ["send", "m.hl7", "--to", "127.0.0.1:1", "--timeout", "0"],
        ["decode", "m.hl7", "--timezone", "Mars/Olympus"],
        ["decode", "m.hl7", "--timezone", "../etc"],
    ],
)
def test_wrong_use_is_one_line_and_status_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("m.hl7").write_bytes(heart_rate())
    assert run(*arguments) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)


def test_send_shows_each_answer(tmp_path: Path, capsys: pytest.CaptureFixture[str], serve: Serve) -> None:
    running = serve()
    one, two = tmp_path / "one.hl7", tmp_path / "two.hl7"
    one.write_bytes(heart_rate(control="1"))
    two.write_bytes(wrap(heart_rate(control="2")) + wrap(heart_rate(control="3")))
    assert run("send", str(one), str(two), "--to", f"127.0.0.1:{running.port}") == 0
    assert [line.split(": ")[1] for line in capsys.readouterr().out.splitlines()] == ["AA 1", "AA 2", "AA 3"]
    assert running.state.messages == 3


def test_send_fails_when_an_answer_is_negative_or_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], serve: Serve
) -> None:
    running = serve()
    refused, good = tmp_path / "refused.hl7", tmp_path / "good.hl7"
    refused.write_bytes(heart_rate(msh=MSH.replace("ORU^R01^ORU_R01", "QBP^ZV1")))
    good.write_bytes(heart_rate(control="2"))
    assert run("send", str(refused), str(good), "--to", f"127.0.0.1:{running.port}") == 1
    out, err = capsys.readouterr()
    assert "AR C1 message type QBP is not supported" in out
    assert "AA 2" in out
    assert err == "ward-console hl7: 1 of 2 not accepted\n"
    assert run("send", str(good), "--to", "127.0.0.1:1", "--timeout", "1") == 1
    assert "not sent or not answered" in capsys.readouterr().out
