"""A line looked at before it is saved: bytes, values, alerts, counts and sentences, over real pseudo-terminals."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from console.acquisition import linelog
from console.config import SourceConfig
from console.devices.preview import LivePreview
from console.ward.source import SourceState
from drivers.driver import DeviceState, SerialSettings
from drivers.observation import Parameter
from drivers.transport import reconnect
from drivers.transport.serial_link import open_serial
from tests.console.devices.bedside import Bedside, simulator, wait_for
from tests.drivers.fake_adapters import Kind, Machine
from tests.drivers.terminals import Terminal

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs pseudo-terminals")

STATE = DeviceState({Parameter.SPO2: 97, Parameter.PR: 72, Parameter.PERFUSION_INDEX: 4.1})


@pytest.fixture
def cable(tmp_path: Path) -> Iterator[Terminal]:
    terminal = Terminal(tmp_path / "port")
    yield terminal
    terminal.unplug()


@pytest.fixture(autouse=True)
def _settled_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """A silent link counts as connected after a tenth of its second."""
    monkeypatch.setattr(reconnect, "SETTLED_S", 0.1)


@pytest.fixture
def look(cable: Terminal) -> Iterator[Callable[..., LivePreview]]:
    """Opens previews of the cable; they are ended with the test."""
    opened: list[LivePreview] = []

    def open_one(driver: str = "masimo_ascii1", **changes: Any) -> LivePreview:
        values = {"transport": {"kind": "serial", "port": cable.name}, **changes}
        opened.append(LivePreview(SourceConfig(name="?", driver=driver, bed="", **values)))
        return opened[-1]

    yield open_one
    for preview in opened:
        assert preview.end(2.0)


def test_bytes_and_values_are_seen_side_by_side(cable: Terminal, look: Callable[..., LivePreview]) -> None:
    device = Bedside(cable.near, simulator("masimo_ascii1", STATE))
    preview = look()
    wait_for(lambda: preview.view().good >= 2)
    device.close()
    view = preview.view()
    assert view.state is SourceState.CONNECTED
    assert view.error == ""
    assert {heard.vital.parameter: heard.vital.value for heard in view.vitals} == STATE.vitals
    said = b"".join(chunk.data for chunk in view.chunks if chunk.received)
    assert said.count(b"SPO2=097%") == view.good
    assert len(said) == view.bytes_in
    assert view.bad == view.skipped == 0
    assert all(0 <= heard.seconds <= view.seconds for heard in view.vitals)


def test_a_conversation_is_seen_in_both_directions(cable: Terminal, look: Callable[..., LivePreview]) -> None:
    device = Bedside(cable.near, simulator("capnostream"))
    preview = look("capnostream")
    wait_for(lambda: bool(preview.view().vitals))
    device.close()
    sent = b"".join(chunk.data for chunk in preview.view().chunks if not chunk.received)
    assert sent
    assert bytes(device.heard).startswith(sent[:4])


def test_only_the_newest_of_each_value_is_kept(cable: Terminal, look: Callable[..., LivePreview]) -> None:
    preview = look()
    wait_for(lambda: preview.view().state is not SourceState.CONNECTING)
    device = simulator("masimo_ascii1", STATE)
    os.write(cable.near, device(b"", 0.0))
    wait_for(lambda: preview.view().good == 1)
    device = simulator("masimo_ascii1", DeviceState({Parameter.SPO2: 91}))
    os.write(cable.near, device(b"", 0.0))
    wait_for(lambda: preview.view().good == 2)
    values = {heard.vital.parameter: heard.vital.value for heard in preview.view().vitals}
    assert values == {Parameter.SPO2: 91, Parameter.PR: None, Parameter.PERFUSION_INDEX: None}


def test_alerts_of_the_device_come_and_go(cable: Terminal, look: Callable[..., LivePreview]) -> None:
    preview = look()
    wait_for(lambda: preview.view().state is not SourceState.CONNECTING)
    off = DeviceState(dict(STATE.vitals), sensor_off=frozenset(STATE.vitals))
    os.write(cable.near, simulator("masimo_ascii1", off)(b"", 0.0))
    wait_for(lambda: [alert.code for alert in preview.view().alerts] == ["sensor_off"])
    os.write(cable.near, simulator("masimo_ascii1", STATE)(b"", 0.0))
    wait_for(lambda: preview.view().alerts == ())


def test_another_language_is_told_as_malformed(cable: Terminal, look: Callable[..., LivePreview]) -> None:
    device = Bedside(cable.near, lambda heard, elapsed: b"\0\xf8\x80" * 30)
    preview = look()
    wait_for(lambda: preview.view().state is SourceState.MALFORMED)
    device.close()
    assert preview.view().chunks


def test_a_silent_line_is_told_as_silent(look: Callable[..., LivePreview], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linelog, "SILENT_S", 1.0)  # the 2.5 intervals of this device are longer
    preview = look()
    wait_for(lambda: preview.view().state is SourceState.CONNECTED)
    began = time.monotonic()
    wait_for(lambda: preview.view().state is SourceState.SILENT)
    assert 1.4 < time.monotonic() - began < 4.0


def test_a_pulled_cable_keeps_its_bytes_but_no_value_and_comes_back(
    cable: Terminal, look: Callable[..., LivePreview]
) -> None:
    device = Bedside(cable.near, simulator("masimo_ascii1", STATE))
    preview = look()
    wait_for(lambda: bool(preview.view().vitals))
    device.close()
    cable.unplug()
    wait_for(lambda: preview.view().state is SourceState.LOST)
    assert "unplugged" in preview.view().error or "no such port" in preview.view().error
    assert preview.view().vitals == ()
    assert preview.view().chunks
    cable.plug()
    device = Bedside(cable.near, simulator("masimo_ascii1", STATE))
    wait_for(lambda: bool(preview.view().vitals))
    assert preview.view().state is SourceState.CONNECTED
    assert preview.view().error == ""
    assert preview.view().seconds < 5.0
    device.close()


def test_what_cannot_be_opened_says_why_and_is_tried_on(cable: Terminal, look: Callable[..., LivePreview]) -> None:
    preview = look(transport={"kind": "serial", "port": cable.name + "2"})
    wait_for(lambda: preview.view().state is SourceState.LOST)
    assert "there is no such port; is the adapter plugged in?" in preview.view().error
    second = Terminal(Path(cable.name + "2"))
    wait_for(lambda: preview.view().state is SourceState.CONNECTED)
    preview.end(1.0)
    second.unplug()


@pytest.mark.parametrize(
    ("driver", "settings", "sentence"),
    [("nothing", {}, "'nothing' is not a driver"), ("dri_s5", {"alarm": True}, "'alarm' is not a known setting")],
)
def test_a_driver_or_setting_that_is_not_there_is_told(
    driver: str, settings: dict[str, Any], sentence: str, look: Callable[..., LivePreview]
) -> None:
    preview = look(driver, settings=settings)
    wait_for(lambda: preview.view().state is SourceState.LOST)
    assert sentence in preview.view().error


def test_closing_returns_at_once_and_frees_the_port(cable: Terminal, look: Callable[..., LivePreview]) -> None:
    preview = look()
    wait_for(lambda: preview.view().state is SourceState.CONNECTED)
    began = time.monotonic()
    preview.close()
    preview.close()
    assert time.monotonic() - began < 0.05
    assert preview.end(1.0)
    assert preview.view().state is SourceState.STOPPED
    open_serial(cable.name, SerialSettings()).close()


def test_a_replayed_capture_can_be_looked_at_and_its_end_is_told(
    tmp_path: Path, look: Callable[..., LivePreview]
) -> None:
    device = simulator("masimo_ascii1", STATE)
    (tmp_path / "raw").write_bytes(b"".join(device(b"", float(second)) for second in range(3)))
    replayed = {"kind": "replay", "file": str(tmp_path / "raw"), "bytes_per_second": 4000}
    preview = look(transport=replayed)
    wait_for(lambda: "played to its end" in preview.view().error)
    assert preview.view().good == 3


def test_many_views_from_another_thread_never_disturb_the_line(
    cable: Terminal, look: Callable[..., LivePreview]
) -> None:
    device = Bedside(cable.near, lambda heard, elapsed: b"noise" * 3)
    preview = look()
    faults: list[str] = []

    def watch() -> None:
        for _ in range(300):
            view = preview.view()
            seconds = [chunk.seconds for chunk in view.chunks]
            if seconds != sorted(seconds) or max(seconds, default=0.0) > view.seconds:
                faults.append("bytes out of their order in time")

    watchers = [threading.Thread(target=watch) for _ in range(3)]
    for watcher in watchers:
        watcher.start()
    for watcher in watchers:
        watcher.join()
    device.close()
    assert not faults


def test_a_pinned_adapter_is_asked_for_in_a_preview_too(tmp_path: Path) -> None:
    machine = Machine(tmp_path / "machine")
    plugged = machine.plug(Kind(serial="A50285BI"))
    source = SourceConfig(
        name="?",
        driver="masimo_ascii1",
        bed="",
        transport={"kind": "serial", "port": plugged.device, "adapter": "1:2:3"},
    )
    preview = LivePreview(source)
    wait_for(lambda: preview.view().state is SourceState.LOST)
    assert "the adapter of this source (1:2:3) is not there" in preview.view().error
    assert preview.end(2.0)
    machine.close()


def test_values_carry_the_time_of_the_device(cable: Terminal, look: Callable[..., LivePreview]) -> None:
    preview = look()
    wait_for(lambda: preview.view().state is not SourceState.CONNECTING)
    os.write(cable.near, simulator("masimo_ascii1", STATE)(b"", 5.0))
    wait_for(lambda: bool(preview.view().vitals))
    assert preview.view().vitals[0].vital.device_time == datetime(2026, 1, 1, 0, 0, 5)
