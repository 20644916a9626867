"""The sections of the configuration that are about HL7."""

from __future__ import annotations

from ipaddress import ip_network

from pydantic import Field, field_validator, model_validator

from console.config_section import Section, known_zone
from drivers.observation import Parameter
from hl7.nomenclature import nomenclature

LONGEST_CODE = 120
MOST_CODES = 500


class TlsConfig(Section):
    """PEM files of an MLLP listener over TLS; client_ca makes client certificates obligatory."""

    cert: str
    key: str
    client_ca: str | None = None


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
    codes mean at this feed that the tables do not know, or know as something else."""

    name: str = Field(min_length=1, max_length=80)
    host: str = "127.0.0.1"
    port: int = Field(ge=0, le=65535)
    timezone: str | None = None
    allow: tuple[str, ...] = ("127.0.0.1/32",)
    plain: bool = False
    tls: TlsConfig | None = None
    beds: dict[str, str] = Field(default_factory=dict)
    interval_s: float = Field(default=60.0, gt=0, le=3600)
    demo: bool = False
    code: tuple[CodeConfig, ...] = Field(default=(), max_length=MOST_CODES)

    @field_validator("code")
    @classmethod
    def _once(cls, value: tuple[CodeConfig, ...]) -> tuple[CodeConfig, ...]:
        keys = [code.key for code in value]
        for code in value:
            if keys.count(code.key) > 1:
                raise ValueError(f"code '{code.code}' with name '{code.name}' is mapped twice")
        return value

    @field_validator("timezone")
    @classmethod
    def _zone(cls, value: str | None) -> str | None:
        return value if value is None else known_zone(value)

    @field_validator("allow")
    @classmethod
    def _networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for network in value:
            try:
                ip_network(network)
            except ValueError as error:
                raise ValueError(f"{error}; use addresses such as 10.20.0.9/32 or 10.20.0.0/24") from error
        return value

    @model_validator(mode="after")
    def _said_aloud(self) -> Hl7ListenerConfig:
        if not self.plain and self.tls is None:
            raise ValueError("say plain = true for unencrypted MLLP, or give tls = { cert, key, client_ca }")
        if self.plain and self.tls is not None:
            raise ValueError("plain = true and tls exclude each other")
        return self
