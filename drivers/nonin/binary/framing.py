"""Packets of data formats 2 and 7, and the four bytes a second of data format 8; no meaning, no clock.

Formats 2 and 7: a frame is 5 bytes whose last is the sum of the others modulo 256; a packet is 25 frames, the first of
which alone has the SYNC bit in its status byte; three packets a second. A packet counts only whole: 25 good frames one
behind the other, SYNC where it belongs. So a flipped bit, a lost, added or exchanged byte anywhere in its 125 bytes
refuses it.

Format 8: a status byte with bit 7 set, then three bytes with bit 7 clear, once a second. There is no checksum. Here a
frame counts only when nothing unreadable touches it on either side: another frame, silence on the line or the end of
the stream.

Source: Nonin Onyx II model 9560 OEM specification, data formats 2, 7 and 8 (pages 8 to 17).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from drivers.driver import FrameCounters

FRAME_BYTES = 5
FRAMES_A_PACKET = 25
PACKET_BYTES = FRAME_BYTES * FRAMES_A_PACKET

_STATUS_ALWAYS = 0x80
_SYNC = 0x01
_GIVE_UP_BYTES = 3 * PACKET_BYTES
_REMAINS = 2
"""So many good frames one behind the other, without SYNC, are the remains of a packet and no accident."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How a frame begins: the place of its status byte, and the byte before it where there is one."""

    status_at: int
    start: int | None


FORMAT_2 = Layout(status_at=1, start=0x01)
FORMAT_7 = Layout(status_at=0, start=None)


class PacketReader:
    """Cuts a stream into packets, and counts what is none.

    Good packets are counted by whoever can judge their contents; bad ones and noise here. Frames that were under way
    when the link came up are noise: their packet began before anybody listened.
    """

    def __init__(self, layout: Layout, counters: FrameCounters) -> None:
        self._layout = layout
        self._counters = counters
        self._buffer = bytearray()
        self._packet = bytearray()
        self._joined = False  # a beginning of a packet has been seen
        self._lost_bytes = 0  # since the last whole packet
        self._broken_off = 0  # packets among them that had begun
        self._remains = 0  # good frames one behind the other whose packet's beginning was not seen

    def feed(self, data: bytes) -> list[bytes]:
        """The packets that `data` completes, 125 bytes each."""
        self._buffer += data
        found: list[bytes] = []
        at = 0
        while at + FRAME_BYTES <= len(self._buffer):
            frame = bytes(self._buffer[at : at + FRAME_BYTES])
            if self._is_frame(frame):
                self._take(frame, found)
                at += FRAME_BYTES
            else:
                self._break_off()
                self._lose(1)
                at += 1
        del self._buffer[:at]
        return found

    def finish(self) -> None:
        """End of the stream: half a packet is a bad one."""
        self._break_off()
        self._lose(len(self._buffer))
        self._buffer.clear()
        self._settle()

    def _is_frame(self, frame: bytes) -> bool:
        return (
            frame[self._layout.status_at] & _STATUS_ALWAYS != 0
            and (self._layout.start is None or frame[0] == self._layout.start)
            and sum(frame[:-1]) % 256 == frame[-1]
        )

    def _take(self, frame: bytes, found: list[bytes]) -> None:
        if frame[self._layout.status_at] & _SYNC:
            self._break_off()
            self._begin()
            self._packet += frame
        elif self._packet:
            self._packet += frame
        else:
            self._remains += 1
            self._lose(FRAME_BYTES)
        if len(self._packet) == PACKET_BYTES:
            self._settle()
            found.append(bytes(self._packet))
            self._packet.clear()

    def _begin(self) -> None:
        if not self._joined:
            self._counters.skipped += self._lost_bytes
            self._lost_bytes = self._remains = 0
            self._joined = True

    def _break_off(self) -> None:
        if self._packet:
            lost = len(self._packet)
            self._broken_off += lost > FRAME_BYTES  # one frame alone may be an accident
            self._packet.clear()
            self._remains = 0
            self._lose(lost)
        elif self._remains < _REMAINS:
            self._remains = 0

    def _lose(self, count: int) -> None:
        self._lost_bytes += count
        if self._lost_bytes >= _GIVE_UP_BYTES:
            self._settle()  # nothing fits any more: the engineer has to see it while it lasts

    def _settle(self) -> None:
        """Judge what was lost since the last whole packet."""
        bad = max(self._broken_off, round(self._lost_bytes / PACKET_BYTES), int(self._remains >= _REMAINS))
        self._counters.bad += bad
        if not bad:
            self._counters.skipped += self._lost_bytes
        self._lost_bytes = self._broken_off = self._remains = 0


