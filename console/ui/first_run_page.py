"""What a new user meets: no configuration yet, two ways on, and what this program is not."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout

from console.link.link import Link
from console.link.snapshot import WardSnapshot
from console.ui.first_administrator import SKIPPED, FirstAdministrator
from console.ui.page import Page
from console.ui.session import Session
from console.ui.theme import Theme

EXAMPLE = """[ward]
name = "Ward 7B"
beds = ["7B-01", "7B-02"]

[[source]]
name = "bed 1 oximeter"
driver = "masimo_ascii1"
bed = "7B-01"
transport = { kind = "serial", port = "/dev/serial/by-id/usb-..." }
"""

ADDING = (
    "Plug it in and press “Add a device”: the port is chosen, the device is recognised, and its values are compared "
    "with the bedside monitor before they are bound to a bed. The ward appears here with its first bed."
)

DISCLAIMER = (
    "Ward Console informs people. It never treats, never commands a device and never silences a bedside monitor. The "
    "bedside monitor stays the primary alarm. No clinician has validated the two patterns. Adults only."
)


class FirstRunPage(Page):
    """Stands in the place of the ward while no bed is configured. config_file: where the configuration goes.

    session: of a station with a desk of people: the first administrator is made here, or that is skipped.
    can_add: devices can be added on the device page of this console; otherwise the file has to be written by hand.
    """

    title = "Ward"

    def __init__(
        self,
        link: Link,
        user: str,
        theme: Theme,
        config_file: str,
        can_add: bool = False,
        session: Session | None = None,
    ) -> None:
        super().__init__(link, user, theme)
        panel = QFrame()
        panel.setProperty("role", "panel")
        panel.setFixedWidth(760)
        column = QVBoxLayout(panel)
        column.setContentsMargins(36, 30, 36, 30)
        column.setSpacing(14)
        head = _label("No beds set up yet")
        head.setStyleSheet("font-size: 28px; font-weight: 800;")
        column.addWidget(head)
        self.told = _label("")
        self.told.hide()
        column.addWidget(self.told)
        column.addWidget(
            _label(
                "Ward Console watches adults whose intrathecal baclofen pump has failed or was just repaired: their "
                "temperature, heart rate, blood pressure and breathing, and the two patterns behind them."
            )
        )
        demo = QPushButton("Start the demonstration ward")
        demo.setProperty("role", "primary")
        demo.setAccessibleDescription("Sixteen simulated patients on simulated monitors")
        demo.clicked.connect(self.start_demo)
        self.demo_button = demo
        row = QHBoxLayout()
        row.addWidget(demo)
        self.device_button = QPushButton("Add a device")
        self.device_button.clicked.connect(lambda: self.open_tab.emit("Devices"))
        row.addWidget(self.device_button)
        row.addStretch(1)
        column.addLayout(row)
        column.addSpacing(6)
        column.addWidget(_title("To add a device"))
        if can_add:
            column.addWidget(_label(ADDING))
            column.addWidget(_label(f"It is written to {config_file}."))
        else:
            self._tell_by_hand(column, theme, config_file)
        column.addSpacing(6)
        note = _label(DISCLAIMER)
        note.setProperty("role", "muted")
        column.addWidget(note)
        outer = QVBoxLayout(self)
        outer.addStretch(1)
        # Centred by stretches, not by an alignment: an aligned widget is not asked how high its wrapped words are.
        middle = QHBoxLayout()
        middle.addStretch(1)
        middle.addWidget(panel)
        self.beds, self.people = panel, FirstAdministrator(session or Session(None), with_skip=True)
        self._who = self._administrator()
        middle.addWidget(self._who)
        middle.addStretch(1)
        outer.addLayout(middle)
        outer.addStretch(2)
        asked = session is not None and session.open_to_all
        self.beds.setHidden(asked)
        self._who.setHidden(not asked)

    def _tell_by_hand(self, column: QVBoxLayout, theme: Theme, config_file: str) -> None:
        column.addWidget(_label(f"Write this to {config_file} with your own beds and port, then start again:"))
        example = QLabel(EXAMPLE)
        example.setTextFormat(Qt.TextFormat.PlainText)
        example.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        example.setStyleSheet(
            "font-family: 'DejaVu Sans Mono'; font-size: 13px; font-weight: 500; padding: 12px;"
            f"background: {theme.tokens.sunk}; border-radius: 5px;"
        )
        # A label in a panel of fixed width would be given less than its lines need.
        example.setMinimumHeight((EXAMPLE.count("\n") + 1) * 17 + 24)
        column.addWidget(example)
        column.addWidget(_label("`ward-console doctor` lists the serial ports of this machine and what it lacks."))

    def _administrator(self) -> QFrame:
        """The step before: who may act here. Made or skipped, the page goes on and says which."""
        panel = QFrame()
        panel.setProperty("role", "panel")
        panel.setFixedWidth(620)
        column = QVBoxLayout(panel)
        column.setContentsMargins(36, 30, 36, 30)
        column.setSpacing(14)
        head = _label("Who may act here?")
        head.setStyleSheet("font-size: 28px; font-weight: 800;")
        column.addWidget(head)
        column.addWidget(self.people)
        self.people.done.connect(lambda name: self._go_on(f"✓  {name} is the administrator and signed in."))
        self.people.skipped.connect(lambda: self._go_on(SKIPPED))
        return panel

    def _go_on(self, told: str) -> None:
        self.told.setText(told)
        self.told.show()
        self._who.hide()
        self.beds.show()

    def show_ward(self, snapshot: WardSnapshot, now: float) -> None:
        """Nothing to show until there is a ward."""


def _label(text: str) -> QLabel:
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    return label


def _title(text: str) -> QLabel:
    label = _label(text)
    label.setProperty("role", "title")
    return label
