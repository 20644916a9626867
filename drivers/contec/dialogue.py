"""Asking the oximeter for real-time data, keeping it sending, and saying in words why it does not; no bytes are read.

It sends real-time data only after it was asked, ends any transfer of stored data only when it is told to, and wants to
hear every 5 s that somebody is still there. Nothing is ever set, deleted or switched on it.

Source: Contec Medical System, Communication protocol of pulse oximeter V7.0, tables 4 and 7 and section 3.4.
"""

from __future__ import annotations

from drivers.contec.decoding import REFUSALS, SHUT_DOWN
from drivers.contec.framing import FEEDBACK, NOTICE, STORED, Package, encode_command

ASK = 0xA1
STOP_STORED = 0xA7
STILL_THERE = 0xAF

STILL_THERE_S = 5.0
SILENCE_S = 2.0
"""Silence after which real-time data is asked for again; the document has the oximeter answer within 1 s."""

RETRY_S = 3.0
REFUSED_RETRY_S = 10.0
UNANSWERED_S = 10.0

UNANSWERED = (
    "The oximeter does not answer the request for its values: check that it is switched on with a finger in it (it "
    "switches itself off without), that its own cable is used, and that the line is set to 115200 baud."
)


class Dialogue:
    """The console's half of the conversation on one link."""

    def __init__(self) -> None:
        self._ask_at = 0.0
        self._still_there_at = 0.0
        self._streamed_at: float | None = None
        self._quiet_since = 0.0
        self._stored = False
        self._news: str | None = None
        self._trouble = ""

    def realtime(self, elapsed: float) -> None:
        """A real-time package arrived."""
        if self._streamed_at is None:
            self._still_there_at = elapsed  # it has just begun to send, or was sending for somebody else
        self._streamed_at = self._quiet_since = elapsed
        self._ask_at = elapsed + SILENCE_S
        self._tell("")

    def heard(self, package: Package, elapsed: float) -> None:
        """Another package arrived."""
        if package.type in STORED:
            self._stored = True
        elif package.type == FEEDBACK and package.data[0] == ASK and package.data[1]:
            self._tell(f"The oximeter refuses to send its values: {_reason(package.data[1])}. It is asked again.")
            self._ended(elapsed + REFUSED_RETRY_S)
        elif package.type == NOTICE:
            if package.data[0] == SHUT_DOWN:
                self._tell("The oximeter has been switched off or switches itself off: switch it on, finger in.")
            else:
                self._tell(f"The oximeter stopped sending: {_reason(package.data[0])}. It is asked again.")
            self._ended(elapsed + RETRY_S)

    def next(self, elapsed: float) -> bytes:
        """What to send now."""
        if elapsed - self._quiet_since >= UNANSWERED_S and not self._trouble:
            self._tell(UNANSWERED)
        if elapsed >= self._ask_at:
            self._streamed_at = None
            self._ask_at = elapsed + RETRY_S
            stored, self._stored = self._stored, False
            return (encode_command(STOP_STORED) if stored else b"") + encode_command(ASK)
        if self._streamed_at is not None and elapsed >= self._still_there_at:
            self._still_there_at = elapsed + STILL_THERE_S
            return encode_command(STILL_THERE)
        return b""

    def news(self) -> str | None:
        """What is to be told of the conversation since it was asked last; see drivers.driver.Output.trouble."""
        news, self._news = self._news, None
        return news

    def _ended(self, ask_at: float) -> None:
        self._streamed_at = None
        self._ask_at = ask_at

    def _tell(self, trouble: str) -> None:
        if trouble != self._trouble:
            self._trouble = self._news = trouble


def _reason(code: int) -> str:
    return REFUSALS.get(code, f"reason {code:02X} of its protocol")
