"""Fixtures for every test: nothing may be left behind, and no test touches the user's own data."""

from __future__ import annotations

import gc
import os
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

# A machine that is busy with something else must not fail a property: time is measured by the benchmarks.
settings.register_profile("ward", deadline=None)
settings.load_profile("ward")

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

LONG = (
    "tests/cases", "tests/scenarios", "tests/faults", "tests/console/test_replay_reference", "tests/console/demo",
    "tests/hl7/test_oracle", "tests/hl7/test_malformed", "tests/console/evaluation", "tests/console/test_gateway",
    "tests/console/commands", "tests/console/alerting", "tests/console/devices", "tests/console/store",
    "tests/console/engine", "tests/drivers/test_d",
)  # fmt: skip
"""Files that take long, the longest first."""

REFERENCE = Path(__file__).resolve().parents[2] / "shared"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files first: begun last, they would keep one worker busy after the others have ended."""

    def rank(item: pytest.Item) -> int:
        return next((n for n, start in enumerate(LONG) if item.nodeid.startswith(start)), len(LONG))

    items.sort(key=rank)


@pytest.fixture(scope="session")
def reference() -> Path:
    """Folder of reference data beside the checkout; the test is skipped where there is none."""
    if not REFERENCE.is_dir():
        pytest.skip("no reference data beside the checkout")
    return REFERENCE


@pytest.fixture(autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Configuration and data directories of the user stay untouched."""
    home = tmp_path_factory.mktemp("home")
    for name in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(home))


def _left_threads(before: set[threading.Thread]) -> list[threading.Thread]:
    deadline = time.monotonic() + 2.0
    while True:
        left = [t for t in threading.enumerate() if t not in before and t.is_alive()]
        if not left or time.monotonic() > deadline:
            return left
        time.sleep(0.01)


@pytest.fixture(autouse=True)
def _no_thread_left(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test that leaves a thread running fails, and the thread is named."""
    before = set(threading.enumerate())
    yield
    if "leaves_threads" in request.keywords:
        return
    left = _left_threads(before)
    assert not left, f"threads left running: {[t.name for t in left]}"


@pytest.fixture(autouse=True)
def _no_descriptor_left() -> Iterator[None]:
    """A test that leaves files, sockets or ports open fails (Qt's own event descriptors come with the application)."""
    before = _descriptors()
    yield
    left = _opened_since(before)
    if left:
        # Collecting costs more than most tests: only where a cycle may be what keeps something open.
        gc.collect()
        left = _opened_since(before)
    assert not left, f"descriptors left open: {left}"


def _opened_since(before: dict[str, str]) -> dict[str, str]:
    return {fd: name for fd, name in _descriptors().items() if fd not in before and _counts(name)}


def _descriptors() -> dict[str, str]:
    found = {}
    for fd in Path("/proc/self/fd").iterdir() if sys.platform == "linux" else ():
        try:
            found[fd.name] = str(fd.readlink())
        except OSError:
            continue
    return found


def _counts(name: str) -> bool:
    """Regular files, sockets and terminals count; event descriptors and libraries' caches do not."""
    return not name.startswith(("anon_inode:", "/dev/null", "/dev/urandom", "/usr/", "/memfd:")) and "pipe:" not in name


@pytest.fixture(autouse=True)
def _no_widget_left() -> Iterator[None]:
    """A test that leaves a top-level widget or a running timer behind fails."""
    yield
    if "PySide6.QtWidgets" not in sys.modules:
        return
    from PySide6.QtCore import QCoreApplication, QEvent, QTimer
    from PySide6.QtWidgets import QApplication

    app = QApplication.instance()
    if not isinstance(app, QApplication):
        return
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    if app.topLevelWidgets():
        gc.collect()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    widgets = [w for w in app.topLevelWidgets() if w.isVisible()]
    assert not widgets, f"top-level widgets left open: {widgets}"
    timers = [t for t in app.findChildren(QTimer) if t.isActive()]
    assert not timers, f"timers left running: {timers}"
