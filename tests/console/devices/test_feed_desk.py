"""What an engineer changes of an HL7 feed while the ward runs: codes, places, listeners; nothing else is disturbed."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from console.config_hl7 import CodeConfig, Hl7ListenerConfig
from console.link.feeds import MapCode, MapPlace, RemoveListener, SaveListener, UnmapCode
from console.ward.source import SourceState
from drivers.observation import Parameter
from hl7.sender import MllpSender
from tests.console.acquisition.test_feed import wait_for
from tests.console.devices.oximeters import Bench

HR, SPO2, TEMP = Parameter.HR, Parameter.SPO2, Parameter.TEMP

TEXT = """# the ward of the test
[ward]
beds = ["7B-01", "7B-02"]

[[hl7_listener]]   # of the gateway
name = "gateway"
port = 0
plain = true
timezone = "UTC"
beds = { "ICU^^5" = "7B-01" }

[[hl7_listener]]
name = "other"
port = 0
plain = true
timezone = "UTC"
beds = { "ICU^^9" = "7B-02" }
"""


@pytest.fixture
def ward(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path, TEXT)
    yield made
    made.close()


def message(rows: list[str], control: str, location: str = "ICU^^5") -> bytes:
    now = datetime.now(UTC).strftime("%Y%m%d%H%M%S+0000")
    lines = [f"MSH|^~\\&|MON||||{now}||ORU^R01|{control}|P|2.6", "PID|||4711", f"PV1||I|{location}", "OBR|1"]
    lines += [f"OBX|{n}|NM|{row}|||||F|||{now}" for n, row in enumerate(rows, 1)]
    return ("\r".join(lines) + "\r").encode()


def send(ward: Bench, *messages: bytes, to: str = "gateway") -> list[str]:
    address = ward.station.acquisition.listening(to)
    assert address is not None
    with MllpSender(*address, timeout_s=5) as sender:
        return [sender.send(each)[0].code for each in messages]


def charted(ward: Bench, bed: str, parameter: Parameter, value: float | None) -> None:
    wait_for(lambda: ward.value(bed, parameter) == value)


def test_an_unknown_code_is_listed_with_the_last_thing_sent_of_it(ward):
    send(ward, message(["9001^Heart^99X||81|/min"], "1"), message(["9001^Heart^99X||82|/min"], "2"))
    wait_for(lambda: ward.source("gateway").good == 2)
    (code,) = ward.source("gateway").unknown_codes
    assert (code.code, code.name, code.value, code.unit, code.count) == ("9001", "Heart", "82", "/min", 2)
    assert (code.reason, code.location) == ("unknown code", "ICU^^5")
    assert (datetime.now(UTC) - code.last_at).total_seconds() < 10


def test_a_mapped_code_is_charted_from_the_next_message_on_and_nothing_else_is_touched(ward):
    with closing(socket.create_connection(ward.station.acquisition.listening("other"))) as others:
        address = ward.station.acquisition.listening("gateway")
        with MllpSender(*address, timeout_s=5) as sender:
            sender.send(message(["9001^Heart^99X||81|/min"], "1"))
            ward.do(MapCode("gateway", CodeConfig(code="9001", name="Heart", parameter=HR)))
            assert ward.value("7B-01", HR) is None, "a message of before is not charted later"
            # The same connection goes on.
            assert sender.send(message(["9001^Heart^99X||82|/min"], "2"))[0].code == "AA"
        charted(ward, "7B-01", HR, 82)
        assert ward.source("gateway").unknown_codes == ()
        assert ward.source("gateway").good == 2, "the counters go on"
        others.settimeout(0.05)
        with pytest.raises(TimeoutError):
            others.recv(1)
    text = ward.path.read_text()
    assert "# of the gateway" in text
    assert '[[hl7_listener.code]]\ncode = "9001"\nname = "Heart"\nparameter = "hr"' in text
    (line,) = [row for row in ward.audit() if row[1] == "code mapped"]
    assert line[0] == "B. Med"
    assert "old: not mapped; new: hr" in line[3]


def test_a_mapping_taken_back_or_changed_leaves_no_value_that_looks_live(ward):
    ward.do(MapCode("gateway", CodeConfig(code="9001", name="Heart", parameter=HR)))
    send(ward, message(["9001^Heart^99X||82|/min"], "1"))
    charted(ward, "7B-01", HR, 82)
    ward.do(MapCode("gateway", CodeConfig(code="9001", name="Heart", parameter=Parameter.PR)))
    charted(ward, "7B-01", HR, None)
    send(ward, message(["9001^Heart^99X||83|/min"], "2"))
    charted(ward, "7B-01", Parameter.PR, 83)
    ward.do(UnmapCode("gateway", "9001", "Heart"))
    charted(ward, "7B-01", Parameter.PR, None)
    send(ward, message(["9001^Heart^99X||84|/min"], "3"))
    wait_for(lambda: [c.value for c in ward.source("gateway").unknown_codes] == ["84"])
    assert "is not mapped at 'gateway' any more" in ward.refused(UnmapCode("gateway", "9001", "Heart"))


def test_an_ignored_code_is_put_aside_with_that_reason_and_listed_no_more(ward):
    ward.do(MapCode("gateway", CodeConfig(code="9001", name="Heart", ignore=True)))
    send(ward, message(["9001^Heart^99X||82|/min"], "1"))
    wait_for(lambda: ward.source("gateway").good == 1)
    view = ward.source("gateway")
    assert view.unknown_codes == ()
    assert ("not charted: ignored at this feed", 1) in view.quarantined


def test_a_unit_said_by_the_engineer_is_for_values_that_come_without_one(ward):
    send(ward, message(["9002^Core^99X||38.4|"], "1"))
    ward.do(MapCode("gateway", CodeConfig(code="9002", name="Core", parameter=TEMP, unit="celsius", site="core")))
    send(ward, message(["9002^Core^99X||38.5|"], "2"), message(["9002^Core^99X||99.9|[degF]"], "3"))
    charted(ward, "7B-01", TEMP, 37.72)
    reading = ward.bed("7B-01").reading(TEMP)
    assert reading.site == "core"


def test_a_contradiction_has_to_be_said_aloud(ward):
    with pytest.raises(ValueError, match="150456 is known as spo2"):
        CodeConfig(code="150456", name="MDC_CO2_ET", parameter=Parameter.ETCO2)
    said = CodeConfig(code="150456", name="MDC_CO2_ET", parameter=Parameter.ETCO2, contradicts=True)
    send(ward, message(["150456^MDC_CO2_ET^MDC||38|mm[Hg]"], "1"))
    wait_for(lambda: [c.reason for c in ward.source("gateway").unknown_codes] == ["code and REFID disagree"])
    ward.do(MapCode("gateway", said))
    send(ward, message(["150456^MDC_CO2_ET^MDC||39|mm[Hg]"], "2"))
    charted(ward, "7B-01", Parameter.ETCO2, 39)
    assert any("although the tables know it as something else" in row[3] for row in ward.audit())


def test_a_location_is_mapped_to_a_bed_and_to_another(ward):
    row = "147842^MDC_ECG_HEART_RATE^MDC||71|264864^MDC_DIM_BEAT_PER_MIN^MDC"
    send(ward, message([row], "1", "ICU^^7"), message([row], "2", "ICU^^7"))
    wait_for(lambda: [(p.location, p.count) for p in ward.source("gateway").unknown_places] == [("ICU^^7", 2)])
    ward.do(MapPlace("gateway", "ICU^^7", "7B-02"))
    assert ward.source("gateway").unknown_places == ()
    assert ward.source("gateway").beds == ("7B-01", "7B-02")
    send(ward, message([row], "3", "ICU^^7"))
    charted(ward, "7B-02", HR, 71)
    ward.do(MapPlace("gateway", "ICU^^7", "7B-01"))
    charted(ward, "7B-02", HR, None)
    send(ward, message([row], "4", "ICU^^7"))
    charted(ward, "7B-01", HR, 71)
    ward.do(MapPlace("gateway", "ICU^^7", ""))
    charted(ward, "7B-01", HR, None)
    assert "not a bed of this ward" in ward.refused(MapPlace("gateway", "ICU^^7", "7B-99"))
    assert "cannot be seen" in ward.refused(MapPlace("gateway", "ICU\n[ward]", "7B-01"))


def test_listeners_come_change_and_go_while_the_others_run(ward):
    new = Hl7ListenerConfig(name="lab", port=0, plain=True, beds={"ICU^^1": "7B-01"})
    with closing(socket.create_connection(ward.station.acquisition.listening("other"))) as others:
        ward.do(SaveListener(new))
        assert send(ward, message([], "1"), to="lab") == ["AA"]
        ward.do(SaveListener(new.model_copy(update={"name": "laboratory"}), replaces="lab"))
        assert ward.station.acquisition.listening("lab") is None
        assert send(ward, message([], "2"), to="laboratory") == ["AA"]
        ward.do(RemoveListener("laboratory"))
        assert ward.station.acquisition.listening("laboratory") is None
        others.settimeout(0.05)
        with pytest.raises(TimeoutError):
            others.recv(1)
    assert [view.name for view in ward.station.acquisition.views()] == ["gateway", "other"]
    assert [row[1] for row in ward.audit() if row[1].startswith("listener")] == [
        "listener added",
        "listener changed",
        "listener removed",
    ]
    assert "laboratory" not in ward.path.read_text()


def test_the_first_listener_and_the_last(tmp_path):
    ward = Bench(tmp_path, '[ward]\nbeds = ["7B-01"]\n')
    try:
        ward.do(SaveListener(Hl7ListenerConfig(name="first", port=0, plain=True, beds={"ICU^^5": "7B-01"})))
        assert send(ward, message([], "1"), to="first") == ["AA"]
        ward.do(RemoveListener("first"))
        assert ward.station.acquisition.views() == []
    finally:
        ward.close()


def test_a_listener_whose_port_is_taken_says_so_and_gets_it_when_it_is_free(ward):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ward.do(SaveListener(Hl7ListenerConfig(name="late", port=port, plain=True)))
        assert ward.source("late").state is SourceState.LOST
        assert f"cannot listen on 127.0.0.1:{port}" in ward.source("late").last_error
    wait_for(lambda: ward.source("late").state is SourceState.CONNECTED)
    again = SaveListener(Hl7ListenerConfig(name="twice", host="0.0.0.0", port=port, plain=True))
    assert "'late' listens on" in ward.refused(again)


def test_a_refused_change_names_what_is_wrong(ward):
    assert "There is no listener 'gone'" in ward.refused(MapPlace("gone", "ICU^^7", "7B-01"))
    named_as_source = SaveListener(Hl7ListenerConfig(name="gateway", port=0, plain=True))
    assert "is used by two" in ward.refused(named_as_source)
    assert "name of the person" in ward.refused(RemoveListener("gateway"), by=" ")
