"""Masimo Rad-8, Radical-7, Rad-87: the ASCII 1 stream, one line a second, nothing to ask for."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar

from drivers.alerts import AlertChanges
from drivers.delimited import Fragment, FrameTally, Splitter
from drivers.driver import DriverInfo, DriverSettings, FrameCounters, Output, SerialSettings
from drivers.masimo.decoding import (
    ALARM_ALERTS,
    EXC_ALERTS,
    EXC_DOUBTFUL,
    EXC_NO_VALUE,
    Line,
    begins_like_line,
    parse_line,
    split_at_stamps,
)
from drivers.observation import DeviceAlert, Parameter, Status, Vital

LONGEST_LINE = 512
SHORTEST_LINE = 16


class MasimoAscii1:
    """Reads the stream; see drivers.driver.Driver."""

    info: ClassVar[DriverInfo] = DriverInfo(
        name="masimo_ascii1",
        title="Masimo pulse oximeter, ASCII 1",
        models=("Rad-8", "Radical-7", "Rad-87"),
        parameters=(Parameter.SPO2, Parameter.PR, Parameter.PERFUSION_INDEX),
        serial=SerialSettings(baud=9600),
        interval_s=1.0,
        dialogue=False,
        cabling="Serial output of the device, DB9 female; no handshake lines are used.",
        setup=("Set the serial output to ASCII 1 (factory setting), 9600 baud.",),
        quirks=(
            "The protocol has no checksum: a digit damaged into another digit cannot be told from a value. "
            "Keep the cable short and away from motors; watch the count of bad lines.",
            "BPM is the pulse rate of the oximeter, reported as pr.",
            "A number printed while the device says no sensor, sensor off, defective or unknown sensor, or pulse "
            "search is not taken.",
            "Lines in the trend form are taken only when they keep pace with the clock: what the device prints "
            "from its memory is not the patient now.",
            "The device's clock has no zone and its year two digits.",
            "Alarm bits were found by experiment on a Rad-8; they are shown as device reported.",
        ),
        verified=("Line form of the Rad-8, with data, against captured lines",),
        unverified=(
            "Forms of Radical-7 and of lines without sensor: quoted lines only",
            "ALARM bits; EXC1",
        ),
        sources=(
            "Rad-8 operator manual p. 4-24",
            "Rad-87 operator manual p. 7-4",
            "Lines quoted in nmenon/masimo-datacapture and hansmuc/NellcorN560Seriell",
        ),
    )
    settings_type: ClassVar[type[DriverSettings]] = DriverSettings

    def __init__(self, settings: DriverSettings) -> None:
        del settings  # there are none
        self.counters = FrameCounters()
        self._splitter = Splitter(b"\r\n", LONGEST_LINE)
        self._tally = FrameTally(self.counters, SHORTEST_LINE)
        self._alerts = AlertChanges()
        self._pace = TrendPace()

    def step(self, data: bytes, elapsed: float) -> Output:
        """See Driver.step."""
        return self._read(self._splitter.feed(data), elapsed) if data else Output()

    def finish(self) -> Output:
        """See Driver.finish. A whole last line counts even without its line end."""
        output = self._read(self._splitter.finish(), self._pace.last_elapsed)
        self._tally.settle()
        return output

    def _read(self, fragments: list[Fragment], elapsed: float) -> Output:
        vitals: list[Vital] = []
        alerts: list[DeviceAlert] = []
        identity = ""
        for fragment in fragments:
            for index, data in enumerate(split_at_stamps(fragment.data)):
                line = parse_line(data)
                if line is None:
                    self._tally.unreadable(len(data), fragment.fresh and index == 0, begins_like_line(data))
                    continue
                self._tally.good(len(data))
                identity = line.serial_number or identity
                if self._pace.is_live(line, elapsed):
                    vitals += _vitals(line)
                    alerts += self._alerts.update(_active(line))
        return Output(tuple(vitals), tuple(alerts), identity=identity)


def _vitals(line: Line) -> list[Vital]:
    blind = bool(line.exceptions & EXC_NO_VALUE)
    status = Status.QUESTIONABLE if line.exceptions & EXC_DOUBTFUL else Status.VALID
    return [
        Vital(parameter, None, Status.UNAVAILABLE, device_time=line.device_time)
        if value is None or blind
        else Vital(parameter, value, status, device_time=line.device_time)
        for parameter, value in (
            (Parameter.SPO2, line.spo2),
            (Parameter.PR, line.pulse_rate),
            (Parameter.PERFUSION_INDEX, line.perfusion_index),
        )
    ]


def _active(line: Line) -> list[DeviceAlert]:
    found = [alert for bit, alert in EXC_ALERTS.items() if line.exceptions & bit]
    return found + [alert for bit, alert in ALARM_ALERTS.items() if line.alarm & bit]


class TrendPace:
    """Tells a live line in the trend form from one printed out of the device's memory.

    Live lines keep pace with the link's own time; a print-out of the memory runs through hours in seconds, and lies
    behind the clock of ASCII 1 lines of the same device. Without passing link time (an untimed capture) nothing can
    be judged, and the lines are taken as they are.
    """

    TOLERANCE = timedelta(seconds=3)
    PROBATION_S = 5.0

    def __init__(self) -> None:
        self.last_elapsed = 0.0
        self._zero: datetime | None = None  # what the device's clock showed when the link came up
        self._since = 0.0

    def is_live(self, line: Line, elapsed: float) -> bool:
        """False for a line that may be history; lines in ASCII 1 are always live and set the pace."""
        self.last_elapsed = elapsed
        zero = line.device_time - timedelta(seconds=elapsed)
        if not line.trend:
            self._zero, self._since = zero, elapsed - self.PROBATION_S
            return True
        if elapsed == 0.0:
            return True
        if self._zero is None or abs(zero - self._zero) > self.TOLERANCE:
            self._zero, self._since = zero, elapsed
        return elapsed - self._since >= self.PROBATION_S
