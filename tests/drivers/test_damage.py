"""Every driver on a bad line: no value that was not sent, every frame accounted for.

A quarter of an hour of traffic, a whole hour in the slow form."""

from __future__ import annotations

import pytest

from drivers import registry
from drivers.corroboration import LEAPS
from drivers.observation import Parameter
from tests.drivers.damage import HOUR_S, hour, near_misses

SLACK = 2
"""Frames in flight at the end, and a noise burst that looked like the beginning of one."""


@pytest.mark.parametrize("seconds", [900, pytest.param(HOUR_S, marks=pytest.mark.slow)])
@pytest.mark.parametrize("name", sorted(registry.DRIVERS))
def test_a_bad_line_tells_nothing_that_was_not_sent(name: str, seconds: int) -> None:
    verdict = hour(name, seconds=seconds)
    assert verdict.good > verdict.sent / 4  # else the traffic would have proved nothing
    assert abs(verdict.good + verdict.bad - verdict.sent) <= max(SLACK, verdict.sent // 1000)
    if registry.info(name).check:
        assert verdict.wrong == ()
    else:
        # A digit that turned into a near one cannot be seen by anybody; one that leaps must not be valid.
        assert near_misses(verdict) == len(verdict.wrong)
        assert len(verdict.wrong) < verdict.told / 1000


def test_every_parameter_of_a_leap_is_known() -> None:
    cuff = {Parameter.NIBP_SYS, Parameter.NIBP_DIA, Parameter.NIBP_MEAN}
    assert set(LEAPS) | cuff == set(Parameter)
