"""Signing in and out at a station: what is let in, what waits, what ends a session, and what the trail says."""

from __future__ import annotations

import threading
import time

import pytest

from console.config_people import PeopleConfig
from console.link.commands import Reply
from console.people import desk as desk_module
from console.people.desk import SESSION_S
from console.people.hashing import Cost, Hasher
from console.ward.people import Right, Role
from tests.console.people.reception import BOSS, BOSS_SECRET, NURSE, NURSE_PIN, Reception, allowed, enter


def test_a_ward_without_people_lets_everybody_act_and_says_that_nobody_is_needed(reception: Reception) -> None:
    desk = reception.desk()
    assert desk.view().needed is False
    assert allowed(desk, "anybody") == set(Right)
    assert enter(desk, "admin", "admin").person is None  # there is no default secret
    assert enter(desk, "", "").person is None


def test_from_the_first_person_on_acts_need_somebody_signed_in(reception: Reception) -> None:
    desk = reception.desk()
    assert desk.create_first(BOSS, BOSS_SECRET).result(10) == Reply()
    assert desk.view().needed is True
    assert allowed(desk, BOSS) == set()
    assert enter(desk, BOSS, BOSS_SECRET).person == desk.view().people[0]
    assert allowed(desk, BOSS) == {Right.PEOPLE, Right.AUDIT, Right.EXPORT}
    assert allowed(desk, "anybody") == set()
    assert allowed(desk, "") == set()
    desk.sign_out("by itself after 10 min")
    assert allowed(desk, BOSS) == set()


def test_a_name_is_found_whatever_its_case_and_stands_in_the_records_as_it_was_made(reception: Reception) -> None:
    desk = reception.staffed()
    answer = enter(desk, "  r. TEST ", NURSE_PIN)
    assert answer.person is not None
    assert answer.person.name == NURSE
    assert desk.refusal(NURSE, Right.ACKNOWLEDGE) == ""
    assert "is not signed in here" in desk.refusal("r. test", Right.ACKNOWLEDGE)


def test_one_person_at_a_station_at_a_time_and_one_person_at_several_stations(anywhere: Reception) -> None:
    one = anywhere.staffed(station="one")
    two = anywhere.desk("two")
    assert enter(one, NURSE, NURSE_PIN).person is not None
    assert enter(two, NURSE, NURSE_PIN).person is not None
    assert one.refusal(NURSE, Right.CHART) == two.refusal(NURSE, Right.CHART) == ""
    enter(one, BOSS, BOSS_SECRET)
    assert one.view().signed_in == one.view().people[0]
    assert (
        one.refusal(NURSE, Right.CHART)
        == f"{NURSE} is not signed in here; sign in to chart observations and pump events."
    )
    assert two.refusal(NURSE, Right.CHART) == ""
    assert (NURSE, "signed out", "one", f"{BOSS} signed in") in anywhere.trail()


def test_a_wrong_secret_keeps_whoever_is_signed_in(reception: Reception) -> None:
    desk = reception.staffed()
    enter(desk, NURSE, NURSE_PIN)
    assert enter(desk, BOSS, "wrong secret").person is None
    assert desk.refusal(NURSE, Right.CHART) == ""


def test_the_sentence_never_tells_whether_name_or_secret_was_wrong(reception: Reception) -> None:
    desk = reception.staffed()
    for _ in range(4):
        assert enter(desk, NURSE, "0000") == enter(desk, "Nobody Such", "0000")


@pytest.mark.parametrize("secret", ["", "x" * 100_000, "\x00", "\ud800\udfff", "2580\n", " 2580", "２５８０"])
def test_what_can_be_no_secret_is_a_wrong_one(reception: Reception, secret: str) -> None:
    desk = reception.staffed()
    assert enter(desk, NURSE, secret).error == "Name or secret is wrong."
    assert reception.people()[NURSE].tries.failed == 1


@pytest.mark.parametrize("name", ["", "\x00", "\ud800", "x" * 100_000, "'; DROP TABLE person; --", "<b>R. Test</b>"])
def test_what_can_be_no_name_is_a_wrong_one(reception: Reception, name: str) -> None:
    desk = reception.staffed()
    assert enter(desk, name, NURSE_PIN).error == "Name or secret is wrong."
    assert enter(desk, NURSE, NURSE_PIN).person is not None


