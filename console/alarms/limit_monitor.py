"""Holds one bed's values against their limits.

A limit alarm is one condition per parameter and side. It rises when the displayed value has been outside for the
whole delay, steps between medium and high priority without becoming another condition, and ends when a value is back
inside by the deadband. Missing, questionable or late values hold everything where it is: they neither raise nor clear.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from operator import is_

from console.alarms.alarm import Condition, Kind, Priority, Reason
from console.alarms.limits import ABOVE, BELOW, LimitRules, ParameterLimits, displayed
from drivers.observation import UNITS, Parameter, Status

SHORTEST_HOLD_S = 5.0
LONGEST_HOLD_S = 90.0
"""A value stands for 2.5 of its own reporting intervals within these bounds; an older one raises no alarm."""

APNOEA_ENDS_S = 60.0
"""A respiratory rate so long after a device last declared apnoea ends it, for devices that never say so."""

_VALID, _PULSE = Status.VALID, Parameter.PR
"""Members of an enum are slow to look up, and every value asks for these."""


class _Side:
    """One side of one parameter: how long it has been outside, and whether that is an alarm."""

    __slots__ = ("active", "condition", "high_since", "medium_since", "raised_value", "sign")

    def __init__(self, sign: int) -> None:
        self.sign = sign
        self.active: Priority | None = None
        self.condition: Condition | None = None
        self.medium_since: float | None = None
        self.high_since: float | None = None
        self.raised_value = math.nan


class _Tracker:
    """One parameter of one bed."""

    __slots__ = ("above", "below", "busy", "gap", "inner_high", "inner_low", "last", "limits", "value", "whose")

    def __init__(self, limits: ParameterLimits, whose: str) -> None:
        self.below, self.above = _Side(BELOW), _Side(ABOVE)
        self.last = -math.inf
        self.gap = math.inf
        self.value = math.nan
        self.busy = False
        self.set_limits(limits, whose)

    def set_limits(self, limits: ParameterLimits, whose: str) -> None:
        self.limits, self.whose = limits, whose
        for side in (self.below, self.above):
            if any(limit is not None for limit in limits.side(side.sign)):
                side.raised_value = math.nan  # what stands is told again, with the limit that now holds
        lows = [x for x in (limits.low, limits.very_low) if x is not None]
        highs = [x for x in (limits.high, limits.very_high) if x is not None]
        self.inner_low = max(lows, default=-math.inf)
        self.inner_high = min(highs, default=math.inf)

    @property
    def hold(self) -> float:
        """Seconds for which the newest value may still raise an alarm."""
        return min(max(2.5 * self.gap, SHORTEST_HOLD_S), LONGEST_HOLD_S)


class LimitMonitor:
    """Holds one bed's values against the limits. Pure: every time is engine time and passed in.

    `observe` is the hot path and does nothing but remember while a value lies inside; `advance` lets delays pass.
    """

    def __init__(self, rules: LimitRules) -> None:
        self._trackers = {p: _Tracker(limits, rules.origin(p)) for p, limits in rules.parameters.items()}
        self._busy: set[Parameter] = set()
        self._conditions: tuple[Condition, ...] = ()
        self._apnoea: dict[str, Condition] = {}
        self._apnoea_at = 0.0

    def set_rules(self, rules: LimitRules) -> None:
        """Use other limits from now on; what is active stays so until a value clears it by the new limits."""
        for parameter, limits in rules.parameters.items():
            tracker = self._trackers.get(parameter)
            if tracker is None:
                self._trackers[parameter] = _Tracker(limits, rules.origin(parameter))
            else:
                tracker.set_limits(limits, rules.origin(parameter))

    def judge_again(self, now: float) -> None:
        """Hold the newest values against limits that a person has just changed, without waiting for the next value.

        A value that is outside now begins its delay now; what no longer is outside stops waiting. Nothing that stands
        is ended by it: that takes a value received under the new limits, inside by the deadband.
        """
        for parameter, tracker in self._trackers.items():
            if math.isnan(tracker.value):
                continue
            for side in (tracker.below, tracker.above):
                medium, high = tracker.limits.side(side.sign)
                side.medium_since = _since(side.medium_since, _outside(tracker.value, medium, side.sign), now, False)
                side.high_since = _since(side.high_since, _outside(tracker.value, high, side.sign), now, False)
                if side.active is not None or side.medium_since is not None or side.high_since is not None:
                    tracker.busy = True
                    self._busy.add(parameter)

    def limits(self, parameter: Parameter) -> ParameterLimits | None:
        """The limits in force, or None when the parameter has none."""
        tracker = self._trackers.get(parameter)
        return tracker.limits if tracker else None

    def reset(self) -> None:
        """Forget every value and alarm: the next patient starts clean."""
        self._trackers = {p: _Tracker(tracker.limits, tracker.whose) for p, tracker in self._trackers.items()}
        self._busy.clear()
        self._apnoea.clear()
        self._conditions = ()

    def forget(self, parameters: Collection[Parameter], source: str) -> None:
        """A person has taken a source away or bound it to another device: what it measured is nobody's value here, and
        no value of it will ever clear what it raised."""
        for parameter in parameters:
            tracker = self._trackers.get(parameter)
            if tracker is not None:
                self._trackers[parameter] = _Tracker(tracker.limits, tracker.whose)
                self._busy.discard(parameter)
        self._apnoea.pop(source, None)
        self._collect()

    def observe(self, parameter: Parameter, value: float | None, status: Status, stamp: float) -> None:
        """Take a value received at `stamp` (engine seconds, never decreasing). Anything but a valid value is a gap."""
        tracker = self._trackers.get(parameter)
        if tracker is None or value is None or status is not _VALID:
            return
        if parameter is _PULSE and self._heart_rate_heard(stamp):
            self._stand_down(tracker)
            return
        shown = displayed(parameter, value)
        gap = stamp - tracker.last
        interrupted = gap > SHORTEST_HOLD_S and gap > tracker.hold and gap > tracker.limits.delay_s
        if gap > 0:
            tracker.gap = gap
            tracker.last = stamp
        tracker.value = shown
        if self._apnoea and parameter is Parameter.RR and shown > 0 and stamp - self._apnoea_at > APNOEA_ENDS_S:
            self._apnoea.clear()
            self._collect()
        if tracker.busy or not tracker.inner_low <= shown <= tracker.inner_high:
            self._judge(parameter, tracker, shown, stamp, interrupted)

    def _heart_rate_heard(self, stamp: float) -> bool:
        """True while the heart rate itself arrives: the pulse of the oximeter then is the same alarm a second time."""
        heart = self._trackers.get(Parameter.HR)
        return heart is not None and stamp - heart.last <= max(heart.hold, SHORTEST_HOLD_S)

    def _stand_down(self, tracker: _Tracker) -> None:
        """Leave a parameter to the one that speaks for it."""
        if not tracker.busy:
            return
        for side in (tracker.below, tracker.above):
            side.active = side.condition = side.medium_since = side.high_since = None
        tracker.busy = False

    def _judge(self, parameter: Parameter, tracker: _Tracker, shown: float, stamp: float, interrupted: bool) -> None:
        for side in (tracker.below, tracker.above):
            medium, high = tracker.limits.side(side.sign)
            side.medium_since = _since(side.medium_since, _outside(shown, medium, side.sign), stamp, interrupted)
            side.high_since = _since(side.high_since, _outside(shown, high, side.sign), stamp, interrupted)
            if side.active is not None:
                self._ease(side, shown, tracker.limits)
        tracker.busy = any(
            side.active is not None or side.medium_since is not None or side.high_since is not None
            for side in (tracker.below, tracker.above)
        )
        if tracker.busy:
            self._busy.add(parameter)

    @staticmethod
    def _ease(side: _Side, shown: float, limits: ParameterLimits) -> None:
        """End or lower an active alarm once the value is inside by the deadband."""
        medium, high = limits.side(side.sign)
        band = limits.deadband
        if side.active is Priority.HIGH and _inside(shown, high, side.sign, band):
            side.active = Priority.MEDIUM if medium is not None else None
        if side.active is Priority.MEDIUM and _inside(shown, medium, side.sign, band):
            side.active = None

    def advance(self, now: float) -> None:
        """Let time pass: delays end, conditions are brought up to date. Cheap while nothing is outside its limits."""
        if not self._busy:
            return
        for parameter in tuple(self._busy):
            tracker = self._trackers[parameter]
            for side in (tracker.below, tracker.above):
                self._mature(tracker, side, now)
                self._describe(parameter, tracker, side)
            if not tracker.busy:
                self._busy.discard(parameter)
        self._collect()

    @staticmethod
    def _mature(tracker: _Tracker, side: _Side, now: float) -> None:
        if now - tracker.last > tracker.hold:
            return
        delay = tracker.limits.delay_s
        if side.high_since is not None and now - side.high_since >= delay:
            side.active = Priority.HIGH
        elif side.active is None and side.medium_since is not None and now - side.medium_since >= delay:
            side.active = Priority.MEDIUM

    @staticmethod
    def _describe(parameter: Parameter, tracker: _Tracker, side: _Side) -> None:
        if side.active is None:
            side.condition = None
            return
        held = side.condition
        unchanged = side.raised_value == tracker.value or math.isnan(tracker.value)
        if held is not None and held.priority is side.active and unchanged:
            return
        side.raised_value = tracker.value
        side.condition = _condition(parameter, tracker, side, side.active)

    def _collect(self) -> None:
        found = [
            side.condition
            for tracker in self._trackers.values()
            if tracker.busy
            for side in (tracker.below, tracker.above)
            if side.condition is not None
        ]
        found.extend(self._apnoea.values())
        if len(found) != len(self._conditions) or not all(map(is_, found, self._conditions)):
            self._conditions = tuple(found)

    def next_due(self) -> float | None:
        """The earliest engine time at which a delay ends, or None: a virtual clock stops there and calls `advance`."""
        due = None
        for parameter in self._busy:
            tracker = self._trackers[parameter]
            for side in (tracker.below, tracker.above):
                for since, level in ((side.medium_since, Priority.MEDIUM), (side.high_since, Priority.HIGH)):
                    if since is None or (side.active is not None and side.active >= level):
                        continue
                    at = since + tracker.limits.delay_s
                    if at <= tracker.last + tracker.hold and (due is None or at < due):
                        due = at
        return due

    def apnoea(self, source: str, text: str, active: bool, stamp: float) -> None:
        """A device says that it sees no breath, or no longer: its own delay has passed, so it counts at once.

        Some devices never say that it has ended: then a respiratory rate a minute after the last word ends it.
        """
        if active:
            known = self._apnoea.get(source)
            self._apnoea_at = stamp
            if known is not None and known.detail == f"{source}: {text}":
                return
            self._apnoea[source] = Condition(
                key=f"limit:rr:apnoea:{source}",
                kind=Kind.LIMIT,
                priority=Priority.HIGH,
                text="No breath detected",
                detail=f"{source}: {text}",
                advice="Go to the patient; check breathing, then the sensor.",
                parameters=(Parameter.RR,),
                reasons=(Reason("rr", f"Device reports: {text}"),),
            )
        else:
            self._apnoea.pop(source, None)
        self._collect()

    def restore(self, condition: Condition) -> bool:
        """Take up an alarm that was active before a restart; a value inside the limits will clear it. False when the
        key is none of ours (any more)."""
        parts = condition.key.split(":")
        if len(parts) != 3 or parts[0] != "limit" or parts[2] not in ("low", "high"):
            return False
        tracker = self._trackers.get(Parameter(parts[1])) if parts[1] in set(Parameter) else None
        if tracker is None:
            return False
        side = tracker.below if parts[2] == "low" else tracker.above
        side.active = condition.priority
        side.condition = condition
        tracker.busy = True
        self._busy.add(Parameter(parts[1]))
        self._collect()
        return True

    def breach(self, parameter: Parameter, value: float | None) -> int:
        """-1 when the displayed value lies below the lower medium limit, 1 above the upper one, 0 otherwise."""
        tracker = self._trackers.get(parameter)
        if tracker is None or value is None:
            return 0
        shown = displayed(parameter, value)
        return BELOW if shown < tracker.inner_low else ABOVE if shown > tracker.inner_high else 0

    def conditions(self) -> tuple[Condition, ...]:
        """The limit conditions now; the same objects as before while nothing has changed."""
        return self._conditions


def _outside(shown: float, limit: float | None, side: int) -> bool:
    return limit is not None and (shown < limit if side == BELOW else shown > limit)


def _inside(shown: float, limit: float | None, side: int, band: float) -> bool:
    """Back inside by the deadband; a limit that has been taken away holds nothing."""
    if limit is None:
        return True
    # The deadband of temperature is a decimal fraction: 38.5 - 38.3 is not exactly 0.2.
    return shown >= limit + band - 1e-6 if side == BELOW else shown <= limit - band + 1e-6


def _since(since: float | None, outside: bool, stamp: float, interrupted: bool) -> float | None:
    if not outside:
        return None
    return stamp if since is None or interrupted else since


def _condition(parameter: Parameter, tracker: _Tracker, side: _Side, priority: Priority) -> Condition:
    limits = tracker.limits
    medium, high = limits.side(side.sign)
    limit = high if priority is Priority.HIGH or medium is None else medium
    digits = ".1f" if parameter is Parameter.TEMP else ".0f"
    value = f"{tracker.value:{digits}}"
    bound = "" if limit is None else f"{limit:{digits}}"
    if _outside(tracker.value, limit, side.sign):
        text = f"{limits.label} {value} {'<' if side.sign == BELOW else '>'} {bound}"
    else:
        # Inside again, by less than the deadband: the sign would be untrue.
        text = f"{limits.label} {value} (limit {bound})"
    return Condition(
        key=f"limit:{parameter.value}:{'low' if side.sign == BELOW else 'high'}",
        kind=Kind.LIMIT,
        priority=priority,
        text=text,
        detail=f"for more than {limits.delay_s:g} s" if limits.delay_s else "",
        parameters=(parameter,),
        reasons=_reasons(parameter, tracker, limit, text, digits),
    )


def _reasons(
    parameter: Parameter, tracker: _Tracker, limit: float | None, text: str, digits: str
) -> tuple[Reason, ...]:
    """Which limit was crossed, by how much, whose it is, and for how long it had to be."""
    unit = "°C" if parameter is Parameter.TEMP else UNITS[parameter]
    far = "" if limit is None else f"{abs(tracker.value - limit):{digits}} {unit} from the limit"
    delay = tracker.limits.delay_s
    reasons = [
        Reason(parameter.value, f"{text} {unit}", value=tracker.value, note=far),
        Reason("limit", tracker.whose[0].upper() + tracker.whose[1:]),
    ]
    if delay:
        reasons.append(Reason("delay", f"Alarms after {delay:g} s beyond it"))
    return tuple(reasons)
