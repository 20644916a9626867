"""The four blocks of the admission: patient, monitor, baseline, pump. Each writes into the draft as one types."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from console.link.snapshot import BedSnapshot, SourceView
from console.ui import charting, wording
from console.ui.admit_page.draft import (
    BASELINE_FIELDS,
    Draft,
    fahrenheit,
    parse_date,
    years_between,
)
from console.ui.devices_page.words import state_text
from console.ui.forms import button, clear, label, set_look
from console.ui.patient_words import shown_number
from console.ui.theme import Theme
from console.ui.wording import FLAG_WORDS
from console.ward.patient import MINIMUM_AGE_YEARS, RiskFlag
from console.ward.source import Liveness
from drivers.observation import UNITS, Parameter

P = Parameter
SEXES = (("not stated", ""), ("female", "F"), ("male", "M"), ("other", "X"))
BASELINE_HELP = (
    "Use values from before the pump failed: record, clinic, family. What is left empty is learned from quiet hours, "
    "which is not advised while the patient is ill."
)
WATCHED = (P.HR, P.NIBP_SYS, P.RR, P.TEMP, P.SPO2, P.ETCO2)


class Block(QFrame):
    """A numbered block. changed: something was typed or chosen; fields: widgets by the names problems use."""

    changed = Signal()

    def __init__(self, number: int, title: str) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        self.fields: dict[str, QWidget] = {}
        self.draft = Draft()
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(14, 10, 14, 12)
        self.column.setSpacing(8)
        self.column.addWidget(label(f"{number}   {title}", "title"))

    def line(self, name: str, spoken: str, write: Callable[[str], None]) -> QLineEdit:
        """A field that writes into the draft."""
        made = QLineEdit()
        made.setMaxLength(120)
        made.setMinimumHeight(30)
        made.setAccessibleName(spoken)
        made.textEdited.connect(write)
        made.textEdited.connect(lambda _: self.changed.emit())
        self.fields[name] = made
        return made

    def show_draft(self, draft: Draft) -> None:
        """Turn to another draft."""
        self.draft = draft

    def mark(self, names: set[str]) -> None:
        """Frame the fields that are wrong."""
        for name, widget in self.fields.items():
            set_look(widget, "invalid", "true" if name in names else "false")


def form(column: QVBoxLayout, rows: Sequence[tuple[str, QWidget]]) -> None:
    """Lines of a caption and a field."""
    grid = QGridLayout()
    grid.setHorizontalSpacing(12)
    grid.setVerticalSpacing(8)
    grid.setColumnStretch(1, 1)
    for index, (words, widget) in enumerate(rows):
        grid.addWidget(label(words, "caption"), index, 0)
        grid.addWidget(widget, index, 1)
    column.addLayout(grid)


class PatientBlock(Block):
    """Who is admitted."""

    def __init__(self) -> None:
        super().__init__(1, "Patient")
        self.name = self.line("name", "Name, needed", lambda t: setattr(self.draft, "name", t))
        self.number = self.line("number", "Hospital number, needed", lambda t: setattr(self.draft, "number", t))
        self.born = self.line("born", "Date of birth", lambda t: setattr(self.draft, "born", t))
        self.age = self.line("age", "Age in years", lambda t: setattr(self.draft, "age", t))
        self.weight = self.line("weight", "Weight in kilograms", lambda t: setattr(self.draft, "weight", t))
        self.born.setPlaceholderText("1981-06-02")
        self.age.setPlaceholderText("if the date is not known")
        self.weight.setPlaceholderText("kg")
        self.sex = QComboBox()
        self.sex.setAccessibleName("Sex")
        for words, _ in SEXES:
            self.sex.addItem(words)
        self.sex.currentIndexChanged.connect(lambda i: setattr(self.draft, "sex", SEXES[i][1]))
        self.offer = button("")
        self.offer.hide()
        self.offer.clicked.connect(self._take_offer)
        self._years = label(role="caption", wrap=True)
        rows = [
            ("Name ●", self.name),
            ("Number ●", self.number),
            ("", self.offer),
            ("Born ●", self.born),
            ("or age ●", self.age),
            ("", self._years),
            ("Sex", self.sex),
            ("Weight", self.weight),
        ]
        form(self.column, rows)
        self.column.addWidget(label("Risks", "caption"))
        self.flags = {flag: QCheckBox(words) for flag, words in FLAG_WORDS.items()}
        grid = QGridLayout()
        grid.setVerticalSpacing(6)
        for index, (flag, box) in enumerate(self.flags.items()):
            box.toggled.connect(lambda on, f=flag: self._flag(f, on))
            grid.addWidget(box, index // 2, index % 2)
        self.column.addLayout(grid)
        self._offered = ""
        self.changed.connect(self._show_years)

    def _flag(self, flag: RiskFlag, on: bool) -> None:
        (self.draft.flags.add if on else self.draft.flags.discard)(flag)

    def show_draft(self, draft: Draft) -> None:
        """Turn to another draft."""
        super().show_draft(draft)
        for field, text in (
            (self.name, draft.name),
            (self.number, draft.number),
            (self.born, draft.born),
            (self.age, draft.age),
            (self.weight, draft.weight),
        ):
            field.setText(text)
        self.sex.setCurrentIndex(next(i for i, (_, code) in enumerate(SEXES) if code == draft.sex))
        for flag, box in self.flags.items():
            with QSignalBlocker(box):
                box.setChecked(flag in draft.flags)
        self._show_years()

    def show_offer(self, number: str, initials: bool = False) -> None:
        """A number came with the feed: offered, never taken by itself."""
        self._offered = number
        self.offer.setText(f"Use {shown_number(number, initials)}, from the feed")
        self.offer.setVisible(bool(number) and number != self.draft.number)

    def _take_offer(self) -> None:
        self.draft.number = self._offered
        self.number.setText(self._offered)
        self.offer.hide()
        self.changed.emit()

    def _show_years(self) -> None:
        born = parse_date(self.draft.born)
        if born is None:
            self._years.setText("")
            return
        years = years_between(born, datetime.now(UTC).date())
        fits = "adult ✓" if years >= MINIMUM_AGE_YEARS else f"under {MINIMUM_AGE_YEARS}: cannot be admitted here"
        self._years.setText(f"{born:%d %b %Y} · {years} y, {fits}")


class MonitorBlock(Block):
    """What arrives from the bed, to be compared with the bedside."""

    def __init__(self) -> None:
        super().__init__(2, "Monitor")
        self._sources = label(wrap=True)
        self.column.addWidget(self._sources)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(16)
        self._grid.setColumnStretch(4, 1)
        self.column.addLayout(self._grid)
        self._missing = label(role="caption", wrap=True)
        self.column.addWidget(self._missing)
        self.match = button("Values match the bedside", "choice", checkable=True)
        self.match.toggled.connect(self._matched)
        self.fields["values_match"] = self.match
        self.column.addWidget(self.match)
        self.received = False
        self._shown: object = None

    def _matched(self, on: bool) -> None:
        self.draft.values_match = on
        self.match.setText("✓  Values match the bedside" if on else "Values match the bedside")
        self.changed.emit()

    def show_draft(self, draft: Draft) -> None:
        """Turn to another draft."""
        super().show_draft(draft)
        self.match.setChecked(draft.values_match)
        self._shown = None

    def show_bed(self, bed: BedSnapshot, sources: list[SourceView], theme: Theme) -> None:
        """What arrives now, with the limits in force."""
        live = [r for r in bed.readings if r.value is not None and r.liveness is Liveness.LIVE]
        self.received = bool(live)
        self.match.setEnabled(self.received)
        if not self.received and self.match.isChecked():
            # What was confirmed has gone: it has to be compared again when values are back.
            self.match.setChecked(False)
        rows = [r for p in WATCHED for r in live if r.parameter is p]
        texts = tuple((r.parameter, wording.value_text(r.parameter, r.value or 0.0), r.low, r.high) for r in rows)
        names = tuple((s.name, state_text(s)) for s in sources)
        if (texts, names, theme) == self._shown:
            return
        self._shown = (texts, names, theme)
        told = [f"{name}: {state}" for name, state in names]
        self._sources.setText("\n".join(told) or "No source is set up for this bed. See Devices.")
        clear(self._grid)
        if texts:
            for column, words in enumerate(("Now received", "", "Low limit", "High limit")):
                self._grid.addWidget(label(words, "muted"), 0, column)
        for row, (parameter, value, low, high) in enumerate(texts, 1):
            name = wording.LABEL[parameter] + (" systolic" if parameter is P.NIBP_SYS else "")
            shown = label(f"{value} {'°C' if parameter is P.TEMP else UNITS[parameter]}")
            for widget in (head := label(name), shown):
                widget.setStyleSheet(f"color: {theme.tokens.parameter(parameter)}; font-size: 16px; font-weight: 700;")
            self._grid.addWidget(head, row, 0)
            self._grid.addWidget(shown, row, 1)
            for column, limit in ((2, low), (3, high)):
                self._grid.addWidget(label("–" if limit is None else f"{limit:g}"), row, column)
        came = {r.parameter for r in rows}
        missing = [wording.LABEL[p] for p in WATCHED if p not in came]
        if not self.received:
            text = "Nothing live arrives from this bed. Monitoring starts with the first value; check the monitor."
        else:
            text = "Compare these values with the bedside monitor, then confirm."
            if missing:
                text = f"Not received: {', '.join(missing)}. {text}"
        self._missing.setText(text)


class BaselineBlock(Block):
    """Usual values, from before the pump failed."""

    def __init__(self) -> None:
        super().__init__(3, "Baseline, usual values")
        grid = QGridLayout()
        grid.setSpacing(8)
        self._heads: dict[str, QLabel] = {}
        for index, (name, words, token) in enumerate(BASELINE_FIELDS):
            field = self.line(name, f"Usual {words}", partial(self._write, name))
            field.setMaxLength(8)
            head = label(words)
            self._heads[token] = head
            grid.addWidget(head, (index // 3) * 2, index % 3)
            grid.addWidget(field, (index // 3) * 2 + 1, index % 3)
        self.fields["bp"].setProperty("placeholderText", "120/75")
        self.column.addLayout(grid)
        self.celsius = button("")
        self.celsius.hide()
        self.celsius.clicked.connect(self._convert)
        self.column.addWidget(self.celsius)
        self.column.addWidget(label(BASELINE_HELP, "caption", wrap=True))
        self.grades = QButtonGroup(self)
        row = QHBoxLayout()
        row.addWidget(label("Usual spasticity, MAS", "caption"))
        for index, grade in enumerate(charting.MAS_GRADES):
            made = button(grade, "choice", checkable=True)
            made.setAccessibleName(f"Usual spasticity MAS {grade}")
            self.grades.addButton(made, index)
            row.addWidget(made, 1)
        self.grades.setExclusive(False)
        self.grades.idClicked.connect(self._grade)
        self.column.addLayout(row)
        self.changed.connect(self._ask_unit)

    def _write(self, name: str, text: str) -> None:
        self.draft.baseline[name] = text

    def _field(self, name: str) -> QLineEdit:
        field = self.fields[name]
        assert isinstance(field, QLineEdit)
        return field

    def _grade(self, index: int) -> None:
        """One grade or none: pressing it again takes it back."""
        grade = list(charting.MAS_GRADES)[index]
        self.draft.usual_mas = "" if self.draft.usual_mas == grade else grade
        self._show_grade()

    def _show_grade(self) -> None:
        for made, grade in zip(self.grades.buttons(), charting.MAS_GRADES, strict=True):
            made.setChecked(grade == self.draft.usual_mas)

    def _ask_unit(self) -> None:
        typed = self.draft.baseline.get("temp", "")
        celsius = fahrenheit(typed)
        self.celsius.setVisible(celsius is not None)
        if celsius is not None:
            self.celsius.setText(f"?  {typed} looks like °F. Use {celsius:.1f} °C")

    def _convert(self) -> None:
        celsius = fahrenheit(self.draft.baseline.get("temp", ""))
        if celsius is not None:
            self.draft.baseline["temp"] = f"{celsius:.1f}"
            self._field("temp").setText(self.draft.baseline["temp"])
            self.changed.emit()

    def show_draft(self, draft: Draft) -> None:
        """Turn to another draft."""
        super().show_draft(draft)
        for name, _, _ in BASELINE_FIELDS:
            self._field(name).setText(draft.baseline.get(name, ""))
        self._show_grade()
        self._ask_unit()

    def set_theme(self, theme: Theme) -> None:
        """Names in the colours of their curves."""
        for token, head in self._heads.items():
            head.setStyleSheet(f"color: {getattr(theme.tokens, token)};")
