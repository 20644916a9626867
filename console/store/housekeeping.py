"""What the writer does when it has a moment: compacting, letting go of what is not kept, and having the audit trail
anchored. One small step at a time."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future

from sqlalchemy import Connection

from console.store.anchoring import LOOK_S
from console.store.archive import COMPACT_ROWS, compact, hot_streams
from console.store.errors import UNFIT
from console.store.purging import Plan, Purge

COMPACT_S = 180.0
PRUNE_S = 3600.0
FIRST_PRUNE_S = 60.0


class Housekeeping:
    """Decides what is due. plan, tell: of a purge (console.store.purging). anchor: has somebody look whether the audit
    trail is to be anchored, without waiting for it."""

    def __init__(
        self,
        plan: Callable[[], Future[Plan]],
        tell: Callable[[str, str], Future[None]],
        compact_s: float = COMPACT_S,
        prune_s: float = PRUNE_S,
        anchor: Callable[[], object] = lambda: None,
    ) -> None:
        now = time.monotonic()
        self.problem = ""
        self._anchor = anchor
        self._anchor_at = now + LOOK_S
        self._compact_s = compact_s
        self._streams: deque[int] = deque()
        self._purge = Purge(plan, tell, prune_s)
        # What an earlier run left behind is compacted at once.
        self._compact_at = now
        self._prune_at = now + min(FIRST_PRUNE_S, prune_s)

    @property
    def due_at(self) -> float:
        """Monotonic time of the next thing to do."""
        return min(self._compact_at, self._prune_at, self._anchor_at)

    def due(self, now: float) -> bool:
        """True when `step` has something to do."""
        return bool(self._streams) or now >= self.due_at

    def step(self, connection: Connection, now: float) -> None:
        """One stream compacted, or one slice of what is not kept let go, in a transaction of its own."""
        if now >= self._anchor_at:
            self._anchor_at = now + LOOK_S
            self._anchor()
        elif self._streams:
            self._compact_one(connection)
        elif now >= self._compact_at:
            with connection.begin():
                self._streams.extend(hot_streams(connection))
            self._compact_at = now + self._compact_s
        else:
            self._prune_at = self._purge.step(connection, now)

    def _compact_one(self, connection: Connection) -> None:
        try:
            with connection.begin():
                moved = compact(connection, self._streams[0])
        except UNFIT as error:
            # Samples that cannot be packed stay where they are, readable; the other streams go on.
            self.problem = f"samples of stream {self._streams.popleft()} cannot be packed: {error}"
            return
        if moved < COMPACT_ROWS:
            self._streams.popleft()
