"""Devices: every source, problems first, beside it the chosen one, the steps to add one, or the ward's own settings."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QStackedWidget,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from console.link.devices import Devices
from console.link.link import Link
from console.link.snapshot import WardSnapshot
from console.ui.devices_page.draft import Draft, Kind
from console.ui.devices_page.setup_panel import SetupPanel, Step
from console.ui.devices_page.source_pane import SourcePane
from console.ui.devices_page.table import SourcesModel
from console.ui.devices_page.ward_panel import WardPanel
from console.ui.devices_page.words import troubled
from console.ui.elided import ElidedLabel
from console.ui.forms import button, label, panel
from console.ui.page import Page
from console.ui.tables import dress
from console.ui.theme import GAP, MARGIN, Theme
from console.ward.source import SourceState

LEAST = QSize(900, 480)
READ_ONLY = (
    "This console only shows the sources. They are set up at the station that reads them, in its configuration file "
    "(on this machine {file}). `ward-console doctor` lists the serial ports of a machine."
)
NO_BEDS = "No beds set up yet. Begin with “Ward and beds”, or add a device and its bed in one go."
NO_SOURCES = "No device set up yet. Plug one in and press “Add a device”."


class DevicesPage(Page):
    """devices: the engineer's desk, None where the page can only be read. config_file: where sources stand."""

    title = "Devices"

    def __init__(self, link: Link, user: str, theme: Theme, config_file: str, devices: Devices | None = None) -> None:
        super().__init__(link, user, theme)
        self.setMinimumSize(LEAST)
        self.devices = devices
        self.model = SourcesModel(self)
        self.table = QTableView()
        self.summary = ElidedLabel(wide=True)
        self.empty = label(NO_SOURCES if devices is not None else "No sources set up.", "title", wrap=True)
        self.add, self.ward_button = button("Add a device"), button("Ward and beds")
        self.source = SourcePane(devices, theme)
        self.setup = SetupPanel(devices, theme) if devices is not None else None
        self.ward = WardPanel(devices) if devices is not None else None
        self.side = QStackedWidget()
        self._left = QWidget()
        self._list = QStackedWidget()
        self._config_file = devices.config_file if devices is not None else config_file
        self._shown_at = -1.0
        self._wanted = ""
        self._lay_out()
        self._connect()
        self.setFocusProxy(self.table)
        self.set_theme(theme)

    def _lay_out(self) -> None:
        self._dress_table()
        self.summary.setProperty("role", "title")
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._list.addWidget(self.table)
        self._list.addWidget(self.empty)
        left = QVBoxLayout(self._left)
        left.setContentsMargins(0, 0, 0, 0)
        left.setSpacing(GAP)
        head = QHBoxLayout()
        head.setSpacing(GAP)
        head.addWidget(self.summary, 1)
        if self.devices is not None:
            head.addWidget(self.ward_button)
            head.addWidget(self.add)
        left.addLayout(head)
        left.addWidget(self._list, 1)
        left.addWidget(label("Counters run since the console started", "caption"))
        if self.devices is None:
            left.addWidget(self._read_only())
        self.side.addWidget(self.source)
        for part in (self.setup, self.ward):
            if part is not None:
                self.side.addWidget(part)
        row = QHBoxLayout(self)
        row.setContentsMargins(MARGIN, MARGIN, MARGIN, GAP)
        row.setSpacing(MARGIN)
        row.addWidget(self._left)
        row.addWidget(self.side, 1)

    def _read_only(self) -> QWidget:
        box = panel()
        column = QVBoxLayout(box)
        column.setContentsMargins(14, 10, 14, 12)
        text = label(READ_ONLY.format(file=self._config_file), wrap=True)
        text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        column.addWidget(text)
        return box

    def _dress_table(self) -> None:
        table = self.table
        table.setModel(self.model)
        dress(table, "Sources, problems first")
        table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        header = table.horizontalHeader()
        header.setMinimumSectionSize(40)
        header.setSectionResizeMode(self.model.column("Source"), QHeaderView.ResizeMode.Stretch)

    def _connect(self) -> None:
        self.table.selectionModel().currentRowChanged.connect(lambda *_: self._show_source())
        self.table.doubleClicked.connect(lambda *_: self._edit(self.source.name, Step.PORT))
        self.add.clicked.connect(lambda: self._begin(Draft()))
        self.ward_button.clicked.connect(self.open_ward)
        self.source.edit.connect(lambda name: self._edit(name, Step.PORT))
        self.source.change_bed.connect(lambda name: self._edit(name, Step.BED))
        self.source.play_back.connect(
            lambda file, driver: self._begin(Draft(kind=Kind.REPLAY, file=file, driver=driver))
        )
        if self.setup is not None and self.ward is not None:
            self.setup.finished.connect(self._finished)
            self.ward.finished.connect(self._finished)

    # --- look ----------------------------------------------------------------------------------------------------

    def set_theme(self, theme: Theme) -> None:
        """The look and the size class have changed."""
        super().set_theme(theme)
        self.model.theme = theme
        self.source.set_theme(theme)
        if self.setup is not None:
            self.setup.set_theme(theme)
        self.table.verticalHeader().setDefaultSectionSize(40)
        self._share_width()
        self.table.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._share_width()
        super().resizeEvent(event)

    def _share_width(self) -> None:
        """The list keeps what it needs; beside an open form it keeps bed, name and state."""
        forms = self.side.currentWidget() is not self.source
        wide = self.width() - 2 * MARGIN
        share = 0.32 if forms else 0.42
        left = max(300, min(round(wide * share), 760))
        self._left.setFixedWidth(left)
        for name, width in self.model.widths(left).items():
            column = self.model.column(name)
            self.table.setColumnHidden(column, width == 0)
            if width > 0:
                self.table.setColumnWidth(column, width)

    # --- following -----------------------------------------------------------------------------------------------

    def show_ward(self, snapshot: WardSnapshot, now: float) -> None:
        """Bring the page up to date, twice a second at most."""
        if 0 <= now - self._shown_at < 0.5 * snapshot.system.speed:
            return
        self._shown_at = now
        sources = snapshot.sources
        self.model.rates.take(sources, now)
        self.model.show(sources, now)
        self._list.setCurrentWidget(self.table if sources else self.empty)
        if self.devices is not None:
            self.empty.setText(NO_SOURCES if snapshot.beds else NO_BEDS)
        problems = sum(1 for s in sources if troubled(s))
        live = sum(1 for s in sources if s.state is SourceState.CONNECTED)
        told = f" · {problems} to look at" if problems else ""
        self.summary.setText(f"{live} of {len(sources)} sources live{told}" if sources else "Sources")
        self._choose()
        self._show_source()
        self._give_user()
        for form in (self.setup, self.ward):
            if form is not None:
                form.show_ward(snapshot)

    def _choose(self) -> None:
        """Keep one source chosen: the one just saved once it is there, else the first."""
        row = self.model.row_of(self._wanted) if self._wanted else -1
        if row >= 0:
            self._wanted = ""
            self.table.selectRow(row)
        elif not self.table.currentIndex().isValid() and self.model.rowCount():
            self.table.selectRow(0)

    def _show_source(self) -> None:
        source = self.model.source(self.table.currentIndex().row())
        rate = self.model.rates.of(source.name) if source is not None else None
        self.source.show_source(source, rate, self.model.now)

    def _give_user(self) -> None:
        for part in (self.source, self.setup, self.ward):
            if part is not None:
                part.user = self.user

    # --- forms ---------------------------------------------------------------------------------------------------

    def _begin(self, draft: Draft) -> None:
        if self.setup is not None:
            self.setup.start_new(draft)
            self._turn_to(self.setup)

    def _edit(self, name: str, step: Step) -> None:
        source = next((s for s in self.devices.config().source if s.name == name), None) if self.devices else None
        if source is not None and self.setup is not None:
            self.setup.start_edit(source, step)
            self._turn_to(self.setup)

    def open_ward(self) -> None:
        """Turn to the name, the time zone and the beds of the ward."""
        if self.ward is not None:
            self.ward.start()
            self._turn_to(self.ward)

    def half_written(self) -> str:
        """A form that is open."""
        forms = {"a device": self.setup, "the beds of the ward": self.ward}
        return " and ".join(what for what, form in forms.items() if form is not None and form.isVisibleTo(self))

    def forget(self) -> None:
        """Close the form."""
        for form in (self.setup, self.ward):
            if form is not None and form.isVisibleTo(self):
                form.cancel.click()

    def _finished(self, name: str = "") -> None:
        self._wanted = name
        self._turn_to(self.source)
        self._shown_at = -1.0
        self.show_ward(self.link.snapshot(), self.link.now())
        self.table.setFocus()

    def _turn_to(self, widget: QWidget) -> None:
        self._give_user()
        self.side.setCurrentWidget(widget)
        forms = widget is not self.source
        self.add.setVisible(not forms)
        self.ward_button.setVisible(not forms)
        self.table.setEnabled(not forms)
        self._share_width()
        if forms:
            widget.setFocus()

    def activated(self) -> None:
        """The page has become visible."""
        self._shown_at = -1.0
        self.hint.emit("Ctrl+P pauses the view of the line · charting, alarms and recording go on")
