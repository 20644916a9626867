"""What the strip of an alarm shows: values on one axis of time, whose they are, and what happened. Qt-free."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from console.alarms.alarm import Alarm, Change, Transition
from console.store.records import AlarmRecord, Series, StaySpan, Trend
from console.ui import charting, lab_words, wording
from console.ui.charts.data import SILENCE_S, STREAMED, Samples
from console.ui.charts.row import CUFF_NEAR_S
from console.ui.charts.spec import ROWS, RowSpec
from console.ui.charts.strips import Mark
from console.ui.history_page.time_window import clock
from console.ui.theme import PREFIX
from drivers.observation import Parameter

P = Parameter
HALF_WIDTH = timedelta(minutes=30)
"""Shown before and after the onset."""

_HR, _BP, _RR, _TEMP, _SPO2, _ETCO2 = ROWS


@dataclass(frozen=True, slots=True)
class StripRow:
    """One row: name, unit, fixed range (which only widens) and length of a gap as on the bed page. lines: drawn as
    curves, the first solid; cuff: systolic, diastolic and mean, readings taken one by one."""

    spec: RowSpec
    lines: tuple[Parameter, ...]
    cuff: tuple[Parameter, ...] = ()

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """All that belongs here."""
        return *self.lines, *self.cuff


STRIP: tuple[StripRow, ...] = (
    StripRow(_HR, (P.HR, P.PR)),
    StripRow(_BP, (P.ART_SYS, P.ART_DIA, P.ART_MEAN), (P.NIBP_SYS, P.NIBP_DIA, P.NIBP_MEAN)),
    StripRow(_RR, (P.RR,)),
    StripRow(_TEMP, (P.TEMP,)),
    StripRow(_SPO2, (P.SPO2,)),
    StripRow(_ETCO2, (P.ETCO2,)),
    StripRow(RowSpec("PI", "%", "spo2", 60, 0, 10, 90, (P.PERFUSION_INDEX,), decimals=1), (P.PERFUSION_INDEX,)),
)
"""Every parameter there is; a row stands where anything of it came."""

PARAMETERS = tuple(parameter for row in STRIP for parameter in row.parameters)


@dataclass(frozen=True, slots=True)
class Closed:
    """A stretch of which nothing is shown, POSIX seconds, and why."""

    start: float
    end: float
    why: str


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the alarm as a line: what it is called where there is room, and how short it may be. solid: onset."""

    time: float
    text: str
    short: str
    solid: bool = False


