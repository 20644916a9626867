"""Both runs side by side: the load of alarms, and the episodes that would have been others."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QStackedWidget,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from console.link.evaluation import Result
from console.ui.elided import ElidedLabel
from console.ui.evaluation_page import words
from console.ui.forms import button, label, set_look
from console.ui.tables import dress
from console.ui.theme import GAP
from console.ui.tips import tip

EPISODES = ("Episode", "Bed", "Patient", "Pattern and stage", "At", "Acted on")
SAME = "No episode would have been called otherwise."


class Notice(QFrame):
    """A sentence that must be read before the figures; hidden when there is none."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "notice")
        self.text: QLabel = label(wrap=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 6, 12, 6)
        column.addWidget(self.text)

    def say(self, text: str, bad: bool = False) -> None:
        self.text.setText(text)
        self.setHidden(not text)
        set_look(self, "bad", "true" if bad else "false")


class ResultView(QWidget):
    """Read only."""

    def __init__(self) -> None:
        super().__init__()
        self.head = ElidedLabel(wide=True)
        self.head.setProperty("role", "title")
        self.costs, self.few = Notice(), Notice()
        self.loads = _table(words.HEADINGS, "Load of alarms, episodes per patient-day and their number", figures=True)
        self.episodes = _table(EPISODES, "Episodes that would have been others")
        self.same = label(SAME, "muted")
        self.more = label(role="caption")
        self.show_loads = button("Load of alarms", "choice", checkable=True)
        self.show_episodes = button("Episodes that change", "choice", checkable=True)
        self._stack = QStackedWidget()
        self._group = QButtonGroup(self)
        self._lay_out()

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(6)
        for number, choice in enumerate((self.show_loads, self.show_episodes)):
            self._group.addButton(choice, number)
            row.addWidget(choice)
        row.addStretch(1)
        self._group.idClicked.connect(self._stack.setCurrentIndex)
        loads, episodes = QWidget(), QWidget()
        column = QVBoxLayout(loads)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.loads, 1)
        column.addWidget(
            label("Episodes per patient-day (and how many) · share of time · median from the first stage on", "caption")
        )
        column = QVBoxLayout(episodes)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.same)
        column.addWidget(self.episodes, 1)
        column.addWidget(self.more)
        self._stack.addWidget(loads)
        self._stack.addWidget(episodes)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(GAP)
        whole.addWidget(self.head)
        whole.addWidget(self.costs)
        whole.addWidget(self.few)
        whole.addLayout(row)
        whole.addWidget(self._stack, 1)
        whole.addWidget(label(words.METHOD, "caption", wrap=True))

    def show_result(self, result: Result, beds: Sequence[str], zone: ZoneInfo) -> None:
        """Fill in; begins with the episodes when people acted on one that would be lost or late."""
        self.head.setText(words.head_text(result, beds, zone))
        self.costs.say(words.costs_text(result), bad=True)
        self.few.say(words.few_text(result), bad=True)
        _fill(self.loads, [words.load_cells(load, result) for load in result.loads], figures=True)
        _fill(self.episodes, [words.difference_cells(one, zone) for one in result.differences])
        self.show_episodes.setText(f"Episodes that change ({len(result.differences) + result.more})")
        self.same.setHidden(bool(result.differences))
        self.episodes.setHidden(not result.differences)
        self.more.setText(f"{result.more} more are not listed." if result.more else "")
        first = self.show_episodes if any(d.costs for d in result.differences) else self.show_loads
        first.setChecked(True)
        self._stack.setCurrentIndex(self._group.id(first))

    def set_compact(self, compact: bool) -> None:
        """Column widths of the size class."""
        for table, first, others in (
            (self.loads, 150, (112, 112, 106, 116, 112)),
            (self.episodes, 112, (76, 118, 158, 122, 170)),
        ):
            header = table.horizontalHeader()
            for number, width in enumerate((first, *others)):
                table.setColumnWidth(number, width if compact else round(width * 1.25))
            stretch = 0 if table is self.loads else len(others)
            header.setSectionResizeMode(stretch, QHeaderView.ResizeMode.Stretch)
            table.verticalHeader().setDefaultSectionSize(27 if compact else 36)


def _table(headings: Sequence[str], spoken: str, *, figures: bool = False) -> QTableWidget:
    made = QTableWidget(0, len(headings))
    for column, text in enumerate(headings):
        heading = QTableWidgetItem(text)
        heading.setTextAlignment(_side(figures and column > 0))
        made.setHorizontalHeaderItem(column, heading)
    made.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    dress(made, spoken)
    return made


def _fill(table: QTableWidget, rows: Sequence[Sequence[str]], *, figures: bool = False) -> None:
    """figures: all columns but the first hold figures."""
    table.setRowCount(len(rows))
    for number, cells in enumerate(rows):
        for column, text in enumerate(cells):
            item = QTableWidgetItem(text)
            item.setToolTip(tip(text))
            item.setTextAlignment(_side(figures and column > 0))
            table.setItem(number, column, item)


def _side(figure: bool) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if figure else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter
