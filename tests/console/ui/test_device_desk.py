"""The device page as an engineer uses it, on a real station: real engine, store and desk, and a simulated oximeter on a
real pseudo-terminal. Only the list of ports is the test's own: a pseudo-terminal is no port of the machine."""

from __future__ import annotations

import fcntl
import os
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication
from pytestqt.qtbot import QtBot

from console.config import load_config
from console.config_file import ConfigFile
from console.devices import port_views
from console.link.desks import Desks
from console.station import Station
from console.ui import theme as themes
from console.ui.app import Options, build_window
from console.ui.devices_page import DevicesPage
from console.ui.devices_page.setup_panel import SetupPanel, Step
from console.ui.first_run_page import FirstRunPage
from console.ui.main_window import MainWindow
from console.ui.theme import Theme
from console.ui.wall.page import WallPage
from drivers.driver import DeviceState
from drivers.observation import Parameter
from drivers.transport.ports import SerialPort
from tests.console.devices.bedside import Bedside, simulator
from tests.console.ui.shell import FakeOutput
from tests.drivers.terminals import Terminal

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs pseudo-terminals")

BED = "7B-01"
NO_PERMISSION = "no permission; only the group `dialout` may use it: run `sudo usermod -aG dialout tech`, log in again"
VALUES = DeviceState({Parameter.SPO2: 96.0, Parameter.PR: 71.0, Parameter.PERFUSION_INDEX: 2.4})


@dataclass
class Ward:
    """A station without a bed, its window, and a cable with an oximeter at its end."""

    qtbot: QtBot
    file: Path
    station: Station
    window: MainWindow
    cable: Terminal

    @property
    def page(self) -> DevicesPage:
        page = self.window.pages[3]
        assert isinstance(page, DevicesPage)
        return page

    @property
    def setup(self) -> SetupPanel:
        assert self.page.setup is not None
        return self.page.setup

    def click(self, button: QAbstractButton) -> None:
        self.qtbot.waitUntil(lambda: button.isVisible() and button.isEnabled(), timeout=5000)
        at = button.rect().center()
        at.setX(12)
        self.qtbot.mouseClick(button, Qt.MouseButton.LeftButton, pos=at)

    def until(self, condition, timeout: int = 15000) -> None:
        self.qtbot.waitUntil(condition, timeout=timeout)

    def begin(self, port: int = 0) -> None:
        """Open the form and choose a port."""
        self.window.show_tab(3)
        self.click(self.page.add)
        ports = self.setup.port.ports
        self.until(lambda: ports.count() > port)
        place = ports.visualItemRect(ports.item(port)).center()
        self.qtbot.mouseClick(ports.viewport(), Qt.MouseButton.LeftButton, pos=place)

    def choose_masimo(self) -> None:
        """Take the oximeter's driver and look at the line."""
        self.click(self.setup.next)
        devices = self.setup.device.list
        names = [devices.item(row).data(Qt.ItemDataRole.UserRole) for row in range(devices.count())]
        devices.setCurrentRow(names.index("masimo_ascii1"))
        self.click(self.setup.next)
        assert self.setup.step is Step.LOOK

    def verdict(self) -> str:
        return self.setup.live.verdict.text()


@contextmanager
def station(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str = "") -> Iterator[Ward]:
    """A ward of this configuration; PORT in it stands for the cable."""
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    themes.apply(application, Theme())
    cable = Terminal(tmp_path / "usb-oximeter")
    refused = SerialPort("/dev/ttyS9", "/dev/ttyS9", "Built-in port", permission=NO_PERMISSION)
    ports = (SerialPort(cable.name, os.path.realpath(cable.name), "Pseudo adapter"), refused)
    monkeypatch.setattr(port_views, "list_ports", lambda: ports)
    path = tmp_path / "ward.toml"
    if text:
        path.write_text(text.replace("PORT", cable.name))
    file = ConfigFile(path, first_run=not text)
    running = Station(file.config, tmp_path / "data", None, file=file)
    running.start()
    options = Options(user="B. Tech", configured=bool(text), config_file=str(path))
    window = build_window(running.link(), options, FakeOutput(), Desks(devices=running.devices))
    window.resize(1366, 768)
    window.show()
    window.start()
    try:
        yield Ward(qtbot, path, running, window, cable)
    finally:
        window.close()
        window.deleteLater()
        running.stop()
        cable.unplug()


