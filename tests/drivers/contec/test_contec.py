"""Contec CMS50D+: packages, what they say together, and damage."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers import registry
from drivers.driver import Driver, Output
from drivers.observation import Parameter, Status
from tests.drivers.contec.encoder import finger_out, package, realtime
from tests.drivers.noise import chunks, flip_bits, numbers, read_all

V, Q, U = Status.VALID, Status.QUESTIONABLE, Status.UNAVAILABLE

SESSION = bytes.fromhex(
    "0C80 0C80 1180818180808080 80 0E8081 04 80F5F3E5F2A0A0A0"
    "01E085B396C1E1FFFF 01E085B096C1E1FFFF 01E085AE95C1E1FFFF 01E085AC95C1E1FFFF 01E085AB95C1E1FFFF"
    "01E085AA95C1E1FFFF 01E085AA95C1E1FFFF"
)
"""What a CMS50D+ answered in a session quoted in headrotor/art-sensors, spO2/stream_data.py: free, device notice,
without perfusion index, identifier 'user   ', and the first seven packages of its stream (65 /min, 97 %)."""

PACKAGE_46 = bytes.fromhex("01E085D59ABDE3FFFF")
"""A package of firmware 4.6, quoted in MarkMLl/Contec_cms50dplus: BD is 3D, 61 /min (the comment there says 53, its own
masking gives 61), E3 is 63, 99 %."""


def driver() -> Driver:
    return registry.create("contec_cms50dplus", {})


def told(*packages: bytes) -> dict[Parameter, tuple[float | None, Status]]:
    return {vital.parameter: (vital.value, vital.status) for vital in read_all(driver(), packages)[0]}


def test_a_quoted_session_is_read_package_by_package() -> None:
    reader = driver()
    vitals, alerts = read_all(reader, chunks(SESSION, [5] * 100))
    # Seven packages are a ninth of a second.
    assert [(vital.value, vital.status) for vital in vitals] == [(97.0, Q), (65.0, Q), (None, U)]
    assert alerts == []
    assert (reader.counters.good, reader.counters.bad, reader.counters.skipped) == (12, 0, 0)


def test_one_package_alone_says_nothing() -> None:
    assert read_all(driver(), [realtime()]) == ([], [])


def test_a_stream_that_ended_long_before_the_link_did_is_not_told_at_its_end() -> None:
    reader = driver()
    reader.step(realtime() * 10, 1.0)
    reader.step(b"", 5.0)
    assert reader.finish().vitals == ()


def test_quoted_packages_say_what_their_device_showed() -> None:
    at = SESSION.index(b"\x01\xe0")
    assert told(SESSION[at:] * 3) == {
        Parameter.SPO2: (97.0, V), Parameter.PR: (65.0, V), Parameter.PERFUSION_INDEX: (None, U),
    }  # fmt: skip
    assert told(PACKAGE_46 * 15)[Parameter.PR] == (61.0, V)
    assert told(PACKAGE_46 * 15)[Parameter.SPO2] == (99.0, V)


@pytest.mark.parametrize("pulse", [1, 18, 127, 128, 200, 254])
def test_a_pulse_rate_has_eight_bits(pulse: int) -> None:
    assert told(realtime(pulse=pulse) * 15)[Parameter.PR] == (float(pulse), V)


@pytest.mark.parametrize(
    ("index", "expected"),
    [(1, (0.01, V)), (127, (1.27, V)), (128, (1.28, V)), (2000, (20.0, V)), (2001, (20.01, Q)), (2200, (22.0, Q))],
)
def test_a_perfusion_index_comes_in_hundredths(index: int, expected: tuple[float, Status]) -> None:
    assert told(realtime(index=index) * 15)[Parameter.PERFUSION_INDEX] == expected


def test_bit_10_of_the_third_byte_says_that_there_is_no_perfusion_index() -> None:
    assert told(realtime(index=345, no_index=True) * 15)[Parameter.PERFUSION_INDEX] == (None, U)


def test_sentinels_and_zero_are_no_data_each_for_itself() -> None:
    assert told(realtime(pulse=255) * 15)[Parameter.PR] == (None, U)
    assert told(realtime(pulse=0) * 15)[Parameter.PR] == (None, U)
    assert told(realtime(spo2=127) * 15)[Parameter.SPO2] == (None, U)
    assert told(realtime(spo2=0) * 15)[Parameter.SPO2] == (None, U)
    assert told(realtime(index=65535) * 15)[Parameter.PERFUSION_INDEX] == (None, U)
    assert told(realtime(spo2=127) * 15)[Parameter.PR] == (72.0, V)


def test_a_finger_out_is_no_data_even_beside_numbers() -> None:
    assert {value for value, _ in told(finger_out() * 15).values()} == {None}
    assert {value for value, _ in told(realtime(probe_error=True) * 15).values()} == {None}


@pytest.mark.parametrize(
    ("bit", "code", "expected"),
    [
        ("probe_error", "probe_error", U), ("searching", "searching", Q), ("too_long", "searching_too_long", Q),
        ("low", "spo2_low", V), ("beep", None, V),
    ],
)  # fmt: skip
def test_every_bit(bit: str, code: str | None, expected: Status) -> None:
    reader = driver()
    vitals, alerts = read_all(reader, [realtime(**{bit: True}) * 15])
    assert {vital.status for vital in vitals} == {expected}
    assert [(alert.code, alert.active) for alert in alerts] == ([(code, True)] if code else [])


def test_messages_are_told_when_they_begin_and_when_they_end() -> None:
    _, alerts = read_all(driver(), [finger_out() * 60, realtime() * 90])
    assert [(alert.code, alert.active) for alert in alerts] == [("probe_error", True), ("probe_error", False)]


def test_one_report_a_second() -> None:
    assert len(read_all(driver(), [realtime() * 600])[0]) == 3 * 10


def test_a_number_is_told_when_most_of_the_last_packages_have_it() -> None:
    reader = driver()
    assert reader.step(realtime(pulse=70) * 7 + realtime(pulse=150) * 8, 0.0).vitals == ()
    assert numbers(reader.step(realtime(pulse=150), 0.0).vitals) == {
        ("spo2", 97.0),
        ("pr", 150.0),
        ("perfusion_index", 3.45),
    }


def test_numbers_of_before_an_interruption_are_no_witnesses() -> None:
    reader = driver()
    reader.step(realtime(pulse=70) * 62, 1.0)
    assert reader.step(realtime(pulse=150) * 8, 5.0).vitals == ()
    assert numbers(reader.step(realtime(pulse=150) * 60, 5.1).vitals) >= {("pr", 150.0)}


def test_an_index_that_moves_all_the_time_holds_nothing_up() -> None:
    vitals, _ = read_all(driver(), [b"".join(realtime(index=300 + step) for step in range(61))])
    assert {vital.parameter for vital in vitals} == {Parameter.SPO2, Parameter.PR}


@pytest.mark.parametrize(
    "piece",
    [
        realtime()[:8], realtime() + b"\x80", realtime()[:3] + b"\x33" + realtime()[4:], realtime()[1:],
        b"\x02" + realtime()[1:], realtime()[:1] + b"\x60" + realtime()[2:], realtime(spo2=101), realtime(spo2=128),
        realtime(bar=0x20), realtime(bar=0x80), realtime(index=2201), realtime() + realtime()[1:],
    ],
)  # fmt: skip
def test_whatever_breaks_the_form_is_refused_and_counted(piece: bytes) -> None:
    reader = driver()
    vitals, _ = read_all(reader, [realtime() * 8, piece, realtime() * 8])
    assert reader.counters.bad in (1, 2)
    assert 14 <= reader.counters.good <= 16
    assert numbers(vitals) <= {("spo2", 97.0), ("pr", 72.0), ("perfusion_index", 3.45)}


@pytest.mark.parametrize(
    "other",
    [package(0x0C), package(0x0E, 1), package(0x0B, 0xA2, 0), package(0x07, 1, 1, 20, 26, 11, 22), package(0x10, 1)],
)
def test_other_packages_of_the_device_say_no_value(other: bytes) -> None:
    reader = driver()
    assert read_all(reader, [other * 30]) == ([], [])
    assert (reader.counters.good, reader.counters.bad) == (30, 0)


@pytest.mark.parametrize("high", [0x81, 0x90, 0xC0])
def test_high_bits_of_bytes_that_are_not_there_refuse_a_package(high: int) -> None:
    reader = driver()
    read_all(reader, [bytes([0x0C, high])])
    assert reader.counters.good == 0


def test_what_a_flipped_bit_can_do_is_what_the_manifest_says() -> None:
    """One damaged package among fifteen: no bit of its 72 makes a value that was not sent."""
    right = {("spo2", 97.0), ("pr", 72.0), ("perfusion_index", 3.45)}
    for bit in range(72):
        damaged = bytearray(realtime())
        damaged[bit // 8] ^= 1 << bit % 8
        vitals, alerts = read_all(driver(), [realtime() * 9, bytes(damaged), realtime() * 9])
        assert numbers(vitals) == right, bit
        assert {vital.status for vital in vitals} == {V}
        assert alerts == []


def test_the_same_damage_in_most_packages_is_the_limit() -> None:
    """What the manifest says cannot be seen."""
    assert ("pr", 73.0) in numbers(read_all(driver(), [realtime(pulse=73) * 8 + realtime() * 7])[0])


def test_memory_is_bounded_whatever_arrives() -> None:
    reader = driver()
    reader.step(b"\x80" * 100_000, 0.0)
    assert len(reader._reader._piece) <= 27  # type: ignore[attr-defined]
    assert 11_000 <= reader.counters.bad <= 11_200
    reader.step(random.Random(1).randbytes(100_000), 0.0)
    assert len(reader._reader._piece) <= 27  # type: ignore[attr-defined]


runs = st.lists(st.tuples(st.integers(1, 254), st.integers(50, 100), st.integers(1, 40)), min_size=1, max_size=4)


@given(runs, st.lists(st.integers(1, 100), max_size=40), st.binary(max_size=30))
def test_a_stream_reads_alike_however_it_is_chopped(
    run: list[tuple[int, int, int]], sizes: list[int], noise: bytes
) -> None:
    stream = noise.join(realtime(pulse, spo2) * times for pulse, spo2, times in run)
    whole, chopped = driver(), driver()
    assert read_all(chopped, chunks(stream, sizes)) == read_all(whole, [stream])
    assert chopped.counters == whole.counters


@given(runs, st.integers(0, 2**32), st.data())
def test_damage_never_makes_a_value_that_was_not_sent(
    run: list[tuple[int, int, int]], seed: int, data: st.DataObject
) -> None:
    stream = flip_bits(b"".join(realtime(pulse, spo2) * times for pulse, spo2, times in run), 0.01, random.Random(seed))
    start, lost = data.draw(st.integers(0, len(stream))), data.draw(st.integers(0, 30))
    stream = stream[:start] + data.draw(st.binary(max_size=20)) + stream[start + lost :]
    sent = {("pr", float(pulse)) for pulse, _, _ in run} | {("spo2", float(spo2)) for _, spo2, _ in run}
    assert numbers(read_all(driver(), [stream])[0]) <= sent | {("perfusion_index", 3.45)}


@given(st.binary(max_size=2000))
def test_noise_alone_says_nothing_and_never_raises(noise: bytes) -> None:
    assert read_all(driver(), [noise]) == ([], [])


def test_good_and_bad_packages_together_are_those_sent_on_a_line_with_flipped_bits() -> None:
    reader = driver()
    seed = random.Random(3)
    read_all(reader, (flip_bits(realtime(), 1e-3, seed) for _ in range(10_000)))
    assert abs(reader.counters.good + reader.counters.bad - 10_000) <= 1
    assert reader.counters.bad > 10


def exchange(reader: Driver, said: dict[float, bytes], seconds: float) -> list[tuple[float, Output]]:
    """Outputs by time; said: what the device says at which second."""
    found = []
    for step in range(int(seconds * 4)):
        found.append((step / 4, reader.step(said.get(step / 4, b""), step / 4)))
    return found


ASK = bytes.fromhex("7D81A1808080808080")
STILL_THERE = bytes.fromhex("7D81AF808080808080")
STOP_STORED = bytes.fromhex("7D81A7808080808080")


def test_real_time_data_is_asked_for_at_once_and_every_three_seconds_until_it_comes() -> None:
    outputs = exchange(driver(), {}, 13)
    assert [(when, output.send) for when, output in outputs if output.send] == [(t, ASK) for t in (0, 3, 6, 9, 12)]


def test_the_oximeter_hears_every_five_seconds_that_somebody_is_there() -> None:
    stream = {step / 4: realtime() * 15 for step in range(1, 80)}
    outputs = exchange(driver(), stream, 19)
    assert [(when, output.send) for when, output in outputs if output.send] == [
        (0, ASK), (0.25, STILL_THERE), (5.25, STILL_THERE), (10.25, STILL_THERE), (15.25, STILL_THERE),
    ]  # fmt: skip


def test_a_stream_that_stops_is_asked_for_again() -> None:
    stream = {step / 4: realtime() * 15 for step in range(1, 9)}
    sent = [(when, output.send) for when, output in exchange(driver(), stream, 8) if output.send]
    assert sent == [(0, ASK), (0.25, STILL_THERE), (4.25, ASK), (7.25, ASK)]


def test_stored_data_is_stopped_before_the_patient_is_asked_for() -> None:
    sent = [output.send for _, output in exchange(driver(), {1.0: package(0x0F, 97, 70, 97, 71, 97, 72) * 3}, 7)]
    assert [one for one in sent if one] == [ASK, STOP_STORED + ASK, ASK]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (package(0x0B, 0xA1, 0x03), "it is recording"),
        (package(0x0B, 0xA1, 0x05), "does not know the command"),
        (package(0x0B, 0xA1, 0xFF), "reason FF"),
        (package(0x0D, 0x01), "switched off"),
        (package(0x0D, 0x02), "another user"),
        (b"", "does not answer the request"),
    ],
)
def test_what_hinders_is_told_in_words_once_and_ends_when_values_come(said: bytes, words: str) -> None:
    stream = {step / 4: realtime() * 15 for step in range(80, 88)}
    outputs = exchange(driver(), {1.0: said} | stream, 22)
    troubles = [(when, output.trouble) for when, output in outputs if output.trouble is not None]
    assert len(troubles) == 2
    assert words in str(troubles[0][1])
    assert troubles[0][0] <= 10
    assert troubles[1] == (20.0, "")


def test_another_answer_is_no_refusal() -> None:
    outputs = exchange(driver(), {1.0: package(0x0B, 0xA1, 0x00) + package(0x0B, 0xAF, 0x05)}, 5)
    assert {output.trouble for _, output in outputs} == {None}


def test_a_refusing_oximeter_is_not_flooded() -> None:
    answers = {step / 4: package(0x0B, 0xA1, 0x03) for step in range(1, 2400)}
    sent = b"".join(output.send for _, output in exchange(driver(), answers, 600))
    assert len(sent) <= 9 * 61
