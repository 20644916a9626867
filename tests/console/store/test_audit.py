"""The audit trail: an act and its entry in one transaction, old rows that still verify, a head that goes forward."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from console.alarms.alarm import Change
from console.store import audit
from console.store.audit_check import verify
from console.store.database import Role, open_engine
from console.store.errors import Refused
from console.store.records import AuditEntry, HistoryFilter
from console.store.sql_store import SqlStore
from console.ward.chart import NurseObservation, PumpEvent, PumpEventKind
from console.ward.patient import Patient
from tests.console.store.records_made import T0, alarm, step

Open = Callable[..., SqlStore]
ANNA = Patient("H1", "Anna", "7B-01", T0, age=50)
TOLD = AuditEntry(T0, "Nurse A", "act", "7B-01", "detail", "desk 1", "old", "new")


def rows(url: str, query: str) -> list[tuple]:
    engine = open_engine(url, Role.JOURNAL)
    try:
        with engine.begin() as connection:
            return [tuple(row) for row in connection.execute(text(query)).all()]
    finally:
        engine.dispose()


def trail(url: str) -> list[tuple]:
    return rows(url, "SELECT act, station, before, after FROM audit ORDER BY number")


ACTS: dict[str, Callable[[SqlStore], object]] = {
    "alarm step": lambda s: s.put_transitions([step(alarm("a"))], [TOLD]),
    "admission": lambda s: s.put_admission(ANNA, "A", [TOLD]),
    "finding": lambda s: s.put_finding("H1", "7B-01", NurseObservation("rigidity", T0, id="f"), [TOLD]),
    "pump event": lambda s: s.put_pump_event("H1", "7B-01", PumpEvent(PumpEventKind.MRI, T0, id="p"), [TOLD]),
}


@pytest.mark.parametrize("act", ACTS)
def test_an_act_and_its_entry_are_written_together(url: str, store: SqlStore, act: str) -> None:
    ACTS[act](store).result(10)
    assert trail(url) == [("act", "desk 1", "old", "new")]


def test_discharge_and_strike_carry_their_entries(url: str, store: SqlStore) -> None:
    store.put_admission(ANNA, "A").result(10)
    store.put_finding("H1", "7B-01", NurseObservation("rigidity", T0, id="f")).result(10)
    store.strike_entry("f", T0, "A", [TOLD]).result(10)
    store.put_discharge("7B-01", "H1", T0, "A", [TOLD]).result(10)
    assert len(trail(url)) == 2


def test_what_is_refused_leaves_no_entry(url: str, store: SqlStore) -> None:
    store.put_admission(ANNA, "A").result(10)
    for refused in (
        store.put_admission(Patient("H2", "Berta", "7B-01", T0), "A", [TOLD]),
        store.put_discharge("7B-01", "H2", T0, "A", [TOLD]),
        store.strike_entry("nothing", T0, "A", [TOLD]),
    ):
        with pytest.raises(Refused):
            refused.result(10)
    assert trail(url) == []


def test_an_act_whose_entry_cannot_be_written_does_not_happen(url: str, store: SqlStore) -> None:
    """A trigger stands for the failing write: the act is refused with it, and the head has not moved."""
    if url.startswith("postgres"):
        rows_of_trigger = (
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$",
            "CREATE TRIGGER refuse BEFORE INSERT ON audit FOR EACH ROW EXECUTE FUNCTION refuse()",
        )
    else:
        rows_of_trigger = ("CREATE TRIGGER refuse BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no'); END",)
    engine = open_engine(url, Role.JOURNAL)
    with engine.begin() as connection:
        for statement in rows_of_trigger:
            connection.exec_driver_sql(statement)
    engine.dispose()
    acknowledged = step(alarm("a", version=2), Change.ACKNOWLEDGE)
    for act in (store.put_transitions([acknowledged], [TOLD]), store.put_admission(ANNA, "A", [TOLD])):
        with pytest.raises(Refused):
            act.result(10)
    assert store.history(HistoryFilter(), 0, 10).result(10).total == 0
    assert store.restore().stays == ()
    assert rows(url, "SELECT entries, number FROM audit_head") == [(0, 0)]


def test_an_entry_without_a_station_stands_under_that_of_its_store(url: str, opened: Open) -> None:
    store = opened(url, station="desk 2")
    store.put_audit(AuditEntry(T0, "A", "one")).result(10)
    store.put_changes([AuditEntry(T0, "A", "two")]).result(10)
    assert [row[:2] for row in trail(url)] == [("one", "desk 2"), ("two", "desk 2")]


def test_the_head_follows_every_entry_and_never_goes_back(url: str, store: SqlStore) -> None:
    for _ in range(5):
        store.put_audit(AuditEntry(T0, "A", "act")).result(10)
    newest = rows(url, "SELECT number, digest FROM audit ORDER BY number DESC LIMIT 1")[0]
    assert rows(url, "SELECT entries, number, digest FROM audit_head") == [(5, *newest)]
    engine = open_engine(url, Role.JOURNAL)
    for act in ("UPDATE audit_head SET entries = 4, number = 4", "DELETE FROM audit_head"):
        with pytest.raises(DBAPIError, match="only goes forward"), engine.begin() as connection:
            connection.exec_driver_sql(act)
    engine.dispose()


def test_rows_of_before_keep_their_digests_and_new_ones_follow_them(url: str, opened: Open) -> None:
    """What schema 0006 has written, laid down as its rows were."""
    opened(url).close()
    engine = open_engine(url, Role.JOURNAL)
    before = audit.START
    with engine.begin() as connection:
        for number in (1, 2, 3):
            words = ("A", "old act", "7B-01", f"detail {number}")
            before = audit.digest_of(before, 1, number, 1_000 * number, *words, "", "", "")
            connection.execute(
                audit.audit.insert(),
                dict(zip(("by", "act", "bed", "detail"), words, strict=True))
                | {"number": number, "at": 1_000 * number, "digest": before},
            )
            connection.execute(audit.audit_head.update(), {"entries": number, "number": number, "digest": before})
    store = opened(url)
    store.put_audit(TOLD).result(10)
    with engine.connect() as connection:
        found = verify(connection)
        assert (found.broken, found.entries, found.last) == (None, 4, 4)
        assert connection.execute(text("SELECT form FROM audit ORDER BY number")).scalars().all() == [1, 1, 1, 2]
    engine.dispose()


def test_acts_are_recorded_whatever_somebody_did_to_the_trail(url: str, store: SqlStore) -> None:
    """A head that is gone, or a row put behind it, shows in the chain and stops nobody from acknowledging."""
    store.put_audit(TOLD).result(10)
    engine = open_engine(url, Role.JOURNAL)
    with engine.begin() as connection:
        on = "" if url.startswith("sqlite") else " ON audit_head"
        connection.exec_driver_sql(f"DROP TRIGGER audit_head_no_delete{on}")
        connection.exec_driver_sql("DELETE FROM audit_head")
    store.put_audit(TOLD).result(10)
    assert [row[0] for row in trail(url)] == ["act", audit.HEAD_LOST, "act"]
    with engine.begin() as connection:
        connection.execute(
            audit.audit.insert(),
            {
                "number": 4,
                "at": 1,
                "by": "x",
                "act": "x",
                "bed": "",
                "detail": "",
                "digest": "0" * 64,
                "form": 2,
            },
        )
    store.put_audit(TOLD).result(10)
    with engine.connect() as connection:
        broken = verify(connection).broken
    assert broken is not None
    assert broken.number == 4
    engine.dispose()
