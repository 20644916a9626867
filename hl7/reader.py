"""A small tolerant reader of HL7 v2 (ER7) messages: bytes in, segments of raw text out, fields taken on demand.

It normalises what vendors get wrong in form (line ends, character sets, a missing CR after MSH) and says so in
`flags`; it judges no meaning. A value is unescaped once, when it is taken; what is kept is always the text as sent.
"""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from typing import NamedTuple

from hl7.charset import decode, unescape
from hl7.delimiters import Delimiters
from hl7.mllp import CR, FS, MAXIMUM_FRAME, VT

MAXIMUM_SEGMENTS = 5000
"""More segments than any monitor sends; a message beyond it is refused."""

MAXIMUM_TEXT = 400
"""Characters kept of a text for display: names, alert texts."""

MAXIMUM_IDENTIFIER = 120
"""A longer patient identifier or location is not used: cut off, it could be that of somebody else."""

_SHORT = 80
"""Characters of a field that is worth remembering."""

_DAMAGE = "framing byte inside the message"
_TIME_FIELD = {"OBR": 7, "OBX": 14}
_PROCESSING = ("P", "T", "D")
_VERSION = re.compile(r"2(\.\d+){1,2}", re.ASCII)
_HEADER_LINE = re.compile(rb"[^\r\n]*")
_STRIPPED = b"\x00\r\n\t \xef\xbb\xbf" + VT


class UnreadableError(Exception):
    """The bytes are no HL7 message that could be read; the text is the reason, short and fit for counting."""


class Segment:
    """One segment. Field numbers are those of the standard, also in MSH (MSH-1 is the separator).

    line: the segment as it came; it is divided into fields when one is asked for.
    """

    __slots__ = ("_delimiters", "_encoding", "_fields", "damaged", "line", "name")

    def __init__(
        self, name: str, line: str, delimiters: Delimiters, encoding: str, fields: list[str] | None = None
    ) -> None:
        self.name = name
        self.line = line
        self.damaged = False
        self._delimiters = delimiters
        self._encoding = encoding
        self._fields = fields

    @property
    def fields(self) -> list[str]:
        """The fields, raw; the name is number 0."""
        if self._fields is None:
            self._fields = self.line.split(self._delimiters.field)
        return self._fields

    def raw(self, number: int) -> str:
        """The field as sent, delimiters and escapes in place; "" when it is absent."""
        fields = self.fields
        return fields[number] if number < len(fields) else ""

    def repetitions(self, number: int) -> list[str]:
        """The repetitions of a field, raw; an absent field has one empty repetition."""
        raw = self.raw(number)
        # MSH-2 declares the delimiters and is not divided by them.
        return [raw] if self.name == "MSH" and number <= 2 else raw.split(self._delimiters.repetition)

    def text(self, number: int, component: int = 1, subcomponent: int = 1, repetition: int = 1) -> str:
        """One value, unescaped; "" when it is absent. All counts start at 1."""
        raw = self.raw(number)
        if raw.isalnum() and component == subcomponent == repetition == 1:
            return raw
        repeated = self.repetitions(number)
        if self.name == "MSH" and number <= 2:
            return repeated[0]
        raw = repeated[repetition - 1] if repetition <= len(repeated) else ""
        return self.part(raw, component, subcomponent)

    def part(self, raw: str, component: int = 1, subcomponent: int = 1) -> str:
        """One value out of a raw repetition, unescaped."""
        if raw.isalnum():  # of one piece, whatever the delimiters
            return raw if component == subcomponent == 1 else ""
        for separator, position in (
            (self._delimiters.component, component),
            (self._delimiters.subcomponent, subcomponent),
        ):
            pieces = raw.split(separator, position)
            if position > len(pieces):
                return ""
            raw = pieces[position - 1]
        return self.plain(raw)

    def components(self, raw: str) -> list[str]:
        """The components of a raw repetition, each unescaped, subcomponent separators kept as "&"."""
        subcomponent = self._delimiters.subcomponent
        found = []
        for piece in raw.split(self._delimiters.component):
            if subcomponent in piece:
                found.append("&".join(self.plain(part) for part in piece.split(subcomponent)))
            else:
                found.append(self.plain(piece))
        return found

    def plain(self, raw: str) -> str:
        """Raw text unescaped. Never call it on what is unescaped already."""
        return unescape(raw, self._delimiters, self._encoding) if self._delimiters.escape in raw else raw


