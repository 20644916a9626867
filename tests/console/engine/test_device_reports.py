"""Alarms and heartbeats of gateways, over real sockets into the ward: told with their step, missed when they stop."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from console.acquisition.heartbeats import MAXIMUM, Heartbeats
from console.alarms.alarm import Priority
from console.alarms.technical_gateway import GatewayWatch
from console.link.snapshot import BedSnapshot
from console.ward.reported import ReportedState
from console.ward.source import Heartbeat
from drivers.observation import AlertPriority
from hl7.sender import MllpSender
from tests.console.engine.test_gateway_lost import ServedWard
from tests.hl7.messages import join

BED = "7B-01"
HEARTBEAT_LOST = [("Gateway heartbeat lost – gateway", Priority.MEDIUM)]
ACKNOWLEDGED_WITHIN_S = 5.0


@pytest.fixture
def served() -> Iterator[ServedWard]:
    made = ServedWard()
    yield made
    made.listeners.stop()


class Gateway:
    """Sends on one connection; what arrives is in the ward when `send` returns."""

    def __init__(self, served: ServedWard, sender: MllpSender) -> None:
        self.served = served
        self.sender = sender
        self.number = 0
        self.slowest = 0.0

    def send(self, message: bytes) -> None:
        begun = time.perf_counter()
        code = self.sender.send(message)[0].code
        self.slowest = max(self.slowest, time.perf_counter() - begun)
        assert code in ("AA", "CA")
        ward = self.served.ward
        waiting, self.served.items = self.served.items, []
        for item in waiting:
            ward.core.handle(item, ward.now, self.served.clock.utc())

    @property
    def time(self) -> str:
        return f"{self.served.clock.utc():%Y%m%d%H%M%S}+0000"

    def live(self, seconds: int) -> None:
        """The ward goes on, and values with it."""
        for _ in range(seconds):
            self.served.run(1)
            self.served.send(self.sender, BED)

    def alarm(
        self, phase: str, priority: str = "PH", *, event: str = "196670^MDC_EVT_LO", place: str = "1.3.1"
    ) -> None:
        self.number += 1
        self.send(
            join(
                f"MSH|^~\\&|EGW|MINDRAY|||{self.time}||ORU^R40^ORU_R40|A{self.number}|P|2.6|||AL|NE",
                "PID|||P0", "PV1||I|ICU^^1", "OBR|1|||196616^MDC_EVT_ALARM^MDC",
                f"OBX|1|CWE|196616^MDC_EVT_ALARM^MDC|{place}.1|{event}^MDC|||{priority}~SP|||F",
                f"OBX|2|NM|150456^MDC_PULS_OXIM_SAT_O2^MDC|{place}.2|81|262688^MDC_DIM_PERCENT^MDC|90-100||||F",
                f"OBX|3|ST|68481^MDC_ATTR_EVENT_PHASE^MDC|{place}.3|{phase}||||||F",
            )
        )  # fmt: skip

    def draeger(self) -> None:
        self.number += 1
        self.send(
            join(
                f"MSH|^~\\&|SDC|Draeger|||{self.time}||ORU^R40^ORU_R40|H{self.number}|P|2.6|||AL|NE", "OBR|1",
                "OBX|1|CWE|196616^MDC_EVT_ALARM^MDC|1.0.0.0.1|258047^MDC_EVT_ACTIVE^MDC|||PN~ST|||F",
            )
        )  # fmt: skip

    def pds(self, kind: str, *rows: str) -> None:
        self.send(join(f"MSH|^~\\&|||||||ORU^R01|{kind}|P|2.3.1|", *rows))

    @property
    def bed(self) -> BedSnapshot:
        found = self.served.ward.snapshot().bed(BED)
        assert found is not None
        return found

    @property
    def shown(self) -> list[tuple[str, AlertPriority, str, ReportedState]]:
        return [(r.alert.text, r.alert.priority, r.alert.phase, r.state) for r in self.bed.device_alerts]


@pytest.fixture
def gateway(served: ServedWard) -> Iterator[Gateway]:
    with served.connect() as sender:
        yield Gateway(served, sender)


LOW_81 = "SpO2 low 81"


def test_an_alarm_of_a_gateway_is_told_with_its_step_and_is_none_of_ours(gateway: Gateway) -> None:
    gateway.alarm("start", "PM")
    assert gateway.shown == [(LOW_81, AlertPriority.MEDIUM, "start", ReportedState.PRESENT)]
    gateway.alarm("escalate")
    assert gateway.shown == [(LOW_81, AlertPriority.HIGH, "escalate", ReportedState.PRESENT)]
    assert [a for a in gateway.bed.alarms if "low 81" in a.condition.text] == []
    gateway.alarm("end")
    assert gateway.shown == []


def test_an_alarm_whose_end_never_comes_is_not_present_for_ever(served: ServedWard, gateway: Gateway) -> None:
    gateway.alarm("start")
    for _ in range(3):
        gateway.live(30)
        gateway.alarm("continue")
    gateway.live(74)
    assert gateway.shown == [(LOW_81, AlertPriority.HIGH, "continue", ReportedState.PRESENT)]
    gateway.live(2)
    assert gateway.shown == [(LOW_81, AlertPriority.HIGH, "continue", ReportedState.NO_END)]


def test_what_a_pds_list_holds_no_more_is_over(gateway: Gateway) -> None:
    gateway.pds("103", "PID|||P0", "PV1||I|ICU^^1")
    high, low = "OBX||CE|1|1|10003^***Asystole||||||F", "OBX||CE|3|1|10076^*T1 Too Low||||||F"
    technical = "OBX||CE|3|2|10110^ECG LEAD OFF||||||F"
    gateway.pds("54", high, low)
    gateway.pds("56", technical)
    assert gateway.shown[0][0] == "***Asystole"
    assert {text for text, *_ in gateway.shown} == {"***Asystole", "ECG LEAD OFF", "*T1 Too Low"}
    gateway.pds("54", low)
    assert {text for text, *_ in gateway.shown} == {"ECG LEAD OFF", "*T1 Too Low"}
    gateway.pds("54")
    gateway.pds("56")
    assert gateway.shown == []


def test_nothing_reported_of_a_patient_stands_under_the_next_ones_name(gateway: Gateway) -> None:
    gateway.alarm("start")
    gateway.served.ward.core.beds[BED].forget_values()
    gateway.served.run(1)
    assert gateway.shown == []


@pytest.mark.parametrize("kind", ["draeger", "pds"])
def test_a_heartbeat_that_stops_is_one_alarm_in_time_and_ends_with_the_next(
    served: ServedWard, gateway: Gateway, kind: str
) -> None:
    def beat() -> None:
        gateway.draeger() if kind == "draeger" else gateway.pds("106")

    for _ in range(5):
        beat()
        gateway.live(5)
        assert served.own == []
    beat()
    gateway.live(9)
    assert served.own == [], "told although it may be one late heartbeat"
    gateway.live(1)
    assert served.own == HEARTBEAT_LOST, "not told within ten seconds"
    beat()
    served.run(1)
    assert served.own == []
    assert gateway.slowest < ACKNOWLEDGED_WITHIN_S


def test_values_that_go_on_do_not_stand_for_a_heartbeat(served: ServedWard, gateway: Gateway) -> None:
    for _ in range(4):
        gateway.draeger()
        served.run(5)
    for _ in range(3):
        served.send(gateway.sender)
        served.run(4)
    assert served.own == HEARTBEAT_LOST
    assert Priority.MEDIUM not in served.at_beds


def test_a_sender_that_connects_again_and_beats_is_not_missed(served: ServedWard) -> None:
    for _ in range(2):
        with served.connect() as sender:
            gateway = Gateway(served, sender)
            for _ in range(4):
                gateway.draeger()
                gateway.live(5)
    assert served.own == []
    with served.connect() as sender:
        Gateway(served, sender).live(5)
    assert served.own == HEARTBEAT_LOST


def test_a_sender_with_a_line_for_every_heartbeat_is_followed_where_its_interval_is_configured() -> None:
    for configured, seen in ((None, 0), (5.0, 1)):
        heartbeats = Heartbeats(configured)
        for number in range(6):
            heartbeats.beat(number, "10.0.0.5", 5.0 * number)
        assert len(heartbeats.view()) == seen


def test_heartbeats_of_many_lines_are_kept_apart_and_bounded() -> None:
    heartbeats = Heartbeats()
    for round_ in range(4):
        for number in range(MAXIMUM + 50):
            heartbeats.beat(number + round_ * (MAXIMUM + 50) if number >= 16 else number, "10.0.0.5", 60.0 * round_)
    assert len(heartbeats.view()) <= MAXIMUM
    steady = Heartbeats()
    for second in range(0, 50, 10):
        for number in range(16):
            steady.beat(number, "10.0.0.5", second + number / 10)
    assert [round(beat.interval_s) for beat in steady.view()] == [10] * 16


def test_a_feed_that_never_sent_a_heartbeat_is_not_asked_for_one(served: ServedWard, gateway: Gateway) -> None:
    for _ in range(6):
        served.send(gateway.sender)
        served.run(4)
    assert served.own == []


@pytest.mark.parametrize("interval", [1.0, 5.0, 12.0, 60.0])
def test_no_false_alarm_at_nine_tenths_of_the_limit_and_none_later_than_the_limit(interval: float) -> None:
    limit = max(10.0, 2 * interval)
    for trial in range(250):
        offset = trial / 250
        watch = GatewayWatch("gateway", 0.0)
        told: list[float] = []
        for second in range(round(limit) + 2):
            now = second + offset
            watch.look(now, 1, 60.0, now, occupied=True, heartbeats=[Heartbeat("10.0.0.5", 0.0, interval)])
            if watch.condition(1) is not None:
                told.append(now)
        assert min(told) > 0.9 * limit
        assert min(told) <= limit
