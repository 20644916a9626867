"""How the page of reports reaches what it prints: contents that are laid out elsewhere, and files that are audited.

A `Report` holds words, tables and points of curves, and nothing of how they look. Every text in it is plain: what came
from outside is bounded and made visible where it has no shape (console.reports.text). A screen calls `Reports` from its
own thread; nothing here blocks.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from console.alarms.alarm import Priority, Stage
from console.link.commands import Reply

LONGEST_WINDOW_DAYS = 31
"""What one report covers at most."""

Floats = npt.NDArray[np.float64]


class ReportKind(StrEnum):
    """The reports there are, in the words of the page."""

    HANDOVER = "shift handover"
    EPISODE = "patient episode"
    RECOVERY = "recovery after repair"
    LOAD = "ward alarm load"

    @property
    def of_patient(self) -> bool:
        """It is about one stay, not about the ward."""
        return self in (ReportKind.EPISODE, ReportKind.RECOVERY)


@dataclass(frozen=True, slots=True)
class Episode:
    """One stay of a patient, wherever in the ward he lay. Times UTC. bed: where he lies or lay last. ended_at: None
    while he is here. restorations: confirmed returns of delivery that were charted, oldest first."""

    patient_id: str
    name: str
    bed: str
    admitted_at: datetime
    ended_at: datetime | None = None
    demo: bool = False
    restorations: tuple[datetime, ...] = ()


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person asks for. start, end: UTC; a recovery view takes its window from `restored_at`. episode: of a
    report about a patient. beds: of a handover, empty for all. initials: patients as initials, on paper too."""

    kind: ReportKind
    start: datetime
    end: datetime
    episode: Episode | None = None
    beds: tuple[str, ...] = ()
    restored_at: datetime | None = None
    initials: bool = False


# --- content -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Column:
    """share: of the width, relative to the others; right: figures, set to the right."""

    title: str
    share: float = 1.0
    right: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table; as many cells as columns, a cell may have several lines. priority: of the alarm it tells of,
    which the paper marks beside the words; quiet: of lesser weight."""

    cells: tuple[str, ...]
    priority: Priority | None = None
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """name: what it holds, also of its CSV. empty: the sentence that stands there without rows. left_out: rows that
    did not find room, counted."""

    name: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    empty: str
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Facts:
    """Pairs of name and text."""

    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text. strong: what nobody may overlook."""

    text: str
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Heading:
    """A title within a section; never left alone at the foot of a page."""

    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """A curve: times (POSIX seconds) and values of one length, NaN where it breaks. dashed: told apart without colour.
    points: readings taken one by one, drawn as marks, joined only where joined is True."""

    name: str
    times: Floats
    values: Floats
    dashed: bool = False
    points: bool = False
    joined: bool = True


@dataclass(frozen=True, slots=True)
class ChartRow:
    """One signal. low, high: least range drawn, it only widens; bars: pairs of systolic and diastolic readings, drawn
    as upright bars (time, low, high), never joined; limits: those in force at the end of the window. empty: said where
    no value came."""

    label: str
    unit: str
    colour: str
    low: float
    high: float
    decimals: int = 0
    lines: tuple[Line, ...] = ()
    bars: tuple[tuple[float, float, float], ...] = ()
    limits: tuple[float, ...] = ()
    baseline: float | None = None
    empty: str = ""


@dataclass(frozen=True, slots=True)
class Ribbon:
    """Stages of one pattern: from each time (POSIX seconds) on until the next."""

    label: str
    steps: tuple[tuple[float, Stage], ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened. shape: "pump", "medicine", "finding", "lab", "ack" as on the bed page; number: in the
    table of events below."""

    at: float
    shape: str
    number: str


@dataclass(frozen=True, slots=True)
class Shade:
    """A stretch of time that is set off; kind: "recovery", "gap" or "outside" (before or after the stay). mark: a time
    within it that has a line of its own, None for none."""

    start: float
    end: float
    kind: str
    words: str = ""
    mark: float | None = None


@dataclass(frozen=True, slots=True)
class Chart:
    """Signals over one window (POSIX seconds), aligned."""

    start: float
    end: float
    rows: tuple[ChartRow, ...]
    ribbons: tuple[Ribbon, ...] = ()
    marks: tuple[Mark, ...] = ()
    shades: tuple[Shade, ...] = ()


@dataclass(frozen=True, slots=True)
class Bars:
    """Counts side by side, such as alarms per hour: (name, low, medium, high)."""

    title: str
    bars: tuple[tuple[str, int, int, int], ...]


Block = Heading | Facts | Paragraph | Table | Chart | Bars


@dataclass(frozen=True, slots=True)
class Section:
    """title: repeated on every page it goes on to. own_page: begins a page."""

    title: str
    blocks: tuple[Block, ...]
    own_page: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """A report as made. subject: who it is about, which stands on every page ("Test, Anna · P1 · Bed 7B-01"), or what.
    zone: name of the ward's zone, in which every time of it is told. demo: invented patients, said on every page.
    made_by: who asked for it. sentence: what stands at the foot of every page."""

    kind: ReportKind
    title: str
    subject: str
    ward: str
    zone: str
    start: datetime
    end: datetime
    made_at: datetime
    made_by: str
    sections: tuple[Section, ...]
    demo: bool = False
    sentence: str = ""
    wanted: Wanted | None = None

    def tables(self) -> Iterator[tuple[Section, Table]]:
        """Every table, in order."""
        for section in self.sections:
            for block in section.blocks:
                if isinstance(block, Table):
                    yield section, block


@dataclass(frozen=True, slots=True)
class ReportSettings:
    """What the page offers. shifts: (hour, minute) at which shifts begin, by the ward's clock; folder: where files go
    unless another place is given; beds: of the ward."""

    shifts: tuple[tuple[int, int], ...]
    folder: Path
    beds: tuple[str, ...]
    zone: str


class Reports(Protocol):
    """The desk of reports of one station. Whoever acts needs Right.REPORT, for CSV Right.EXPORT; what is not in the
    audit trail is neither saved nor printed."""

    def settings(self) -> ReportSettings:
        """As configured."""
        ...

    def episodes(self) -> Future[tuple[Episode, ...]]:
        """Stays to choose from: those who are here by bed, then who has left, the newest first."""
        ...

    def make(self, wanted: Wanted, by: str) -> Future[Report]:
        """Read and put together, to be looked at; fails with an error whose text is one plain sentence. Looking is no
        act: nothing leaves the console. by: who made it, "" where nobody has said who he is."""
        ...

    def save_pdf(self, report: Report, pdf: bytes, target: Path, by: str) -> Future[Reply]:
        """Write a report as laid out, whole or not at all."""
        ...

    def save_csv(self, report: Report, folder: Path, stem: str, by: str) -> Future[Reply]:
        """Write each table of a report to a file of its own: STEM-1-alarms.csv and so on."""
        ...

    def may_print(self, report: Report, printer: str, by: str) -> Future[Reply]:
        """Ask, and record, before anything goes to a printer."""
        ...
