"""The serial ports of this machine as the device page lists them."""

from __future__ import annotations

import os

from console.config import Config, SerialTransport
from console.link.devices import PortView
from drivers.transport.adapters import is_one_of_a_kind
from drivers.transport.ports import SerialPort, list_ports


def port_views(config: Config) -> tuple[PortView, ...]:
    """Every port there is now, with the configured source on it: usable and free ones first."""
    views = [_view(port, _user(port, config)) for port in list_ports()]
    return tuple(sorted(views, key=lambda view: (not view.usable, bool(view.used_by))))


def _view(port: SerialPort, used_by: str) -> PortView:
    return PortView(
        port.port,
        port.device,
        port.description,
        port.serial_number,
        port.adapter,
        port.stable,
        port.usable,
        port.problem,
        used_by,
    )


def _user(port: SerialPort, config: Config) -> str:
    """Name of the source that names this port or its adapter, "" when none does."""
    real = os.path.realpath(port.device)
    for source in config.source:
        line = source.transport
        if isinstance(line, SerialTransport):
            # Adapters without a number of their own are all the same one: only their socket tells them apart.
            pinned = line.adapter == port.adapter and is_one_of_a_kind(port.adapter)
            if pinned or os.path.realpath(line.port) == real:
                return source.name
    return ""
