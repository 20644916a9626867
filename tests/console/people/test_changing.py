"""Making and changing people: what is refused inside the transaction, whoever comes first; records stay whole."""

from __future__ import annotations

import threading
from concurrent.futures import Future

import pytest
from sqlalchemy import select, text

from console.link.commands import Reply
from console.link.people import SignedIn
from console.people import signing_in
from console.people.desk import NO_FIRST, PeopleDesk
from console.people.hashing import Cost, Hasher
from console.store import people as store_people
from console.store.database import Role as ConnectionRole
from console.store.database import open_engine
from console.store.errors import NotDurable, Refused, StoreError
from console.store.people import FIRST_ADMINISTRATOR, LAST_ADMINISTRATOR, MOST_PEOPLE, NOT_FIRST
from console.store.records import Doer, PersonRecord
from console.store.schema import person
from console.ward.credentials import SecretKind
from console.ward.people import Person, Right, Role
from tests.console.people.reception import (
    BOSS,
    BOSS_SECRET,
    CHEAPEST,
    NURSE,
    NURSE_PIN,
    START,
    Reception,
    allowed,
    enter,
)
from tests.console.ward_fakes import utc

NURSES = frozenset({Role.NURSE})
ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})


def changed(answer: Future[Reply]) -> str:
    return answer.result(20).error


