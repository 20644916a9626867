"""What is this? Every device there is on a real pseudo-terminal, and everything that is no device."""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from console.config import SourceConfig
from console.devices.identify import LONGEST_S, PortIdentification
from console.devices.preview import LivePreview
from console.devices.search_plan import make_plan
from console.devices.unreadable import Heard, describe, is_echo
from console.link.devices import IdentificationView
from drivers import registry
from drivers.driver import DeviceState
from drivers.ivy.driver import IvyAnsarB
from drivers.masimo.driver import MasimoAscii1
from drivers.observation import Parameter
from drivers.transport.link import Link, LinkError
from drivers.transport.serial_link import open_serial
from tests.console.devices.bedside import Bedside, simulator, wait_for
from tests.drivers.terminals import Terminal

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs pseudo-terminals")

SPEED = 10.0
"""Device and search live in a time that runs so much faster than the test."""


HASTE = 60.0
"""The same where nobody converses."""


def fast() -> float:
    return time.monotonic() * SPEED


def hasty() -> float:
    return time.monotonic() * HASTE


@pytest.fixture
def cable(tmp_path: Path) -> Iterator[Terminal]:
    terminal = Terminal(tmp_path / "port")
    yield terminal
    terminal.unplug()


def search(port: str, now: Callable[[], float] = fast) -> tuple[IdentificationView, float]:
    """The end of a search, and after how many seconds of its own time it came. On the way progress never goes back."""
    began, last = now(), 0.0
    identification = PortIdentification(port, now=now)
    while not identification.view().done:
        view = identification.view()
        assert last <= view.progress
        last = view.progress
        assert now() - began < 2 * LONGEST_S
        time.sleep(0.01)
    took = now() - began
    assert identification.end(2.0)
    return identification.view(), took


SERIAL_DRIVERS = sorted(name for name in registry.DRIVERS if not registry.info(name).network)


@pytest.mark.parametrize("name", SERIAL_DRIVERS)
def test_every_device_is_found_by_what_it_says(name: str, cable: Terminal) -> None:
    device = Bedside(cable.near, simulator(name), SPEED)
    view, took = search(cable.name)
    device.close()
    best = view.candidates[0]
    assert (best.driver, best.fits) == (name, True), (view.verdict, view.candidates[:3])
    assert view.verdict.startswith(f"{best.title} fits at ")
    assert view.progress == 1.0
    assert took < LONGEST_S
    if not registry.info(name).dialogue:
        assert took < 10.0
        assert not device.heard, "a device that reports by itself is not talked to"


class Twin(MasimoAscii1):
    """A driver that reads the same bytes as another one."""

    info = replace(MasimoAscii1.info, name="twin", title="Twin oximeter", check="a checksum")


