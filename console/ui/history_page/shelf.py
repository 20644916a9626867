"""Filters to choose from, built in and saved at this station, and the export of what is listed."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QSizePolicy, QWidget

from console.ui.elided import ElidedLabel
from console.ui.forms import button
from console.ui.history_page.choice import BUILT_IN, Choice
from console.ui.history_page.saved import LONGEST_NAME, SavedFilters

CHOOSE = "Choose a filter …"


class Shelf(QWidget):
    """Signals: chosen(Choice), save(name), export()."""

    chosen = Signal(object)
    save = Signal(str)
    export = Signal()

    def __init__(self, saved: SavedFilters) -> None:
        super().__init__()
        self._saved = saved
        self.box = QComboBox()
        self.box.setAccessibleName("Saved filters")
        self.box.setMaxVisibleItems(16)
        self.box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.box.setMinimumContentsLength(30)
        self.save_button, self.delete_button = button("Save filter"), button("Delete")
        self.export_button = button("Export CSV")
        self.name = QLineEdit()
        self.name.setPlaceholderText("Name of the filter, then Enter")
        self.name.setAccessibleName("Name of the filter")
        self.name.setMaxLength(LONGEST_NAME)
        self.name.setMinimumHeight(40)
        self.name.hide()
        self.told = ElidedLabel(wide=True)
        self.told.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        for widget in (self.box, self.name, self.save_button, self.delete_button):
            row.addWidget(widget)
        row.addWidget(self.told, 1)
        row.addWidget(self.export_button)
        self.box.activated.connect(self._choose)
        self.save_button.clicked.connect(self._begin)
        self.delete_button.clicked.connect(self._delete)
        self.name.returnPressed.connect(self._named)
        self.export_button.clicked.connect(self.export)
        self._list()
        self.tell(saved.told)

    def tell(self, text: str) -> None:
        """What has happened, in one sentence."""
        self.told.setText(text)

    def release(self) -> None:
        """What is listed is no longer a filter of the list."""
        self.box.setCurrentIndex(0)
        self._look()

    def keep(self, name: str, choice: Choice) -> None:
        """Save a choice under a name."""
        problem = self._saved.save(name, choice)
        self.tell(f"?  {problem}" if problem else f"Saved as {' '.join(name.split())}.")
        if not problem:
            self.name.clear()
            self.name.hide()
            self._list(" ".join(name.split()))

    def _list(self, chosen: str = "") -> None:
        self.box.clear()
        self.box.addItem(CHOOSE, None)
        for name, choice in BUILT_IN.items():
            self.box.addItem(name, choice)
        saved = self._saved.choices
        if saved:
            self.box.insertSeparator(self.box.count())
        for name, choice in saved.items():
            self.box.addItem(name, choice)
        # One of the station may be called as one that is built in: it stands further down.
        last = max((n for n in range(self.box.count()) if self.box.itemText(n) == chosen), default=0)
        self.box.setCurrentIndex(last)
        self._look()

    def _look(self) -> None:
        self.delete_button.setEnabled(self.box.currentIndex() > len(BUILT_IN))

    def _choose(self, index: int) -> None:
        self._look()
        choice = self.box.itemData(index)
        if isinstance(choice, Choice):
            self.tell("")
            self.chosen.emit(choice)

    def _begin(self) -> None:
        if self.name.isVisible():
            self._named()
            return
        self.name.show()
        self.name.setFocus()

    def _named(self) -> None:
        if self.name.text().strip():
            self.save.emit(self.name.text())
        else:
            self.name.hide()

    def _delete(self) -> None:
        name = self.box.currentText()
        problem = self._saved.delete(name)
        self.tell(f"?  {problem}" if problem else f"{name} is deleted.")
        if not problem:
            self._list()
