"""One change of people: somebody new, other roles, or a new secret."""

from __future__ import annotations

from enum import StrEnum

from PySide6.QtCore import Signal
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QCheckBox, QFrame, QHBoxLayout, QLineEdit, QVBoxLayout

from console.ui.elided import ElidedLabel
from console.ui.forms import button, label, tell
from console.ui.people_page.model import ROLES
from console.ui.secret_pair import SecretPair
from console.ward.credentials import name_fault
from console.ward.people import LONGEST_NAME, Person, Role

NO_ROLE = "Choose at least one role."


class Task(StrEnum):
    """What the form is for."""

    ADD = "Add a person"
    ROLES = "Change roles"
    SECRET = "New PIN or password"


class PersonForm(QFrame):
    """wanted(): checked, to be done: read `task`, `name`, `roles`, `pair`. left(): closed without."""

    wanted = Signal()
    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        self.task: Task | None = None
        self.heading = label("", "title")
        self.who = ElidedLabel(wide=True)
        self.name_field = QLineEdit()
        self.name_field.setPlaceholderText("Name, as it stands in the records")
        self.name_field.setAccessibleName("Name")
        self.name_field.setMaxLength(LONGEST_NAME)
        self.name_field.setMinimumHeight(44)
        self.boxes = {role: QCheckBox(role.value.capitalize()) for role in ROLES}
        for box in self.boxes.values():
            box.setMinimumHeight(40)
        self.pair = SecretPair()
        self.save = button("Save", "primary")
        self.cancel = button("Cancel")
        self.message = label(wrap=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 14)
        column.setSpacing(8)
        for part in (self.heading, self.who, self.name_field, *self.boxes.values(), self.pair):
            column.addWidget(part)
        row = QHBoxLayout()
        row.addWidget(self.save)
        row.addWidget(self.cancel)
        row.addStretch(1)
        column.addLayout(row)
        column.addWidget(self.message)
        column.addStretch(1)
        self.save.clicked.connect(self.check)
        self.pair.entered.connect(self.check)
        self.cancel.clicked.connect(self.left)
        self.hide()

    @property
    def name(self) -> str:
        """Of whom."""
        return self.name_field.text().strip()

    @property
    def roles(self) -> frozenset[Role]:
        """As ticked."""
        return frozenset(role for role, box in self.boxes.items() if box.isChecked())

    def open(self, task: Task, person: Person | None = None) -> None:
        """Begin. person: whom it is about, None for somebody new."""
        self.task = task
        self.heading.setText(task.value)
        self.name_field.setText(person.name if person is not None else "")
        self.name_field.setVisible(person is None)
        self.who.setText(person.name if person is not None else "")
        self.who.setVisible(person is not None)
        for role, box in self.boxes.items():
            box.setChecked(person is not None and role in person.roles)
            box.setVisible(task is not Task.SECRET)
        self.pair.clear()
        self.pair.setVisible(task is not Task.ROLES)
        self.tell("")
        self.set_busy(False)
        self.show()
        first = self.name_field if task is Task.ADD else self.boxes[ROLES[0]] if task is Task.ROLES else self.pair.first
        first.setFocus()

    def check(self) -> None:
        """Say what is wrong, or that it is wanted."""
        fault = name_fault(self.name) if self.task is Task.ADD else ""
        if not fault and self.task is not Task.SECRET and not self.roles:
            fault = NO_ROLE
        if not fault and self.task is not Task.ROLES:
            fault = self.pair.fault(self.name)
        if fault:
            self.tell(fault)
        else:
            self.wanted.emit()

    def set_busy(self, busy: bool) -> None:
        """While it is being written."""
        self.save.setEnabled(not busy)
        self.save.setText("Saving …" if busy else "Save")

    def tell(self, problem: str) -> None:
        """A sentence below the buttons."""
        tell(self.message, problem)

    def hideEvent(self, event: QHideEvent) -> None:
        if not event.spontaneous():
            self.pair.clear()
        super().hideEvent(event)
