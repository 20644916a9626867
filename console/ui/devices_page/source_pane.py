"""The chosen source: its state, its live line, and what an engineer may do with it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from console.config import SourceConfig
from console.link.commands import Reply
from console.link.devices import (
    RECORDING_LIMIT,
    Change,
    ConfirmDevice,
    Devices,
    LineView,
    Record,
    RemoveSource,
    SetEnabled,
)
from console.link.snapshot import SourceView
from console.ui.devices_page.confirmation import Confirmation
from console.ui.devices_page.facts_view import FactsView
from console.ui.devices_page.line_watch import LineWatch
from console.ui.devices_page.live_view import LiveView
from console.ui.devices_page.source_facts import source_facts
from console.ui.devices_page.words import size_text, state_text
from console.ui.elided import ElidedLabel
from console.ui.forms import Failure, Questions, button, label
from console.ui.theme import GAP, Theme
from console.ui.who import unnamed
from console.ward.source import SourceState
from drivers.driver import DriverInfo

RECORDING = (
    "Recording to {file}. It ends by itself after {limit}. It holds every byte of the device, names of patients too "
    "when the device sends them."
)
RECORDED = "The recording is in {file}. Copy the file and send it as it is, or play it back at a bed without a patient."


LOW = 760
"""Height in px below which the live line gives way to a comparison."""


class SourcePane(QFrame):
    """edit, change_bed: the source is to be changed (its name); play_back: a recording (file, driver)."""

    edit = Signal(str)
    change_bed = Signal(str)
    play_back = Signal(str, str)

    def __init__(self, devices: Devices | None, theme: Theme) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        self.user = ""
        self.source: SourceView | None = None
        self.config: SourceConfig | None = None
        self._devices = devices
        self._drivers = {d.info.name: d.info for d in devices.drivers()} if devices is not None else {}
        self._questions = Questions(self)
        self._recorded = ""
        self._seen: LineView | None = None
        self.watch = LineWatch(self)
        self.heading, self.state = ElidedLabel(), label()
        self.facts = FactsView()
        self.live = LiveView(theme, self.facts)
        self.message = label(wrap=True)
        self.confirmation = Confirmation(theme, may_be_off=False)
        self.confirm = button("This is the right device for the bed", "primary")
        self.acts: dict[str, QPushButton] = {
            name: button(name) for name in ("Edit", "Change bed", "Stop", "Record", "Remove")
        }
        self.play = button("Play it back")
        self.remove, self.keep = button("Remove it"), button("Keep it")
        self._removal_text = label(wrap=True)
        self._removal, self._exchange = QWidget(), QWidget()
        self._lay_out()
        self._connect()
        self.show_source(None, None, 0.0)

    def _lay_out(self) -> None:
        self.heading.setProperty("role", "title")
        head = QHBoxLayout()
        head.setSpacing(16)
        head.addWidget(self.heading)
        head.addWidget(self.state, 1)
        self.message.hide()
        acts = QHBoxLayout()
        acts.setSpacing(GAP)
        for act in self.acts.values():
            acts.addWidget(act)
        acts.addStretch(1)
        removal = QHBoxLayout(self._removal)
        removal.setContentsMargins(0, 0, 0, 0)
        removal.setSpacing(GAP)
        removal.addWidget(self._removal_text, 1)
        removal.addWidget(self.keep)
        removal.addWidget(self.remove)
        exchange = QVBoxLayout(self._exchange)
        exchange.setContentsMargins(0, 0, 0, 0)
        self._exchange_text = label(wrap=True)
        exchange.addWidget(self._exchange_text)
        exchange.addWidget(self.confirmation)
        exchange.addWidget(self.confirm)
        said = QHBoxLayout()
        said.addWidget(self.message, 1)
        said.addWidget(self.play)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 14, 12)
        column.setSpacing(GAP)
        column.addLayout(head)
        column.addLayout(acts)
        for part in (self._removal, self._exchange):
            column.addWidget(part)
        column.addLayout(said)
        column.addWidget(self.live, 1)
        column.addStretch(0)

    def _connect(self) -> None:
        self.acts["Edit"].clicked.connect(lambda: self.edit.emit(self.name))
        self.acts["Change bed"].clicked.connect(lambda: self.change_bed.emit(self.name))
        self.acts["Stop"].clicked.connect(self._start_or_stop)
        self.acts["Record"].clicked.connect(self._record)
        self.acts["Remove"].clicked.connect(self._removal.show)
        self.keep.clicked.connect(self._removal.hide)
        self.remove.clicked.connect(lambda: self._change(RemoveSource(self.name), f"{self.name} was removed."))
        self.confirm.clicked.connect(self._confirm_device)
        self.confirmation.changed.connect(self._follow_tick)
        self.play.clicked.connect(
            lambda: self.play_back.emit(self._recorded, self.config.driver if self.config else "")
        )
        self.watch.seen.connect(self._line_seen)

    def set_theme(self, theme: Theme) -> None:
        """The look has changed."""
        self.live.set_theme(theme)
        self.confirmation.set_theme(theme)

    # --- following -----------------------------------------------------------------------------------------------

    @property
    def name(self) -> str:
        """The source shown, "" for none."""
        return self.source.name if self.source is not None else ""

    @property
    def info(self) -> DriverInfo | None:
        """The manifest of its driver."""
        return self._drivers.get(self.config.driver) if self.config is not None else None

    def show_source(self, source: SourceView | None, rate: float | None, now: float) -> None:
        """The source as it stands; rate: bytes a second, None while unknown; now: engine time."""
        other = (source.name if source else "") != self.name
        self.source = source
        self.config = self._config_of(source.name) if source is not None else None
        self.heading.setText(source.name if source is not None else "No source chosen")
        self.state.setText(state_text(source) if source is not None else "")
        self.facts.show_facts(source_facts(source, self.config, rate, now) if source is not None else {})
        if other:
            self._turn()
        self._follow_line()
        self._show_acts()

    def _config_of(self, name: str) -> SourceConfig | None:
        if self._devices is None:
            return None
        return next((s for s in self._devices.config().source if s.name == name), None)

    def _turn(self) -> None:
        """Another source: nothing of the one before may stay on the screen."""
        self.watch.leave()
        self._seen, self._recorded = None, ""
        self.live.clear()
        self._tell("")
        self._removal.hide()
        self.confirmation.reset(self.config.bed if self.config is not None else "")
        if self.config is not None:
            self._removal_text.setText(
                f"Remove “{self.name}”? {self.config.bed} gets no more values from it; what was charted stays."
            )

    def _follow_line(self) -> None:
        """Follow the live line while there is one."""
        devices, name = self._devices, self.name
        has_line = devices is not None and self.info is not None and devices.line(name) is not None
        self.live.show_traffic(has_line)
        if has_line and not self.watch.following and devices is not None:
            self.watch.follow(lambda: devices.line(name))
        elif not has_line and self.watch.following:
            self.watch.leave()
            self.live.clear()
            self._seen = None

    def _line_seen(self, view: LineView) -> None:
        self._seen = view
        if self.info is None or self.config is None:
            return
        self.live.show_line(view, self.info)
        if self.source is not None and self.source.state is SourceState.WRONG_DEVICE:
            self.confirmation.show_line(view, self.info.interval_s)
            seen = view.identity or self.source.identity
            told = f"has the serial number {seen}" if seen else "tells no serial number"
            self._exchange_text.setText(
                f"Bound to {self.config.bed} is the device with serial number {self.config.device or 'unknown'}. "
                f"The one that answers now {told}. Its values are not taken."
            )
            self._follow_tick()

    def _show_acts(self) -> None:
        known = self.config is not None
        for act in self.acts.values():
            act.setVisible(known)
            act.setEnabled(not self._questions.waiting)
        wrong = known and self.source is not None and self.source.state is SourceState.WRONG_DEVICE
        self._exchange.setVisible(wrong)
        # Where somebody has to compare, the comparison has the room.
        self.live.notice.setVisible(not wrong and self.watch.following)
        self.live.setVisible(not (wrong and self.height() < LOW))
        self.play.setVisible(bool(self._recorded))
        if self.config is None or self.source is None:
            self._removal.hide()
            return
        self.acts["Stop"].setText("Stop" if self.config.enabled else "Start")
        self.acts["Record"].setText("Stop recording" if self.source.recording else "Record")
        self.acts["Record"].setEnabled(self.config.enabled and not self._questions.waiting)

    def _follow_tick(self) -> None:
        known = self._seen is not None and bool(self._seen.identity)
        self.confirm.setEnabled(known and bool(self.confirmation.confirmed) and not self._questions.waiting)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.watch.set_visible(True)

    def hideEvent(self, event: QHideEvent) -> None:
        self.watch.set_visible(False)
        self._removal.hide()
        super().hideEvent(event)

    # --- acts ----------------------------------------------------------------------------------------------------

    def _start_or_stop(self) -> None:
        if self.config is not None:
            on = not self.config.enabled
            told = "It is started." if on else "It is stopped: nothing of it is charted or alarmed until it is started."
            self._change(SetEnabled(self.name, on), told)

    def _record(self) -> None:
        if self.source is not None:
            on = not self.source.recording
            text = RECORDING if on else RECORDED
            self._change(Record(self.name, on), text, recorded=not on)

    def _tell(self, text: str) -> None:
        self.message.setText(text)
        self.message.setVisible(bool(text))

    def _play_back(self) -> None:
        if self.config is not None:
            self.play_back.emit(self._recorded, self.config.driver)

    def _confirm_device(self) -> None:
        if self._seen is not None and self.confirmation.confirmed:
            act = ConfirmDevice(self.name, self._seen.identity, self.confirmation.confirmed)
            self._change(act, f"The device with serial number {self._seen.identity} is bound from now on.")

    def _change(self, change: Change, told: str, recorded: bool = False) -> None:
        """Ask the desk; `told` is said when it is done, with the file of a recording."""
        if self._devices is None or self._questions.waiting:
            return
        self._removal.hide()
        if refusal := unnamed(self, self.user):
            self._tell(refusal)
            return
        name = self.name

        def answered(answer: Reply | Failure) -> None:
            error = answer.text if isinstance(answer, Failure) else answer.error
            file = answer.entry_id if isinstance(answer, Reply) else ""
            if name == self.name:
                self._recorded = file if recorded and not error else ""
                limit = size_text(RECORDING_LIMIT)
                self._tell(error or told.replace("{file}", file).replace("{limit}", limit))
            self._show_acts()

        self._tell("Working …")
        self._questions.ask(self._devices.change(change, self.user), answered)
        self._show_acts()
