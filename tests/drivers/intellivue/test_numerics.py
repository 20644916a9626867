"""Numerics: identifiers, units, states, sites; cuff readings, arterial lines, temperatures."""

from __future__ import annotations

from datetime import datetime

import pytest

from drivers.observation import Parameter, Status, Vital
from tests.drivers.intellivue import encoder as e
from tests.drivers.intellivue.talk import Talk, associated

VALID, QUESTIONABLE, UNAVAILABLE = Status.VALID, Status.QUESTIONABLE, Status.UNAVAILABLE

STAMP = bytes.fromhex("2026112216300000")
LATER = bytes.fromhex("2026112216350000")


def told(*objects: bytes) -> list[tuple[str, float | None, Status, str | None]]:
    """What the driver says to one answer."""
    vitals = associated().numerics(*objects).vitals
    return [(v.parameter.value, v.value, v.status, v.site) for v in vitals]


@pytest.mark.parametrize(
    ("code", "raw", "unit", "expected"),
    [
        (e.HR, e.number(72), e.BPM, ("hr", 72.0, VALID, None)),
        (e.PLETH_PULSE, e.number(73), e.BPM, ("pr", 73.0, VALID, "SpO2")),
        (e.PULSE, e.number(74), e.BPM, ("pr", 74.0, VALID, "pulse")),
        (e.RR_IMPEDANCE, e.number(14), e.RPM, ("rr", 14.0, VALID, "impedance")),
        (e.RR_CO2, e.number(15), e.RPM, ("rr", 15.0, VALID, "CO2")),
        (e.SPO2, e.number(96.5, 1), e.PERCENT, ("spo2", 96.5, VALID, None)),
        (e.PERFUSION, e.number(3.25, 2), e.NO_UNIT, ("perfusion_index", 3.25, VALID, None)),
        (e.ETCO2, e.number(38), e.MMHG, ("etco2", 38.0, VALID, None)),
        (e.ETCO2, e.number(5.1, 1), e.KPA, ("etco2", 38.3, VALID, None)),
        (e.TEMP, e.number(37.1, 1), e.CELSIUS, ("temp", 37.1, VALID, None)),
        (e.TEMP_CORE, e.number(98.6, 1), e.FAHRENHEIT, ("temp", 37.0, VALID, "core")),
        (19300, e.number(36.6, 1), e.CELSIUS, ("temp", 36.6, VALID, "oesophagus")),
        (19308, e.number(36.6, 1), e.CELSIUS, ("temp", 36.6, VALID, "nasopharynx")),
        (19320, e.number(36.6, 1), e.CELSIUS, ("temp", 36.6, VALID, "tympanic")),
        (57364, e.number(36.6, 1), e.CELSIUS, ("temp", 36.6, VALID, "blood")),
        (61636, e.number(36.6, 1), e.CELSIUS, ("temp", 36.6, VALID, "bladder")),
        (e.TEMP_RECTAL, e.number(36.6, 1), e.CELSIUS, ("temp", 36.6, VALID, "rectal")),
    ],
)
def test_a_numeric_is_known_by_its_code_and_converted_by_its_unit(
    code: int, raw: int, unit: int, expected: tuple[str, float, Status, str | None]
) -> None:
    assert told(e.numeric(1, code, raw, unit)) == [expected]


@pytest.mark.parametrize("raw", [e.NAN, e.NRES, e.PLUS_INF, e.MINUS_INF, e.number(351), e.number(-1)])
def test_no_number_and_an_impossible_one_are_no_data(raw: int) -> None:
    assert told(e.numeric(1, e.HR, raw, e.BPM)) == [("hr", None, UNAVAILABLE, None)]


@pytest.mark.parametrize(
    ("state", "status"),
    [
        (0x0000, VALID),
        (0x8000, UNAVAILABLE),  # invalid
        (0x4000, QUESTIONABLE),
        (0x2000, UNAVAILABLE),
        (0x1000, UNAVAILABLE),  # calibrating
        (0x0800, UNAVAILABLE),  # test
        (0x0400, UNAVAILABLE),  # demonstration
        (0x0200, QUESTIONABLE),  # not documented
        (0x0100, QUESTIONABLE),  # not documented
        (0x0080, VALID),  # validated
        (0x0040, QUESTIONABLE),  # early indication
        (0x0020, VALID),  # measuring
        (0x0008, VALID),
        (0x0002, VALID),  # in alarm
        (0x0001, VALID),  # alarm off
        (0xC000, UNAVAILABLE),
    ],
)
def test_every_state_bit(state: int, status: Status) -> None:
    value = None if status is UNAVAILABLE else 72.0
    assert told(e.numeric(1, e.HR, e.number(72), e.BPM, state)) == [("hr", value, status, None)]


