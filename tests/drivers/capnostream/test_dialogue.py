"""What the console says to a Capnostream, and what it tells the engineer; over a cable see tests/drivers/dialogues."""

from __future__ import annotations

from drivers import registry
from drivers.driver import Driver
from tests.drivers.capnostream.encoder import ENABLE, LINK_ACTIVE, START, device_id, numerics, wave


def new() -> Driver:
    return registry.create("capnostream", {})


def test_it_enables_until_answered_then_starts_then_keeps_the_link_alive() -> None:
    driver = new()
    assert [driver.step(b"", t).send for t in (0.0, 0.5, 1.0, 2.0)] == [ENABLE, b"", ENABLE, ENABLE]
    assert driver.step(device_id(), 2.3).send == START
    assert driver.step(numerics(0), 2.4).send == b""
    sent = [driver.step(numerics(n), 2.4 + n).send for n in range(1, 17)]
    assert [said for said in sent if said] == [LINK_ACTIVE] * 3


def test_a_device_that_streams_already_is_only_kept_alive() -> None:
    driver = new()
    driver.step(wave(200)[3:] + numerics(0), 0.0)
    assert {driver.step(numerics(n), float(n)).send for n in range(1, 12)} == {b"", LINK_ACTIVE}


def test_silence_is_asked_again_and_told_once() -> None:
    driver = new()
    driver.step(device_id() + numerics(0), 0.0)
    outputs = [driver.step(b"", 0.5 * n) for n in range(1, 41)]
    troubles = [output.trouble for output in outputs if output.trouble is not None]
    assert len(troubles) == 1
    assert troubles[0].startswith("The capnograph has stopped sending values")
    assert ENABLE in [output.send for output in outputs[6:9]]
    assert driver.step(numerics(30), 30.0).trouble == ""


def test_no_answer_and_no_start_have_sentences_of_their_own() -> None:
    dumb = new()
    told = [dumb.step(b"", float(n)).trouble for n in range(20)]
    assert [text for text in told if text] == [told[5]]
    assert "does not answer" in str(told[5])
    refusing = new()
    told = [refusing.step(device_id() if n % 5 == 0 else b"", float(n)).trouble for n in range(20)]
    assert [text for text in told if text] == [told[5]]
    assert "answers but sends no values" in str(told[5])


def test_whatever_the_device_says_the_console_says_little_and_changes_nothing() -> None:
    driver = new()
    said = b""
    for n in range(1000):
        said += driver.step(device_id() if n % 2 else device_id() + wave(n), n / 100).send
    assert len(said) <= 8 * 10  # bytes in ten seconds
    assert said.replace(ENABLE, b"").replace(START, b"").replace(LINK_ACTIVE, b"") == b""
