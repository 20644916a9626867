"""What a byte link is: blocking, in the caller's thread, and honest about why it fails."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol


class LinkError(Exception):
    """The link cannot be opened or has been lost; the text is one plain sentence that names the port and the cause."""


class LinkEndedError(LinkError):
    """A finite link (a replayed capture) has nothing more to give; opening it again would repeat the past."""


class Link(Protocol):
    """An open link. Used by one thread at a time."""

    name: str

    def read(self, timeout: float) -> bytes:
        """Wait up to `timeout` seconds for bytes and return what is there, empty when nothing came.

        Raises LinkError when the link is lost, LinkEndedError when a finite one is over.
        """
        ...

    def write(self, data: bytes) -> None:
        """Send all of `data`. Raises LinkError when the other side does not take it within two seconds."""
        ...

    def close(self) -> None:
        """Release the link; never raises, may be called twice."""
        ...


OpenLink = Callable[[], Link]
"""Opens one link; raises LinkError. Called again after every loss."""

WRITE_TIMEOUT_S = 2.0
"""A device that takes no byte for this long is treated as lost: nothing of ours is longer than a few hundred bytes."""

READ_SIZE = 4096
"""Bytes taken at once; larger bursts come with the next read."""
