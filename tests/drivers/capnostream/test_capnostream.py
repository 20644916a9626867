"""Capnostream: messages, values, statuses and the guards against shifted reports."""

from __future__ import annotations

import random
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers import registry
from drivers.driver import Driver, FrameCounters
from drivers.observation import DeviceAlert, Parameter, Status, Vital
from tests.drivers.capnostream.encoder import device_id, message, numerics, numerics_data, patient_id, wave
from tests.drivers.noise import chunks, cut, flip_bits, read_all

Reading = tuple[list[Vital], list[DeviceAlert], FrameCounters]


def new() -> Driver:
    return registry.create("capnostream", {})


def read(stream: bytes) -> Reading:
    driver = new()
    vitals, alerts = read_all(driver, [stream])
    return vitals, alerts, driver.counters


def last(vitals: list[Vital]) -> dict[str, tuple[float | None, str]]:
    return {v.parameter.value: (v.value, v.status.value) for v in vitals}


def numbers(stream: bytes) -> list[tuple[float | None, ...]]:
    """EtCO2, RR, SpO2, PR of each report that was told."""
    vitals = read(stream)[0]
    return [tuple(v.value for v in vitals[at : at + 4]) for at in range(0, len(vitals), 4)]


def active(stream: bytes) -> set[str]:
    return {alert.code for alert in read(stream)[1] if alert.active}


def test_a_report_is_read_with_the_monitors_clock() -> None:
    vitals, alerts, counters = read(numerics())
    assert [(v.parameter, v.value, v.status) for v in vitals] == [
        (Parameter.ETCO2, 38.0, Status.VALID),
        (Parameter.RR, 14.0, Status.VALID),
        (Parameter.SPO2, 97.0, Status.VALID),
        (Parameter.PR, 72.0, Status.VALID),
    ]
    assert {v.device_time for v in vitals} == {datetime(2026, 2, 2, 2, 40, 0)}
    assert alerts == []
    assert counters == FrameCounters(good=1)


def test_a_report_built_by_hand_from_the_document() -> None:
    # 28 bytes of body, code 1, time 51 80 85 00 (both escapes), EtCO2 5.1 kPa; the last byte is the XOR of the rest.
    stream = bytes.fromhex(
        "85 1c 01 51 80 00 80 05 00 33 ff 0c 60 50 00 00 00 00 00 00 1e 50 14 1e 05 08 64 55 8c 32 02 00 7d"
    )
    vitals, alerts, counters = read(stream)
    assert counters == FrameCounters(good=1)
    assert last(vitals) == {
        "etco2": (38.3, "questionable"), "rr": (12.0, "valid"), "spo2": (96.0, "valid"), "pr": (80.0, "valid"),
    }  # fmt: skip
    assert [alert.code for alert in alerts] == ["co2_units"]


def test_ff_is_no_data_and_nothing_is_carried_on() -> None:
    blank = numerics(1, b5=255, b6=255, b7=255, b8=255, b9=255)
    assert numbers(numerics(0) + blank) == [(38.0, 14.0, 97.0, 72.0), (None, None, None, None)]
    assert {v.status for v in read(blank)[0]} == {Status.UNAVAILABLE}


def test_no_breath_is_a_rate_of_nought_that_the_monitor_alarms() -> None:
    stream = numerics(0, b5=0, b7=0, b14=0x01)
    assert numbers(stream) == [(0.0, 0.0, 97.0, 72.0)]
    assert active(stream) == {"no_breath"}


def test_an_oximeter_cannot_measure_nought() -> None:
    assert numbers(numerics(0, b8=0, b9=0)) == [(38.0, 14.0, None, None)]


@pytest.mark.parametrize("bit", [0x01, 0x20, 0x40])
def test_a_number_beside_a_lost_oximeter_signal_is_not_taken(bit: int) -> None:
    assert numbers(numerics(0, b15=bit)) == [(38.0, 14.0, None, None)]


