"""The course of an association: ask, be accepted, answer the create event, and begin anew after whatever ends it.

Found in any state the monitor is first told to release what may be left of an earlier association, as a real one was
seen to take well. When nothing comes of it, the next request follows an abort. Nothing is sent more often than the
times below say, whatever the monitor does.
"""

from __future__ import annotations

from enum import Enum, auto

from drivers.intellivue.association import (
    ABORT,
    ABORT_MESSAGE,
    DISCONNECT,
    FINISH,
    REFUSE,
    RELEASE_ANSWER,
    RELEASE_REQUEST,
    Granted,
    association_request,
)
from drivers.intellivue.messages import Accepted, MdsCreate, SessionMessage, mds_create_answer

ACCEPT_S = 5.0
"""Seconds to wait for the accept (a real monitor took up to 2.2), and then for the create event."""

SILENCE_S = 9.0
"""Seconds without an answer to a poll of numerics after which the association is given up; the monitor drops it after
ten in which it hears nothing."""

FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 16.0
"""Seconds until the next request after a refusal or an abort; they double until polls are answered."""

_PORT = "its MIB/RS232 port is set to data export (Data Out) at 115200 baud"
NO_ANSWER = (
    f"The monitor does not answer the request for an association: check that it is on, that {_PORT}, and that the "
    "cable is in that port and carries both directions."
)
REFUSED = (
    f"The monitor refuses the association: check that {_PORT} and that no other program reads from this monitor. "
    "It is asked again by itself."
)
ABORTED = (
    f"The monitor has ended the association: check that {_PORT} and that no other program reads from this monitor. "
    "It is asked again by itself."
)
RELEASED = "The monitor has released the association. It is asked again by itself."
NOT_CREATED = "The monitor accepts the association but does not present itself. It is asked again by itself."
SILENT = (
    "The monitor has stopped answering the polls of its numerics: check that it is on and the cable is in place. It is "
    "asked again by itself."
)


class _State(Enum):
    CLOSED = auto()
    ASKED = auto()
    ACCEPTED = auto()
    OPEN = auto()


class Dialogue:
    """One link's associations. trouble: why there is none, "" while polls are answered or nothing is known yet."""

    def __init__(self) -> None:
        self.trouble = ""
        self.granted = Granted()
        self._state = _State.CLOSED
        self._deadline = 0.0  # of the state; when closed, the time to ask again
        self._pause = FIRST_PAUSE_S
        self._opening = RELEASE_REQUEST

    @property
    def is_open(self) -> bool:
        """True while polls may be asked."""
        return self._state is _State.OPEN

    def take(self, message: Accepted | MdsCreate | SessionMessage, elapsed: float) -> bytes:
        """What is to be answered at once, b"" for nothing."""
        if self._state is _State.CLOSED:
            return b""
        if isinstance(message, Accepted):
            self.granted = message.granted
            self._state, self._deadline = _State.ACCEPTED, elapsed + ACCEPT_S
        elif isinstance(message, MdsCreate):
            self._state, self._deadline = _State.OPEN, elapsed + SILENCE_S
            return mds_create_answer(message)
        elif message.kind == REFUSE:
            self._close(elapsed, REFUSED)
        elif message.kind == ABORT:
            self._close(elapsed, ABORTED)
        elif message.kind == FINISH:
            self._close(elapsed, RELEASED)
            return RELEASE_ANSWER
        else:
            assert message.kind == DISCONNECT  # the answer to the release before the request
        return b""

    def answered(self, elapsed: float) -> None:
        """The monitor has answered a poll of its numerics: the association stands."""
        self._deadline = elapsed + SILENCE_S
        self._pause = FIRST_PAUSE_S
        self._opening = RELEASE_REQUEST
        self.trouble = ""

    def farewell(self) -> list[bytes]:
        """The release of an association that stands, so that the monitor need not find out by its time-out."""
        return [RELEASE_REQUEST] if self.is_open else []

    def requests(self, elapsed: float) -> list[bytes]:
        """The messages that are due to bring an association about."""
        if elapsed < self._deadline:
            return []
        if self._state is not _State.CLOSED:
            self.trouble = {_State.ASKED: NO_ANSWER, _State.ACCEPTED: NOT_CREATED, _State.OPEN: SILENT}[self._state]
            self._opening = ABORT_MESSAGE
        opening = self._opening
        self._state, self._deadline = _State.ASKED, elapsed + ACCEPT_S
        return [opening, association_request()]

    def _close(self, elapsed: float, trouble: str) -> None:
        self.trouble = trouble
        self._state, self._deadline = _State.CLOSED, elapsed + self._pause
        self._pause = min(2 * self._pause, LONGEST_PAUSE_S)
