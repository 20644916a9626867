"""One source at one bed: how old its data are, and when that becomes an alarm. Pure: engine time is passed in."""

from __future__ import annotations

from dataclasses import dataclass

from console.alarms.alarm import Condition, Priority
from console.alarms.technical_text import another_device, outage
from console.ward.source import Liveness, SourceState

LATE_S = 9.5
STANDS_S = 30.0
INTERVALS = 2.5
"""Two questions about the age of a value, both answered by max(seconds, 2.5 x the source's interval).

LATE_S: when does it stop looking live, and when does a technical alarm begin? A silent source must be told within
10 s of its last value (reliability scoreboard, row 7): on the screen, not only in here, so half a second of the ten is
left to judge and to draw. At nine tenths of the ten nothing is told. A value twice as old is not shown any more.

STANDS_S: for how long may limits and detectors judge it as the present one, and from when on is silence more than an
interruption? At twice this age the alarm steps up to medium (detector specification, section 6). A turned patient or
a moved cable is quiet for ten seconds and more, and a medium alarm stays until somebody has answered it."""

LINK_DOWN_GREY_S = 2.0
LINK_DOWN_ALARM_S = 5.0
"""A link known to be down: its values are late at once, and an alarm after so long (a reconnect is not an outage)."""

LEAST_REAL_S = 2.0
"""In a demonstration that runs faster nothing is late within so many real seconds."""

UNREADABLE_ALARM_S = 5.0
MUTE_ALARM_S = 4.0
"""A line on which nothing comes is known as silent after 5 s; the alarm follows within ten."""

_SPEAKS = (SourceState.CONNECTED, SourceState.SILENT, SourceState.MALFORMED)


def late_after(interval_s: float) -> float:
    """Seconds after which data of a source with this reporting interval are late."""
    return max(LATE_S, INTERVALS * interval_s)


def stands_after(interval_s: float) -> float:
    """Seconds for which a value of a source with this reporting interval may be judged as the present one."""
    return max(STANDS_S, INTERVALS * interval_s)


@dataclass(frozen=True, slots=True)
class SourceSpec:
    """What a bed expects: the source's name and the seconds between two of its reports.

    pace: engine seconds per real second, 1 outside a demonstration. A machine that simulates a ward thirty times
    faster needs the same real seconds to open a line and to draw a picture. values: False for a device that tells
    alarms and no vital signs; its silence is that of its line.
    """

    name: str
    interval_s: float
    pace: float = 1.0
    values: bool = True


