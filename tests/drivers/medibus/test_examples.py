"""The worked examples of the protocol definition, as they stand in the reference data."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from console.cli import main
from drivers.driver import FrameCounters
from drivers.medibus.driver import Medibus, MedibusSettings
from drivers.medibus.framing import encode_command, encode_response
from tests.drivers.noise import chunks, read_all

pytestmark = pytest.mark.reference

_ROW = re.compile(r"(\w+) +((?:[0-9a-f]{2} )*[0-9a-f]{2})(?:  .*)?")


@pytest.fixture
def examples(reference: Path) -> dict[str, bytes]:
    lines = (reference / "protocols" / "vectors" / "medibus_examples.txt").read_text().splitlines()
    rows = (_ROW.fullmatch(line) for line in lines)
    return {row[1]: bytes.fromhex(row[2]) for row in rows if row}


def test_every_example_is_a_whole_message(examples: dict[str, bytes]) -> None:
    assert len(examples) == 11
    driver = Medibus(MedibusSettings())
    vitals, alerts = read_all(driver, chunks(b"".join(examples.values()), [5] * 40))
    assert driver.counters == FrameCounters(good=11)
    assert [(v.parameter.value, v.value) for v in vitals] == [("spo2", 98.0), ("pr", 70.0)]
    assert alerts == []


def test_what_the_console_sends_is_what_the_examples_show(examples: dict[str, bytes]) -> None:
    for name, code in (("icc_command", 0x51), ("reqid_command", 0x52), ("nop_command", 0x30), ("req_data_cp1", 0x24)):
        assert encode_command(code) == examples[name]
    assert encode_command(0x4A, b"$EB") == examples["config_response"]
    assert encode_response(0x51) == examples["icc_response"]
    assert encode_response(0x52) == examples["reqid_empty"]
    assert encode_response(0x52, b"0161'My PC'01.00:03.00") == examples["reqid_response_pc"]
    assert encode_response(0x15) == examples["corrupt_response"]


def test_the_console_decodes_them(
    examples: dict[str, bytes], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "medibus.bin"
    file.write_bytes(b"".join(examples.values()) + examples["resp_nodata"])
    assert main(["decode", "medibus", str(file)]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(line.get("parameter"), line.get("value"), line.get("status")) for line in lines[:-1]] == [
        ("spo2", 98.0, "valid"),
        ("pr", 70.0, "valid"),
        ("pr", None, "unavailable"),
        ("spo2", None, "unavailable"),
    ]
    assert lines[-1] == {"frames_good": 12, "frames_bad": 0, "bytes_skipped": 0}
