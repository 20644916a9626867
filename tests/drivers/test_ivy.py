"""ANSAR-B: what is read, what is refused, and what damage can and cannot do."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.driver import Output
from drivers.ivy.driver import IvyAnsarB, IvySettings
from drivers.observation import Parameter, Status
from tests.drivers.encoders import ivy_frame
from tests.drivers.noise import chunks, cut, numbers, read_all


def driver(**settings: str) -> IvyAnsarB:
    return IvyAnsarB(IvySettings.model_validate(settings))


def values(output: Output) -> dict[str, float | None]:
    """By parameter; of several temperatures the last, which is the one that would be shown."""
    return {vital.parameter.value: vital.value for vital in output.vitals}


def test_a_frame_gives_every_value_and_unlabelled_pressure_is_not_arterial() -> None:
    output = driver().step(ivy_frame(), 0.0)
    assert values(output) == {
        "hr": 80.0, "rr": 35.0, "etco2": 38.0, "spo2": 98.0, "pr": 81.0,
        "nibp_sys": 121.0, "nibp_dia": 75.0, "nibp_mean": 92.0, "temp": 36.9,
    }  # fmt: skip
    sites = {vital.parameter: vital.site for vital in output.vitals}
    assert (sites[Parameter.HR], sites[Parameter.TEMP], sites[Parameter.RR]) == ("ECG-II-DIAG", "T1", None)


def test_empty_fields_are_no_data_and_messages_are_device_alerts() -> None:
    output = driver().step(ivy_frame(HR="HR=1;;LEAD FAIL;", SPO2="SPO2=1;;SENSOR OFF;", NIBP="NIBP=4;;;;;;"), 0.0)
    found = values(output)
    assert [found[key] for key in ("hr", "spo2", "pr", "nibp_sys")] == [None] * 4
    assert {vital.status for vital in output.vitals if vital.value is None} == {Status.UNAVAILABLE}
    assert [(a.code, a.text) for a in output.alerts] == [
        ("hr_message", "LEAD FAIL"),
        ("spo2_message", "SENSOR OFF"),
        ("p2_message", "NO TRANSDUCER"),
    ]


def test_a_pressure_channel_is_arterial_by_its_label_or_by_the_setting() -> None:
    labelled = driver().step(ivy_frame(P1="P1=3;111;73;88;ART;"), 0.0)
    assert [values(labelled)[key] for key in ("art_sys", "art_dia", "art_mean")] == [111.0, 73.0, 88.0]
    named = driver(arterial_channel="P1").step(ivy_frame(), 0.0)
    assert values(named)["art_sys"] == 111.0
    other = driver(arterial_channel="P2").step(ivy_frame(P1="P1=3;111;73;88;ART;"), 0.0)
    assert values(other)["art_sys"] is None
    assert "art_sys" not in values(driver().step(ivy_frame(P1="P1=3;12;6;8;CVP;"), 0.0))


def test_the_cuff_reading_that_is_sent_again_is_marked_as_a_repeat() -> None:
    reader = driver()

    def cuff(frame: bytes) -> list[tuple[float | None, bool]]:
        return [(v.value, v.repeat) for v in reader.step(frame, 0.0).vitals if v.parameter is Parameter.NIBP_SYS]

    assert cuff(ivy_frame()) == [(121.0, False)]
    assert cuff(ivy_frame()) == [(121.0, True)]
    assert cuff(ivy_frame(NIBP="NIBP=4;131;75;92;80;;")) == [(131.0, False)]


@pytest.mark.parametrize(
    "changed",
    [
        {"HR": "HR=1;8O;ECG-II-DIAG;"},
        {"HR": "HR=1;8;ECG-II-DIAG;"},
        {"HR": "HR=2;80;ECG-II-DIAG;"},
        {"HR": "HR=1;80ECG-II-DIAG;"},
        {"HR": "HR=1;080;ECG-II-DIAG;"},
        {"HR": "HR=1;980;ECG-II-DIAG;"},
        {"HR": "XR=1;80;ECG-II-DIAG;"},
        {"SPO2": "SPO2=1;9;PR=81 ;"},
        {"SPO2": "SPO2=1;101;PR=81 ;"},
        {"SPO2": "SPO2=1;98;PR=8 ;"},
        {"NIBP": "NIBP=4;12;75;92;80;;"},
        {"NIBP": "NIBP=4;121;75;192;80;;"},
        {"NIBP": "NIBP=4;121;92;80;;"},
        {"T1": "T1=1;3.9;;"},
        {"RR": "HR=1;35;APNEA: 20 SEC;"},
        {"RR": ""},
    ],
)
def test_a_frame_with_anything_malformed_is_refused_and_counted(changed: dict[str, str]) -> None:
    reader = driver()
    assert reader.step(ivy_frame(**changed), 0.0).vitals == ()
    reader.finish()
    assert (reader.counters.good, reader.counters.bad) == (0, 1)


def test_a_lost_waveform_byte_spoils_the_frame() -> None:
    reader = driver()
    frame = ivy_frame()
    assert reader.step(frame[:200] + frame[201:], 0.0).vitals == ()


def test_a_last_line_without_its_end_spoils_the_frame() -> None:
    assert driver().step(ivy_frame().replace(b"\r\xfe", b"X\xfe"), 0.0).vitals == ()


def test_a_monitor_without_some_lines_is_read_from_its_second_frame_on() -> None:
    reader = driver()
    small = ivy_frame(ETCO2="", P2="", T2="")
    assert reader.step(small, 0.0).vitals == ()
    assert values(reader.step(small, 1.0))["hr"] == 80.0


def test_a_missing_end_byte_is_forgiven_and_a_missing_start_byte_is_not() -> None:
    reader = driver()
    output = reader.step(ivy_frame()[:-1] + ivy_frame() + ivy_frame()[1:], 0.0)
    assert [v.value for v in output.vitals if v.parameter is Parameter.HR] == [80.0, 80.0]
    reader.finish()
    assert (reader.counters.good, reader.counters.bad) == (2, 1)


frames = st.lists(
    st.tuples(st.integers(10, 300), st.integers(0, 60), st.integers(10, 100)), min_size=1, max_size=4
).map(
    lambda rows: [
        ivy_frame(HR=f"HR=1;{hr};ECG-II-DIAG;", RR=f"RR=1;{rr};APNEA: 20 SEC;", SPO2=f"SPO2=1;{s};PR=81 ;")
        for hr, rr, s in rows
    ]
)


@given(frames, st.lists(st.integers(1, 300), max_size=20), st.binary(max_size=30))
def test_a_stream_reads_alike_however_it_is_chopped(sent: list[bytes], sizes: list[int], noise: bytes) -> None:
    stream = noise.join(sent)
    whole, chopped = driver(), driver()
    assert read_all(chopped, chunks(stream, sizes)) == read_all(whole, [stream])
    assert chopped.counters == whole.counters


@given(frames, st.data())
def test_lost_bytes_make_a_wrong_value_only_within_a_number(sent: list[bytes], data: st.DataObject) -> None:
    """The strongest true statement for a protocol without checksum: the loss has to leave a whole frame's form."""
    stream = b"".join(sent)
    start = data.draw(st.integers(0, len(stream) - 1))
    length = data.draw(st.integers(1, len(sent[0]) - 60))
    lost = stream[start : start + length]
    found, _ = read_all(driver(), [stream[:start] + stream[start + length :]])
    if numbers(found) - numbers(read_all(driver(), [stream])[0]):
        assert lost.isdigit() or b"." in lost


@given(st.integers(0, len(ivy_frame()) - 1), st.integers(0, 255))
def test_a_damaged_byte_makes_a_wrong_value_only_as_a_digit_of_that_value(at: int, byte: int) -> None:
    frame = ivy_frame()
    found = numbers(read_all(driver(), [frame[:at] + bytes([byte]) + frame[at + 1 :]])[0])
    wrong = found - numbers(read_all(driver(), [frame])[0])
    if wrong:
        assert frame[at : at + 1].isdigit()
        assert chr(byte).isdigit()
        assert len(wrong) == 1


@given(st.binary(max_size=2000))
def test_noise_alone_says_nothing_and_never_raises(noise: bytes) -> None:
    assert read_all(driver(), [noise]) == ([], [])


def test_good_and_bad_frames_together_are_the_frames_sent_when_frames_are_cut() -> None:
    seed = random.Random(5)
    reader = driver()
    read_all(reader, (cut(ivy_frame(), seed) if seed.random() < 0.1 else ivy_frame() for _ in range(500)))
    assert abs(reader.counters.good + reader.counters.bad - 500) <= 1
    assert reader.counters.bad > 20
