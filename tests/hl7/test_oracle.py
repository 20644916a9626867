"""The reader held against hl7apy, and against damage. The long form: `pytest -m slow tests/hl7/test_oracle.py`."""

from __future__ import annotations

import random
import time
from collections import Counter
from datetime import UTC, datetime

import pytest
from hl7apy.exceptions import HL7apyException

from hl7.acknowledgement import acknowledge, judge, judge_unreadable
from hl7.admissions import read_movement
from hl7.alerts import read_alerts
from hl7.mllp import CR, FS, VT, Framer
from hl7.observations import SENTINEL, ObservationReader, Reading
from hl7.reader import Message, UnreadableError, read_header, read_message
from tests.hl7.generated import message, mutated
from tests.hl7.oracle import ESCAPED_AGAIN, SAME, SHORTENED, compare

LONG = 20_000
RECEIVED = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
SLOWEST_S = 0.5
"""CPU time one message may take; the usual is below a millisecond, so that only a runaway reaches it."""


@pytest.mark.parametrize("messages", [120, pytest.param(LONG, marks=[pytest.mark.slow, pytest.mark.timeout(3600)])])
def test_generated_messages_have_the_fields_hl7apy_finds(messages: int) -> None:
    random_ = random.Random(20261122)
    counted: Counter[str] = Counter()
    for _ in range(messages):
        try:
            counted += compare(message(random_))
        except HL7apyException as error:  # the generator writes nothing hl7apy refuses: a refusal is a defect of it
            pytest.fail(repr(error))
    print(f"{messages} messages, fields: {dict(counted)}")
    assert set(counted) == {SAME, SHORTENED, ESCAPED_AGAIN}
    assert counted[SAME] > 45 * messages


@pytest.mark.parametrize("messages", [1500, pytest.param(LONG, marks=[pytest.mark.slow, pytest.mark.timeout(3600)])])
def test_damaged_messages_are_all_counted_and_cost_little(messages: int) -> None:
    random_ = random.Random(20261122)
    reader = ObservationReader()
    outcomes: Counter[str] = Counter()
    slowest = 0.0
    for _ in range(messages):
        raw = mutated(random_, message(random_))
        started = time.thread_time()
        outcome, rows = taken(reader, raw)
        slowest = max(slowest, time.thread_time() - started)
        outcomes[outcome] += 1
        outcomes["rows"] += rows
        framer = Framer()
        found = framer.feed(VT + raw + FS + CR) + framer.finish()
        assert framer.frames + sum(framer.discarded.values()) >= 1, raw
        for part in found:
            taken(reader, part)
    print(f"{messages} damaged messages: {dict(outcomes)}; slowest {slowest * 1000:.1f} ms")
    assert sum(outcomes.values()) - outcomes["rows"] == messages
    assert {"AA", "AE", "AR"} <= set(outcomes)
    assert slowest < SLOWEST_S


def taken(reader: ObservationReader, raw: bytes) -> tuple[str, int]:
    """The verdict on bytes and how many OBX rows were accounted for; as a feed takes them, down to the answer."""
    header = read_header(raw)
    try:
        read = read_message(raw)
    except UnreadableError as error:
        verdict = judge_unreadable(error)
        assert verdict.text
        acknowledge(header, verdict, "1", RECEIVED)
        return verdict.code, 0
    verdict = judge(read)
    acknowledge(header, verdict, "1", RECEIVED)
    reading = reader.read(read, RECEIVED)
    read_movement(read, [])
    read.receipt_key("peer", RECEIVED)
    rows = len(read.all("OBX"))
    if read.kind[0] == "ORU":
        assert accounted(read, reading, rows), raw
    return verdict.code or "no answer", rows


def accounted(read: Message, reading: Reading, rows: int) -> bool:
    """Whether every OBX row became one thing: a value, one put aside, one skipped, or "no value".

    A number that means "no value" is put aside and unavailable as well, and an alert of a message that is no
    production is put aside beside its rows.
    """
    alerts = 0 if reading.production else len(read_alerts(read)[0])
    empty = (
        rows
        - len(reading.observations)
        - (len(reading.quarantined) - alerts)
        - reading.skipped
        - len(reading.laboratory)
    )
    sentinels = sum(item.reason == SENTINEL for item in reading.quarantined)
    return 0 <= empty <= len(reading.unavailable) <= empty + sentinels
