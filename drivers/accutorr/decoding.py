"""The answer of an Accutorr 3 or 4 to "P", read as strictly as its form allows; no state, no I/O.

    P:--,85,120, 45, 80,000,010,000, 5
Nine fields of up to three characters: SaO2, pulse rate, systolic, mean and diastolic pressure, three status bytes, and
the minutes since the last cuff reading; "--" where a field is not in use. The list of fields in the manual says
systolic, mean, diastolic; the printed example above has a mean below its diastolic. The list is followed, and a mean
that does not lie between the others makes the pressures questionable.

There is no checksum. Source: Datascope Accutorr 3/4 service manual, p. 1-52 to 1-54 (revised 08/24/90).
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass

from drivers.observation import Parameter
from drivers.plausibility import possible

HEAD = b"P:"
BANNER = b"ACCUTORR PC Interface is ready"

_DASHES = r" ?--|-- "
_PAIR_OR_TRIPLE = re.compile(rf"{_DASHES}|\d{{3}}| \d\d|  \d|\d\d")
_TRIPLE = re.compile(rf"{_DASHES}|\d{{3}}| \d\d|  \d")
_STATUS = re.compile(r"[0-3]\d\d")
_AGE = re.compile(rf"{_DASHES}|\d{{3}}| \d\d|  \d|\d\d| \d")
_FORMS = (_PAIR_OR_TRIPLE, _PAIR_OR_TRIPLE, _TRIPLE, _TRIPLE, _TRIPLE, _STATUS, _STATUS, _STATUS, _AGE)
_VALUES = (Parameter.SPO2, Parameter.PR, Parameter.NIBP_SYS, Parameter.NIBP_MEAN, Parameter.NIBP_DIA)
_COMMAS_LEFT = 3

Widths = tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Reply:
    """What an answer says: %, /min and mmHg, None where a field is not in use.

    status: the three status bytes as printed. age_min: whole minutes since the cuff reading. widths: characters of
    every field, None for one that is not in use.
    """

    spo2: float | None
    pulse_rate: float | None
    systolic: float | None
    mean: float | None
    diastolic: float | None
    status: tuple[str, str, str]
    age_min: int | None
    widths: Widths


def parse_reply(data: bytes) -> Reply | None:
    """Read an answer without its end; None when anything in it is not as it should be."""
    try:
        text = data.decode("ascii")
    except UnicodeDecodeError:
        return None
    fields = text[len(HEAD) :].split(",")
    if not data.startswith(HEAD) or len(fields) != len(_FORMS):
        return None
    if not all(form.fullmatch(field) for form, field in zip(_FORMS, fields, strict=True)):
        return None
    spo2, pulse_rate, systolic, mean, diastolic = (_number(field) for field in fields[:5])
    pairs = zip(_VALUES, (spo2, pulse_rate, systolic, mean, diastolic), strict=True)
    if not all(value is None or possible(parameter, value) for parameter, value in pairs):
        return None
    age = None if "-" in fields[8] else int(fields[8])
    widths = tuple(None if "-" in field else len(field) for field in fields)
    status = fields[5], fields[6], fields[7]
    return Reply(spo2, pulse_rate, systolic, mean, diastolic, status, age, widths)


def begins_like_reply(data: bytes) -> bool:
    """True when the first bytes are those of an answer."""
    return HEAD.startswith(data[: len(HEAD)])


def resembles_reply(data: bytes) -> bool:
    """True for what was an answer before it was damaged; noise has nothing of one."""
    return begins_like_reply(data) or data.count(b",") >= _COMMAS_LEFT


def split_at_heads(data: bytes) -> list[bytes]:
    """Cut before every answer: noise before it must not take it along."""
    starts = [match.start() for match in re.finditer(re.escape(HEAD), data)]
    edges = [0, *(start for start in starts if start), len(data)]
    return [data[start:end] for start, end in itertools.pairwise(edges)]


def _number(field: str) -> float | None:
    """Zero is no data: neither saturation nor pulse nor a cuff pressure can be measured as zero."""
    return None if "-" in field else float(field) or None
