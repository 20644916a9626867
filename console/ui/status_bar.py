"""The bottom line: feeds, recording, clock, rules, a hint, the version."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from console.link.snapshot import WardSnapshot
from console.ui.elided import ElidedLabel
from console.ui.theme import MARGIN, Theme, colour
from console.ward.source import SourceState

HINT = "Arrow keys move between beds · Enter opens a bed · A acknowledges · O observation · P pump · L limits · ? keys"


class StatusBar(QWidget):
    """Plain words in a fixed order."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = theme
        self._left = ElidedLabel()
        self._hint = ElidedLabel(HINT)
        self._version = ElidedLabel(f"Version {_version()}")
        row = QHBoxLayout(self)
        row.setContentsMargins(MARGIN + 4, 0, MARGIN + 4, 0)
        row.setSpacing(20)
        row.addWidget(self._left)
        row.addStretch(1)
        row.addWidget(self._hint)
        row.addWidget(self._version)
        self.set_theme(theme)

    def show_ward(self, snapshot: WardSnapshot, notice: str = "") -> None:
        """Health in words. notice: goes before everything else."""
        words = [notice] if notice else []
        words.append(_feeds(snapshot))
        system = snapshot.system
        words.append("Recording on" if system.recording else f"NOT RECORDING: {system.store_error}")
        if abs(system.clock_step_s) >= 2:
            words.append(f"Clock stepped by {system.clock_step_s:+.0f} s")
        if system.samples_thinned:
            words.append(f"{system.samples_thinned} samples not kept")
        if system.rule_set:
            words.append(f"Alarm rules: {system.rule_set}")
        text = "     ".join(words)
        if text != self._left.text():
            self._left.setText(text)

    def show_hint(self, text: str) -> None:
        """Words for what the page can do; "" for the usual ones."""
        self._hint.setText(text or HINT)

    def set_theme(self, theme: Theme) -> None:
        """The look has changed."""
        self.theme = theme
        self.setFixedHeight(theme.status_bar)
        size = 12 if theme.compact else 13
        for label in (self._left, self._hint, self._version):
            label.setStyleSheet(f"font-size: {size}px; color: {theme.tokens.text_2}; font-weight: 500;")

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), colour(self.theme.tokens.bg))
        painter.fillRect(0, 0, self.width(), 1, colour(self.theme.tokens.line))


def _feeds(snapshot: WardSnapshot) -> str:
    """How many sources live, and what is wrong with the others."""
    states = [source.state for source in snapshot.sources]
    live = sum(1 for s in states if s is SourceState.CONNECTED)
    others = [
        f"{count} {state.value}"
        for state in SourceState
        if state is not SourceState.CONNECTED and (count := states.count(state))
    ]
    return " · ".join([f"Feeds {live} of {len(states)} live", *others])


def _version() -> str:
    try:
        return version("ward-console")
    except PackageNotFoundError:
        return "of a source tree"
