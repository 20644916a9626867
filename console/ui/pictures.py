"""A PNG of every page, in both sizes, and of the wall in both looks: for the README and for people who review."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication

from console.alarms.alarm import Kind
from console.link.snapshot import BedSnapshot, BedState
from console.ui.alarm_list import alarm_list
from console.ui.devices_page import DevicesPage
from console.ui.main_window import MainWindow
from console.ui.page import Sheet

SIZES = (QSize(1920, 1080), QSize(1366, 768))
SETTLE_MS = 700
"""Time for a page to load what it shows."""


def take_pictures(window: MainWindow, folder: Path) -> Iterator[Path]:
    """Walk through the pages and save each; yields the files."""
    folder.mkdir(parents=True, exist_ok=True)
    window.showNormal()
    for size in SIZES:
        window.resize(size)
        for name, act in _walk(window):
            act()
            _settle(window)
            file = folder / f"{name}-{size.width()}x{size.height()}.png"
            if not window.grab().save(str(file)):
                raise OSError(f"{file} cannot be written")
            yield file
            window.close_sheet()


def _walk(window: MainWindow) -> Iterator[tuple[str, Callable[[], None]]]:
    snapshot = window.link.snapshot()
    yield "ward", lambda: window.show_tab(0)
    yield "ward-light", window.toggle_theme
    window.toggle_theme()
    chips = alarm_list(snapshot).chips
    if chips:
        window.show_tab(0)
        yield "ward-acknowledge", lambda: window.open_sheet(Sheet.ACKNOWLEDGE, chips[0].id)
    for kind in (Kind.WITHDRAWAL, Kind.OVERDOSE):
        bed = _worst(list(snapshot.beds), kind)
        if bed is not None:
            yield f"bed-{kind.value}", partial(window.open_bed, bed)
            yield f"bed-{kind.value}-observation", partial(window.open_sheet, Sheet.OBSERVATION, bed)
            yield f"bed-{kind.value}-pump", partial(window.open_sheet, Sheet.PUMP_EVENT, bed)
    yield "history", lambda: window.show_tab(2)
    yield "devices", lambda: window.show_tab(3)
    page = window.pages[3]
    if isinstance(page, DevicesPage) and page.setup is not None:
        yield "devices-add", page.add.click
        page.setup.cancel.click()
    for index, other in enumerate(window.pages[4:], 4):
        yield other.title.lower(), partial(window.show_tab, index)
    empty = next((b.bed for b in snapshot.beds if b.state in (BedState.EMPTY, BedState.NOT_ADMITTED)), None)
    if empty is not None:
        yield "admit", lambda: window.open_admit(empty)


def _worst(beds: list[BedSnapshot], kind: Kind) -> str | None:
    """The bed where a pattern stands highest."""
    views = [(view.stage, view.points, bed.bed) for bed in beds if (view := bed.pattern(kind)) is not None]
    return max(views)[2] if views else None


def _settle(window: MainWindow) -> None:
    """Let futures end and the page paint."""
    from PySide6.QtCore import QElapsedTimer, QEventLoop

    timer = QElapsedTimer()
    timer.start()
    while timer.elapsed() < SETTLE_MS:
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 50)
    window.refresh()
    QApplication.processEvents()
