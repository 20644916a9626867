"""A trail with a few acts in a real store, and a desk on it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

from console.clock import VirtualClock
from console.link.people import OpenGate
from console.store.records import AuditEntry
from console.store.sql_store import open_store
from console.trail.desk import TrailDesk
from console.ward.people import Right
from tests.console.ui import fakes

PERSON = "Berta Birch"
ALARM = "Heart rate 150 above 120, medium priority, alarm 4711 version 2"


class Allowing(OpenGate):
    """Some rights for everybody."""

    def __init__(self, *rights: Right) -> None:
        self._rights = rights

    def refusal(self, by: str, right: Right) -> str:
        return "" if right in self._rights else f"{by} may not {right}."


def acts(now: datetime) -> list[AuditEntry]:
    """Oldest first, the newest a minute before now."""

    def ago(**span: float) -> datetime:
        return now - timedelta(**span)

    return [
        AuditEntry(ago(days=40), "system", "gateway started", "", "version 0.1.0, process 4711"),
        AuditEntry(ago(days=3), "Carl Cedar", "limits changed", "02", "HR: 120 -> 135 /min", "", "HR: 120", "HR: 135"),
        AuditEntry(ago(hours=9), "system", "clock step", "", "The clock of this computer jumped 40 s forward."),
        AuditEntry(
            ago(hours=5), "Carl Cedar", "patient admitted", "01", "", "", "nobody", "Alder, Test (P-1); 61 years"
        ),
        AuditEntry(
            ago(hours=2), PERSON, "alarm acknowledged", "01", ALARM, "desk-2", "unanswered", "acknowledged by " + PERSON
        ),
        AuditEntry(ago(minutes=40), "Dora Dale", "<b>code</b> mapped", "", "=1+1", "", "not mapped", "temp, Cel"),
        AuditEntry(ago(minutes=1), PERSON, "sound paused for 2 min", "", "desk-2", "desk-2", "on", "paused"),
    ]


class Trail:
    """Store and desk; close both."""

    def __init__(self, folder: Path, entries: Iterable[AuditEntry] | None = None, gate: OpenGate | None = None) -> None:
        url = f"sqlite:///{folder / 'ward.db'}"
        clock = VirtualClock(fakes.NOW)
        self.folder = folder
        self.store = open_store(url, folder, clock, station="desk-1")
        for entry in acts(fakes.utc()) if entries is None else entries:
            self.store.put_audit(entry)
        self.store.put_audit(AuditEntry(fakes.utc(1), "system", "console started")).result(10)
        self.desk = TrailDesk(self.store, url, folder, clock, gate or OpenGate())

    def close(self) -> None:
        self.desk.close()
        self.store.close()