def test_when_two_drivers_fit_both_are_named_and_nothing_is_promised(
    cable: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(registry.DRIVERS, "twin", f"{__name__}:Twin")
    device = Bedside(cable.near, simulator("masimo_ascii1"), SPEED)
    view, _ = search(cable.name)
    device.close()
    assert [candidate.driver for candidate in view.candidates[:2]] == ["twin", "masimo_ascii1"]
    assert all(candidate.fits for candidate in view.candidates[:2])
    assert view.verdict.startswith("Twin oximeter fits at 9600 8N1: ")
    assert "Masimo pulse oximeter, ASCII 1 can be read from the same bytes too" in view.verdict
    assert "compare the values with the device's own display before you choose" in view.verdict


def test_a_silent_line_is_said_to_be_silent_within_a_minute(cable: Terminal) -> None:
    view, took = search(cable.name, hasty)
    assert "Nothing arrived and nothing answered" in view.verdict
    assert not any(candidate.fits or candidate.good for candidate in view.candidates)
    assert took < LONGEST_S + 10.0


def test_joined_lines_are_seen_by_their_echo(cable: Terminal) -> None:
    loop = Bedside(cable.near, lambda heard, _: heard, SPEED)
    view, took = search(cable.name)
    loop.close()
    assert "TX and RX are joined" in view.verdict
    assert not any(candidate.fits for candidate in view.candidates)
    assert took < 15.0


def test_zeros_are_told_as_a_wrong_rate(cable: Terminal) -> None:
    """A receiver that samples at another rate gets frames without a stop bit; the driver hands them on as NUL."""
    device = Bedside(cable.near, lambda heard, elapsed: b"\0\0\0\xf8", HASTE)
    view, took = search(cable.name, hasty)
    device.close()
    assert "wrong baud rate" in view.verdict
    assert not any(candidate.fits for candidate in view.candidates)
    assert took < LONGEST_S + 10.0


def test_noise_fits_no_driver(cable: Terminal) -> None:
    chance = random.Random(7)
    device = Bedside(cable.near, lambda heard, elapsed: chance.randbytes(12), HASTE)
    view, took = search(cable.name, hasty)
    device.close()
    assert "no driver reads them" in view.verdict
    assert not any(candidate.fits for candidate in view.candidates)
    assert took < LONGEST_S + 10.0


def test_text_in_an_unknown_form_is_quoted_and_kept_plain(cable: Terminal) -> None:
    said = iter(range(10**9))

    def printer(heard: bytes, elapsed: float) -> bytes:
        return b'<b>ACME</b> "SpO2" 97 of %d\r\n' % next(said) if next(said) % 3 == 0 else b""

    device = Bedside(cable.near, printer, HASTE)
    view, _ = search(cable.name, hasty)
    device.close()
    assert "Readable text arrives at 9600 8N1, but in no known format" in view.verdict
    assert "ACME" in view.verdict
    assert view.verdict.isprintable()


def test_a_device_without_patient_is_found_too(cable: Terminal) -> None:
    device = Bedside(cable.near, simulator("masimo_ascii1", DeviceState({}, frozenset(Parameter))), SPEED)
    view, _ = search(cable.name)
    device.close()
    assert view.candidates[0].driver == "masimo_ascii1"
    assert "SpO2 no data" in view.candidates[0].told


def test_a_stream_joined_in_the_middle_of_a_frame_is_found(cable: Terminal) -> None:
    device = simulator("ivy_ansarb")
    first = [True]

    def cut(heard: bytes, elapsed: float) -> bytes:
        said = device(heard, elapsed)
        if said and first[0]:
            first[0] = False
            return said[len(said) // 2 :]
        return said

    bedside = Bedside(cable.near, cut, SPEED)
    view, _ = search(cable.name)
    bedside.close()
    assert view.candidates[0].driver == "ivy_ansarb"
    assert view.candidates[0].fits


@pytest.mark.parametrize("ending", ["close", "unplug"])
def test_a_search_ends_at_once_when_it_is_told_to_or_the_cable_goes(cable: Terminal, ending: str) -> None:
    identification = PortIdentification(cable.name)
    wait_for(lambda: "listening" in identification.view().trying)
    began = time.monotonic()
    if ending == "close":
        identification.close()
        identification.close()
    else:
        cable.unplug()
    wait_for(lambda: identification.view().done, 2.0)
    assert time.monotonic() - began < 1.0
    assert identification.end(1.0)
    expected = {"close": "was stopped", "unplug": "unplugged"}[ending]
    assert expected in identification.view().verdict


def test_a_port_that_cannot_be_opened_says_why(cable: Terminal, tmp_path: Path) -> None:
    held = open_serial(cable.name, registry.info("masimo_ascii1").serial)
    view, _ = search(cable.name)
    held.close()
    assert "the port is in use" in view.verdict
    view, _ = search(str(tmp_path / "missing"))
    assert "no such port" in view.verdict


def test_a_preview_that_is_just_letting_go_is_waited_for(cable: Terminal) -> None:
    transport = {"kind": "serial", "port": cable.name}
    preview = LivePreview(SourceConfig(name="?", driver="masimo_ascii1", bed="", transport=transport))
    device = Bedside(cable.near, simulator("masimo_ascii1"), SPEED)
    wait_for(lambda: bool(preview.view().vitals))
    preview.close()
    view, _ = search(cable.name)
    device.close()
    assert view.candidates[0].driver == "masimo_ascii1"
    assert preview.end(1.0)


def test_the_port_is_free_after_a_search(cable: Terminal) -> None:
    device = Bedside(cable.near, simulator("masimo_ascii1"), SPEED)
    search(cable.name)
    device.close()
    open_serial(cable.name, registry.info("masimo_ascii1").serial).close()


def test_a_driver_that_fails_does_not_end_the_search(cable: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(self: object, data: bytes, elapsed: float) -> object:
        raise ZeroDivisionError("broken")

    monkeypatch.setattr(IvyAnsarB, "step", fail)
    device = Bedside(cable.near, simulator("masimo_ascii1"), SPEED)
    view, _ = search(cable.name)
    device.close()
    assert view.candidates[0].driver == "masimo_ascii1"
    assert any("the driver failed: ZeroDivisionError" in candidate.told for candidate in view.candidates)


class Blocked:
    """A line whose handshake never lets anything out."""

    name = "blocked"

    def read(self, timeout: float) -> bytes:
        time.sleep(timeout)
        return b""

    def write(self, data: bytes) -> None:
        raise LinkError("blocked: the device takes no data; is it on, and does the cable carry the handshake lines?")

    def close(self) -> None:
        pass


def test_a_line_that_takes_nothing_does_not_end_the_search() -> None:
    identification = PortIdentification("blocked", lambda port, serial: Blocked(), ["dri_s5", "medibus"], hasty)
    wait_for(lambda: identification.view().done)
    assert identification.end(1.0)
    view = identification.view()
    assert {candidate.driver for candidate in view.candidates} == {"dri_s5", "medibus"}
    assert all("does the cable carry the handshake lines" in candidate.told for candidate in view.candidates)


def test_a_fault_of_our_own_ends_the_search_with_its_name() -> None:
    def broken(port: str, serial: object) -> Link:
        raise RuntimeError("boom")

    identification = PortIdentification("port", broken, now=hasty)
    wait_for(lambda: identification.view().done)
    assert identification.end(1.0)
    assert "internal fault: RuntimeError: boom" in identification.view().verdict


def test_it_is_said_what_is_tried(cable: Terminal) -> None:
    identification = PortIdentification(cable.name, now=hasty)
    tried = set()
    while not identification.view().done:
        tried.add(identification.view().trying)
        time.sleep(0.01)
    assert identification.end(1.0)
    assert any(text.startswith("listening at 9600 8N1 for") for text in tried)
    assert any(text.startswith("asking as GE / Datex-Ohmeda") and "19200 8E1" in text for text in tried)


# --- the plan and the words --------------------------------------------------------------------------------------


def test_a_silent_line_is_tried_with_all_drivers_within_the_minute() -> None:
    plan = make_plan(registry.info(name) for name in SERIAL_DRIVERS)
    assert plan.silence_s + sum(ask.silence_s for ask in plan.asking) < LONGEST_S
    assert plan.listening[0].serial.baud == 9600
    slowest = max(way.info.interval_s for way in plan.listening[0].ways)
    assert plan.listening[0].seconds > 2 * slowest
    dri = next(ask for ask in plan.asking if ask.way.info.name == "dri_s5")
    assert dri.silence_s > dri.way.info.interval_s


def test_short_answers_are_no_echo() -> None:
    assert not is_echo(b"\x1bQ6C\r", b"")
    assert not is_echo(b"\x1bQ6C\r", b"\x1b")
    assert is_echo(b"\x1bQ6C\r", b"\x1bQ6C\r")
    assert not is_echo(b"\x1bQ6C\r", b"\x01Q52\r")


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "Nothing arrived"),
        (b"\0" * 50 + b"\x80" * 20, "most of them zero"),
        (b"hello\r\nworld\r\n", 'no known format: "hello world"'),
        (bytes(range(128, 255)), "no driver reads them"),
    ],
)
def test_bytes_are_described_by_what_they_look_like(data: bytes, sentence: str) -> None:
    assert sentence in describe([Heard("9600 8N1", b""), Heard("19200 8N1", data)])
