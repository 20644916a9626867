"""What people write to alarms: added, never changed nor removed (a trigger refuses it)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, insert, select

from console.store.alarm_words import fold
from console.store.errors import Refused
from console.store.instants import from_us, to_us
from console.store.records import LONGEST_NOTE, AlarmNote, AuditEntry
from console.store.schema import alarm, alarm_note
from console.store.words import storable


def add_note(connection: Connection, alarm_id: str, note: AlarmNote) -> AuditEntry:
    """Write a note; gives its entry for the audit trail. Raises Refused for an alarm that is not there, and for a text
    that is empty or longer than 1,000 characters."""
    bed = connection.execute(select(alarm.c.bed).where(alarm.c.id == alarm_id)).scalar()
    if bed is None:
        raise Refused("This alarm is not in the record.")
    if not note.text.strip() or len(note.text) > LONGEST_NOTE:
        raise Refused(f"A note has 1 to {LONGEST_NOTE} characters.")
    row = {"at": to_us(note.at), "by": storable(note.by), "note": storable(note.text), "words": fold(note.text)}
    connection.execute(insert(alarm_note), {"alarm_id": alarm_id, **row})
    return AuditEntry(note.at, note.by, "note added", str(bed), f"alarm {alarm_id}", after=note.text)


def read_notes(connection: Connection, alarm_id: str) -> tuple[AlarmNote, ...]:
    """The notes to an alarm, oldest first."""
    return notes_of(connection, [alarm_id]).get(alarm_id, ())


def notes_of(connection: Connection, ids: Sequence[str]) -> dict[str, tuple[AlarmNote, ...]]:
    """Notes by alarm, oldest first; alarms without any are left out."""
    query = select(alarm_note).where(alarm_note.c.alarm_id.in_(ids)).order_by(alarm_note.c.number)
    found: dict[str, tuple[AlarmNote, ...]] = {}
    for row in connection.execute(query):
        found[row.alarm_id] = (*found.get(row.alarm_id, ()), AlarmNote(from_us(row.at), row.by, row.note))
    return found
