"""The engine's thread: takes what waits, lets the core judge it, and publishes the picture of the ward."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from datetime import datetime, timedelta
from uuid import uuid4

from console.alarms.alarm import Transition
from console.alarms.alarm_rules import AlarmRules
from console.clock import Clock
from console.config import Config
from console.engine.commands import CommandHandler
from console.engine.core import WardCore
from console.engine.intake import Intake
from console.engine.items import Item, Replan, TrendRead
from console.engine.plan import plan_ward
from console.engine.trend import MINUTES
from console.link.commands import Ask
from console.link.inprocess import NO_ENGINE, InProcessLink
from console.link.people import Gate
from console.link.snapshot import ManagerView, SourceView, WardSnapshot
from console.store.records import Trend
from console.store.store import Store
from console.ward.occupancy import Occupancy
from drivers.observation import Parameter

log = logging.getLogger(__name__)

TICK_S = 1.0
SHORTEST_TICK_S = 0.1
"""Real seconds between two ticks at the least, however fast a demonstration runs."""

PUBLISH_S = 0.05
"""Real seconds between two pictures at the least. A picture costs only the beds that changed, and a value must reach
the screen within 150 ms."""


class Engine:
    """One ward on one thread.

    sources: asked once a second for the state of every source; set before `start`. gate: decides whether a command is
    taken, all are where it is left out. Raises ConfigError when the
    configuration names a driver that is not there.
    """

    def __init__(self, config: Config, store: Store, clock: Clock, rules: AlarmRules, gate: Gate | None = None) -> None:
        self._store = store
        self._clock = clock
        self._intake = Intake()
        self._links: list[InProcessLink] = []
        self._core = WardCore(
            plan_ward(config, clock.speed), store, rules, lambda: uuid4().hex, self._emit, clock.now(), clock.speed
        )
        self._commands = CommandHandler(self._core, gate)
        self._sources: Callable[[], Sequence[SourceView]] | None = None
        self._managers: Callable[[], Sequence[ManagerView]] = tuple
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._snapshot = self._core.snapshot(clock.now(), clock.utc())
        self._occupancy = self._core.occupancy()

    def watch_sources(self, sources: Callable[[], Sequence[SourceView]]) -> None:
        """Where the state of the sources comes from."""
        self._sources = sources

    def watch_managers(self, managers: Callable[[], Sequence[ManagerView]]) -> None:
        """Where the state of the alarm managers comes from; set before `start`."""
        self._managers = managers

    def notice(self, text: str) -> None:
        """Show a technical alarm from the start on: what the store found when it was opened. Call before `start`."""
        self._core.watch.notice(text)

    def put(self, item: Item) -> bool:
        """Hand something to the engine, from any thread; False when it takes nothing more."""
        return self._intake.put(item)

    def replan(self, config: Config, rebound: Sequence[tuple[str, str]], by: str, reason: str) -> Future[str]:
        """Bring changed beds and sources into force, behind everything that has been put so far.

        See console.engine.items.Replan; the future gives "" or the sentence of a refusal. Raises ConfigError when the
        configuration names a driver that is not there.
        """
        done: Future[str] = Future()
        plan = plan_ward(config, self._clock.speed)
        if not self._intake.put(Replan(plan, tuple(rebound), by, reason, done)):
            done.set_result(NO_ENGINE)
        return done

    def start(self) -> None:
        """Read open stays and alarms from the store, then run. Raises what the store raises."""
        now, utc = self._clock.now(), self._clock.utc()
        self._core.restore(self._store.restore(), now, utc)
        self._snapshot = self._core.snapshot(now, utc)
        self._occupancy = self._core.occupancy()
        self._thread = threading.Thread(target=self._run, name="engine", daemon=True)
        self._thread.start()
        for name in self._core.occupied():
            self._ask_trend(name, utc)

    def stop(self) -> None:
        """Handle what waits and end the thread; commands after that are refused."""
        self._intake.close()
        self._stop.set()
        self._intake.wake()
        if self._thread is not None:
            self._thread.join(timeout=10.0)
            self._thread = None
        self._handle(self._intake.take(0.0))

    def link(self) -> InProcessLink:
        """A way in for one screen; each gets every transition from now on."""
        made = InProcessLink(self._store, self._clock.now, self.snapshot, self._intake.put)
        self._links = [*self._links, made]
        return made

    def snapshot(self) -> WardSnapshot:
        """The newest picture."""
        return self._snapshot

    def occupancy(self) -> Occupancy:
        """Who is admitted where, after the newest item; for the feeds, from any thread."""
        return self._occupancy

    def _ask_trend(self, bed: str, utc: datetime) -> None:
        """The hours before the start, for the tile; a screen without them shows a gap, nothing waits for it."""
        start = utc - timedelta(minutes=MINUTES + 1)
        patient = self._core.beds[bed].patient
        if patient is not None and patient.moved_at is not None:
            start = max(start, patient.moved_at)  # before, somebody else lay here

        def read(answer: Future[Trend]) -> None:
            error = None if answer.cancelled() else answer.exception()
            if error is not None:
                log.warning("the trend of %s could not be read: %s", bed, error)
            elif not answer.cancelled():
                self._intake.put(TrendRead(bed, answer.result()))

        self._store.trend(bed, (Parameter.HR, Parameter.PR), start, utc).add_done_callback(read)

    def _emit(self, transitions: Sequence[Transition]) -> None:
        for link in self._links:
            link.deliver(transitions)

    def _run(self) -> None:
        tick = publish = 0.0
        changed = True
        while not self._stop.is_set():
            items = self._intake.take(self._patience(tick, publish if changed else None))
            real = time.monotonic()
            try:
                changed = self._handle(items) or changed
                if real >= tick:
                    self._tick()
                    tick, changed = self._next_tick(real), True
                if changed and real >= publish:
                    self._publish()
                    publish, changed = real + PUBLISH_S, False
            except Exception:  # the engine must go on for the other beds; a screen sees a stalled picture otherwise
                log.exception("engine: one round failed")
                time.sleep(SHORTEST_TICK_S)

    def _handle(self, items: Sequence[Item]) -> bool:
        """Handle a batch and judge what it touched; True when there is something new to show."""
        now, utc = self._clock.now(), self._clock.utc()
        for item in items:
            try:
                if isinstance(item, Ask):
                    self._commands.handle(item, now, utc)
                else:
                    self._core.handle(item, now, utc)
            except Exception as error:  # noqa: BLE001 - it becomes a high alarm, and the next item has its turn
                self._core.fault("", error, now)
        if items:
            self._occupancy = self._core.occupancy()
        due = self._core.next_due()
        if not items and (due is None or due > now):
            return False
        self._core.settle(now, utc)
        return True

    def _tick(self) -> None:
        now, utc = self._clock.now(), self._clock.utc()
        step = utc.timestamp() - now
        self._core.tick(now, utc, step, self._sources() if self._sources else None, self._managers())

    def _publish(self) -> None:
        self._snapshot = self._core.snapshot(
            self._clock.now(), self._clock.utc(), self._intake.depth, self._intake.thinned
        )

    def _next_tick(self, real: float) -> float:
        """Ticks fall just after whole engine seconds: that is when a minute ends."""
        left = TICK_S - self._clock.now() % TICK_S
        return real + max(left / self._clock.speed, SHORTEST_TICK_S)

    def _patience(self, tick: float, publish: float | None) -> float:
        """Real seconds until something must happen even if nothing arrives."""
        real = time.monotonic()
        wait = tick - real
        if publish is not None:
            wait = min(wait, publish - real)
        due = self._core.next_due()
        if due is not None:
            wait = min(wait, (due - self._clock.now()) / self._clock.speed)
        return max(wait, 0.0)
