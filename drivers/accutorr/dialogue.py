"""When to send what to an Accutorr: one character at a time, and only when its prompt stands.

Source: Datascope Accutorr 3/4 service manual, p. 1-52: "P" asks for the patient data, Ctrl-C (03) for the prompt.
"""

from __future__ import annotations

ASK = b"P"
PROMPT_REQUEST = b"\x03"

POLL_S = 2.0
"""Seconds between two questions; our choice. At 300 baud, the slowest line, an answer takes 1.3 s."""

PATIENCE_S = 3.0
"""Seconds without a prompt after which one is asked for."""

TROUBLE_AFTER_S = 10.0

_CHECK = (
    "Check the cable on the 25-pin RS-232 connector (transmit and receive crossed) and that the baud rate in the "
    "Accutorr's User Configuration menu is that of this port, 8 data bits, no parity, 1 stop bit."
)
_MUTE = f"The Accutorr does not answer. Check that it is switched on. {_CHECK}"
_STRANGE = f"What arrives is not the Accutorr's prompt. {_CHECK}"
_DEAF = (
    "The Accutorr shows its prompt but does not answer the question for patient data (P). Check that the transmit line "
    "of this port reaches the monitor's receive line, then switch the monitor off and on."
)


class Dialogue:
    """The console's side. Never more than one character in 2 s."""

    def __init__(self) -> None:
        self._prompted = False
        self._ask_at = 0.0
        self._request_at = 0.0
        self._answered_at = 0.0
        self._heard = self._saw_prompt = False  # since the last answer
        self._troubled = False

    def hear(self, prompt: bool, answered: bool, elapsed: float) -> None:
        """Bytes arrived. prompt: the prompt among them; answered: a readable answer among them."""
        self._heard = True
        if prompt:
            self._prompted = self._saw_prompt = True
        if answered:
            self._answered_at = elapsed
            self._heard = self._saw_prompt = False

    def send(self, elapsed: float) -> bytes:
        """The character that is due, if one is."""
        if self._prompted and elapsed >= self._ask_at:
            self._prompted = False
            self._ask_at = elapsed + POLL_S
            self._request_at = elapsed + PATIENCE_S
            return ASK
        if not self._prompted and elapsed >= self._request_at:
            self._request_at = elapsed + PATIENCE_S
            return PROMPT_REQUEST
        return b""

    def trouble(self, elapsed: float) -> str | None:
        """A sentence when no answer has come for too long, "" when one has come again, None when nothing changed."""
        troubled = elapsed - self._answered_at >= TROUBLE_AFTER_S
        if troubled == self._troubled:
            return None
        self._troubled = troubled
        if not troubled:
            return ""
        return _DEAF if self._saw_prompt else _STRANGE if self._heard else _MUTE