FORMAT_8_BYTES = 4

QUIET_S = 0.2
"""Silence that ends a frame of format 8. Our choice: its four bytes take 4 ms at 9600 baud, the next come after 1 s."""

_FORMAT_8_INTERVAL_S = 1.0
_TRUSTED = 3
"""So many frames by their form, one behind the other, and what follows something unreadable is frames again. Other
data, another format of the same oximeter above all, has four bytes of this form now and then."""

_NOISE_BYTES = 16 * FORMAT_8_BYTES
"""Unreadable bytes without silence after which they are counted, though they go on."""


class BurstReader:
    """Finds the frames of format 8 in what arrives and when it arrives, and counts good and bad ones.

    accepts: whether four bytes of the right form say something that a device sends. Without passing time (a file
    without times) silence cannot be seen; frames are then known by their neighbours, and after damage the first three
    are not taken.
    """

    def __init__(self, counters: FrameCounters, accepts: Callable[[bytes], bool]) -> None:
        self._counters = counters
        self._accepts = accepts
        self._fragment = bytearray()  # a status byte and what follows it, at most one byte more than a frame has
        self._excess = 0  # bytes of the fragment that were not kept
        self._held: bytes | None = None  # a frame by its form, until it is seen what follows it
        self._run = _TRUSTED  # frames by their form since something unreadable; silence makes up for them
        self._refused = 0  # frames by their form that something unreadable touched
        self._unreadable = 0  # other bytes
        self._began = False  # a status byte is among them
        self._heard_at = 0.0
        self._settled_at = -_FORMAT_8_INTERVAL_S  # when the last frame was counted

    def feed(self, data: bytes, elapsed: float) -> list[bytes]:
        """The frames that are certain now, 4 bytes each; elapsed: seconds, never decreasing."""
        found: list[bytes] = []
        if elapsed - self._heard_at >= QUIET_S:
            self._end_burst(found)
        if data:
            self._heard_at = elapsed
        for byte in data:
            if byte & _STATUS_ALWAYS:
                self._end_fragment(found)
            if len(self._fragment) <= FORMAT_8_BYTES:
                self._fragment.append(byte)
            else:
                self._excess += 1
            if self._unreadable + self._excess >= _NOISE_BYTES:
                self._unreadable += self._excess
                self._excess = 0
                self._settle(good=0)
        return found

    def finish(self) -> list[bytes]:
        """End of the stream."""
        found: list[bytes] = []
        self._end_burst(found)
        return found

    def _end_burst(self, found: list[bytes]) -> None:
        self._end_fragment(found)
        self._let_go(found)
        self._settle(good=0)
        self._run = _TRUSTED

    def _end_fragment(self, found: list[bytes]) -> None:
        fragment, length = bytes(self._fragment), len(self._fragment) + self._excess
        self._fragment.clear()
        self._excess = 0
        if not length:
            return
        if length == FORMAT_8_BYTES and fragment[0] & _STATUS_ALWAYS and self._accepts(fragment):
            self._let_go(found)
            self._held = fragment
            return
        self._refused += self._held is not None
        self._held = None
        self._run = 0
        self._unreadable += length
        self._began = self._began or bool(fragment[0] & _STATUS_ALWAYS)

    def _let_go(self, found: list[bytes]) -> None:
        """What follows the held frame is in order; is what stands before it?"""
        if self._held is None:
            return
        if self._run >= _TRUSTED:
            self._settle(good=1)
            self._counters.good += 1
            found.append(self._held)
        else:
            self._run += 1
            self._refused += 1
        self._held = None

    def _settle(self, good: int) -> None:
        """Judge what was refused before `good` frames. It is as many frames as would fit; where time passes, no more
        than there was time for, whatever noise came along."""
        frames = max(int(self._began or self._unreadable > 1), round(self._unreadable / FORMAT_8_BYTES)) + self._refused
        if self._heard_at:
            passed = round((self._heard_at - self._settled_at) / _FORMAT_8_INTERVAL_S)
            frames = min(frames, max(0, passed - good))
        self._counters.bad += frames
        if not frames:
            self._counters.skipped += self._unreadable
        self._refused = self._unreadable = 0
        self._began = False
        if frames or good:
            self._settled_at = self._heard_at
