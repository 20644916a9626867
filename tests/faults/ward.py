"""A whole ward under fault: the station with its real store, one HL7 listener, and what is in the record afterwards."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from console.clock import SystemClock
from console.config import parse_config
from console.link.snapshot import SourceView
from console.station import Station
from drivers.observation import Parameter
from hl7.builder import OruTemplate

BEDS = {"ICU^^5": "7B-01", "ICU^^6": "7B-02"}


@dataclass
class Ward:
    """A running station. `record` reads its database, also after the end."""

    station: Station
    folder: Path
    host: str
    port: int

    @property
    def view(self) -> SourceView:
        """The listener as the engineer sees it."""
        return self.station.acquisition.views()[0]

    def record(self, question: str) -> list[tuple]:
        """Rows of the database."""
        with closing(sqlite3.connect(self.folder / "ward.db")) as database:
            return database.execute(question).fetchall()

    def refusals(self) -> list[str]:
        """What the audit trail says of connections refused, oldest first."""
        return [row[0] for row in self.record("select detail from audit where act = 'connection refused'")]


@contextmanager
def ward(folder: Path, listener: str = "plain = true", speed: float = 1.0) -> Iterator[Ward]:
    """A station with one listener. listener: lines of its section; peers and limits among them. speed: seconds of the
    engine in one of ours."""
    places = ", ".join(f'"{place}" = "{bed}"' for place, bed in BEDS.items())
    beds = ", ".join(f'"{bed}"' for bed in BEDS.values())
    text = f'[ward]\nbeds = [{beds}]\n[[hl7_listener]]\nname = "gateway"\nport = 0\ntimezone = "UTC"\n'
    station = Station(parse_config(f"{text}beds = {{ {places} }}\n{listener}\n"), folder, clock=SystemClock(speed))
    station.start()
    try:
        address = station.acquisition.listening("gateway")
        assert address is not None, station.cannot_listen()
        yield Ward(station, folder, *address)
    finally:
        station.stop()


def vital_signs(control: str, hr: float = 72.0, location: str = "ICU^^5", at: datetime | None = None) -> bytes:
    """An ORU^R01 with one heart rate."""
    return _template(location).fill({Parameter.HR: hr}, at or datetime.now(UTC), control)


@lru_cache
def _template(location: str) -> OruTemplate:
    return OruTemplate([Parameter.HR], location=location, patient_id="4711")


def eventually(condition: Callable[[], object], seconds: float = 5.0) -> None:
    """Wait for something; fails when it does not happen."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.01)
