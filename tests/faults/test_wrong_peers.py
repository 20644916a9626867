"""Reliability scoreboard, row 19: nobody speaks for a bed who has not shown that he may.

Plain TCP on the TLS port, no certificate, one signed by itself, by another authority, expired, revoked, of a stranger,
and a good certificate of another bed: none of their values is charted, every refusal is counted and in the audit trail.
"""

from __future__ import annotations

import os
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from console.acquisition import served
from hl7.mllp import wrap
from hl7.sender import MllpSender, SendError
from tests.faults.ward import Ward, eventually, vital_signs, ward
from tests.hl7.authority import Authority, Identity

SECTION = """
tls = {{ cert = "{server.cert}", key = "{server.key}", client_ca = "{ca}", crl = "{crl}" }}
limits = {{ handshake_s = 0.5 }}
[[hl7_listener.peer]]
name = "monitor of bed 1"
certificate = ["urn:monitor:1"]
beds = ["7B-01"]
[[hl7_listener.peer]]
name = "monitor of bed 2"
certificate = ["monitor-2.ward.example"]
address = ["127.0.0.0/8"]
locations = ["ICU^^6"]
"""


@dataclass
class Hospital:
    """A ward over TLS, and who may or may not speak to it."""

    ward: Ward
    authority: Authority
    known: Identity
    second: Identity
    crl: Path

    def context(self, identity: Identity | None) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=self.authority.ca)
        if identity is not None:
            context.load_cert_chain(identity.cert, identity.key)
        return context

    def sender(self, identity: Identity | None) -> MllpSender:
        return MllpSender("127.0.0.1", self.ward.port, 3, self.context(identity))

    def says(self, identity: Identity | None, message: bytes) -> str:
        """The code of the answer, "" when there was none."""
        with self.sender(identity) as sender, suppress(SendError, OSError):
            return sender.send(message)[0].code
        return ""

    def values(self) -> list[tuple[str, float | None]]:
        """Bed and heart rate of what the screens show."""
        snapshot = self.ward.station.link().snapshot()
        return [(bed.bed, reading.value) for bed in snapshot.beds for reading in bed.readings]

    def messages(self) -> list[tuple]:
        return self.ward.record("select control_id, outcome, reason from receipt order by received_at")


@pytest.fixture(autouse=True)
def _often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(served, "CHECK_S", 0.1)


@pytest.fixture
def hospital(tmp_path: Path) -> Iterator[Hospital]:
    authority = Authority(tmp_path / "ca")
    server = authority.issue("console", "DNS:localhost,IP:127.0.0.1")
    known = authority.issue("monitor-1", "URI:urn:monitor:1")
    second = authority.issue("monitor-2.ward.example", days=12)
    crl = tmp_path / "revoked.pem"
    section = SECTION.format(server=server, ca=authority.ca, crl=authority.revocations(crl))
    with ward(tmp_path, section) as running:
        yield Hospital(running, authority, known, second, crl)


def test_a_known_peer_speaks_for_its_own_bed_and_is_shown_with_its_certificate(hospital: Hospital) -> None:
    with hospital.sender(hospital.known) as sender:
        assert sender.send(vital_signs("1"))[0].code == "AA"
        first, second = hospital.ward.view.peers
        assert (first.name, first.address, first.connections) == ("monitor of bed 1", "127.0.0.1", 1)
        assert (first.certificate, first.expires_soon) == ("monitor-1", False)
        assert (first.messages, first.accepted, first.errors, first.refused) == (1, 1, 0, 0)
        assert first.connected_since is not None
        assert first.bytes_in > 100
        assert first.last_heard_stamp == pytest.approx(hospital.ward.station.clock.now(), abs=2)
        assert (second.name, second.connected_since, second.messages) == ("monitor of bed 2", None, 0)
    assert hospital.says(hospital.second, vital_signs("2", 88, "ICU^^6")) == "AA"
    eventually(lambda: hospital.values() == [("7B-01", 72.0), ("7B-02", 88.0)])
    eventually(lambda: hospital.ward.view.peers[0].connected_since is None)
    assert hospital.ward.view.peers[1].expires_soon
    (warning,) = hospital.ward.view.warnings
    assert "the certificate of monitor of bed 2 (monitor-2.ward.example) ends on" in warning
    assert "in 11 days" in warning
    assert hospital.ward.view.certificate_until is not None


