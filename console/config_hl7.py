"""The sections of the configuration that are about HL7."""

from __future__ import annotations

from ipaddress import ip_network

from pydantic import Field, field_validator, model_validator

from console.config_section import Section, known_zone


class TlsConfig(Section):
    """PEM files of an MLLP listener over TLS; client_ca makes client certificates obligatory."""

    cert: str
    key: str
    client_ca: str | None = None


class Hl7ListenerConfig(Section):
    """One MLLP listener. timezone is for times that carry no zone; beds maps PV1-3 to beds of the ward."""

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
