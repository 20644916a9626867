"""The talk with the monitor: associating from any state, polling, keeping alive, giving up and beginning anew."""

from __future__ import annotations

from itertools import pairwise

import pytest

from drivers import registry
from drivers.driver import Output
from drivers.intellivue import dialogue
from tests.drivers.intellivue import encoder as e
from tests.drivers.intellivue.talk import ALARMS, NUMERICS, SYSTEM, Talk, associated

HR = e.numeric(1, e.HR, e.number(72), e.BPM)
SPO2 = e.numeric(2, e.SPO2, e.number(97), e.PERCENT)


def kinds(talk: Talk) -> list[int]:
    """First bytes of what the driver has sent and the test not taken."""
    found = [message[0] for message in talk.sent]
    talk.sent.clear()
    return found


def values(output: Output) -> dict[str, float | None]:
    return {vital.parameter.value: vital.value for vital in output.vitals}


def test_whatever_may_be_left_is_released_before_an_association_is_asked_for() -> None:
    talk = Talk()
    talk.hear(b"")
    assert talk.sent[0] == e.RELEASE
    assert talk.sent[1][:2] == b"\x0d\xec"
    assert len(talk.sent) == 2


def test_from_request_to_values() -> None:
    talk = Talk()
    talk.hear(b"")
    assert kinds(talk) == [0x09, 0x0D]
    talk.elapsed = 0.5
    talk.say(e.accept())
    assert kinds(talk) == []
    talk.elapsed = 1.0
    talk.say(e.create(e.system(), invoke_id=77, event_time=0x01020304))
    assert talk.sent[0] == bytes.fromhex("e1000002 0002 0014 004d 0001 000e 0021 0000 0000 01020304 0d06 0000")
    ((invoke, number, object_class, group),) = talk.take_polls()
    assert (object_class, group) == (SYSTEM, 0x0000)
    talk.elapsed = 1.5
    talk.say(e.mds((invoke, number), e.system()))
    talk.wait(1.0)
    assert talk.vitals[0].value == 72.0
    assert talk.troubles == []


def test_the_system_is_polled_before_anything_it_says_is_charted() -> None:
    talk = associated()
    for _ in range(8):
        talk.elapsed += 0.25
        talk.hear(b"")
    assert {object_class for _, _, object_class, _ in talk.take_polls()} == {SYSTEM}
    talk.elapsed += 1.0  # not answered: the values are not kept back for ever
    talk.hear(b"")
    assert NUMERICS in {object_class for _, _, object_class, _ in talk.take_polls()}


def test_numerics_each_second_alarms_each_three_and_the_system_each_ten() -> None:
    talk = associated()
    system, numerics, alarms = (talk.note_polls(object_class) for object_class in (SYSTEM, NUMERICS, ALARMS))
    talk.wait(60.0)
    assert len(system) == 6
    assert 57 <= len(numerics) <= 60
    assert 19 <= len(alarms) <= 20


@pytest.mark.parametrize(
    ("settings", "granted_ticks", "most", "least"),
    [({}, 8000, 1.25, 1.0), ({"interval_s": 4.0}, 8000, 4.25, 4.0), ({}, 16000, 2.25, 2.0), ({}, 320_000, 4.25, 4.0)],
)
def test_numerics_are_polled_as_set_and_granted_and_always_within_the_time_out(
    settings: dict[str, float], granted_ticks: int, most: float, least: float
) -> None:
    talk = Talk(**settings)
    talk.hear(b"")
    talk.elapsed = 0.25
    talk.say(e.accept(min_poll=granted_ticks), e.create(e.system()))
    times = talk.note_polls(NUMERICS)
    talk.wait(40.0)
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert least <= min(gaps)
    assert max(gaps) <= most
    assert talk.troubles == []


@pytest.mark.parametrize("interval", [0.5, 4.1, 60])
def test_an_interval_that_cannot_be_kept_is_refused(interval: float) -> None:
    with pytest.raises(registry.DriverSettingsError, match="'interval_s' Input should be"):
        registry.create("intellivue_mib", {"interval_s": interval})


def test_nothing_is_ever_sent_that_sets_anything() -> None:
    talk = Talk()
    everything: list[bytes] = []
    for reply in ([], [e.REFUSE], [e.accept(), e.create(e.system())], [e.ABORT], [e.RELEASE]):
        talk.say(*reply)
        talk.wait(12.0)
        everything += talk.sent
    assert {message[0] for message in everything} <= {0x09, 0x0A, 0x0D, 0x19, 0xE1}
    operations = {message[4:6] + message[10:12] for message in everything if message[0] == 0xE1}
    # The answer to the create event; polls (confirmed actions) are checked where they are taken. No get, no set.
    assert operations == {bytes.fromhex("0002 0001")}


