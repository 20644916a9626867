"""What the monitor tells of itself: serial number, model, bed, operating mode, clock.

Source: Philips Data Export Interface Programming Guide, attributes of the Medical Device System object. Held against
the create event and poll results of a real monitor, and the connect indication of another.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from drivers.intellivue.fields import (
    TICKS_PER_SECOND,
    Fields,
    MalformedError,
    plain_text,
    read_absolute_time,
    read_text,
)

_SYSTEM_ID, _MODEL, _PRODUCTION, _BED_LABEL = 0x0984, 0x0928, 0x092D, 0x091E
_OPERATING_MODE, _ABSOLUTE_TIME, _RELATIVE_TIME = 0x0946, 0x0987, 0x098F
_SERIAL_NUMBER = 1

DEMO, SERVICE, STANDBY, CONFIGURATION = 0x2000, 0x1000, 0x0002, 0x0001
"""Bits of the operating mode; 4000 is monitoring."""

_COUNTER_RANGE = 1 << 32

CLOCK_SLACK_S = 2.0
"""The clock tells whole seconds, the counter finer ones."""


@dataclass(frozen=True, slots=True)
class Clock:
    """The monitor's own clock (no zone) and its counter (125 us) at one moment."""

    absolute: datetime
    counter: int

    def at(self, counter: int) -> datetime:
        """What the clock showed when the counter stood there, at most half a turn of it away."""
        ticks = (counter - self.counter + _COUNTER_RANGE // 2) % _COUNTER_RANGE - _COUNTER_RANGE // 2
        return self.absolute + timedelta(seconds=ticks / TICKS_PER_SECOND)


@dataclass(frozen=True, slots=True)
class Monitor:
    """What is known of the monitor; "" and None for what it has not told. system_id: hexadecimal digits."""

    system_id: str = ""
    serial_number: str = ""
    model: str = ""
    bed_label: str = ""
    operating_mode: int = 0
    clock: Clock | None = None

    @property
    def identity(self) -> str:
        """What no other monitor has: the serial number, else the system identifier."""
        return self.serial_number or self.system_id

    def age_s(self, stamp: datetime | None, counter: int) -> float | None:
        """Seconds by the monitor's own clock from `stamp` until its counter stood there; None when it cannot be known:
        without one of them, or when the stamp lies in the future, as after the clock was set back."""
        if self.clock is None or stamp is None:
            return None
        age = (self.clock.at(counter) - stamp).total_seconds()
        return max(0.0, age) if age > -CLOCK_SLACK_S else None

    def learn(self, attributes: dict[int, bytes]) -> Monitor:
        """The same with what these attributes say. Raises MalformedError when one of them has not its form."""
        known = self
        if (data := attributes.get(_SYSTEM_ID)) is not None:
            known = replace(known, system_id=_octets(Fields(data), whole=True).hex())
        if (data := attributes.get(_PRODUCTION)) is not None:
            known = replace(known, serial_number=_read_serial_number(Fields(data)))
        if (data := attributes.get(_MODEL)) is not None:
            known = replace(known, model=_read_model(Fields(data)))
        if (data := attributes.get(_BED_LABEL)) is not None:
            known = replace(known, bed_label=read_text(data))
        if (data := attributes.get(_OPERATING_MODE)) is not None:
            known = replace(known, operating_mode=Fields(data).u16())
        if _ABSOLUTE_TIME in attributes and _RELATIVE_TIME in attributes:
            absolute = read_absolute_time(attributes[_ABSOLUTE_TIME])
            counter = Fields(attributes[_RELATIVE_TIME]).u32()
            known = replace(known, clock=Clock(absolute, counter) if absolute is not None else None)
        return known


def _octets(fields: Fields, *, whole: bool = False) -> bytes:
    data = fields.take(fields.u16())
    if whole:
        fields.end()
    return data


def _ascii(data: bytes) -> str:
    """Up to the first control character: unlike other strings these are bytes, filled up with whatever."""
    text = data.decode("latin-1")
    end = next((at for at, char in enumerate(text) if not char.isprintable()), len(text))
    return plain_text(text[:end])


def _read_model(fields: Fields) -> str:
    """Manufacturer and model."""
    parts = [_ascii(_octets(fields)), _ascii(_octets(fields))]
    fields.end()
    return " ".join(part for part in parts if part)


def _read_serial_number(fields: Fields) -> str:
    """Of the list of production specifications (type, component, text) the serial number that comes first."""
    count = fields.u16()
    inner = fields.sized()
    fields.end()
    found = ""
    for _ in range(count):
        kind = inner.u16()
        inner.u16()  # component
        text = _ascii(_octets(inner))
        if kind == _SERIAL_NUMBER and text.strip("-0 "):
            found = found or text
    if inner.left():
        raise MalformedError
    return found
