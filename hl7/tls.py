"""TLS of a listener: contexts from PEM files, how long they are good for, and why a handshake failed, in plain words.

Nothing is remembered between connections (no session tickets): each one shows its certificate anew, so that a
revocation holds from the next handshake on.
"""

from __future__ import annotations

import re
import ssl
from asyncio import sslproto
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

# asyncio sets 256 KiB aside for a connection before its peer has proven anything; a TLS record has 16 KiB at most.
# 200 handshakes that never end cost 50 MB otherwise.
sslproto.SSLProtocol.max_size = 32 * 1024

_PEM = re.compile(r"-----BEGIN ([A-Z0-9 ]+)-----.*?-----END \1-----", re.DOTALL)

# ASN.1 tags of what stands in a certificate and in a revocation list (RFC 5280, sections 4.1 and 5.1).
_INTEGER, _SEQUENCE, _UTC_TIME, _GENERAL_TIME, _VERSION = 0x02, 0x30, 0x17, 0x18, 0xA0


class TlsError(OSError):
    """A file of the configuration cannot be used; the text names it and says why."""


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """PEM files of a listener. client_ca: client certificates are obligatory; crl: which of them are withdrawn."""

    cert: str
    key: str
    client_ca: str | None = None
    crl: str | None = None

    def stamp(self) -> tuple[tuple[str, int, int], ...]:
        """Something else whenever one of the files is: its size, time of change, or that it is not there."""
        found = []
        for path in (self.cert, self.key, self.client_ca, self.crl):
            if path is not None:
                try:
                    stat = Path(path).stat()
                    found.append((path, stat.st_mtime_ns, stat.st_size))
                except OSError:
                    found.append((path, 0, -1))
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Secured:
    """A context in force. until: end of our certificate; crl_until: when the revocation list must have been replaced,
    None without one or where it names no time. revoked: (issuer as DER, serial number)."""

    context: ssl.SSLContext
    until: datetime
    crl_until: datetime | None = None
    revoked: frozenset[tuple[bytes, int]] = field(default_factory=frozenset)

    def has_revoked(self, certificate: bytes) -> bool:
        """Whether a certificate (DER) stands in the revocation list."""
        return bool(self.revoked) and _identity(certificate) in self.revoked


def tls_context(cert: str, key: str, client_ca: str | None = None, crl: str | None = None) -> ssl.SSLContext:
    """A server context from PEM files, TLS 1.2 or newer; with client_ca a client certificate is obligatory, with crl
    it must not be on that list. Raises OSError (ssl.SSLError among them) when a file cannot be used."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.options |= ssl.OP_NO_TICKET
    context.num_tickets = 0
    context.load_cert_chain(cert, key)
    if client_ca is not None:
        context.load_verify_locations(client_ca)
        context.verify_mode = ssl.CERT_REQUIRED
    if crl is not None:
        context.load_verify_locations(crl)
        if not context.cert_store_stats()["crl"]:
            raise ssl.SSLError(f"{crl}: holds no revocation list")
        context.verify_flags |= ssl.VerifyFlags.VERIFY_CRL_CHECK_LEAF
    return context


def client_context(ca: str, cert: str | None = None, key: str | None = None) -> ssl.SSLContext:
    """A context for connections of our own, TLS 1.2 or newer: the other side has to show a certificate of `ca` for the
    name it was called by; cert and key are shown when it asks. Raises OSError (ssl.SSLError among them)."""
    context = ssl.create_default_context(cafile=ca)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if cert is not None:
        context.load_cert_chain(cert, key)
    return context


def load(files: TlsFiles) -> Secured:
    """The files as they are now. Raises TlsError."""
    for path in (files.cert, files.key, files.client_ca, files.crl):
        if path is not None:
            _readable(path)
    lists = [] if files.crl is None else [_list_of(block) for block in _blocks(files.crl, "X509 CRL")]
    own = _blocks(files.cert, "CERTIFICATE")
    try:
        context = tls_context(files.cert, files.key, files.client_ca, files.crl)
    except OSError as error:
        raise TlsError(f"TLS files cannot be used: {_words(error)}") from error
    ends = [end for end, _ in lists if end is not None]
    return Secured(
        context,
        _validity(own[0])[1],
        min(ends, default=None),
        frozenset(entry for _, entries in lists for entry in entries),
    )


def _readable(path: str) -> None:
    try:
        Path(path).read_bytes()
    except OSError as error:
        raise TlsError(f"{path}: cannot be read: {error.strerror}") from error


def _words(error: OSError) -> str:
    text = error.reason if isinstance(error, ssl.SSLError) and error.reason else error.strerror or str(error)
    return text.replace("_", " ").lower() if text.isupper() else text


# --- why a handshake failed ----------------------------------------------------------------------------------------

_CERTIFICATE_FAULTS = {
    3: "no revocation list of its issuer",
    9: "certificate not yet valid",
    10: "certificate expired",
    11: "revocation list not yet valid",
    12: "revocation list expired",
    18: "certificate self-signed",
    19: "certificate self-signed",
    20: "certificate of an unknown issuer",
    21: "certificate of an unknown issuer",
    23: "certificate revoked",
    26: "certificate not for clients",
}
"""OpenSSL's verification results (x509_vfy.h)."""

