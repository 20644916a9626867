"""`ward-console` without a command: the desktop console."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from platformdirs import user_config_dir

from console.commands.screen import duration, open_screen
from console.config import ConfigError
from console.config_file import ConfigFile

FILE_NAME = "ward.toml"


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Arguments of the desktop console."""
    parser = commands.add_parser("console", help="the desktop console (also without a command)")
    parser.add_argument("--config", type=Path, metavar="FILE", help="configuration file")
    parser.add_argument("--data-dir", type=Path, metavar="DIR", help="where data lives")
    parser.add_argument("--db", metavar="URL", help="database, instead of that of the configuration")
    parser.add_argument("--user", default="", metavar="NAME", help="who is at the screen")
    parser.add_argument("--fullscreen", action="store_true", help="without a window frame")
    parser.add_argument("--seconds", type=duration, metavar="S", help="end by itself")
    parser.add_argument("--screenshots", type=Path, metavar="DIR", help="save every page as PNG before ending")
    parser.set_defaults(run=run)


def config_file(chosen: Path | None) -> Path:
    """The configuration that is read: the one named, else the user's own."""
    return chosen or Path(user_config_dir("ward-console")) / FILE_NAME


def run(arguments: argparse.Namespace) -> int:
    """Show the ward until the window is closed. 1 without a display or when the store cannot be opened."""
    from console.station import Station
    from console.store.errors import StoreError

    path = config_file(arguments.config)
    file = ConfigFile(path, first_run=arguments.config is None)
    screen = open_screen(arguments.seconds, arguments.screenshots)
    if screen is None:
        return 1
    try:
        station = Station(file.config, arguments.data_dir, arguments.db, file=file)
    except ConfigError as error:
        place = f"{path}: " if file.exists and not arguments.db else ""
        raise ConfigError(f"{place}{error}") from error
    except StoreError as error:
        print(f"ward-console: {' '.join(str(error).split())}", file=sys.stderr)
        return 1
    try:
        station.start()
        wants_demo = screen(
            station.link(),
            station.desks,
            user=arguments.user,
            fullscreen=arguments.fullscreen,
            configured=bool(file.config.ward.beds),
            config_file=str(path),
            station_file=station.data_dir / "station.toml",
        )
    finally:
        station.stop()
    if wants_demo:
        from console.commands.demo import run_demo

        return run_demo(screen, beds=16, speed=30.0, data_dir=None)
    return 0
