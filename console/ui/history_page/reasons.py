"""Why an alarm was raised, and why it rose: the reasons as they were at each of these moments, from the journal."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from console.alarms.alarm import Account, Alarm, Change
from console.alarms.explain import told
from console.store.records import AlarmRecord
from console.ui import account_words, wording
from console.ui.forms import clear, label
from console.ui.history_page import rows
from console.ui.theme import Theme


def rises(record: AlarmRecord) -> list[Account]:
    """The onset and every rise, oldest first: as their steps tell, else as the alarm itself has kept them."""
    steps = [s for s in record.transitions if s.change in (Change.ONSET, Change.ESCALATE)]
    if steps:
        return [Account(step.at, step.alarm.condition) for step in steps]
    alarm = record.alarm
    return list(alarm.accounts) or [Account(alarm.raised_at, alarm.condition)]


class Reasons(QWidget):
    """A table of reasons for each rise: what, the value then, the points it gave."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = theme
        self.texts: list[tuple[str, ...]] = []
        self._shown: object = None
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(10)
        self._grid.setVerticalSpacing(3)
        self._grid.setColumnStretch(0, 2)
        self._grid.setColumnStretch(1, 3)

    def show_record(self, record: AlarmRecord | None, zone: ZoneInfo, now: datetime) -> None:
        """Show the reasons of an alarm, None for none."""
        found = rises(record) if record is not None else []
        if self._shown == (found, zone, self.theme):
            return
        self._shown = found, zone, self.theme
        clear(self._grid)
        self.texts = []
        for index, account in enumerate(found):
            self._rise(account, "Raised" if index == 0 else "Stepped up", zone, now)

    def _rise(self, account: Account, word: str, zone: ZoneInfo, now: datetime) -> None:
        condition = account.condition
        points = f" · {condition.points} points" if condition.points else ""
        held = account_words.held_words(condition, zone)
        mark = account_words.stage_mark(condition)
        head = f"{word} {rows.moment(account.at, zone, now)} · {mark}{points}{f' · {held}' if held else ''}"
        self._line((head,), bold=True)
        lines = account_words.then(condition)
        if not lines:
            self._line((wording.typeset(told(condition)),))
        for line in lines:
            given = str(line.points_then) if condition.kind.is_pattern and line.points_then >= 0 else ""
            usual = f", usual {line.usual}" if line.usual else ""
            self._line((line.name, line.then + usual, given))

    def _line(self, words: tuple[str, ...], bold: bool = False) -> None:
        t, row = self.theme.tokens, self._grid.rowCount()
        self.texts.append(words)
        size = 13.5 if self.theme.compact else 14
        for column, text in enumerate(words):
            cell = label(text, wrap=column < 2)
            tint = t.text if bold or column == 0 else t.text_2
            cell.setStyleSheet(f"color: {tint}; font-size: {size}px; font-weight: {800 if bold else 600};")
            side = Qt.AlignmentFlag.AlignRight if column == 2 else Qt.AlignmentFlag.AlignLeft
            cell.setAlignment(side | Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(cell, row, column, 1, 3 if len(words) == 1 else 1)


def answer_words(record: AlarmRecord, now: datetime) -> str:
    """Who answered, after how long and why; what was taken back; and how long nobody did."""
    alarm = record.alarm
    said = [_answer(step.alarm, step.change, step.by) for step in record.transitions]
    answer = alarm.acknowledged or record.answer
    if answer is not None and not any(s.change is Change.ACKNOWLEDGE for s in record.transitions):
        # A row of the table, before its steps are here.
        said.append(_answer(replace(alarm, acknowledged=answer), Change.ACKNOWLEDGE, ""))
    lines = [text for text in said if text]
    called = sum(step.change is Change.UNANSWERED for step in record.transitions)
    if called:
        lines.append(f"Told again {'once' if called == 1 else f'{called} times'} because nobody answered.")
    if alarm.acknowledged is None and (record.transitions or answer is None):
        until = alarm.ended_at or now
        stood = wording.age_text((until - alarm.raised_at).total_seconds())
        again = " again" if any(s.change is Change.ACKNOWLEDGE for s in record.transitions) else ""
        lines.append(f"Not answered{again}; {'it ended after' if alarm.ended_at else 'there for'} {stood}.")
    return "\n".join(lines)


def _answer(alarm: Alarm, change: Change, by: str) -> str:
    ack = alarm.acknowledged
    if change is Change.ACKNOWLEDGE and ack is not None:
        after = wording.age_text((ack.at - alarm.raised_at).total_seconds())
        return f"Answered by {ack.by} after {after}{f' – {ack.reason}' if ack.reason else ''}."
    if change is Change.UNACKNOWLEDGE:
        return f"Answer taken back{f' by {by}' if by else ''}."
    return "Its sound returned." if change is Change.RESOUND else ""


def told_words(record: AlarmRecord) -> str:
    """Who was told by an alarm manager, each with the newest word of it."""
    newest = {report.recipient: rows.told_text(report) for report in record.told}
    return "\n".join(newest.values())
