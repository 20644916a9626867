"""Datascope Accutorr 3 and 4, PC interface: the console asks at the prompt, the monitor answers."""

from __future__ import annotations

from typing import ClassVar

from drivers.accutorr.decoding import (
    BANNER,
    Reply,
    Widths,
    begins_like_reply,
    parse_reply,
    resembles_reply,
    split_at_heads,
)
from drivers.accutorr.dialogue import POLL_S, Dialogue
from drivers.accutorr.inflations import MINUTE, Inflations
from drivers.accutorr.status import Conditions, read_status
from drivers.alerts import AlertChanges
from drivers.delimited import Fragment, FrameTally, Splitter
from drivers.driver import DriverInfo, DriverSettings, FrameCounters, Output, SerialSettings
from drivers.observation import DeviceAlert, Parameter, Status, Vital
from drivers.plausibility import pressure_status

PROMPT = b">"
LONGEST_LINE = 128
SHORTEST_LINE = 16

_CUFF = (Parameter.NIBP_SYS, Parameter.NIBP_MEAN, Parameter.NIBP_DIA)


class AccutorrPc:
    """Asks for the patient data and reads the answers; see drivers.driver.Driver."""

    info: ClassVar[DriverInfo] = DriverInfo(
        name="accutorr_pc",
        title="Datascope Accutorr 3 and 4, PC interface",
        models=("Accutorr 3", "Accutorr 4"),
        parameters=(Parameter.SPO2, Parameter.PR, *_CUFF),
        serial=SerialSettings(baud=9600),
        other_lines=(SerialSettings(baud=4800), SerialSettings(baud=2400), SerialSettings(baud=1200)),
        interval_s=POLL_S,
        dialogue=True,
        cabling=(
            "25-pin RS-232 connector of the monitor, cable not supplied; pins: see the device's service manual, p. "
            "1-37. 8 data bits, no parity, 1 stop bit. The monitor has RTS and CTS lines; no handshake is used here."
        ),
        setup=(
            "Choose the baud rate in the monitor's User Configuration menu and set the same here (try 9600 first).",
            "Connect the cable and switch the monitor on: it prints 'ACCUTORR PC Interface is ready' and a prompt.",
        ),
        quirks=(
            "The protocol has no checksum: a digit damaged into another digit cannot be told from a value. Widths and "
            "ranges are checked; keep the cable short and watch the bad lines.",
            "Of the Datascope monitors of 1990. A Mindray Accutorr 3, an Accutorr Plus or an Accutorr V speaks another "
            "protocol.",
            "The last cuff reading is sent with every answer and the minutes since it was taken. One that is a minute "
            "old or older is questionable; the same one sent again is no new reading. Two inflations within two "
            "minutes that give the very same three numbers count as one.",
            "The manual contradicts itself about the order of the pressures. The list of fields is followed: systolic, "
            "mean, diastolic; when the mean does not lie between the others all three are questionable.",
            "Without SaO2 the pulse rate is that of the cuff, as old as its reading.",
            "SaO2 is that of the pulse oximeter, reported as spo2.",
            "Alarm limits could be asked for (L); they are not. Only P and Ctrl-C are ever sent.",
            "The monitor names no time, no serial number and no model.",
        ),
        verified=("Form of the answer against the example the manufacturer prints; nothing on real bytes",),
        unverified=(
            "Whether the digits of a status byte are decimal or octal; a flag is believed when both agree",
            "Baud rates the menu offers; padding of the fields; whether a command is echoed",
            "Where the pulse rate comes from; what the pressures show during an inflation",
        ),
        sources=("Datascope Accutorr 3/4 service manual, p. 1-37 and 1-52 to 1-54, revised 08/24/90",),
    )
    settings_type: ClassVar[type[DriverSettings]] = DriverSettings

    def __init__(self, settings: DriverSettings) -> None:
        del settings  # there are none
        self.counters = FrameCounters()
        self._splitter = Splitter(b"\r\n" + PROMPT, LONGEST_LINE)
        self._tally = FrameTally(self.counters, SHORTEST_LINE)
        self._dialogue = Dialogue()
        self._padding = Padding()
        self._inflations = Inflations()
        self._alerts = AlertChanges()
        self._was_repeat = False
        self._elapsed = 0.0

    def step(self, data: bytes, elapsed: float) -> Output:
        """See Driver.step."""
        self._elapsed = elapsed
        vitals: tuple[Vital, ...] = ()
        alerts: tuple[DeviceAlert, ...] = ()
        if data:
            before = self.counters.good
            vitals, alerts = self._read(self._splitter.feed(data))
            self._dialogue.hear(PROMPT in data, self.counters.good > before, elapsed)
        return Output(vitals, alerts, self._dialogue.send(elapsed), self._dialogue.trouble(elapsed))

    def finish(self) -> Output:
        """See Driver.finish. A last answer without its end counts only when all its fields are full."""
        vitals, alerts = self._read(self._splitter.finish())
        self._tally.settle()
        return Output(vitals, alerts)

    def _read(self, fragments: list[Fragment]) -> tuple[tuple[Vital, ...], tuple[DeviceAlert, ...]]:
        vitals: list[Vital] = []
        alerts: list[DeviceAlert] = []
        for fragment in fragments:
            pieces = split_at_heads(fragment.data)
            for index, data in enumerate(pieces):
                ended = fragment.closed_by is not None and index == len(pieces) - 1
                reply = parse_reply(data)
                conditions = None if reply is None else read_status(reply.status)
                if reply is not None and conditions is not None and self._padding.fits(reply.widths, ended):
                    self._tally.good(len(data))
                    vitals += self._vitals(reply, conditions)
                    alerts += self._alerts.update(conditions.alerts)
                elif resembles_reply(data):
                    self._tally.unreadable(len(data), fragment.fresh and index == 0, begins_like_reply(data))
                elif data != BANNER:
                    self.counters.skipped += len(data)
        return tuple(vitals), tuple(alerts)

    def _vitals(self, reply: Reply, conditions: Conditions) -> list[Vital]:
        pressures = reply.systolic, reply.mean, reply.diastolic
        doubtful = conditions.cuff_doubtful or reply.age_min is None or reply.age_min >= 1
        status = Status.QUESTIONABLE if doubtful else pressure_status(reply.systolic, reply.diastolic, reply.mean)
        measured = any(value is not None for value in pressures)
        repeat = measured and self._inflations.is_repeat(pressures, reply.age_min, self._elapsed)
        age_s = None if reply.age_min is None else reply.age_min * MINUTE
        found = [_vital(p, value, status, repeat, age_s) for p, value in zip(_CUFF, pressures, strict=True)]
        # Told twice, so that a second answer can vouch for it; a pressure is vouched for as a repeat.
        pulse_repeat, self._was_repeat = repeat and self._was_repeat, repeat
        if reply.spo2 is None:
            pulse = _vital(Parameter.PR, reply.pulse_rate, status, pulse_repeat, age_s)
            return [_vital(Parameter.SPO2, None), pulse, *found]
        spo2_status = Status.QUESTIONABLE if conditions.spo2_doubtful else Status.VALID
        values = (None, None) if conditions.no_spo2 else (reply.spo2, reply.pulse_rate)
        oximeter = zip((Parameter.SPO2, Parameter.PR), values, strict=True)
        return [*(_vital(parameter, value, spo2_status) for parameter, value in oximeter), *found]


class Padding:
    """Whether the fields of an answer are as wide as those before; a lost digit makes one narrower.

    Another width is believed when two answers in a row have it. Fields not in use have none to compare.
    """

    FIELDS = 9

    def __init__(self) -> None:
        self._known: Widths = (None,) * self.FIELDS
        self._refused: Widths = self._known

    def fits(self, widths: Widths, ended: bool) -> bool:
        """ended: the answer was closed by a line end; else its last field may be cut off."""
        if not ended and any(width not in (None, 3) for width in widths):
            return False
        columns = list(zip(widths, self._known, self._refused, strict=True))
        if any(now is not None and was not in (None, now) and now != refused for now, was, refused in columns):
            self._refused = widths
            return False
        self._known = tuple(was if now is None else now for now, was, _ in columns)
        self._refused = (None,) * self.FIELDS
        return True


def _vital(
    parameter: Parameter,
    value: float | None,
    status: Status = Status.VALID,
    repeat: bool = False,
    age_s: float | None = None,
) -> Vital:
    if value is None:
        return Vital(parameter, None, Status.UNAVAILABLE)
    return Vital(parameter, value, status, repeat=repeat, age_s=age_s)
