"""Nonin table-top and hand-held oximeters: real-time ASCII output, a line a second, nothing to ask for."""

from __future__ import annotations

from typing import ClassVar

from drivers.alerts import AlertChanges
from drivers.delimited import Fragment, FrameTally, Splitter
from drivers.driver import DriverInfo, DriverSettings, FrameCounters, Output, SerialSettings
from drivers.nonin.ascii.decoding import Line, begins_like_line, parse_line, resembles_line, split_at_starts
from drivers.observation import DeviceAlert, Parameter, Status, Vital

LONGEST_LINE = 128
SHORTEST_LINE = 8

_EVENT = DeviceAlert("event_mark", "Event marked at the device")


class NoninAscii:
    """Reads the stream; see drivers.driver.Driver."""

    info: ClassVar[DriverInfo] = DriverInfo(
        name="nonin_ascii",
        title="Nonin pulse oximeter, real-time ASCII",
        models=("Avant 9600", "Avant 4000", "Avant 4100", "7500FO", "8500", "2500 PalmSAT", "8600", "9847"),
        parameters=(Parameter.SPO2, Parameter.PR),
        serial=SerialSettings(baud=9600),
        interval_s=1.0,
        dialogue=False,
        cabling=(
            "Avant 9600, 4000, 4100: RS-232 connector, null-modem cable. 7500FO: Nonin cable 7500 SC; 9-pin D-sub with "
            "3 serial data out, 5 ground. 8500, 2500: pin 4 of the 9-pin sensor connector carries serial data at TTL "
            "level (8500), 7 is ground: a TTL adapter is needed, never a plain RS-232 port. 8600: 15-pin D-sub "
            "'recording output'. No handshake lines."
        ),
        setup=(
            "Connect the cable, then switch the oximeter on: real-time output starts by itself.",
            "Avant 9600, 4000, 4100: DIP switch 8 down for the values as the display averages them, up for the "
            "fast-responding ones (the lines then end in F).",
        ),
        quirks=(
            "The protocol has no checksum: a digit damaged into another digit cannot be told from a value. Widths and "
            "ranges are checked; keep the cable short and watch the bad lines.",
            "HR is the pulse rate of the oximeter, reported as pr.",
            "Nothing in the line says that a sensor is off or a signal is weak: the device shows dashes. With an "
            "inadequate pulse the 2500A holds its last values for up to 10 seconds before it shows dashes, unmarked.",
            "Some models send 9 data bits of which the ninth is always mark, or 2 stop bits: both read as 8N1.",
            "A time before the values has no date and is not reported.",
            "* (a button pressed at the device) is told as a device event; B (breath seen, 9847) is read and not "
            "reported.",
            "The device listens to nothing and names no serial number.",
        ),
        verified=("No captured line was at hand: nothing is verified on real bytes",),
        unverified=(
            "All forms: from the manuals, which print XXX for the numbers; leading zeros and leading blanks are both "
            "read",
            "Wording of the heading at power-up: it is passed over as skipped bytes",
            "Combinations of F, * and B",
        ),
        sources=(
            "Avant 9600 operator's manual p. 5-3",
            "Avant 4000 and 4100 operator's manuals, real-time patient data output",
            "8500 operator's manual p. 15; 2500 PalmSAT p. 18; 8600V p. 22; 9847 p. 37; 7500FO p. 25",
            "2500A VET operator's manual, pulse quality indicator (values held for 10 seconds)",
        ),
    )
    settings_type: ClassVar[type[DriverSettings]] = DriverSettings

    def __init__(self, settings: DriverSettings) -> None:
        del settings  # there are none
        self.counters = FrameCounters()
        self._splitter = Splitter(b"\r\n", LONGEST_LINE)
        self._tally = FrameTally(self.counters, SHORTEST_LINE)
        self._alerts = AlertChanges()

    def step(self, data: bytes, elapsed: float) -> Output:
        """See Driver.step."""
        del elapsed
        return self._read(self._splitter.feed(data)) if data else Output()

    def finish(self) -> Output:
        """See Driver.finish. A whole last line counts even without its line end."""
        output = self._read(self._splitter.finish())
        self._tally.settle()
        return output

    def _read(self, fragments: list[Fragment]) -> Output:
        vitals: list[Vital] = []
        alerts: list[DeviceAlert] = []
        for fragment in fragments:
            for index, data in enumerate(split_at_starts(fragment.data)):
                line = parse_line(data)
                if line is not None:
                    self._tally.good(len(data))
                    vitals += _vitals(line)
                    alerts += self._alerts.update((_EVENT,) if line.event else ())
                elif resembles_line(data):
                    self._tally.unreadable(len(data), fragment.fresh and index == 0, begins_like_line(data))
                else:
                    self.counters.skipped += len(data)
        return Output(tuple(vitals), tuple(alerts))


def _vitals(line: Line) -> list[Vital]:
    return [
        Vital(parameter, value, Status.UNAVAILABLE if value is None else Status.VALID)
        for parameter, value in ((Parameter.SPO2, line.spo2), (Parameter.PR, line.pulse_rate))
    ]
