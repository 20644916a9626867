"""How patients are named on screen. In privacy mode a name is its initials and a number its last digits.

The one place that decides: whatever shows a patient's name, number or date of birth asks here. What is printed or
exported may ask here as well. Free of Qt.
"""

from __future__ import annotations

import re

SHOWN_DIGITS = 3
"""So many last characters of a number are shown in privacy mode: enough to tell two patients of a ward apart."""

MOST_INITIALS = 3


def initials(name: str) -> str:
    """ "Maria Klein" and "Klein, Maria" are "M. K."; of many names the first two and the last count. "" for none.

    A name is taken as family name first when a comma follows the first part.
    """
    family, comma, given = name.partition(",")
    parts = re.findall(r"[^\W\d_][\w'’]*", f"{given} {family}" if comma else name)
    if len(parts) > MOST_INITIALS:
        parts = [*parts[: MOST_INITIALS - 1], parts[-1]]
    return " ".join(f"{part[0].upper()}." for part in parts) or ("–" if name.strip() else "")


def shortened(number: str) -> str:
    """ "4711-08" is "…-08": the last characters of a number; one no longer than that is hidden whole."""
    number = number.strip()
    if not number:
        return ""
    return f"…{number[-SHOWN_DIGITS:]}" if len(number) > SHOWN_DIGITS else "…"


def shown_name(name: str, private: bool) -> str:
    """A patient's name as the screen shows it; private: Theme.initials."""
    return initials(name) if private else name


def shown_number(number: str, private: bool) -> str:
    """A hospital number, or any other identifier of a patient, as the screen shows it."""
    return shortened(number) if private else number


def shown_text(text: str, names: tuple[str, ...], numbers: tuple[str, ...], private: bool) -> str:
    """A sentence made elsewhere, with these names and numbers of patients as the screen shows them."""
    if not private:
        return text
    short = {n.strip(): shortened(n) for n in numbers} | {n.strip(): initials(n) for n in names}
    whole = sorted(filter(None, short), key=len, reverse=True)
    if not whole:
        return text
    pattern = "|".join(re.escape(one) for one in whole)
    return re.sub(rf"(?<!\w)(?:{pattern})(?!\w)", lambda found: short[found[0]], text)