@pytest.mark.parametrize("bit", [0x02, 0x04, 0x10, 0x20, 0x40, 0x80])
def test_a_number_beside_a_lost_gas_signal_is_not_taken(bit: int) -> None:
    lost = wave(1, fast=bit) + numerics(0)
    assert numbers(lost + wave(2) + numerics(1)) == [(None, None, 97.0, 72.0), (38.0, 14.0, 97.0, 72.0)]


def test_the_end_of_a_breath_and_one_invalid_sample_take_nothing_away() -> None:
    assert numbers(wave(1, fast=0x09) + numerics(0)) == [(38.0, 14.0, 97.0, 72.0)]
    assert active(wave(1, fast=0x09)) == set()


def test_pump_off_takes_the_gas_values_and_a_check_casts_doubt() -> None:
    assert numbers(numerics(0, b27=0x04)) == [(None, None, 97.0, 72.0)]
    assert last(read(numerics(0, b27=0x01))[0])["etco2"] == (38.0, "questionable")
    assert last(read(numerics(0, b27=0x01))[0])["rr"] == (14.0, "valid")
    assert last(read(numerics(0, b27=0x02))[0])["rr"] == (14.0, "questionable")


def test_volume_percent_is_not_converted_and_says_so() -> None:
    stream = numerics(0, b5=52, b6=0, b26=3)
    assert numbers(stream) == [(None, 14.0, 97.0, 72.0)]
    assert active(stream) == {"co2_units"}


ALARM_BYTES = {
    "b10": {0x01: "neonatal", 0x02: "alarms_paused", 0x04: "alarms_silenced", 0x08: "high_audible",
            0x10: "low_audible", 0x20: "advisory_audible", 0x40: None, 0x80: None},
    "b14": {0x01: "no_breath", 0x02: "etco2_high", 0x04: "etco2_low", 0x08: "rr_high", 0x10: "rr_low",
            0x20: "fico2_high", 0x40: None, 0x80: None},
    "b15": {0x01: "pulse_not_found", 0x02: "spo2_high", 0x04: "spo2_low", 0x08: "pulse_rate_high",
            0x10: "pulse_rate_low", 0x20: "sensor_off", 0x40: "sensor_disconnected", 0x80: None},
    "b27": {0x01: "co2_check_calibration", 0x02: "co2_check_flow", 0x04: "co2_pump_off", 0x80: "battery_low",
            0x08: None, 0x10: None, 0x20: None, 0x40: None},
}  # fmt: skip


@pytest.mark.parametrize(
    ("place", "bit", "code"), [(place, bit, code) for place, bits in ALARM_BYTES.items() for bit, code in bits.items()]
)
def test_every_bit_of_a_report_begins_and_ends_its_alert(place: str, bit: int, code: str | None) -> None:
    changes = [(alert.code, alert.active) for alert in read(numerics(0, **{place: bit}) + numerics(1))[1]]
    assert changes == ([(code, True), (code, False)] if code else [])


@pytest.mark.parametrize(
    ("bit", "code"),
    [
        (0x02, "co2_initialisation"), (0x04, "co2_occlusion"), (0x10, "co2_maintenance"), (0x20, "co2_purging"),
        (0x40, "filterline_off"), (0x80, "co2_malfunction"),
    ],
)  # fmt: skip
def test_every_bit_of_a_wave_begins_and_ends_its_alert(bit: int, code: str) -> None:
    changes = [(alert.code, alert.active) for alert in read(wave(1, fast=bit) + wave(2, fast=bit) + wave(3))[1]]
    assert changes == [(code, True), (code, False)]


def test_waves_are_counted_and_give_no_value() -> None:
    vitals, _, counters = read(b"".join(wave(n, whole=n % 40) for n in range(300)))
    assert vitals == []
    assert counters == FrameCounters(good=300)


def test_the_device_id_is_the_identity() -> None:
    output = new().step(device_id(), 0.0)
    assert output.identity == "B355987654"
    assert new().step(device_id("V04.50            B201654321  "), 0.0).identity == "B201654321"
    strange = new()
    assert strange.step(device_id("CAPNOSTREAM".ljust(30)), 0.0).identity == ""
    assert strange.counters.good == 1


