"""The senders of a listener as they are configured: how each is known, and which beds are its own."""

from __future__ import annotations

from ipaddress import ip_network

from console.config_hl7 import Hl7ListenerConfig, Hl7PeerConfig
from hl7.connection import ConnectionLimits
from hl7.listener import ListenerSettings
from hl7.peers import Peer

NOT_OWN_BED = "not this peer's bed"

TOLD_REMEMBERED = 500


class PeerBeds:
    """What the senders of one listener may speak for; without any configured, everybody for every bed."""

    def __init__(self, config: Hl7ListenerConfig) -> None:
        self._beds = config.beds
        self._of = {peer.name: (frozenset(peer.beds), frozenset(peer.locations)) for peer in config.peer}

    def may_speak(self, sender: str, location: str, bed: str) -> bool:
        """Whether values of this location, which is this bed, are the sender's to send."""
        if not self._of:
            return True
        own = self._of.get(sender)
        return own is not None and (bed in own[0] or location in own[1])

    def has_bed(self, sender: str, bed: str) -> bool:
        """Whether the bed is the sender's, or one of its locations leads there: for what names a bed alone."""
        if not self._of:
            return True
        beds, locations = self._of.get(sender, (frozenset(), frozenset()))
        return bed in beds or any(self._beds.get(location) == bed for location in locations)


class ToldOnce:
    """Pairs a person has been told of; bounded: beyond TOLD_REMEMBERED nothing more is new."""

    def __init__(self) -> None:
        self._told: set[tuple[str, str]] = set()

    def new(self, sender: str, location: str) -> bool:
        """True the first time."""
        if (sender, location) in self._told or len(self._told) >= TOLD_REMEMBERED:
            return False
        self._told.add((sender, location))
        return True


def listener_settings(config: Hl7ListenerConfig) -> ListenerSettings:
    """The settings of a listener, all but the TLS context."""
    limits = config.limits
    return ListenerSettings(
        config.name,
        config.host,
        config.port,
        config.allow,
        limits.connections,
        limits.connections_per_peer,
        limits.handshake_s,
        None,
        ConnectionLimits(limits.frame_bytes, limits.frame_s, limits.idle_s),
        tuple(_peer(peer) for peer in config.peer),
        limits.messages_per_s,
    )


def _peer(config: Hl7PeerConfig) -> Peer:
    names = frozenset(name.lower() for name in config.certificate)
    return Peer(config.name, names, tuple(ip_network(network) for network in config.address))
