"""Changes to the text of a configuration file that leave the engineer's remarks, order and spacing as they are. Pure.

The text is cut into sections at their headers; only the section that changes is written anew, with the remarks in it.
Remarks that stand directly above a header belong to its section.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import AbstractTable, AoT, Array, InlineTable

from console.config import Config, ConfigError, SourceConfig, WardConfig, parse_config
from console.config_hl7 import Hl7ListenerConfig

_HEADER = re.compile(r"^\s*\[(\[)?\s*([\w\-\"'. ]+?)\s*\]\]?\s*(#.*)?$")

_ALARMS = re.compile(r"^\s*\[\s*alarms\s*\][^\n]*(\n|$)", re.MULTILINE)

Entry = SourceConfig | Hl7ListenerConfig
Section = Entry | WardConfig

BY_HAND = "the file is written in a way that cannot be changed from here; change it by hand and start the console again"


def with_ward(text: str, ward: WardConfig) -> str:
    """The text with other ward settings. Raises ConfigError when that cannot be done or is not allowed."""
    sections = _sections(text)
    wanted = parse_config(text)
    places = [i for i, (name, _) in enumerate(sections) if name == "ward"]
    if places:
        sections[places[0]] = ("ward", _merged(sections[places[0]][1], "ward", ward))
    else:
        sections.insert(1, ("ward", _apart(sections[0][1]) + _fresh(ward, "[ward]") + "\n"))
    return _checked(_joined(sections), wanted, ward=ward)


def with_source(text: str, source: SourceConfig, replaces: str = "") -> str:
    """The text with a source added at the end of the sources, or in the place of the one named `replaces`."""
    return _with_entry(text, "source", source, replaces)


def without_source(text: str, name: str) -> str:
    """The text without a source and the remarks that belong to it."""
    return _without_entry(text, "source", name)


def with_listener(text: str, listener: Hl7ListenerConfig, replaces: str = "") -> str:
    """The text with an HL7 listener added behind the others, or in the place of the one named `replaces`."""
    return _with_entry(text, "hl7_listener", listener, replaces)


def without_listener(text: str, name: str) -> str:
    """The text without an HL7 listener and the remarks that belong to it."""
    return _without_entry(text, "hl7_listener", name)


def _with_entry(text: str, kind: str, entry: Entry, replaces: str) -> str:
    sections, config = _sections(text), parse_config(text)
    entries: list[Entry] = list(getattr(config, kind))
    places = _places(sections, kind, entries)
    if replaces:
        index = _index(entries, replaces)
        sections[places[index]] = (kind, _merged(sections[places[index]][1], kind, entry))
        entries[index] = entry
    else:
        after = places[-1] + 1 if places else len(sections)
        before = sections[after - 1][1]
        end = "\n" if after < len(sections) else ""
        sections.insert(after, (kind, _apart(before) + _fresh(entry, f"[[{kind}]]") + end))
        entries.append(entry)
    return _checked(_joined(sections), config, **{kind: tuple(entries)})


def _without_entry(text: str, kind: str, name: str) -> str:
    sections, config = _sections(text), parse_config(text)
    entries: list[Entry] = list(getattr(config, kind))
    index = _index(entries, name)
    del sections[_places(sections, kind, entries)[index]]
    return _checked(_joined(sections), config, **{kind: (*entries[:index], *entries[index + 1 :])})


def with_alarms(text: str, values: Mapping[str, Any]) -> str:
    """The text with thresholds by their dotted keys in [alarms]; None takes one out. A key keeps its place and spelling
    where it stands already, as a table or with dots; a new one is written as "withdrawal.hr.one" = 115."""
    sections, before = _sections(text), parse_config(text)
    rest = dict(values)
    for place, (name, part) in enumerate(sections):
        if name.split(".")[0].strip("\"' ") == "alarms":
            sections[place] = (name, _with_leaves(part, rest))
    new = {key: value for key, value in rest.items() if value is not None}
    if new:
        _add_leaves(sections, new)
    changed = _joined(sections)
    try:
        after = parse_config(changed)
    except ConfigError as error:
        raise ConfigError(BY_HAND) from error
    wanted = {key: value for key, value in (leaves(before.alarms) | dict(values)).items() if value is not None}
    same = before.model_copy(update={"alarms": {}}) == after.model_copy(update={"alarms": {}})
    if not same or leaves(after.alarms) != wanted:
        raise ConfigError(BY_HAND)
    return changed


def leaves(table: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Thresholds by their dotted keys. The first part "detectors" may be left out, and is."""
    found: dict[str, Any] = {}
    for key, value in table.items():
        if isinstance(value, Mapping):
            found |= leaves(value, f"{prefix}{key}.")
        else:
            found[f"{prefix}{key}".removeprefix("detectors.")] = value
    return found


