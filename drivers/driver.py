"""What a driver is: bytes and elapsed time in; vital signs, device alerts and bytes to send out.

A driver opens no port, reads no clock, starts no thread. Whoever owns the link calls `step` with what arrived and
how long the link has been up; a driver that must ask its device for data returns the request in `Output.send`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Protocol

from pydantic import BaseModel, ConfigDict

from drivers.observation import DeviceAlert, Parameter, Vital


class DriverSettings(BaseModel):
    """Base of the typed settings of a driver; a driver without settings uses this one. Unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True, slots=True)
class SerialSettings:
    """Line settings as the device leaves the factory. parity is one of N E O M S, stopbits 1 or 2."""

    baud: int = 9600
    bytesize: int = 8
    parity: str = "N"
    stopbits: int = 1
    rtscts: bool = False
    xonxoff: bool = False


@dataclass(frozen=True, slots=True)
class DriverInfo:
    """The manifest of a device family, shown to the engineer who cables it.

    interval_s: seconds between two reports in normal operation; silence is judged by it.
    dialogue: True when the device answers only if asked.
    other_lines: line settings that some models or menus use instead, tried when a port is to be identified.
    network: True when the device is reached through a link of its own over the network and never on a serial line.
    check: the checksum by which a damaged frame is known, as "CRC-8 a frame"; "" where the protocol has none.
    verified / unverified: which facts were held against real bytes, which only read or recalled.
    """

    name: str
    title: str
    models: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    serial: SerialSettings
    interval_s: float
    dialogue: bool
    cabling: str
    other_lines: tuple[SerialSettings, ...] = ()
    network: bool = False
    check: str = ""
    setup: tuple[str, ...] = ()
    quirks: tuple[str, ...] = ()
    verified: tuple[str, ...] = ()
    unverified: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()


@dataclass(slots=True)
class FrameCounters:
    """Frames counted since the driver was made. skipped: bytes that belonged to no frame."""

    good: int = 0
    bad: int = 0
    skipped: int = 0


@dataclass(frozen=True, slots=True)
class Output:
    """What one step brought: values and alerts in the order they arrived, and bytes the device should get.

    trouble: a plain sentence when a dialogue does not come about (refused, aborted, not answered), "" when it runs
    again, None when nothing has changed. identity: what the device has just told of itself that no other device of
    its kind tells (a serial number), "" when it told nothing: by it an exchanged device is noticed.
    """

    vitals: tuple[Vital, ...] = ()
    alerts: tuple[DeviceAlert, ...] = ()
    send: bytes = b""
    trouble: str | None = None
    identity: str = ""


class Driver(Protocol):
    """One device on one link, from connection to disconnection; a new link gets a new driver object."""

    info: ClassVar[DriverInfo]
    settings_type: ClassVar[type[DriverSettings]]
    counters: FrameCounters

    def __init__(self, settings: DriverSettings) -> None: ...

    def step(self, data: bytes, elapsed: float) -> Output:
        """Take what arrived (possibly nothing) `elapsed` seconds after the link came up (never decreasing).

        Called at least once a second, so that a dialogue driver can send its request or give up waiting.
        Never raises for any bytes; what cannot be read is counted.
        """
        ...

    def finish(self) -> Output:
        """End of the stream: judge what is still in the buffer (a complete last frame counts, half a one is bad).

        send: what the device should hear last; it is sent when the console ends the link, not when it was lost.
        """
        ...


@dataclass(frozen=True, slots=True)
class DeviceState:
    """What a simulated device measures at one moment.

    vitals: value per parameter in console units; a missing parameter is not measured. sensor_off: parameters whose
    sensor is off, reported as "no data" the way the device does it. sites: label per parameter where it has one.
    """

    vitals: dict[Parameter, float] = field(default_factory=dict)
    sensor_off: frozenset[Parameter] = frozenset()
    sites: dict[Parameter, str] = field(default_factory=dict)


class Simulator(Protocol):
    """The other end: answers like the device. Sans-I/O as the driver is; never imported by running drivers."""

    def step(self, data: bytes, elapsed: float, state: DeviceState) -> bytes:
        """Take what the console sent, return what the device sends by `elapsed` seconds after it was switched on."""
        ...
