"""The chart of a report: which signals stand in it, and how. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from console.alarms.alarm import Kind
from console.alarms.limits import LimitRules
from console.link.reports import Chart, ChartRow, Line, Mark, Ribbon, Shade
from console.reports.alarm_rows import stage_steps
from console.reports.curves import Curves
from console.reports.reading import PatientPast
from console.ward.patient import Baseline
from drivers.observation import Parameter

P = Parameter


@dataclass(frozen=True, slots=True)
class Signal:
    """One row. solid, dashed: curves; spot: readings drawn as marks; low, high: least range, as on the bed page;
    asked: whether its absence is said. limited: whose limits are drawn. usual: field of Baseline."""

    label: str
    unit: str
    colour: str
    low: float
    high: float
    solid: tuple[Parameter, ...]
    dashed: tuple[Parameter, ...] = ()
    spot: tuple[Parameter, ...] = ()
    decimals: int = 0
    asked: bool = True
    name: str = ""
    limited: Parameter | None = None
    usual: str = ""


SIGNALS = (
    Signal("HR", "/min", "hr", 40, 150, (P.HR,), (P.PR,), name="heart rate", limited=P.HR, usual="hr"),
    Signal(
        "BP", "mmHg", "bp", 40, 190, (P.ART_SYS, P.ART_DIA), (P.ART_MEAN,), (P.NIBP_MEAN,),
        name="blood pressure", limited=P.NIBP_SYS, usual="sbp",
    ),
    Signal("RR", "/min", "rr", 0, 40, (P.RR,), name="respiratory rate", limited=P.RR, usual="rr"),
    Signal(
        "Temp", "°C", "temp", 35.5, 40.0, (P.TEMP,), decimals=1, name="temperature", limited=P.TEMP, usual="temp"
    ),
    Signal("SpO₂", "%", "spo2", 84, 100, (P.SPO2,), name="oxygen saturation", limited=P.SPO2, usual="spo2"),
    Signal("EtCO₂", "mmHg", "etco2", 20, 60, (P.ETCO2,), asked=False, limited=P.ETCO2, usual="etco2"),
    Signal("PI", "%", "spo2", 0, 5, (P.PERFUSION_INDEX,), decimals=1, asked=False),
)  # fmt: skip
"""Ranges as on the bed page; every parameter the console knows has its place."""

CURVE_NAMES: dict[Parameter, str] = {
    P.HR: "HR", P.PR: "PR", P.ART_SYS: "arterial", P.ART_DIA: "", P.ART_MEAN: "arterial mean",
    P.NIBP_MEAN: "cuff mean", P.RR: "RR", P.TEMP: "Temp", P.SPO2: "SpO₂", P.ETCO2: "EtCO₂", P.PERFUSION_INDEX: "PI",
}  # fmt: skip


LEGEND = (
    "Dashed lines: limits of medium priority in force at the end of the window. Dotted line: usual value. "
    "Hatched: no data, or outside the stay. Grey: recovery after repair. Stages: the higher, the more urgent."
)


def chart_of(
    past: PatientPast,
    start: datetime,
    end: datetime,
    limits: LimitRules,
    marks: Sequence[Mark] = (),
    more: Iterable[Shade] = (),
) -> Chart:
    """Everything of one stay over [start, end]; what lies outside the stay, or has not come yet, is set off."""
    patient, curves = past.record.patient, past.curves
    rows = [
        row_of(signal, curves, limits, patient.baseline)
        for signal in SIGNALS
        if signal.asked or curves.has(*signal.solid)
    ]
    kinds = ((Kind.WITHDRAWAL, "Autonomic"), (Kind.OVERDOSE, "Respiratory"))
    ribbons = [Ribbon(label, stage_steps(past.alarms.alarms, kind, past.end)) for kind, label in kinds]
    shades = [*more, *_outside(past, start, end)]
    shades += [Shade(begin, over, "gap", "no data") for begin, over in curves.silences]
    return Chart(start.timestamp(), end.timestamp(), tuple(rows), tuple(ribbons), tuple(marks), tuple(shades))


def _outside(past: PatientPast, start: datetime, end: datetime) -> Iterable[Shade]:
    if past.start > start:
        yield Shade(start.timestamp(), past.start.timestamp(), "outside", "before the stay")
    if past.end < end:
        left = past.record.ended_at is not None and past.record.ended_at <= past.end
        yield Shade(past.end.timestamp(), end.timestamp(), "outside", "after the stay" if left else "not yet")


def row_of(signal: Signal, curves: Curves, limits: LimitRules, baseline: Baseline) -> ChartRow:
    """One signal as it was recorded."""
    lines = [_line(p, curves) for p in signal.solid if curves.has(p)]
    lines += [_line(p, curves, dashed=True) for p in signal.dashed if curves.has(p)]
    bars = curves.bars if signal.label == "BP" else ()
    if not bars:
        lines += [_line(p, curves, spot=True) for p in (*signal.spot, *_cuff(signal)) if curves.has(p)]
    rules = limits.parameters.get(signal.limited) if signal.limited is not None else None
    medium = () if rules is None else tuple(v for v in (rules.low, rules.high) if v is not None)
    empty = "" if lines or bars else f"No {signal.name or signal.label} received in this window."
    usual = getattr(baseline, signal.usual) if signal.usual else None
    return ChartRow(
        signal.label, signal.unit, signal.colour, signal.low, signal.high, signal.decimals,
        tuple(lines), bars, medium, usual, empty,
    )  # fmt: skip


def _cuff(signal: Signal) -> tuple[Parameter, ...]:
    """Cuff readings of which no pair came, one by one."""
    return (P.NIBP_SYS, P.NIBP_DIA) if signal.label == "BP" else ()


def _line(parameter: Parameter, curves: Curves, dashed: bool = False, spot: bool = False) -> Line:
    times, values = curves.points[parameter]
    name = CURVE_NAMES.get(parameter, parameter.value.replace("_", " "))
    return Line(name, times, values, dashed, points=spot, joined=not spot)
