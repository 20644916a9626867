"""Every source and listener, problems first: what it sends, what was wrong with it, and since when. Read only."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QGridLayout,
    QHBoxLayout,
    QHeaderView,
    QScrollArea,
    QStackedLayout,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from console.link.link import Link
from console.link.snapshot import SourceView, WardSnapshot
from console.ui.devices_page.table import SourcesModel
from console.ui.devices_page.words import state_text, troubled, value_age
from console.ui.forms import clear, label, panel
from console.ui.page import Page
from console.ui.theme import GAP, MARGIN, Theme, Weight, font
from console.ward.source import SourceState

LEAST = QSize(900, 480)

HOW_TO_ADD = (
    "Sources stand in the configuration file. To add a device, add a [[source]] with a name, a driver, a bed and a "
    "transport; for a feed, an [[hl7_listener]]. Then restart the console. `ward-console doctor` lists the serial "
    "ports of this machine."
)


WHAT_TO_DO: dict[SourceState, str] = {
    SourceState.SILENT: "The line is open and nothing comes: check that the device is on and set to send.",
    SourceState.MALFORMED: "What comes cannot be read: check the driver and the line settings (baud, parity).",
    SourceState.LOST: "Check plug and cable; the console tries again by itself.",
}


class DevicesPage(Page):
    """config_file: where sources are added, shown to the engineer."""

    title = "Devices"

    def __init__(self, link: Link, user: str, theme: Theme, config_file: str) -> None:
        super().__init__(link, user, theme)
        self.setMinimumSize(LEAST)
        self.model = SourcesModel(self)
        self.table = QTableView()
        self.summary = label(role="title")
        self.empty = label("No sources set up.", "title")
        self.heading = label(role="title", wrap=True)
        self.state = label(wrap=True)
        self.facts: dict[str, str] = {}
        self._grid = QGridLayout()
        self._side = QWidget()
        self._config_file = config_file
        self._shown_at = -1.0
        self._lay_out()
        self.table.selectionModel().currentRowChanged.connect(lambda *_: self._show_source())
        self.set_theme(theme)

    def _lay_out(self) -> None:
        self.table.setModel(self.model)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.table.setShowGrid(False)
        self.table.setWordWrap(False)
        self.table.setStyleSheet("QTableView::item { padding: 0 8px; }")
        self.table.setTabKeyNavigation(False)
        self.table.setAccessibleName("Sources, problems first")
        self.table.verticalHeader().hide()
        header = self.table.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        stack = QWidget()
        self._stack = QStackedLayout(stack)
        self._stack.addWidget(self.table)
        self._stack.addWidget(self.empty)
        left = QVBoxLayout()
        left.setSpacing(GAP)
        head = QHBoxLayout()
        head.addWidget(self.summary, 1)
        head.addWidget(label("Counters run since the console started", "caption"))
        left.addLayout(head)
        left.addWidget(stack, 1)
        right = QVBoxLayout(self._side)
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(GAP)
        right.addWidget(self._detail_panel(), 1)
        right.addWidget(self._adding_panel())
        row = QHBoxLayout(self)
        row.setContentsMargins(MARGIN, MARGIN, MARGIN, GAP)
        row.setSpacing(MARGIN)
        row.addLayout(left, 1)
        row.addWidget(self._side)

    def _detail_panel(self) -> QWidget:
        box = panel()
        column = QVBoxLayout(box)
        column.setContentsMargins(14, 10, 14, 10)
        column.addWidget(self.heading)
        column.addWidget(self.state)
        content = QWidget()
        outer = QVBoxLayout(content)
        outer.setContentsMargins(0, 4, 0, 0)
        self._grid.setColumnStretch(1, 1)
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(6)
        outer.addLayout(self._grid)
        outer.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(content)
        column.addWidget(scroll, 1)
        return box

    def _adding_panel(self) -> QWidget:
        box = panel()
        column = QVBoxLayout(box)
        column.setContentsMargins(14, 10, 14, 12)
        column.addWidget(label("To add or change a source", "title"))
        column.addWidget(label(HOW_TO_ADD, "caption", wrap=True))
        file = label(self._config_file, wrap=True)
        file.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        file.setFont(font(13, Weight.MEDIUM, mono=True))
        column.addWidget(file)
        return box

    def set_theme(self, theme: Theme) -> None:
        """The look and the size class have changed."""
        super().set_theme(theme)
        self.model.theme = theme
        compact = theme.compact
        self._side.setFixedWidth(380 if compact else 540)
        widths = (90, 300, 0, 110, 150, 84, 70, 74, 56, 90) if compact else (90, 190, 0, 130, 240, 100, 80, 90, 64, 108)
        for column, width in enumerate(widths):
            if width:
                self.table.setColumnWidth(column, width)
        for column in (3, 4, 9):
            self.table.setColumnHidden(column, compact)
        self.table.verticalHeader().setDefaultSectionSize(34 if compact else 38)
        self.table.viewport().update()

    # --- following -----------------------------------------------------------------------------------------------

    def show_ward(self, snapshot: WardSnapshot, now: float) -> None:
        """Bring the table up to date, twice a second at most."""
        if 0 <= now - self._shown_at < 0.5 * snapshot.system.speed:
            return
        self._shown_at = now
        sources = snapshot.sources
        self.model.rates.take(sources, now)
        self.model.show(sources, now)
        self._stack.setCurrentWidget(self.table if sources else self.empty)
        problems = sum(1 for s in sources if troubled(s))
        live = sum(1 for s in sources if s.state is SourceState.CONNECTED)
        told = f" · {problems} to look at" if problems else ""
        self.summary.setText(f"{live} of {len(sources)} sources live{told}" if sources else "Sources")
        if sources and not self.table.currentIndex().isValid():
            self.table.selectRow(0)
        self._show_source()

    def _show_source(self) -> None:
        source = self.model.source(self.table.currentIndex().row())
        if source is None:
            self.heading.setText("No source chosen")
            self.state.setText("")
            self._write({})
            return
        self.heading.setText(source.name)
        self.state.setText(state_text(source))
        self._write(self._facts(source))

    def _facts(self, source: SourceView) -> dict[str, str]:
        rate = self.model.rates.of(source.name)
        unit = "Messages" if source.kind == "hl7" else "Frames"
        facts = {"What to do": WHAT_TO_DO[source.state]} if source.state in WHAT_TO_DO else {}
        facts |= {
            "Beds": ", ".join(source.beds) or "none",
            "Driver": source.driver or "–",
            "Connection": f"{source.kind} · {source.address}" if source.address else source.kind,
            "Last value": value_age(source, self.model.now) + (" ago" if source.last_value_stamp is not None else ""),
            f"{unit} good": f"{source.good}",
            f"{unit} bad": f"{source.bad}",
            "Bytes skipped": f"{source.skipped}",
            "Bytes in": f"{source.bytes_in}" + ("" if rate is None else f", {rate:.0f} a second"),
            "Reconnects": f"{source.reconnects}",
            "Last error": source.last_error or "none",
        }
        if source.clock_skew_s:
            side = "ahead of" if source.clock_skew_s > 0 else "behind"
            facts["Clock"] = f"{abs(source.clock_skew_s):.0f} s {side} the console"
        if source.quarantined:
            facts["Put aside"] = "\n".join(f"{count} × {reason}" for reason, count in source.quarantined)
        if source.unknown_locations:
            facts["Unknown locations"] = (
                "\n".join(source.unknown_locations) + "\nNot shown at any bed. Add them to `beds` of this listener."
            )
        if source.device_alerts:
            facts["Device reported"] = "\n".join(source.device_alerts)
        return facts

    def _write(self, facts: dict[str, str]) -> None:
        """Rewrite the values; the rows are made anew only when there are others."""
        if list(facts) != list(self.facts):
            clear(self._grid)
            for row, name in enumerate(facts):
                self._grid.addWidget(label(name, "muted"), row, 0, Qt.AlignmentFlag.AlignTop)
                self._grid.addWidget(label(wrap=True), row, 1)
        for row, (name, text) in enumerate(facts.items()):
            item = self._grid.itemAtPosition(row, 1)
            if self.facts.get(name) != text or list(facts) != list(self.facts):
                item.widget().setText(text)  # type: ignore[union-attr]
        self.facts = facts
