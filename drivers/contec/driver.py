"""Contec CMS50D+ and relatives with communication protocol V7.0: sixty packages a second, once asked for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from drivers.alerts import AlertChanges
from drivers.contec.decoding import Agreement, Sample, parse_realtime
from drivers.contec.dialogue import Dialogue
from drivers.contec.framing import REALTIME, Package, PackageReader
from drivers.driver import DriverInfo, DriverSettings, FrameCounters, Output, SerialSettings
from drivers.observation import DeviceAlert, Parameter, Vital

PACKAGES_A_REPORT = 60

INTERRUPTED_S = 1.0
"""After so long without a package the ones before are no witnesses any more: what they said is over."""


class ContecCms50dPlus:
    """Asks for real-time data and tells one report a second; see drivers.driver.Driver."""

    info: ClassVar[DriverInfo] = DriverInfo(
        name="contec_cms50dplus",
        title="Contec CMS50D+ fingertip oximeter, protocol V7.0",
        models=("CMS50D+ (9-byte packages, firmware 4.6 or later)", "Pulox PO-250"),
        parameters=(Parameter.SPO2, Parameter.PR, Parameter.PERFUSION_INDEX),
        serial=SerialSettings(baud=115200),
        interval_s=1.0,
        dialogue=True,
        cabling=(
            "The oximeter's own cable: the converter (Silicon Labs CP210x) is in the cable's plug, and the small "
            "socket of the oximeter carries serial data although it looks like micro USB. An ordinary USB cable does "
            "not work. Socket, flat side up, looking into it: 2 receives, 3 sends, 5 ground."
        ),
        setup=(
            "Put the finger in and switch the oximeter on: without a finger it switches itself off.",
            "Plug in its own cable and choose the port of the CP210x converter, 115200 baud, 8N1.",
            "See the device's manual, chapter on data upload, for a menu entry that has to allow it.",
        ),
        quirks=(
            "The protocol has no checksum. Sixty packages a second repeat the numbers: a number is told when at least "
            "8 of the last 15 packages have it, one report a second; at the end of a recording fewer are told as "
            "questionable. Not seen is damage that does the same to 8 packages of 15.",
            "A device sold for spot checks: it has no alarms of its own that a ward could rely on.",
            "Finger out makes every value unavailable; while it searches for the pulse a value is questionable.",
            "Pulse rate 0 and SpO2 0 are no data; a perfusion index above 20 % is questionable.",
            "Low SpO2 is the oximeter's own message; Contec's software ignores it.",
            "It stops sending when it hears nothing for a while (half a minute in one report); the console tells it "
            "every 5 s that it is there.",
            "Older CMS50D+ (5-byte packages at 19200 baud, odd parity) speak another protocol and are not read.",
            "Its identifier is a text the user can set ('user' when new): it tells no oximeter from another.",
        ),
        verified=(
            "Real-time packages, high byte, absent perfusion index against seven packages of one CMS50D+ and one of "
            "another, quoted in public programs",
            "Commands A1, A2, A7, AF and the answer 0C against quoted sessions",
        ),
        unverified=(
            "Packages with a perfusion index; finger out and searching: documented, no bytes at hand",
            "Refusals (0B) and notices (0D): documented, no bytes at hand",
            "After how many seconds without a word the oximeter stops",
        ),
        sources=(
            "Contec Medical System, Communication protocol of pulse oximeter V7.0, 2010-07-08 (copy in "
            "InfantLab/Contec-Pulse-Oximeter-in-Matlab)",
            "headrotor/art-sensors spO2/stream_data.py (session, connector); MarkMLl/Contec_cms50dplus (package, 30 s)",
            "timegrid/CMS50Dplus7 (Pulox PO-250)",
        ),
    )
    settings_type: ClassVar[type[DriverSettings]] = DriverSettings

    def __init__(self, settings: DriverSettings) -> None:
        del settings  # there are none
        self.counters = FrameCounters()
        self._reader = PackageReader(self.counters)
        self._dialogue = Dialogue()
        self._agreement = Agreement()
        self._alerts = AlertChanges()
        self._since = PACKAGES_A_REPORT
        self._elapsed = 0.0
        self._sampled_at = 0.0

    def step(self, data: bytes, elapsed: float) -> Output:
        """See Driver.step."""
        self._elapsed = elapsed
        vitals, alerts = self._read(self._reader.feed(data, elapsed))
        send = self._dialogue.next(elapsed)
        return Output(tuple(vitals), tuple(alerts), send, self._dialogue.news())

    def finish(self) -> Output:
        """See Driver.finish."""
        vitals, alerts = self._read(self._reader.finish())
        if self._since >= PACKAGES_A_REPORT and self._elapsed - self._sampled_at < INTERRUPTED_S:
            remainder = self._agreement.remainder()
            vitals += remainder
            alerts += self._alerts.update(self._agreement.active()) if remainder else ()
        return Output(tuple(vitals), tuple(alerts))

    def _read(self, packages: Iterable[Package]) -> tuple[list[Vital], list[DeviceAlert]]:
        vitals: list[Vital] = []
        alerts: list[DeviceAlert] = []
        for package in packages:
            if package.type != REALTIME:
                self.counters.good += 1
                self._dialogue.heard(package, self._elapsed)
                continue
            sample = parse_realtime(package)
            if sample is None:
                self.counters.bad += 1
                continue
            self.counters.good += 1
            self._dialogue.realtime(self._elapsed)
            if self._take(sample):
                vitals += self._agreement.vitals()
                alerts += self._alerts.update(self._agreement.active())
        return vitals, alerts

    def _take(self, sample: Sample) -> bool:
        """True when a report is due and most packages agree on it."""
        if self._elapsed - self._sampled_at >= INTERRUPTED_S:
            self._agreement.forget()
        self._sampled_at = self._elapsed
        self._agreement.add(sample)
        self._since += 1
        due = self._since >= PACKAGES_A_REPORT and bool(self._agreement.vitals())
        if due:
            self._since = 0
        return due