# --- waiting ----------


@pytest.mark.parametrize("name", [NURSE, "Nobody Such"])
def test_wrong_tries_wait_longer_and_longer_whether_or_not_the_name_is_there(reception: Reception, name: str) -> None:
    desk = reception.staffed()
    waits = []
    for _ in range(7):
        answer = enter(desk, name, "9999")
        waits.append(answer.wait_s)
        reception.later(answer.wait_s)
    assert waits == [0, 0, 5, 10, 20, 40, 80]


def test_during_the_wait_the_right_secret_is_refused_too_and_nothing_is_counted(reception: Reception) -> None:
    desk = reception.staffed()
    for _ in range(3):
        enter(desk, NURSE, "9999")
    reception.later(2)
    for secret in (NURSE_PIN, "9999"):
        answer = enter(desk, NURSE, secret)
        assert (answer.person, answer.wait_s) == (None, 3.0)
        assert answer.error == "Too many wrong tries. Try again in 3 s."
    assert reception.people()[NURSE].tries.failed == 3
    reception.later(3)
    assert enter(desk, NURSE, NURSE_PIN).person is not None
    assert reception.people()[NURSE].tries.failed == 0


def test_the_wait_of_one_name_keeps_nobody_else_out(reception: Reception) -> None:
    desk = reception.staffed()
    for _ in range(5):
        enter(desk, NURSE, "9999")
    assert enter(desk, BOSS, BOSS_SECRET).person is not None


def test_a_wait_survives_a_restart_of_the_console(reception: Reception) -> None:
    desk = reception.staffed()
    for _ in range(3):
        enter(desk, NURSE, "9999")
    reception.close()
    again = reception.desk()
    assert enter(again, NURSE, NURSE_PIN).wait_s == 5.0
    reception.later(5)
    assert enter(again, NURSE, NURSE_PIN).person is not None


def test_a_clock_set_back_makes_nobody_wait_longer(reception: Reception) -> None:
    desk = reception.staffed()
    for _ in range(3):
        enter(desk, NURSE, "9999")
    reception.close()
    reception.clock.__init__(reception.clock.now() - 86_400)
    assert enter(reception.desk(), NURSE, NURSE_PIN).wait_s == 5.0


def test_wrong_tries_at_one_station_make_the_other_wait(anywhere: Reception) -> None:
    one = anywhere.staffed(station="one")
    two = anywhere.desk("two")
    for desk in (one, two, one):
        enter(desk, NURSE, "9999")
    assert enter(two, NURSE, NURSE_PIN).wait_s == 5.0


def test_a_new_secret_from_the_administrator_ends_the_wait(reception: Reception) -> None:
    desk = reception.staffed()
    for _ in range(5):
        enter(desk, NURSE, "9999")
    enter(desk, BOSS, BOSS_SECRET)
    assert desk.set_secret(NURSE, "1379", BOSS).result(10) == Reply()
    assert enter(desk, NURSE, "1379").person is not None


