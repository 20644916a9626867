"""GE / Datex-Ohmeda monitors over the S/5 computer interface: the console asks, the monitor reports."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from drivers.alerts import AlertChanges
from drivers.cuff import CuffReadings
from drivers.delimited import Fragment, FrameTally, Splitter
from drivers.dri_s5.alarms import parse_alarms
from drivers.dri_s5.displayed import Displayed, cuff_time, is_basic, is_sound, parse_displayed
from drivers.dri_s5.framing import FLAG, LONGEST_FRAME, decode_frame, encode_frame
from drivers.dri_s5.records import (
    ALARM_STATUS,
    AUXILIARY,
    DISPLAYED,
    MAIN_ALARM,
    MAIN_PHYSIOLOGICAL,
    SHORTEST_FRAME,
    Record,
    alarm_status_request,
    begins_like_record,
    device_time,
    displayed_values_request,
    parse_record,
)
from drivers.driver import DriverInfo, DriverSettings, FrameCounters, Output, SerialSettings
from drivers.observation import DeviceAlert, Parameter, Status, Vital

INTERVAL_S = 5
"""Shortest interval the monitor accepts for displayed values."""

SILENCE_S = 7.5
"""Silence after which the values are asked for again: the monitor was switched off, or missed the request."""

UNANSWERED_S = 15.0
"""So long without a report, a monitor that is asked every 5 s does not listen."""

UNANSWERED = (
    "The monitor does not answer the request for its values: check that it is on, that its serial interface is set to "
    "the computer interface, and that the cable carries both directions and the handshake lines."
)

ALARM_INTERVAL_S = 5.0
"""Seconds between two questions for the alarms; the monitor takes one message in two seconds."""


class DriS5Settings(DriverSettings):
    """What may be chosen of the conversation."""

    alarms: bool = Field(
        default=True,
        title="Ask for alarms",
        description="Also ask for the alarms on the screen. Off for a monitor that does not know the question.",
    )


class DriS5:
    """Asks for the displayed values and reads the reports; see drivers.driver.Driver."""

    info: ClassVar[DriverInfo] = DriverInfo(
        name="dri_s5",
        title="GE / Datex-Ohmeda monitor, S/5 computer interface",
        models=("B20", "B40", "B105", "B125", "B450", "B650", "B850", "S/5", "Cardiocap/5"),
        parameters=tuple(parameter for parameter in Parameter if parameter is not Parameter.PERFUSION_INDEX),
        serial=SerialSettings(baud=19200, parity="E", rtscts=True),
        interval_s=float(INTERVAL_S),
        dialogue=True,
        check="8-bit sum over the record",
        cabling=(
            "Handshake lines RTS and CTS are needed. Monitor with DB9 male: 2 receives, 3 sends, 5 ground, 7 RTS, "
            "8 CTS. B20, B40, B105, B125 with DB9 female: 2 sends, 3 receives, 7 CTS, 8 RTS."
        ),
        other_lines=(SerialSettings(baud=115200, parity="E", rtscts=True),),
        setup=(
            "Use the serial port that the monitor's technical manual names for the computer interface.",
            "Some models let that port be switched to something else (printer, network): see the installation menu in "
            "the technical manual, chapter on interfacing, and choose the computer interface.",
        ),
        quirks=(
            "The checksum is a sum of 8 bits: two damaged bytes can cancel each other. The even parity of the line "
            "is the second net; keep it on.",
            "Heart rate counted from SpO2 or a pressure channel is not reported as hr; the oximeter's own rate is pr.",
            "One respiratory rate is reported: CO2, else impedance, else flow; the site says which.",
            "End-tidal CO2 comes in percent and is converted with the ambient pressure the monitor sends.",
            "A cuff reading older than 60 s is questionable; its device time is that of the inflation where the "
            "monitor sends it.",
            "Only a pressure channel labelled ART or ABP is arterial; of two the first is taken.",
            "Several temperatures are all reported with their sites, the skin before the core.",
            "The monitor's clock names no zone.",
        ),
        verified=("Request records and checksum against the five worked examples of M1017617, appendix A",),
        unverified=(
            "Reports: no recorded stream was at hand; offsets are computed from the documents",
            "Conversion of CO2 percent at body temperature and water vapour",
            "Width of enumerations in the alarm record; that older monitors ignore the alarm request",
        ),
        sources=("Datex-Ohmeda S/5 Computer Interface M1017617, 12th edition", "Datex record interface 8005313"),
    )
    settings_type: ClassVar[type[DriverSettings]] = DriS5Settings

    def __init__(self, settings: DriverSettings) -> None:
        self.counters = FrameCounters()
        self._ask_alarms = isinstance(settings, DriS5Settings) and settings.alarms
        self._splitter = Splitter(bytes((FLAG,)), LONGEST_FRAME)
        self._tally = FrameTally(self.counters, SHORTEST_FRAME)
        self._status_alerts = AlertChanges()
        self._screen_alerts = AlertChanges()
        self._cuff = CuffReadings()
        self._seen: dict[Parameter, None] = {}
        self._ask_values_at = 0.0
        self._ask_alarms_at: float | None = None  # from the first report on
        self._reported_at = 0.0
        self._unanswered = False

    def step(self, data: bytes, elapsed: float) -> Output:
        """See Driver.step."""
        vitals: list[Vital] = []
        alerts: list[DeviceAlert] = []
        reports = self._read(self._splitter.feed(data), vitals, alerts) if data else 0
        return Output(tuple(vitals), tuple(alerts), self._requests(elapsed, reports), self._trouble(elapsed, reports))

    def finish(self) -> Output:
        """See Driver.finish. A frame without its closing flag is half a frame."""
        vitals: list[Vital] = []
        alerts: list[DeviceAlert] = []
        self._read(self._splitter.finish(), vitals, alerts)
        self._tally.settle()
        return Output(tuple(vitals), tuple(alerts))

    def _trouble(self, elapsed: float, reports: int) -> str | None:
        """What has changed in how the monitor answers; see Output.trouble."""
        if reports:
            self._reported_at = elapsed
        unanswered = elapsed - self._reported_at >= UNANSWERED_S
        if unanswered == self._unanswered:
            return None
        self._unanswered = unanswered
        return UNANSWERED if unanswered else ""

    def _requests(self, elapsed: float, reports: int) -> bytes:
        send = b""
        if reports:
            self._ask_values_at = elapsed + SILENCE_S
            if self._ask_alarms_at is None and self._ask_alarms:
                self._ask_alarms_at = elapsed + ALARM_INTERVAL_S / 2  # between two reports
        elif elapsed >= self._ask_values_at:
            self._ask_values_at = elapsed + INTERVAL_S
            send += encode_frame(displayed_values_request(INTERVAL_S))
        if self._ask_alarms_at is not None and elapsed >= self._ask_alarms_at:
            self._ask_alarms_at = elapsed + ALARM_INTERVAL_S
            send += encode_frame(alarm_status_request())
        return send

    def _read(self, fragments: list[Fragment], vitals: list[Vital], alerts: list[DeviceAlert]) -> int:
        """Returns how many reports of displayed values there were."""
        reports = 0
        for fragment in fragments:
            record = _sound_record(fragment)
            if record is None:
                self._tally.unreadable(len(fragment.data), fragment.fresh, begins_like_record(fragment.data))
                continue
            self._tally.good(len(fragment.data))
            if record.main_type == MAIN_PHYSIOLOGICAL:
                reports += self._read_values(record, vitals, alerts)
            elif record.main_type == MAIN_ALARM:
                for _, data in _of_kind(record, ALARM_STATUS):
                    alerts += self._screen_alerts.update(parse_alarms(data) or ())
        return reports

    def _read_values(self, record: Record, vitals: list[Vital], alerts: list[DeviceAlert]) -> int:
        inflated = max((cuff_time(data) for _, data in _of_kind(record, AUXILIARY)), default=0)
        reports = 0
        for _, data in _of_kind(record, DISPLAYED):
            if is_basic(data):
                report = parse_displayed(data)
                vitals += self._complete([*report.vitals, *self._cuff_vitals(report, inflated)])
                alerts += self._status_alerts.update(report.alerts)
                reports += 1
        return reports

    def _cuff_vitals(self, report: Displayed, inflated: int) -> list[Vital]:
        when = device_time(inflated) if inflated <= report.seconds else None
        values = tuple(vital.value for vital in report.cuff)
        repeat = self._cuff.is_repeat((values, when), report.cuff_old)
        return [
            Vital(v.parameter, v.value, v.status, v.site, when, repeat and v.value is not None) for v in report.cuff
        ]

    def _complete(self, vitals: list[Vital]) -> list[Vital]:
        """A module pulled out of the monitor takes its group along: what was there before has no data now."""
        present = {vital.parameter for vital in vitals}
        gone = [Vital(parameter, None, Status.UNAVAILABLE) for parameter in self._seen if parameter not in present]
        self._seen.update(dict.fromkeys(present))
        return vitals + gone


def _of_kind(record: Record, kind: int) -> list[tuple[int, bytes]]:
    return [subrecord for subrecord in record.subrecords if subrecord[0] == kind]


def _sound_record(fragment: Fragment) -> Record | None:
    """The record of a whole frame, all of whose subrecords that we read have their proper size."""
    if fragment.opened_by is None or fragment.closed_by is None:
        return None
    data = decode_frame(fragment.data)
    record = parse_record(data) if data is not None else None
    if record is None:
        return None
    if record.main_type == MAIN_PHYSIOLOGICAL and not all(is_sound(data) for _, data in _of_kind(record, DISPLAYED)):
        return None
    if record.main_type == MAIN_ALARM and any(parse_alarms(data) is None for _, data in _of_kind(record, ALARM_STATUS)):
        return None
    return record
