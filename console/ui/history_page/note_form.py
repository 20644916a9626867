"""A note to the chosen alarm: it can be added, never changed."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from console.link.commands import AddAlarmNote, Reply
from console.link.link import Link
from console.store.records import LONGEST_NOTE
from console.ui.forms import Failure, Questions, button, label


class NoteForm(QWidget):
    """One line and a button. added(): the note is in the record. who: the name it is written under."""

    added = Signal()

    def __init__(self, link: Link, who: Callable[[], str]) -> None:
        super().__init__()
        self._link = link
        self._who = who
        self._questions = Questions(self)
        self._alarm_id = ""
        self.field = QLineEdit()
        self.field.setPlaceholderText("Note; it cannot be changed later")
        self.field.setAccessibleName("Note to this alarm")
        self.field.setMaxLength(LONGEST_NOTE)
        self.field.setMinimumHeight(40)
        self.add = button("Add note")
        self.told = label(role="caption", wrap=True)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.field, 1)
        row.addWidget(self.told)
        row.addWidget(self.add)
        self.told.hide()
        self.field.textEdited.connect(self._typed)
        self.field.returnPressed.connect(self._add)
        self.add.clicked.connect(self._add)
        self.show_alarm("")

    def show_alarm(self, alarm_id: str) -> None:
        """Turn to an alarm, "" for none. What was being written to another is let go."""
        if alarm_id == self._alarm_id and alarm_id:
            return
        self._alarm_id = alarm_id
        self.field.clear()
        self.told.hide()
        self.setVisible(bool(alarm_id))
        self._typed()

    def _typed(self) -> None:
        self.add.setEnabled(bool(self.field.text().strip()) and not self._questions.waiting)

    def _add(self) -> None:
        text = self.field.text().strip()
        if not text or self._questions.waiting:
            return
        alarm_id = self._alarm_id

        def answered(reply: Reply | Failure) -> None:
            if alarm_id != self._alarm_id:
                return
            error = reply.text if isinstance(reply, Failure) else reply.error
            if error:
                self.told.setText(f"?  {error}")
                self.told.show()
            else:
                self.field.clear()
                self.told.hide()
                self.added.emit()
            self._typed()

        self.add.setEnabled(False)
        self._questions.ask(self._link.submit(AddAlarmNote(alarm_id, text, self._who())), answered)
