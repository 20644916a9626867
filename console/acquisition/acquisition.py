"""Starts and stops every source and listener of a configuration."""

from __future__ import annotations

import threading
from collections.abc import Callable

from console.acquisition.feed import Feed
from console.acquisition.listeners import ListenerThread
from console.acquisition.source import SourceThread
from console.clock import Clock
from console.config import Config, ConfigError
from console.engine.items import Item
from console.engine.plan import first_views
from console.link.snapshot import SourceView
from console.store.store import Store
from drivers.registry import DriverError

JOIN_S = 5.0


class Acquisition:
    """Everything that reads from outside. put: takes items for the engine. Raises ConfigError for a driver or its
    settings that cannot be used."""

    def __init__(self, config: Config, store: Store, put: Callable[[Item], bool], clock: Clock) -> None:
        views = {view.name: view for view in first_views(config)}
        try:
            self._sources = [SourceThread(source, views[source.name], put, clock) for source in config.source]
        except DriverError as error:
            raise ConfigError(str(error)) from error
        feeds = [(feed, Feed(feed, views[feed.name], store, put, clock)) for feed in config.hl7_listener]
        self._listeners = ListenerThread(feeds, clock.utc) if feeds else None
        self._lock = threading.Lock()

    def start(self) -> None:
        """Start every source and listener. One that cannot connect is a state, not an error."""
        try:
            for source in self._sources:
                source.start()
        except DriverError as error:
            self.stop()
            raise ConfigError(str(error)) from error
        if self._listeners is not None:
            self._listeners.start()

    def stop(self) -> None:
        """End every source and listener; what they have handed on is not lost."""
        with self._lock:
            for source in self._sources:
                source.ask_to_stop()
            if self._listeners is not None:
                self._listeners.stop()
                self._listeners = None
            for source in self._sources:
                source.join(JOIN_S)

    def views(self) -> list[SourceView]:
        """Every source at this moment, in the order of the configuration. From any thread."""
        views = [source.view() for source in self._sources]
        listeners = self._listeners
        return views if listeners is None else views + listeners.views()

    def listening(self, name: str) -> tuple[str, int] | None:
        """Host and port of a listener, None while it has none."""
        return None if self._listeners is None else self._listeners.address(name)
