"""What a tile says in every state, before anything is painted."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from console.alarms.alarm import Kind, Priority, Stage
from console.link.snapshot import BedSnapshot, BedState
from console.ui.wall.cells import DASHES, CellView
from console.ui.wall.geometry import Cell
from console.ui.wall.view import Action, Look, TileView, tile_view
from console.ward.source import Liveness
from drivers.observation import Parameter, Status
from tests.console.ui import fakes as f
from tests.console.ui import ward_states as states

ZONE = ZoneInfo("Europe/Berlin")
NOW = f.NOW


def view(bed: BedSnapshot, now: float = NOW, speed: float = 1.0, stopped: bool = False) -> TileView:
    return tile_view(bed, now, ZONE, speed, stopped)


def cell(shown: TileView, which: Cell) -> CellView:
    return shown.cells[which]


def with_stream(bed: BedSnapshot, **changes: object) -> BedSnapshot:
    return replace(bed, readings=tuple(replace(r, **changes) for r in bed.readings))


def test_a_quiet_bed_says_so_and_names_the_last_alarm() -> None:
    shown = view(f.bed(last_alarm="Autonomic pattern – watch, ended 00:29"))
    assert shown.quiet[0] == "No active alarm · last: autonomic watch, ended 00:29"
    assert shown.spoken == "Bed 01, no alarm"
    assert [cell(shown, c).text for c in Cell] == ["72", "97", "14", "118/72", "36.8", "38"]


def test_a_bed_that_is_starting_is_never_called_quiet() -> None:
    assert view(f.starting_bed()).quiet[0].startswith("Starting")
    unjudged = f.bed(patterns=(f.pattern_view(started=False),))
    assert "Starting" in view(unjudged).quiet[0]
    assert "No active alarm" not in view(unjudged).quiet[0]


def test_values_turn_late_and_then_absent_by_themselves_when_the_engine_publishes_nothing_new() -> None:
    bed = f.bed()
    assert view(bed, NOW + 20).liveness is Liveness.LIVE
    late = view(bed, NOW + 31)
    assert late.liveness is Liveness.LATE
    assert late.badge == "NOT LIVE · 31 s old"
    assert cell(late, Cell.HR).stale
    assert cell(late, Cell.HR).text == "72"
    gone = view(bed, NOW + 65)
    assert cell(gone, Cell.HR).text == DASHES
    assert gone.badge == "NO DATA since 06:42:17"
    assert "No active alarm" not in gone.quiet[0]


def test_the_engines_worse_word_stands_even_when_the_data_look_young() -> None:
    lost = with_stream(f.bed(liveness=Liveness.LATE), liveness=Liveness.LATE)
    assert view(lost).badge.startswith("NOT LIVE")


def test_a_slow_source_is_late_by_its_own_interval() -> None:
    slow = with_stream(f.bed(), late_after_s=150.0)
    assert view(slow, NOW + 100).liveness is Liveness.LIVE
    assert not cell(view(slow, NOW + 100), Cell.HR).stale
    assert view(slow, NOW + 151).liveness is Liveness.LATE


def test_at_sixty_times_the_speed_a_value_may_be_two_real_seconds_old() -> None:
    assert view(f.bed(), NOW + 110, speed=60).liveness is Liveness.LIVE
    assert view(f.bed(), NOW + 121, speed=60).liveness is Liveness.LATE


def test_a_cuff_pressure_carries_its_time_and_is_not_grey_while_its_bed_is_live() -> None:
    pressure = cell(view(f.bed(readings=f.readings(cuff_age=2400))), Cell.BP)
    assert (pressure.text, pressure.time, pressure.stale) == ("118/72", "06:02", False)
    dead = cell(view(f.bed(), NOW + 65), Cell.BP)
    assert dead.stale
    assert dead.text == "118/72"


def test_two_halves_of_different_inflations_are_not_one_pressure() -> None:
    sys, dia = f.reading(Parameter.NIBP_SYS, 150, 60), f.reading(Parameter.NIBP_DIA, 80, 960)
    assert cell(view(f.bed(readings=(sys, dia))), Cell.BP).text == "150/–"


def test_a_value_the_device_calls_absent_is_dashes_and_one_it_doubts_is_marked() -> None:
    bed = f.bed(readings=(f.reading(Parameter.SPO2, None), f.reading(Parameter.HR, 70, status=Status.QUESTIONABLE)))
    assert cell(view(bed), Cell.SPO2).text == DASHES
    assert cell(view(bed), Cell.HR).doubtful


def test_pulse_rate_stands_in_for_a_heart_rate_that_is_off_under_its_own_name() -> None:
    bed = f.bed(readings=(f.reading(Parameter.HR, None), f.reading(Parameter.PR, 71)))
    assert (cell(view(bed), Cell.HR).label, cell(view(bed), Cell.HR).text) == ("PR", "71")


def test_one_silent_source_of_two_is_named() -> None:
    bed = states.more_states()[1]
    shown = view(bed)
    assert shown.badge == "RR EtCO₂ NOT LIVE · 45 s old"
    assert shown.alert
    assert not cell(shown, Cell.HR).stale
    assert cell(shown, Cell.RR).stale


def test_when_the_engine_stops_no_tile_claims_that_there_is_no_alarm() -> None:
    shown = view(f.bed(), stopped=True)
    assert shown.alert
    assert "not judged" in shown.quiet[0]
    assert "no alarm" not in shown.spoken


@pytest.mark.parametrize(
    ("stage", "priority"),
    [(Stage.WATCH, Priority.LOW), (Stage.WARNING, Priority.MEDIUM), (Stage.EMERGENCY, Priority.HIGH)],
)
def test_a_calling_alarm_shows_stage_and_age_and_only_medium_and_high_flash(stage: Stage, priority: Priority) -> None:
    slot = view(f.bed(alarms=(f.pattern_alarm(stage=stage, age=112),))).slots[0]
    assert slot.texts[1] == f"Autonomic – {stage.word}"
    assert slot.asides == ("1:52",)
    assert slot.priority is priority
    assert slot.flashes is (priority > Priority.LOW)


def test_an_answered_alarm_is_steady_and_names_who_and_when() -> None:
    slot = view(f.bed(alarms=(f.acknowledged(f.pattern_alarm(stage=Stage.EMERGENCY)),))).slots[0]
    assert slot.look is Look.ANSWERED
    assert slot.asides[0] == "Ack 06:19 R. Test"
    assert not slot.flashes


def test_an_alarm_that_ended_unseen_says_when_and_that_nobody_saw_it() -> None:
    slot = view(f.bed(alarms=(f.latched(f.pattern_alarm(stage=Stage.WARNING)),))).slots[0]
    assert slot.look is Look.ENDED
    assert slot.texts[0] == "Autonomic – ended 06:31"
    assert slot.asides == ("not seen",)
    assert not slot.flashes


def test_of_two_alarms_the_more_urgent_is_left_and_more_are_counted() -> None:
    shown = view(states.two_patterns(more=True))
    assert [s.priority for s in shown.slots] == [Priority.MEDIUM, Priority.LOW]
    assert shown.more == 1
    frame = shown.frame
    assert frame is not None
    assert frame.priority is Priority.MEDIUM


def test_what_waits_for_an_answer_gets_the_second_place_before_what_has_one() -> None:
    answered = [f.acknowledged(f.limit_alarm(p, "x", age=5)) for p in (Parameter.HR, Parameter.RR)]
    waiting = f.technical_alarm("SpO2 – no reading", key="technical:sensor:spo2")
    shown = view(f.bed(alarms=(*answered, waiting)))
    assert [s.alarm_id for s in shown.slots] == [answered[0].id, waiting.id]
    assert shown.more == 1


def test_a_limit_alarm_under_a_pattern_that_speaks_for_it_takes_no_place() -> None:
    shown = view(states.emergency())
    assert len(shown.slots) == 1
    assert shown.more == 0


def test_a_pattern_that_is_held_says_so_first() -> None:
    slot = view(f.bed(alarms=(f.pattern_alarm(stage=Stage.WARNING, age=60, held=True),))).slots[0]
    assert slot.asides == ("held · 1:00", "held")


def test_contributing_values_are_framed_in_the_alarms_colour_with_the_side_they_lie_on() -> None:
    shown = view(states.two_patterns())
    found = {c.cell: (c.frame, c.arrow) for c in shown.cells}
    assert found[Cell.SPO2] == (Priority.MEDIUM, -1)
    assert found[Cell.ETCO2] == (Priority.MEDIUM, 1)
    assert found[Cell.TEMP] == (Priority.LOW, 1)
    assert found[Cell.HR] == (None, 0)


def test_a_latched_alarm_frames_no_value() -> None:
    ended = f.latched(f.limit_alarm())
    assert cell(view(f.bed(alarms=(ended,))), Cell.HR).frame is None


def test_empty_standby_and_not_admitted_beds_offer_what_can_be_done() -> None:
    assert view(f.empty_bed()).action is Action.ADMIT
    standby = view(f.standby_bed())
    assert standby.action is Action.RESUME
    assert standby.cells == ()
    assert standby.quiet[0] == "in imaging since 06:10 · alarms off"
    unknown = view(f.not_admitted_bed())
    assert (unknown.action, unknown.tag, unknown.name) == (Action.ADMIT, "NOT ADMITTED", "ID 4711-08")
    assert cell(unknown, Cell.HR).text == "72"


def test_every_bed_says_its_state_to_a_screen_reader() -> None:
    assert view(states.emergency()).spoken == (
        "Bed 07, emergency, autonomic pattern, 1 minute 52 seconds, not acknowledged"
    )
    assert view(f.standby_bed()).spoken == "Bed 04, standby, alarms off"
    assert "not live" in view(f.late_bed(alarms=())).spoken


def test_every_state_makes_a_view() -> None:
    for bed in (*states.every_state(), *states.more_states()):
        shown = view(bed)
        assert shown.bed == bed.bed
        assert shown.spoken.startswith("Bed ")
        if bed.state in (BedState.MONITORED, BedState.NOT_ADMITTED):
            assert len(shown.cells) == 6


def test_patterns_go_by_their_neutral_names_only() -> None:
    for kind in (Kind.WITHDRAWAL, Kind.OVERDOSE):
        for text in view(f.bed(alarms=(f.pattern_alarm(kind),))).slots[0].texts:
            assert "withdrawal" not in text.lower()
            assert "overdose" not in text.lower()
