"""The reader against hl7apy: the same fields, or a difference that has a name."""

from __future__ import annotations

from collections import Counter

from hl7apy.consts import VALIDATION_LEVEL
from hl7apy.parser import parse_message

from hl7.reader import read_message

COMPARED = ("MSH", "PID", "PV1", "OBR", "OBX", "EVN", "MRG")

SAME = "same"
SHORTENED = "hl7apy drops empty components at the end"
ESCAPED_AGAIN = "hl7apy escapes again what it does not know as an escape sequence"
ZEROS = "hl7apy drops leading zeros of whole numbers"
CLOSED_UP = "hl7apy closes up components that its tables do not have, so that later ones change place"
EMPTY = "hl7apy drops an empty repetition"


def compare(raw: bytes, encoding: str = "utf-8") -> Counter[str]:
    """How many fields agree, and by which of the named differences the others do not. Raises AssertionError for a
    difference without a name, and what hl7apy raises for a message it does not take."""
    ours = read_message(raw)
    text = raw.decode(encoding).replace("\r\n", "\r").replace("\n", "\r").strip("\r")
    theirs = parse_message(text, validation_level=VALIDATION_LEVEL.TOLERANT, find_groups=False)
    counted: Counter[str] = Counter()
    for name in COMPARED:
        mine, others = ours.all(name), [segment for segment in theirs.children if segment.name == name]
        assert len(mine) == len(others), f"{len(mine)} {name} segments, hl7apy has {len(others)}"
        for segment, other in zip(mine, others, strict=True):
            sent: dict[str, list[str]] = {}
            for child in other.children:
                sent.setdefault(child.name, []).append(child.to_er7())
            known = other.structure_by_name
            for number in range(1, len(segment.fields)):
                field = f"{name}_{number}"
                if field in known:
                    counted[_difference(segment.repetitions(number), sent.get(field, []), field)] += 1
    return counted


def _difference(ours: list[str], theirs: list[str], field: str) -> str:
    if ours == theirs or (ours == [""] and not theirs):
        return SAME
    mine, other = _spoken(ours), _spoken(theirs)
    if mine == other:
        return SHORTENED
    mine, other = ([value.replace("\\E\\", "\\") for value in values] for values in (mine, other))
    if mine == other:
        return ESCAPED_AGAIN
    if len(mine) == len(other) == 1:
        if mine[0].isdecimal() and other[0].isdecimal() and int(mine[0]) == int(other[0]):
            return ZEROS
        if [part for part in mine[0].split("^") if part] == [part for part in other[0].split("^") if part]:
            return CLOSED_UP
    assert [value for value in mine if value] == [value for value in other if value], (field, ours, theirs)
    return EMPTY


def _spoken(values: list[str]) -> list[str]:
    """Without the separators that nothing follows: "a^b&^" says no more than "a^b"."""
    return ["^".join(part.rstrip("&") for part in value.split("^")).rstrip("^") for value in values]
