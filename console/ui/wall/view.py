"""What a tile says, in words and numbers, before anything is painted: one frozen view per bed. Qt-free.

Two equal views look the same, so a tile repaints only when its view differs from the one before.
"""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from console.alarms.alarm import Alarm, Presence, Priority
from console.link.snapshot import BedSnapshot, BedState, TileTrend
from console.ui import wording
from console.ui.bed_page.reported import mark
from console.ui.patient_words import shown_name, shown_number
from console.ui.wall.cells import CellView, cell_views, stale_words
from console.ui.wall.staleness import bed_liveness
from console.ward.movements import Matter, Question
from console.ward.pump import PumpState
from console.ward.source import Liveness


class Look(Enum):
    """How an alarm stands in its slot: it calls, somebody has answered, or it has ended unseen."""

    CALLING = "calling"
    ANSWERED = "answered"
    ENDED = "ended"


class SlotView(NamedTuple):
    """One alarm in the slot. texts, asides: longest first, the painter takes what fits. short: for small tiles."""

    alarm_id: str
    priority: Priority
    look: Look
    texts: tuple[str, ...]
    asides: tuple[str, ...]
    short: str
    held: bool = False

    @property
    def flashes(self) -> bool:
        """Only what calls, and only medium and high."""
        return self.look is Look.CALLING and self.priority > Priority.LOW


class Action(Enum):
    """The button a tile offers beside acknowledging."""

    NONE = ""
    ADMIT = "Admit patient"
    RESUME = "Resume monitoring"


class TileView(NamedTuple):
    """Everything a tile shows.

    more: alarms beyond the two in the slot. quiet: text of the slot without an alarm, longest first; quiet_short: the
    same on small tiles; alert: it matters. badge: "NOT LIVE · 48 s old", "" while all is live. asked: a person has to
    settle something about an admission. device: mark of
    alarms that devices report ("DEVICE !!").
    """

    bed: str
    state: BedState
    name: str = ""
    tag: str = ""
    demo: bool = False
    pump: tuple[PumpState, str, str] | None = None
    slots: tuple[SlotView, ...] = ()
    more: int = 0
    quiet: tuple[str, ...] = ()
    quiet_short: str = ""
    alert: bool = False
    cells: tuple[CellView, ...] = ()
    liveness: Liveness = Liveness.STARTING
    badge: str = ""
    badge_short: str = ""
    standby: tuple[str, str] = ("", "")
    action: Action = Action.NONE
    trend: TileTrend | None = None
    spoken: str = ""
    asked: bool = False
    device: str = ""

    @property
    def ground(self) -> tuple[object, ...]:
        """All that stands under the numerals, the alarms and their frame; while it is equal its picture is kept."""
        cells = [(c.label, c.text == "", c.stale, c.never, c.time) for c in self.cells]
        quiet = () if self.slots else (self.quiet, self.quiet_short, self.alert)
        place = self.bed, self.state, self.name, self.tag, self.device, self.demo, self.pump, self.standby
        return *place, quiet, cells, self.liveness, self.trend

    @property
    def frame(self) -> SlotView | None:
        """The alarm whose colour frames the tile: the most urgent, one that calls before one that is answered."""
        return max(
            self.slots, key=lambda s: (s.priority, s.look is Look.CALLING, s.look is not Look.ANSWERED), default=None
        )


def tile_view(
    bed: BedSnapshot,
    now: float,
    zone: ZoneInfo,
    speed: float = 1.0,
    stopped: bool = False,
    initials: bool = False,
) -> TileView:
    """The view of a bed at engine time `now`. stopped: the engine publishes nothing, so nobody judges the alarms.
    initials: of Theme."""
    view = _tile_view(bed, now, zone, speed, stopped)
    who = shown_name(bed.patient.name, initials) if bed.patient is not None else _offered(bed, initials)
    if bed.state is not BedState.EMPTY:
        view = view._replace(name=who)
    return view if not bed.questions or stopped else _asked(view, bed.questions[0], initials)


SHORT = {
    Matter.OFFER: "Admissions",
    Matter.TAKEN: "Bed taken",
    Matter.WATCHED: "Still watched",
    Matter.PLACE: "Which bed?",
    Matter.MERGE: "Joined patients",
    Matter.CHILD: "A child",
    Matter.MONITOR: "Who lies here?",
}


