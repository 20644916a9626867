"""Laboratory results over real MLLP: to the patient by his number, durable before they are acknowledged."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from console.acquisition.feed import Feed
from console.acquisition.listeners import ListenerThread
from console.clock import SystemClock
from console.config import ConfigError, parse_config
from console.engine.items import LabsArrived
from console.engine.plan import first_views
from console.link.commands import Admit, SetRenalImpairment
from console.link.inprocess import InProcessLink
from console.station import Station
from console.ward.occupancy import Occupancy, Occupant
from console.ward.patient import Patient, RiskFlag
from hl7.sender import MllpSender
from tests.console.acquisition.test_feed import wait_for
from tests.console.ward_fakes import MemoryStore
from tests.hl7.test_labs import CREATININE, message, row

CONFIG = """
[ward]
beds = ["7B-01", "7B-02"]
[[hl7_listener]]
name = "laboratory"
port = 0
plain = true
timezone = "Europe/London"
beds = { "4N^420^B" = "7B-02" }
labs = { "4711" = "ck" }
"""
ANNA = Occupant("7B-01", "100200", "Meyer, Anna", "1968-02-14", "F")
PEER = '[[hl7_listener.peer]]\nname = "lab"\naddress = ["127.0.0.1/32"]\nbeds = ["7B-02"]\n'


class Served:
    """A laboratory's listener on loopback over a store in memory."""

    def __init__(self, *occupants: Occupant, more: str = "") -> None:
        config = parse_config(CONFIG + more)
        self.store = MemoryStore()
        self.items: list = []
        listener = config.hl7_listener[0]
        self.feed = Feed(
            listener,
            first_views(config)[0],
            self.store,
            lambda item: self.items.append(item) or True,
            SystemClock(),
            lambda: Occupancy(occupants),
        )
        self.listeners = ListenerThread([(listener, self.feed)], SystemClock().utc)
        self.listeners.start()

    def send(self, *messages: bytes) -> list[str]:
        address = self.listeners.address("laboratory")
        assert address is not None
        try:
            with MllpSender(*address, timeout_s=5) as sender:
                return [sender.send(message)[0].code for message in messages]
        finally:
            self.listeners.stop()

    @property
    def results(self) -> list[tuple[str, str]]:
        found = [r for item in self.items if isinstance(item, LabsArrived) for r in item.results]
        assert found == self.store.labs
        return [(r.patient_id, r.text) for r in found]

    @property
    def aside(self) -> dict[str, int]:
        return dict(self.listeners.views()[0].quarantined)


def test_a_result_goes_to_its_patient_wherever_the_message_says_he_lies():
    served = Served(ANNA, Occupant("7B-02", "999", "Abt, Bo"))
    assert served.send(message(row())) == ["AA"]
    assert served.results == [("100200", "2145 U/L")]
    assert served.store.samples == []


def test_a_result_of_nobody_admitted_is_kept_in_its_message_and_counted():
    served = Served(Occupant("7B-02", "999", "Abt, Bo"))
    assert served.send(message(row())) == ["AA"]
    assert served.results == []
    assert served.aside == {"laboratory result of nobody admitted": 1}
    (receipt,) = served.store.receipts.values()
    assert "laboratory result of nobody admitted" in receipt.reason
    assert b"2145" in receipt.raw


def test_the_same_number_with_another_date_of_birth_is_somebody_else():
    served = Served(replace(ANNA, born="1971-01-01"))
    served.send(message(row()))
    assert (served.results, served.aside) == ([], {"laboratory result with another date of birth": 1})


def test_a_specimen_of_the_future_is_put_aside():
    served = Served(ANNA)
    served.send(message(row(), obr="OBR|1|P|F|X|||20991122083000"))
    assert (served.results, served.aside) == ([], {"specimen time in the future": 1})


def test_a_peer_speaks_for_patients_of_its_own_beds_alone():
    served = Served(ANNA, more=PEER)
    served.send(message(row()))
    assert (served.results, served.aside) == ([], {"not this peer's bed": 1})


def test_a_code_of_the_laboratory_is_taken_as_it_is_mapped():
    served = Served(ANNA)
    served.send(message(row("4711^CPK^L")))
    assert served.results == [("100200", "2145 U/L")]


def test_a_repeated_message_brings_its_results_once():
    served = Served(ANNA)
    assert served.send(message(row()), message(row())) == ["AA", "AA"]
    assert len(served.results) == 1


@pytest.mark.parametrize("labs", ['{ "4711" = "sodium" }', '{ " " = "ck" }'])
def test_a_mapping_that_cannot_be_is_refused_in_words(labs: str):
    with pytest.raises(ConfigError, match="labs"):
        parse_config(CONFIG.replace('{ "4711" = "ck" }', labs))


def test_a_result_is_shown_flagged_and_still_there_after_a_restart(tmp_path: Path):
    anna = Patient("100200", "Meyer, Anna", "7B-01", SystemClock().utc(), "1968-02-14", sex="F")

    def station() -> tuple[Station, InProcessLink]:
        made = Station(parse_config(CONFIG), tmp_path)
        made.start()
        return made, made.link()

    running, link = station()
    try:
        assert not link.submit(Admit(anna, "Nurse A")).result(30).error
        address = running.acquisition.listening("laboratory")
        assert address is not None
        with MllpSender(*address, timeout_s=5) as sender:
            assert sender.send(message(row(CREATININE, "180", "umol/L")))[0].code == "AA"
            wait_for(lambda: link.snapshot().bed("7B-01").labs, 30)
            assert sender.send(message(row(CREATININE, "175", "umol/L", status="C")))[0].code == "AA"
        wait_for(lambda: link.snapshot().bed("7B-01").labs[0].earlier == "180 umol/L", 30)
        shown = link.snapshot().bed("7B-01")
        assert RiskFlag.RENAL_IMPAIRMENT in shown.patient.flags
    finally:
        running.stop()
    running, link = station()
    try:
        again = link.snapshot().bed("7B-01")
        assert again.labs == shown.labs
        assert RiskFlag.RENAL_IMPAIRMENT in again.patient.flags
        assert not link.submit(SetRenalImpairment("7B-01", False, "Nurse B")).result(30).error
    finally:
        running.stop()
    running, link = station()
    try:
        last = link.snapshot().bed("7B-01").patient
        assert (last.flags, last.declined) == (frozenset(), frozenset({RiskFlag.RENAL_IMPAIRMENT}))
    finally:
        running.stop()
