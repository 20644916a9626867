"""What has become of the alarms sent to one manager: counted, and put into words for the screens."""

from __future__ import annotations

from console.alerting.delivery import Delivery, Result
from console.clock import Clock
from console.config_alerting import AlarmManagerConfig
from console.link.snapshot import ManagerState, ManagerView
from console.store.outbox import StepState
from hl7.sender import Acknowledgement

LONGEST = 200


class Tally:
    """Of one sender, on its thread."""

    def __init__(self, config: AlarmManagerConfig, clock: Clock) -> None:
        self._config = config
        self._clock = clock
        self._sent = self._refused = self._expired = self._lines = self._told = self._unknown = 0
        self._error = self._refused_text = ""
        self._refused_stamp: float | None = None
        self._accepted_stamp: float | None = None

    def opened(self) -> None:
        """There is a connection."""
        self._lines += 1

    def failed(self, why: str) -> None:
        """Something stands in the way."""
        self._error = why

    def answered(self, answer: Acknowledgement) -> None:
        """The manager has answered a message."""
        if answer.positive:
            self._accepted_stamp = self._clock.now()
            self._error = ""
        else:
            self._error = one_line(f"{answer.code[:8]} {answer.text}")

    def over(self, result: Result) -> None:
        """A step waits no more."""
        if result.state is StepState.ACKNOWLEDGED:
            self._sent += 1
        elif result.state is StepState.EXPIRED:
            self._expired += 1
        else:
            self._refused += 1
            if result.step.counts:
                self._refused_stamp, self._refused_text = self._clock.now(), result.answer

    def reported(self, told: int, unknown: int) -> None:
        """So many reports of who was told, about alarms of ours and about others."""
        self._told += told
        self._unknown += unknown

    def view(self, state: ManagerState, delivery: Delivery | None = None) -> ManagerView:
        """The manager as it is now. delivery: what waits for it."""
        config = self._config
        return ManagerView(
            config.name,
            f"{config.host}:{config.port}",
            state,
            queued=0 if delivery is None else delivery.waiting,
            oldest_stamp=None if delivery is None else delivery.oldest(),
            waiting_stamp=None if delivery is None else delivery.oldest_that_counts(),
            alarm_after_s=config.alarm_after_s,
            sent=self._sent,
            refused=self._refused,
            refused_stamp=self._refused_stamp,
            refused_text=self._refused_text,
            expired=self._expired,
            reconnects=max(0, self._lines - 1),
            last_error=self._error,
            last_accepted_stamp=self._accepted_stamp,
            told=self._told,
            unknown_told=self._unknown,
            secure=config.tls is not None,
        )


def one_line(text: str) -> str:
    """Text from outside on one line."""
    return "".join(character if character.isprintable() else " " for character in text).strip()[:LONGEST]