def _asked(view: TileView, question: Question, initials: bool) -> TileView:
    """The same with what a person has to settle: a mark in the head, and its words where neither an alarm nor a word
    about alarms that do not sound needs the slot. The sentence of the question names people: not by initials."""
    spoken = SHORT[question.matter] if initials else wording.typeset(question.text)
    asked = view._replace(tag=view.tag or "?", asked=True, spoken=f"{view.spoken}, to be settled: {spoken}")
    if view.alert or view.demo or view.state is BedState.STANDBY:
        return asked
    person = question.seen or (question.movement.person if question.movement is not None else None)
    short = SHORT[question.matter]
    told = question.movement.event.capitalize() if question.is_offer and question.movement is not None else short
    name = ""
    if person is not None:
        name = shown_name(person.name, initials) or shown_number(person.ids[0], initials)
    middle = f"{told}{' ' if told.endswith('?') else ': '}{name}"
    whole = () if view.state is BedState.EMPTY or initials else (wording.typeset(question.text),)
    return asked._replace(quiet=(*whole, middle, short), quiet_short=short, alert=True)


def _tile_view(bed: BedSnapshot, now: float, zone: ZoneInfo, speed: float, stopped: bool) -> TileView:
    liveness = bed_liveness(bed, now, speed)
    if bed.state is BedState.EMPTY:
        slots, more = _slots(bed, now, zone)
        return TileView(
            bed.bed,
            bed.state,
            "Empty bed",
            slots=slots,
            more=more,
            quiet=("Not monitored. No alarms from this bed.",),
            quiet_short="Empty",
            action=Action.ADMIT,
            spoken=_spoken(bed, now, "empty, not monitored"),
        )
    slots, more = _slots(bed, now, zone)
    standby = bed.state is BedState.STANDBY
    cells = () if standby else cell_views(bed, liveness, now, zone, speed)
    badge, badge_short = ("", "") if standby else stale_words(bed, cells, liveness, now, zone)
    quiet, quiet_short, alert = _quiet(bed, cells, liveness, zone, stopped, badge_short)
    admitted = bed.patient is not None
    return TileView(
        bed.bed,
        bed.state,
        "",
        "" if admitted else "NOT ADMITTED",
        bed.demo,
        _pump(bed, now),
        slots,
        more,
        quiet,
        quiet_short,
        alert,
        cells,
        liveness,
        badge,
        badge_short,
        _standby(bed, zone),
        Action.RESUME if standby else Action.NONE if admitted else Action.ADMIT,
        bed.trend,
        _spoken(
            bed, now, "standby, alarms off" if standby else badge.lower() or "no alarm" if not stopped else quiet[0]
        )
        + (", device reports an alarm" if mark(bed) and not standby else ""),
        device="" if standby else mark(bed),
    )


def _offered(bed: BedSnapshot, initials: bool) -> str:
    return f"ID {shown_number(bed.offered_patient_id, initials)}" if bed.offered_patient_id else ""


def _pump(bed: BedSnapshot, now: float) -> tuple[PumpState, str, str] | None:
    if bed.pump is None:
        return None
    since = "" if bed.pump.since is None else wording.old_text(max(0.0, now - bed.pump.since.timestamp()))
    return bed.pump.state, bed.pump.text, since


def _standby(bed: BedSnapshot, zone: ZoneInfo) -> tuple[str, str]:
    if bed.state is not BedState.STANDBY:
        return "", ""
    since = f" since {wording.clock_text(bed.standby_since, zone)}" if bed.standby_since else ""
    return f"{bed.standby_reason}{since}", "alarms off"


