"""The driver `sdc`: lines of the link to values and alerts."""

from __future__ import annotations

import random
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers import registry
from drivers.driver import Driver, FrameCounters
from drivers.observation import AlertPriority, DeviceAlert, Parameter, Status, Vital
from hl7.nomenclature import Nomenclature, nomenclature
from tests.drivers.noise import chunks, flip_bits, read_all
from tests.drivers.sdc.encoder import alert, device, metric, sealed


def new() -> Driver:
    return registry.create("sdc", {})


def read(data: bytes) -> tuple[list[Vital], list[DeviceAlert], FrameCounters]:
    driver = new()
    vitals, alerts = read_all(driver, [data])
    return vitals, alerts, driver.counters


def said(data: bytes) -> list[tuple[str, float | None, str]]:
    return [(v.parameter.value, v.value, v.status.value) for v in read(data)[0]]


def test_a_metric_is_a_value_with_site_and_time() -> None:
    vitals, alerts, counters = read(device(1) + metric(2))
    when = datetime(2026, 11, 22, 16, 53, 35, 500000, UTC)
    assert vitals == [Vital(Parameter.HR, 72.0, Status.VALID, "ECG", when)]
    assert alerts == []
    assert counters == FrameCounters(good=2)


def test_the_serial_number_is_the_identity() -> None:
    assert new().step(device(), 0.0).identity == "SN-4711"
    assert new().step(device(serial=""), 0.0).identity == ""


@pytest.mark.parametrize(
    ("code", "unit", "value", "expected"),
    [
        ("150456", "262688", "97", ("spo2", 97.0)),
        ("149530", "264864", "71", ("pr", 71.0)),
        ("151562", "264928", "14", ("rr", 14.0)),
        ("151728", "266016", "38", ("etco2", 38.0)),
        ("151728", "265987", "5.0", ("etco2", 37.503)),
        ("150344", "268192", "37.2", ("temp", 37.2)),
        ("150344", "266560", "98.6", ("temp", 37.0)),
        ("150021", "266016", "121", ("nibp_sys", 121.0)),
        ("150033", "266016", "118", ("art_sys", 118.0)),
    ],
)
def test_codes_and_units_of_the_table(code: str, unit: str, value: str, expected: tuple[str, float]) -> None:
    assert said(metric(1, code, value, unit)) == [(*expected, "valid")]


def test_the_codes_are_those_of_the_hl7_feeds() -> None:
    tables: Nomenclature = nomenclature()
    rows = [(code, found[0].parameter) for (system, code), found in tables.terms.items() if system == "MDC"]
    assert len(rows) > 20
    for code, parameter in rows:
        if parameter is None:
            continue
        unit = tables.parameters[parameter].mdc_unit
        assert [v.parameter for v in read(metric(1, code, "40", unit))[0]] == [parameter], code


@pytest.mark.parametrize(
    "changed",
    [
        {"category": "Set"}, {"category": "Preset"}, {"category": "Rcmm"}, {"code": "192512"}, {"unit": "262656"},
        {"unit": "266016"}, {"system": "urn:oid:1.2.3"}, {"code": ""},
    ],
)  # fmt: skip
def test_settings_private_codes_and_foreign_units_are_not_charted(changed: dict[str, str]) -> None:
    vitals, _, counters = read(metric(1, **changed))
    assert vitals == []
    assert counters == FrameCounters(good=1)


@pytest.mark.parametrize(
    ("validity", "expected"),
    [
        ("Vld", (72.0, "valid")), ("Vldated", (72.0, "valid")), ("Qst", (72.0, "questionable")),
        ("Calib", (72.0, "questionable")), ("Ong", (None, "unavailable")), ("Inv", (None, "unavailable")),
        ("NA", (None, "unavailable")), ("Oflw", (None, "unavailable")), ("Uflw", (None, "unavailable")),
        ("Other", (None, "unavailable")),
    ],
)  # fmt: skip
def test_every_validity(validity: str, expected: tuple[float | None, str]) -> None:
    assert said(metric(1, validity=validity)) == [("hr", *expected)]


@pytest.mark.parametrize("activation", ["Off", "NotRdy", "StndBy", "Shtdn", "Fail"])
def test_a_metric_that_is_not_on_has_no_value(activation: str) -> None:
    assert said(metric(1, activation=activation)) == [("hr", None, "unavailable")]