def test_patient_ids_are_counted_and_not_told() -> None:
    driver = new()
    output = driver.step(patient_id() + numerics(), 0.0)
    assert driver.counters.good == 2
    assert "SOMEBODY" not in repr(output)


REFUSED = {
    "units 0": {"b26": 0}, "units 4": {"b26": 4}, "SpO2 over 100": {"b8": 101}, "rate over 150": {"b7": 151},
    "EtCO2 over 150 mmHg": {"b5": 151}, "EtCO2 over 19.9 kPa": {"b5": 200, "b26": 2},
    "FiCO2 over 150": {"b6": 200}, "pulse over 250": {"b9": 251}, "EtCO2 limits crossed": {"b17": 15, "b18": 60},
    "rate limits crossed": {"b19": 5, "b20": 30}, "rate limits equal": {"b19": 30, "b20": 30},
    "SpO2 limits crossed": {"b22": 85, "b23": 95}, "SpO2 limit over 100": {"b22": 140},
    "pulse limits crossed": {"b24": 50, "b25": 140},
}  # fmt: skip


@pytest.mark.parametrize("what", sorted(REFUSED))
def test_a_report_that_cannot_be_is_refused_despite_its_checksum(what: str) -> None:
    vitals, alerts, counters = read(numerics(0, **REFUSED[what]))
    assert (vitals, alerts, counters) == ([], [], FrameCounters(bad=1))


def test_edge_values_are_told() -> None:
    assert numbers(numerics(0, b5=150, b7=150, b8=100, b9=250)) == [(150.0, 150.0, 100.0, 250.0)]
    assert numbers(numerics(0, b5=1, b7=1, b8=1, b9=20)) == [(1.0, 1.0, 1.0, 20.0)]
    assert numbers(numerics(0, b17=255, b18=255, b19=0, b20=0)) == [(38.0, 14.0, 97.0, 72.0)]


def test_a_longer_report_is_read_and_a_shorter_one_refused() -> None:
    assert numbers(message(1, numerics_data() + b"\x07\x08")) == [(38.0, 14.0, 97.0, 72.0)]
    assert read(message(1, numerics_data()[:-1]))[2] == FrameCounters(bad=1)


@pytest.mark.parametrize("shift", [-3, -2, -1, 1, 2, 3])
def test_a_report_with_shifted_fields_tells_nothing(shift: int) -> None:
    # The fault seen in the field: checksum and length right, fields one place too far, SpO2 the rate before.
    whole = numerics_data(1)
    shifted = bytes(shift) + whole[:-shift] if shift > 0 else whole[-shift:] + bytes(-shift)
    told = numbers(numerics(0) + message(1, shifted) + numerics(2) + numerics(3))
    assert set(told) == {(38.0, 14.0, 97.0, 72.0)}
    assert len(told) >= 2


def test_spo2_that_becomes_the_rate_before_waits_for_a_witness() -> None:
    assert numbers(numerics(0, b7=60) + numerics(1, b7=20, b8=60) + numerics(2)) == [
        (38.0, 60.0, 97.0, 72.0),
        (38.0, 14.0, 97.0, 72.0),
    ]
    true_fall = numerics(0, b7=60) + numerics(1, b7=60, b8=60) + numerics(2, b7=60, b8=60)
    assert numbers(true_fall)[-1] == (38.0, 60.0, 60.0, 72.0)


def test_a_clock_that_was_set_and_limits_that_were_changed_cost_one_report() -> None:
    assert len(numbers(numerics(0) + numerics(3600) + numerics(3601))) == 2
    assert len(numbers(numerics(0) + numerics(1, b17=55) + numerics(2, b17=55))) == 2


def test_a_leap_is_questionable_until_the_next_report_agrees() -> None:
    vitals, _, _ = read(numerics(0) + numerics(1, b8=81) + numerics(2, b8=81))
    assert [v.status for v in vitals if v.parameter is Parameter.SPO2] == [
        Status.VALID, Status.QUESTIONABLE, Status.VALID,
    ]  # fmt: skip


