"""Comparing with the bedside monitor before values are taken for a bed: the act that keeps two patients apart."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QGridLayout, QLabel, QVBoxLayout, QWidget

from console.link.devices import HeardVital, LineView
from console.ui import wording
from console.ui.devices_page.draft import REPLAY_CONFIRMED
from console.ui.devices_page.seen import arriving, name_of, number, unit_of, values_text
from console.ui.forms import button, clear, label
from console.ui.theme import Theme
from drivers.observation import Parameter

COLUMNS, COLUMNS_COMPACT = 8, 5
NUMERAL = 40
"""Height of the digits in px: they are read against a monitor an arm's length away."""
MOST = 8
"""Values shown large, at most."""

NOTHING_COMES = "No value arrives now, so there is nothing to compare."
OFF_SAID = "Nobody has compared values. The audit trail will say so: compare as soon as the device is on."


class Confirmation(QWidget):
    """may_be_off: a device that is off may be bound without a comparison, if that is chosen on purpose.

    confirmed: what was compared, in words for the audit trail, "" while nothing was. changed: it may be another.

    The tick holds only while values arrive from one device over one link, and only for the bed it was given for.
    """

    changed = Signal()

    def __init__(self, theme: Theme, may_be_off: bool = True) -> None:
        super().__init__()
        self._theme = theme
        self._may_be_off = may_be_off
        self._bed = ""
        self._replayed = False
        self._compared = ""
        self._identity, self._seconds = "", 0.0
        self._shown: tuple[Parameter, ...] = ()
        self._values: tuple[HeardVital, ...] = ()
        self._cells: list[tuple[QLabel, QLabel]] = []
        self.heading = label(role="title", wrap=True)
        self.match = QCheckBox()
        self.off = button("The device is off now, bind without values", checkable=True)
        self.note = label(role="caption", wrap=True)
        self._grid = QGridLayout()
        self._lay_out()
        self.match.toggled.connect(self._matched)
        self.off.toggled.connect(self._off)

    def _lay_out(self) -> None:
        self.match.setMinimumHeight(40)
        self._grid.setHorizontalSpacing(28)
        self._grid.setVerticalSpacing(2)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.heading)
        column.addLayout(self._grid)
        column.addWidget(self.match)
        column.addWidget(self.off, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.note)

    @property
    def confirmed(self) -> str:
        """What the audit trail will say, "" while nothing was compared nor left out on purpose."""
        if self._replayed:
            return REPLAY_CONFIRMED if self.match.isChecked() else ""
        if self.match.isChecked():
            return f"{self._compared} compared with the monitor at {self._bed}"
        if self.off.isChecked():
            return f"device off, no values compared with the monitor at {self._bed}"
        return ""

    def set_theme(self, theme: Theme) -> None:
        """The look has changed."""
        self._theme = theme
        self._shown = ()
        self._write()

    def reset(self, bed: str, replayed: bool = False) -> None:
        """Ask anew, for this bed."""
        self._bed, self._replayed = bed, replayed
        self._identity, self._seconds = "", 0.0
        self._untick()
        words = wording.bed_words(bed) if bed else "the bed"
        place = words if words == bed else f"{words[:1].lower()}{words[1:]}"
        if replayed:
            self.heading.setText("A recording has no patient")
            self.match.setText(f"This is a recording; {place} shows it as DEMO DATA")
        else:
            self.heading.setText(f"Compare these values with the monitor at {place}")
            self.match.setText(f"These are the values on the monitor at {place}")
        self._write()

    def show_line(self, view: LineView | None, interval_s: float) -> None:
        """The values arriving now; with none of them the tick is gone."""
        self._values = arriving(view, interval_s)[:MOST] if view is not None else ()
        gone = not self._values or (view is not None and self._is_another(view))
        if gone and self.match.isChecked() and not self._replayed:
            self._untick()
        if self._values and self.off.isChecked():
            self._untick()
        self._write()

    def _is_another(self, view: LineView) -> bool:
        """The link came up anew, or another device tells its serial number: what was compared may be unplugged."""
        before, self._identity = self._identity, view.identity or self._identity
        since, self._seconds = self._seconds, view.seconds
        return view.seconds < since or bool(before and view.identity and view.identity != before)

    def _untick(self) -> None:
        before = self.confirmed
        with QSignalBlocker(self.match), QSignalBlocker(self.off):
            self.match.setChecked(False)
            self.off.setChecked(False)
        self._compared = ""
        if before:
            self.changed.emit()

    def _matched(self, on: bool) -> None:
        self._compared = values_text(self._values) if on else ""
        self._write()
        self.changed.emit()

    def _off(self) -> None:
        self._write()
        self.changed.emit()

    def _write(self) -> None:
        self._write_values(self._values)
        self.match.setEnabled(bool(self._bed) and (self._replayed or bool(self._values)))
        self.off.setVisible(self._may_be_off and not self._replayed and not self._values)
        self.off.setEnabled(bool(self._bed))
        if self._replayed:
            self.note.setText("Nothing of it enters reports as a patient's, and its alarms are silent.")
        elif self._values:
            self.note.setText("Look at the monitor itself, not at its label. Values may differ by a beat or two.")
        else:
            self.note.setText(OFF_SAID if self.off.isChecked() else NOTHING_COMES)

    def _write_values(self, values: Sequence[HeardVital]) -> None:
        """Rewrite the numbers; the labels are made anew only when there are others."""
        parameters = tuple(h.vital.parameter for h in values)
        if parameters != self._shown or len(self._cells) != len(values):
            self._make_cells(values)
        for heard, (name, value) in zip(values, self._cells, strict=True):
            site = f" · {heard.vital.site}" if heard.vital.site else ""
            name.setText(f"{name_of(heard.vital.parameter)}, {unit_of(heard.vital.parameter)}{site}")
            value.setText(number(heard))

    def _make_cells(self, values: Sequence[HeardVital]) -> None:
        clear(self._grid)
        self._cells = []
        self._shown = tuple(h.vital.parameter for h in values)
        columns = COLUMNS_COMPACT if self._theme.compact else COLUMNS
        for index, heard in enumerate(values):
            row, column = 2 * (index // columns), index % columns
            name, value = label(role="caption"), label()
            dye = self._theme.tokens.parameter(heard.vital.parameter)
            value.setStyleSheet(f"font-size: {NUMERAL}px; font-weight: 700; color: {dye};")
            value.setMinimumHeight(NUMERAL + 8)
            self._grid.addWidget(name, row, column)
            self._grid.addWidget(value, row + 1, column)
            self._cells.append((name, value))
        self._grid.setColumnStretch(COLUMNS, 1)
