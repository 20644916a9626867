"""The sections of the configuration that are about HL7."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Literal

from pydantic import Field, field_validator, model_validator

from console.config_section import Section, known_zone
from drivers.observation import Parameter
from hl7.lab_codes import Analyte
from hl7.mllp import MAXIMUM_FRAME
from hl7.nomenclature import nomenclature

LONGEST_CODE = 120
MOST_CODES = 500


def known_networks(value: tuple[str, ...]) -> tuple[str, ...]:
    for network in value:
        try:
            ip_network(network)
        except ValueError as error:
            raise ValueError(f"{error}; use addresses such as 10.20.0.9/32 or 10.20.0.0/24") from error
    return value


class TlsConfig(Section):
    """PEM files of an MLLP listener over TLS; client_ca makes client certificates obligatory, crl names the withdrawn
    ones. A file that changes is read again without a restart."""

    cert: str = Field(min_length=1)
    key: str = Field(min_length=1)
    client_ca: str | None = Field(default=None, min_length=1)
    crl: str | None = Field(default=None, min_length=1)

    @model_validator(mode="after")
    def _of_clients(self) -> TlsConfig:
        if self.crl is not None and self.client_ca is None:
            raise ValueError("crl is about client certificates: give client_ca too")
        return self


class Hl7PeerConfig(Section):
    """One sender of a listener: told by its certificate (subject CN, or a DNS name, URI or address of the SAN; any of
    those listed), by its network, or by both; and the beds or locations it may speak for."""

    name: str = Field(min_length=1, max_length=80)
    certificate: tuple[str, ...] = ()
    address: tuple[str, ...] = ()
    beds: tuple[str, ...] = ()
    locations: tuple[str, ...] = ()

    @field_validator("address")
    @classmethod
    def _networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return known_networks(value)

    @model_validator(mode="after")
    def _told(self) -> Hl7PeerConfig:
        if not self.certificate and not self.address:
            raise ValueError("say how this sender is known: certificate = [names] or address = [networks], or both")
        if not self.beds and not self.locations:
            raise ValueError("name the beds or locations this sender may speak for")
        return self


class Hl7LimitsConfig(Section):
    """What a listener lets its senders cost. Times in seconds; messages_per_s: of one sender over all its connections,
    beyond which it is not read for a moment."""

    connections: int = Field(default=256, ge=1, le=4096)
    connections_per_peer: int = Field(default=80, ge=1, le=4096)
    frame_bytes: int = Field(default=MAXIMUM_FRAME, ge=4096, le=MAXIMUM_FRAME)
    frame_s: float = Field(default=10.0, ge=0.2, le=120)
    handshake_s: float = Field(default=5.0, ge=0.2, le=60)
    idle_s: float = Field(default=900.0, ge=5, le=86400)
    messages_per_s: float = Field(default=10_000.0, ge=1, le=100_000)


class CodeConfig(Section):
    """What an engineer has decided of a code of one feed, by its number and name in OBX-3 as sent.

    Either a parameter, or ignore = true. unit: what a value without unit is in (a name of resources/codes/units.csv).
    contradicts: said aloud that the tables know this number or name as something else.
    """

    code: str = Field(default="", max_length=LONGEST_CODE)
    name: str = Field(default="", max_length=LONGEST_CODE)
    parameter: Parameter | None = None
    unit: str = ""
    site: str = Field(default="", max_length=40)
    ignore: bool = False
    contradicts: bool = False

    @model_validator(mode="after")
    def _usable(self) -> CodeConfig:
        if not self.code and not self.name:
            raise ValueError("give code, name, or both, as the feed sends them in OBX-3")
        if not (self.code + self.name + self.site).isprintable():
            raise ValueError("a code, its name and site have no characters that cannot be seen")
        if self.ignore == (self.parameter is not None):
            raise ValueError("give either a parameter or ignore = true")
        if self.parameter is None:
            return self
        units = nomenclature().parameters[self.parameter].units
        if self.unit and self.unit not in units:
            raise ValueError(f"{self.parameter.value} does not come in '{self.unit}'; use {' or '.join(units)}")
        known = contradiction(self)
        if known and not self.contradicts:
            raise ValueError(f"{known}; say contradicts = true if it is so at this feed")
        return self

    @property
    def key(self) -> tuple[str, str]:
        """Under which the tables look for it."""
        return self.code.lower(), self.name.upper()


def contradiction(code: CodeConfig) -> str:
    """What the tables know this number or name as, where that is not the parameter; "" where nothing contradicts."""
    terms = nomenclature().known_as(code.code, code.name)
    others = [term for term in terms if term.parameter is not code.parameter]
    if code.parameter is None or not others:
        return ""
    term = others[0]
    names = ", ".join(sorted(term.names)[:1]) or "no name"
    what = term.parameter.value if term.parameter is not None else f"not charted: {term.not_charted}"
    return f"{term.code} is known as {what} ({names}), not as {code.parameter.value}"


class Hl7ListenerConfig(Section):
    """One MLLP listener. timezone is for times that carry no zone; beds maps PV1-3 to beds of the ward; code: what
    codes mean at this feed that the tables do not know, or know as something else. labs: the laboratory's own codes
    beside LOINC, to the analyte each stands for. answer_queries: tell a peer that asks who is admitted to the beds it
    may speak for (QBP^ZV1, QRY^A19); nobody is told anything otherwise. heartbeat_s: seconds between two heartbeats
    of its sender, learned where it is not told. With any peer named, nobody else is let in, and each speaks for its own
    beds alone. admissions: movements of patients are an "offer" that a nurse accepts with one
    press, or they "apply": the word of the admissions office counts where nobody's monitoring ends."""

    name: str = Field(min_length=1, max_length=80)
    host: str = "127.0.0.1"
    port: int = Field(ge=0, le=65535)
    timezone: str | None = None
    allow: tuple[str, ...] = ("127.0.0.1/32",)
    plain: bool = False
    tls: TlsConfig | None = None
    beds: dict[str, str] = Field(default_factory=dict)
    peer: tuple[Hl7PeerConfig, ...] = Field(default=(), max_length=100)
    limits: Hl7LimitsConfig = Field(default_factory=Hl7LimitsConfig)
    interval_s: float = Field(default=60.0, gt=0, le=3600)
    heartbeat_s: float | None = Field(default=None, gt=0, le=3600)
    demo: bool = False
    admissions: Literal["offer", "apply"] = "offer"
    code: tuple[CodeConfig, ...] = Field(default=(), max_length=MOST_CODES)
    labs: dict[str, Analyte] = Field(default_factory=dict, max_length=MOST_CODES)
    answer_queries: bool = False

    @field_validator("code")
    @classmethod
    def _once(cls, value: tuple[CodeConfig, ...]) -> tuple[CodeConfig, ...]:
        keys = [code.key for code in value]
        for code in value:
            if keys.count(code.key) > 1:
                raise ValueError(f"code '{code.code}' with name '{code.name}' is mapped twice")
        return value

    @field_validator("labs")
    @classmethod
    def _lab_codes(cls, value: dict[str, Analyte]) -> dict[str, Analyte]:
        for code in value:
            if not code.strip() or len(code) > LONGEST_CODE or not code.isprintable():
                raise ValueError("give the code of the laboratory as it stands in OBX-3, such as CK or 1234")
        return value

    @field_validator("timezone")
    @classmethod
    def _zone(cls, value: str | None) -> str | None:
        return value if value is None else known_zone(value)

    @field_validator("allow")
    @classmethod
    def _networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return known_networks(value)

    @model_validator(mode="after")
    def _told_apart(self) -> Hl7ListenerConfig:
        names = [peer.name for peer in self.peer]
        identities = [name.lower() for peer in self.peer for name in peer.certificate]
        for kind, given in (("peer", names), ("certificate", identities)):
            twice = next((name for name in given if given.count(name) > 1), None)
            if twice is not None:
                raise ValueError(f"the {kind} '{twice}' is named twice")
        if identities and (self.tls is None or self.tls.client_ca is None):
            raise ValueError("a peer known by its certificate needs tls = { cert, key, client_ca }")
        return self

    @model_validator(mode="after")
    def _said_aloud(self) -> Hl7ListenerConfig:
        if not self.plain and self.tls is None:
            raise ValueError("say plain = true for unencrypted MLLP, or give tls = { cert, key, client_ca }")
        if self.plain and self.tls is not None:
            raise ValueError("plain = true and tls exclude each other")
        return self
