"""`gateway`: the engine without a screen."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from pathlib import Path
from types import FrameType
from typing import Any

from console.config import load_config


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
        station = Station(config, args.data_dir, args.db)
        try:
            station.start()
            _say(config.ward.name, station.listens_to())
            ended.wait()
        finally:
            station.stop()
    except StoreError as error:
        print(f"ward-console gateway: {error}", file=sys.stderr)
        return 1
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return 0


def _say(ward: str, sources: list[str]) -> None:
    what = "; ".join(sources) if sources else "no source is configured"
    print(f"ward-console gateway: {ward}: {what}", flush=True)
