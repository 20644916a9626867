"""Results of the laboratory: a row per version, in the commit of the message that brought it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection, insert, select

from console.store.codec import decode, encode
from console.store.instants import to_us
from console.store.schema import lab_result, stay
from console.store.words import storable
from console.ward.labs import MAXIMUM_RESULTS, LabResult, folded

_VERSIONS_READ = 4 * MAXIMUM_RESULTS


def chart_labs(connection: Connection, results: Sequence[LabResult]) -> None:
    """Add each result as the next version of itself; one that says what the newest version says is there already.

    It belongs to the open stay of its patient, wherever he lies; without one it is kept under his number alone.
    """
    for result in results:
        table, whose = lab_result.c, storable(result.patient_id)
        key = {
            "feed": storable(result.feed),
            "patient_id": whose,
            "result_key": storable(result.key),
            "analyte": result.analyte.value,
            "measured_at": to_us(result.measured_at),
        }
        same = [table[name] == value for name, value in key.items()]
        query = select(table.version, table.body).where(*same).order_by(table.version.desc()).limit(1)
        there = connection.execute(query).first()
        if there is not None and _says_the_same(decode(LabResult, there.body), result):
            continue
        open_stay = select(stay.c.id).where(stay.c.patient_id == whose, stay.c.discharged_at.is_(None))
        row = {
            **key,
            "stay_id": connection.execute(open_stay.order_by(stay.c.id.desc()).limit(1)).scalar(),
            "version": 1 if there is None else there.version + 1,
            "received_at": to_us(result.received_at),
            "body": encode(result),
        }
        connection.execute(insert(lab_result), row)


def _says_the_same(before: LabResult, result: LabResult) -> bool:
    return replace(before, received_at=result.received_at) == result


def read_labs(connection: Connection, stay_id: int) -> tuple[LabResult, ...]:
    """What stands of the results of a stay, newest specimen first."""
    newest = select(lab_result.c.body).where(lab_result.c.stay_id == stay_id).order_by(lab_result.c.number.desc())
    bodies = connection.execute(newest.limit(_VERSIONS_READ)).scalars().all()
    return folded(decode(LabResult, body) for body in reversed(bodies))