def test_silence_is_told_and_asked_again_after_an_abort_without_flooding() -> None:
    talk = Talk()
    sent = 0
    for _ in range(240):
        sent += len(talk.hear(b"").send)
        talk.elapsed += 0.25
    assert talk.troubles == [dialogue.NO_ANSWER]
    assert kinds(talk) == [0x09, 0x0D] + [0x19, 0x0D] * 11
    assert sent / 60 < 70  # bytes a second
    talk.say(e.accept(), e.create(e.system()))
    talk.wait(2.0)
    assert talk.troubles == [dialogue.NO_ANSWER, ""]
    assert "Data Out" in dialogue.NO_ANSWER
    assert "115200" in dialogue.NO_ANSWER


def test_refusals_are_told_and_asked_again_ever_more_seldom() -> None:
    talk = Talk()
    times = []
    for _ in range(400):
        output = talk.hear(b"")
        if output.send:
            times.append(talk.elapsed)
            talk.elapsed += 0.25
            talk.say(e.REFUSE)
        talk.elapsed += 0.25
    gaps = [round(later - earlier) for earlier, later in pairwise(times)]
    assert gaps == [1, 2, 4, 8, 16, 16, 16, 16, 16]
    assert talk.troubles == [dialogue.REFUSED]
    talk.say(e.accept(), e.create(e.system()))
    assert talk.driver.counters.good == len(times) + 2


@pytest.mark.parametrize(
    ("said", "trouble", "answer"),
    [(e.ABORT, dialogue.ABORTED, []), (e.RELEASE, dialogue.RELEASED, [0x0A]), (e.REFUSE, dialogue.REFUSED, [])],
)
def test_an_association_ended_by_the_monitor_is_begun_anew(said: bytes, trouble: str, answer: list[int]) -> None:
    talk = associated()
    talk.wait(3.0)
    talk.take_polls()
    talk.sent.clear()
    talk.say(said)
    assert kinds(talk) == answer
    talk.wait(1.5)
    assert kinds(talk) == [0x09, 0x0D]
    talk.say(e.accept(), e.create(e.system()))
    talk.wait(2.0)
    assert talk.troubles == [trouble, ""]


def test_a_monitor_that_stops_answering_is_told_and_associated_anew() -> None:
    talk = associated()
    talk.wait(5.0)
    before = len(talk.vitals)
    for _ in range(37):
        talk.take_polls()
        talk.elapsed += 0.25
        talk.hear(b"")
    assert talk.troubles == [dialogue.SILENT]
    assert kinds(talk)[-2:] == [0x19, 0x0D]
    talk.say(e.accept(), e.create(e.system()))
    talk.wait(2.0)
    assert talk.troubles == [dialogue.SILENT, ""]
    assert len(talk.vitals) > before


def test_one_lost_answer_is_no_lost_association_even_at_the_longest_interval() -> None:
    talk = associated(interval_s=4.0)
    talk.wait(6.0)
    answer = talk.answers[NUMERICS]
    talk.answers[NUMERICS] = lambda ids: [answer(ids)[0][:-1]]  # cut short: no message
    talk.wait(4.0)
    assert talk.driver.counters.bad == 1
    talk.answers[NUMERICS] = answer
    talk.wait(10.0)
    assert talk.troubles == []


def test_a_monitor_that_accepts_and_never_presents_itself_is_told() -> None:
    talk = Talk()
    talk.hear(b"")
    talk.elapsed = 1.0
    talk.say(e.accept())
    talk.elapsed = 6.0
    talk.hear(b"")
    assert talk.troubles == [dialogue.NOT_CREATED]
    assert kinds(talk) == [0x09, 0x0D, 0x19, 0x0D]


def test_a_lost_accept_does_not_matter_once_the_monitor_presents_itself() -> None:
    talk = Talk()
    talk.hear(b"")
    talk.elapsed = 1.0
    talk.say(e.create(e.system()))
    talk.wait(2.0)
    assert talk.vitals
    assert talk.troubles == []


def test_a_create_event_that_comes_twice_is_answered_twice() -> None:
    talk = associated()
    talk.sent.clear()
    talk.say(e.create(e.system(), invoke_id=5))
    assert [message[:10] for message in talk.sent[:1]] == [bytes.fromhex("e1000002 0002 0014 0005")]


