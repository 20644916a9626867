"""Accutorr PC interface: what is asked, what is read, what is refused, and how old a cuff reading is."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.accutorr.driver import AccutorrPc
from drivers.accutorr.inflations import Inflations
from drivers.corroboration import Corroboration
from drivers.driver import DriverSettings, FrameCounters, Output
from drivers.observation import Parameter, Status
from tests.drivers.accutorr.encoder import reply
from tests.drivers.noise import chunks, cut, flip_bits, numbers, read_all

VALID, QUESTIONABLE, UNAVAILABLE = Status.VALID, Status.QUESTIONABLE, Status.UNAVAILABLE
CUFF = (Parameter.NIBP_SYS, Parameter.NIBP_MEAN, Parameter.NIBP_DIA)


def driver() -> AccutorrPc:
    return AccutorrPc(DriverSettings())


def values(output: Output) -> dict[str, tuple[float | None, Status]]:
    return {vital.parameter.value: (vital.value, vital.status) for vital in output.vitals}


def cuff(output: Output) -> list[tuple[float | None, Status, bool]]:
    return [(v.value, v.status, v.repeat) for v in output.vitals if v.parameter is Parameter.NIBP_SYS]


def test_an_answer_gives_saturation_pulse_rate_and_pressures_in_the_order_of_the_list() -> None:
    output = driver().step(reply(97, 81, (121, 94, 79)), 0.0)
    assert values(output) == {
        "spo2": (97, VALID), "pr": (81, VALID), "nibp_sys": (121, VALID), "nibp_mean": (94, VALID),
        "nibp_dia": (79, VALID),
    }  # fmt: skip
    assert not any(vital.repeat or vital.device_time for vital in output.vitals)
    assert output.identity == ""


PRINTED = b"P:--,85,120, 45, 80,000,010,000, 5\r\n"
"""The manufacturer's example, service manual p. 1-53: its mean lies below its diastolic pressure."""


def test_the_printed_example_is_read_and_its_pressures_are_questionable() -> None:
    reader = driver()
    output = reader.step(PRINTED, 0.0)
    assert values(output) == {
        "spo2": (None, UNAVAILABLE), "pr": (85, QUESTIONABLE), "nibp_sys": (120, QUESTIONABLE),
        "nibp_mean": (45, QUESTIONABLE), "nibp_dia": (80, QUESTIONABLE),
    }  # fmt: skip
    assert reader.counters == FrameCounters(good=1)
    fresh = driver().step(PRINTED.replace(b", 5\r", b", 0\r"), 0.0)
    assert {values(fresh)[parameter.value][1] for parameter in CUFF} == {QUESTIONABLE}


@pytest.mark.reference
def test_the_example_in_the_reference_data(reference: Path) -> None:
    reader = driver()
    vitals, _ = read_all(reader, [(reference / "protocols" / "vectors" / "datascope_accutorr_lines.txt").read_bytes()])
    assert [v.value for v in vitals] == [None, 85, 120, 45, 80]
    assert (reader.counters.good, reader.counters.bad) == (1, 0)


def test_fields_that_are_not_in_use_are_no_data_and_never_the_last_value() -> None:
    reader = driver()
    reader.step(reply(), 0.0)
    output = reader.step(reply(None, None, (None, None, None), age=None), 2.0)
    assert set(values(output).values()) == {(None, UNAVAILABLE)}
    zeros = reader.step(reply(0, 0, (None, None, None), age=None), 4.0)
    assert set(values(zeros).values()) == {(None, UNAVAILABLE)}


SPO2_OF_STATUS = [
    ("001", "000", "no_sensor", UNAVAILABLE), ("002", "000", "sensor_off", UNAVAILABLE),
    ("004", "000", "interference", QUESTIONABLE), ("000", "001", "pulse_rate_over_250", QUESTIONABLE),
    ("000", "002", "spo2_uncalibrated", UNAVAILABLE), ("000", "004", "spo2_alarm_overlapped", VALID),
    ("128", "000", "pulse_rate_under_30", QUESTIONABLE), ("000", "128", "spo2_system_test", UNAVAILABLE),
]  # fmt: skip


@pytest.mark.parametrize(("first", "second", "code", "status"), SPO2_OF_STATUS)
def test_flags_of_the_oximeter_are_passed_on_and_weighed(first: str, second: str, code: str, status: Status) -> None:
    """Meanings of the bits: service manual p. 1-54."""
    output = driver().step(reply(status=(first, second, "000")), 0.0)
    found = values(output)
    assert (found["spo2"][1], found["pr"][1], found["nibp_sys"][1]) == (status, status, VALID)
    assert [alert.code for alert in output.alerts] == [code]


