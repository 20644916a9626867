"""The listener over real sockets: acknowledgement after the commit, bad peers and slow ones, TLS."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import time
import warnings
from ipaddress import ip_network

import pytest

from hl7.acknowledgement import ACCEPTED, Verdict
from hl7.connection import ConnectionLimits, Delivery
from hl7.mllp import Framer, wrap
from hl7.peers import Peer
from hl7.sender import MllpSender, SendError, read_acknowledgement
from hl7.tls import tls_context
from tests.hl7.authority import Authority, Identity
from tests.hl7.conftest import Running, Serve, judged
from tests.hl7.messages import MSH, heart_rate, join


def receive(connection: socket.socket, count: int, seconds: float = 5.0) -> list[tuple[str, bytes]]:
    """(code, MSA-2) of the next answers; fewer when the peer closes."""
    framer = Framer()
    found: list[tuple[str, bytes]] = []
    connection.settimeout(seconds)
    while len(found) < count:
        data = connection.recv(65536)
        if not data:
            break
        for raw in framer.feed(data):
            answer = read_acknowledgement(raw)
            assert answer is not None
            found.append((answer.code, answer.control_id))
    return found


def closed_by_peer(connection: socket.socket, seconds: float = 5.0) -> bool:
    connection.settimeout(seconds)
    try:
        while connection.recv(65536):
            pass
    except TimeoutError:
        return False
    except OSError:
        return True
    return True


def eventually(condition: object, seconds: float = 5.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(0.005)


def test_messages_on_one_connection_are_answered_in_order(serve: Serve) -> None:
    running = serve()
    with running.connect() as connection:
        connection.sendall(wrap(heart_rate(control="1")) + wrap(heart_rate(control="2")))
        assert receive(connection, 2) == [("AA", b"1"), ("AA", b"2")]
        for byte in wrap(heart_rate(control="3")):
            connection.sendall(bytes([byte]))
        assert receive(connection, 1) == [("AA", b"3")]
    assert (running.state.messages, running.state.answers) == (3, {"AA": 3})


def test_two_answers_in_a_row_are_not_held_back_by_the_network_stack(serve: Serve) -> None:
    running = serve()
    began = time.monotonic()
    with running.connect() as connection:
        for _ in range(20):
            connection.sendall(wrap(heart_rate(control="1")) + wrap(heart_rate(control="2")))
            receive(connection, 2)
    assert time.monotonic() - began < 0.6


@pytest.mark.parametrize(
    ("stream", "answers"),
    [
        (b"rubbish" + wrap(heart_rate()), [("AA", b"C1")]),
        (heart_rate() + b"\x1c\r", [("AA", b"C1")]),
        (b"\x00\x00" + wrap(heart_rate()) + b"\n", [("AA", b"C1")]),
        (wrap(heart_rate().replace(b"\r", b"\n")), [("AA", b"C1")]),
        (wrap(heart_rate().replace(b"\r", b"\r\r")), [("AA", b"C1")]),
        (wrap(heart_rate().replace(b"Meyer", "Müller".encode("latin-1"))), [("AA", b"C1")]),
        (wrap(heart_rate(msh=MSH.replace("^ORU_R01", ""))), [("AA", b"C1")]),
        (wrap(heart_rate(msh=MSH + "|||AL|NE")), [("CA", b"C1")]),
        (wrap(b"MSH|^~\\&|A\rOBX|1"), [("AE", b"")]),
        (wrap(b"no message"), [("AE", b"")]),
        (wrap(heart_rate(msh=MSH.replace("ORU^R01^ORU_R01", "QBP^ZV1"))), [("AR", b"C1")]),
        (wrap(heart_rate(msh=MSH.replace("ORU^R01^ORU_R01", "ACK^R01"))), []),
        (b"\x0b" + heart_rate(), []),
    ],
)
def test_after_anything_the_next_good_message_is_answered(
    serve: Serve, stream: bytes, answers: list[tuple[str, bytes]]
) -> None:
    with serve().connect() as connection:
        connection.sendall(stream + wrap(heart_rate(control="next")))
        assert receive(connection, len(answers) + 1) == [*answers, ("AA", b"next")]


def test_fs_without_cr_is_answered_after_a_pause(serve: Serve) -> None:
    with serve().connect() as connection:
        connection.sendall(b"\x0b" + heart_rate() + b"\x1c")
        assert receive(connection, 1) == [("AA", b"C1")]


def test_nothing_is_acknowledged_before_it_is_stored_and_the_next_is_read_meanwhile(serve: Serve) -> None:
    waiting: dict[str, asyncio.Future[Verdict]] = {}

    async def store(delivery: Delivery) -> Verdict:
        control_id = delivery.data.split(b"|")[9].decode()
        waiting[control_id] = asyncio.get_running_loop().create_future()
        return await waiting[control_id]

    running = serve(store)
    with running.connect() as connection:
        connection.sendall(wrap(heart_rate(control="1")) + wrap(heart_rate(control="2")))
        eventually(lambda: set(waiting) == {"1", "2"})
        running.on_loop(lambda: waiting["2"].set_result(ACCEPTED))
        with pytest.raises(TimeoutError):
            receive(connection, 1, 0.2)
        running.on_loop(lambda: waiting["1"].set_result(ACCEPTED))
        assert receive(connection, 2) == [("AA", b"1"), ("AA", b"2")]


def test_a_full_window_stops_reading_and_nothing_is_lost(serve: Serve) -> None:
    gate: list[asyncio.Future[Verdict]] = []

    async def store(delivery: Delivery) -> Verdict:
        gate.append(asyncio.get_running_loop().create_future())
        return await gate[-1]

    running = serve(store, limits=ConnectionLimits(window=4))
    with running.connect() as connection:
        connection.sendall(b"".join(wrap(heart_rate(control=str(n))) for n in range(10)))
        eventually(lambda: len(gate) == 4)
        time.sleep(0.05)
        assert running.state.messages == 4
        for number in range(10):
            eventually(lambda wanted=number: len(gate) > wanted)
            running.on_loop(lambda wanted=number: gate[wanted].set_result(ACCEPTED))
        assert receive(connection, 10) == [("AA", str(n).encode()) for n in range(10)]


def test_a_storing_error_is_told_to_the_sender_and_counted(serve: Serve) -> None:
    async def store(delivery: Delivery) -> Verdict:
        if b"|bad|" in delivery.data:
            raise OSError("disk full")
        return ACCEPTED

    running = serve(store)
    with running.connect() as connection:
        connection.sendall(wrap(heart_rate(control="bad")) + wrap(heart_rate(control="good")))
        assert receive(connection, 2) == [("AE", b"bad"), ("AA", b"good")]
    assert running.state.last_error == "OSError: disk full"


def test_what_was_sent_before_the_peer_closed_its_side_is_answered(serve: Serve) -> None:
    with serve().connect() as connection:
        connection.sendall(wrap(heart_rate(control="1")))
        connection.shutdown(socket.SHUT_WR)
        assert receive(connection, 2) == [("AA", b"1")]


def test_peers_outside_the_allowed_networks_are_turned_away(serve: Serve) -> None:
    running = serve(networks=("10.0.0.0/8",))
    with running.connect() as connection:
        assert closed_by_peer(connection)
    eventually(lambda: running.state.refused == {"not allowed": 1})
    assert running.state.accepted == 0


def test_connections_of_one_peer_are_limited_and_freed_again(serve: Serve) -> None:
    running = serve(maximum_per_peer=3)
    with contextlib.ExitStack() as stack:
        for _ in range(3):
            stack.enter_context(running.connect())
        eventually(lambda: running.state.connections == 3)
        with running.connect() as fourth:
            assert closed_by_peer(fourth)
        assert running.state.refused == {"too many connections of one peer": 1}
    eventually(lambda: running.state.connections == 0)
    with running.connect() as connection:
        connection.sendall(wrap(heart_rate()))
        assert receive(connection, 1) == [("AA", b"C1")]


def test_a_trickling_frame_is_ended_at_its_deadline_and_others_are_served(serve: Serve) -> None:
    running = serve(limits=ConnectionLimits(frame_s=0.4))
    with contextlib.ExitStack() as stack:
        slow = [stack.enter_context(running.connect()) for _ in range(20)]
        good = stack.enter_context(running.connect())
        began, worst = time.monotonic(), 0.0
        while time.monotonic() - began < 0.8:
            for connection in slow:
                with contextlib.suppress(OSError):
                    connection.sendall(b"\x0bM")
            sent = time.monotonic()
            good.sendall(wrap(heart_rate()))
            assert receive(good, 1) == [("AA", b"C1")]
            worst = max(worst, time.monotonic() - sent)
            time.sleep(0.05)
        assert all(closed_by_peer(connection) for connection in slow)
    assert worst < 0.5
    eventually(lambda: running.state.closed.get("frame took too long") == 20)


def test_a_silent_connection_is_closed_after_the_idle_time(serve: Serve) -> None:
    running = serve(limits=ConnectionLimits(idle_s=0.2))
    with running.connect() as connection:
        assert closed_by_peer(connection)
    eventually(lambda: running.state.closed == {"idle": 1})


def test_a_frame_beyond_the_size_cap_is_counted_and_the_next_message_answered(serve: Serve) -> None:
    running = serve(limits=ConnectionLimits(maximum_frame=10_000))
    with running.connect() as connection:
        connection.sendall(wrap(heart_rate() + b"NTE|1||" + b"x" * 200_000) + wrap(heart_rate(control="next")))
        assert receive(connection, 1) == [("AA", b"next")]
    assert running.state.discarded == {"too long": 1}


def test_a_peer_that_takes_no_answers_is_sent_away_and_does_not_stall_others(serve: Serve) -> None:
    running = serve(limits=ConnectionLimits(answer_s=0.3))
    greedy = socket.socket()
    greedy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    greedy.connect((running.host, running.port))
    greedy.setblocking(False)
    flood = wrap(join(MSH.replace("{control}", "x" * 4000), "NTE|1"))
    with greedy, running.connect() as good:
        deadline = time.monotonic() + 8
        while "answers not taken" not in running.state.closed and time.monotonic() < deadline:
            with contextlib.suppress(OSError):
                greedy.send(flood * 20)
            good.sendall(wrap(heart_rate()))
            assert receive(good, 1, 2.0) == [("AA", b"C1")]
    assert running.state.closed.get("answers not taken") == 1


def test_stopping_ends_open_connections_and_unanswered_messages(serve: Serve) -> None:
    ended: list[str] = []

    async def store(delivery: Delivery) -> Verdict:
        try:
            await asyncio.sleep(60)
        finally:
            ended.append(delivery.peer)
        return ACCEPTED

    running = serve(store)
    with running.connect() as connection:
        connection.sendall(wrap(heart_rate()) * 3)
        eventually(lambda: running.state.messages == 3)
        asyncio.run_coroutine_threadsafe(running.listener.stop(), running.loop).result(5)
        assert closed_by_peer(connection)
    assert len(ended) == 3


Certificates = tuple[Authority, Identity]


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """An authority and a certificate of it that serves both ends."""
    authority = Authority(tmp_path_factory.mktemp("tls"))
    return authority, authority.issue("localhost", "IP:127.0.0.1")


def secure(serve: Serve, certificates: Certificates, **settings: object) -> Running:
    authority, own = certificates
    return serve(judged, tls=tls_context(own.cert, own.key, authority.ca), **settings)


def test_tls_with_a_client_certificate_works_and_without_one_does_not(serve: Serve, certificates: Certificates) -> None:
    running = secure(serve, certificates)
    authority, own = certificates
    client = ssl.create_default_context(cafile=authority.ca)
    with MllpSender(running.host, running.port, 3, client) as stranger, pytest.raises(SendError):
        stranger.send(heart_rate())
    client.load_cert_chain(own.cert, own.key)
    with MllpSender(running.host, running.port, 3, client) as known:
        assert [answer.code for answer in known.send(heart_rate())] == ["AA"]
    with MllpSender(running.host, running.port, 3) as plain, pytest.raises(SendError):
        plain.send(heart_rate())
    assert running.state.messages == 1


def test_a_handshake_that_never_ends_counts_as_connection_and_is_ended(
    serve: Serve, certificates: Certificates
) -> None:
    running = secure(serve, certificates, handshake_s=0.3, maximum_per_peer=2)
    with running.connect() as first, running.connect() as second:
        eventually(lambda: running.state.connections == 2)
        with running.connect() as third:
            assert closed_by_peer(third)
        assert closed_by_peer(first)
        assert closed_by_peer(second)
    eventually(lambda: running.state.refused.get("handshake took too long") == 2)


def test_tls_older_than_1_2_is_refused(serve: Serve, certificates: Certificates) -> None:
    authority, own = certificates
    running = secure(serve, certificates)
    old = ssl.create_default_context(cafile=authority.ca)
    old.set_ciphers("DEFAULT:@SECLEVEL=0")
    old.load_cert_chain(own.cert, own.key)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        old.minimum_version = ssl.TLSVersion.TLSv1
        old.maximum_version = ssl.TLSVersion.TLSv1_1
    with MllpSender(running.host, running.port, 3, old) as sender, pytest.raises(SendError):
        sender.send(heart_rate())
    eventually(lambda: running.state.refused == {"TLS too old": 1})


def test_a_sender_beyond_its_rate_is_held_back_loses_nothing_and_delays_nobody_else(serve: Serve) -> None:
    heard: list[str] = []

    async def store(delivery: Delivery) -> Verdict:
        heard.append(delivery.sender)
        return ACCEPTED

    peers = (
        Peer("loud", frozenset(), (ip_network("127.0.0.2/32"),)),
        Peer("calm", frozenset(), (ip_network("127.0.0.1/32"),)),
    )
    running = serve(store, networks=("127.0.0.0/8",), peers=peers, messages_s=50)
    loud = socket.create_connection((running.host, running.port), 5, source_address=("127.0.0.2", 0))
    with loud, running.connect() as calm:
        began = time.monotonic()
        loud.sendall(b"".join(wrap(heart_rate(control=str(number))) for number in range(90)))
        worst = 0.0
        for _ in range(10):
            sent = time.monotonic()
            calm.sendall(wrap(heart_rate()))
            assert receive(calm, 1) == [("AA", b"C1")]
            worst = max(worst, time.monotonic() - sent)
        assert receive(loud, 90) == [("AA", str(number).encode()) for number in range(90)]
        took = time.monotonic() - began
    # A full second's worth at once, the other 40 at 50 a second.
    assert 0.75 < took < 2.5
    assert worst < 0.3
    assert (heard.count("loud"), heard.count("calm")) == (90, 10)
    tallies = {tally.name: tally for tally in running.listener.peers}
    assert tallies["loud"].held_back == running.state.held_back
    assert 30 < running.state.held_back <= 40
    assert tallies["calm"].held_back == 0
    assert (tallies["loud"].messages, tallies["loud"].answers) == (90, {"AA": 90})


def test_an_address_that_is_no_known_peer_is_turned_away_and_told(serve: Serve) -> None:
    running = serve(networks=("127.0.0.0/8",), peers=(Peer("calm", frozenset(), (ip_network("127.0.0.9/32"),)),))
    with running.connect() as stranger:
        assert closed_by_peer(stranger)
    eventually(lambda: running.state.refused == {"not a known peer": 1})
    assert [(tally.name, tally.refused) for tally in running.listener.peers] == [("calm", 0), ("", 1)]
