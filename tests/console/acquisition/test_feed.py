"""HL7 feeds over real MLLP: stored before acknowledged, once, under the bed the configuration names, or not at all."""

from __future__ import annotations

import gc
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from console.acquisition.feed import Feed
from console.acquisition.listeners import ListenerThread
from console.clock import SystemClock
from console.config import parse_config
from console.engine.items import DeviceReport, PatientSeen, Samples, SourceNote
from console.engine.plan import first_views
from console.station import Station
from console.store.records import ReceiptOutcome
from console.ward.source import Liveness, SourceState
from drivers.observation import Parameter
from hl7.builder import OruTemplate
from hl7.observations import Reading
from hl7.sender import MllpSender
from tests.console.ward_fakes import MemoryStore

HR, SPO2 = Parameter.HR, Parameter.SPO2

CONFIG = """
[ward]
beds = ["7B-01", "7B-02"]
[[hl7_listener]]
name = "gateway"
port = {port}
plain = true
timezone = "UTC"
beds = {{ "ICU^^5" = "7B-01", "ICU^^6" = "7B-02" }}
"""


def oru(
    values: dict, control: str, at: datetime | None = None, location: str = "ICU^^5", patient: str = "4711"
) -> bytes:
    template = OruTemplate(list(values), location=location, patient_id=patient)
    return template.fill(values, at or datetime.now(UTC), control)


class Served:
    """One listener on loopback over a store in memory."""

    def __init__(self, port: int = 0) -> None:
        config = parse_config(CONFIG.format(port=port))
        self.store = MemoryStore()
        self.items: list = []
        self.feed = Feed(
            config.hl7_listener[0],
            first_views(config)[0],
            self.store,
            lambda item: self.items.append(item) or True,
            SystemClock(),
        )
        self.listeners = ListenerThread([(config.hl7_listener[0], self.feed)], SystemClock().utc)
        self.listeners.start()

    @property
    def address(self) -> tuple[str, int]:
        found = self.listeners.address("gateway")
        assert found is not None
        return found

    def send(self, *messages: bytes) -> list[str]:
        """The acknowledgement code of each."""
        with MllpSender(*self.address, timeout_s=5) as sender:
            return [sender.send(message)[0].code for message in messages]

    @property
    def shown(self) -> list[tuple[str, Parameter, float | None]]:
        samples = [s for i in self.items if isinstance(i, Samples) for s in i.samples]
        return [(s.bed, s.observation.parameter, s.observation.value) for s in samples]

    @property
    def view(self):
        return self.listeners.views()[0]


@pytest.fixture
def served() -> Iterator[Served]:
    made = Served()
    yield made
    made.listeners.stop()


def wait_for(condition: Callable[[], object], seconds: float = 5.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.005)


def test_a_message_is_stored_shown_and_acknowledged(served):
    assert served.send(oru({HR: 72, SPO2: 97}, "1")) == ["AA"]
    assert served.shown == [("7B-01", HR, 72.0), ("7B-01", SPO2, 97.0)]
    assert all(item.stored for item in served.items if isinstance(item, Samples))
    assert [s.observation.value for s in served.store.samples] == [72.0, 97.0]
    (receipt,) = served.store.receipts.values()
    assert (receipt.feed, receipt.control_id, receipt.outcome) == ("gateway", "1", ReceiptOutcome.ACCEPTED)
    view = served.view
    assert (view.state, view.good, view.bad) == (SourceState.CONNECTED, 1, 0)
    assert view.last_value_stamp is not None


def test_a_repeated_message_is_acknowledged_alike_and_charted_once(served):
    message = oru({HR: 72}, "1")
    assert served.send(message, message, message) == ["AA", "AA", "AA"]
    assert len(served.store.samples) == 1
    assert len(served.shown) == 1
    assert ("sent twice", 2) in served.view.quarantined


def test_the_same_control_id_with_another_content_is_another_message(served):
    assert served.send(oru({HR: 72}, "1"), oru({HR: 73}, "1")) == ["AA", "AA"]
    assert [value for _, _, value in served.shown] == [72.0, 73.0]


def test_nothing_is_acknowledged_that_could_not_be_stored(served):
    served.store.error = OSError("disk full")
    assert served.send(oru({HR: 72}, "1")) == ["AE"]
    assert served.shown == []
    served.store.error = None
    assert served.send(oru({HR: 72}, "1")) == ["AA"]
    assert len(served.shown) == 1


