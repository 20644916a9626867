"""Sender, builder and simulated gateway: what we send is valid, matched and never a stale answer."""

from __future__ import annotations

import itertools
import socket
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from hl7apy.consts import VALIDATION_LEVEL
from hl7apy.parser import parse_message

from drivers.observation import Parameter
from hl7.acknowledgement import Verdict
from hl7.builder import OruTemplate
from hl7.connection import Delivery
from hl7.mllp import Framer, wrap
from hl7.observations import ObservationReader
from hl7.reader import read_message
from hl7.sender import MllpSender, SendError
from hl7.simulator import run_simulator
from tests.hl7.conftest import Serve, judged
from tests.hl7.messages import MSH, heart_rate, join

NOW = datetime(2026, 11, 22, 9, 30, 1, 250000, tzinfo=UTC)

Answer = Callable[[int, bytes], bytes]


@pytest.fixture
def peer() -> Iterator[Callable[[Answer], int]]:
    """peer(answer) starts a receiver; answer(number, message) gives the bytes to write back."""
    sockets: list[socket.socket] = []
    threads: list[threading.Thread] = []

    def begin(answer: Answer) -> int:
        listening = socket.create_server(("127.0.0.1", 0))
        sockets.append(listening)

        def serve() -> None:
            number = 0
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                framer = Framer()
                with connection:
                    while data := connection.recv(65536):
                        for message in framer.feed(data):
                            number += 1
                            connection.sendall(answer(number, message))

        thread = threading.Thread(target=serve)
        thread.start()
        threads.append(thread)
        return int(listening.getsockname()[1])

    yield begin
    for listening in sockets:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
    for thread in threads:
        thread.join(5)


def ack(control: str, code: str = "AA") -> bytes:
    return wrap(f"MSH|^~\\&|||||20261122||ACK|1|P|2.6\rMSA|{code}|{control}\r".encode())


def test_a_late_answer_is_never_taken_for_the_next_messages(peer: Callable[[Answer], int]) -> None:
    def late(number: int, message: bytes) -> bytes:
        # Nothing for the first message; its answer comes in front of the second's.
        return b"" if number == 1 else ack("1", "AE") + ack("2")

    with MllpSender("127.0.0.1", peer(late), 0.3) as sender:
        with pytest.raises(SendError, match="no acknowledgement within"):
            sender.send(heart_rate(control="1"))
        assert [answer.code for answer in sender.send(heart_rate(control="2"))] == ["AA"]
        assert sender.stray == 1


def test_after_a_missing_answer_the_connection_is_a_new_one(peer: Callable[[Answer], int]) -> None:
    def slow(number: int, message: bytes) -> bytes:
        if number == 1:
            time.sleep(0.4)
            return ack("204", "AE")
        return ack("204")

    with MllpSender("127.0.0.1", peer(slow), 0.2) as sender:
        with pytest.raises(SendError):
            sender.send(heart_rate(control="204"))
        sender._timeout_s = 2
        assert [answer.code for answer in sender.send(heart_rate(control="204"))] == ["AA"]


def test_both_answers_of_enhanced_mode_are_waited_for_and_an_error_ends_the_wait(serve: Serve) -> None:
    running = serve()
    with MllpSender(running.host, running.port, 2) as sender:
        both = sender.send(heart_rate(msh=MSH + "|||AL|AL"))
        assert [answer.code for answer in both] == ["CA", "AA"]
        assert sender.send(heart_rate(msh=MSH + "|||NE|NE")) == ()
        refused = sender.send(heart_rate(msh=MSH.replace("ORU^R01^ORU_R01", "QBP^Q11") + "|||AL|AL"))
        assert [answer.code for answer in refused] == ["CR"]
        assert [answer.code for answer in sender.send(heart_rate(control="2"))] == ["AA"]


def test_a_closed_port_and_a_peer_that_hangs_up_are_said_in_one_line(serve: Serve) -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    with MllpSender("127.0.0.1", port, 1) as sender, pytest.raises(SendError, match="refused"):
        sender.send(heart_rate())
    running = serve(networks=("10.0.0.0/8",))
    with MllpSender(running.host, running.port, 1) as sender, pytest.raises(SendError) as error:
        sender.send(heart_rate())
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("message", [b"", b"no HL7", heart_rate() + b"\x1c", heart_rate() + b"\x0b"])
def test_what_cannot_be_sent_is_refused_before_it_is(message: bytes) -> None:
    with MllpSender("127.0.0.1", 1, 1) as sender, pytest.raises(SendError, match=r"no HL7 message|cannot be framed"):
        sender.send(message)


