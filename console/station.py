"""One working station without its screen: configuration, store, engine and acquisition, put together and taken apart.

The gateway, the desktop console and the demonstration all stand on it.
"""

from __future__ import annotations

import gc
import os
import socket
from importlib.metadata import version
from pathlib import Path

from console.acquisition.acquisition import Acquisition
from console.alarms.detector_rules import RulesError
from console.alerting.alerting import Alerting
from console.alerting.routing import Router
from console.analysis.alarm_export import AlarmExportDesk
from console.analysis.desk import AnalysisDesk
from console.clock import Clock, SystemClock
from console.config import Config, ConfigError
from console.config_file import ConfigFile
from console.config_retention import RetentionConfig
from console.devices.desk import Desk
from console.engine.engine import Engine
from console.evaluation.evaluator import Evaluator
from console.feeds.desk import FeedDesk
from console.link.desks import Desks
from console.link.inprocess import InProcessLink
from console.people.desk import PeopleDesk
from console.reports.desk import ReportDesk
from console.rules import load_rules
from console.store.claim import Claim
from console.store.locate import data_directory, database_url
from console.store.receipts import Retention
from console.store.records import AuditEntry
from console.store.sql_store import SqlStore, open_store
from console.trail.desk import TrailDesk
from console.ward.source import SourceState


class Station:
    """Everything of one process.

    data_dir: where a relative SQLite path lies; None for the user's own directory. db: the value of --db, which goes
    before the configuration. file: where the configuration was read from; with it beds and sources can be changed while
    the station runs (`devices`), thresholds evaluated and written (`evaluation`), feeds looked into (`feeds`),
    alarms counted (`analysis`), reports made (`reports`) and the audit trail read (`trail`). people: the desk of
    people; engine and desks ask it before every act of a person. program: what runs it, for the audit trail.
    Making it opens the database; nothing is read from outside before `start`.
    Raises ConfigError (configuration, rules, drivers) and console.store.errors.StoreError (database).
    """

    def __init__(
        self,
        config: Config,
        data_dir: Path | None = None,
        db: str | None = None,
        clock: Clock | None = None,
        *,
        file: ConfigFile | None = None,
        program: str = "console",
    ) -> None:
        self._file = file
        self._program = program
        self.devices: Desk | None = None
        self.evaluation: Evaluator | None = None
        self.feeds: FeedDesk | None = None
        self.analysis: AnalysisDesk | None = None
        self.alarm_export: AlarmExportDesk | None = None
        self.trail: TrailDesk | None = None
        self.reports: ReportDesk | None = None
        self.clock = clock or SystemClock()
        self.data_dir = data_directory(data_dir)
        try:
            rules = load_rules(config.alarms)
        except RulesError as error:
            raise ConfigError(f"[alarms] {error}") from error
        url = database_url(db, data_dir, config)
        self._config, self._url, self._rules = config, url, rules
        self._claim = Claim(url)
        try:
            route, kept = Router(config.alarm_manager), _retention(config.retention)
            self.store: SqlStore = open_store(url, data_dir, self.clock, route=route, retention=kept)
        except BaseException:
            self._claim.release()
            raise
        try:
            self.people = PeopleDesk(
                self.store.people, self.store.put_audit, self.clock, config.people, socket.gethostname()
            )
            self.engine = Engine(config, self.store, self.clock, rules, self.people)
            self.acquisition = Acquisition(config, self.store, self.engine.put, self.clock, self.engine.occupancy)
        except BaseException:
            self.store.close()
            self._claim.release()
            raise
        self.alerting = Alerting(config.alarm_manager, self.store, self.store.outbox, self.clock)
        self.engine.watch_sources(self.acquisition.views)
        self.engine.watch_managers(self.alerting.views)
        for notice in self.store.notices:
            self.engine.notice(notice)
        self._started = False

    def start(self) -> None:
        """Restore the ward, then listen and read. Raises ConfigError and StoreError; the station is stopped then."""
        self._started = True
        _calm_collector()
        self._note("started")
        try:
            self.engine.start()
            self.people.start()
            self.alerting.start()
            self.acquisition.start()
            if self._file is not None:
                gate = self.people
                self.devices = Desk(
                    self._file, self.store, self.engine, self.acquisition, self.clock, self.data_dir, gate
                )
                self.evaluation = Evaluator(self._config, self._url, self.devices, gate)
                exports = self.data_dir / "exports"
                self.analysis = AnalysisDesk(self.store, self.clock, self.devices.config, exports, gate)
                self.alarm_export = AlarmExportDesk(self.store, self.clock, self.devices.config, exports, gate)
                self.trail = TrailDesk(self.store, self._url, self.data_dir, self.clock, gate)
                self.feeds = FeedDesk(self.devices, self.store, self.acquisition.listening, self.clock, gate)
                ward = self.devices.config, self._url, self.store, self.clock, self._rules
                self.reports = ReportDesk(*ward, self.data_dir / "reports", gate, self.analysis)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End everything: changes first, then in the order of the data sources, engine, store. May be called twice."""
        if self.evaluation is not None:
            self.evaluation.close()
        if self.feeds is not None:
            self.feeds.stop()
        if self.analysis is not None:
            self.analysis.close()
        if self.alarm_export is not None:
            self.alarm_export.close()
        if self.trail is not None:
            self.trail.close()
        if self.reports is not None:
            self.reports.stop()
        if self.devices is not None:
            self.devices.stop()
        started, self._started = self._started, False
        if started:
            self.acquisition.stop()
            self.engine.stop()
        self.people.stop()  # behind what was asked of the engine by whoever was signed in
        if started:
            self._note("stopped")
        self.alerting.stop()
        self.store.close()
        self._claim.release()

    def _note(self, act: str) -> None:
        told = f"version {version('ward-console')}, process {os.getpid()}"
        self.store.put_audit(AuditEntry(self.clock.utc(), "system", f"{self._program} {act}", "", told))

    def link(self) -> InProcessLink:
        """A way in for one screen."""
        return self.engine.link()

    @property
    def desks(self) -> Desks:
        """The desks there are, for screens; all of them once it has started with a configuration file."""
        return Desks(
            self.devices, self.evaluation, self.feeds, self.people, self.reports,
            self.analysis, self.alarm_export, self.trail,
        )  # fmt: skip

    def listens_to(self) -> list[str]:
        """What is read, one phrase each, for the line at the start."""
        said = []
        for view in self.acquisition.views():
            where = f"{view.name} ({view.driver} on {view.address}"
            said.append(f"{where}{' -> ' + ', '.join(view.beds) if view.beds else ''})")
        return said

    def cannot_listen(self) -> list[str]:
        """Listeners that have not got their address, one sentence each."""
        views = self.acquisition.views()
        return [f"{v.name}: {v.last_error}" for v in views if v.kind == "hl7" and v.state is SourceState.LOST]


def _retention(config: RetentionConfig) -> Retention:
    return Retention(
        samples_days=config.samples_days,
        raw_days=config.raw_message_days,
        raw_bytes=config.raw_message_mb * 1024**2,
        row_days=config.message_days,
    )


def _calm_collector() -> None:
    """Every value that arrives is a few small objects without cycles: at Python's own thresholds the cycle collector
    takes a quarter of the time of a busy HL7 feed, walking over what was loaded at the start again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
