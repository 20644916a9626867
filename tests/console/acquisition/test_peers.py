"""Senders of a listener by address: each speaks for its own beds alone, in values, alerts and names of patients."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from console.acquisition import served as served_module
from console.acquisition.feed import Feed
from console.acquisition.listeners import ListenerThread
from console.acquisition.peer_views import warnings
from console.acquisition.peers import PeerBeds
from console.acquisition.refusals import KINDS_KEPT, Refusals
from console.clock import SystemClock
from console.config import ConfigError, parse_config
from console.engine.items import DeviceReport, PatientSeen, Samples, SourceNote
from console.engine.plan import first_views
from console.ward.source import SourceState
from drivers.observation import Parameter
from hl7.listener import Refusal
from hl7.mllp import Framer, wrap
from hl7.tls import Secured
from tests.console.acquisition.test_feed import oru, wait_for
from tests.console.ward_fakes import MemoryStore
from tests.hl7.authority import Authority

CONFIG = """
[ward]
beds = ["7B-01", "7B-02"]
[[hl7_listener]]
name = "gateway"
port = 0
plain = true
timezone = "UTC"
allow = ["127.0.0.0/8"]
beds = { "ICU^^5" = "7B-01", "ICU^^6" = "7B-02" }
[[hl7_listener.peer]]
name = "one"
address = ["127.0.0.1"]
beds = ["7B-01"]
[[hl7_listener.peer]]
name = "two"
address = ["127.0.0.2/32"]
locations = ["ICU^^6"]
"""
HR = Parameter.HR


def alert(control: str, location: str) -> bytes:
    rows = [
        rf"MSH|^~\&|G|W|C|H|20261122093000+0000||ORU^R40^ORU_R40|{control}|P|2.6",
        "PID|||4711^^^W^MR",
        f"PV1||I|{location}",
        "OBR|1|||196616^MDC_EVT_ALARM^MDC|||20261122093000+0000",
        "OBX|1|ST|196614^MDC_EVT_APNEA^MDC|1.0.0.0.1|Apnea||||||F|||20261122093000+0000",
        "OBX|2|ST|68481^MDC_ATTR_EVENT_PHASE^MDC|1.0.0.0.2|start||||||F",
    ]
    return ("\r".join(rows) + "\r").encode()


class Served:
    """The listener on loopback; two addresses of it are two senders."""

    def __init__(self, text: str = CONFIG) -> None:
        config = parse_config(text)
        self.store, self.items = MemoryStore(), []
        (listener,), (view,) = config.hl7_listener, first_views(config)
        clock = SystemClock()
        self.feed = Feed(listener, view, self.store, lambda item: self.items.append(item) or True, clock)
        self.listeners = ListenerThread([(listener, self.feed)], clock.utc, clock.now)
        self.listeners.start()

    def send(self, sender: str, *messages: bytes) -> int:
        """Send from an address; how many were answered AA."""
        framer, answers = Framer(), []
        address = self.listeners.address("gateway")
        with socket.create_connection(address, 5, source_address=(sender, 0)) as line:
            line.sendall(b"".join(map(wrap, messages)))
            while len(answers) < len(messages):
                data = line.recv(1 << 16)
                if not data:
                    break
                answers += framer.feed(data)
        return sum(b"MSA|AA|" in answer for answer in answers)

    def of(self, kind: type) -> list:
        return [item for item in self.items if isinstance(item, kind)]

    @property
    def view(self):
        return self.listeners.views()[0]


@pytest.fixture
def served(monkeypatch) -> Iterator[Served]:
    monkeypatch.setattr(served_module, "CHECK_S", 0.05)
    made = Served()
    yield made
    made.listeners.stop()


def test_the_part_of_a_message_that_is_for_another_bed_is_not_charted(served: Served) -> None:
    own, other = oru({HR: 72}, "1"), oru({HR: 180}, "2", location="ICU^^6", patient="9999")
    assert served.send("127.0.0.1", own, other, alert("3", "ICU^^6")) == 3
    assert [(s.bed, s.observation.value) for i in served.of(Samples) for s in i.samples] == [("7B-01", 72.0)]
    assert [s.bed for s in served.store.samples] == ["7B-01"]
    assert served.of(DeviceReport) == []
    assert [(seen.bed, seen.patient_id) for seen in served.of(PatientSeen)] == [("7B-01", "4711")]
    assert served.view.device_alerts == ()
    assert ("not this peer's bed", 2) in served.view.quarantined
    notes = [SourceNote("gateway", "not this peer's bed", "one: ICU^^6")]
    assert served.of(SourceNote) == notes
    reasons = [receipt.reason for receipt in served.store.receipts.values()]
    assert reasons == ["", "1 put aside: not this peer's bed", "1 put aside: not this peer's bed"]


def test_each_peer_is_heard_for_its_own_bed_values_and_alerts(served: Served) -> None:
    assert served.send("127.0.0.1", oru({HR: 72}, "1"), alert("2", "ICU^^5")) == 2
    assert served.send("127.0.0.2", oru({HR: 88}, "1", location="ICU^^6"), alert("4", "ICU^^6")) == 2
    assert {(s.bed, s.observation.value) for i in served.of(Samples) for s in i.samples} == {
        ("7B-01", 72.0),
        ("7B-02", 88.0),
    }
    assert [(report.bed, report.alert.code) for report in served.of(DeviceReport)] == [
        ("7B-01", "apnoea"),
        ("7B-02", "apnoea"),
    ]
    assert served.of(SourceNote) == []
    assert [(peer.name, peer.address, peer.accepted) for peer in served.view.peers] == [
        ("one", "127.0.0.1", 2),
        ("two", "127.0.0.2", 2),
    ]


def test_a_stranger_is_refused_shown_and_told_once(served: Served) -> None:
    for _ in range(5):
        with suppress(OSError):
            assert served.send("127.0.0.3", oru({HR: 72}, "1")) == 0
    wait_for(lambda: dict(served.view.quarantined) == {"connection refused: not a known peer": 5})
    assert served.store.receipts == {}
    assert served.of(SourceNote) == [SourceNote("gateway", "connection refused", "127.0.0.3: not a known peer")]
    assert [(peer.name, peer.address, peer.refused) for peer in served.view.peers][2:] == [("", "127.0.0.3", 5)]
    served.listeners.stop()
    assert served.of(SourceNote)[1].detail == "127.0.0.3: not a known peer, 4 times more"


def test_a_sender_that_is_held_back_is_named() -> None:
    served = Served(CONFIG.replace('beds = { "ICU', 'limits = { messages_per_s = 20 }\nbeds = { "ICU'))
    try:
        assert served.send("127.0.0.1", *(oru({HR: 60 + n}, f"{n}") for n in range(30))) == 30
        (warning,) = served.view.warnings
        assert warning == "one sends more messages a second than it may and is held back; nothing is lost"
        assert served.view.peers[0].held_back > 5
        assert served.view.good == 30
    finally:
        served.listeners.stop()


def test_without_peers_everybody_the_networks_let_in_speaks_for_every_bed() -> None:
    served = Served(CONFIG[: CONFIG.index("[[hl7_listener.peer]]")])
    try:
        assert served.send("127.0.0.7", oru({HR: 72}, "1"), oru({HR: 88}, "2", location="ICU^^6")) == 2
        assert {sample.bed for sample in served.store.samples} == {"7B-01", "7B-02"}
        assert [(peer.name, peer.address, peer.messages) for peer in served.view.peers] == [("", "127.0.0.7", 2)]
    finally:
        served.listeners.stop()


def test_a_bed_is_its_peers_also_where_it_is_named_alone() -> None:
    beds = PeerBeds(parse_config(CONFIG).hl7_listener[0])
    assert [beds.has_bed(sender, "7B-02") for sender in ("one", "two", "")] == [False, True, False]


def test_refusals_in_the_trail_are_bounded_and_none_is_uncounted() -> None:
    told: list[str] = []
    now = [0.0]
    refusals = Refusals(lambda _, detail: told.append(detail), lambda: now[0])
    for number in range(1000):
        for _ in range(3):
            refusals.add(Refusal(f"10.0.{number // 250}.{number % 250}", "", "not allowed"))
    assert len(told) == KINDS_KEPT + 1
    assert told[-1] == "other addresses: not allowed"
    now[0] = 61.0
    refusals.settle()
    assert len(told) == 2 * (KINDS_KEPT + 1)
    assert told[-1] == f"other addresses: not allowed, {3 * (1000 - KINDS_KEPT) - 1} times more"
    assert sum(1 if "more" not in detail else int(detail.split()[-3]) for detail in told) == 3000
    now[0] = 200.0
    refusals.settle()
    refusals.add(Refusal("10.0.0.0", "", "not allowed"))
    assert told[-1] == "10.0.0.0: not allowed"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (('address = ["127.0.0.1"]', ""), "say how this sender is known"),
        (('beds = ["7B-01"]\n[[', "[["), "name the beds or locations this sender may speak for"),
        (('beds = ["7B-01"]\n[[', 'beds = ["9"]\n[['), "peer 'one' of 'gateway': 9 is not a bed"),
        (('"127.0.0.1"]', '"somewhere"]'), "use addresses such as"),
        (('name = "two"', 'name = "one"'), "the peer 'one' is named twice"),
        (('address = ["127.0.0.1"]', 'certificate = ["x"]'), "needs tls = { cert, key, client_ca }"),
        (("plain = true", 'tls = { cert = "a", key = "b", crl = "c" }'), "give client_ca too"),
        (("port = 0", "port = 0\nlimits = { connections = 0 }"), "limits.connections"),
        (("port = 0", "port = 0\nlimits = { frame_bytes = 9999999 }"), "limits.frame_bytes"),
        (("port = 0", "port = 0\nlimits = { frame_s = 0 }"), "limits.frame_s"),
        (("port = 0", "port = 0\nlimits = { handshake_s = 1000 }"), "limits.handshake_s"),
        (("port = 0", "port = 0\nlimits = { idle_s = 1 }"), "limits.idle_s"),
        (("port = 0", "port = 0\nlimits = { messages_per_s = 0.1 }"), "limits.messages_per_s"),
    ],
)
def test_a_fault_in_peers_and_limits_is_told_by_key_and_remedy(change: tuple[str, str], words: str) -> None:
    text = CONFIG.replace(*change, 1)
    assert text != CONFIG
    with pytest.raises(ConfigError) as caught:
        parse_config(text, "ward.toml")
    assert words in str(caught.value)


def test_a_certificate_or_list_that_soon_ends_is_a_warning() -> None:
    now = datetime(2026, 11, 22, 12, tzinfo=UTC)

    def told(days: float, list_days: float | None = None) -> tuple[str, ...]:
        until = None if list_days is None else now + timedelta(days=list_days)
        secured = Secured(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), now + timedelta(days=days), until)
        return warnings(secured, "", (), (), now, 0.0)

    assert told(31) == told(31, 2) == ()
    assert told(29.5) == ("our own certificate ends on 2026-12-22 00:00 UTC, in 29 days",)
    assert told(0.5) == ("our own certificate ends on 2026-11-23 00:00 UTC, within a day",)
    assert told(-1) == ("our own certificate ended on 2026-11-21 12:00 UTC",)
    assert told(31, 0.5) == ("the revocation list ends on 2026-11-23 00:00 UTC, within a day",)
    assert told(29.5, -1)[0].startswith("the revocation list ended on 2026-11-21 12:00 UTC: no new connection")


def test_a_listener_without_its_revocation_list_does_not_listen_and_says_why(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(served_module, "RETRY_S", 0.1)
    authority = Authority(tmp_path)
    own, crl = authority.issue("console", "IP:127.0.0.1"), tmp_path / "revoked.pem"
    files = f'cert = "{own.cert}", key = "{own.key}", client_ca = "{authority.ca}", crl = "{crl}"'
    served = Served(CONFIG.replace("plain = true", f"tls = {{ {files} }}"))
    try:
        assert served.view.state is SourceState.LOST
        assert "cannot listen on 127.0.0.1:0" in served.view.last_error
        assert f"{crl}: cannot be read: No such file" in served.view.last_error
        crl.write_text("not a list")
        wait_for(lambda: "holds no revocation list in PEM form" in served.view.last_error)
        authority.revocations(crl)
        wait_for(lambda: served.view.state is SourceState.CONNECTED)
        assert served.view.last_error == ""
    finally:
        served.listeners.stop()