def test_twenty_at_once_right_and_wrong_are_each_answered_and_the_count_is_exact(reception: Reception) -> None:
    desk = reception.staffed()
    answers: list[tuple[bool, object]] = []
    begin = threading.Barrier(20)

    def come(right: bool) -> None:
        begin.wait()
        name, secret = (BOSS, BOSS_SECRET) if right else (NURSE, "9999")
        answers.append((right, desk.sign_in(name, secret).result(30)))

    threads = [threading.Thread(target=come, args=(number % 2 == 0,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all((answer.person is not None) == right for right, answer in answers)
    tries = reception.people()[NURSE].tries
    assert tries.failed == 3  # from then on they waited and were not counted
    assert sum("wrong secret" in entry[-1] for entry in reception.trail()) == 3
    assert sum("not looked at" in entry[-1] for entry in reception.trail()) == 7
    assert reception.acts().count("signed in") == 11  # ten now, and once to add the nurse


def test_more_tries_than_can_wait_are_refused_at_once(reception: Reception) -> None:
    desk = reception.staffed()
    waiting = [desk.sign_in(BOSS, BOSS_SECRET) for _ in range(500)]
    answers = [future.result(60) for future in waiting]
    busy = [answer for answer in answers if answer.error == desk_module.BUSY]
    assert busy
    assert len(answers) - len(busy) >= desk_module.WAITING
    assert all(answer.person is not None for answer in answers if answer not in busy)


def test_names_nobody_has_take_bounded_memory(reception: Reception) -> None:
    from console.people.roster import MOST_NAMES, Tried
    from console.ward.lockout import Tries

    tried = Tried()
    for number in range(3 * MOST_NAMES):
        tried.keep(str(number), Tries(1))
    assert tried.of("0") == Tries()
    assert tried.of(str(3 * MOST_NAMES - 1)) == Tries(1)
    assert sum(tried.of(str(number)).failed for number in range(3 * MOST_NAMES)) == MOST_NAMES


def test_a_name_that_is_not_there_takes_as_long_as_one_that_is(reception: Reception) -> None:
    # Enough work that proving stands out, far less than the real cost. CPU time: the machine may be busy.
    hasher = Hasher(Cost(2, 4096, 1))
    kept = hasher.hashed(NURSE_PIN)

    def spent(there: str | None, secret: str) -> float:
        best = []
        for _ in range(7):
            begun = time.thread_time()
            hasher.proves(there, secret)
            best.append(time.thread_time() - begun)
        return min(best)

    wrong = spent(kept, "9999")
    assert 0.5 * wrong < spent(None, "9999") < 2 * wrong
    assert 0.5 * wrong < spent(kept, "x" * 100_000) < 2 * wrong


# --- the end of a session ----------


def test_a_session_ends_after_twelve_hours_at_the_latest(reception: Reception) -> None:
    desk = reception.staffed()
    enter(desk, NURSE, NURSE_PIN)
    reception.later(SESSION_S - 1)
    assert desk.refusal(NURSE, Right.CHART) == ""
    reception.later(1)
    assert "is not signed in here" in desk.refusal(NURSE, Right.CHART)
    desk.start()
    deadline = time.monotonic() + 10
    while desk.view().signed_in is not None:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert (NURSE, "signed out", "station 1", "by itself after 12 h") in reception.trail()


def test_somebody_disabled_is_signed_out_at_once_here_and_within_seconds_elsewhere(anywhere: Reception) -> None:
    one = anywhere.staffed(station="one")
    two, three = anywhere.desk("two"), anywhere.desk("three")
    two.start()
    for desk in (one, two):
        assert enter(desk, NURSE, NURSE_PIN).person is not None
    enter(three, BOSS, BOSS_SECRET)
    assert three.set_disabled(NURSE, True, BOSS).result(10) == Reply()
    deadline = time.monotonic() + 10
    while two.refusal(NURSE, Right.CHART) == "":
        assert time.monotonic() < deadline
        time.sleep(0.02)
    deadline = time.monotonic() + 5
    while two.view().signed_in is not None:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert enter(two, NURSE, NURSE_PIN).error == f"{NURSE} is disabled; an administrator can change that."
    assert enter(two, NURSE, "9999").error == "Name or secret is wrong."  # who cannot prove it is told nothing


def test_somebody_disabled_at_his_own_station_is_out_when_the_change_is_answered(reception: Reception) -> None:
    desk = reception.staffed()
    reception.add(desk, "B. Boss", {Role.ADMINISTRATOR}, "another horse")
    enter(desk, BOSS, BOSS_SECRET)
    assert desk.set_disabled(BOSS, True, BOSS).result(10) == Reply()
    assert allowed(desk, BOSS) == set()
    assert desk.view().signed_in is None


def test_a_secret_changed_by_somebody_else_ends_the_session_and_ones_own_change_does_not(reception: Reception) -> None:
    one = reception.staffed(station="one")
    two = reception.desk("two")
    enter(one, NURSE, NURSE_PIN)
    enter(two, NURSE, NURSE_PIN)
    assert one.set_secret(NURSE, "a long password", NURSE).result(10) == Reply()
    assert one.refusal(NURSE, Right.CHART) == ""
    two.start()
    deadline = time.monotonic() + 10
    while two.view().signed_in is not None:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert enter(two, NURSE, NURSE_PIN).person is None
    assert enter(two, NURSE, "a long password").person is not None


def test_roles_changed_count_from_the_next_act_on(reception: Reception) -> None:
    desk = reception.staffed()
    other = reception.desk("two")
    enter(desk, NURSE, NURSE_PIN)
    enter(other, BOSS, BOSS_SECRET)
    assert other.set_roles(NURSE, frozenset({Role.ENGINEER}), BOSS).result(10) == Reply()
    desk.start()
    deadline = time.monotonic() + 10
    while desk.refusal(NURSE, Right.DEVICES):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert desk.refusal(NURSE, Right.CHART) == f"{NURSE} may not chart observations and pump events."


# --- what the screens see ----------


def test_the_view_tells_who_was_here_lately_newest_first_also_after_a_restart(reception: Reception) -> None:
    desk = reception.staffed()
    for number in range(9):
        reception.add(desk, f"N. {number}", {Role.NURSE}, "2580")
    for number in range(9):
        reception.later(1)
        enter(desk, f"N. {number}", "2580")
    newest = tuple(f"N. {number}" for number in range(8, 0, -1))
    assert desk.view().recent == newest
    reception.close()
    assert reception.desk().view().recent == newest
    assert reception.desk("another").view().recent == ()


def test_the_view_carries_what_the_configuration_says(reception: Reception) -> None:
    view = reception.desk(config=PeopleConfig(sign_out_after_min=3, initials=True)).view()
    assert (view.sign_out_after_s, view.initials) == (180.0, True)


# --- the trail ----------


def test_every_try_and_change_is_audited_and_no_secret_or_hash_is_in_it(reception: Reception) -> None:
    desk = reception.staffed()
    for secret in ("9999", "8888", "7777", NURSE_PIN):
        enter(desk, NURSE, secret)
    enter(desk, "my-Secret-in-the-wrong-field", "6666")
    reception.later(5)
    enter(desk, NURSE, NURSE_PIN)
    desk.set_secret(NURSE, "a long password", NURSE).result(10)
    enter(desk, BOSS, BOSS_SECRET)
    desk.set_roles(NURSE, frozenset({Role.NURSE, Role.CHARGE_NURSE}), BOSS).result(10)
    desk.set_disabled(NURSE, True, BOSS).result(10)
    desk.set_disabled(NURSE, False, BOSS).result(10)
    desk.stop()
    here = "station 1"
    assert reception.trail()[4:] == [
        ("nobody", "sign-in refused", here, f"{NURSE}: wrong secret, 1 in a row"),
        ("nobody", "sign-in refused", here, f"{NURSE}: wrong secret, 2 in a row"),
        ("nobody", "sign-in refused", here, f"{NURSE}: wrong secret, 3 in a row; locked for 5 s"),
        ("nobody", "sign-in refused", here, f"{NURSE}: not looked at, locked for 5 s more"),
        ("nobody", "sign-in refused", here, "nobody has this name, 1 in a row"),
        (NURSE, "signed in", here),
        (NURSE, "secret changed", here, NURSE, "a PIN", "a password"),
        (BOSS, "signed in", here),
        (NURSE, "signed out", here, f"{BOSS} signed in"),
        (BOSS, "roles changed", here, NURSE, "nurse", "nurse, charge nurse"),
        (BOSS, "person disabled", here, NURSE, "enabled", "disabled"),
        (BOSS, "person enabled", here, NURSE, "disabled", "enabled"),
        (BOSS, "signed out", here, "the console was closed"),
    ]
    text = repr(reception.trail())
    secrets = ["9999", "8888", "7777", "6666", NURSE_PIN, BOSS_SECRET, "a long password", "my-Secret", "$argon2"]
    assert [secret for secret in secrets if secret in text] == []


def test_no_text_of_a_record_shows_its_hash(reception: Reception) -> None:
    desk = reception.staffed()
    enter(desk, NURSE, NURSE_PIN)
    assert "$argon2" not in repr(reception.people()) + repr(desk.view()) + repr(desk._session)
    assert reception.people()[NURSE].secret.startswith("$argon2id$")