def test_the_acknowledgement_waits_for_the_record(served, monkeypatch):
    commit: Future[bool] = Future()
    monkeypatch.setattr(served.store, "put_message", lambda receipt, samples, labs=(): commit)
    with socket.create_connection(served.address, 5) as connection:
        connection.sendall(b"\x0b" + oru({HR: 72}, "1") + b"\x1c\r")
        connection.settimeout(0.3)
        with pytest.raises(TimeoutError):
            connection.recv(1)
        assert served.shown == []
        commit.set_result(True)
        connection.settimeout(5)
        assert b"MSA|AA|1" in connection.recv(4096)
    assert len(served.shown) == 1


def test_what_is_stored_is_shown_also_when_its_sender_has_gone_meanwhile(served, monkeypatch):
    waiting: Future[bool] = Future()
    monkeypatch.setattr(served.store, "put_message", lambda receipt, samples, labs=(): waiting)
    with socket.create_connection(served.address) as line:
        line.sendall(b"\x0b" + oru({HR: 72}, "1") + b"\x1c\r")
        wait_for(lambda: waiting._done_callbacks)
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
    time.sleep(0.05)
    waiting.set_result(True)
    wait_for(lambda: served.shown)
    assert served.shown == [("7B-01", HR, 72.0)]
    assert served.view.good == 1


def test_a_message_that_is_over_leaves_nothing_for_the_collector(served, monkeypatch):
    def stored_later(receipt, samples, labs=()):
        future: Future[bool] = Future()
        threading.Timer(0.005, future.set_result, (True,)).start()
        return future

    monkeypatch.setattr(served.store, "put_message", stored_later)
    messages = [oru({HR: 72 + number}, f"M{number}") for number in range(20)]
    gc.collect()
    gc.disable()
    try:
        assert served.send(*messages) == ["AA"] * 20
        alive = sum(type(thing) is Reading for thing in gc.get_objects())
    finally:
        gc.enable()
    assert alive <= 2


def test_values_too_old_to_be_judged_are_stored_and_counted(served):
    now = datetime.now(UTC)
    late, old = now - timedelta(hours=5, minutes=59), now - timedelta(hours=6, minutes=1)
    assert served.send(oru({HR: 72}, "1", late), oru({HR: 73, SPO2: 97}, "2", old)) == ["AA", "AA"]
    assert [s.observation.value for s in served.store.samples] == [72.0, 73.0, 97.0]
    assert dict(served.view.quarantined) == {"older than 6 h, stored only": 2}


def test_an_unknown_location_is_listed_and_never_guessed(served):
    assert served.send(oru({HR: 72}, "1", location="ICU^^9"), oru({HR: 72}, "2", location="ICU^^9")) == ["AA", "AA"]
    assert served.shown == []
    assert served.store.samples == []
    assert len(served.store.receipts) == 2
    view = served.view
    assert view.unknown_locations == ("ICU^^9",)
    assert ("unknown location", 2) in view.quarantined
    assert [i for i in served.items if isinstance(i, SourceNote)] == [
        SourceNote("gateway", "unknown location", "ICU^^9")
    ]


def test_unreadable_and_unsupported_messages_are_kept_counted_and_refused(served):
    assert served.send(b"MSH|^~\\&|A|B|C|D|20261122093000||ORM^O01|7|P|2.6\r") == ["AR"]
    assert served.send(b"MSH|AAAA|A|B|C|D|20261122093000||ORU^R01|8|P|2.6\r") == ["AE"]
    outcomes = {r.outcome for r in served.store.receipts.values()}
    assert outcomes == {ReceiptOutcome.REJECTED, ReceiptOutcome.ERROR}
    assert served.view.bad == 2
    assert sum(count for _, count in served.view.quarantined) == 2
    assert served.send(oru({HR: 72}, "9")) == ["AA"]


def test_values_keep_the_time_they_were_measured(served):
    then = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=20)
    served.send(oru({HR: 72}, "1", at=then))
    (sample,) = served.store.samples
    assert sample.observation.measured_at == then
    assert sample.observation.received_at - then >= timedelta(minutes=20)


def test_a_clock_ahead_is_named_and_its_values_are_not_dated_into_the_future(served):
    for number in range(3):
        served.send(oru({HR: 72}, str(number), at=datetime.now(UTC) + timedelta(minutes=5, seconds=number)))
    observation = served.store.samples[0].observation
    assert observation.measured_at == observation.received_at
    assert observation.device_time is not None
    assert served.view.clock_skew_s == pytest.approx(300, abs=5)
    assert "ahead" in served.view.last_error


