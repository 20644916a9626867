"""The frozen records of the ward as JSON text and back, driven by their own type hints.

A field that a record gained since takes its default; one that it lost is passed over. Text stays ASCII, so that
no database has to agree about characters.
"""

from __future__ import annotations

import json
import types
from collections.abc import Callable
from dataclasses import MISSING, fields, is_dataclass
from datetime import datetime
from enum import Enum
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")


def encode(record: Any) -> str:
    """A record (a dataclass of dataclasses, enumerations, times, numbers, text, tuples and sets) as JSON."""
    return json.dumps(_plain(record), ensure_ascii=True, separators=(",", ":"))


def decode(kind: type[T], text: str) -> T:
    """The record again, equal to what was encoded. Raises ValueError when the text is not one of its kind."""
    try:
        record: T = _reader(kind)(json.loads(text))
    except (TypeError, KeyError, AttributeError, ValueError) as error:
        raise ValueError(f"stored {kind.__name__} cannot be read: {error}") from error
    return record


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, frozenset | set):
        return sorted((_plain(item) for item in value), key=repr)
    if is_dataclass(value):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
    raise TypeError(f"{type(value).__name__} has no stored form")


_READERS: dict[Any, Callable[[Any], Any]] = {}


def _reader(kind: Any) -> Callable[[Any], Any]:
    """A function from plain JSON values to `kind`, made once per type."""
    if kind not in _READERS:
        _READERS[kind] = _make_reader(kind)
    return _READERS[kind]


def _make_reader(kind: Any) -> Callable[[Any], Any]:
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        return _optional(kind)
    if origin in (tuple, frozenset):
        item = _reader(get_args(kind)[0])
        return lambda value: origin(map(item, value))
    if is_dataclass(kind):
        return _dataclass(kind)
    if kind is float:
        return float
    if kind is datetime:
        return datetime.fromisoformat
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind
    return lambda value: value


def _optional(kind: Any) -> Callable[[Any], Any]:
    inner = [k for k in get_args(kind) if k is not type(None)]
    if len(inner) != 1:
        raise TypeError(f"{kind} has no stored form")
    read = _reader(inner[0])
    return lambda value: None if value is None else read(value)


def _dataclass(kind: Any) -> Callable[[Any], Any]:
    hints = get_type_hints(kind)
    readers = {f.name: _reader(hints[f.name]) for f in fields(kind)}
    required = {f.name for f in fields(kind) if f.default is MISSING and f.default_factory is MISSING}

    def read(value: Any) -> Any:
        missing = required - value.keys()
        if missing:
            raise ValueError(f"no {', '.join(sorted(missing))}")
        return kind(**{name: readers[name](item) for name, item in value.items() if name in readers})

    return read
