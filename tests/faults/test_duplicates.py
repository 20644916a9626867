"""Reliability scoreboard, row 17: a message sent again is stored once, whatever its control id; late values keep their
own time."""

from __future__ import annotations

import itertools
import random
import socket
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from console.alarms.alarm import Alarm, Kind
from drivers.observation import Parameter
from hl7.mllp import Framer, wrap
from hl7.sender import read_acknowledgement
from tests.faults.ward import Ward, eventually, vital_signs, ward

RESENT = 10_000
QUICK = 2_000
REUSED = "control id used again with other content"


def send(running: Ward, messages: list[bytes]) -> list[tuple[str, str]]:
    """All on one connection without waiting; (code, control id) of each answer."""
    framer, answers = Framer(), []
    frames = [wrap(message) for message in messages]
    with socket.create_connection((running.host, running.port), 20) as line:
        for start in range(0, len(frames), 50):
            line.sendall(b"".join(frames[start : start + 50]))
            while len(answers) < min(start + 50, len(frames)):
                for raw in framer.feed(line.recv(1 << 16)):
                    answer = read_acknowledgement(raw)
                    assert answer is not None
                    answers.append((answer.code, answer.control_id.decode()))
    return answers


@pytest.mark.parametrize("resent", [QUICK, pytest.param(RESENT, marks=pytest.mark.slow)])
def test_messages_sent_again_are_answered_alike_and_stored_once(tmp_path: Path, resent: int) -> None:
    chance = random.Random(17)
    start = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=10)
    first = [vital_signs(f"m{n}", 60 + n % 90, at=start + timedelta(milliseconds=500 * n)) for n in range(1000)]
    again = [chance.choice(first) for _ in range(resent)]
    with ward(tmp_path) as running:
        fresh = send(running, first)
        repeated = send(running, again)
        assert fresh == [("AA", f"m{n}") for n in range(1000)]
        assert {code for code, _ in repeated} == {"AA"}
        eventually(lambda: dict(running.view.quarantined) == {"sent twice": resent})
        (rows,) = running.record("select count(*), count(distinct key) from receipt")
        print(f"row 17: {rows[0] - 1000} of {resent} duplicates stored")
        assert rows == (1000, 1000)
        assert running.view.good == 1000


def test_a_control_id_with_another_content_is_kept_and_flagged_every_time(tmp_path: Path) -> None:
    """Also a counter that starts again with the device."""
    start = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=10)

    def counted(turn: int) -> list[bytes]:
        return [vital_signs(f"{n}", 60 + n, at=start + timedelta(seconds=200 * turn + n)) for n in range(100)]

    with ward(tmp_path) as running:
        assert {code for code, _ in send(running, counted(0))} == {"AA"}
        assert running.view.quarantined == ()
        assert {code for code, _ in send(running, [*counted(1), *counted(2)])} == {"AA"}
        eventually(lambda: dict(running.view.quarantined) == {REUSED: 200})
        assert send(running, counted(1)[:1]) == [("AA", "0")]
        eventually(lambda: dict(running.view.quarantined) == {REUSED: 200, "sent twice": 1})
        assert running.record(f"select count(*) from receipt where reason = '{REUSED}'") == [(200,)]
        assert running.record("select count(*) from receipt") == [(300,)]
        trend = running.station.link().trend("7B-01", [Parameter.HR], start, datetime.now(UTC)).result(10)
        print(f"row 17: {len(trend.series[Parameter.HR].values)} of 300 conflicting messages kept")
        assert len(trend.series[Parameter.HR].values) == 300


def test_values_out_of_order_and_a_day_late_stand_at_their_own_time_and_sound_nothing(tmp_path: Path) -> None:
    """Row 17: late values up to 24 h never raise a live alarm. A limit of the heart rate waits for 30 s: here 1 s."""
    now = datetime.now(UTC).replace(microsecond=0)
    times = [now - timedelta(hours=24) + timedelta(minutes=7 * n) for n in range(200)]
    # Far below every limit: a present value of 25 is a high alarm.
    messages = [vital_signs(f"late{n}", 25, at=at) for n, at in enumerate(times)]
    random.Random(3).shuffle(messages)
    with ward(tmp_path, speed=30) as running:
        link = running.station.link()

        def limits() -> list[Alarm]:
            return [alarm for alarm in link.snapshot().bed("7B-01").alarms if alarm.condition.kind is Kind.LIMIT]

        for part in range(0, 200, 10):
            assert {code for code, _ in send(running, messages[part : part + 10])} == {"AA"}
            time.sleep(0.15)
            assert limits() == []
            assert all(reading.liveness != "live" for reading in link.snapshot().bed("7B-01").readings)
        found = link.trend("7B-01", [Parameter.HR], times[0], now).result(10).series[Parameter.HR]
        assert [datetime.fromtimestamp(at, UTC) for at in found.times] == times
        assert set(found.values) == {25.0}
        assert running.view.good == 200
        # The same value of now does: nothing above was silent for another reason.
        clock, number = running.station.clock, itertools.count()

        def alarmed() -> bool:
            send(running, [vital_signs(f"present{next(number)}", 25, at=clock.utc())])
            return bool(limits())

        eventually(alarmed, 10)


def test_a_dialect_that_puts_the_class_of_a_message_there_is_not_flagged(tmp_path: Path) -> None:
    """Mindray PDS: every periodic message has the control id 204 (HL7 facts)."""
    patient = "MSH|^~\\&|||||||ORU^R01|103|P|2.3.1|\rPID|||4711||M^A\rPV1||I|ICU^^5\r"
    rows = [f"MSH|^~\\&|||||||ORU^R01|204|P|2.3.1|\rOBX||NM|101^HR|2101|{rate}||||||F\r" for rate in range(60, 90)]
    with ward(tmp_path) as running:
        answers = send(running, [patient.encode(), *(row.encode() for row in rows)])
        assert answers == [("AA", "103"), *[("AA", "204")] * 30]
        eventually(lambda: running.view.good == 31)
        assert REUSED not in dict(running.view.quarantined)