STATE = {
    Parameter.HR: 72.0,
    Parameter.SPO2: 97.0,
    Parameter.TEMP: 37.25,
    Parameter.NIBP_SYS: 120.0,
    Parameter.ETCO2: None,
}


def test_what_is_built_is_valid_for_hl7apy_and_read_back_the_same() -> None:
    template = OruTemplate(tuple(Parameter), location="ICU^^5", patient_id="100200", name="Meyer, Anna")
    sent = {parameter: float(10 + number) for number, parameter in enumerate(Parameter)}
    raw = template.fill(sent, NOW, "C1")
    assert parse_message(raw.decode(), validation_level=VALIDATION_LEVEL.STRICT).validate()
    reading = ObservationReader().read(read_message(raw))
    assert {item.vital.parameter: item.vital.value for item in reading.observations} == sent
    assert {(item.location, item.patient_id, item.measured_at) for item in reading.observations} == {
        ("ICU^^5", "100200", NOW)
    }
    assert (reading.quarantined, reading.unavailable) == ([], [])


def test_a_value_the_device_does_not_have_is_sent_as_none() -> None:
    template = OruTemplate(tuple(STATE), location="A", patient_id="1")
    full = ObservationReader().read(read_message(template.fill({**STATE, Parameter.ETCO2: 38}, NOW, "1")))
    assert len(full.observations) == 5
    reading = ObservationReader().read(read_message(template.fill(STATE, NOW, "2")))
    assert [item.vital.parameter for item in reading.unavailable] == [Parameter.ETCO2]
    assert len(reading.observations) == 4


def test_text_from_outside_stays_inside_its_field() -> None:
    hostile = "O'Brien|^~\\&\rOBX|9|\x0b\x1c<b>"
    template = OruTemplate((Parameter.HR,), location="a|b^c\r", patient_id="1|2^3&4", name=hostile)
    raw = template.fill({Parameter.HR: 60}, NOW, "1\r|")
    message = read_message(raw)
    assert [segment.name for segment in message.segments] == ["MSH", "PID", "PV1", "OBR", "OBX", "OBX"]
    patient = message.first("PID")
    assert patient is not None
    assert patient.text(3) == "1|2^3&4"
    assert patient.text(5) == "O'Brien|^~\\& OBX|9|  <b>"
    wrap(raw)


def test_text_the_standard_has_no_room_for_is_refused() -> None:
    with pytest.raises(ValueError, match="no valid ORU"):
        OruTemplate((Parameter.HR,), location="A", patient_id="9" * 1000)


def test_an_unknown_parameter_is_an_error_of_the_caller() -> None:
    with pytest.raises(KeyError):
        OruTemplate((Parameter.HR,), location="A", patient_id="1").fill({Parameter.RR: 1}, NOW, "1")


def test_the_simulated_gateway_is_heard_by_the_listener(serve: Serve) -> None:
    heard: list[bytes] = []

    async def store(delivery: Delivery) -> Verdict:
        heard.append(delivery.data)
        return await judged(delivery)

    def state(seconds: float) -> dict[Parameter, float | None]:
        return {Parameter.HR: 60 + seconds, Parameter.RR: None if seconds >= 2 else 12.0}

    running = serve(store)
    report = run_simulator(running.host, running.port, state, 5, "ICU^^5", "7", "A, B", interval_s=1, speed=5)
    assert (report.sent, report.accepted, report.failed) == (5, 5, 0)
    readings = [ObservationReader().read(read_message(raw)) for raw in heard]
    rates = [item.vital.value for reading in readings for item in reading.observations if item.vital.parameter == "hr"]
    assert rates == [60, 61, 62, 63, 64]
    assert [len(reading.unavailable) for reading in readings] == [0, 0, 1, 1, 1]
    assert len({read_message(raw).control_id for raw in heard}) == 5
    times = [item.measured_at for reading in readings for item in reading.observations[:1]]
    steps = {round((b - a).total_seconds()) for a, b in itertools.pairwise(times) if a and b}
    assert steps == {1}


def test_the_simulated_gateway_stops_when_told_and_counts_what_fails(serve: Serve) -> None:
    stop = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    timer = threading.Timer(0.3, stop.set)
    timer.start()
    report = run_simulator("127.0.0.1", port, lambda _: {Parameter.HR: 60}, 3600, "A", "1", stop=stop)
    timer.join()
    assert (report.accepted, report.failed) == (0, 1)
    assert "refused" in report.last_error


def test_a_header_of_a_device_is_sent_as_it_is(serve: Serve) -> None:
    running = serve()
    raw = join("MSH|^~\\&|||||||ORU^R01|106|P|2.3.1|")
    with MllpSender(running.host, running.port, 2) as sender:
        assert [answer.control_id for answer in sender.send(raw)] == [b"106"]