class SourceWatch:
    """What is known of one source at this bed.

    since: engine time from which it is waited for, should it say nothing. down_since, unreadable_since, mute_since:
    since when its link has been down, unreadable, without a frame; None while it is not. shared: the outage is one of
    the whole gateway, which has an alarm of its own (technical_gateway): here it stays low. patient_condition: it names
    another patient than the admitted one, so that nothing of it is taken; set and dropped by the engine.
    """

    __slots__ = (
        "condition",
        "device_condition",
        "down_since",
        "error",
        "fault",
        "heard",
        "heard_before",
        "late_s",
        "mute_since",
        "name",
        "pace",
        "patient_condition",
        "shared",
        "since",
        "spec",
        "stands_s",
        "unreadable_since",
    )

    def __init__(self, spec: SourceSpec, since: float) -> None:
        self.heard: float | None = None
        self.heard_before: float | None = None
        self.error = ""
        self.fault: tuple[Priority, str] | None = None
        self.condition: Condition | None = None
        self.device_condition: Condition | None = None
        self.patient_condition: Condition | None = None
        self.shared = False
        self.renew(spec, since)

    def renew(self, spec: SourceSpec, now: float) -> None:
        """It was bound anew at the same bed: waited for from now on. An outage still ends with a value alone."""
        self.spec, self.name, self.pace = spec, spec.name, spec.pace
        least = LEAST_REAL_S * spec.pace if spec.pace > 1.0 else 0.0
        self.late_s = max(late_after(spec.interval_s), least)
        self.stands_s = max(stands_after(spec.interval_s), least)
        self.since = now
        self.down_since: float | None = None
        self.unreadable_since: float | None = None
        self.mute_since: float | None = None

    def link(self, state: SourceState, error: str, bed: str, now: float) -> None:
        """The state of its link has become known. A link that tries again is still down until it is up."""
        self.error = error
        if state is SourceState.WRONG_DEVICE:
            if self.device_condition is None:
                self.device_condition = another_device(self.name, bed, error)
        elif self.device_condition is not None and state in _SPEAKS and self.heard is not None:
            # Values of another device are not handed on: it is the right one that has been heard.
            self.device_condition = None
            self.since = now
        if state in _SPEAKS or state is SourceState.WRONG_DEVICE:
            self.down_since = None
        elif self.down_since is None:
            self.down_since = now
        if state is not SourceState.MALFORMED:
            self.unreadable_since = None
        elif self.unreadable_since is None:
            self.unreadable_since = now
        if state is not SourceState.SILENT:
            self.mute_since = None
        elif self.mute_since is None:
            self.mute_since = now

    def judge(self, now: float, occupied: bool) -> None:
        """Bring the outage in line with the age of the data: its condition is a new object when it has changed."""
        fault = self._fault(now, occupied)
        if fault != self.fault:
            if self.fault is None:
                self.heard_before = self.heard
            self.fault = fault
            self.condition = None if fault is None else outage(self.name, self.late_s, self.error, *fault)

    def _fault(self, now: float, occupied: bool) -> tuple[Priority, str] | None:
        """Priority and cause of the outage, None while there is none."""
        # An outage ends with a value, not with a link that comes back and says nothing.
        still = self.fault is not None and self.heard == self.heard_before
        if self.kept_out:
            return self.fault if still else None  # it is silent because it is not listened to
        if self.heard is None and not occupied:
            return None
        down = self._lasts(self.down_since, LINK_DOWN_ALARM_S, now)
        unreadable = self._lasts(self.unreadable_since, UNREADABLE_ALARM_S, now)
        if not self.spec.values:
            return self._line_fault(down, unreadable, now)
        if not down and not unreadable and not still and now < self._late_at():
            return None
        priority = Priority.MEDIUM if now > self._base() + 2 * self.stands_s else Priority.LOW
        if self.shared:
            priority = Priority.LOW
        if self.fault is not None and still:
            priority = max(priority, self.fault[0])
        if self.shared:
            return priority, "gateway"
        return priority, "lost" if down else "unreadable" if unreadable else "silent"

    def _line_fault(self, down: bool, unreadable: bool, now: float) -> tuple[Priority, str] | None:
        """Of a device without vital signs: nothing but its line can be missed, and a line that is back ends it."""
        if not down and not unreadable and not self._lasts(self.mute_since, MUTE_ALARM_S, now):
            return None
        since = min(at for at in (self.down_since, self.unreadable_since, self.mute_since) if at is not None)
        priority = Priority.MEDIUM if now > since + 2 * self.stands_s else Priority.LOW
        return priority, "lost" if down else "unreadable" if unreadable else "silent"

    def _lasts(self, since: float | None, seconds: float, now: float) -> bool:
        return since is not None and now - since >= seconds * self.pace

    def _base(self) -> float:
        return self.since if self.heard is None else max(self.heard, self.since)

    def _late_at(self) -> float:
        """Engine time from which silence is an outage. A first word takes longer: a line has to be opened, and a
        dialogue has to come about."""
        return self._base() + (self.stands_s if self.heard is None else self.late_s)

    @property
    def silent(self) -> bool:
        """True while an alarm says that nothing of this source is shown."""
        return self.fault is not None or self.kept_out

    @property
    def kept_out(self) -> bool:
        """True while nothing of it is taken: another device, or another patient."""
        return self.device_condition is not None or self.patient_condition is not None

    def next_due(self) -> float | None:
        """When the silence of a source that has spoken becomes an alarm, so that nobody waits for a round second."""
        waiting = self.heard is not None and self.fault is None and not self.kept_out
        return self._late_at() if waiting else None

    def liveness(self, now: float) -> Liveness:
        """By its newest value, and by a link known to be down."""
        if self.heard is None:
            return Liveness.STARTING if now - self.since <= 2 * self.stands_s else Liveness.NO_DATA
        judged = by_age(now, self.heard, self.late_s)
        down = self.down_since is not None and now - self.down_since > LINK_DOWN_GREY_S * self.pace
        return Liveness.LATE if judged is Liveness.LIVE and (down or self.kept_out) else judged


def by_age(now: float, stamp: float, late_s: float) -> Liveness:
    """How live a value received at `stamp` looks: late from late_s on, not shown at all beyond twice that."""
    if now < stamp + late_s:
        return Liveness.LIVE
    return Liveness.LATE if now <= stamp + 2 * late_s else Liveness.NO_DATA
