"""Who sends: the senders a listener knows, how one is told by certificate and address, and what each has done."""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from ssl import cert_time_to_seconds
from typing import Any

Network = IPv4Network | IPv6Network

TALLIES_KEPT = 200
"""Senders remembered; beyond it the one that has been quiet longest and is not connected is forgotten."""


@dataclass(frozen=True, slots=True)
class Peer:
    """A sender by its certificate (subject CN, or a DNS name, URI or address of the SAN; any of them), by the network
    it comes from, or by both: then both must fit."""

    name: str
    certificates: frozenset[str] = frozenset()
    networks: tuple[Network, ...] = ()

    def comes_from(self, address: IPv4Address | IPv6Address) -> bool:
        """Whether it may have this address; any, when none is told."""
        return not self.networks or any(address in network for network in self.networks)


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a client certificate says. names: CN and SAN, in lower case; der: the whole, to look it up as revoked."""

    subject: str
    names: frozenset[str]
    until: datetime
    der: bytes = b""


def read_certificate(parsed: Mapping[str, Any] | None, der: bytes | None) -> Certificate | None:
    """A certificate as `ssl.SSLObject.getpeercert` gives it; None where none was shown."""
    if not parsed or der is None:
        return None
    pairs = [pair for group in parsed.get("subject", ()) for pair in group]
    common = [value for key, value in pairs if key == "commonName"]
    others = [value for kind, value in parsed.get("subjectAltName", ()) if kind in ("DNS", "URI", "IP Address")]
    until = datetime.fromtimestamp(cert_time_to_seconds(parsed["notAfter"]), UTC)
    subject = ", ".join(common) or ", ".join(f"{key}={value}" for key, value in pairs)
    return Certificate(subject[:200], frozenset(name.lower() for name in (*common, *others)), until, der)


def plain_address(host: str) -> IPv4Address | IPv6Address:
    """The address of a socket without its scope, and an IPv4 address as one also on a socket of both kinds."""
    address = ip_address(host.split("%")[0])
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


class KnownPeers:
    """The senders of one listener. Without any, everybody the networks let in is a sender without a name."""

    def __init__(self, peers: Sequence[Peer] = ()) -> None:
        # A certificate proves more than an address: who is told by one comes first.
        self._peers = sorted(peers, key=lambda peer: not peer.certificates)

    def __bool__(self) -> bool:
        return bool(self._peers)

    def may_come_from(self, host: str) -> bool:
        """Whether anybody known can have this address."""
        address = plain_address(host)
        return any(peer.comes_from(address) for peer in self._peers)

    def find(self, host: str, certificate: Certificate | None) -> Peer | None:
        """Who this is, None for a stranger."""
        address = plain_address(host)
        names = certificate.names if certificate is not None else frozenset()
        for peer in self._peers:
            if (not peer.certificates or peer.certificates & names) and peer.comes_from(address):
                return peer
        return None


class Bucket:
    """Messages a second of one sender, over all its connections: `rate` of them, and as many at once after a pause.

    `take` says how long to wait before the next message is handed on: whoever waits reads nothing meanwhile, so that
    the sender is held back by its own socket, and nothing is lost.
    """

    __slots__ = ("_at", "_left", "_rate")

    def __init__(self, rate: float) -> None:
        self._rate = rate
        self._left = rate
        self._at = 0.0

    def take(self, now: float) -> float:
        """One message at `now` (seconds, monotonic); returns seconds to wait, 0 for none."""
        left = self._left + (now - self._at) * self._rate
        self._left = (left if left < self._rate else self._rate) - 1.0
        self._at = now
        return 0.0 if self._left >= 0.0 else -self._left / self._rate


@dataclass(slots=True)
class PeerTally:
    """What one sender has done since the start; written on the loop under the lock of the listener's counters.

    name: "" for one known by its address alone; host: where it came from last. open: when each of its open connections
    began, by number.
    heard: monotonic stamp of its newest message. held_back_at: the same of its newest pause.
    """

    name: str
    host: str
    bucket: Bucket
    open: dict[int, datetime] = field(default_factory=dict)
    heard: float | None = None
    messages: int = 0
    bytes_in: int = 0
    refused: int = 0
    held_back: int = 0
    held_back_at: float | None = None
    answers: Counter[str] = field(default_factory=Counter)
    certificate: Certificate | None = None


class Tallies:
    """The tallies of one listener: all configured senders, and those known by address, at most TALLIES_KEPT."""

    def __init__(self, peers: Iterable[Peer], rate: float) -> None:
        self._rate = rate
        self._named = {peer.name: PeerTally(peer.name, "", Bucket(rate)) for peer in peers}
        self._others: OrderedDict[str, PeerTally] = OrderedDict()

    def of(self, peer: Peer | None, host: str) -> PeerTally:
        """The tally of a sender; `host` is where it comes from now."""
        if peer is not None:
            found = self._named[peer.name]
            found.host = host
            return found
        known = self._others.get(host)
        if known is None:
            known = self._others[host] = PeerTally("", host, Bucket(self._rate))
            self._forget()
        self._others.move_to_end(host)
        return known

    def all(self) -> list[PeerTally]:
        """Configured ones in their order, then the others, seen last first."""
        return [*self._named.values(), *reversed(self._others.values())]

    def _forget(self) -> None:
        if len(self._others) > TALLIES_KEPT:
            oldest = next((host for host, tally in self._others.items() if not tally.open), None)
            if oldest is not None:
                del self._others[oldest]
