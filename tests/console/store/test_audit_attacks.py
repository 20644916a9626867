"""Somebody who can write to the database changes the audit trail, triggers gone: it is found, and the first bad entry
named."""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from console.store.anchors import Anchor, Anchors, read_anchors
from console.store.audit import FORM, START, WORDS, append, digest_of
from console.store.audit_check import Verified, Wrong, verify
from console.store.database import Role, open_engine
from console.store.records import AuditEntry
from console.store.sql_store import open_store
from console.store.upkeep import verify_audit
from tests.console.store.records_made import T0

ENTRIES = 90
OLD = 12
"""Of them written in form 1, as schema 0006 has left them."""

COLUMNS = ("number", "at", *WORDS, "form", "digest")
NAMES = ", ".join(f'"{name}"' for name in COLUMNS)
ATTACKS = 1_000
SEED = 20261123


@dataclass(frozen=True)
class Trail:
    """A whole trail in a file, its rows, and its anchors, one every ten entries."""

    file: Path
    rows: list[tuple]
    anchors: Anchors


@pytest.fixture(scope="module")
def trail(tmp_path_factory: pytest.TempPathFactory) -> Trail:
    file = tmp_path_factory.mktemp("trail") / "ward.db"
    url = f"sqlite:///{file}"
    open_store(url).close()
    engine = open_engine(url, Role.JOURNAL)
    entries = [AuditEntry(T0, f"Nurse {i % 5}", f"act {i % 7}", "7B-01", f"n {i}", "", "x", str(i)) for i in range(90)]
    with engine.begin() as connection:
        digest = START
        for number in range(1, OLD + 1):
            words = ("Nurse", "old act", "7B-02", str(number), "", "", "")
            digest = digest_of(digest, 1, number, number, *words)
            row = (number, number, *words, 1, digest)
            connection.exec_driver_sql(f"INSERT INTO audit ({NAMES}) VALUES ({', '.join('?' * len(row))})", row)
        connection.exec_driver_sql("DROP TRIGGER audit_head_no_step")
        connection.exec_driver_sql("UPDATE audit_head SET entries = ?, number = ?, digest = ?", (OLD, OLD, digest))
        append(connection, *entries[OLD:])
    engine.dispose()
    with closing(sqlite3.connect(file)) as plain:
        for name in ("audit_no_update", "audit_no_delete", "audit_head_no_delete"):
            plain.execute(f"DROP TRIGGER {name}")
        plain.commit()
        plain.execute("PRAGMA journal_mode=DELETE")
        rows = plain.execute(f"SELECT {NAMES} FROM audit ORDER BY number").fetchall()
    kept = tuple(Anchor(T0, row[0], row[-1]) for row in rows if row[0] % 10 == 0)
    return Trail(file, rows, Anchors(file, kept))


