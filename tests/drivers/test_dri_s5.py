"""GE S/5 computer interface: requests, reports, alarms, and damage."""

from __future__ import annotations

import random
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers import registry
from drivers.dri_s5.displayed import etco2_mmhg
from drivers.dri_s5.driver import DriS5, DriS5Settings
from drivers.driver import Output
from drivers.observation import AlertPriority, Parameter, Status
from tests.drivers.encoders import NO_DATA, DriValues, dri_alarms, dri_frame, dri_record, dri_report
from tests.drivers.noise import chunks, cut, flip_bits, flip_bits_with_parity, numbers, read_all

REQUEST = bytes.fromhex("7e3100") + bytes(19) + bytes.fromhex("ff") + bytes(18) + bytes.fromhex("0105")


def driver(alarms: bool = True) -> DriS5:
    return DriS5(DriS5Settings(alarms=alarms))


def values(output: Output) -> dict[str, float | None]:
    return {vital.parameter.value: vital.value for vital in output.vitals}


def read(values_: DriValues) -> Output:
    return driver().step(values_.frame(), 0.0)


def test_the_first_step_asks_for_displayed_values_every_five_seconds() -> None:
    request = driver().step(b"", 0.0).send
    assert request.startswith(REQUEST)
    plain = request[1:-1].replace(b"\x7d\x5e", b"\x7e").replace(b"\x7d\x5d", b"\x7d")
    assert plain[:2] == b"\x31\x00"
    assert plain[-1] == sum(plain[:-1]) % 256


def test_a_silent_monitor_is_asked_again_every_five_seconds() -> None:
    reader = driver()
    asked = [second for second in range(30) if reader.step(b"", float(second)).send]
    assert asked == [0, 5, 10, 15, 20, 25]


def test_an_answering_monitor_is_not_asked_again_until_it_falls_silent() -> None:
    reader = driver(alarms=False)
    reader.step(b"", 0.0)
    for second in range(1, 31):
        assert reader.step(dri_report(second) if second % 5 == 1 else b"", float(second)).send == b""
    asked = [second for second in range(31, 50) if reader.step(b"", float(second)).send]
    assert asked == [34, 39, 44, 49]


def test_alarms_are_asked_for_between_reports_and_only_once_the_monitor_answers() -> None:
    reader = driver()
    reader.step(b"", 0.0)
    sent = {s / 2: len(reader.step(dri_report(s) if s % 10 == 2 else b"", s / 2).send) for s in range(1, 40)}
    assert [at for at, length in sent.items() if length] == [3.5, 8.5, 13.5, 18.5]


def test_a_report_gives_every_parameter_with_its_scale_site_and_time() -> None:
    report = DriValues(1_800_000_000)
    report.group(4, status=3 | 1 << 3, o10=82, o18=15).group(122, o128=9650, o130=83)
    report.group(136, o142=533, o146=16, o148=7600).group(34, label=8, o40=12100, o42=7050, o44=9000)
    report.group(76, o82=13000, o84=8000, o86=9700).group(90, label=15, o96=3690).group(98, label=7, o104=3310)
    output = read(report)
    assert values(output) == {
        "hr": 82.0, "rr": 16.0, "spo2": 96.5, "pr": 83.0, "etco2": pytest.approx(38.0, abs=0.05),
        "art_sys": 121.0, "art_dia": 70.5, "art_mean": 90.0,
        "nibp_sys": 130.0, "nibp_dia": 80.0, "nibp_mean": 97.0, "temp": 36.9,
    }  # fmt: skip
    assert {vital.status for vital in output.vitals} == {Status.VALID}
    sites = [(vital.parameter.value, vital.site) for vital in output.vitals if vital.site]
    assert sites == [
        ("hr", "ECG"), ("rr", "CO2"), ("art_sys", "P2 ABP"), ("art_dia", "P2 ABP"), ("art_mean", "P2 ABP"),
        ("temp", "skin"), ("temp", "core"),
    ]  # fmt: skip
    times = {vital.device_time for vital in output.vitals if not vital.parameter.value.startswith("nibp")}
    assert times == {datetime(2027, 1, 15, 8, 0)}


def test_carbon_dioxide_is_converted_in_one_place() -> None:
    assert etco2_mmhg(5.0, 760.0) == pytest.approx(35.65)
    without_ambient = DriValues().group(136, o142=533, o146=16)
    assert values(read(without_ambient)) == {"etco2": None, "rr": 16.0}


