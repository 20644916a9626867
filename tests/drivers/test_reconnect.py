"""The loop that keeps a device connected."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from drivers import registry
from drivers.driver import Driver, DriverSettings, FrameCounters, Output
from drivers.masimo.driver import MasimoAscii1
from drivers.transport.link import Link, LinkError, OpenLink
from drivers.transport.nullmodem import null_modem
from drivers.transport.reconnect import BackOff, Reception, run
from drivers.transport.replay import open_replay
from tests.drivers.encoders import masimo_line

QUICK = BackOff(0.01, 0.05)


class Recorder:
    """A sink that remembers."""

    def __init__(self) -> None:
        self.events: list[tuple[str, object]] = []
        self.receptions: list[Reception] = []

    def connected(self, stamp: float, connections: int) -> None:
        self.events.append(("connected", connections))

    def received(self, reception: Reception) -> None:
        self.receptions.append(reception)

    def lost(self, stamp: float, reason: str) -> None:
        self.events.append(("lost", reason))

    def still_down(self, stamp: float, reason: str) -> None:
        self.events.append(("still_down", reason))

    def kinds(self) -> list[str]:
        return [kind for kind, _ in self.events]


def wait_for(condition: Callable[[], object], seconds: float = 5.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "nothing happened in time"
        time.sleep(0.005)


@contextmanager
def running(
    open_link: OpenLink,
    sink: Recorder,
    new_driver: Callable[[], Driver] | None = None,
    back_off: BackOff = QUICK,
    now: Callable[[], float] = time.monotonic,
) -> Iterator[threading.Event]:
    stop = threading.Event()
    factory = new_driver or (lambda: registry.create("masimo_ascii1", {}))
    thread = threading.Thread(target=run, args=(open_link, factory, sink, stop, now, back_off))
    thread.start()
    yield stop
    stop.set()
    thread.join(2.0)
    assert not thread.is_alive()


class Cables:
    """Hands out null modems, one after the other; keeps the device's ends."""

    def __init__(self) -> None:
        self.ends: list[Link] = []
        self.refusal: str | None = None
        self.attempts = 0

    def open(self) -> Link:
        self.attempts += 1
        if self.refusal is not None:
            raise LinkError(self.refusal)
        near, far = null_modem()
        self.ends.append(far)
        return near


def test_values_and_counts_arrive_and_stopping_is_quick() -> None:
    cables, sink = Cables(), Recorder()
    with running(cables.open, sink) as stop:
        wait_for(lambda: cables.ends)
        cables.ends[0].write(b"noise\r\n" + masimo_line())
        wait_for(lambda: sink.receptions)
        start = time.monotonic()
        stop.set()
    assert time.monotonic() - start < 0.4
    last = sink.receptions[-1]
    assert [vital.value for vital in last.output.vitals] == [97.0, 80.0, 4.96]
    assert (last.frames, last.bytes_in) == (FrameCounters(1, 0, 5), 7 + len(masimo_line()))
    assert sink.events == [("connected", 1)]


def test_an_outage_is_told_once_and_counts_go_on_over_the_new_link() -> None:
    cables, sink = Cables(), Recorder()
    with running(cables.open, sink):
        wait_for(lambda: cables.ends)
        cables.ends[0].write(masimo_line(0) + masimo_line(1)[:50])
        wait_for(lambda: sink.receptions)
        cables.refusal = "port 1: gone"
        cables.ends[0].close()
        wait_for(lambda: cables.attempts > 6)
        assert sink.kinds() == ["connected", "lost", "still_down"]
        cables.refusal = None
        wait_for(lambda: len(cables.ends) == 2)
        cables.ends[1].write(masimo_line(2))
        wait_for(lambda: sink.receptions[-1].frames.good == 2)
    assert sink.receptions[-1].frames == FrameCounters(2, 1, 0)
    assert sink.events[2:] == [("still_down", "port 1: gone"), ("connected", 2)]


def test_a_port_missing_from_the_start_is_told_once() -> None:
    cables, sink = Cables(), Recorder()
    cables.refusal = "no such port"
    with running(cables.open, sink):
        wait_for(lambda: cables.attempts > 5)
    assert sink.events == [("lost", "no such port")]


