"""A configured source on a real pseudo-terminal: values, cable out and in, unreadable bytes, orderly end."""

from __future__ import annotations

import os
import threading
import time
import tty
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from console.acquisition.linelog import LineLog
from console.acquisition.source import SourceThread, serial_settings
from console.clock import SystemClock
from console.config import ConfigError, SerialTransport, parse_config
from console.engine.items import DeviceReport, Samples
from console.engine.plan import first_views
from console.station import Station
from console.ward.source import SourceState
from drivers.driver import FrameCounters, Output
from drivers.observation import DeviceAlert, Parameter, Status, Vital
from drivers.transport.reconnect import Reception


def line(spo2: int | None, pulse: int | None) -> bytes:
    """A Rad-8 line (the test's own words for the documented format)."""
    text = (
        f"11/22/26 09:30:00 SN=0000012345 SPO2={'---' if spo2 is None else f'{spo2:03d}'}%"
        f" BPM={'---' if pulse is None else f'{pulse:03d}'} PI=02.40% SPCO=--.-% SPMET=--.-% DESAT=--"
        f" PIDELTA=+-- ALARM=0000 EXC={'000820' if spo2 is None else '000800'}\r\n"
    )
    return text.encode()


class Port:
    """A cable whose device end is a pseudo-terminal behind a stable name."""

    def __init__(self, name: Path) -> None:
        self.name = name
        self.master = -1
        self.plug()

    def plug(self) -> None:
        self.master, slave = os.openpty()
        tty.setraw(slave)
        with suppress(FileNotFoundError):
            self.name.unlink()
        self.name.symlink_to(os.ttyname(slave))
        os.close(slave)

    def pull(self) -> None:
        os.close(self.master)
        self.name.unlink()
        self.master = -1

    def close(self) -> None:
        if self.master >= 0:
            os.close(self.master)

    def send(self, data: bytes) -> None:
        os.write(self.master, data)


@pytest.fixture
def port(tmp_path: Path) -> Iterator[Port]:
    made = Port(tmp_path / "usb-oximeter")
    yield made
    made.close()


def config_for(port: Path) -> str:
    return f"""
[ward]
beds = ["7B-01"]
[[source]]
name = "oximeter"
driver = "masimo_ascii1"
bed = "7B-01"
transport = {{ kind = "serial", port = "{port}" }}
"""


def wait_for(condition: Callable[[], object], seconds: float = 5.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.002)


class Reader:
    def __init__(self, port: Path, text: str = "", clock: SystemClock | None = None) -> None:
        config = parse_config(text or config_for(port))
        self.items: list = []
        self.clock = clock or SystemClock()
        self.thread = SourceThread(
            config.source[0], first_views(config)[0], lambda i: self.items.append(i) or True, self.clock
        )
        self.thread.start()

    @property
    def values(self) -> list[tuple[Parameter, float | None]]:
        found = [s for i in self.items if isinstance(i, Samples) for s in i.samples]
        return [(s.observation.parameter, s.observation.value) for s in found]

    @property
    def state(self) -> SourceState:
        return self.thread.view().state


@pytest.fixture
def reader(port: Port) -> Iterator[Reader]:
    made = Reader(port.name)
    yield made
    made.thread.ask_to_stop()
    made.thread.join(5)


def test_values_arrive_stamped_under_their_bed(port, reader):
    before = reader.clock.now()
    wait_for(lambda: reader.state is not SourceState.CONNECTING)
    port.send(line(97, 72))
    wait_for(lambda: len(reader.values) >= 2)
    assert (Parameter.SPO2, 97.0) in reader.values
    assert (Parameter.PR, 72.0) in reader.values
    sample = next(i for i in reader.items if isinstance(i, Samples)).samples[0]
    assert (sample.bed, sample.observation.source) == ("7B-01", "oximeter")
    assert before <= sample.observation.stamp <= reader.clock.now()
    assert sample.observation.measured_at == sample.observation.received_at
    view = reader.thread.view()
    assert (view.state, view.good, view.bad, view.bytes_in) == (SourceState.CONNECTED, 1, 0, len(line(97, 72)))


