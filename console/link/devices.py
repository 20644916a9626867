"""How the device page reaches the engineer's desk: ports, live lines, identification, changes of the configuration.

A screen calls these from its own thread; nothing here blocks. What takes time answers by a future, or is looked at
again and again through a view.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from console.config import Config, SourceConfig
from console.link.commands import Reply
from console.link.feeds import FeedChange
from console.ward.people import Right
from console.ward.source import SourceState
from drivers.driver import DriverInfo, DriverSettings, SerialSettings
from drivers.observation import DeviceAlert, Vital

RECORDING_LIMIT = 64 * 1024 * 1024
"""Bytes of device traffic after which a recording ends by itself."""


@dataclass(frozen=True, slots=True)
class DriverView:
    """A driver there is. settings: its typed settings, from whose fields the form is made."""

    info: DriverInfo
    settings: type[DriverSettings]


@dataclass(frozen=True, slots=True)
class PortView:
    """A serial port of this machine.

    port: the name to put into the configuration, the most stable there is. device: what the system calls it now.
    adapter: vendor:product:serial number, "" for a built-in port. stable: False when another adapter may come up under
    this name. problem: "" or a plain sentence that says what to do (permission, busy, not stable). used_by: name of
    the configured source on it.
    """

    port: str
    device: str
    description: str = ""
    serial_number: str = ""
    adapter: str = ""
    stable: bool = True
    usable: bool = True
    problem: str = ""
    used_by: str = ""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Bytes that went over a line. seconds: since the link came up; received: from the device to the console."""

    seconds: float
    received: bool
    data: bytes


@dataclass(frozen=True, slots=True)
class HeardVital:
    """A decoded value. seconds: since the link came up."""

    seconds: float
    vital: Vital


@dataclass(frozen=True, slots=True)
class LineView:
    """One line at this moment.

    chunks: the newest traffic, oldest first, at most 64 KiB. vitals: the newest of each parameter and site. alerts:
    active now. identity: serial number the device tells. error: last error or what the dialogue waits for, in plain
    words. seconds: since the link came up, at the time of this view.
    """

    state: SourceState
    error: str = ""
    chunks: tuple[Chunk, ...] = ()
    vitals: tuple[HeardVital, ...] = ()
    alerts: tuple[DeviceAlert, ...] = ()
    good: int = 0
    bad: int = 0
    skipped: int = 0
    bytes_in: int = 0
    identity: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Candidate:
    """A driver with line settings that was tried on a port. fits: frames were read and few were bad. told: what was
    seen, in plain words, such as "12 good frames, SpO2 97 %, pulse 72"."""

    driver: str
    title: str
    serial: SerialSettings
    fits: bool
    good: int
    bad: int
    told: str


@dataclass(frozen=True, slots=True)
class IdentificationView:
    """How far the search has come. trying: what is tried now, in plain words. candidates: best first. verdict: one
    plain sentence once `done`, which says what to do when nothing fits."""

    done: bool
    progress: float
    trying: str
    candidates: tuple[Candidate, ...]
    verdict: str


class Preview(Protocol):
    """A line opened only to look at it: nothing of it is stored, charted or alarmed."""

    def view(self) -> LineView:
        """The line at this moment."""
        ...

    def close(self) -> None:
        """Let go of the port; returns at once, may be called twice."""
        ...


class Identification(Protocol):
    """The likely drivers and line settings tried on a port, one after the other."""

    def view(self) -> IdentificationView:
        """How far it has come."""
        ...

    def close(self) -> None:
        """Stop trying and let go of the port; returns at once, may be called twice."""
        ...


@dataclass(frozen=True, slots=True)
class SaveWard:
    """Name, time zone and beds of the ward in the order of the wall. A bed with a patient or a source stays."""

    right: ClassVar[Right] = Right.DEVICES
    name: str
    timezone: str
    beds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SaveSource:
    """Add a source, or replace the one named `replaces`.

    confirmed: what the person compared before binding, in words for the audit trail, such as "HR 72, SpO2 97 compared
    with the monitor at 7B-01"; required when a source is new, changes its bed, its line or its device.
    """

    right: ClassVar[Right] = Right.DEVICES
    source: SourceConfig
    replaces: str = ""
    confirmed: str = ""


@dataclass(frozen=True, slots=True)
class RemoveSource:
    """Take a source out of the configuration."""

    right: ClassVar[Right] = Right.DEVICES
    name: str


@dataclass(frozen=True, slots=True)
class SetEnabled:
    """Start or stop a source; it stays so over a restart."""

    right: ClassVar[Right] = Right.DEVICES
    name: str
    enabled: bool


@dataclass(frozen=True, slots=True)
class ConfirmDevice:
    """The exchanged device on this source is the right one for its bed: its values are taken from now on."""

    right: ClassVar[Right] = Right.DEVICES
    name: str
    identity: str
    confirmed: str


@dataclass(frozen=True, slots=True)
class Record:
    """Begin (on) or end recording the bytes of a source to a timed capture. The reply's `entry_id` is the file."""

    right: ClassVar[Right] = Right.DEVICES
    name: str
    on: bool


@dataclass(frozen=True, slots=True)
class SetThresholds:
    """Write alarm thresholds; in force from the next start. values: by key, None for the shipped value. told: what
    changes, in words; role: of the person; reason: why; basis: what was known of the effect, in words."""

    right: ClassVar[Right] = Right.THRESHOLDS
    values: Mapping[str, Any]
    told: str
    role: str
    reason: str
    basis: str


Change = SaveWard | SaveSource | RemoveSource | SetEnabled | ConfirmDevice | Record | SetThresholds | FeedChange


class Devices(Protocol):
    """The engineer's desk of one station."""

    @property
    def config_file(self) -> str:
        """Where the configuration stands."""
        ...

    def config(self) -> Config:
        """The configuration as it runs now."""
        ...

    def drivers(self) -> tuple[DriverView, ...]:
        """Every driver that can be loaded, by name."""
        ...

    def ports(self) -> Future[tuple[PortView, ...]]:
        """The serial ports of this machine now, free and usable ones first."""
        ...

    def preview(self, source: SourceConfig) -> Preview:
        """Look at a line before anything is saved; the name and bed of `source` are not used."""
        ...

    def line(self, name: str) -> LineView | None:
        """The live line of a running source; None for a listener or a source that is not there."""
        ...

    def identify(self, port: str) -> Identification:
        """Find out which driver and line settings fit a port."""
        ...

    def change(self, change: Change, by: str) -> Future[Reply]:
        """Check, write to the file, apply, audit. A refusal is one plain sentence in `Reply.error`, and then nothing
        has changed."""
        ...
