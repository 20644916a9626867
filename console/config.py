"""The configuration file: TOML, checked by pydantic, with errors a person can act on."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PlainSerializer, ValidationError, field_validator, model_validator

from console.config_alerting import AlarmManagerConfig, place_fault
from console.config_hl7 import Hl7ListenerConfig
from console.config_people import PeopleConfig
from console.config_retention import RetentionConfig
from console.config_section import Section, known_zone

MAXIMUM_BEDS = 64
"""One console watches at most this many beds: the wall never scrolls and never pages."""


class ConfigError(Exception):
    """The configuration cannot be used; the text names the file, the key, what is wrong and what is allowed."""


def _shift(text: Any) -> tuple[int, int]:
    found = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", text) if isinstance(text, str) else None
    if found is None:
        raise ValueError(f"'{text}' is not a time of day; use one such as 07:00")
    return int(found[1]), int(found[2])


def _shifts(value: Any) -> Any:
    if not isinstance(value, list | tuple):
        raise ValueError('give a list, as in ["07:00", "15:00", "23:00"]')
    times = sorted(v if isinstance(v, tuple) else _shift(v) for v in value)
    if len(set(times)) != len(times):
        raise ValueError("a shift begins twice at the same time")
    return tuple(times)


Shifts = Annotated[
    tuple[tuple[int, int], ...],
    Field(min_length=1, max_length=8),
    BeforeValidator(_shifts),
    PlainSerializer(lambda times: [f"{hour:02d}:{minute:02d}" for hour, minute in times], when_used="json"),
]
"""Times of day, written HH:MM."""


class WardConfig(Section):
    """The ward and its beds, in the order of the wall. simulated: all its patients are invented; every page says so.

    sounds: the general set of alarm tones, or melodies that tell what an alarm is about (IEC 60601-1-8, Annex F).
    watch_tone: one soft burst when a pattern reaches the stage of watch. audio_off_min, audio_off_by: for how many
    minutes at most alarm sound may be turned off at a station, 0 for never, and by whom. shifts: when they begin by the
    ward's clock, written as ["07:00", "15:00", "23:00"]; (hour, minute) once read.
    """

    name: str = Field(default="Ward", min_length=1, max_length=60)
    simulated: bool = False
    sounds: Literal["general", "melodies"] = "general"
    watch_tone: bool = False
    audio_off_min: int = Field(default=0, ge=0, le=60)
    audio_off_by: tuple[Annotated[str, Field(min_length=1, max_length=40)], ...] = Field(default=(), max_length=20)
    timezone: str = "UTC"
    shifts: Shifts = ((7, 0), (15, 0), (23, 0))
    beds: tuple[Annotated[str, Field(min_length=1, max_length=12)], ...] = ()

    @model_validator(mode="after")
    def _somebody_may(self) -> WardConfig:
        if self.audio_off_min and not self.audio_off_by:
            raise ValueError("audio_off_min: name in audio_off_by who may turn alarm sound off, or leave it 0")
        return self

    @field_validator("timezone")
    @classmethod
    def _zone(cls, value: str) -> str:
        return known_zone(value)

    @field_validator("beds")
    @classmethod
    def _beds(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        twice = sorted({bed for bed in value if value.count(bed) > 1})
        if twice:
            raise ValueError(f"bed {twice[0]} is named twice")
        for bed in value:
            if not bed.isprintable() or bed != bed.strip():
                raise ValueError(f"bed {bed!r}: use letters, digits and signs, no space at either end")
        if len(value) > MAXIMUM_BEDS:
            raise ValueError(f"{len(value)} beds; one console watches at most {MAXIMUM_BEDS}")
        return value


class StoreConfig(Section):
    """Where the ward is recorded. A relative SQLite path is taken from the data directory."""

    url: str = "sqlite:///ward.db"

    @field_validator("url")
    @classmethod
    def _known(cls, value: str) -> str:
        if not value.startswith(("sqlite:///", "postgresql+psycopg://")):
            raise ValueError("use sqlite:///FILE or postgresql+psycopg://USER@HOST/NAME")
        if value in ("sqlite:///", "sqlite:///:memory:"):
            raise ValueError("name a file, as in sqlite:///ward.db; a database in memory forgets the ward")
        return value


class SerialTransport(Section):
    """A serial line; what is left out is as the device leaves the factory.

    adapter: what the adapter behind the port told of itself when it was chosen (vendor:product:serial number);
    another adapter under the same port name is refused. None: any.
    """

    kind: Literal["serial"]
    port: str = Field(min_length=1)
    adapter: str | None = Field(default=None, min_length=1, max_length=200)
    baud: int | None = Field(default=None, ge=300, le=921600)
    bytesize: Literal[5, 6, 7, 8] | None = None
    parity: Literal["N", "E", "O", "M", "S"] | None = None
    stopbits: Literal[1, 2] | None = None
    rtscts: bool | None = None
    xonxoff: bool | None = None


class TcpTransport(Section):
    """A serial-to-network adapter or a device that listens."""

    kind: Literal["tcp"]
    host: str = Field(min_length=1)
    port: int = Field(ge=1, le=65535)


class ReplayTransport(Section):
    """A captured byte file, played with its own times or at a steady rate."""

    kind: Literal["replay"]
    file: str = Field(min_length=1)
    bytes_per_second: float = Field(default=960.0, gt=0)
    repeat: bool = False


class SdcTlsConfig(Section):
    """PEM files by which this computer and an SDC device prove to each other who they are."""

    key: str = Field(min_length=1)
    cert: str = Field(min_length=1)
    ca: str = Field(min_length=1)


class SdcTransport(Section):
    """An IEEE 11073 SDC device on the network. epr: its endpoint reference. interface: address of this computer on the
    device network, on which the device is searched; address: the device's own, then nothing is searched."""

    kind: Literal["sdc"]
    epr: str = Field(min_length=1, max_length=200)
    interface: str | None = Field(default=None, min_length=1)
    address: str | None = Field(default=None, pattern="^https?://.+")
    tls: SdcTlsConfig | None = None

    @model_validator(mode="after")
    def _one_way(self) -> SdcTransport:
        if (self.interface is None) == (self.address is None):
            raise ValueError("give either interface (this computer's address, to search) or address (the device's own)")
        return self


