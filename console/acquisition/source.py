"""One bedside device: its link, its driver, its thread. What arrives is stamped, given a bed and handed on."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from console.acquisition.binding import DeviceBinding
from console.acquisition.linelog import LineLog
from console.acquisition.lines import opener, serial_settings
from console.clock import Clock
from console.config import SourceConfig
from console.engine.items import DeviceReport, Item, Samples
from console.link.devices import LineView
from console.link.snapshot import SourceView
from console.store.records import Sample
from console.ward.source import SourceState
from drivers import registry
from drivers.corroboration import Corroboration
from drivers.observation import Observation, Vital
from drivers.transport import reconnect
from drivers.transport.link import Link
from drivers.transport.reconnect import Reception
from drivers.transport.tap import TapLink

__all__ = ["SourceThread", "opener", "serial_settings"]

WAIT_STEP_S = 0.05

HELD_BACK_S = 0.5
"""A value this old when it is handed on has waited for the device to say who it is: it arrived earlier than now."""

_UP = (SourceState.CONNECTED, SourceState.SILENT, SourceState.MALFORMED)


class SourceThread:
    """Runs one configured source until it is retired; implements drivers.transport.reconnect.Sink.

    put: takes items for the engine, from any thread. after: sources that had this line before; it is opened when they
    have let go of it. Views may be asked for from any thread.
    """

    def __init__(
        self,
        config: SourceConfig,
        view: SourceView,
        put: Callable[[Item], bool],
        clock: Clock,
        after: Sequence[SourceThread] = (),
    ) -> None:
        self.config = config
        self._put = put
        self._clock = clock
        self._open = opener(config)
        self._after = tuple(after)
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._retired = False
        self._view = view
        info = registry.info(config.driver)
        self._log = LineLog(info.interval_s, clock.now, bool(info.parameters), clock.speed)
        self._binding = DeviceBinding(config.device, clock.speed, checked=bool(info.check))
        self._checked = bool(registry.info(config.driver).check)
        self._witness = Corroboration()
        if not config.enabled:
            self._log.stopped()

    def start(self) -> None:
        """Begin, unless the source is switched off; failures of the link are states of the source, not exceptions.
        Raises registry.DriverError when the driver does not take its settings."""
        registry.create(self.config.driver, dict(self.config.settings))
        if not self.config.enabled:
            return
        self._thread = threading.Thread(target=self._run, name=f"source {self.config.name}", daemon=True)
        self._thread.start()

    def ask_to_stop(self) -> None:
        """Let the thread end; `join` waits for it. What has arrived by then is handed on."""
        self._stop.set()

    def retire(self) -> None:
        """Let the thread end; once this has returned it hands on nothing more, whatever still arrives."""
        with self._lock:
            self._retired = True
        self._stop.set()

    def join(self, timeout: float) -> bool:
        """Wait for the end of the thread; False when it lasts longer."""
        if self._thread is not None:
            self._thread.join(timeout)
        return not self.running

    @property
    def retired(self) -> bool:
        """True once it hands on nothing more."""
        return self._retired

    @property
    def running(self) -> bool:
        """True until the line has been let go of."""
        return self._thread is not None and self._thread.is_alive()

    def bind(self, config: SourceConfig) -> None:
        """A person has confirmed another device at this source; nothing else of it has changed."""
        with self._lock:
            self.config = config
            self._binding.bind(config.device)

    # --- what a person sees --------------------------------------------------------------------------------------

    def view(self) -> SourceView:
        """The source as the engineer reads it, at this moment."""
        self._hand_on_due()
        line = self.line(traffic=False)
        file, ended = self._log.tap.recording()
        with self._lock:
            return replace(
                self._view,
                state=line.state,
                good=line.good,
                bad=line.bad,
                skipped=line.skipped,
                bytes_in=line.bytes_in,
                last_error=line.error,
                device_alerts=() if self._binding.wrong else tuple(alert.text for alert in line.alerts),
                identity=line.identity,
                recording="" if ended else file,
            )

    def line(self, traffic: bool = True) -> LineView:
        """The line as it is looked at, also when its values are not taken; traffic: with the bytes of late."""
        line = self._log.view(traffic)
        with self._lock:
            words, wrong = self._binding.words(self.config.bed), self._binding.wrong
        if line.state not in _UP:
            return line
        if wrong:
            return replace(line, state=SourceState.WRONG_DEVICE, error=words)
        return replace(line, error=line.error or words)

    # --- recording -----------------------------------------------------------------------------------------------

    def record(self, file: Path, remarks: Sequence[str], limit: int) -> None:
        """Record the bytes of the line from now on. Raises drivers.transport.tap.RecordingError."""
        self._log.tap.start_recording(file, remarks, limit)

    def end_recording(self) -> tuple[str, str]:
        """Close the recording: its file, "" when there was none, and why it had ended by itself, "" when not."""
        file, _ = self._log.tap.recording()
        return file, self._log.tap.stop_recording()

    # --- the thread ----------------------------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            self._wait_for_line()
            reconnect.run(
                self._open_link,
                lambda: registry.create(self.config.driver, dict(self.config.settings)),
                self,
                self._stop,
                self._clock.now,
            )
        except Exception as error:  # noqa: BLE001 - a thread that dies must be seen: the source is lost, with the reason
            self._log.lost(self._clock.now(), f"internal fault: {type(error).__name__}: {error}")
        finally:
            self._log.stopped()
            self._log.tap.stop_recording()

    def _wait_for_line(self) -> None:
        """Two threads never have one line open, and the device never talks to both."""
        for before in self._after:
            while before.running and not self._stop.wait(WAIT_STEP_S):
                pass
        self._after = ()

    def _open_link(self) -> Link:
        link = self._open()
        self._log.opened()
        with self._lock:
            self._binding.opened()
            self._witness = Corroboration()
        return TapLink(link, self._log.tap)

    # --- Sink ----------------------------------------------------------------------------------------------------

    def connected(self, stamp: float, connections: int) -> None:
        """The link stands."""
        self._log.connected(stamp, connections)
        with self._lock:
            self._view = replace(self._view, reconnects=connections - 1)

    def lost(self, stamp: float, reason: str) -> None:
        """The link is down."""
        self._log.lost(stamp, reason)

    def still_down(self, stamp: float, reason: str) -> None:
        """It is down for another reason than before."""
        self._log.still_down(stamp, reason)

    def received(self, reception: Reception) -> None:
        """Hand on what arrived, when it is the device of this bed that said it."""
        with self._lock:
            if self._retired:
                return
            for passed in self._binding.take(reception):
                self._hand_on(passed)
        self._log.received(reception)

    def _hand_on_due(self) -> None:
        """A device that says nothing more does not keep back what it has said."""
        with self._lock:
            if not self._retired:
                for passed in self._binding.due(self._clock.now()):
                    self._hand_on(passed)

    def _hand_on(self, reception: Reception) -> None:
        """Called with the lock held. What a protocol without checksum leaps to, its next report has to confirm. A cuff
        reading that is only repeated is no new measurement: it would look live."""
        output = reception.output
        told = output.vitals if self._checked else self._witness.judge(output.vitals)
        vitals = [vital for vital in told if not vital.repeat]
        if vitals:
            self._put(Samples(tuple(self._samples(vitals, reception.stamp))))
        for alert in output.alerts:
            self._put(DeviceReport(self.config.bed, self.config.name, alert, reception.stamp))
        if output.vitals:
            self._view = replace(self._view, last_value_stamp=reception.stamp)

    def _samples(self, vitals: Sequence[Vital], stamp: float) -> list[Sample]:
        utc, bed, source = self._clock.utc(), self.config.bed, self.config.name
        waited = self._clock.now() - stamp
        if waited >= HELD_BACK_S:
            utc -= timedelta(seconds=waited)
        return [
            Sample(bed, Observation(v.parameter, v.value, v.status, source, utc, at, stamp, v.site, v.device_time))
            for v, at in ((v, _since(utc, v)) for v in vitals)
        ]


def _since(utc: datetime, vital: Vital) -> datetime:
    """When it was measured: a device that tells the age of a reading must not make an old one look new."""
    return utc if vital.age_s is None else utc - timedelta(seconds=vital.age_s)