def test_wrong_peers_of_every_kind_are_refused_counted_and_audited(hospital: Hospital, tmp_path: Path) -> None:
    """Row 19: accepted messages of each kind 0, every refusal in the trail with its reason."""
    authority = hospital.authority
    revoked = authority.issue("monitor-9", "URI:urn:monitor:9")
    authority.revoke(revoked)
    authority.revocations(hospital.crl)
    eventually(lambda: hospital.ward.record("select 1 from audit where act = 'TLS files read again'"))
    wrong = {
        "certificate self-signed": authority.self_signed("urn:monitor:1"),
        "certificate of an unknown issuer": Authority(tmp_path / "other", "another").issue("x", "URI:urn:monitor:1"),
        "certificate expired": authority.issue("old", "URI:urn:monitor:1", days=-1),
        "certificate not yet valid": authority.issue("new", "URI:urn:monitor:1", began=2),
        "certificate revoked": revoked,
        "certificate of no known peer": authority.issue("monitor-3", "DNS:monitor-3.ward.example"),
        "no client certificate": None,
    }
    accepted = {reason: hospital.says(identity, vital_signs(reason)) for reason, identity in wrong.items()}
    with socket.create_connection(("127.0.0.1", hospital.ward.port), 5) as plain:
        plain.sendall(wrap(vital_signs("no TLS")))
        plain.settimeout(3)
        with suppress(OSError):
            accepted["no TLS"] = "AA" if b"|AA|" in plain.recv(1000) else ""
    with socket.create_connection(("127.0.0.1", hospital.ward.port), 5) as silent:
        silent.settimeout(3)
        with suppress(OSError):
            assert silent.recv(100) == b""
        accepted["handshake took too long"] = ""
    print(f"row 19: {sum('AA' in code for code in accepted.values())} accepted of {len(accepted)} kinds")
    assert not any("AA" in code for code in accepted.values())
    assert hospital.messages() == []
    assert hospital.values() == []
    reasons = {f"connection refused: {reason}" for reason in accepted}
    eventually(lambda: {reason for reason, _ in hospital.ward.view.quarantined} == reasons)
    eventually(lambda: len(hospital.ward.refusals()) == len(reasons))
    assert sorted(hospital.ward.refusals()) == sorted(f"gateway: 127.0.0.1: {reason}" for reason in accepted)
    # Whoever belongs here is served all the while.
    assert hospital.says(hospital.known, vital_signs("good")) == "AA"


def test_a_good_certificate_of_another_bed_charts_nothing_there(hospital: Hospital) -> None:
    """Row 19: impersonation of another bed 0."""
    with hospital.sender(hospital.second) as sender:
        codes = [sender.send(vital_signs(str(number), 30 + number, "ICU^^5"))[0].code for number in range(50)]
        assert codes == ["AA"] * 50
        assert sender.send(vital_signs("own", 88, "ICU^^6"))[0].code == "AA"
    eventually(lambda: hospital.values() == [("7B-02", 88.0)])
    assert ("not this peer's bed", 50) in hospital.ward.view.quarantined
    assert [row[2] for row in hospital.messages()] == ["1 put aside: not this peer's bed"] * 50 + [""]
    said = "select detail from audit where act = 'not this peer''s bed'"
    eventually(lambda: hospital.ward.record(said) == [("gateway: monitor of bed 2: ICU^^5",)])
    assert hospital.ward.station.link().snapshot().bed("7B-01").offered_patient_id == ""


def test_a_certificate_revoked_meanwhile_ends_its_open_connection(hospital: Hospital) -> None:
    with hospital.sender(hospital.known) as first, hospital.sender(hospital.second) as other:
        assert first.send(vital_signs("1"))[0].code == "AA"
        assert other.send(vital_signs("2", 88, "ICU^^6"))[0].code == "AA"
        hospital.authority.revoke(hospital.known)
        hospital.authority.revocations(hospital.crl)
        eventually(lambda: hospital.ward.view.connections == 1)
        with pytest.raises(SendError):
            first.send(vital_signs("3"))
        assert other.send(vital_signs("4", 88, "ICU^^6"))[0].code == "AA"
    assert [row[0] for row in hospital.messages()] == ["1", "2", "4"]
    assert "gateway: 127.0.0.1: certificate revoked" in hospital.ward.refusals()


def test_a_revocation_list_that_cannot_be_read_is_told_and_the_one_before_stays_in_force(hospital: Hospital) -> None:
    hospital.authority.revoke(hospital.second)
    hospital.authority.revocations(hospital.crl)
    eventually(lambda: hospital.ward.record("select 1 from audit where act = 'TLS files read again'"))
    good = hospital.crl.read_bytes()
    for damage in (b"", b"no list at all", good[: len(good) // 2], good.replace(b"MII", b"MIH")):
        hospital.crl.write_bytes(damage)
        os.utime(hospital.crl, ns=(time.time_ns(), time.time_ns()))
        eventually(lambda: "files of before stay in force" in hospital.ward.view.last_error)
        assert hospital.ward.view.warnings[0] == hospital.ward.view.last_error
        assert str(hospital.crl) in hospital.ward.view.last_error or "revocation list" in hospital.ward.view.last_error
        assert hospital.says(hospital.second, vital_signs("x", 88, "ICU^^6")) == ""
        assert hospital.says(hospital.known, vital_signs("y")) == "AA"
    hospital.crl.unlink()
    eventually(lambda: "No such file" in hospital.ward.view.last_error)
    assert hospital.ward.record("select 1 from audit where act = 'TLS files cannot be used'")
    hospital.authority.revocations(hospital.crl)
    eventually(lambda: hospital.ward.view.last_error == "")


def test_a_revocation_list_that_has_ended_lets_nobody_in_and_says_so(hospital: Hospital) -> None:
    hospital.authority.revocations(hospital.crl, seconds=1)
    eventually(lambda: hospital.ward.record("select 1 from audit where act = 'revocation list ended'"), 4)
    assert hospital.says(hospital.known, vital_signs("1")) == ""
    view = hospital.ward.view
    assert "no new connection is let in until there is a newer one" in view.last_error
    assert view.last_error in view.warnings
    eventually(lambda: ("connection refused: revocation list expired", 1) in hospital.ward.view.quarantined)
    hospital.authority.revocations(hospital.crl)
    eventually(lambda: hospital.ward.view.last_error == "")
    assert hospital.says(hospital.known, vital_signs("1")) == "AA"
