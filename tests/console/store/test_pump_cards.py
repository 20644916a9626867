"""Pump cards in both databases: versions kept, audit beside them, and a database of an earlier schema brought up."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from alembic import command
from sqlalchemy import create_engine, insert, inspect, text

from console.store import journal, migrate, schema
from console.store.codec import encode
from console.store.errors import Refused
from console.store.instants import to_us
from console.store.records import AuditEntry
from console.ward.limits import LimitSetting, OwnLimits
from console.ward.pump_card import Admixture, PumpCard
from drivers.observation import Parameter
from tests.console.ward_fakes import START, patient, utc

BED = "7B-01"
CARD = PumpCard(
    "SynchroMed II", (Admixture.MORPHINE,), 500.0, 250.0, utc(START), 20.0, low_alarm_ml=2.0, by="Nürse", at=utc(START)
)


def entry(act: str = "pump card charted") -> AuditEntry:
    return AuditEntry(utc(START), "A", act, BED, "Dose 250 µg/day")


def put(store, card, patient_id="P1"):
    return store.put_pump_card(patient_id, BED, card, entry()).result(10)


def charted_acts(url: str) -> int:
    engine = create_engine(url)
    with engine.connect() as connection:
        count = connection.execute(text("SELECT count(*) FROM audit WHERE act = 'pump card charted'")).scalar()
    engine.dispose()
    return count


def test_every_version_comes_back_in_order_with_all_its_fields(store, url):
    store.put_admission(patient(), "A").result(10)
    cards = tuple(replace(CARD, dose_ug_day=250.0 + n, at=utc(START + n)) for n in range(3))
    for card in cards:
        put(store, card)
    assert store.restore().stays[0].pump_cards == cards
    assert charted_acts(url) == 3


def test_only_the_newest_versions_are_taken_up(store):
    store.put_admission(patient(), "A").result(10)
    for n in range(53):
        put(store, replace(CARD, dose_ug_day=100.0 + n))
    doses = [card.dose_ug_day for card in store.restore().stays[0].pump_cards]
    assert doses == [103.0 + n for n in range(50)]


def test_a_card_of_somebody_who_is_not_there_is_refused_and_leaves_no_audit(store, url):
    with pytest.raises(Refused):
        put(store, CARD)
    assert charted_acts(url) == 0


def test_a_readmitted_patient_begins_without_a_card(store):
    store.put_admission(patient(), "A").result(10)
    put(store, CARD)
    store.put_discharge(BED, "P1", utc(START + 60), "A").result(10)
    store.put_admission(replace(patient(), admitted_at=utc(START) + timedelta(hours=1)), "A").result(10)
    assert store.restore().stays[0].pump_cards == ()


def test_a_database_of_schema_2_keeps_its_data_and_takes_cards(url, opened):
    engine = create_engine(url)
    with engine.begin() as connection:
        command.upgrade(migrate._alembic(connection), "0001")
    with engine.begin() as connection:
        assert "limit_setting" not in inspect(connection).get_table_names()
        command.upgrade(migrate._alembic(connection), "0002")
    limits = OwnLimits((LimitSetting(Parameter.HR, high=135.0),), "A")
    with engine.begin() as connection:
        assert "pump_card" not in inspect(connection).get_table_names()
        _fill_as_schema_2(connection, limits)
    engine.dispose()
    store = opened(url)
    stay = store.restore().stays[0]
    assert (stay.patient, stay.limits, stay.pump_cards) == (patient(), limits, ())
    put(store, CARD)
    assert store.restore().stays[0].pump_cards == (CARD,)


def _fill_as_schema_2(connection, limits):
    someone = patient()
    row = {"bed": BED, "patient_id": "P1", "admitted_at": to_us(someone.admitted_at), "admitted_by": "A"}
    connection.execute(insert(schema.stay), {**row, "patient": encode(someone)})
    journal.set_limits(connection, "P1", BED, limits, utc(START))
    assert connection.execute(text("SELECT count(*) FROM limit_setting")).scalar() == 1


def test_the_migrated_tables_are_those_of_the_schema(url, opened):
    store = opened(url)
    store.close()
    engine = create_engine(url)
    with engine.connect() as connection:
        found = inspect(connection)
        for table in ("limit_setting", "pump_card"):
            assert [c["name"] for c in found.get_columns(table)] == ["number", "stay_id", "at", "by", "body"]
            assert [i["column_names"] for i in found.get_indexes(table)] == [["stay_id"]]
        assert migrate.schema_version(connection) == migrate.newest_version()
    engine.dispose()