def test_what_an_earlier_association_still_streams_is_not_charted_while_ours_is_answered() -> None:
    talk = Talk()
    talk.hear(b"")
    for number in range(2):
        talk.elapsed += 1.0
        assert talk.say(e.poll_result((9, number), 0x06, 0x0803, [SPO2], extended=True)).vitals == ()
    talk.say(e.RELEASED, e.accept(), e.create(e.system()))
    for number in range(2, 10):
        talk.say(e.poll_result((9, number), 0x06, 0x0803, [SPO2], extended=True))
        talk.wait(1.0)
    assert {vital.parameter.value for vital in talk.vitals} == {"hr"}
    assert talk.driver.polling.ignored.foreign == 10


@pytest.mark.parametrize(
    "change",
    [
        lambda ids: e.numerics((ids[0] + 1, ids[1]), SPO2),
        lambda ids: e.numerics((ids[0], ids[1] + 1), SPO2),
        lambda ids: e.numerics(ids, SPO2, group=0x0810),
        lambda ids: e.poll_result(ids, 0x0009, 0x0803, [SPO2]),
    ],
)
def test_an_answer_to_another_poll_is_counted_and_not_charted(change: object) -> None:
    talk = associated()
    ids = talk.ask_for(NUMERICS)
    assert callable(change)
    assert talk.say(change(ids)).vitals == ()
    assert talk.driver.polling.ignored.foreign == 1
    assert values(talk.say(e.numerics(ids, SPO2))) == {"spo2": 97.0}


def test_an_answer_that_comes_too_late_or_twice_is_counted_and_not_charted() -> None:
    talk = associated(alarms=False)
    late = talk.ask_for(NUMERICS)
    talk.elapsed += 3.0
    talk.hear(b"")  # given up and asked anew
    assert talk.say(e.numerics(late, SPO2)).vitals == ()
    ids = talk.ask_for(NUMERICS)
    assert ids != late
    assert talk.say(e.numerics(ids, HR)).vitals
    assert talk.say(e.numerics(ids, SPO2)).vitals == ()
    assert talk.driver.polling.ignored.foreign == 2


def test_a_timed_recording_of_another_program_is_read_after_a_while() -> None:
    talk = Talk()
    talk.hear(b"")
    told = []
    for number in range(10):
        talk.elapsed += 1.024
        told.append(bool(talk.say(e.poll_result((3, 0), 0x06, 0x0803, [SPO2], counter=number * 8192)).vitals))
    assert told == [False] * 4 + [True] * 6
    assert talk.troubles in ([], [dialogue.NO_ANSWER, ""])


def test_two_late_answers_now_and_then_are_no_other_program() -> None:
    talk = associated()
    for _ in range(4):
        talk.wait(2.0)
        before = len(talk.vitals)
        for _ in range(2):
            talk.elapsed += 2.0
            talk.say(e.numerics((40000, 40000), SPO2))
        assert len(talk.vitals) == before
    assert talk.driver.polling.ignored.foreign == 8


def part(ids: tuple[int, int], state: int, number: int, *objects: bytes) -> bytes:
    return e.poll_result(ids, 0x06, 0x0803, objects, linked=(state, number))


def test_linked_results_are_charted_together_when_the_plain_one_has_come() -> None:
    talk = associated()
    ids = talk.ask_for(NUMERICS)
    assert talk.say(part(ids, 1, 1, HR)).vitals == ()
    assert talk.say(part(ids, 2, 2, SPO2)).vitals == ()
    assert values(talk.say(e.numerics(ids))) == {"hr": 72.0, "spo2": 97.0}


def test_linked_results_may_also_end_with_one_marked_as_the_last() -> None:
    talk = associated()
    ids = talk.ask_for(NUMERICS)
    assert values(talk.say(part(ids, 1, 1, HR), part(ids, 3, 2, SPO2))) == {"hr": 72.0, "spo2": 97.0}


@pytest.mark.parametrize("lost", [0, 1, 2])
def test_linked_results_with_a_part_missing_are_not_charted_and_take_no_value_away(lost: int) -> None:
    talk = associated()
    talk.numerics(HR, SPO2)
    ids = talk.ask_for(NUMERICS)
    frames = [
        e.frame(part(ids, 1, 1, HR)), e.frame(part(ids, 2, 2, SPO2)),
        e.frame(part(ids, 2, 3, e.cuff(120, 80, 93))), e.frame(e.numerics(ids)),
    ]  # fmt: skip
    frames[lost] = frames[lost].replace(b"\x06\x08\x03", b"\x06\x08\x04", 1)
    assert talk.hear(b"".join(frames)).vitals == ()
    assert talk.driver.counters.bad == 1
    assert talk.driver.polling.ignored.incomplete >= 1
    assert values(talk.numerics(HR, SPO2)) == {"hr": 72.0, "spo2": 97.0}


