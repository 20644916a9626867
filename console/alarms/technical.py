"""Technical alarms: what the console cannot see at a bed, and what fails in the console itself.

Silence is judged by the age of the data, never by the state of the link alone. One outage of one source is one
condition: it begins low, becomes medium, and ends with the first value that arrives.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable

from console.alarms.alarm import Condition
from console.alarms.technical_source import LATE_S, STANDS_S, SourceSpec, SourceWatch, by_age
from console.alarms.technical_text import no_source, sensor_fault
from console.ward.source import Liveness, SourceState
from drivers.observation import Parameter, Status

SENSOR_OFF_ALARM_S = 10.0
UNRELIABLE_ALARM_S = 60.0

SINGLE_STANDS_S: dict[Parameter, float] = {
    Parameter.NIBP_SYS: 5400.0,
    Parameter.NIBP_DIA: 5400.0,
    Parameter.NIBP_MEAN: 5400.0,
    Parameter.TEMP: 14400.0,
}
"""Single readings stand longer than a stream: a cuff pressure 90 min, a temperature 4 h (detector spec., section 1)."""

SOURCELESS_S = 60.0
"""A patient at whose bed no source is expected is not watched; so long there is to plug one in."""

CONTINUOUS_COUNT, CONTINUOUS_S = 3, 600.0
"""Temperature is a stream when three values arrive in ten minutes (detector specification, section 1)."""

WATCHED = (Parameter.HR, Parameter.RR, Parameter.SPO2, Parameter.ETCO2, Parameter.ART_SYS, Parameter.TEMP)
"""One sensor, one alarm: pulse and perfusion go with SpO2, the other arterial pressures with the systolic. A cuff is
idle between readings and has no "sensor off"."""


class _Sensor:
    """What is known of one parameter at this bed. bad_since: since when no valid value has come."""

    __slots__ = ("bad_since", "condition", "fault", "recent", "source", "status", "valid")

    def __init__(self) -> None:
        self.valid: float | None = None
        self.bad_since: float | None = None
        self.status = Status.VALID
        self.source = ""
        self.recent: deque[float] = deque(maxlen=CONTINUOUS_COUNT)
        self.fault = ""
        self.condition: Condition | None = None

    @property
    def continuous(self) -> bool:
        """So many values in any so long a time, the newest among them."""
        return len(self.recent) == CONTINUOUS_COUNT and self.recent[-1] - self.recent[0] <= CONTINUOUS_S

    def judge(self, now: float, silent_s: float) -> str:
        """What is wrong with the sensor, "" while nothing is."""
        if self.valid is None:
            return ""
        if self.bad_since is None:
            return "silent" if now - self.valid > silent_s else ""
        bad = now - self.bad_since
        if self.status is Status.UNAVAILABLE:
            return "off" if bad >= SENSOR_OFF_ALARM_S else ""
        return "unreliable" if bad >= UNRELIABLE_ALARM_S else ""


class TechnicalMonitor:
    """Watches the sources and sensors of one bed. Pure: engine time is passed in.

    started: engine time from which a source that has never spoken is waited for. bed: its name, for the texts.
    """

    def __init__(self, sources: Iterable[SourceSpec], started: float, bed: str = "") -> None:
        self._sources = {spec.name: SourceWatch(spec, started) for spec in sources}
        self._bed = bed
        self._sensors: dict[Parameter, _Sensor] = {}
        self._conditions: tuple[Condition, ...] = ()
        self._abandoned = False
        self._sourceless_since = started
        self._sourceless = no_source(bed)

    def replan(self, sources: Iterable[SourceSpec], rebound: Collection[str], now: float) -> None:
        """Expect other sources from now on. rebound: names of those that are something else than before although they
        stay at this bed. What is known of the others is not touched."""
        before, self._sources = self._sources, {}
        for spec in sources:
            watch = before.get(spec.name)
            if watch is None:
                watch = SourceWatch(spec, now)
            elif spec != watch.spec or spec.name in rebound:
                watch.renew(spec, now)
            self._sources[spec.name] = watch
        gone = {name for name in before if name not in self._sources} | set(rebound)
        self._sensors = {p: sensor for p, sensor in self._sensors.items() if sensor.source not in gone}
        self._abandoned = not self._sources and (self._abandoned or bool(before))
        self._sourceless_since = now

    def observe(self, parameter: Parameter, status: Status, stamp: float, source: str) -> None:
        """Something arrived for this bed. "No data" said by the device keeps the source alive, not the sensor."""
        self.heard(source, stamp)
        sensor = self._sensors.get(parameter)
        if sensor is None:
            sensor = self._sensors[parameter] = _Sensor()
        sensor.status = status
        if status is Status.VALID:
            sensor.recent.append(stamp)
            sensor.valid = stamp
            sensor.source = source
            sensor.bad_since = None
        elif sensor.bad_since is None:
            sensor.bad_since = stamp

    def heard(self, source: str, stamp: float) -> None:
        """The source spoke of this bed, with or without a value (an alert, an empty report)."""
        watch = self._sources.get(source)
        if watch is not None:
            watch.heard = stamp

    def link(self, source: str, state: SourceState, error: str, now: float) -> None:
        """The state of a source's link has become known."""
        watch = self._sources.get(source)
        if watch is not None:
            watch.link(state, error, self._bed, now)

    def share(self, lost: Collection[str]) -> None:
        """Which gateways are lost as a whole: an outage of theirs at this bed has its alarm there."""
        for name, watch in self._sources.items():
            watch.shared = name in lost

    def stranger(self, source: str, condition: Condition | None) -> None:
        """Hold (or with None drop) that a source names another patient than the admitted one."""
        watch = self._sources.get(source)
        if watch is not None and watch.patient_condition != condition:
            watch.patient_condition = condition

    def strangers(self) -> dict[str, Condition]:
        """The sources that are known to name another patient."""
        return {n: w.patient_condition for n, w in self._sources.items() if w.patient_condition is not None}

    def restore(self, condition: Condition, now: float) -> None:
        """Take up an outage from before a restart; it ends, as ever, with a value that arrives."""
        kind, _, name = condition.key.removeprefix("technical:").partition(":")
        if kind == "data" and name in self._sources:
            source = self._sources[name]
            source.fault, source.condition = (condition.priority, "silent"), condition
        elif kind == "device" and name in self._sources:
            self._sources[name].device_condition = condition
        elif kind == "patient" and name in self._sources:
            self._sources[name].patient_condition = condition
        elif kind == "sensor" and name in set(Parameter):
            sensor = self._sensors.setdefault(Parameter(name), _Sensor())
            sensor.valid, sensor.bad_since, sensor.status = now, now - SENSOR_OFF_ALARM_S, Status.UNAVAILABLE

    def forget_sensors(self) -> None:
        """The next patient is measured anew: a sensor he never wore is not "off"."""
        self._sensors.clear()

    def restart(self, now: float) -> None:
        """Wait anew for sources that have not spoken: somebody has just been admitted, or standby has ended."""
        self._sourceless_since = now
        for source in self._sources.values():
            if source.heard is None:
                source.since = now

    def next_due(self) -> float | None:
        """The earliest engine time at which a source that has spoken falls silent, or None."""
        due = None
        for source in self._sources.values():
            at = source.next_due()
            if at is not None and (due is None or at < due):
                due = at
        return due

    def advance(self, now: float, *, occupied: bool) -> None:
        """Judge ages. occupied: a patient is admitted; a source that never spoke matters only then."""
        found: list[Condition] = []
        for source in self._sources.values():
            source.judge(now, occupied)
            if source.device_condition is not None:
                found.append(source.device_condition)
            if source.patient_condition is not None:
                found.append(source.patient_condition)
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
        if occupied and not self._sources and now - self._sourceless_since >= SOURCELESS_S:
            found.append(self._sourceless)
        if len(found) != len(self._conditions) or any(a is not b for a, b in zip(found, self._conditions, strict=True)):
            self._conditions = tuple(found)

    def conditions(self) -> tuple[Condition, ...]:
        """The technical conditions now; the same objects as before while nothing has changed."""
        return self._conditions

    def liveness(self, now: float) -> Liveness:
        """Of the bed: that of its liveliest source."""
        states = [source.liveness(now) for source in self._sources.values()]
        for state in (Liveness.LIVE, Liveness.LATE, Liveness.NO_DATA):
            if state in states:
                return state
        return Liveness.NO_DATA if self._abandoned else Liveness.STARTING

    def reading_liveness(self, parameter: Parameter, source: str, stamp: float, now: float) -> Liveness:
        """Of a value received at `stamp` from `source`: by its own age, and never livelier than its source."""
        own = by_age(now, stamp, self.late(parameter, source))
        watch = self._sources.get(source)
        if own is not Liveness.LIVE or watch is None:
            return own
        whole = watch.liveness(now)
        if whole is Liveness.LIVE:
            return Liveness.LIVE
        # A cuff pressure with its time on it outlives its source, but it does not look live.
        return Liveness.LATE if self._single(parameter) else whole

    def late(self, parameter: Parameter, source: str) -> float:
        """Seconds after which a value of this parameter from this source does not look live any more."""
        watch = self._sources.get(source)
        return self._seconds(parameter, LATE_S if watch is None else watch.late_s)

    def stands(self, parameter: Parameter, source: str) -> float:
        """Seconds for which a value of this parameter from this source may be judged as the present one."""
        watch = self._sources.get(source)
        return self._seconds(parameter, STANDS_S if watch is None else watch.stands_s)

    def _seconds(self, parameter: Parameter, stream_s: float) -> float:
        """Those of a stream, or longer for single readings."""
        return SINGLE_STANDS_S[parameter] if self._single(parameter) else stream_s

    def _single(self, parameter: Parameter) -> bool:
        if parameter is Parameter.TEMP:
            sensor = self._sensors.get(parameter)
            return sensor is None or not sensor.continuous
        return parameter in SINGLE_STANDS_S

    def _sensor_fault(self, parameter: Parameter, sensor: _Sensor, now: float) -> str:
        source = self._sources.get(sensor.source)
        if self._single(parameter) or (source is not None and source.silent):
            return ""  # a spot reading has no sensor that stays on, and an outage has its own alarm
        return sensor.judge(now, STANDS_S if source is None else source.stands_s)
