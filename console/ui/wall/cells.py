"""The six values of a tile: which reading stands where, how old it is, and which alarm it contributes to. Qt-free."""

from __future__ import annotations

from typing import NamedTuple
from zoneinfo import ZoneInfo

from console.alarms.alarm import Alarm, Kind, Presence, Priority
from console.link.snapshot import BedSnapshot, Reading
from console.ui import wording
from console.ui.wall.geometry import Cell
from console.ui.wall.staleness import SINGLE, reading_liveness
from console.ward.source import Liveness
from drivers.observation import Parameter, Status

DASHES = "– –"

_CHOICES: dict[Cell, tuple[Parameter, ...]] = {
    Cell.HR: (Parameter.HR, Parameter.PR),
    Cell.SPO2: (Parameter.SPO2,),
    Cell.RR: (Parameter.RR,),
    Cell.BP: (Parameter.ART_SYS, Parameter.NIBP_SYS),
    Cell.TEMP: (Parameter.TEMP,),
    Cell.ETCO2: (Parameter.ETCO2,),
}
"""What may stand in a cell, the better one first."""

_DIASTOLIC = {Parameter.ART_SYS: Parameter.ART_DIA, Parameter.NIBP_SYS: Parameter.NIBP_DIA}

_CHANNELS: dict[Parameter, tuple[str, ...]] = {
    Parameter.HR: ("hr",),
    Parameter.PR: ("hr",),
    Parameter.RR: ("rr",),
    Parameter.SPO2: ("spo2",),
    Parameter.ETCO2: ("etco2",),
    Parameter.TEMP: ("temp",),
    Parameter.NIBP_SYS: ("bp_high", "bp_low"),
    Parameter.ART_SYS: ("bp_high", "bp_low"),
}

OFF_MARK = " off"
"""Behind the name of a value of which a medium limit is switched off."""

SPOT_S = 120.0
"""A single reading older than this carries its time on the tile."""


class CellView(NamedTuple):
    """One value. text "" hides the cell. stale: it must not look live. never: nothing of the kind has arrived.

    frame: priority of the alarm it contributes to. arrow: 1 up, -1 down, 0 none. time: of a single reading, "" while
    it is fresh or streamed. A named tuple: 384 of them are made and compared every second.
    """

    cell: Cell
    parameter: Parameter
    label: str
    text: str
    liveness: Liveness = Liveness.LIVE
    stale: bool = False
    doubtful: bool = False
    never: bool = False
    frame: Priority | None = None
    arrow: int = 0
    time: str = ""


def cell_views(bed: BedSnapshot, of_bed: Liveness, now: float, zone: ZoneInfo, speed: float) -> tuple[CellView, ...]:
    """The cells of a bed in the order of `Cell`."""
    found = {reading.parameter: reading for reading in bed.readings}
    return tuple(_cell(cell, found, bed, of_bed, now, zone, speed) for cell in Cell)


def _cell(
    cell: Cell,
    found: dict[Parameter, Reading],
    bed: BedSnapshot,
    of_bed: Liveness,
    now: float,
    zone: ZoneInfo,
    speed: float,
) -> CellView:
    reading, liveness = _chosen(cell, found, of_bed, now, speed)
    if reading is None:
        parameter = _CHOICES[cell][-1] if cell is Cell.BP else _CHOICES[cell][0]
        hidden = cell is Cell.ETCO2
        return CellView(cell, parameter, _label(bed, parameter), "" if hidden else DASHES, never=True)
    parameter = reading.parameter
    frame, arrow = _contribution(reading, bed.alarms) if bed.alarms else (None, 0)
    text = _text(reading, found, liveness)
    at = ""
    if parameter in SINGLE and text != DASHES and now - reading.stamp > SPOT_S:
        at = wording.clock_text(reading.measured_at, zone)
    stale = liveness is Liveness.LATE or liveness is Liveness.NO_DATA
    doubtful = reading.status is Status.QUESTIONABLE
    label = _label(bed, parameter)
    return CellView(cell, parameter, label, text, liveness, stale, doubtful, False, frame, arrow, at)


