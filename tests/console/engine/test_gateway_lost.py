"""A gateway that is gone is one medium alarm for the ward, within ten seconds of its closed line, until it is heard."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from console.acquisition.feed import Feed
from console.acquisition.listeners import ListenerThread
from console.alarms.alarm import Presence, Priority
from console.alarms.technical_gateway import GatewayWatch
from console.clock import VirtualClock
from console.config import parse_config
from console.engine.items import Item
from console.engine.plan import first_views
from console.store.records import Restored
from console.ui.alarm_list import alarm_list
from console.ward.source import SourceState
from drivers.observation import Parameter
from hl7.builder import OruTemplate
from hl7.sender import MllpSender
from tests.console.engine.conftest import Ward
from tests.console.ward_fakes import patient, utc

HR = Parameter.HR
BEDS = [f"7B-{n:02d}" for n in range(1, 17)]
CONFIG = f"""
[ward]
beds = {BEDS}
[[hl7_listener]]
name = "gateway"
port = 0
plain = true
interval_s = 4
timezone = "UTC"
beds = {{ {", ".join(f'"ICU^^{n}" = "{bed}"' for n, bed in enumerate(BEDS, 1))} }}
"""


class ServedWard:
    """A ward of sixteen beds behind a real listener, with its time in the test's hands."""

    def __init__(self, restored: Restored | None = None) -> None:
        config = parse_config(CONFIG)
        self.ward = Ward(restored, config)
        self.clock = VirtualClock(self.ward.now)
        store, occupancy = self.ward.store, self.ward.core.occupancy
        feed = Feed(config.hl7_listener[0], first_views(config)[0], store, self.take, self.clock, occupancy)
        self.listeners = ListenerThread([(config.hl7_listener[0], feed)], self.clock.utc)
        self.listeners.start()
        self.control = 0
        self.items: list[Item] = []
        for index, bed in enumerate(BEDS):
            self.ward.core.beds[bed].alarms.admit(patient(bed, f"P{index}"), now=self.ward.now)

    def take(self, item: Item) -> bool:
        self.items.append(item)
        return True

    def connect(self) -> MllpSender:
        address = self.listeners.address("gateway")
        assert address is not None
        return MllpSender(*address, timeout_s=5)

    def send(self, sender: MllpSender, *beds: str) -> None:
        """A heart rate of each bed, through the socket into the ward."""
        for bed in beds or BEDS:
            self.control += 1
            message = OruTemplate([HR], location=f"ICU^^{BEDS.index(bed) + 1}", patient_id=f"P{BEDS.index(bed)}")
            assert sender.send(message.fill({HR: 72}, self.clock.utc(), str(self.control)))[0].code == "AA"
        waiting, self.items = self.items, []
        for item in waiting:
            self.ward.core.handle(item, self.ward.now, utc(self.ward.now))

    def run(self, seconds: float) -> None:
        for _ in range(round(seconds)):
            self.ward.now += 1
            self.clock.advance_to(self.ward.now)
            self.ward.core.tick(self.ward.now, utc(self.ward.now), 0.0, self.listeners.views())

    def closed(self) -> None:
        """Wait until the listener has seen that nobody is connected."""
        end = time.monotonic() + 5
        while self.listeners.views()[0].connections:
            assert time.monotonic() < end
            time.sleep(0.005)

    @property
    def own(self) -> list[tuple[str, Priority]]:
        there = (a for a in self.ward.snapshot().alarms if a.presence is Presence.ACTIVE)
        return [(a.condition.text, a.priority) for a in there]

    @property
    def at_beds(self) -> list[Priority]:
        return [a.priority for bed in self.ward.snapshot().beds for a in bed.alarms if ":data:" in a.condition.key]


LOST = [("Gateway lost – gateway", Priority.MEDIUM)]


@pytest.fixture
def served() -> Iterator[ServedWard]:
    made = ServedWard()
    yield made
    made.listeners.stop()


