"""What a packet of data formats 2 and 7, or four bytes of format 8, say; no state, no I/O.

The 25 frames of a packet carry one byte of data each, the same ones in formats 2 and 7. Told are HR-D and SpO2-D, the
4-beat averages formatted for display: the numbers on the device's own screen, renewed every 1.5 s, and by the
manufacturer's words the most reliable ones during artifact. HR and SpO2 beside them ("for recording") are empty
during sustained artifact, which is how a held display value is recognised. Format 8 carries HR-D and SpO2-D alone.

HR has 9 bits in two bytes of 7: bits 8 and 7 in the low bits of the first, bits 6 to 0 in the second.

Sources: Nonin Onyx II model 9560 OEM specification, pages 5 and 8 to 17 (frames, bits, measuring ranges, sentinels);
bit 6 of the first status byte (sensor disconnected) and bit 1 of the second (battery critical) are reserved there and
read so in public readers for Xpod, iPod and WristOx2.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from drivers.nonin.binary.framing import FRAME_BYTES, FRAMES_A_PACKET, Layout

_DATA_AT = 3
_NO_RATE, _NO_SATURATION = 511, 127
_RATES = range(18, 322)
"""Measuring range of the pulse rate, /min."""

_HR, _SPO2, _STATUS_2, _SPO2_DISPLAY, _HR_DISPLAY = 0, 2, 7, 8, 19
"""Index of the frame that carries it; a rate stands in this frame and the next."""


@dataclass(frozen=True, slots=True)
class Signal:
    """What the device says of its sensor and battery. The three of the pulse stand only in frames during a pulse."""

    sensor_alarm: bool = False
    sensor_disconnected: bool = False
    out_of_track: bool = False
    artifact: bool = False
    low_perfusion: bool = False
    marginal_perfusion: bool = False
    battery_low: bool = False
    battery_critical: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """One packet. Values (%, /min) are None where the device has none; held: the display still shows a value though
    the device cannot compute one now."""

    spo2: float | None
    pulse_rate: float | None
    signal: Signal
    spo2_held: bool = False
    pulse_rate_held: bool = False


class _ImpossibleError(Exception):
    """No device sends this."""


def parse_packet(packet: bytes, layout: Layout) -> Reading | None:
    """Read 25 good frames; None when a number is one that no device sends."""
    frames = [packet[at : at + FRAME_BYTES] for at in range(0, FRAME_BYTES * FRAMES_A_PACKET, FRAME_BYTES)]
    data = [frame[_DATA_AT] for frame in frames]
    try:
        spo2, pulse_rate = _saturation(data[_SPO2_DISPLAY]), _rate(data, _HR_DISPLAY)
        recorded_spo2, recorded_rate = _saturation(data[_SPO2]), _rate(data, _HR)
        second = _second_status(data[_STATUS_2])
    except _ImpossibleError:
        return None
    signal = replace(_pulse_signal([frame[layout.status_at] for frame in frames]), **second)
    return Reading(spo2, pulse_rate, signal, recorded_spo2 is None, recorded_rate is None)


def parse_format_8(frame: bytes) -> Reading | None:
    """Read four bytes whose bits 7 are as they should be; None when a number is one that no device sends."""
    status, _, saturation, status_2 = frame
    try:
        reading = Reading(
            _saturation(saturation),
            _rate(frame, 0),
            Signal(
                sensor_alarm=bool(status_2 & 0x08),
                sensor_disconnected=bool(status & 0x40),
                out_of_track=bool(status & 0x20),
                low_perfusion=bool(status & 0x10),
                marginal_perfusion=bool(status & 0x08),
                artifact=bool(status & 0x04),
                battery_low=bool(status_2 & 0x01),
                battery_critical=bool(status_2 & 0x02),
            ),
        )
    except _ImpossibleError:
        return None
    return reading


def _pulse_signal(statuses: list[int]) -> Signal:
    """Red alone is a weak pulse, red and green together a marginal one, green alone a good one."""
    any_of = 0
    for status in statuses:
        any_of |= status
    colours = {status & 0x06 for status in statuses}
    return Signal(
        sensor_disconnected=bool(any_of & 0x40),
        artifact=bool(any_of & 0x20),
        out_of_track=bool(any_of & 0x10),
        sensor_alarm=bool(any_of & 0x08),
        low_perfusion=0x04 in colours,
        marginal_perfusion=0x06 in colours,
    )


def _second_status(byte: int) -> dict[str, bool]:
    if byte & 0x80:
        raise _ImpossibleError
    return {"battery_low": bool(byte & 0x01), "battery_critical": bool(byte & 0x02)}


def _rate(data: list[int] | bytes, at: int) -> float | None:
    """Zero is no data: it lies below what is measured, and modules without a display value send it."""
    if data[at + 1] & 0x80:
        raise _ImpossibleError
    rate = (data[at] & 0x03) << 7 | data[at + 1]
    if rate in (0, _NO_RATE):
        return None
    if rate not in _RATES:
        raise _ImpossibleError
    return float(rate)


def _saturation(byte: int) -> float | None:
    if byte in (0, _NO_SATURATION):
        return None
    if byte > 100:
        raise _ImpossibleError
    return float(byte)