def _label(bed: BedSnapshot, parameter: Parameter) -> str:
    """The name of a value; an alarm limit that a person has switched off is never silent."""
    name = wording.LABEL[parameter]
    limits = bed.limits
    return f"{name}{OFF_MARK}" if limits is not None and limits.own and any(limits.off(parameter)) else name


def _chosen(
    cell: Cell, found: dict[Parameter, Reading], of_bed: Liveness, now: float, speed: float
) -> tuple[Reading | None, Liveness]:
    """The first choice that shows a value, else the first that has ever arrived."""
    first: tuple[Reading | None, Liveness] = None, Liveness.STARTING
    for parameter in _CHOICES[cell]:
        reading = found.get(parameter)
        if reading is None:
            continue
        liveness = reading_liveness(reading, of_bed, now, speed)
        if reading.value is not None and liveness is not Liveness.NO_DATA:
            return reading, liveness
        if first[0] is None:
            first = reading, liveness
    return first


def _text(reading: Reading, found: dict[Parameter, Reading], liveness: Liveness) -> str:
    if reading.value is None or liveness is Liveness.NO_DATA:
        return DASHES
    text = wording.value_text(reading.parameter, reading.value)
    below = _DIASTOLIC.get(reading.parameter)
    if below is None:
        return text
    diastolic = found.get(below)
    # Two halves of one pressure only: a diastolic of another inflation is not this reading's.
    same = diastolic is not None and abs((diastolic.measured_at - reading.measured_at).total_seconds()) < 30
    if diastolic is None or not same or diastolic.value is None:
        return f"{text}/–"
    return f"{text}/{wording.value_text(below, diastolic.value)}"


def _contribution(reading: Reading, alarms: tuple[Alarm, ...]) -> tuple[Priority | None, int]:
    """The most urgent standing alarm this value belongs to, and the side on which the value lies."""
    frame: Priority | None = None
    arrow = 0
    for alarm in alarms:
        if alarm.presence is not Presence.ACTIVE or not _belongs(reading.parameter, alarm):
            continue
        if frame is None or alarm.priority > frame:
            frame = alarm.priority
            arrow = reading.breach or _side(reading, alarm)
    return frame, arrow if reading.value is not None else 0


def _belongs(parameter: Parameter, alarm: Alarm) -> bool:
    members = alarm.condition.parameters
    return parameter in members or _DIASTOLIC.get(parameter) in members


def _side(reading: Reading, alarm: Alarm) -> int:
    """Above or below what is usual, as the alarm's own reasons say."""
    condition = alarm.condition
    if condition.kind is Kind.LIMIT:
        return -1 if condition.key.endswith(":low") else 1 if condition.key.endswith(":high") else 0
    for reason in condition.reasons:
        if reason.channel not in _CHANNELS.get(reading.parameter, ()):
            continue
        if reason.channel in ("bp_high", "bp_low"):
            return 1 if reason.channel == "bp_high" else -1
        if reason.value is not None and reason.baseline is not None and reason.value != reason.baseline:
            return 1 if reason.value > reason.baseline else -1
    return 0


def stale_words(
    bed: BedSnapshot, cells: tuple[CellView, ...], liveness: Liveness, now: float, zone: ZoneInfo
) -> tuple[str, str]:
    """What is not live, in words, long and short; empty while all of it is."""
    if liveness is Liveness.NO_DATA:
        if bed.last_data_at is None:
            return "NO DATA yet", "No data"
        since = wording.clock_text(bed.last_data_at, zone, seconds=True)
        return f"NO DATA since {since}", "No data"
    if liveness is Liveness.LATE:
        old = "" if bed.last_data_stamp is None else wording.old_text(now - bed.last_data_stamp)
        return f"NOT LIVE · {old} old" if old else "NOT LIVE", f"{old} old" if old else "Late data"
    some = [c for c in cells if c.stale and not c.never and c.parameter not in SINGLE]
    if not some:
        return "", ""
    gone = all(c.liveness is Liveness.NO_DATA for c in some)
    oldest = min((r.stamp for r in bed.readings if any(r.parameter is c.parameter for c in some)), default=now)
    names = " ".join(c.label for c in some)
    old = wording.old_text(now - oldest)
    return f"{names} {'NO DATA for ' + old if gone else 'NOT LIVE · ' + old + ' old'}", "Not all live"
