"""Words of the reports: text from outside made plain and bounded, times of the ward, initials. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from console.ui import patient_words
from console.ui.wording import age_text, visible

LONGEST_NAME = 80
LONGEST_TEXT = 400
MOST_LINES = 8
NONE = "–"


def plain(text: str, longest: int = LONGEST_TEXT) -> str:
    """Text from outside as it is printed: what has no shape is shown by its number, too much is cut and counted."""
    text = text.replace("\r\n", "\n").strip()
    kept = "\n".join(text[: longest + MOST_LINES].split("\n")[:MOST_LINES])[:longest]
    shown = "\n".join(visible(line.replace("\u00a0", " ").replace("\t", " ")) for line in kept.split("\n"))
    left_out = len(text) - len(kept)
    return shown if not left_out else f"{shown} … ({left_out} more characters are not printed)"


def name_of(name: str, initials_only: bool) -> str:
    """A person's name for paper."""
    shown = patient_words.shown_name(name, initials_only)
    return plain(shown, LONGEST_NAME).replace("\n", " ") or "name not known"


@dataclass(frozen=True)
class Clock:
    """Times of the ward. differs: summer time begins or ends within the report, so each time says which it is."""

    zone: ZoneInfo
    differs: bool = False

    @classmethod
    def over(cls, zone: ZoneInfo, start: datetime, end: datetime) -> Clock:
        """For a report about [start, end]."""
        return cls(zone, start.astimezone(zone).utcoffset() != end.astimezone(zone).utcoffset())

    def moment(self, at: datetime) -> str:
        """Day and time with seconds."""
        return self._told(at, "%d %b %H:%M:%S")

    def minute(self, at: datetime) -> str:
        """Day and time."""
        return self._told(at, "%d %b %H:%M")

    def whole(self, at: datetime) -> str:
        """With the year."""
        return self._told(at, "%d %b %Y %H:%M")

    def _told(self, at: datetime, form: str) -> str:
        local = at.astimezone(self.zone)
        return local.strftime(f"{form} %Z" if self.differs else form)


def lasted(begin: datetime, end: datetime) -> str:
    """A span as screens say it."""
    return age_text((end - begin).total_seconds())
