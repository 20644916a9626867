"""Trying a listener out: a made-up message, or one that was stored, sent over MLLP like any sender does."""

from __future__ import annotations

import ssl
from datetime import datetime

from console.config_hl7 import TlsConfig
from console.link.feeds import LONGEST_TEXT, Sent
from console.store.records import Receipt
from drivers.observation import Parameter
from hl7.builder import OruTemplate
from hl7.reader import UnreadableError, read_header, read_message
from hl7.sender import Acknowledgement, MllpSender, SendError

PATIENCE_S = 5.0
_EVERY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}
_PROCESSING_ID = 11
_VALUES = {Parameter.HR: 72.0, Parameter.SPO2: 97.0, Parameter.RR: 14.0}


def test_message(location: str, at: datetime) -> bytes:
    """Invented values of an invented patient at a location, as a training message (MSH-11 T)."""
    template = OruTemplate(list(_VALUES), location=location or "TEST", patient_id="TEST", name="Test, Console")
    made = as_training(template.fill(_VALUES, at, f"TEST{at:%Y%m%d%H%M%S%f}"))
    assert made is not None
    return made


def as_training(raw: bytes) -> bytes | None:
    """The same message as a training (MSH-11 T), which no feed charts; None where that cannot be said of it."""
    header = read_header(raw)
    start = raw.upper().find(b"MSH")
    if header is None or start < 0:
        return None
    separator = header[1]
    end = min((place for place in (raw.find(b"\r", start), raw.find(b"\n", start)) if place >= 0), default=len(raw))
    fields = raw[start:end].split(separator)
    # MSH-1 is the separator itself: field n stands at n - 1. A header shifted by one field is read back as shifted.
    for place in (_PROCESSING_ID - 1, _PROCESSING_ID):
        made = fields + [b""] * (place + 1 - len(fields))
        made[place] = b"T"
        changed = raw[:start] + separator.join(made) + raw[end:]
        try:
            if read_message(changed).processing_id == "T":
                return changed
        except UnreadableError:
            continue
    return None


def known_again(receipt: Receipt) -> bool:
    """True when the listener tells this message, coming from any other connection, for the one it has stored: its key
    holds neither the sender's address nor the time of reception."""
    try:
        message = read_message(receipt.raw)
    except UnreadableError:
        return False
    return receipt.key == f"{receipt.feed}|{message.receipt_key('another sender', 'another time')}"


def own_tls(tls: TlsConfig) -> ssl.SSLContext:
    """For one of our own listeners: it has to show the very certificate it is configured with, and is shown the same.
    Raises OSError for files that cannot be read."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.load_verify_locations(tls.cert)
    context.load_cert_chain(tls.cert, tls.key)
    return context


def reachable(host: str) -> str:
    """The address under which a listener of this machine is reached."""
    return _EVERY_ADDRESS.get(host, host)


def send(host: str, port: int, tls: ssl.SSLContext | None, message: bytes, told: str) -> Sent:
    """Send and wait for what is asked for, about PATIENCE_S seconds. told: what an accepted answer means, in words."""
    text = _text(message)
    try:
        with MllpSender(host, port, PATIENCE_S, tls) as sender:
            answers = sender.send(message)
    except (SendError, ValueError) as error:
        return Sent(f"Not sent, or not answered: {error}.", False, text)
    if not answers:
        return Sent("Sent. The message asks for no acknowledgement, so none came.", True, text)
    accepted = all(answer.positive for answer in answers)
    return Sent(_verdict(answers, told if accepted else ""), accepted, text, tuple(_text(a.raw) for a in answers))


def _verdict(answers: tuple[Acknowledgement, ...], told: str) -> str:
    codes = " and ".join(answer.code for answer in answers)
    words = "; ".join(answer.text for answer in answers if answer.text)
    return f"Answered {codes}{f': {words}' if words else ''}. {told}".strip()


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace").replace("\r", "\n").strip("\n")[:LONGEST_TEXT]