@pytest.mark.parametrize("value", [None, "", "NaN", "1e2", "-", "72x", "351", "-1"])
def test_what_is_no_possible_number_is_no_value(value: str | None) -> None:
    assert said(metric(1, value=value)) == [("hr", None, "unavailable")]


@pytest.mark.parametrize("mode", ["Demo", "Test"])
def test_demonstration_data_are_never_charted_and_told(mode: str) -> None:
    stream = metric(1, mode=mode) + metric(2, mode=mode, time="2.0") + metric(3, time="3.0")
    vitals, alerts, _ = read(stream)
    assert [v.value for v in vitals] == [None, None, 72.0]
    assert [(a.code, a.active) for a in alerts] == [("demo_data", True), ("demo_data", False)]


def test_a_repeated_determination_time_is_no_new_measurement() -> None:
    vitals, _, _ = read(metric(1) + metric(2) + metric(3, time="1795366417.5") + metric(4, time="null"))
    assert [v.repeat for v in vitals] == [False, True, False, False]
    assert read(metric(1, time="1e300"))[0][0].device_time is None


def test_alerts_begin_and_end_as_the_device_words_them() -> None:
    _, alerts, _ = read(alert(1, False) + alert(2, True) + alert(3, True) + alert(4, False))
    begun = DeviceAlert("a1", "SpO2 low", True, AlertPriority.HIGH, Parameter.SPO2)
    assert alerts == [begun, DeviceAlert("a1", "SpO2 low", False, AlertPriority.HIGH, Parameter.SPO2)]
    named = read(alert(1, True, "None", "", ""))[1]
    assert named == [DeviceAlert("a1", "Alert a1")]


def test_lines_that_are_not_as_they_should_be_are_refused() -> None:
    good = metric(1)
    for damaged in (
        good[:-3] + b"0\r\n", good[1:], sealed('{"n":0,"kind":"device","serial":"","manufacturer":"","model":""}'),
        sealed('{"n":1,"kind":"device","serial":""}'), sealed('{"n":true,"kind":"device"}'), sealed("[1,2]"),
        sealed("not json"), sealed('{"n":1,"kind":"alert","handle":"a","text":"","priority":"","source":"",'
        '"present":"true"}'), sealed('{"n":1,"kind":"wave"}'), b"\xff\xfe*00000000\r\n", sealed("[" * 3000),
    ):  # fmt: skip
        vitals, alerts, counters = read(damaged)
        assert (vitals, alerts, counters.good, counters.bad) == ([], [], 0, 1)


def test_missing_lines_are_counted_by_their_numbers() -> None:
    assert read(metric(1) + metric(2)[:40] + b"\r\n" + metric(5))[2].bad == 3
    assert read(metric(7) + b"noise\r\n" + metric(8))[2] == FrameCounters(good=2, skipped=5)
    assert read(metric(9) + device(1) + metric(2))[2] == FrameCounters(good=3)


def stream(values: list[int]) -> bytes:
    lines = [device(1)]
    lines += [metric(n, value=str(value), time=f"{n}.25") for n, value in enumerate(values, start=2)]
    return b"".join(lines)


@given(st.lists(st.integers(1, 300), max_size=8), st.lists(st.integers(1, 90), max_size=40), st.integers())
def test_any_chopping_gives_the_same(values: list[int], sizes: list[int], seed: int) -> None:
    data = flip_bits(stream(values), 0.002, random.Random(seed)) + b"\r\n" + stream(values)[:150]
    whole, chopped = new(), new()
    assert read_all(whole, [data]) == read_all(chopped, chunks(data, sizes))
    assert whole.counters == chopped.counters


@given(st.lists(st.integers(1, 300), min_size=3, max_size=10), st.integers(), st.floats(0.0005, 0.02))
def test_damage_tells_nothing_that_was_not_sent(values: list[int], seed: int, rate: float) -> None:
    vitals, alerts, _ = read(flip_bits(stream(values), rate, random.Random(seed)))
    assert {v.value for v in vitals} <= {float(v) for v in values}
    assert alerts == []


@given(st.binary(max_size=3000))
def test_no_bytes_raise(data: bytes) -> None:
    assert read(data)[0] == []