def test_a_closed_line_is_one_alarm_within_ten_seconds_and_ends_with_a_message(served: ServedWard) -> None:
    with served.connect() as sender:
        for _ in range(12):
            served.send(sender)
            served.run(4)
        assert served.own == []
        served.send(sender)
    served.closed()
    served.run(8)
    assert served.own == []
    served.run(2)
    assert served.own == LOST, "not told within ten seconds"
    served.run(300)
    assert served.own == LOST
    assert served.at_beds == [Priority.LOW] * 16, "sixteen more alarms with one cause"
    listed = alarm_list(served.ward.snapshot())
    shown = [(a.bed, a.condition.text) for a in listed.chips if a.condition.key.startswith("technical:data")]
    assert shown == []
    assert ("", "Gateway lost – gateway") in [(a.bed, a.condition.text) for a in listed.chips]
    with served.connect() as sender:
        served.run(5)
        assert served.own == LOST, "a line that is back and says nothing is not back"
        served.send(sender, *BEDS[:1])
        served.run(1)
    assert served.own == []
    assert served.at_beds == [Priority.MEDIUM] * 15, "a bed that stays silent has its own alarm"


def test_a_sender_that_opens_a_line_for_every_message_is_judged_by_its_messages(served: ServedWard) -> None:
    for _ in range(15):
        with served.connect() as sender:
            served.send(sender)
        served.closed()
        served.run(4)
        assert served.own == []
    served.run(5)
    assert served.own == []
    served.run(1)
    assert served.own == LOST, "not told ten seconds after its last message"


def test_a_gateway_that_was_lost_before_a_restart_is_lost_until_it_is_heard(served: ServedWard) -> None:
    with served.connect() as sender:
        served.send(sender)
        served.run(1)
    served.closed()
    served.run(20)
    standing = [a for a in served.ward.snapshot().alarms if a.presence is Presence.ACTIVE]
    again = ServedWard(Restored(alarms=tuple(standing)))
    again.run(5)
    assert again.own == LOST
    with again.connect() as sender:
        again.send(sender)
        again.run(1)
        assert again.own == []
    again.listeners.stop()


@pytest.mark.parametrize(("interval", "limit"), [(1.0, 9.5), (4.0, 10.0), (60.0, 150.0)])
def test_silence_is_judged_by_the_rate_of_the_feed(interval: float, limit: float) -> None:
    watch = GatewayWatch("g", 0.0)
    watch.look(0.0, 0, interval, 0.0, occupied=True)
    watch.look(0.0, 0, interval, limit - 0.1, occupied=True)
    assert watch.cause == ""
    watch.look(0.0, 0, interval, limit, occupied=True)
    assert watch.cause == "silent"
    condition = watch.condition(1)
    assert condition is not None
    assert condition.detail == "no message arrives; 1 bed"


def test_a_gateway_never_heard_is_missed_once_somebody_lies_at_its_beds() -> None:
    watch = GatewayWatch("g", 0.0)
    watch.look(None, 0, 4.0, 3600.0, occupied=False)
    assert watch.cause == ""
    watch.look(None, 0, 4.0, 3600.0, occupied=True)
    assert watch.cause == "silent"
    watch.look(3601.0, 0, 4.0, 3601.0, occupied=True)
    assert watch.cause == ""


def test_a_sender_that_gives_up_keeping_its_line_is_not_lost_after_every_message() -> None:
    watch = GatewayWatch("g", 0.0)
    for now in range(0, 40):
        watch.look(float(now), 1, 60.0, float(now), occupied=True)
    causes = set()
    for now in range(40, 50):
        watch.look(39.0, 0, 60.0, float(now), occupied=True)
        causes.add(watch.cause)
    assert causes == {"", "closed"}
    for now in range(50, 200):
        watch.look(50.0 + (now - 50) // 30 * 30, 0, 60.0, float(now), occupied=True)
        assert watch.cause == ""


def test_a_listener_that_cannot_listen_says_that_instead() -> None:
    ward = Ward(config=parse_config(CONFIG))
    (view,) = first_views(parse_config(CONFIG))
    ward.sources = (replace(view, state=SourceState.LOST, last_error="address in use", interval_s=4.0),)
    ward.core.beds["7B-01"].alarms.admit(patient(), now=ward.now)
    ward.run(60)
    texts = [a.condition.text for a in ward.snapshot().alarms]
    assert texts == ["HL7 listener not working – gateway"]
