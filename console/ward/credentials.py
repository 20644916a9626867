"""Which names and secrets a person may have. Pure; every fault is one plain sentence for whoever types.

The lengths of a password and the refusal of the worst follow NIST SP 800-63B, section 5.1.1; a PIN may be shorter
because wrong tries wait (console.ward.lockout) and because it is typed with gloves at a bedside.
"""

from __future__ import annotations

import unicodedata
from enum import StrEnum
from itertools import pairwise

from console.ward.people import LONGEST_NAME, RESERVED

PIN_DIGITS = (4, 12)
PASSWORD_CHARACTERS = (8, 128)

SYSTEM_USER = "os:"
"""Begins the name under which a person at the command line stands in the records."""


class SecretKind(StrEnum):
    """What a person signs in with."""

    PIN = "PIN"
    PASSWORD = "password"


def tidy_name(name: str) -> str:
    """A name as it is kept: without space at the ends, single spaces inside, in composed characters (NFC)."""
    return unicodedata.normalize("NFC", " ".join(name.split(" "))).strip()


def name_key(name: str) -> str:
    """What makes a name the same as another: whatever its case, width and ligatures."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", tidy_name(name)).casefold())


def name_fault(name: str) -> str:
    """What is wrong with the name of somebody new, "" when nothing is."""
    kept = tidy_name(name)
    if not kept:
        return "Give a name."
    if len(kept) > LONGEST_NAME:
        return f"A name may have at most {LONGEST_NAME} characters."
    if not kept.isprintable():
        return "A name may have no control characters and no marks of writing direction."
    if name_key(kept) in RESERVED or name_key(kept).startswith(SYSTEM_USER):
        return f"'{kept}' stands in the records for what no person of this ward did; choose another name."
    return ""


def secret_kind(secret: str) -> SecretKind:
    """Up to twelve digits are a PIN, everything else is a password."""
    return SecretKind.PIN if _digits(secret) and len(secret) <= PIN_DIGITS[1] else SecretKind.PASSWORD


def kept_secret(secret: str) -> bytes | None:
    """The bytes of a secret that are hashed, alike whichever keyboard composed its letters (NFC, RFC 8265 section 4.2);
    None for what no secret can be."""
    if not secret or len(secret) > PASSWORD_CHARACTERS[1] or not secret.isprintable():
        return None
    return unicodedata.normalize("NFC", secret).encode("utf-8")


def secret_fault(secret: str, name: str) -> str:
    """What is wrong with a new secret of this name, "" when nothing is."""
    if secret_kind(secret) is SecretKind.PIN:
        return _pin_fault(secret)
    least, most = PASSWORD_CHARACTERS
    if not least <= len(secret) <= most:
        return f"Use a PIN of {PIN_DIGITS[0]} to {PIN_DIGITS[1]} digits, or a password of {least} to {most} characters."
    if kept_secret(secret) is None:
        return "A password may have no control characters."
    if name_key(secret) == name_key(name):
        return "A password must not be the name."
    if len(set(secret)) == 1 or (_digits(secret) and _run(secret)):
        return "This is easy to guess; choose another password."
    return ""


def _pin_fault(pin: str) -> str:
    if len(pin) < PIN_DIGITS[0]:
        return f"A PIN has {PIN_DIGITS[0]} to {PIN_DIGITS[1]} digits."
    if len(set(pin)) == 1 or _run(pin):
        return "This PIN is easy to guess: no single digit repeated, and no digits counted up or down."
    return ""


def _digits(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _run(digits: str) -> bool:
    """Counted up or down, also past 9 and 0."""
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(digits)}
    return steps in ({1}, {9})
