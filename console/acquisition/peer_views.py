"""The senders of a listener as the engineer reads them, and what there is to be warned of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from console.link.snapshot import PEERS_SHOWN, PeerView
from hl7.peers import PeerTally
from hl7.tls import Secured

WARN_BEFORE = timedelta(days=30)
"""A certificate that ends sooner is named: to get a new one takes a hospital weeks."""

WARN_LIST_BEFORE = timedelta(days=1)
"""The same of a revocation list, which is made anew every few days."""

HELD_BACK_TOLD_S = 60.0


def peer_views(tallies: Sequence[PeerTally], utc: datetime) -> tuple[PeerView, ...]:
    """At most PEERS_SHOWN of them, in the order given."""
    return tuple(_view(tally, utc) for tally in tallies[:PEERS_SHOWN])


def _view(tally: PeerTally, utc: datetime) -> PeerView:
    shown, answers = tally.certificate, tally.answers
    until = None if shown is None else shown.until
    return PeerView(
        name=tally.name,
        address=tally.host,
        connected_since=min(tally.open.values(), default=None),
        last_heard_stamp=tally.heard,
        connections=len(tally.open),
        messages=tally.messages,
        bytes_in=tally.bytes_in,
        refused=tally.refused,
        accepted=answers["AA"],
        errors=answers["AE"],
        rejected=answers["AR"],
        held_back=tally.held_back,
        certificate="" if shown is None else shown.subject,
        certificate_until=until,
        expires_soon=until is not None and until - utc < WARN_BEFORE,
    )


def warnings(
    secured: Secured | None,
    fault: str,
    peers: Iterable[PeerView],
    tallies: Iterable[PeerTally],
    utc: datetime,
    now: float,
) -> tuple[str, ...]:
    """What a person should mend, most urgent first. fault: why the newest TLS files are not in force, ""; now: engine
    time, utc: wall time."""
    found = [fault] if fault else []
    if secured is not None:
        if secured.crl_until is not None and secured.crl_until - utc < WARN_LIST_BEFORE:
            found.append(_list_words(secured.crl_until, utc))
        if secured.until - utc < WARN_BEFORE:
            found.append(f"our own certificate {_ends(secured.until, utc)}")
    found += [
        f"the certificate of {peer.name or peer.address} ({peer.certificate}) {_ends(peer.certificate_until, utc)}"
        for peer in peers
        if peer.expires_soon and peer.certificate_until is not None
    ]
    found += [
        f"{tally.name or tally.host} sends more messages a second than it may and is held back; nothing is lost"
        for tally in tallies
        if tally.held_back_at is not None and now - tally.held_back_at < HELD_BACK_TOLD_S
    ]
    return tuple(found[:PEERS_SHOWN])


def list_ended(secured: Secured | None, utc: datetime) -> str:
    """Why nobody is let in any more although the listener stands, "" while its revocation list is good."""
    if secured is None or secured.crl_until is None or secured.crl_until > utc:
        return ""
    return _list_words(secured.crl_until, utc)


def _list_words(until: datetime, utc: datetime) -> str:
    after = ": no new connection is let in until there is a newer one" if until <= utc else ""
    return f"the revocation list {_ends(until, utc)}{after}"


def _ends(until: datetime, utc: datetime) -> str:
    left = until - utc
    day = f"{until:%Y-%m-%d %H:%M} UTC"
    if left <= timedelta(0):
        return f"ended on {day}"
    return f"ends on {day}, in {left.days} days" if left.days else f"ends on {day}, within a day"
