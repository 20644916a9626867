"""GE / Critikon Dinamap Pro 1000 in native binary mode: alarms of the device; no vital signs."""

from __future__ import annotations

from typing import ClassVar

from drivers.alerts import AlertChanges
from drivers.dinamap.decoding import Detections, active_alerts
from drivers.dinamap.framing import Block, Framer
from drivers.driver import DriverInfo, DriverSettings, FrameCounters, Output, SerialSettings
from drivers.observation import DeviceAlert


class DinamapPro1000:
    """Reads the stream of blocks; see drivers.driver.Driver. detections: beats and breaths counted by the device."""

    info: ClassVar[DriverInfo] = DriverInfo(
        name="dinamap_pro1000",
        title="GE / Critikon Dinamap Pro 1000, native binary mode: alarms only, no vital signs",
        models=("Dinamap Pro 1000",),
        parameters=(),
        serial=SerialSettings(baud=9600),
        other_lines=(SerialSettings(baud=19200), SerialSettings(baud=38400)),
        interval_s=0.02,
        dialogue=False,
        check="CRC-8 a block",
        cabling="Host communication port of the monitor; see the monitor's service manual for connector and pins.",
        setup=(
            "Set the host communication of the monitor to native binary mode; see the PRO 1000 Host Communications "
            "Manual, chapter on native binary mode, for the way there.",
            "If no block is read, try the other line settings: the manual's chapter on the port was not at hand.",
        ),
        quirks=(
            "NUMERICS ARE NOT DECODED: heart rate, blood pressure, SpO2, respiratory rate and temperature are in the "
            "stream, but the manual's table of their places was not at hand. A bed with this source alone charts "
            "nothing; watch the patient with another device.",
            "The warning and crisis alarms of the monitor are passed on as device reported; it does not say in these "
            "bits what they are about.",
            "Detected QRS complexes and breaths are counted; no rate is computed from them.",
            "Lost blocks are counted by the sequence number.",
        ),
        verified=(
            "Blocks, sequence number and CRC against the only public capture: 1,152 of 1,152 blocks",
            "QRS and breath bits change at a steady pace in that capture (23 and 12 times in 23 s)",
        ),
        unverified=(
            "Alarm bits: named in one open reader, not seen in the capture; their rank is read from their names",
            "Line settings; how the monitor is told to send",
        ),
        sources=(
            "Zeriam/dinamap-reader: capture, structure and names of bits; the CRC was found by search",
            "PRO 1000 Host Communications Manual: table of contents only",
        ),
    )
    settings_type: ClassVar[type[DriverSettings]] = DriverSettings

    def __init__(self, settings: DriverSettings) -> None:
        del settings  # there are none
        self.counters = FrameCounters()
        self.detections = Detections()
        self._framer = Framer(self.counters)
        self._alerts = AlertChanges()
        self._last: Block | None = None

    def step(self, data: bytes, elapsed: float) -> Output:
        """See Driver.step."""
        del elapsed  # nothing is asked for
        alerts: list[DeviceAlert] = []
        for block in self._framer.feed(data):
            if self._last is not None:
                self.detections.count(self._last, block)
            self._last = block
            alerts += self._alerts.update(active_alerts(block))
        return Output(alerts=tuple(alerts))

    def finish(self) -> Output:
        """See Driver.finish."""
        self._framer.finish()
        return Output()
