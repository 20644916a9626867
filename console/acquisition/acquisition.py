"""Runs every source and listener of a configuration, and changes sources one by one while the others go on."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Iterable

from console.acquisition.feed import Feed
from console.acquisition.lines import line_key
from console.acquisition.listeners import ListenerThread
from console.acquisition.source import SourceThread
from console.clock import Clock
from console.config import Config, ConfigError, SourceConfig
from console.config_hl7 import Hl7ListenerConfig
from console.engine.items import Item
from console.engine.plan import first_view, first_views
from console.link.snapshot import SourceView
from console.store.store import Store
from console.ward.occupancy import Occupancy
from drivers.registry import DriverError

JOIN_S = 8.0
"""Longest wait for the thread of a source: connecting over TCP takes up to five seconds, sending two."""


class Acquisition:
    """Everything that reads from outside. put: takes items for the engine. Raises ConfigError for a driver or its
    settings that cannot be used. occupancy: asked by the feeds for who is admitted where.

    `withdraw` and `deploy` are called by one thread at a time; the views may be asked for from any.
    """

    def __init__(
        self,
        config: Config,
        store: Store,
        put: Callable[[Item], bool],
        clock: Clock,
        occupancy: Callable[[], Occupancy] = Occupancy,
    ) -> None:
        self._put = put
        self._clock = clock
        self._leaving: list[SourceThread] = []
        self._sources = {source.name: self._made(source) for source in config.source}
        self._occupancy = occupancy
        self._store = store
        self._listeners = self._made_listeners(config) if config.hl7_listener else None
        self._lock = threading.Lock()
        self._ended = False

    def start(self) -> None:
        """Start every source and listener. One that cannot connect is a state, not an error."""
        try:
            for source in self._sources.values():
                source.start()
        except DriverError as error:
            self.stop()
            raise ConfigError(str(error)) from error
        if self._listeners is not None:
            self._listeners.start()

    def stop(self) -> None:
        """End every source and listener; what they have handed on is not lost."""
        with self._lock:
            self._ended = True
            ending = [*self._sources.values(), *self._leaving]
            for source in ending:
                source.ask_to_stop()
            if self._listeners is not None:
                self._listeners.stop()
                self._listeners = None
            for source in ending:
                source.join(JOIN_S)

    def _made_listeners(self, config: Config) -> ListenerThread:
        views = {view.name: view for view in first_views(config)}
        feeds = [(feed, self._made_feed(feed, views[feed.name])) for feed in config.hl7_listener]
        return ListenerThread(feeds, self._clock.utc, self._clock.now)

    def _made_feed(self, feed: Hl7ListenerConfig, view: SourceView) -> Feed:
        return Feed(feed, view, self._store, self._put, self._clock, self._occupancy)

    # --- changes -------------------------------------------------------------------------------------------------

    def withdraw(self, names: Collection[str]) -> None:
        """End these sources and listeners. When this returns nothing of theirs reaches the engine any more, and their
        lines are free unless one hangs: then whoever gets the line next waits for it."""
        with self._lock:
            ending = [source for name, source in self._sources.items() if name in names]
            for source in ending:
                source.retire()
            until = time.monotonic() + JOIN_S
            for source in ending:
                source.join(max(0.0, until - time.monotonic()))
            self._leaving = [source for source in (*self._leaving, *ending) if source.running]
            if self._listeners is not None:
                self._listeners.withdraw(names)

    def narrow(self, listeners: Iterable[Hl7ListenerConfig]) -> None:
        """These listeners go on with fewer beds or codes until `deploy`. When this returns, nothing is on its way to
        the engine any more that was read as before."""
        with self._lock:
            if self._listeners is not None:
                for wanted in listeners:
                    self._listeners.rebind(wanted)

    def deploy(self, config: Config) -> None:
        """Run the sources and listeners of this configuration: those that were withdrawn or are new are started, those
        of which only the confirmed device, beds or codes have changed are told, all others are not touched. One that is
        not in the configuration, or is another one there, has to be withdrawn before. Raises ConfigError."""
        with self._lock:
            if self._ended:
                return
            sources = {}
            for wanted in config.source:
                running = self._sources.get(wanted.name)
                if running is None or running.retired:
                    running = self._made(wanted)
                    self._start(running)
                elif running.config != wanted:
                    running.bind(wanted)
                sources[wanted.name] = running
            self._sources = sources
            self._deploy_listeners(config)

    def _deploy_listeners(self, config: Config) -> None:
        if self._listeners is None:
            if config.hl7_listener:
                self._listeners = self._made_listeners(config)
                self._listeners.start()
            return
        running = self._listeners.configured()
        views = {view.name: view for view in first_views(config)}
        for wanted in config.hl7_listener:
            before = running.get(wanted.name)
            if before is None:
                self._listeners.add(wanted, self._made_feed(wanted, views[wanted.name]))
            elif before != wanted:
                self._listeners.rebind(wanted, views[wanted.name])

    def _made(self, config: SourceConfig) -> SourceThread:
        key = line_key(config)
        before = [old for old in self._leaving if old.running and line_key(old.config) == key]
        try:
            return SourceThread(config, first_view(config), self._put, self._clock, before)
        except DriverError as error:
            raise ConfigError(f"source '{config.name}': {error}") from error

    @staticmethod
    def _start(source: SourceThread) -> None:
        try:
            source.start()
        except DriverError as error:
            raise ConfigError(f"source '{source.config.name}': {error}") from error

    # --- what a person sees --------------------------------------------------------------------------------------

    def source(self, name: str) -> SourceThread | None:
        """A source by its name, None when there is none (a listener is none)."""
        return self._sources.get(name)

    def views(self) -> list[SourceView]:
        """Every source at this moment, in the order of the configuration. From any thread."""
        views = [source.view() for source in self._sources.values()]
        listeners = self._listeners
        return views if listeners is None else views + listeners.views()

    def listening(self, name: str) -> tuple[str, int] | None:
        """Host and port of a listener, None while it has none."""
        return None if self._listeners is None else self._listeners.address(name)
