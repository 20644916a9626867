"""From packets to what is told: one report a second, witnessed, with its doubts and the device's messages."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator

from drivers.alerts import AlertChanges
from drivers.nonin.binary.decoding import Reading, Signal
from drivers.observation import DeviceAlert, Parameter, Status, Vital

PACKETS_A_REPORT = 3
WITNESSES = 2
"""A packet is told when one of so many before it showed the same numbers. The display is renewed every 1.5 s, and
three packets come in one: of three in a row at least two agree, unless one was damaged in spite of its sums."""

PATIENCE = 3
"""So many packets without a witness one behind the other, and the last is told as questionable."""

PULSE_MEMORY = 9
"""Packets (3 s) for which artifact and perfusion of a pulse are remembered: they are told for 160 ms of each pulse
only, and at 20 pulses a minute a message must not come and go with every one."""

_NO_SENSOR = DeviceAlert("sensor_disconnected", "Sensor disconnected", parameter=Parameter.SPO2)
_SENSOR = DeviceAlert("sensor_alarm", "Sensor alarm (finger removed or no usable signal)", parameter=Parameter.SPO2)
_TRACK = DeviceAlert("out_of_track", "Out of track (no consecutive good pulses)", parameter=Parameter.PR)
_ARTIFACT = DeviceAlert("artifact", "Artifact", parameter=Parameter.PR)
_LOW = DeviceAlert("low_perfusion", "Low perfusion", parameter=Parameter.SPO2)
_MARGINAL = DeviceAlert("marginal_perfusion", "Marginal perfusion", parameter=Parameter.SPO2)
_BATTERY = DeviceAlert("battery_low", "Battery low")
_CRITICAL = DeviceAlert("battery_critical", "Battery critical")


class PacketReports:
    """Judges the packets of one link."""

    def __init__(self) -> None:
        self._before: deque[tuple[float | None, float | None]] = deque(maxlen=WITNESSES)
        self._pulses: deque[Signal] = deque(maxlen=PULSE_MEMORY)
        self._signals: deque[Signal] = deque(maxlen=PULSE_MEMORY)  # since the last report
        self._since = PACKETS_A_REPORT
        self._last: Reading | None = None  # due, but without a witness
        self._alone = 0
        self._alerts = AlertChanges()

    def take(self, reading: Reading) -> tuple[list[Vital], tuple[DeviceAlert, ...]]:
        """What is to be told now; nothing when a report is not due or still waits for a witness."""
        numbers = (reading.spo2, reading.pulse_rate)
        witnessed = numbers in self._before
        self._before.append(numbers)
        self._pulses.append(reading.signal)
        self._signals.append(reading.signal)
        self._since += 1
        if self._since < PACKETS_A_REPORT:
            return [], ()
        self._alone = 0 if witnessed else self._alone + 1
        self._last = reading
        return self._report(witnessed) if witnessed or self._alone >= PATIENCE else ([], ())

    def forget(self) -> None:
        """The stream was interrupted: a packet that still waits is over."""
        self._last = None

    def finish(self) -> tuple[list[Vital], tuple[DeviceAlert, ...]]:
        """End of the stream: a packet that found no witness is told with doubt."""
        return self._report(False)

    def _report(self, witnessed: bool) -> tuple[list[Vital], tuple[DeviceAlert, ...]]:
        if self._last is None:
            return [], ()
        signal = _joined(self._signals, self._pulses)
        told = vitals(self._last, signal, doubt=not witnessed), self._alerts.update(active(signal))
        self._since = self._alone = 0
        self._last = None
        self._signals.clear()
        return told


def vitals(reading: Reading, signal: Signal, doubt: bool = False) -> list[Vital]:
    """SpO2 and pulse rate. doubt: besides what the device doubts itself.

    With the sensor alarm the display goes on showing the last numbers for 10 s: not told.
    """
    blind = signal.sensor_alarm or signal.sensor_disconnected
    doubt = doubt or signal.out_of_track or signal.artifact or signal.low_perfusion
    return [
        Vital(parameter, None, Status.UNAVAILABLE)
        if value is None or blind
        else Vital(parameter, value, Status.QUESTIONABLE if doubt or held else Status.VALID)
        for parameter, value, held in (
            (Parameter.SPO2, reading.spo2, reading.spo2_held),
            (Parameter.PR, reading.pulse_rate, reading.pulse_rate_held),
        )
    ]


def active(signal: Signal) -> Iterator[DeviceAlert]:
    """The device's messages that stand now."""
    for stands, alert in (
        (signal.sensor_disconnected, _NO_SENSOR),
        (signal.sensor_alarm, _SENSOR),
        (signal.out_of_track, _TRACK),
        (signal.artifact, _ARTIFACT),
        (signal.low_perfusion, _LOW),
        (signal.marginal_perfusion, _MARGINAL),
        (signal.battery_low, _BATTERY),
        (signal.battery_critical, _CRITICAL),
    ):
        if stands:
            yield alert


def _joined(lasting: Iterable[Signal], pulses: Iterable[Signal]) -> Signal:
    """Anything said in any of the packets."""
    lasting, pulses = tuple(lasting), tuple(pulses)
    return Signal(
        sensor_alarm=any(signal.sensor_alarm for signal in lasting),
        sensor_disconnected=any(signal.sensor_disconnected for signal in lasting),
        out_of_track=any(signal.out_of_track for signal in lasting),
        artifact=any(signal.artifact for signal in pulses),
        low_perfusion=any(signal.low_perfusion for signal in pulses),
        marginal_perfusion=any(signal.marginal_perfusion for signal in pulses),
        battery_low=any(signal.battery_low for signal in lasting),
        battery_critical=any(signal.battery_critical for signal in lasting),
    )
