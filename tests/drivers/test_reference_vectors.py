"""Bytes captured from devices, and the manufacturer's examples."""

from __future__ import annotations

from pathlib import Path

import pytest

from drivers import registry
from drivers.dri_s5.framing import decode_frame, encode_frame
from drivers.dri_s5.records import ALL_CLASSES, displayed_values_request, parse_record
from drivers.driver import FrameCounters
from tests.drivers.noise import chunks, read_all

pytestmark = pytest.mark.reference


@pytest.fixture
def vectors(reference: Path) -> Path:
    return reference / "protocols" / "vectors"


def test_the_ivy_capture_gives_thirteen_frames_between_two_halves(vectors: Path) -> None:
    driver = registry.create("ivy_ansarb", {})
    vitals, alerts = read_all(driver, chunks((vectors / "ivy450c_ansarb_capture.bin").read_bytes(), [7] * 500))
    assert driver.counters == FrameCounters(good=13, bad=2, skipped=0)
    found = {(v.parameter.value, v.value) for v in vitals}
    assert found == {
        ("hr", 80.0), ("rr", 35.0), ("etco2", None), ("spo2", 100.0), ("pr", 80.0), ("temp", None),
        ("nibp_sys", 121.0), ("nibp_dia", 75.0), ("nibp_mean", 92.0),
    }  # fmt: skip
    assert [(alert.code, alert.text) for alert in alerts] == [("p2_message", "NO TRANSDUCER")]


def test_masimo_lines_of_three_models_and_the_trend_form(vectors: Path) -> None:
    driver = registry.create("masimo_ascii1", {})
    vitals, alerts = read_all(driver, [(vectors / "masimo_ascii_lines.txt").read_bytes()])
    rows = [tuple(v.value for v in vitals[at : at + 3]) for at in range(0, len(vitals), 3)]
    none = (None, None, None)
    assert rows == [
        (97.0, 80.0, 4.96), (97.0, 81.0, 5.04), (97.0, 80.0, 5.26), none, (98.0, 123.0, 0.55), none,
        none, none, (97.0, 69.0, 4.69), (96.0, 74.0, 2.28),
    ]  # fmt: skip
    assert {alert.code for alert in alerts} == {"no_sensor", "low_signal_iq", "sensor_off", "pulse_search"}
    assert driver.counters.good == 10


def test_dri_requests_are_the_manufacturers_examples(vectors: Path) -> None:
    lines = (vectors / "dri_s5_examples.txt").read_text().splitlines()
    examples = {
        name: bytes.fromhex(text) for name, _, text in (line.partition(":") for line in lines if line[0] != "#")
    }
    for wire in examples.values():
        record = decode_frame(wire[1:-1])
        assert record is not None
        assert parse_record(record) is not None
        assert encode_frame(record) == wire
    assert encode_frame(displayed_values_request(10, ALL_CLASSES)) == examples["request_displayed_10s_plain"]
    assert encode_frame(displayed_values_request(0)) == examples["stop_displayed"]
