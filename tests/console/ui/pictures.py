"""`python -m tests.console.ui.pictures DIR`: the wall in every size and state, as PNG files to look at."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path

from PySide6.QtWidgets import QApplication

from console.alarms.alarm import Kind, Priority, Stage
from console.alarms.patient_limits import LimitsView, laid_over
from console.link.snapshot import SignalPolicy, WardSnapshot
from console.rules import load_rules
from console.ui import theme as themes
from console.ui.ack_sheet import AckSheet
from console.ui.app import Options, build_window
from console.ui.bed_page.page import BedPage
from console.ui.limits_sheet import LimitsSheet
from console.ui.theme import Mode, Theme
from console.ui.wall.page import WallPage
from console.ward.limits import LimitSetting
from console.ward.patient import RiskFlag
from drivers.observation import Parameter
from tests.console.ui import fakes
from tests.console.ui.explained import condition, explained_bed, risen
from tests.console.ui.shell import FakeOutput, settle
from tests.console.ui.ward_states import two_patterns, ward_of

HELD = condition(Stage.EMERGENCY, 142, 39.4, 31, 178)
SIZES = {"1920": (1920, 942), "1366": (1366, 652), "1920-sheet": (1516, 942), "1366-sheet": (962, 652)}


def main(folder: Path) -> None:
    """Draw all of them."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    folder.mkdir(parents=True, exist_ok=True)
    for mode in Mode:
        for name, (width, height) in SIZES.items():
            theme = Theme(mode, compact=width < 1500)
            themes.apply(application, theme)
            for beds in (4, 16, 24, 36, 64):
                page = WallPage(fakes.FakeLink(ward_of(beds)), "R. Test", theme)
                page.resize(width, height)
                page.show()
                for _ in range(2):
                    page.show_ward(page.link.snapshot(), fakes.NOW)
                    application.processEvents()
                page.grab().save(str(folder / f"wall-{beds:02d}-{name}-{mode}.png"))
                page.close()
                page.deleteLater()
        for compact, height in ((False, 942), (True, 652)):
            theme = Theme(mode, compact=compact)
            themes.apply(application, theme)
            _draw_sheet(folder / f"sheet-{height}-{mode}.png", theme, height, ward_of(16), 6)
            _draw_sheet(folder / f"sheet-limit-{height}-{mode}.png", theme, height, ward_of(16), 12)
            _draw_limits(folder / f"limits-{height}-{mode}.png", theme, height)
        for name in ("1920", "1366"):
            _draw_beds(folder, name, mode, application)
    for name in ("1920", "1366"):
        themes.apply(application, Theme(Mode.DARK))
        _draw_windows(folder, name, application)


BEDS = {
    "emergency": (lambda: explained_bed(), 0),
    "emergency-onset": (lambda: explained_bed(), 3),
    "held": (lambda: explained_bed(risen(replace(HELD, held=True, refreshed_at=fakes.utc(2400)))), 0),
    "latched": (lambda: explained_bed(fakes.latched(risen())), 2),
    "acknowledged": (lambda: explained_bed(fakes.acknowledged(risen())), 0),
    "two-patterns": (lambda: replace(two_patterns("07"), patterns=explained_bed().patterns), 0),
    "quiet": (lambda: fakes.bed("07"), 0),
    "no-data": (lambda: fakes.no_data_bed("07"), 0),
    "starting": (lambda: fakes.starting_bed("07"), 0),
    "standby": (lambda: fakes.standby_bed("07"), 0),
    "empty": (lambda: fakes.empty_bed("07"), 0),
    "degraded": (lambda: fakes.bed("07", patterns=(DEGRADED, fakes.pattern_view(Kind.OVERDOSE))), 0),
    "another-device": (lambda: fakes.bed("07", readings=(), alarms=(WRONG,)), 0),
    "late": (lambda: fakes.bed("07", alarms=(fakes.late_note(),)), 0),
    "limit-low": (lambda: fakes.bed("07", alarms=(fakes.technical_alarm(bed="07"),)), 0),
    "left": (lambda: fakes.bed("07", patient=None, pump=None, patterns=(), trend=None), 0),
}
"""States of a bed, each with the moment the why panel shows: 0 now, 1 and up the rises of the alarm."""


DEGRADED = fakes.pattern_view(points=2, degraded="no temperature in the last 60 min")
WRONG = fakes.technical_alarm(
    "Another device at bed 07", Priority.MEDIUM, 70, "technical:another_device:monitor", bed="07"
)


def _draw_windows(folder: Path, name: str, application: QApplication) -> None:
    """The whole window in the states of its sound, and when nobody judges any more."""
    width, height = {"1920": (1920, 1080), "1366": (1366, 768)}[name]
    policy = SignalPolicy(audio_off_s=600.0, audio_off_by=("R. Test",))
    for state in ("sounding", "paused", "off", "no-device", "store", "stopped"):
        ward = replace(ward_of(16), signals=policy)
        if state == "store":
            ward = ward_of(16, recording=False, store_error="Recording stopped – disk full")
        link = fakes.FakeLink(ward)
        output = FakeOutput()
        output.fault = "No sound device" if state == "no-device" else ""
        window = build_window(link, Options(user="R. Test"), output)
        window.resize(width, height)
        window.show()
        window.current.activated()
        settle(window)
        if state == "paused":
            window.sound.toggle_pause()
        if state == "off":
            window.sound.turn_off()
        if state == "stopped":
            link.time += 30
        settle(window)
        window.grab().save(str(folder / f"window-{state}-{name}.png"))
        window.close()
        window.deleteLater()
        application.processEvents()


def _draw_beds(folder: Path, name: str, mode: Mode, application: QApplication) -> None:
    width, height = SIZES[name]
    theme = Theme(mode, compact=width < 1500)
    themes.apply(application, theme)
    for state, (make, rise) in BEDS.items():
        page = BedPage(fakes.FakeLink(fakes.ward([make()])), "R. Test", theme)
        page.resize(width, height)
        page.show()
        page.show_bed("07")
        for _ in range(2):
            page.show_ward(page.link.snapshot(), fakes.NOW)
            application.processEvents()
        page.why.look_at(rise)
        application.processEvents()
        page.grab().save(str(folder / f"bed-{state}-{name}-{mode}.png"))
        page.close()
        page.deleteLater()


def _draw_limits(file: Path, theme: Theme, height: int) -> None:
    rules = load_rules().limits
    own = (LimitSetting(Parameter.HR, 40, 45, None, 140),)
    tight = laid_over(rules, own).for_patient(frozenset({RiskFlag.SCI_T6}), 95.0)
    bed = fakes.bed("07", readings=fakes.readings(142), limits=LimitsView(rules, tight, own, "R. Test"))
    sheet = LimitsSheet(fakes.FakeLink(fakes.ward([bed])), "R. Test", theme)
    sheet.resize(themes.SHEET_WIDTH, height)
    sheet.show()
    sheet.open_for("07")
    QApplication.processEvents()
    sheet.grab().save(str(file))
    sheet.close()
    sheet.deleteLater()


def _draw_sheet(file: Path, theme: Theme, height: int, ward: WardSnapshot, bed: int) -> None:
    sheet = AckSheet(fakes.FakeLink(ward), "R. Test", theme)
    sheet.resize(themes.SHEET_WIDTH, height)
    sheet.show()
    sheet.open_for(ward.beds[bed].alarms[0].id)
    sheet.show_ward(ward, fakes.NOW)
    sheet.grab().save(str(file))
    sheet.close()
    sheet.deleteLater()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
