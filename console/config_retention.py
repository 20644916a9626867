"""The section [retention]: how long plain samples and raw HL7 messages are kept.

Alarms, what nurses chart and the audit trail are never deleted: a million alarms are a few gigabytes, and a trail that
loses its beginning could not be told from one that was cut.
"""

from __future__ import annotations

from typing import Any

from pydantic import Field, model_validator

from console.config_section import Section

_FOR_EVER = {"alarms_days": "alarms", "audit_days": "the audit trail"}


class RetentionConfig(Section):
    """samples_days: the default keeps the vital signs around every alarm of the last 400 days; 24 beds of six
    parameters at one a second are some 35 MB a day, so 14 GB (2.8 bytes a sample, measured).

    raw_message_days: the bytes of an HL7 message; earlier, oldest first, where all bytes together exceed
    raw_message_mb (deflated). message_days: the line that says what became of it and knows it again.
    """

    samples_days: int = Field(default=400, ge=7, le=36_500)
    raw_message_days: int = Field(default=7, ge=1, le=36_500)
    raw_message_mb: int = Field(default=1024, ge=16, le=10_000_000)
    message_days: int = Field(default=30, ge=2, le=36_500)

    @model_validator(mode="before")
    @classmethod
    def _never(cls, given: Any) -> Any:
        for key, what in _FOR_EVER.items():
            if isinstance(given, dict) and key in given:
                raise ValueError(f"{key}: {what} cannot be deleted and stay for good; take this key away")
        return given

    @model_validator(mode="after")
    def _bytes_before_lines(self) -> RetentionConfig:
        if self.raw_message_days > self.message_days:
            raise ValueError("raw_message_days: use at most message_days")
        return self
