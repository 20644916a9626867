"""What an engineer may change of an HL7 feed: checked against the ward as it runs, like `console.devices.changes`."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import ValidationError

from console.acquisition.listeners import same_socket
from console.config import Config
from console.config_hl7 import CodeConfig, Hl7ListenerConfig
from console.config_text import in_words, with_listener, without_listener
from console.devices.proposal import LONGEST_OLD_AND_NEW, Proposal, Refusal, cut
from console.link.feeds import FeedChange, MapCode, MapPlace, RemoveListener, SaveListener, UnmapCode
from hl7.nomenclature import nomenclature


def propose_feed(change: FeedChange, config: Config, patients: Mapping[str, str]) -> Proposal:
    """Raises Refusal. patients: name of the patient by bed."""
    match change:
        case SaveListener():
            return _save(change, config, patients)
        case RemoveListener():
            old = find_listener(config, change.name)
            return Proposal(
                "listener removed",
                "",
                f"old: {cut(in_words(old))}",
                f"listener '{old.name}' was removed",
                lambda text: without_listener(text, old.name),
                cut(in_words(old)),
            )
        case MapCode():
            return _map_code(change, config)
        case UnmapCode():
            return _unmap_code(change, config)
        case MapPlace():
            return _map_place(change, config)


def find_listener(config: Config, name: str) -> Hl7ListenerConfig:
    """A listener by its name. Raises Refusal."""
    for listener in config.hl7_listener:
        if listener.name == name:
            return listener
    raise Refusal(f"There is no listener '{name}' any more; look again.")


def ended_listeners(before: Config, after: Config) -> set[str]:
    """Listeners that have to end for a change: removed, or on another socket than before."""
    wanted = {listener.name: listener for listener in after.hl7_listener}
    return {old.name for old in before.hl7_listener if old.name not in wanted or not same_socket(old, wanted[old.name])}


def narrowed(before: Config, after: Config) -> list[Hl7ListenerConfig]:
    """Listeners that go on and lose a bed or a code or get another meaning of one, with what stays of them alone."""
    wanted = {listener.name: listener for listener in after.hl7_listener}
    ended = ended_listeners(before, after)
    found = []
    for old in before.hl7_listener:
        new = wanted.get(old.name)
        if new is not None and old.name not in ended and not _only_more(old, new):
            beds = {place: bed for place, bed in old.beds.items() if new.beds.get(place) == bed}
            found.append(old.model_copy(update={"beds": beds, "code": tuple(c for c in old.code if c in new.code)}))
    return found


def rebound_feeds(before: Config, after: Config) -> list[tuple[str, str]]:
    """(bed, listener) whose values of before may be somebody else's, or something else, from now on."""
    wanted = {listener.name: listener for listener in after.hl7_listener}
    return [
        (bed, old.name)
        for old in before.hl7_listener
        if old.name not in wanted or not _only_more(old, wanted[old.name])
        for bed in dict.fromkeys(old.beds.values())
    ]


def _only_more(old: Hl7ListenerConfig, new: Hl7ListenerConfig) -> bool:
    """True when nothing that was charted so far would be read otherwise now: places and codes are added, no more."""
    if not same_socket(old, new) or (old.timezone, old.demo) != (new.timezone, new.demo):
        return False
    added = [code for code in new.code if code not in old.code]
    return (
        old.beds.items() <= new.beds.items()
        and all(code in new.code for code in old.code)
        and not any(nomenclature().known_as(code.code, code.name) for code in added)
    )


def _save(change: SaveListener, config: Config, patients: Mapping[str, str]) -> Proposal:
    new = change.listener
    old = find_listener(config, change.replaces) if change.replaces else None
    if not new.name.isprintable() or new.name != new.name.strip():
        raise Refusal("The name of a listener has letters, digits and signs, and no space at either end.")
    for other in config.hl7_listener:
        if other is not old and new.port != 0 and other.port == new.port and _meet(other.host, new.host):
            raise Refusal(f"'{other.name}' listens on {other.host}:{other.port} already; choose another port.")
    _refuse_mixture(new, old, config, patients)
    words = [f"old: {cut(in_words(old))}"] if old is not None else []
    detail = "; ".join([*words, f"new: {cut(in_words(new))}"])
    act, reason = ("listener added", "") if old is None else ("listener changed", f"listener '{old.name}' was changed")
    before = cut(in_words(old)) if old is not None else ""
    return Proposal(
        act, "", detail, reason, lambda text: with_listener(text, new, change.replaces), before, cut(in_words(new))
    )


