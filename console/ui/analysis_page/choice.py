"""What is counted: span, bed, kinds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from PySide6.QtCore import QTimeZone, Signal
from PySide6.QtWidgets import QButtonGroup, QComboBox, QHBoxLayout, QWidget

from console.alarms.alarm import Kind
from console.link.analysis import Question
from console.ui.forms import button, date_time_field, label, to_qt

SPANS: tuple[tuple[str, timedelta | None], ...] = (
    ("24 h", timedelta(hours=24)),
    ("7 days", timedelta(days=7)),
    ("30 days", timedelta(days=30)),
    ("From – to", None),
)
KINDS: tuple[tuple[str, tuple[Kind, ...]], ...] = (
    ("Pattern", (Kind.WITHDRAWAL, Kind.OVERDOSE)),
    ("Limit", (Kind.LIMIT,)),
    ("Technical", (Kind.TECHNICAL,)),
)
ALL_BEDS = "All beds"
OWN = "Console itself"


class Choice(QWidget):
    """changed(): something else is to be counted."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._zone = ZoneInfo("UTC")
        self._beds: tuple[str, ...] = ()
        self.spans = [button(name, "choice", checkable=True) for name, _ in SPANS]
        self._group = QButtonGroup(self)
        self.start, self.end = date_time_field(self._zone), date_time_field(self._zone)
        self.count = button("Count")
        self.bed = QComboBox()
        self.kinds = [button(name, "choice", checkable=True) for name, _ in KINDS]
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        for number, (choice, (name, span)) in enumerate(zip(self.spans, SPANS, strict=True)):
            choice.setAccessibleName(f"Last {name}" if span is not None else "A span of your own")
            self._group.addButton(choice, number)
            row.addWidget(choice)
        self.spans[1].setChecked(True)
        self.start.setAccessibleName("From")
        self.end.setAccessibleName("To")
        self._to = label("to")
        self._own = (self.start, self._to, self.end, self.count)
        for part in self._own:
            row.addWidget(part)
            part.hide()
        row.addSpacing(10)
        self.bed.addItems([ALL_BEDS, OWN])
        self.bed.setAccessibleName("Bed")
        self.bed.setMinimumHeight(40)
        row.addWidget(self.bed)
        for choice in self.kinds:
            choice.setChecked(True)
            row.addWidget(choice)

    def _connect(self) -> None:
        self._group.idClicked.connect(self._span_chosen)
        self.bed.currentIndexChanged.connect(lambda _: self.changed.emit())
        for choice in self.kinds:
            choice.clicked.connect(lambda _: self.changed.emit())
        self.count.clicked.connect(self.changed)

    def _span_chosen(self, number: int) -> None:
        own = SPANS[number][1] is None
        for part in self._own:
            part.setVisible(own)
        if own:
            self.start.setFocus()
        else:
            self.changed.emit()

    def set_ward(self, beds: tuple[str, ...], zone: ZoneInfo, now: datetime) -> None:
        """Beds, zone and time of the ward; the times to fill in begin with the last 24 hours."""
        if zone.key != self._zone.key:
            self._zone = zone
            for field in (self.start, self.end):
                field.setTimeZone(QTimeZone(zone.key.encode()))
        if not self._group.button(len(SPANS) - 1).isChecked():
            self.start.setDateTime(to_qt(now - timedelta(hours=24), zone))
            self.end.setDateTime(to_qt(now, zone))
        if beds != self._beds:
            self._beds = beds
            chosen = self.bed.currentText()
            self.bed.blockSignals(True)
            self.bed.clear()
            self.bed.addItems([ALL_BEDS, *beds, OWN])
            self.bed.setCurrentText(chosen)
            self.bed.blockSignals(False)

    def question(self, now: datetime) -> Question | None:
        """What is chosen, as of now; None when no kind is."""
        kinds = tuple(
            kind for (_, some), made in zip(KINDS, self.kinds, strict=True) if made.isChecked() for kind in some
        )
        if not kinds:
            return None
        span = SPANS[self._group.checkedId()][1]
        start, end = (now - span, now) if span is not None else (self._moment(self.start), self._moment(self.end))
        place = self.bed.currentIndex()
        beds = () if place <= 0 else ("",) if place == self.bed.count() - 1 else (self.bed.currentText(),)
        return Question(start, end, beds, () if len(kinds) == len(Kind) else kinds)

    @staticmethod
    def _moment(field: object) -> datetime:
        return datetime.fromtimestamp(field.dateTime().toSecsSinceEpoch(), UTC)  # type: ignore[attr-defined]