def test_an_empty_end_whose_parts_were_all_damaged_takes_no_value_away() -> None:
    talk = associated()
    talk.numerics(HR)
    ids = talk.ask_for(NUMERICS)
    assert talk.hear(e.frame(part(ids, 1, 1, HR), spoil=1) + e.frame(e.numerics(ids))).vitals == ()
    assert values(talk.numerics()) == {"hr": None}  # and an empty answer on a sound line means that there is nothing


def test_parts_without_an_end_are_bounded() -> None:
    talk = associated()
    ids = talk.ask_for(NUMERICS)
    for number in range(1, 300):
        talk.say(part(ids, 1 if number == 1 else 2, number % 256, HR))
    assert talk.say(e.numerics(ids)).vitals == ()
    assert talk.driver.polling.ignored.incomplete >= 1


def test_refused_numerics_are_told_and_asked_on() -> None:
    talk = associated()
    answer = talk.answers[NUMERICS]
    talk.answers[NUMERICS] = lambda ids: [e.remote_error(ids[0], 2)]
    talk.wait(30.0)
    assert talk.troubles == ["The monitor refuses to tell its numerics (access denied)."]
    assert 0x0D not in kinds(talk)[2:]  # the association stands
    talk.answers[NUMERICS] = answer
    talk.wait(2.0)
    assert talk.troubles[1:] == [""]
    assert talk.vitals


def test_refused_alarms_are_told_and_do_not_disturb_the_numerics() -> None:
    talk = associated()
    talk.answers[ALARMS] = lambda ids: [e.remote_error(ids[0], 0)]
    asked = talk.note_polls(ALARMS)
    talk.wait(60.0)
    assert talk.troubles == ["The monitor refuses to tell its alarms (no such object class)."]
    assert len(asked) == 2
    assert len(talk.vitals) > 50


def test_the_serial_number_is_the_identity_as_often_as_it_is_told() -> None:
    talk = associated()
    talk.wait(25.0)
    assert talk.identities == ["DE00000001"] * 3
    assert talk.driver.monitor.model == "Philips M8000"
    assert talk.driver.monitor.bed_label == "ICU 4"


def test_of_another_monitor_on_the_same_cable_nothing_is_kept() -> None:
    talk = associated()
    talk.wait(3.0)
    talk.say(e.ABORT)
    talk.wait(1.5)
    other = bytes.fromhex("0009fb999999")
    talk.answers[SYSTEM] = lambda ids: [e.mds(ids, e.system(serial=None, system_id=other))]
    talk.say(e.accept(), e.create(e.system(serial=None, system_id=other)))
    talk.wait(3.0)
    assert talk.identities == ["DE00000001", "0009fb999999"]


def test_a_monitor_that_tells_nothing_of_itself_has_no_identity() -> None:
    talk = Talk()
    talk.answers[SYSTEM] = lambda ids: [e.mds(ids, e.system(serial=None, system_id=None))]
    talk.hear(b"")
    talk.elapsed = 0.25
    talk.say(e.accept(), e.create(e.system(serial=None, system_id=None)))
    talk.wait(3.0)
    assert talk.vitals
    assert talk.identities == []


def test_an_untimed_file_is_read_as_it_stands() -> None:
    talk = Talk()
    said = [e.accept(), e.create(e.system())]
    for number in range(5):
        said += [e.mds((7, 7), e.system()), e.numerics((number, 9), HR), part((8, 8), 1, 1, SPO2), e.numerics((8, 8))]
    talk.say(*said)
    assert [(v.parameter.value, v.value) for v in talk.vitals if v.value is not None] == [
        ("hr", 72.0), ("spo2", 97.0),
    ] * 5  # fmt: skip
    assert set(talk.identities) == {"DE00000001"}
    assert (talk.driver.counters.good, talk.driver.counters.bad) == (22, 0)


def test_an_association_that_stands_is_released_when_the_console_goes() -> None:
    assert e.unframe(associated().driver.finish().send) == [e.RELEASE]
    assert Talk().driver.finish().send == b""
