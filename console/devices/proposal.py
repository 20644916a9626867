"""A change that may be made, or the refusal of one. The sentences of refusals stand on the screen as they are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

LONGEST_OLD_AND_NEW = 1500


class Refusal(Exception):  # noqa: N818 - the word of the contract; nothing has failed
    """A change that is not made; the text is one plain sentence for the person."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A change that may be made. edit: of the text of the file. reason: why alarms end by it, for the journal. before,
    after: old and new value for the audit trail."""

    act: str
    bed: str
    detail: str
    reason: str
    edit: Callable[[str], str]
    before: str = ""
    after: str = ""


def cut(text: str) -> str:
    """A text for the audit trail, at most LONGEST_OLD_AND_NEW characters of it."""
    return text if len(text) <= LONGEST_OLD_AND_NEW else f"{text[:LONGEST_OLD_AND_NEW]} ..."