@pytest.mark.parametrize("code", [-32767, -32766, -32764, -32763, -32762, -32001, -32768])
def test_reasons_for_having_no_value_are_no_data(code: int) -> None:
    output = read(DriValues().group(4, o10=code).group(122, o128=code, o130=81))
    assert values(output) == {"hr": None, "rr": None, "spo2": None, "pr": 81.0}


def test_an_inactive_group_has_no_data_and_a_missing_one_says_nothing() -> None:
    output = read(DriValues().group(4, status=1, o10=80).group(122, status=0, o128=9700))
    assert values(output) == {"hr": None, "rr": None}


def test_a_module_that_is_pulled_out_takes_its_values_along() -> None:
    reader = driver()
    assert values(reader.step(dri_report(1), 0.0))["spo2"] == 97.0
    output = reader.step(DriValues().group(4, o10=80, o18=14).frame(2), 5.0)
    assert values(output) == {"hr": 80.0, "rr": 14.0, "spo2": None, "pr": None}


def test_a_heart_rate_counted_from_the_oximeter_is_not_reported_as_one() -> None:
    assert values(read(DriValues().group(4, status=3 | 6 << 3, o10=82)))["hr"] is None


@pytest.mark.parametrize("bit", [7, 8, 9])
def test_a_noisy_ecg_makes_the_heart_rate_questionable(bit: int) -> None:
    output = read(DriValues().group(4, status=3 | 1 << bit, o10=82))
    assert output.vitals[0].status is Status.QUESTIONABLE


@pytest.mark.parametrize(
    ("parameter", "offset", "raw"), [("hr", 10, 400), ("hr", 10, -1), ("spo2", 128, 10100), ("temp", 96, 6000)]
)
def test_an_impossible_value_is_none(parameter: str, offset: int, raw: int) -> None:
    at = {"hr": 4, "spo2": 122, "temp": 90}[parameter]
    assert values(read(DriValues().group(at, **{f"o{offset}": raw})))[parameter] is None


@pytest.mark.parametrize("label", [0, 2, 3, 7, 9, 14])
def test_other_invasive_pressures_are_not_arterial(label: int) -> None:
    assert read(DriValues().group(20, label=label, o26=1200, o28=600, o30=800)).vitals == ()


def test_the_order_of_pressures_is_checked() -> None:
    output = read(DriValues().group(20, label=1, o26=8000, o28=12000, o30=9000))
    assert {vital.status for vital in output.vitals} == {Status.QUESTIONABLE}


def test_an_empty_temperature_probe_never_hides_a_full_one() -> None:
    report = DriValues().group(90, label=4, o96=3700).group(98, label=15, o104=NO_DATA).group(106, label=8, o112=2500)
    found = [(vital.site, vital.value) for vital in read(report).vitals]
    assert found == [("core", None), ("rectum", 37.0)]


def test_a_cuff_reading_is_told_once_as_new_and_is_questionable_when_it_is_old() -> None:
    reader = driver()

    def cuff(seconds: int, sys: int, label: int, inflated: int = 0) -> list[tuple[float | None, Status, bool]]:
        report = DriValues(seconds).group(76, label=label, o82=sys, o84=8000, o86=9700)
        more = [(4, inflated.to_bytes(4, "little") + bytes(110))] if inflated else []
        vitals = reader.step(report.frame(1, *more), float(seconds - 1_800_000_000)).vitals
        return [(v.value, v.status, v.repeat) for v in vitals if v.parameter is Parameter.NIBP_SYS]

    at = 1_800_000_000
    assert cuff(at, 13000, 0) == [(130.0, Status.VALID, False)]
    assert cuff(at + 5, 13000, 0) == [(130.0, Status.VALID, True)]
    assert cuff(at + 70, 13000, 1 << 8) == [(130.0, Status.QUESTIONABLE, True)]
    assert cuff(at + 600, 13000, 0) == [(130.0, Status.VALID, False)]  # the same numbers, measured anew
    assert cuff(at + 605, 13000, 0, at + 600) == [(130.0, Status.VALID, False)]
    assert cuff(at + 610, 13000, 0, at + 600) == [(130.0, Status.VALID, True)]


