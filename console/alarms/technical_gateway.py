"""A gateway that many beds hang on: one alarm when it is gone, not one for each of its beds. Pure: time is passed in.

Detector specification, section 6: "server/gateway heartbeat lost 10 s: MEDIUM on every client". An HL7 feed has no
heartbeat of its own. Two things stand for it: any message, whoever it speaks of, judged by the rate the feed is
configured with; and the connection, where the sender keeps one open between its messages. Decision: while the gateway
is lost its beds keep a low alarm of their own each (their values are not live, and a tile says so by itself), which
neither sounds nor has a chip: sixteen medium alarms with one cause teach people to silence alarms. What the patterns
can no longer watch is still told bed by bed (detector_health).
"""

from __future__ import annotations

from collections.abc import Sequence

from console.alarms.alarm import Condition, Priority
from console.alarms.technical_source import LEAST_REAL_S, late_after, stands_after
from console.alarms.technical_text import GATEWAY, system_condition
from console.ward.source import Heartbeat

CLOSED_S = 9.0
"""A connection that was kept open is gone for so long: judged once a second, told within ten."""

HELD_S = 30.0
"""A sender that keeps a connection open for so long does not open one for every message."""


HEARTBEAT = "heartbeat"
HEARTBEAT_INTERVALS = 2.0
HEARTBEAT_LEAST_S = 10.0
"""A sender of heartbeats is lost after two of its intervals, ten seconds at least (reliability scoreboard, row 7)."""


class GatewayWatch:
    """One gateway. started: engine time from which a first word is waited for. pace: engine seconds per real second."""

    def __init__(self, name: str, started: float, pace: float = 1.0) -> None:
        self.name = name
        self._pace = pace
        self._started = started
        self._heard: float | None = None
        self._open_since: float | None = None
        self._closed_since: float | None = None
        self._holds = False
        self._cause = ""
        self._heard_before: float | None = None
        self._overdue: tuple[Heartbeat, ...] = ()

    @property
    def cause(self) -> str:
        """Why it counts as lost: "closed", "silent", "restart", "heartbeat", or "" while it does not."""
        return self._cause

    def restore(self) -> None:
        """It was lost before a restart: it is until it is heard."""
        self._cause = "restart"

    def look(
        self,
        heard: float | None,
        connections: int,
        interval_s: float,
        now: float,
        *,
        occupied: bool,
        heartbeats: Sequence[Heartbeat] = (),
    ) -> None:
        """Judge it. heard: engine time of the newest message of any kind; connections: open ones; occupied: a patient

        lies at one of its beds, without whom a gateway that has never spoken is not missed;
        heartbeats: who sends them.
        """
        self._heard = heard
        self._follow_connections(connections, now)
        self._overdue = tuple(beat for beat in heartbeats if self._is_overdue(beat, now))
        if self._cause and self._cause != HEARTBEAT and heard == self._heard_before:
            return  # lost until it is heard: a connection that comes back and says nothing ends nothing
        self._cause = self._judge(interval_s, now, occupied) or (HEARTBEAT if self._overdue else "")
        if self._cause and self._cause != HEARTBEAT:
            self._heard_before = heard
            self._holds = False  # whether it keeps its connection has to be seen anew

    def _follow_connections(self, connections: int, now: float) -> None:
        if connections:
            self._open_since = now if self._open_since is None else self._open_since
            self._closed_since = None
            self._holds = self._holds or now - self._open_since >= HELD_S * self._pace
        else:
            self._open_since = None
            self._closed_since = now if self._closed_since is None else self._closed_since

    def _is_overdue(self, beat: Heartbeat, now: float) -> bool:
        # Looked at once a second: told within its time.
        limit = max(HEARTBEAT_INTERVALS * beat.interval_s, HEARTBEAT_LEAST_S * self._pace)
        return now - beat.last_stamp > limit - self._pace

    def _judge(self, interval_s: float, now: float, occupied: bool) -> str:
        least = LEAST_REAL_S * self._pace if self._pace > 1.0 else 0.0
        if self._heard is None:
            return "silent" if occupied and now - self._started > max(stands_after(interval_s), least) else ""
        closed = self._closed_since
        if self._holds and closed is not None and now - max(closed, self._heard) >= CLOSED_S * self._pace:
            return "closed"
        return "silent" if now - self._heard >= max(late_after(interval_s), least) else ""

    def condition(self, beds: int) -> Condition | None:
        """The alarm while it is lost. beds: how many hang on it."""
        if not self._cause:
            return None
        hanging = f"{beds} {'bed' if beds == 1 else 'beds'}"
        if self._cause == HEARTBEAT:
            first = self._overdue[0]
            others = f" and {len(self._overdue) - 1} more" if len(self._overdue) > 1 else ""
            every = f"one every {first.interval_s:.0f} s was sent before"
            return system_condition(
                f"{GATEWAY}{self.name}",
                Priority.MEDIUM,
                f"Gateway heartbeat lost – {self.name}",
                f"no heartbeat of {first.sender[:60]}{others}: {every}; {hanging}",
                "Its alarms and values may not arrive: watch the bedside monitors and call the engineer.",
            )
        why = {
            "closed": "its connection is closed",
            "silent": "no message arrives",
            "restart": "not heard since the console was started",
        }[self._cause]
        return system_condition(
            f"{GATEWAY}{self.name}",
            Priority.MEDIUM,
            f"Gateway lost – {self.name}",
            f"{why}; {hanging}",
            "Nothing arrives from its beds: watch the bedside monitors and call the engineer.",
        )
