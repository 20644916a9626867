"""Lines that are being looked at before anything is saved: a few at a time, and never in the way of a source."""

from __future__ import annotations

import threading
from collections.abc import Iterable

from console.acquisition.lines import line_key
from console.config import SerialTransport, SourceConfig
from console.devices.identify import PortIdentification
from console.devices.preview import LivePreview

MOST = 4
"""Looks that are open at the same time; the oldest is closed for another one."""

END_S = 3.0
"""Longest wait for a look to let go of its port before a source gets it."""

Look = LivePreview | PortIdentification


class Looks:
    """Hands out previews and identifications, and takes their ports back. From any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._looks: list[tuple[SourceConfig, Look]] = []
        self._closed = False

    def preview(self, source: SourceConfig) -> LivePreview:
        """A line that is read and shown only."""
        look = LivePreview(source)
        self._keep(source, look)
        return look

    def identify(self, port: str) -> PortIdentification:
        """The likely drivers tried on a port."""
        look = PortIdentification(port)
        transport = SerialTransport(kind="serial", port=port)
        self._keep(SourceConfig(name="identification", driver="any", bed="", transport=transport), look)
        return look

    def let_go(self, sources: Iterable[SourceConfig]) -> None:
        """Close the looks at the lines of these sources, and wait until the lines are free."""
        keys = {line_key(source) for source in sources}
        with self._lock:
            ending = [look for of, look in self._looks if line_key(of) in keys]
            self._looks = [(of, look) for of, look in self._looks if look not in ending]
        for look in ending:
            look.end(END_S)

    def close(self) -> None:
        """Close all of them, and any that is asked for later."""
        with self._lock:
            self._closed = True
            ending, self._looks = [look for _, look in self._looks], []
        for look in ending:
            look.close()
        for look in ending:
            look.end(END_S)

    def _keep(self, source: SourceConfig, look: Look) -> None:
        with self._lock:
            self._looks.append((source, look))
            ending = self._looks[:-MOST] if not self._closed else self._looks[:]
            self._looks = self._looks[len(ending) :]
        for _, old in ending:
            old.close()
