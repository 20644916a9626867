"""Text from outside, made fit for every database: what cannot be stored is replaced, never dropped in silence."""

from __future__ import annotations


def storable(text: str) -> str:
    """The text without NUL and lone surrogates, which PostgreSQL and UTF-8 refuse; each becomes U+FFFD."""
    if text.isascii():
        return text.replace("\x00", "\ufffd") if "\x00" in text else text
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode("utf-8")
