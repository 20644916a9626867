"""First step: where the bytes come from. A serial port of this machine, an address, or a recording."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QDoubleSpinBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QSpinBox,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from console.link.devices import Devices, PortView
from console.ui.devices_page.draft import Draft, Kind
from console.ui.devices_page.identify_panel import IdentifyPanel
from console.ui.forms import Failure, Questions, button, indent, label, row_label
from console.ui.theme import GAP
from console.ui.tips import tip

KINDS = {
    Kind.SERIAL: "Serial port",
    Kind.TCP: "Network adapter",
    Kind.SDC: "SDC device",
    Kind.REPLAY: "Recording",
}
NO_PORTS = "No serial port was found. Plug the adapter in and press Refresh."
ABOUT_NAMES = "A port named by its adapter keeps its name when the adapter is plugged in elsewhere."
NO_ADAPTER = "This port tells no adapter serial number: another adapter plugged in its place cannot be noticed."
SDC_ABOUT = (
    "A network device that speaks IEEE 11073 SDC. With this computer's address on the device network it is searched "
    "there; with its own address nothing is searched. TLS files are named in the configuration file."
)
REPLAY_ABOUT = (
    "Plays a recording as if a device sent it. It is no patient: its bed is marked DEMO DATA as long as the recording "
    "is bound to it."
)


class PortStep(QWidget):
    """fill: show a draft; take: write what is chosen into it. taken: a candidate of the identification was chosen."""

    changed = Signal()
    taken = Signal(object)

    def __init__(self, devices: Devices) -> None:
        super().__init__()
        self._devices = devices
        self._questions = Questions(self)
        self._wanted = ""
        self._replaces = ""
        self.kinds = QButtonGroup(self)
        self.forms = QStackedWidget()
        self.ports = QListWidget()
        self.refresh = button("Refresh")
        self.identify_button = button("What is this?")
        self.about = label(role="caption", wrap=True)
        self.problem = label(role="error", wrap=True)
        self.identify = IdentifyPanel(devices)
        self.host, self.tcp_port = QLineEdit(), QSpinBox()
        self.epr, self.interface, self.sdc_address = QLineEdit(), QLineEdit(), QLineEdit()
        self.file, self.rate, self.repeat = QLineEdit(), QDoubleSpinBox(), QCheckBox("Begin again at its end")
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(GAP)
        for index, (_, word) in enumerate(KINDS.items()):
            choice = button(word, "choice", checkable=True)
            self.kinds.addButton(choice, index)
            head.addWidget(choice)
        head.addStretch(1)
        for form in (self._serial_form(), self._tcp_form(), self._sdc_form(), self._replay_form()):
            self.forms.addWidget(form)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        column.addLayout(head)
        column.addWidget(self.forms, 1)

    def _serial_form(self) -> QWidget:
        self.ports.setAccessibleName("Serial ports of this machine")
        self.ports.setWordWrap(True)
        self.ports.setMinimumHeight(90)
        self.ports.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.identify_button.setAccessibleDescription("Tries the likely drivers and line settings on this port")
        acts = QHBoxLayout()
        acts.setSpacing(GAP)
        acts.addWidget(self.refresh)
        acts.addWidget(self.identify_button)
        acts.addStretch(1)
        form = QWidget()
        column = QVBoxLayout(form)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        column.addWidget(label(ABOUT_NAMES, "caption", wrap=True))
        column.addWidget(self.ports, 1)
        column.addWidget(self.problem)
        column.addWidget(self.about)
        column.addLayout(acts)
        column.addWidget(self.identify)
        return form

    def _tcp_form(self) -> QWidget:
        self.host.setPlaceholderText("10.20.0.9")
        self.host.setAccessibleName("Address of the adapter")
        self.tcp_port.setRange(1, 65535)
        indent(self.tcp_port)
        self.tcp_port.setAccessibleName("TCP port of the adapter")
        rows = [("Address", self.host), ("Port", self.tcp_port)]
        return _form(rows, "The adapter or device must listen there. Line settings are set in the adapter itself.")

    def _sdc_form(self) -> QWidget:
        self.epr.setPlaceholderText("urn:uuid:00000000-0000-0000-0000-000000000000")
        self.epr.setAccessibleName("Endpoint reference of the device")
        self.interface.setPlaceholderText("10.20.0.5")
        self.interface.setAccessibleName("Address of this computer on the device network")
        self.sdc_address.setPlaceholderText("https://10.20.0.9:6464/...")
        self.sdc_address.setAccessibleName("Address of the device")
        rows: list[tuple[str, QWidget]] = [
            ("Endpoint reference", self.epr),
            ("This computer's address", self.interface),
            ("or the device's address", self.sdc_address),
        ]
        return _form(rows, SDC_ABOUT)

    def _replay_form(self) -> QWidget:
        self.file.setAccessibleName("File of the recording")
        self.rate.setRange(1, 100_000)
        self.rate.setDecimals(0)
        indent(self.rate)
        self.rate.setSuffix(" bytes a second")
        self.rate.setAccessibleName("Rate of a file without times")
        self.repeat.setMinimumHeight(40)
        rows = [("File", self.file), ("Raw file without times", self.rate), ("", self.repeat)]
        return _form(rows, REPLAY_ABOUT)

    def _connect(self) -> None:
        self.kinds.idClicked.connect(self._kind_chosen)
        self.refresh.clicked.connect(self.read_ports)
        self.ports.currentItemChanged.connect(self._port_chosen)
        self.identify_button.clicked.connect(self._identify)
        self.identify.taken.connect(self.taken)
        for line in (self.host, self.epr, self.interface, self.sdc_address, self.file):
            line.textEdited.connect(self.changed)

    # --- ports ---------------------------------------------------------------------------------------------------

    def read_ports(self) -> None:
        """Ask which ports there are now."""
        chosen = self.port()
        if chosen is not None:
            self._wanted = chosen.port
        self.refresh.setEnabled(False)
        self._questions.drop()
        self._questions.ask(self._devices.ports(), self._show_ports)

    def _show_ports(self, answer: object) -> None:
        self.refresh.setEnabled(True)
        if isinstance(answer, Failure):
            self.problem.setText(f"The ports cannot be listed: {answer.text}")
            self.problem.show()
            return
        assert isinstance(answer, tuple)
        with QSignalBlocker(self.ports):
            self.ports.clear()
            for port in answer:
                item = QListWidgetItem(port_text(port, self._replaces))
                item.setData(Qt.ItemDataRole.UserRole, port)
                item.setToolTip(tip(port.port))
                self.ports.addItem(item)
                if port.port == self._wanted:
                    self.ports.setCurrentItem(item)
        self._port_chosen()

    def port(self) -> PortView | None:
        """The chosen port, None while none is."""
        item = self.ports.currentItem()
        found: PortView | None = item.data(Qt.ItemDataRole.UserRole) if item is not None else None
        return found

    def _port_chosen(self) -> None:
        port = self.port()
        self.identify.stop()
        problem = port_problem(port, self._replaces) if port else NO_PORTS if not self.ports.count() else ""
        if port is None and self.ports.count() and self._wanted:
            problem = f"{self._wanted} is not plugged in now."
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))
        self.about.setText("" if port is None else f"Adapter {port.adapter}" if port.adapter else NO_ADAPTER)
        self.identify_button.setEnabled(port is not None and port.usable and not _others(port, self._replaces))
        self.changed.emit()

    def _identify(self) -> None:
        port = self.port()
        if port is not None:
            self.identify.start(port.port)

    # --- the draft -----------------------------------------------------------------------------------------------

    def kind(self) -> Kind:
        """What is chosen above."""
        return list(KINDS)[max(0, self.kinds.checkedId())]

    def fill(self, draft: Draft) -> None:
        """Show what is chosen so far, and read the ports anew."""
        self._wanted, self._replaces = draft.port, draft.replaces
        index = list(KINDS).index(draft.kind)
        self.kinds.button(index).setChecked(True)
        self.forms.setCurrentIndex(index)
        self.host.setText(draft.host)
        self.tcp_port.setValue(draft.tcp_port)
        self.epr.setText(draft.epr)
        self.interface.setText(draft.interface)
        self.sdc_address.setText(draft.sdc_address)
        self.file.setText(draft.file)
        self.rate.setValue(draft.bytes_per_second)
        self.repeat.setChecked(draft.repeat)
        with QSignalBlocker(self.ports):
            self.ports.setCurrentRow(-1)
        self.read_ports()

    def take(self, draft: Draft) -> str:
        """Write what is chosen into the draft; what keeps from going on, "" for nothing."""
        draft.kind = self.kind()
        draft.host, draft.tcp_port = self.host.text(), self.tcp_port.value()
        draft.epr, draft.interface = self.epr.text(), self.interface.text()
        draft.sdc_address = self.sdc_address.text()
        draft.file, draft.bytes_per_second = self.file.text(), self.rate.value()
        draft.repeat = self.repeat.isChecked()
        port = self.port()
        if draft.kind is Kind.SERIAL and port is not None:
            draft.choose_port(port)
            if _others(port, self._replaces):
                return port_problem(port, self._replaces)
        return draft.connection_problem()

    def leave(self) -> None:
        """Let go of what is open."""
        self.identify.stop()

    def _kind_chosen(self, index: int) -> None:
        self.identify.stop()
        self.forms.setCurrentIndex(index)
        self.changed.emit()


def port_text(port: PortView, replaces: str = "") -> str:
    """A port in three lines: what it is, its stable name, and what stands in the way."""
    serial = f" · serial number {port.serial_number}" if port.serial_number else ""
    name = port.port if port.port == port.device else f"{port.port}\n   now {port.device}"
    first = f"{'?' if port_problem(port, replaces) else '✓'}  {port.description or 'Serial port'}{serial}"
    use = f"   used by “{port.used_by}”" if port.used_by else ""
    return "\n".join(line for line in (first, f"   {name}", use) if line)


def port_problem(port: PortView, replaces: str) -> str:
    """What stands in the way of a port and what to do about it."""
    if _others(port, replaces):
        return f"“{port.used_by}” reads this port. Choose another port, or edit that source."
    if port.used_by and port.used_by == replaces and not port.usable:
        return ""  # busy because the source being edited reads it
    return port.problem


def _others(port: PortView, replaces: str) -> bool:
    return bool(port.used_by) and port.used_by != replaces


def _form(rows: list[tuple[str, QWidget]], note: str) -> QWidget:
    made = QWidget()
    form = QFormLayout(made)
    form.setContentsMargins(0, 0, 0, 0)
    form.setHorizontalSpacing(16)
    form.addRow(label(note, "caption", wrap=True))
    for word, widget in rows:
        widget.setMinimumHeight(40)
        form.addRow(row_label(word), widget)
    return made
