"""Line settings of a serial port: as the device leaves the factory, unless changed here."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QVBoxLayout, QWidget

from console.ui.devices_page.words import PARITY, line_settings_text
from console.ui.forms import button, label
from drivers.driver import SerialSettings

BAUDS = (300, 600, 1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200, 230400, 460800, 921600)
COLUMNS = 3
FLOWS = {
    (False, False): "None",
    (True, False): "RTS/CTS",
    (False, True): "XON/XOFF",
    (True, True): "RTS/CTS and XON/XOFF",
}


class LineForm(QWidget):
    """changed: a person has chosen something else."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._factory = SerialSettings()
        self.baud = _combo("Baud", [(str(b), b) for b in BAUDS])
        self.bits = _combo("Data bits", [(str(n), n) for n in (5, 6, 7, 8)])
        self.parity = _combo("Parity", [(word, letter) for letter, word in PARITY.items()])
        self.stop = _combo("Stop bits", [("1", 1), ("2", 2)])
        self.flow = _combo("Flow control", [(word, flow) for flow, word in FLOWS.items()])
        self.back = button("Reset")
        self.told = label(role="caption", wrap=True)
        self.back.setAccessibleDescription("Back to the line settings that the driver names")
        grid = QGridLayout()
        grid.setHorizontalSpacing(10)
        for index, box in enumerate((self.baud, self.bits, self.parity, self.stop, self.flow)):
            row, column = 2 * (index // COLUMNS), index % COLUMNS
            grid.addWidget(label(box.accessibleName(), "caption"), row, column)
            grid.addWidget(box, row + 1, column)
            box.currentIndexChanged.connect(self._edited)
        grid.addWidget(self.back, 3, COLUMNS - 1)
        column_box = QVBoxLayout(self)
        column_box.setContentsMargins(0, 0, 0, 0)
        column_box.addLayout(grid)
        column_box.addWidget(self.told)
        self.back.clicked.connect(self._go_back)

    def fill(self, factory: SerialSettings, chosen: SerialSettings | None) -> None:
        """Show the settings chosen, or those of the driver."""
        self._factory = factory
        now = chosen or factory
        for box, value in (
            (self.baud, now.baud),
            (self.bits, now.bytesize),
            (self.parity, now.parity),
            (self.stop, now.stopbits),
            (self.flow, (now.rtscts, now.xonxoff)),
        ):
            with QSignalBlocker(box):
                _choose(box, value)
        self._say()

    def value(self) -> SerialSettings | None:
        """What is chosen, None when it is what the driver says."""
        rtscts, xonxoff = self.flow.currentData()
        chosen = SerialSettings(
            self.baud.currentData(),
            self.bits.currentData(),
            self.parity.currentData(),
            self.stop.currentData(),
            rtscts,
            xonxoff,
        )
        return None if chosen == self._factory else chosen

    def _go_back(self) -> None:
        self.fill(self._factory, None)
        self.changed.emit()

    def _edited(self) -> None:
        self._say()
        self.changed.emit()

    def _say(self) -> None:
        own = self.value() is None
        factory = line_settings_text(self._factory)
        ours, changed = f"{factory}, as the driver names them.", f"Changed: the driver names {factory}."
        self.told.setText(ours if own else f"{changed} The device must be set alike.")
        self.back.setEnabled(not own)


def _combo(name: str, items: list[tuple[str, Any]]) -> QComboBox:
    box = QComboBox()
    for text, value in items:
        box.addItem(text, value)
    box.setAccessibleName(name)
    box.setMinimumHeight(40)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumContentsLength(4)
    return box


def _choose(box: QComboBox, value: Any) -> None:
    index = next((i for i in range(box.count()) if box.itemData(i) == value), -1)
    if index < 0:
        box.addItem(str(value), value)
        index = box.count() - 1
    box.setCurrentIndex(index)
