"""MLLP framing, sans-I/O: bytes in, whole messages out, and a count of everything that was thrown away.

A frame is VT, message, FS CR (HL7 Minimal Lower Layer Protocol, release 1). Real gateways break each part of that:
rubbish before VT, no VT at all, FS followed by something other than CR, an FS byte inside a field, a message cut
off in the middle and the next one begun. The framer keeps every message that is whole and never joins two.
"""

from __future__ import annotations

from collections import Counter

VT = b"\x0b"
FS = b"\x1c"
CR = b"\r"

MAXIMUM_FRAME = 1 << 20
"""Bytes of one message, at most. Monitors send 1 to 20 kB; a scanned document would be refused, not read."""

# FS ends a frame when what follows cannot be text of a message: CR, or LF, NUL, VT or a second FS in place of it.
_AFTER_END = b"\r\n\x00\x0b\x1c"
# Inside a frame only VT with a new header behind it means that the sender has started again.
_RESTART = VT + b"MSH"
# Bytes that may be the beginning of an event whose end has not arrived yet: VT and up to two letters of MSH.
_LOOKBACK = 3
_PADDING = b"\x00\r\n\t \x0b"


class Framer:
    """Cuts a byte stream into messages. Any division of the stream into chunks gives the same messages.

    frames: messages handed out. discarded: pieces thrown away, by reason; every piece is counted once:
    "no end of frame", "no start of frame and no MSH", "too long", "empty". without_start: messages taken although
    VT was missing. skipped_bytes: size of all that was discarded (padding between frames not included).
    """

    def __init__(self, maximum: int = MAXIMUM_FRAME) -> None:
        self._maximum = maximum
        self._buffer = bytearray()
        self._scanned = 0
        self._inside = False
        self._overflow = False
        self.frames = 0
        self.without_start = 0
        self.discarded: Counter[str] = Counter()
        self.skipped_bytes = 0

    @property
    def pending(self) -> bool:
        """Whether a message has begun whose end has not arrived."""
        return self._inside or bool(self._buffer)

    @property
    def ends_in_fs(self) -> bool:
        """Whether the last byte is an FS that nothing has followed yet: a sender that leaves CR out and waits."""
        return self._buffer.endswith(FS)

    def feed(self, data: bytes) -> list[bytes]:
        """Take what arrived, return the messages completed by it (without VT, FS, CR)."""
        self._buffer += data
        found: list[bytes] = []
        while (place := self._next_event()) >= 0:
            self._event(place, found)
        self._guard_size()
        self._scanned = max(0, len(self._buffer) - _LOOKBACK)
        return found

    def flush(self) -> list[bytes]:
        """The stream has paused: an FS that ends the buffer ends the message although no CR came."""
        return self.feed(CR) if self.ends_in_fs else []

    def finish(self) -> list[bytes]:
        """The stream has ended: as `flush`; what is left is counted as lost."""
        found = self.flush()
        rest = bytes(self._buffer)
        self._buffer.clear()
        self._scanned = 0
        if not self._overflow:
            if self._inside and not rest.strip(_PADDING):
                self._discard("empty", rest)
            else:
                self._abandon(rest)
        self._inside = self._overflow = False
        return found

    def _next_event(self) -> int:
        """Where the next frame starts or this one ends, or -1. Byte search, as a feed is read all day."""
        end = self._buffer.find(FS, self._scanned)
        while end >= 0 and (end + 1 == len(self._buffer) or self._buffer[end + 1] not in _AFTER_END):
            end = self._buffer.find(FS, end + 1)
        # Never beyond that end: a stream of tiny frames must not be searched through for each of them.
        limit = end if end >= 0 else len(self._buffer)
        start = self._buffer.find(_RESTART if self._inside else VT, self._scanned, limit)
        return start if start >= 0 else end

    def _event(self, place: int, found: list[bytes]) -> None:
        text = bytes(self._buffer[:place])
        starts = self._buffer[place] == VT[0]
        del self._buffer[: place + 1]
        self._scanned = 0
        if self._overflow:
            self.skipped_bytes += len(text)
        elif starts:
            self._abandon(text)
        else:
            self._complete(text, found)
        self._overflow = False
        self._inside = starts

    def _abandon(self, text: bytes) -> None:
        """A frame begins here: what stands before it has no end."""
        piece = text.lstrip(_PADDING)
        if not piece:
            return
        if len(text if self._inside else piece) > self._maximum:
            self._discard("too long", text)
        elif self._inside or b"MSH" in piece:
            self._discard("no end of frame", text)
        else:
            self._discard("no start of frame and no MSH", text)

    def _complete(self, text: bytes, found: list[bytes]) -> None:
        """A frame ends here, or, outside of one, a message that came without VT."""
        piece = text.lstrip(_PADDING)
        if not self._inside and not piece:
            return
        start = 0 if self._inside else piece.find(b"MSH")
        if len(text if self._inside else piece) > self._maximum:
            self._discard("too long", text)
        elif not piece:
            self._discard("empty", text)
        elif start < 0:
            self._discard("no start of frame and no MSH", text)
        else:
            self.frames += 1
            self.without_start += not self._inside
            self.skipped_bytes += start
            found.append(text if self._inside else piece[start:])

    def _discard(self, reason: str, text: bytes) -> None:
        self.discarded[reason] += 1
        self.skipped_bytes += len(text)

    def _guard_size(self) -> None:
        """Hold no more than one message: the rest of a longer one is dropped until the next start or end."""
        if not self._inside and not self._overflow and self._buffer and self._buffer[0] in _PADDING:
            self._buffer = self._buffer.lstrip(_PADDING)
        if not self._overflow and len(self._buffer) > self._maximum + _LOOKBACK:
            self.discarded["too long"] += 1
            self._overflow = True
        if self._overflow and len(self._buffer) > _LOOKBACK:
            self.skipped_bytes += len(self._buffer) - _LOOKBACK
            del self._buffer[:-_LOOKBACK]


def wrap(message: bytes) -> bytes:
    """The message as one frame. Raises ValueError when it holds a framing byte, which would make two of it."""
    if VT in message or FS in message:
        raise ValueError("a message with a VT or FS byte cannot be framed")
    return VT + message + FS + CR
