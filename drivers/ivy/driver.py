"""Ivy 450C and others that speak ANSAR-B: a frame a second, nothing to ask for."""

from __future__ import annotations

import re
from typing import ClassVar, Literal

from pydantic import Field

from drivers.alerts import AlertChanges
from drivers.cuff import CuffReadings
from drivers.delimited import Fragment, FrameTally, Splitter
from drivers.driver import DriverInfo, DriverSettings, FrameCounters, Output, SerialSettings
from drivers.ivy.decoding import ALL_LINES, HEAD, Frame, TextLine, parse_frame
from drivers.observation import DeviceAlert, Parameter, Status, Vital
from drivers.plausibility import pressure_status

START, END = 0xFF, 0xFE
LONGEST_FRAME = 1024
SHORTEST_FRAME = 64

_APNOEA_SETTING = re.compile(r"APNEA: \d{1,3} SEC")
_ARTERIAL_LABEL = re.compile(r"\b(ART|ABP)\b")
_SINGLE = {"HR": Parameter.HR, "RR": Parameter.RR, "ETCO2": Parameter.ETCO2, "SPO2": Parameter.SPO2}
_NIBP = (Parameter.NIBP_SYS, Parameter.NIBP_DIA, Parameter.NIBP_MEAN)
_ARTERIAL = (Parameter.ART_SYS, Parameter.ART_DIA, Parameter.ART_MEAN)
_ALERT_PARAMETER = {**_SINGLE, "NIBP": Parameter.NIBP_SYS, "T1": Parameter.TEMP, "T2": Parameter.TEMP}


class IvySettings(DriverSettings):
    """What the frames leave open."""

    arterial_channel: Literal["P1", "P2"] | None = Field(
        default=None,
        title="Arterial line on",
        description="The pressure channel that is an arterial line, where the monitor does not label it so.",
    )


