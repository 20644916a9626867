"""The observation sheet: one press on a value charts it. Nothing is preselected; the last charted value is dashed.

Sedation is scored on the scale the nurse uses: the sheet opens on POSS, and then on the scale used last in this
session. So the usual scale takes two presses from the wall, another one three.
"""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QButtonGroup,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLayout,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from console.link.commands import ChartFinding
from console.link.link import Link
from console.ui import charting, wording
from console.ui.charting_sheet import ChartingSheet, next_named
from console.ui.forms import button, label
from console.ui.theme import Theme
from console.ward.chart import NurseObservation
from console.ward.sedation import SEDATION, SEDATION_SCORES, SedationScale

SPASTICITY = "spasticity"
NOTE_LENGTH = 200
COLUMNS = {SedationScale.POSS: 5, SedationScale.RASS: 5, SedationScale.GCS: 7, SedationScale.AVPU: 4}
"""Scores of a scale beside each other."""


class ObservationSheet(ChartingSheet):
    """Keyed by `O`. buttons: by item and value, such as ("pruritus", "yes"), ("sedation", "sedation_poss3").
    scales: the button of each sedation scale; scale: the one whose scores are offered."""

    heading = "Chart observation"

    def __init__(self, link: Link, user: str, theme: Theme) -> None:
        super().__init__(link, user, theme)
        self.buttons: dict[tuple[str, str], QPushButton] = {}
        self._last = {item: label(role="caption") for item in (SEDATION, SPASTICITY)}
        self._saved: tuple[str, str] | None = None
        self.scale = SedationScale.POSS
        self.scales = {scale: self._scale_button(scale) for scale in SedationScale}
        self._scores = {scale: QWidget() for scale in SedationScale}
        for code, score in SEDATION_SCORES.items():
            words = f"{score.shown}\n{score.words}" if score.words else score.shown
            self._add(SEDATION, code, words, f"Sedation {score.text}, {score.words}".rstrip(", "))
        for grade in charting.MAS_GRADES:
            self._add(SPASTICITY, grade, grade, f"Spasticity MAS {grade}")
        for code, words in charting.YES_NO:
            for value in ("no", "yes"):
                self._add(code, value, value.capitalize(), f"{words}: {value}")
        self.note = QLineEdit()
        self.note.setPlaceholderText("Note, goes with the next value")
        self.note.setAccessibleName("Note")
        self.note.setMaxLength(NOTE_LENGTH)
        self._fill()
        self.choose_scale(self.scale)
        self.dress()

    def _add(self, item: str, value: str, words: str, spoken: str) -> None:
        made = button(words, "choice")
        made.setAccessibleName(spoken)
        if item == SEDATION:
            made.setMinimumHeight(48)
            if "\n" in words:
                made.setProperty("words", "true")
        made.clicked.connect(lambda: self.chart(item, value))
        self.buttons[item, value] = made

    def _scale_button(self, scale: SedationScale) -> QPushButton:
        made = button(scale.value, "choice")
        made.setCheckable(True)
        made.setProperty("scale", "true")
        made.setAccessibleName(f"Score sedation by {scale.value}")
        made.clicked.connect(lambda: self.choose_scale(scale))
        return made

    def _fill(self) -> None:
        self.body.addLayout(_headed("Sedation", self._last[SEDATION], self._fill_sedation()))
        row = QHBoxLayout()
        row.setSpacing(7)
        for (of, _), made in self.buttons.items():
            if of == SPASTICITY:
                made.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
                row.addWidget(made, 1)
        self.body.addLayout(_headed("Spasticity, MAS", self._last[SPASTICITY], row))
        self._fill_findings()
        self.body.addWidget(self.note)
        self.body.addStretch(1)

    def _fill_sedation(self) -> QVBoxLayout:
        """The scales, and below them the scores of each; only those of the chosen scale are shown."""
        block, choice, group = QVBoxLayout(), QHBoxLayout(), QButtonGroup(self)
        block.setSpacing(7)
        choice.setSpacing(0)
        for made in self.scales.values():
            group.addButton(made)
            choice.addWidget(made, 1)
        block.addLayout(choice)
        for scale, scores in self._scores.items():
            grid = QGridLayout(scores)
            grid.setContentsMargins(0, 0, 0, 0)
            grid.setSpacing(7)
            grid.setHorizontalSpacing(6)
            columns = COLUMNS[scale]
            codes = [code for code, score in SEDATION_SCORES.items() if score.scale is scale]
            for index, code in enumerate(codes):
                made = self.buttons[SEDATION, code]
                made.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
                grid.addWidget(made, index // columns, index % columns)
                grid.setColumnStretch(index % columns, 1)
            block.addWidget(scores)
        return block

    def choose_scale(self, scale: SedationScale) -> None:
        """Offer the scores of one scale; nothing is charted by that."""
        self.scale = scale
        self.scales[scale].setChecked(True)
        for other, scores in self._scores.items():
            scores.setVisible(other is scale)

    def _fill_findings(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(7)
        grid.setVerticalSpacing(7)
        grid.setColumnStretch(0, 1)
        for index, (code, words) in enumerate(charting.YES_NO):
            self._last[code] = label(role="caption")
            name = QVBoxLayout()
            name.setSpacing(0)
            name.addWidget(label(words))
            name.addWidget(self._last[code])
            grid.addLayout(name, index, 0)
            for column, value in enumerate(("no", "yes"), 1):
                made = self.buttons[code, value]
                made.setFixedWidth(70)
                grid.addWidget(made, index, column)
        self.body.addLayout(grid)

    # --- charting ------------------------------------------------------------------------------------------------

    def chart(self, item: str, value: str) -> None:
        """Save one value for the chosen time."""
        at = self.chosen_time()
        if at is None or self.view is None:
            return
        finding = self.finding(item, value, at)
        words = charting.finding_text(finding)

        def saved() -> None:
            self._saved = (item, value)
            self.note.clear()
            self.bed_shown()

        self.save(ChartFinding(self.bed, finding), words[0].upper() + words[1:], at, saved)

    def finding(self, item: str, value: str, at: datetime) -> NurseObservation:
        """The entry behind a press."""
        note = self.note.text().strip()
        if item == SEDATION:
            code = value
        elif item == SPASTICITY:
            findings = self.view.findings if self.view is not None else ()
            code = charting.spasticity_code(value, charting.usual_grade(findings) or value)
            note = charting.mas_note(value, more=note)
        else:
            code = item if value == "yes" else f"no_{item}"
        return NurseObservation(code, at, self.user, note)

    # --- what is shown -------------------------------------------------------------------------------------------

    def type_ahead(self, letter: str) -> bool:
        """A letter goes to the next finding that begins with it, a digit to that score; Space charts it."""
        digits = [made for (item, _), made in self.buttons.items() if item == SEDATION]
        rows = [made for (item, value), made in self.buttons.items() if value == "yes"]
        made = next_named(digits if letter.isdigit() else rows, self.focusWidget(), letter)
        if made is None:
            return False
        made.setFocus(Qt.FocusReason.ShortcutFocusReason)
        return True

    def bed_changed(self) -> None:
        """Nothing of another bed stays."""
        self._saved = None
        self.note.clear()
        self.bed_shown()

    def half_written(self) -> str:
        """A note for the next value."""
        return f"a note at {self.bed}" if self.note.text().strip() else ""

    def forget(self) -> None:
        """No note."""
        self.note.clear()

    def undone(self) -> None:
        """The entry is gone."""
        self._saved = None
        self.bed_shown()

    def set_open(self, able: bool) -> None:
        """Nobody admitted: nothing to press."""
        super().set_open(able)
        for made in (*self.buttons.values(), *self.scales.values(), self.note):
            made.setEnabled(able)

    def bed_shown(self) -> None:
        """Mark the last charted value of every item, with its time."""
        findings = self.view.findings if self.view is not None else ()
        marked: set[tuple[str, str]] = set()
        for item, when in self._last.items():
            last = charting.newest(findings, item)
            if last is None:
                when.setText("not charted")
                continue
            value = _value(item, last)
            marked.add((item, value))
            local = last.at.astimezone(self.zone)
            day = "" if local.date() == self.utc.astimezone(self.zone).date() else f"{local:%d %b} "
            shown = charting.finding_text(last) if item == SEDATION else value
            when.setText(f"last {shown} · {day}{wording.clock_text(last.at, self.zone)}")
        usual = charting.usual_grade(findings)
        if usual:
            self._last[SPASTICITY].setText(f"usual {usual} · {self._last[SPASTICITY].text()}")
        for key, made in self.buttons.items():
            made.setProperty("mark", "saved" if key == self._saved else "last" if key in marked else "")
            made.style().unpolish(made)
            made.style().polish(made)

    def set_theme(self, theme: Theme) -> None:
        """The look has changed."""
        super().set_theme(theme)
        self.dress()

    def dress(self) -> None:
        """The dashed frame of the last value, the filled one of what was just saved."""
        t = self.theme.tokens
        self.setStyleSheet(
            "QPushButton[role='choice'] { padding: 2px; min-height: 36px; font-size: 15px; }"
            "QPushButton[words='true'] { font-size: 11px; padding: 0; min-height: 42px; }"
            "QPushButton[scale='true'] { border-radius: 0; }"
            f"QPushButton[scale='true']:checked {{ background: {t.raised}; color: {t.text};"
            f" border-bottom: 3px solid {t.interaction}; }}"
            f"QPushButton[mark='last'] {{ border: 2px dashed {t.text_2}; }}"
            f"QPushButton[mark='saved'] {{ background: {t.selected_fill}; color: {t.selected_text}; }}"
            f"QPushButton[role='choice']:focus {{ border: 2px solid {t.interaction}; padding: 0; }}"
        )


def _value(item: str, finding: NurseObservation) -> str:
    if item == SEDATION:
        return finding.code
    if item == SPASTICITY:
        return charting.mas_grade(finding) or "charted"
    return "no" if finding.code.startswith("no_") else "yes"


def _headed(title: str, last: QLabel, content: QLayout) -> QVBoxLayout:
    """A row of values under its name, with what was charted last."""
    head = QHBoxLayout()
    head.addWidget(label(title), 1)
    head.addWidget(last)
    block = QVBoxLayout()
    block.setSpacing(4)
    block.addLayout(head)
    block.addLayout(content)
    return block
