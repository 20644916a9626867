"""Second step: which device it is. The drivers, what each says of itself, the line settings, and its own settings."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from console.link.devices import Devices, DriverView
from console.ui.devices_page.draft import Draft, Kind
from console.ui.devices_page.line_form import LineForm
from console.ui.devices_page.manifest import sections
from console.ui.devices_page.settings_form import SettingsForm
from console.ui.forms import clear, label
from console.ui.theme import GAP, Theme

CHOOSE = "Choose the device. Its models, cabling and menu steps are shown here."
NETWORK_ALONE = "This driver reads network devices: go back and choose “SDC device”, or choose another driver."
NOT_NETWORK = "This driver does not read SDC devices: choose the driver sdc, or go back and choose a port."


class DeviceStep(QWidget):
    """fill: show a draft; take: write what is chosen into it."""

    changed = Signal()

    def __init__(self, devices: Devices) -> None:
        super().__init__()
        self.drivers: dict[str, DriverView] = {d.info.name: d for d in devices.drivers()}
        self.list = QListWidget()
        self.lines = LineForm()
        self.settings: SettingsForm | None = None
        self._draft = Draft()
        self._content = QWidget()
        self._column = QVBoxLayout(self._content)
        self._settings_box = QVBoxLayout()
        self._text_box = QVBoxLayout()
        self.title = label(CHOOSE, "title", wrap=True)
        self._lines_title = label("Line settings of this port", "title")
        self._settings_title = label("Settings of the driver", "title")
        self._scroll = QScrollArea()
        self._lay_out()
        self.list.currentItemChanged.connect(self._chosen)
        self.lines.changed.connect(self.changed)

    def _lay_out(self) -> None:
        self.list.setAccessibleName("Devices")
        self.list.setWordWrap(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        for name, view in sorted(self.drivers.items(), key=lambda d: d[1].info.title.casefold()):
            item = QListWidgetItem(f"{view.info.title}\n{name}")
            item.setData(Qt.ItemDataRole.UserRole, name)
            self.list.addItem(item)
        self._column.setContentsMargins(0, 0, 10, 0)
        self._column.setSpacing(GAP)
        for widget in (self.title, self._lines_title, self.lines, self._settings_title):
            self._column.addWidget(widget)
        self._column.addLayout(self._settings_box)
        self._text_box.setSpacing(4)
        self._column.addLayout(self._text_box)
        self._column.addStretch(1)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(self._content)
        self._scroll.setAccessibleName("What the driver says of its device")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(self.list)
        row.addWidget(self._scroll, 1)

    def set_theme(self, theme: Theme) -> None:
        """The look has changed."""
        self.list.setFixedWidth(200 if theme.compact else 320)

    @property
    def driver(self) -> DriverView | None:
        """The chosen driver, None while none is."""
        item = self.list.currentItem()
        return self.drivers[item.data(Qt.ItemDataRole.UserRole)] if item is not None else None

    def fill(self, draft: Draft) -> None:
        """Show what is chosen so far."""
        self._draft = draft
        with QSignalBlocker(self.list):
            self.list.setCurrentRow(-1)
            for row in range(self.list.count()):
                if self.list.item(row).data(Qt.ItemDataRole.UserRole) == draft.driver:
                    self.list.setCurrentRow(row)
        self._show()

    def take(self, draft: Draft) -> str:
        """Write what is chosen into the draft; what keeps from going on, "" for nothing."""
        view = self.driver
        if view is None:
            return "Choose the device, or go back and press “What is this?”."
        if draft.kind is not Kind.REPLAY and view.info.network != (draft.kind is Kind.SDC):
            return NETWORK_ALONE if view.info.network else NOT_NETWORK
        draft.choose_driver(view.info.name)
        if draft.kind is Kind.SERIAL:
            draft.serial = self.lines.value()
        if self.settings is not None:
            if not self.settings.check():
                return "Mend the settings of the driver first."
            draft.settings = self.settings.values()
        return ""

    def _chosen(self) -> None:
        self._show()
        self.changed.emit()

    def _show(self) -> None:
        view = self.driver
        clear(self._settings_box)
        clear(self._text_box)
        self.settings = None
        for widget in (self._lines_title, self.lines, self._settings_title):
            widget.setVisible(view is not None)
        if view is None:
            self.title.setText(CHOOSE)
            return
        serial = self._draft.kind is Kind.SERIAL
        self._lines_title.setVisible(serial)
        self.lines.setVisible(serial)
        same = view.info.name == self._draft.driver
        self.title.setText(view.info.title)
        self.lines.fill(view.info.serial, self._draft.serial if same else None)
        self.settings = SettingsForm(view.settings)
        self.settings.fill(self._draft.settings if same else {})
        self.settings.changed.connect(self.changed)
        self._settings_box.addWidget(self.settings)
        for heading, paragraphs in sections(view.info):
            self._text_box.addWidget(label(heading, "title"))
            for paragraph in paragraphs:
                self._text_box.addWidget(label(paragraph, wrap=True))
        self._scroll.verticalScrollBar().setValue(0)