@dataclass
class Attacker:
    """Changes one trail by SQL; each method returns the number of the first entry that is wrong then."""

    sql: sqlite3.Connection
    rows: list[tuple]
    dice: random.Random

    @property
    def end(self) -> int:
        return len(self.rows)

    def any(self) -> int:
        return self.dice.randint(1, self.end)

    def set(self, number: int, column: str, value: object) -> None:
        self.sql.execute(f'UPDATE audit SET "{column}" = ? WHERE number = ?', (value, number))

    def put(self, number: int, row: tuple) -> None:
        for column, value in zip(COLUMNS[1:], row[1:], strict=True):
            self.set(number, column, value)

    def edit(self) -> int:
        number, column = self.any(), self.dice.choice(COLUMNS[1:])
        old = self.rows[number - 1][COLUMNS.index(column)]
        if column == "at":
            value: object = self.dice.choice([old + self.dice.randint(1, 10**9), -old, 0.5, "noon"])
        elif column == "form":
            value = self.dice.choice([3 - old, 0, 3, "x", 2.5])
        elif column == "digest":
            value = self.dice.choice([f"{self.dice.getrandbits(256):064x}", old.upper(), "", old.encode()])
            value = "0" if value == old else value
        else:
            value = self.dice.choice([f"{old}.", old.encode(), "\x00", b"\xff\xfe", "Nobody"])
        self.set(number, column, value)
        return number

    def edit_with_its_own_digest(self) -> int:
        """The digest of the row is made anew, those that follow are not: the next one is the first that does not fit,
        or the head."""
        number = self.dice.randint(OLD + 1, self.end)
        row = list(self.rows[number - 1])
        row[5] = "nothing happened"
        before = self.rows[number - 2][-1]
        row[-1] = digest_of(before, FORM, number, row[1], *row[2:9])
        self.put(number, tuple(row))
        return number + 1

    def renumber(self) -> int:
        number = self.dice.randint(OLD + 1, self.end)
        new = self.dice.choice([self.end + self.dice.randint(1, 50), -self.dice.randint(0, 50)])
        self.sql.execute("UPDATE audit SET number = ? WHERE number = ?", (new, number))
        return min(number, new) if new != self.end + 1 or number != self.end else number

    def delete(self) -> int:
        number = self.any()
        self.sql.execute("DELETE FROM audit WHERE number = ?", (number,))
        return number

    def delete_some(self) -> int:
        first = self.any()
        self.sql.execute("DELETE FROM audit WHERE number BETWEEN ? AND ?", (first, first + self.dice.randint(0, 9)))
        return first

    def delete_and_close_the_gap(self) -> int:
        number = self.any()
        self.sql.execute("DELETE FROM audit WHERE number = ?", (number,))
        for later in range(number + 1, self.end + 1):
            self.sql.execute("UPDATE audit SET number = ? WHERE number = ?", (later - 1, later))
        return number

    def swap(self) -> int:
        one, two = sorted(self.dice.sample(range(1, self.end + 1), 2))
        self.put(one, self.rows[two - 1])
        self.put(two, self.rows[one - 1])
        return one

    def rotate(self) -> int:
        first = self.dice.randint(1, self.end - 2)
        for place in range(3):
            self.put(first + place, self.rows[first - 1 + (place + 1) % 3])
        return first

    def insert(self) -> int:
        """In the middle, those after it moved down."""
        number = self.any()
        for later in range(self.end, number - 1, -1):
            self.sql.execute("UPDATE audit SET number = ? WHERE number = ?", (later + 1, later))
        self._forge(number, self.rows[number - 2][-1] if number > 1 else START)
        return number

    def insert_at_the_end(self) -> int:
        self._forge(self.end + 1, self.rows[-1][-1])
        return self.end + 1

    def _forge(self, number: int, before: str) -> None:
        words = ("Nurse", "alarm acknowledged", "7B-01", "", "", "unanswered", "acknowledged")
        digest = digest_of(before, FORM, number, 5, *words)
        row = (number, 5, *words, FORM, digest)
        self.sql.execute(f"INSERT INTO audit ({NAMES}) VALUES ({', '.join('?' * len(row))})", row)

    def truncate(self) -> int:
        first = self.dice.randint(1, self.end)
        self.sql.execute("DELETE FROM audit WHERE number >= ?", (first,))
        return first

    def rewrite_the_tail(self) -> int:
        """From an entry on all digests are made anew; the head is forgotten."""
        number = self.dice.randint(OLD + 1, self.end)
        self._rewrite(number)
        return self.end + 1

    def _rewrite(self, number: int) -> str:
        digest = self.rows[number - 2][-1]
        for row in self.rows[number - 1 :]:
            new = list(row)
            if row[0] == number:
                new[5] = "nothing happened"
            new[-1] = digest = digest_of(digest, FORM, row[0], new[1], *new[2:9])
            self.put(row[0], tuple(new))
        return digest

    def head(self) -> int:
        change = self.dice.choice(
            [
                "entries = entries - 1", "entries = entries + 7", "number = number - 3", "number = number + 1",
                f"digest = '{self.dice.getrandbits(256):064x}'", "digest = upper(digest)",
            ]
        )  # fmt: skip
        self.sql.execute(f"UPDATE audit_head SET {change}")
        return self.end + 1

    def behead(self) -> int:
        self.sql.execute("DELETE FROM audit_head")
        return self.end + 1


ACTS: list[tuple[Callable[[Attacker], int], int]] = [
    (Attacker.edit, 30), (Attacker.edit_with_its_own_digest, 8), (Attacker.renumber, 6), (Attacker.delete, 10),
    (Attacker.delete_some, 5), (Attacker.delete_and_close_the_gap, 6), (Attacker.swap, 10), (Attacker.rotate, 4),
    (Attacker.insert, 6), (Attacker.insert_at_the_end, 2), (Attacker.truncate, 8), (Attacker.rewrite_the_tail, 3),
    (Attacker.head, 4), (Attacker.behead, 1),
]  # fmt: skip