def test_an_unknown_unit_is_not_charted_and_counted() -> None:
    talk = associated()
    output = talk.numerics(
        e.numeric(1, e.HR, e.number(72), e.PERCENT),
        e.numeric(2, e.ETCO2, e.number(5), e.PERCENT),
        e.numeric(3, e.TEMP, e.number(37), e.NO_UNIT),
        e.numeric(4, e.PERFUSION, e.number(3), e.BPM),
        e.numeric(5, e.SPO2, e.number(97), e.PERCENT),
    )
    assert {v.parameter.value: v.value for v in output.vitals} == {
        "hr": None, "etco2": None, "temp": None, "perfusion_index": None, "spo2": 97.0,
    }  # fmt: skip
    assert talk.driver.uncharted.foreign_units == 4


def test_unknown_numerics_are_ignored_and_counted() -> None:
    talk = associated()
    others = (
        16778,
        16993,
        e.INSPIRED_CO2,
        61439,
        61669,
        57368,
    )  # beat-to-beat, PVC, FiCO2, "see label", NIBP pulse, dT
    output = talk.numerics(*(e.numeric(i, code, e.number(50), e.BPM) for i, code in enumerate(others)))
    assert output.vitals == ()
    assert talk.driver.uncharted.unknown == 6


def test_of_several_sources_the_better_one_with_a_value_is_told() -> None:
    both = (e.numeric(1, e.PULSE, e.number(60), e.BPM), e.numeric(2, e.PLETH_PULSE, e.number(61), e.BPM))
    assert told(*both) == [("pr", 61.0, VALID, "SpO2")]
    off = (e.numeric(1, e.PULSE, e.number(60), e.BPM), e.numeric(2, e.PLETH_PULSE, e.NAN, e.BPM))
    assert told(*off) == [("pr", 60.0, VALID, "pulse")]
    breath = (e.numeric(1, e.RR_IMPEDANCE, e.number(9), e.RPM), e.numeric(2, e.RR_CO2, e.number(10), e.RPM))
    assert told(*breath) == [("rr", 10.0, VALID, "CO2")]


ABP = (e.ABP_SYS, e.ABP_DIA, e.ABP_MEAN)
ART = (e.ART_SYS, e.ART_DIA, e.ART_MEAN)


def test_arterial_pressure_is_abp_or_art_and_nothing_else() -> None:
    abp = e.pressure(1, ABP, 121, 71, 90)
    art = e.pressure(2, ART, 118, 66, 84)
    pulmonary = e.pressure(3, (18973, 18974, 18975), 28, 12, 18)
    assert told(pulmonary, art, abp) == [
        ("art_sys", 121.0, VALID, "ABP"), ("art_dia", 71.0, VALID, "ABP"), ("art_mean", 90.0, VALID, "ABP"),
    ]  # fmt: skip
    assert told(pulmonary, art)[0] == ("art_sys", 118.0, VALID, "ART")
    closed = e.pressure(1, ABP, 121, 71, 90, state=0x8000)
    assert told(art, closed)[0] == ("art_sys", 118.0, VALID, "ART")
    assert told(pulmonary) == []


def test_pressures_out_of_their_order_are_questionable() -> None:
    assert [row[2] for row in told(e.pressure(1, ABP, 70, 120, 90))] == [QUESTIONABLE] * 3
    assert [row[2] for row in told(e.cuff(120, 80, 130))] == [QUESTIONABLE] * 3


def test_a_pressure_of_which_a_part_is_missing_tells_the_rest() -> None:
    mean_only = e.numeric(1, e.ABP_MEAN, e.number(12, 0), e.KPA)
    assert told(mean_only) == [("art_mean", 90.0, VALID, "ABP")]


def test_all_temperatures_are_told_the_innermost_with_a_value_last() -> None:
    skin = e.numeric(1, e.TEMP_SKIN, e.number(33.5, 1), e.CELSIUS)
    core = e.numeric(2, e.TEMP_CORE, e.number(37.2, 1), e.CELSIUS)
    rectal = e.numeric(3, e.TEMP_RECTAL, e.number(37.4, 1), e.CELSIUS)
    assert [(row[1], row[3]) for row in told(core, rectal, skin)] == [(33.5, "skin"), (37.4, "rectal"), (37.2, "core")]
    off = e.numeric(2, e.TEMP_CORE, e.NAN, e.CELSIUS)
    assert [(row[1], row[3]) for row in told(skin, off)] == [(None, "core"), (33.5, "skin")]


