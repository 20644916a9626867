"""What is seen on a line, in one sentence that says what to do; and its values in words. Free of Qt."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from console.link.devices import HeardVital, LineView
from console.ui import wording
from console.ward.source import SourceState
from drivers.driver import DriverInfo
from drivers.observation import UNITS, Parameter, Status

FRESH_S = 10.0
"""Seconds for which a value counts as arriving, at least: technical alarms judge silence by the same ten seconds."""

PATIENCE_S = 4.0
"""Seconds of silence after which the sentence stops asking for patience, at least."""

P = Parameter
_PARTS = {P.NIBP_SYS: "sys", P.NIBP_DIA: "dia", P.NIBP_MEAN: "mean", P.ART_SYS: "sys", P.ART_DIA: "dia"}
_PARTS[P.ART_MEAN] = "mean"


class Mood(StrEnum):
    """How a sentence is to be taken. GOOD: values arrive. WAIT: too early to say. BAD: something must be done."""

    GOOD = "good"
    WAIT = "wait"
    BAD = "bad"


def name_of(parameter: Parameter) -> str:
    """A parameter with its part: "NIBP sys"."""
    head = "NIBP" if parameter.value.startswith("nibp") else wording.LABEL[parameter]
    return f"{head} {_PARTS[parameter]}" if parameter in _PARTS else head


def unit_of(parameter: Parameter) -> str:
    """The unit as the screen writes it."""
    return "°C" if parameter is P.TEMP else UNITS[parameter]


def number(heard: HeardVital) -> str:
    """The value of a reading as displayed, "– –" where the device says there is none."""
    vital = heard.vital
    if vital.value is None:
        return "– –"
    if vital.parameter is P.PERFUSION_INDEX:
        return f"{vital.value:.2f}"
    return wording.value_text(vital.parameter, vital.value)


def is_old(heard: HeardVital, view: LineView, interval_s: float) -> bool:
    """Nothing has confirmed the value for so long that it must not be compared with a monitor."""
    return view.seconds - heard.seconds > max(FRESH_S, 3 * interval_s)


def arriving(view: LineView, interval_s: float) -> tuple[HeardVital, ...]:
    """Values that arrive now: measured, young, on a line that is up. Also those of a device that was exchanged."""
    if view.state not in (SourceState.CONNECTED, SourceState.WRONG_DEVICE):
        return ()
    return tuple(h for h in view.vitals if h.vital.value is not None and not is_old(h, view, interval_s))


def values_text(values: Sequence[HeardVital]) -> str:
    """Values in running text: "SpO₂ 97 %, PR 72 /min"."""
    return ", ".join(
        f"{name_of(h.vital.parameter)} {number(h)} {unit_of(h.vital.parameter)}"
        f"{f' ({h.vital.site})' if h.vital.site else ''}"
        f"{' (questionable)' if h.vital.status is Status.QUESTIONABLE else ''}"
        for h in values
    )


def sentence(view: LineView, info: DriverInfo) -> tuple[Mood, str]:
    """What is seen on the line of a driver, and what to do when it is not what one wants to see."""
    interval = info.interval_s
    values = arriving(view, interval)
    if view.state is SourceState.WRONG_DEVICE:
        return Mood.BAD, view.error or f"Another device than the one bound answers (serial number {view.identity})."
    if view.state is SourceState.LOST:
        return Mood.BAD, view.error or "The line cannot be opened. Check plug and cable; it is tried again by itself."
    if view.state is SourceState.MALFORMED or (view.bad > view.good and view.bytes_in):
        return Mood.BAD, _with(view.error, _unreadable(view))
    if values:
        return _values(view, values)
    waited = view.seconds >= max(PATIENCE_S, 3 * interval)
    if not view.bytes_in:
        return _silence(view, info, waited)
    if not view.good:
        return (Mood.BAD, _with(view.error, _unreadable(view))) if waited else (Mood.WAIT, "Bytes arrive; reading …")
    if view.state is SourceState.SILENT or (view.vitals and all(is_old(h, view, interval) for h in view.vitals)):
        return Mood.BAD, _with(view.error, "Nothing has come for a while. Check that the device is still on and sends.")
    return Mood.WAIT, _with(
        view.error,
        "The device is read and says that it measures nothing: put the sensor on to see values."
        if view.vitals
        else "The device is read, no values yet.",
    )


def _values(view: LineView, values: tuple[HeardVital, ...]) -> tuple[Mood, str]:
    told = f"Values arrive: {values_text(values)}."
    if view.bad and view.bad * 20 >= view.good:
        share = f"{view.bad} of {view.good + view.bad} frames are damaged"
        return Mood.BAD, f"{told} But {share}: check cable, plug and parity before you bind it."
    return Mood.GOOD, told


def _silence(view: LineView, info: DriverInfo, waited: bool) -> tuple[Mood, str]:
    if not waited:
        return Mood.WAIT, view.error or "The line is open; waiting for the first byte …"
    asks = "does not answer" if info.dialogue else "sends nothing"
    todo = "Check that it is on, that its output is set as the step “Device” says, and the cable"
    return Mood.BAD, _with(
        view.error,
        f"Not one byte in {view.seconds:.0f} s: the device {asks}. {todo} (crossed or straight). "
        "Or it is plugged into another port.",
    )


def _unreadable(view: LineView) -> str:
    return (
        f"{view.bytes_in} bytes came and make no sense: wrong baud rate or parity, or another device than the driver "
        "expects. Try other line settings, or “What is this?” on the port."
    )


def _with(error: str, todo: str) -> str:
    """The desk's own words, then what to do."""
    if not error:
        return todo
    return f"{error if error.endswith(('.', '?')) else error + '.'} {todo}"
