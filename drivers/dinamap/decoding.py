"""What is known of a block of the Dinamap Pro 1000: beats, breaths and alarms in its status byte.

The vital signs travel in the slow data, three bytes a block. Their table stands in the manufacturer's manual, which
was not at hand, so they are not read: a number guessed from a capture is no measurement. The waves are not read
either, and no rate is computed from beats or breaths.

Source: Zeriam/dinamap-reader (meaning of the status bits); the other bits of the status are unknown.
"""

from __future__ import annotations

from dataclasses import dataclass

from drivers.dinamap.framing import Block
from drivers.observation import AlertPriority, DeviceAlert

_QRS, _BREATH = 0x06, 0x18
"""Bits that change with every QRS complex and every breath that the monitor detects; their state says nothing."""

ALERTS: dict[int, DeviceAlert] = {
    0x40: DeviceAlert("crisis_alarm", "Crisis alarm", priority=AlertPriority.HIGH),
    0x20: DeviceAlert("warning_alarm", "Warning alarm", priority=AlertPriority.MEDIUM),
}


def active_alerts(block: Block) -> list[DeviceAlert]:
    """The alarms that the monitor has while it sends this block; it does not say which parameter they are about."""
    return [alert for bit, alert in ALERTS.items() if block.status & bit]


@dataclass(slots=True)
class Detections:
    """What the monitor has detected since the link came up, at least: in lost blocks nothing can be seen."""

    qrs: int = 0
    breaths: int = 0

    def count(self, last: Block, block: Block) -> None:
        """Count what has changed from one block to the next one that arrived."""
        changed = last.status ^ block.status
        self.qrs += bool(changed & _QRS)
        self.breaths += bool(changed & _BREATH)
