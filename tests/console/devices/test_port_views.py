"""Which source is on a port: told by the adapter's own serial number, or by the name where it has none."""

from __future__ import annotations

import pytest

from console.config import Config
from console.devices import port_views as module
from drivers.transport.ports import SerialPort


def config(port: str, adapter: str) -> Config:
    transport = {"kind": "serial", "port": port, "adapter": adapter}
    source = {"name": "bed 1 oximeter", "driver": "masimo_ascii1", "bed": "01", "transport": transport}
    return Config.model_validate({"ward": {"beds": ["01"]}, "source": [source]})


def listed(monkeypatch: pytest.MonkeyPatch, *ports: SerialPort) -> None:
    monkeypatch.setattr(module, "list_ports", lambda: ports)


def port(device: str, adapter: str, serial_number: str) -> SerialPort:
    return SerialPort(port=device, device=device, adapter=adapter, serial_number=serial_number)


def test_an_adapter_is_known_by_its_serial_number_whatever_it_is_called_now(monkeypatch: pytest.MonkeyPatch) -> None:
    listed(monkeypatch, port("/dev/ttyUSB7", "0403:6001:A50285BI", "A50285BI"))
    (view,) = module.port_views(config("/dev/ttyUSB0", "0403:6001:A50285BI"))
    assert view.used_by == "bed 1 oximeter"


def test_adapters_without_a_number_of_their_own_are_told_apart_by_their_names(monkeypatch: pytest.MonkeyPatch) -> None:
    twins = [port(f"/dev/ttyUSB{number}", "1a86:7523:", "") for number in (0, 1)]
    listed(monkeypatch, *twins)
    views = {view.device: view.used_by for view in module.port_views(config("/dev/ttyUSB0", "1a86:7523:"))}
    assert views == {"/dev/ttyUSB0": "bed 1 oximeter", "/dev/ttyUSB1": ""}
