"""How long a nurse waits for her sign-in, and what asking the gate costs every act."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from console.clock import SystemClock
from console.config_people import PeopleConfig
from console.people.desk import PeopleDesk
from console.people.hashing import Cost
from console.store.sql_store import open_store
from console.ward.people import Right
from tests.bench.figures import row

TRIES = 20
ASKS = 100_000
NAME, SECRET = "A. Boss", "correct horse"


def signing_in() -> list[dict[str, Any]]:
    """At the real cost, from the press to the answer, the entry of the audit trail on the disk."""
    with tempfile.TemporaryDirectory(prefix="ward-bench-") as folder:
        store = open_store(f"sqlite:///{Path(folder) / 'ward.db'}")
        desk = PeopleDesk(store.people, store.put_audit, SystemClock(), PeopleConfig(), "bench")
        try:
            if error := desk.create_first(NAME, SECRET).result(30).error:
                raise RuntimeError(error)
            waits, work = [], []
            for _ in range(TRIES):
                wall, processor = time.perf_counter(), time.process_time()
                if desk.sign_in(NAME, SECRET).result(30).person is None:
                    raise RuntimeError("the right secret was refused")
                waits.append(1000 * (time.perf_counter() - wall))
                work.append(1000 * (time.process_time() - processor))
            begun = time.perf_counter()
            for _ in range(ASKS):
                desk.refusal(NAME, Right.PEOPLE)
            asked = 1e6 * (time.perf_counter() - begun) / ASKS
        finally:
            desk.stop()
            store.close()
    middle, late = median(waits), quantiles(waits, n=20)[-1]
    how = f"{TRIES} sign-ins, {Cost()}, SQLite, recorded durably"
    return [
        row("people.sign_in.p50", middle, "ms", "< 300", middle < 300, how),
        row("people.sign_in.p95", late, "ms", "< 1000", late < 1000, how),
        row("people.sign_in.processor", median(work), "ms", "", None, f"{how}; processor time, the median"),
        row("people.gate", asked, "us", "< 10", asked < 10, f"{ASKS} questions of one thread"),
    ]


BENCHES = (signing_in,)
