"""A line opened only to look at it, before anything is saved: nothing of it is stored, charted or alarmed."""

from __future__ import annotations

import threading

from console.acquisition.linelog import LineLog
from console.acquisition.source import opener
from console.config import SourceConfig
from console.link.devices import LineView
from drivers import registry
from drivers.transport import reconnect
from drivers.transport.link import OpenLink
from drivers.transport.tap import tapped


class LivePreview:
    """Reads one line in a thread of its own; implements console.link.devices.Preview.

    The name and bed of `source` are not used. open_link: what opens the line, by default as configured.
    """

    def __init__(self, source: SourceConfig, open_link: OpenLink | None = None) -> None:
        self._source = source
        self._open = open_link
        self._stop = threading.Event()
        self._log = self._line_log()
        self._thread = threading.Thread(target=self._run, name=f"preview {source.driver}", daemon=True)
        self._thread.start()

    def view(self) -> LineView:
        """The line at this moment."""
        return self._log.view()

    def close(self) -> None:
        """Let go of the port; returns at once, may be called twice."""
        self._stop.set()

    def end(self, timeout: float) -> bool:
        """Close, and wait until the port is free; False when it took longer than `timeout` seconds."""
        self.close()
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _line_log(self) -> LineLog:
        try:
            info = registry.info(self._source.driver)
        except registry.DriverError:
            return LineLog(1.0)  # the thread will say what is wrong with the driver
        return LineLog(info.interval_s, values=bool(info.parameters))

    def _run(self) -> None:
        settings = dict(self._source.settings)
        try:
            registry.create(self._source.driver, settings)
            reconnect.run(
                tapped(self._open or opener(self._source), self._log.tap),
                lambda: registry.create(self._source.driver, settings),
                self._log,
                self._stop,
            )
        except registry.DriverError as error:
            self._log.lost(0.0, str(error))
        except Exception as error:  # noqa: BLE001 - a thread that dies must be seen: the line is lost, with the reason
            self._log.lost(0.0, f"internal fault: {type(error).__name__}: {error}")
        finally:
            self._log.stopped()
