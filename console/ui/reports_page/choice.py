"""The left side of the page: which report, of whom, over which time, and how the patient is named."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from PySide6.QtCore import QTimeZone, Signal
from PySide6.QtWidgets import QButtonGroup, QCheckBox, QComboBox, QGridLayout, QPushButton, QVBoxLayout, QWidget

from console.link.reports import Episode, ReportKind, Wanted
from console.ui import patient_words, wording
from console.ui.forms import button, date_time_field, label, to_qt
from console.ui.reports_page.windows import Window, choices

KIND_WORDS = {
    ReportKind.HANDOVER: "Shift handover",
    ReportKind.EPISODE: "Patient episode",
    ReportKind.RECOVERY: "Recovery view",
    ReportKind.LOAD: "Alarm load",
}
FROM_TO = "From – to"
NO_STAYS = "No patient is on record"
NO_REPAIR = "No confirmed return of delivery is charted for this patient."
CHOOSE_TIME = "The end has to lie after the begin."
SHORT_NAME = 34
LONG_NAME = 200
JUST_BEGUN = timedelta(hours=2)
"""In the first hours of a shift the one before it is handed over."""


class Choice(QWidget):
    """changed: what is wanted is another thing now."""

    changed = Signal()

    def __init__(self, kinds: Sequence[ReportKind]) -> None:
        super().__init__()
        self.kinds = QButtonGroup(self)
        self.patient, self.span = QComboBox(), QComboBox()
        self.initials = QCheckBox("Initials in place of names")
        self.begin, self.end = date_time_field(ZoneInfo("UTC")), date_time_field(ZoneInfo("UTC"))
        self.fault = label(role="caption", wrap=True)
        self._who, self._when = label("Patient", "caption"), label("Time", "caption")
        self._from, self._to = label("From", "caption"), label("To", "caption")
        self._episodes: tuple[Episode, ...] = ()
        self._windows: list[Window] = []
        self._begins: tuple[tuple[int, int], ...] = ()
        self._now, self._zone, self._private = datetime.now(UTC), ZoneInfo("UTC"), False
        self._lay_out(kinds)
        self._connect()
        self.offer()

    def _lay_out(self, kinds: Sequence[ReportKind]) -> None:
        grid = QGridLayout()
        grid.setSpacing(7)
        self._kinds = list(kinds)
        for number, kind in enumerate(kinds):
            made = button(KIND_WORDS[kind], "choice", checkable=True)
            made.setStyleSheet("padding-left: 6px; padding-right: 6px;")
            self.kinds.addButton(made, number)
            grid.addWidget(made, number // 2, number % 2)
        self.kind_button(kinds[0]).setChecked(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(7)
        column.addLayout(grid)
        for name, field in ((self._who, self.patient), (self._when, self.span)):
            column.addWidget(name)
            column.addWidget(field)
            field.setMinimumHeight(40)
            field.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            field.setMinimumContentsLength(10)
            field.setAccessibleName(name.text())
        times = QGridLayout()
        times.setSpacing(7)
        for number, (name, edit) in enumerate(((self._from, self.begin), (self._to, self.end))):
            times.addWidget(name, 0, number)
            times.addWidget(edit, 1, number)
            edit.setMinimumHeight(40)
            edit.setAccessibleName(name.text())
        column.addLayout(times)
        column.addWidget(self.fault)
        column.addWidget(self.initials)

    def _connect(self) -> None:
        self.kinds.idClicked.connect(lambda _: self._turn())
        self.patient.activated.connect(lambda _: self._turn())
        self.span.activated.connect(lambda _: self._chosen())
        self.begin.dateTimeChanged.connect(lambda _: self._check())
        self.end.dateTimeChanged.connect(lambda _: self._check())
        self.initials.toggled.connect(lambda _: self.changed.emit())

    def kind_button(self, kind: ReportKind) -> QPushButton:
        """The button of a report."""
        made = self.kinds.button(self._kinds.index(kind))
        assert isinstance(made, QPushButton)
        return made

    @property
    def kind(self) -> ReportKind:
        """Which report is chosen."""
        return self._kinds[max(0, self.kinds.checkedId())]

    @property
    def episode(self) -> Episode | None:
        """Which stay is chosen, where the report is about one."""
        found = self.patient.currentData() if self.kind.of_patient else None
        return found if isinstance(found, Episode) else None

    # --- what is offered ---------------------------------------------------------------------------------------------

    def set_time(self, begins: tuple[tuple[int, int], ...], now: datetime, zone: ZoneInfo) -> None:
        """The shifts and the clock of the ward."""
        self._now = now
        if zone.key == self._zone.key and begins == self._begins:
            return
        self._begins, self._zone = begins, zone
        for edit in (self.begin, self.end):
            edit.setTimeZone(QTimeZone(zone.key.encode()))
        self.offer()

    def set_episodes(self, episodes: tuple[Episode, ...]) -> None:
        """Stays to choose from; the chosen one stays chosen."""
        chosen = self.episode
        self._episodes = episodes
        self.patient.clear()
        for episode in episodes:
            self.patient.addItem(_stay_words(episode, self._zone, self._private), episode)
        if not episodes:
            self.patient.addItem(NO_STAYS)
        self.patient.setEnabled(bool(episodes))
        if chosen is not None:
            self._choose_stay(lambda e: (e.patient_id, e.admitted_at) == (chosen.patient_id, chosen.admitted_at))
        self.offer()

    def set_private(self, on: bool) -> None:
        """Patients by their initials on this screen; reports from now on have them too unless that is unticked."""
        self._private = on
        self.initials.setChecked(on)
        self.set_episodes(self._episodes)

    def choose_stay(self, bed: str, patient_id: str) -> bool:
        """Turn to the episode of a patient at a bed, "" for who lies there now; False when there is none."""
        self.kind_button(ReportKind.EPISODE).setChecked(True)
        if patient_id:
            # He may have been moved since; where several stays fit, the newest stands first.
            found = self._choose_stay(lambda e: e.patient_id == patient_id and e.bed == bed)
            found = found or self._choose_stay(lambda e: e.patient_id == patient_id)
        else:
            found = self._choose_stay(lambda e: e.bed == bed and e.ended_at is None)
        self.offer()
        return found

    def _choose_stay(self, wanted: Callable[[Episode], bool]) -> bool:
        for index, episode in enumerate(self._episodes):
            if wanted(episode):
                self.patient.setCurrentIndex(index)
                return True
        return False

    def offer(self) -> None:
        """List the times that this report may cover."""
        kind, chosen = self.kind, self.span.currentText()
        self._who.setVisible(kind.of_patient)
        self.patient.setVisible(kind.of_patient)
        self._windows = choices(kind, self.episode, self._begins or ((7, 0),), self._now, self._zone)
        self.span.clear()
        self.span.addItems([window.name for window in self._windows])
        if kind is not ReportKind.RECOVERY:
            self.span.addItem(FROM_TO)
        self.span.setEnabled(self.span.count() > 0)
        young = bool(self._windows) and self._now - self._windows[0].start < JUST_BEGUN
        default = 1 if kind is ReportKind.EPISODE or (kind is ReportKind.HANDOVER and young) else 0
        known = self.span.findText(chosen)
        self.span.setCurrentIndex(known if known >= 0 else min(default, self.span.count() - 1))
        self._show_times()

    def _turn(self) -> None:
        self.offer()
        self.changed.emit()

    def _chosen(self) -> None:
        own = self.span.currentText() == FROM_TO
        if own and not self.begin.isVisible():
            last = self._windows[0] if self._windows else None
            end = self._now if last is None else min(last.end, self._now)
            self.end.setDateTime(to_qt(end, self._zone))
            self.begin.setDateTime(self.end.dateTime().addSecs(-8 * 3600))
        self._show_times()
        self.changed.emit()

    def _show_times(self) -> None:
        own = self.span.currentText() == FROM_TO
        for part in (self._from, self._to, self.begin, self.end):
            part.setVisible(own)
        self._check()

    def _check(self) -> None:
        text = ""
        if self.kind is ReportKind.RECOVERY and not self._windows:
            text = NO_REPAIR if self.episode is not None else ""
        elif self.span.currentText() == FROM_TO and self.begin.dateTime() >= self.end.dateTime():
            text = f"?  {CHOOSE_TIME}"
        self.fault.setText(text)
        self.fault.setVisible(bool(text))

    def wanted(self) -> Wanted | None:
        """What is asked for; None while it is not whole."""
        if self.kind.of_patient and self.episode is None:
            return None
        initials = self.initials.isChecked()
        if self.span.currentText() == FROM_TO:
            begin, end = (datetime.fromtimestamp(e.dateTime().toSecsSinceEpoch(), UTC) for e in (self.begin, self.end))
            return Wanted(self.kind, begin, end, self.episode, initials=initials) if begin < end else None
        index = self.span.currentIndex()
        if not 0 <= index < len(self._windows):
            return None
        window = self._windows[index]
        return Wanted(
            self.kind, window.start, window.end, self.episode, restored_at=window.restored_at, initials=initials
        )


def _stay_words(episode: Episode, zone: ZoneInfo, private: bool) -> str:
    name = wording.visible(patient_words.shown_name(episode.name[:LONG_NAME], private))[:SHORT_NAME]
    number = wording.visible(patient_words.shown_number(episode.patient_id[:LONG_NAME], private))[:20]
    left = "" if episode.ended_at is None else f" · left {episode.ended_at.astimezone(zone):%d %b}"
    demo = "DEMO · " if episode.demo else ""
    return f"{demo}{episode.bed} · {name} · {number}{left}"
