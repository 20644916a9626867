"""Traffic of a line as rows of hex and text, the newest 2000. Free of Qt.

A row ends with sixteen bytes, with a line feed, when the direction turns, or when nothing comes for a while; so the
lines of a text protocol begin rows of their own, and the records of a binary one stand together.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from console.link.devices import Chunk

WIDTH = 16
ROWS = 2000
PAUSE_S = 0.15
"""Silence in s after which bytes start a row of their own; a byte at 1200 baud takes 0.009 s."""

GAP = "          ·· more came than is held; some is not shown here"
ANEW = "          ·· the line came up again"
TIME_WIDTH = 10
ARROW_AT = TIME_WIDTH + 1
HEX_AT = TIME_WIDTH + 4
TEXT_AT = HEX_AT + 3 * WIDTH + 1


@dataclass(slots=True)
class Row:
    """One row. seconds: since the link came up, of its first byte. last: of its last byte."""

    seconds: float
    received: bool
    data: bytes
    last: float

    def text(self) -> str:
        """Time, arrow, hex, text: columns of fixed width."""
        arrow = "←" if self.received else "→"
        plain = "".join(chr(b) if 32 <= b < 127 else "·" for b in self.data)
        return f"{self.seconds:>{TIME_WIDTH}.3f} {arrow}  {self.data.hex(' ').upper():<{3 * WIDTH}} {plain}"


@dataclass(frozen=True, slots=True)
class Change:
    """What a screen has to do: replace its last row (when `replaced`), then add the rest."""

    replaced: str = ""
    added: tuple[str, ...] = ()


class RawLog:
    """Takes the newest chunks again and again, and tells which rows are new."""

    def __init__(self) -> None:
        self.rows: deque[Row | None] = deque(maxlen=ROWS)
        self._last: Chunk | None = None

    def clear(self) -> None:
        """Forget everything: another line is looked at."""
        self.rows.clear()
        self._last = None

    def take(self, chunks: Sequence[Chunk]) -> Change:
        """Take the traffic as it is held now, oldest first, and tell what is new in it."""
        fresh, remark = self._new(chunks)
        if not fresh:
            return Change()
        if remark:
            self.rows.append(None)
        self._last = fresh[-1]
        open_row = self.rows[-1] if self.rows else None
        length = len(open_row.data) if open_row else 0
        added = [row for chunk in fresh for row in self._add(chunk)]
        grown = open_row is not None and len(open_row.data) != length
        lines = tuple(row.text() for row in added)[-ROWS:]
        return Change(
            replaced=open_row.text() if grown and open_row is not None else "",
            added=(remark, *lines) if remark else lines,
        )

    def _new(self, chunks: Sequence[Chunk]) -> tuple[Sequence[Chunk], str]:
        """The chunks after the last one taken, and a remark where they do not follow on it."""
        last = self._last
        if last is None or not chunks:
            return chunks, ""
        for index in range(len(chunks) - 1, -1, -1):
            if chunks[index] == last:
                return chunks[index + 1 :], ""
        return chunks, ANEW if chunks[0].seconds < last.seconds else GAP

    def _add(self, chunk: Chunk) -> list[Row]:
        made = []
        rest = chunk.data
        while rest:
            row = self.rows[-1] if self.rows else None
            if row is None or not _continues(row, chunk):
                row = Row(chunk.seconds, chunk.received, b"", chunk.seconds)
                self.rows.append(row)
                made.append(row)
            room = WIDTH - len(row.data)
            feed = rest.find(b"\n", 0, room)
            end = feed + 1 if feed >= 0 else room
            row.data += rest[:end]
            row.last = chunk.seconds
            rest = rest[end:]
        return made


def _continues(row: Row, chunk: Chunk) -> bool:
    return (
        row.received == chunk.received
        and len(row.data) < WIDTH
        and not row.data.endswith(b"\n")
        and 0 <= chunk.seconds - row.last <= PAUSE_S
    )
