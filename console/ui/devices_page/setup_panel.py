"""Adding and changing a source, step by step, docked in the page: port, device, look, bed.

A port is open only in the last two steps, and only while they can be seen.
"""

from __future__ import annotations

from enum import IntEnum

from pydantic import ValidationError
from PySide6.QtCore import Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QStackedWidget, QVBoxLayout

from console.config import SourceConfig
from console.link.commands import Reply
from console.link.devices import Candidate, Devices, LineView, SaveSource, SaveWard
from console.link.snapshot import WardSnapshot
from console.ui.devices_page.bed_step import BedStep
from console.ui.devices_page.device_step import DeviceStep
from console.ui.devices_page.draft import Draft, draft_of, needs_comparison, sentences, with_bed
from console.ui.devices_page.line_look import LineLook
from console.ui.devices_page.live_view import LiveView
from console.ui.devices_page.port_step import PortStep
from console.ui.devices_page.words import bound_text
from console.ui.elided import ElidedLabel
from console.ui.forms import Failure, Questions, button, label
from console.ui.theme import GAP, Theme
from console.ui.who import unnamed
from drivers.driver import DriverInfo, SerialSettings

COMPARE = "Compare the values with the monitor, then tick the box."
NOTHING = "Nothing arrives to compare. Look at the line, or say that the device is off."


class Step(IntEnum):
    """The steps in their order."""

    PORT = 0
    DEVICE = 1
    LOOK = 2
    BED = 3


WORDS = ("1  Line", "2  Device", "3  Look", "4  Bed")
NEXT = ("Next: device", "Next: look at the line", "Next: bed", "Save and bind")


