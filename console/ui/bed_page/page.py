"""The page of one bed: it asks the link for what was, follows what is, and never shows the one as the other."""

from __future__ import annotations

import time
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from console.alarms.alarm import Kind, Stage
from console.link.commands import Discharge, Reply, SetRenalImpairment
from console.link.link import Link
from console.link.snapshot import BedSnapshot, WardSnapshot
from console.store.records import Trend
from console.ui import wording
from console.ui.admission_bar import AdmissionBar
from console.ui.bed_page.head import AlarmSlot, BedHead
from console.ui.bed_page.labs import LabStrip
from console.ui.bed_page.numerals import Numerals, cell
from console.ui.bed_page.reported import ReportedList
from console.ui.bed_page.story import Story
from console.ui.bed_page.why import WhyPanel
from console.ui.charts.panel import WINDOWS_S, ChartPanel
from console.ui.page import Page, Sheet
from console.ui.theme import MARGIN, Theme
from console.ui.who import unnamed
from drivers.observation import Parameter

HISTORY = timedelta(hours=72)
CONFIRM_S = 5.0
"""Real seconds within which the second press on Discharge counts."""

RESUME_S = 120.0
"""Real seconds after which a held view goes live by itself."""

WHY_FROM = 1150
"""Width of the page in px from which the why panel has room beside charts and numerals."""

WINDOW_NAMES = ("15 min", "1 h", "4 h", "12 h", "24 h", "72 h")

SHEET_KEYS = {
    int(Qt.Key.Key_O): Sheet.OBSERVATION,
    int(Qt.Key.Key_P): Sheet.PUMP_EVENT,
    int(Qt.Key.Key_K): Sheet.PUMP_CARD,
    int(Qt.Key.Key_L): Sheet.LIMITS,
}


