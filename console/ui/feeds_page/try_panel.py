"""Try a listener out: a made-up message that is never charted, sent to one of ours or to another address."""

from __future__ import annotations

from PySide6.QtWidgets import QComboBox, QFormLayout, QFrame, QHBoxLayout, QLineEdit, QSpinBox, QVBoxLayout, QWidget

from console.config import Config
from console.link.feeds import Feeds, Sent, Target
from console.ui.feeds_page.message_view import WORKING, dress_plain, plain_view, sent_text
from console.ui.forms import Failure, Questions, button, indent, label, row_label
from console.ui.theme import GAP, Theme
from console.ui.who import unnamed

ANOTHER = "Another address"
ABOUT = (
    "It says of itself that it is a training message (MSH-11 T): a listener keeps and shows it, and never charts it. "
    "Its values and its patient are made up."
)
PLAIN = "Without an authority file it is sent unencrypted."


class TryPanel(QWidget):
    """Sends from a thread of the desk and shows what came back."""

    def __init__(self, feeds: Feeds) -> None:
        super().__init__()
        self.user = ""
        self._feeds = feeds
        self._questions = Questions(self)
        self._names: tuple[str, ...] | None = None
        self.target, self.location = QComboBox(), QComboBox()
        self.host, self.port, self.ca = QLineEdit(), QSpinBox(), QLineEdit()
        self.send = button("Send a test message", "primary")
        self.result = plain_view("What came of it")
        self._address = QWidget()
        self._lay_out()
        self.target.currentIndexChanged.connect(lambda _: self._follow())
        self.host.textChanged.connect(lambda _: self._follow())
        self.send.clicked.connect(self._send)

    def _lay_out(self) -> None:
        self.port.setRange(1, 65535)
        self.port.setValue(2575)
        indent(self.port)
        self.location.setEditable(True)
        self.location.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        place = QLineEdit()
        place.setMaxLength(80)
        self.location.setLineEdit(place)
        self.host.setPlaceholderText("Name or address of the receiver")
        self.ca.setPlaceholderText("File of its authority, for TLS")
        self.host.setMaxLength(255)
        self.ca.setMaxLength(400)
        for field, spoken in (
            (self.target, "Where to send it"),
            (self.location, "Location in the message"),
            (self.host, "Address of the receiver"),
            (self.port, "Port of the receiver"),
            (self.ca, "Authority file of the receiver"),
        ):
            field.setAccessibleName(spoken)
            field.setMinimumHeight(40)
        address = QHBoxLayout(self._address)
        address.setContentsMargins(0, 0, 0, 0)
        address.setSpacing(GAP)
        address.addWidget(self.host, 2)
        address.addWidget(self.port)
        address.addWidget(self.ca, 2)
        form = QFormLayout()
        form.setHorizontalSpacing(16)
        form.addRow(row_label("To"), self.target)
        form.addRow(row_label("Address"), self._address)
        form.addRow(row_label("Location"), self.location)
        self._form = form
        self._plain = label(PLAIN, "caption")
        foot = QHBoxLayout()
        foot.addWidget(self._plain, 1)
        foot.addStretch(0)
        foot.addWidget(self.send)
        box = QFrame()
        box.setProperty("role", "panel")
        inside = QVBoxLayout(box)
        inside.setContentsMargins(14, 10, 14, 12)
        inside.setSpacing(GAP)
        inside.addWidget(label("Send a test message", "title"))
        inside.addWidget(label(ABOUT, wrap=True))
        inside.addLayout(form)
        inside.addLayout(foot)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        column.addWidget(box)
        column.addWidget(self.result, 1)

    def set_theme(self, theme: Theme) -> None:
        """The look has changed."""
        dress_plain(self.result, theme)

    def show_feed(self, feed: str, config: Config) -> None:
        """The listeners there are; the chosen one is offered first, and the locations it knows."""
        names = tuple(listener.name for listener in config.hl7_listener)
        if names != self._names:
            self._names = names
            self.target.clear()
            for name in names:
                self.target.addItem(name, name)
            self.target.addItem(ANOTHER, "")
        if feed in names and self.target.property("turned") != feed:
            self.target.setProperty("turned", feed)
            self.target.setCurrentIndex(names.index(feed))
            self.location.clear()
            known = next((listener.beds for listener in config.hl7_listener if listener.name == feed), {})
            self.location.addItems(list(known))
        self._follow()

    def _follow(self) -> None:
        another = not self.target.currentData()
        self._form.setRowVisible(self._address, another)
        self._plain.setVisible(another)
        ready = not another or bool(self.host.text().strip())
        self.send.setEnabled(ready and not self._questions.waiting)

    def _send(self) -> None:
        if refusal := unnamed(self, self.user):
            self.result.setPlainText(refusal)
            return
        listener = self.target.currentData()
        target = Target(listener=listener) if listener else self._another()
        self.result.setPlainText(WORKING)
        asked = self._feeds.send_test(target, self.location.currentText().strip(), self.user)
        self._questions.ask(asked, self._sent)
        self._follow()

    def _another(self) -> Target:
        return Target(host=self.host.text().strip(), port=self.port.value(), ca=self.ca.text().strip())

    def _sent(self, answer: Sent | Failure) -> None:
        self.result.setPlainText(sent_text(answer))
        self._follow()