@pytest.mark.parametrize(("third", "code"), [("001", "cuff_overpressure"), ("002", "cuff_motion_artifact")])
def test_flags_of_the_cuff_make_its_pressures_questionable(third: str, code: str) -> None:
    output = driver().step(reply(status=("000", "000", third)), 0.0)
    assert (values(output)["nibp_sys"][1], values(output)["spo2"][1]) == (QUESTIONABLE, VALID)
    assert [alert.code for alert in output.alerts] == [code]


@pytest.mark.parametrize(
    ("digits", "codes", "spo2"),
    [
        ("010", ["pulse_search", "status_0"], QUESTIONABLE),  # octal: bit 3; decimal: bits 1 and 3
        ("040", ["no_pulse", "status_0"], UNAVAILABLE),  # octal: bit 5; decimal: bits 3 and 5
        ("100", ["check_sensor_site", "status_0"], QUESTIONABLE),  # octal: bit 6; decimal: bits 2, 5 and 6
        ("200", ["pulse_rate_under_30", "status_0"], QUESTIONABLE),  # octal: bit 7; decimal: bits 3, 6 and 7
        ("032", ["status_0"], QUESTIONABLE),  # octal: bits 1, 3 and 4; decimal: bit 5
        ("008", ["pulse_search"], QUESTIONABLE),  # an 8 is no octal digit
        ("377", ["no_sensor", "sensor_off"], UNAVAILABLE),  # more than a decimal byte: octal, all bits
    ],
)
def test_a_status_byte_that_means_two_things_is_believed_where_both_agree(
    digits: str, codes: list[str], spo2: Status
) -> None:
    output = driver().step(reply(status=(digits, "000", "000")), 0.0)
    found = [alert.code for alert in output.alerts]
    assert found[: len(codes)] == codes
    assert values(output)["spo2"][1] is spo2


def test_alerts_are_told_when_they_begin_and_when_they_end() -> None:
    reader = driver()
    told = [
        [(a.code, a.active) for a in reader.step(reply(status=(digits, "000", "000")), 0.0).alerts]
        for digits in ("000", "002", "002", "001")
    ]
    assert told == [[], [("sensor_off", True)], [], [("sensor_off", False), ("no_sensor", True)]]


