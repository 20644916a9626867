"""The engineer's desk of one station: changes of the running ward, and looks at its lines.

Every change goes one way: checked, in the audit trail for good, in the file, in force. What fails after the audit is
audited too, and leaves file and ward as they were.
"""

from __future__ import annotations

import logging
from concurrent.futures import Future
from pathlib import Path

from console.acquisition.acquisition import Acquisition
from console.clock import Clock
from console.config import Config, ConfigError, SourceConfig
from console.config_file import ConfigFile, Draft
from console.devices.captures import new_capture, remarks
from console.devices.changes import Ward, find, propose, rebound, require_name, touched
from console.devices.feed_changes import narrowed
from console.devices.looks import Looks
from console.devices.port_views import port_views
from console.devices.proposal import Proposal, Refusal
from console.engine.engine import Engine
from console.link.commands import Reply
from console.link.devices import (
    RECORDING_LIMIT,
    Change,
    DriverView,
    Identification,
    LineView,
    PortView,
    Preview,
    Record,
)
from console.link.people import Gate, OpenGate
from console.store.records import AuditEntry
from console.store.store import Store
from console.worker import Worker
from drivers import registry
from drivers.transport.tap import RecordingError

log = logging.getLogger(__name__)

WAITING = 16
"""Changes that may wait; a person makes them one by one."""

BUSY = "Too many changes wait already; nothing was done. Try again."

AUDIT_S = 15.0
ENGINE_S = 15.0
"""Longest wait for a line in the audit trail, and for the engine."""


