"""Device alerts are told when they begin and when they end; devices repeat them in every report."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from drivers.observation import DeviceAlert


class AlertChanges:
    """Turns "these alerts are active now" into what has changed since the last report."""

    def __init__(self) -> None:
        self._active: dict[DeviceAlert, None] = {}

    def update(self, active: Iterable[DeviceAlert]) -> tuple[DeviceAlert, ...]:
        """Alerts that ended (active False) and began, each group in the order of its report."""
        current = dict.fromkeys(active)
        ended = [replace(alert, active=False) for alert in self._active if alert not in current]
        begun = [alert for alert in current if alert not in self._active]
        self._active = current
        return (*ended, *begun)
