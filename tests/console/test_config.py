"""The configuration file: what is accepted, and whether a person can act on what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from console.config import ConfigError, load_config, parse_config

WHOLE = """
[ward]
name = "Ward 7B"
timezone = "Europe/London"
beds = ["7B-01", "7B-02"]

[store]
url = "sqlite:///ward.db"

[[source]]
name = "bed 1 oximeter"
driver = "masimo_ascii1"
bed = "7B-01"
transport = { kind = "serial", port = "/dev/ttyUSB0", baud = 9600 }

[[source]]
name = "bed 2 monitor"
driver = "dri_s5"
bed = "7B-02"
transport = { kind = "tcp", host = "10.0.0.7", port = 4001 }

[[hl7_listener]]
name = "gateway"
port = 2575
timezone = "Europe/London"
plain = true
beds = { "ICU^^5" = "7B-02" }
"""


def test_a_whole_file_is_read() -> None:
    config = parse_config(WHOLE)
    assert config.ward.beds == ("7B-01", "7B-02")
    assert config.source[0].transport.kind == "serial"
    assert config.source[1].transport.port == 4001
    assert config.hl7_listener[0].beds == {"ICU^^5": "7B-02"}
    assert config.hl7_listener[0].host == "127.0.0.1"


def test_an_empty_file_opens_nothing() -> None:
    config = parse_config("")
    assert config.source == ()
    assert config.hl7_listener == ()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (('timezone = "Europe/London"\nbeds', 'timezone = "Europe/Londn"\nbeds'), ("ward.timezone", "Europe/Londn")),
        (('bed = "7B-01"', 'bed = "7B-09"'), ("bed 1 oximeter", "7B-09")),
        (("baud = 9600", "baud = 96"), ("source.0.transport.baud", "300")),
        (("baud = 9600", "speed = 9600"), ("source.0.transport.speed", "not a known key")),
        (('"7B-02"]', '"7B-01"]'), ("7B-01", "twice")),
        (("plain = true", ""), ("plain = true", "tls")),
        (('name = "gateway"', 'name = "bed 1 oximeter"'), ("bed 1 oximeter", "two")),
        (('"ICU^^5" = "7B-02"', '"ICU^^5" = "9"'), ("gateway", "ICU^^5")),
        (('url = "sqlite:///ward.db"', 'url = "mysql://x"'), ("store.url", "sqlite:///FILE")),
        (("[ward]", "[ward"), ("not valid TOML",)),
        (("sqlite:///ward.db", "sqlite:///:memory:"), ("store.url", "name a file")),
        (('["7B-01", "7B-02"]', '"7B-01"'), ("ward.beds", "give a list")),
        (('"7B-02"]', '"7B-02\\n"]'), ("ward.beds", "no space at either end")),
        (('kind = "tcp"', 'kind = "usb"'), ("source.1.transport", 'use kind = "serial", "tcp" or "replay"')),
        (('kind = "tcp", ', ""), ("source.1.transport", 'use kind = "serial", "tcp" or "replay"')),
        (("port = 2575", ""), ("hl7_listener.0.port", "is missing")),
        (("plain = true", 'plain = true\nallow = ["gateway"]'), ("hl7_listener.0.allow", "such as 10.20.0.9/32")),
    ],
)
def test_a_fault_is_told_by_key_and_remedy(change: tuple[str, str], words: tuple[str, ...]) -> None:
    text = WHOLE.replace(*change)
    assert text != WHOLE
    with pytest.raises(ConfigError) as caught:
        parse_config(text, "ward.toml")
    assert str(caught.value).startswith("ward.toml: ")
    for word in words:
        assert word in str(caught.value)


def test_two_sources_cannot_share_a_port() -> None:
    text = WHOLE.replace(
        '{ kind = "tcp", host = "10.0.0.7", port = 4001 }', '{ kind = "serial", port = "/dev/ttyUSB0" }'
    )
    with pytest.raises(ConfigError, match="share the port /dev/ttyUSB0"):
        parse_config(text)


def test_two_listeners_cannot_share_an_address() -> None:
    second = '[[hl7_listener]]\nname = "other"\nport = 2575\nplain = true\n'
    with pytest.raises(ConfigError, match=r"'gateway' and 'other' share 127\.0\.0\.1:2575"):
        parse_config(WHOLE + second)


def test_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nothing\.toml: cannot be read: No such file"):
        load_config(tmp_path / "nothing.toml")


def test_a_file_that_is_not_text_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "ward.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="not UTF-8"):
        load_config(path)


def test_shifts_are_times_of_day_in_their_order() -> None:
    assert parse_config("").ward.shifts == ((7, 0), (15, 0), (23, 0))
    config = parse_config('[ward]\nshifts = ["19:30", "7:00"]')
    assert config.ward.shifts == ((7, 0), (19, 30))
    assert config.model_dump(mode="json")["ward"]["shifts"] == ["07:00", "19:30"]


@pytest.mark.parametrize("shifts", ['["24:00"]', '["seven"]', "[7]", '"07:00"', "[]", '["07:00", "7:00"]'])
def test_shifts_that_are_none_are_refused_by_their_key(shifts: str) -> None:
    with pytest.raises(ConfigError, match=r"ward\.shifts"):
        parse_config(f"[ward]\nshifts = {shifts}")
