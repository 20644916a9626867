"""The made-up past is what the journal and the archive themselves would have written."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import numpy as np
from sqlalchemy import select

from console.alarms.alarm import Alarm, Transition
from console.store.codec import decode, encode
from console.store.database import Role, open_engine
from console.store.schema import alarm, alarm_words, stay, transition
from console.store.sql_store import SqlStore
from drivers.observation import Parameter
from tests.bench.history_seed import Past, seed

COLUMNS = (
    select(*(c for c in alarm.c if c.name not in ("number", "words", "person")), alarm_words.c.words)
    .join(alarm_words, alarm_words.c.number == alarm.c.words)
    .order_by(alarm.c.id)
)
SMALL = Past(alarms=400, days=3, beds=3, sample_days=1)


def test_seeded_rows_are_those_the_journal_writes(tmp_path: Path, opened: Callable[..., SqlStore]) -> None:
    url, again = (f"sqlite:///{tmp_path / name}" for name in ("seeded.db", "journal.db"))
    made = seed(url, SMALL)
    source = open_engine(url, Role.READER)
    with source.connect() as connection, connection.begin():
        steps = connection.execute(select(transition).order_by(transition.c.number)).all()
        seeded = connection.execute(COLUMNS).all()
        stays = connection.execute(select(stay)).all()
    source.dispose()
    assert (len(seeded), len(steps), len(stays)) == (made.alarms, made.transitions, made.stays)
    told = [decode(Transition, row.body) for row in steps]
    assert [encode(step) for step in told] == [row.body for row in steps]
    assert all(encode(decode(Alarm, row.body)) == row.body for row in seeded)
    journal = opened(again)
    journal.put_transitions(told).result(30)
    target = open_engine(again, Role.READER)
    with target.connect() as connection, connection.begin():
        written = connection.execute(COLUMNS).all()
        assert [tuple(row) for row in written] == [tuple(row) for row in seeded]
    target.dispose()


def test_the_same_seed_makes_the_same_past(tmp_path: Path) -> None:
    bodies = []
    for name in ("a.db", "b.db"):
        url = f"sqlite:///{tmp_path / name}"
        seed(url, Past(alarms=50, days=2, beds=2, sample_days=0))
        engine = open_engine(url, Role.READER)
        with engine.connect() as connection, connection.begin():
            bodies.append(connection.execute(select(transition.c.body).order_by(transition.c.number)).scalars().all())
        engine.dispose()
    assert bodies[0] == bodies[1]


def test_seeded_samples_read_as_a_bed_would(tmp_path: Path, opened: Callable[..., SqlStore]) -> None:
    url = f"sqlite:///{tmp_path / 'ward.db'}"
    made = seed(url, SMALL)
    assert 3 * 1440 * 0.98 < made.minutes < 3 * 1440
    end = SMALL.end
    wanted = (Parameter.HR, Parameter.SPO2, Parameter.NIBP_SYS, Parameter.TEMP)
    trend = opened(url).trend("7B-02", wanted, end - timedelta(hours=6), end).result(10)
    heart, pressure = trend.series[Parameter.HR], trend.series[Parameter.NIBP_SYS]
    assert 2000 < len(heart.times) <= 6 * 360
    assert (np.diff(heart.times) > 0).all()
    assert ((heart.values > 40) & (heart.values < 130)).all()
    assert (trend.series[Parameter.SPO2].values <= 100).all()
    assert 20 <= len(pressure.times) <= 24
    assert trend.series[Parameter.TEMP].values.round(1).tolist() == trend.series[Parameter.TEMP].values.tolist()
