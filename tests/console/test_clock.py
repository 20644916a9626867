"""Engine time: two processes agree on it, and it never runs backward."""

from __future__ import annotations

import pytest

from console.clock import SystemClock, VirtualClock


def test_clocks_of_one_anchor_agree() -> None:
    first = SystemClock(30.0)
    second = SystemClock(30.0, first.anchor)
    assert abs(first.now() - second.now()) < 1.0


def test_a_faster_clock_covers_more_engine_time() -> None:
    slow = SystemClock(1.0, (1000.0, 0.0))
    fast = SystemClock(10.0, (1000.0, 0.0))
    assert fast.now() - 1000.0 == pytest.approx((slow.now() - 1000.0) * 10, rel=1e-3)


def test_a_virtual_clock_stands_still_and_refuses_to_run_back() -> None:
    clock = VirtualClock(5.0)
    assert clock.now() == clock.now() == 5.0
    clock.advance_to(7.5)
    assert clock.utc().timestamp() == 7.5
    with pytest.raises(ValueError, match="backward"):
        clock.advance_to(7.0)
