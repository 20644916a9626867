"""Ages, times and alarm texts as the ward reads them."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from console.alarms.alarm import Kind, Priority, Stage
from console.ui import wording
from drivers.observation import Parameter
from tests.console.ui import fakes as f


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0:00"),
        (-3, "0:00"),
        (41.9, "0:41"),
        (112, "1:52"),
        (860, "14:20"),
        (3599, "59:59"),
        (3600, "1 h 00"),
        (7500, "2 h 05"),
        (172_799, "47 h 59"),
        (180_000, "2 d 2 h"),
    ],
)
def test_age(seconds: float, text: str) -> None:
    assert wording.age_text(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(48, "48 s"), (119, "119 s"), (120, "2 min"), (7200, "2 h"), (259_200, "3 d")]
)
def test_age_of_a_value(seconds: float, text: str) -> None:
    assert wording.old_text(seconds) == text


def test_spoken_ages_count_in_words() -> None:
    assert wording.spoken_age(61) == "1 minute 1 second"
    assert wording.spoken_age(7500) == "2 hours 5 minutes"
    assert wording.spoken_age(5) == "5 seconds"


def test_the_clock_is_the_wards() -> None:
    at = datetime(2026, 1, 15, 23, 30, 5, tzinfo=UTC)
    assert wording.clock_text(at, ZoneInfo("Europe/Berlin")) == "00:30"
    assert wording.clock_text(at, ZoneInfo("America/New_York"), seconds=True) == "18:30:05"


def test_values_are_rounded_as_the_limits_judge_them() -> None:
    assert wording.value_text(Parameter.TEMP, 38.55) == "38.6"
    assert wording.value_text(Parameter.HR, 120.5) == "121"


def test_alarm_texts_shorten_without_losing_what_counts() -> None:
    assert wording.alarm_texts(f.pattern_alarm(Kind.OVERDOSE, Stage.WARNING)) == (
        "Respiratory pattern – warning",
        "Respiratory – warning",
        "Respiratory",
        "Resp.",
    )
    assert wording.alarm_texts(f.limit_alarm()) == ("HR 128 > 120", "HR 128>120", "HR 128")
    assert wording.alarm_texts(f.technical_alarm("Connection lost – bay 3")) == (
        "Connection lost – bay 3",
        "Connection lost",
        "Link lost",
    )
    sensor = f.technical_alarm("SpO2 – no reading", key="technical:sensor:spo2")
    assert wording.alarm_texts(sensor) == ("SpO₂ – no reading", "SpO₂ off")
    assert wording.alarm_texts(f.late_note()) == (
        "Found in late data: autonomic pattern",
        "Late data: autonomic",
        "Late data",
    )


def test_chips_go_by_priority_then_kind_then_newest() -> None:
    pattern = f.pattern_alarm(stage=Stage.WARNING, age=500)
    limit, newer = f.limit_alarm(age=100), f.limit_alarm(age=10)
    technical = f.technical_alarm(priority=Priority.MEDIUM, age=1)
    emergency = f.limit_alarm(priority=Priority.HIGH, age=900)
    mixed = [technical, limit, newer, pattern, emergency]
    assert sorted(mixed, key=wording.chip_key) == [emergency, pattern, newer, limit, technical]


def test_only_an_unanswered_silent_limit_alarm_is_a_member() -> None:
    member = f.limit_alarm(sounding=False)
    assert wording.is_member(member)
    assert not wording.is_member(f.limit_alarm())
    assert not wording.is_member(f.acknowledged(member))
    assert not wording.is_member(f.latched(member))
