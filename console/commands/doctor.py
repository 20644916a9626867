"""`ward-console doctor`: what this machine lacks, and the one line that mends each."""

from __future__ import annotations

import argparse
import ctypes
import ctypes.util
import grp
import os
import platform
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import resources
from console.config import SerialTransport, load_config
from drivers.transport.ports import list_ports, why_not_there

XCB_LIBRARIES = {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
}
"""What Qt's xcb plugin loads, and the Debian 12 package each is in."""

QT_PACKAGES = "libglib2.0-0 libgl1 libegl1 libdbus-1-3 libfontconfig1 libxkbcommon0"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. essential: the console cannot work without it. mend: one line, "" when all is well."""

    what: str
    state: str
    mend: str = ""
    essential: bool = False

    @property
    def good(self) -> bool:
        """Nothing to mend."""
        return not self.mend


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Arguments of `doctor`."""
    parser = commands.add_parser("doctor", help="what this machine lacks, and the one line that mends each")
    parser.add_argument("--config", type=Path, help="also check the database and ports of this configuration")
    parser.add_argument("--data-dir", type=Path, help="where data lives")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print one line a finding; 1 when something essential is missing."""
    findings = list(examine(arguments.config, arguments.data_dir))
    width = max(len(f.what) for f in findings)
    for finding in findings:
        mark = "ok  " if finding.good else ("MEND" if finding.essential else "note")
        print(f"{mark} {finding.what:<{width}}  {finding.state}")
        if finding.mend:
            print(f"     {'':<{width}}  -> {finding.mend}")
    return 1 if any(f.essential and not f.good for f in findings) else 0


def examine(config: Path | None, data_dir: Path | None) -> Iterator[Finding]:
    """Every check in order; a check that itself fails becomes a finding."""
    checks: tuple[Callable[[], Iterator[Finding]], ...] = (
        _python,
        _screen_libraries,
        _display,
        _sound,
        _fonts,
        _serial,
        lambda: _configured_ports(config),
        lambda: _database(config, data_dir),
        lambda: _people(config, data_dir),
    )
    for check in checks:
        try:
            yield from check()
        except (OSError, subprocess.SubprocessError, ImportError, ValueError) as error:
            yield Finding("check", f"failed: {type(error).__name__}: {error}", "report this line", essential=True)


def _python() -> Iterator[Finding]:
    version = platform.python_version()
    good = sys.version_info >= (3, 11)
    yield Finding("Python", version, "" if good else "install Python 3.11 or newer", essential=True)


def _import_elsewhere(module: str) -> str:
    """The last line of the error when a fresh interpreter cannot import it, else ""."""
    done = subprocess.run(
        [sys.executable, "-c", f"import {module}"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )
    return "" if done.returncode == 0 else (done.stderr.strip().splitlines() or ["it died"])[-1]


def _screen_libraries() -> Iterator[Finding]:
    error = _import_elsewhere("PySide6.QtWidgets")
    yield Finding(
        "Qt",
        error or "loads",
        f"apt-get install -y --no-install-recommends {QT_PACKAGES}" if error else "",
        essential=True,
    )
    missing = [package for library, package in XCB_LIBRARIES.items() if not _loads(library)]
    yield Finding(
        "Qt on X11",
        f"lacks {', '.join(missing)}" if missing else "its libraries load",
        f"apt-get install -y --no-install-recommends {' '.join(missing)}" if missing else "",
    )


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _display() -> Iterator[Finding]:
    display = os.environ.get("WAYLAND_DISPLAY") or os.environ.get("DISPLAY")
    mend = "" if display else "log in on a screen; without one, `ward-console demo --seconds 60 --screenshots DIR`"
    yield Finding("Display", display or "none", mend)


def _sound() -> Iterator[Finding]:
    error = _import_elsewhere("PySide6.QtMultimedia")
    if error:
        yield Finding("Alarm sound", error, "apt-get install -y --no-install-recommends libpulse0")
        return
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "from PySide6.QtGui import QGuiApplication as A; a = A([]);"
            "from PySide6.QtMultimedia import QMediaDevices as M; print(len(M.audioOutputs()))",
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "QT_AUDIO_BACKEND": "pulseaudio"},
    )
    count = done.stdout.strip() or "0"
    mend = "start PulseAudio or PipeWire, or plug in a sound device" if count == "0" else ""
    yield Finding("Alarm sound", f"{count} output(s)", mend)


def _fonts() -> Iterator[Finding]:
    fonts = sorted(p.name for p in resources.path("fonts").glob("*.[ot]tf"))
    yield Finding("Fonts", f"{len(fonts)} bundled", "" if fonts else "reinstall the program", essential=True)


def _serial() -> Iterator[Finding]:
    ports = list_ports()
    names = ", ".join(f"{port.port} ({port.description})" for port in ports)
    yield Finding("Serial ports", names or "none seen", "" if ports else "plug in a serial adapter")
    for port in ports:
        if port.problem:
            yield Finding("Serial port", port.device, port.problem)
    if not ports and os.geteuid() != 0:
        member = "dialout" in {grp.getgrgid(g).gr_name for g in os.getgroups()}
        yield Finding(
            "Serial permission",
            "member of dialout" if member else "not a member of dialout",
            "" if member else "sudo usermod -aG dialout $USER, then log in again",
        )


def _configured_ports(config: Path | None) -> Iterator[Finding]:
    if config is None:
        return
    for source in load_config(config).source:
        line = source.transport
        if isinstance(line, SerialTransport):
            problem = why_not_there(line.port, line.adapter)
            yield Finding("Port of a source", f"{source.name}: {line.port}", problem)


def _database(config: Path | None, data_dir: Path | None) -> Iterator[Finding]:
    from console.store.locate import database_url

    yield Finding("SQLite", sqlite3.sqlite_version)
    url = database_url(None, data_dir, config)
    if url.startswith("sqlite:///"):
        folder = Path(url.removeprefix("sqlite:///")).parent
        parent = folder
        while not parent.exists():
            parent = parent.parent
        good = os.access(parent, os.W_OK)
        yield Finding(
            "Database", url, "" if good else f"make {parent} writable for this user, or use --data-dir", essential=True
        )
        free = os.statvfs(parent)
        free_gb = free.f_bavail * free.f_frsize / 1e9
        yield Finding(
            "Free disk", f"{free_gb:.0f} GB", "" if free_gb > 5 else "free some space: a ward takes 4 GB a day"
        )
        return
    yield from _postgresql(url)


def _people(config: Path | None, data_dir: Path | None) -> Iterator[Finding]:
    """A ward that has beds and nobody who can sign in: everybody may do everything under any name."""
    from console.store.errors import DatabaseMissing, SchemaTooOld, StoreError
    from console.store.locate import database_url
    from console.store.people import read_people
    from console.store.upkeep import reading

    if config is None or not load_config(config).ward.beds:
        return
    begin = f"ward-console user add NAME --role administrator --config {config}"
    url = database_url(None, data_dir, config)
    try:
        with reading(url) as engine, engine.connect() as connection, connection.begin():
            count = sum(not record.disabled for record in read_people(connection))
    except (DatabaseMissing, SchemaTooOld):
        count = 0
    except StoreError as error:
        yield Finding("People", f"not known: {error}", "mend the database first")
        return
    state = f"{count} can sign in" if count else "nobody can sign in: everybody may do everything, under any name"
    yield Finding("People", state, "" if count else begin)


def _postgresql(url: str) -> Iterator[Finding]:
    from sqlalchemy import create_engine, text
    from sqlalchemy.exc import SQLAlchemyError

    engine = create_engine(url, connect_args={"connect_timeout": 5})
    try:
        with engine.connect() as connection:
            version = connection.execute(text("show server_version")).scalar_one()
        yield Finding("PostgreSQL", str(version))
    except (SQLAlchemyError, ImportError) as error:
        line = str(error).strip().splitlines()[0]
        yield Finding("PostgreSQL", line, "start the server, or mend [store] url in the configuration", essential=True)
    finally:
        engine.dispose()