class IvyAnsarB:
    """Reads the stream; see drivers.driver.Driver."""

    info: ClassVar[DriverInfo] = DriverInfo(
        name="ivy_ansarb",
        title="Ivy 450C bedside monitor, ANSAR-B",
        models=("Ivy 450C",),
        parameters=(
            *_SINGLE.values(),
            Parameter.PR,
            *_NIBP,
            *_ARTERIAL,
            Parameter.TEMP,
        ),
        serial=SerialSettings(baud=9600),
        interval_s=1.0,
        dialogue=False,
        cabling="Serial output of the monitor, 9600 8N1; no handshake lines are used.",
        setup=(
            "The monitor sends by itself; see its manual, chapter on serial communication, for how to switch it on.",
        ),
        quirks=(
            "The protocol has no checksum: a digit damaged into another digit, or lost from a number, cannot always "
            "be told from a value. Watch the count of bad frames.",
            "P1 and P2 are taken as arterial pressure only when their label says ART or ABP, or when the setting "
            "arterial_channel names the channel.",
            "The last cuff reading is sent in every frame, without its time; an inflation that gives the very same "
            "four numbers is not noticed as new.",
            "A monitor that leaves lines out is read from its second frame on: the same lines have to come twice.",
            "'APNEA: 20 SEC' in the line of the respiratory rate is the apnoea delay that is set, not an alarm.",
            "There is no device time.",
        ),
        verified=("Framing, line forms, SpO2, pulse, HR, RR, NIBP, P1 against 13 captured frames of an Ivy 450C",),
        unverified=(
            "Unit of EtCO2 (taken as mmHg) and of temperature (taken as degrees Celsius): empty in the capture",
            "Texts of messages other than NO TRANSDUCER; labels of P1 and P2",
        ),
        sources=("Capture and reader of the mdpnp project, devices/cpc/ansarB",),
    )
    settings_type: ClassVar[type[DriverSettings]] = IvySettings

    def __init__(self, settings: DriverSettings) -> None:
        self.counters = FrameCounters()
        self._arterial = settings.arterial_channel if isinstance(settings, IvySettings) else None
        self._splitter = Splitter(bytes((START, END)), LONGEST_FRAME)
        self._tally = FrameTally(self.counters, SHORTEST_FRAME)
        self._alerts = AlertChanges()
        self._cuff = CuffReadings()
        self._layout = ALL_LINES

    def step(self, data: bytes, elapsed: float) -> Output:
        """See Driver.step."""
        del elapsed
        return self._read(self._splitter.feed(data)) if data else Output()

    def finish(self) -> Output:
        """See Driver.finish. A frame without its end byte is half a frame."""
        output = self._read(self._splitter.finish())
        self._tally.settle()
        return output

    def _read(self, fragments: list[Fragment]) -> Output:
        vitals: list[Vital] = []
        alerts: list[DeviceAlert] = []
        for fragment in fragments:
            frame = self._frame(fragment)
            if frame is None:
                begun = fragment.opened_by == START and HEAD.startswith(fragment.data[: len(HEAD)])
                self._tally.unreadable(len(fragment.data), fragment.fresh, begun)
                continue
            self._tally.good(len(fragment.data))
            vitals += self._vitals(frame)
            alerts += self._alerts.update(_messages(frame))
        return Output(tuple(vitals), tuple(alerts))

    def _frame(self, fragment: Fragment) -> Frame | None:
        """A lost end byte is forgiven when the next frame's start shows where the end was."""
        if fragment.opened_by != START or fragment.closed_by is None:
            return None
        frame = parse_frame(fragment.data)
        if frame is None:
            return None
        layout = tuple(frame.lines)
        known = layout in (ALL_LINES, self._layout)
        self._layout = layout
        return frame if known else None

    def _vitals(self, frame: Frame) -> list[Vital]:
        found = []
        for name, parameter in _SINGLE.items():
            if name in frame.lines:
                line = frame.lines[name]
                site = line.message if name == "HR" and line.message.startswith("ECG") else None
                found.append(_vital(parameter, line.values[0], site=site))
                if name == "SPO2":
                    found.append(_vital(Parameter.PR, frame.pulse_rate))
        if "NIBP" in frame.lines:
            found += self._cuff_vitals(frame.lines["NIBP"])
        for name in ("P1", "P2"):
            if name in frame.lines and self._is_arterial(name, frame.lines[name]):
                found += _pressures(frame.lines[name], name)
                break
        return found + _temperatures(frame)

    def _cuff_vitals(self, line: TextLine) -> list[Vital]:
        repeat = self._cuff.is_repeat(line.values)
        pairs = zip(_NIBP, line.values, strict=False)  # the fourth value is the pulse during the inflation
        return [_vital(parameter, value, repeat=repeat and value is not None) for parameter, value in pairs]

    def _is_arterial(self, name: str, line: TextLine) -> bool:
        return name == self._arterial or (self._arterial is None and bool(_ARTERIAL_LABEL.search(line.message)))


def _vital(
    parameter: Parameter,
    value: float | None,
    status: Status = Status.VALID,
    site: str | None = None,
    repeat: bool = False,
) -> Vital:
    return Vital(parameter, value, Status.UNAVAILABLE if value is None else status, site, repeat=repeat)


def _pressures(line: TextLine, channel: str) -> list[Vital]:
    status = pressure_status(*line.values)
    return [_vital(p, v, status, channel) for p, v in zip(_ARTERIAL, line.values, strict=True)]


def _temperatures(frame: Frame) -> list[Vital]:
    """T1 last: where only one temperature can be shown the newest wins, and an empty probe must not hide a full one."""
    found = [
        _vital(Parameter.TEMP, frame.lines[name].values[0], site=name) for name in ("T2", "T1") if name in frame.lines
    ]
    return sorted(found, key=lambda vital: vital.value is not None)


def _messages(frame: Frame) -> list[DeviceAlert]:
    """Whatever the monitor says beside the values, but for the labels that are always there."""
    found = []
    for name, line in frame.lines.items():
        text = line.message.strip()
        label = (
            (name == "HR" and text.startswith("ECG"))
            or (name == "RR" and _APNOEA_SETTING.fullmatch(text))
            or (name in ("P1", "P2") and _ARTERIAL_LABEL.search(text))
        )
        if text and not label:
            found.append(DeviceAlert(f"{name.lower()}_message", text, parameter=_ALERT_PARAMETER.get(name)))
    return found