def at_once(*acts: object) -> list[str]:
    """Do all of them at the same moment; the sentences they end with."""
    begin = threading.Barrier(len(acts))
    said: list[str] = []

    def act(do: object) -> None:
        begin.wait()
        said.append(changed(do()))  # type: ignore[operator]

    threads = [threading.Thread(target=act, args=(do,)) for do in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(said)


# --- the first ----------


def test_of_two_consoles_that_make_the_first_administrator_at_once_one_wins(anywhere: Reception) -> None:
    one, two = anywhere.desk("one"), anywhere.desk("two")
    said = at_once(lambda: one.create_first("A. One", BOSS_SECRET), lambda: two.create_first("B. Two", BOSS_SECRET))
    assert said == ["", NOT_FIRST]
    assert len(anywhere.people()) == 1
    assert anywhere.acts() == ["first administrator made"]


def test_the_first_is_an_administrator_and_there_is_no_second_first(reception: Reception) -> None:
    desk = reception.desk()
    assert changed(desk.add("R. Test", ADMINISTRATORS, NURSE_PIN, "R. Test")) == NO_FIRST
    assert changed(desk.create_first(BOSS, BOSS_SECRET)) == ""
    assert changed(desk.create_first("C. Late", BOSS_SECRET)) == NOT_FIRST
    assert desk.view().people == (Person(BOSS, ADMINISTRATORS),)


def test_a_store_takes_no_first_person_who_could_not_manage_people(anywhere: Reception) -> None:
    anywhere.desk()
    nurse = PersonRecord(NURSE, NURSES, "hash", SecretKind.PIN)
    written = anywhere.stores[0].people.add(nurse, Doer("os:root", utc(START), "here"))
    with pytest.raises(Refused, match=FIRST_ADMINISTRATOR):
        written.result(10)
    assert anywhere.people() == {}
    assert anywhere.trail() == []


@pytest.mark.parametrize(
    ("name", "secret", "said"),
    [
        ("", "2580", "Give a name."),
        ("system", "2580", "stands in the records"),
        ("A\u202eB", "2580", "marks of writing direction"),
        (BOSS, "1234", "easy to guess"),
        (BOSS, "", "PIN of 4 to 12 digits, or a password of 8 to 128 characters"),
    ],
)
def test_bad_names_and_secrets_are_refused_before_anything_is_written(
    reception: Reception, name: str, secret: str, said: str
) -> None:
    desk = reception.desk()
    assert said in changed(desk.create_first(name, secret))
    assert desk.view().needed is False
    assert reception.trail() == []


# --- the last ----------


def test_the_last_administrator_is_neither_disabled_nor_demoted_and_nothing_of_it_is_recorded(
    anywhere: Reception,
) -> None:
    desk = anywhere.staffed()
    enter(desk, BOSS, BOSS_SECRET)
    before, trail = anywhere.people(), anywhere.trail()
    assert changed(desk.set_disabled(BOSS, True, BOSS)) == LAST_ADMINISTRATOR
    assert changed(desk.set_roles(BOSS, NURSES, BOSS)) == LAST_ADMINISTRATOR
    assert anywhere.people() == before
    assert anywhere.trail() == trail
    assert changed(desk.add("B. Boss", ADMINISTRATORS, "another horse", BOSS)) == ""
    assert changed(desk.set_roles(BOSS, NURSES, BOSS)) == ""
    assert allowed(desk, BOSS) == {right for right in Right if Person("x", NURSES).may(right)}


def test_two_administrators_who_disable_each_other_at_once_are_not_both_gone(anywhere: Reception) -> None:
    one = anywhere.staffed(station="one")
    anywhere.add(one, "B. Boss", {Role.ADMINISTRATOR}, "another horse")
    two = anywhere.desk("two")
    enter(one, BOSS, BOSS_SECRET)
    enter(two, "B. Boss", "another horse")
    said = at_once(lambda: one.set_disabled("B. Boss", True, BOSS), lambda: two.set_disabled(BOSS, True, "B. Boss"))
    assert said[0] == ""
    assert said[1]
    there = [record for record in anywhere.people().values() if not record.disabled]
    assert sum(Role.ADMINISTRATOR in record.roles for record in there) == 1


# --- the others ----------


@pytest.mark.parametrize("meanwhile", ["locked", "disabled", "another secret"])
def test_what_another_console_did_while_a_secret_was_proved_keeps_it_out(anywhere: Reception, meanwhile: str) -> None:
    anywhere.staffed()
    people, doer = anywhere.stores[0].people, Doer(BOSS, utc(START), "elsewhere")
    proven = anywhere.people()[NURSE].secret
    if meanwhile == "locked":
        for _ in range(3):
            people.wrong_try(NURSE, doer).result(10)
    elif meanwhile == "disabled":
        people.set_disabled(NURSE, True, doer).result(10)
    else:
        people.set_secret(NURSE, "other", SecretKind.PIN, doer).result(10)
    trail = anywhere.trail()
    with pytest.raises(Refused, match="changed a moment ago"):
        people.signed_in(NURSE, proven, None, Doer(NURSE, utc(START), "here")).result(10)
    assert anywhere.trail() == trail


def test_a_name_is_taken_once_whatever_its_case(anywhere: Reception) -> None:
    desk = anywhere.staffed()
    enter(desk, BOSS, BOSS_SECRET)
    for name in (NURSE, NURSE.upper(), f" {NURSE} ", "Ｒ. Ｔｅｓｔ"):
        assert changed(desk.add(name, NURSES, "2580", BOSS)) == f"{NURSE} is there already; choose another name."
    assert len(anywhere.people()) == 2


def test_what_cannot_be_done_is_refused_with_one_sentence(reception: Reception) -> None:
    desk = reception.staffed()
    enter(desk, BOSS, BOSS_SECRET)
    assert changed(desk.set_roles("None Such", NURSES, BOSS)) == "There is nobody named 'None Such'."
    assert changed(desk.set_roles("\ud800\x00", NURSES, BOSS)).startswith("There is nobody named")
    assert changed(desk.set_roles(NURSE, frozenset(), BOSS)) == "A person needs at least one role."
    assert changed(desk.add("N. N.", frozenset(), "2580", BOSS)) == "A person needs at least one role."
    assert "easy to guess" in changed(desk.set_secret(NURSE, "1111", BOSS))
    assert enter(desk, NURSE, NURSE_PIN).person is not None


def test_a_ward_has_a_bounded_number_of_people(reception: Reception, monkeypatch: pytest.MonkeyPatch) -> None:
    assert MOST_PEOPLE == 500
    monkeypatch.setattr(store_people, "MOST_PEOPLE", 2)
    desk = reception.staffed()
    enter(desk, BOSS, BOSS_SECRET)
    assert changed(desk.add("One More", NURSES, "2580", BOSS)) == "A ward may have at most 2 people."


def test_people_are_the_same_after_a_restart(anywhere: Reception) -> None:
    desk = anywhere.staffed()
    enter(desk, NURSE, NURSE_PIN)
    before = (anywhere.people(), desk.view().people)
    anywhere.close()
    again = anywhere.desk()
    assert (anywhere.people(), again.view().people) == before
    assert again.view().signed_in is None  # a restart signs out
    assert enter(again, NURSE, NURSE_PIN).person == Person(NURSE, NURSES)


def test_who_made_and_changed_somebody_stands_with_him(anywhere: Reception) -> None:
    desk = anywhere.staffed()
    anywhere.later(60)
    enter(desk, BOSS, BOSS_SECRET)
    desk.set_roles(NURSE, frozenset({Role.CHARGE_NURSE}), BOSS).result(10)
    engine = open_engine(anywhere.url, ConnectionRole.READER)
    with engine.connect() as connection:
        row = connection.execute(select(person).where(person.c.name == NURSE)).one()
    engine.dispose()
    assert (row.key, row.created_by, row.changed_by) == ("r. test", BOSS, BOSS)
    assert row.changed_at - row.created_at == 60_000_000
    assert row.secret.startswith("$argon2id$v=19$m=8,t=1,p=1$")


def test_a_change_without_its_entry_in_the_trail_is_not_made(anywhere: Reception) -> None:
    """One transaction: where the trail refuses, nobody is made."""
    desk = anywhere.staffed()
    enter(desk, BOSS, BOSS_SECRET)
    engine = open_engine(anywhere.url, ConnectionRole.JOURNAL)
    with engine.connect() as connection, connection.begin():
        if connection.dialect.name == "sqlite":
            refuse = (
                "CREATE TRIGGER no_more BEFORE INSERT ON audit WHEN NEW.act = 'person added' "
                "BEGIN SELECT RAISE(ABORT, 'no more'); END"
            )
        else:
            refuse = "ALTER TABLE audit ADD CONSTRAINT no_more CHECK (act <> 'person added') NOT VALID"
        connection.execute(text(refuse))
    engine.dispose()
    assert changed(desk.add("One More", NURSES, "2580", BOSS)) != ""
    assert set(anywhere.people()) == {BOSS, NURSE}


def test_a_secret_is_made_anew_at_todays_cost_when_it_is_next_proved(reception: Reception) -> None:
    desk = reception.staffed()
    dearer = reception.desk("two", cost=Cost(2, 16, 1))
    enter(desk, NURSE, NURSE_PIN)
    assert enter(dearer, NURSE, NURSE_PIN).person is not None
    assert reception.people()[NURSE].secret.startswith("$argon2id$v=19$m=16,t=2,p=1$")
    assert dearer.refusal(NURSE, Right.CHART) == ""
    assert enter(dearer, NURSE, NURSE_PIN).person is not None


# --- a disk that takes nothing ----------


class FullDisk:
    """The people of a store whose disk takes nothing more; reading works while `readable`."""

    def __init__(self, reception: Reception) -> None:
        self._people = reception.stores[0].people
        self.asked: list[str] = []
        self.readable = True

    def read(self) -> tuple[PersonRecord, ...]:
        self.asked.append("read")
        if not self.readable:
            raise StoreError("the people of the ward cannot be read: server gone")
        return self._people.read()

    def __getattr__(self, name: str) -> object:

        def refuse(*_: object, **__: object) -> Future[None]:
            self.asked.append(name)
            failed: Future[None] = Future()
            failed.set_exception(NotDurable("Recording stopped - disk full"))
            return failed

        return refuse


def test_a_full_disk_keeps_nobody_from_signing_in_and_wrong_tries_still_wait(reception: Reception) -> None:
    first = reception.staffed()
    full = FullDisk(reception)
    audit = reception.stores[0].put_audit
    desk = PeopleDesk(full, audit, reception.clock, first._config, "full", CHEAPEST)  # type: ignore[arg-type]
    try:
        assert enter(desk, NURSE, NURSE_PIN).person is not None
        assert desk.refusal(NURSE, Right.ACKNOWLEDGE) == ""
        assert [enter(desk, BOSS, "wrong secret").wait_s for _ in range(4)] == [0, 0, 5, 5]
        assert enter(desk, BOSS, BOSS_SECRET).error.startswith("Too many wrong tries")
        reception.later(5)
        assert enter(desk, BOSS, BOSS_SECRET).person is not None
        assert changed(desk.set_disabled(NURSE, True, BOSS)) == "Recording stopped - disk full."
        assert full.asked.count("wrong_try") == 3
    finally:
        desk.stop()


def test_a_database_that_cannot_be_read_keeps_nobody_out_is_not_asked_at_every_try_and_told_once(
    reception: Reception, caplog: pytest.LogCaptureFixture
) -> None:
    first = reception.staffed()
    gone = FullDisk(reception)
    audit = reception.stores[0].put_audit
    desk = PeopleDesk(gone, audit, reception.clock, first._config, "gone", CHEAPEST)  # type: ignore[arg-type]
    try:
        gone.readable = False
        gone.asked.clear()
        for _ in range(5):
            assert enter(desk, NURSE, NURSE_PIN).person is not None
        assert gone.asked.count("read") == 1
        assert sum("cannot be read" in record.message for record in caplog.records) == 1
        assert desk.view().needed is True
        assert desk.refusal("anybody", Right.CHART) != ""
    finally:
        desk.stop()


def test_a_store_that_does_not_answer_lets_the_right_secret_in_after_a_moment(
    reception: Reception, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signing_in, "RECORD_S", 0.05)
    desk = reception.staffed()
    store = reception.stores[0]
    hold = threading.Event()
    store._writer.put(lambda _: (hold.wait(20), None)[1])
    try:
        answer: SignedIn = enter(desk, NURSE, NURSE_PIN)
        assert answer.person == Person(NURSE, NURSES)
    finally:
        hold.set()
    assert reception.acts()[-1] == "signed in"  # it is on record as soon as the disk takes it


def test_a_desk_that_is_closed_answers_whoever_waits(reception: Reception) -> None:
    desk = reception.staffed()
    waiting = [desk.sign_in(NURSE, NURSE_PIN) for _ in range(20)]
    desk.stop()
    assert all(answer.done() for answer in waiting)
    late = desk.sign_in(NURSE, NURSE_PIN).result(1)
    assert late.error == "The console is being closed; nothing was done."
    assert desk.view().signed_in is None


def test_a_damaged_hash_is_proved_by_nothing() -> None:
    hasher = Hasher(CHEAPEST)
    for kept in ("", "$argon2id$", "plain 2580", "2580"):
        assert hasher.proves(kept, "2580") is False
