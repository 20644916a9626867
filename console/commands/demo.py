"""`ward-console demo`: the console on a simulated ward."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from console.commands.screen import Screen, duration, open_screen

ALONE_S = 60.0
"""Without a display the demonstration runs so long and leaves pictures."""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Arguments of `demo`."""
    parser = commands.add_parser("demo", help="the console on a simulated ward")
    parser.add_argument("--beds", type=int, default=16, metavar="N", help="1 to 64 (16)")
    parser.add_argument("--speed", type=float, default=30.0, metavar="X", help="how much faster time runs (30)")
    parser.add_argument("--seconds", type=duration, metavar="S", help="end by itself after so many real seconds")
    parser.add_argument("--screenshots", type=Path, metavar="DIR", help="save every page as PNG before ending")
    parser.add_argument("--data-dir", type=Path, metavar="DIR", help="keep the record here (thrown away otherwise)")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run the demonstration. 2 for numbers out of range."""
    if not 1 <= arguments.beds <= 64:
        print(f"ward-console demo: --beds {arguments.beds}: 1 to 64", file=sys.stderr)
        return 2
    if not 1 <= arguments.speed <= 600:
        print(f"ward-console demo: --speed {arguments.speed:g}: 1 to 600", file=sys.stderr)
        return 2
    screen = open_screen(arguments.seconds, arguments.screenshots, ALONE_S)
    if screen is None:
        return 1
    return run_demo(screen, arguments.beds, arguments.speed, arguments.data_dir)


def run_demo(screen: Screen, beds: int, speed: float, data_dir: Path | None) -> int:
    """Start the simulated ward, show it, and take it down."""
    from console.demo.ward import NURSE, DemoError, DemoWard
    from console.store.errors import StoreError

    try:
        ward = DemoWard(beds, speed, data_dir)
    except (DemoError, StoreError) as error:
        print(f"ward-console demo: {error}", file=sys.stderr)
        return 1
    try:
        ward.start()
        screen(ward.station.link(), ward.station.desks, user=NURSE)
    finally:
        ward.stop()
    return 0
