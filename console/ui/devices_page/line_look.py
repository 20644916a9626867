"""The line of a draft, looked at before anything is saved: which way it is reached, and what it tells of its device."""

from __future__ import annotations

from pydantic import ValidationError
from PySide6.QtCore import QObject, Signal

from console.config import SourceConfig
from console.link.devices import Devices, LineView, Preview
from console.ui.devices_page.draft import Draft, Kind, sentences
from console.ui.devices_page.line_watch import LineWatch
from drivers.driver import DriverInfo

OWN_PORT = "“{name}” itself reads this port. Stop it first to look at the line with other settings."


class LineLook(QObject):
    """seen: the line as it is now; the serial number its device tells stands in the draft by then."""

    seen = Signal(object)

    def __init__(self, devices: Devices, parent: QObject) -> None:
        super().__init__(parent)
        self._devices = devices
        self._preview: Preview | None = None
        self._draft = Draft()
        self._before: SourceConfig | None = None
        self._pinned = ""
        self._seconds = 0.0
        self.watch = LineWatch(self)
        self.watch.seen.connect(self._line_seen)

    @property
    def is_open(self) -> bool:
        """A line is looked at."""
        return self.watch.following

    def open(self, draft: Draft, before: SourceConfig | None, info: DriverInfo) -> str:
        """Look at the line of a draft: through the running source where it is the same line, else by itself.

        before: the source that is changed, None for a new one. Returns why it cannot be looked at, "" when it can.
        """
        try:
            wanted = draft.looked_at(info)
        except ValidationError as error:
            return " ".join(sentences(error))
        self._draft, self._before, self._seconds = draft, before, 0.0
        same = before if before is not None and _same_line(wanted, before) else None
        self._pinned = draft.identity = (same.device or "") if same is not None else ""
        if same is not None and self._devices.line(same.name) is not None:
            name = same.name
            self.watch.follow(lambda: self._devices.line(name))
        else:
            self._preview = self._devices.preview(wanted)
            self.watch.follow(self._preview.view)
        return ""

    def close(self) -> None:
        """Let go of the line."""
        self.watch.leave()
        if self._preview is not None:
            self._preview.close()
            self._preview = None

    def own_port(self) -> str:
        """Why the line cannot be opened: the running source that is being changed holds it; "" when it does not."""
        before = self._before
        if self._preview is None or before is None or not before.enabled:
            return ""
        same = self._draft.kind is Kind.SERIAL and self._draft.port == getattr(before.transport, "port", None)
        return OWN_PORT.format(name=before.name) if same else ""

    def _line_seen(self, view: LineView) -> None:
        if view.seconds < self._seconds:
            self._draft.identity = self._pinned  # the link came up anew: perhaps with another device behind it
        self._seconds = view.seconds
        self._draft.identity = view.identity or self._draft.identity
        self.seen.emit(view)


def _same_line(one: SourceConfig, other: SourceConfig) -> bool:
    return (one.driver, one.transport, one.settings) == (other.driver, other.transport, other.settings)
