"""Every reference message against what was read out of it by hand: charted, put aside and why, answered."""

from __future__ import annotations

import csv
import random
from pathlib import Path

import pytest

from console.commands.hl7 import decode_message
from console.commands.hl7_table import HEADINGS, cells
from hl7.observations import ObservationReader
from tests.hl7.generated import mutated
from tests.hl7.test_oracle import taken

pytestmark = pytest.mark.reference

with Path(__file__).with_name("reference_table.csv").open(encoding="utf-8", newline="") as _file:
    EXPECTED = {row[0]: tuple(row) for row in csv.reader(_file) if row[0] != HEADINGS[0]}


def test_the_table_holds_every_reference_message(reference: Path) -> None:
    assert {path.stem for path in (reference / "hl7" / "corpus").glob("*.hl7")} == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_the_message_is_shown_as_the_table_says(reference: Path, name: str) -> None:
    raw = (reference / "hl7" / "corpus" / f"{name}.hl7").read_bytes()
    shown = dict(zip(HEADINGS, cells(name, decode_message(raw)), strict=True))
    assert shown == dict(zip(HEADINGS, EXPECTED[name], strict=True))


@pytest.mark.parametrize("name", EXPECTED)
def test_the_message_is_taken_or_refused_however_it_is_damaged(reference: Path, name: str) -> None:
    raw = (reference / "hl7" / "corpus" / f"{name}.hl7").read_bytes()
    random_, reader = random.Random(name), ObservationReader()
    codes = {taken(reader, mutated(random_, raw))[0] for _ in range(30)}
    assert codes <= {"AA", "AE", "AR", "no answer"}
