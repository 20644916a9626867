"""The block of the pump: its state, what happened and when, and what is known of dose and plans."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from zoneinfo import ZoneInfo

from PySide6.QtCore import QSignalBlocker, QTimeZone
from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QLineEdit, QPushButton, QWidget

from console.ui.admit_page.blocks import Block, form
from console.ui.admit_page.draft import CAUSES, NOTES, Draft, PumpNow, TimeKnown, watched
from console.ui.forms import button, clear, date_time_field, label, to_qt


class PumpBlock(Block):
    """What is known of the pump; "Not known" is always an answer."""

    def __init__(self, zone: ZoneInfo) -> None:
        super().__init__(4, "Pump context")
        self._zone = zone
        self.states: dict[PumpNow, QPushButton] = {}
        self.column.addWidget(label("Pump state now ●", "caption"))
        states = QGridLayout()
        states.setSpacing(6)
        for index, state in enumerate(PumpNow):
            made = button(state.value, "choice", checkable=True)
            made.clicked.connect(partial(self._choose_state, state))
            self.states[state] = made
            states.addWidget(made, index // 3, index % 3)
        self.column.addLayout(states)
        self.causes: dict[str, QPushButton] = {}
        self._cause_area = QGridLayout()
        self._cause_head = label("What happened ●", "caption")
        self.column.addWidget(self._cause_head)
        self.column.addLayout(self._cause_area)
        self.time_row = QWidget()
        self.at = date_time_field(zone)
        self.at.setAccessibleName("When it happened")
        self.at.dateTimeChanged.connect(self._time_changed)
        self.fields["at"] = self.at
        self.now = button("Now")
        self.now.clicked.connect(self._set_now)
        self._ward_time = datetime.now(UTC)
        self.known = QComboBox()
        self.known.setAccessibleName("How well the time is known")
        for known in TimeKnown:
            self.known.addItem(known.value)
        self.known.currentTextChanged.connect(self._known_changed)
        row = QHBoxLayout(self.time_row)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(label("When ●", "caption"))
        row.addWidget(self.at, 1)
        row.addWidget(self.now)
        row.addWidget(self.known)
        self.column.addWidget(self.time_row)
        self.confirm_row = QWidget()
        self.yes = button("Yes, delivers", "choice", checkable=True)
        self.no = button("Not confirmed", "choice", checkable=True)
        self.yes.clicked.connect(lambda: self._confirm(True))
        self.no.clicked.connect(lambda: self._confirm(False))
        self.fields["confirmed"] = self.yes
        row = QHBoxLayout(self.confirm_row)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(label("Delivery confirmed by a person ●", "caption"), 1)
        row.addWidget(self.yes)
        row.addWidget(self.no)
        self.column.addWidget(self.confirm_row)
        rows = []
        for name, words in NOTES:
            rows.append((words, self.line(name, words, partial(self._write, name))))
        form(self.column, rows)
        self.card = button("Fill in the pump card next: refill, dose, empty date", "choice", checkable=True)
        self.column.addWidget(self.card)
        self.meaning = label(role="caption", wrap=True)
        self.column.addWidget(self.meaning)
        self.column.addStretch(1)

    def _write(self, name: str, text: str) -> None:
        self.draft.notes[name] = text

    def set_zone(self, zone: ZoneInfo) -> None:
        """The ward's clock."""
        if zone.key != self._zone.key:
            self._zone = zone
            with QSignalBlocker(self.at):
                self.at.setTimeZone(QTimeZone(zone.key.encode()))

    def show_draft(self, draft: Draft) -> None:
        """Turn to another draft."""
        super().show_draft(draft)
        self.card.setChecked(False)
        for name, _ in NOTES:
            field = self.fields[name]
            assert isinstance(field, QLineEdit)
            field.setText(draft.notes.get(name, ""))
        self.known.setCurrentText(draft.time_known.value)
        with QSignalBlocker(self.at):
            self.at.setDateTime(to_qt(draft.at or datetime.now(UTC), self._zone))
        self._show()

    def offer_time(self, now: datetime) -> None:
        """Where nothing has been typed yet, the field shows the ward's time; it counts only once it is touched."""
        self._ward_time = now
        if self.draft.at is None and not self.at.hasFocus():
            with QSignalBlocker(self.at):
                self.at.setDateTime(to_qt(now, self._zone))

    def _choose_state(self, state: PumpNow) -> None:
        if state is not self.draft.pump:
            self.draft.pump, self.draft.cause, self.draft.confirmed = state, "", None
            causes = CAUSES.get(state, ())
            if len(causes) == 1:
                self.draft.cause = causes[0][0]
        self._show()
        self.changed.emit()

    def _choose_cause(self, cause: str) -> None:
        self.draft.cause = cause
        self._show()
        self.changed.emit()

    def _confirm(self, yes: bool) -> None:
        self.draft.confirmed = yes
        self._show()
        self.changed.emit()

    def _time_changed(self) -> None:
        self.draft.at = datetime.fromtimestamp(self.at.dateTime().toSecsSinceEpoch(), UTC)
        self.changed.emit()

    def _set_now(self) -> None:
        with QSignalBlocker(self.at):
            self.at.setDateTime(to_qt(self._ward_time, self._zone))
        self._time_changed()

    def _known_changed(self, text: str) -> None:
        self.draft.time_known = TimeKnown(text)
        for widget in (self.at, self.now):
            widget.setEnabled(self.draft.time_known is not TimeKnown.NOT_KNOWN)
        self.changed.emit()

    def _show(self) -> None:
        for state, made in self.states.items():
            made.setChecked(state is self.draft.pump)
        causes = CAUSES.get(self.draft.pump, ()) if self.draft.pump else ()
        if [word for word, _ in causes] != list(self.causes):
            clear(self._cause_area)
            self.causes = {}
            for index, (word, _) in enumerate(causes):
                made = button(word, "choice", checkable=True)
                made.clicked.connect(partial(self._choose_cause, word))
                self.causes[word] = made
                self._cause_area.addWidget(made, index // 3, index % 3)
        for word, made in self.causes.items():
            made.setChecked(word == self.draft.cause)
        self._cause_head.setVisible(bool(causes))
        self.time_row.setVisible(bool(causes))
        self.confirm_row.setVisible(self.draft.pump in (PumpNow.REPAIRED, PumpNow.REFILLED))
        self.yes.setChecked(self.draft.confirmed is True)
        self.no.setChecked(self.draft.confirmed is False)
        self.meaning.setText(watched(self.draft))
