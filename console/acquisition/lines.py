"""The line of a source: how it is opened, and whether two sources name the same one."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from console.config import ReplayTransport, SdcTransport, SerialTransport, SourceConfig, TcpTransport
from drivers import registry
from drivers.driver import SerialSettings
from drivers.transport.link import OpenLink
from drivers.transport.replay import open_replay
from drivers.transport.sdc_link import SdcAddress, SdcTls, open_sdc
from drivers.transport.serial_link import open_serial
from drivers.transport.tcp import open_tcp

LineKey = tuple[str, ...]


def opener(config: SourceConfig) -> OpenLink:
    """What opens the link of a source; settings left out are those the device leaves the factory with. A port that is
    pinned to an adapter is opened with that adapter behind it alone."""
    transport = config.transport
    match transport:
        case SerialTransport():
            settings = serial_settings(config.driver, transport)
            return lambda: open_serial(transport.port, settings, transport.adapter)
        case TcpTransport():
            return lambda: open_tcp(transport.host, transport.port)
        case ReplayTransport():
            return lambda: open_replay(Path(transport.file), transport.bytes_per_second, transport.repeat)
        case SdcTransport():
            files = transport.tls
            tls = None if files is None else SdcTls(files.key, files.cert, files.ca)
            where = SdcAddress(transport.epr, transport.interface or "", transport.address or "", tls)
            return lambda: open_sdc(where)


def serial_settings(driver: str, transport: SerialTransport) -> SerialSettings:
    """The line settings of the driver's device with what the configuration changes."""
    names = ("baud", "bytesize", "parity", "stopbits", "rtscts", "xonxoff")
    chosen: Mapping[str, Any] = {n: getattr(transport, n) for n in names if getattr(transport, n) is not None}
    return replace(registry.info(driver).serial, **chosen)


def line_key(config: SourceConfig) -> LineKey | None:
    """The same for two sources on one line, whatever names they use for it; None for a replayed file, which any number
    may read."""
    transport = config.transport
    match transport:
        case SerialTransport():
            return "serial", os.path.realpath(transport.port)
        case TcpTransport():
            return "tcp", transport.host.casefold(), str(transport.port)
        case SdcTransport():
            return "sdc", transport.epr.casefold()
        case ReplayTransport():
            return None
