"""Every driver on a bad line for an hour of its traffic: no value that was not sent, every frame accounted for."""

from __future__ import annotations

import pytest

from drivers import registry
from drivers.corroboration import LEAPS
from drivers.observation import Parameter
from tests.drivers.damage import hour, near_misses

SLACK = 2
"""Frames in flight at the end, and a noise burst that looked like the beginning of one."""


@pytest.mark.parametrize("name", sorted(registry.DRIVERS))
def test_an_hour_on_a_bad_line_tells_nothing_that_was_not_sent(name: str) -> None:
    verdict = hour(name)
    assert verdict.good > verdict.sent / 4  # else the hour would have proved nothing
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
