"""What can fail in the console itself: storage, sound, clock, a listener; each a technical alarm with its own text."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

from console.alarms.alarm import Alarm, Condition, Presence, Priority
from console.alarms.technical_gateway import HEARTBEAT, GatewayWatch
from console.alarms.technical_text import GATEWAY, MANAGER, system_condition
from console.link.snapshot import ManagerView, SourceView
from console.store.records import AuditEntry
from console.ward.source import SourceState

CLOCK_STEP_S = 2.0
"""A wall clock that moves by more than this against the monotonic clock has stepped (interface design, section 14)."""

REFUSED_S = 60.0
"""A step that an alarm manager has refused is told for so long; its alarm stays until somebody has answered it."""

CLOCK_NOTICE_S = 900.0
"""A clock step is shown for so long; the audit trail keeps it."""


def unheard(sources: Iterable[SourceView], lost: Collection[str]) -> set[str]:
    """Sources that tell nothing now: gateways that are gone, and those whose link is lost or stopped."""
    return {*lost, *(view.name for view in sources if view.state in (SourceState.LOST, SourceState.STOPPED))}


class SystemWatch:
    """Turns the health of the console into conditions. Pure: everything is passed in.

    pace: engine seconds per real second.
    """

    def __init__(self, pace: float = 1.0) -> None:
        self.clock_step_s = 0.0
        self._pace = pace
        self._gateways: dict[str, GatewayWatch] = {}
        self._accepted: float | None = None
        self._found: dict[str, Condition] = {}
        self._clock_until: float | None = None
        self._failure = ""
        self._sends = False

    def check(
        self, store_failure: str, step_s: float, sources: Sequence[SourceView], now: float, utc: datetime
    ) -> list[AuditEntry]:
        """Look at everything once a second. What belongs into the audit trail is returned."""
        entries = self._check_clock(step_s, now, utc)
        self._check_store(store_failure)
        self._check_listeners(sources)
        self._check_sender_clocks(sources)
        return entries

    def restore(self, alarms: Iterable[Alarm], now: float) -> None:
        """Take up the gateways that were lost before a restart: what has not been heard is still lost."""
        for alarm in alarms:
            key = alarm.condition.key.removeprefix("technical:")
            if key.startswith(GATEWAY) and alarm.presence is Presence.ACTIVE:
                watch = GatewayWatch(key.removeprefix(GATEWAY), now, self._pace)
                watch.restore()
                self._gateways[watch.name] = watch

    def look_at_gateways(self, sources: Sequence[SourceView], occupied: Collection[str], now: float) -> set[str]:
        """Judge every listening feed, once a second; names of those that are lost. occupied: beds with a patient."""
        listening = {view.name: view for view in sources if view.kind == "hl7" and view.interval_s > 0}
        known = self._gateways
        self._gateways = {name: known.get(name) or GatewayWatch(name, now, self._pace) for name in listening}
        lost = {}
        for name, view in listening.items():
            watch = self._gateways[name]
            here = any(bed in occupied for bed in view.beds)
            watch.look(
                view.last_heard_stamp,
                view.connections,
                view.interval_s,
                now,
                occupied=here,
                heartbeats=view.heartbeats,
            )
            condition = watch.condition(len(view.beds))
            # A feed that cannot listen, or was stopped, has said so itself.
            if condition is not None and view.state not in (SourceState.LOST, SourceState.STOPPED):
                lost[f"{GATEWAY}{name}"] = condition
        for key in [k for k in self._found if k.startswith(GATEWAY) and k not in lost]:
            del self._found[key]
        for key, condition in lost.items():
            if self._found.get(key) != condition:
                self._found[key] = condition
        # One heartbeat that stops does not say that the beds of the others are cut off too.
        return {name for name in (key.removeprefix(GATEWAY) for key in lost) if self._gateways[name].cause != HEARTBEAT}

    def look_at_managers(self, managers: Sequence[ManagerView], now: float) -> None:
        """Judge every alarm manager, once a second: alarms that do not reach it, and those it would not take."""
        self._sends = bool(managers)
        late = {v.name: v for v in managers if v.waiting_stamp is not None and now - v.waiting_stamp > v.alarm_after_s}
        refused = {
            v.name: v
            for v in managers
            if v.refused_stamp is not None and now - v.refused_stamp < REFUSED_S * self._pace
        }
        self._keep(f"{MANAGER}waiting:", {f"{MANAGER}waiting:{name}" for name in late})
        self._keep(f"{MANAGER}refused:", {f"{MANAGER}refused:{name}" for name in refused})
        advice = "Nobody is called from here: watch this screen, tell the staff, and call the engineer."
        for name, view in late.items():
            why = view.last_error or "no answer"
            self._set(f"manager waiting:{name}", Priority.MEDIUM, f"Alarms do not reach {name}", why, advice)
        for name, view in refused.items():
            text = f"{name} refused an alarm"
            self._set(f"manager refused:{name}", Priority.MEDIUM, text, view.refused_text, advice)

    def notice(self, text: str) -> None:
        """Something that happened before the start and that a person must hear of: stands until the next start."""
        self._set(f"notice:{text}", Priority.MEDIUM, text, "", "Call the engineer.")

    def sound(self, station: str, working: bool, detail: str) -> bool:
        """A screen says whether its alarm sound works; True when that is news."""
        key = f"sound:{station}"
        known = key in self._found
        if working:
            self._found.pop(key, None)
        elif not known or self._found[key].detail != detail:
            self._found[key] = system_condition(
                key,
                Priority.MEDIUM,
                f"No alarm sound – {station}",
                detail,
                "Check loudspeaker and volume; watch the screen.",
            )
        return working is known

    def conditions(self) -> tuple[Condition, ...]:
        """What is wrong now."""
        return tuple(self._found.values())

    def _set(self, key: str, priority: Priority, text: str, detail: str, advice: str) -> None:
        before = self._found.get(key)
        if before is None or (before.priority, before.text, before.detail) != (priority, text, detail):
            self._found[key] = system_condition(key, priority, text, detail, advice)

    def _check_store(self, failure: str) -> None:
        if failure:
            self._set(
                "store",
                Priority.MEDIUM,
                failure,
                # What is not recorded is not queued: the two are one transaction.
                "Alarms still work here; none leaves for an alarm manager." if self._sends else "Alarms still work.",
                "Free space on the disk or call the engineer; what happens now may be missing from the record.",
            )
        else:
            self._found.pop("store", None)

    def _check_clock(self, step_s: float, now: float, utc: datetime) -> list[AuditEntry]:
        entries = []
        moved = 0.0 if self._accepted is None else step_s - self._accepted
        # A slow drift is followed, a jump is told.
        self._accepted = step_s
        if abs(moved) >= CLOCK_STEP_S:
            self.clock_step_s += moved
            self._clock_until = now + CLOCK_NOTICE_S
            words = f"{abs(moved):.0f} s {'forward' if moved > 0 else 'back'}"
            told = f"The clock of this computer jumped {words}."
            before = (utc - timedelta(seconds=moved)).isoformat(timespec="seconds")
            after = utc.isoformat(timespec="seconds")
            entries.append(AuditEntry(utc, "system", "clock step", "", told, before=before, after=after))
            self._set(
                "clock",
                Priority.LOW,
                f"Clock jumped {words}",
                "Alarm delays and ages are not affected; times in the record are.",
                "Check the time server of this computer.",
            )
        elif self._clock_until is not None and now > self._clock_until:
            self._clock_until = None
            self._found.pop("clock", None)
        return entries

    def _check_listeners(self, sources: Sequence[SourceView]) -> None:
        down = {
            f"listener:{view.name}": view
            for view in sources
            if view.kind == "hl7" and view.state in (SourceState.LOST, SourceState.STOPPED) and view.last_error
        }
        self._keep("listener:", down)
        for key, view in down.items():
            self._set(
                key,
                Priority.MEDIUM,
                f"HL7 listener not working – {view.name}",
                view.last_error,
                "Nothing arrives from this feed: watch the bedside monitors and call the engineer.",
            )

    def _check_sender_clocks(self, sources: Sequence[SourceView]) -> None:
        wrong = {f"sender clock:{view.name}": view for view in sources if view.clock_skew_s}
        self._keep("sender clock:", wrong)
        for key, view in wrong.items():
            # In whole ten seconds: a drifting clock is one condition, not a new text every second.
            seconds = round(abs(view.clock_skew_s), -1)
            side = "ahead" if view.clock_skew_s > 0 else "behind"
            self._set(
                key,
                Priority.MEDIUM,
                f"Clock of {view.name} is wrong",
                f"about {seconds:.0f} s {side} of this computer",
                "Values may be shown as old: set the clock of the sender.",
            )

    def _keep(self, prefix: str, present: Collection[str]) -> None:
        for key in [k for k in self._found if k.startswith(prefix) and k not in present]:
            del self._found[key]
