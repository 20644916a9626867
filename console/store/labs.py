"""Results of the laboratory: a row per version, in the commit of the message that brought it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection, insert, select

from console.store.codec import decode, encode
from console.store.instants import to_us
from console.store.schema import lab_result
from console.store.words import storable
from console.ward.labs import MAXIMUM_RESULTS, LabResult, folded
from console.ward.patient import Patient

_VERSIONS_READ = 4 * MAXIMUM_RESULTS


def chart_labs(connection: Connection, results: Sequence[LabResult]) -> None:
    """Add each result as the next version of itself; one that says what the newest version says is there already.

    It belongs to its patient, wherever he lies.
    """
    for result in results:
        table = lab_result.c
        key = {
            "feed": storable(result.feed),
            "patient_id": storable(result.patient_id),
            "result_key": storable(result.key),
            "analyte": result.analyte.value,
            "measured_at": to_us(result.measured_at),
        }
        same = [table[name] == value for name, value in key.items()]
        query = select(table.version, table.body).where(*same).order_by(table.version.desc()).limit(1)
        there = connection.execute(query).first()
        if there is not None and _says_the_same(decode(LabResult, there.body), result):
            continue
        row = {
            **key,
            "version": 1 if there is None else there.version + 1,
            "received_at": to_us(result.received_at),
            "body": encode(result),
        }
        connection.execute(insert(lab_result), row)


def _says_the_same(before: LabResult, result: LabResult) -> bool:
    return replace(before, received_at=result.received_at) == result


def read_labs(connection: Connection, patient: Patient) -> tuple[LabResult, ...]:
    """What stands of the results of an admitted patient, under any of his numbers, that have come since he was
    admitted; newest specimen first."""
    his = lab_result.c.patient_id.in_([storable(number) for number in patient.ids])
    since = lab_result.c.received_at >= to_us(patient.admitted_at)
    newest = select(lab_result.c.body).where(his, since).order_by(lab_result.c.number.desc())
    bodies = connection.execute(newest.limit(_VERSIONS_READ)).scalars().all()
    return folded(decode(LabResult, body) for body in reversed(bodies))


def read_labs_taken(
    connection: Connection, patient_ids: Sequence[str], start_us: int, end_us: int
) -> tuple[LabResult, ...]:
    """What stands of the results of specimens taken in [start, end) from these persons, newest specimen first."""
    if not patient_ids:
        return ()
    c = lab_result.c
    theirs = c.patient_id.in_([storable(number) for number in patient_ids])
    inside = select(c.result_key).where(theirs, c.measured_at.between(start_us, end_us - 1)).distinct()
    keys = connection.execute(inside.limit(MAXIMUM_RESULTS)).scalars().all()
    if not keys:
        return ()
    # A correction may name another time than what it corrects: every version of these orders is looked at.
    newest = select(c.body).where(theirs, c.result_key.in_(keys)).order_by(c.number.desc()).limit(_VERSIONS_READ)
    bodies = connection.execute(newest).scalars().all()
    standing = folded(decode(LabResult, body) for body in reversed(bodies))
    return tuple(result for result in standing if start_us <= to_us(result.measured_at) < end_us)