def _with_leaves(part: str, values: dict[str, Any]) -> str:
    """The part of a text with what stands in it changed; that is taken out of `values`."""
    try:
        document = tomlkit.parse(part)
        _set_leaves(document["alarms"], values, "")
        return tomlkit.dumps(document)
    except (TOMLKitError, KeyError, ValueError) as error:
        raise ConfigError(BY_HAND) from error


def _set_leaves(table: Any, values: dict[str, Any], prefix: str) -> None:
    for name in list(table):
        held, key = table[name], f"{prefix}{name}"
        if isinstance(held, Mapping):
            _set_leaves(held, values, f"{key}.")
            continue
        key = key.removeprefix("detectors.")
        if key in values:
            value = values.pop(key)
            if value is None:
                del table[name]
            else:
                table[name] = _inline(value)


def _add_leaves(sections: list[tuple[str, str]], values: Mapping[str, Any]) -> None:
    lines = "".join(f'"{key}" = {_inline(value).as_string()}\n' for key, value in values.items())
    for place, (name, part) in enumerate(sections):
        header = _ALARMS.search(part)
        if header is not None:
            newline = "" if header[0].endswith("\n") else "\n"
            sections[place] = (name, part[: header.end()] + newline + lines + part[header.end() :])
            return
    sections.append(("alarms", f"{_apart(sections[-1][1])}[alarms]\n{lines}"))


def in_words(section: Section) -> str:
    """A section on one line, for the audit trail."""
    return str(_inline(_sparse(section)).as_string())


def _checked(text: str, before: Config, **changes: Any) -> str:
    """The new text, once it says what is wanted and nothing else. What is not allowed is told in words first."""
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(BY_HAND) from error
    after = parse_config(text)
    if after != before.model_copy(update=changes):
        raise ConfigError(BY_HAND)
    return text


def _index(entries: Sequence[Entry], name: str) -> int:
    for index, entry in enumerate(entries):
        if entry.name == name:
            return index
    raise ConfigError(f"there is no source or listener '{name}'")


def _places(sections: Sequence[tuple[str, str]], kind: str, entries: Sequence[Entry]) -> list[int]:
    places = [i for i, (name, _) in enumerate(sections) if name == kind]
    if len(places) != len(entries):
        raise ConfigError(BY_HAND)
    return places


def _sections(text: str) -> list[tuple[str, str]]:
    """(name, text) of every section in order; the first is what stands before all headers, under ""."""
    lines: list[str] = []
    sections: list[tuple[str, list[str]]] = [("", lines)]
    for line in text.splitlines(keepends=True):
        header = _HEADER.match(line.rstrip("\r\n"))
        if header is not None:
            name = header[2].strip("\"' ")
            owner = name.split(".")[0].strip("\"' ")
            # A table within an entry, as [source.transport] or [[hl7_listener.code]], is a part of its section.
            if "." not in name or owner != sections[-1][0]:
                lines = _remarks_above(lines)
                sections.append((name, lines))
        lines.append(line)
    return [(name, "".join(of_section)) for name, of_section in sections]


def _remarks_above(lines: list[str]) -> list[str]:
    """Takes the remarks at the end of `lines` that no empty line parts from what follows."""
    first = len(lines)
    while first > 0 and lines[first - 1].lstrip().startswith("#"):
        first -= 1
    above = lines[first:]
    del lines[first:]
    return above


def _joined(sections: Sequence[tuple[str, str]]) -> str:
    return "".join(text for _, text in sections)


