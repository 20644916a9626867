"""Last step: which bed it is, what stands there already, and the comparison with the bedside monitor."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QComboBox, QFormLayout, QFrame, QLabel, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from console.config import Config
from console.link.devices import LineView
from console.link.snapshot import WardSnapshot
from console.ui.devices_page.confirmation import Confirmation
from console.ui.devices_page.draft import Draft, bed_remarks, replay_refusal, suggested_name
from console.ui.devices_page.seen import arriving
from console.ui.forms import label, row_label
from console.ui.theme import GAP, Theme
from drivers.driver import DriverInfo
from drivers.observation import Parameter

NEW_BED = "Add a new bed …"
LONGEST_BED, LONGEST_NAME = 12, 80


class BedStep(QWidget):
    """changed: something that decides whether it may be saved."""

    changed = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._draft = Draft()
        self._config = Config()
        self._info: DriverInfo | None = None
        self._ward: WardSnapshot | None = None
        self._coming: tuple[Parameter, ...] = ()
        self.bed, self.new_bed, self.name = QComboBox(), QLineEdit(), QLineEdit()
        self.remarks = label(wrap=True)
        self.refusal = label(role="error", wrap=True)
        self.binding = label(role="caption", wrap=True)
        self.unchanged = label("The binding stays as it is: nothing to compare.", wrap=True)
        self.confirmation = Confirmation(theme)
        self._form = QFormLayout()
        self._lay_out()
        self.bed.currentIndexChanged.connect(self._bed_chosen)
        self.new_bed.textChanged.connect(self._bed_chosen)
        self.name.textEdited.connect(self._named)
        self.confirmation.changed.connect(self.changed)

    def _lay_out(self) -> None:
        self.bed.setAccessibleName("Bed")
        self.new_bed.setAccessibleName("Name of the new bed")
        self.new_bed.setPlaceholderText("Name of the new bed, such as 7B-01")
        self.new_bed.setMaxLength(LONGEST_BED)
        self.name.setAccessibleName("Name of the source")
        self.name.setMaxLength(LONGEST_NAME)
        form = self._form
        form.setHorizontalSpacing(16)
        for word, widget in (("Bed", self.bed), ("New bed", self.new_bed), ("Name", self.name)):
            widget.setMinimumHeight(40)
            form.addRow(row_label(word), widget)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 10, 0)
        column.setSpacing(GAP)
        column.addLayout(form)
        for part in (self.refusal, self.remarks, self.confirmation, self.unchanged, self.binding):
            column.addWidget(part)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setWidget(content)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scroll)

    def set_theme(self, theme: Theme) -> None:
        """The look has changed."""
        self.confirmation.set_theme(theme)

    # --- the draft -----------------------------------------------------------------------------------------------

    def fill(self, draft: Draft, config: Config, info: DriverInfo) -> None:
        """Show what is chosen so far; the comparison is asked for anew."""
        self._draft, self._config, self._info = draft, config, info
        with QSignalBlocker(self.bed), QSignalBlocker(self.new_bed):
            self.bed.clear()
            for bed in config.ward.beds:
                self.bed.addItem(bed, bed)
            self.bed.addItem(NEW_BED, None)
            known = self.bed.findData(draft.bed)
            self.bed.setCurrentIndex(known if known >= 0 else -1 if config.ward.beds and not draft.bed else 0)
            self.bed.setPlaceholderText("Choose the bed")
            if draft.bed and known < 0:
                self.bed.setCurrentIndex(self.bed.count() - 1)
            self.new_bed.setText(draft.bed if known < 0 else "")
        self.name.setText(draft.name)
        self._bed_chosen()

    def chosen_bed(self) -> str:
        """The bed as it stands, "" while none is chosen."""
        if self.bed.currentIndex() < 0:
            return ""
        return self.bed.currentData() or self.new_bed.text().strip()

    @property
    def is_new_bed(self) -> bool:
        """The bed is yet to be added to the ward."""
        bed = self.chosen_bed()
        return bool(bed) and bed not in self._config.ward.beds

    def _bed_chosen(self) -> None:
        self._form.setRowVisible(self.new_bed, self.bed.currentIndex() >= 0 and self.bed.currentData() is None)
        self._draft.bed = self.chosen_bed()
        if not self._draft.typed_name and self._info is not None:
            self._draft.name = suggested_name(self._config, self._draft.bed, self._info.title, self._draft.replaces)
            self.name.setText(self._draft.name)
        self.confirmation.reset(self._draft.bed, self._draft.replayed)
        self._say()
        self.changed.emit()

    def _named(self, text: str) -> None:
        self._draft.name, self._draft.typed_name = text, True
        self.changed.emit()

    # --- following -----------------------------------------------------------------------------------------------

    def show_ward(self, ward: WardSnapshot, config: Config) -> None:
        """Who lies where, now."""
        self._ward, self._config = ward, config
        self._say()

    def show_line(self, view: LineView | None, binding: str) -> None:
        """What arrives now, and what the source would be pinned to."""
        interval = self._info.interval_s if self._info is not None else 1.0
        self.confirmation.show_line(view, interval)
        self._coming = tuple(h.vital.parameter for h in arriving(view, interval)) if view is not None else ()
        self.binding.setText(binding)

    def ask_comparison(self, needed: bool) -> None:
        """Whether values have to be compared before it may be saved."""
        self.confirmation.setVisible(needed)
        self.unchanged.setVisible(not needed)

    def problem(self) -> str:
        """What keeps from saving, "" for nothing; without the comparison."""
        if not self._draft.bed:
            return "Choose the bed at which this device measures."
        if not self._draft.name.strip():
            return "Give the source a name."
        return self.refusal.text()

    def _say(self) -> None:
        bed = self._draft.bed
        told: list[str] = []
        refused = ""
        if bed and self._ward is not None:
            told = bed_remarks(self._config, self._ward, bed, self._coming, self._draft.replaces)
            if self._draft.replayed:
                refused = replay_refusal(self._config, self._ward, bed, self._draft.replaces)
        _tell(self.remarks, "\n".join(told))
        if refused != self.refusal.text():
            _tell(self.refusal, refused)
            self.changed.emit()
        self.refusal.setVisible(bool(refused))


def _tell(widget: QLabel, text: str) -> None:
    widget.setText(text)
    widget.setVisible(bool(text))
