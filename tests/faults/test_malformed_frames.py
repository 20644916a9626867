"""Reliability scoreboard, row 3: 10,000 malformed frames into a whole ward. Each is answered or dropped, counted
once and kept; the next good message is taken."""

from __future__ import annotations

import gc
import random
import socket
import time
from pathlib import Path

import pytest

from hl7.mllp import Framer, wrap
from hl7.observations import ObservationReader
from hl7.reader import UnreadableError, read_message
from hl7.sender import read_acknowledgement
from tests.bench.figures import resident_mb
from tests.faults.ward import Ward, eventually, vital_signs, ward
from tests.hl7.test_malformed import mutant

FRAMES = 10_000
QUICK = 3_000
"""What the usual run sends: as many as show a leak."""
BATCH = 50
WARM = 1000
"""Frames after which memory is measured: what the console remembers of a feed is there then."""


def flood(running: Ward, frames: list[bytes], name: str) -> int:
    """Send all, each with a good message behind it, BATCH of them at a time; how many of those were accepted."""
    framer, taken = Framer(), set()
    goods = [(frame, f"{name}{number}") for number, frame in enumerate(frames)]
    with socket.create_connection((running.host, running.port), 20) as line:
        for start in range(0, len(goods), BATCH):
            batch = goods[start : start + BATCH]
            line.sendall(b"".join(frame + wrap(vital_signs(control)) for frame, control in batch))
            last = batch[-1][1].encode()
            while last not in taken:
                data = line.recv(1 << 16)
                assert data, "the listener closed the connection"
                answers = [read_acknowledgement(raw) for raw in framer.feed(data)]
                taken |= {answer.control_id for answer in answers if answer is not None and answer.code == "AA"}
    return sum(control.encode() in taken for _, control in goods)


def seconds_for_each(frames: list[bytes]) -> list[float]:
    """Of framing and reading alone, sorted."""
    reader, framer, took = ObservationReader(), Framer(), []
    for frame in frames:
        began = time.perf_counter()
        for message in framer.feed(frame):
            try:
                reader.read(read_message(message))
            except UnreadableError:
                continue
        took.append(time.perf_counter() - began)
    return sorted(took)


@pytest.mark.parametrize("number", [QUICK, pytest.param(FRAMES, marks=pytest.mark.slow)])
def test_malformed_frames_are_counted_to_the_last_and_service_goes_on(tmp_path: Path, number: int) -> None:
    chance = random.Random(20261122)
    frames = [mutant(chance) for _ in range(number)]
    took = seconds_for_each(frames)
    with ward(tmp_path) as running:
        taken = flood(running, frames[:WARM], "first")
        gc.collect()
        before = resident_mb()
        began = time.monotonic()
        taken += flood(running, frames[WARM:], "good")
        seconds = time.monotonic() - began
        gc.collect()
        grown = resident_mb() - before
        (listener,) = (served.listener for served in running.station.acquisition._listeners._served)
        assert listener is not None
        state = listener.state
        counted = state.messages + sum(state.discarded.values()) - number
        print(
            f"row 3: {counted} of {number} counted in {seconds:.1f} s, {taken} of as many good messages taken, p99 "
            f"a frame {took[len(took) * 99 // 100] * 1000:.1f} ms, worst {took[-1] * 1000:.0f} ms, {grown:.1f} MB more"
        )
        assert counted == number
        assert taken == number
        assert sum(state.answers.values()) == state.messages
        assert (state.last_error, state.closed.get("internal error")) == ("", None)
        twice = dict(running.view.quarantined).get("sent twice", 0)
        eventually(lambda: running.view.good + running.view.bad + twice == state.messages)
        kept = running.record("select count(*), sum(raw is not null) from receipt")
        assert kept == [(state.messages - twice, state.messages - twice)]
        assert running.station.link().snapshot().system.store_error == ""
        assert took[len(took) * 99 // 100] < 0.05
        assert grown < 20