TransportConfig = Annotated[
    SerialTransport | TcpTransport | ReplayTransport | SdcTransport, Field(discriminator="kind")
]


class SourceConfig(Section):
    """One bedside device on one line, bound to one bed.

    device: the serial number the device told when it was bound; values of another device are not taken until a
    person has confirmed it. None: any. enabled: False while an engineer has stopped it.
    """

    name: str = Field(min_length=1, max_length=80)
    driver: str = Field(min_length=1)
    bed: str
    transport: TransportConfig
    settings: dict[str, Any] = Field(default_factory=dict)
    device: str | None = Field(default=None, min_length=1, max_length=200)
    enabled: bool = True
    demo: bool = False


class Config(Section):
    """The whole file. Every bed named by a source or feed is a bed of the ward, every name is used once."""

    ward: WardConfig = Field(default_factory=WardConfig)
    store: StoreConfig = Field(default_factory=StoreConfig)
    people: PeopleConfig = Field(default_factory=PeopleConfig)
    retention: RetentionConfig = Field(default_factory=RetentionConfig)
    source: tuple[SourceConfig, ...] = ()
    hl7_listener: tuple[Hl7ListenerConfig, ...] = ()
    alarm_manager: tuple[AlarmManagerConfig, ...] = Field(default=(), max_length=8)
    alarms: dict[str, Any] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _consistent(self) -> Config:
        names = [s.name for s in self.source] + [f.name for f in self.hl7_listener]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"the name '{name}' is used by two sources or listeners")
        for source in self.source:
            if source.bed not in self.ward.beds:
                raise ValueError(f"source '{source.name}': {source.bed} is not a bed of [ward] beds")
        for feed in self.hl7_listener:
            for location, bed in feed.beds.items():
                if bed not in self.ward.beds:
                    raise ValueError(f"listener '{feed.name}': {location} -> {bed} is not a bed of [ward] beds")
            for peer in feed.peer:
                for bed in set(peer.beds) - set(self.ward.beds):
                    raise ValueError(f"peer '{peer.name}' of '{feed.name}': {bed} is not a bed of [ward] beds")
        self._check_managers()
        addresses: dict[tuple[str, int], str] = {}
        for feed in self.hl7_listener:
            other = addresses.setdefault((feed.host, feed.port), feed.name)
            if other != feed.name and feed.port != 0:
                raise ValueError(f"listeners '{other}' and '{feed.name}' share {feed.host}:{feed.port}")
        ports: dict[str, str] = {}
        for source in self.source:
            if isinstance(source.transport, SerialTransport):
                other = ports.setdefault(source.transport.port, source.name)
                if other != source.name:
                    raise ValueError(f"sources '{other}' and '{source.name}' share the port {source.transport.port}")
        return self

    def _check_managers(self) -> None:
        names = [manager.name for manager in self.alarm_manager]
        for manager in self.alarm_manager:
            if names.count(manager.name) > 1:
                raise ValueError(f"the name '{manager.name}' is used by two alarm managers")
            for bed in manager.beds:
                if bed not in self.ward.beds:
                    raise ValueError(f"alarm manager '{manager.name}': {bed} is not a bed of [ward] beds")
            for bed in self.ward.beds:
                if fault := place_fault(manager.place(bed)):
                    raise ValueError(f"alarm manager '{manager.name}': bed {bed}: {fault}; name it in beds")


def parse_config(text: str, name: str = "configuration") -> Config:
    """Check the text of a configuration file. Raises ConfigError; `name` stands in its text."""
    try:
        return Config.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{name}: not valid TOML: {error}") from error
    except ValidationError as error:
        raise ConfigError("\n".join(_sentences(error, name))) from error


def load_config(path: Path) -> Config:
    """Read and check a configuration file. Raises ConfigError, also when it cannot be read."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: is not UTF-8 text (byte {error.start})") from error
    return parse_config(text, str(path))


def _sentences(error: ValidationError, name: str) -> list[str]:
    """One line a fault: file, key, what is wrong, what is allowed."""
    lines = []
    for fault in error.errors():
        place = ".".join(str(p) for p in fault["loc"] if p not in ("serial", "tcp", "replay"))
        text = fault["msg"].removeprefix("Value error, ")
        text = _WORDS.get(fault["type"], text)
        lines.append(f"{name}: {place or 'file'}: {text}")
    return lines


_WORDS = {
    "extra_forbidden": "is not a known key",
    "missing": "is missing",
    "tuple_type": 'give a list, as in ["7B-01", "7B-02"]; a section that may come several times is written [[...]]',
    "union_tag_not_found": 'kind is missing: use kind = "serial", "tcp" or "replay"',
    "union_tag_invalid": 'this kind is not known: use kind = "serial", "tcp" or "replay"',
}
"""What pydantic says in the words of a programmer."""