def test_a_wrong_checksum_a_wrong_escape_and_a_cut_message_are_bad() -> None:
    good = numerics()
    assert read(good[:-1] + bytes([good[-1] ^ 1]))[2] == FrameCounters(bad=1)
    assert read(good[:9])[2] == FrameCounters(bad=1)
    assert read(good[:7] + wave())[2] == FrameCounters(good=1, bad=1)
    assert read(b"\x85\x05\x00\x01\x80\x07\x00\x00\x02")[2] == FrameCounters(bad=1)
    assert read(b"\x85\x00\x00")[2].good == 0
    assert read(message(77, b"abc"))[2] == FrameCounters(bad=1)


def test_a_header_lost_in_noise_still_counts_its_message() -> None:
    assert read(wave(1) + wave(2)[1:] + wave(3))[2] == FrameCounters(good=2, bad=1)
    assert read(wave(1) + b"\x84" + numerics()[1:] + wave(3))[2] == FrameCounters(good=2, bad=1)
    assert read(wave(1) + b"\x11\x22\x33" + wave(3))[2] == FrameCounters(good=2, skipped=3)


def test_glued_and_noisy_messages_are_read() -> None:
    stream = b"\x00\xff\x12" + wave(1) + numerics(0) + b"noise" + device_id() + numerics(1) + b"\x80"
    vitals, _, counters = read(stream)
    assert len(vitals) == 8
    assert counters == FrameCounters(good=4, skipped=9)


def traffic(values: list[tuple[int, int, int, int]]) -> bytes:
    return b"".join(
        wave(3 * n) + wave(3 * n + 1, fast=8) + numerics(n, b5=a, b7=b, b8=c, b9=d) + wave(3 * n + 2)
        for n, (a, b, c, d) in enumerate(values)
    )


co2, rate, saturation, pulse = st.integers(0, 150), st.integers(0, 150), st.integers(1, 100), st.integers(1, 250)
reports = st.lists(st.tuples(co2, rate, saturation, pulse), min_size=1, max_size=6)


@given(reports, st.binary(max_size=30), st.lists(st.integers(1, 20), max_size=40))
def test_any_chopping_gives_the_same(values: list[tuple[int, int, int, int]], noise: bytes, sizes: list[int]) -> None:
    stream = noise + traffic(values) + noise[:9] + traffic(values)
    whole, chopped = new(), new()
    assert read_all(whole, [stream]) == read_all(chopped, chunks(stream, sizes))
    assert whole.counters == chopped.counters


@given(st.lists(st.tuples(co2, rate, saturation, pulse), min_size=6, max_size=12), st.integers(), st.data())
def test_damage_to_one_byte_a_message_tells_nothing_that_was_not_sent(
    values: list[tuple[int, int, int, int]], seed: int, data: st.DataObject
) -> None:
    # The XOR finds every damage to one byte; two that cancel each other are left to the structure (see the hour).
    chance = random.Random(seed)
    sent = dict.fromkeys(values)
    stream = b""
    for n, (a, b, c, d) in enumerate(values):
        whole = bytearray(numerics(n, b5=a, b7=b, b8=c, b9=d))
        match data.draw(st.sampled_from(["flip", "drop", "insert", "cut", "none"])):
            case "flip":
                whole[chance.randrange(len(whole))] ^= chance.randrange(1, 256)
            case "drop":
                del whole[chance.randrange(len(whole))]
            case "insert":
                whole.insert(chance.randrange(len(whole)), chance.randrange(256))
            case "cut":
                whole = bytearray(cut(bytes(whole), chance))
        stream += bytes(whole)
    for row in numbers(stream):
        assert tuple(255 if v is None else int(v) for v in row) in sent


@given(st.binary(max_size=2000), st.integers(0, 100))
def test_no_bytes_raise_and_every_byte_is_bounded(data: bytes, seed: int) -> None:
    damaged = flip_bits(data + traffic([(30, 12, 95, 60)] * 3), 0.05, random.Random(seed))
    read_all(new(), [damaged])
    endless = new()
    read_all(endless, [b"\x85" + b"\x11" * 5000])
    assert endless.counters.skipped + endless.counters.bad > 0
