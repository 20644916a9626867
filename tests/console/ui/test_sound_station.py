"""A station's volume, test tone and self test, and how an unanswered alarm is sounded: with the clock in hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from console.alarms.alarm import Alarm, Change, Kind, Priority, Stage, Transition
from console.config import ConfigError, parse_config
from console.engine.plan import plan_ward
from console.link.commands import AuditNote
from console.ui.history_page import rows
from console.ui.page import Sheet
from console.ui.sound import settings
from console.ui.sound.choice import Call, call, category_of
from console.ui.sound.loudness import LOUDEST, LOWEST, USUAL, amplitude, repeat_s, volume
from console.ui.sound.player import AlarmSound
from console.ui.sound.self_test import DURATION_S, length_s
from console.ui.sound.sheet import SoundSheet
from console.ui.sound.tones import BURSTS, Category, Sounds, Tone
from console.ui.theme import LIGHT, Mode
from drivers.observation import Parameter
from tests.console.ui import fakes as f
from tests.console.ui.shell import open_window, settle, wall
from tests.console.ui.test_sound_player import FakeOutput
from tests.console.ui.ward_states import ward_of

EMERGENCY = f.pattern_alarm(stage=Stage.EMERGENCY, age=100.0)
WARNING = f.pattern_alarm(stage=Stage.WARNING)


class Station:
    """A station's sound, its file, and the time in the test's hands."""

    def __init__(self, file: Path | None = None, user: str = "R. Test") -> None:
        self.seconds = 500.0
        self.link = f.FakeLink()
        self.output = FakeOutput()
        self.sound = AlarmSound(self.link, self.output, "desk 1", user, lambda: self.seconds, file)

    def follow(self, *alarms: Alarm, after: float = 0.0, sounds: str = "general") -> None:
        self.seconds += after
        self.sound.follow(replace(f.ward([f.bed("01", alarms=alarms)]), sounds=sounds), [])

    @property
    def notes(self) -> list[tuple[str, str]]:
        return [(c.act, c.detail) for c in self.link.commands if isinstance(c, AuditNote)]


@pytest.fixture
def station(qapp: QApplication, tmp_path: Path) -> Iterator[Station]:
    made = Station(tmp_path / "data" / "station.toml")
    yield made
    made.sound.close()


# --- volume ----------------------------------------------------------------------------------------------------------


def test_no_level_is_silent_and_each_is_3_db_above_the_one_below() -> None:
    amplitudes = [amplitude(level) for level in range(LOWEST, LOUDEST + 1)]
    assert amplitudes == pytest.approx([0.355, 0.501, 0.708, 1.0], abs=0.001)
    assert amplitude(-5) == amplitude(LOWEST)
    assert amplitude(99) == 1.0


def test_the_chosen_level_is_heard_kept_and_audited(station: Station, tmp_path: Path) -> None:
    station.sound.set_level(LOWEST)
    station.follow(EMERGENCY)
    assert station.output.volumes == [pytest.approx(0.355, abs=0.001)]
    assert station.notes == [("alarm volume changed", "desk 1: 3 to 1 of 4")]
    assert station.link.commands[0].by == "R. Test"  # type: ignore[union-attr]
    again = Station(tmp_path / "data" / "station.toml")
    assert again.sound.level == LOWEST
    again.sound.close()


@pytest.mark.parametrize(("asked", "got"), [(0, LOWEST), (-3, LOWEST), (5, LOUDEST)])
def test_no_level_beyond_the_ends_can_be_set(station: Station, asked: int, got: int) -> None:
    station.sound.set_level(asked)
    assert station.sound.level == got
    assert settings.read(station.sound._file).level == got


def test_the_same_level_again_is_no_news(station: Station) -> None:
    station.sound.set_level(USUAL)
    assert station.notes == []


@pytest.mark.parametrize(
    "text", ["volume = 0", "volume = 5", "volume = true", 'volume = "3"', "volume = ", "", "x = 1", "volume = 2.0"]
)
def test_a_file_that_says_nothing_possible_means_the_usual_level_and_is_told(
    qapp: QApplication, tmp_path: Path, text: str
) -> None:
    file = tmp_path / "station.toml"
    file.write_text(text, "utf-8")
    made = Station(file)
    assert made.sound.level == USUAL
    assert str(file) in made.sound.told
    assert [act for act, _ in made.notes] == ["alarm volume not known"]
    made.sound.close()


def test_a_station_that_has_no_file_yet_says_nothing(station: Station) -> None:
    assert (station.sound.level, station.sound.told, station.notes) == (USUAL, "", [])


def test_a_level_that_cannot_be_kept_is_in_force_and_told(qapp: QApplication, tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where the folder should be", "utf-8")
    made = Station(tmp_path / "data" / "station.toml")
    made.sound.set_level(4)
    assert made.sound.level == 4
    assert made.sound.told.startswith("The volume is not kept for the next start: ")
    made.sound.close()


# --- an unanswered alarm ---------------------------------------------------------------------------------------------


def test_an_unanswered_emergency_is_louder_and_sooner_repeated_with_each_step(station: Station) -> None:
    station.sound.set_level(2)
    for step in (0, 1, 2):
        station.follow(replace(EMERGENCY, unanswered=step))
    assert station.output.said == [Priority.HIGH] * 3
    assert station.output.volumes == pytest.approx([0.501, 0.708, 1.0], abs=0.001)
    assert station.sound._repeat.interval() == 6000
    station.follow(f.acknowledged(EMERGENCY))
    assert station.output.said[-1] == "stop"


def test_the_volume_never_passes_the_full_amplitude() -> None:
    for priority in (Priority.HIGH, Priority.MEDIUM):
        for level in range(LOWEST, LOUDEST + 1):
            for step in range(4):
                assert 0.35 <= volume(level, Call(Tone(priority), step)) <= 1.0


def test_at_every_level_a_medium_reminder_is_not_louder_than_a_high_alarm() -> None:
    for level in range(LOWEST, LOUDEST + 1):
        high = volume(level, Call(Tone(Priority.HIGH))) * BURSTS[Priority.HIGH].level
        for step in range(4):
            medium = volume(level, Call(Tone(Priority.MEDIUM), step)) * BURSTS[Priority.MEDIUM].level
            assert medium <= high + 1e-9
        assert volume(level, Call(Tone(Priority.MEDIUM), 1)) >= volume(level, Call(Tone(Priority.MEDIUM)))
    assert volume(2, Call(Tone(Priority.MEDIUM), 1)) > volume(2, Call(Tone(Priority.MEDIUM)))


@pytest.mark.parametrize(("priority", "longest"), [(Priority.HIGH, 15.0), (Priority.MEDIUM, 30.0)])
@pytest.mark.parametrize("step", [0, 1, 3])
def test_the_pause_between_bursts_stays_within_the_standard(priority: Priority, longest: float, step: int) -> None:
    asked = Call(Tone(priority), step)
    assert 2.5 <= repeat_s(asked) - length_s(asked.tone) <= longest
    assert (repeat_s(asked) < BURSTS[priority].repeat_s) is (step > 0)


def test_a_lesser_alarm_left_unanswered_does_not_raise_the_voice_of_a_new_emergency() -> None:
    snapshot = f.ward([f.bed("01", alarms=(replace(WARNING, unanswered=1), EMERGENCY))])
    assert call(snapshot) == Call(Tone(Priority.HIGH), 0)


def test_an_invented_patient_left_unanswered_is_silent() -> None:
    alarm = replace(EMERGENCY, unanswered=2, demo=True)
    assert call(f.ward([f.bed("01", alarms=(alarm,))])) is None


# --- what is heard ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("alarm", "category"),
    [
        (f.pattern_alarm(Kind.WITHDRAWAL, Stage.WARNING), Category.TEMPERATURE),
        (f.pattern_alarm(Kind.OVERDOSE, Stage.EMERGENCY), Category.VENTILATION),
        (f.limit_alarm(Parameter.SPO2, "SpO2 84 < 90"), Category.OXYGEN),
        (f.limit_alarm(Parameter.RR, "RR 6 < 9"), Category.VENTILATION),
        (f.limit_alarm(Parameter.NIBP_SYS, "BP 190 > 160"), Category.CARDIOVASCULAR),
        (f.limit_alarm(Parameter.TEMP, "Temp 39.2 > 38.5"), Category.TEMPERATURE),
        (f.technical_alarm("No data", Priority.MEDIUM), Category.EQUIPMENT),
    ],
)
def test_a_melody_tells_what_the_alarm_is_about(station: Station, alarm: Alarm, category: Category) -> None:
    assert category_of(alarm) is category
    station.follow(alarm, sounds="melodies")
    assert station.output.tones == [Tone(alarm.priority, category)]
    assert station.output.tones[0].file.exists()
    assert station.output.chosen == [Sounds.MELODIES]


def test_the_general_set_sounds_alike_for_everything(station: Station) -> None:
    station.follow(f.limit_alarm(Parameter.SPO2, "SpO2 84 < 90"))
    assert station.output.tones == [Tone(Priority.MEDIUM)]


def test_every_parameter_has_a_melody() -> None:
    for parameter in Parameter:
        assert Tone(Priority.HIGH, category_of(f.limit_alarm(parameter))) in Sounds.MELODIES.tones


def test_the_ward_chooses_its_set_and_a_misspelt_one_is_refused() -> None:
    assert plan_ward(parse_config("[ward]")).sounds == "general"
    assert plan_ward(parse_config('[ward]\nsounds = "melodies"')).sounds == "melodies"
    with pytest.raises(ConfigError, match=r"ward\.sounds.*'general' or 'melodies'"):
        parse_config('[ward]\nsounds = "birds"')


# --- test tone and self test -----------------------------------------------------------------------------------------


def test_the_test_tone_is_one_medium_burst_at_the_level(station: Station) -> None:
    station.follow()
    station.sound.set_level(4)
    station.sound.test_tone()
    assert station.output.tones == [Tone(Priority.MEDIUM)]
    assert station.output.volumes == [1.0]
    assert not station.sound._repeat.isActive()
    assert station.notes[-1] == ("test tone", "desk 1: played")


def test_no_test_sounds_into_an_alarm(station: Station) -> None:
    station.follow(EMERGENCY)
    station.sound.test_tone()
    station.sound.start_self_test()
    assert station.output.said == [Priority.HIGH]
    assert not station.sound.test.running
    assert station.sound.told == "No self test while an alarm is calling."
    station.sound.toggle_pause()
    station.sound.start_self_test()
    assert not station.sound.test.running


def _run_test(station: Station, seconds: float) -> list[tuple[float, Priority | None]]:
    """When which light came on, seconds after the start."""
    began, seen = station.seconds, [(0.0, station.sound.test.lit)]
    while station.seconds - began < seconds:
        station.follow(after=0.075)
        if station.sound.test.lit is not seen[-1][1]:
            seen.append((station.seconds - began, station.sound.test.lit))
    return seen


def test_the_self_test_shows_and_sounds_every_priority_once(station: Station) -> None:
    station.follow()
    station.sound.start_self_test()
    seen = _run_test(station, DURATION_S + 1)
    assert [lit for _, lit in seen] == [Priority.HIGH, Priority.MEDIUM, Priority.LOW, None]
    assert station.output.said == [Priority.HIGH, Priority.MEDIUM, Priority.LOW]
    for (sooner, lit), (later, _) in pairwise(seen):
        assert lit is not None
        assert later - sooner > length_s(Tone(lit))
    assert station.sound.told == "Self test: *** ** * shown, sounded. Seen and heard?"
    assert station.sound.test_result == "Self test done"
    assert station.notes == [("self test", "desk 1: lights shown, bursts played")]
    station.follow(after=10.0)
    assert station.sound.test_result == ""


def test_a_self_test_without_a_sound_device_says_so(station: Station) -> None:
    station.output.trouble = "This station has no sound device."
    station.follow()
    station.sound.start_self_test()
    _run_test(station, DURATION_S + 1)
    assert station.sound.told.endswith("not sounded: This station has no sound device.")
    assert station.sound.test_result == "Self test: no sound"
    assert station.notes == [("self test", "desk 1: lights shown, This station has no sound device.")]


def test_an_alarm_ends_the_self_test_at_once_and_is_heard(station: Station) -> None:
    station.follow()
    station.sound.start_self_test()
    station.follow(WARNING, after=0.5)
    assert station.sound.test.lit is None
    assert station.output.said == [Priority.HIGH, "stop", Priority.MEDIUM]
    assert station.notes == [("self test", "desk 1: ended by an alarm")]
    assert station.sound.test_result == ""
    station.follow(WARNING, after=20.0)
    assert Priority.LOW not in station.output.said


def test_without_a_name_the_system_is_the_one_who_tested(qapp: QApplication) -> None:
    made = Station(user="")
    made.sound.test_tone()
    assert [c.by for c in made.link.commands if isinstance(c, AuditNote)] == ["system"]
    made.sound.close()


# --- on the screen ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [(1920, 1080), (1366, 768)])
def test_volume_and_tests_are_reached_from_the_bar_by_mouse(qtbot: QtBot, size: tuple[int, int]) -> None:
    link = f.FakeLink(f.ward([f.bed("01")]))
    window = open_window(qtbot, link, *size)
    bar = window._bar
    assert bar.sound.text().endswith("on 3/4")
    qtbot.mouseClick(bar.sound, Qt.MouseButton.LeftButton)
    sheet = window.sheets[Sheet.SOUND]
    assert isinstance(sheet, SoundSheet)
    assert sheet.isVisible()
    for _ in range(5):
        qtbot.mouseClick(sheet.quieter, Qt.MouseButton.LeftButton)
    settle(window)
    assert sheet.volume.text() == "Volume 1 of 4"
    assert not sheet.quieter.isEnabled()
    assert bar.sound.text().endswith("on 1/4")
    qtbot.mouseClick(sheet.louder, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(sheet.tone, Qt.MouseButton.LeftButton)
    assert "Test tone played" in sheet.told.text()
    qtbot.mouseClick(sheet.self_test, Qt.MouseButton.LeftButton)
    settle(window)
    assert sheet.told.text() == "Self test is running."
    light = window.alarm_bar.test_light
    assert light.isVisible()
    assert light.text == "***  Self test, no alarm"
    assert light.accessibleName() == "Self test, no alarm"
    assert light.fontMetrics().horizontalAdvance(light.text) < light.width()
    assert not window.alarm_bar.counts.geometry().intersects(light.geometry())
    assert (window.width(), window.height()) == size
    window.close()


def test_the_light_takes_the_colours_of_an_alarm_and_an_alarm_puts_it_out(qtbot: QtBot) -> None:
    link = f.FakeLink(f.ward([f.bed("01")]))
    window = open_window(qtbot, link)
    window.toggle_theme()
    assert window.theme.mode is Mode.LIGHT
    window.sound.start_self_test()
    settle(window)
    light = window.alarm_bar.test_light
    painted = light.grab().toImage()
    assert painted.pixelColor(8, painted.height() // 2).name().upper() == LIGHT.high.fill
    assert window.alarm_bar.chips == []
    link.ward = f.ward([f.bed("01", alarms=(EMERGENCY,))])
    settle(window)
    assert not light.isVisible()
    assert window.alarm_bar.chips[0].isVisible()
    window.close()


def test_chips_make_room_for_the_light_and_stay_whole(qtbot: QtBot) -> None:
    quiet = f.technical_alarm("Late data – monitor with a long name", Priority.LOW)
    others = tuple(replace(quiet, id=f"q{n}", condition=replace(quiet.condition, key=f"q{n}")) for n in range(8))
    window = open_window(qtbot, f.FakeLink(f.ward([f.bed("01", alarms=others)])), 1366, 768)
    window.sound.start_self_test()
    settle(window)
    bar = window.alarm_bar
    assert bar.test_light.isVisible()
    shown = [chip for chip in bar.chips if chip.isVisible()]
    assert all(bar._chip_area.rect().contains(chip.geometry()) for chip in shown)
    assert bar.more_button.text() == f"+{8 - len(shown)} more"
    window.close()


@pytest.mark.parametrize(("waited", "said"), [(100.0, "unanswered 1 min"), (400.0, "unanswered 6 min")])
def test_a_chip_says_how_long_nobody_has_answered(qtbot: QtBot, waited: float, said: str) -> None:
    alarm = replace(f.pattern_alarm(stage=Stage.EMERGENCY, age=waited), unanswered=1)
    window = open_window(qtbot, f.FakeLink(f.ward([f.bed("01", alarms=(alarm,))])))
    chip = window.alarm_bar.chips[0]
    assert said in chip.accessibleName()
    assert chip.width() >= chip.wanted()
    window.close()


def test_an_answered_or_returned_alarm_shows_its_age_again(qtbot: QtBot) -> None:
    returned = replace(f.pattern_alarm(stage=Stage.EMERGENCY, age=400.0), called=f.NOW - 5.0)
    window = open_window(qtbot, f.FakeLink(f.ward([f.bed("01", alarms=(returned,))])))
    assert "unanswered" not in window.alarm_bar.chips[0].accessibleName()
    window.close()


def test_the_bars_fit_a_small_screen_with_everything_in_them(qtbot: QtBot) -> None:
    window = open_window(qtbot, f.FakeLink(ward_of(16, simulated=True, speed=60.0)), 1366, 768)
    bar = window._bar
    shown = [w for w in (*bar.tabs, bar.sound, bar.look, bar.user) if w.isVisible()]
    assert not any(a.geometry().intersects(b.geometry()) for i, a in enumerate(shown) for b in shown[i + 1 :])
    assert bar.sound.fontMetrics().horizontalAdvance(bar.sound.text()) + 18 < bar.sound.width()
    assert bar._clock.geometry().right() < window.width()
    window.close()


def test_tile_page_and_sheet_of_an_unanswered_alarm_say_it_too(qtbot: QtBot) -> None:
    alarm = replace(f.limit_alarm(age=700.0, bed="07"), unanswered=1)
    window = open_window(qtbot, f.FakeLink(f.ward([f.bed("07", alarms=(alarm,))])))
    view = wall(window).tiles["07"].view
    assert view is not None
    assert view.slots[0].asides == ("unanswered 11 min", "11:40")
    assert "unanswered 11 min" in view.spoken
    window.open_sheet(Sheet.ACKNOWLEDGE, alarm.id)
    settle(window)
    said = " ".join(label.text() for label in window.sheets[Sheet.ACKNOWLEDGE].findChildren(QLabel))
    assert "unanswered 11 min" in said
    window.close()


def test_the_history_tells_each_step_without_an_answer() -> None:
    alarm = replace(f.pattern_alarm(stage=Stage.EMERGENCY, age=180.0), unanswered=2)
    told = rows._step(Transition(alarm, Change.UNANSWERED, f.utc(), f.NOW, Stage.EMERGENCY))
    assert told == "Unanswered for 3 min, told again"
