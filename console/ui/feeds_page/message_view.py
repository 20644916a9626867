"""One stored message opened: what it says, its fields by name, as it was sent, its answer, and hl7apy's opinion."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QPlainTextEdit, QPushButton, QVBoxLayout

from console.link.feeds import Feeds, MessageView, Sent, Validation
from console.ui.elided import ElidedLabel
from console.ui.feeds_page.words import answers_text, cell, facts_text, fields_text, moment, outcome, raw_text, visible
from console.ui.forms import Failure, Questions, button, label
from console.ui.theme import GAP, Theme
from console.ui.who import unnamed

PARTS = ("What it says", "Fields", "As sent", "Answer", "hl7apy", "Sent again")
WORKING = "Working …"
NOTHING = "Choose a message above."
HIDDEN = "A message names its patient: it is hidden while patients are shown by initials. Ctrl+U shows full names."


def plain_view(spoken: str) -> QPlainTextEdit:
    """A view of plain text: read, selected and copied, never interpreted."""
    view = QPlainTextEdit()
    view.setReadOnly(True)
    view.setUndoRedoEnabled(False)
    view.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
    view.setTabChangesFocus(True)
    view.setAccessibleName(spoken)
    view.setMinimumHeight(60)
    return view


def dress_plain(view: QPlainTextEdit, theme: Theme) -> None:
    """Type of equal widths, in the look."""
    size = 12 if theme.compact else 13
    view.setStyleSheet(
        f"QPlainTextEdit {{ font-family: 'DejaVu Sans Mono'; font-size: {size}px;"
        f" font-weight: 500; background: {theme.tokens.sunk}; padding: 4px 6px; }}"
    )


class MessagePane(QFrame):
    """Shows the message of a number; what comes late for another one is dropped."""

    def __init__(self, feeds: Feeds) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        self.user = ""
        self.number: int | None = None
        self.view: MessageView | None = None
        self._initials = False
        self._feeds = feeds
        self._zone = ZoneInfo("UTC")
        self._questions = Questions(self)
        self._texts = dict.fromkeys(PARTS, "")
        self.heading, self.became = ElidedLabel(NOTHING, wide=True), ElidedLabel(wide=True)
        self.notes = label(wrap=True)
        self.parts = QButtonGroup(self)
        self.text = plain_view("The message, part by part")
        self.validate, self.again = button("Check with hl7apy"), button("Send it again")
        self._lay_out()
        self.parts.idClicked.connect(lambda _: self._show_part())
        self.validate.clicked.connect(self._validate)
        self.again.clicked.connect(self._send_again)
        self.clear()

    def _lay_out(self) -> None:
        self.heading.setProperty("role", "title")
        head = QHBoxLayout()
        head.setSpacing(GAP)
        head.addWidget(self.heading, 1)
        head.addWidget(self.validate)
        head.addWidget(self.again)
        choices = QHBoxLayout()
        choices.setSpacing(7)
        for number, name in enumerate(PARTS):
            choice = button(name, "choice", checkable=True)
            self.parts.addButton(choice, number)
            choices.addWidget(choice)
        choices.addStretch(1)
        self.notes.setMaximumHeight(96)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 14, 12)
        column.setSpacing(6)
        column.addLayout(head)
        column.addWidget(self.became)
        column.addWidget(self.notes)
        column.addLayout(choices)
        column.addWidget(self.text, 1)

    @property
    def busy(self) -> bool:
        """True while something is awaited."""
        return self._questions.waiting

    def part(self, name: str) -> QPushButton:
        """The button of a part."""
        made = self.parts.button(PARTS.index(name))
        assert isinstance(made, QPushButton)
        return made

    def set_theme(self, theme: Theme) -> None:
        """The look has changed."""
        dress_plain(self.text, theme)
        self._initials = theme.initials
        self._show_part()

    def clear(self) -> None:
        """No message is opened."""
        self._turn(None)
        self.heading.setText(NOTHING)
        self._show()

    def open(self, number: int, zone: ZoneInfo) -> None:
        """Turn to a message; nothing of the one before stays."""
        self._zone = zone
        self._turn(number)
        self.heading.setText(WORKING)
        self._show()
        self._questions.ask(self._feeds.message(number), self._opened)

    def _turn(self, number: int | None) -> None:
        self._questions.drop()
        self.number, self.view = number, None
        self._texts = dict.fromkeys(PARTS, "")
        self.became.setText("")
        self.notes.setText("")
        self.part(PARTS[0]).setChecked(True)

    def _opened(self, answer: MessageView | Failure | None) -> None:
        if not isinstance(answer, MessageView):
            self.heading.setText("?  This message cannot be shown")
            self.notes.setText(answer.text if isinstance(answer, Failure) else "It is not stored any more.")
            self._show()
            return
        self.view = answer
        row = answer.row
        kind = cell(row.message_type) or "unreadable"
        self.heading.setText(f"{kind} {cell(row.control_id)} · {moment(row.received_at, self._zone)}")
        reason = f" · {cell(row.reason)}" if row.outcome != "accepted" else ""
        self.became.setText(f"When it came: {outcome(row)}{reason} · {cell(row.feed)} · from {cell(row.peer)}")
        self.notes.setText(f"?  It cannot be read: {visible(answer.error)}." if answer.error else "")
        self._texts = {
            "What it says": facts_text(answer),
            "Fields": fields_text(answer.segments) or "No fields: the message cannot be read.",
            "As sent": raw_text(answer) or "Its bytes are not kept any more.",
            "Answer": answers_text(answer),
            "hl7apy": "Press “Check with hl7apy”. It takes up to half a minute and holds nobody up.",
            "Sent again": "Press “Send it again”: it goes to the listener it came to, and is never charted twice.",
        }
        self._show()

    def _show(self) -> None:
        self.notes.setVisible(bool(self.notes.text()))
        known = self.view is not None and not self._questions.waiting
        for act in (self.validate, self.again):
            act.setEnabled(known and self.view is not None and self.view.row.kept)
        for choice in self.parts.buttons():
            choice.setEnabled(self.view is not None)
        self._show_part()

    def _show_part(self) -> None:
        hidden = self._initials and self.view is not None
        self.text.setPlainText(HIDDEN if hidden else self._texts[PARTS[max(0, self.parts.checkedId())]])

    # --- acts ----------------------------------------------------------------------------------------------------

    def _validate(self) -> None:
        if self.number is not None:
            self._begin("hl7apy")
            self._questions.ask(self._feeds.validate(self.number), self._validated)
            self._show()

    def _validated(self, answer: Validation | Failure) -> None:
        lines = [answer.text] if isinstance(answer, Failure) else [answer.verdict, "", *answer.lines]
        self._tell("hl7apy", "\n".join(visible(line) for line in lines).strip())

    def _send_again(self) -> None:
        if refusal := unnamed(self, self.user):
            self._begin("Sent again")
            self._tell("Sent again", refusal)
        elif self.number is not None:
            self._begin("Sent again")
            self._questions.ask(self._feeds.send_again(self.number, self.user), self._sent_again)
            self._show()

    def _sent_again(self, answer: Sent | Failure) -> None:
        self._tell("Sent again", sent_text(answer))

    def _begin(self, part: str) -> None:
        self._texts[part] = WORKING
        self.part(part).setChecked(True)

    def _tell(self, part: str, text: str) -> None:
        self._texts[part] = text
        self._show()


def sent_text(answer: Sent | Failure) -> str:
    """What came of sending, whole."""
    if isinstance(answer, Failure):
        return f"?  {visible(answer.text)}"
    mark = "✓" if answer.accepted else "?"
    parts = [f"{mark}  {visible(answer.verdict)}"]
    parts += [f"The answer:\n{visible(text, lines=True)}" for text in answer.answers]
    parts += [f"What was sent:\n{visible(answer.message, lines=True)}"] if answer.message else []
    return "\n\n".join(parts)
