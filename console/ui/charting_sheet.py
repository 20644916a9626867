"""What the observation sheet and the pump event sheet have in common: head, time, saving, undo, and what went wrong."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from console.link.commands import Command, RemoveEntry, Reply
from console.link.link import Link
from console.link.snapshot import BedSnapshot, WardSnapshot
from console.ui import wording
from console.ui.forms import Failure, Questions, TimeStrip, button, label, set_look
from console.ui.page import DockedSheet
from console.ui.patient_words import shown_name
from console.ui.theme import Theme
from console.ui.who import unnamed

UNDO_S = 5
"""How long Undo is offered (interface design, section 10)."""

AHEAD = timedelta(minutes=1)
"""A picked time may lie so far ahead of the ward's clock."""


class ChartingSheet(DockedSheet):
    """A docked form whose every press saves at once. Subclasses fill `body` and call `save`.

    `bed` is the name of the bed, `view` its newest picture (None before the first). Saving never turns to another
    bed: an answer that comes late is told with the bed it belongs to.
    """

    heading = ""

    def __init__(self, link: Link, user: str, theme: Theme) -> None:
        super().__init__(link, user, theme)
        self.bed = ""
        self.view: BedSnapshot | None = None
        self.zone = ZoneInfo("UTC")
        self.utc = datetime.now(UTC)
        self.questions = Questions(self)
        self._undo_entry = ("", "")
        self._undo_left = 0
        self._undo_timer = QTimer(self)
        self._undo_timer.setInterval(1000)
        self._undo_timer.timeout.connect(self._count_down)
        self._title = label(role="title")
        self._who = label(role="caption")
        self.close_button = button("Close   Esc", "flat")
        self.strip = TimeStrip(self.zone)
        self.body = QVBoxLayout()
        self.message = label(role="caption", wrap=True)
        self.undo_button = button("Undo")
        self._lay_out()
        self.close_button.clicked.connect(self.closed)
        self.undo_button.clicked.connect(self.undo)
        self.strip.choice(4).clicked.connect(lambda: self.strip.start_pick(self.utc))
        self.strip.changed.connect(self._show_time)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(16, 8, 8, 0)
        head.addWidget(self._title, 1)
        head.addWidget(self.close_button)
        content = QWidget()
        content.setLayout(self.body)
        self.body.setContentsMargins(16, 6, 14, 6)
        self.body.setSpacing(7)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(content)
        foot = QFrame()
        foot.setProperty("role", "panel")
        row = QHBoxLayout(foot)
        row.setContentsMargins(16, 8, 10, 8)
        row.addWidget(self.message, 1)
        row.addWidget(self.undo_button)
        foot.setMinimumHeight(64)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(head)
        who = QHBoxLayout()
        who.setContentsMargins(16, 0, 16, 2)
        who.addWidget(self._who, 1)
        column.addLayout(who)
        strip = QHBoxLayout()
        strip.setContentsMargins(16, 0, 16, 4)
        strip.addWidget(self.strip)
        column.addLayout(strip)
        column.addWidget(scroll, 1)
        column.addWidget(foot)
        self.undo_button.hide()

    # --- what is shown -------------------------------------------------------------------------------------------

    def open_for(self, subject: str) -> None:
        """Turn to a bed; the time is now again, and what was told of another bed is gone unless it failed."""
        if subject != self.bed:
            self._forget_undo()
            self.message.setText("")
            set_look(self.message, "role", "caption")
        self.bed = subject
        self.view = None
        self._title.setText(f"{self.heading} · {wording.bed_words(subject)}")
        self.strip.reset()
        self.bed_changed()
        self._take(self.link.snapshot())

    def show_ward(self, snapshot: WardSnapshot, now: float) -> None:
        """Follow the bed: what is charted elsewhere appears here too."""
        self._take(snapshot)

    def _take(self, snapshot: WardSnapshot) -> None:
        self.utc = snapshot.system.utc
        if snapshot.timezone != self.zone.key:
            self.zone = ZoneInfo(snapshot.timezone)
            self.strip.set_zone(self.zone)
        view = snapshot.bed(self.bed)
        if view is self.view:
            return
        self.view = view
        patient = view.patient if view is not None else None
        self._show_who()
        self.set_open(patient is not None)
        self.bed_shown()

    def _show_who(self) -> None:
        patient = self.view.patient if self.view is not None else None
        nobody = "Nobody is admitted here: nothing can be charted."
        self._who.setText(shown_name(patient.name, self.theme.initials) if patient is not None else nobody)

    def set_theme(self, theme: Theme) -> None:
        """The look has changed."""
        super().set_theme(theme)
        self._show_who()

    def bed_changed(self) -> None:
        """Another bed: forget what was chosen."""

    def bed_shown(self) -> None:
        """`view` is new."""

    def set_open(self, able: bool) -> None:
        """Somebody is admitted, or nobody."""
        self.strip.setEnabled(able)

    def chosen_time(self) -> datetime | None:
        """The time of an entry, UTC; None (and a sentence) when a future time is picked."""
        at = self.strip.at(self.utc)
        if at > self.utc + AHEAD:
            self.tell(f"{wording.clock_text(at, self.zone)} lies in the future. Pick an earlier time.", problem=True)
            return None
        return at

    def tell(self, text: str, problem: bool = False) -> None:
        """One sentence at the foot; a problem is framed and starts with a question mark."""
        self.message.setText(f"?  {text}" if problem else text)
        set_look(self.message, "role", "error" if problem else "caption")

    def _show_time(self) -> None:
        at = self.strip.at(self.utc)
        if at > self.utc + AHEAD:
            self.chosen_time()
        elif self.strip.choice(0).isChecked():
            self.tell("")
        else:
            local = at.astimezone(self.zone)
            self.tell(f"Charts for {local:%d %b %H:%M}.")

    # --- saving --------------------------------------------------------------------------------------------------

    def save(self, command: Command, words: str, at: datetime, saved: Callable[[], None] | None = None) -> None:
        """Send an entry; its end is told at the foot, with Undo for five seconds. saved: called on success."""
        if refusal := unnamed(self, self.user, "Nothing was saved."):
            self.tell(refusal, problem=True)
            return
        bed = self.bed
        self._forget_undo()
        self.tell(f"Saving {words} …")

        def answered(reply: Reply | Failure) -> None:
            error = reply.text if isinstance(reply, Failure) else reply.error
            if error:
                self.tell(f"{wording.bed_words(bed)}: {words} was not saved. {error}", problem=True)
                return
            assert isinstance(reply, Reply)
            if bed == self.bed:
                clock = wording.clock_text(at, self.zone)
                self.tell(f"✓  Saved for {clock} · {words}\n{self.user}")
                self._offer_undo(bed, reply.entry_id)
                if saved is not None:
                    saved()

        self.questions.ask(self.link.submit(command), answered)

    def undo(self) -> None:
        """Take the last entry back."""
        bed, entry = self._undo_entry
        self._forget_undo()
        self.tell("Taking it back …")

        def answered(reply: Reply | Failure) -> None:
            error = reply.text if isinstance(reply, Failure) else reply.error
            if error:
                self.tell(f"{wording.bed_words(bed)}: the entry was not taken back. {error}", problem=True)
            else:
                self.tell("Taken back. The record keeps it, struck out.")
                self.undone()

        self.questions.ask(self.link.submit(RemoveEntry(bed, entry, self.user)), answered)

    def undone(self) -> None:
        """The last entry has been taken back."""

    def _offer_undo(self, bed: str, entry: str) -> None:
        if not entry:
            return
        self._undo_entry, self._undo_left = (bed, entry), UNDO_S
        self.undo_button.setText(f"Undo {self._undo_left} s")
        self.undo_button.show()
        self._undo_timer.start()

    def _count_down(self) -> None:
        self._undo_left -= 1
        if self._undo_left <= 0:
            self._forget_undo()
        else:
            self.undo_button.setText(f"Undo {self._undo_left} s")

    def _forget_undo(self) -> None:
        had_focus = self.undo_button.hasFocus()
        self._undo_timer.stop()
        self._undo_entry = ("", "")
        self.undo_button.hide()
        if had_focus:
            self.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        letter = event.text().lower()
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        elif not (letter.isalnum() and not event.modifiers() and self.type_ahead(letter)):
            super().keyPressEvent(event)

    def type_ahead(self, letter: str) -> bool:
        """A letter or digit has been typed outside of a field; True when it meant something here."""
        return False


def next_named(buttons: Sequence[QPushButton], after: QWidget | None, letter: str) -> QPushButton | None:
    """The next enabled, visible button after one whose words begin with a letter or digit; None for none.

    The words of a letter are those spoken ("Itch: yes"), of a digit those written, 1 before 15.
    """
    words = QPushButton.text if letter.isdigit() else _spoken
    named = [b for b in buttons if b.isEnabled() and b.isVisible() and words(b).lower().startswith(letter)]
    if letter.isdigit():
        named.sort(key=lambda b: len(words(b)))
    place = named.index(after) + 1 if isinstance(after, QPushButton) and after in named else 0
    return named[place % len(named)] if named else None


def _spoken(made: QPushButton) -> str:
    return made.accessibleName() or made.text()
