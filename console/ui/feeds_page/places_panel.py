"""Locations a feed sends, and the beds they stand for; a person maps them, nobody guesses."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QStackedWidget, QTableView, QVBoxLayout, QWidget

from console.config_hl7 import Hl7ListenerConfig
from console.link.feeds import Feeds, MapPlace
from console.link.snapshot import UnknownPlace
from console.ui.devices_page.words import count_text
from console.ui.elided import ElidedLabel
from console.ui.feeds_page.change_form import Changes
from console.ui.feeds_page.rows_model import RowsModel
from console.ui.feeds_page.words import cell, moment
from console.ui.forms import button, label
from console.ui.theme import GAP, Theme

NOTHING_UNKNOWN = "Every location this feed has sent since the start stands for a bed."
NOTHING_MAPPED = "No location of this feed stands for a bed: nothing of it is charted."
CHOOSE = "Choose a location above to say which bed it is."
CHOOSE_BED = "Choose the bed"


class PlacesPanel(QWidget):
    """Above locations nobody has mapped, below those that were."""

    def __init__(self, feeds: Feeds) -> None:
        super().__init__()
        self._feed = ""
        self._zone = ZoneInfo("UTC")
        self._beds: tuple[str, ...] = ()
        self.unknown: RowsModel[UnknownPlace] = RowsModel(
            self,
            (
                ("Location", 0, lambda row: cell(row.location)),
                ("Seen", 90, lambda row: count_text(row.count)),
                ("Last", 160, lambda row: moment(row.last_at, self._zone)),
            ),
            key=lambda row: row.location,
        )
        self.mapped: RowsModel[tuple[str, str]] = RowsModel(
            self,
            (("Location", 0, lambda row: cell(row[0])), ("Bed", 160, lambda row: row[1])),
            key=lambda row: row[0],
        )
        self.table, self.mapped_table = QTableView(), QTableView()
        self.heading = ElidedLabel(CHOOSE, wide=True)
        self.bed, self.map = QComboBox(), button("It is this bed", "primary")
        self.take_back = button("Take back")
        self.message = label(wrap=True)
        self.changes = Changes(self, feeds, self.message, self._follow)
        self._unknown_list, self._mapped_list = QStackedWidget(), QStackedWidget()
        self._lay_out()
        self.table.selectionModel().currentRowChanged.connect(lambda *_: self._turned())
        self.mapped_table.selectionModel().currentRowChanged.connect(lambda *_: self._follow())
        self.bed.currentIndexChanged.connect(lambda _: self._follow())
        self.map.clicked.connect(self._map)
        self.take_back.clicked.connect(self._take_back)
        self._turned()

    def _lay_out(self) -> None:
        self.unknown.dress(self.table, "Locations nobody has mapped")
        self.mapped.dress(self.mapped_table, "Locations and their beds")
        for stack, table, empty in (
            (self._unknown_list, self.table, NOTHING_UNKNOWN),
            (self._mapped_list, self.mapped_table, NOTHING_MAPPED),
        ):
            table.verticalHeader().setDefaultSectionSize(34)
            text = label(empty, "muted", wrap=True)
            text.setAlignment(Qt.AlignmentFlag.AlignCenter)
            stack.addWidget(table)
            stack.addWidget(text)
            stack.setCurrentIndex(1)
        self.heading.setProperty("role", "title")
        self.bed.setAccessibleName("Bed of this location")
        self.bed.setMinimumHeight(40)
        self.bed.setMinimumWidth(160)
        fields = QHBoxLayout()
        fields.setSpacing(GAP)
        fields.addWidget(self.heading, 1)
        fields.addWidget(self.bed)
        fields.addWidget(self.map)
        box = QFrame()
        box.setProperty("role", "panel")
        inside = QVBoxLayout(box)
        inside.setContentsMargins(14, 10, 14, 12)
        inside.setSpacing(GAP)
        inside.addLayout(fields)
        inside.addWidget(self.message)
        head = QHBoxLayout()
        head.addWidget(label("Beds of this feed", "title"), 1)
        head.addWidget(self.take_back)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        column.addWidget(self._unknown_list, 3)
        column.addWidget(box)
        column.addLayout(head)
        column.addWidget(self._mapped_list, 4)
        self.message.hide()

    def set_theme(self, theme: Theme) -> None:
        """The look has changed."""
        self.unknown.theme = self.mapped.theme = theme

    def show_feed(
        self,
        feed: str,
        places: tuple[UnknownPlace, ...],
        config: Hl7ListenerConfig,
        beds: tuple[str, ...],
        zone: ZoneInfo,
    ) -> None:
        """Bring both lists up to date; the newest first."""
        self._zone = zone
        if feed != self._feed:
            self._feed = feed
            self.changes.say("")
            self.table.setCurrentIndex(self.unknown.index(-1, -1))
        if beds != self._beds:
            self._beds = beds
            self.bed.clear()
            self.bed.addItem(CHOOSE_BED, "")
            for bed in beds:
                self.bed.addItem(bed, bed)
        self.unknown.show(places[::-1])
        self.mapped.show(sorted(config.beds.items(), key=lambda row: (row[1], row[0])))
        self._unknown_list.setCurrentIndex(0 if places else 1)
        self._mapped_list.setCurrentIndex(0 if config.beds else 1)
        self._turned()

    def _turned(self) -> None:
        chosen = self.unknown.at(self.table.currentIndex().row())
        self.heading.setText(cell(chosen.location) if chosen is not None else CHOOSE)
        self._follow()

    def _follow(self) -> None:
        free = not self.changes.waiting
        chosen = self.table.currentIndex().isValid()
        self.bed.setEnabled(chosen and free)
        self.map.setEnabled(chosen and free and bool(self.bed.currentData()))
        self.take_back.setEnabled(self.mapped_table.currentIndex().isValid() and free)

    # --- acts ----------------------------------------------------------------------------------------------------

    def _map(self) -> None:
        chosen = self.unknown.at(self.table.currentIndex().row())
        bed = self.bed.currentData()
        if chosen is not None and bed:
            told = f"Values from {cell(chosen.location)} are charted at {bed} from the next message on."
            self.changes.ask(MapPlace(self._feed, chosen.location, bed), told, lambda: self.bed.setCurrentIndex(0))

    def _take_back(self) -> None:
        row = self.mapped.at(self.mapped_table.currentIndex().row())
        if row is not None:
            told = f"{row[1]} gets no more values from {cell(row[0])}; what was charted stays."
            self.changes.ask(MapPlace(self._feed, row[0], ""), told)