@pytest.fixture
def ward(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ward]:
    with station(qtbot, tmp_path, monkeypatch) as made:
        yield made


@pytest.fixture
def oximeter(ward: Ward) -> Iterator[Bedside]:
    device = Bedside(ward.cable.near, simulator("masimo_ascii1", VALUES))
    yield device
    device.close()


def test_from_an_empty_configuration_to_a_charting_bed(ward: Ward, oximeter: Bedside) -> None:
    assert isinstance(ward.window.current, FirstRunPage)
    ward.click(ward.window.current.device_button)
    ward.begin()
    ward.click(ward.setup.port.identify_button)
    ward.until(lambda: bool(ward.setup.port.identify.takes), 40000)
    candidate, take = ward.setup.port.identify.takes[0]
    assert candidate.driver == "masimo_ascii1"
    ward.click(take)
    ward.until(lambda: ward.verdict().startswith("✓  Values arrive: SpO₂ 96 %, PR 71 /min"))
    ward.click(ward.setup.next)
    ward.qtbot.keyClicks(ward.setup.bed.new_bed, BED)
    assert not ward.setup.next.isEnabled()
    ward.click(ward.setup.bed.confirmation.match)
    ward.click(ward.setup.next)
    ward.until(lambda: ward.page.side.currentWidget() is ward.page.source)
    saved = load_config(ward.file)
    assert saved.ward.beds == (BED,)
    assert saved.source[0].transport.port == ward.cable.name
    wall = ward.window.pages[0]
    assert isinstance(wall, WallPage), "the wall has come in the place of the first page, without a restart"
    ward.until(lambda: "✓  Live" in ward.page.source.state.text())
    ward.until(lambda: "SPO2=096%" in ward.page.source.live.raw.text.toPlainText().replace("\n", ""))
    ward.window.show_tab(0)
    ward.until(lambda: BED in wall.tiles and "96" in shown(wall), 10000)
    added = [row for row in audit_trail(ward) if row[1] == "source added"]
    assert len(added) == 1
    assert added[0][0] == "B. Tech"
    assert "SpO₂ 96 %, PR 71 /min" in added[0][2]
    assert f"compared with the monitor at {BED}" in added[0][2]


def shown(wall: WallPage) -> list[str]:
    """Values on the tile of the bed."""
    view = wall.tiles[BED].view
    return [cell.text for cell in view.cells] if view is not None else []


def audit_trail(ward: Ward) -> list[tuple[str, str, str]]:
    """Who, what and the detail, read from the database file."""
    (file,) = (ward.file.parent / "data").glob("*.db")
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
        return connection.execute("SELECT by, act, detail FROM audit ORDER BY number").fetchall()


def test_a_wrong_port_is_said_to_be_silent_and_what_to_check(ward: Ward) -> None:
    ward.begin()
    ward.choose_masimo()
    ward.until(lambda: "Not one byte" in ward.verdict())
    assert "plugged into another port" in ward.verdict()


def test_a_port_without_permission_says_the_command_that_mends_it(ward: Ward) -> None:
    ward.begin(port=1)
    assert "sudo usermod -aG dialout tech" in ward.setup.port.problem.text()


def test_a_port_that_another_program_holds_is_said_to_be_busy(ward: Ward) -> None:
    held = os.open(ward.cable.name, os.O_RDWR | os.O_NOCTTY)
    fcntl.flock(held, fcntl.LOCK_EX)
    try:
        ward.begin()
        ward.choose_masimo()
        ward.until(lambda: ward.verdict().startswith("?"))
        assert "use" in ward.verdict()
    finally:
        ward.click(ward.setup.cancel)
        os.close(held)


