"""Answer one alarm: one press on a reason acknowledges it; nothing else does.

The sheet stays with its alarm: another alarm, however urgent, appears in the bar and on its tile, never here.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QPushButton, QScrollArea, QVBoxLayout, QWidget

from console.alarms.alarm import Alarm
from console.link.commands import Acknowledge, Reply, UndoAcknowledge
from console.link.link import Link
from console.link.snapshot import BedSnapshot, WardSnapshot
from console.ui import ack_words, wording
from console.ui.ack_head import AlarmHead, AlarmValues
from console.ui.ack_who import WhoPanel
from console.ui.forms import Failure, Questions, button, label, set_look
from console.ui.page import DockedSheet
from console.ui.session import Session
from console.ui.theme import Theme
from console.ui.who import TYPED

REASONS = (
    "Going to the bedside",
    "Doctor informed",
    "Pump team informed",
    "Treatment given",
    "Known, watching closely",
    "Measurement not reliable",
)
NOT_RELIABLE = REASONS[5]
NOTHING_DONE = "Nothing was acknowledged."
UNDO_S = 5
LONGEST_REASON = 200

REACTION_S = 0.4
"""A press answers what was on screen this long ago: an alarm that stepped up a moment before is not answered by it."""


class AckSheet(DockedSheet):
    """The docked acknowledge form. `alarm` is the alarm as last seen, None before the first and when it is gone.

    session: where people sign in. A reason pressed while nobody is signed in asks for name and PIN in this sheet, then
    answers the alarm as it was seen when the reason was pressed, and nothing else.
    """

    def __init__(
        self,
        link: Link,
        user: str,
        theme: Theme,
        clock: Callable[[], float] = time.monotonic,
        session: Session | None = None,
    ) -> None:
        super().__init__(link, user, theme)
        self._session = session or Session(None, user)
        self.alarm: Alarm | None = None
        self._id = ""
        self._clock = clock
        self._seen: deque[tuple[float, int]] = deque(maxlen=64)
        self._zone = ZoneInfo("UTC")
        self._next_id = ""
        self._acked_here = False
        self._undo_left = 0
        self._questions = Questions(self)
        self._undo_timer = QTimer(self)
        self._undo_timer.setInterval(1000)
        self._undo_timer.timeout.connect(self._count_down)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.head = AlarmHead()
        self.values = AlarmValues()
        self._members = label(role="caption", wrap=True)
        self.reasons = [self._reason_button(n, text) for n, text in enumerate(REASONS, start=1)]
        self.other = QLineEdit()
        self.other.setPlaceholderText("7    Other reason – type, then Enter")
        self.other.setAccessibleName("7, other reason")
        self.other.setMaxLength(LONGEST_REASON)
        self.other.returnPressed.connect(self._other_given)
        self._others = label(role="caption", wrap=True)
        self.why = label(role="caption", wrap=True)
        self.next_button = button("Next alarm")
        self.open_button = button("Open bed")
        self.message = label(wrap=True)
        self.undo_button = button("Undo")
        self._after = label(role="caption", wrap=True)
        self._recorded = label(role="caption", wrap=True)
        self.close_button = button("Close   Esc", "flat")
        self.who = WhoPanel(self._session, theme)
        self.change_button = button("Somebody else", "flat")
        self._lay_out()
        self.who.signed_in.connect(self._signed_in)
        self.who.left.connect(self._left)
        self.change_button.clicked.connect(lambda: self._ask_who(None))
        self.close_button.clicked.connect(self.closed)
        self.next_button.clicked.connect(lambda: self.open_for(self._next_id))
        self.open_button.clicked.connect(self._open_bed)
        self.undo_button.clicked.connect(self.undo)

    def _reason_button(self, number: int, text: str) -> QPushButton:
        made = button(f"{number}    {text}")
        made.setAccessibleName(f"{number}, {text}")
        made.setStyleSheet("text-align: left; font-size: 16px; font-weight: 700;")
        made.clicked.connect(lambda: self.acknowledge(text))
        return made

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setContentsMargins(16, 4, 8, 4)
        top.addWidget(label("Acknowledge alarm", "title"), 1)
        top.addWidget(self.close_button)
        self._choose = QVBoxLayout()
        self._choose.setContentsMargins(16, 4, 16, 4)
        self._choose.setSpacing(6)
        words = QHBoxLayout()
        words.addWidget(label("Choose a reason"), 1)
        words.addWidget(label("one press acknowledges", "caption"))
        self._choose.addWidget(self._members)
        self._choose.addLayout(words)
        for made in (*self.reasons, self.other):
            self._choose.addWidget(made)
        rest = QHBoxLayout()
        rest.addWidget(self._others, 1)
        rest.addWidget(self.next_button)
        rest.addWidget(self.open_button)
        self._choose.addLayout(rest)
        self._choose.addWidget(self.why)
        self._choose.addStretch(1)
        foot = QFrame()
        foot.setProperty("role", "panel")
        low = QVBoxLayout(foot)
        low.setContentsMargins(16, 8, 10, 8)
        row = QHBoxLayout()
        row.addWidget(self.message, 1)
        row.addWidget(self.undo_button)
        low.addLayout(row)
        low.addWidget(self._after)
        by = QHBoxLayout()
        by.addWidget(self._recorded, 1)
        by.addWidget(self.change_button)
        low.addLayout(by)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(top)
        column.addWidget(self.head)
        column.addWidget(self.values)
        self._area = self._scrolled()
        column.addWidget(self._area, 1)
        column.addWidget(self.who, 1)
        column.addWidget(foot)
        self._foot = foot
        self.undo_button.hide()
        self.message.hide()
        self.set_theme(self.theme)

    def _scrolled(self) -> QScrollArea:
        """The reasons, which scroll in a window too low for all of them."""
        content = QWidget()
        content.setLayout(self._choose)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(content)
        return area

    def set_theme(self, theme: Theme) -> None:
        """The look has changed; a low window gets lower buttons, never under 40 px."""
        super().set_theme(theme)
        self.who.form.set_theme(theme)
        self._choose.setSpacing(2 if theme.compact else 7)
        for made in (*self.reasons, self.other):
            made.setFixedHeight(40 if theme.compact else 48)

    # --- what is shown -------------------------------------------------------------------------------------------

    def open_for(self, subject: str) -> None:
        """Turn to an alarm, by its id."""
        self.who.leave()
        if subject != self._id:
            self._forget_undo()
            self._tell("")
            self._seen.clear()
            self.other.clear()
            self._acked_here = False
        self._id = subject
        self.alarm = None
        self.show_ward(self.link.snapshot(), self.link.now())
        self.setFocus()

    def show_ward(self, snapshot: WardSnapshot, now: float) -> None:
        """Follow the alarm."""
        self._zone = ZoneInfo(snapshot.timezone)
        alarm, bed = ack_words.find(snapshot, self._id)
        if alarm is None:
            self._show_gone()
            return
        self.alarm = alarm
        self._seen.append((self._clock(), alarm.version))
        self.head.show_alarm(alarm, bed, now, self._zone, self.theme)
        self.values.show_values(alarm, bed, now, self._zone, self.theme, snapshot.system.speed)
        self._show_others(alarm, bed)
        self.why.setText(wording.typeset(ack_words.why_words(alarm)))
        self._open_reasons(wording.needs_answer(alarm) and not self._acked_here)
        if alarm.acknowledged is not None and not self._acked_here and not self.message.text():
            at = wording.clock_text(alarm.acknowledged.at, self._zone)
            self._tell(f"✓  Acknowledged {at} by {alarm.acknowledged.by}")
        self._after.setText(ack_words.after_words(alarm, self.theme.compact, snapshot.signals))
        self._show_who()
        self._after.setVisible(not (self.theme.compact and self.message.text()))

    def _show_gone(self) -> None:
        """The alarm is over and acknowledged: nothing is left to answer."""
        self.alarm = None
        self._open_reasons(False)
        if not self.message.text():
            self._tell("This alarm is over and needs no answer.")
        self._after.setText("")

    def _show_others(self, alarm: Alarm, bed: BedSnapshot | None) -> None:
        waiting = [a for a in (bed.alarms if bed is not None else ()) if wording.needs_answer(a) and a.id != alarm.id]
        members = [a for a in waiting if wording.is_member(a)]
        others = [a for a in waiting if not wording.is_member(a)]
        listed = ", ".join(wording.alarm_text(a) for a in members)
        self._members.setText(f"Also beyond a limit: {listed}" if listed else "")
        self._members.setVisible(bool(listed))
        self._next_id = others[0].id if others else ""
        where = wording.bed_words(alarm.bed).replace("Bed", "bed") if alarm.bed else ""
        count = f"{len(others)} other alarm{'s' if len(others) > 1 else ''} at {where}"
        self._others.setText("" if not where else count if others else f"No other alarm at {where}")
        self.next_button.setVisible(bool(others))
        self.open_button.setVisible(bool(where))
        self.open_button.setText(f"Open {where}")

    def _open_reasons(self, able: bool) -> None:
        able = able and not self._questions.waiting
        for made in (*self.reasons, self.other):
            made.setEnabled(able)

    def _tell(self, text: str, problem: bool = False) -> None:
        self.message.setText(f"?  {text}" if problem else text)
        set_look(self.message, "role", "error" if problem else "title" if text.startswith("✓") else "")
        self.message.setVisible(bool(text))

    # --- acts ----------------------------------------------------------------------------------------------------

    def acknowledge(self, reason: str) -> None:
        """Answer the alarm as it was seen."""
        alarm = self.alarm
        if alarm is None or not wording.needs_answer(alarm) or self._questions.waiting:
            return
        wanted = Acknowledge(alarm.id, self._seen_version(alarm), self.user, reason)
        if self.user.strip():
            self._send(wanted)
        elif self._session.needed:
            self._ask_who(wanted)
        else:
            self._tell(f"{TYPED} {NOTHING_DONE}", problem=True)

    def _send(self, command: Acknowledge) -> None:
        alarm, _ = ack_words.find(self.link.snapshot(), command.alarm_id)
        where = wording.bed_words(alarm.bed) if alarm is not None and alarm.bed else "This console"

        def answered(reply: Reply | Failure) -> None:
            error = reply.text if isinstance(reply, Failure) else reply.error
            if error:
                self._tell(f"{where} is not acknowledged. {error}", problem=True)
            elif command.alarm_id == self._id:
                self._acknowledged(command.reason)

        self._tell("Acknowledging …")
        self._questions.ask(self.link.submit(command), answered)
        self.show_ward(self.link.snapshot(), self.link.now())

    # --- who answers -----------------------------------------------------------------------------------------------

    def _show_who(self) -> None:
        signed = "Nobody is signed in: a reason asks who you are" if self._session.needed else ""
        nobody = signed or "Nobody is named at the top right"
        self._recorded.setText(f"Recorded as {self.user}" if self.user.strip() else nobody)
        self.change_button.setVisible(self._session.needed and bool(self.user.strip()) and not self.who.asks)

    def _ask_who(self, wanted: Acknowledge | None) -> None:
        """Name and PIN in the place of the reasons. wanted: what is acknowledged then, None for a mere change."""
        self._tell("")
        for part in (self._area, self._foot):
            part.hide()
        self.who.ask(wanted)

    def _left(self, answered: bool) -> None:
        """Back to the reasons; answered: one had been chosen."""
        for part in (self._area, self._foot):
            part.show()
        if answered:
            self._tell(NOTHING_DONE)
        self.setFocus()

    def _signed_in(self, name: str, answer: Acknowledge | None) -> None:
        self.user = name
        self._left(False)
        if answer is not None:
            self._send(answer)

    def _seen_version(self, alarm: Alarm) -> int:
        """The version that was on screen long enough to be read."""
        until = self._clock() - REACTION_S
        versions = [version for at, version in self._seen if at <= until]
        return versions[-1] if versions else self._seen[0][1] if self._seen else alarm.version

    def _acknowledged(self, reason: str) -> None:
        self._acked_here = True
        self._open_reasons(False)
        now = wording.clock_text(self.link.snapshot().system.utc, self._zone)
        check = "\nCheck the sensor at the bedside." if reason == NOT_RELIABLE else ""
        self._tell(f"✓  Acknowledged {now}\n{reason}{check}")
        self._undo_left = UNDO_S
        self.undo_button.setText(f"Undo {self._undo_left} s")
        self.undo_button.show()
        self._undo_timer.start()
        self.setFocus()

    def _other_given(self) -> None:
        reason = self.other.text().strip()
        if reason:
            self.acknowledge(reason)
        else:
            self._tell("Type the reason, then press Enter.", problem=True)

    def undo(self) -> None:
        """Take the acknowledgement back."""
        self._forget_undo()
        self._tell("Taking it back …")

        def answered(reply: Reply | Failure) -> None:
            error = reply.text if isinstance(reply, Failure) else reply.error
            if error:
                self._tell(f"Still acknowledged. {error}", problem=True)
            else:
                self._acked_here = False
                self._tell("Taken back: this alarm is not acknowledged.")

        self._questions.ask(self.link.submit(UndoAcknowledge(self._id, self.user)), answered)

    def _count_down(self) -> None:
        self._undo_left -= 1
        if self._undo_left > 0:
            self.undo_button.setText(f"Undo {self._undo_left} s")
            return
        self._forget_undo()
        if not self._next_id:
            self.closed.emit()

    def _forget_undo(self) -> None:
        self._undo_timer.stop()
        self.undo_button.hide()

    def hideEvent(self, event: object) -> None:
        """Closed: what is offered here is offered no more."""
        self._forget_undo()
        self.who.leave()

    def half_written(self) -> str:
        """A reason of one's own, not given yet."""
        return "a reason" if self.other.text().strip() else ""

    def forget(self) -> None:
        """No reason."""
        self.other.clear()

    def _open_bed(self) -> None:
        if self.alarm is not None and self.alarm.bed:
            self.open_bed.emit(self.alarm.bed)

    def press_digit(self, digit: int) -> bool:
        """A reason by its number; 7 begins to type one. A digit of the PIN while that is asked for."""
        if self.who.asks:
            self.who.form.press_digit(digit)
            return 0 <= digit <= 9
        if 1 <= digit <= len(REASONS):
            self.acknowledge(REASONS[digit - 1])
        elif digit == len(REASONS) + 1:
            self.other.setFocus()
        else:
            return False
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.who.asks:
            self.who.leave()
        elif event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        elif not self.press_digit(event.key() - Qt.Key.Key_0):
            super().keyPressEvent(event)
