"""The words by which alarms are found: folded once when they are written, looked at a few thousand instead of a million
times when they are searched."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from sqlalchemy import Connection, Table, insert, select, update

from console.alarms.alarm import STAGE_PRIORITY, Alarm, Kind, Priority
from console.store.database import insert_new
from console.store.schema import alarm_patient, alarm_words
from console.store.words import storable
from console.ward.patient import Patient

LONGEST_WORDS = 400
"""Characters of one entry: an index of PostgreSQL takes no more than 2,700 bytes."""

_STAGE_OF = {priority: stage for stage, priority in STAGE_PRIORITY.items()}


def fold(text: str) -> str:
    """Text as it is compared: case, width, subscripts (SpO2) and kinds of dashes and blanks do not count."""
    plain = unicodedata.normalize("NFKC", storable(text)).casefold().replace("–", "-").replace("—", "-")
    return " ".join(plain.split())


def words_of(alarm: Alarm, reason: str) -> str:
    """What an alarm is called, how high it once stood, and why it was answered; folded."""
    condition = alarm.condition
    return called(condition.text, condition.kind, condition.priority, alarm.highest, reason)


def called(text: str, kind: Kind, priority: Priority, highest: Priority, reason: str) -> str:
    """The same from its parts."""
    was = f"was {_STAGE_OF[highest].word}" if kind.is_pattern and highest > priority else ""
    return "\n".join(fold(part) for part in (text, was, reason) if part)[:LONGEST_WORDS]


def number_of_words(connection: Connection, words: str) -> int:
    """The number of an entry, made in this transaction when it is new."""
    return _number(connection, alarm_words, {"words": words[:LONGEST_WORDS]}, {})


def number_of_patient(connection: Connection, patient_id: str) -> int:
    """The number of a patient ("" for alarms of nobody), made in this transaction when he is new."""
    key = storable(patient_id)[:LONGEST_WORDS]
    return _number(connection, alarm_patient, {"patient_id": key}, {"words": fold(patient_id)[:LONGEST_WORDS]})


def keep_patient(connection: Connection, patient: Patient) -> None:
    """Bring the words of a patient up to date: every number, and the name."""
    number = number_of_patient(connection, patient.patient_id)
    words = patient_words((*patient.ids, patient.name))
    connection.execute(update(alarm_patient).where(alarm_patient.c.number == number), {"words": words})


def patient_words(parts: Iterable[str]) -> str:
    """Numbers and name, folded."""
    return "\n".join(fold(part) for part in parts)[: 2 * LONGEST_WORDS]


def _number(connection: Connection, table: Table, key: dict[str, str], more: dict[str, str]) -> int:
    ((name, value),) = key.items()
    query = select(table.c.number).where(table.c[name] == value)
    number = connection.execute(query).scalar()
    if number is None and connection.dialect.name == "sqlite":
        made = connection.execute(insert(table), {**key, **more}).inserted_primary_key
        assert made is not None
        return int(made[0])
    if number is None:
        # Another gateway may make the same entry in the same moment.
        connection.execute(insert_new(connection, table), {**key, **more})
        number = connection.execute(query).scalar_one()
    return int(number)
