"""Several writers on one trail, and a process that is killed while it writes."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from console.commands.operator import entry_of
from console.store.records import AuditEntry
from console.store.sql_store import SqlStore
from console.store.upkeep import record, verify_audit
from tests.console.store.records_made import T0

Open = Callable[..., SqlStore]


def test_two_gateways_and_a_command_line_write_one_chain(url: str, opened: Open) -> None:
    one, two = opened(url, station="one"), opened(url, station="two")
    written = []
    for i in range(60):
        written += [store.put_audit(AuditEntry(T0, "A", f"act {i}")) for store in (one, two)]
        if i % 20 == 0:
            record(url, entry_of("data export"))
    for future in written:
        future.result(20)
    one.close()
    two.close()
    found = verify_audit(url)
    assert (found.broken, found.entries, found.last) == (None, 123, 123)


WRITER = """
import sys
from datetime import UTC, datetime
from console.store.records import AuditEntry
from console.store.sql_store import open_store
from console.ward.chart import NurseObservation
store = open_store(f"sqlite:///{sys.argv[1]}")
now = datetime.now(UTC)
for i in range(100_000):
    entry = AuditEntry(now, "A", "finding charted", "7B-01", str(i))
    store.put_finding("H1", "7B-01", NurseObservation("rigidity", now, "A", id=f"{sys.argv[2]}-{i}"), [entry])
    if i % 50 == 0:
        print(i, flush=True)
        store.put_audit(AuditEntry(now, "A", "mark")).result(20)
"""


def test_a_killed_process_leaves_no_act_without_its_entry_and_a_whole_trail(tmp_path: Path) -> None:
    file = tmp_path / "ward.db"
    for run in range(4):
        words = [sys.executable, "-c", WRITER, str(file), str(run)]
        process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        for _ in range(3 + run):
            process.stdout.readline()
        time.sleep(0.003 * run)
        process.send_signal(signal.SIGKILL)
        process.wait(20)
        process.stdout.close()
        with closing(sqlite3.connect(file)) as sql:
            acts = sql.execute("SELECT count(*) FROM finding").fetchone()
            entries = sql.execute("SELECT count(*) FROM audit WHERE act = 'finding charted'").fetchone()
        assert acts == entries
        assert acts[0] > 0
        assert verify_audit(f"sqlite:///{file}").broken is None
