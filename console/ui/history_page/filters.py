"""The filters above the table: what a person wants to see, in two lines that fit a small screen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from PySide6.QtCore import QTimer, QTimeZone, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from console.alarms.alarm import Kind, Priority
from console.store.records import HistoryState
from console.ui.forms import Failure, button, date_time_field, label, to_qt
from console.ui.history_page.choice import KINDS, PERIOD, SPANS, Choice
from console.ui.history_page.saved import LONGEST_TEXT
from console.ui.theme import PREFIX
from console.ui.wording import PATTERN_WORD

ALL_BEDS, ANY_STATE, ANYBODY = "All beds", "Any state", "By anybody"
SEARCH_MS = 300
"""A search begins when nothing has been typed for so long."""

_KIND = {Kind.LIMIT.value: "Limit", Kind.TECHNICAL.value: "Technical"}
_KIND |= {kind.value: word for kind, word in PATTERN_WORD.items()}
_STATE = {state.value: state.value.capitalize() for state in HistoryState}


class Filters(QWidget):
    """changed(): the person has chosen something else."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._zone = ZoneInfo("UTC")
        self._now = datetime.now(UTC)
        self._order = Choice()
        self.span, self.bed, self.state, self.person = QComboBox(), QComboBox(), QComboBox(), QComboBox()
        self.priorities = {p.word: button(PREFIX[p], "choice", checkable=True) for p in sorted(Priority, reverse=True)}
        self.kinds = {word: button(_KIND[word], "choice", checkable=True) for word in KINDS}
        self.unanswered = button("Unanswered", "choice", checkable=True)
        self.patient = button("This patient", "choice", checkable=True)
        self.search = QLineEdit()
        self.start, self.end = date_time_field(self._zone), date_time_field(self._zone)
        self._period = QWidget()
        self._patient = ""
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(SEARCH_MS)
        self._fill()
        self._lay_out()
        self._connect()
        self.show_choice(Choice())

    def _fill(self) -> None:
        self.span.addItems(list(SPANS))
        self.bed.addItem(ALL_BEDS, "")
        self.state.addItem(ANY_STATE, "")
        for word, shown in _STATE.items():
            self.state.addItem(shown, word)
        self.person.addItem(ANYBODY, "")
        self.search.setPlaceholderText("Search alarm, reason, note, patient")
        self.search.setMaxLength(LONGEST_TEXT)
        self.search.setClearButtonEnabled(True)
        self.search.setMinimumHeight(40)
        for widget, name in (
            (self.span, "Time span"), (self.bed, "Bed"), (self.state, "State"), (self.person, "Answered by"),
            (self.search, "Search"), (self.start, "From"), (self.end, "To"),
        ):  # fmt: skip
            widget.setAccessibleName(name)
        for word, made in self.priorities.items():
            made.setAccessibleName(f"{word} priority")
        for box in (self.bed, self.person):
            # A long name elides in the box and is whole in its list.
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(9)
            box.setMaxVisibleItems(14)
        self.patient.setEnabled(False)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        first = (self.span, self.bed, *self.priorities.values(), *self.kinds.values())
        second = (self.search, self.state, self.person, self.unanswered, self.patient)
        for widgets in (first, second):
            row = QHBoxLayout()
            row.setSpacing(6)
            for widget in widgets:
                row.addWidget(widget)
            if widgets is first:
                row.addStretch(1)
            column.addLayout(row)
        self.search.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout(self._period)
        row.setContentsMargins(0, 0, 0, 0)
        for widget in (label("From"), self.start, label("to"), self.end):
            row.addWidget(widget)
        row.addStretch(1)
        column.addWidget(self._period)

    def _connect(self) -> None:
        self.span.currentIndexChanged.connect(self._span_chosen)
        for box in (self.bed, self.state, self.person):
            box.currentIndexChanged.connect(self._tell)
        for made in (*self.priorities.values(), *self.kinds.values(), self.unanswered, self.patient):
            made.clicked.connect(self._tell)
        self.search.textEdited.connect(lambda _: self._typing.start())
        self.search.textChanged.connect(lambda text: None if text else self._typing.start())
        self.search.returnPressed.connect(self._tell)
        self._typing.timeout.connect(self._tell)
        for field in (self.start, self.end):
            field.editingFinished.connect(self._period_chosen)

    # --- what is chosen ------------------------------------------------------------------------------------------

    def choice(self) -> Choice:
        """As it stands on the screen."""
        period = self.span.currentText() == PERIOD
        return replace(
            self._order,
            span=self.span.currentText(),
            start=_utc(self.start.dateTime().toSecsSinceEpoch()) if period else None,
            end=_utc(self.end.dateTime().toSecsSinceEpoch()) if period else None,
            bed=self.bed.currentData() or "",
            priorities=tuple(word for word, made in self.priorities.items() if made.isChecked()),
            kinds=tuple(word for word, made in self.kinds.items() if made.isChecked()),
            state=self.state.currentData() or "",
            answered_by=self.person.currentData() or "",
            unanswered=self.unanswered.isChecked(),
            patient=self._patient if self.patient.isChecked() else "",
            search=self.search.text(),
        )

    def show_choice(self, choice: Choice) -> None:
        """Put a choice on the screen, without telling."""
        self.blockSignals(True)
        self._order = choice
        self.span.setCurrentText(choice.span)
        _select(self.bed, choice.bed)
        _select(self.state, choice.state)
        _select(self.person, choice.answered_by)
        for made in (self.priorities, self.kinds):
            wanted = choice.priorities if made is self.priorities else choice.kinds
            for word, one in made.items():
                one.setChecked(word in wanted)
        self.unanswered.setChecked(choice.unanswered)
        self.search.setText(choice.search)
        self._typing.stop()
        self.patient.setChecked(bool(choice.patient))
        if choice.patient:
            self.offer_patient(choice.patient)
        if choice.start is not None and choice.end is not None:
            self.start.setDateTime(to_qt(choice.start, self._zone))
            self.end.setDateTime(to_qt(choice.end, self._zone))
        self._period.setVisible(choice.span == PERIOD)
        self.blockSignals(False)

    def order(self, choice: Choice) -> None:
        """Another order of the same alarms."""
        self._order = replace(self._order, sort=choice.sort, descending=choice.descending)

    def offer_patient(self, patient_id: str) -> None:
        """The patient of the alarm that is looked at; the one who is filtered by stays until he is let go."""
        if self.patient.isChecked() and self._patient:
            return
        self._patient = patient_id
        self.patient.setEnabled(bool(patient_id) or self.patient.isChecked())
        self.patient.setToolTip("")

    def set_time(self, now: datetime, zone: ZoneInfo) -> None:
        """The ward's clock."""
        self._now = now
        if zone.key != self._zone.key:
            self._zone = zone
            for field in (self.start, self.end):
                field.setTimeZone(QTimeZone(zone.key.encode()))

    def list_beds(self, beds: Iterable[str]) -> None:
        """The beds of the ward; one that is chosen stays."""
        _refill(self.bed, ALL_BEDS, beds)

    def take_people(self, names: tuple[str, ...] | Failure) -> None:
        """Who has answered alarms, as the store tells; where it cannot, the list stays as it was."""
        if not isinstance(names, Failure):
            _refill(self.person, ANYBODY, names)

    def _span_chosen(self) -> None:
        period = self.span.currentText() == PERIOD
        if period and not self._period.isVisible():
            self.end.setDateTime(to_qt(self._now, self._zone))
            self.start.setDateTime(to_qt(self._now - timedelta(days=1), self._zone))
        self._period.setVisible(period)
        self._tell()

    def _period_chosen(self) -> None:
        if self.span.currentText() == PERIOD:
            self._tell()

    def _tell(self) -> None:
        self._typing.stop()
        if not self.patient.isChecked():
            self.patient.setEnabled(bool(self._patient))
        self.changed.emit()


def _utc(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _select(box: QComboBox, value: str) -> None:
    """Choose a value, also one the list does not have."""
    if box.findData(value) < 0:
        box.addItem(value, value)
    box.setCurrentIndex(box.findData(value))


def _refill(box: QComboBox, first: str, values: Iterable[str]) -> None:
    chosen = box.currentData()
    box.blockSignals(True)
    box.clear()
    box.addItem(first, "")
    for value in values:
        box.addItem(value, value)
    _select(box, chosen or "")
    box.blockSignals(False)
