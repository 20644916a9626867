"""The pump card sheet: what is known of pump and reservoir, and the dates that follow from it while it is typed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from PySide6.QtCore import QSignalBlocker, Qt, QTimeZone, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from console.link.commands import Reply, SetPumpCard
from console.link.link import Link
from console.link.snapshot import BedSnapshot, WardSnapshot
from console.ui import wording
from console.ui.forms import Failure, Questions, button, date_time_field, label, set_look, to_qt
from console.ui.page import DockedSheet
from console.ui.patient_words import shown_name
from console.ui.pump_card_words import read_number, sheet_lines, time_words
from console.ui.theme import Theme
from console.ui.who import unnamed
from console.ward.pump_card import FLOW_TOLERANCE_PERCENT, RANGES, Admixture, PumpCard, faults, reservoir

PAIRS = (
    ("concentration_ug_ml", "dose_ug_day"),
    ("volume_ml", "capacity_ml"),
    ("low_alarm_ml", "residual_ml"),
)
"""Numbers beside each other; the tolerance stands alone."""

TIMES = {
    "refilled_at": "Last refill",
    "low_alarm_at": "Low-reservoir date as programmed",
    "end_of_service": "End of service of the pump",
}


class OptionalTime(QWidget):
    """A date and time, or "not known". changed: another one, or none."""

    changed = Signal()

    def __init__(self, words: str, zone: ZoneInfo) -> None:
        super().__init__()
        self._now = datetime.now(UTC)
        self.known = button("Known", "choice", checkable=True)
        self.known.setAccessibleName(f"{words} is known")
        self.field = date_time_field(zone)
        self.field.setAccessibleName(words)
        self.field.setMinimumHeight(40)
        self.absent = label("not known", "caption")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(7)
        row.addWidget(self.field, 1)
        row.addWidget(self.absent, 1)
        row.addWidget(self.known)
        self.field.hide()
        self.known.clicked.connect(self._toggled)
        self.field.dateTimeChanged.connect(self.changed)

    def value(self) -> datetime | None:
        """UTC; None for not known."""
        if not self.known.isChecked():
            return None
        return datetime.fromtimestamp(self.field.dateTime().toSecsSinceEpoch(), UTC)

    def show_time(self, at: datetime | None, zone: ZoneInfo, now: datetime) -> None:
        """Fill in; now: what the field begins with when somebody says that the time is known."""
        with QSignalBlocker(self.field):
            self.field.setTimeZone(QTimeZone(zone.key.encode()))
            self.field.setDateTime(to_qt(at or now, zone))
        self.known.setChecked(at is not None)
        self._show()

    def _toggled(self) -> None:
        self._show()
        if self.known.isChecked():
            self.field.setFocus()
        self.changed.emit()

    def _show(self) -> None:
        self.field.setVisible(self.known.isChecked())
        self.absent.setVisible(not self.known.isChecked())


class PumpCardSheet(DockedSheet):
    """Keyed by `K`. numbers, times, admixtures: the fields; an empty one is not known. wrong: the sentence at each.

    What is typed stays until it is saved or the bed is left; the sheet never takes over what changes elsewhere.
    """

    def __init__(self, link: Link, user: str, theme: Theme) -> None:
        super().__init__(link, user, theme)
        self._initials = theme.initials
        self.bed = ""
        self.view: BedSnapshot | None = None
        self.zone = ZoneInfo("UTC")
        self.utc = datetime.now(UTC)
        self.questions = Questions(self)
        self.numbers: dict[str, QLineEdit] = {}
        self.times: dict[str, OptionalTime] = {}
        self.wrong: dict[str, QLabel] = {}
        self.model = QLineEdit()
        self.admixtures = {kind: button(kind.value.capitalize(), "choice", checkable=True) for kind in Admixture}
        self._seen: PumpCard | None = None
        self._saved: PumpCard | None = None
        self._stay: object = None
        self._title, self._who = label(role="title"), label(role="caption", wrap=True)
        self.close_button = button("Close   Esc", "flat")
        self.computed = label(wrap=True)
        self.message = label(role="caption", wrap=True)
        self.save_button = button("Save pump card", "primary")
        self._lay_out()
        self.close_button.clicked.connect(self.closed)
        self.save_button.clicked.connect(self.save)
        self._dress()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(self.close_button)
        content = QWidget()
        self._fill(QVBoxLayout(content))
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(content)
        foot = QFrame()
        foot.setProperty("role", "panel")
        end = QVBoxLayout(foot)
        end.setContentsMargins(16, 8, 16, 8)
        for widget in (self.computed, self.message, self.save_button):
            end.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(4)
        head.setContentsMargins(16, 0, 8, 0)
        self._who.setContentsMargins(16, 0, 16, 2)
        column.addLayout(head)
        column.addWidget(self._who)
        column.addWidget(scroll, 1)
        column.addWidget(foot)

    def _fill(self, column: QVBoxLayout) -> None:
        column.setContentsMargins(16, 2, 14, 6)
        column.setSpacing(6)
        grid = QGridLayout()
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(3)
        for index, pair in enumerate(PAIRS):
            for place, name in enumerate(pair):
                self._number(grid, name, 3 * index, place)
        column.addLayout(grid)
        for name, words in TIMES.items():
            column.addWidget(label(words, "caption"))
            self.times[name] = OptionalTime(words, self.zone)
            self.times[name].changed.connect(self.look)
            column.addWidget(self.times[name])
            column.addWidget(self._sentence(name))
        column.addWidget(label("In the reservoir beside baclofen", "caption"))
        kinds = QGridLayout()
        kinds.setSpacing(6)
        for index, made in enumerate(self.admixtures.values()):
            made.clicked.connect(self.look)
            kinds.addWidget(made, index // 2, index % 2)
        column.addLayout(kinds)
        last = QGridLayout()
        last.setHorizontalSpacing(10)
        last.setVerticalSpacing(3)
        last.addWidget(label("Pump model", "caption"), 0, 0)
        self.model.setAccessibleName("Pump model")
        self.model.setMinimumHeight(40)
        self.model.setMaxLength(80)
        self.model.setPlaceholderText("not known")
        last.addWidget(self.model, 1, 0)
        self._number(last, "tolerance_percent", 0, 1)
        self.numbers["tolerance_percent"].setPlaceholderText(f"{FLOW_TOLERANCE_PERCENT:g}")
        column.addLayout(last)
        column.addStretch(1)

    def _number(self, grid: QGridLayout, name: str, top: int, place: int) -> None:
        _, _, unit, words = RANGES[name]
        field = QLineEdit()
        field.setMinimumHeight(40)
        field.setMaxLength(9)
        field.setPlaceholderText("not known")
        field.setAccessibleName(f"{words}, {unit}")
        field.textEdited.connect(self.look)
        field.returnPressed.connect(self.save)
        self.numbers[name] = field
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(field, 1)
        row.addWidget(label(unit))
        grid.addWidget(label(words, "caption"), top, place)
        grid.addLayout(row, top + 1, place)
        grid.addWidget(self._sentence(name), top + 2, place)
        grid.setColumnStretch(place, 1)

    def _sentence(self, name: str) -> QLabel:
        self.wrong[name] = label(wrap=True)
        self.wrong[name].hide()
        return self.wrong[name]

    # --- what is shown -------------------------------------------------------------------------------------------

    def open_for(self, subject: str) -> None:
        """Turn to a bed; what was typed for another is gone."""
        self.bed, self.view, self._stay = subject, None, None
        self._title.setText(f"Pump card · {wording.bed_words(subject)}")
        self.tell("")
        self._take(self.link.snapshot())

    def show_ward(self, snapshot: WardSnapshot, now: float) -> None:
        """Follow the bed: a refill charted elsewhere overtakes the card."""
        self._take(snapshot)

    def _take(self, snapshot: WardSnapshot) -> None:
        self.utc, self.zone = snapshot.system.utc, ZoneInfo(snapshot.timezone)
        view = snapshot.bed(self.bed)
        if view is self.view and self.theme.initials == self._initials:
            return
        self.view, self._initials = view, self.theme.initials
        patient = view.patient if view is not None else None
        for widget in (*self.numbers.values(), *self.times.values(), *self.admixtures.values(), self.model):
            widget.setEnabled(patient is not None)
        self.save_button.setEnabled(patient is not None)
        stay = None if patient is None else (patient.patient_id, patient.here_since)
        if patient is None or view is None:
            self._stay = None
            self._who.setText("Nobody is admitted here: there is no pump card.")
            self._write(PumpCard())
            return
        card = view.pump_card
        if stay != self._stay:
            self._stay, self._seen = stay, card
            self._write(card or PumpCard())
        elif self._saved is not None and card is not None and _content(card) == self._saved:
            self._seen, self._saved = card, None
        charted = "not charted yet"
        if card is not None and card.at is not None:
            charted = f"charted {time_words(card.at, self.zone, self.utc)} by {card.by}"
        self._who.setText(f"{shown_name(patient.name, self.theme.initials)} · {charted}. An empty field is not known.")
        self.look()

    def _write(self, card: PumpCard) -> None:
        for name, field in self.numbers.items():
            value = getattr(card, name)
            field.setText("" if value is None else f"{value:g}")
        for name, time in self.times.items():
            time.show_time(getattr(card, name), self.zone, self.utc)
        for kind, made in self.admixtures.items():
            made.setChecked(kind in card.admixtures)
        self.model.setText(card.model)
        self.look()

    def typed(self) -> tuple[PumpCard, dict[str, str]]:
        """The card as it stands in the fields, and what is wrong with it, by field."""
        values: dict[str, Any] = {name: time.value() for name, time in self.times.items()}
        problems: dict[str, str] = {}
        for name, field in self.numbers.items():
            values[name], problem = read_number(field.text())
            if problem:
                problems[name] = problem
        kinds = tuple(kind for kind, made in self.admixtures.items() if made.isChecked())
        card = PumpCard(self.model.text().strip(), kinds, **values)
        return card, {**faults(card, self.utc), **problems}

    def half_written(self) -> str:
        """A card that is typed and not the one charted."""
        if self._stay is None:
            return ""
        card, problems = self.typed()
        same = _content(card) == _content(self._seen or PumpCard())
        return "" if same and not problems else f"the pump card of {self.bed}"

    def forget(self) -> None:
        """What is charted."""
        self._write(self._seen or PumpCard())
        self.look()

    def look(self) -> None:
        """Say at each field what is wrong with it, and at the foot what follows from the card."""
        if self.view is None or self.view.patient is None:
            self.computed.setText("")
            for sentence in self.wrong.values():
                sentence.hide()
            return
        card, problems = self.typed()
        for name, sentence in self.wrong.items():
            sentence.setText(f"?  {problems[name]}" if name in problems else "")
            sentence.setVisible(name in problems)
            if name in self.numbers:
                set_look(self.numbers[name], "invalid", name in problems)
        if problems:
            self.computed.setText("Nothing is computed until the fields marked ? are mended.")
            return
        seen = self._seen
        charted = self.utc if seen is None or card != _content(seen) else seen.at
        card = replace(card, at=charted)
        made = reservoir(card, self.view.pump_events)
        self.computed.setText("\n".join(sheet_lines(card, made, self.zone, self.utc)))

    def tell(self, text: str, problem: bool = False) -> None:
        """One sentence at the foot; a problem is framed and starts with a question mark."""
        self.message.setText(f"?  {text}" if problem else text)
        self.message.setVisible(bool(text))
        self.message.setMinimumHeight(84 if problem else 0)
        set_look(self.message, "role", "error" if problem else "caption")

    # --- saving --------------------------------------------------------------------------------------------------

    def save(self) -> None:
        """Chart the card, when it passes the checks."""
        if self.view is None or self.view.patient is None or self.questions.waiting:
            return
        card, problems = self.typed()
        if problems:
            self.look()
            self.tell("Mend the fields marked ? first. Nothing was saved.", problem=True)
        elif refusal := unnamed(self, self.user, "Nothing was saved."):
            self.tell(refusal, problem=True)
        else:
            self.tell("Saving …")
            command = SetPumpCard(self.bed, card, self._seen, self.user)
            self.questions.ask(self.link.submit(command), partial(self._answered, self.bed, self._stay, card))

    def _answered(self, bed: str, stay: object, card: PumpCard, reply: Reply | Failure) -> None:
        error = reply.text if isinstance(reply, Failure) else reply.error
        if error:
            again = " Close and open the sheet to see it." if "meanwhile" in error else ""
            self.tell(f"{wording.bed_words(bed)}: the pump card was not saved. {error}{again}", problem=True)
        elif (bed, stay) == (self.bed, self._stay):
            # The next picture brings the card with name and time, which the next change is compared with.
            self._saved, self.view = card, None
            self._take(self.link.snapshot())
            self.tell(f"✓  Pump card saved · {self.user}")

    def set_theme(self, theme: Theme) -> None:
        """The look has changed."""
        super().set_theme(theme)
        self._dress()

    def _dress(self) -> None:
        text = f"color: {self.theme.tokens.text}; font-weight: 600;"
        for sentence in self.wrong.values():
            sentence.setStyleSheet(f"{text} font-size: 13px;")
        self.computed.setStyleSheet(f"{text} font-size: 15px;")
        self.setStyleSheet("QPushButton[role='choice'] { padding: 2px 10px; font-size: 14px; }")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)


def _content(card: PumpCard) -> PumpCard:
    """What a person typed of it."""
    return replace(card, by="", at=None)
