"""Many decoded messages as a table that a person reads: what was charted, what was put aside and why, the answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

HEADINGS = ("message", "dialect", "content", "answer", "charted", "no value", "put aside", "besides")


def table(decoded: Iterable[tuple[str, dict[str, Any]]]) -> str:
    """One line for each (name, message as `decode_message` shows it), columns aligned; control characters as "?"."""
    rows = [HEADINGS, *(cells(name, shown) for name, shown in decoded)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    return "\n".join(_line(row, widths) for row in rows)


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    return " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def cells(name: str, shown: dict[str, Any]) -> tuple[str, ...]:
    """What stands under the HEADINGS for one message."""
    charted = ", ".join(
        f"{item['parameter']} {item['value']:g}{'?' if item['status'] != 'valid' else ''}"
        for item in shown["observations"]
    )
    aside = Counter(item["reason"] for item in shown["quarantined"])
    texts = (
        name,
        shown["dialect"] or "-",
        shown["content"] or "unreadable",
        shown["ack"] or "none",
        charted or "-",
        ", ".join(item["parameter"] for item in shown["unavailable"]) or "-",
        ", ".join(f"{count} {reason}" for reason, count in aside.items()) or "-",
        "; ".join(_besides(shown)) or "-",
    )
    return tuple("".join(c if c.isprintable() else "?" for c in text) for text in texts)


def _besides(shown: dict[str, Any]) -> list[str]:
    """What is recognised and belongs into no chart."""
    found = [f"alert {item['text']} ({item['priority']})" for item in shown["alerts"]]
    found += [f"lab {item['analyte']} {item['sent']}" for item in shown["labs"]]
    if shown["heartbeat"]:
        found.append("sign of life")
    if shown["skipped"]:
        found.append(f"no measurement: {shown['skipped']} {'row' if shown['skipped'] == 1 else 'rows'}")
    if shown["movement"]:
        found.append(f"{shown['movement']['event']} {shown['movement']['location'] or 'no location'}")
    return [*found, *shown["errors"]]
