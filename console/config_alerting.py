"""The sections of the configuration that are about alarms on their way out."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator, model_validator

from console.config_section import Section
from hl7.charset import escape
from hl7.delimiters import STANDARD

LONGEST_PLACE = 20
"""Characters of one part of PV1-3 (HL7 v2.6, type IS), escaped."""


class ManagerTlsConfig(Section):
    """PEM files of a connection to an alarm manager: who it may be, and who we are when it asks. server_name: the name
    in its certificate where it is not the host."""

    ca: str = Field(min_length=1)
    cert: str | None = Field(default=None, min_length=1)
    key: str | None = Field(default=None, min_length=1)
    server_name: str | None = Field(default=None, min_length=1)

    @model_validator(mode="after")
    def _both(self) -> ManagerTlsConfig:
        if (self.cert is None) != (self.key is None):
            raise ValueError("give cert and key together, or neither")
        return self


class AlarmManagerConfig(Section):
    """One alarm manager that our alarms are sent to as IHE PCD-04.

    priority: the lowest that is sent; an alarm that has reached it is followed to its end. kinds: pattern (both), limit
    and technical alarms. beds: the PV1-3 of a bed; a bed that is not named is sent as "^^BED". location: PV1-3 of
    alarms of the console itself, "" for none. timeout_s: for the connection and for each answer. retry_s, retry_max_s:
    the first and the longest pause before another try. tries: of a step that the manager answers with an error, before
    it is given up. window: messages underway at once. heartbeat_s: a sign of life after so long without a message, 0
    for none. alarm_after_s: seconds an alarm of medium or high priority may wait before that is an alarm itself.
    keep_h: hours after which the steps of an alarm that is over are no longer sent; keep_steps: so many wait at most.
    """

    name: str = Field(min_length=1, max_length=60)
    host: str = Field(min_length=1)
    port: int = Field(ge=1, le=65535)
    plain: bool = False
    tls: ManagerTlsConfig | None = None
    priority: Literal["low", "medium", "high"] = "medium"
    kinds: tuple[Literal["pattern", "limit", "technical"], ...] = ("pattern", "limit", "technical")
    beds: dict[str, str] = Field(default_factory=dict)
    location: str = ""
    timeout_s: float = Field(default=10.0, ge=0.1, le=120)
    retry_s: float = Field(default=1.0, ge=0.05, le=60)
    retry_max_s: float = Field(default=30.0, ge=0.05, le=600)
    tries: int = Field(default=5, ge=1, le=100)
    window: int = Field(default=1, ge=1, le=16)
    heartbeat_s: float = Field(default=0.0, ge=0, le=3600)
    alarm_after_s: float = Field(default=10.0, ge=1, le=600)
    keep_h: float = Field(default=24.0, gt=0, le=24 * 30)
    keep_steps: int = Field(default=5_000, ge=100, le=50_000)

    @field_validator("name")
    @classmethod
    def _name(cls, value: str) -> str:
        if not value.isprintable() or value != value.strip():
            raise ValueError("use letters, digits and signs, no space at either end")
        return value

    @model_validator(mode="after")
    def _usable(self) -> AlarmManagerConfig:
        if not self.plain and self.tls is None:
            raise ValueError("say plain = true for unencrypted MLLP, or give tls = { ca, cert, key }")
        if self.plain and self.tls is not None:
            raise ValueError("plain = true and tls exclude each other")
        if self.retry_max_s < self.retry_s:
            raise ValueError("retry_max_s has to be at least retry_s")
        for place in (self.location, *self.beds.values()):
            if fault := place_fault(place):
                raise ValueError(fault)
        return self

    def place(self, bed: str) -> str:
        """PV1-3 of a bed, or of the console itself ("")."""
        return self.beds.get(bed, f"^^{bed}") if bed else self.location


def place_fault(place: str) -> str:
    """What is wrong with a PV1-3 to be sent, "" for nothing."""
    parts = place.split("^")
    if len(parts) > 3 or not place.isprintable():
        return f"location {place!r}: give PV1-3 as unit^room^bed or a part of it"
    for part in parts:
        if len(escape(part, STANDARD)) > LONGEST_PLACE:
            return f"location {place!r}: a part of PV1-3 has at most {LONGEST_PLACE} characters"
    return ""
