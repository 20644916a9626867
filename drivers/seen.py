"""Text of devices, feeds and people, for people to read: without what nobody sees. Messages are kept as sent."""

from __future__ import annotations

from unicodedata import category

_JOINERS = "\u200c\u200d"
"""Invisible, and part of how names are written in Persian and in the scripts of India."""


def seen(text: str) -> str:
    """Control characters, line ends and wide or narrow blanks become a blank; marks that turn the direction of writing
    go; what has no meaning becomes U+FFFD. A text without any of them is given back as it is.
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in _JOINERS else _instead(c) for c in text)


def _instead(character: str) -> str:
    kind = category(character)
    return "" if kind == "Cf" else " " if kind[0] == "Z" or kind == "Cc" else "\ufffd"
