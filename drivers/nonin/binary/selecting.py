"""The command that makes an oximeter send one data format, for those that keep another; only when it is allowed.

    02 70 02 02 <format> 03     answered by 06 (taken) or 15 (refused)

The oximeter keeps the format until it is told another, even without batteries: so it is not asked while the wanted
format arrives by itself, and only where the setting of the driver says so.

Source: Nonin Onyx II model 9560 OEM specification, page 4; it answers during the first five seconds of a connection.
"""

from __future__ import annotations

from dataclasses import dataclass

ACK, NAK = 0x06, 0x15
LISTEN_S = 1.5
"""So long the wanted format may arrive by itself: longer than one report of the slowest format."""

RETRY_S = 2.0
TRIES = 2
"""Attempts within the five seconds in which the device listens."""

REST_S = 30.0
"""Pause after attempts that were not followed by data: every command is one more write to the device's memory."""

_LONGEST_ANSWER = 4


@dataclass(frozen=True, slots=True)
class Step:
    """What to send now, and what is to be told; see drivers.driver.Output."""

    send: bytes = b""
    trouble: str | None = None


class FormatSelection:
    """Asks one device for one format, until it comes."""

    def __init__(self, data_format: int) -> None:
        self._format = data_format
        self._command = bytes((0x02, 0x70, 0x02, 0x02, data_format, 0x03))
        self._ask_at = LISTEN_S
        self._tries = 0
        self._heard = b""  # what came since the last command, as far as it may be an answer
        self._answer: int | None = None  # to any of the commands of this round
        self._troubled = False

    def step(self, data: bytes, elapsed: float, good: bool) -> Step:
        """data: what arrived; good: a frame of the wanted format was among it."""
        if good:
            self._ask_at, self._tries = elapsed + REST_S, 0
            was_troubled, self._troubled = self._troubled, False
            return Step(trouble="") if was_troubled else Step()
        self._heard = (self._heard + data)[: _LONGEST_ANSWER + 1]
        if elapsed < self._ask_at:
            return Step()
        if not self._tries:
            self._answer = None
        elif len(self._heard) <= _LONGEST_ANSWER:  # longer: data of another format, in which any byte may stand
            self._answer = next((byte for byte in self._heard if byte in (ACK, NAK)), self._answer)
        self._heard = b""
        if self._tries < TRIES:
            self._tries += 1
            self._ask_at = elapsed + RETRY_S
            return Step(send=self._command)
        self._tries = 0
        self._ask_at = elapsed + REST_S
        self._troubled = True
        return Step(trouble=self._text())

    def _text(self) -> str:
        if self._answer == NAK:
            return (
                f"The oximeter refuses data format {self._format}: choose the driver of a format it knows, or switch "
                "select_format off and set the format as the device's manual says."
            )
        if self._answer == ACK:
            return f"The oximeter took data format {self._format} and sends nothing: check its sensor and its battery."
        return (
            f"The oximeter does not answer the request for data format {self._format}: it listens only for five "
            "seconds after a connection. Pull the connection, switch the oximeter off and on, and connect it again."
        )
