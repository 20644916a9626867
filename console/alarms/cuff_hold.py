"""Saturation below an inflating cuff: put aside, and never for longer than one minute in five.

A cuff that inflates on the limb of the SpO2 probe stops its pulse: the saturation falls or is lost while nothing is
wrong with the patient. Detector specification, section 1.1: held from the start of the inflation for 60 s. No device
tells the limb, so nothing is held until a nurse charts that the probe sits on the cuff arm, and nothing any more when
that entry has ended: a real fall must not be hidden by a guess.

Decisions:
* Where a device tells the start, the samples of the 60 s from it are put aside. Most tell none: there the reading
  itself, which ends the inflation, puts aside the samples of the 60 s before its own time, as far as their minute has
  not been judged. A minute that has been judged stands: one minute alone raises nothing.
* Samples put aside still count as received. So it is at most one minute of a reading that has too few left, and once
  a minute is lost, nothing of the same inflation is put aside in the next.
* After a lost minute the next four are judged as they come, whatever the cuff does. With a cuff that inflates every
  minute the saturation would else be hidden for as long as that goes on. So the running median always has two of three
  minutes, and after the one in which it turns to a new value three more come in a row: the time of PRODIGY.
* Only the detectors do without these samples: the SpO2 limit alarm judges them, the screen shows them.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf

from console.alarms.reduction import MINUTE

FREE_MINUTES = 4


class CuffHold:
    """When the saturation of one patient is put aside because of his cuff. Engine time is passed in."""

    __slots__ = (
        "_fraction",
        "_free_until",
        "_seconds",
        "_spans",
        "_stamps",
        "_started",
        "holding",
    )

    def __init__(self, seconds: float, valid_fraction: float) -> None:
        self._seconds, self._fraction = seconds, valid_fraction
        self._spans: list[tuple[float, float]] = []
        self._started = -inf
        self._stamps: list[float] = []
        self._free_until = -inf
        self.holding = False

    def started(self, stamp: float) -> None:
        """The device tells that the cuff begins to inflate."""
        if stamp - self._started >= self._seconds:
            self._started = stamp
            self._spans.append((stamp, stamp + self._seconds))

    def reading(self, at: float) -> None:
        """A reading was taken at `at`; where its start was told, that says more than the reading."""
        if at - self._started < 2 * self._seconds:
            return
        begin, spans = at - self._seconds, self._spans
        if spans and spans[-1][0] <= begin <= spans[-1][1]:
            # A source that repeats its reading every second must not make a span of each.
            spans[-1] = (spans[-1][0], max(spans[-1][1], at))
        else:
            spans.append((begin, at))

    def sample(self, stamp: float) -> None:
        """The channel has kept a sample of the open minute."""
        self._stamps.append(stamp)

    def close_minute(self, end: float, received: int, *, same_arm: bool) -> Sequence[int]:
        """End the minute before `end`: the positions of its kept samples that are put aside. received: samples of
        the minute, valid or not."""
        stamps, self._stamps = self._stamps, []
        spans = self._spans
        self._spans = [span for span in spans if span[1] > end]
        self.holding = False
        if not same_arm or not spans or end <= self._free_until:
            return ()
        aside = [n for n, stamp in enumerate(stamps) if any(begin <= stamp <= until for begin, until in spans)]
        self.holding = bool(aside)
        if aside and len(stamps) - len(aside) < max(1.0, self._fraction * received):
            self._free_until = end + FREE_MINUTES * MINUTE
            self._spans = []
        return aside
