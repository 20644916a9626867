"""Answers to messages: which, and as what bytes. Built without parsing anything twice, and for damaged messages too.

Original mode (MSH-15 and MSH-16 empty): AA, AE or AR. Enhanced mode: MSH-15 asks for an accept acknowledgement
(CA, CE, CR), MSH-16 for an application acknowledgement; each of AL, NE, ER, SU. HL7 v2.6 chapter 2, sections 2.9
and table 0155.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from hl7.charset import escape
from hl7.delimiters import STANDARD, Delimiters
from hl7.dissemination import is_dissemination
from hl7.mllp import CR, FS, VT
from hl7.reader import Message, UnreadableError

ACCEPT = "AA"
ERROR = "AE"
REJECT = "AR"

_ORU_EVENTS = frozenset({"", "R01", "R03", "R30", "R31", "R32", "R40", "W01"})
_ADT_EVENT = re.compile(r"A\d\d", re.ASCII)
_VERSION = re.compile(r"2(\.\d+){0,2}", re.ASCII)
_PROCESSING = frozenset({"P", "T", "D", ""})
# HL7 table 0357.
_CONDITIONS = {
    "100": "Segment sequence error",
    "101": "Required field missing",
    "102": "Data type error",
    "200": "Unsupported message type",
    "201": "Unsupported event code",
    "202": "Unsupported processing id",
    "203": "Unsupported version id",
    "207": "Application internal error",
}
_FALLBACK_VERSION = b"2.6"
_CACHED_BYTES = 600


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a message was taken. code: AA, AE or AR, or "" for no answer at all; condition: HL7 table 0357.

    reply: a whole message of its own, unframed, with its own MSA, that answers in place of an application
    acknowledgement: what a query asked for.
    """

    code: str
    text: str = ""
    condition: str = "207"
    reply: bytes = b""


ACCEPTED = Verdict(ACCEPT)
NO_ANSWER = Verdict("")


def judge(message: Message) -> Verdict:
    """The verdict on a message that could be read, before anything is stored.

    AR makes some senders disconnect (GE B40), so it is given only for a type, version or processing id that will
    never be taken; everything else that is wrong with a message is for the feed page, not for its sender. An
    acknowledgement is not answered: that would go on for ever.
    """
    kind, processing_id, version = message.words
    code, event = kind
    if code == "ACK" or (kind == ("ORA", "R41") and not is_dissemination(message)):
        return NO_ANSWER
    if version and not _VERSION.fullmatch(version):
        return Verdict(REJECT, f"version {version[:20]} is not supported", "203")
    if processing_id not in _PROCESSING:
        return Verdict(REJECT, f"processing id {processing_id[:20]} is not supported", "202")
    if not code:
        return Verdict(ERROR, "MSH-9 names no message type", "101")
    if is_dissemination(message):
        return ACCEPTED
    if code not in ("ORU", "ADT"):
        return Verdict(REJECT, f"message type {code[:20]} is not supported", "200")
    if (code == "ORU" and event not in _ORU_EVENTS) or (code == "ADT" and event and not _ADT_EVENT.fullmatch(event)):
        return Verdict(REJECT, f"event {event[:20]} of {code} is not supported", "201")
    return ACCEPTED


def judge_unreadable(error: UnreadableError) -> Verdict:
    """The verdict on bytes that could not be read."""
    return Verdict(ERROR, str(error), "100")


def acknowledgement_codes(header: list[bytes] | None, code: str) -> tuple[str, ...]:
    """The codes to answer with, in order: none, one, or an accept and an application acknowledgement.

    header: from `read_header`; None (no MSH at all) is answered in original mode.
    """
    if not code:
        return ()
    accept, application = _field(header or [], 15), _field(header or [], 16)
    if len(accept) + len(application) > _CACHED_BYTES:
        return _codes.__wrapped__(accept, application, code)
    return _codes(accept, application, code)


@lru_cache(maxsize=256)
def _codes(asked_accept: bytes, asked_application: bytes, code: str) -> tuple[str, ...]:
    """Of MSH-15 and MSH-16 as sent."""
    accept, application = (asked.decode("latin-1").strip().upper() for asked in (asked_accept, asked_application))
    if not accept and not application:
        return (code,)
    found = []
    if _wanted(accept, code):
        found.append("C" + code[1])
    if _wanted(application, code):
        found.append(code)
    return tuple(found)


