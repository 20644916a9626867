"""`decode DRIVER FILE`: a captured byte file as JSON lines."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from io import BufferedReader
from pathlib import Path
from typing import Any, cast

from drivers import registry
from drivers.driver import Driver, Output
from drivers.observation import UNITS, DeviceAlert, Vital
from drivers.transport.capture import (
    FIRST_LINE,
    CaptureError,
    is_capture,
    is_hex_listing,
    read_capture,
    read_hex_listing,
)

_CHUNK = 256
"""Bytes read at once: few, so that alerts stand near the values they came with."""

_LOOK = 4096
"""Bytes by which the kind of a file is told."""


def add_parser(subparsers: Any) -> None:
    """Describe the command's arguments."""
    parser = subparsers.add_parser(
        "decode",
        help="show what a captured byte file says, as JSON lines",
        description="Decode bytes captured from a device, raw, in hexadecimal or as a timed capture, into one JSON "
        "object a line.",
    )
    parser.add_argument("driver", metavar="DRIVER", help=", ".join(registry.names()))
    parser.add_argument("file", metavar="FILE", help="captured bytes; - reads standard input")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the values, the alerts and a last line of counts. Returns 2 when driver or file are no good."""
    try:
        driver = registry.create(args.driver, {})
    except registry.DriverError as error:
        return _refuse(str(error))
    try:
        with _opened(args.file) as file:
            for data, elapsed in _pieces(file):
                _print(driver.step(data, elapsed))
    except CaptureError as error:
        return _refuse(f"{args.file}: {error}")
    except OSError as error:
        if isinstance(error, BrokenPipeError):
            raise
        return _refuse(f"{args.file}: cannot be read: {error.strerror}")
    _print(driver.finish())
    print(json.dumps(_counts(driver)))
    return 0


def _opened(name: str) -> AbstractContextManager[BufferedReader]:
    if name == "-":
        return nullcontext(cast(BufferedReader, sys.stdin.buffer))
    return Path(name).open("rb")


def _pieces(reader: BufferedReader) -> Iterator[tuple[bytes, float]]:
    """The device's bytes and the seconds at which they came, 0 throughout when the file does not tell."""
    if is_capture(reader.peek(len(FIRST_LINE))[: len(FIRST_LINE)]):
        for entry in read_capture(reader):
            if entry.received:
                yield entry.data, entry.seconds
        return
    beginning = reader.peek(_LOOK)[:_LOOK]
    if is_hex_listing(beginning.rpartition(b"\n")[0] or beginning):
        for data in read_hex_listing(reader):
            yield data, 0.0
        return
    while data := reader.read(_CHUNK):
        yield data, 0.0


def _print(output: Output) -> None:
    for vital in output.vitals:
        print(json.dumps(_vital(vital)))
    for alert in output.alerts:
        print(json.dumps({"alert": _alert(alert)}))


def _vital(vital: Vital) -> dict[str, object]:
    return {
        "parameter": vital.parameter.value,
        "value": vital.value,
        "unit": UNITS[vital.parameter],
        "status": vital.status.value,
        "device_time": vital.device_time.isoformat() if vital.device_time else None,
        "label": vital.site,
    }


def _alert(alert: DeviceAlert) -> dict[str, object]:
    return {
        "code": alert.code,
        "text": alert.text,
        "active": alert.active,
        "priority": alert.priority.value,
        "parameter": alert.parameter.value if alert.parameter else None,
    }


def _counts(driver: Driver) -> dict[str, int]:
    counters = driver.counters
    return {"frames_good": counters.good, "frames_bad": counters.bad, "bytes_skipped": counters.skipped}


def _refuse(text: str) -> int:
    print(f"ward-console decode: {text}", file=sys.stderr)
    return 2