def test_the_cuff_reading_that_is_sent_again_is_a_repeat_until_there_is_a_new_one() -> None:
    reader = driver()
    told = []
    for second in range(0, 400, 2):
        inflated = 0 if second < 240 else 240
        told += cuff(reader.step(reply(age=(second - inflated) // 60), float(second)))
    new = [2 * index for index, (_, _, repeat) in enumerate(told) if not repeat]
    assert new == [0, 242]  # the second answer confirms that the same numbers are a new reading
    assert {status for _, status, _ in told[:30]} == {VALID}
    assert {status for _, status, _ in told[30:120]} == {QUESTIONABLE}
    assert [v for v, _, repeat in told if not repeat] == [120, 120]


def test_other_numbers_are_a_new_reading_at_once() -> None:
    reader = driver()
    reader.step(reply(), 0.0)
    assert cuff(reader.step(reply(pressures=(131, 99, 84)), 2.0)) == [(131, VALID, False)]
    assert cuff(reader.step(reply(pressures=(131, 99, 84)), 4.0)) == [(131, VALID, True)]


def test_an_old_reading_found_at_the_start_is_questionable() -> None:
    assert cuff(driver().step(reply(age=45), 1.0)) == [(120, QUESTIONABLE, False)]
    assert cuff(driver().step(reply(age=None), 1.0)) == [(120, QUESTIONABLE, False)]


@pytest.mark.parametrize("damaged", [0, 5, 4, 99, 450])
def test_a_damaged_age_makes_no_old_reading_young(damaged: int) -> None:
    reader, witness = driver(), Corroboration()
    told = []
    for index in range(10):
        output = reader.step(reply(age=damaged if index == 5 else 45), 10.0 + 2 * index)
        told += [v.repeat for v in witness.judge(output.vitals) if v.parameter is Parameter.NIBP_SYS]
    assert told == [False] + [True] * 8


@given(st.lists(st.integers(121, 600), min_size=1, max_size=6), st.floats(0, 59), st.integers(1, 9))
def test_every_inflation_is_found_once_when_the_numbers_stay_the_same(
    gaps: list[int], offset: float, poll: int
) -> None:
    """Inflations at least 121 s apart, asked for at any pace and at any moment of the minute."""
    inflations, at = [offset], offset
    for gap in gaps:
        at += gap
        inflations.append(at)
    judge = Inflations()
    found = []
    clock = offset
    while clock < at + 60:
        last = max(moment for moment in inflations if moment <= clock)
        if not judge.is_repeat((120, 93, 80), int((clock - last) // 60), clock):
            found.append(inflations.index(last))
        clock += poll
    assert found == list(range(len(inflations)))


def test_every_value_of_the_cuff_comes_with_the_age_of_the_reading() -> None:
    vitals = driver().step(reply(None, 66, age=12), 0.0).vitals
    assert [v.age_s for v in vitals] == [None, 720, 720, 720, 720]
    assert [v.age_s for v in driver().step(reply(97, 66, age=0), 0.0).vitals] == [None, None, 0, 0, 0]
    assert {v.age_s for v in driver().step(reply(age=None), 0.0).vitals} == {None}


def test_without_saturation_the_pulse_rate_is_that_of_the_cuff() -> None:
    reader = driver()
    told = [reader.step(reply(None, 66), 2.0 * n).vitals[1] for n in range(4)]
    assert [(v.value, v.status) for v in told] == [(66, VALID)] * 4
    assert [v.repeat for v in told] == [False, False, True, True]  # the second answer vouches for the first
    old = driver().step(reply(None, 66, age=12), 0.0).vitals[1]
    assert old.status is QUESTIONABLE


def test_a_new_pulse_rate_of_the_cuff_is_valid_once_a_second_answer_has_it() -> None:
    reader, witness = driver(), Corroboration()
    told = []
    for index in range(8):
        pulse, pressures = (66, (120, 93, 80)) if index < 4 else (110, (150, 120, 99))
        output = reader.step(reply(None, pulse, pressures), 2.0 * index)
        told += [
            (v.value, v.status) for v in witness.judge(output.vitals) if v.parameter is Parameter.PR and not v.repeat
        ]
    assert told == [(66, VALID), (66, VALID), (110, QUESTIONABLE), (110, VALID)]


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        (b",  0\r", b"\r"), (b",  0\r", b",  0,  0\r"), (b" 97", b"197"), (b" 97", b"9 7"), (b" 97", b"97"),
        (b" 97,", b" 97;"), (b" 80,120", b"980,120"), (b" 80,120", b" 8,120"), (b"120", b"12"), (b"120", b"999"),
        (b"120, 93", b"12,, 93"),
        (b", 93", b",93"), (b", 80,000", b",- 80,000"), (b"000", b" 00"), (b"000", b"400"), (b"000", b"289"),
        (b"000", b"00"), (b"  0\r", b"0\r"), (b"  0\r", b"  0 \r"), (b"  0\r", b"\xb0 0\r"), (b"P:", b"Q:"),
        (b"P:", b"P "),
        (b"P:", b":"),
    ],
)  # fmt: skip
def test_an_answer_with_anything_malformed_is_refused_and_counted(wrong: bytes, right: bytes) -> None:
    reader = driver()
    assert wrong in reply()
    output = reader.step(reply(91) + reply().replace(wrong, right, 1) + reply(92), 0.0)
    assert [vital.value for vital in output.vitals if vital.parameter is Parameter.SPO2] == [91, 92]
    reader.finish()
    assert (reader.counters.good, reader.counters.bad) == (2, 1)


def test_a_monitor_that_does_not_pad_is_read_from_its_second_answer_on() -> None:
    reader = driver()
    reader.step(reply(), 0.0)
    narrow = b"P:97,80,120, 93, 80,000,000,000, 0\r\n>"
    assert [len(reader.step(narrow, 2.0).vitals) for _ in range(3)] == [0, 5, 5]


def test_a_field_that_was_not_in_use_in_between_keeps_its_width() -> None:
    reader = driver()
    reader.step(reply(pulse=147) + reply(pulse=None), 0.0)
    assert reader.step(reply(pulse=147).replace(b"147", b"47"), 2.0).vitals == ()


def test_half_an_answer_at_the_end_counts_as_bad_and_a_whole_one_counts() -> None:
    whole, half = driver(), driver()
    assert whole.step(reply()[:-3], 0.0).vitals == ()
    assert len(whole.finish().vitals) == 5
    half.step(reply()[:-4], 0.0)
    assert half.finish().vitals == ()
    assert (half.counters.good, half.counters.bad) == (0, 1)


def test_the_banner_is_neither_good_nor_bad() -> None:
    reader = driver()
    reader.step(b"ACCUTORR PC Interface is ready\r\n>", 0.0)
    reader.finish()
    assert reader.counters == FrameCounters()


def sent_in(reader: AccutorrPc, arriving: dict[int, bytes], ticks: int) -> list[tuple[float, bytes]]:
    """What the console sends when these bytes arrive at these quarters of a second."""
    sent = []
    for tick in range(ticks):
        output = reader.step(arriving.get(tick, b""), tick / 4)
        if output.send:
            sent.append((tick / 4, output.send))
    return sent


def test_the_prompt_is_asked_for_first_and_one_question_at_a_time() -> None:
    arriving = {1: b">", 3: reply(), 10: reply(), 17: reply()}
    assert sent_in(driver(), arriving, 20) == [(0.0, b"\x03"), (0.25, b"P"), (2.25, b"P"), (4.25, b"P")]


def test_nothing_is_sent_but_the_prompt_request_while_there_is_no_prompt() -> None:
    no_prompt = {2: b"ACCUTORR PC Interface is ready\r\n", 5: reply()[:-1]}
    assert sent_in(driver(), no_prompt, 100) == [(3.0 * n, b"\x03") for n in range(9)]


def test_prompts_without_answers_are_no_reason_to_flood() -> None:
    arriving = dict.fromkeys(range(400), b">")
    sent = sent_in(driver(), arriving, 400)
    assert {data for _, data in sent} == {b"P"}
    assert len(sent) == 50


@pytest.mark.parametrize(
    ("arriving", "words"),
    [
        (b"", "The Accutorr does not answer"),
        (b"\xfe\x9e\xee\xfc", "What arrives is not the Accutorr's prompt"),
        (b">", "shows its prompt but does not answer"),
    ],
)
def test_what_stands_in_the_way_is_told_in_words_and_when_it_is_over(arriving: bytes, words: str) -> None:
    reader = driver()
    told = [reader.step(arriving, second / 2).trouble for second in range(60)]
    assert [index for index, text in enumerate(told) if text is not None] == [20]
    assert words in str(told[20])
    assert reader.step(b"\r\n>" + reply(), 31.0).trouble == ""
    assert reader.step(reply(), 33.0).trouble is None


answers = st.lists(
    st.tuples(st.integers(70, 100), st.integers(30, 240), st.integers(90, 240), st.integers(0, 40)),
    min_size=1,
    max_size=5,
).map(lambda rows: [reply(s, p, (n, n - 20, n - 40), age=age) for s, p, n, age in rows])


@given(answers, st.lists(st.integers(1, 40), max_size=40), st.binary(max_size=30))
def test_a_stream_reads_alike_however_it_is_chopped(sent: list[bytes], sizes: list[int], noise: bytes) -> None:
    stream = noise.join(sent)
    whole, chopped = driver(), driver()
    assert read_all(chopped, chunks(stream, sizes)) == read_all(whole, [stream])
    assert chopped.counters == whole.counters


@given(answers, st.data())
def test_lost_bytes_within_an_answer_never_make_a_value_that_was_not_sent(
    sent: list[bytes], data: st.DataObject
) -> None:
    """From the second answer on, when the widths of the fields are known."""
    stream = b"".join(sent)
    start = data.draw(st.integers(0, len(stream) - 1))
    length = data.draw(st.integers(1, len(sent[0]) - 1))
    found, _ = read_all(driver(), [reply(), stream[:start] + stream[start + length :]])
    assert numbers(found) <= numbers(read_all(driver(), [reply(), stream])[0])


@given(answers, st.data())
def test_an_added_byte_never_makes_a_value_that_was_not_sent(sent: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(sent)
    at = data.draw(st.integers(0, len(stream)))
    byte = data.draw(st.binary(min_size=1, max_size=1))
    found, _ = read_all(driver(), [reply(), stream[:at] + byte + stream[at:]])
    assert numbers(found) <= numbers(read_all(driver(), [reply(), stream])[0])


def test_of_all_single_bit_errors_in_an_answer_this_many_cannot_be_seen() -> None:
    sent = reply(97, 80, (121, 94, 79), age=0)
    right = {("spo2", 97.0), ("pr", 80.0), ("nibp_sys", 121.0), ("nibp_mean", 94.0), ("nibp_dia", 79.0)}
    wrong = 0
    for at in range(len(sent) - 3):
        for bit in range(8):
            damaged = sent[:at] + bytes([sent[at] ^ 1 << bit]) + sent[at + 1 :]
            found = numbers(read_all(driver(), [damaged])[0])
            wrong += bool(found - right)
    assert wrong == 5 + 5 + 9 + 5 + 5  # of 304, in the digits of 97, 80, 121, 94 and 79


@given(st.binary(max_size=2000))
def test_noise_alone_says_nothing_and_never_raises(noise: bytes) -> None:
    assert read_all(driver(), [noise]) == ([], [])


def test_good_and_bad_answers_together_are_the_answers_sent_on_a_line_with_flipped_bits() -> None:
    seed = random.Random(3)
    reader = driver()
    read_all(reader, (flip_bits(reply(), 2e-3, seed) for _ in range(1000)))
    assert abs(reader.counters.good + reader.counters.bad - 1000) <= 1
    assert reader.counters.bad > 30


def test_reading_goes_on_with_the_next_answer_after_answers_that_were_cut() -> None:
    seed = random.Random(4)
    reader = driver()
    for _ in range(40):
        reader.step(cut(reply(), seed), 0.0)
        assert len(reader.step(b"\r\n>" + reply(), 0.0).vitals) >= 5
