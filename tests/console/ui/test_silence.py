"""AUDIO PAUSED and AUDIO OFF: bounded, told at the station, ended by anybody and by a new emergency."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtWidgets import QApplication, QPushButton

from console.alarms.alarm import Alarm, Change, Kind, Priority, Stage, Transition
from console.config import ConfigError, parse_config
from console.engine.plan import plan_ward
from console.link.commands import AuditNote, Reply, TurnSoundOff
from console.link.snapshot import SignalPolicy
from console.ui.alarm_bar import AlarmBar
from console.ui.flash import FlashClock
from console.ui.sound.player import ANSWER_S
from console.ui.sound.sheet import SoundSheet
from console.ui.sound.silence import OFF_REMINDER_S, PAUSE_S, Silence
from console.ui.system_bar import SystemBar
from console.ui.theme import Theme
from tests.console.ui import fakes
from tests.console.ui.fakes import bed, limit_alarm, pattern_alarm, ward
from tests.console.ui.test_sound_player import Room

ALLOWED = SignalPolicy(audio_off_s=600.0, audio_off_by=("R. Test", "Charge Nurse"))
WARNING = limit_alarm()
EMERGENCY = pattern_alarm(Kind.WITHDRAWAL, Stage.EMERGENCY)


class Station(Room):
    """A room whose ward has a policy of signals."""

    def __init__(self, policy: SignalPolicy) -> None:
        super().__init__()
        self.policy = policy

    def go_on(self, seconds: float, *alarms: Alarm, began: tuple[Alarm, ...] = ()) -> None:
        self.seconds += seconds
        new = [Transition(alarm, Change.ONSET, fakes.utc(), fakes.NOW) for alarm in began]
        self.sound.follow(replace(ward([bed("01", alarms=alarms)]), signals=self.policy), new)

    @property
    def audited(self) -> list[str]:
        return [c.act for c in self.link.commands if isinstance(c, AuditNote)]

    @property
    def asked(self) -> list[TurnSoundOff]:
        return [c for c in self.link.commands if isinstance(c, TurnSoundOff)]

    @property
    def heard(self) -> list[Priority]:
        return [said for said in self.output.said if isinstance(said, Priority)]


@pytest.fixture
def station(qapp: QApplication) -> Iterator[Station]:
    made = Station(ALLOWED)
    yield made
    made.sound.close()


def test_a_pause_is_two_minutes_and_off_as_long_as_it_is_told() -> None:
    silence = Silence()
    silence.pause(100.0)
    assert (silence.left_s(100.0 + PAUSE_S - 0.1) > 0, silence.left_s(100.0 + PAUSE_S)) == (True, 0.0)
    assert not silence.off(101.0)
    silence.turn_off(300.0, 600.0)
    assert silence.off(899.9)
    assert not silence.off(900.0)
    silence.end()
    assert silence.left_s(301.0) == 0.0


def test_off_is_called_to_mind_every_two_minutes_and_no_longer_than_it_lasts() -> None:
    silence = Silence()
    silence.turn_off(0.0, 300.0)
    assert [second for second in range(1000) if silence.reminds(second)] == [OFF_REMINDER_S, 2 * OFF_REMINDER_S]
    silence.pause(2000.0)
    assert not any(silence.reminds(second) for second in range(2000, 2200))


def test_alarm_sound_is_off_for_the_time_the_ward_allows_and_comes_back_by_itself(station: Station) -> None:
    station.go_on(0, WARNING)
    station.sound.turn_off()
    assert station.sound.off
    assert station.asked == [TurnSoundOff("desk 1", "R. Test")]
    said = len(station.output.said)
    for _ in range(599):
        station.go_on(1, WARNING)
    assert [s for s in station.output.said[said:] if s is Priority.MEDIUM] == []
    assert station.heard[-4:] == [Priority.LOW] * 4, "one soft reminder every two minutes"
    station.go_on(1, WARNING)
    assert not station.sound.off
    assert station.heard[-1] is Priority.MEDIUM


def test_a_new_emergency_ends_it_at_once_and_a_new_warning_does_not(station: Station) -> None:
    station.go_on(0)
    station.sound.turn_off()
    station.go_on(1, WARNING, began=(WARNING,))
    assert station.sound.off
    station.go_on(1, EMERGENCY, WARNING, began=(EMERGENCY,))
    assert not station.sound.off
    assert station.heard[-1] is Priority.HIGH
    assert station.audited[-1] == "alarm sound turned on"


def test_anybody_ends_it_at_any_time(station: Station) -> None:
    station.go_on(0, WARNING)
    station.sound.turn_off()
    station.sound.user = "Somebody Else"
    station.sound.toggle_pause()
    assert station.sound.paused_s() == 0
    assert station.heard[-1] is Priority.MEDIUM
    assert station.audited[-1] == "alarm sound turned on"


@pytest.mark.parametrize(
    ("policy", "user", "said"),
    [
        (SignalPolicy(), "R. Test", "cannot be turned off on this ward"),
        (ALLOWED, "Nurse B", "Only R. Test, Charge Nurse may"),
        (ALLOWED, "", "Only R. Test"),
    ],
)
def test_it_is_refused_where_the_ward_does_not_allow_it_and_to_everybody_else(
    qapp: QApplication, policy: SignalPolicy, user: str, said: str
) -> None:
    station = Station(policy)
    station.sound.user = user
    station.go_on(0, WARNING)
    station.sound.turn_off()
    assert station.sound.paused_s() == 0
    assert said in station.sound.may_turn_off()
    assert station.audited == ["alarm sound not turned off"]
    station.sound.close()


def test_alarms_are_heard_until_the_engine_has_said_yes(station: Station) -> None:
    station.link.hold = True
    station.go_on(0, WARNING)
    station.sound.turn_off()
    station.go_on(1, WARNING)
    assert station.sound.paused_s() == 0
    station.link.finish()
    station.go_on(1, WARNING)
    assert station.sound.off


def test_what_the_engine_refuses_is_told_and_alarms_stay_heard(station: Station) -> None:
    station.link.hold = True
    station.go_on(0, WARNING)
    station.sound.turn_off()
    station.link.pending[-1][1].set_result(Reply("R. Test may not turn alarm sound off."))
    station.go_on(1, WARNING)
    assert station.sound.paused_s() == 0
    assert station.sound.told == "R. Test may not turn alarm sound off."
    assert station.audited == ["alarm sound not turned off"]


def test_a_yes_that_comes_after_an_emergency_or_too_late_silences_nothing(station: Station) -> None:
    station.link.hold = True
    station.go_on(0, WARNING)
    station.sound.turn_off()
    station.go_on(1, EMERGENCY, WARNING, began=(EMERGENCY,))
    station.link.finish()
    station.go_on(1, EMERGENCY, WARNING)
    assert station.sound.paused_s() == 0
    station.sound.turn_off()
    station.go_on(ANSWER_S + 1, EMERGENCY, WARNING)
    station.link.finish()
    station.go_on(1, EMERGENCY, WARNING)
    assert station.sound.paused_s() == 0
    assert station.sound.told == "The alarm engine did not answer."


def test_a_permission_that_is_taken_back_ends_it(station: Station) -> None:
    station.go_on(0, WARNING)
    station.sound.turn_off()
    station.policy = SignalPolicy()
    station.go_on(1, WARNING)
    assert station.sound.paused_s() == 0


def test_bar_and_head_show_a_crossed_bell_and_the_time_that_is_left(qapp: QApplication) -> None:
    theme = Theme()
    bar, head = AlarmBar(FlashClock(), theme), SystemBar([("Ward", "")], "N", theme)
    bar.show_pause(61.0, off=True)
    head.show_sound("", 61.0, 3, off=True)
    assert bar.pause_button.text() == "Sound OFF 1:01"
    assert head.sound.text() == "Sound OFF"
    off = _picture(bar.pause_button)
    bar.show_pause(60.0)
    head.show_sound("", 60.0, 3)
    assert bar.pause_button.text() == "Sound paused 1:00"
    assert head.sound.text() == "Sound paused"
    paused = _picture(bar.pause_button)
    bar.show_pause(0.0)
    assert len({off, paused, _picture(bar.pause_button)}) == 3, "off, paused and on look alike"
    for widget in (bar, head):
        widget.close()
        widget.deleteLater()


def _picture(button: QPushButton) -> bytes:
    return bytes(button.icon().pixmap(18, 18).toImage().constBits())


def test_the_sheet_offers_it_only_where_it_may_be_done(station: Station) -> None:
    sheet = SoundSheet(station.link, "R. Test", Theme(), station.sound)
    station.policy = SignalPolicy()
    station.go_on(0)
    sheet.open_for("")
    assert not sheet.off.isEnabled()
    assert "cannot be turned off" in sheet.off_hint.text()
    station.policy = ALLOWED
    station.go_on(0)
    sheet.open_for("")
    assert "after 10 min" in sheet.off_hint.text()
    sheet.off.click()
    assert station.sound.off
    assert sheet.off.text() == "Turn alarm sound on again"
    sheet.off.click()
    assert station.sound.paused_s() == 0
    sheet.deleteLater()


def test_a_watch_is_silent_unless_the_ward_wants_one_soft_burst_at_its_begin(station: Station) -> None:
    watch = pattern_alarm(Kind.WITHDRAWAL, Stage.WATCH)
    station.go_on(0, watch, began=(watch,))
    assert station.heard == []
    station.policy = SignalPolicy(watch_tone=True)
    station.go_on(1, watch, began=(watch,))
    station.go_on(1, watch)
    assert station.heard == [Priority.LOW]
    station.go_on(1, watch, replace(watch, demo=True), began=(replace(watch, demo=True),))
    assert station.heard == [Priority.LOW]


def test_the_configuration_allows_it_or_says_what_is_missing() -> None:
    plain = plan_ward(parse_config('[ward]\nbeds = ["1"]\n')).signals
    assert (plain.audio_off_s, plain.audio_off_by, plain.watch_tone) == (0.0, (), False)
    text = '[ward]\nbeds = ["1"]\naudio_off_min = 30\naudio_off_by = ["Charge Nurse"]\nwatch_tone = true\n'
    allowed = plan_ward(parse_config(text)).signals
    assert (allowed.audio_off_s, allowed.audio_off_by, allowed.watch_tone) == (1800.0, ("Charge Nurse",), True)
    with pytest.raises(ConfigError, match="audio_off_by"):
        parse_config('[ward]\nbeds = ["1"]\naudio_off_min = 30\n')
    with pytest.raises(ConfigError, match="audio_off_min"):
        parse_config('[ward]\nbeds = ["1"]\naudio_off_min = 61\naudio_off_by = ["A"]\n')