def test_a_cuff_reading_carries_the_time_of_its_inflation() -> None:
    report = DriValues(1_800_000_000).group(76, o82=13000, o84=8000, o86=9700)
    inflated = (1_799_999_970).to_bytes(4, "little") + bytes(110)
    vitals = driver().step(report.frame(1, (4, inflated)), 0.0).vitals
    assert {vital.device_time for vital in vitals} == {datetime(2027, 1, 15, 7, 59, 30)}
    late = (1_800_000_100).to_bytes(4, "little") + bytes(110)
    assert {vital.device_time for vital in driver().step(report.frame(1, (4, late)), 0.0).vitals} == {None}


def test_extended_classes_and_trends_are_no_live_values() -> None:
    trend = bytes(DriValues().group(4, o10=80).data)
    reader = driver()
    stream = dri_frame(dri_record(0, [(2, trend), (3, trend)])) + DriValues(data_class=1).group(4, o10=80).frame()
    assert reader.step(stream, 0.0).vitals == ()
    assert reader.counters.good == 2


def test_status_bits_become_device_alerts_with_beginning_and_end() -> None:
    reader = driver()
    begun = reader.step(DriValues().group(136, status=3 | 1 << 2 | 1 << 5, o142=0).frame(), 0.0).alerts
    ended = reader.step(DriValues().group(136, o142=500).frame(), 5.0).alerts
    assert [(a.code, a.active) for a in begun] == [("apnoea", True), ("co2_occlusion", True)]
    assert [(a.code, a.active) for a in ended] == [("apnoea", False), ("co2_occlusion", False)]


@pytest.mark.parametrize("wide", [False, True])
def test_alarm_lines_become_device_alerts_by_their_colour(wide: bool) -> None:
    reader = driver()
    lines = (("APNEA\x07 ", 3), ("SpO2 tief", 2), ("Sonde ab", 1), ("grey", 0))
    begun = reader.step(dri_alarms(*lines, wide=wide, silence=4), 0.0).alerts
    assert [(a.code, a.text, a.priority) for a in begun] == [
        ("alarm_red", "APNEA", AlertPriority.HIGH),
        ("alarm_yellow", "SpO2 tief", AlertPriority.MEDIUM),
        ("alarm_white", "Sonde ab", AlertPriority.LOW),
        ("alarm_silence", "All alarms silenced on the monitor", AlertPriority.NONE),
    ]
    left = reader.step(dri_alarms(("SpO2 tief", 2), wide=wide), 5.0).alerts
    assert {a.text for a in left if not a.active} == {"APNEA", "Sonde ab", "All alarms silenced on the monitor"}
    assert [a for a in left if a.active] == []


@pytest.mark.parametrize(
    "record",
    [
        dri_record(0, [(1, bytes(277))]),
        dri_record(0, [(1, bytes(DriValues().data))])[:-1],
        dri_record(0, [(1, bytes(DriValues().data))]) + b"\x00",
        dri_record(77, []),
        dri_record(4, [(1, bytes(500))]),
        b"\x05",
        dri_record(0, [(1, bytes(300)), (4, bytes(10))])[:17] + b"\x7f" + bytes(400),
    ],
)
def test_a_record_that_contradicts_itself_is_bad_even_with_a_right_checksum(record: bytes) -> None:
    reader = driver()
    output = reader.step(dri_frame(record) + dri_report(), 0.0)
    reader.finish()
    assert values(output)["hr"] == 80.0
    assert reader.counters.good == 1
    assert reader.counters.bad + reader.counters.skipped >= 1


reports = st.lists(st.tuples(st.integers(0, 300), st.integers(0, 100), st.integers(0, 90)), min_size=1, max_size=4).map(
    lambda rows: [dri_report(i, hr, spo2, rr, hr) for i, (hr, spo2, rr) in enumerate(rows)]
)


@given(reports, st.lists(st.integers(1, 200), max_size=20), st.binary(max_size=30))
def test_a_stream_reads_alike_however_it_is_chopped(sent: list[bytes], sizes: list[int], noise: bytes) -> None:
    stream = noise.join(sent)
    whole, chopped = driver(), driver()
    assert read_all(chopped, chunks(stream, sizes)) == read_all(whole, [stream])
    assert chopped.counters == whole.counters