class SetupPanel(QFrame):
    """finished: the name of the source that was saved, "" when the person has cancelled."""

    finished = Signal(str)

    def __init__(self, devices: Devices, theme: Theme) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        self.user = ""
        self.draft = Draft()
        self._devices = devices
        self._before: SourceConfig | None = None
        self._ward: WardSnapshot | None = None
        self._questions = Questions(self)
        self._reached = Step.PORT
        self._failure = ""
        self.look = LineLook(devices, self)
        self.watch = self.look.watch
        self.heading = ElidedLabel(wide=True)
        self.steps = [button(word, "choice", checkable=True) for word in WORDS]
        self.port, self.device = PortStep(devices), DeviceStep(devices)
        self.live, self.bed = LiveView(theme), BedStep(theme)
        self.pages = QStackedWidget()
        self.message = label(wrap=True)
        self.cancel, self.back, self.next = button("Cancel"), button("Back"), button("", "primary")
        self._lay_out()
        self._connect()
        self.set_theme(theme)

    def _lay_out(self) -> None:
        self.heading.setProperty("role", "title")
        head = QHBoxLayout()
        head.setSpacing(GAP)
        head.addWidget(self.heading, 1)
        for step in self.steps:
            head.addWidget(step)
        for page in (self.port, self.device, self.live, self.bed):
            self.pages.addWidget(page)
        # As wide as its longest word, so that nothing moves under the hand from step to step.
        for word in NEXT:
            self.next.setText(word)
            self.next.setMinimumWidth(max(self.next.minimumWidth(), self.next.sizeHint().width()))
        foot = QHBoxLayout()
        foot.setSpacing(GAP)
        foot.addWidget(self.cancel)
        foot.addWidget(self.message, 1)
        foot.addWidget(self.back)
        foot.addWidget(self.next)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 14, 12)
        column.setSpacing(10)
        column.addLayout(head)
        column.addWidget(self.pages, 1)
        column.addLayout(foot)

    def _connect(self) -> None:
        for step, choice in zip(Step, self.steps, strict=True):
            choice.clicked.connect(lambda _=False, step=step: self.go(step))
        self.cancel.clicked.connect(self._cancel)
        self.back.clicked.connect(lambda: self.go(Step(self.step - 1)))
        self.next.clicked.connect(self._forward)
        self.port.taken.connect(self._take_candidate)
        self.port.changed.connect(self._say)
        self.device.changed.connect(self._say)
        self.bed.changed.connect(self._say)
        self.look.seen.connect(self._seen)

    def set_theme(self, theme: Theme) -> None:
        """The look has changed."""
        for part in (self.device, self.live, self.bed):
            part.set_theme(theme)

    # --- beginning and ending ------------------------------------------------------------------------------------

    def start_new(self, draft: Draft | None = None) -> None:
        """A new source; draft: what is chosen already, such as a recording that was just made."""
        self._begin(draft or Draft(), None, "Add a device", Step.PORT)

    def start_edit(self, source: SourceConfig, step: Step = Step.PORT) -> None:
        """Change a source; step: where to begin."""
        view = self.device.drivers.get(source.driver)
        draft = draft_of(source, view.info.serial if view else SerialSettings())
        if view is None:
            draft.driver, step = "", Step.DEVICE
        self._begin(draft, source, f"Change “{source.name}”", step)

    def _begin(self, draft: Draft, before: SourceConfig | None, title: str, step: Step) -> None:
        self.look.close()
        self._questions.drop()
        self.draft, self._before, self._failure = draft, before, ""
        self._reached = Step.BED if before is not None else Step.PORT
        self.heading.setText(title)
        self._set_busy(False)
        self.pages.setCurrentIndex(Step.PORT)
        self.port.fill(draft)
        if step is not Step.PORT:
            self._enter(step)
        self._say()

    def _cancel(self) -> None:
        self.look.close()
        self.port.leave()
        self.finished.emit("")

    # --- steps ---------------------------------------------------------------------------------------------------

    @property
    def step(self) -> Step:
        """Where one is."""
        return Step(self.pages.currentIndex())

    @property
    def info(self) -> DriverInfo | None:
        """The manifest of the chosen driver."""
        view = self.device.drivers.get(self.draft.driver)
        return view.info if view else None

    def _forward(self) -> None:
        if self.step is Step.BED:
            self.save()
        else:
            self.go(Step(self.step + 1))

    def go(self, step: Step) -> None:
        """Turn to a step; forward only as far as what is chosen allows."""
        problem = self._failure = ""
        if self.step is Step.PORT:
            problem = self.port.take(self.draft)
        elif self.step is Step.DEVICE:
            problem = self.device.take(self.draft)
        if problem and step > self.step:
            self._say(problem)
            return
        if step > Step.DEVICE and self.info is None:
            step = Step.DEVICE
        self._enter(step)

    def _enter(self, step: Step) -> None:
        if step < Step.LOOK:
            self.look.close()
        self.port.leave()
        self._reached = max(self._reached, step)
        if step is Step.DEVICE:
            self.device.fill(self.draft)
        elif step is Step.BED and self.info is not None:
            self.bed.fill(self.draft, self._devices.config(), self.info)
            if self._ward is not None:
                self.bed.show_ward(self._ward, self._devices.config())
        self.pages.setCurrentIndex(step)
        if step >= Step.LOOK:
            self._open_look()
        self._say()
        (self.port, self.device, self.live, self.bed)[step].setFocus()

    def _take_candidate(self, candidate: Candidate) -> None:
        """One click: driver and line settings are chosen, and the line is looked at."""
        self.port.take(self.draft)
        self.draft.choose_driver(candidate.driver)
        info = self.info
        if info is None:
            self._say(f"The driver {candidate.driver} is not installed.")
            return
        self.draft.serial = None if candidate.serial == info.serial else candidate.serial
        self._enter(Step.LOOK)

    # --- looking -------------------------------------------------------------------------------------------------

    def _open_look(self) -> None:
        """Look at the line as it is chosen, while it can be seen."""
        info = self.info
        if self.look.is_open or info is None or not self.isVisible():
            return
        self.live.clear()
        self._failure = self.look.open(self.draft, self._before, info) or self._failure

    def _seen(self, view: LineView) -> None:
        info = self.info
        if info is None:
            return
        self.live.show_line(view, info)
        self.bed.show_line(view, bound_text(self.draft.kind, self.draft.adapter, self.draft.identity))
        if self.step is Step.BED:
            self._say()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.watch.set_visible(True)
        if self.step >= Step.LOOK and not self._questions.waiting:
            self._open_look()

    def hideEvent(self, event: QHideEvent) -> None:
        self.watch.set_visible(False)
        self.look.close()
        self.port.leave()
        self.bed.show_line(None, "")
        super().hideEvent(event)

    def show_ward(self, ward: WardSnapshot) -> None:
        """Who lies where, now."""
        self._ward = ward
        if self.step is Step.BED and not self._questions.waiting:
            self.bed.show_ward(ward, self._devices.config())

    # --- saving --------------------------------------------------------------------------------------------------

    def needs_comparison(self) -> bool:
        """Whether values have to be compared before this may be saved."""
        if self.info is None:
            return True
        try:
            return needs_comparison(self.draft.source(self.info), self._before)
        except ValidationError:
            return True

    def save(self) -> None:
        """Check, then have it written and applied."""
        problem, info = self._missing(), self.info
        problem = problem or unnamed(self, self.user)
        if problem or info is None:
            self._say(problem)
            return
        try:
            source = self.draft.source(info)
            ward = with_bed(self._devices.config().ward, source.bed) if self.bed.is_new_bed else None
        except ValidationError as error:
            self._say(" ".join(sentences(error)))
            return
        confirmed = self.bed.confirmation.confirmed if self.needs_comparison() else ""
        wanted = SaveSource(source, self.draft.replaces, confirmed)
        self._failure = ""
        # The source needs the port that the look has open.
        self.look.close()
        self._set_busy(True)
        if ward is None:
            self._save_source(wanted, "")
            return
        added = SaveWard(ward.name, ward.timezone, ward.beds)
        self._questions.ask(self._devices.change(added, self.user), lambda answer: self._bed_added(answer, wanted))

    def _bed_added(self, answer: Reply | Failure, wanted: SaveSource) -> None:
        error = answer.text if isinstance(answer, Failure) else answer.error
        if error:
            self._failed(f"The bed was not added: {error}")
        else:
            self._save_source(wanted, f"{wanted.source.bed} was added, the source was not. ")

    def _save_source(self, wanted: SaveSource, done: str) -> None:
        def applied(answer: Reply | Failure) -> None:
            error = answer.text if isinstance(answer, Failure) else answer.error
            if error:
                self._failed(done + error)
                return
            self._set_busy(False)
            self.finished.emit(wanted.source.name)

        self._questions.ask(self._devices.change(wanted, self.user), applied)

    def _failed(self, text: str) -> None:
        self._set_busy(False)
        self._failure = text
        self._enter(Step.BED)

    def _set_busy(self, busy: bool) -> None:
        for part in (self.pages, self.back, self.next, self.cancel, *self.steps):
            part.setEnabled(not busy)
        if busy:
            self.message.setText("Writing and applying. Other beds are not disturbed …")

    def _missing(self) -> str:
        """What keeps from saving, "" for nothing."""
        problem = self.bed.problem()
        if problem:
            return problem
        if not self.needs_comparison() or self.bed.confirmation.confirmed:
            return ""
        return COMPARE if self.bed.confirmation.match.isEnabled() else NOTHING

    def _say(self, problem: str = "") -> None:
        """Bring buttons and message up to date."""
        if self._questions.waiting:
            return
        step = self.step
        for each, choice in zip(Step, self.steps, strict=True):
            choice.setChecked(each is step)
            choice.setEnabled(each <= self._reached)
        self.back.setVisible(step > Step.PORT)
        self.next.setText(NEXT[step])
        if step is Step.BED:
            self.bed.ask_comparison(self.needs_comparison())
            missing = self._missing()
            self.next.setEnabled(not missing)
            problem = problem or self._failure or missing
        else:
            self.next.setEnabled(True)
            problem = problem or self._failure
        if step >= Step.LOOK:
            problem = self.look.own_port() or problem
        self.message.setText(problem)
