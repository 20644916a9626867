"""An adapter pulled and put back, on the same or another port name, is found again and never at another bed."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

from drivers.transport.adapters import SYSTEM, locate
from drivers.transport.link import LinkError
from drivers.transport.reconnect import BackOff
from tests.console.devices.hotplug import Figures, run_cycles

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="adapters are told apart by what Linux knows of them")


def judge(figures: Figures) -> None:
    assert figures.wrong == 0, "a value came to another bed"
    assert figures.samples > 2 * figures.cycles
    assert len(figures.seconds) == figures.cycles
    assert figures.outages_miscounted == 0
    assert (figures.left_threads, figures.left_descriptors) == (0, 0)
    assert figures.quantile(1.0) < 5.0
    assert figures.cpu_percent < 5.0


def test_twenty_cycles_of_pulling_and_putting_back(tmp_path: Path) -> None:
    judge(run_cycles(tmp_path, cycles=20, longest_away=0.6))


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_a_hundred_cycles_of_pulling_and_putting_back(tmp_path: Path) -> None:
    judge(run_cycles(tmp_path, cycles=100))


def test_looking_for_an_adapter_that_is_away_costs_next_to_nothing() -> None:
    """On this very machine; a source looks once each 2 s when it has been away for a while."""
    assert BackOff().delay(100) == 2.0
    began = time.process_time()
    for _ in range(5):
        with pytest.raises(LinkError):
            locate("/dev/serial/by-id/usb-none", "ffff:ffff:NONE", SYSTEM)
    assert (time.process_time() - began) / 5 < 0.05 * 2.0
