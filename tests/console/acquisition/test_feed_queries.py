"""Demographic queries over real MLLP: answered in their order on the same connection, and about own beds alone."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from console.acquisition.feed import Feed
from console.acquisition.listeners import ListenerThread
from console.clock import SystemClock
from console.config import parse_config
from console.engine.plan import first_views
from console.link.commands import Admit, Discharge
from console.station import Station
from console.store.records import ReceiptOutcome
from console.ward.occupancy import Occupancy, Occupant
from console.ward.patient import Patient
from hl7.mllp import Framer, wrap
from hl7.reader import Message, read_message
from hl7.sender import MllpSender
from tests.console.acquisition.test_feed import HR, oru
from tests.console.ward_fakes import MemoryStore
from tests.hl7.messages import join
from tests.hl7.test_queries import msh

CONFIG = """
[ward]
beds = ["7B-01", "7B-02", "7B-03"]
[[hl7_listener]]
name = "gateway"
port = 0
plain = true
timezone = "UTC"
beds = { "ICU^^5" = "7B-01", "ICU^^6" = "7B-02" }
"""
ON = "answer_queries = true\n"
PEER = '[[hl7_listener.peer]]\nname = "monitor 5"\naddress = ["127.0.0.1/32"]\nbeds = ["7B-01"]\n'
WARD = Occupancy(
    (Occupant("7B-01", "10003", "Meyer, Anna", "1968-02-14", "F"), Occupant("7B-02", "10004", "Abt, Bo"),
     Occupant("7B-03", "10005", "Cox, Di")),
)  # fmt: skip


def query(criteria: str, modes: str = "") -> bytes:
    return join(msh("QBP^ZV1^QBP_Q21", more=modes), f"QPD|IHE PDQ Query|Tag|{criteria}", "RCP|I")


def exchange(config: str, *messages: bytes, expected: int) -> tuple[list[Message], MemoryStore, dict[str, int]]:
    """Send all in one piece, read so many answers."""
    parsed = parse_config(config)
    listener, store = parsed.hl7_listener[0], MemoryStore()
    feed = Feed(listener, first_views(parsed)[0], store, lambda _: True, SystemClock(), lambda: WARD)
    listeners = ListenerThread([(listener, feed)], SystemClock().utc)
    listeners.start()
    answers: list[bytes] = []
    try:
        address = listeners.address("gateway")
        assert address is not None
        with socket.create_connection(address, timeout=10) as peer:
            peer.sendall(b"".join(wrap(message) for message in messages))
            framer = Framer()
            while len(answers) < expected:
                data = peer.recv(65536)
                assert data
                answers += framer.feed(data)
        return [read_message(answer) for answer in answers], store, dict(listeners.views()[0].quarantined)
    finally:
        listeners.stop()


def told(config: str, criteria: str) -> tuple[str, str]:
    """QAK-2 and the patient of the answer."""
    (said,), _, _ = exchange(config, query(criteria), expected=1)
    person = said.first("PID")
    return said.first("QAK").text(2), person.text(3) if person else ""


@pytest.mark.parametrize(
    ("criteria", "answer"),
    [
        ("@PID.3.1^10003", ("OK", "10003")),
        ("@PV1.3.1^ICU~@PV1.3.3^6", ("OK", "10004")),
        ("@PID.3.1^10003~@PV1.3.1^ICU~@PV1.3.3^5", ("OK", "10003")),
        ("@PID.3.1^10003~@PV1.3.1^ICU~@PV1.3.3^6", ("NF", "")),
        ("@PID.3.1^99999", ("NF", "")),
        ("@PV1.3.1^ELSEWHERE", ("NF", "")),
        ("@PID.3.1^10005", ("NF", "")),
        ("@PID.5.1^Meyer", ("AE", "")),
    ],
)
def test_a_gateway_is_told_of_the_beds_it_speaks_for(criteria: str, answer: tuple[str, str]) -> None:
    assert told(CONFIG + ON, criteria) == answer


@pytest.mark.parametrize(
    ("criteria", "answer"),
    [
        ("@PID.3.1^10003", ("OK", "10003")),
        ("@PID.3.1^10004", ("NF", "")),
        ("@PV1.3.1^ICU~@PV1.3.3^6", ("NF", "")),
    ],
)
def test_a_peer_is_told_of_its_own_beds_alone(criteria: str, answer: tuple[str, str]) -> None:
    assert told(CONFIG + ON + PEER, criteria) == answer


def test_nobody_is_told_anything_unless_the_configuration_says_so() -> None:
    (said,), _, _ = exchange(CONFIG, query("@PID.3.1^10003"), expected=1)
    assert (said.message_type[:3], said.first("MSA").text(1)) == ("ACK", "AR")
    assert b"Meyer" not in said.raw


def test_answers_come_in_the_order_of_the_messages_among_others() -> None:
    messages = [oru({HR: 72}, "A1"), query("@PID.3.1^10003", "|||AL|NE"), oru({HR: 73}, "A2"), query("@PID.3.1^1")]
    answers, _, _ = exchange(CONFIG + ON, *messages, expected=5)
    assert [(said.message_type[:3], said.first("MSA").text(1), said.first("MSA").text(2)) for said in answers] == [
        ("ACK", "AA", "A1"), ("ACK", "CA", "73"), ("RSP", "AA", "73"), ("ACK", "AA", "A2"), ("RSP", "AA", "73"),
    ]  # fmt: skip


def test_who_was_told_of_whom_is_on_record_and_counted() -> None:
    _, store, counted = exchange(CONFIG + ON, query("@PID.3.1^10003"), query("@PID.5.1^x"), expected=2)
    kept = [(receipt.outcome, receipt.reason) for receipt in store.receipts.values()]
    assert kept[0] == (ReceiptOutcome.ACCEPTED, "demographics told: 7B-01")
    assert kept[1][0] is ReceiptOutcome.ERROR
    assert counted["query: demographics told: 7B-01"] == 1


def test_the_same_question_is_answered_as_often_as_it_is_asked() -> None:
    answers, store, _ = exchange(CONFIG + ON, *[query("@PID.3.1^10003")] * 3, expected=3)
    assert [said.first("QAK").text(2) for said in answers] == ["OK"] * 3
    assert len({said.control_id for said in answers}) == 3
    assert len(store.receipts) == 3


def test_a_monitor_is_told_of_who_was_admitted_a_moment_ago(tmp_path: Path) -> None:
    station = Station(parse_config(CONFIG + ON), tmp_path)
    station.start()
    try:
        anna = Patient("10003", "Meyer, Anna", "7B-01", SystemClock().utc(), "1968-02-14", sex="F")
        link = station.link()
        address = station.acquisition.listening("gateway")
        assert address is not None
        with MllpSender(*address, timeout_s=30) as sender:
            assert read_message(sender.send(query("@PV1.3.1^ICU~@PV1.3.3^5"))[0].raw).first("QAK").text(2) == "NF"
            assert not link.submit(Admit(anna, "Nurse A")).result(30).error
            said = read_message(sender.send(query("@PV1.3.1^ICU~@PV1.3.3^5"))[0].raw)
            assert (said.first("QAK").text(2), said.first("PID").text(3)) == ("OK", "10003")
            assert not link.submit(Discharge("7B-01", "Nurse A")).result(30).error
            assert read_message(sender.send(query("@PID.3.1^10003"))[0].raw).first("QAK").text(2) == "NF"
    finally:
        station.stop()
