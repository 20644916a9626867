"""Words of the feed page: text from outside made visible, states, facts and ages. Free of Qt."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from console.link.feeds import Fact, MessageView, SegmentView
from console.link.snapshot import ManagerState, ManagerView, PeerView, SourceView
from console.store.records import MessageRow, Taken
from console.ui import wording
from console.ui.devices_page.seen import name_of
from console.ui.devices_page.words import STATE_TEXT, count_text, size_text
from console.ui.wording import visible as visible
from console.ward.source import SourceState
from drivers.observation import Parameter

LONGEST_CELL = 200
TAKEN_TEXT = {
    Taken.ALL: "All messages",
    Taken.CHARTED: "Taken whole",
    Taken.PUT_ASIDE: "Something put aside",
    Taken.NOT_TAKEN: "Not taken",
}
OUTCOME_TEXT = {"accepted": "✓  taken", "duplicate": "–  sent twice", "error": "✕  error", "rejected": "✕  rejected"}
LABEL = {parameter.value: name_of(parameter) for parameter in Parameter}
MANAGER_TEXT = {
    ManagerState.IDLE: "✓  Nothing waits",
    ManagerState.CONNECTED: "✓  Connected",
    ManagerState.RETRYING: "✕  Not reached",
    ManagerState.STOPPED: "–  Stopped",
}
READ_AGAIN = "Read again with the rules of now; what became of it when it came stands above."


def cell(text: str) -> str:
    """Text from outside for a cell: visible, and cut."""
    shown = visible(text[: LONGEST_CELL + 1])
    return shown if len(text) <= LONGEST_CELL else f"{shown[:LONGEST_CELL]} …"


def feed_state(feed: SourceView) -> str:
    """The state in words; a live feed with something to look at says what."""
    if feed.state is SourceState.CONNECTED:
        waits = len(feed.unknown_codes) + len(feed.unknown_places)
        if waits:
            return f"?  Live, {waits} unknown"
        return "?  Live, see warning" if feed.warnings else "✓  Listening"
    if feed.state is SourceState.LOST:
        return "✕  Not listening"
    return STATE_TEXT[feed.state]


def to_look_at(feed: SourceView) -> bool:
    """Something for an engineer to look at."""
    live = feed.state in (SourceState.CONNECTED, SourceState.CONNECTING)
    return not live or bool(feed.unknown_codes or feed.unknown_places or feed.warnings or feed.clock_skew_s)


def heard(stamp: float | None, now: float) -> str:
    """Age of the newest message."""
    return "never" if stamp is None else wording.age_text(now - stamp)


def peer_state(peer: PeerView) -> str:
    """Whether a sender is connected, and what is wrong with it."""
    if peer.expires_soon:
        return "?  Certificate ends"
    return "✓  Connected" if peer.connections else "–  Not connected"


def manager_state(manager: ManagerView) -> str:
    """Whether alarms reach an alarm manager."""
    if manager.queued and manager.state is not ManagerState.STOPPED:
        mark = "✕" if manager.state is ManagerState.RETRYING else "…"
        return f"{mark}  {count_text(manager.queued)} waiting"
    return MANAGER_TEXT[manager.state]


def manager_facts(manager: ManagerView, now: float) -> dict[str, str]:
    """Name -> text of an alarm manager; now: engine time."""
    facts = {}
    if manager.last_error:
        facts["Last error"] = cell(manager.last_error)
    if manager.refused_text:
        facts["It refused"] = cell(manager.refused_text)
    waits = f", the oldest for {heard(manager.oldest_stamp, now)}" if manager.oldest_stamp is not None else ""
    return facts | {
        "Alarms go to": f"{cell(manager.address)}, {'over TLS' if manager.secure else 'unencrypted'}",
        "Waiting": f"{count_text(manager.queued)} steps{waits}",
        "Accepted": f"{count_text(manager.sent)}, the last {heard(manager.last_accepted_stamp, now)} ago"
        if manager.last_accepted_stamp is not None
        else "none yet",
        "Refused": count_text(manager.refused),
        "Let go": f"{count_text(manager.expired)} that were too old or too many",
        "Reconnects": count_text(manager.reconnects),
        "Reports back": f"{count_text(manager.told)}, of no alarm of ours {count_text(manager.unknown_told)}",
    }


def feed_facts(feed: SourceView, now: float, zone: ZoneInfo) -> dict[str, str]:
    """Name -> text of a listener, most telling first; now: engine time."""
    facts = {}
    if feed.last_error:
        facts["Last error"] = visible(feed.last_error)
    if feed.warnings:
        facts["Warnings"] = "\n".join(visible(warning) for warning in feed.warnings)
    facts |= {
        "Address": visible(feed.address),
        "Beds": ", ".join(feed.beds) or "none",
        "Connections": f"{feed.connections} open",
        "Last message": heard(feed.last_heard_stamp, now),
        "Last value": heard(feed.last_value_stamp, now),
        "Messages": f"{count_text(feed.good)} taken, {count_text(feed.bad)} not taken, "
        f"{count_text(feed.duplicates)} sent twice",
        "Bytes": f"{size_text(feed.bytes_in)} in",
    }
    if feed.clock_skew_s:
        side = "ahead of" if feed.clock_skew_s > 0 else "behind"
        facts["Clock"] = f"{abs(feed.clock_skew_s):.0f} s {side} the console"
    if feed.certificate_until is not None:
        facts["Our certificate"] = f"until {day(feed.certificate_until, zone)}"
    if feed.quarantined:
        facts["Put aside"] = "\n".join(f"{count_text(n)} × {cell(why)}" for why, n in feed.quarantined)
    if feed.device_alerts:
        facts["Device reported"] = "\n".join(cell(alert) for alert in feed.device_alerts)
    return facts


def peer_facts(peer: PeerView, now: float, zone: ZoneInfo) -> dict[str, str]:
    """Name -> text of one sender."""
    facts = {
        "Sender": cell(peer.name) or "known by its address alone",
        "Address": cell(peer.address) or "never connected",
        "Connections": f"{peer.connections} open",
        "Last message": heard(peer.last_heard_stamp, now),
        "Messages": count_text(peer.messages),
        "Answers": f"{count_text(peer.accepted)} accepted, {count_text(peer.errors)} errors, "
        f"{count_text(peer.rejected)} rejected",
        "Refused": count_text(peer.refused),
        "Held back": f"{count_text(peer.held_back)} times for sending too fast",
        "Bytes": f"{size_text(peer.bytes_in)} in",
    }
    if peer.connected_since is not None:
        facts["Connected since"] = f"{moment(peer.connected_since, zone)}"
    if peer.certificate:
        until = f", until {day(peer.certificate_until, zone)}" if peer.certificate_until else ""
        facts["Certificate"] = f"{cell(peer.certificate)}{until}"
    return facts


def moment(at: datetime, zone: ZoneInfo) -> str:
    """Date and time on the ward's clock."""
    return f"{at.astimezone(zone):%d %b %H:%M:%S}"


