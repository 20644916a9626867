"""Oridion / Medtronic Capnostream: capnograph and oximeter that report once a second when asked."""

from __future__ import annotations

from typing import ClassVar

from drivers.alerts import AlertChanges
from drivers.capnostream.decoding import (
    CO2_WAVE,
    DEVICE_ID,
    FAST_ALERTS,
    NUMERICS,
    USUAL_LENGTHS,
    Numerics,
    bits,
    is_known,
    numerics_alerts,
    parse_device_id,
    parse_numerics,
    vitals,
)
from drivers.capnostream.dialogue import Dialogue
from drivers.capnostream.framing import Damaged, Framer, Message, Tally
from drivers.corroboration import Corroboration
from drivers.driver import DriverInfo, DriverSettings, FrameCounters, Output, SerialSettings
from drivers.observation import DeviceAlert, Parameter, Vital

CLOCK_SLACK_S = 10
"""Seconds by which two neighbouring reports may differ by the monitor's clock and need no witness."""


class Capnostream:
    """Asks for the real-time data and reads it; see drivers.driver.Driver."""

    info: ClassVar[DriverInfo] = DriverInfo(
        name="capnostream",
        title="Oridion / Medtronic Capnostream capnograph",
        models=("Capnostream 20", "Capnostream 20p", "Capnostream 35"),
        parameters=(Parameter.ETCO2, Parameter.RR, Parameter.SPO2, Parameter.PR),
        serial=SerialSettings(baud=115200),
        other_lines=(SerialSettings(baud=57600), SerialSettings(baud=19200), SerialSettings(baud=9600)),
        interval_s=1.0,
        dialogue=True,
        check="8-bit XOR a message",
        cabling=(
            "RS-232 at the 9-pin D connector on the rear, with the user's own cable; no handshake lines are used. The "
            "document of the interface gives no pin numbers: see the operator's manual, chapter on data transfer."
        ),
        setup=(
            "Connect the RS-232 cable; the monitor changes to this protocol by itself when the console asks.",
            "Leave the baud rate on automatic (factory setting), or set 115.2K, in the Institutional Defaults menu "
            "(operator's manual, appendix 1).",
            "Set the CO2 units to mmHg there: kPa is only questionable here, Vol% cannot be read.",
        ),
        quirks=(
            "The checksum is an XOR of 8 bits: two bytes that lost the same bit cancel each other. So a report is "
            "taken only when its length, units, values and alarm limits fit together too, and a value that leaps is "
            "questionable for the second until the next report agrees.",
            "A report whose clock does not follow the one before, whose alarm limits or units have changed, or whose "
            "SpO2 has become the respiratory rate before (OpenICE saw such shifted reports), is told only when the "
            "next report bears it out.",
            "kPa is sent in tenths and converted (7.50062 mmHg); told as questionable until somebody has compared it "
            "with a monitor. Vol% would need the ambient pressure, which is not sent: no EtCO2 then.",
            "The rate of the oximeter is reported as pr. FiCO2, waves and patient id are not read.",
            "EtCO2 and respiratory rate count as no data while the wave says warm-up, occlusion, self-maintenance, "
            "purging, FilterLine off or malfunction, or the report says pump off.",
            "The console sends enable, start and, every 5 s, link active; never a setting. When it stops, the "
            "monitor may show that communication was interrupted: that is a setting of the monitor.",
            "The clock is GMT by the document and local time by OpenICE's experience; no zone is sent.",
        ),
        verified=(
            "Only examples: the two escapes of the manufacturer's document, the device id in OpenICE's test, and the "
            "commands as other programs send them",
        ),
        unverified=(
            "Reports: no recorded stream was at hand; read from the manufacturer's document of 2007 and OpenICE",
            "Link active, bits for Masimo and battery: OpenICE only",
            "How a switched-off alarm limit is sent; that the number in the device id is the serial number",
            "Capnostream 35 speaks the same protocol",
        ),
        sources=(
            "Oridion, Capnostream Data Transfer Protocols, PN D006045C (2007), found in CalebBurton/capno-reader",
            "OpenICE, mdpnp/mdpnp, devices/oridion",
        ),
    )
    settings_type: ClassVar[type[DriverSettings]] = DriverSettings

    def __init__(self, settings: DriverSettings) -> None:
        del settings  # there are none
        self.counters = FrameCounters()
        self._framer = Framer()
        self._tally = Tally(self.counters, {code: USUAL_LENGTHS[code] for code in (CO2_WAVE, NUMERICS)})
        self._dialogue = Dialogue()
        self._fast_alerts = AlertChanges()
        self._slow_alerts = AlertChanges()
        self._fast_status = 0  # of the last wave message since the last report
        self._last: Numerics | None = None
        self._witness = Corroboration()

    def step(self, data: bytes, elapsed: float) -> Output:
        """See Driver.step."""
        read = self._read(self._framer.feed(data), elapsed) if data else Output()
        return Output(
            read.vitals, read.alerts, self._dialogue.send(elapsed), self._dialogue.trouble(elapsed), read.identity
        )

    def finish(self) -> Output:
        """See Driver.finish. A message is whole or not, so only what is not is left to count."""
        return self._read(self._framer.finish(), 0.0)

    def _read(self, pieces: list[Message | Damaged], elapsed: float) -> Output:
        told: list[Vital] = []
        alerts: list[DeviceAlert] = []
        identity = ""
        for piece in pieces:
            if isinstance(piece, Damaged):
                self._tally.damaged(piece)
            elif not is_known(piece.code, len(piece.data)):
                self._tally.bad()
            elif piece.code == NUMERICS:
                report = parse_numerics(piece.data)
                if report is None:
                    self._tally.bad()
                    continue
                self._tally.good()
                self._dialogue.numerics(elapsed)
                if self._is_borne_out(report):
                    told += self._witness.judge(vitals(report, self._fast_status))
                    alerts += self._slow_alerts.update(numerics_alerts(report))
                self._fast_status = 0
            else:
                self._tally.good()
                if piece.code == CO2_WAVE:
                    self._fast_status = piece.data[3]
                    alerts += self._fast_alerts.update(bits(FAST_ALERTS, self._fast_status))
                elif piece.code == DEVICE_ID:
                    self._dialogue.device_id(elapsed)
                    identity = parse_device_id(piece.data) or identity
        return Output(tuple(told), tuple(alerts), identity=identity)

    def _is_borne_out(self, report: Numerics) -> bool:
        """False when the report may be a shifted one: the next report, compared with this one, will tell."""
        last, self._last = self._last, report
        if last is None:
            return True
        if abs(report.seconds - last.seconds) > CLOCK_SLACK_S or report.settings != last.settings:
            return False
        return report.spo2 is None or report.spo2 != last.respiratory_rate or report.spo2 == last.spo2
