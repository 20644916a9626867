"""The newest state of each alarm as one row: what pages, filters and figures look at instead of the journal."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, insert, select, update

from console.alarms.alarm import Acknowledgement, Alarm, Change, Presence, Transition
from console.store.alarm_words import number_of_patient, number_of_words, words_of
from console.store.answers import Answer, after_step
from console.store.codec import decode, encode
from console.store.instants import from_us, optional_us, to_us
from console.store.records import state_of
from console.store.schema import FOREVER, alarm
from console.store.words import storable


def keep_newest(connection: Connection, step: Transition) -> None:
    """Bring the row of an alarm up to a step; an older state never replaces a newer one."""
    state = step.alarm
    query = select(
        alarm.c.version, alarm.c.answered_at,
        alarm.c.calls_from, alarm.c.response, alarm.c.answer_by, alarm.c.answer_reason,
    ).where(alarm.c.id == state.id)  # fmt: skip
    there = connection.execute(query).first()
    if there is not None and there.version > state.version:
        return
    raised = to_us(state.raised_at)
    before = taken_back = None
    if there is not None:
        before = Answer(there.calls_from, there.response, there.answer_by, there.answer_reason)
    if there is not None and step.change is Change.UNACKNOWLEDGE:
        body = connection.execute(select(alarm.c.body).where(alarm.c.id == state.id)).scalar_one()
        last = decode(Alarm, body).acknowledged
        taken_back = None if last is None else to_us(last.at)
    answer = after_step(before, step.change, to_us(step.at), raised, _acknowledged(state), taken_back)
    answered = None if there is None else there.answered_at
    if step.change is Change.UNACKNOWLEDGE:
        # An earlier one, before the alarm rose or sounded again, is not taken back with it.
        answered = None if taken_back in (None, answered) else answered
    elif answered is None and state.acknowledged is not None:
        answered = to_us(state.acknowledged.at)
    row = {
        "version": state.version,
        "answered_at": answered,
        "calls_from": answer.calls_from,
        "response": answer.response,
        "answer_by": answer.by,
        "answer_reason": answer.reason,
        "words": number_of_words(connection, words_of(state, answer.reason)),
        "person": number_of_patient(connection, state.patient_id),
        **plain_columns(state),
        "body": encode(state),
    }
    if there is None:
        connection.execute(insert(alarm), {"id": state.id, **row})
    else:
        connection.execute(update(alarm).where(alarm.c.id == state.id), row)


def plain_columns(state: Alarm) -> dict[str, Any]:
    """The columns that follow from the newest state alone."""
    raised, ended = to_us(state.raised_at), optional_us(state.ended_at)
    over = ended is not None and state.presence is not Presence.ACTIVE
    return {
        "bed": storable(state.bed),
        "patient_id": storable(state.patient_id),
        "kind": state.condition.kind.value,
        "highest": int(max(state.highest, state.priority)),
        "presence": state.presence.value,
        "key": storable(state.condition.key),
        "demo": state.demo,
        "state": state_of(state).value,
        "raised_at": raised,
        "ended_at": ended,
        "lasted": max(0, ended - raised) if over and ended is not None else FOREVER,
    }


def answer_of(row: Any) -> tuple[Acknowledgement | None, float | None]:
    """The answer in a row and the seconds it took; (None, None) for none."""
    if row.response >= FOREVER:
        return None, None
    at = from_us(row.calls_from + row.response)
    return Acknowledgement(row.answer_by, at, row.answer_reason), row.response / 1e6


def _acknowledged(state: Alarm) -> tuple[int, str, str] | None:
    given = state.acknowledged
    return None if given is None else (to_us(given.at), storable(given.by), storable(given.reason))