def test_a_byte_is_at_the_engine_in_a_few_milliseconds(port, reader):
    wait_for(lambda: reader.state is SourceState.CONNECTED)
    waits = []
    for value in range(60, 100):
        count = len(reader.values)
        sent = time.perf_counter()
        port.send(line(97, value))
        wait_for(lambda known=count: len(reader.values) > known)
        waits.append(time.perf_counter() - sent)
    assert sorted(waits)[len(waits) // 2] < 0.05


def test_no_data_from_the_device_is_said(port, reader):
    wait_for(lambda: reader.state is SourceState.CONNECTED)
    port.send(line(None, None))
    wait_for(lambda: reader.values)
    sample = next(i for i in reader.items if isinstance(i, Samples)).samples[0]
    assert (sample.observation.value, sample.observation.status) == (None, Status.UNAVAILABLE)
    assert all(isinstance(i, Samples | DeviceReport) for i in reader.items)


def test_a_pulled_cable_is_one_loss_and_the_same_bed_comes_back(port, reader):
    wait_for(lambda: reader.state is SourceState.CONNECTED)
    port.send(line(97, 72))
    wait_for(lambda: reader.values)
    port.pull()
    wait_for(lambda: reader.state is SourceState.LOST, 3)
    assert reader.thread.view().last_error
    port.plug()
    count = len(reader.values)

    def talking() -> bool:
        port.send(line(96, 73))
        time.sleep(0.05)
        return len(reader.values) > count

    wait_for(talking, 5)
    view = reader.thread.view()
    assert (view.state, view.reconnects, view.last_error) == (SourceState.CONNECTED, 1, "")
    assert reader.values[-1][1] in (96.0, 73.0, 2.4)


def test_bytes_the_driver_cannot_read_are_named(port, reader):
    wait_for(lambda: reader.state is SourceState.CONNECTED)
    port.send(b"\x81\x13\x99 something else \r\n" * 60)
    wait_for(lambda: reader.state is SourceState.MALFORMED)
    assert reader.values == []
    port.send(b"\r\n" + line(97, 72))
    wait_for(lambda: reader.state is SourceState.CONNECTED)


def test_a_port_that_is_not_there_is_a_state_and_its_thread_ends_when_told(tmp_path):
    reader = Reader(tmp_path / "nothing")
    wait_for(lambda: reader.state is SourceState.LOST)
    assert "nothing" in reader.thread.view().last_error
    started = time.monotonic()
    reader.thread.ask_to_stop()
    reader.thread.join(5)
    assert time.monotonic() - started < 1
    assert not [t for t in threading.enumerate() if t.name == "source oximeter"]


def test_line_settings_left_out_are_those_of_the_device():
    own = serial_settings("masimo_ascii1", SerialTransport(kind="serial", port="/dev/x"))
    assert own.baud == 9600
    assert serial_settings("masimo_ascii1", SerialTransport(kind="serial", port="/dev/x", baud=19200)).baud == 19200


def test_settings_a_driver_does_not_know_stop_the_station_in_words(tmp_path, port):
    text = config_for(port.name) + 'settings = { colour = "blue" }\n'
    with pytest.raises(ConfigError, match=r"source 'oximeter': .*colour"):
        Station(parse_config(text), tmp_path)


def test_the_whole_way_from_the_port_to_picture_record_and_alarm(port, tmp_path):
    """Scoreboard row 5: cable out, grey within 5 s, one technical alarm within 10 s, back by itself."""
    station = Station(parse_config(config_for(port.name)), tmp_path)
    link = station.link()
    station.start()
    try:
        wait_for(lambda: link.snapshot().sources[0].state is SourceState.CONNECTED)
        port.send(line(97, 72))
        wait_for(lambda: link.snapshot().bed("7B-01").reading(Parameter.SPO2))
        sent = time.monotonic()
        assert link.snapshot().bed("7B-01").reading(Parameter.SPO2).value == 97
        port.pull()
        wait_for(lambda: link.snapshot().bed("7B-01").reading(Parameter.SPO2).liveness.value == "late", 5)
        wait_for(lambda: link.snapshot().bed("7B-01").alarms, 10)
        assert time.monotonic() - sent < 10
        (alarm,) = link.snapshot().bed("7B-01").alarms
        assert alarm.condition.text == "Connection lost – oximeter"
        port.plug()

        def back() -> bool:
            port.send(line(95, 70))
            time.sleep(0.1)
            bed = link.snapshot().bed("7B-01")
            return not bed.alarms and bed.reading(Parameter.SPO2).value == 95

        wait_for(back, 6)
        assert [t.change.value for t in link.drain()] == ["onset", "clear"]
    finally:
        station.stop()


def test_a_value_that_leaps_without_a_checksum_is_doubted_until_it_comes_again(port, reader):
    def told() -> list[tuple[float | None, Status]]:
        found = [s.observation for i in reader.items if isinstance(i, Samples) for s in i.samples]
        return [(o.value, o.status) for o in found if o.parameter is Parameter.SPO2]

    wait_for(lambda: reader.state is SourceState.CONNECTED)
    for number, value in enumerate((97, 87, 97, 80, 79), start=1):
        port.send(line(value, 72))
        wait_for(lambda count=number: len(told()) == count)
    valid, doubted = Status.VALID, Status.QUESTIONABLE
    assert told() == [(97.0, valid), (87.0, doubted), (97.0, valid), (80.0, doubted), (79.0, valid)]


def test_a_reading_whose_age_the_device_tells_is_dated_back(port, reader):
    reading = Vital(Parameter.NIBP_SYS, 121.0, Status.QUESTIONABLE, age_s=240.0)
    stamp = reader.clock.now()
    # Twice: without a checksum a cuff reading is taken when it has come again.
    for _ in range(2):
        reader.thread.received(Reception(stamp, Output((reading,)), 0, FrameCounters()))
    (taken,) = [s.observation for i in reader.items if isinstance(i, Samples) for s in i.samples]
    assert (taken.received_at - taken.measured_at).total_seconds() == 240.0


def test_a_monitor_that_freezes_with_its_link_up_is_told_within_ten_seconds_and_once(port, tmp_path):
    """Scoreboard row 7, with real seconds: from the last byte to the alarm that a screen gets."""
    station = Station(parse_config(config_for(port.name)), tmp_path)
    link = station.link()
    station.start()
    try:
        wait_for(lambda: link.snapshot().sources[0].state is SourceState.CONNECTED)
        port.send(line(97, 72))
        sent = time.monotonic()
        wait_for(lambda: link.snapshot().bed("7B-01").reading(Parameter.SPO2))
        while time.monotonic() < sent + 9.0:
            assert link.snapshot().bed("7B-01").alarms == ()
            assert link.snapshot().bed("7B-01").reading(Parameter.SPO2).liveness.value == "live"
            time.sleep(0.1)
        wait_for(lambda: link.snapshot().bed("7B-01").alarms, 3)
        assert time.monotonic() - sent <= 10.0
        assert link.snapshot().bed("7B-01").reading(Parameter.SPO2).liveness.value == "late"
        assert link.snapshot().sources[0].state is SourceState.SILENT
        port.send(line(96, 72))
        wait_for(lambda: not link.snapshot().bed("7B-01").alarms)
        assert [t.change.value for t in link.drain()] == ["onset", "clear"]
    finally:
        station.stop()


def test_a_dialogue_that_does_not_come_about_is_the_last_error_while_it_stands(port):
    text = config_for(port.name).replace("masimo_ascii1", "dri_s5")
    reader = Reader(port.name, text, SystemClock(60.0))
    try:
        wait_for(lambda: reader.state in (SourceState.CONNECTED, SourceState.SILENT))
        wait_for(lambda: reader.thread.view().last_error)
        view = reader.thread.view()
        assert view.state in (SourceState.CONNECTED, SourceState.SILENT)
        assert "answer" in view.last_error
        assert reader.thread.line().error == view.last_error
        assert [c for c in reader.thread.line().chunks if not c.received], "what the console asked is shown"
        assert reader.values == []
    finally:
        reader.thread.retire()
        assert reader.thread.join(5)


def test_a_stopped_source_opens_nothing_and_says_so(port):
    reader = Reader(port.name, config_for(port.name) + "enabled = false\n")
    assert reader.state is SourceState.STOPPED
    assert not reader.thread.running
    assert reader.thread.line().state is SourceState.STOPPED


def test_a_retired_source_hands_on_nothing_more_and_the_next_waits_for_its_line(port, reader):
    wait_for(lambda: reader.state is SourceState.CONNECTED)
    port.send(line(97, 72))
    wait_for(lambda: reader.values)
    config, count = parse_config(config_for(port.name)), len(reader.items)
    reader.thread.retire()
    port.send(line(11, 72))
    next_items: list = []
    after = SourceThread(
        config.source[0],
        first_views(config)[0],
        lambda i: next_items.append(i) or True,
        reader.clock,
        [reader.thread],
    )
    after.start()
    try:
        wait_for(lambda: after.view().state is SourceState.CONNECTED)
        assert not reader.thread.running
        assert len(reader.items) == count
        port.send(line(95, 72))
        wait_for(lambda: next_items)
        assert reader.thread.view().last_error == ""
    finally:
        after.retire()
        after.join(5)


class StuckLink:
    """A link whose read hangs until it is released, and then brings a line after all."""

    name = "stuck"

    def __init__(self, released: threading.Event, reading: threading.Event) -> None:
        self._released, self._reading = released, reading
        self.closed = False

    def read(self, timeout: float) -> bytes:
        self._reading.set()
        self._released.wait(10)
        return line(11, 72)

    def write(self, data: bytes) -> None:
        """Nothing answers."""

    def close(self) -> None:
        self.closed = True


def test_what_a_hanging_line_brings_after_its_source_was_retired_reaches_nobody(port, monkeypatch):
    released, reading = threading.Event(), threading.Event()
    links: list[StuckLink] = []

    def hanging(_config):
        return lambda: links.append(StuckLink(released, reading)) or links[-1]

    monkeypatch.setattr("console.acquisition.source.opener", hanging)
    stuck = Reader(port.name)
    monkeypatch.undo()
    assert reading.wait(5)
    stuck.thread.retire()
    config = parse_config(config_for(port.name))
    items: list = []
    following = SourceThread(
        config.source[0], first_views(config)[0], lambda i: items.append(i) or True, stuck.clock, [stuck.thread]
    )
    following.start()
    try:
        assert not stuck.thread.join(1.5)
        assert following.view().state is SourceState.CONNECTING, "the line was opened while another thread had it"
        released.set()
        assert stuck.thread.join(5)
        assert links[0].closed
        said = Output((Vital(Parameter.SPO2, 11),), (DeviceAlert("spo2_low", "low"),))
        stuck.thread.received(Reception(stuck.clock.now(), said, 1, FrameCounters()))
        assert stuck.items == []
        wait_for(lambda: following.view().state is SourceState.CONNECTED)
        port.send(line(95, 72))
        wait_for(lambda: items)
    finally:
        released.set()
        following.retire()
        following.join(5)


@pytest.mark.parametrize(("interval", "pace", "silent_after"), [(1.0, 1.0, 5.0), (5.0, 1.0, 12.5), (1.0, 30.0, 60.0)])
def test_a_line_is_silent_by_its_interval_and_in_a_fast_demonstration_by_real_seconds(interval, pace, silent_after):
    now = [100.0]
    log = LineLog(interval, lambda: now[0], pace=pace)
    log.connected(100.0, 1)
    now[0] = 100.0 + silent_after
    assert log.view(traffic=False).state is SourceState.CONNECTED
    now[0] += 0.1
    assert log.view(traffic=False).state is SourceState.SILENT
