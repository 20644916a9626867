"""One bedside device: its link, its driver, its thread. What arrives is stamped, given a bed and handed on."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from console.clock import Clock
from console.config import ReplayTransport, SerialTransport, SourceConfig, TcpTransport
from console.engine.items import DeviceReport, Item, Samples
from console.link.snapshot import SourceView
from console.store.records import Sample
from console.ward.source import SourceState
from drivers import registry
from drivers.driver import FrameCounters, SerialSettings
from drivers.observation import Observation
from drivers.transport import reconnect
from drivers.transport.link import OpenLink
from drivers.transport.reconnect import Reception
from drivers.transport.replay import open_replay
from drivers.transport.serial_link import open_serial
from drivers.transport.tcp import open_tcp

SILENT_INTERVALS = 2.5
SILENT_S = 5.0
"""A link that stands without a value for max(5 s, 2.5 intervals) is shown as silent; alarms have their own times."""

MALFORMED_FRAMES = 3
"""So many unreadable frames, or this many bytes that belong to no frame, since the last good one: the source speaks
another language than its driver."""
MALFORMED_BYTES = 500

ALERTS_SHOWN = 20


class SourceThread:
    """Runs one configured source until stopped; implements drivers.transport.reconnect.Sink.

    put: takes items for the engine, from any thread. The view may be asked for from any thread.
    """

    def __init__(self, config: SourceConfig, view: SourceView, put: Callable[[Item], bool], clock: Clock) -> None:
        self._config = config
        self._put = put
        self._clock = clock
        self._interval = registry.info(config.driver).interval_s
        self._open = opener(config)
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._view = view
        self._connected_at: float | None = None
        self._frames = FrameCounters()
        self._good_before = FrameCounters()
        self._alerts: OrderedDict[tuple[str, str], str] = OrderedDict()

    def start(self) -> None:
        """Begin; failures of the link are states of the source, not exceptions. Raises registry.DriverError when the
        driver does not take its settings."""
        registry.create(self._config.driver, dict(self._config.settings))
        self._thread = threading.Thread(target=self._run, name=f"source {self._config.name}", daemon=True)
        self._thread.start()

    def ask_to_stop(self) -> None:
        """Let the thread end; `join` waits for it."""
        self._stop.set()

    def join(self, timeout: float) -> None:
        """Wait for the end of the thread."""
        if self._thread is not None:
            self._thread.join(timeout)

    def view(self) -> SourceView:
        """The source as the engineer reads it, at this moment."""
        with self._lock:
            return replace(self._view, state=self._state(self._clock.now()), device_alerts=tuple(self._alerts.values()))

    def _run(self) -> None:
        try:
            reconnect.run(
                self._open,
                lambda: registry.create(self._config.driver, dict(self._config.settings)),
                self,
                self._stop,
                self._clock.now,
            )
        except Exception as error:  # noqa: BLE001 - a thread that dies must be seen: the source is lost, with the reason
            self._down(f"internal fault: {type(error).__name__}: {error}")
        finally:
            with self._lock:
                if self._view.state is not SourceState.LOST:
                    self._view = replace(self._view, state=SourceState.STOPPED)

    # --- Sink ----------------------------------------------------------------------------------------------------

    def connected(self, stamp: float, connections: int) -> None:
        """The link stands."""
        with self._lock:
            self._connected_at = stamp
            self._good_before = self._frames
            self._view = replace(self._view, state=SourceState.CONNECTED, reconnects=connections - 1, last_error="")

    def lost(self, stamp: float, reason: str) -> None:  # noqa: ARG002 - the protocol's signature
        """The link is down."""
        self._down(reason)

    def still_down(self, stamp: float, reason: str) -> None:  # noqa: ARG002
        """It is down for another reason than before."""
        self._down(reason)

    def _down(self, reason: str) -> None:
        with self._lock:
            self._connected_at = None
            self._alerts.clear()
            self._view = replace(self._view, state=SourceState.LOST, last_error=reason)

    def received(self, reception: Reception) -> None:
        """Hand on what arrived. A cuff reading the device only repeats is no new measurement: it would look live."""
        output, frames = reception.output, reception.frames
        vitals = [vital for vital in output.vitals if not vital.repeat]
        if vitals:
            utc = self._clock.utc()
            source, bed = self._config.name, self._config.bed
            self._put(
                Samples(
                    tuple(
                        Sample(
                            bed,
                            Observation(
                                vital.parameter,
                                vital.value,
                                vital.status,
                                source,
                                utc,
                                utc,
                                reception.stamp,
                                vital.site,
                                vital.device_time,
                            ),
                        )
                        for vital in vitals
                    )
                )
            )
        for alert in output.alerts:
            self._put(DeviceReport(self._config.bed, self._config.name, alert, reception.stamp))
        with self._lock:
            for alert in output.alerts:
                key = (alert.code, alert.text)
                self._alerts.pop(key, None)
                if alert.active:
                    self._alerts[key] = alert.text
                    if len(self._alerts) > ALERTS_SHOWN:
                        self._alerts.popitem(last=False)
            if frames.good > self._frames.good:
                self._good_before = frames
            self._frames = frames
            self._view = replace(
                self._view,
                good=frames.good,
                bad=frames.bad,
                skipped=frames.skipped,
                bytes_in=reception.bytes_in,
                last_value_stamp=reception.stamp if output.vitals else self._view.last_value_stamp,
            )

    def _state(self, now: float) -> SourceState:
        state = self._view.state
        if state is not SourceState.CONNECTED or self._connected_at is None:
            return state
        strange = self._frames.bad - self._good_before.bad >= MALFORMED_FRAMES
        if strange or self._frames.skipped - self._good_before.skipped >= MALFORMED_BYTES:
            return SourceState.MALFORMED
        last = max(self._connected_at, self._view.last_value_stamp or 0.0)
        return SourceState.SILENT if now - last > max(SILENT_S, SILENT_INTERVALS * self._interval) else state


def opener(config: SourceConfig) -> OpenLink:
    """What opens the link of a source; settings left out are those the device leaves the factory with."""
    transport = config.transport
    match transport:
        case SerialTransport():
            settings = serial_settings(config.driver, transport)
            return lambda: open_serial(transport.port, settings)
        case TcpTransport():
            return lambda: open_tcp(transport.host, transport.port)
        case ReplayTransport():
            return lambda: open_replay(Path(transport.file), transport.bytes_per_second, transport.repeat)


def serial_settings(driver: str, transport: SerialTransport) -> SerialSettings:
    """The line settings of the driver's device with what the configuration changes."""
    names = ("baud", "bytesize", "parity", "stopbits", "rtscts", "xonxoff")
    chosen: Mapping[str, Any] = {n: getattr(transport, n) for n in names if getattr(transport, n) is not None}
    return replace(registry.info(driver).serial, **chosen)
