"""The engine on its thread, with a real store: pictures, transitions, commands, restart."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from console.alarms.alarm import Change
from console.clock import SystemClock
from console.config import parse_config
from console.engine.engine import Engine
from console.engine.items import Samples
from console.link.commands import Acknowledge, Admit
from console.link.inprocess import NO_ENGINE, InProcessLink
from console.link.link import Link
from console.rules import load_rules
from console.store.records import HistoryFilter, Sample
from console.store.sql_store import open_store
from drivers.observation import Observation, Parameter, Status
from tests.console.engine.conftest import CONFIG
from tests.console.ward_fakes import MemoryStore, patient

HR, CUFF = Parameter.HR, Parameter.NIBP_SYS


def wait_for(condition: Callable[[], object], seconds: float = 5.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.002)


class Running:
    """An engine with its link and clock."""

    def __init__(self, store, speed: float = 1.0) -> None:
        self.store = store
        self.clock = SystemClock(speed)
        self.engine = Engine(parse_config(CONFIG), store, self.clock, load_rules())
        self.link: InProcessLink = self.engine.link()
        self.engine.start()

    def send(self, parameter: Parameter, value: float, bed: str = "7B-01") -> None:
        utc = self.clock.utc()
        value_at = Observation(parameter, value, Status.VALID, "monitor", utc, utc, self.clock.now())
        self.engine.put(Samples((Sample(bed, value_at),)))

    def shown(self, parameter: Parameter, bed: str = "7B-01") -> float | None:
        reading = self.link.snapshot().bed(bed).reading(parameter)
        return reading and reading.value


@pytest.fixture
def running() -> Iterator[Running]:
    made = Running(MemoryStore())
    yield made
    made.engine.stop()


def test_the_link_is_a_link(running):
    link: Link = running.link
    assert link.snapshot().name == "Ward 7B"
    assert abs(link.now() - time.time()) < 1


def test_a_value_is_shown_within_a_tenth_of_a_second(running):
    waits = []
    for value in range(60, 90):
        sent = time.perf_counter()
        running.send(HR, value)
        wait_for(lambda wanted=value: running.shown(HR) == wanted)
        waits.append(time.perf_counter() - sent)
    assert sorted(waits)[len(waits) // 2] < 0.1


def test_the_picture_is_renewed_every_second_even_when_nothing_happens(running):
    first = running.link.snapshot().system.engine_stamp
    wait_for(lambda: running.link.snapshot().system.engine_stamp > first + 0.5, 3)


def test_an_alarm_without_delay_is_out_at_once_and_in_order(running):
    sent = time.perf_counter()
    running.send(CUFF, 215)
    found: list = []
    wait_for(lambda: found.extend(running.link.drain()) or found)
    assert time.perf_counter() - sent < 0.25
    assert [t.change for t in found] == [Change.ONSET]
    assert running.link.drain() == []
    wait_for(lambda: running.link.snapshot().bed("7B-01").alarms)


def test_a_delay_that_ends_between_two_ticks_is_not_kept_waiting():
    store = MemoryStore()
    running = Running(store, speed=10)  # 30 s of delay in 3 s
    try:
        start = running.clock.now()
        found: list = []
        while running.clock.now() < start + 60 and not found:
            running.send(HR, 150)
            time.sleep(0.02)
            found = [t for t in running.link.drain() if t.change is Change.ONSET]
        assert found[0].stamp - start == pytest.approx(30, abs=2.5)
        assert found[0].stamp >= start + 30
    finally:
        running.engine.stop()


def test_every_screen_gets_every_transition(running):
    other = running.engine.link()
    running.send(CUFF, 215)
    wait_for(lambda: running.link.snapshot().bed("7B-01").alarms)
    assert len(running.link.drain()) == len(other.drain()) == 1


def test_a_hundred_screens_answer_one_alarm_and_one_wins(running):
    running.send(CUFF, 215)
    wait_for(lambda: running.link.snapshot().bed("7B-01").alarms)
    (alarm,) = running.link.snapshot().bed("7B-01").alarms
    start = threading.Barrier(20)
    replies: list = []

    def nurse(number: int) -> None:
        start.wait()
        futures = [running.link.submit(Acknowledge(alarm.id, alarm.version, f"N{number}-{i}", "s")) for i in range(5)]
        replies.extend(f.result(timeout=5) for f in futures)

    threads = [threading.Thread(target=nurse, args=(n,)) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(replies) == 100
    assert sum(reply.error == "" for reply in replies) == 1
    assert sum(t.change is Change.ACKNOWLEDGE for t in running.store.transitions) == 1


def test_a_stopped_engine_refuses_commands_in_words():
    running = Running(MemoryStore())
    running.engine.stop()
    assert running.link.submit(Admit(patient(), "A")).result(timeout=1).error == NO_ENGINE


def test_overload_thins_samples_and_loses_no_alarm(running):
    """Ten times the ward's rate and more, pushed as fast as it goes."""
    running.send(CUFF, 215)
    for number in range(40_000):
        running.send(HR, 60 + number % 20)
    running.send(CUFF, 216)
    wait_for(lambda: running.shown(CUFF) == 216, 20)
    stored = sum(s.observation.parameter is HR for s in running.store.samples)
    wait_for(lambda: running.link.snapshot().system.queue_depth == 0)
    assert stored + running.link.snapshot().system.samples_thinned == 40_000
    assert [t.change for t in running.link.drain() if t.alarm.condition.key == "limit:nibp_sys:high"] == [Change.ONSET]


def test_a_fault_in_one_item_is_a_high_alarm_and_the_next_item_has_its_turn(running, monkeypatch, caplog):
    whole = running.store.put_samples

    def broken(samples) -> None:
        if samples[0].observation.parameter is HR:
            raise RuntimeError("bad day")
        whole(samples)

    monkeypatch.setattr(running.store, "put_samples", broken)
    running.send(HR, 80)
    running.send(CUFF, 120)
    wait_for(lambda: running.shown(CUFF) == 120)
    wait_for(lambda: running.link.snapshot().alarms)
    assert running.link.snapshot().alarms[0].condition.text == "The alarm engine has a fault"
    assert "bad day" in caplog.text


def test_the_ward_is_back_after_a_restart_with_the_real_store(tmp_path: Path):
    store = open_store("sqlite:///ward.db", tmp_path)
    try:
        running = Running(store)
        assert running.link.submit(Admit(patient(), "Nurse A")).result(timeout=5).error == ""
        running.send(CUFF, 215)
        wait_for(lambda: running.link.snapshot().bed("7B-01").alarms)
        (alarm,) = running.link.snapshot().bed("7B-01").alarms
        running.engine.stop()
    finally:
        store.close()
    store = open_store("sqlite:///ward.db", tmp_path)
    try:
        running = Running(store)
        bed = running.link.snapshot().bed("7B-01")
        assert bed.patient.name == "Test, Anna"
        assert [(a.id, a.acknowledged) for a in bed.alarms] == [(alarm.id, None)]
        (restored,) = running.link.drain()
        assert restored.change is Change.RESTORE
        reply = running.link.submit(Acknowledge(alarm.id, bed.alarms[0].version, "Nurse A", "seen")).result(timeout=5)
        assert reply.error == ""
        page = running.link.history(HistoryFilter(), 0, 10).result(timeout=5)
        assert [row.alarm.acknowledged.by for row in page.rows] == ["Nurse A"]
        story = running.link.alarm_story(alarm.id).result(timeout=5)
        assert [t.change for t in story.transitions] == [Change.ONSET, Change.RESTORE, Change.ACKNOWLEDGE]
        running.engine.stop()
    finally:
        store.close()
