"""Nellcor oximeters: the real-time print-out of the data port, a line every 2 s, nothing to ask for."""

from __future__ import annotations

from typing import ClassVar

from drivers.alerts import AlertChanges
from drivers.delimited import Fragment, FrameTally, Splitter
from drivers.driver import DriverInfo, DriverSettings, FrameCounters, Output, SerialSettings
from drivers.nellcor.decoding import (
    COLUMN_ENDS,
    DOUBTFUL,
    FULL_WIDTH,
    NO_VALUE,
    STATUS_ALERTS,
    Heading,
    Mode,
    Other,
    Sample,
    begins_like_line,
    parse_line,
    split_at_starts,
)
from drivers.nellcor.pace import Pace
from drivers.observation import DeviceAlert, Parameter, Status, Vital

LONGEST_LINE = 256
SHORTEST_LINE = 16

XON = b"\x11"
"""Makes a device go on that was stopped by an XOFF, a real one or a damaged byte (NPB-290 manual, appendix B)."""

XON_AFTER_S = 6.0
"""Silence after which XON is sent, and again each time as long: three lines are missing by then."""

TROUBLE_AFTER_S = 20.0

_SILENT = (
    "The oximeter sends nothing. Check that it is switched on and plugged into the mains (an NPB-290 sends nothing on "
    "battery), that its data port is set to real-time ASCII output at this baud rate, and that the cable crosses "
    "transmit and receive."
)


class NellcorAscii:
    """Reads the stream; see drivers.driver.Driver."""

    info: ClassVar[DriverInfo] = DriverInfo(
        name="nellcor_ascii",
        title="Nellcor pulse oximeter, data port ASCII",
        models=("N-550", "N-560", "N-595", "N-600x", "NPB-190", "NPB-195", "NPB-290", "NPB-295"),
        parameters=(Parameter.SPO2, Parameter.PR),
        serial=SerialSettings(baud=9600),
        interval_s=2.0,
        dialogue=False,
        cabling=(
            "Data port on the back of the device, 15-pin D-sub: pins 2 and 3 are the two directions of RS-232 data, 5 "
            "is ground (NPB-290; which of 2 and 3 sends is in the device's manual, table of data port pins). Pins 1, "
            "4, 9 and 12 carry RS-422: leave them open. No handshake lines; 9600 8N1."
        ),
        setup=(
            "Plug the device into the mains: an NPB-290 sends nothing on battery.",
            "Switch the device off, connect the cable to the data port, switch it on.",
            "N-550, N-560, N-595, N-600x: see the device's manual, chapter 'Using the data port', for the menu that "
            "sets the port to ASCII at 9600 baud.",
        ),
        quirks=(
            "The protocol has no checksum: a digit damaged into another digit cannot be told from a value. Columns, "
            "widths and the pace of the time stamps are checked; keep the cable short and watch the bad lines.",
            "BPM is the pulse rate of the oximeter, reported as pr.",
            "A zero is no data: the device flashes zeros when it has lost the pulse. A number beside SD, SO, LP or LM "
            "is not taken; beside MO or PS, or a status code that no manual explains, it is questionable.",
            "The device's own alarm limits come in the heading lines and are shown as device reported.",
            "Lines after a TREND heading, and lines that do not keep pace with the clock, come from the device's "
            "memory: they are counted, not told. When the device's clock is set, values pause for 5 seconds.",
            "A model whose columns differ from those of the N-560 is read from its second line on.",
            "When nothing comes for 6 seconds XON is sent, at most every 6 seconds: a device that a stray XOFF has "
            "stopped goes on by it. Nothing else is ever sent.",
            "Pulse amplitude (PA, 0 to 255) is no perfusion index and is not reported.",
            "The device's clock has no zone and its year two digits.",
        ),
        verified=(
            "Line and heading forms, columns, asterisk, dashes, and the codes MO, SL, AS, AO, SD, SO, PS against lines "
            "captured from two N-560 (versions 1.56.00 and 1.61.00)",
        ),
        unverified=(
            "Columns of the NPB-190, NPB-195, NPB-290, NPB-295, N-550, N-595 and N-600x: their manuals were read, no "
            "captured line was at hand",
            "Codes LB, LM, LP, PH, PL, SH: from the manuals only",
            "Interactive menu of the N-595: its lines are left out as an open reader of the device lists them",
            "Trend print-out: form from the NPB-290 manual",
        ),
        sources=(
            "NPB-290 operator's manual 061082D, appendix B, Data Port Protocol",
            "NPB-190 service manual 033925E, appendix A; NPB-295 operator's manual, appendix C",
            "OxiMax N-560 operator's manual, Using the Data Port and Printing",
            "Lines captured from N-560: hansmuc/NellcorN560Seriell, AsixReader.java; a public demonstration stream of "
            "29 December 2017, version 1.56.00",
            "mdpnp, devices/nellcor, nellcor-n595.spec",
        ),
    )
    settings_type: ClassVar[type[DriverSettings]] = DriverSettings

    def __init__(self, settings: DriverSettings) -> None:
        del settings  # there are none
        self.counters = FrameCounters()
        self._splitter = Splitter(b"\r\n", LONGEST_LINE)
        self._tally = FrameTally(self.counters, SHORTEST_LINE)
        self._columns = Columns()
        self._pace = Pace()
        self._status_alerts = AlertChanges()
        self._limit_alerts = AlertChanges()
        self._heading: Heading | None = None
        self._mode: Mode | None = None
        self._elapsed = 0.0
        self._heard_at = 0.0
        self._xon_at = 0.0
        self._troubled = False

    def step(self, data: bytes, elapsed: float) -> Output:
        """See Driver.step."""
        self._elapsed = elapsed
        if data:
            self._heard_at = elapsed
            vitals, alerts = self._read(self._splitter.feed(data))
            return Output(vitals, alerts, trouble=self._trouble(elapsed))
        return Output(send=self._xon(elapsed), trouble=self._trouble(elapsed))

    def finish(self) -> Output:
        """See Driver.finish. A last line without its end counts only in full width."""
        vitals, alerts = self._read(self._splitter.finish())
        self._tally.settle()
        return Output(vitals, alerts)

    def _xon(self, elapsed: float) -> bytes:
        if elapsed - max(self._heard_at, self._xon_at) < XON_AFTER_S:
            return b""
        self._xon_at = elapsed
        return XON

    def _trouble(self, elapsed: float) -> str | None:
        troubled = elapsed - self._heard_at >= TROUBLE_AFTER_S
        if troubled == self._troubled:
            return None
        self._troubled = troubled
        return _SILENT if troubled else ""

    def _read(self, fragments: list[Fragment]) -> tuple[tuple[Vital, ...], tuple[DeviceAlert, ...]]:
        vitals: list[Vital] = []
        alerts: list[DeviceAlert] = []
        for fragment in fragments:
            pieces = split_at_starts(fragment.data)
            for index, data in enumerate(pieces):
                ended = fragment.closed_by is not None and index == len(pieces) - 1
                line = parse_line(data)
                if line is Other.MENU:
                    continue
                if line is None or (isinstance(line, Sample) and not self._columns.fit(line, ended)):
                    self._tally.unreadable(len(data), fragment.fresh and index == 0, begins_like_line(data))
                    continue
                self._tally.good(len(data))
                if isinstance(line, Sample):
                    self._take(line, vitals, alerts)
                else:
                    alerts += self._take_heading(line)
        return tuple(vitals), tuple(alerts)

    def _take(self, line: Sample, vitals: list[Vital], alerts: list[DeviceAlert]) -> None:
        if self._heading is not None and self._heading.trend:
            return
        if self._pace.is_live(line.device_time, self._elapsed):
            vitals += _vitals(line)
            alerts += self._status_alerts.update(_active(line))

    def _take_heading(self, line: Heading | Mode | Other) -> tuple[DeviceAlert, ...]:
        match line:
            case Heading():
                self._heading = line
            case Mode():
                self._mode = line
            case Other.TREND_END:
                self._heading = None
        return self._limit_alerts.update(_settings(self._heading, self._mode))


