"""The desks of one station, as its screens reach them."""

from __future__ import annotations

from dataclasses import dataclass

from console.link.alarm_export import AlarmExport
from console.link.analysis import Analysis
from console.link.audit import Audit
from console.link.devices import Devices
from console.link.evaluation import Evaluation
from console.link.feeds import Feeds
from console.link.people import People
from console.link.reports import Reports


@dataclass(frozen=True, slots=True)
class Desks:
    """None where a station has no such desk; there is then no page of it either.

    devices: without it (as on a console of a remote database) sources can only be read. people: without it nobody signs
    in here. alarm_export: writes what the history lists. evaluation, feeds, analysis, reports, audit: of the station's
    own record.
    """

    devices: Devices | None = None
    evaluation: Evaluation | None = None
    feeds: Feeds | None = None
    people: People | None = None
    reports: Reports | None = None
    analysis: Analysis | None = None
    alarm_export: AlarmExport | None = None
    audit: Audit | None = None
