"""Philips IntelliVue monitors over the MIB/RS232 port: an association, then polls of numerics, alarms and system."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar

from pydantic import Field

from drivers.alerts import AlertChanges
from drivers.cuff import CuffReadings
from drivers.driver import DriverInfo, DriverSettings, FrameCounters, Output
from drivers.intellivue.alarms import read_alarms
from drivers.intellivue.answers import Answer
from drivers.intellivue.dialogue import Dialogue
from drivers.intellivue.fields import MalformedError
from drivers.intellivue.framing import Deframer, encode_frame
from drivers.intellivue.manifest import INFO
from drivers.intellivue.messages import (
    ALARM_MONITOR,
    NUMERIC,
    Accepted,
    MdsCreate,
    Message,
    PollResult,
    RemoteError,
    SessionMessage,
    parse_message,
)
from drivers.intellivue.monitor import CONFIGURATION, DEMO, SERVICE, STANDBY, Monitor
from drivers.intellivue.numerics import Numerics, read_numerics, to_vitals
from drivers.intellivue.polling import LONGEST_INTERVAL_S, Polling, Subject
from drivers.observation import DeviceAlert, Parameter, Status, Vital

CUFF_OLD_S = 60.0
"""A cuff reading first seen so long after its inflation says little of the patient now."""

MOST_SPOTS = 64
"""Spot measurements that are remembered; their sites may be labels, and those are the monitor's to choose."""

_DEMO_ALERT = DeviceAlert("demo_mode", "Monitor is in demo mode")
_MODES = {
    SERVICE: DeviceAlert("service_mode", "Monitor is in service mode"),
    STANDBY: DeviceAlert("standby", "Monitor is in standby"),
    CONFIGURATION: DeviceAlert("configuration_mode", "Monitor is in configuration mode"),
}


class IntellivueMibSettings(DriverSettings):
    """interval_s: seconds between two polls of numerics. alarms: poll the monitor's alarms too. screen_labels: poll
    the labels of the monitor's screen with every value; not for 19200 baud."""

    interval_s: float = Field(default=1.0, ge=1.0, le=LONGEST_INTERVAL_S)
    alarms: bool = True
    screen_labels: bool = False


@dataclass(slots=True)
class Uncharted:
    """What arrived and was not charted. unknown: numerics that are no parameter of the console; foreign_units: values
    in a unit not known; malformed: answers with an attribute that has not its form."""

    unknown: int = 0
    foreign_units: int = 0
    malformed: int = 0


