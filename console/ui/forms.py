"""Parts the forms share: plain labels and buttons, the time strip, answers that are waited for without blocking."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from PySide6.QtCore import QDateTime, QEvent, QObject, Qt, QTimer, QTimeZone, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QButtonGroup,
    QDateTimeEdit,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

POLL_MS = 40
"""How often an open question is looked at; only while there is one."""

AGO_MINUTES = (0, 5, 15, 30)
"""What the time strip offers; anything else by Pick."""


def label(text: str = "", role: str = "", wrap: bool = False) -> QLabel:
    """A label that shows its text as it is: text from outside is never read as markup."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setWordWrap(wrap)
    if role:
        made.setProperty("role", role)
    return made


def row_label(text: str) -> QLabel:
    """The label of an input of 40 px, in line with what is written in it."""
    made = label(text)
    made.setMinimumHeight(40)
    return made


def indent(box: QAbstractSpinBox) -> None:
    """Set the number of a spin box off its frame: the style sheet's padding does not reach it."""
    box.lineEdit().setTextMargins(8, 0, 0, 0)


def button(text: str, role: str = "", checkable: bool = False) -> QPushButton:
    """A button of at least 40 px."""
    made = QPushButton(text)
    made.setMinimumHeight(40)
    made.setCheckable(checkable)
    if role:
        made.setProperty("role", role)
    return made


def panel() -> QFrame:
    """A framed part of a page."""
    made = QFrame()
    made.setProperty("role", "panel")
    return made


def set_look(widget: QWidget, name: str, value: Any) -> None:
    """Set a property the style sheet reads, and have it read again; nothing when it is set already."""
    if widget.property(name) == value:
        return
    widget.setProperty(name, value)
    widget.style().unpolish(widget)
    widget.style().polish(widget)


def tell(where: QLabel, text: str, problem: bool = True) -> None:
    """One sentence, or none; a problem is framed and begins with a question mark."""
    framed = bool(text) and problem
    where.setText(f"?  {text}" if framed else text)
    set_look(where, "role", "error" if framed else "")
    # The frame takes room that a wrapped label does not ask for.
    where.setMinimumHeight(62 if framed else 0)
    where.setMargin(8 if framed else 0)
    where.setVisible(bool(text))


def clear(layout: QLayout) -> None:
    """Take everything out of a layout: gone from the screen at once, not when Qt gets round to deleting it."""
    while (item := layout.takeAt(0)) is not None:
        if (widget := item.widget()) is not None:
            widget.hide()
            widget.deleteLater()


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a question has no answer, in one plain sentence."""

    text: str


class Questions(QObject):
    """Futures of the link, looked at in the thread of the screen: nothing blocks and nothing crosses threads.

    The timer runs only while something is open. `drop` forgets what is open: a late answer then changes nothing.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._open: list[tuple[Future[Any], Callable[[Any], None]]] = []
        self._timer = QTimer(self)
        self._timer.setInterval(POLL_MS)
        self._timer.timeout.connect(self.poll)

    def ask(self, future: Future[Any], then: Callable[[Any], None]) -> None:
        """Call `then` with the answer, or with a Failure; at once when it is there already."""
        self._open.append((future, then))
        self.poll()

    def drop(self) -> None:
        """Forget every open question."""
        self._open.clear()
        self._timer.stop()

    @property
    def waiting(self) -> bool:
        """True while an answer is awaited."""
        return bool(self._open)

    def poll(self) -> None:
        """Hand over what has been answered."""
        done = [(future, then) for future, then in self._open if future.done()]
        self._open = [(future, then) for future, then in self._open if not future.done()]
        if self._open:
            self._timer.start()
        else:
            self._timer.stop()
        for future, then in done:
            then(_answer(future))


def _answer(future: Future[Any]) -> Any:
    try:
        return future.result(timeout=0)
    except CancelledError:
        return Failure("the request was cancelled")
    except Exception as error:  # noqa: BLE001 - whatever the store says is shown, in its own words
        return Failure(str(error) or type(error).__name__)


def to_qt(at: datetime, zone: ZoneInfo) -> QDateTime:
    """An aware time for an input field, on the ward's clock."""
    return QDateTime.fromSecsSinceEpoch(int(at.timestamp()), QTimeZone(zone.key.encode()))


class _DateTimeEdit(QDateTimeEdit):
    """Without buttons a styled field gives the line edit inside it one pixel of width: it would show nothing."""

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fill()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._fill()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        self._fill()

    def _fill(self) -> None:
        self.lineEdit().setGeometry(self.rect().adjusted(10, 2, -6, -2))


def date_time_field(zone: ZoneInfo) -> QDateTimeEdit:
    """An input for a date and time of the ward."""
    field = _DateTimeEdit()
    field.setTimeZone(QTimeZone(zone.key.encode()))
    field.setDisplayFormat("dd MMM yyyy HH:mm")
    field.setButtonSymbols(QDateTimeEdit.ButtonSymbols.NoButtons)
    # The line edit inside would take the frame and padding of a line edit of its own, and show nothing.
    field.setStyleSheet("QLineEdit { border: none; padding: 0; min-height: 0; background: transparent; }")
    return field


class TimeStrip(QWidget):
    """When something was true: now, some minutes ago, or a time that is picked. changed: another time is chosen."""

    changed = Signal()

    def __init__(self, zone: ZoneInfo) -> None:
        super().__init__()
        self._zone = zone
        self._group = QButtonGroup(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(7)
        row = QHBoxLayout()
        row.setSpacing(7)
        column.addLayout(row)
        words = ("Now", *(f"{m} min" for m in AGO_MINUTES[1:]), "Pick")
        spoken = ("Now", *(f"{m} minutes ago" for m in AGO_MINUTES[1:]), "Pick a time")
        for index, word in enumerate(words):
            choice = button(word, "choice", checkable=True)
            choice.setAccessibleName(spoken[index])
            choice.setStyleSheet("padding-left: 4px; padding-right: 4px;")
            self._group.addButton(choice, index)
            row.addWidget(choice, 1)
        self.field = date_time_field(zone)
        self.field.setAccessibleName("Time")
        column.addWidget(self.field)
        self._group.idClicked.connect(self._chosen)
        self.field.dateTimeChanged.connect(self.changed)
        self.reset()

    def choice(self, index: int) -> QPushButton:
        """0 now, 1 to 3 minutes ago, 4 pick."""
        made = self._group.button(index)
        assert isinstance(made, QPushButton)
        return made

    def reset(self) -> None:
        """Back to now."""
        self.choice(0).setChecked(True)
        self.field.hide()

    def set_zone(self, zone: ZoneInfo) -> None:
        """The ward's clock."""
        if zone.key != self._zone.key:
            self._zone = zone
            self.field.setTimeZone(QTimeZone(zone.key.encode()))

    def at(self, now: datetime) -> datetime:
        """The chosen time, UTC; now: the ward's time, UTC."""
        index = self._group.checkedId()
        if index < len(AGO_MINUTES):
            return now - timedelta(minutes=AGO_MINUTES[index])
        return datetime.fromtimestamp(self.field.dateTime().toSecsSinceEpoch(), UTC)

    def start_pick(self, now: datetime) -> None:
        """Put the time of day into the field before it is changed by hand."""
        self.field.setDateTime(to_qt(now, self._zone))

    def _chosen(self, index: int) -> None:
        self.field.setVisible(index == len(AGO_MINUTES))
        if index == len(AGO_MINUTES):
            self.field.setFocus()
        self.changed.emit()
