"""How a source stands: what the engineer reads of its link, and how far its values may look live."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Liveness(StrEnum):
    """Age of a value or bed by the monotonic clock. STARTING: nothing has arrived yet and it is too early to say.

    LATE and NO_DATA are set by the engine from the source's own interval (console/alarms/technical.py).
    """

    STARTING = "starting"
    LIVE = "live"
    LATE = "late"
    NO_DATA = "no_data"


class SourceState(StrEnum):
    """State of a source as the engineer reads it.

    WRONG_DEVICE: the device tells another serial number than the one bound to the bed; its values are not taken.
    """

    CONNECTING = "connecting"
    CONNECTED = "connected"
    SILENT = "silent"
    MALFORMED = "malformed"
    WRONG_DEVICE = "wrong_device"
    LOST = "lost"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """A sender that sends heartbeats. last_stamp: engine time of the newest; interval_s: engine seconds between two."""

    sender: str
    last_stamp: float
    interval_s: float
