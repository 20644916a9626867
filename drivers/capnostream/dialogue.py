"""What the console says to a Capnostream: enable the protocol, start the real-time data, "the link is active".

Nothing else is ever sent: none of it changes a setting. The monitor takes one command at a time and answers within a
second; with automatic baud rate it has to be asked again and again until it answers.

Sources: Oridion, Capnostream Data Transfer Protocols, PN D006045C (2007), chapter 2; the "link is active" command and
its period from OpenICE (mdpnp), devices/oridion.
"""

from __future__ import annotations

from enum import Enum, auto

from drivers.capnostream.framing import encode

ENABLE, START, LINK_ACTIVE = encode(1), encode(4), encode(6)

COMMAND_S = 1.0
"""Seconds between two commands of the same kind: the longest time the monitor takes to answer."""
LINK_ACTIVE_S = 5.0
START_ATTEMPTS = 4
FIRST_ANSWER_S = 5.0
ANSWERING_S = 2 * (START_ATTEMPTS + 1) * COMMAND_S
"""A monitor that answered within this time answers still: it is asked once a round of attempts to start."""
SILENCE_S = 3.0
"""Seconds without numerics, which come once a second, after which the monitor is asked anew."""

NO_ANSWER = (
    "The capnograph does not answer. Check that it is on, that the cable is in its 9-pin RS-232 connector and carries "
    "both directions, and that its baud rate (Institutional Defaults) is automatic or the one set here."
)
NOT_STARTED = (
    "The capnograph answers but sends no values when asked to start. End a data transfer or trend download that runs "
    "on it, or switch it off and on."
)
STOPPED = (
    "The capnograph has stopped sending values; it is being asked again. Check that it is on and that no other "
    "computer and no data transfer (System, Data Output) uses it."
)


class _Phase(Enum):
    ENABLING = auto()
    STARTING = auto()
    RUNNING = auto()


class Dialogue:
    """The console's side of the talk on one link, started in whatever state the monitor is."""

    def __init__(self) -> None:
        self._phase = _Phase.ENABLING
        self._next = 0.0
        self._starts = 0
        self._ran = False
        self._heard_at = 0.0  # the last numerics, or the beginning
        self._answered_at: float | None = None  # the last device id since then
        self._told = ""

    def device_id(self, elapsed: float) -> None:
        """The monitor has answered the enable command."""
        self._answered_at = elapsed
        if self._phase is _Phase.ENABLING:
            self._phase, self._starts, self._next = _Phase.STARTING, 0, elapsed

    def numerics(self, elapsed: float) -> None:
        """A numerics message came, asked for or not."""
        if self._phase is not _Phase.RUNNING:
            self._phase, self._next = _Phase.RUNNING, elapsed + LINK_ACTIVE_S
        self._ran, self._heard_at, self._answered_at = True, elapsed, None

    def send(self, elapsed: float) -> bytes:
        """The command that is due now, if one is."""
        if self._phase is _Phase.RUNNING and elapsed - self._heard_at >= SILENCE_S:
            self._phase, self._next = _Phase.ENABLING, elapsed
        if elapsed < self._next:
            return b""
        self._next = elapsed + COMMAND_S
        match self._phase:
            case _Phase.ENABLING:
                return ENABLE
            case _Phase.STARTING:
                self._starts += 1
                if self._starts == START_ATTEMPTS:
                    self._phase = _Phase.ENABLING
                return START
            case _Phase.RUNNING:
                self._next = elapsed + LINK_ACTIVE_S
                return LINK_ACTIVE

    def trouble(self, elapsed: float) -> str | None:
        """See Output.trouble."""
        text = ""
        if elapsed - self._heard_at >= (SILENCE_S if self._ran else FIRST_ANSWER_S):
            answers = self._answered_at is not None and elapsed - self._answered_at < ANSWERING_S
            text = NOT_STARTED if answers else STOPPED if self._ran else NO_ANSWER
        if text == self._told:
            return None
        self._told = text
        return text
