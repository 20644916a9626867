"""Filters a station has saved: a small file beside its other settings. A bad one is set aside and told."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from console.store.records import HistoryState, Sort
from console.ui.history_page.choice import KINDS, PERIOD, PRIORITIES, SPANS, Choice
from console.whole_file import why_not, write_whole

MOST = 50
LONGEST_NAME = 60
LONGEST_TEXT = 200
_LARGEST = 256 * 1024
_TEXTS = ("bed", "answered_by", "patient", "search")


class SavedFilters:
    """By name, in the order in which they were saved. file: None keeps them until the end. told: what went wrong with
    the file, in one sentence, "" for nothing."""

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._choices: dict[str, Choice] = {}
        self.told = ""
        if file is not None:
            self._read(file)

    @property
    def choices(self) -> dict[str, Choice]:
        """Name to what was chosen."""
        return dict(self._choices)

    def save(self, name: str, choice: Choice) -> str:
        """Keep a choice under a name, in the place of one that has it. One sentence when it cannot be, else ""."""
        name = " ".join(name.split())
        if not name or len(name) > LONGEST_NAME:
            return f"A saved filter needs a name of at most {LONGEST_NAME} characters."
        if name not in self._choices and len(self._choices) >= MOST:
            return f"There are {MOST} saved filters already; delete one first."
        return self._write({**self._choices, name: choice})

    def delete(self, name: str) -> str:
        """Forget one. One sentence when that cannot be written, else ""."""
        return self._write({other: choice for other, choice in self._choices.items() if other != name})

    def _write(self, choices: dict[str, Choice]) -> str:
        if self._file is not None:
            data = json.dumps({name: _plain(choice) for name, choice in choices.items()}, indent=1)
            try:
                write_whole(self._file, data.encode("utf-8", "replace"))
            except OSError as error:
                return f"The filters cannot be saved: {why_not(error)}."
        self._choices = choices
        return ""

    def _read(self, file: Path) -> None:
        try:
            if file.stat().st_size > _LARGEST:
                raise ValueError("it is too large")
            data = json.loads(file.read_bytes())
            if not isinstance(data, dict) or len(data) > MOST:
                raise ValueError("it is not a list of at most 50 filters")
            self._choices = {str(name)[:LONGEST_NAME]: _choice(value) for name, value in data.items()}
        except FileNotFoundError:
            return
        except OSError as error:
            self.told = f"Saved filters cannot be read: {why_not(error)}."
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            self.told = f"Saved filters cannot be read ({error}); {self._set_aside(file)}."

    def _set_aside(self, file: Path) -> str:
        aside = file.with_name(f"{file.name}.unreadable")
        try:
            file.replace(aside)
        except OSError as error:
            # Else the next save would write over it.
            self._file = None
            return f"the file cannot be set aside ({why_not(error)}), so nothing is saved"
        return f"the file is kept as {aside.name}"


def _plain(choice: Choice) -> dict[str, Any]:
    values = {field.name: getattr(choice, field.name) for field in fields(choice)}
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()}


def _choice(value: Any) -> Choice:
    """A choice as it was saved. Raises ValueError or TypeError for anything else."""
    if not isinstance(value, dict):
        raise TypeError("a filter is not a table")
    known = {field.name for field in fields(Choice)}
    given = {name: item for name, item in value.items() if name in known}
    for name in ("priorities", "kinds"):
        allowed = PRIORITIES if name == "priorities" else KINDS
        given[name] = tuple(word for word in allowed if word in given.get(name, allowed))
    for name in ("start", "end"):
        given[name] = _moment(given.get(name))
    for name in _TEXTS:
        if not isinstance(given.get(name, ""), str) or len(given.get(name, "")) > LONGEST_TEXT:
            raise ValueError(f"{name} is not a short text")
    for name in ("unanswered", "descending"):
        if not isinstance(given.get(name, False), bool):
            raise TypeError(f"{name} is not yes or no")
    given["sort"] = Sort(given.get("sort", Sort.RAISED))
    choice = Choice(**given)
    if choice.span not in SPANS or (choice.state and choice.state not in set(HistoryState)):
        raise ValueError("a filter has a word that means nothing here")
    if choice.span == PERIOD and choice.start is None and choice.end is None:
        raise ValueError("a filter of a period has no times")
    return choice


def _moment(value: Any) -> datetime | None:
    if value is None:
        return None
    at = datetime.fromisoformat(value)
    if at.tzinfo is None:
        raise ValueError("a time has no zone")
    return at.astimezone(UTC)