@given(reports, st.data())
def test_no_damage_within_one_byte_makes_a_value_that_was_not_sent(sent: list[bytes], data: st.DataObject) -> None:
    stream = bytearray(b"".join(sent))
    expected = numbers(read_all(driver(), [bytes(stream)])[0])
    stream[data.draw(st.integers(0, len(stream) - 1))] = data.draw(st.integers(0, 255))
    assert numbers(read_all(driver(), [bytes(stream)])[0]) <= expected


@given(reports, st.data())
def test_no_loss_of_bytes_makes_a_value_that_was_not_sent(sent: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(sent)
    start = data.draw(st.integers(0, len(stream) - 1))
    length = data.draw(st.integers(1, 300))
    found, _ = read_all(driver(), [stream[:start] + stream[start + length :]])
    assert numbers(found) <= numbers(read_all(driver(), [stream])[0])


@given(reports, st.data())
def test_no_added_bytes_make_a_value_that_was_not_sent(sent: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(sent)
    at = data.draw(st.integers(0, len(stream)))
    noise = data.draw(st.binary(min_size=1, max_size=40))
    found, _ = read_all(driver(), [stream[:at] + noise + stream[at:]])
    assert numbers(found) <= numbers(read_all(driver(), [stream])[0])


@given(st.binary(max_size=2000))
def test_noise_alone_says_nothing_and_never_raises(noise: bytes) -> None:
    assert read_all(driver(), [noise]) == ([], [])


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_good_and_bad_frames_together_are_the_frames_sent_with_flipped_bits(seed: int) -> None:
    source = random.Random(seed)
    reader = driver()
    wrong = 0
    for index in range(400):
        report = dri_report(index, hr=source.randrange(50, 130), spo2=source.randrange(80, 101), rr=index % 40)
        sent = numbers(read_all(driver(), [report])[0])
        wrong += len(numbers(reader.step(flip_bits(report, 1e-3, source), float(index)).vitals) - sent)
    reader.finish()
    assert abs(reader.counters.good + reader.counters.bad - 400) <= 1
    assert reader.counters.bad > 50
    assert wrong == 0


def test_on_a_line_with_parity_every_wrong_bit_is_a_lost_byte_and_no_value_is_wrong() -> None:
    source = random.Random(7)
    reader = driver()
    for index in range(400):
        report = dri_report(index, hr=source.randrange(50, 130), rr=index % 40)
        sent = numbers(read_all(driver(), [report])[0])
        assert numbers(reader.step(flip_bits_with_parity(report, 5e-3, source), float(index)).vitals) <= sent
    reader.finish()
    assert abs(reader.counters.good + reader.counters.bad - 400) <= 1


def test_frames_cut_short_are_counted_and_the_next_one_is_read() -> None:
    source = random.Random(8)
    reader = driver()
    for index in range(0, 200, 2):
        reader.step(cut(dri_report(index), source), 0.0)
        assert values(reader.step(dri_report(index + 1, hr=90), 0.0))["hr"] == 90.0
    reader.finish()
    # A cut that takes the closing flag alone leaves a whole frame; one behind the first bytes leaves nothing to count.
    assert 100 <= reader.counters.good <= 102
    assert 197 <= reader.counters.good + reader.counters.bad <= 200


def test_a_monitor_that_does_not_answer_is_told_once_and_until_it_answers() -> None:
    driver = registry.create("dri_s5", {})
    told = [driver.step(b"", float(second)).trouble for second in range(40)]
    sentences = [trouble for trouble in told if trouble is not None]
    assert len(sentences) == 1
    assert "does not answer" in sentences[0]
    assert told.index(sentences[0]) == 15
    assert driver.step(DriValues().group(4, o10=72).frame(), 41.0).trouble == ""
    assert driver.step(b"", 42.0).trouble is None


def test_a_cuff_that_measures_is_told_when_it_begins_and_when_it_ends() -> None:
    reader = driver()
    told = []
    for second, label in enumerate((0, 1 << 5, 1 << 5, 0)):
        report = DriValues(1_800_000_000 + second).group(76, label=label, o82=13000, o84=8000, o86=9700)
        alerts = reader.step(report.frame(), float(second)).alerts
        told.append([(alert.code, alert.active) for alert in alerts])
    assert told == [[], [("cuff_inflating", True)], [], [("cuff_inflating", False)]]
