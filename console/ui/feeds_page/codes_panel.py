"""Codes a feed sends that nobody has said the meaning of, and what was said of others."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from pydantic import ValidationError
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QStackedWidget, QTableView, QVBoxLayout, QWidget

from console.config_hl7 import CodeConfig, Hl7ListenerConfig
from console.link.feeds import Feeds, MapCode, UnmapCode
from console.link.snapshot import UnknownCode
from console.ui.devices_page.seen import name_of
from console.ui.devices_page.words import count_text
from console.ui.feeds_page.change_form import Changes, faults
from console.ui.feeds_page.code_form import CodeForm
from console.ui.feeds_page.rows_model import RowsModel
from console.ui.feeds_page.words import cell, moment
from console.ui.forms import button, label
from console.ui.theme import GAP, Theme

NOTHING_UNKNOWN = "Every code this feed has sent since the start is known, charted or deliberately not charted."
NOTHING_SAID = "Nothing has been said of any code of this feed."


class CodesPanel(QWidget):
    """Above what is unknown, below the form and what was said before."""

    def __init__(self, feeds: Feeds) -> None:
        super().__init__()
        self._feed = ""
        self._zone = ZoneInfo("UTC")
        self.unknown: RowsModel[UnknownCode] = RowsModel(
            self,
            (
                ("Code", 130, lambda row: cell(row.code) or "–"),
                ("Name", 0, lambda row: cell(row.name) or "–"),
                ("Last value", 160, lambda row: cell(f"{row.value} {row.unit}".strip()) or "–"),
                ("Seen", 84, lambda row: count_text(row.count)),
                ("Last", 158, lambda row: moment(row.last_at, self._zone)),
                ("Place", 110, lambda row: cell(row.location) or "–"),
                ("Why not charted", 190, lambda row: row.reason),
            ),
            key=lambda row: (row.code, row.name),
        )
        self.said: RowsModel[CodeConfig] = RowsModel(
            self,
            (
                ("Code", 130, lambda code: cell(code.code) or "–"),
                ("Name", 0, lambda code: cell(code.name) or "–"),
                ("Means", 330, _meaning),
            ),
            key=lambda code: code.key,
        )
        self.table, self.said_table = QTableView(), QTableView()
        self.message = label(wrap=True)
        self.changes = Changes(self, feeds, self.message, self._follow)
        self.form = CodeForm()
        self.take_back = button("Take back")
        self._unknown_list, self._said_list = QStackedWidget(), QStackedWidget()
        self._lay_out()
        self.table.selectionModel().currentRowChanged.connect(lambda *_: self._turned())
        self.said_table.selectionModel().currentRowChanged.connect(lambda *_: self._follow())
        self.form.map.clicked.connect(self._map)
        self.form.ignore.clicked.connect(self._ignore)
        self.take_back.clicked.connect(self._take_back)
        self._turned()

    def _lay_out(self) -> None:
        self.unknown.dress(self.table, "Codes nobody has said the meaning of")
        self.said.dress(self.said_table, "Codes whose meaning was said")
        for model, stack, table, empty in (
            (self.unknown, self._unknown_list, self.table, NOTHING_UNKNOWN),
            (self.said, self._said_list, self.said_table, NOTHING_SAID),
        ):
            table.verticalHeader().setDefaultSectionSize(34)
            text = label(empty, "muted", wrap=True)
            text.setAlignment(Qt.AlignmentFlag.AlignCenter)
            stack.addWidget(table)
            stack.addWidget(text)
            stack.setCurrentIndex(0 if model.rowCount() else 1)
        box = QFrame()
        box.setProperty("role", "panel")
        inside = QVBoxLayout(box)
        inside.setContentsMargins(14, 10, 14, 12)
        inside.setSpacing(GAP)
        inside.addWidget(self.form)
        inside.addWidget(self.message)
        head = QHBoxLayout()
        head.addWidget(label("Said of this feed", "title"), 1)
        head.addWidget(self.take_back)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        column.addWidget(self._unknown_list, 5)
        column.addWidget(box)
        column.addLayout(head)
        column.addWidget(self._said_list, 3)
        self.message.hide()

    def set_theme(self, theme: Theme) -> None:
        """The look has changed."""
        self.unknown.theme = self.said.theme = theme
        for number in (4, 5):
            self.table.setColumnHidden(number, theme.compact)
        self.table.setColumnWidth(6, 150 if theme.compact else 190)

    def show_feed(self, feed: str, codes: tuple[UnknownCode, ...], config: Hl7ListenerConfig, zone: ZoneInfo) -> None:
        """Bring both lists up to date; the newest first."""
        self._zone = zone
        if feed != self._feed:
            self._feed = feed
            self.changes.say("")
            self.table.clearSelection()
            self.table.setCurrentIndex(self.unknown.index(-1, -1))
        self.unknown.show(codes[::-1])
        self.said.show(config.code)
        self._unknown_list.setCurrentIndex(0 if codes else 1)
        self._said_list.setCurrentIndex(0 if config.code else 1)
        self._follow()

    @property
    def chosen(self) -> UnknownCode | None:
        """The unknown code that is chosen."""
        return self.unknown.at(self.table.currentIndex().row())

    def _turned(self) -> None:
        chosen = self.chosen
        if chosen is None or not self.form.concerns(chosen):
            self.form.turn(chosen)
        self._follow()

    def _follow(self) -> None:
        self.form.set_busy(self.changes.waiting)
        self.take_back.setEnabled(self.said_table.currentIndex().isValid() and not self.changes.waiting)

    # --- acts ----------------------------------------------------------------------------------------------------

    def _map(self) -> None:
        try:
            code = self.form.mapping()
        except ValidationError as error:
            self.changes.say(f"?  {faults(error)}")
            return
        self._ask(code, f"“{code.code or code.name}” is charted as {_meaning(code)} from the next message on.")

    def _ignore(self) -> None:
        try:
            code = self.form.ignoring()
        except ValidationError as error:
            self.changes.say(f"?  {faults(error)}")
            return
        self._ask(code, f"“{code.code or code.name}” is not charted and not listed any more.")

    def _ask(self, code: CodeConfig, told: str) -> None:
        self.changes.ask(MapCode(self._feed, code), told, self._let_go)

    def _let_go(self) -> None:
        self.table.clearSelection()
        self.table.setCurrentIndex(self.unknown.index(-1, -1))
        self.form.turn(None)

    def _take_back(self) -> None:
        code = self.said.at(self.said_table.currentIndex().row())
        if code is not None:
            told = f"What was said of “{code.code or code.name}” is taken back; it is listed again when it is sent."
            self.changes.ask(UnmapCode(self._feed, code.code, code.name), told)


def _meaning(code: CodeConfig) -> str:
    if code.parameter is None:
        return "ignored"
    more = [code.unit and f"in {code.unit} where no unit is sent", code.site, code.contradicts and "against the tables"]
    return ", ".join([name_of(code.parameter), *(str(part) for part in more if part)])