def test_a_port_that_opens_and_dies_again_and_again_is_one_outage() -> None:
    cables, sink = Cables(), Recorder()

    def open_dead() -> Link:
        near = cables.open()
        cables.ends[-1].close()
        return near

    with running(open_dead, sink):
        wait_for(lambda: cables.attempts > 5)
    assert sink.kinds() == ["lost"]


def test_a_silent_link_counts_as_connected_after_a_second() -> None:
    cables, sink = Cables(), Recorder()
    with running(cables.open, sink):
        wait_for(lambda: sink.events)
    assert sink.events == [("connected", 1)]


def test_waiting_doubles_up_to_the_cap() -> None:
    assert [BackOff(0.1, 2.0).delay(n) for n in (1, 2, 3, 5, 6, 1000)] == [0.1, 0.2, 0.4, 1.6, 2.0, 2.0]


def test_an_unplugged_port_costs_next_to_no_processor_time() -> None:
    cables, sink = Cables(), Recorder()
    cables.refusal = "no such port"
    with running(cables.open, sink, back_off=BackOff()):
        start, used = time.monotonic(), time.process_time()
        time.sleep(1.0)
        share = (time.process_time() - used) / (time.monotonic() - start)
    assert share < 0.05


def test_a_capture_ends_the_run_and_its_last_line_counts(tmp_path: Path) -> None:
    path = tmp_path / "lines.bin"
    path.write_bytes(masimo_line(0) + masimo_line(1)[:-2])
    sink = Recorder()
    run(lambda: open_replay(path, 1e6), lambda: registry.create("masimo_ascii1", {}), sink, threading.Event())
    assert sink.receptions[-1].frames == FrameCounters(2, 0, 0)
    assert sink.kinds() == ["connected", "lost"]


class FaultyDriver(MasimoAscii1):
    """Somebody else's driver with a fault."""

    def step(self, data: bytes, elapsed: float) -> Output:
        if b"BOOM" in data:
            raise KeyError("boom")
        return super().step(data, elapsed)


def test_a_driver_that_raises_is_a_lost_link_and_gets_a_new_start() -> None:
    cables, sink = Cables(), Recorder()
    with running(cables.open, sink, lambda: FaultyDriver(DriverSettings())):
        wait_for(lambda: cables.ends)
        cables.ends[0].write(b"BOOM")
        wait_for(lambda: len(cables.ends) == 2)
        cables.ends[1].write(masimo_line())
        wait_for(lambda: sink.receptions)
    assert sink.events[0] == ("connected", 1)
    assert sink.events[1] == ("lost", "the driver masimo_ascii1 failed: KeyError: 'boom'")
    with pytest.raises(LinkError):
        cables.ends[0].read(0.0)


def test_elapsed_time_follows_the_clock_that_is_given() -> None:
    seen: list[float] = []

    class Watcher(MasimoAscii1):
        def step(self, data: bytes, elapsed: float) -> Output:
            seen.append(elapsed)
            return super().step(data, elapsed)

    cables, sink, stop = Cables(), Recorder(), threading.Event()
    engine = iter([float(n) for n in range(0, 10_000, 10)])
    thread = threading.Thread(
        target=run, args=(cables.open, lambda: Watcher(DriverSettings()), sink, stop, lambda: next(engine))
    )
    thread.start()
    wait_for(lambda: len(seen) >= 3)
    stop.set()
    thread.join()
    assert seen[:3] == [10.0, 20.0, 30.0]


class Polite(MasimoAscii1):
    """A driver that says goodbye."""

    def finish(self) -> Output:
        super().finish()
        return Output(send=b"goodbye")


def test_the_device_hears_a_farewell_when_the_console_goes_and_not_when_the_link_was_lost() -> None:
    near, far = null_modem()
    links = [far]
    sink = Recorder()
    with running(lambda: links.pop(), sink, lambda: Polite(DriverSettings())):
        near.write(masimo_line())
        wait_for(lambda: sink.kinds() == ["connected"])
    assert near.read(1.0) == b"goodbye"
    near.close()

    near, far = null_modem()
    written: list[bytes] = []
    far.write = written.append  # type: ignore[method-assign]
    links = [far]
    sink = Recorder()
    with running(lambda: links.pop() if links else _refuse(), sink, lambda: Polite(DriverSettings())):
        near.write(masimo_line())
        wait_for(lambda: sink.kinds() == ["connected"])
        near.close()
        wait_for(lambda: "lost" in sink.kinds())
    assert written == []


def _refuse() -> Link:
    raise LinkError("there is no such port")