class Columns:
    """Whether a data line stands in the columns of this device.

    Lost or added bytes shift what stands behind them. Lines are held against the columns captured from an N-560 or
    those of the last good line; other ones are believed when two lines in a row have them. A device that pads its
    lines with blanks always pads them.
    """

    def __init__(self) -> None:
        self._ends = COLUMN_ENDS
        self._pads = False
        self._refused: tuple[tuple[int, int, int], int] | None = None

    def fit(self, line: Sample, ended: bool) -> bool:
        """ended: the line was closed by a line end; else it must have its full width, or its status may be cut off."""
        if not ended and line.width != FULL_WIDTH:
            return False
        shape = line.column_ends, line.width
        known = line.column_ends == self._ends and (line.width == FULL_WIDTH or not self._pads)
        if not known and shape != self._refused:
            self._refused = shape
            return False
        self._refused = None
        self._ends = line.column_ends
        self._pads = (line.padded and line.width == FULL_WIDTH) or (self._pads and known)
        return True


def _vitals(line: Sample) -> list[Vital]:
    codes = set(line.status)
    blind = bool(codes & NO_VALUE)
    doubtful = bool(codes & DOUBTFUL) or not codes <= STATUS_ALERTS.keys()
    status = Status.QUESTIONABLE if doubtful else Status.VALID
    return [
        Vital(parameter, None, Status.UNAVAILABLE, device_time=line.device_time)
        if value is None or blind
        else Vital(parameter, value, status, device_time=line.device_time)
        for parameter, value in ((Parameter.SPO2, line.spo2), (Parameter.PR, line.pulse_rate))
    ]


_LIMIT_CODES = {Parameter.SPO2: frozenset({"SH", "SL"}), Parameter.PR: frozenset({"PH", "PL"})}


def _active(line: Sample) -> list[DeviceAlert]:
    found = [
        STATUS_ALERTS.get(code) or DeviceAlert(f"status_{code.lower()}", f"Status {code}, not in the manuals read")
        for code in line.status
    ]
    for parameter in line.starred:
        if not _LIMIT_CODES[parameter].intersection(line.status):
            found.append(DeviceAlert(f"{parameter.value}_limit", "Outside the device's limits", parameter=parameter))
    return found


def _settings(heading: Heading | None, mode: Mode | None) -> list[DeviceAlert]:
    """What the heading lines say of the device, in words; the trend heading shows the limits of an earlier time."""
    found = []
    if heading is not None and not heading.trend:
        (low, high), (pulse_low, pulse_high) = heading.spo2_limits, heading.pulse_limits
        text = (
            f"{heading.model} version {heading.version}: alarm limits SpO2 {low} to {high} %, "
            f"pulse rate {pulse_low} to {pulse_high} /min"
        )
        found.append(DeviceAlert("device_limits", text))
    if mode is not None:
        text = f"Mode {'neonatal' if mode.neonatal else 'adult'}, SatSeconds {mode.sat_seconds}"
        found.append(DeviceAlert("device_mode", text + (", fast response" if mode.fast else "")))
    return found