def test_screen_labels_name_the_site_of_temperatures_and_arterial_lines() -> None:
    talk = associated(screen_labels=True)
    ids = talk.ask_for(0x06)
    objects = (
        e.numeric(1, e.TEMP, e.number(37.1, 1), e.CELSIUS, label="Tkern \x07"),
        e.pressure(2, ABP, 121, 71, 90, label="PA    "),
        e.numeric(3, e.HR, e.number(60), e.BPM, label="FC"),
    )
    output = talk.say(e.numerics(ids, *objects, group=0))
    assert {(v.parameter.value, v.site) for v in output.vitals} == {
        ("temp", "Tkern"), ("art_sys", "PA"), ("art_dia", "PA"), ("art_mean", "PA"), ("hr", None),
    }  # fmt: skip


def cuff_vitals(vitals: tuple[Vital, ...]) -> list[tuple[str, float | None, bool]]:
    return [(v.parameter.value, v.value, v.repeat) for v in vitals if v.parameter.value.startswith("nibp")]


def test_a_cuff_reading_is_new_once_and_then_a_repeat() -> None:
    talk = associated()
    new = [("nibp_sys", 120.0, False), ("nibp_dia", 80.0, False), ("nibp_mean", 93.0, False)]
    repeat = [(name, value, True) for name, value, _ in new]
    first = talk.numerics(e.cuff(120, 80, 93, STAMP)).vitals
    assert cuff_vitals(first) == new
    assert {v.device_time for v in first} == {datetime(2026, 11, 22, 16, 30)}
    assert cuff_vitals(talk.numerics(e.cuff(120, 80, 93, STAMP)).vitals) == repeat
    again = talk.numerics(e.cuff(120, 80, 93, LATER)).vitals  # the same numbers, measured anew
    assert cuff_vitals(again) == new
    assert {v.device_time for v in again} == {datetime(2026, 11, 22, 16, 35)}


def test_without_a_time_stamp_the_numbers_tell_a_new_cuff_reading() -> None:
    talk = associated()
    assert not any(repeat for *_, repeat in cuff_vitals(talk.numerics(e.cuff(120, 80, 93)).vitals))
    assert all(repeat for *_, repeat in cuff_vitals(talk.numerics(e.cuff(120, 80, 93)).vitals))
    assert not any(repeat for *_, repeat in cuff_vitals(talk.numerics(e.cuff(121, 80, 93)).vitals))


def test_a_cuff_reading_that_comes_back_after_a_failed_inflation_is_still_a_repeat() -> None:
    talk = associated()
    talk.numerics(e.cuff(120, 80, 93, STAMP))
    failed = talk.numerics(e.cuff(0, 0, 0, STAMP, state=0x8000)).vitals
    assert [(v.value, v.status, v.repeat) for v in failed] == [(None, UNAVAILABLE, False)] * 3
    assert all(repeat for *_, repeat in cuff_vitals(talk.numerics(e.cuff(120, 80, 93, STAMP)).vitals))


@pytest.mark.parametrize(
    ("seconds", "status", "age_s"),
    [
        (10, VALID, 10.0),
        (60, VALID, 60.0),
        (61, QUESTIONABLE, 61.0),
        (7200, QUESTIONABLE, 7200.0),
        (-1, VALID, 0.0),
        (-60, VALID, None),  # the monitor's clock was set back
    ],
)
def test_a_cuff_reading_has_an_age_by_the_monitors_clock_and_is_questionable_after_a_minute(
    seconds: int, status: Status, age_s: float | None
) -> None:
    talk = Talk()
    clock = e.system(clock=bytes.fromhex("2026112216300000"), counter=8000)
    talk.answers[0x21] = lambda ids: [e.mds(ids, clock)]
    talk.associate()
    counter = (8000 + seconds * 8000) % 2**32
    vitals = talk.numerics(e.cuff(120, 80, 93, STAMP), counter=counter).vitals
    assert [(v.status, v.age_s) for v in vitals] == [(status, age_s)] * 3


def test_the_time_of_a_value_is_that_of_the_answer_where_the_monitor_tells_it() -> None:
    talk = associated()
    ids = talk.ask_for(0x06)
    clock = bytes.fromhex("2026112216451250")
    output = talk.say(
        e.poll_result(ids, 6, 0x0803, [e.numeric(1, e.HR, e.number(72), e.BPM), e.cuff(120, 80, 93)], clock=clock)
    )
    assert [(v.parameter.value, v.device_time) for v in output.vitals] == [
        ("hr", datetime(2026, 11, 22, 16, 45, 12, 500_000)),
        ("nibp_sys", None),
        ("nibp_dia", None),
        ("nibp_mean", None),
    ]