def test_a_wrong_baud_rate_is_said_to_be_unreadable_and_what_to_try(ward: Ward) -> None:
    noise = bytes((i * 89 + 7) % 251 for i in range(400))
    device = Bedside(ward.cable.near, lambda heard, elapsed: noise if int(elapsed * 10) % 5 == 0 else b"")
    try:
        ward.begin()
        ward.choose_masimo()
        ward.until(lambda: "make no sense" in ward.verdict())
        assert "wrong baud rate or parity" in ward.verdict()
    finally:
        ward.click(ward.setup.cancel)
        device.close()


BOUND = """[ward]
beds = ["7B-01", "7B-02"]

[[source]]
name = "oximeter"
driver = "masimo_ascii1"
bed = "7B-01"
device = "0000054321"
transport = { kind = "serial", port = "PORT" }
"""


def test_an_exchanged_device_charts_nothing_until_it_is_confirmed(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with station(qtbot, tmp_path, monkeypatch, BOUND) as ward:
        device = Bedside(ward.cable.near, simulator("masimo_ascii1", VALUES))
        try:
            ward.window.show_tab(3)
            pane = ward.page.source
            ward.until(lambda: "Another device" in pane.state.text())
            bed = ward.window.link.snapshot().bed(BED)
            assert bed is not None
            assert bed.readings == (), "no value of the other device has reached the bed"
            ward.until(lambda: "has the serial number 0000012345" in pane._exchange_text.text())
            ward.click(pane.confirmation.match)
            ward.click(pane.confirm)
            ward.until(lambda: "✓  Live" in pane.state.text())
            wall = ward.window.pages[0]
            assert isinstance(wall, WallPage)
            ward.window.show_tab(0)
            ward.until(lambda: BED in wall.tiles and "96" in shown(wall))
            assert load_config(ward.file).source[0].device == "0000012345"
        finally:
            device.close()


def test_a_recording_is_made_and_played_back_at_a_bed_of_its_own_as_demo_data(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with station(qtbot, tmp_path, monkeypatch, BOUND.replace("54321", "12345")) as ward:
        device = Bedside(ward.cable.near, simulator("masimo_ascii1", VALUES))
        try:
            ward.window.show_tab(3)
            pane = ward.page.source
            ward.until(lambda: "✓  Live" in pane.state.text())
            ward.click(pane.acts["Record"])
            ward.until(lambda: "recording" in pane.state.text())
            good = pane.source.good
            ward.until(lambda: pane.source.good >= good + 3)
            ward.click(pane.acts["Record"])
            ward.click(pane.play)
            ward.click(ward.setup.next)
            assert ward.setup.device.driver.info.name == "masimo_ascii1"
            ward.click(ward.setup.next)
            ward.until(lambda: ward.verdict().startswith("✓  Values arrive: SpO₂ 96 %"))
            ward.click(ward.setup.next)
            ward.setup.bed.bed.setCurrentText(BED)
            ward.until(lambda: "Play a recording at a bed of its own" in ward.setup.bed.refusal.text())
            ward.setup.bed.bed.setCurrentText("7B-02")
            ward.click(ward.setup.bed.confirmation.match)
            ward.click(ward.setup.next)
            ward.until(lambda: ward.page.side.currentWidget() is pane)
            assert load_config(ward.file).source[1].demo
            ward.until(lambda: bool(ward.window.link.snapshot().bed("7B-02").readings))
            assert ward.window.link.snapshot().bed("7B-02").demo
            assert not ward.window.link.snapshot().bed(BED).demo
        finally:
            device.close()


def test_leaving_the_page_leaves_no_port_open(ward: Ward, oximeter: Bedside) -> None:
    ward.begin()
    ward.choose_masimo()
    ward.until(lambda: ward.verdict().startswith("✓"))
    ward.window.show_tab(0)
    far = os.path.realpath(ward.cable.name)
    ward.until(lambda: sum(1 for name in descriptors() if name == far) == 1, 4000)


def descriptors() -> list[str]:
    """What this process has open; the cable's own far end is one of them."""
    names = []
    for entry in Path("/proc/self/fd").iterdir():
        try:
            names.append(str(entry.readlink()))
        except OSError:
            continue
    return names
