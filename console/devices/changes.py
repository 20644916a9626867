"""What an engineer may change: each change is checked against the ward as it runs and becomes a proposal, or a refusal.

Nothing is written here. The sentences of refusals stand on the screen as they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from console.acquisition.lines import line_key
from console.alarms.detector_rules import RulesError
from console.config import Config, ReplayTransport, SerialTransport, SourceConfig, parse_config
from console.config_text import in_words, leaves, with_alarms, with_source, with_ward, without_source
from console.devices.feed_changes import ended_listeners, propose_feed, rebound_feeds
from console.devices.proposal import Proposal, Refusal, cut
from console.link.devices import ConfirmDevice, RemoveSource, SaveSource, SaveWard, SetEnabled, SetThresholds
from console.link.feeds import FeedChange
from console.rules import load_rules
from drivers import registry
from drivers.transport.adapters import is_one_of_a_kind

COMPARE = "Compare the values that arrive with the monitor at {bed}, and confirm that they are the same."

LONGEST_NAME = 120
LONGEST_CONFIRMATION = 500

Written = SaveWard | SaveSource | RemoveSource | SetEnabled | ConfirmDevice | SetThresholds | FeedChange
"""Changes that end in the configuration file."""


@dataclass(frozen=True, slots=True)
class Ward:
    """The ward as it runs. patients: name of the patient by bed; told: serial number by source, as its device tells."""

    config: Config
    patients: Mapping[str, str]
    told: Mapping[str, str]


def propose(change: Written, ward: Ward) -> Proposal:
    """Raises Refusal. What the configuration as a whole forbids is found when the draft is checked."""
    match change:
        case SaveWard():
            return _ward(change, ward)
        case SaveSource():
            return _source(change, ward)
        case RemoveSource():
            source = find(ward.config, change.name)
            reason = f"source '{source.name}' was removed"
            return Proposal(
                "source removed",
                source.bed,
                _words("old", source),
                reason,
                lambda text: without_source(text, source.name),
                cut(in_words(source)),
            )
        case SetEnabled():
            return _enabled(change, ward)
        case ConfirmDevice():
            return _device(change, ward)
        case SetThresholds():
            return _thresholds(change, ward.config)
        case _:
            return propose_feed(change, ward.config, ward.patients)


def find(config: Config, name: str) -> SourceConfig:
    """A source by its name. Raises Refusal."""
    for source in config.source:
        if source.name == name:
            return source
    raise Refusal(f"There is no source '{name}' any more; look again.")


def require_name(by: str) -> None:
    """Raises Refusal: every change stands in the audit trail under somebody's name."""
    if not by.strip():
        raise Refusal("This needs the name of the person.")
    if len(by) > LONGEST_NAME:
        raise Refusal(f"A name may have at most {LONGEST_NAME} characters.")


def touched(before: Config, after: Config) -> set[str]:
    """Sources and listeners that have to end for this: removed or something else than before. A source of which only
    the confirmed device has changed goes on, a listener of which only beds or codes have."""
    wanted = {source.name: source for source in after.source}
    ended = {s.name for s in before.source if s.name not in wanted or _other_line(s, wanted[s.name])}
    return ended | ended_listeners(before, after)


def rebound(before: Config, after: Config) -> list[tuple[str, str]]:
    """(bed, source) whose values of before are nobody's at that bed any more."""
    unchanged = {source.name: source for source in after.source}
    sources = [(s.bed, s.name) for s in before.source if unchanged.get(s.name) != s]
    return sources + rebound_feeds(before, after)


def _other_line(old: SourceConfig, new: SourceConfig) -> bool:
    return old.model_copy(update={"device": None}) != new.model_copy(update={"device": None})


def _ward(change: SaveWard, ward: Ward) -> Proposal:
    old = ward.config.ward
    for bed in old.beds:
        if bed in change.beds:
            continue
        if bed in ward.patients:
            raise Refusal(f"{bed} is taken by {ward.patients[bed]}; discharge first.")
        for source in ward.config.source:
            if source.bed == bed:
                raise Refusal(f"{bed} has the source '{source.name}'; move or remove that first.")
        for feed in ward.config.hl7_listener:
            if bed in feed.beds.values():
                raise Refusal(f"{bed} is fed by '{feed.name}'; change its mapping on the page Feeds first.")
    new = old.model_copy(update={"name": change.name, "timezone": change.timezone, "beds": change.beds})
    before, after = cut(in_words(old)), cut(in_words(new))
    reason = "the beds of the ward were changed"
    detail = f"old: {before}; new: {after}"
    return Proposal("ward changed", "", detail, reason, lambda text: with_ward(text, new), before, after)


def _source(change: SaveSource, ward: Ward) -> Proposal:
    new = change.source
    old = find(ward.config, change.replaces) if change.replaces else None
    if not new.name.isprintable() or new.name != new.name.strip():
        raise Refusal("The name of a source has letters, digits and signs, and no space at either end.")
    if new.bed not in ward.config.ward.beds:
        raise Refusal(f"{new.bed or 'This'} is not a bed of this ward; add the bed first.")
    try:
        registry.create(new.driver, dict(new.settings))
    except registry.DriverError as error:
        raise Refusal(str(error)) from error
    for other in ward.config.source:
        if other is not old:
            _refuse_shared(new, other)
    _refuse_mixture(new, old, ward)
    confirmed = _confirmed(change.confirmed)
    if not confirmed and (old is None or _rebinds(old, new)):
        raise Refusal(
            f"Compare the values that arrive with the monitor at {new.bed}, and confirm that they are the same."
        )
    parts = [_words("old", old) if old else "", _words("new", new), f"confirmed: {confirmed}" if confirmed else ""]
    act, reason = ("source added", "") if old is None else ("source changed", f"source '{old.name}' was changed")
    return Proposal(
        act,
        new.bed,
        "; ".join(p for p in parts if p),
        reason,
        lambda text: with_source(text, new, change.replaces),
        cut(in_words(old)) if old else "",
        cut(in_words(new)),
    )