def acknowledge(header: list[bytes] | None, verdict: Verdict, control_id: str, now: datetime) -> list[bytes]:
    """The messages that answer, unframed. control_id: MSH-10 of the first; now: aware.

    MSA-2 is the sender's MSH-10 byte for byte, delimiters, version, processing id and character set are the
    sender's, application and facility change places.
    """
    fields = header or []
    if verdict.reply:
        # A query is answered whatever MSH-16 says: it was sent for that. It was taken, also where it is refused.
        taken = [code for code in acknowledgement_codes(header, ACCEPT) if code.startswith("C")]
        plain = Verdict(ACCEPT)
        return [*(_build(fields, code, plain, control_id, now) for code in taken), verdict.reply]
    codes = acknowledgement_codes(header, verdict.code)
    return [
        _build(fields, code, verdict, control_id if number == 0 else f"{control_id}A", now)
        for number, code in enumerate(codes)
    ]


def _wanted(condition: str, code: str) -> bool:
    """HL7 table 0155; what stands there against the table is answered, a sender that waits is worse."""
    if condition in ("", "NE"):
        return False
    if condition == "ER":
        return code != ACCEPT
    return code == ACCEPT if condition == "SU" else True


def _field(header: list[bytes], number: int) -> bytes:
    """An MSH field as sent, without the bytes that would end the answer's frame."""
    if number >= len(header):
        return b""
    field = header[number]
    return field.replace(VT, b"").replace(FS, b"") if VT in field or FS in field else field


def _delimiters(separator: bytes, encoding: bytes) -> tuple[Delimiters, bytes, bytes]:
    """The sender's delimiters, MSH-1 and MSH-2 as sent; the usual ones where the sender's cannot be used."""
    text = (separator + encoding).decode("latin-1")
    usable = len(separator) == 1 and len(encoding) in (4, 5) and len(set(text)) == len(text) and text.isprintable()
    if usable and text.isascii() and not any(character.isalnum() or character == " " for character in text):
        return Delimiters(*text), separator, encoding
    return STANDARD, b"|", b"^~\\&"


_ECHOED = (1, 2, 3, 4, 5, 6, 9, 11, 12, 18)
"""MSH fields of the sender that come back; with MSH-10 they decide all of an answer but its time and number."""


def _build(header: list[bytes], code: str, verdict: Verdict, control_id: str, now: datetime) -> bytes:
    echoed = tuple([_field(header, number) for number in _ECHOED])
    small = sum(map(len, echoed)) <= _CACHED_BYTES
    # A feed is answered alike for ever: the pieces around what changes are made once.
    said = verdict.text, verdict.condition
    before_time, before_id, before_echo, rest = (_pieces if small else _pieces.__wrapped__)(echoed, code, said)
    time = _time(now.replace(microsecond=0), now.utcoffset())
    number = control_id.encode("ascii", "replace")
    return b"".join((before_time, time, before_id, number, before_echo, _field(header, 10), rest))


@lru_cache(maxsize=16)
def _time(second: datetime, _offset: timedelta | None) -> bytes:
    # The offset stands beside it because equal moments in two zones are one key.
    return second.strftime("%Y%m%d%H%M%S%z").encode()


@lru_cache(maxsize=256)
def _pieces(echoed: tuple[bytes, ...], code: str, said: tuple[str, str]) -> tuple[bytes, bytes, bytes, bytes]:
    """What stands before the time of an answer, before its control id, before the sender's control id, and behind.

    said: text and condition of the verdict.
    """
    header = dict(zip(_ECHOED, echoed, strict=True))
    words, condition_code = said
    delimiters, separator, encoding = _delimiters(header[1], header[2])
    component = delimiters.component.encode()
    version = header[12] or _FALLBACK_VERSION
    number = version.split(component)[0]
    kind = [b"ACK", *header[9].split(component)[1:2]]
    if number >= b"2.3.1" and len(kind) == 2 and kind[1]:
        kind.append(b"ACK")
    start = [b"MSH", encoding, header[5], header[6], header[3], header[4], b""]
    middle = [b"", b"", component.join(part for part in kind if part), b""]
    end = [b"", header[11] or b"P", version]
    if header[18]:
        end += [b"", b"", b"", b"", b"", header[18]]
    text = escape(words, delimiters).encode("ascii", "replace")
    rest = separator + text if text else b""
    if code[1] != "A" and number >= b"2.5":
        condition = component.join((condition_code.encode(), _CONDITIONS.get(condition_code, "").encode(), b"HL70357"))
        rest += CR + separator.join((b"ERR", b"", b"", condition, b"E", b"", b"", b"", text)).rstrip(separator)
    return (
        separator.join(start),
        separator.join(middle),
        separator.join(end) + CR + separator.join((b"MSA", code.encode(), b"")),
        rest + CR,
    )