class BedPage(Page):
    """Bed detail; the bed is chosen by `show_bed`, at first the one with the most urgent alarm."""

    title = "Bed"

    def __init__(self, link: Link, user: str, theme: Theme) -> None:
        super().__init__(link, user, theme)
        self.bed = ""
        self._order: tuple[str, ...] = ()
        self._story = Story("")
        self._loading: Future[Trend] | None = None
        self._replies: list[Future[Reply]] = []
        self._held_at: float | None = None
        self._zone = ZoneInfo("UTC")
        self._alarm_ids: frozenset[str] | None = None
        self._stay: object = None
        self._discharge_asked: float | None = None
        self._jump: float | None = None
        self.head = BedHead(theme)
        self.slot = AlarmSlot(theme)
        self.labs = LabStrip(theme)
        self.admission = AdmissionBar(link, lambda: self.user)
        self.reported = ReportedList(theme)
        self.charts = ChartPanel(theme, self._zone)
        self.numerals = Numerals(theme)
        self.why = WhyPanel(theme)
        self.notice = QPushButton()
        self.message = QLabel()
        self.message.setTextFormat(Qt.TextFormat.PlainText)
        self.message.setProperty("role", "error")
        self.windows = [QPushButton(name) for name in WINDOW_NAMES]
        self.live, self.pause = QPushButton("● Live"), QPushButton("Pause")
        self.checks = {name: QCheckBox(name.capitalize()) for name in ("baseline", "limits", "events")}
        self._lay_out()
        self._connect()
        self._mark_window()
        self.set_theme(theme)

    def _lay_out(self) -> None:
        tools = QHBoxLayout()
        tools.setContentsMargins(0, 6, 0, 6)
        tools.setSpacing(4)
        for button in (*self.windows, self.live, self.pause):
            button.setCheckable(True)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            if button is self.live:
                tools.addSpacing(12)
            tools.addWidget(button)
        tools.addSpacing(12)
        for check in self.checks.values():
            check.setChecked(True)
            check.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            tools.addWidget(check)
        tools.addStretch(1)
        self.notice.setProperty("role", "primary")
        self.notice.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.notice.hide()
        self.message.hide()
        left = QVBoxLayout()
        left.setSpacing(0)
        left.addLayout(tools)
        left.addWidget(self.notice)
        left.addWidget(self.message)
        charts = QHBoxLayout()
        charts.setSpacing(4)
        charts.addWidget(self.charts, 1)
        charts.addWidget(self.numerals)
        left.addLayout(charts, 1)
        body = QWidget()
        row = QHBoxLayout(body)
        row.setContentsMargins(MARGIN, 0, MARGIN, MARGIN)
        row.setSpacing(MARGIN)
        row.addLayout(left, 1)
        row.addWidget(self.why)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.head)
        column.addWidget(self.slot)
        column.addWidget(self.reported)
        column.addWidget(self.labs)
        column.addWidget(self.admission)
        column.addWidget(body, 1)

    def _connect(self) -> None:
        for button, seconds in zip(self.windows, WINDOWS_S, strict=True):
            button.clicked.connect(lambda _=False, s=seconds: self._choose(s))
        self.live.clicked.connect(self.go_live)
        self.pause.clicked.connect(self.hold)
        self.notice.clicked.connect(self.go_live)
        for check in self.checks.values():
            check.toggled.connect(lambda: self.charts.set_options(**{n: c.isChecked() for n, c in self.checks.items()}))
        self.charts.moved.connect(self.hold)
        self.charts.moved.connect(self._mark_window)
        self.slot.acknowledge.connect(self.acknowledge)
        self.labs.renal.connect(self._set_renal)
        self.head.step.connect(self._step)
        self.head.observation.connect(lambda: self.open_sheet.emit(Sheet.OBSERVATION, self.bed))
        self.head.pump_event.connect(lambda: self.open_sheet.emit(Sheet.PUMP_EVENT, self.bed))
        self.head.pump_card.connect(lambda: self.open_sheet.emit(Sheet.PUMP_CARD, self.bed))
        self.head.limits.connect(lambda: self.open_sheet.emit(Sheet.LIMITS, self.bed))
        self.head.admit.connect(lambda: self.admit_bed.emit(self.bed))
        self.head.discharge.connect(self._ask_discharge)

    # --- following the ward --------------------------------------------------------------------------------------

    def show_bed(self, bed: str, at: float | None = None) -> None:
        """Turn to a bed; at: POSIX seconds in the middle of the window, None for live."""
        self._jump = at
        if bed != self.bed:
            self.bed = bed
            view = self.link.snapshot().bed(bed)
            self._start_stay(view, begun=0.0)
        if at is None:
            self.go_live()

    def _start_stay(self, view: BedSnapshot | None, begun: float) -> None:
        """Begin anew for who lies there: no curve, mark or stage of another patient is ever shown under this name.

        begun: POSIX seconds from which values belong to a bed without a patient; 0 where nobody is known to have left.
        """
        patient = view.patient if view is not None else None
        self._stay = _stay(view)
        since = patient.here_since.timestamp() if patient is not None else begun
        self._story = Story(self.bed, since)
        self._alarm_ids = None
        self._discharge_asked = None
        self.charts.show_bed(self.bed, since)
        self.why.turn_to()
        self.message.hide()
        self._load()

    def _load(self) -> None:
        end = datetime.fromtimestamp(self.link.now(), UTC)
        self._loading = self.link.trend(self.bed, tuple(Parameter), end - HISTORY, end)

    def show_ward(self, snapshot: WardSnapshot, now: float) -> None:
        """Bring everything up to date."""
        self._order = tuple(b.bed for b in snapshot.beds)
        self._set_zone(snapshot.timezone)
        bed = snapshot.bed(self.bed) or self._first(snapshot)
        if bed is None:
            return
        if _stay(bed) != self._stay:
            jump = self._jump
            self._start_stay(bed, begun=now)
            self.go_live()
            self._jump = jump
        self._take_loaded()
        self._take_replies()
        self._forget_discharge()
        self._resume_on_alarm(bed)
        self._story.follow(bed)
        for kind in (Kind.WITHDRAWAL, Kind.OVERDOSE):
            self.charts.show_stages(kind, self._steps(bed, kind))
        self.charts.show_events(self._story.marks())
        self.charts.follow(bed, now)
        self._take_jump(now)
        self.head.show_bed(bed, self._zone, now)
        self.slot.show_bed(bed, self._zone, now)
        self.labs.show_bed(bed, now)
        self.admission.show_bed(bed, self.theme.initials)
        self.reported.show_bed(bed, self._zone)
        self.why.show_bed(bed, self._zone, snapshot.system.utc)
        self._show_numerals(bed, now, snapshot.system.speed)
        self._show_held()

    def _take_jump(self, now: float) -> None:
        """Go to the moment that was asked for, or say that it is too long ago to be drawn here."""
        if self._jump is None:
            return
        at, self._jump = self._jump, None
        earliest = max(now - HISTORY.total_seconds(), self.charts.data.since)
        if at < earliest:
            local = datetime.fromtimestamp(at, self._zone)
            why = "before this stay" if at < self.charts.data.since else "more than 72 h ago"
            self.message.setText(f"?  {local:%d %b %H:%M} lies {why} and is not drawn here. See the alarm history.")
            self.message.show()
        self.charts.move_to(max(at, earliest) + self.charts.window_s / 2)

    def _first(self, snapshot: WardSnapshot) -> BedSnapshot | None:
        """The bed with the most urgent alarm, else the first."""
        if not snapshot.beds:
            return None
        bed = max(snapshot.beds, key=lambda b: max((a.priority for a in b.alarms), default=0))
        self.show_bed(bed.bed)
        return bed

    def _steps(self, bed: BedSnapshot, kind: Kind) -> list[tuple[float, Stage]]:
        """Stage steps from the journal, and from the detector's own history for what is newer."""
        steps = self._story.steps(kind)
        view = bed.pattern(kind)
        last = steps[-1][0] if steps else 0.0
        newer = [(at.timestamp(), stage) for at, stage in (view.history if view else ()) if at.timestamp() > last]
        return [*steps, *newer]

    def _take_loaded(self) -> None:
        if self._loading is None or not self._loading.done():
            return
        loading, self._loading = self._loading, None
        error = loading.exception()
        if error is not None:
            self._discharge_asked = None
            self.message.setText(f"?  The record of this bed cannot be read: {error}. Live values go on.")
            self.message.show()
            return
        trend = loading.result()
        if trend.bed == self.bed:
            self.charts.data.load(trend)
            self._story.load(trend)
            self.charts.redraw()

    def _show_numerals(self, bed: BedSnapshot, now: float, speed: float) -> None:
        offset = self.charts.y() - self.numerals.y()
        cells = []
        for spec, top, height in self.charts.row_geometry():
            cuff = bed.reading(Parameter.NIBP_SYS) if spec.label == "BP" else None
            clock = wording.clock_text(cuff.measured_at, self._zone) if cuff is not None else ""
            cells.append((cell(spec, bed, now, speed, clock), top + offset, height))
        self.numerals.show_cells(cells)

    # --- live and held -------------------------------------------------------------------------------------------

    def hold(self) -> None:
        """Freeze the view; numerals stay live."""
        self.charts.hold()
        self._held_at = time.monotonic()
        self._show_held()

    def go_live(self) -> None:
        """Follow the present."""
        self._held_at = None
        self._jump = None
        self.charts.go_live()
        self._show_held()

    def _show_held(self) -> None:
        held = self._held_at
        if held is not None and time.monotonic() - held > RESUME_S:
            self.go_live()
            return
        self.live.setChecked(held is None)
        self.pause.setChecked(held is not None)
        self.notice.setVisible(held is not None)
        if held is not None:
            self.notice.setText(f"VIEW PAUSED {wording.age_text(time.monotonic() - held)}   –   Go live")

    def _resume_on_alarm(self, bed: BedSnapshot) -> None:
        """A new alarm at this bed ends a held view."""
        ids = frozenset(f"{a.id}:{a.stepped_at}" for a in bed.alarms)
        if self._alarm_ids is not None and ids - self._alarm_ids and self._held_at is not None:
            self.go_live()
        self._alarm_ids = ids

    def _choose(self, seconds: int) -> None:
        self.charts.choose_window(seconds)
        self._mark_window()

    def _mark_window(self) -> None:
        for button, seconds in zip(self.windows, WINDOWS_S, strict=True):
            button.setChecked(seconds == self.charts.window_s)

    # --- acts ----------------------------------------------------------------------------------------------------

    def _step(self, by: int) -> None:
        if self.bed in self._order:
            self.open_bed.emit(self._order[(self._order.index(self.bed) + by) % len(self._order)])

    def _ask_discharge(self) -> None:
        """Twice the same button within five seconds: no dialog, no slip."""
        if self._discharge_asked is not None and time.monotonic() - self._discharge_asked <= CONFIRM_S:
            self._discharge_asked = None
            self.message.hide()
            if self._knows_who():
                self._replies.append(self.link.submit(Discharge(self.bed, self.user)))
            return
        self._discharge_asked = time.monotonic()
        self.message.setText(f"?  Discharge from {self.bed}? Pattern alarms stop. Press Discharge again to confirm.")
        self.message.show()

    def _knows_who(self) -> bool:
        """Whether a person has said who he is; asked for where not."""
        refusal = unnamed(self, self.user)
        if refusal:
            self.message.setText(f"?  {refusal}")
            self.message.show()
        return not refusal

    def _set_renal(self, on: bool) -> None:
        if self._knows_who():
            self._replies.append(self.link.submit(SetRenalImpairment(self.bed, on, self.user)))

    def _forget_discharge(self) -> None:
        """A question that nobody answered in time goes away."""
        if self._discharge_asked is not None and time.monotonic() - self._discharge_asked > CONFIRM_S:
            self._discharge_asked = None
            self.message.hide()

    def _take_replies(self) -> None:
        for reply in [r for r in self._replies if r.done()]:
            self._replies.remove(reply)
            error = str(reply.exception() or "") or reply.result().error
            if error:
                self._discharge_asked = None
                self.message.setText(f"?  {error}")
                self.message.show()

    def _set_zone(self, name: str) -> None:
        if name != self._zone.key:
            self._zone = ZoneInfo(name)
            self.charts.set_zone(self._zone)

    def set_theme(self, theme: Theme) -> None:
        """The look and size class have changed."""
        super().set_theme(theme)
        self.slot.set_theme(theme)
        self.reported.set_theme(theme)
        self.numerals.theme = theme
        for part in (self.head, self.labs, self.charts, self.why):
            part.set_theme(theme)
        self.why.setFixedWidth(340 if theme.compact else 452)
        self.numerals.setFixedWidth(160 if theme.compact else 205)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        # In a small window a docked sheet takes the place of the why panel, never that of charts and numerals.
        self.why.setVisible(self.width() >= WHY_FROM)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if Qt.Key.Key_1 <= key <= Qt.Key.Key_6 and not self.digits_taken:
            self._choose(WINDOWS_S[key - Qt.Key.Key_1])
        elif key == Qt.Key.Key_A:
            self.slot.press()
        elif key == Qt.Key.Key_P and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.hold()
        elif key in SHEET_KEYS:
            self.open_sheet.emit(SHEET_KEYS[key], self.bed)
        elif key == Qt.Key.Key_R and self.bed:
            self.open_report.emit(self.bed, "")
        elif key == Qt.Key.Key_Home:
            self.go_live()
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self.charts.keyPressEvent(event)
        else:
            super().keyPressEvent(event)


def _stay(view: BedSnapshot | None) -> tuple[str, datetime] | None:
    """Who lies there and since when; None where nobody is admitted."""
    return None if view is None or view.patient is None else (view.patient.patient_id, view.patient.here_since)
