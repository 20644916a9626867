"""Links over real pseudo-terminals, real sockets, files and the null modem."""

from __future__ import annotations

import io
import os
import socket
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.driver import SerialSettings
from drivers.transport.capture import CaptureEntry, CaptureError, CaptureWriter, read_capture
from drivers.transport.link import LinkEndedError, LinkError
from drivers.transport.nullmodem import null_modem
from drivers.transport.replay import open_replay
from drivers.transport.serial_link import open_serial
from drivers.transport.tcp import open_tcp
from tests.drivers.terminals import Terminal

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs pseudo-terminals")


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    """A cable that is plugged in."""
    cable = Terminal(tmp_path / "port")
    yield cable
    cable.unplug()


@pytest.mark.parametrize("settings", [SerialSettings(), SerialSettings(19200, parity="E", rtscts=True)])
def test_a_serial_link_carries_every_byte_both_ways(terminal: Terminal, settings: SerialSettings) -> None:
    link = open_serial(terminal.name, settings)
    every_byte = bytes(range(256))
    os.write(terminal.near, every_byte)
    got = b""
    while len(got) < 256:
        got += link.read(1.0)
    assert got == every_byte
    link.write(every_byte)
    assert os.read(terminal.near, 4096) == every_byte
    link.close()
    link.close()


def test_a_serial_link_waits_as_long_as_asked_and_no_longer(terminal: Terminal) -> None:
    link = open_serial(terminal.name, SerialSettings())
    start = time.monotonic()
    assert link.read(0.1) == b""
    assert 0.09 <= time.monotonic() - start < 0.5
    link.close()


def test_a_port_is_opened_by_one_alone(terminal: Terminal) -> None:
    link = open_serial(terminal.name, SerialSettings())
    with pytest.raises(LinkError, match="in use by another source or view of this console"):
        open_serial(terminal.name, SerialSettings())
    link.close()


def test_a_pulled_cable_is_noticed_at_once(terminal: Terminal) -> None:
    link = open_serial(terminal.name, SerialSettings())
    terminal.unplug()
    start = time.monotonic()
    with pytest.raises(LinkError, match="unplugged"):
        link.read(5.0)
    assert time.monotonic() - start < 0.5
    link.close()


def test_a_device_that_takes_nothing_is_said_to(terminal: Terminal) -> None:
    link = open_serial(terminal.name, SerialSettings())
    with pytest.raises(LinkError, match="takes no data"):
        link.write(bytes(400_000))
    start = time.monotonic()
    link.close()
    assert time.monotonic() - start < 1.0


def test_a_port_that_is_not_there_and_one_that_is_no_port_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(LinkError, match="no such port"):
        open_serial(str(tmp_path / "ttyUSB0"), SerialSettings())
    (tmp_path / "file").write_text("")
    with pytest.raises(LinkError, match="not a serial port"):
        open_serial(str(tmp_path / "file"), SerialSettings())


def test_a_tcp_link_carries_bytes_and_notices_the_end() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        link = open_tcp("127.0.0.1", server.getsockname()[1])
        peer, _ = server.accept()
        with peer:
            peer.sendall(b"hello")
            assert link.read(1.0) == b"hello"
            assert link.read(0.05) == b""
            link.write(b"back")
            assert peer.recv(10) == b"back"
        with pytest.raises(LinkError, match="closed the connection"):
            link.read(1.0)
        link.close()


def test_a_wrong_address_is_said_in_words() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(LinkError, match="nothing listens on this port"):
        open_tcp("127.0.0.1", port)
    with pytest.raises(LinkError, match=r"'no\.such\.host\.invalid' is not known"):
        open_tcp("no.such.host.invalid", 4001)


def test_the_null_modem_joins_two_ends_and_closing_one_loses_the_other() -> None:
    left, right = null_modem()
    left.write(b"abc")
    right.write(b"def")
    assert (right.read(0.0), left.read(0.0)) == (b"abc", b"def")
    assert right.read(0.02) == b""
    left.write(b"last")
    left.close()
    assert right.read(0.0) == b"last"
    with pytest.raises(LinkError):
        right.read(0.0)
    with pytest.raises(LinkError):
        right.write(b"x")


def test_a_raw_capture_is_played_at_its_rate_and_ends(tmp_path: Path) -> None:
    path = tmp_path / "raw.bin"
    path.write_bytes(bytes(range(200)))
    link = open_replay(path, bytes_per_second=1000.0)
    start = time.monotonic()
    got = b""
    while len(got) < 200:
        got += link.read(1.0)
    with pytest.raises(LinkEndedError, match="played to its end"):
        link.read(1.0)
    assert got == bytes(range(200))
    assert 0.19 <= time.monotonic() - start < 0.6
    link.close()


def test_a_repeated_capture_starts_over_and_an_empty_one_ends(tmp_path: Path) -> None:
    path = tmp_path / "raw.bin"
    path.write_bytes(b"ab")
    link = open_replay(path, bytes_per_second=1e6, repeat=True)
    assert [link.read(2.0) for _ in range(2)] == [b"ab", b"ab"]
    link.close()
    path.write_bytes(b"")
    link = open_replay(path, repeat=True)
    with pytest.raises(LinkEndedError):
        link.read(0.0)
    link.close()
    with pytest.raises(LinkError, match="cannot be read"):
        open_replay(tmp_path / "missing")


def test_a_capture_stops_at_its_limit_and_says_so() -> None:
    file = io.BytesIO()
    writer = CaptureWriter(file, limit=10)
    for _ in range(5):
        writer.write(CaptureEntry(0.0, True, bytes(6)))
    assert file.getvalue().count(b"000000000000") == 2
    assert b"limit of this capture was reached" in file.getvalue()


@pytest.mark.parametrize(
    ("lines", "match"),
    [
        (b"0.0 < 00\n", "line 1: a timed capture begins"),
        (b"# ward-console capture 1\n0.0 < 0\n", "line 2: expected"),
        (b"# ward-console capture 1\n0.0 ? 00\n", "line 2: expected"),
        (b"# ward-console capture 1\n0.0 < 00 00\n", "line 2: expected"),
        (b"# ward-console capture 1\nnan < 00\n", "line 2: nan is not a time"),
        (b"# ward-console capture 1\n2 < 00\n1 < 00\n", "line 3: the time runs backward"),
        (b"# ward-console capture 1\n" + b"0" * 40000, "line 2: longer than"),
    ],
)
def test_a_damaged_capture_names_its_line(lines: bytes, match: str) -> None:
    with pytest.raises(CaptureError, match=match):
        list(read_capture(io.BytesIO(lines)))


def test_the_threads_of_both_ends_may_use_the_null_modem_at_once() -> None:
    left, right = null_modem()
    sent = bytes(200_000)
    writer = threading.Thread(target=lambda: [left.write(sent[at : at + 1000]) for at in range(0, len(sent), 1000)])
    writer.start()
    got = 0
    while got < len(sent):
        got += len(right.read(2.0))
    writer.join()
    assert got == len(sent)
