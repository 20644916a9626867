"""The whole way: from the engine of a station to a manager, over TLS, and back into the picture."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from console.config import ConfigError, parse_config
from console.link.inprocess import InProcessLink
from console.link.snapshot import ManagerState, ManagerView
from console.station import Station
from hl7.sender import MllpSender
from tests.console.alerting.conftest import until
from tests.console.alerting.manager import AlarmManager, alarm_of, row
from tests.hl7.authority import Authority

CONFIG = """
[ward]
beds = ["7B-01"]
[[hl7_listener]]
name = "back channel"
port = 0
plain = true
[[alarm_manager]]
name = "phones"
host = "127.0.0.1"
port = {port}
retry_s = 0.05
retry_max_s = 0.3
alarm_after_s = 1
{more}
"""
REPORT = (
    "MSH|^~\\&|AM||WARD_CONSOLE||20261122100200+0000||ORA^R41^ORA_R41|r{number}|P|2.6|||AL|NE\rMSA|AA|\r"
    "OBR|1||{alarm}^WARD_CONSOLE\rPRT|1|AD|^Read|AR|7^Test^^^^Dr||||||20261122100200+0000\r"
)


class Desk:
    """A station that has something to say from its start on."""

    def __init__(self, folder: Path, port: int, more: str = "plain = true") -> None:
        self.station = Station(parse_config(CONFIG.format(port=port, more=more)), folder)
        self.station.engine.notice("The database was damaged and has been set aside.")
        self.link: InProcessLink = self.station.link()
        self.station.start()

    @property
    def manager(self) -> ManagerView:
        return self.link.snapshot().system.managers[0]

    def texts(self) -> list[str]:
        return [alarm.condition.text for alarm in self.link.snapshot().alarms]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator:
    made: list[Desk] = []

    def make(port: int, more: str = "plain = true") -> Desk:
        made.append(Desk(tmp_path, port, more))
        until(lambda: made[-1].link.snapshot().system.managers)
        return made[-1]

    yield make
    for one in made:
        one.station.stop()


def test_an_alarm_of_the_engine_reaches_the_manager_and_who_was_told_comes_back_by_a_listener(desk) -> None:
    with AlarmManager() as manager:
        ours = desk(manager.port)
        until(lambda: ours.manager.sent == 1)
        [message] = manager.accepted
        assert row(message, "68481") == "start"
        assert message.all("OBX")[0].text(5, 2) == "The database was damaged and has been set aside."
        address = ours.station.acquisition.listening("back channel")
        assert address is not None
        with MllpSender(*address, timeout_s=5) as sender:
            for number, alarm in enumerate((alarm_of(message), "nobody's", alarm_of(message))):
                answers = sender.send(REPORT.format(number=number, alarm=alarm).encode())
                assert [answer.code for answer in answers] == ["CA"]
        record = ours.link.alarm_story(alarm_of(message)).result(5)
        assert record is not None
        assert [(t.recipient, t.status, t.manager) for t in record.told] == [("Dr Test", "read", "back channel")]
        [feed] = ours.station.acquisition.views()
        assert dict(feed.quarantined)["report about an unknown alarm"] == 1


def test_a_manager_that_is_away_is_a_medium_alarm_that_does_not_multiply_and_ends(desk) -> None:
    manager = AlarmManager()
    ours = desk(manager.port)
    until(lambda: "Alarms do not reach phones" in ours.texts())
    assert ours.manager.state is ManagerState.RETRYING
    assert ours.manager.queued == 1, "the alarm about the manager waits for the manager"
    assert len(ours.texts()) == 2
    with manager:
        until(lambda: ours.manager.queued == 0)
        until(lambda: [a.presence for a in ours.link.snapshot().alarms if "phones" in a.condition.text] != ["active"])
        assert len(manager.accepted) == 1


def test_over_tls_both_sides_show_who_they_are(desk, tmp_path: Path) -> None:
    authority = Authority(tmp_path / "pki")
    theirs, own = authority.issue("manager", "IP:127.0.0.1"), authority.issue("ward console")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(theirs.cert, theirs.key)
    context.load_verify_locations(authority.ca)
    context.verify_mode = ssl.CERT_REQUIRED
    with AlarmManager(tls=context) as manager:
        ours = desk(manager.port, f'tls = {{ ca = "{authority.ca}", cert = "{own.cert}", key = "{own.key}" }}')
        until(lambda: ours.manager.sent == 1)
        assert ours.manager.secure


def test_a_manager_with_a_certificate_of_nobody_gets_nothing(desk, tmp_path: Path) -> None:
    authority = Authority(tmp_path / "pki")
    false = authority.self_signed("manager")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(false.cert, false.key)
    with AlarmManager(tls=context) as manager:
        ours = desk(manager.port, f'tls = {{ ca = "{authority.ca}" }}')
        until(lambda: "certificate is not accepted" in ours.manager.last_error)
        assert manager.received == []


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ("", "say plain = true"),
        ('plain = true\ntls = { ca = "x" }', "exclude each other"),
        ('tls = { ca = "x", cert = "y" }', "cert and key together"),
        ('plain = true\nbeds = { "9Z" = "a^b^c" }', "9Z is not a bed"),
        ('plain = true\nbeds = { "7B-01" = "a^b^c^d" }', "unit^room^bed"),
        ('plain = true\nbeds = { "7B-01" = "a^a room with a very long name^c" }', "at most 20"),
        ('plain = true\npriority = "urgent"', "priority"),
        ('plain = true\nkinds = ["everything"]', "kinds"),
    ],
)
def test_a_configuration_that_cannot_work_is_refused_in_words(more: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words.replace("^", r"\^")):
        parse_config(CONFIG.format(port=2000, more=more))
