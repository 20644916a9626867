"""Technical alarms: what the console cannot see at a bed, and what fails in the console itself.

Silence is judged by the age of the data, never by the state of the link alone. One outage of one source is one
condition: it begins low, becomes medium, and ends with the first value that arrives.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from console.alarms.alarm import Condition, Priority
from console.alarms.technical_text import outage, sensor_fault
from console.ward.source import Liveness, SourceState
from drivers.observation import Parameter, Status

LATE_S = 30.0
LATE_INTERVALS = 2.5
"""Data are late after max(30 s, 2.5 x the source's interval), gone at twice that (detector specification, 6)."""

LINK_DOWN_GREY_S = 2.0
LINK_DOWN_ALARM_S = 5.0
"""A link known to be down: its values are late at once, and an alarm after so long (a reconnect is not an outage)."""

LEAST_REAL_S = 2.0
"""In a demonstration that runs faster nothing is late within so many real seconds."""

UNREADABLE_ALARM_S = 5.0
SENSOR_OFF_ALARM_S = 10.0
UNRELIABLE_ALARM_S = 60.0

STANDS_S: dict[Parameter, float] = {
    Parameter.NIBP_SYS: 5400.0,
    Parameter.NIBP_DIA: 5400.0,
    Parameter.NIBP_MEAN: 5400.0,
    Parameter.TEMP: 14400.0,
}
"""Single readings stand longer than a stream: a cuff pressure 90 min, a temperature 4 h (detector spec., section 1)."""

CONTINUOUS_COUNT, CONTINUOUS_S = 3, 600.0
"""Temperature is a stream when three values arrive in ten minutes (detector specification, section 1)."""

WATCHED = (Parameter.HR, Parameter.RR, Parameter.SPO2, Parameter.ETCO2, Parameter.ART_SYS, Parameter.TEMP)
"""One sensor, one alarm: pulse and perfusion go with SpO2, the other arterial pressures with the systolic. A cuff is
idle between readings and has no "sensor off"."""


def late_after(interval_s: float) -> float:
    """Seconds after which data of a source with this reporting interval are late."""
    return max(LATE_S, LATE_INTERVALS * interval_s)


@dataclass(frozen=True, slots=True)
class SourceSpec:
    """What a bed expects: the source's name and the seconds between two of its reports.

    pace: engine seconds per real second, 1 outside a demonstration. A machine that simulates a ward thirty times
    faster needs the same real seconds to open a line and to draw a picture.
    """

    name: str
    interval_s: float
    pace: float = 1.0


class _Source:
    """What is known of one source at this bed. down_since: since when its link has been down, None while it is up."""

    __slots__ = (
        "condition",
        "down_since",
        "error",
        "fault",
        "heard",
        "heard_before",
        "late_s",
        "name",
        "pace",
        "unreadable_since",
    )

    def __init__(self, spec: SourceSpec) -> None:
        self.name = spec.name
        self.pace = spec.pace
        self.late_s = max(late_after(spec.interval_s), LEAST_REAL_S * spec.pace if spec.pace > 1.0 else 0.0)
        self.heard: float | None = None
        self.heard_before: float | None = None
        self.down_since: float | None = None
        self.unreadable_since: float | None = None
        self.error = ""
        self.fault: tuple[Priority, str] | None = None
        self.condition: Condition | None = None

    def judge(self, now: float, started: float, occupied: bool) -> tuple[Priority, str] | None:
        """Priority and cause of the outage, None while there is none."""
        if self.heard is None and not occupied:
            return None
        age = now - (started if self.heard is None else self.heard)
        down = self.down_since is not None and now - self.down_since >= LINK_DOWN_ALARM_S * self.pace
        unreadable = self.unreadable_since is not None and now - self.unreadable_since >= UNREADABLE_ALARM_S * self.pace
        # An outage ends with a value, not with a link that comes back and says nothing.
        still = self.fault is not None and self.heard == self.heard_before
        if not down and not unreadable and not still and age <= self.late_s:
            return None
        priority = Priority.MEDIUM if age > 2 * self.late_s else Priority.LOW
        if self.fault is not None and still:
            priority = max(priority, self.fault[0])
        return priority, "lost" if down else "unreadable" if unreadable else "silent"

    def liveness(self, now: float, started: float) -> Liveness:
        if self.heard is None:
            return Liveness.STARTING if now - started <= 2 * self.late_s else Liveness.NO_DATA
        age = now - self.heard
        if age > 2 * self.late_s:
            return Liveness.NO_DATA
        down = self.down_since is not None and now - self.down_since > LINK_DOWN_GREY_S * self.pace
        return Liveness.LATE if down or age > self.late_s else Liveness.LIVE


class _Sensor:
    """What is known of one parameter at this bed. bad_since: since when no valid value has come."""

    __slots__ = ("bad_since", "condition", "count", "fault", "first", "source", "status", "valid")

    def __init__(self) -> None:
        self.valid: float | None = None
        self.bad_since: float | None = None
        self.status = Status.VALID
        self.source = ""
        self.first = 0.0
        self.count = 0
        self.fault = ""
        self.condition: Condition | None = None

    @property
    def continuous(self) -> bool:
        return self.count >= CONTINUOUS_COUNT

    def judge(self, now: float, late_s: float) -> str:
        """What is wrong with the sensor, "" while nothing is."""
        if self.valid is None:
            return ""
        if self.bad_since is None:
            return "silent" if now - self.valid > late_s else ""
        bad = now - self.bad_since
        if self.status is Status.UNAVAILABLE:
            return "off" if bad >= SENSOR_OFF_ALARM_S else ""
        return "unreliable" if bad >= UNRELIABLE_ALARM_S else ""


class TechnicalMonitor:
    """Watches the sources and sensors of one bed. Pure: engine time is passed in.

    started: engine time from which a source that has never spoken is waited for.
    """

    def __init__(self, sources: Iterable[SourceSpec], started: float) -> None:
        self._sources = {spec.name: _Source(spec) for spec in sources}
        self._sensors: dict[Parameter, _Sensor] = {}
        self._started = started
        self._notes: dict[str, Condition] = {}
        self._conditions: tuple[Condition, ...] = ()

    def observe(self, parameter: Parameter, status: Status, stamp: float, source: str) -> None:
        """Something arrived for this bed. "No data" said by the device keeps the source alive, not the sensor."""
        entry = self._sources.get(source)
        if entry is not None:
            entry.heard = stamp
        sensor = self._sensors.get(parameter)
        if sensor is None:
            sensor = self._sensors[parameter] = _Sensor()
        sensor.status = status
        if status is Status.VALID:
            if stamp - sensor.first > CONTINUOUS_S:
                sensor.first, sensor.count = stamp, 0
            sensor.count += 1
            sensor.valid = stamp
            sensor.source = source
            sensor.bad_since = None
        elif sensor.bad_since is None:
            sensor.bad_since = stamp

    def heard(self, source: str, stamp: float) -> None:
        """The source spoke of this bed without a value (an alert, an empty report)."""
        entry = self._sources.get(source)
        if entry is not None:
            entry.heard = stamp

    def link(self, source: str, state: SourceState, error: str, now: float) -> None:
        """The state of a source's link has become known. A link that tries again is still down until it is up."""
        entry = self._sources.get(source)
        if entry is None:
            return
        entry.error = error
        up = state in (SourceState.CONNECTED, SourceState.SILENT, SourceState.MALFORMED)
        if up:
            entry.down_since = None
        elif entry.down_since is None:
            entry.down_since = now
        if state is not SourceState.MALFORMED:
            entry.unreadable_since = None
        elif entry.unreadable_since is None:
            entry.unreadable_since = now

    def note(self, key: str, condition: Condition | None) -> None:
        """Hold (or with None drop) a condition somebody else has found, such as a clock that differs."""
        if condition is None:
            self._notes.pop(key, None)
        else:
            self._notes[key] = condition

    def restore(self, condition: Condition, now: float) -> None:
        """Take up an outage from before a restart; it ends, as ever, with a value that arrives."""
        kind, _, name = condition.key.removeprefix("technical:").partition(":")
        if kind == "data" and name in self._sources:
            source = self._sources[name]
            source.fault, source.condition = (condition.priority, "silent"), condition
        elif kind == "sensor" and name in set(Parameter):
            sensor = self._sensors.setdefault(Parameter(name), _Sensor())
            sensor.valid, sensor.bad_since, sensor.status = now, now - SENSOR_OFF_ALARM_S, Status.UNAVAILABLE

    def forget_sensors(self) -> None:
        """The next patient is measured anew: a sensor he never wore is not "off"."""
        self._sensors.clear()

    def restart(self, now: float) -> None:
        """Wait anew for sources that have not spoken: somebody has just been admitted, or standby has ended."""
        self._started = now

    def advance(self, now: float, *, occupied: bool) -> None:
        """Judge ages. occupied: a patient is admitted; a source that never spoke matters only then."""
        found: list[Condition] = []
        for source in self._sources.values():
            fault = source.judge(now, self._started, occupied)
            if fault != source.fault:
                if source.fault is None:
                    source.heard_before = source.heard
                source.fault = fault
                source.condition = None if fault is None else outage(source.name, source.late_s, source.error, *fault)
            if source.condition is not None:
                found.append(source.condition)
        for parameter in WATCHED:
            sensor = self._sensors.get(parameter)
            if sensor is None:
                continue
            wrong = self._sensor_fault(parameter, sensor, now)
            if wrong != sensor.fault:
                sensor.fault = wrong
                sensor.condition = sensor_fault(parameter, wrong) if wrong else None
            if sensor.condition is not None:
                found.append(sensor.condition)
        found.extend(self._notes.values())
        if len(found) != len(self._conditions) or any(a is not b for a, b in zip(found, self._conditions, strict=True)):
            self._conditions = tuple(found)

    def conditions(self) -> tuple[Condition, ...]:
        """The technical conditions now; the same objects as before while nothing has changed."""
        return self._conditions

    def liveness(self, now: float) -> Liveness:
        """Of the bed: that of its liveliest source."""
        states = [source.liveness(now, self._started) for source in self._sources.values()]
        for state in (Liveness.LIVE, Liveness.LATE, Liveness.NO_DATA):
            if state in states:
                return state
        return Liveness.STARTING

    def reading_liveness(self, parameter: Parameter, source: str, stamp: float, now: float) -> Liveness:
        """Of a value received at `stamp` from `source`: by its own age, and never livelier than its source."""
        entry = self._sources.get(source)
        late_s = self._late_s(parameter, LATE_S if entry is None else entry.late_s)
        age = now - stamp
        own = Liveness.LIVE if age <= late_s else Liveness.LATE if age <= 2 * late_s else Liveness.NO_DATA
        if own is not Liveness.LIVE or entry is None:
            return own
        # A cuff pressure with its time on it outlives its source, but it does not look live.
        return (
            Liveness.LIVE
            if entry.liveness(now, self._started) is Liveness.LIVE
            else self._dimmed(parameter, entry, now)
        )

    def _dimmed(self, parameter: Parameter, entry: _Source, now: float) -> Liveness:
        return Liveness.LATE if self._single(parameter) else entry.liveness(now, self._started)

    def _single(self, parameter: Parameter) -> bool:
        if parameter is Parameter.TEMP:
            sensor = self._sensors.get(parameter)
            return sensor is None or not sensor.continuous
        return parameter in STANDS_S

    def _late_s(self, parameter: Parameter, stream_s: float) -> float:
        """Seconds after which a value of this parameter is late: those of its source, or longer for single readings."""
        return STANDS_S[parameter] if self._single(parameter) else stream_s

    def stands(self, parameter: Parameter, source: str) -> float:
        """Seconds for which a value of this parameter from this source may be judged as the present one."""
        entry = self._sources.get(source)
        return self._late_s(parameter, LATE_S if entry is None else entry.late_s)

    def _sensor_fault(self, parameter: Parameter, sensor: _Sensor, now: float) -> str:
        source = self._sources.get(sensor.source)
        if self._single(parameter) or (source is not None and source.fault is not None):
            return ""  # a spot reading has no sensor that stays on, and an outage has its own alarm
        return sensor.judge(now, late_after(0.0) if source is None else source.late_s)