class Message:
    """A message as read. header: the MSH fields as bytes, for the acknowledgement; flags: what had to be tolerated;
    damaged: some of its segments are. pieces: the segments in order, where an OBX row that nobody has asked for yet is
    still its line of text; those of a damaged message are all segments."""

    __slots__ = ("_encoding", "_whole", "_words", "damaged", "delimiters", "flags", "header", "msh", "pieces", "raw")

    def __init__(
        self,
        raw: bytes,
        header: list[bytes],
        delimiters: Delimiters,
        msh: Segment,
        pieces: list[Segment | str],
        encoding: str,
    ) -> None:
        self.raw = raw
        self.header = header
        self.delimiters = delimiters
        self.pieces = pieces
        self.msh = msh
        self.flags: tuple[str, ...] = ()
        self.damaged = False
        self._encoding = encoding
        self._whole: list[Segment] | None = None
        self._words: HeaderWords | None = None

    @property
    def segments(self) -> list[Segment]:
        """Every segment, in order."""
        if self._whole is None:
            self._whole = [self.row(piece) if isinstance(piece, str) else piece for piece in self.pieces]
            self.pieces[:] = self._whole
        return self._whole

    def row(self, line: str) -> Segment:
        """The segment of an OBX row out of `pieces`."""
        return Segment("OBX", line, self.delimiters, self._encoding)

    def first(self, name: str) -> Segment | None:
        """The first segment of a name, or None."""
        return next((segment for segment in self.segments if segment.name == name), None)

    def all(self, name: str) -> list[Segment]:
        """Every segment of a name, in order."""
        return [segment for segment in self.segments if segment.name == name]

    @property
    def words(self) -> HeaderWords:
        """What kind of message it is."""
        if self._words is None:
            raw = self.msh.raw
            sent = raw(9), raw(11), raw(12)
            words = _header_words if sum(map(len, sent)) <= _SHORT else _header_words.__wrapped__
            self._words = words(sent, self.delimiters, self._encoding)
        return self._words

    @property
    def kind(self) -> tuple[str, str]:
        """Message code and trigger event ("ORU", "R01"), upper case; the event may be ""."""
        return self.words.kind

    @property
    def message_type(self) -> str:
        """MSH-9 in short: "ORU^R01"."""
        return "^".join(self.kind).rstrip("^")

    @property
    def control_id(self) -> str:
        """MSH-10 as text."""
        return self.msh.text(10)

    @property
    def processing_id(self) -> str:
        """MSH-11, first component: P, T, D, or "" where none is sent."""
        return self.words.processing_id

    @property
    def version(self) -> str:
        """MSH-12, first component, "" where none is sent."""
        return self.words.version

    def receipt_key(self, peer: str, received_at: object) -> str:
        """What makes this message the same as a repeated one: sender, MSH-10 and content.

        MSH-10 alone is not unique (Mindray PDS puts a message class there). A message in which no time stands at
        all looks like the next one with equal values, so for it the receive time is part of the key.
        """
        digest = _digest(self.raw)[:32]
        msh = self.msh
        sender = f"{msh.raw(3)}|{msh.raw(4)}" if msh.raw(3) or msh.raw(4) else peer
        return f"{sender}|{msh.raw(10)}|{digest}" + ("" if self._names_a_time() else f"|{received_at}")

    def _names_a_time(self) -> bool:
        # A time has at least eight digits; PDS sends "0" where it means none.
        return len(self.msh.raw(7)) >= 8 or any(
            len(segment.raw(_TIME_FIELD[segment.name])) >= 8 for segment in self.segments if segment.name in _TIME_FIELD
        )


class HeaderWords(NamedTuple):
    """See the properties of `Message`."""

    kind: tuple[str, str]
    processing_id: str
    version: str


@lru_cache(maxsize=256)
def _header_words(sent: tuple[str, str, str], delimiters: Delimiters, encoding: str) -> HeaderWords:
    """Of MSH-9, 11 and 12 as sent: a feed sends the same for ever."""
    msh = Segment("MSH", "", delimiters, encoding, [*[""] * 9, sent[0], "", *sent[1:]])
    kind = msh.text(9).strip().upper(), msh.text(9, 2).strip().upper()
    return HeaderWords(kind, msh.text(11).strip().upper(), msh.text(12).strip())


def _digest(raw: bytes) -> str:
    """SHA-256 in pieces: hashlib gives up the interpreter lock from 2,048 bytes on, and getting it back from a busy
    writer costs up to 5 ms a message, a hundred times the hash."""
    digest = hashlib.sha256()
    for start in range(0, len(raw), 2047):
        digest.update(raw[start : start + 2047])
    return digest.hexdigest()


def read_header(raw: bytes) -> list[bytes] | None:
    """The MSH fields of a message as bytes, numbered as in the standard; None where there is no MSH with a separator.

    Works on messages that cannot be read otherwise, so that they can still be answered.
    """
    start = raw.lstrip(_STRIPPED)
    if start[:3].upper() != b"MSH" or len(start) < 4 or start[3:4] in (b"\r", b"\n"):
        return None
    line = _HEADER_LINE.match(start)
    assert line is not None
    separator = start[3:4]
    fields = line[0].split(separator)
    fields.insert(1, separator)
    _unshift(fields)
    return fields


