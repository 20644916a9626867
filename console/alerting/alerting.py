"""All alarm managers of a ward: a sender for each, started and stopped together."""

from __future__ import annotations

from collections.abc import Sequence

from console.alerting.sender import ManagerSender
from console.clock import Clock
from console.config_alerting import AlarmManagerConfig
from console.link.snapshot import ManagerView
from console.store.outbox import Outbox
from console.store.store import Store


class Alerting:
    """Sends between `start` and `stop` what the store queues (console.alerting.routing)."""

    def __init__(self, managers: Sequence[AlarmManagerConfig], store: Store, outbox: Outbox, clock: Clock) -> None:
        self._outbox = outbox
        self._clock = clock
        self._names = [manager.name for manager in managers]
        self._senders = [ManagerSender(manager, store, outbox, clock) for manager in managers]

    def start(self) -> None:
        """Let go what waits for managers that have left the configuration, and send what waits for the others."""
        self._outbox.leave(self._names, self._clock.utc())
        for sender in self._senders:
            self._outbox.listen(sender.wake)
            sender.start()

    def stop(self) -> None:
        """End every sender; what is not answered stays in the outbox."""
        for sender in self._senders:
            sender.stop()

    def views(self) -> tuple[ManagerView, ...]:
        """Every manager as it is now, in the order of the configuration."""
        return tuple(sender.view() for sender in self._senders)