def attacked(trail: Trail, copy: Path, act: Callable[[Attacker], int], dice: random.Random) -> int:
    """A copy of the trail with the attack done to it; the number of the first bad entry."""
    shutil.copyfile(trail.file, copy)
    with closing(sqlite3.connect(copy)) as sql:
        sql.execute("PRAGMA synchronous=OFF")
        first = act(Attacker(sql, trail.rows, dice))
        sql.commit()
    return first


def looked_at(file: Path, anchors: Anchors | None = None) -> Verified:
    engine = open_engine(f"sqlite:///{file}", Role.READER)
    try:
        with engine.connect() as connection:
            return verify(connection, anchors)
    finally:
        engine.dispose()


def test_a_whole_trail_is_whole(trail: Trail) -> None:
    found = looked_at(trail.file, trail.anchors)
    assert (found.broken, found.entries, found.last, found.checked) == (None, ENTRIES, ENTRIES, ENTRIES // 10)
    assert found.anchored is not None
    assert found.anchored.number == ENTRIES


def test_a_thousand_attacks_are_all_found_and_the_first_bad_entry_is_named(trail: Trail, tmp_path: Path) -> None:
    dice = random.Random(SEED)
    acts = dice.choices([act for act, _ in ACTS], [weight for _, weight in ACTS], k=ATTACKS)
    tried, found, named = Counter[str](), Counter[str](), Counter[str]()
    missed = []
    for act in acts:
        first = attacked(trail, tmp_path / "copy.db", act, dice)
        broken = looked_at(tmp_path / "copy.db").broken
        kind = act.__name__
        tried[kind] += 1
        found[kind] += broken is not None
        named[kind] += broken is not None and broken.number == first
        if broken is None or broken.number != first:
            missed.append((kind, first, str(broken)))
    print(f"\n{sum(found.values())} of {ATTACKS} attacks found, {sum(named.values())} first bad entries named rightly")
    for kind, count in sorted(tried.items()):
        print(f"  {kind:<26} {found[kind]:>4} of {count:>4}, named {named[kind]:>4}")
    assert not missed


@pytest.mark.parametrize("seed", range(5))
def test_a_trail_written_anew_with_its_head_does_not_get_past_the_anchors(
    trail: Trail, tmp_path: Path, seed: int
) -> None:
    def act(attacker: Attacker) -> int:
        number = attacker.dice.randint(OLD + 1, attacker.end)
        digest = attacker._rewrite(number)
        attacker.sql.execute("UPDATE audit_head SET digest = ?", (digest,))
        return number

    number = attacked(trail, tmp_path / "copy.db", act, random.Random(seed))
    assert looked_at(tmp_path / "copy.db").broken is None
    broken = looked_at(tmp_path / "copy.db", trail.anchors).broken
    assert broken is not None
    assert broken.wrong is Wrong.REWRITTEN
    assert broken.number == (number - 1) // 10 * 10 + 1
    assert broken.number <= number


def test_a_trail_cut_off_together_with_its_head_does_not_get_past_the_anchors(trail: Trail, tmp_path: Path) -> None:
    def act(attacker: Attacker) -> int:
        attacker.sql.execute("DELETE FROM audit WHERE number > 77")
        attacker.sql.execute("UPDATE audit_head SET entries = 77, number = 77, digest = ?", (attacker.rows[76][-1],))
        return 78

    attacked(trail, tmp_path / "copy.db", act, random.Random(0))
    found = looked_at(tmp_path / "copy.db", trail.anchors)
    assert found.broken is not None
    assert (found.broken.number, found.broken.wrong) == (78, Wrong.TRUNCATED)
    assert found.anchored is not None
    assert found.anchored.number == 70


@pytest.mark.parametrize(
    ("act", "wrong"),
    [
        (Attacker.delete, Wrong.MISSING),
        (Attacker.edit_with_its_own_digest, Wrong.EDITED),
        (Attacker.insert_at_the_end, Wrong.ADDED),
        (Attacker.behead, Wrong.HEAD),
    ],
)
def test_what_was_done_is_told(trail: Trail, tmp_path: Path, act: Callable[[Attacker], int], wrong: Wrong) -> None:
    attacked(trail, tmp_path / "copy.db", act, random.Random(3))
    broken = looked_at(tmp_path / "copy.db").broken
    assert broken is not None
    assert broken.wrong is wrong
    assert wrong.value in str(broken)


def test_an_exchange_and_an_insertion_are_told_apart(trail: Trail, tmp_path: Path) -> None:
    def neighbours(attacker: Attacker) -> int:
        attacker.put(40, attacker.rows[40])
        attacker.put(41, attacker.rows[39])
        return 40

    def between(attacker: Attacker) -> int:
        attacker.any = lambda: 40  # type: ignore[method-assign]
        return attacker.insert()

    for act, wrong in ((neighbours, Wrong.ORDER), (between, Wrong.ADDED)):
        attacked(trail, tmp_path / "copy.db", act, random.Random(1))
        broken = looked_at(tmp_path / "copy.db").broken
        assert broken is not None
        assert (broken.number, broken.wrong) == (40, wrong)


STATEMENTS = {
    "UPDATE audit SET detail = 'x' WHERE number = 7": 7,
    "UPDATE audit SET digest = upper(digest) WHERE number = 7": 7,
    "DELETE FROM audit WHERE number = 7": 7,
    "DELETE FROM audit WHERE number >= 18": 18,
    "UPDATE audit_head SET number = 19": 21,
    "DELETE FROM audit_head": 21,
    "UPDATE audit a SET at = b.at, detail = b.detail, digest = b.digest FROM audit b "
    "WHERE (a.number, b.number) IN ((4, 9), (9, 4))": 4,
}


@pytest.mark.postgres
def test_attacks_on_a_server_are_found_too(request: pytest.FixtureRequest) -> None:
    url = request.getfixturevalue("cluster").create("ward_attacked")
    store = open_store(url)
    for i in range(20):
        store.put_audit(AuditEntry(T0, "A", "act", "7B-01", str(i)))
    store.close()
    assert verify_audit(url).broken is None
    writer, reader = open_engine(url, Role.JOURNAL), open_engine(url, Role.READER)
    kept = ("CREATE TABLE kept AS SELECT * FROM audit", "CREATE TABLE kept_head AS SELECT * FROM audit_head")
    back = (
        "DELETE FROM audit", "INSERT INTO audit SELECT * FROM kept", "DELETE FROM audit_head",
        "INSERT INTO audit_head SELECT * FROM kept_head",
    )  # fmt: skip
    with writer.begin() as connection:
        for statement in ("ALTER TABLE audit DISABLE TRIGGER ALL", "ALTER TABLE audit_head DISABLE TRIGGER ALL", *kept):
            connection.exec_driver_sql(statement)
    for statement, number in STATEMENTS.items():
        with writer.begin() as connection:
            connection.exec_driver_sql(statement)
        with reader.connect() as connection:
            broken = verify(connection).broken
        assert broken is not None, statement
        assert broken.number == number, statement
        with writer.begin() as connection:
            for undo in back:
                connection.exec_driver_sql(undo)
    writer.dispose()
    reader.dispose()


@pytest.fixture
def anchored(tmp_path: Path) -> str:
    """A store that was started, written to and stopped."""
    url = f"sqlite:///{tmp_path / 'ward.db'}"
    store = open_store(url)
    store.put_audit(AuditEntry(T0, "A", "act")).result(10)
    store.close()
    return url


def test_a_store_anchors_its_trail_when_it_stops(anchored: str, tmp_path: Path) -> None:
    (anchor,) = read_anchors(tmp_path / "ward.db-anchors").anchors
    with closing(sqlite3.connect(tmp_path / "ward.db")) as sql:
        assert sql.execute("SELECT number, digest FROM audit").fetchall() == [(anchor.number, anchor.digest)]
    assert (tmp_path / "ward.db-anchors").stat().st_mode & 0o777 == 0o600
    open_store(anchored).close()
    assert len(read_anchors(tmp_path / "ward.db-anchors").anchors) == 1


def test_a_start_says_that_the_trail_does_not_agree_with_its_anchor(anchored: str, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "ward.db")) as sql:
        for statement in ("DROP TRIGGER audit_no_delete", "DELETE FROM audit"):
            sql.execute(statement)
        sql.commit()
    store = open_store(anchored)
    assert any("does not agree with its anchor" in notice for notice in store.notices)
    store.close()
    broken = verify_audit(anchored).broken
    assert broken is not None
    assert broken.number == 1