class Desk:
    """Implements console.link.devices.Devices. Its methods may be called from any thread; changes are made one after
    the other on a thread of the desk."""

    def __init__(
        self,
        file: ConfigFile,
        store: Store,
        engine: Engine,
        acquisition: Acquisition,
        clock: Clock,
        data_dir: Path,
        gate: Gate | None = None,
    ) -> None:
        self._file = file
        self._store = store
        self._engine = engine
        self._acquisition = acquisition
        self._clock = clock
        self._data_dir = data_dir
        self._gate = gate or OpenGate()
        self._config = file.config
        self._alarms_in_force = file.config.alarms
        self._changes = Worker("engineer's desk", 1, WAITING, BUSY)
        self._searches = Worker("ports", 1, WAITING)
        self._looks = Looks()

    def stop(self) -> None:
        """End the change under way, refuse those that wait, and let go of every port that is being looked at."""
        self._changes.stop()
        self._searches.stop()
        self._looks.close()

    # --- looking -------------------------------------------------------------------------------------------------

    @property
    def config_file(self) -> str:
        """Where the configuration stands."""
        return str(self._file.path)

    def config(self) -> Config:
        """The configuration as it runs now."""
        return self._config

    def drivers(self) -> tuple[DriverView, ...]:
        """Every driver that can be loaded, by name."""
        found = []
        for name in registry.names():
            try:
                found.append(DriverView(registry.info(name), registry.settings_type(name)))
            except registry.DriverError as error:
                log.warning("%s", error)
        return tuple(found)

    def ports(self) -> Future[tuple[PortView, ...]]:
        """The serial ports of this machine now, free and usable ones first."""
        return self._searches.ask(lambda: port_views(self._config), lambda _: ())

    def preview(self, source: SourceConfig) -> Preview:
        """Look at a line before anything is saved."""
        return self._looks.preview(source)

    def identify(self, port: str) -> Identification:
        """Find out which driver and line settings fit a port."""
        return self._looks.identify(port)

    def line(self, name: str) -> LineView | None:
        """The live line of a source; None for a listener or a source that is not there."""
        source = self._acquisition.source(name)
        return None if source is None else source.line()

    # --- changing ------------------------------------------------------------------------------------------------

    def change(self, change: Change, by: str) -> Future[Reply]:
        """Check, audit, write to the file, apply. A refusal is one plain sentence, and then nothing has changed."""
        return self._changes.ask(lambda: self._answer(change, by), Reply)

    def _answer(self, change: Change, by: str) -> Reply:
        try:
            require_name(by)
            if refusal := self._gate.refusal(by, change.right):
                return Reply(refusal)
            if isinstance(change, Record):
                return Reply(entry_id=self._record(change, by))
            self._write(propose(change, self._ward()), by)
        except (Refusal, ConfigError) as error:
            return Reply(str(error))
        except Exception as error:
            log.exception("a change of the ward failed")
            return Reply(f"This could not be done ({type(error).__name__}: {error}); look at the source again.")
        return Reply()

    def _ward(self) -> Ward:
        patients = {bed.bed: bed.patient.name for bed in self._engine.snapshot().beds if bed.patient is not None}
        told = {view.name: view.identity for view in self._acquisition.views()}
        return Ward(self._config, patients, told)

    def _write(self, proposal: Proposal, by: str) -> None:
        draft = self._file.draft(proposal.edit)
        if draft.config == self._config:
            return
        self._audit(by, proposal.act, proposal.bed, proposal.detail, proposal.before, proposal.after)
        try:
            self._file.write(draft)
            self._put_in_force(draft, by, proposal.reason)
        except Exception as error:
            self._audit_failure(by, proposal.act, proposal.bed, str(error))
            raise

    def _put_in_force(self, draft: Draft, by: str, reason: str) -> None:
        """Old sources end, then the engine takes the new ward, then new sources begin: nothing of an old binding can
        arrive under a new one."""
        before, after = self._config, draft.config
        if self._running(before) == self._running(after):
            self._config = after
            return
        ending = touched(before, after)
        self._looks.let_go(after.source)
        self._acquisition.withdraw(ending)
        self._acquisition.narrow(narrowed(before, after))
        try:
            refusal = self._engine_takes(after, rebound(before, after), by, reason)
            if refusal:
                raise Refusal(refusal)
            self._acquisition.deploy(after)
            self._config = after
        except Exception as error:
            self._take_back(draft, by, error)
            raise

    def _take_back(self, draft: Draft, by: str, error: Exception) -> None:
        """File, engine and sources as they were. Raises Refusal when the file cannot be put back."""
        before, after = self._config, draft.config
        self._acquisition.withdraw(touched(after, before))
        self._acquisition.narrow(narrowed(after, before))
        self._engine_takes(before, rebound(after, before), by, "a change was taken back")
        self._acquisition.deploy(before)
        try:
            self._file.take_back(draft.before)
        except ConfigError as stuck:
            raise Refusal(f"{error} But the file already holds the change: {stuck}") from stuck

    def _running(self, config: Config) -> Config:
        """A configuration as it runs: thresholds stay those of the start. A detector that took others would forget the
        hours it has judged, at every bed at the same moment."""
        return config.model_copy(update={"alarms": self._alarms_in_force})

    def _engine_takes(self, config: Config, others: list[tuple[str, str]], by: str, reason: str) -> str:
        done = self._engine.replan(self._running(config), others, by, reason)
        try:
            return done.result(timeout=ENGINE_S)
        except TimeoutError:
            if done.cancel():
                return "The alarm engine does not answer; nothing was changed."
            return done.result()

    # --- recording -----------------------------------------------------------------------------------------------

    def _record(self, change: Record, by: str) -> str:
        config = find(self._config, change.name)
        source = self._acquisition.source(change.name)
        views = {view.name: view for view in self._acquisition.views()}
        if source is None:
            raise Refusal(f"There is no source '{change.name}' any more; look again.")
        under_way = views[change.name].recording
        if not change.on:
            file, ended = source.end_recording()
            if not file:
                raise Refusal(f"'{change.name}' is not being recorded.")
            self._audit(by, "recording ended", config.bed, f"'{change.name}': {file}{f'; {ended}' if ended else ''}")
            return file
        if under_way:
            raise Refusal(f"'{change.name}' is being recorded already, to {under_way}.")
        if not config.enabled:
            raise Refusal(f"'{change.name}' is stopped; start it first.")
        utc = self._clock.utc()
        capture = new_capture(self._data_dir, config, utc, [name for name, view in views.items() if view.recording])
        self._audit(by, "recording started", config.bed, f"'{change.name}': {capture}")
        source.end_recording()
        try:
            source.record(capture, remarks(config, views[change.name].identity, utc), RECORDING_LIMIT)
        except RecordingError as error:
            self._audit_failure(by, "recording started", config.bed, str(error))
            raise Refusal(f"{error}.") from error
        return str(capture)

    # --- audit ---------------------------------------------------------------------------------------------------

    def _audit(self, by: str, act: str, bed: str, detail: str, before: str = "", after: str = "") -> None:
        """Raises Refusal when it is not in the audit trail for good: then nothing may be changed."""
        entry = AuditEntry(self._clock.utc(), by, act, bed, detail, before=before, after=after)
        written = self._store.put_audit(entry)
        try:
            written.result(timeout=AUDIT_S)
        except TimeoutError as error:
            # It may still be written: then the trail has to say that nothing came of it.
            self._audit_failure(by, act, bed, "the audit trail answered too late")
            raise Refusal("The audit trail does not answer; nothing was changed.") from error
        except Exception as error:
            raise Refusal(f"This cannot be recorded in the audit trail ({error}); nothing was changed.") from error

    def _audit_failure(self, by: str, act: str, bed: str, why: str) -> None:
        self._store.put_audit(AuditEntry(self._clock.utc(), by, f"not done: {act}", bed, why))