_FAULTS = {
    "WRONG_VERSION_NUMBER": "no TLS",
    "HTTP_REQUEST": "no TLS",
    "UNKNOWN_PROTOCOL": "no TLS",
    "PEER_DID_NOT_RETURN_A_CERTIFICATE": "no client certificate",
    "UNSUPPORTED_PROTOCOL": "TLS too old",
    "NO_SHARED_CIPHER": "no common cipher",
    "TLSV1_ALERT_UNKNOWN_CA": "our certificate not accepted",
    "SSLV3_ALERT_BAD_CERTIFICATE": "our certificate not accepted",
    "SSLV3_ALERT_CERTIFICATE_UNKNOWN": "our certificate not accepted",
    "SSLV3_ALERT_CERTIFICATE_EXPIRED": "our certificate not accepted",
}


def handshake_fault(error: OSError) -> str:
    """Why there was no TLS connection, as a reason to be counted: a small closed set of words."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return _CERTIFICATE_FAULTS.get(error.verify_code, "certificate not valid")
    if isinstance(error, ssl.SSLError):
        return _FAULTS.get(error.reason or "", "handshake failed")
    if isinstance(error, ConnectionAbortedError | TimeoutError):
        return "handshake took too long"
    return "handshake broken off"


# --- what the files say of themselves --------------------------------------------------------------------------------


def certificate_until(path: str) -> datetime:
    """The end (UTC) of the first certificate of a PEM file. Raises TlsError."""
    return _validity(_blocks(path, "CERTIFICATE")[0])[1]


def _blocks(path: str, kind: str) -> list[bytes]:
    """The DER of each block of a kind in a PEM file; at least one."""
    try:
        text = Path(path).read_text(encoding="latin-1")
        found = [
            ssl.PEM_cert_to_DER_cert(block.group(0).replace(kind, "CERTIFICATE"))
            for block in _PEM.finditer(text)
            if block.group(1) == kind
        ]
    except OSError as error:
        raise TlsError(f"{path}: cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise TlsError(f"{path}: damaged: {error}") from error
    if not found:
        raise TlsError(f"{path}: holds no {'revocation list' if kind == 'X509 CRL' else 'certificate'} in PEM form")
    return found


def _validity(certificate: bytes) -> tuple[datetime, datetime]:
    try:
        fields = _of_certificate(certificate)
        start, end = (_time(*item) for item in _items(fields[3][1]))
    except (ValueError, IndexError) as error:
        raise TlsError("a certificate is damaged") from error
    return start, end


def _identity(certificate: bytes) -> tuple[bytes, int]:
    fields = _of_certificate(certificate)
    return fields[2][1], int.from_bytes(fields[0][1], "big", signed=True)


def _of_certificate(certificate: bytes) -> Sequence[tuple[int, bytes]]:
    """Serial number, algorithm, issuer, validity and more of a certificate; the version, which may be missing, left
    out."""
    (_, whole), *_ = _items(certificate)
    (_, signed), *_ = _items(whole)
    fields = list(_items(signed))
    return fields[1:] if fields[0][0] == _VERSION else fields


def _list_of(revocations: bytes) -> tuple[datetime | None, list[tuple[bytes, int]]]:
    """When a revocation list ends, and what stands in it."""
    try:
        (_, whole), *_ = _items(revocations)
        (_, signed), *_ = _items(whole)
        fields = list(_items(signed))
        if fields[0][0] == _INTEGER:
            del fields[0]
        issuer = fields[1][1]
        end = _time(*fields[3]) if len(fields) > 3 and fields[3][0] in (_UTC_TIME, _GENERAL_TIME) else None
        entries = fields[4 if end else 3 :]
        revoked = list(_items(entries[0][1])) if entries and entries[0][0] == _SEQUENCE else []
        serials = [next(_items(entry))[1] for _, entry in revoked]
    except (ValueError, IndexError, StopIteration) as error:
        raise TlsError("a revocation list is damaged") from error
    return end, [(issuer, int.from_bytes(serial, "big", signed=True)) for serial in serials]


def _items(data: bytes) -> Iterator[tuple[int, bytes]]:
    """(tag, content) of each element of a DER sequence. Raises ValueError for what is cut off."""
    place = 0
    while place < len(data):
        if place + 2 > len(data):
            raise ValueError("cut off")
        tag, length = data[place], data[place + 1]
        place += 2
        if length & 0x80:
            size = length & 0x7F
            length = int.from_bytes(data[place : place + size], "big")
            place += size
        if place + length > len(data):
            raise ValueError("cut off")
        yield tag, data[place : place + length]
        place += length


def _time(tag: int, text: bytes) -> datetime:
    if tag not in (_UTC_TIME, _GENERAL_TIME):
        raise ValueError("no time")
    words = text.decode("ascii")
    if tag == _UTC_TIME:
        # RFC 5280: 50 to 99 are of the last century.
        words = ("19" if words[:2] >= "50" else "20") + words
    return datetime.strptime(words, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)
