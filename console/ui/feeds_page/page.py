"""Feeds: the listeners and their senders, and of the chosen one its messages, unknown codes and places."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from console.config_hl7 import Hl7ListenerConfig
from console.link.feeds import Feeds
from console.link.link import Link
from console.link.snapshot import SourceView, WardSnapshot
from console.ui.elided import ElidedLabel
from console.ui.feeds_page.codes_panel import CodesPanel
from console.ui.feeds_page.feed_list import FeedList
from console.ui.feeds_page.listener_form import ListenerForm
from console.ui.feeds_page.messages_panel import MessagesPanel
from console.ui.feeds_page.places_panel import PlacesPanel
from console.ui.feeds_page.try_panel import TryPanel
from console.ui.feeds_page.words import to_look_at
from console.ui.forms import button, label
from console.ui.page import Page
from console.ui.theme import GAP, MARGIN, Theme
from console.ward.source import SourceState

LEAST = QSize(900, 480)
NO_FEEDS = (
    "No HL7 listener set up. Press “Add a listener”, then tell the gateway this computer's address and port.\n"
    "Nothing listens unless it is set up here."
)
A_MANAGER = (
    "Alarms of this ward are sent to this alarm manager. What waits and what it refused stands on the left; "
    "it is set up in the configuration file."
)
MESSAGES, CODES, PLACES, TRY = range(4)
TITLES = ("Messages", "Unknown codes", "Places", "Try it out")
REFRESH_S = 1.0


class FeedsPage(Page):
    """feeds: of the station the console runs on."""

    title = "Feeds"

    def __init__(self, link: Link, user: str, theme: Theme, feeds: Feeds) -> None:
        super().__init__(link, user, theme)
        self.setMinimumSize(LEAST)
        self.feeds = feeds
        self.summary = ElidedLabel("Feeds", wide=True)
        self.add, self.change = button("Add a listener"), button("Change")
        self.list = FeedList()
        self.messages, self.codes = MessagesPanel(feeds), CodesPanel(feeds)
        self.places, self.trial = PlacesPanel(feeds), TryPanel(feeds)
        self.form = ListenerForm(feeds)
        self.empty = label(NO_FEEDS, "title", wrap=True)
        self.parts = QButtonGroup(self)
        self._left, self._right, self._choices = QWidget(), QStackedWidget(), QWidget()
        self._part = QStackedWidget()
        self._shown_at = -1.0
        self._wanted = ""
        self._lay_out()
        self._connect()
        self.setFocusProxy(self.list.table)
        self.set_theme(theme)

    def _lay_out(self) -> None:
        self.summary.setProperty("role", "title")
        head = QHBoxLayout()
        head.setSpacing(GAP)
        head.addWidget(self.summary, 1)
        head.addWidget(self.change)
        head.addWidget(self.add)
        left = QVBoxLayout(self._left)
        left.setContentsMargins(0, 0, 0, 0)
        left.setSpacing(GAP)
        left.addLayout(head)
        left.addWidget(self.list, 1)
        left.addWidget(label("Counters run since the console started", "caption"))
        choices = QHBoxLayout(self._choices)
        choices.setContentsMargins(0, 0, 0, 0)
        choices.setSpacing(7)
        for number, title in enumerate(TITLES):
            choice = button(title, "choice", checkable=True)
            self.parts.addButton(choice, number)
            choices.addWidget(choice)
        choices.addStretch(1)
        for part in (self.messages, self.codes, self.places, self.trial):
            self._part.addWidget(part)
        self.part(MESSAGES).setChecked(True)
        of_feed = QWidget()
        column = QVBoxLayout(of_feed)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        column.addWidget(self._choices)
        column.addWidget(self._part, 1)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        for widget in (of_feed, self.form, self.empty):
            self._right.addWidget(widget)
        row = QHBoxLayout(self)
        row.setContentsMargins(MARGIN, MARGIN, MARGIN, GAP)
        row.setSpacing(MARGIN)
        row.addWidget(self._left)
        row.addWidget(self._right, 1)

    def _connect(self) -> None:
        self.list.chosen.connect(self._show_feed)
        self.parts.idClicked.connect(self._turn_part)
        self.add.clicked.connect(lambda: self._open_form(None))
        self.change.clicked.connect(lambda: self._open_form(self.config))
        self.form.finished.connect(self._finished)

    def part(self, number: int) -> QPushButton:
        """The button of a part: MESSAGES, CODES, PLACES, TRY."""
        made = self.parts.button(number)
        assert isinstance(made, QPushButton)
        return made

    # --- look ----------------------------------------------------------------------------------------------------

    def set_theme(self, theme: Theme) -> None:
        """The look and the size class have changed."""
        super().set_theme(theme)
        for part in (self.list, self.messages, self.codes, self.places, self.trial):
            part.set_theme(theme)
        self._share_width()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._share_width()
        super().resizeEvent(event)

    def _share_width(self) -> None:
        self._left.setFixedWidth(max(360, min(round((self.width() - 2 * MARGIN) * 0.34), 660)))

    # --- following -----------------------------------------------------------------------------------------------

    @property
    def feed(self) -> SourceView | None:
        """The chosen listener, also where one of its senders is."""
        row = self.list.row
        return row.feed if row is not None else None

    @property
    def config(self) -> Hl7ListenerConfig | None:
        """How the chosen listener is configured."""
        name = self.feed.name if self.feed is not None else ""
        return next((listener for listener in self.feeds.config().hl7_listener if listener.name == name), None)

    def show_ward(self, snapshot: WardSnapshot, now: float) -> None:
        """Bring the page up to date, once a second at most."""
        if 0 <= now - self._shown_at < REFRESH_S * snapshot.system.speed:
            return
        self._shown_at = now
        self._zone = ZoneInfo(snapshot.timezone)
        feeds = [source for source in snapshot.sources if source.kind == "hl7"]
        live = sum(1 for feed in feeds if feed.state is SourceState.CONNECTED)
        problems = sum(1 for feed in feeds if to_look_at(feed))
        told = f" · {problems} to look at" if problems else ""
        self.summary.setText(f"{live} of {len(feeds)} feeds live{told}" if feeds else "Feeds")
        self.list.show_feeds(feeds, snapshot.system.managers, now, self._zone)
        if self._wanted and any(feed.name == self._wanted for feed in feeds):
            self.list.choose(self._wanted)
            self._wanted = ""
        self._give_user()
        self._show_feed()

    def _give_user(self) -> None:
        self.messages.message.user = self.trial.user = self.user
        for changes in (self.codes.changes, self.places.changes, self.form.changes):
            changes.user = self.user

    def _show_feed(self) -> None:
        feed, config = self.feed, self.config
        self.change.setEnabled(config is not None)
        if self._right.currentWidget() is not self.form:
            self.empty.setText(NO_FEEDS if self.list.row is None else A_MANAGER)
            self._right.setCurrentIndex(0 if feed is not None else 2)
        if feed is None or config is None or self._shown_at < 0:
            return
        self.part(CODES).setText(_counted(TITLES[CODES], len(feed.unknown_codes)))
        self.part(PLACES).setText(_counted(TITLES[PLACES], len(feed.unknown_places)))
        if self.isVisible() and self._part.currentWidget() is self.messages:
            self.messages.show_feed(feed.name, self._zone)
        self.codes.show_feed(feed.name, feed.unknown_codes, config, self._zone)
        beds = self.feeds.config().ward.beds
        self.places.show_feed(feed.name, feed.unknown_places, config, beds, self._zone)
        self.trial.show_feed(feed.name, self.feeds.config())

    def _turn_part(self, number: int) -> None:
        self._part.setCurrentIndex(number)
        self._show_feed()

    # --- forms ---------------------------------------------------------------------------------------------------

    def _open_form(self, listener: Hl7ListenerConfig | None) -> None:
        self._give_user()
        self.form.start(listener)
        self._right.setCurrentWidget(self.form)
        self._set_forms(True)

    def _finished(self, name: str) -> None:
        self._wanted = name
        self._right.setCurrentIndex(0)
        self._set_forms(False)
        self._shown_at = -1.0
        self.show_ward(self.link.snapshot(), self.link.now())
        self.list.table.setFocus()

    def half_written(self) -> str:
        """A form that is open."""
        return "a listener" if self._right.currentWidget() is self.form else ""

    def forget(self) -> None:
        """Close the form."""
        if self.half_written():
            self._finished("")

    def _set_forms(self, on: bool) -> None:
        for part in (self.add, self.change, self.list.table):
            part.setEnabled(not on)

    def activated(self) -> None:
        """The page has become visible."""
        self._shown_at = -1.0
        self.hint.emit("What a feed has sent is stored as it came · charting goes on while you look")


def _counted(title: str, number: int) -> str:
    return f"{title}  {number}" if number else title
