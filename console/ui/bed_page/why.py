"""The why panel: what each pattern scores, what was charted, which pump window is open, and what speaks against."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from console.alarms.alarm import STAGE_PRIORITY, Account, Kind
from console.alarms.explain import Criterion, PatternView
from console.link.snapshot import BedSnapshot
from console.ui import account_words, wording
from console.ui.bed_page.onset import OnsetView
from console.ui.theme import PREFIX, Theme, Weight, colour, font

WIDTH = 452
NAMES = {Kind.WITHDRAWAL: "Autonomic", Kind.OVERDOSE: "Respiratory"}
LAST_WORD = "A pattern is not a diagnosis."
_LONG = {
    "hr": "Heart rate",
    "rr": "Breathing rate",
    "temp": "Temperature",
    "spo2": "Oxygen, SpO₂",
    "etco2": "Carbon dioxide, EtCO₂",
    "bp_high": "Blood pressure, high",
    "bp_low": "Blood pressure, low",
}
_TOKEN = {"hr": "hr", "rr": "rr", "spo2": "spo2", "etco2": "etco2", "temp": "temp", "t": "temp", "bp": "bp"}


class WhyPanel(QFrame):
    """One tab per pattern; its content is painted from the view as it stands."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = theme
        self.setProperty("role", "panel")
        self.setFixedWidth(WIDTH)
        self.kind = Kind.WITHDRAWAL
        self._chosen = False
        self._bed: BedSnapshot | None = None
        self.tabs = {kind: QPushButton(name) for kind, name in NAMES.items()}
        head = QHBoxLayout()
        head.setSpacing(0)
        for kind, button in self.tabs.items():
            button.setCheckable(True)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(lambda _=False, k=kind: self.choose(k))
            head.addWidget(button)
        self.content = _Content(theme)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(self.content)
        self.onset = OnsetView(theme)
        self._onset_scroll = QScrollArea()
        self._onset_scroll.setWidgetResizable(True)
        self._onset_scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._onset_scroll.setWidget(self.onset)
        self._onset_scroll.hide()
        # "Now" and one button per rise, three at most: watch, warning, emergency.
        self.times = [QPushButton("Now"), *(QPushButton() for _ in range(3))]
        self._accounts: tuple[Account, ...] = ()
        self._at: datetime | None = None
        row = QHBoxLayout()
        row.setSpacing(4)
        for index, button in enumerate(self.times):
            button.setCheckable(True)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(lambda _=False, i=index: self.look_at(i))
            button.setStyleSheet("padding-left: 4px; padding-right: 4px;")
            row.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.addLayout(head)
        column.addLayout(row)
        column.addWidget(self._scroll, 1)
        column.addWidget(self._onset_scroll, 1)

    def look_at(self, index: int) -> None:
        """Show the pattern as it stands (0), or as it was at one of its rises, oldest first (1 and up)."""
        self._at = self._accounts[index - 1].at if 0 < index <= len(self._accounts) else None
        if self._bed is not None:
            self._show_times(self._bed)

    def choose(self, kind: Kind) -> None:
        """Show one pattern; the person's choice stands until another bed is opened."""
        self.kind, self._chosen, self._at = kind, True, None
        if self._bed is not None:
            self._fill(self._bed)

    def turn_to(self) -> None:
        """Another bed: the more urgent pattern comes first again."""
        self._chosen, self._at = False, None

    def show_bed(self, bed: BedSnapshot, zone: ZoneInfo, now: datetime) -> None:
        """Bring it up to date."""
        self.content.zone, self.content.now = zone, now
        if bed is not self._bed:
            self._fill(bed)

    def _fill(self, bed: BedSnapshot) -> None:
        self._bed = bed
        if not self._chosen and bed.patterns:
            self.kind = max(bed.patterns, key=lambda v: (v.stage, v.kind is Kind.WITHDRAWAL)).kind
        for kind, button in self.tabs.items():
            view = bed.pattern(kind)
            prefix = PREFIX[STAGE_PRIORITY[view.stage]] + " " if view and view.stage else ""
            button.setText(f"{NAMES[kind]}   {prefix}{_points(view)}")
            button.setChecked(kind is self.kind)
        self.content.show_view(bed.pattern(self.kind), bed)
        self._show_times(bed)

    def _show_times(self, bed: BedSnapshot) -> None:
        """The rises of the pattern shown, and the one that was chosen; a live view comes back when it has gone."""
        alarm = next((a for a in bed.alarms if a.condition.kind is self.kind), None)
        self._accounts = alarm.accounts[-3:] if alarm is not None else ()
        chosen = next((a for a in self._accounts if a.at == self._at), None)
        zone = self.content.zone
        for index, button in enumerate(self.times):
            account = self._accounts[index - 1] if 0 < index <= len(self._accounts) else None
            button.setVisible(bool(self._accounts) and (index == 0 or account is not None))
            button.setChecked(chosen is account)
            if account is not None:
                button.setText(account_words.rise_name(account, zone))
                button.setAccessibleName(account_words.spoken_rise(account, zone))
        self._scroll.setVisible(chosen is None)
        self._onset_scroll.setVisible(chosen is not None)
        if chosen is not None:
            self.onset.show_account(chosen, account_words.of_view(alarm, chosen), zone)

    def set_theme(self, theme: Theme) -> None:
        """The look has changed."""
        self.theme = theme
        self.content.theme = self.onset.theme = theme
        self.content.update()
        if self._bed is not None:
            self._show_times(self._bed)


