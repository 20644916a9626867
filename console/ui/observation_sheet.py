"""The observation sheet: one press on a value charts it. Nothing is preselected; the last charted value is dashed."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QPushButton, QSizePolicy, QVBoxLayout

from console.link.commands import ChartFinding
from console.link.link import Link
from console.ui import charting, wording
from console.ui.charting_sheet import ChartingSheet
from console.ui.forms import button, label
from console.ui.theme import Theme
from console.ward.chart import NurseObservation

SEDATION, SPASTICITY = "sedation", "spasticity"
NOTE_LENGTH = 200


class ObservationSheet(ChartingSheet):
    """Keyed by `O`. buttons: by item and value, such as ("pruritus", "yes"), ("sedation", "3")."""

    heading = "Chart observation"

    def __init__(self, link: Link, user: str, theme: Theme) -> None:
        super().__init__(link, user, theme)
        self.buttons: dict[tuple[str, str], QPushButton] = {}
        self._last = {item: label(role="caption") for item in (SEDATION, SPASTICITY)}
        self._saved: tuple[str, str] | None = None
        for score, word, _ in charting.POSS:
            self._add(SEDATION, score, f"{score}\n{word}", f"Sedation POSS {score}, {word}")
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
        self.dress()

    def _add(self, item: str, value: str, words: str, spoken: str) -> None:
        made = button(words, "choice")
        made.setAccessibleName(spoken)
        if item == SEDATION:
            made.setMinimumHeight(48)
            made.setProperty("item", SEDATION)
        made.clicked.connect(lambda: self.chart(item, value))
        self.buttons[item, value] = made

    def _fill(self) -> None:
        for item, title in ((SEDATION, "Sedation, POSS"), (SPASTICITY, "Spasticity, MAS")):
            head = QHBoxLayout()
            head.addWidget(label(title), 1)
            head.addWidget(self._last[item])
            row = QHBoxLayout()
            row.setSpacing(7)
            for (of, _), made in self.buttons.items():
                if of == item:
                    made.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
                    row.addWidget(made, 1)
            block = QVBoxLayout()
            block.setSpacing(4)
            block.addLayout(head)
            block.addLayout(row)
            self.body.addLayout(block)
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
        self.body.addWidget(self.note)
        self.body.addStretch(1)

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
            code = next(code for score, _, code in charting.POSS if score == value)
            if value == "S":
                note = f"{charting.POSS_ASLEEP}, asleep, easy to rouse" + (f". {note}" if note else "")
        elif item == SPASTICITY:
            findings = self.view.findings if self.view is not None else ()
            code = charting.spasticity_code(value, charting.usual_grade(findings) or value)
            note = charting.mas_note(value, more=note)
        else:
            code = item if value == "yes" else f"no_{item}"
        return NurseObservation(code, at, self.user, note)

    # --- what is shown -------------------------------------------------------------------------------------------

    def bed_changed(self) -> None:
        """Nothing of another bed stays."""
        self._saved = None
        self.note.clear()
        self.bed_shown()

    def undone(self) -> None:
        """The entry is gone."""
        self._saved = None
        self.bed_shown()

    def set_open(self, able: bool) -> None:
        """Nobody admitted: nothing to press."""
        super().set_open(able)
        for made in (*self.buttons.values(), self.note):
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
            when.setText(f"last {value} · {day}{wording.clock_text(last.at, self.zone)}")
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
            "QPushButton[item='sedation'] { font-size: 12px; }"
            f"QPushButton[mark='last'] {{ border: 2px dashed {t.text_2}; }}"
            f"QPushButton[mark='saved'] {{ background: {t.selected_fill}; color: {t.selected_text}; }}"
            f"QPushButton[role='choice']:focus {{ border: 2px solid {t.interaction}; padding: 2px; }}"
        )


def _value(item: str, finding: NurseObservation) -> str:
    if item == SEDATION:
        return charting.poss_score(finding) or "–"
    if item == SPASTICITY:
        return charting.mas_grade(finding) or "charted"
    return "no" if finding.code.startswith("no_") else "yes"
