"""What a person has chosen on the way to a source, and what it makes. Free of Qt."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from pydantic import ValidationError

from console.config import (
    Config,
    ReplayTransport,
    SdcTlsConfig,
    SdcTransport,
    SerialTransport,
    SourceConfig,
    TcpTransport,
    TransportConfig,
    WardConfig,
)
from console.link.devices import PortView
from console.link.snapshot import WardSnapshot
from console.ui.devices_page.seen import name_of
from console.ui.patient_words import initials
from drivers.driver import DriverInfo, SerialSettings
from drivers.observation import Parameter

NO_NAME = "preview"
REPLAY_CONFIRMED = "a replayed recording, not a patient; there is no monitor to compare with"


class Kind(StrEnum):
    """Where the bytes come from."""

    SERIAL = "serial"
    TCP = "tcp"
    SDC = "sdc"
    REPLAY = "replay"


@dataclass(slots=True)
class Draft:
    """Everything chosen so far. serial: the line settings, None while they are those of the driver.

    adapter: of the chosen port. sdc_tls: kept as it stands in the file; it is not edited here.
    identity: serial number the device told on the line. replaces: name of the source that is edited, "" for a new one.
    typed_name: the person has given the name, so it is no longer suggested.
    """

    kind: Kind = Kind.SERIAL
    port: str = ""
    adapter: str = ""
    host: str = ""
    tcp_port: int = 4001
    epr: str = ""
    interface: str = ""
    sdc_address: str = ""
    sdc_tls: SdcTlsConfig | None = None
    file: str = ""
    bytes_per_second: float = 960.0
    repeat: bool = True
    driver: str = ""
    serial: SerialSettings | None = None
    settings: dict[str, Any] = field(default_factory=dict)
    bed: str = ""
    name: str = ""
    typed_name: bool = False
    identity: str = ""
    enabled: bool = True
    demo: bool = False
    replaces: str = ""

    @property
    def replayed(self) -> bool:
        """True for a recording: no patient, no monitor to compare with."""
        return self.kind is Kind.REPLAY

    def choose_port(self, port: PortView) -> None:
        """Take a serial port; another port means another device."""
        if port.port != self.port:
            self.identity = ""
        self.port, self.adapter = port.port, port.adapter

    def choose_driver(self, name: str) -> None:
        """Take a driver; settings of another one do not fit it."""
        if name != self.driver:
            self.driver, self.serial, self.settings, self.identity = name, None, {}, ""

    def connection_problem(self) -> str:
        """What is missing to open the line, "" when nothing is."""
        if self.kind is Kind.SERIAL and not self.port:
            return "Choose the port into which the device is plugged."
        if self.kind is Kind.TCP and not self.host.strip():
            return "Give the address of the serial-to-network adapter."
        if self.kind is Kind.SDC and not self.epr.strip():
            return "Give the endpoint reference of the device (urn:uuid:...); its network settings show it."
        if self.kind is Kind.SDC and bool(self.interface.strip()) == bool(self.sdc_address.strip()):
            return "Give either this computer's address on the device network or the device's own, not both."
        if self.kind is Kind.REPLAY and not self.file.strip():
            return "Give the file of the recording."
        return ""

    def transport(self, info: DriverInfo) -> TransportConfig:
        """The line. Raises ValidationError."""
        if self.kind is Kind.TCP:
            return TcpTransport(kind="tcp", host=self.host.strip(), port=self.tcp_port)
        if self.kind is Kind.SDC:
            ways = self.interface.strip() or None, self.sdc_address.strip() or None
            return SdcTransport(kind="sdc", epr=self.epr.strip(), interface=ways[0], address=ways[1], tls=self.sdc_tls)
        if self.kind is Kind.REPLAY:
            return ReplayTransport(
                kind="replay", file=self.file.strip(), bytes_per_second=self.bytes_per_second, repeat=self.repeat
            )
        return SerialTransport.model_validate(
            {"kind": "serial", "port": self.port, "adapter": self.adapter or None} | changed(self.serial, info.serial)
        )

    def source(self, info: DriverInfo) -> SourceConfig:
        """The source. Raises ValidationError."""
        return SourceConfig(
            name=self.name.strip(),
            driver=self.driver,
            bed=self.bed.strip(),
            transport=self.transport(info),
            settings=dict(self.settings),
            device=None if self.replayed else self.identity or None,
            enabled=self.enabled,
            demo=self.replayed or self.demo,
        )

    def looked_at(self, info: DriverInfo) -> SourceConfig:
        """The source for a look before it has a name and a bed. Raises ValidationError."""
        return SourceConfig(
            name=NO_NAME,
            driver=self.driver,
            bed=NO_NAME,
            transport=self.transport(info),
            settings=dict(self.settings),
            demo=self.replayed,
        )


def draft_of(source: SourceConfig, factory: SerialSettings) -> Draft:
    """A draft to change a source that there is. factory: the line settings of its driver."""
    made = Draft(
        driver=source.driver,
        settings=dict(source.settings),
        bed=source.bed,
        name=source.name,
        typed_name=True,
        identity=source.device or "",
        enabled=source.enabled,
        demo=source.demo,
        replaces=source.name,
    )
    transport = source.transport
    made.kind = Kind(transport.kind)
    if isinstance(transport, SerialTransport):
        made.port, made.adapter = transport.port, transport.adapter or ""
        chosen = {name: getattr(transport, name) for name in _LINE if getattr(transport, name) is not None}
        if chosen:
            made.serial = SerialSettings(**{name: getattr(factory, name) for name in _LINE} | chosen)
    elif isinstance(transport, TcpTransport):
        made.host, made.tcp_port = transport.host, transport.port
    elif isinstance(transport, SdcTransport):
        made.epr, made.sdc_tls = transport.epr, transport.tls
        made.interface, made.sdc_address = transport.interface or "", transport.address or ""
    else:
        made.file, made.repeat = transport.file, transport.repeat
        made.bytes_per_second = transport.bytes_per_second
    return made


_LINE = ("baud", "bytesize", "parity", "stopbits", "rtscts", "xonxoff")


def changed(chosen: SerialSettings | None, factory: SerialSettings) -> dict[str, Any]:
    """The line settings that differ from those of the driver: only these stand in the file."""
    if chosen is None:
        return {}
    return {name: getattr(chosen, name) for name in _LINE if getattr(chosen, name) != getattr(factory, name)}


def sentences(error: ValidationError) -> list[str]:
    """What is wrong, one plain sentence a fault."""
    told = []
    for fault in error.errors():
        place = " ".join(str(p) for p in fault["loc"] if p not in tuple(Kind)) or "source"
        text = fault["msg"].removeprefix("Value error, ")
        told.append(f"{place.capitalize()}: {text[:1].lower()}{text[1:]}.")
    return told


def suggested_name(config: Config, bed: str, title: str, replaces: str = "") -> str:
    """A name that nobody has: "7B-01 Masimo pulse oximeter"; the bed leads, so that it can be found."""
    base = f"{bed} {title.split(',')[0]}".strip()[:70]
    taken = {s.name for s in config.source} | {f.name for f in config.hl7_listener}
    taken.discard(replaces)
    number, name = 2, base
    while name in taken:
        name, number = f"{base} {number}", number + 1
    return name


def needs_comparison(source: SourceConfig, before: SourceConfig | None) -> bool:
    """True when values might come to a bed they did not come to: a new source, another bed, line or device."""
    if before is None:
        return True
    return (source.bed, source.driver, source.transport, source.device) != (
        before.bed,
        before.driver,
        before.transport,
        before.device,
    )


def with_bed(ward: WardConfig, bed: str) -> WardConfig:
    """The ward with one more bed at its end. Raises ValidationError."""
    return WardConfig.model_validate(ward.model_dump() | {"beds": (*ward.beds, bed)})


def bed_remarks(
    config: Config, ward: WardSnapshot, bed: str, coming: tuple[Parameter, ...], replaces: str = ""
) -> list[str]:
    """What stands at a bed already: its patient, its sources, and who else sends the same values."""
    told = []
    here = ward.bed(bed)
    if here is not None and here.patient is not None:
        who = initials(here.patient.name)
        told.append(f"{who} is admitted to {bed}: what this device measures is charted as theirs.")
    others = [s for s in config.source if s.bed == bed and s.name != replaces]
    told += [f"{bed} already has the source “{s.name}” ({s.driver})." for s in others]
    told += [
        f"{bed} is also fed by the listener “{f.name}”." for f in config.hl7_listener if bed in set(f.beds.values())
    ]
    by_source: dict[str, list[str]] = {}
    for reading in here.readings if here is not None else ():
        if reading.parameter in coming and reading.source != replaces and reading.value is not None:
            by_source.setdefault(reading.source, []).append(name_of(reading.parameter))
    told += [
        f"“{source}” sends {', '.join(names)} at {bed} too: its values are shown as long as they are fresh, those of "
        "this device when they are not."
        for source, names in by_source.items()
    ]
    return told


def replay_refusal(config: Config, ward: WardSnapshot, bed: str, replaces: str = "") -> str:
    """Why a recording must not be played at a bed, "" when it may: it must never stand beside a real patient."""
    here = ward.bed(bed)
    if here is not None and here.patient is not None and not here.patient.demo:
        return f"{initials(here.patient.name)} is admitted to {bed}. Play a recording at a bed without a patient."
    real = [s.name for s in config.source if s.bed == bed and not s.demo and s.name != replaces]
    real += [f.name for f in config.hl7_listener if not f.demo and bed in set(f.beds.values())]
    if real:
        return f"{bed} has a real device (“{real[0]}”). Play a recording at a bed of its own."
    return ""