class _Content(QWidget):
    """Painted top down; `_y` is where the next line goes."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = theme
        self.zone = ZoneInfo("UTC")
        self.now = datetime.now().astimezone()
        self._view: PatternView | None = None
        self._bed: BedSnapshot | None = None
        self._y = 0

    def show_view(self, view: PatternView | None, bed: BedSnapshot) -> None:
        self._view, self._bed = view, bed
        self._measure()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(WIDTH - 40, max(200, self._y))

    @property
    def _roomy(self) -> bool:
        """Wide enough for the column of baselines; the change says the same."""
        return self.width() >= 380

    def _measure(self) -> None:
        from PySide6.QtGui import QPixmap

        canvas = QPixmap(1, 1)
        painter = QPainter(canvas)
        self._draw(painter)
        painter.end()
        self.setMinimumHeight(self._y)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._draw(painter)

    def _draw(self, painter: QPainter) -> None:
        self._y = 8
        view, bed = self._view, self._bed
        if bed is None:
            return
        if view is None:
            self._text(painter, "Patterns are watched once a patient is admitted.", 15)
            return
        self._head(painter, view)
        if bed.patient is not None and bed.baseline.hr is None:
            self._text(painter, "Baseline missing: points use fixed limits only.", 13.5, Weight.BOLD)
        self._table(painter, view.core, head=True)
        self._section(painter, "Charted by staff", view.findings, "Nothing charted.")
        self._section(painter, "Pump context", view.context, "No pump window is open.")
        if view.sampling:
            self._y += 4
            self._text(painter, f"Measure: {view.sampling}", 14, Weight.BOLD)
        self._foot(painter, view)

    def _head(self, painter: QPainter, view: PatternView) -> None:
        t = self.theme.tokens
        title = "Why this alarm" if view.stage else "What is seen"
        self._line(
            painter, title, 18, Weight.EXTRABOLD, t.text, right=f"{self.now.astimezone(self.zone):%d %b %H:%M:%S}"
        )
        if not view.started:
            self._text(painter, "Starting: not evaluated yet.", 15, Weight.BOLD)
        points = _points(view)
        painter.setFont(font(40, Weight.EXTRABOLD))
        painter.setPen(colour(t.text))
        painter.drawText(QRect(8, self._y, 120, 46), Qt.AlignmentFlag.AlignVCenter, points)
        width = QFontMetrics(painter.font()).horizontalAdvance(points)
        painter.setFont(font(16, Weight.SEMIBOLD))
        painter.setPen(colour(t.text_2))
        painter.drawText(
            QRect(16 + width, self._y + 6, 140, 36), Qt.AlignmentFlag.AlignVCenter, f"of {view.max_points}"
        )
        if view.stage:
            words = f"{PREFIX[STAGE_PRIORITY[view.stage]]} {view.stage.word}{' – held' if view.held else ''}"
            painter.setPen(colour(t.text))
            painter.setFont(font(15, Weight.BOLD))
            painter.drawText(
                QRect(8, self._y, self.width() - 16, 46),
                Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight,
                words,
            )
        self._y += 50
        bar = QRectF(8, self._y, self.width() - 16, 12)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour(t.sunk))
        painter.drawRoundedRect(bar, 3, 3)
        painter.setBrush(colour(t.text))
        share = min(1.0, view.points / max(1, view.max_points))
        painter.drawRoundedRect(QRectF(bar.left(), bar.top(), bar.width() * share, bar.height()), 3, 3)
        self._y += 20
        if view.held and view.refreshed_at is not None:
            self._text(
                painter, f"Not refreshed since {wording.clock_text(view.refreshed_at, self.zone)}", 14, Weight.BOLD
            )
        if view.rules:
            self._text(painter, f"Rules now true: {', '.join(view.rules)}", 12.5, colour_name=t.muted)
        if view.waits:
            self._text(painter, f"{view.waits[0].upper()}{view.waits[1:]}", 12.5, Weight.SEMIBOLD)

    def _table(self, painter: QPainter, rows: tuple[Criterion, ...], head: bool = False) -> None:
        if head:
            self._cells(painter, ("Criterion", "Now", "Baseline", "Change", "Points"), 12.5, self.theme.tokens.muted)
        for row in rows:
            self._row(painter, row)

    def _row(self, painter: QPainter, row: Criterion) -> None:
        t = self.theme.tokens
        token = next((v for k, v in _TOKEN.items() if row.channel.startswith(k)), "text")
        tint = colour(getattr(t, token) if row.fresh else t.muted)
        decimals = 1 if row.channel.startswith("temp") else 0
        y, height, width = self._y, 30, self.width()
        painter.setPen(tint)
        painter.setFont(font(15, Weight.BOLD))
        now_at = 246 if self._roomy else 184
        metrics, room = QFontMetrics(painter.font()), width - now_at - 12
        name = _LONG.get(row.channel, row.label)
        if metrics.horizontalAdvance(name) > room:
            # The short name says more than half of the long one.
            name = metrics.elidedText(wording.typeset(row.label), Qt.TextElideMode.ElideRight, room)
        painter.drawText(QRect(8, y, width - now_at, height), Qt.AlignmentFlag.AlignVCenter, name)
        painter.setPen(colour(t.text if row.fresh else t.muted))
        right = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        painter.drawText(QRect(width - now_at, y, 54, height), right, _number(row.now, decimals))
        painter.setFont(font(14, Weight.SEMIBOLD))
        painter.setPen(colour(t.text_2))
        if self._roomy:
            painter.drawText(QRect(width - 190, y, 54, height), right, _number(row.baseline, decimals))
        painter.drawText(QRect(width - 134, y, 62, height), right, row.change)
        self._blocks(painter, row.points, width - 62, y)
        self._y += height
        note = "" if row.fresh and row.note == "usual value charted" else row.note
        if note or not row.fresh:
            self._text(painter, note or "not fresh", 12.5, Weight.MEDIUM, indent=8, colour_name=t.muted)
        painter.setPen(colour(t.line))
        painter.drawLine(8, self._y, width - 8, self._y)

    def _section(self, painter: QPainter, title: str, rows: tuple[Criterion, ...], empty: str) -> None:
        t = self.theme.tokens
        self._y += 8
        self._text(painter, title, 12.5, Weight.BOLD, colour_name=t.muted)
        if not rows:
            self._text(painter, empty, 14, Weight.MEDIUM, colour_name=t.text_2)
        for row in rows:
            words = row.note or row.change
            painter.setFont(font(14.5, Weight.BOLD))
            painter.setPen(colour(t.text))
            metrics = QFontMetrics(painter.font())
            name = metrics.elidedText(row.label, Qt.TextElideMode.ElideRight, self.width() - 190)
            used = metrics.horizontalAdvance(name)
            painter.drawText(QRect(8, self._y, used + 4, 28), Qt.AlignmentFlag.AlignVCenter, name)
            painter.setFont(font(13.5, Weight.SEMIBOLD))
            painter.setPen(colour(t.text_2))
            room = self.width() - used - 92
            elided = QFontMetrics(painter.font()).elidedText(words, Qt.TextElideMode.ElideRight, room)
            painter.drawText(
                QRect(16 + used, self._y, room, 28),
                Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight,
                elided,
            )
            self._blocks(painter, row.points, self.width() - 62, self._y - 1)
            self._y += 28

    def _foot(self, painter: QPainter, view: PatternView) -> None:
        t = self.theme.tokens
        self._y += 8
        painter.setPen(colour(t.line_strong))
        painter.drawLine(8, self._y, self.width() - 8, self._y)
        self._y += 8
        alarm = next((a for a in self._bed.alarms if a.condition.kind is view.kind), None) if self._bed else None
        words = alarm.condition.advice if alarm is not None else view.could_be
        if words:
            self._text(painter, words, 14, Weight.SEMIBOLD)
        if view.steps_down:
            self._text(painter, f"Steps down: {view.steps_down}", 13.5, Weight.MEDIUM, colour_name=t.text_2)
        if view.history:
            told = " · ".join(f"{s.word} {at.astimezone(self.zone):%H:%M}" for at, s in view.history[-6:])
            self._text(painter, f"Stage history: {told}", 13.5, Weight.MEDIUM, colour_name=t.text_2)
        data = [view.degraded] if view.degraded else []
        data += [f"not used: {words}" for words in view.excluded]
        whole = "all signals this pattern needs are live, none excluded" if view.started else "none to judge yet"
        told = "; ".join(data) or whole
        seen = (Weight.BOLD, t.text) if data else (Weight.MEDIUM, t.text_2)
        self._text(painter, f"Data: {told}.", 13.5, seen[0], colour_name=seen[1])
        self._text(painter, LAST_WORD, 13.5, Weight.BOLD)

    # --- words ---------------------------------------------------------------------------------------------------

    def _line(self, painter: QPainter, words: str, px: float, weight: Weight, name: str, right: str = "") -> None:
        box = QRect(8, self._y, self.width() - 16, round(px * 1.7))
        painter.setFont(font(px, weight))
        painter.setPen(colour(name))
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, words)
        if right:
            painter.setFont(font(13, Weight.SEMIBOLD))
            painter.setPen(colour(self.theme.tokens.text_2))
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, right)
        self._y += box.height()

    def _text(
        self,
        painter: QPainter,
        words: str,
        px: float,
        weight: Weight = Weight.SEMIBOLD,
        indent: int = 0,
        colour_name: str = "",
    ) -> None:
        painter.setFont(font(px, weight))
        painter.setPen(colour(colour_name or self.theme.tokens.text))
        width = max(100, self.width() - 16 - indent)
        flags = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft
        height = QFontMetrics(painter.font()).boundingRect(QRect(0, 0, width, 2000), int(flags), words).height()
        painter.drawText(QRect(8 + indent, self._y, width, height), int(flags), words)
        self._y += height + 6

    def _cells(self, painter: QPainter, words: tuple[str, str, str, str, str], px: float, name: str) -> None:
        painter.setFont(font(px, Weight.SEMIBOLD))
        painter.setPen(colour(name))
        width, right = self.width(), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        painter.drawText(QRect(8, self._y, 150, 24), Qt.AlignmentFlag.AlignVCenter, words[0])
        edges = (192, 136, 72, 8) if self._roomy else (130, 0, 72, 8)
        for text, edge, room in zip(words[1:], edges, (54, 70, 62, 60), strict=True):
            if edge:
                painter.drawText(QRect(width - edge - room, self._y, room, 24), right, text)
        self._y += 26

    def _blocks(self, painter: QPainter, points: int, x: int, y: int) -> None:
        """Three blocks and a digit."""
        t = self.theme.tokens
        painter.setPen(Qt.PenStyle.NoPen)
        for index in range(3):
            painter.setBrush(colour(t.text if index < points else t.line))
            painter.drawRoundedRect(QRectF(x + index * 11, y + 9, 8, 13), 1.5, 1.5)
        painter.setPen(colour(t.text if points else t.muted))
        painter.setFont(font(14, Weight.BOLD))
        painter.drawText(
            QRect(x + 34, y, 22, 31), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, str(points)
        )


def _points(view: PatternView | None) -> str:
    """A dash until there is something to judge: 0 would say that nothing is wrong."""
    return "–" if view is None or not (view.started or view.stage) else str(view.points)


def _number(value: float | None, decimals: int) -> str:
    return "– –" if value is None else f"{value:.{decimals}f}"
