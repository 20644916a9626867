"""The dialogue of MEDIBUS, message by message."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers import registry
from drivers.driver import Output
from drivers.medibus.driver import Medibus, MedibusSettings
from tests.drivers.medibus.encoder import (
    ALARMS,
    ALARMS_OF_PAGE_2,
    CLOCK,
    DATA,
    ICC,
    NOP,
    STOP,
    TIME_CHANGED,
    WHO,
    alarms,
    command,
    reply,
    usual,
)

EVITA = "8240'Evita 4'05.00:04.00"
CAPNOSAT = "8300'Capnosat'01.00:03.00"
CORRUPT = b"\x01\x1516\r"


class Talk:
    """A driver and what it has said, in a time the test moves."""

    def __init__(self, **settings: str | float | bool) -> None:
        self.driver = Medibus(MedibusSettings.model_validate(settings))
        self.now = 0.0
        self.outputs: list[Output] = []
        self.said(b"")

    def said(self, data: bytes, after: float = 0.0) -> bytes:
        """What the driver sends when this arrives so many seconds later."""
        self.now += after
        self.outputs.append(self.driver.step(data, self.now))
        return self.outputs[-1].send

    def silent_for(self, seconds: float) -> bytes:
        """What it sends while nothing arrives, looked at four times a second."""
        return b"".join(self.said(b"", 0.25) for _ in range(int(seconds * 4)))

    @property
    def troubles(self) -> list[str]:
        return [output.trouble for output in self.outputs if output.trouble is not None]


def active(identification: str = EVITA, **settings: str | float | bool) -> Talk:
    """A talk that has been set up; its first question for data waits."""
    talk = Talk(**settings)
    talk.said(reply(ICC))
    assert talk.said(reply(WHO, identification)) == command(DATA)
    return talk


def test_the_console_calls_identifies_the_device_and_asks_for_everything_one_after_the_other() -> None:
    talk = Talk()
    assert talk.outputs[0].send == command(ICC)
    assert talk.said(reply(ICC)) == command(WHO)
    assert talk.said(reply(WHO, EVITA)) == command(DATA)
    assert talk.said(usual()) == command(ALARMS)
    assert talk.said(alarms((28, "07", "SPO2 LOW"))) == command(ALARMS_OF_PAGE_2)
    assert talk.said(reply(ALARMS_OF_PAGE_2)) == command(CLOCK)
    assert talk.said(reply(CLOCK, "08:30:0001-MAI-26")) == b""
    assert talk.said(b"", 0.75) == b""
    assert talk.said(b"", 0.25) == command(DATA)
    assert talk.said(usual(), 0.1) == b""
    assert talk.troubles == []


def test_data_each_second_alarms_each_two_the_clock_each_ten_minutes() -> None:
    answers = {DATA: usual(), ALARMS: reply(ALARMS), ALARMS_OF_PAGE_2: reply(ALARMS_OF_PAGE_2),
               CLOCK: reply(CLOCK, "08:30:0001-MAI-26")}  # fmt: skip
    talk = active()
    asked: list[int] = [DATA]
    for _ in range(1200 * 4):
        sent = talk.said(answers[asked[-1]] if asked[-1] else b"", 0.25)
        asked.append(sent[1] if sent else 0)
    assert {code: asked.count(code) for code in answers} == {DATA: 1201, ALARMS: 600, ALARMS_OF_PAGE_2: 600, CLOCK: 2}


def test_a_device_of_the_first_codepage_is_not_asked_for_the_second() -> None:
    talk = active(CAPNOSAT)
    assert talk.said(usual()) == command(ALARMS)
    assert talk.said(reply(ALARMS)) == command(CLOCK)


def test_alarms_can_be_left_out() -> None:
    talk = active(alarms=False)
    assert talk.said(usual()) == command(CLOCK)


def test_a_device_without_a_clock_is_asked_for_it_once() -> None:
    talk = active(alarms=False)
    talk.said(usual())
    talk.said(reply(CLOCK))
    sent = b"".join(talk.said(usual(), 1.0) for _ in range(1300))
    assert command(CLOCK) not in sent
    assert talk.said(command(TIME_CHANGED) + usual()) == reply(TIME_CHANGED) + command(CLOCK)


def test_every_command_of_the_device_is_answered_in_every_phase() -> None:
    for talk in (Talk(), active()):
        for code in (NOP, TIME_CHANGED, DATA, ALARMS, 0x29, 0x2A, 0x2B, 0x53, 0x6A):
            assert talk.said(command(code)) == reply(code)
        assert talk.said(command(0x4A, "$EB")) == reply(0x4A)
        assert talk.said(command(WHO)).startswith(reply(WHO, "0161'Ward Console'01.00:04.03"))
        talk.silent_for(1.0)  # else there would be more answers in one second than are given
        assert talk.said(command(ICC)).startswith(reply(ICC))
        assert talk.said(command(STOP)).startswith(reply(STOP))


def test_a_command_embedded_in_an_awaited_response_is_answered_before_the_next_question() -> None:
    talk = Talk()
    assert talk.said(b"\x01Q" + command(WHO) + b"52\r") == reply(WHO, "0161'Ward Console'01.00:04.03") + command(WHO)


def test_the_name_of_the_station_is_a_setting_and_may_be_left_out() -> None:
    assert Talk(station_name="Ward 7B").said(command(WHO)) == reply(WHO, "0161'Ward 7B'01.00:04.03")
    assert Talk(station_name="").said(command(WHO)) == reply(WHO)


@pytest.mark.parametrize("name", ["it's", "x" * 33, "  ", "Zürich", "a\r"])
def test_a_name_the_protocol_cannot_carry_is_refused_in_words(name: str) -> None:
    with pytest.raises(registry.DriverSettingsError, match=r"'station_name'.*32 printable ASCII characters"):
        registry.create("medibus", {"station_name": name})


def test_a_corrupt_command_is_answered_as_corrupt() -> None:
    assert Talk().said(b"\x1bR6E\r") == CORRUPT


def test_one_question_is_open_at_a_time() -> None:
    talk = active()
    sent = b"".join(talk.said(command(NOP), 0.25) for _ in range(7))
    assert sent == reply(NOP) * 7  # alarms and clock are due, the data are awaited


def test_an_answer_lost_on_the_way_is_noticed_by_the_devices_nop() -> None:
    """The device sends NOP when it owes nothing and has heard nothing for 2 s."""
    talk = active()
    assert talk.said(command(NOP), 1.75) == reply(NOP)
    assert talk.said(command(NOP), 0.5) == reply(NOP) + command(ALARMS)


def test_a_question_that_is_not_answered_in_ten_seconds_begins_the_conversation_anew() -> None:
    talk = active()
    quiet = b"".join(talk.said(b"x", 0.5) for _ in range(19))
    assert quiet == b""
    assert talk.said(b"x", 0.5) == command(ICC)


def test_three_seconds_of_silence_begin_the_conversation_anew() -> None:
    talk = active()
    talk.said(usual())
    assert talk.silent_for(2.75) == b""
    assert talk.said(b"", 0.25) == command(ICC)
    assert talk.said(reply(ICC), 0.1) == command(WHO)


def test_realtime_bytes_do_not_count_against_silence() -> None:
    talk = active()
    assert b"".join(talk.said(b"\xd1\x91\x81", 0.5) for _ in range(6)) == command(ICC)


def test_calls_are_repeated_each_three_seconds_of_silence_and_each_ten_when_bytes_come() -> None:
    assert Talk().silent_for(30.0) == command(ICC) * 10
    talk = Talk()
    assert b"".join(talk.said(b"x", 0.25) for _ in range(160)) == command(ICC) * 4


def test_the_devices_own_call_sets_up_the_conversation_when_ours_is_not_answered() -> None:
    talk = Talk()
    assert talk.said(command(ICC), 1.0) == reply(ICC)
    assert talk.said(b"x", 2.25) == command(WHO)


def test_a_device_that_was_restarted_calls_and_is_called() -> None:
    talk = active()
    assert talk.said(command(ICC)) == reply(ICC) + command(ICC)
    assert talk.said(reply(ICC)) == command(WHO)
    assert talk.said(reply(WHO, EVITA)) == command(DATA)


def test_a_question_the_device_found_corrupt_is_repeated_once() -> None:
    talk = active()
    assert talk.said(CORRUPT) == command(DATA)
    assert talk.said(CORRUPT) == b""
    assert talk.troubles == [
        "Evita 4 answers that it cannot read the console's commands: check the cable from the console to the device, "
        "and that baud rate and parity are the same on both sides."
    ]
    assert talk.said(b"", 1.0) == command(ALARMS)
    assert talk.said(reply(ALARMS)) == command(ALARMS_OF_PAGE_2)
    assert talk.said(reply(ALARMS_OF_PAGE_2)) == command(CLOCK)
    assert talk.said(reply(CLOCK)) == command(DATA)
    talk.said(usual())
    assert talk.troubles[-1] == ""


def test_a_damaged_answer_is_not_waited_for() -> None:
    talk = active()
    assert talk.said(usual()[:-3] + b"00\r", 0.1) == command(ALARMS)


def test_dc1_suspends_and_dc3_resumes_the_reverse_of_the_usual_meaning() -> None:
    talk = active()
    assert talk.said(usual() + b"\x11") == b""
    assert talk.said(command(NOP), 1.0) == b""
    assert talk.said(b"\x13", 0.5) == reply(NOP) + command(ALARMS)
    assert talk.said(b"\x13", 0.1) == b""


def test_a_suspension_without_end_is_ended_by_calling() -> None:
    talk = active()
    talk.said(b"\x11")
    assert b"".join(talk.said(command(NOP), 0.25) for _ in range(11)) == b""
    assert talk.said(command(NOP), 0.25) == command(ICC)


def test_can_has_the_open_question_repeated_once() -> None:
    talk = active()
    assert talk.said(b"\x18") == command(DATA)
    assert talk.said(b"\x18\x18\x18") == b""


def test_stop_is_answered_told_and_called_again_after_ten_seconds() -> None:
    talk = active()
    assert talk.said(command(STOP)) == reply(STOP)
    assert talk.troubles[-1].startswith("Evita 4 has ended the conversation.")
    assert talk.silent_for(9.75) == b""
    assert talk.said(b"", 0.25) == command(ICC)
    talk.said(reply(ICC)), talk.said(reply(WHO, EVITA)), talk.said(usual())
    assert talk.troubles[-1] == ""


def test_a_device_that_calls_after_its_stop_is_answered_at_once() -> None:
    talk = active()
    talk.said(command(STOP))
    assert talk.said(command(ICC), 1.0) == reply(ICC) + command(ICC)


def test_nop_keeps_a_slow_conversation_alive() -> None:
    talk = active(interval_s=5.0, alarms=False)
    talk.said(usual()), talk.said(reply(CLOCK))
    sent = [talk.said(b"", 0.25) for _ in range(8)]
    assert sent == [b""] * 7 + [command(NOP)]
    assert talk.said(reply(NOP), 0.1) == b""


def test_a_bridged_line_is_noticed() -> None:
    talk = Talk()
    echo = talk.outputs[0].send
    for _ in range(40):
        echo = talk.said(echo, 0.25)
    assert talk.troubles == [
        "The console hears itself: the line that sends is bridged to the one that receives. Check the cable and the "
        "adapter; no ventilator answers here."
    ]


def test_a_device_that_does_not_answer_and_a_line_of_another_speed_are_told_apart() -> None:
    talk = Talk()
    talk.silent_for(10.0)
    assert [text[:27] for text in talk.troubles] == ["The device does not answer:"]
    garbled = Talk()
    for _ in range(44):
        garbled.said(b"\x00\xf8\x7f\x9e", 0.25)
    assert [text[:48] for text in garbled.troubles] == ["Bytes arrive, but no measured data in MEDIBUS: c"]


def test_a_flood_of_commands_is_not_answered_with_a_flood() -> None:
    talk = Talk()
    assert len(talk.said(command(WHO) * 500, 0.5)) < 1000
    assert talk.said(command(NOP), 1.0) == reply(NOP)


heard = st.one_of(
    st.sampled_from([
        command(code) for code in (NOP, ICC, WHO, STOP, TIME_CHANGED, DATA, 0x53, 0x54, 0x56)
    ] + [
        reply(code) for code in (ICC, NOP, WHO, DATA, ALARMS, ALARMS_OF_PAGE_2, CLOCK)
    ] + [
        reply(WHO, EVITA), usual(), CORRUPT, b"\x11", b"\x13", b"\x18", b""
    ]),
    st.binary(max_size=20),
)  # fmt: skip


@given(st.lists(st.tuples(heard, st.sampled_from([0.0, 0.1, 0.5, 1.0, 3.0, 11.0])), max_size=60))
def test_whatever_the_device_does_the_console_asks_only_questions_and_not_too_many(
    events: list[tuple[bytes, float]],
) -> None:
    """No command that sets, configures, enables waveforms or stops anything; no flood."""
    talk = Talk()
    by_second: dict[int, int] = {}
    for data, after in events:
        sent = talk.said(data, after)
        by_second[int(talk.now)] = by_second.get(int(talk.now), 0) + len(sent)
        for message in sent.split(b"\r")[:-1]:
            assert message[0] in (0x01, 0x1B)
            if message[0] == 0x1B:
                assert message[1] in (DATA, ALARMS, CLOCK, ALARMS_OF_PAGE_2, NOP, ICC, WHO)
    # Two of our identifications and questions for each thing heard, and never more answers than are allowed a second.
    assert max(by_second.values(), default=0) <= 20 * 40 + 5 * len(events)


def test_a_console_that_goes_says_stop_where_a_conversation_runs_and_nothing_elsewhere() -> None:
    assert active().driver.finish().send == command(STOP)
    assert Talk().driver.finish().send == b""