class IntellivueMib:
    """Associates with the monitor and polls it; see drivers.driver.Driver. monitor: what it told of itself."""

    info: ClassVar[DriverInfo] = INFO
    settings_type: ClassVar[type[DriverSettings]] = IntellivueMibSettings

    def __init__(self, settings: DriverSettings) -> None:
        chosen = settings if isinstance(settings, IntellivueMibSettings) else IntellivueMibSettings()
        self.counters = FrameCounters()
        self.uncharted = Uncharted()
        self.monitor = Monitor()
        self.polling = Polling(chosen.interval_s, alarms=chosen.alarms, labels=chosen.screen_labels)
        self._deframer: Deframer[Message] = Deframer(self.counters, parse_message)
        self._dialogue = Dialogue()
        self._cuff = CuffReadings()
        self._spots: dict[tuple[Parameter, str | None], tuple[float, datetime]] = {}
        self._alarm_changes = AlertChanges()
        self._mode_changes = AlertChanges()
        self._made_up = dict.fromkeys(Subject, False)
        self._seen: dict[Parameter, None] = {}
        self._trouble = ""

    def step(self, data: bytes, elapsed: float) -> Output:
        """See Driver.step."""
        vitals: list[Vital] = []
        alerts: list[DeviceAlert] = []
        send: list[bytes] = []
        identity = ""
        for message in self._deframer.feed(data):
            answer = self._hear(message, elapsed, send)
            if answer is not None:
                identity = self._read(answer, elapsed, vitals, alerts) or identity
        send += self._dialogue.requests(elapsed)
        if self._dialogue.is_open:
            send += self.polling.requests(elapsed, self.counters.bad)
        return Output(
            tuple(vitals), tuple(alerts), b"".join(map(encode_frame, send)), self._changed_trouble(), identity
        )

    def finish(self) -> Output:
        """See Driver.finish. A frame without its end is half a frame."""
        self._deframer.finish()
        return Output(send=b"".join(map(encode_frame, self._dialogue.farewell())))

    def _hear(self, message: Message, elapsed: float, send: list[bytes]) -> Answer | None:
        """The poll that this message answers in full; what it asks for is put to `send`."""
        if isinstance(message, PollResult):
            return self.polling.take(message, elapsed, self.counters.bad)
        if isinstance(message, RemoteError):
            if self.polling.take_error(message, elapsed) is Subject.NUMERICS:
                self._dialogue.answered(elapsed)
        elif isinstance(message, Accepted | MdsCreate | SessionMessage):
            reply = self._dialogue.take(message, elapsed)
            if reply:
                send.append(reply)
            if isinstance(message, MdsCreate) and self._dialogue.is_open:
                self.polling.start(elapsed, self._dialogue.granted.min_poll_s)
                self._meet(message.attributes)
        return None

    def _meet(self, attributes: dict[int, bytes]) -> None:
        """Nothing is kept of the monitor before: this may be another one on the same cable."""
        self.monitor = Monitor()
        try:
            self.monitor = self.monitor.learn(attributes)
        except MalformedError:
            self.uncharted.malformed += 1

    def _read(self, answer: Answer, elapsed: float, vitals: list[Vital], alerts: list[DeviceAlert]) -> str:
        """Returns the identity of the monitor when the answer tells it."""
        identity = ""
        try:
            if answer.object_class == NUMERIC:
                vitals += self._read_numerics(answer)
                if not self.polling.overhears:
                    self._dialogue.answered(elapsed)
            elif answer.object_class == ALARM_MONITOR:
                alarms = read_alarms(answer.objects)
                if alarms is not None:
                    self._made_up[Subject.ALARMS] = alarms.demo
                    alerts += self._alarm_changes.update(() if alarms.demo else alarms.alerts)
            else:
                for polled in answer.objects:
                    self.monitor = self.monitor.learn(polled.attributes)
                identity = self.monitor.identity
        except MalformedError:
            self.uncharted.malformed += 1
        alerts += self._mode_changes.update(self._modes())
        return identity

    def _modes(self) -> list[DeviceAlert]:
        mode = self.monitor.operating_mode
        self._made_up[Subject.SYSTEM] = bool(mode & DEMO)
        found = [alert for bit, alert in _MODES.items() if mode & bit]
        return [_DEMO_ALERT, *found] if any(self._made_up.values()) else found

    def _read_numerics(self, answer: Answer) -> list[Vital]:
        told = to_vitals(read_numerics(answer.objects))
        self.uncharted.unknown += told.unknown
        self.uncharted.foreign_units += told.foreign_units
        self._made_up[Subject.NUMERICS] = told.demo
        vitals = [*self._stream_vitals(told, answer), *self._cuff_vitals(told, answer)]
        if self.monitor.operating_mode & (DEMO | SERVICE):
            vitals = [Vital(v.parameter, None, Status.UNAVAILABLE, v.site) for v in vitals]
        return self._complete(vitals)

    def _stream_vitals(self, told: Numerics, answer: Answer) -> list[Vital]:
        """A value with a time of its own is a spot measurement, which the monitor goes on showing."""
        found: list[Vital] = []
        for vital in told.vitals:
            if vital.value is None:
                found.append(vital)
            elif vital.device_time is None:
                found.append(replace(vital, device_time=answer.absolute_time))
            else:
                spot = (vital.value, vital.device_time)
                key = (vital.parameter, vital.site)
                age_s = self.monitor.age_s(vital.device_time, answer.counter)
                found.append(replace(vital, repeat=self._spots.get(key) == spot, age_s=age_s))
                if len(self._spots) >= MOST_SPOTS:
                    self._spots.clear()
                self._spots[key] = spot
        return found

    def _cuff_vitals(self, told: Numerics, answer: Answer) -> list[Vital]:
        values = tuple(vital.value for vital in told.cuff)
        if not any(value is not None for value in values):
            return list(told.cuff)
        stamp = next((vital.device_time for vital in told.cuff if vital.device_time is not None), None)
        age_s = self.monitor.age_s(stamp, answer.counter)
        old = age_s is not None and age_s > CUFF_OLD_S
        repeat = self._cuff.is_repeat((values, stamp))
        return [
            replace(v, status=Status.QUESTIONABLE if old else v.status, repeat=repeat, age_s=age_s)
            if v.value is not None
            else v
            for v in told.cuff
        ]

    def _complete(self, vitals: list[Vital]) -> list[Vital]:
        """A numeric that was there before and is not in this answer has no data now."""
        present = {vital.parameter for vital in vitals}
        gone = [Vital(parameter, None, Status.UNAVAILABLE) for parameter in self._seen if parameter not in present]
        self._seen.update(dict.fromkeys(present))
        return gone + vitals

    def _changed_trouble(self) -> str | None:
        trouble = "" if self.polling.overhears else self._dialogue.trouble or self._refusals()
        if trouble == self._trouble:
            return None
        self._trouble = trouble
        return trouble

    def _refusals(self) -> str:
        words = {Subject.NUMERICS: "numerics", Subject.ALARMS: "alarms", Subject.SYSTEM: "model and serial number"}
        refused = [f"{words[subject]} ({error})" for subject, error in self.polling.refused.items()]
        return f"The monitor refuses to tell its {' and its '.join(refused)}." if refused else ""
