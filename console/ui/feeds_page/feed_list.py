"""The listeners, each with its senders below it, and the facts of the chosen one."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QTableView, QVBoxLayout, QWidget

from console.link.snapshot import PeerView, SourceView
from console.ui.devices_page.facts_view import FactsView
from console.ui.devices_page.words import count_text
from console.ui.feeds_page.rows_model import RowsModel
from console.ui.feeds_page.words import cell, feed_facts, feed_state, heard, peer_facts, peer_state, to_look_at
from console.ui.forms import panel
from console.ui.theme import GAP, Theme


@dataclass(frozen=True, slots=True)
class FeedRow:
    """A listener, or one of its senders."""

    feed: SourceView
    peer: PeerView | None = None

    @property
    def key(self) -> Hashable:
        """What makes it the same as before."""
        return (self.feed.name, self.peer.name, self.peer.address) if self.peer is not None else self.feed.name


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
                ("State", 180, lambda row: peer_state(row.peer) if row.peer else feed_state(row.feed)),
                ("Last", 76, lambda row: heard((row.peer or row.feed).last_heard_stamp, self._now)),
                ("Taken", 84, lambda row: count_text(row.peer.accepted if row.peer else row.feed.good)),
                ("Not", 64, lambda row: count_text(row.peer.errors + row.peer.rejected if row.peer else row.feed.bad)),
            ),
            key=lambda row: row.key,
            strong=lambda row: row.peer is None,
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

    def show_feeds(self, feeds: list[SourceView], now: float, zone: ZoneInfo) -> None:
        """Bring the list up to date; listeners with something to look at come first. One row stays chosen."""
        self._now, self._zone = now, zone
        ordered = sorted(feeds, key=lambda feed: (not to_look_at(feed), feed.name))
        self.model.show([row for feed in ordered for row in (FeedRow(feed), *(FeedRow(feed, p) for p in feed.peers))])
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
        elif row.peer is not None:
            self.facts.show_facts(peer_facts(row.peer, self._now, self._zone))
        else:
            self.facts.show_facts(feed_facts(row.feed, self._now, self._zone))


def _name(row: FeedRow) -> str:
    if row.peer is None:
        return cell(row.feed.name)
    return "      " + cell(row.peer.name or row.peer.address or "no address")
