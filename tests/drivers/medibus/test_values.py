"""What the responses of a Draeger device mean: values, "no data", alarms, clock, identification."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.driver import Output
from drivers.medibus.decoding import Alarm, Identification, parse_alarms, parse_data, parse_identification, parse_time
from drivers.medibus.driver import Medibus, MedibusSettings
from drivers.observation import AlertPriority, DeviceAlert, Parameter, Status, Vital
from tests.drivers.medibus.encoder import (
    ALARMS,
    ALARMS_OF_PAGE_2,
    CLOCK,
    DATA,
    USUAL,
    WHO,
    alarms,
    measured,
    reply,
    usual,
)

V, Q, U = Status.VALID, Status.QUESTIONABLE, Status.UNAVAILABLE


def driver() -> Medibus:
    return Medibus(MedibusSettings())


def told(output: Output) -> dict[str, tuple[float | None, Status, str | None]]:
    assert len({vital.parameter for vital in output.vitals}) == len(output.vitals)
    return {vital.parameter.value: (vital.value, vital.status, vital.site) for vital in output.vitals}


def test_the_worked_example_of_the_manual() -> None:
    """Example 2: O2 saturation 98 %, pulse of the oximeter 70/min; and the answer of a device that has nothing."""
    reader = driver()
    assert told(reader.step(bytes.fromhex("01244542203938204531203730203741 0D"), 0.0)) == {
        "spo2": (98.0, V, None),
        "pr": (70.0, V, None),
    }
    assert told(reader.step(bytes.fromhex("012432350D"), 1.0)) == {"spo2": (None, U, None), "pr": (None, U, None)}
    assert reader.counters.good == 2


def test_records_of_a_real_evita_4() -> None:
    """Numbers, codes and phrases as an Evita 4 on a test lung sent them (project icu_devices, September 2021)."""
    reader = driver()
    data = measured(
        B9="0.00", D6=" 14 ", B5="  0 ", _7D="  0 ", _78="  0 ", _71="  0 ", _73="  0 ", F0=" 19 ", _79="11.5"
    )
    output = reader.step(
        data + alarms((29, "19", "MIN VOL LOW"), (31, "12", "AIR SUPPLY ?"), (4, "57", "CO2 ALRM OFF")), 0
    )
    assert told(output) == {"rr": (14.0, V, "flow")}
    assert output.alerts == (
        DeviceAlert("cp1_19", "MIN VOL LOW", priority=AlertPriority.HIGH),
        DeviceAlert("cp1_12", "AIR SUPPLY ?", priority=AlertPriority.HIGH),
        DeviceAlert("cp1_57", "CO2 ALRM OFF", priority=AlertPriority.LOW, parameter=Parameter.ETCO2),
    )


def test_the_temperature_of_the_breathing_gas_is_not_told() -> None:
    output = driver().step(usual(), 0.0)
    assert set(told(output)) == {"spo2", "pr", "etco2", "rr"}


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        ({"E6": " 38 "}, (38.0, V)),
        ({"E6": "38  "}, (38.0, V)),  # Capnosat
        ({"E3": " 5.1"}, (38.3, V)),
        ({"E3": "12.0"}, (90.0, V)),
        ({"E6": "  0 "}, (0.0, V)),
        ({"E6": " 38 ", "E3": " 5.1", "DB": " 5.0"}, (38.0, V)),
        ({"E6": " 38 ", "E3": " 6.1"}, (38.0, Q)),
        ({"DB": " 5.0"}, (None, U)),
    ],
)
def test_end_tidal_co2_is_told_in_mmhg_from_whatever_unit_names_itself(
    codes: dict[str, str], expected: tuple[float | None, Status]
) -> None:
    assert told(driver().step(measured(**codes), 0.0)) == {"etco2": (*expected, None)}


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        ({"D5": "14  ", "D6": " 15 ", "D9": " 16 "}, (14.0, "CO2")),
        ({"D6": " 15 ", "D9": " 16 "}, (15.0, "flow")),
        ({"D9": " 16 "}, (16.0, "derived")),
        ({"D6": "  0 "}, (0.0, "flow")),
    ],
)
def test_one_respiratory_rate_is_told_with_its_source(codes: dict[str, str], expected: tuple[float, str]) -> None:
    value, site = expected
    assert told(driver().step(measured(**codes), 0.0)) == {"rr": (value, V, site)}


def test_a_value_that_is_left_out_is_no_data_once_and_comes_back() -> None:
    reader = driver()
    with_all, without = usual(), measured(**USUAL, E1=" 70 ", E6=" 38 ", D5=" 14 ")
    assert told(reader.step(with_all, 0.0))["spo2"] == (97.0, V, None)
    assert told(reader.step(without, 1.0))["spo2"] == (None, U, None)
    assert "spo2" not in told(reader.step(without, 2.0))
    assert told(reader.step(with_all, 3.0))["spo2"] == (97.0, V, None)
    assert told(reader.step(without, 4.0))["spo2"] == (None, U, None)


@pytest.mark.parametrize(
    ("code", "phrase", "gone", "doubted"),
    [
        ("01", "NO SPO2 PULS", {"spo2", "pr"}, set()),
        ("35", "SPO2SEN DISC", {"spo2", "pr"}, set()),
        ("68", "SPO2 ERR", {"spo2", "pr"}, set()),
        ("6A", "CO2 ERR", {"etco2"}, set()),
        ("D9", "CO2 SENSOR ?", {"etco2"}, set()),
        ("3D", "CO2 LINE BLK", {"etco2"}, set()),
        ("3E", "CO2 ZERO CAL", set(), {"etco2"}),
        ("63", "CO2 WARM UP", set(), {"etco2"}),
        ("64", "CLEAN CO2", set(), {"etco2"}),
        ("07", "SPO2 LOW", set(), set()),
        ("28", "ET CO2 HIGH", set(), set()),
        ("42", "FLOW SENSOR?", set(), set()),
    ],
)
def test_alarms_about_a_sensor_take_or_doubt_its_values(
    code: str, phrase: str, gone: set[str], doubted: set[str]
) -> None:
    reader = driver()
    reader.step(alarms((28, code, phrase)), 0.0)
    found = told(reader.step(usual(), 1.0))
    assert {name for name, (value, _, _) in found.items() if value is None} == gone
    assert {name for name, (_, status, _) in found.items() if status is Q} == doubted
    no_co2 = "etco2" in gone | doubted
    assert found["rr"] == ((15.0, V, "flow") if no_co2 else (14.0, V, "CO2"))
    reader.step(reply(ALARMS), 2.0)
    assert all(status is V for _, status, _ in told(reader.step(usual(), 3.0)).values())


def test_a_rate_is_told_as_doubtful_when_no_better_source_is_left() -> None:
    reader = driver()
    reader.step(alarms((30, "42", "FLOW SENSOR?")), 0.0)
    assert told(reader.step(measured(D6=" 15 "), 1.0)) == {"rr": (15.0, Q, "flow")}
    reader.step(alarms((31, "A4", "VOL ERR")), 2.0)
    assert told(reader.step(measured(D6=" 15 "), 3.0)) == {"rr": (None, U, None)}


def test_a_sensor_that_was_never_there_is_told_as_no_data_when_the_device_complains() -> None:
    reader = driver()
    reader.step(alarms((28, "35", "SPO2SEN DISC")), 0.0)
    assert told(reader.step(measured(D6=" 15 "), 1.0)) == {
        "rr": (15.0, V, "flow"),
        "spo2": (None, U, None),
        "pr": (None, U, None),
    }
    assert told(reader.step(measured(D6=" 15 "), 2.0)) == {"rr": (15.0, V, "flow")}


def test_alarms_that_no_response_has_renewed_speak_no_longer_about_values() -> None:
    reader = driver()
    reader.step(alarms((28, "35", "SPO2SEN DISC")), 0.0)
    assert told(reader.step(usual(), 10.0))["spo2"] == (None, U, None)
    assert told(reader.step(usual(), 10.5))["spo2"] == (97.0, V, None)


def test_alarms_begin_and_end_by_page_and_carry_the_devices_priority() -> None:
    reader = driver()
    first = reader.step(alarms((28, "07", "SPO2 LOW"), (23, "37", "% O2 HIGH"), (10, "BD", "LO O2 SUPPLY")), 0.0).alerts
    assert [(a.code, a.text, a.active, a.priority, a.parameter) for a in first] == [
        ("cp1_07", "SPO2 LOW", True, AlertPriority.HIGH, Parameter.SPO2),
        ("cp1_37", "% O2 HIGH", True, AlertPriority.MEDIUM, None),
        ("cp1_bd", "LO O2 SUPPLY", True, AlertPriority.LOW, None),
    ]
    second = reader.step(alarms((31, "95", "EVITA STDBY"), page=2), 1.0).alerts
    assert [(a.code, a.active) for a in second] == [("cp2_95", True)]
    third = reader.step(reply(ALARMS), 2.0).alerts
    assert [(a.code, a.active) for a in third] == [("cp1_07", False), ("cp1_37", False), ("cp1_bd", False)]
    assert [(a.code, a.active) for a in reader.step(reply(ALARMS_OF_PAGE_2), 3.0).alerts] == [("cp2_95", False)]


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("ET CO2 $&   ", "ET CO2 LOW"),
        ('SPO2 "#     ', "SPO2 HIGH"),
        ("APN.CO2'@OFF", "APN.CO2 ALARM OFF"),
        ("<b>HALT</b> ", "<b>HALT</b>"),
    ],
)
def test_alarm_phrases_are_plain_text_with_the_devices_signs_spelt_out(phrase: str, text: str) -> None:
    assert parse_alarms(b"L27" + phrase.encode()) == (Alarm(28, 0x27, text),)


@pytest.mark.parametrize("priority", range(1, 32))
def test_every_priority_is_one_of_three(priority: int) -> None:
    alert = driver().step(alarms((priority, "98", "APNEA EVITA")), 0.0).alerts[0]
    expected = AlertPriority.HIGH if priority > 23 else AlertPriority.MEDIUM if priority > 10 else AlertPriority.LOW
    assert (alert.priority, alert.parameter) == (expected, Parameter.RR)


@pytest.mark.parametrize(
    "data",
    [
        "EB 97 E1 70",
        "EB 97 EB 97 ",
        "eb 97 ",
        "EG 97 ",
        "EB 9 7",
        "EB097 ",
        "EB-97 ",
        "EB101 ",
        "EB----",
        "EB    ",
        "EB9.7.",
        "EB97. ",
        "E6151 ",
        "E320.1",
        "D6201 ",
        "E1351 ",
        "EB 97 XX 97 ",
    ],
)
def test_measured_data_that_break_the_form_are_refused_whole(data: str) -> None:
    assert parse_data(data.encode()) is None
    reader = driver()
    assert reader.step(reply(DATA, data) + usual(), 0.0).vitals == driver().step(usual(), 0.0).vitals
    assert (reader.counters.good, reader.counters.bad) == (1, 1)


@pytest.mark.parametrize(
    "data", ["L35SPO2SEN DIS", "035SPO2SEN DISC", "P35SPO2SEN DISC", "L3gSPO2SEN DISC", "L35            "]
)
def test_alarms_that_break_the_form_are_refused(data: str) -> None:
    reader = driver()
    assert reader.step(reply(ALARMS, data), 0.0).alerts == ()
    assert reader.counters.bad == 1


@pytest.mark.parametrize("code", [0x25, 0x26, 0x2C, 0x2D])
def test_alarm_limits_have_the_form_of_values_and_are_never_told_as_values(code: int) -> None:
    reader = driver()
    assert reader.step(reply(code, "EB 90 E1 50 "), 0.0).vitals == ()
    assert (reader.counters.good, reader.counters.bad) == (1, 0)


def test_responses_to_questions_of_others_are_read_by_their_form() -> None:
    reader = driver()
    mode, unit = "01:BIPAP MODE\x03", "224mmHg\x03"
    reader.step(reply(0x2A, mode + unit) + reply(0x29, "01  30 0B  5.0") + reply(0x2B, "21 450"), 0.0)
    assert (reader.counters.good, reader.counters.bad) == (3, 0)
    reader.step(reply(0x2A, mode[:-1]) + reply(0x2A, "22Qx\x03") + reply(0x29, "01  30") + reply(0x51, "x"), 1.0)
    assert (reader.counters.good, reader.counters.bad) == (3, 4)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("11:11:1911-NOV-93", (datetime(1993, 11, 11, 11, 11, 19), True)),  # example 4 of the protocol definition
        ("08:30:0001-MAI-26", (datetime(2026, 5, 1, 8, 30), True)),
        ("08:30:0001-MAY-26", (datetime(2026, 5, 1, 8, 30), True)),
        ("23:59:5931-DEZ-26", (datetime(2026, 12, 31, 23, 59, 59), True)),
        ("23:59:5931-DEC-26", (datetime(2026, 12, 31, 23, 59, 59), True)),
        ("00:00:0003-OKT-99", (datetime(1999, 10, 3), True)),
        ("00:00:0003-OCT-09", (datetime(2009, 10, 3), True)),
        (" 8:06:05 4-MAR- 2", (datetime(2002, 3, 4, 8, 6, 5), True)),  # PM 8040 blanks leading zeros
        ("08:30   01-JUN-26", (datetime(2026, 6, 1, 8, 30), False)),
        ("08:3001-JUL-26", (datetime(2026, 7, 1, 8, 30), False)),
        ("08:30:0031-JUN-26", None),
        ("24:00:0001-JUN-26", None),
        ("08:30:0001-XXX-26", None),
        ("08:30:0001-jun-26", None),
        ("08-30-0001-JUN-26", None),
    ],
)
def test_dates_and_times(text: str, expected: tuple[datetime, bool] | None) -> None:
    assert parse_time(text.encode()) == expected


def test_values_carry_the_devices_time_counted_on_from_its_last_answer() -> None:
    reader = driver()

    def times(output: Output) -> set[datetime | None]:
        return {vital.device_time for vital in output.vitals}

    assert times(reader.step(usual(), 0.5)) == {None}
    reader.step(reply(CLOCK, "11:11:1911-NOV-93"), 1.0)
    assert times(reader.step(usual(), 1.9)) == {datetime(1993, 11, 11, 11, 11, 19)}
    assert times(reader.step(usual(), 43.0)) == {datetime(1993, 11, 11, 11, 12, 1)}
    reader.step(reply(CLOCK, "11:14   11-NOV-93"), 44.0)
    assert times(reader.step(usual(), 45.0)) == {None}  # without seconds it could be a minute off


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("8240'Evita 4'05.00:04.00", Identification("8240", "Evita 4", "05.00", (4, 0))),
        ("8300'Capnosat'01.00:03.00", Identification("8300", "Capnosat", "01.00", (3, 0))),
        ("8240'Evita 4 05.00:04.00", None),
        ("8240''05.00:04.00", None),
        ("8240'Evita 4'5.00:04.00", None),
        ("8240'Evita 4'05.00 04.00", None),
    ],
)
def test_identifications(text: str, expected: Identification | None) -> None:
    assert parse_identification(text.encode()) == expected


def test_a_model_is_no_identity_of_a_unit() -> None:
    assert driver().step(reply(WHO, "8240'Evita 4'05.00:04.00"), 0.0).identity == ""


rates = st.one_of(st.none(), st.integers(0, 200))


@given(st.one_of(st.none(), st.integers(0, 100)), st.one_of(st.none(), st.integers(0, 350)), rates, rates)
def test_edge_values_arrive_as_they_were_sent(
    spo2: int | None, pulse: int | None, by_co2: int | None, by_flow: int | None
) -> None:
    sent = {"EB": spo2, "E1": pulse, "D5": by_co2, "D6": by_flow}
    output = driver().step(measured(**{code: f"{v:>3} " for code, v in sent.items() if v is not None}), 0.0)
    rate, site = (by_co2, "CO2") if by_co2 is not None else (by_flow, "flow")
    expected = [
        Vital(parameter, float(value), site=label)
        for parameter, value, label in (
            (Parameter.SPO2, spo2, None),
            (Parameter.PR, pulse, None),
            (Parameter.RR, rate, site),
        )
        if value is not None
    ]
    assert list(output.vitals) == expected