def test_a_value_with_a_time_of_its_own_is_a_spot_measurement_and_then_a_repeat() -> None:
    talk = associated()
    told = []
    for raw, stamp in ((36.9, STAMP), (36.9, STAMP), (37.0, STAMP), (37.0, LATER), (37.0, LATER)):
        spot = e.numeric(1, e.TEMP, e.number(raw, 1), e.CELSIUS, stamp=stamp)
        (vital,) = talk.numerics(spot).vitals
        told.append((vital.value, vital.repeat, vital.device_time))
    first, second = datetime(2026, 11, 22, 16, 30), datetime(2026, 11, 22, 16, 35)
    assert told == [
        (36.9, False, first), (36.9, True, first), (37.0, False, first), (37.0, False, second), (37.0, True, second),
    ]  # fmt: skip


def test_a_numeric_that_is_no_longer_sent_has_no_data() -> None:
    talk = associated()
    hr = e.numeric(1, e.HR, e.number(72), e.BPM)
    talk.numerics(hr, e.numeric(2, e.SPO2, e.number(97), e.PERCENT), e.cuff(120, 80, 93))
    later = {v.parameter: v.value for v in talk.numerics(hr).vitals}
    assert later == {
        Parameter.HR: 72.0, Parameter.SPO2: None,
        Parameter.NIBP_SYS: None, Parameter.NIBP_DIA: None, Parameter.NIBP_MEAN: None,
    }  # fmt: skip
    bare = talk.numerics(e.u16(1) + e.attribute_list([]), e.u16(2) + e.attribute_list([])).vitals
    assert {v.value for v in bare} == {None}


def test_demonstration_values_are_no_data_and_an_alert_says_so() -> None:
    talk = associated()
    output = talk.numerics(e.numeric(1, e.HR, e.number(72), e.BPM, 0x0400))
    assert [(v.value, v.status) for v in output.vitals] == [(None, UNAVAILABLE)]
    assert [(a.code, a.text, a.active) for a in output.alerts] == [("demo_mode", "Monitor is in demo mode", True)]
    ended = talk.numerics(e.numeric(1, e.HR, e.number(72), e.BPM))
    assert [(a.code, a.active) for a in ended.alerts] == [("demo_mode", False)]


@pytest.mark.parametrize(
    ("mode", "value", "codes"),
    [
        (0x4000, 72.0, []),
        (0x2000, None, ["demo_mode"]),
        (0x1000, None, ["service_mode"]),
        (0x0002, 72.0, ["standby"]),
        (0x0001, 72.0, ["configuration_mode"]),
    ],
)
def test_every_operating_mode(mode: int, value: float | None, codes: list[str]) -> None:
    talk = Talk()
    talk.answers[0x21] = lambda ids: [e.mds(ids, e.system(mode=mode))]
    talk.associate()
    output = talk.numerics(e.numeric(1, e.HR, e.number(72), e.BPM))
    assert [v.value for v in output.vitals] == [value]
    assert [alert.code for alert in talk.alerts] == codes


@pytest.mark.parametrize(
    "broken",
    [
        e.u16(1) + e.attribute_list([(0x0950, bytes(9))]),
        e.u16(1) + e.attribute_list([(0x0950, bytes(11))]),
        e.u16(1) + e.attribute_list([(0x094B, e.u16(2) + e.u16(10) + bytes(10))]),
        e.u16(1) + e.attribute_list([(0x094B, e.u16(1) + e.u16(12) + bytes(12))]),
        e.u16(1) + e.attribute_list([(0x0927, b"\x00\x09ab"), (0x0950, e.observed(e.HR, 72, e.BPM))]),
        e.u16(1) + e.attribute_list([(0x0990, bytes(7)), (0x0950, e.observed(e.HR, 72, e.BPM))]),
    ],
)
def test_an_answer_with_one_malformed_attribute_is_not_charted_at_all(broken: bytes) -> None:
    talk = associated()
    output = talk.numerics(e.numeric(2, e.SPO2, e.number(97), e.PERCENT), broken)
    assert output.vitals == ()
    assert talk.driver.uncharted.malformed == 1
    assert talk.numerics(e.numeric(2, e.SPO2, e.number(97), e.PERCENT)).vitals[0].value == 97.0
