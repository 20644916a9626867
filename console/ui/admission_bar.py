"""What a person has to settle at a bed: an offer or a conflict of admissions, and one button for each answer."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from console.link.commands import Reply, SettleQuestion
from console.link.link import Link
from console.link.snapshot import BedSnapshot
from console.ui import wording
from console.ui.forms import Failure, Questions, clear, label, set_look
from console.ui.patient_words import shown_text
from console.ui.theme import MARGIN
from console.ui.who import unnamed
from console.ward.movements import Answer, Question


class AdmissionBar(QFrame):
    """Shows the first question of a bed, conflicts first; hidden while there is none. settled: (bed) after an answer
    was taken. user: who answers, "" while nobody has said so."""

    settled = Signal(str)

    def __init__(self, link: Link, user: Callable[[], str]) -> None:
        super().__init__()
        self._link = link
        self._user = user
        self._bed = ""
        self._question: Question | None = None
        self._initials = False
        self._answers = Questions(self)
        self.setProperty("role", "notice")
        self.text, self.detail = label(wrap=True), label(role="caption", wrap=True)
        self.text.setStyleSheet("font-weight: 700;")
        self.buttons: dict[Answer, QPushButton] = {}
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self.text)
        words.addWidget(self.detail)
        self._row = QHBoxLayout()
        self._row.setSpacing(8)
        row = QHBoxLayout(self)
        row.setContentsMargins(MARGIN + 6, 8, MARGIN, 8)
        row.setSpacing(16)
        row.addLayout(words, 1)
        row.addLayout(self._row)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.hide()

    def show_bed(self, bed: BedSnapshot, initials: bool = False) -> None:
        """Bring it up to date. initials: of Theme."""
        question = bed.questions[0] if bed.questions else None
        if (question, bed.bed, initials) == (self._question, self._bed, self._initials):
            return
        self._bed, self._question, self._initials = bed.bed, question, initials
        self._answers.drop()
        self.setVisible(question is not None)
        if question is None:
            return
        more = f"1 of {len(bed.questions)} to settle. " if len(bed.questions) > 1 else ""
        self.text.setText(f"?  {wording.typeset(self._shown(question.text))}")
        self.detail.setText(more + self._shown(question.detail))
        set_look(self.detail, "role", "caption")
        set_look(self, "bad", "false" if question.is_offer else "true")
        clear(self._row)
        self.buttons = {}
        for choice in question.choices:
            button = QPushButton(self._shown(choice.label))
            button.setMinimumHeight(40)
            # A click leaves the keys to the page, and no key answers by itself.
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(lambda _=False, answer=choice.answer: self.answer(answer))
            self._row.addWidget(button)
            self.buttons[choice.answer] = button
        _in_order(self, list(self.buttons.values()))

    def _shown(self, text: str) -> str:
        """Words about people as this screen names them."""
        if not self._initials or self._question is None:
            return text
        question = self._question
        people = [bed.patient for bed in self._link.snapshot().beds if bed.patient is not None]
        names, numbers = [p.name for p in people], [number for p in people for number in p.ids]
        movement = question.movement
        for person in (question.seen, movement.person if movement is not None else None):
            if person is not None:
                names.append(person.name)
                numbers += person.ids
        if movement is not None:
            numbers += movement.prior_ids
        return shown_text(text, tuple(names), tuple(numbers), self._initials)

    def answer(self, answer: Answer) -> None:
        """Settle it, or say why it cannot be settled."""
        question, user, bed = self._question, self._user().strip(), self._bed
        if question is None or self._answers.waiting:
            return
        if refusal := unnamed(self, user):
            self._say(refusal)
            return

        def answered(reply: Reply | Failure) -> None:
            error = reply.text if isinstance(reply, Failure) else reply.error
            if error:
                self._say(self._shown(error))
            else:
                self.settled.emit(bed)

        self._answers.ask(self._link.submit(SettleQuestion(question.id, answer, user)), answered)

    def _say(self, text: str) -> None:
        self.detail.setText(f"?  {text}")
        set_look(self.detail, "role", "error")


def _in_order(parent: QWidget, buttons: list[QPushButton]) -> None:
    """Tab goes from left to right."""
    for first, second in pairwise(buttons):
        parent.setTabOrder(first, second)
