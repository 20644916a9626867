"""The listeners, each with its senders below it, the alarm managers, and the facts of the chosen one."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QTableView, QVBoxLayout, QWidget

from console.link.snapshot import ManagerView, PeerView, SourceView
from console.ui.devices_page.facts_view import FactsView
from console.ui.devices_page.words import count_text
from console.ui.feeds_page.rows_model import RowsModel
from console.ui.feeds_page.words import (
    cell,
    feed_facts,
    feed_state,
    heard,
    manager_facts,
    manager_state,
    peer_facts,
    peer_state,
    to_look_at,
)
from console.ui.forms import panel
from console.ui.theme import GAP, Theme


@dataclass(frozen=True, slots=True)
class FeedRow:
    """A listener, one of its senders, or an alarm manager that our alarms are sent to."""

    feed: SourceView | None = None
    peer: PeerView | None = None
    manager: ManagerView | None = None

    @property
    def key(self) -> Hashable:
        """What makes it the same as before."""
        if self.manager is not None:
            return "manager", self.manager.name
        name = self.feed.name if self.feed is not None else ""
        return (name, self.peer.name, self.peer.address) if self.peer is not None else name


class FeedList(QWidget):
    """chosen: another row, or none."""

    chosen = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._now = 0.0
        self._zone = ZoneInfo("UTC")
        self.model: RowsModel[FeedRow] = RowsModel(
            self,
            (
                ("Listener", 0, _name),
                ("State", 180, _state),
                ("Last", 76, lambda row: heard(_counters(row)[0], self._now)),
                ("Taken", 84, lambda row: count_text(_counters(row)[1])),
                ("Not", 64, lambda row: count_text(_counters(row)[2])),
            ),
            key=lambda row: row.key,
            strong=lambda row: row.feed is not None and row.peer is None,
        )
        self.table, self.facts = QTableView(), FactsView()
        self.model.dress(self.table, "Listeners and their senders")
        self.facts.setAccessibleName("Facts of the listener or sender")
        box = panel()
        inside = QVBoxLayout(box)
        inside.setContentsMargins(14, 10, 8, 10)
        inside.addWidget(self.facts)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        column.addWidget(self.table, 3)
        column.addWidget(box, 2)
        self.table.selectionModel().currentRowChanged.connect(lambda *_: self._turned())

    @property
    def row(self) -> FeedRow | None:
        """The chosen row."""
        return self.model.at(self.table.currentIndex().row())

    def set_theme(self, theme: Theme) -> None:
        """The look has changed."""
        self.model.theme = theme
        self.table.setColumnHidden(4, theme.compact)
        self.table.setColumnWidth(1, 150 if theme.compact else 180)
        self.table.viewport().update()

    def show_feeds(
        self, feeds: Sequence[SourceView], managers: Sequence[ManagerView], now: float, zone: ZoneInfo
    ) -> None:
        """Bring the list up to date: listeners with something to look at first, alarm managers last. One row stays
        chosen."""
        self._now, self._zone = now, zone
        ordered = sorted(feeds, key=lambda feed: (not to_look_at(feed), feed.name))
        rows = [row for feed in ordered for row in (FeedRow(feed), *(FeedRow(feed, p) for p in feed.peers))]
        self.model.show([*rows, *(FeedRow(manager=manager) for manager in managers)])
        if not self.table.currentIndex().isValid() and self.model.rowCount():
            self.table.selectRow(0)
        self._show_facts()

    def choose(self, feed: str) -> None:
        """Turn to a listener."""
        row = self.model.row_of(feed)
        if row >= 0:
            self.table.selectRow(row)

    def _turned(self) -> None:
        self._show_facts()
        self.chosen.emit()

    def _show_facts(self) -> None:
        row = self.row
        if row is None:
            self.facts.show_facts({})
        elif row.manager is not None:
            self.facts.show_facts(manager_facts(row.manager, self._now))
        elif row.peer is not None:
            self.facts.show_facts(peer_facts(row.peer, self._now, self._zone))
        elif row.feed is not None:
            self.facts.show_facts(feed_facts(row.feed, self._now, self._zone))


def _name(row: FeedRow) -> str:
    if row.manager is not None:
        return f"→ {cell(row.manager.name)}"
    if row.peer is not None:
        return "      " + cell(row.peer.name or row.peer.address or "no address")
    return cell(row.feed.name) if row.feed is not None else ""


def _state(row: FeedRow) -> str:
    if row.manager is not None:
        return manager_state(row.manager)
    if row.peer is not None:
        return peer_state(row.peer)
    return feed_state(row.feed) if row.feed is not None else ""


def _counters(row: FeedRow) -> tuple[float | None, int, int]:
    """Engine time of the last message, messages taken, messages not taken."""
    if row.manager is not None:
        return row.manager.last_accepted_stamp, row.manager.sent, row.manager.refused
    if row.peer is not None:
        return row.peer.last_heard_stamp, row.peer.accepted, row.peer.errors + row.peer.rejected
    if row.feed is not None:
        return row.feed.last_heard_stamp, row.feed.good, row.feed.bad
    return None, 0, 0
