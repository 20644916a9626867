"""The stored messages of a feed, newest first, and the one that is opened."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QSplitter,
    QStackedWidget,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from console.link.feeds import Feeds
from console.store.records import MessageFilter, MessagePage, MessageRow, Taken
from console.ui.devices_page.words import count_text
from console.ui.elided import ElidedLabel
from console.ui.feeds_page.message_view import MessagePane
from console.ui.feeds_page.rows_model import RowsModel
from console.ui.feeds_page.words import TAKEN_TEXT, cell, moment, outcome
from console.ui.forms import Failure, Questions, button, label
from console.ui.theme import GAP, Theme

TYPED_MS = 300
"""Pause in typing after which a search begins."""

NONE_YET = "No message of this feed is stored yet."
NONE_FITS = "No message fits."


class MessagesPanel(QWidget):
    """Follows the newest until a person turns to older ones."""

    def __init__(self, feeds: Feeds) -> None:
        super().__init__()
        self._feeds = feeds
        self._zone = ZoneInfo("UTC")
        self._feed: str | None = None
        self._before: int | None = None
        self._next: int | None = None
        self._questions = Questions(self)
        self.model: RowsModel[MessageRow] = RowsModel(
            self,
            (
                ("Received", 158, lambda row: moment(row.received_at, self._zone)),
                ("Type", 96, lambda row: cell(row.message_type) or "–"),
                ("Control id", 150, lambda row: cell(row.control_id) or "–"),
                ("What became of it", 0, outcome),
                ("From", 184, lambda row: cell(row.peer)),
            ),
            key=lambda row: row.number,
            strong=lambda row: row.outcome != "accepted" or bool(row.reason),
        )
        self.taken, self.peer, self.text = QComboBox(), QLineEdit(), QLineEdit()
        self.table, self.message = QTableView(), MessagePane(feeds)
        self.empty = label(NONE_YET, "muted", wrap=True)
        self.newest, self.older = button("Newest"), button("Older")
        self.told = ElidedLabel(wide=True)
        self._typed = QTimer(self)
        self._list = QStackedWidget()
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        for taken, text in TAKEN_TEXT.items():
            self.taken.addItem(text, taken)
        bar = QHBoxLayout()
        bar.setSpacing(GAP)
        for field, spoken in (
            (self.taken, "What became of the message"),
            (self.peer, "Sender"),
            (self.text, "Text in the message"),
        ):
            field.setAccessibleName(spoken)
            field.setMinimumHeight(40)
            bar.addWidget(field, 2 if field is self.text else 1)
        for line, hint in ((self.peer, "Sender's address"), (self.text, "Find text, control id or reason")):
            line.setPlaceholderText(hint)
            line.setMaxLength(120)
        bar.addWidget(self.newest)
        bar.addWidget(self.older)
        self.told.setProperty("role", "caption")
        self.model.dress(self.table, "Stored messages, newest first")
        self.table.verticalHeader().setDefaultSectionSize(32)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._list.addWidget(self.table)
        self._list.addWidget(self.empty)
        upper = QWidget()
        column = QVBoxLayout(upper)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(bar)
        column.addWidget(self._list, 1)
        column.addWidget(self.told)
        split = QSplitter(Qt.Orientation.Vertical)
        split.setChildrenCollapsible(False)
        split.addWidget(upper)
        split.addWidget(self.message)
        split.setStretchFactor(0, 2)
        split.setStretchFactor(1, 3)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(split)

    def _connect(self) -> None:
        self._typed.setSingleShot(True)
        self._typed.setInterval(TYPED_MS)
        self._typed.timeout.connect(self.search)
        self.taken.currentIndexChanged.connect(lambda _: self.search())
        for line in (self.peer, self.text):
            line.textChanged.connect(lambda _: self._typed.start())
            line.returnPressed.connect(self.search)
        self.newest.clicked.connect(self.search)
        self.older.clicked.connect(lambda: self._ask(self._next))
        self.table.selectionModel().currentRowChanged.connect(lambda *_: self._open())
        self.table.clicked.connect(lambda _: self._open(again=True))

    def set_theme(self, theme: Theme) -> None:
        """The look has changed."""
        self.model.theme = theme
        self.message.set_theme(theme)
        self.table.setColumnHidden(4, theme.compact)
        self.table.viewport().update()

    # --- looking -------------------------------------------------------------------------------------------------

    def show_feed(self, feed: str, zone: ZoneInfo) -> None:
        """Turn to the messages of a feed, and keep the newest in view."""
        self._zone = zone
        if feed != self._feed:
            self._feed = feed
            self.model.show([])
            self.message.clear()
            self.search()
        elif self._before is None and not self.filtered and not self._questions.waiting:
            self._ask(None)

    @property
    def _outcome(self) -> Taken:
        return Taken(self.taken.currentData())

    @property
    def filtered(self) -> bool:
        """A search is looked at, which stands still; without one the newest are followed."""
        return self._outcome is not Taken.ALL or bool(self.peer.text().strip() or self.text.text().strip())

    def search(self) -> None:
        """Look again from the newest."""
        self._typed.stop()
        self._ask(None)

    def _ask(self, before: int | None) -> None:
        if self._feed is None:
            return
        self._questions.drop()
        self._before = before
        wanted = MessageFilter(self._feed, self._outcome, self.peer.text().strip(), self.text.text().strip())
        self._questions.ask(self._feeds.messages(wanted, before), self._found)

    def _found(self, answer: MessagePage | Failure) -> None:
        if isinstance(answer, Failure):
            self.told.setText(f"?  The messages cannot be read: {answer.text}")
            return
        self._next = answer.before
        self.older.setEnabled(answer.before is not None)
        self.newest.setEnabled(self._before is not None)
        self.model.show(answer.rows)
        self._list.setCurrentWidget(self.table if answer.rows else self.empty)
        self.empty.setText(NONE_FITS if self.filtered else NONE_YET)
        self.told.setText(self._words(answer))

    def _words(self, page: MessagePage) -> str:
        looked = f"{count_text(page.looked_at)} messages looked at"
        if page.before is None:
            return f"{looked}; there are no older ones."
        if not page.rows:
            return f"{looked}, none fits so far. “Older” looks further back."
        live = self._before is None and not self.filtered
        shown = "The newest are shown as they come" if live else "Standing still, not following the newest"
        return f"{shown} · {looked} · “Older” goes further back"

    def _open(self, again: bool = False) -> None:
        """again: also the one that is open, with the rules of now."""
        row = self.model.at(self.table.currentIndex().row())
        if row is not None and (row.number != self.message.number or (again and not self.message.busy)):
            self.message.open(row.number, self._zone)
