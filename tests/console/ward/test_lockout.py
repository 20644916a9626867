"""How long wrong tries make the next one wait."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from console.ward.lockout import LONGEST_WAIT_S, MOST_COUNTED, Tries, after_wrong, left_s, wait_s

NOW = datetime(2026, 11, 23, 3, 40, tzinfo=UTC)


def test_the_third_wrong_try_waits_five_seconds_and_then_twice_as_long_each_time_up_to_a_quarter_of_an_hour() -> None:
    waits = [wait_s(failed) for failed in range(13)]
    assert waits == [0, 0, 0, 5, 10, 20, 40, 80, 160, 320, 640, 900, 900]


@given(st.integers(0, 10_000))
def test_a_wait_never_shrinks_with_more_wrong_tries_and_never_passes_its_longest(failed: int) -> None:
    assert 0 <= wait_s(failed) <= wait_s(failed + 1) <= LONGEST_WAIT_S


@given(st.lists(st.floats(0, 3600), max_size=60))
def test_a_try_is_taken_again_exactly_when_its_wait_is_over(pauses: list[float]) -> None:
    tries, now = Tries(), NOW
    for count, pause in enumerate(pauses, start=1):
        tries = after_wrong(tries, now)
        assert tries.failed == count
        wait = wait_s(count)
        assert left_s(tries, now) == wait
        later = now + timedelta(seconds=pause)
        assert (left_s(tries, later) == 0) == (later - now >= timedelta(seconds=wait))
        now = later


@given(st.integers(0, 200), st.floats(-1e8, 1e8))
def test_whatever_the_clock_does_nobody_waits_longer_than_his_wrong_tries_ask_for(failed: int, step: float) -> None:
    tries = Tries()
    for _ in range(failed):
        tries = after_wrong(tries, NOW)
    assert 0 <= left_s(tries, NOW + timedelta(seconds=step)) <= wait_s(failed)


def test_the_count_is_bounded() -> None:
    tries = Tries(MOST_COUNTED, NOW)
    assert after_wrong(tries, NOW).failed == MOST_COUNTED