def _rebinds(old: SourceConfig, new: SourceConfig) -> bool:
    """True when the values may be those of somebody else afterwards."""
    before = (old.bed, old.transport, old.device, old.driver)
    return before != (new.bed, new.transport, new.device, new.driver)


def _refuse_mixture(new: SourceConfig, old: SourceConfig | None, ward: Ward) -> None:
    """Played values and a patient's never stand at one bed, except on a ward where all are invented."""
    if ward.config.ward.simulated:
        return
    sources = [s for s in ward.config.source if s.bed == new.bed and s is not old]
    if not _is_played(new):
        played = next((source for source in sources if _is_played(source)), None)
        if played:
            raise Refusal(f"{new.bed} shows the recording '{played.name}'; remove that first.")
        return
    if new.bed in ward.patients:
        raise Refusal(f"{new.bed} is taken by {ward.patients[new.bed]}; a recording is played at an empty bed.")
    real = [source.name for source in sources if not _is_played(source)]
    real += [feed.name for feed in ward.config.hl7_listener if new.bed in feed.beds.values() and not feed.demo]
    if real:
        raise Refusal(f"{new.bed} has the source '{real[0]}'; a recording is played at a bed of its own.")


def _is_played(source: SourceConfig) -> bool:
    return source.demo or isinstance(source.transport, ReplayTransport)


def _refuse_shared(new: SourceConfig, other: SourceConfig) -> None:
    """One line, one adapter and one device speak for one bed."""
    key = line_key(new)
    mine, its = new.transport, other.transport
    shared = ""
    if key is not None and key == line_key(other):
        shared = "port" if key[0] == "serial" else "address"
    elif isinstance(mine, SerialTransport) and isinstance(its, SerialTransport) and mine.adapter:
        # Adapters without a number of their own are alike, and not the same: their sockets tell them apart.
        shared = "adapter" if mine.adapter == its.adapter and is_one_of_a_kind(mine.adapter) else ""
    if shared:
        raise Refusal(f"This {shared} is already used by '{other.name}' at {other.bed}; remove or change that first.")
    if new.device and new.device == other.device and new.driver == other.driver:
        raise Refusal(f"The device {new.device} is bound to {other.bed} by '{other.name}'; change that first.")


def _enabled(change: SetEnabled, ward: Ward) -> Proposal:
    old = find(ward.config, change.name)
    if old.enabled == change.enabled:
        raise Refusal(f"'{old.name}' {'runs' if old.enabled else 'is stopped'} already.")
    new = old.model_copy(update={"enabled": change.enabled})
    words = "started" if change.enabled else "stopped"
    return Proposal(
        f"source {words}",
        old.bed,
        _words("source", new),
        f"source '{old.name}' was {words}",
        lambda text: with_source(text, new, old.name),
        "stopped" if change.enabled else "running",
        "running" if change.enabled else "stopped",
    )


def _device(change: ConfirmDevice, ward: Ward) -> Proposal:
    old = find(ward.config, change.name)
    confirmed = _confirmed(change.confirmed)
    if not confirmed:
        raise Refusal(
            f"Compare the values that arrive with the monitor at {old.bed}, and confirm that they are the same."
        )
    told = ward.told.get(old.name, "")
    if not change.identity or told != change.identity:
        now = f"tells {told} now" if told else "tells no serial number now"
        raise Refusal(f"The device of '{old.name}' {now}; look again.")
    new = old.model_copy(update={"device": change.identity})
    for other in ward.config.source:
        if other is not old:
            _refuse_shared(new, other)
    detail = f"'{old.name}': old: {old.device or 'any device'}; new: {change.identity}; confirmed: {confirmed}"
    reason = f"another device was confirmed at source '{old.name}'"
    return Proposal(
        "device confirmed",
        old.bed,
        detail,
        reason,
        lambda text: with_source(text, new, old.name),
        old.device or "any device",
        change.identity,
    )


def _thresholds(change: SetThresholds, config: Config) -> Proposal:
    reason = " ".join(change.reason.split())
    if not reason:
        raise Refusal("This needs a reason; it stands in the audit trail.")
    if len(reason) > LONGEST_CONFIRMATION:
        raise Refusal(f"A reason may have at most {LONGEST_CONFIRMATION} characters.")

    def edit(text: str) -> str:
        changed = with_alarms(text, change.values)
        try:
            load_rules(parse_config(changed).alarms)
        except RulesError as error:
            raise Refusal(f"These thresholds cannot be used together: {error}.") from error
        return changed

    detail = f"{cut(change.told)}; in force from the next start; as {change.role}; {reason}; {cut(change.basis)}"
    here = leaves(config.alarms)
    before, after = _set(change.values, here), _set(change.values, change.values)
    return Proposal("thresholds changed", "", detail, "thresholds were changed", edit, before, after)


def _set(keys: Iterable[str], values: Mapping[str, object]) -> str:
    """What stands in the configuration under some keys."""
    told = (f"{key} = {values.get(key)}" if values.get(key) is not None else f"{key} as shipped" for key in keys)
    return cut("; ".join(told))


def _confirmed(text: str) -> str:
    words = " ".join(text.split())
    if len(words) > LONGEST_CONFIRMATION:
        raise Refusal(f"A confirmation may have at most {LONGEST_CONFIRMATION} characters.")
    return words


def _words(label: str, source: SourceConfig) -> str:
    return f"{label}: {cut(in_words(source))}"
