"""Who was not let in, for the audit trail: the first of a kind at once, the following ones counted, once a minute."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hl7.listener import Refusal

ACT = "connection refused"

TOGETHER_S = 60.0
"""Refusals of one address for one reason stand in the trail at most once in so many seconds."""

KINDS_KEPT = 100
"""Different ones at a time; what is beyond is told as of "other addresses", by its reason."""

OTHERS = "other addresses"


@dataclass(slots=True)
class _Told:
    at: float
    more: int = 0


class Refusals:
    """Of one listener. tell: (act, detail) into the trail; now: seconds that never step."""

    def __init__(self, tell: Callable[[str, str], None], now: Callable[[], float]) -> None:
        self._tell = tell
        self._now = now
        self._told: dict[Refusal, _Told] = {}

    def add(self, refusal: Refusal) -> None:
        """One more; told at once when it is the first of its kind for a while."""
        if refusal not in self._told and len(self._told) >= KINDS_KEPT:
            refusal = Refusal(OTHERS, "", refusal.reason)
        told = self._told.get(refusal)
        if told is None:
            self._told[refusal] = _Told(self._now())
            self._tell(ACT, _words(refusal))
        else:
            told.more += 1
            self._repeat(refusal, told)

    def settle(self, ending: bool = False) -> None:
        """Tell what has been counted for long enough, everything when the listener ends; forget what is over."""
        for refusal, told in list(self._told.items()):
            if not told.more and self._now() - told.at >= TOGETHER_S:
                del self._told[refusal]
            else:
                self._repeat(refusal, told, ending)

    def _repeat(self, refusal: Refusal, told: _Told, ending: bool = False) -> None:
        if told.more and (ending or self._now() - told.at >= TOGETHER_S):
            self._tell(ACT, f"{_words(refusal)}, {told.more} times more")
            told.at, told.more = self._now(), 0


def _words(refusal: Refusal) -> str:
    named = f" ({refusal.peer})" if refusal.peer else ""
    return f"{refusal.host}{named}: {refusal.reason}"
