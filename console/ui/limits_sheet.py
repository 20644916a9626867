"""The limits sheet: single-parameter limits of one patient, beside the ward's, saved as a whole by a named person."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from console.alarms.patient_limits import SETTABLE, LimitsView, faults, proposed, setting_of
from console.link.commands import Reply, SetLimits
from console.link.link import Link
from console.link.snapshot import BedSnapshot, WardSnapshot
from console.ui import wording
from console.ui.forms import Failure, Questions, button, label, set_look
from console.ui.limit_words import OFF, alarming_now, read_limit, shown_limit, spinal_words
from console.ui.page import DockedSheet
from console.ui.patient_words import shown_name
from console.ui.theme import Theme
from console.ui.who import unnamed
from console.ward.limits import LIMIT_NAMES, LimitSetting
from drivers.observation import UNITS, Parameter

HEADS = ("*** low", "** low", "** high", "*** high")
NAMES = dict(zip(LIMIT_NAMES, HEADS, strict=True))


class LimitsSheet(DockedSheet):
    """Keyed by `L`. fields: by parameter and name of the limit; an empty field or "off" is no limit.

    What is typed stays until it is saved or the bed is left; the sheet never takes over what changes elsewhere.
    """

    def __init__(self, link: Link, user: str, theme: Theme) -> None:
        super().__init__(link, user, theme)
        self._initials = theme.initials
        self.bed = ""
        self.view: BedSnapshot | None = None
        self.fields: dict[tuple[Parameter, str], QLineEdit] = {}
        self.questions = Questions(self)
        self._seen: tuple[LimitSetting, ...] = ()
        self._patient = ""
        self._rows: dict[Parameter, tuple[QLabel, QLabel]] = {}
        self._title, self._who = label(role="title"), label(role="caption", wrap=True)
        self.close_button = button("Close   Esc", "flat")
        self.around = button("Baseline ±")
        self.around.setAccessibleName("Fill in limits around the usual values")
        self.defaults = button("Ward limits")
        self.defaults.setAccessibleName("Fill in the limits of the ward")
        self.alarming = label(role="caption", wrap=True)
        self.message = label(role="caption", wrap=True)
        self.save_button = button("Save limits", "primary")
        self._lay_out()
        self.close_button.clicked.connect(self.closed)
        self.around.clicked.connect(self.fill_around)
        self.defaults.clicked.connect(self.fill_defaults)
        self.save_button.clicked.connect(self.save)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(16, 8, 8, 0)
        head.addWidget(self._title, 1)
        head.addWidget(self.close_button)
        acts = QHBoxLayout()
        acts.setContentsMargins(16, 0, 16, 4)
        acts.setSpacing(7)
        acts.addWidget(self.around, 1)
        acts.addWidget(self.defaults, 1)
        who = QHBoxLayout()
        who.setContentsMargins(16, 0, 16, 2)
        who.addWidget(self._who)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        content = QWidget()
        self._fill(QVBoxLayout(content))
        scroll.setWidget(content)
        foot = QFrame()
        foot.setProperty("role", "panel")
        end = QVBoxLayout(foot)
        end.setContentsMargins(16, 8, 16, 8)
        for widget in (self.alarming, self.message, self.save_button):
            end.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        for part in (head, who, acts):
            column.addLayout(part)
        column.addWidget(scroll, 1)
        column.addWidget(foot)

    def _fill(self, column: QVBoxLayout) -> None:
        column.setContentsMargins(16, 4, 14, 4)
        grid = QGridLayout()
        grid.setHorizontalSpacing(7)
        grid.setVerticalSpacing(3)
        for place, words in enumerate(HEADS):
            grid.addWidget(label(words, "caption"), 0, place)
        for index, parameter in enumerate(SETTABLE):
            top = 1 + 2 * index
            line = QHBoxLayout()
            name, note = label(), label(role="caption")
            line.addWidget(name)
            line.addStretch(1)
            line.addWidget(note)
            grid.addLayout(line, top, 0, 1, 4)
            self._rows[parameter] = name, note
            for place, limit in enumerate(LIMIT_NAMES):
                field = QLineEdit()
                field.setMinimumHeight(40)
                field.setMaxLength(6)
                field.setPlaceholderText(OFF)
                field.setAccessibleName(f"{wording.LABEL[parameter]} {NAMES[limit]}, {UNITS[parameter]}")
                field.textEdited.connect(self._look)
                field.returnPressed.connect(self.save)
                self.fields[parameter, limit] = field
                grid.addWidget(field, top + 1, place)
        column.addLayout(grid)
        column.addWidget(label("An empty field is off. Steps of 1, temperature of 0.1.", "caption", wrap=True))
        column.addStretch(1)

    # --- what is shown -------------------------------------------------------------------------------------------

    def open_for(self, subject: str) -> None:
        """Turn to a bed; what was typed for another is gone."""
        self.bed = subject
        self.view = None
        self._patient = ""
        self._title.setText(f"Limits · {wording.bed_words(subject)}")
        self.tell("")
        self._take(self.link.snapshot())

    def show_ward(self, snapshot: WardSnapshot, now: float) -> None:
        """Follow the bed: its values are judged by what is typed."""
        self._take(snapshot)

    def _take(self, snapshot: WardSnapshot) -> None:
        view = snapshot.bed(self.bed)
        if view is self.view and self.theme.initials == self._initials:
            return
        self.view, self._initials = view, self.theme.initials
        patient = view.patient if view is not None else None
        able = patient is not None and self.limits is not None
        for widget in (*self.fields.values(), self.around, self.defaults, self.save_button):
            widget.setEnabled(able)
        if patient is None:
            self._patient = ""
            self._who.setText("Nobody is admitted here: the limits of the ward apply.")
            self.alarming.setText("")
            return
        by = f" · last set by {self.limits.by}" if self.limits is not None and self.limits.own else ""
        self._who.setText(f"{shown_name(patient.name, self.theme.initials)}{by}")
        if patient.patient_id != self._patient:
            self._patient = patient.patient_id
            self.reload()
        self._look()

    @property
    def limits(self) -> LimitsView | None:
        """Limits of the bed as the engine has them."""
        return self.view.limits if self.view is not None else None

    def reload(self) -> None:
        """Fill in what is set, and take it as seen."""
        if self.limits is None:
            return
        self._seen = self.limits.own
        self._write(setting_of(self.limits.as_set, p) for p in self._limited())

    def half_written(self) -> str:
        """Limits that are typed and not those in force."""
        if self.limits is None or not self._patient:
            return ""
        made, problems = self.settings()
        same = made == tuple(setting_of(self.limits.as_set, p) for p in self._limited())
        return "" if same and not problems else f"the limits of {self.bed}"

    def forget(self) -> None:
        """What is in force."""
        self.reload()
        self._look()

    def fill_defaults(self) -> None:
        """Fill in the ward's limits; nothing is in force before Save."""
        if self.limits is not None:
            self._write(setting_of(self.limits.ward, p) for p in self._limited())
            self.tell("Limits of the ward filled in. Not in force before you save.")

    def fill_around(self) -> None:
        """Fill in limits around the usual values; nothing is in force before Save."""
        if self.limits is None or self.view is None:
            return
        made = proposed(self.limits.ward, self.view.baseline)
        if not made:
            self.tell("No usual values are known: chart a baseline, or wait until one is learned.", problem=True)
            return
        self._write(made)
        names = ", ".join(wording.LABEL[s.parameter] for s in made)
        self.tell(f"Filled in around the usual values: {names}. Not in force before you save.")

    def _write(self, settings: Iterable[LimitSetting]) -> None:
        for setting in settings:
            for name, value in zip(LIMIT_NAMES, setting.values, strict=True):
                self.fields[setting.parameter, name].setText(shown_limit(setting.parameter, value))
        self._look()

    def _limited(self) -> list[Parameter]:
        return [p for p in SETTABLE if self.limits is not None and p in self.limits.ward.parameters]

    def settings(self) -> tuple[tuple[LimitSetting, ...], tuple[str, ...]]:
        """What is typed, and the fields that cannot be read, in words."""
        made, problems = [], []
        for parameter in self._limited():
            values = []
            for name in LIMIT_NAMES:
                text = self.fields[parameter, name].text()
                value, problem = read_limit(text)
                values.append(value)
                if problem:
                    problems.append(f"{wording.LABEL[parameter]} {NAMES[name]}: {problem}")
            made.append(LimitSetting(parameter, *values))
        return tuple(made), tuple(problems)

    def _look(self) -> None:
        """Say per row what the ward has and what differs, and at the foot what would alarm now."""
        limits, view = self.limits, self.view
        if limits is None or view is None or view.patient is None:
            return
        made, problems = self.settings()
        for setting in made:
            usual = setting_of(limits.ward, setting.parameter)
            name, note = self._rows[setting.parameter]
            changed = setting != usual
            name.setText(f"{'● ' if changed else ''}{wording.LABEL[setting.parameter]}   {UNITS[setting.parameter]}")
            values = " ".join(shown_limit(setting.parameter, v) or OFF for v in usual.values)
            note.setText("\n".join(filter(None, (f"ward: {values}", spinal_words(limits, setting.parameter)))))
        self.alarming.setText("" if problems else alarming_now(view, made))

    def tell(self, text: str, problem: bool = False) -> None:
        """One sentence at the foot; a problem is framed and starts with a question mark."""
        self.message.setText(f"?  {text}" if problem else text)
        self.message.setVisible(bool(text))
        # The frame of a problem takes room that a wrapped label does not ask for.
        self.message.setMinimumHeight(84 if problem else 0)
        set_look(self.message, "role", "error" if problem else "caption")

    # --- saving --------------------------------------------------------------------------------------------------

    def save(self) -> None:
        """Put the typed limits in force, when they pass the checks."""
        if self.limits is None or self.view is None or self.view.patient is None or self.questions.waiting:
            return
        made, problems = self.settings()
        told = problems or faults(made, self.limits.ward)
        if told:
            self.tell(" ".join(told), problem=True)
        elif refusal := unnamed(self, self.user, "Nothing was saved."):
            self.tell(refusal, problem=True)
        else:
            self.tell("Saving …")
            changed = tuple(s for s in made if s != setting_of(self.limits.ward, s.parameter))
            command = SetLimits(self.bed, changed, self._seen, self.user)
            self.questions.ask(self.link.submit(command), partial(self._answered, self.bed, self._patient, changed))

    def _answered(self, bed: str, patient: str, own: tuple[LimitSetting, ...], reply: Reply | Failure) -> None:
        error = reply.text if isinstance(reply, Failure) else reply.error
        if error:
            again = " Close and open the sheet to see them." if "meanwhile" in error else ""
            self.tell(f"{wording.bed_words(bed)}: limits were not saved. {error}{again}", problem=True)
        elif (bed, patient) == (self.bed, self._patient):
            self._seen = own
            self.tell(f"✓  Limits in force · {self.user}")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)
