"""What the shell asks of a page and what a page may ask of the shell."""

from __future__ import annotations

from enum import StrEnum

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from console.link.link import Link
from console.link.snapshot import WardSnapshot
from console.store.records import HistoryFilter
from console.ui.theme import Theme


class Sheet(StrEnum):
    """The forms that dock at the right of a page."""

    ACKNOWLEDGE = "acknowledge"
    KEYS = "keys"
    LIMITS = "limits"
    OBSERVATION = "observation"
    PUMP_CARD = "pump_card"
    PUMP_EVENT = "pump_event"
    SIGN_IN = "sign_in"
    SOUND = "sound"


class Page(QWidget):
    """One tab. Pages read snapshots and ask the link; they never talk to each other.

    Signals: open_bed(bed), open_bed_at(bed, POSIX seconds), admit_bed(bed), acknowledge(alarm id),
    open_sheet(Sheet, bed), open_tab(title), open_alarms(HistoryFilter, what they are in words),
    open_report(bed, patient number), hint(text for the status bar), start_demo(). The shell connects them.

    title: of the tab; short: the same where room is scarce, "" for no shorter one.
    digits_taken: an open sheet uses the digit keys, so the page leaves them alone.
    """

    title = ""
    short = ""

    open_bed = Signal(str)
    open_bed_at = Signal(str, float)
    admit_bed = Signal(str)
    acknowledge = Signal(str)
    open_sheet = Signal(str, str)
    open_tab = Signal(str)
    hint = Signal(str)
    start_demo = Signal()
    open_alarms = Signal(object, str)
    open_report = Signal(str, str)

    def __init__(self, link: Link, user: str, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("page")
        self.link = link
        self.user = user
        self.theme = theme
        self.digits_taken = False

    def show_ward(self, snapshot: WardSnapshot, now: float) -> None:
        """Called 5 to 10 times a second while the page is visible; now: engine time, to judge ages."""
        raise NotImplementedError

    def show_bed(self, bed: str, at: float | None = None) -> None:
        """Turn to a bed, and to a moment (POSIX seconds) where one is given; a page about the whole ward ignores it."""

    def show_alarms(self, filter: HistoryFilter, what: str) -> None:
        """Turn to some alarms, as the history does; what: they are, in words. Another page ignores it."""

    def show_episode(self, bed: str, patient_id: str) -> None:
        """Turn to the episode of a patient at a bed, "" for who lies there now; other pages than reports ignore it."""

    def set_theme(self, theme: Theme) -> None:
        """The look has changed; pages that paint themselves repaint."""
        self.theme = theme
        self.update()

    def activated(self) -> None:
        """The page has become visible."""

    def deactivated(self) -> None:
        """The page is no longer visible; drafts stay."""

    def half_written(self) -> str:
        """What a person has begun here and not saved, in a few words ("the limits of bed 04"); "" for nothing."""
        return ""

    def forget(self) -> None:
        """Take what is half written away."""


class DockedSheet(QWidget):
    """A form in the right-hand pane, 396 px wide. It covers nothing and blocks nothing.

    closed: the pane may go. open_sheet(Sheet, bed): another form takes its place.
    """

    closed = Signal()
    open_bed = Signal(str)
    open_sheet = Signal(str, str)

    def __init__(self, link: Link, user: str, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("page")
        self.link = link
        self.user = user
        self.theme = theme

    def open_for(self, subject: str) -> None:
        """Turn to a bed; the acknowledge sheet to an alarm, by its id."""
        raise NotImplementedError

    def show_ward(self, snapshot: WardSnapshot, now: float) -> None:
        """Called 5 to 10 times a second while the sheet is open."""
        raise NotImplementedError

    def set_theme(self, theme: Theme) -> None:
        """The look has changed."""
        self.theme = theme
        self.update()

    def press_digit(self, digit: int) -> bool:
        """A digit pressed anywhere while the sheet is open; True when it meant something here."""
        return False

    def half_written(self) -> str:
        """What a person has begun here and not saved, in a few words ("the limits of bed 04"); "" for nothing."""
        return ""

    def forget(self) -> None:
        """Take what is half written away."""