class StripData:
    """Values about an alarm between two times. Built anew for every answer of the store; never changed."""

    def __init__(self, alarm: Alarm, trends: Sequence[Trend], now: datetime) -> None:
        self.alarm = alarm
        self.start, self.end = trends[0].start.timestamp(), trends[-1].end.timestamp()
        self.closed = tuple(_others(alarm, trends))
        self._values: dict[P, Samples] = {}
        self._doubtful: dict[P, Samples] = {}
        for parameter in PARAMETERS:
            found = [trend.series[parameter] for trend in trends if parameter in trend.series]
            if found:
                self._take(parameter, found)
        self.rows = tuple(row for row in STRIP if any(self.of(p).ever or self.doubtful(p).ever for p in row.parameters))
        self.closed += tuple(self._silences(min(self.end, now.timestamp())))
        entries = [one for trend in trends for one in charted(alarm, trend)]
        self.marks = tuple(Mark(one.at.timestamp(), one.shape, one.text) for one in sorted(entries, key=lambda e: e.at))

    def _take(self, parameter: P, found: Sequence[Series]) -> None:
        times = np.concatenate([series.times for series in found])
        values = np.concatenate([series.values for series in found])
        doubtful = np.concatenate([series.questionable for series in found])
        for stretch in self.closed:
            values = np.where((times >= stretch.start) & (times < stretch.end), np.nan, values)
        self._values[parameter], self._doubtful[parameter] = Samples(), Samples()
        self._values[parameter].load(times, np.where(doubtful, np.nan, values))
        if doubtful.any():
            self._doubtful[parameter].load(times, np.where(doubtful, values, np.nan))

    def _silences(self, until: float) -> Iterable[Closed]:
        """Stretches in which nothing came of what is sent all the time, also at the edges."""
        heard = [np.array([self.start, until])] if until > self.start else []
        found = [samples for p in STREAMED for samples in (self.of(p), self.doubtful(p)) if samples.ever]
        if not found or not heard:
            return
        times = np.sort(np.concatenate([*heard, *(s.times[~np.isnan(s.values)] for s in found)]))
        for index in np.flatnonzero(np.diff(times) > SILENCE_S):
            begin, end = float(times[index]), float(times[index + 1])
            if not any(c.start <= begin and end <= c.end for c in self.closed):
                yield Closed(begin, end, "No data")

    def of(self, parameter: P) -> Samples:
        """What was valid; empty where nothing came."""
        return self._values.get(parameter) or Samples()

    def doubtful(self, parameter: P) -> Samples:
        """What the device itself called questionable."""
        return self._doubtful.get(parameter) or Samples()

    def range_of(self, row: StripRow) -> tuple[float, float]:
        """The fixed range of a row, wider by whole steps where a value would not fit."""
        low, high, step = row.spec.low, row.spec.high, 1.0 if row.spec.decimals else 10.0
        for parameter in row.parameters:
            for samples in (self.of(parameter), self.doubtful(parameter)):
                if samples.ever:
                    low = min(low, float(np.floor(np.nanmin(samples.values) / step) * step))
                    high = max(high, float(np.ceil(np.nanmax(samples.values) / step) * step))
        return low, high

    def reading(self, row: StripRow, time: float, zone: ZoneInfo) -> str:
        """What stood in a row at a moment, in words; "– –" where nothing did. A cuff reading tells its own time."""
        spec = row.spec
        if row.cuff or len(row.lines) == 3:
            line = self._pressure(row.lines, time, spec.gap_s)
            if line:
                return line
            cuff = self._cuff(row, time, zone)
            return cuff or "– –"
        words = [text for p in row.lines if (text := self._value(p, time, spec))]
        if len(words) == 2:
            # The second curve of a row says what it is.
            words[1] = f"{wording.LABEL[row.lines[1]]} {words[1]}"
        elif words and not self._value(row.lines[0], time, spec):
            words[0] = f"{wording.LABEL[row.lines[1]]} {words[0]}"
        return " ".join(words) or "– –"

    def _value(self, parameter: P, time: float, spec: RowSpec) -> str:
        value = self.of(parameter).near(time, spec.gap_s)
        doubt = ""
        if value is None and (value := self.doubtful(parameter).near(time, spec.gap_s)) is not None:
            doubt = "?"
        if value is None:
            return ""
        decimals = spec.decimals if parameter is P.PERFUSION_INDEX else None
        return f"{value:.{decimals}f}{doubt}" if decimals else f"{wording.value_text(parameter, value)}{doubt}"

    def _pressure(self, parameters: Sequence[P], time: float, within: float) -> str:
        systolic, diastolic, mean = (self.of(p).near(time, within) for p in parameters)
        if systolic is None and diastolic is None and mean is None:
            return ""
        outer = "/".join("–" if v is None else f"{v:.0f}" for v in (systolic, diastolic))
        return outer if mean is None else f"{outer} ({mean:.0f})"

    def _cuff(self, row: StripRow, time: float, zone: ZoneInfo) -> str:
        """The last reading at or before a moment, within half an hour of it."""
        systolic = self.of(row.cuff[0])
        before = np.flatnonzero((systolic.times <= time) & ~np.isnan(systolic.values))
        if not len(before) or time - systolic.times[before[-1]] > CUFF_NEAR_S:
            return ""
        at = float(systolic.times[before[-1]])
        if any(c.why != "No data" and at < c.end and time >= c.start for c in self.closed):
            return ""
        return f"{self._pressure(row.cuff, at, 2.0)} {clock(datetime.fromtimestamp(at, zone))}"


def whole_span(alarm: Alarm) -> tuple[datetime, datetime]:
    """The window an alarm opens with."""
    return alarm.raised_at - HALF_WIDTH, alarm.raised_at + HALF_WIDTH


def whereabouts(record: AlarmRecord, start: datetime, end: datetime) -> list[tuple[str, datetime, datetime]]:
    """In which bed the alarm's patient lay, from when to when, between two times: it goes along when he is moved."""
    steps = record.transitions
    bed = steps[0].alarm.bed if steps else record.alarm.bed
    found, since = [], start
    for step in steps:
        if step.alarm.bed != bed:
            if since < step.at < end:
                found.append((bed, since, step.at))
                since = step.at
            bed = step.alarm.bed if step.at < end else bed
    return [*found, (bed, since, end)]


