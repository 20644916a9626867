"""The desk of the feed page: answers by futures, on threads of its own, so that no screen and no feed ever waits."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import NoReturn, TypeVar

from console.clock import Clock
from console.config import Config
from console.config_hl7 import Hl7ListenerConfig
from console.feeds.inspection import inspect
from console.feeds.sending import as_training, known_again, own_tls, reachable, send, test_message
from console.feeds.validation import validate
from console.link.commands import Reply
from console.link.devices import Devices
from console.link.feeds import FeedChange, MessageView, Sent, Target, Validation
from console.link.people import Gate, OpenGate
from console.store.records import AuditEntry, MessageFilter, MessagePage, MessageRow, Receipt
from console.store.store import Store
from console.ward.people import Right
from console.worker import Worker

WAITING = 16
"""Questions that may wait; a person asks them one by one."""

ANSWER_S = 15.0
"""Longest wait for the store."""

GONE = "This message is not stored any more."

T = TypeVar("T")


class DeskError(Exception):
    """A question without an answer; the text is one plain sentence for the person."""


class FeedDesk:
    """Implements console.link.feeds.Feeds. listening: host and port a listener has got, None while it has none."""

    def __init__(
        self,
        devices: Devices,
        store: Store,
        listening: Callable[[str], tuple[str, int] | None],
        clock: Clock,
        gate: Gate | None = None,
    ) -> None:
        self._devices = devices
        self._store = store
        self._listening = listening
        self._clock = clock
        self._gate = gate or OpenGate()
        self._worker = Worker("feed desk", 2, WAITING)
        self._stopping = threading.Event()

    def stop(self) -> None:
        """End what is under way, refuse what waits."""
        self._stopping.set()
        self._worker.stop()

    def config(self) -> Config:
        """The configuration as it runs now."""
        return self._devices.config()

    def change(self, change: FeedChange, by: str) -> Future[Reply]:
        """Check, audit, write to the file, apply."""
        return self._devices.change(change, by)

    def messages(self, wanted: MessageFilter, before: int | None = None) -> Future[MessagePage]:
        """A page of stored messages, newest first."""
        return self._store.messages(wanted, before)

    def message(self, number: int) -> Future[MessageView | None]:
        """A stored message, read again."""
        return self._submit(lambda: self._inspect(number))

    def validate(self, number: int) -> Future[Validation]:
        """A stored message against the standard."""
        return self._submit(lambda: self._validate(number))

    def send_test(self, target: Target, location: str, by: str) -> Future[Sent]:
        """Send a made-up training message."""
        return self._submit(lambda: self._send_test(target, location, by))

    def send_again(self, number: int, by: str) -> Future[Sent]:
        """Send a stored message to the listener it came to."""
        return self._submit(lambda: self._send_again(number, by))

    # --- work on the threads of the desk ---------------------------------------------------------------------------

    def _submit(self, work: Callable[[], T]) -> Future[T]:
        return self._worker.ask(work, _refuse)

    def _stored(self, number: int) -> tuple[MessageRow, Receipt] | None:
        return self._store.message(number).result(ANSWER_S)

    def _listener(self, name: str) -> Hl7ListenerConfig | None:
        return next((listener for listener in self.config().hl7_listener if listener.name == name), None)

    def _inspect(self, number: int) -> MessageView | None:
        stored = self._stored(number)
        if stored is None:
            return None
        row, receipt = stored
        return inspect(row, receipt.raw, self._listener(row.feed), self._clock.utc())

    def _validate(self, number: int) -> Validation:
        stored = self._stored(number)
        if stored is None or not stored[1].raw:
            return Validation(GONE)
        return validate(stored[1].raw, self._stopping)

    def _send_test(self, target: Target, location: str, by: str) -> Sent:
        if refusal := self._gate.refusal(by, Right.FEEDS):
            return Sent(f"Not sent: {refusal}", False)
        try:
            message = test_message(location, self._clock.utc())
            host, port, tls = self._way(target)
        except (ValueError, OSError, DeskError) as error:
            return Sent(f"Not sent: {error}", False)
        self._audit(by, "test message sent", f"to {target.listener or f'{host}:{port}'}")
        return send(host, port, tls, message, "It is a training message: it is kept and shown, and never charted.")

    def _send_again(self, number: int, by: str) -> Sent:
        if refusal := self._gate.refusal(by, Right.FEEDS):
            return Sent(f"Not sent: {refusal}", False)
        stored = self._stored(number)
        if stored is None or not stored[1].raw:
            return Sent(GONE, False)
        row, receipt = stored
        message: bytes | None = receipt.raw
        told = "The listener has this message already and knows it again: nothing is charted twice."
        if not known_again(receipt):
            message = as_training(receipt.raw)
            told = (
                "It was sent as a training message (MSH-11 T), because the listener could not know it again: "
                "it is kept and shown, and never charted."
            )
        if message is None:
            return Sent("Not sent: it cannot be read, so nothing would keep it from being taken for a new one.", False)
        try:
            host, port, tls = self._way(Target(listener=row.feed))
        except (OSError, DeskError) as error:
            return Sent(f"Not sent: {error}", False)
        self._audit(by, "stored message sent again", f"message {row.number} to '{row.feed}'")
        return send(host, port, tls, message, told)

    def _way(self, target: Target) -> tuple[str, int, ssl.SSLContext | None]:
        """Raises DeskError, and OSError for TLS files that cannot be read."""
        if not target.listener:
            tls = ssl.create_default_context(cafile=target.ca) if target.ca else None
            return target.host, target.port, tls
        listener, address = self._listener(target.listener), self._listening(target.listener)
        if listener is None or address is None:
            raise DeskError(f"'{target.listener}' does not listen now.")
        return reachable(address[0]), address[1], own_tls(listener.tls) if listener.tls is not None else None

    def _audit(self, by: str, act: str, detail: str) -> None:
        """Raises DeskError: what is not in the audit trail is not sent."""
        if not by.strip():
            raise DeskError("This needs the name of the person.")
        try:
            self._store.put_audit(AuditEntry(self._clock.utc(), by, act, "", detail)).result(ANSWER_S)
        except Exception as error:
            raise DeskError(f"This cannot be recorded in the audit trail ({error}); nothing was sent.") from error


def _refuse(sentence: str) -> NoReturn:
    raise DeskError(sentence)