def _quiet(
    bed: BedSnapshot, cells: tuple[CellView, ...], liveness: Liveness, zone: ZoneInfo, stopped: bool, badge: str
) -> tuple[tuple[str, ...], str, bool]:
    """The slot without an alarm. It never says "no alarm" alone while the rules do not run or do not see all."""
    if bed.state is BedState.STANDBY:
        place, off = _standby(bed, zone)
        return (f"{place} · {off}", f"{bed.standby_reason} · {off}", off), "STANDBY", False
    if stopped:
        long = "Alarms are not judged – watch the bedside monitor"
        return (long, "Alarms not judged: see bedside", "Alarms not judged"), "Not judged", True
    if liveness is Liveness.STARTING:
        return ("Starting – no values yet",), "Starting", False
    if liveness is not Liveness.LIVE:
        return ("Alarms cannot be judged – data are not live", "Not judged – data not live"), badge, True
    if badge:
        names = " ".join(c.label for c in cells if c.stale)
        return (f"No active alarm · {names} not watched", f"{names} not watched"), badge, True
    if bed.demo:
        return ("Simulated data · alarms of this bed are silent", "Simulated · alarms silent"), "", False
    if bed.state is BedState.NOT_ADMITTED:
        return ("No active alarm · patterns start at admission", "Patterns start at admission"), "", False
    if any(not pattern.started for pattern in bed.patterns):
        return ("Starting – patterns not judged yet",), "Starting", False
    last = wording.typeset(bed.last_alarm).replace(" pattern – ", " ")
    first = last.partition(" ")[0]
    last = last[:1].lower() + last[1:] if first[1:].islower() else last
    return (f"No active alarm · last: {last or 'none'}",), "", False


def _slots(bed: BedSnapshot, now: float, zone: ZoneInfo) -> tuple[tuple[SlotView, ...], int]:
    """At most two alarms, the more urgent left; members of a pattern alarm stand under it and not beside it."""
    alarms = [a for a in bed.alarms if not wording.is_member(a) and a.presence is not Presence.ENDED]
    if not alarms:
        return (), 0
    alarms.sort(key=_urgency)
    first, *rest = alarms
    shown = [first]
    if rest:
        # With more than two, what still waits for an answer goes before what has one.
        second = next((a for a in rest if wording.needs_answer(a)), rest[0])
        shown.append(second)
    return tuple(_slot(a, now, zone) for a in shown), len(alarms) - len(shown)


def _urgency(alarm: Alarm) -> tuple[int, bool, int, float]:
    return -alarm.priority, not wording.needs_answer(alarm), wording.kind_rank(alarm.condition.kind), -alarm.since


def _slot(alarm: Alarm, now: float, zone: ZoneInfo) -> SlotView:
    texts = wording.alarm_texts(alarm)
    held = "held" if alarm.condition.held else ""
    if alarm.acknowledged is not None:
        at = wording.clock_text(alarm.acknowledged.at, zone)
        asides = (f"Ack {at} {alarm.acknowledged.by}", f"{at} {alarm.acknowledged.by}", at)
        return SlotView(alarm.id, alarm.priority, Look.ANSWERED, texts, _with(held, asides), held or "ack", bool(held))
    if alarm.presence is Presence.LATCHED:
        ended = wording.ended_texts(alarm, zone)
        return SlotView(alarm.id, alarm.priority, Look.ENDED, ended, ("not seen",), "ended")
    age = wording.age_text(now - alarm.since)
    waits = tuple(words for words in (wording.unanswered_text(alarm, now), age) if words)
    return SlotView(alarm.id, alarm.priority, Look.CALLING, texts, _with(held, waits), held or age, bool(held))


def _with(held: str, asides: tuple[str, ...]) -> tuple[str, ...]:
    """A pattern that waits for fresh values says so before it says anything else."""
    return (*(f"{held} · {aside}" for aside in asides), held) if held else asides


def _spoken(bed: BedSnapshot, now: float, otherwise: str) -> str:
    """The tile as a screen reader says it."""
    if not bed.alarms:
        return f"{wording.bed_words(bed.bed)}, {otherwise}"
    alarms = sorted((a for a in bed.alarms if not wording.is_member(a)), key=_urgency)
    words = [wording.bed_words(bed.bed)]
    for alarm in alarms:
        what = alarm.condition.text.partition(" – ")[0] if alarm.condition.kind.is_pattern else alarm.condition.text
        answered = "not acknowledged" if wording.needs_answer(alarm) else "acknowledged"
        words.append(f"{wording.stage_word(alarm)}, {what[:1].lower() + what[1:] if what[1:2].islower() else what}")
        if alarm.presence is Presence.LATCHED:
            words.append("ended")
        else:
            words.append(wording.unanswered_text(alarm, now) or wording.spoken_age(now - alarm.since))
        words.append(answered)
    if not alarms:
        words.append(otherwise)
    return ", ".join(words)