def _others(alarm: Alarm, trends: Sequence[Trend]) -> Iterable[Closed]:
    """Time in which the bed was somebody else's: his values are not shown under this alarm."""
    for trend in trends:
        if trend.stays is None:
            continue
        start, end = trend.start.timestamp(), trend.end.timestamp()
        mine = [stay for stay in trend.stays if alarm.patient_id and alarm.patient_id in stay.ids]
        for stay in trend.stays:
            if stay not in mine:
                why = "Another patient" if alarm.patient_id else "A patient admitted"
                yield Closed(*_inside(stay, start, end), why)
        if mine:
            yield from _unadmitted(trend.stays, start, end)


def _unadmitted(stays: Sequence[StaySpan], start: float, end: float) -> Iterable[Closed]:
    since = start
    for begin, until in sorted(_inside(stay, start, end) for stay in stays):
        if begin > since:
            yield Closed(since, begin, "Nobody admitted")
        since = max(since, until)
    if since < end:
        yield Closed(since, end, "Nobody admitted")


def _inside(stay: StaySpan, start: float, end: float) -> tuple[float, float]:
    return max(start, stay.start.timestamp()), end if stay.end is None else min(end, stay.end.timestamp())


@dataclass(frozen=True, slots=True)
class Charted:
    """What was charted of the alarm's patient, or measured in the laboratory. shape: of its mark; text: in few words;
    line: with who charted it."""

    at: datetime
    shape: str
    text: str
    line: str


def charted(alarm: Alarm, trend: Trend) -> list[Charted]:
    """Pump events, medicines, findings and laboratory results of the alarm's patient in the time of a trend."""
    found = []
    for event in trend.pump_events:
        shape = "medicine" if event.kind in charting.MEDICINES else "pump"
        found.append(_entry(event.at, shape, charting.event_text(event), event.by, event.note))
    for finding in trend.findings:
        note = "" if charting.mas_grade(finding) else finding.note
        found.append(_entry(finding.at, "finding", charting.finding_text(finding), finding.by, note))
    ids = next((stay.ids for stay in trend.stays or () if alarm.patient_id in stay.ids), (alarm.patient_id,))
    for result in trend.labs:
        if result.patient_id in ids:
            text = lab_words.mark_text(result, None)
            found.append(Charted(result.measured_at, "lab", text, f"Blood taken: {text}"))
    hidden = list(_others(alarm, [trend]))
    return [
        one
        for one in found
        if trend.start <= one.at < trend.end and not any(c.start <= one.at.timestamp() < c.end for c in hidden)
    ]


def _entry(at: datetime, shape: str, text: str, by: str, note: str) -> Charted:
    line = f"Charted: {text}{f' by {by}' if by else ''}{f' – {note}' if note else ''}"
    return Charted(at, shape, text, line)


def steps_of(record: AlarmRecord, zone: ZoneInfo) -> list[Step]:
    """The steps of an alarm as lines of the strip, oldest first."""
    alarm = record.alarm
    found = [Step(alarm.raised_at.timestamp(), f"raised {_clock(alarm.raised_at, zone)}", "▲", solid=True)]
    for step in record.transitions:
        text, short = _step_words(step)
        if text and step.at != alarm.raised_at:
            found.append(Step(step.at.timestamp(), f"{text} {_clock(step.at, zone)}", short))
    if alarm.ended_at is not None and not any(s.change is Change.CLEAR for s in record.transitions):
        found.append(Step(alarm.ended_at.timestamp(), f"ended {_clock(alarm.ended_at, zone)}", "■"))
    return sorted(found, key=lambda step: step.time)


def _step_words(step: Transition) -> tuple[str, str]:
    stars = PREFIX[step.alarm.priority]
    return {
        Change.ESCALATE: (f"up to {stars}", stars),
        Change.DEESCALATE: (f"down to {stars}", "▼"),
        Change.ACKNOWLEDGE: ("✓ answered", "✓"),
        Change.UNACKNOWLEDGE: ("✓ taken back", "↺"),
        Change.RESOUND: ("sounds again", "♪"),
        Change.UNANSWERED: ("unanswered", "?"),
        Change.CLEAR: ("ended", "■"),
    }.get(step.change, ("", ""))


def _clock(at: datetime, zone: ZoneInfo) -> str:
    return clock(at.astimezone(zone))
