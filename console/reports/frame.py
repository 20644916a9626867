"""What every report has: the ward, the clock, the person who asks, and the empty pages it cannot be made for. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from console.alarms.alarm_rules import AlarmRules
from console.link.reports import LONGEST_WINDOW_DAYS, Report, ReportKind, Section, Wanted
from console.reports.parts import DEMO_WORDS, DISCLAIMER
from console.reports.text import Clock, plain


class ReportError(Exception):
    """A report that cannot be made; the text is one plain sentence for the person."""


@dataclass(frozen=True, slots=True)
class Frame:
    """beds: of the ward, in the order of the wall. simulated: every patient of the ward is invented."""

    ward: str
    zone: ZoneInfo
    beds: tuple[str, ...]
    rules: AlarmRules
    now: datetime
    by: str
    simulated: bool = False

    def clock(self, wanted: Wanted) -> Clock:
        """Times of the ward."""
        return Clock.over(self.zone, wanted.start, wanted.end)

    def report(
        self, wanted: Wanted, subject: str, sections: tuple[Section, ...], demo: bool, title: str = ""
    ) -> Report:
        """The whole, with what stands on every page."""
        demo = demo or self.simulated
        return Report(
            wanted.kind,
            title or TITLES[wanted.kind],
            subject,
            plain(self.ward, 60),
            self.zone.key,
            wanted.start,
            wanted.end,
            self.now,
            plain(self.by, 60),
            sections,
            demo,
            f"{DEMO_WORDS} {DISCLAIMER}" if demo else DISCLAIMER,
            wanted,
        )


TITLES = {
    ReportKind.HANDOVER: "Shift handover",
    ReportKind.EPISODE: "Patient episode",
    ReportKind.RECOVERY: "Recovery after repair",
    ReportKind.LOAD: "Ward alarm load",
}


def check_window(wanted: Wanted, now: datetime) -> None:
    """Raises ReportError for a window that has no sense."""
    if wanted.end <= wanted.start:
        raise ReportError("The end has to lie after the begin.")
    if wanted.end - wanted.start > timedelta(days=LONGEST_WINDOW_DAYS):
        raise ReportError(f"A report covers at most {LONGEST_WINDOW_DAYS} days. Choose a shorter window.")
    if wanted.start >= now:
        raise ReportError("This window has not begun yet.")
