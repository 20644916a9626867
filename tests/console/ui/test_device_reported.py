"""What devices report stands beside our alarms: a list on the bed page, a mark on the tile, told to a screen reader."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from pytestqt.qtbot import QtBot

from console.link.snapshot import BedSnapshot
from console.ui.bed_page.reported import ROWS_COMPACT, ReportedList
from console.ui.theme import Theme
from console.ui.wall.view import tile_view
from console.ward.reported import ReportedAlert, ReportedState
from drivers.observation import AlertPriority, DeviceAlert
from tests.console.ui.fakes import NOW, bed

UTC_ZONE = ZoneInfo("UTC")
AT = datetime(2026, 11, 22, 9, 30, 15, tzinfo=UTC)


def reported(
    text: str = "SpO2 low 81",
    priority: AlertPriority = AlertPriority.HIGH,
    state: ReportedState = ReportedState.PRESENT,
    phase: str = "start",
) -> ReportedAlert:
    alert = DeviceAlert("196670", text, priority=priority, phase=phase)
    return ReportedAlert("gateway", alert, state, AT, AT + timedelta(seconds=30))


def with_alerts(*alerts: ReportedAlert) -> BedSnapshot:
    return replace(bed("07"), device_alerts=alerts)


@pytest.fixture
def listed(qtbot: QtBot) -> ReportedList:
    widget = ReportedList(Theme())
    qtbot.addWidget(widget)
    return widget


def test_each_alarm_tells_priority_words_step_times_and_who_says_so(listed: ReportedList) -> None:
    listed.show_bed(
        with_alerts(
            reported(phase="continue"),
            reported("Lead off", AlertPriority.LOW, ReportedState.LATCHED),
            reported("Recheck", AlertPriority.MEDIUM, ReportedState.NO_END),
        ),
        UTC_ZONE,
    )
    assert not listed.isHidden()
    assert listed.lines == [
        "!!! high   SpO2 low 81   since 09:30:15 · continue 09:30:45 · gateway",
        "! low   Lead off   since 09:30:15 · latched by the device · gateway",
        "!! medium   Recheck   since 09:30:15 · no end reported, last heard 09:30:45 · gateway",
    ]


def test_nothing_reported_takes_no_room(listed: ReportedList) -> None:
    listed.show_bed(with_alerts(reported()), UTC_ZONE)
    listed.show_bed(with_alerts(), UTC_ZONE)
    assert listed.isHidden()
    assert listed.lines == []


def test_a_small_screen_shows_fewer_and_counts_the_rest(listed: ReportedList) -> None:
    listed.set_theme(Theme(compact=True))
    listed.show_bed(with_alerts(*(reported(f"alarm {n}") for n in range(5))), UTC_ZONE)
    assert len(listed.lines) == ROWS_COMPACT
    assert "3 more" in listed._title.text()


def test_text_of_a_device_is_shown_as_plain_text(listed: ReportedList) -> None:
    listed.show_bed(with_alerts(reported("<b>SpO2</b>")), UTC_ZONE)
    assert "<b>SpO2</b>" in listed.lines[0]


@pytest.mark.parametrize(
    ("alerts", "shown"),
    [
        ((), ""),
        ((reported(priority=AlertPriority.LOW), reported()), "DEVICE !!!"),
        ((reported(priority=AlertPriority.NONE),), "DEVICE"),
        ((reported(state=ReportedState.NO_END),), "DEVICE ?"),
    ],
)
def test_the_tile_bears_a_mark_and_no_alarm_of_ours(alerts: tuple[ReportedAlert, ...], shown: str) -> None:
    view = tile_view(with_alerts(*alerts), NOW, UTC_ZONE)
    assert view.device == shown
    assert view.slots == ()
    assert ("device reports an alarm" in view.spoken) == bool(shown)
