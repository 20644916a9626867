"""Recorded vital signs from a CSV file, row by row, with every fault named by its line."""

from __future__ import annotations

import csv
import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import isfinite, isnan
from pathlib import Path
from typing import IO

from drivers.observation import Parameter

COLUMNS: dict[str, Parameter] = {
    "temp_c": Parameter.TEMP,
    "hr": Parameter.HR,
    "sbp": Parameter.NIBP_SYS,
    "dbp": Parameter.NIBP_DIA,
    "map": Parameter.NIBP_MEAN,
    "spo2": Parameter.SPO2,
    "etco2": Parameter.ETCO2,
    "rr": Parameter.RR,
    "pr": Parameter.PR,
    "pi": Parameter.PERFUSION_INDEX,
}
EXTRA = ("apnoea_s", "quality", "o2_lpm")
GOOD, POOR = frozenset({"", "1", "good", "valid"}), frozenset({"0", "bad", "poor", "questionable"})
MAXIMUM_SECONDS = 3.2e9


class ReplayError(Exception):
    """The input cannot be replayed; one plain sentence with file and line."""


@dataclass(frozen=True, slots=True)
class Row:
    """What arrived at one second. values in console units, in the order of COLUMNS; apnoea_s and o2_lpm None: none."""

    patient: str
    seconds: float
    values: list[tuple[Parameter, float]]
    questionable: bool = False
    apnoea_s: float | None = None
    o2_lpm: float | None = None


@dataclass(slots=True)
class RowReader:
    """Reads one file. unused: columns that mean nothing here. line: of the row read last."""

    path: Path
    line: int = 0
    unused: list[str] = field(default_factory=list)

    def rows(self) -> Iterator[Row]:
        """Every row in the order of the file. Raises ReplayError at the first fault."""
        with _opened(self.path) as file:
            reader = csv.reader(file)
            try:
                header = [name.strip().lower() for name in next(reader, [])]
                places, width = self._places(header), len(header)
                for cells in reader:
                    if cells:
                        self.line = reader.line_num
                        if len(cells) > width and any(cells[width:]):
                            raise ReplayError(f"{self.path}: line {self.line}: has more cells than the heading")
                        yield self._row(cells, places, self.line)
            except csv.Error as error:
                raise ReplayError(f"{self.path}: line {reader.line_num}: {error}") from error

    def _places(self, header: list[str]) -> dict[str, int]:
        for name in ("patient", "seconds"):
            if name not in header:
                raise ReplayError(f"{self.path}: has no column '{name}'; needed are patient, seconds and vital signs")
        twice = sorted({name for name in header if header.count(name) > 1})
        if twice:
            raise ReplayError(f"{self.path}: column '{twice[0]}' stands there twice")
        known = {"patient", "seconds", *COLUMNS, *EXTRA}
        self.unused = [name for name in header if name not in known]
        self._vital_places = [(p, header.index(n), n) for n, p in COLUMNS.items() if n in header]
        return {name: place for place, name in enumerate(header) if name in known}

    _vital_places: list[tuple[Parameter, int, str]] = field(default_factory=list)

    def _row(self, cells: list[str], places: dict[str, int], line: int) -> Row:
        try:
            patient = cells[places["patient"]]
            seconds = float(cells[places["seconds"]])
            values = [(p, float(cell)) for p, place, _ in self._vital_places if (cell := cells[place])]
            if any("_" in cells[place] for _, place, _ in self._vital_places):
                raise ValueError("Python's float takes 7_0 for 70")
        except IndexError:
            raise ReplayError(f"{self.path}: line {line}: has fewer cells than the heading") from None
        except ValueError:
            raise ReplayError(f"{self.path}: line {line}: {self._culprit(cells, places)}") from None
        if not patient:
            raise ReplayError(f"{self.path}: line {line}: patient is missing")
        if not isfinite(seconds) or abs(seconds) > MAXIMUM_SECONDS:
            raise ReplayError(f"{self.path}: line {line}: seconds '{seconds}' is no time")
        if not all(isfinite(value) for _, value in values):
            values = [(p, v) for p, v in values if not isnan(v)]
            if not all(isfinite(value) for _, value in values):
                raise ReplayError(f"{self.path}: line {line}: holds an infinite value")
        if not any(name in places for name in EXTRA):
            return Row(patient, seconds, values)
        return Row(patient, seconds, values, *self._extras(cells, places, line))

    def _extras(self, cells: list[str], places: dict[str, int], line: int) -> tuple[bool, float | None, float | None]:
        def number(name: str) -> float | None:
            text = cells[places[name]].strip() if name in places else ""
            try:
                value = float(text) if text else None
            except ValueError:
                raise ReplayError(f"{self.path}: line {line}: {name} '{text}' is not a number") from None
            if value is not None and not 0 <= value <= 3600:
                raise ReplayError(f"{self.path}: line {line}: {name} {text} is outside 0 to 3600")
            return value

        quality = cells[places["quality"]].strip().lower() if "quality" in places else ""
        if quality not in GOOD | POOR:
            allowed = ", ".join(sorted((GOOD | POOR) - {""}))
            raise ReplayError(f"{self.path}: line {line}: quality '{quality}' is not one of {allowed} or empty")
        return quality in POOR, number("apnoea_s"), number("o2_lpm")

    def _culprit(self, cells: list[str], places: dict[str, int]) -> str:
        for name, place in places.items():
            if name in ("patient", "quality") or not cells[place]:
                continue
            try:
                if "_" in cells[place]:
                    raise ValueError
                float(cells[place])
            except ValueError:
                return f"{name} {cells[place][:40]!r} is not a number"
        return "seconds is missing"


@contextmanager
def _opened(path: Path) -> Iterator[IO[str]]:
    """The file as text, unpacked when it is gzip. Raises ReplayError when it cannot be read."""
    try:
        with path.open("rb") as probe:
            packed = probe.read(2) == b"\x1f\x8b"
        if packed:
            with gzip.open(path, "rt", encoding="utf-8-sig", newline="") as file:
                yield file
        else:
            with path.open(encoding="utf-8-sig", newline="") as file:
                yield file
    except UnicodeDecodeError as error:
        raise ReplayError(f"{path}: is not UTF-8 text") from error
    except (OSError, EOFError, zlib.error) as error:
        raise ReplayError(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}") from error
