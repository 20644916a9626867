"""Characters of a message: MSH-18 to Python codecs, and the escape sequences of chapter 2 of the standard."""

from __future__ import annotations

import re

from hl7.delimiters import Delimiters

# HL7 table 0211, and labels that real senders use instead.
_CODECS = {
    "ASCII": "ascii",
    "UNICODE UTF-8": "utf-8",
    "UTF-8": "utf-8",
    "UTF8": "utf-8",
    "UNICODE": "utf-8",
    "GB 18030-2000": "gb18030",
    "GB18030": "gb18030",
    "BIG-5": "big5",
    "KS X 1001": "euc_kr",
} | {f"8859/{part}": f"iso8859-{part}" for part in (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 16)}
# Code sets switched by ESC sequences, whose second bytes may look like delimiters: decoded before anything is split.
_JAPANESE = ("ISO IR14", "ISO IR87", "ISO IR159", "ISO-2022-JP", "ISO 2022-JP", "ISO2022JP")
_HEXADECIMAL = re.compile(r"X((?:[0-9A-Fa-f]{2})+)")


def decode(data: bytes, declared: str, delimiters: Delimiters, flags: list[str]) -> tuple[str, str]:
    """Text of the message and the codec it was read with. Never fails: what does not fit is flagged and read anyway."""
    labels = [label.strip().upper() for label in declared.split(delimiters.repetition) if label.strip()]
    if any(label in _JAPANESE for label in labels):
        return _japanese(data, flags)
    label = labels[0] if labels else ""
    codec = _CODECS.get(label)
    if label and codec is None:
        flags.append(f"unknown character set {label[:40]}")
    if codec not in (None, "ascii", "utf-8"):
        assert codec is not None
        try:
            return data.decode(codec), codec
        except UnicodeDecodeError:
            flags.append(f"not {label} as declared")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        flags.append(f"not {label or 'UTF-8'}, read as 8859/1")
        return data.decode("latin-1"), "iso8859-1"
    if codec == "ascii" and not text.isascii():
        flags.append("not ASCII as declared, read as UTF-8")
    return text, "utf-8"


def _japanese(data: bytes, flags: list[str]) -> tuple[str, str]:
    try:
        return data.decode("iso2022_jp_ext"), "iso2022_jp_ext"
    except UnicodeDecodeError:
        flags.append("broken Japanese characters")
        return data.decode("iso2022_jp_ext", "replace"), "iso2022_jp_ext"


def unescape(raw: str, delimiters: Delimiters, encoding: str) -> str:
    """Replace the escape sequences of a raw value, from left to right and once; unknown ones stay as they are."""
    escape = delimiters.escape
    pieces = raw.split(escape)
    found = [pieces[0]]
    position = 1
    while position < len(pieces):
        if position == len(pieces) - 1:
            found.append(escape + pieces[position])
            break
        meaning = _meaning(pieces[position], delimiters, encoding)
        if meaning is None:
            # Not a sequence: this character is text, and the next one may open a sequence.
            found.append(escape + pieces[position])
            position += 1
        else:
            found.append(meaning + pieces[position + 1])
            position += 2
    return "".join(found)


def _meaning(sequence: str, delimiters: Delimiters, encoding: str) -> str | None:
    if len(sequence) == 1:
        return {
            "F": delimiters.field,
            "S": delimiters.component,
            "T": delimiters.subcomponent,
            "R": delimiters.repetition,
            "E": delimiters.escape,
            "P": delimiters.truncation or None,
        }.get(sequence)
    if sequence == ".br":
        return "\n"
    match = _HEXADECIMAL.fullmatch(sequence)
    if match is None:
        return None
    data = bytes.fromhex(match[1])
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return data.decode("latin-1")


def escape(text: str, delimiters: Delimiters) -> str:
    """Text as it may stand in a field: delimiters escaped, control characters in hexadecimal."""
    table = {
        delimiters.field: "F",
        delimiters.component: "S",
        delimiters.subcomponent: "T",
        delimiters.repetition: "R",
        delimiters.escape: "E",
    }
    if delimiters.truncation:
        table[delimiters.truncation] = "P"
    mark = delimiters.escape
    written = []
    for character in text:
        if character in table:
            written.append(f"{mark}{table[character]}{mark}")
        elif character < " " or character == "\x7f":
            written.append(f"{mark}X{ord(character):02X}{mark}")
        else:
            written.append(character)
    return "".join(written)
