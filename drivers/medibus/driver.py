"""Draeger ventilators and others that speak MEDIBUS: the console asks for values and alarms, and answers back."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import ClassVar

from pydantic import Field, field_validator

from drivers.alerts import AlertChanges
from drivers.driver import DriverInfo, DriverSettings, FrameCounters, Output, SerialSettings
from drivers.medibus.alarms import Sources, device_alert, impaired
from drivers.medibus.decoding import ALARMS, ALARMS_2, DATA, TIME, is_sound, parse_alarms, parse_data, parse_time
from drivers.medibus.dialogue import Dialogue
from drivers.medibus.framing import REALTIME, Deframer, Message
from drivers.medibus.vitals import Numerics
from drivers.observation import DeviceAlert, Parameter, Vital

ALARMS_KEPT_S = 10.0
"""Alarms older than this no longer speak about values: their report has been lost on the way."""

_NOTHING: tuple[Sources, Sources] = (frozenset(), frozenset())


class MedibusSettings(DriverSettings):
    """See the fields."""

    station_name: str = Field(
        default="Ward Console",
        title="Name told to the device",
        description=(
            "The device asks who reads it. At most 32 printable ASCII characters without apostrophe; left empty, the "
            "console answers without naming itself, with which Evita 4 and some others may not be content."
        ),
    )
    interval_s: float = Field(
        default=1.0,
        ge=1.0,
        le=5.0,
        title="Seconds between two questions for the values",
        description="1 to 5. On a line of 1200 baud take 3 or more.",
    )
    alarms: bool = Field(
        default=True,
        title="Pass the device's alarms on",
        description="Without them, a disconnected sensor is known only by its values being left out.",
    )

    @field_validator("station_name")
    @classmethod
    def _check_name(cls, name: str) -> str:
        if not re.fullmatch(r"[ -&(-~]{0,32}", name) or (name and not name.strip()):
            raise ValueError("must be at most 32 printable ASCII characters without apostrophe")
        return name

    def identification(self) -> bytes:
        """Our answer to the question who we are. 0161 is the number the protocol definition gives to a computer."""
        return f"0161'{self.station_name}'01.00:04.03".encode("ascii") if self.station_name else b""


class Medibus:
    """Keeps the conversation and reads the responses; see drivers.driver.Driver."""

    info: ClassVar[DriverInfo] = DriverInfo(
        name="medibus",
        title="Draeger ventilator, MEDIBUS",
        models=(
            "Evita",
            "Evita 2",
            "Evita 2 dura",
            "Evita 4",
            "EvitaXL",
            "Savina",
            "Capnosat",
            "Graphic Screen (VentView)",
        ),
        parameters=(Parameter.SPO2, Parameter.PR, Parameter.ETCO2, Parameter.RR),
        serial=SerialSettings(baud=19200, parity="E"),
        other_lines=(SerialSettings(baud=19200), SerialSettings(baud=9600, parity="E")),
        interval_s=1.0,
        dialogue=True,
        check="8-bit sum over each message",
        cabling=(
            "Evita family and Savina: DB9 female on the device, 2 RXD, 3 TXD, 5 ground, isolated to 1.5 kV. The "
            "device's pins bear the same names as the computer's, so a crossed (null modem) cable is needed; an "
            "Evita 4 was read through one. Graphic Screen: DB9 male, same pins. Capnosat: DB25 female, 2 TXD, 3 RXD, "
            "7 ground, not isolated: only an isolated adapter may be connected. No handshake lines are used."
        ),
        setup=(
            "Find the port: COM1 of Evita 4, Evita 2 dura and EvitaXL (COM2 and COM3 on their extension board); RS "
            "232 of Savina; RS 232 on the extension board EvitaLink of Evita and Evita 2; COM3 of the Graphic Screen.",
            "Set the protocol of that port to MEDIBUS in the device's configuration menu; see the device's manual, "
            "chapter on its interface. The menu may ask for a password.",
            "Set 19200 baud, 8 data bits, even parity, 1 stop bit, which is what channel A of Evita and Evita 2 has. "
            "Where there is a choice keep even parity: the protocol's own checksum is weak. Capnosat has 9600 baud "
            "with even parity, Graphic Screen 19200 baud without.",
            "Set the device's unit of CO2 to mmHg or kPa, not to percent.",
        ),
        quirks=(
            "The respiratory rate counts the breaths the ventilator gives as well: a patient who does not breathe by "
            "himself has a normal rate here.",
            "One respiratory rate is reported: from CO2, else from flow, else the derived one; the site says which. A "
            "rate that the device's own alarms doubt stands behind one they do not.",
            "End-tidal CO2 in kPa is converted to mmHg. In percent it is reported as no data: the response does not "
            "say what it is a percentage of.",
            "The temperature of the breathing gas is not the temperature of the body and is not read.",
            "A value that the device leaves out of a response has no data. While it reports a disconnected or failed "
            "sensor, values of that sensor are not taken; while it reports warming up, calibration due, an occluded "
            "CO2 window or a doubtful flow sensor, they are questionable.",
            "Priorities 24 to 31 of the device are passed on as high, 11 to 23 as medium, 10 and less as low.",
            "The checksum is a sum of 8 bits and messages have no length: with parity a damaged message practically "
            "cannot pass; without, two flipped bits can cancel each other: on a bad line (one byte in a thousand) "
            "about one message in 100,000 then tells a wrong value. Watch the count of bad frames.",
            "The device's clock has no zone and its year two digits. It is asked every ten minutes, and the device "
            "time of a value is counted on from there. Devices that tell no clock (Evita 4) or no seconds give none.",
            "When the cable is pulled the device reports a communication error of its interface; that is about the "
            "cable, not about the patient. A console that is stopped says STOP first.",
            "Waveforms (realtime data) are not asked for; their bytes are counted as skipped.",
            "Nothing at the device is set, silenced or switched: the console sends ICC, NOP, STOP, its identification, "
            "and the questions for data, alarms, time and identification.",
        ),
        verified=(
            "Sums of the commands and responses in the manual's worked examples (10 of 11: the NOP printed there is a "
            "misprint)",
            "Form of numbers, alarm codes and alarm phrases against decoded records of an Evita 4 published by the "
            "project icu_devices",
        ),
        unverified=(
            "No recorded byte stream of any device was at hand; the dialogue was played against a simulator only",
            "Limits between high, medium and low in the device's priorities",
            "Other devices with MEDIBUS or MEDIBUS.X (Evita V300 and V500, Apollo, Primus, Oxylog 3000 plus, Perseus): "
            "the same messages are expected, their documents were not at hand; lines used by others: V300 19200 8E1, "
            "Primus 9600 8E1",
            "Code D9 (derived respiratory rate), from an open implementation",
            "That alarms are reported only while they last, not until they are acknowledged",
            "Dates and times without seconds",
        ),
        sources=(
            "Draeger RS 232 MEDIBUS Protocol Definition, revision level 4.03 (90 28 258, 7th edition)",
            "MEDIBUS for Draeger Intensive Care Devices (90 28 329, 11th edition)",
            "KaiWU17TUM/icu_devices: Evita 4 records and wiring",
            "xeonfusion/VSCaptureDrgVent: list of codes; wokai/xenon: line settings",
        ),
    )
    settings_type: ClassVar[type[DriverSettings]] = MedibusSettings

    def __init__(self, settings: DriverSettings) -> None:
        chosen = settings if isinstance(settings, MedibusSettings) else MedibusSettings()
        self.counters = FrameCounters()
        self._deframer = Deframer(self.counters, is_sound)
        self._dialogue = Dialogue(chosen.identification(), chosen.interval_s, chosen.alarms)
        self._numerics = Numerics()
        self._alerts = {ALARMS: AlertChanges(), ALARMS_2: AlertChanges()}
        self._impaired = _NOTHING
        self._impaired_at = 0.0
        self._clock: tuple[datetime, float] | None = None  # what it showed, and when

    def step(self, data: bytes, elapsed: float) -> Output:
        """See Driver.step."""
        vitals: list[Vital] = []
        alerts: list[DeviceAlert] = []
        if any(byte < REALTIME for byte in data):
            self._dialogue.heard_bytes(elapsed)
        for heard in self._deframer.feed(data):
            self._dialogue.hear(heard, elapsed)
            if isinstance(heard, Message) and heard.response and heard.sound:
                self._read(heard, elapsed, vitals, alerts)
        return Output(tuple(vitals), tuple(alerts), self._dialogue.speak(elapsed), self._dialogue.trouble())

    def finish(self) -> Output:
        """See Driver.finish. A message without its CR is half a message."""
        self._deframer.finish()
        return Output(send=self._dialogue.farewell())

    def _read(self, response: Message, elapsed: float, vitals: list[Vital], alerts: list[DeviceAlert]) -> None:
        if response.code == DATA:
            faults, doubts = self._impaired if elapsed - self._impaired_at <= ALARMS_KEPT_S else _NOTHING
            values = parse_data(response.data) or {}
            vitals += self._numerics.tell(values, faults, doubts, self._device_time(elapsed))
        elif response.code in self._alerts:
            alarms = parse_alarms(response.data) or ()
            alerts += self._alerts[response.code].update(device_alert(response.code, alarm) for alarm in alarms)
            if response.code == ALARMS:
                self._impaired, self._impaired_at = impaired(alarms), elapsed
        elif response.code == TIME:
            shown = parse_time(response.data)
            self._clock = (shown[0], elapsed) if shown is not None and shown[1] else None

    def _device_time(self, elapsed: float) -> datetime | None:
        if self._clock is None:
            return None
        shown, at = self._clock
        return shown + timedelta(seconds=int(elapsed - at))
