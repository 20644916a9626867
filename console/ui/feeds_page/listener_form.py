"""Add, change or remove a listener: its name, its address, who may connect, and whether it is encrypted."""

from __future__ import annotations

from zoneinfo import available_timezones

from pydantic import ValidationError
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QCompleter,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QSpinBox,
    QVBoxLayout,
)

from console.config_hl7 import Hl7ListenerConfig
from console.link.feeds import Feeds, RemoveListener, SaveListener
from console.ui.feeds_page.change_form import Changes, faults
from console.ui.forms import button, indent, label, row_label
from console.ui.theme import GAP

PLAIN = "Unencrypted: anybody on the network can read and change what is sent. Use it on a network of its own alone."
TLS = "PEM files on this computer. With an authority of the senders, only those with its certificate may connect."
NO_ZONE = "Times carry a zone"
MAXIMUM = 200


class ListenerForm(QFrame):
    """finished: it was saved (its name), removed or cancelled ("")."""

    finished = Signal(str)

    def __init__(self, feeds: Feeds) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        self._old: Hl7ListenerConfig | None = None
        self.heading, self.message = label(role="title"), label(role="error", wrap=True)
        self.changes = Changes(self, feeds, self.message, self._follow)
        self.name, self.host, self.port, self.zone = QLineEdit(), QLineEdit(), QSpinBox(), QComboBox()
        self.allow, self.cert, self.key, self.client_ca = QLineEdit(), QLineEdit(), QLineEdit(), QLineEdit()
        self.tls, self.plain = button("TLS", "choice", checkable=True), button("Unencrypted", "choice", checkable=True)
        self.about = label(wrap=True)
        self.remove, self.really = button("Remove"), button("Remove it")
        self.cancel, self.save = button("Cancel"), button("Save listener", "primary")
        self._way = QButtonGroup(self)
        self._form = QFormLayout()
        self._lay_out()
        self._way.buttonClicked.connect(lambda _: self._follow())
        self.cancel.clicked.connect(lambda: self.finished.emit(""))
        self.save.clicked.connect(self._save)
        self.remove.clicked.connect(self._ask_removal)
        self.really.clicked.connect(self._remove)

    def _lay_out(self) -> None:
        self.port.setRange(1, 65535)
        indent(self.port)
        self.zone.setEditable(True)
        self.zone.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.zone.setStyleSheet("QComboBox { combobox-popup: 0; }")
        self.zone.addItems([NO_ZONE, *sorted(available_timezones())])
        completer = QCompleter(self.zone.model(), self.zone)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        self.zone.setCompleter(completer)
        self.host.setPlaceholderText("Address of this computer that the senders reach")
        self.allow.setPlaceholderText("Who may connect, such as 10.20.0.9/32, 10.20.1.0/24")
        self.client_ca.setPlaceholderText("May stay empty")
        way = QHBoxLayout()
        way.setSpacing(GAP)
        for choice in (self.tls, self.plain):
            self._way.addButton(choice)
            way.addWidget(choice)
        way.addStretch(1)
        self._form.setHorizontalSpacing(16)
        for word, field in (
            ("Name", self.name),
            ("Address", self.host),
            ("Port", self.port),
            ("Time zone", self.zone),
            ("Allowed", self.allow),
        ):
            field.setAccessibleName(word)
            field.setMinimumHeight(40)
            self._form.addRow(row_label(word), field)
        self._form.addRow(row_label("Encryption"), way)
        for word, field in (
            ("Certificate", self.cert),
            ("Its key", self.key),
            ("Senders' authority", self.client_ca),
        ):
            field.setAccessibleName(word)
            field.setMinimumHeight(40)
            field.setMaxLength(400)
            self._form.addRow(row_label(word), field)
        self.name.setMaxLength(80)
        self.host.setMaxLength(255)
        self.allow.setMaxLength(2000)
        foot = QHBoxLayout()
        foot.setSpacing(GAP)
        for act in (self.cancel, self.remove, self.really):
            foot.addWidget(act)
        foot.addStretch(1)
        foot.addWidget(self.save)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 14, 12)
        column.setSpacing(10)
        column.addWidget(self.heading)
        column.addLayout(self._form)
        column.addWidget(self.about)
        column.addWidget(self.message)
        column.addStretch(1)
        column.addLayout(foot)

    def start(self, listener: Hl7ListenerConfig | None) -> None:
        """Begin with a listener there is, or with a new one: encrypted, and for this computer alone."""
        self._old = listener
        self.changes.say("")
        self.really.hide()
        self.heading.setText(f"Change “{listener.name}”" if listener is not None else "Add a listener")
        self.name.setText(listener.name if listener is not None else "")
        self.host.setText(listener.host if listener is not None else "127.0.0.1")
        self.port.setMinimum(0 if listener is not None and listener.port == 0 else 1)
        self.port.setValue(listener.port if listener is not None else 2575)
        self.zone.setCurrentText((listener.timezone if listener is not None else None) or NO_ZONE)
        self.allow.setText(", ".join(listener.allow) if listener is not None else "127.0.0.1/32")
        tls = listener.tls if listener is not None else None
        self.cert.setText(tls.cert if tls is not None else "")
        self.key.setText(tls.key if tls is not None else "")
        self.client_ca.setText((tls.client_ca if tls is not None else None) or "")
        (self.plain if listener is not None and listener.plain else self.tls).setChecked(True)
        self._follow()
        self.name.setFocus()

    def _follow(self) -> None:
        busy, encrypted = self.changes.waiting, self.tls.isChecked()
        for field in (self.cert, self.key, self.client_ca):
            self._form.setRowVisible(field, encrypted)
        self.about.setText(TLS if encrypted else f"?  {PLAIN}")
        self.remove.setVisible(self._old is not None and self.really.isHidden())
        for part in (self.save, self.cancel, self.remove, self.really):
            part.setEnabled(not busy)

    # --- acts ----------------------------------------------------------------------------------------------------

    def _save(self) -> None:
        self.really.hide()
        try:
            listener = Hl7ListenerConfig.model_validate(self._given())
        except ValidationError as error:
            self.changes.say(f"?  {faults(error)}")
            return
        replaces = self._old.name if self._old is not None else ""
        self.changes.ask(SaveListener(listener, replaces), "", lambda: self.finished.emit(listener.name))

    def _given(self) -> dict[str, object]:
        """The listener as it stands here; what has no field here stays as it was."""
        given = self._old.model_dump() if self._old is not None else {}
        tls = {"cert": self.cert.text().strip(), "key": self.key.text().strip()}
        kept = given.get("tls") if isinstance(given.get("tls"), dict) else {}
        encrypted = {**(kept or {}), **tls, "client_ca": self.client_ca.text().strip() or None}
        zone = self.zone.currentText().strip()
        return {
            **given,
            "name": self.name.text().strip(),
            "host": self.host.text().strip(),
            "port": self.port.value(),
            "timezone": None if zone in (NO_ZONE, "") else zone,
            "allow": tuple(part.strip() for part in self.allow.text().split(",") if part.strip()),
            "plain": self.plain.isChecked(),
            "tls": encrypted if self.tls.isChecked() else None,
        }

    def _ask_removal(self) -> None:
        if self._old is not None:
            beds = ", ".join(dict.fromkeys(self._old.beds.values())) or "no bed"
            self.really.show()
            self.changes.say(
                f"?  Remove “{self._old.name}”? {beds} gets no more values from it; what is charted stays."
            )
            self._follow()

    def _remove(self) -> None:
        if self._old is not None:
            self.changes.ask(RemoveListener(self._old.name), "", lambda: self.finished.emit(""))
