"""One HL7 listener while the ward runs: its address, its TLS files, whom it refused, and how all that is shown."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from console.acquisition.feed import Feed
from console.acquisition.peer_views import list_ended, peer_views, warnings
from console.acquisition.peers import listener_settings
from console.acquisition.refusals import Refusals
from console.config_hl7 import Hl7ListenerConfig
from console.link.snapshot import SourceView
from console.ward.source import SourceState
from hl7.listener import Listener
from hl7.tls import Secured, TlsFiles, load

RETRY_S = 2.0
"""Pause before an address that could not be had is tried again."""

CHECK_S = 2.0
"""How often TLS files are looked at, and refusals that were counted are told."""

TLS_CHANGED = "TLS files read again"
TLS_FAULT = "TLS files cannot be used"
LIST_ENDED = "revocation list ended"


class Served:
    """One listener and how it fares. error: why it does not listen, tls_fault: why it goes on with older TLS files than
    there are; "" while all is well."""

    def __init__(
        self, config: Hl7ListenerConfig, feed: Feed, utc: Callable[[], datetime], now: Callable[[], float]
    ) -> None:
        self.config = config
        self.feed = feed
        self._now = now
        self._utc = utc
        self.listener: Listener | None = None
        self.address: tuple[str, int] | None = None
        self.tending: asyncio.Task[None] | None = None
        self.error = self.tls_fault = self.list_fault = ""
        self.refusals = Refusals(feed.note, now)
        self.files = None if config.tls is None else TlsFiles(**config.tls.model_dump())
        self.stamp: object = None
        self.secured: Secured | None = None

    async def begin(self) -> None:
        """Listen, or go on trying, and look after it until `end`."""
        await self._listen()
        self.tending = asyncio.ensure_future(self._tend())

    async def end(self) -> None:
        """Close every connection; when this returns nothing is on its way any more."""
        if self.tending is not None:
            self.tending.cancel()
            await asyncio.gather(self.tending, return_exceptions=True)
        if self.listener is not None:
            await self.listener.stop()
            await self.feed.settle()
        self.refusals.settle(ending=True)

    async def _tend(self) -> None:
        while self.listener is None:
            await asyncio.sleep(RETRY_S)
            await self._listen()
        while True:
            self._check()
            await asyncio.sleep(CHECK_S)

    async def _listen(self) -> None:
        config = self.config
        try:
            settings = listener_settings(config)
            if self.files is not None:
                self.stamp = self.files.stamp()
                self.secured = load(self.files)
                settings = replace(settings, tls=self.secured.context)
            listener = Listener(settings, self.feed.deliver, self._utc, self.refusals.add, self._now)
            self.address = await listener.start()
        except OSError as error:
            self.error = f"cannot listen on {config.host}:{config.port}: {error.strerror or error}"
        else:
            self.listener, self.error = listener, ""

    def _check(self) -> None:
        """Take up TLS files that have changed, tell what has been counted. On the loop."""
        self.refusals.settle()
        if self.files is None or self.listener is None:
            return
        stamp = self.files.stamp()
        if stamp != self.stamp:
            self.stamp = stamp
            self._secure_anew(self.files, self.listener)
        ended = list_ended(self.secured, self._utc())
        if ended and not self.list_fault:
            self.feed.note(LIST_ENDED, ended)
        self.list_fault = ended

    def _secure_anew(self, files: TlsFiles, listener: Listener) -> None:
        try:
            self.secured = load(files)
        except OSError as error:
            self.tls_fault = f"{error}; the files of before stay in force"
            self.feed.note(TLS_FAULT, self.tls_fault)
        else:
            self.tls_fault = ""
            ended = listener.secure(self.secured)
            self.feed.note(TLS_CHANGED, f"{ended} connections ended" if ended else "no connection ended")

    def view(self) -> SourceView:
        """The feed with its socket and its senders. From any thread."""
        config, listener, utc = self.config, self.listener, self._utc()
        if listener is None:
            state = SourceState.LOST if self.error else SourceState.CONNECTING
            return self.feed.view(state, f"{config.host}:{config.port}", 0, self.error, ())
        counters, tallies = listener.state, listener.peers
        refused = [(f"connection refused: {reason}", count) for reason, count in counters.refused.items()]
        refused += [(f"bytes discarded: {reason}", count) for reason, count in counters.discarded.items()]
        host, port = self.address or (config.host, config.port)
        error = self.tls_fault or list_ended(self.secured, utc) or counters.last_error
        view = self.feed.view(
            SourceState.CONNECTED, f"{host}:{port}", counters.bytes_in, error, refused, counters.connections
        )
        peers = peer_views(tallies, utc)
        return replace(
            view,
            peers=peers,
            certificate_until=None if self.secured is None else self.secured.until,
            warnings=warnings(self.secured, self.tls_fault, peers, tallies, utc, self._now()),
        )
