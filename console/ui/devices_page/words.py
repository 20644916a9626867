"""Words and order of the device page: states, what to do about them, lines and ages. Free of Qt."""

from __future__ import annotations

from collections.abc import Sequence

from console.config import ReplayTransport, SdcTransport, SerialTransport, SourceConfig
from console.link.snapshot import SourceView
from console.ui import wording
from console.ward.source import SourceState
from drivers.driver import SerialSettings

STATE_TEXT: dict[SourceState, str] = {
    SourceState.CONNECTED: "✓  Live",
    SourceState.CONNECTING: "…  Waiting for the device",
    SourceState.SILENT: "?  Silent, nothing comes",
    SourceState.MALFORMED: "?  Unreadable data",
    SourceState.WRONG_DEVICE: "✕  Another device",
    SourceState.LOST: "✕  Connection lost",
    SourceState.STOPPED: "–  Stopped",
}
_ORDER = (
    SourceState.WRONG_DEVICE,
    SourceState.LOST,
    SourceState.MALFORMED,
    SourceState.SILENT,
    SourceState.STOPPED,
    SourceState.CONNECTING,
    SourceState.CONNECTED,
)
WHAT_TO_DO: dict[SourceState, str] = {
    SourceState.CONNECTING: "The line is being opened or the device is being asked. Nothing to do yet.",
    SourceState.SILENT: "The line is open and nothing comes: check that the device is on and set to send.",
    SourceState.MALFORMED: "What comes cannot be read: check the driver and the line settings (baud, parity).",
    SourceState.WRONG_DEVICE: "Its values are not taken. Compare with the monitor at the bed, then confirm the device, "
    "or put the right device back.",
    SourceState.LOST: "Check plug and cable; the console tries again by itself.",
    SourceState.STOPPED: "An engineer has stopped it: nothing of it is charted or alarmed. Press Start to go on.",
}

PARITY = {"N": "None", "E": "Even", "O": "Odd", "M": "Mark", "S": "Space"}

LARGE = (1 << 20, "MB"), (1 << 10, "kB")


def troubled(source: SourceView) -> bool:
    """Something for an engineer to look at: not live, or values were put aside, or places are unknown."""
    return source.state not in (SourceState.CONNECTED, SourceState.CONNECTING) or bool(
        source.quarantined or source.unknown_locations or source.clock_skew_s
    )


def in_order(sources: Sequence[SourceView]) -> list[SourceView]:
    """Problems first: by state, then those with anything put aside, then by bed and name."""
    return sorted(sources, key=lambda s: (_ORDER.index(s.state), not troubled(s), s.beds, s.name))


def state_text(source: SourceView) -> str:
    """The state in words; a live source that puts values aside, and one that is recorded, say so."""
    text = STATE_TEXT[source.state]
    if source.state is SourceState.CONNECTED and troubled(source):
        text = "?  Live, values put aside"
    return f"{text} · recording" if source.recording else text


def value_age(source: SourceView, now: float) -> str:
    """Age of the newest value."""
    if source.last_value_stamp is None:
        return "never"
    return wording.age_text(now - source.last_value_stamp)


def count_text(number: int) -> str:
    """A count with thin gaps: "15 482"."""
    return f"{number:,}".replace(",", " ")


def size_text(number: int) -> str:
    """Bytes in one unit: "11.9 MB"."""
    for size, unit in LARGE:
        if number >= size:
            return f"{number / size:.1f} {unit}"
    return f"{number} bytes"


def line_settings_text(serial: SerialSettings) -> str:
    """Line settings as engineers write them: "9600 8N1, RTS/CTS"."""
    flow = [word for on, word in ((serial.rtscts, "RTS/CTS"), (serial.xonxoff, "XON/XOFF")) if on]
    return ", ".join([f"{serial.baud} {serial.bytesize}{serial.parity}{serial.stopbits}", *flow])


def transport_text(source: SourceConfig) -> str:
    """Where a source reads from: its port, its address, or its file."""
    transport = source.transport
    if isinstance(transport, SerialTransport):
        return transport.port
    if isinstance(transport, ReplayTransport):
        return f"{transport.file} (replayed)"
    if isinstance(transport, SdcTransport):
        return transport.epr
    return f"{transport.host}:{transport.port}"


def bound_text(kind: str, adapter: str | None, device: str | None) -> str:
    """What a source is pinned to, and what cannot be noticed because nothing told a serial number."""
    if kind == "replay":
        return "Bound to the file: a recording is no device."
    told = f"device serial number {device}" if device else ""
    if kind == "serial":
        told = " and ".join(part for part in (f"adapter {adapter}" if adapter else "", told) if part)
    if not told:
        return "Bound to the name of the line alone: no serial number is told, so an exchanged device is not noticed."
    unknown = "" if device else " The device tells no serial number: another of its kind cannot be noticed."
    return f"Bound to {told}.{unknown}"
