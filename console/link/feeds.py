"""How the feed page reaches what it needs beside the snapshot: stored messages, tests of a listener, changes of a feed.

A screen calls these from its own thread; nothing here blocks. What takes time answers by a future. Text from outside is
handed on as it was sent; a screen shows it as plain text.
"""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass
from typing import ClassVar, Protocol

from console.config import Config
from console.config_hl7 import CodeConfig, Hl7ListenerConfig
from console.link.commands import Reply
from console.store.records import MessageFilter, MessagePage, MessageRow
from console.ward.people import Right

LONGEST_TEXT = 65_536
"""Characters of one message that are shown, at most; the rest is counted."""

LONGEST_FIELD = 2_000
"""Characters of one field that are shown, at most."""

MOST_FIELDS = 4_000
"""Fields of one message that are shown, at most."""


@dataclass(frozen=True, slots=True)
class FieldView:
    """A field as sent. place: "OBX-5" or, from the second repetition on, "OBX-5 (2)"; name: of the standard, "" where
    it has none."""

    place: str
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class SegmentView:
    """A segment in order. name: "OBX"; title: its name in words, "" where there is none; fields: those sent."""

    name: str
    title: str
    fields: tuple[FieldView, ...]


@dataclass(frozen=True, slots=True)
class Fact:
    """A row of what a message comes to. kind: "charted", "no value", "put aside", "device alert"; name, value: what is
    charted or what was sent; detail: reason, site, time or place."""

    kind: str
    name: str
    value: str
    detail: str


@dataclass(frozen=True, slots=True)
class MessageView:
    """A stored message read again with the rules of now; what became of it then stands in `row`.

    raw: its text, at most LONGEST_TEXT characters; left_out: characters that are not shown. summary: (name, text) such
    as dialect, type, patient, place, movement. notes: sentences about form and reading. answers: acknowledgements as
    they would be sent now. error: why it cannot be read, "" when it can.
    """

    row: MessageRow
    raw: str
    left_out: int
    segments: tuple[SegmentView, ...]
    facts: tuple[Fact, ...]
    summary: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    answers: tuple[str, ...]
    error: str = ""


@dataclass(frozen=True, slots=True)
class Validation:
    """What hl7apy says of a message against the standard. verdict: one sentence; lines: errors, warnings; bounded."""

    verdict: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Target:
    """Where a test is sent: one of our listeners by its name, else an address. ca: PEM file of the authority of the
    receiver; "" for unencrypted MLLP to an address."""

    listener: str = ""
    host: str = ""
    port: int = 0
    ca: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """What came of sending. verdict: one sentence; message: what was sent; answers: as they came."""

    verdict: str
    accepted: bool
    message: str = ""
    answers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SaveListener:
    """Add a listener, or replace the one named `replaces`."""

    right: ClassVar[Right] = Right.FEEDS
    listener: Hl7ListenerConfig
    replaces: str = ""


@dataclass(frozen=True, slots=True)
class RemoveListener:
    """Take a listener out of the configuration; its connections end."""

    right: ClassVar[Right] = Right.FEEDS
    name: str


@dataclass(frozen=True, slots=True)
class MapCode:
    """Say what a code of a feed means, or that it is ignored; what was said of it before is replaced."""

    right: ClassVar[Right] = Right.FEEDS
    feed: str
    code: CodeConfig


@dataclass(frozen=True, slots=True)
class UnmapCode:
    """Take back what was said of a code. code, name: as in the configuration."""

    right: ClassVar[Right] = Right.FEEDS
    feed: str
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class MapPlace:
    """Say which bed a location (PV1-3) of a feed stands for; bed "" takes it back."""

    right: ClassVar[Right] = Right.FEEDS
    feed: str
    location: str
    bed: str


FeedChange = SaveListener | RemoveListener | MapCode | UnmapCode | MapPlace


class Feeds(Protocol):
    """What an engineer may do with the feeds of one station."""

    def config(self) -> Config:
        """The configuration as it runs now."""
        ...

    def change(self, change: FeedChange, by: str) -> Future[Reply]:
        """Check, audit, write to the file, apply. A refusal is one plain sentence, and then nothing has changed."""
        ...

    def messages(self, wanted: MessageFilter, before: int | None = None) -> Future[MessagePage]:
        """A page of stored messages, newest first. before: of the page before."""
        ...

    def message(self, number: int) -> Future[MessageView | None]:
        """A stored message, None when it is there no more."""
        ...

    def validate(self, number: int) -> Future[Validation]:
        """A stored message against the standard; takes up to half a minute, and blocks nobody."""
        ...

    def send_test(self, target: Target, location: str, by: str) -> Future[Sent]:
        """Send a made-up message that says of itself that it is a training (MSH-11 T), so that it is never charted."""
        ...

    def send_again(self, number: int, by: str) -> Future[Sent]:
        """Send a stored message to the listener it came to. It goes as it is only where the listener will know that it
        has it already; else as a training message, so that nothing is charted twice."""
        ...
