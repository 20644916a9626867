"""An alarm's way out, to a real socket: every phase in order, whatever the manager does."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest

from console.link.snapshot import ManagerState
from hl7.mllp import wrap
from tests.console.alerting.conftest import EMERGENCY, LIFE, WARNING, config, until
from tests.console.alerting.manager import AlarmManager, alarm_of, always, row


def phases(manager: AlarmManager, alarm: str) -> list[tuple[str, str]]:
    return [(phase, state) for found, phase, state in manager.steps() if found == alarm]


def done(ours, steps: int) -> bool:
    """So many steps are over, and none waits."""
    view = ours.view()
    return (view.sent + view.refused, view.queued) == (steps, 0)


def test_every_phase_of_an_alarm_arrives_in_order_and_valid(ward) -> None:
    with AlarmManager() as manager:
        ours = ward(config(manager.port, beds={"7B-01": "7B^3^1"}))
        ours.life("7B-01")
        until(lambda: ours.view().queued == 0 and len(manager.accepted) == len(LIFE))
        assert phases(manager, "alarm1") == LIFE
        assert [row(m, "68484") for m in manager.accepted] == ["PM", "PH", "PH", "PM", "PH", "PH", "PH"]
        assert [row(m, "68483") for m in manager.accepted][2:4] == ["alert-acknowledged"] * 2
        assert {m.all("PV1")[0].text(3, 3) for m in manager.accepted} == {"1"}
        view = ours.view()
        assert (view.state, view.sent, view.refused, view.last_error) == (ManagerState.CONNECTED, 7, 0, "")
        assert view.last_accepted_stamp is not None
        assert abs(view.last_accepted_stamp - ours.clock.now()) < 10


def test_a_manager_that_is_down_becomes_an_alarm_and_gets_all_when_it_is_back(ward) -> None:
    """Ten minutes at the scale of the test: more than ten of its longest pauses."""
    manager = AlarmManager()
    ours = ward(config(manager.port, alarm_after_s=1, timeout_s=5))
    for bed in ("7B-01", "7B-02", "7B-03", "7B-04"):
        ours.life(bed)
    until(lambda: ours.view().waiting_stamp is not None and ours.view().state is ManagerState.RETRYING)
    until(lambda: ours.clock.now() - ours.view().waiting_stamp > ours.view().alarm_after_s)
    assert "refused" in ours.view().last_error
    time.sleep(3)
    with manager:
        until(lambda: done(ours, 28), 30)
        for number in range(1, 5):
            assert phases(manager, f"alarm{number}") == LIFE
        assert len(manager.received) == len(manager.accepted) == 28, "nothing came twice"
        until(lambda: ours.view().waiting_stamp is None)


def test_a_manager_that_dies_after_taking_gets_the_same_bytes_again_and_can_tell(ward) -> None:
    with AlarmManager(lambda n: "die" if n in (1, 2, 5) else "AA") as manager:
        ours = ward(config(manager.port))
        ours.life("7B-01")
        until(lambda: done(ours, 7))
        assert phases(manager, "alarm1") == LIFE
        assert len(manager.received) == 10
        assert all(len(sent) == 1 for sent in manager.raw.values()), "another message under the same control id"


def test_error_answers_are_tried_again_up_to_the_bound_and_then_the_next_step_goes_on(ward) -> None:
    with AlarmManager(lambda n: "AE" if n < 4 else "AA") as manager:
        ours = ward(config(manager.port, tries=3))
        ours.step("7B-01", WARNING)
        ours.step("7B-01", EMERGENCY)
        until(lambda: done(ours, 2))
        assert [row(m, "68481") for m in manager.received] == ["start"] * 3 + ["escalate"] * 2
        assert (ours.view().sent, ours.view().refused) == (1, 1)
        assert ours.view().refused_text == "AE after 3 tries not for me"


def test_a_refused_step_is_told_and_the_next_goes_on(ward) -> None:
    with AlarmManager(lambda n: "AR" if n == 0 else "CA") as manager:
        ours = ward(config(manager.port))
        ours.step("7B-01", WARNING)
        ours.step("7B-01", EMERGENCY)
        until(lambda: done(ours, 2))
        assert phases(manager, "alarm1") == [("escalate", "active")]
        view = ours.view()
        assert (view.refused, view.refused_text) == (1, "AR not for me")
        assert view.refused_stamp is not None


@pytest.mark.parametrize("habit", ["late", "silent", "wrong"])
def test_an_answer_that_comes_late_or_never_or_to_another_is_not_taken_for_one(ward, habit: str) -> None:
    with AlarmManager(lambda n: habit if n in (0, 3) else "AA") as manager:
        manager.late_s = 0.6
        ours = ward(config(manager.port))
        ours.life("7B-01")
        until(lambda: done(ours, 7))
        assert phases(manager, "alarm1") == LIFE
        assert len(manager.received) >= len(LIFE) + 2


def test_an_answer_given_twice_ends_one_step_only(ward) -> None:
    with AlarmManager(always("twice")) as manager:
        ours = ward(config(manager.port))
        ours.life("7B-01")
        until(lambda: done(ours, 7))
        assert phases(manager, "alarm1") == LIFE
        assert ours.view().sent == len(LIFE)


def test_messages_underway_at_once_keep_the_order_of_each_alarm(ward) -> None:
    with AlarmManager(lambda n: "die" if n % 7 == 3 else "AA") as manager:
        ours = ward(config(manager.port, window=8))
        for bed in ("7B-01", "7B-02", "7B-03"):
            ours.life(bed)
        until(lambda: done(ours, 21), 30)
        for number in range(1, 4):
            assert phases(manager, f"alarm{number}") == LIFE


def test_a_stopped_sender_goes_on_where_it_was(ward) -> None:
    manager = AlarmManager(lambda n: "AA" if n < 2 else "silent")
    with manager:
        ours = ward(config(manager.port))
        ours.life("7B-01")
        until(lambda: len(manager.received) > 2)
        ours.close()
        manager.habit = always("AA")
        ours = ward(config(manager.port))
        until(lambda: len(manager.accepted) == len(LIFE))
        until(lambda: done(ours, 5))
        assert phases(manager, "alarm1") == LIFE
        assert len(manager.raw) == len(LIFE)


def test_two_managers_get_what_they_want_and_one_that_is_down_holds_up_nobody(ward) -> None:
    dead = AlarmManager()
    with AlarmManager() as manager:
        ours = ward(
            config(dead.port, name="dead"), config(manager.port, name="alive", kinds=["pattern"], priority="high")
        )
        ours.step("7B-01", WARNING)
        ours.step("7B-01", EMERGENCY)
        until(lambda: len(manager.accepted) == 1)
        assert phases(manager, "alarm1") == [("start", "active")]
        assert ours.view().queued == 2


def test_signs_of_life_are_sent_in_silence_and_their_absence_is_seen(ward) -> None:
    with AlarmManager() as manager:
        ours = ward(config(manager.port, heartbeat_s=0.2))
        until(lambda: len(manager.received) >= 3)
        assert {m.all("OBX")[0].text(3, 2) for m in manager.received} == {"MDC_EVT_ACTIVE"}
        assert {m.all("OBX")[0].text(8) for m in manager.received} == {"PN"}
        assert ours.view().sent == 0
        manager.habit = always("silent")
        until(lambda: "no answer" in ours.view().last_error)


REPORT = (
    "MSH|^~\\&|MANAGER||WARD_CONSOLE||20261122100200+0000||ORA^R41^ORA_R41|r1|P|2.6|||AL|NE\r"
    "MSA|AA|{control_id}\rOBR|1||{alarm}^WARD_CONSOLE|196616^MDC_EVT_ALARM^MDC\r"
    "PRT|1|AD|^Read|AR^Alert Recipient|7^Test^^^^Dr|||||^phone||20261122100200+0000\r"
)


def test_who_was_told_comes_over_the_same_connection_and_stands_with_the_alarm(ward) -> None:
    with AlarmManager() as manager:
        ours = ward(config(manager.port))
        alarm = ours.step("7B-01", WARNING)
        until(lambda: ours.view().sent == 1)
        manager.send(REPORT.format(control_id="", alarm=alarm).encode())
        manager.send(REPORT.format(control_id="", alarm="nobody's").replace("|r1|", "|r2|").encode())
        until(lambda: (ours.view().told, ours.view().unknown_told) == (1, 1))
        until(lambda: len([m for m in manager.received if m.kind[0] == "ACK"]) == 2)
        [told] = ours.store.alarm_story(alarm).result(10).told
        assert (told.recipient, told.status, told.manager) == ("Dr Test, phone", "read", "phones")
        assert told.at == datetime(2026, 11, 22, 10, 2, tzinfo=UTC)


def test_a_report_that_names_the_message_alone_finds_its_alarm(ward) -> None:
    with AlarmManager() as manager:
        ours = ward(config(manager.port))
        alarm = ours.step("7B-01", WARNING)
        until(lambda: ours.view().sent == 1)
        manager.send(REPORT.format(control_id=manager.accepted[0].control_id, alarm="").encode())
        until(lambda: ours.view().told == 1)
        assert [t.recipient for t in ours.store.alarm_story(alarm).result(10).told] == ["Dr Test, phone"]


def test_a_message_that_cannot_be_made_is_refused_and_blocks_nothing(ward) -> None:
    with AlarmManager() as manager:
        ours = ward(config(manager.port))
        nameless = type(WARNING)("withdrawal", WARNING.kind, WARNING.priority, " ", WARNING.stage)
        ours.step("7B-01", nameless)
        ours.step("7B-02", WARNING)
        until(lambda: done(ours, 2))
        assert (ours.view().sent, ours.view().refused) == (1, 1)
        assert "the text is empty" in ours.view().refused_text


def test_noise_from_the_manager_stops_nothing(ward) -> None:
    with AlarmManager() as manager:
        ours = ward(config(manager.port))
        ours.step("7B-01", WARNING)
        until(lambda: ours.view().sent == 1)
        for noise in (b"MSH|", b"\xff\x00 no message", b"MSH|^~\\&|x||||||ORU^R01|1|P|2.6\rOBX|1|NM|x||5\r"):
            manager.send(noise)
        manager._open[-1].sendall(b"\x00" * 1000 + wrap(b"MSA|AA|zz\r"))
        ours.step("7B-01", EMERGENCY)
        until(lambda: ours.view().sent == 2)
        assert alarm_of(manager.accepted[-1]) == "alarm1"


def test_a_wall_clock_set_back_while_alarms_wait_makes_them_no_younger(ward, monkeypatch) -> None:
    ours = ward(config(AlarmManager().port))
    ours.step("7B-01", WARNING)
    until(lambda: ours.view().waiting_stamp is not None)
    since = ours.view().waiting_stamp
    monkeypatch.setattr(ours.clock, "utc", lambda: datetime.now(UTC) - timedelta(hours=1))
    ours.step("7B-02", WARNING)
    until(lambda: ours.view().queued == 2)
    assert ours.view().waiting_stamp == since
    assert abs(since - ours.clock.now()) < 10