def read_message(raw: bytes) -> Message:
    """Read one message (framing already removed). Raises UnreadableError, and nothing else, for any bytes."""
    if len(raw) > MAXIMUM_FRAME:
        raise UnreadableError("message too long")
    header = read_header(raw)
    if header is None:
        raise UnreadableError("no MSH segment at the beginning" if raw.strip(_STRIPPED) else "no message")
    flags: list[str] = []
    delimiters, tolerated = _delimiters(header[1], header[2] if len(header) > 2 else b"")
    flags += tolerated
    charset = header[18].decode("latin-1") if len(header) > 18 else ""
    text, encoding = decode(raw.lstrip(_STRIPPED), charset, delimiters, flags)
    lines = (text.replace("\r\n", "\r").replace("\n", "\r") if "\n" in text else text).split("\r")
    if len(lines) > MAXIMUM_SEGMENTS:
        raise UnreadableError("too many segments")
    msh, pieces = _pieces(lines, delimiters, encoding, flags)
    message = Message(raw, header, delimiters, msh, pieces, encoding)
    if "\x1c" in text or "\x0b" in text:
        message.damaged = True
        _mark_damage(message.segments)
    if lines[-1].strip("\x00 ") and _stops_short(message.segments[-1]):
        message.damaged = message.segments[-1].damaged = True
    if message.damaged:
        flags.append(_DAMAGE)
    message.flags = tuple(flags)
    return message


@lru_cache(maxsize=64)
def _delimiters(separator: bytes, declared: bytes) -> tuple[Delimiters, tuple[str, ...]]:
    """MSH-1 and MSH-2, and what had to be tolerated in them."""
    encoding = declared.decode("latin-1")
    flags: tuple[str, ...] = ()
    if encoding == "^~\\\\&":
        encoding, flags = "^~\\&", ("escape character doubled in MSH-2",)
    characters = separator.decode("latin-1") + encoding
    if len(encoding) not in (4, 5) or len(set(characters)) != len(characters):
        raise UnreadableError("MSH-2 does not declare four different encoding characters")
    if any(character.isalnum() or character <= " " or character > "~" for character in characters):
        raise UnreadableError("MSH-2 declares letters, digits or control characters as delimiters")
    return Delimiters(*characters), flags


def _pieces(
    lines: list[str], delimiters: Delimiters, encoding: str, flags: list[str]
) -> tuple[Segment, list[Segment | str]]:
    """The MSH segment, and all of them as `Message.pieces`."""
    separator = delimiters.field
    fields = lines[0].split(separator)
    fields[0] = "MSH"
    fields.insert(1, separator)
    if _unshift(fields):
        flags.append("MSH shifted by one field")
    msh = Segment("MSH", lines[0], delimiters, encoding, fields)
    row = f"OBX{separator}"
    pieces: list[Segment | str] = [msh]
    patient = False
    for line in lines[1:]:
        if line.startswith(row):
            pieces.append(line)
        elif line and not line.isspace():
            segment = _segment(line, delimiters, encoding)
            patient = patient or segment.name == "PID"
            pieces.append(segment)
    if not patient:
        glued = _glued_patient(fields)
        if glued is not None:
            flags.append("no line end between MSH and PID")
            pieces.insert(1, Segment("PID", lines[0], delimiters, encoding, glued))
    return msh, pieces


def _segment(line: str, delimiters: Delimiters, encoding: str) -> Segment:
    """A segment whose name may need tidying."""
    fields = line.split(delimiters.field)
    name = fields[0]
    if len(name) != 3 or not name.isupper():
        name = fields[0] = name.strip(" \t\x00").upper()
    if name == "MSH":
        raise UnreadableError("two MSH segments in one message")
    return Segment(name, line, delimiters, encoding, fields)


def _glued_patient(msh: list[str]) -> list[str] | None:
    """PID behind the last MSH field without a line end, as an infusion pump sends it ("^ISOPID|||"); taken off msh."""
    for number in range(13, len(msh) - 3):
        if msh[number].endswith("PID"):
            patient = ["PID", *msh[number + 1 :]]
            msh[number] = msh[number][:-3]
            del msh[number + 1 :]
            return patient
    return None


def _unshift(msh: list[str] | list[bytes]) -> bool:
    """One separator too many after MSH-2 moves every field; undo it where processing id and version prove it."""
    if len(msh) < 14 or msh[3]:
        return False
    processing, version = (field if isinstance(field, str) else field.decode("latin-1") for field in (msh[12], msh[13]))
    if processing not in _PROCESSING or not _VERSION.fullmatch(version):
        return False
    del msh[3]
    return True


def _stops_short(last: Segment) -> bool:
    """A last row without its line end and without its status may have lost the end of its value: 7 of 72."""
    return last.name == "OBX" and not last.raw(11)


def _mark_damage(segments: list[Segment]) -> None:
    """A framing byte inside means that bytes were lost around it: neither the segment nor its neighbour is whole."""
    for number, segment in enumerate(segments):
        if "\x1c" in segment.line or "\x0b" in segment.line:
            segment.damaged = True
            segments[max(0, number - 1)].damaged = True


def unwrap(data: bytes) -> bytes:
    """One message as stored in a file, with or without its MLLP frame."""
    body = data.lstrip(_STRIPPED)
    if body[:3].upper() != b"MSH":
        return data
    end = body.rstrip(CR + b"\n\x00")
    return end.rstrip(FS) if end.endswith(FS) else body
