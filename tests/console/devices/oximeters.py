"""Oximeters on pseudo-terminals under a running station, as an engineer finds them."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from console.config import SerialTransport, SourceConfig
from console.config_file import ConfigFile
from console.devices.desk import Desk
from console.link.commands import Reply
from console.link.devices import Change, SaveSource, SaveWard
from console.link.snapshot import BedSnapshot, SourceView
from console.station import Station
from console.store.database import Role, open_engine
from console.store.rows import observation_rows
from drivers.observation import Parameter
from tests.drivers.encoders import masimo_line
from tests.drivers.terminals import Terminal

ENGINEER = "B. Med"
SEEN = "SpO2 97, pulse 72 compared with the monitor"


class Oximeter:
    """Says a line every `every` seconds; serial and spo2 may be changed while it runs. sent: pulses, in order."""

    def __init__(
        self, name: Path, spo2: int = 97, pulse: int | None = 72, serial: str = "0000000001", on: bool = True
    ) -> None:
        self.switched_on = threading.Event()
        if on:
            self.switched_on.set()
        self.cable = Terminal(name)
        self.port = self.cable.name
        self.spo2, self.pulse, self.serial = spo2, pulse, serial
        self.every = 0.1
        self.sent: list[int] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._speak, name=f"oximeter {name.name}")
        self._thread.start()

    def _speak(self) -> None:
        second = 0
        self.switched_on.wait()
        while not self._stop.wait(self.every):
            second += 1
            # Without a fixed pulse it counts, so that every line can be told from the others.
            pulse = self.pulse if self.pulse is not None else 40 + len(self.sent) % 160
            line = masimo_line(second, f"{self.spo2:03d}%", f"{pulse:03d}")
            with suppress(OSError):
                os.write(self.cable.near, line.replace(b"0000012345", self.serial.encode()))
                self.sent.append(pulse)

    def silent(self) -> None:
        """Say nothing more."""
        self._stop.set()
        self.switched_on.set()
        self._thread.join()

    def close(self) -> None:
        self.silent()
        self.cable.unplug()


class Bench:
    """A station with its desk on a configuration file that may not be there yet."""

    def __init__(self, folder: Path, text: str | None = None) -> None:
        self.folder = folder
        self.path = folder / "ward.toml"
        if text is not None:
            self.path.write_text(text)
        file = ConfigFile(self.path)
        self.station = Station(file.config, folder / "data", file=file)
        self.link = self.station.link()
        self.station.start()
        assert self.station.devices is not None
        self.desk: Desk = self.station.devices

    def change(self, change: Change, by: str = ENGINEER) -> Reply:
        return self.desk.change(change, by).result(timeout=30)

    def do(self, change: Change) -> str:
        """A change that must succeed; gives the entry id."""
        reply = self.change(change)
        assert reply.error == "", reply.error
        return reply.entry_id

    def refused(self, change: Change, by: str = ENGINEER) -> str:
        """The sentence of a change that must be refused, with nothing changed."""
        text, config = self.path.read_text() if self.path.exists() else None, self.desk.config()
        sources = [self.station.acquisition.source(s.name) for s in config.source]
        reply = self.change(change, by)
        assert reply.error, "it was not refused"
        assert "\n" not in reply.error
        assert (self.path.read_text() if self.path.exists() else None) == text
        assert self.desk.config() is config
        assert [self.station.acquisition.source(s.name) for s in config.source] == sources
        return reply.error

    def bed(self, name: str) -> BedSnapshot:
        bed = self.link.snapshot().bed(name)
        assert bed is not None
        return bed

    def value(self, bed: str, parameter: Parameter = Parameter.SPO2) -> float | None:
        found = self.link.snapshot().bed(bed)
        reading = found and found.reading(parameter)
        return reading.value if reading else None

    def source(self, name: str) -> SourceView:
        return next(v for v in self.station.acquisition.views() if v.name == name)

    def audit(self) -> list[tuple[str, str, str, str]]:
        """(by, act, bed, detail) of everything in the audit trail, oldest first."""
        import sqlite3

        with sqlite3.connect(self.folder / "data" / "ward.db") as database:
            rows = database.execute("select by, act, bed, detail from audit order by number").fetchall()
        database.close()
        return [tuple(row) for row in rows]

    def rows(self, bed: str) -> list[dict[str, Any]]:
        """Every stored observation of a bed, in order of time, as `export` writes them."""
        engine = open_engine(f"sqlite:///{self.folder / 'data' / 'ward.db'}", Role.READER)
        try:
            return list(observation_rows(engine, (bed,), None, None))
        finally:
            engine.dispose()

    def close(self) -> None:
        self.station.stop()


def beds(*names: str, name: str = "Ward 7B", timezone: str = "UTC") -> SaveWard:
    return SaveWard(name, timezone, names)


def oximeter(name: str, bed: str, port: str, **more: object) -> SourceConfig:
    transport = SerialTransport(kind="serial", port=port)
    return SourceConfig.model_validate(
        {"name": name, "driver": "masimo_ascii1", "bed": bed, "transport": transport, **more}
    )


def save(source: SourceConfig, replaces: str = "", confirmed: str = SEEN) -> SaveSource:
    return SaveSource(source, replaces, confirmed)


def eventually(condition: Callable[[], object], seconds: float = 8.0) -> None:
    import time

    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.01)