def day(at: datetime, zone: ZoneInfo) -> str:
    """A date on the ward's clock."""
    return f"{at.astimezone(zone):%d %b %Y}"


def outcome(row: MessageRow) -> str:
    """What became of a message when it came, in words."""
    text = OUTCOME_TEXT.get(row.outcome, row.outcome)
    return f"?  {cell(row.reason)}" if row.outcome == "accepted" and row.reason else text


def fields_text(segments: Sequence[SegmentView]) -> str:
    """Segments and fields, named; one line a field."""
    lines = []
    for segment in segments:
        lines.append(f"{visible(segment.name)}  {segment.title}".rstrip())
        for field in segment.fields:
            lines.append(f"  {visible(field.place):<10} {field.name[:34]:<34} {visible(field.text)}")
    return "\n".join(lines)


def facts_text(view: MessageView) -> str:
    """What a message comes to: its summary, then a line for each value, by kind."""
    lines = [READ_AGAIN, ""]
    lines += [f"{name:<12} {visible(text)}" for name, text in view.summary]
    lines += ["", *(visible(note) for note in view.notes)] if view.notes else []
    if not view.facts:
        lines += ["", "No values and no alerts."]
    for kind in dict.fromkeys(fact.kind for fact in view.facts):
        lines += ["", kind.capitalize(), *(_fact_line(fact) for fact in view.facts if fact.kind == kind)]
    return "\n".join(lines)


def _fact_line(fact: Fact) -> str:
    name = LABEL.get(fact.name, fact.name) if fact.kind in ("charted", "no value") else fact.name
    return f"  {cell(name):<34} {cell(fact.value):<18} {cell(fact.detail)}".rstrip()


def raw_text(view: MessageView) -> str:
    """The message as sent, a line for each segment, and how much is not shown."""
    more = f"\n\n… {count_text(view.left_out)} more characters are not shown" if view.left_out else ""
    return visible(view.raw, lines=True) + more


def answers_text(view: MessageView) -> str:
    """The acknowledgements as they would be sent now."""
    if not view.answers:
        return "It is not answered: it asks for no acknowledgement, or is one itself."
    return "As it would be answered now:\n\n" + "\n\n".join(visible(answer, lines=True) for answer in view.answers)
