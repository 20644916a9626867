"""A network device that speaks SDC, from its endpoint reference to a look at its line; and changing it later."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from console.config import Config, SdcTlsConfig, SdcTransport, SourceConfig, WardConfig
from console.link.devices import DriverView
from console.ui.devices_page.draft import draft_of
from console.ui.devices_page.manifest import sections
from console.ui.devices_page.setup_panel import Step
from console.ui.devices_page.words import transport_text
from drivers.driver import SerialSettings
from drivers.masimo.driver import MasimoAscii1
from drivers.sdc.driver import Sdc
from tests.console.ui.device_bench import DeviceBench
from tests.console.ui.fake_desk import FakeDesk

EPR = "urn:uuid:6a1f0c36-8b6f-4a2e-9c53-0d2f8f3f1b11"
MASIMO, SDC = 0, 1


@pytest.fixture
def bench(qtbot, monkeypatch):
    views = tuple(DriverView(driver.info, driver.settings_type) for driver in (MasimoAscii1, Sdc))
    monkeypatch.setattr(FakeDesk, "drivers", lambda self: views)
    made = DeviceBench(qtbot, Config(ward=WardConfig(name="Ward 7B", beds=("7B-01",))))
    yield made
    made.page.close()


def write(bench, line, text: str) -> None:
    bench.qtbot.mouseClick(line, Qt.MouseButton.LeftButton)
    line.clear()
    bench.qtbot.keyClicks(line, text)


def row_of(bench, driver: str) -> int:
    items = bench.setup.device.list
    return next(row for row in range(items.count()) if items.item(row).data(Qt.ItemDataRole.UserRole) == driver)


def test_an_sdc_device_is_looked_at_by_its_reference(bench):
    bench.click(bench.page.add)
    bench.kind("SDC device")
    port = bench.setup.port
    bench.setup.go(Step.DEVICE)
    assert bench.setup.step is Step.PORT
    write(bench, port.epr, EPR)
    bench.setup.go(Step.DEVICE)
    assert bench.setup.step is Step.PORT, "neither way to the device is given"
    write(bench, port.interface, "10.20.0.5")
    bench.next()
    assert bench.setup.step is Step.DEVICE
    bench.choose(bench.setup.device.list, row_of(bench, "masimo_ascii1"))
    bench.setup.go(Step.LOOK)
    assert bench.setup.step is Step.DEVICE, "a driver of serial devices reads no SDC device"
    bench.choose(bench.setup.device.list, row_of(bench, "sdc"))
    bench.next()
    assert bench.setup.step is Step.LOOK
    assert bench.desk.previews[-1].source.transport == SdcTransport(kind="sdc", epr=EPR, interface="10.20.0.5")


def test_the_driver_of_network_devices_is_not_taken_for_a_serial_port(bench):
    bench.click(bench.page.add)
    bench.choose(bench.setup.port.ports, 0)
    bench.next()
    bench.choose(bench.setup.device.list, row_of(bench, "sdc"))
    bench.setup.go(Step.LOOK)
    assert bench.setup.step is Step.DEVICE


def test_a_source_that_is_changed_keeps_its_tls_files():
    tls = SdcTlsConfig(key="key.pem", cert="cert.pem", ca="ca.pem")
    transport = SdcTransport(kind="sdc", epr=EPR, address="https://10.20.0.9:6464/x", tls=tls)
    source = SourceConfig(name="bed 1 monitor", driver="sdc", bed="7B-01", transport=transport)
    assert "Line settings" not in dict(sections(Sdc.info))
    assert draft_of(source, SerialSettings()).source(Sdc.info) == source
    assert transport_text(source) == EPR