def _meet(one: str, other: str) -> bool:
    return one == other or bool({one, other} & {"0.0.0.0", "::", ""})


def _refuse_mixture(
    new: Hl7ListenerConfig, old: Hl7ListenerConfig | None, config: Config, patients: Mapping[str, str]
) -> None:
    """Invented values and a patient's never stand at one bed, except on a ward where all are invented."""
    if not new.demo or config.ward.simulated or (old is not None and old.demo):
        return
    for bed in dict.fromkeys(new.beds.values()):
        if bed in patients:
            raise Refusal(f"{bed} is taken by {patients[bed]}; a demonstration needs empty beds.")


def _map_code(change: MapCode, config: Config) -> Proposal:
    old, code = find_listener(config, change.feed), change.code
    before = [held for held in old.code if held.key == code.key]
    new = _with(old, code=(*(held for held in old.code if held.key != code.key), code))
    act = "code ignored" if code.parameter is None else "code mapped"
    was = _words(before[0]) if before else "not mapped"
    return _changed(old, new, act, "", f"code '{code.code}' name '{code.name}'", was, _words(code))


def _unmap_code(change: UnmapCode, config: Config) -> Proposal:
    old = find_listener(config, change.feed)
    held = [code for code in old.code if (code.code, code.name) == (change.code, change.name)]
    if not held:
        raise Refusal(f"'{change.code}' '{change.name}' is not mapped at '{old.name}' any more; look again.")
    new = _with(old, code=tuple(code for code in old.code if code is not held[0]))
    what = f"code '{change.code}' name '{change.name}'"
    return _changed(old, new, "code mapping taken back", "", what, _words(held[0]), "not mapped")


def _map_place(change: MapPlace, config: Config) -> Proposal:
    old = find_listener(config, change.feed)
    before = old.beds.get(change.location, "")
    if change.bed and change.bed not in config.ward.beds:
        raise Refusal(f"{change.bed} is not a bed of this ward; add the bed first.")
    if not change.location or not change.location.isprintable():
        raise Refusal("This location cannot be written to the configuration: it has characters that cannot be seen.")
    beds = {place: bed for place, bed in old.beds.items() if place != change.location}
    if change.bed:
        beds[change.location] = change.bed
    new, what = _with(old, beds=beds), f"location '{change.location}'"
    return _changed(old, new, "location mapped", change.bed or before, what, before or "no bed", change.bed or "no bed")


def _changed(
    old: Hl7ListenerConfig, new: Hl7ListenerConfig, act: str, bed: str, what: str, before: str, after: str
) -> Proposal:
    reason = f"the mapping of listener '{old.name}' was changed"
    detail = f"'{old.name}': {what}: old: {before}; new: {after}"[:LONGEST_OLD_AND_NEW]
    return Proposal(act, bed, detail, reason, lambda text: with_listener(text, new, old.name), cut(before), cut(after))


def _with(listener: Hl7ListenerConfig, **changes: object) -> Hl7ListenerConfig:
    """Checked as a whole. Raises Refusal."""
    try:
        return Hl7ListenerConfig.model_validate(listener.model_dump() | changes)
    except ValidationError as error:
        raise Refusal("; ".join(fault["msg"].removeprefix("Value error, ") for fault in error.errors())) from error


def _words(code: CodeConfig) -> str:
    if code.parameter is None:
        return "ignored"
    more = [f"unit {code.unit}"] if code.unit else []
    more += [f"site {code.site}"] if code.site else []
    more += ["although the tables know it as something else"] if code.contradicts else []
    return ", ".join([code.parameter.value, *more])
