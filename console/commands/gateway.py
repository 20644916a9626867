"""`gateway`: the engine without a screen."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from pathlib import Path
from types import FrameType
from typing import Any

from console.config import ConfigError, load_config

STEP_S = 0.5
"""A signal is heeded within so many seconds, whichever thread it reaches."""


def add_parser(subparsers: Any) -> None:
    """Describe the command's arguments."""
    parser = subparsers.add_parser(
        "gateway",
        help="run the engine without a screen",
        description="Read the configured sources and HL7 feeds, judge alarms and record everything, without a screen. "
        "SIGTERM or Ctrl+C ends it cleanly.",
    )
    parser.add_argument("--config", metavar="FILE", type=Path, required=True, help="configuration file")
    parser.add_argument("--data-dir", metavar="DIR", type=Path, help="where the record is kept")
    parser.add_argument("--db", metavar="URL", help="database, instead of that of the configuration")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Run until told to end. Returns 0 after SIGTERM or Ctrl+C, 1 when the record or engine cannot be started.
    Raises ConfigError for a configuration that cannot be used."""
    from console.station import Station
    from console.store.errors import StoreError

    config = load_config(args.config)
    ended = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        ended.set()

    before = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        try:
            station = Station(config, args.data_dir, args.db, program="gateway")
        except ConfigError as error:
            place = "" if args.db else f"{args.config}: "
            raise ConfigError(f"{place}{error}") from error
        try:
            station.start()
            _say(config.ward.name, station.listens_to())
            for fault in station.cannot_listen():
                print(f"ward-console gateway: {fault}; it will be tried again", file=sys.stderr, flush=True)
            # In steps: Python runs a handler in this thread alone, and the signal may wake another one.
            while not ended.wait(STEP_S):
                pass
        finally:
            station.stop()
    except StoreError as error:
        print(f"ward-console gateway: {' '.join(str(error).split())}", file=sys.stderr)
        return 1
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return 0


def _say(ward: str, sources: list[str]) -> None:
    what = "; ".join(sources) if sources else "no source is configured"
    print(f"ward-console gateway: {ward}: {what}", flush=True)