@pytest.mark.parametrize(("seconds", "told"), [(9.5, False), (14, True), (-8, False), (-10.5, True)])
def test_a_sender_may_be_ten_seconds_off(served, seconds, told):
    for number in range(3):
        served.send(oru({HR: 72}, str(number), at=datetime.now(UTC) + timedelta(seconds=seconds)))
    assert bool(served.view.clock_skew_s) is told


def test_one_held_up_message_says_nothing_about_the_clock(served):
    now = datetime.now(UTC)
    for number, at in enumerate([now, now - timedelta(minutes=10), now]):
        served.send(oru({HR: 72}, str(number), at=at))
    assert served.view.clock_skew_s == 0.0


def test_the_patient_of_the_feed_is_reported_once(served):
    served.send(oru({HR: 72}, "1"), oru({HR: 73}, "2"), oru({HR: 74}, "3", patient="4712"))
    seen = [(i.bed, i.patient_id, i.source) for i in served.items if isinstance(i, PatientSeen)]
    assert seen == [("7B-01", "4711", "gateway"), ("7B-01", "4712", "gateway")]


def test_an_alert_of_the_monitor_is_shown_as_reported_and_apnoea_is_recognised(served):
    rows = [
        r"MSH|^~\&|G|W|C|H|20261122093000+0000||ORU^R40^ORU_R40|A1|P|2.6",
        "PID|||4711^^^W^MR",
        "PV1||I|ICU^^5",
        "OBR|1|||196616^MDC_EVT_ALARM^MDC|||20261122093000+0000",
        "OBX|1|ST|196614^MDC_EVT_APNEA^MDC|1.0.0.0.1|Apnea||||||F|||20261122093000+0000",
        "OBX|2|ST|68481^MDC_ATTR_EVENT_PHASE^MDC|1.0.0.0.2|start||||||F",
    ]
    assert served.send(("\r".join(rows) + "\r").encode()) == ["AA"]
    (report,) = [i for i in served.items if isinstance(i, DeviceReport)]
    assert (report.bed, report.alert.code, report.alert.active) == ("7B-01", "apnoea", True)
    assert any("Apnea" in text for text in served.view.device_alerts)


def test_a_taken_port_is_a_state_and_is_tried_again():
    with socket.create_server(("127.0.0.1", 0)) as other:
        served = Served(other.getsockname()[1])
        try:
            assert served.view.state is SourceState.LOST
            assert "cannot listen" in served.view.last_error
            other.close()
            wait_for(lambda: served.view.state is SourceState.CONNECTED, 6)
        finally:
            served.listeners.stop()


def test_the_whole_way_from_the_socket_to_the_picture(tmp_path: Path):
    station = Station(parse_config(CONFIG.format(port=0)), tmp_path)
    link = station.link()
    station.start()
    try:
        address = station.acquisition.listening("gateway")
        assert address is not None
        old = datetime.now(UTC) - timedelta(minutes=10)
        with MllpSender(*address, timeout_s=5) as sender:
            assert sender.send(oru({HR: 72.0, SPO2: 97.0}, "1"))[0].code == "AA"
            assert sender.send(oru({HR: 140.0}, "2", at=old, location="ICU^^6"))[0].code == "AA"
        wait_for(lambda: link.snapshot().bed("7B-02").readings)
        snapshot = link.snapshot()
        assert [(r.parameter, r.value, r.liveness) for r in snapshot.bed("7B-01").readings] == [
            (HR, 72.0, Liveness.LIVE),
            (SPO2, 97.0, Liveness.LIVE),
        ]
        # Bed 2 has sent ten minutes old values: kept with their time, not shown as live.
        assert snapshot.bed("7B-02").reading(HR).liveness is Liveness.NO_DATA
        assert snapshot.bed("7B-01").offered_patient_id == "4711"

        def stored(bed: str, start: datetime) -> list[float]:
            trend = link.trend(bed, [HR], start, datetime.now(UTC) + timedelta(seconds=1)).result(timeout=5)
            return list(trend.series[HR].values) if HR in trend.series else []

        assert stored("7B-01", old - timedelta(seconds=5)) == [72.0]
        assert stored("7B-02", old - timedelta(seconds=5)) == [140.0]
    finally:
        station.stop()