def _apart(before: str) -> str:
    """What goes between a text and a new section: an empty line."""
    if not before.strip():
        return ""
    return "" if before.endswith("\n\n") else "\n" if before.endswith("\n") else "\n\n"


def _fresh(section: Section, header: str) -> str:
    sparse = _sparse(section)
    tables = {name: value for name, value in sparse.items() if _is_tables(value)}
    lines: list[str] = [
        f"{name} = {_inline(value).as_string()}" for name, value in sparse.items() if name not in tables
    ]
    for name, values in tables.items():
        for value in values:
            lines += ["", f"[[{header.strip('[]')}.{name}]]"]
            lines += [f"{key} = {_inline(inner).as_string()}" for key, inner in value.items()]
    return "\n".join([header, *lines]) + "\n"


def _is_tables(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(entry, Mapping) for entry in value)


def _sparse(section: Section) -> dict[str, Any]:
    """What has to be written: everything but what is so anyway."""
    return section.model_dump(mode="json", exclude_defaults=True)


def _merged(text: str, key: str, section: Section) -> str:
    """The section with other values; what does not change keeps its place, its spelling and its remarks."""
    try:
        document = tomlkit.parse(text)
        table: Any = document[key]
        if not isinstance(table, AbstractTable):
            (table,) = table
        _merge(table, _sparse(section), section.model_dump(mode="json"))
        return tomlkit.dumps(document)
    except (TOMLKitError, KeyError, ValueError) as error:  # tomllib's own error is a ValueError
        raise ConfigError(BY_HAND) from error


def _merge(table: Any, wanted: Mapping[str, Any], full: Mapping[str, Any]) -> None:
    for name in [n for n in table if n not in wanted and not (n in full and table[n] == full[n])]:
        del table[name]
    for name, value in wanted.items():
        held = table.get(name)
        if isinstance(held, AbstractTable | InlineTable) and isinstance(value, Mapping):
            of_full = full.get(name)
            _merge(held, value, of_full if isinstance(of_full, Mapping) else value)
        elif isinstance(held, AoT) and isinstance(value, list):
            _merge_tables(held, value)
        elif isinstance(held, Array) and isinstance(value, list):
            _merge_list(table, name, held, value)
        elif held is None and _is_tables(value):
            made = tomlkit.aot()
            _merge_tables(made, value)
            table[name] = made
        elif held is None or held != value:
            _set(table, name, value)


def _merge_tables(held: AoT, wanted: list[Any]) -> None:
    """Takes out what is not wanted any more and adds what is new; the others keep their spelling and remarks."""
    for index in range(len(held) - 1, -1, -1):
        if held[index].unwrap() not in wanted:
            del held[index]
    kept = [entry.unwrap() for entry in held]
    for value in [entry for entry in wanted if entry not in kept]:
        made = tomlkit.table()
        for key, inner in value.items():
            made[key] = _inline(inner)
        made.add(tomlkit.nl())
        held.append(made)


def _merge_list(table: Any, name: str, held: Array, wanted: list[Any]) -> None:
    """Adds and removes in place, so that remarks between the entries stay; another order is written anew."""
    for value in [v for v in held.unwrap() if v not in wanted]:
        held.remove(value)
    kept = held.unwrap()
    if kept == wanted[: len(kept)]:
        for value in wanted[len(kept) :]:
            held.append(value)
    # A remark behind the last entry of a line can swallow what is added there.
    if tomllib.loads(f"list = {held.as_string()}")["list"] != wanted:
        _set(table, name, wanted)


def _set(table: Any, name: str, value: Any) -> None:
    """A new value under a name that may have a remark behind it. New names go before the tables within the section."""
    item = _inline(value)
    if name in table:
        table[name] = item
        return
    later = [(n, table[n]) for n in table if isinstance(table[n], tomlkit.items.Table)]
    for n, _ in later:
        del table[n]
    table[name] = item
    for n, kept in later:
        table[n] = kept


def _inline(value: Any) -> Any:
    """A TOML item on one line."""
    if not isinstance(value, Mapping):
        return tomlkit.item(value)
    made = tomlkit.inline_table()
    for name, inner in value.items():
        made[name] = _inline(inner)
    return made
