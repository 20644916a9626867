"""MLLP client: sends a message, waits for the acknowledgements it asks for, and never takes an old one for a new."""

from __future__ import annotations

import socket
import ssl
import time
from collections import deque
from dataclasses import dataclass

from hl7.acknowledgement import acknowledgement_codes
from hl7.mllp import Framer, wrap
from hl7.reader import read_header

_READ_SIZE = 1 << 16


class SendError(Exception):
    """A message was not sent or not answered; the text says which and why, in one line."""


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """An answer. code: AA, AE, AR, CA, CE, CR; control_id: MSA-2 as bytes; text: MSA-3; raw: the message."""

    code: str
    control_id: bytes
    text: str
    raw: bytes

    @property
    def positive(self) -> bool:
        """AA or CA."""
        return self.code in ("AA", "CA")


def read_acknowledgement(raw: bytes) -> Acknowledgement | None:
    """The MSA segment of a message, or None when it has none."""
    header = read_header(raw)
    if header is None:
        return None
    for line in raw.replace(b"\n", b"\r").split(b"\r"):
        if line[:4] == b"MSA" + header[1]:
            fields = [*line.split(header[1]), b"", b"", b""]
            text = fields[3].decode("utf-8", "replace")
            return Acknowledgement(fields[1].decode("latin-1").strip().upper(), fields[2], text, raw)
    return None


class MllpSender:
    """One connection, opened at the first message and again after a failure. Not for use by several threads at once.

    timeout_s: for the connection, and for each acknowledgement. stray: answers that belonged to no message awaited.
    After a missing acknowledgement the connection is closed: an answer that comes late finds nobody.
    """

    def __init__(self, host: str, port: int, timeout_s: float = 10.0, tls: ssl.SSLContext | None = None) -> None:
        self._host = host
        self._port = port
        self._timeout_s = timeout_s
        self._tls = tls
        self._socket: socket.socket | None = None
        self._framer = Framer()
        self._received: deque[bytes] = deque()
        self.stray = 0

    def __enter__(self) -> MllpSender:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the connection; a further `send` opens another."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def send(self, message: bytes) -> tuple[Acknowledgement, ...]:
        """Send one message (unframed) and wait for the answers its MSH-15 and MSH-16 ask for; none may be asked for.

        Raises SendError when it cannot be sent or an answer is missing.
        """
        header = read_header(message)
        if header is None:
            raise SendError("no HL7 message: it does not begin with MSH")
        try:
            frame = wrap(message)
        except ValueError as error:
            raise SendError(str(error)) from error
        # What a receiver that takes the message must answer. One asked for in case of an error is not waited for.
        wanted = list(acknowledgement_codes(header, "AA"))
        control_id = header[10] if len(header) > 10 else b""
        try:
            connection = self._connect()
            connection.settimeout(self._timeout_s)
            connection.sendall(frame)
            return self._answers(connection, wanted, control_id)
        except OSError as error:
            self.close()
            raise SendError(f"{self._host}:{self._port}: {_plain(error)}") from error
        except SendError:
            self.close()
            raise

    def _connect(self) -> socket.socket:
        if self._socket is None:
            self._framer = Framer()
            self._received.clear()
            plain = socket.create_connection((self._host, self._port), self._timeout_s)
            try:
                plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._socket = self._tls.wrap_socket(plain, server_hostname=self._host) if self._tls else plain
            except OSError:
                plain.close()
                raise
        return self._socket

    def _answers(self, connection: socket.socket, wanted: list[str], control_id: bytes) -> tuple[Acknowledgement, ...]:
        found: list[Acknowledgement] = []
        while len(found) < len(wanted):
            answer = self._answer(connection, control_id)
            # The first letter tells the accept from the application acknowledgement.
            if answer.code[:1] not in {code[0] for code in wanted}:
                self.stray += 1
                continue
            found.append(answer)
            if not answer.positive:
                break
        return tuple(found)

    def _answer(self, connection: socket.socket, control_id: bytes) -> Acknowledgement:
        deadline = time.monotonic() + self._timeout_s
        while True:
            while self._received:
                answer = read_acknowledgement(self._received.popleft())
                if answer is not None and answer.control_id == control_id:
                    return answer
                self.stray += 1
            left = deadline - time.monotonic()
            if left <= 0:
                raise SendError(f"{self._host}:{self._port}: no acknowledgement within {self._timeout_s:g} s")
            connection.settimeout(left)
            try:
                data = connection.recv(_READ_SIZE)
            except TimeoutError:
                continue
            if not data:
                raise SendError(f"{self._host}:{self._port}: connection closed before the acknowledgement")
            self._received.extend(self._framer.feed(data))


def _plain(error: OSError) -> str:
    if isinstance(error, TimeoutError):
        return "no connection within the time allowed"
    return (error.strerror or str(error) or type(error).__name__).lower()
