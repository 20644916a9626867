"""What the device page says and makes, without a screen: sentences about lines, rows of traffic, drafts of sources."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from console.config import Config, SourceConfig, WardConfig
from console.link.devices import RECORDING_LIMIT, Chunk, HeardVital
from console.ui.devices_page.draft import (
    Draft,
    Kind,
    bed_remarks,
    draft_of,
    needs_comparison,
    replay_refusal,
    sentences,
    suggested_name,
    with_bed,
)
from console.ui.devices_page.manifest import sections
from console.ui.devices_page.raw_log import ANEW, GAP, HEX_AT, ROWS, TEXT_AT, RawLog
from console.ui.devices_page.seen import Mood, arriving, sentence, values_text
from console.ui.devices_page.words import bound_text, line_settings_text, size_text
from console.ward.source import SourceState
from drivers.driver import SerialSettings
from drivers.masimo.driver import MasimoAscii1
from drivers.observation import Parameter, Status, Vital
from drivers.transport import recorder
from tests.console.ui import fake_desk as desk
from tests.console.ui import fakes as f

MASIMO = MasimoAscii1.info


def source(**changes: object) -> SourceConfig:
    values = {
        "name": "bed 1 oximeter",
        "driver": "masimo_ascii1",
        "bed": "7B-01",
        "transport": {"kind": "serial", "port": "/dev/ttyS1", "adapter": "0403:6001:A1"},
        "device": "27182",
        **changes,
    }
    return SourceConfig.model_validate(values)


def config(*sources: SourceConfig) -> Config:
    return Config(ward=WardConfig(beds=("7B-01", "7B-02")), source=sources)


# --- what is seen ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("view", "mood", "words"),
    [
        (desk.masimo_line(), Mood.GOOD, "Values arrive: SpO₂ 97 %, PR 72 /min, PI 2.41 %."),
        (desk.silent_line(), Mood.BAD, "Not one byte in 12 s"),
        (desk.silent_line(1.0), Mood.WAIT, "waiting for the first byte"),
        (desk.garbled_line(), Mood.BAD, "wrong baud rate or parity"),
        (desk.broken_line("In use by minicom (process 812): end it."), Mood.BAD, "minicom"),
        (desk.broken_line("No permission: run `sudo usermod -aG dialout x`."), Mood.BAD, "usermod"),
        (desk.masimo_line(spo2=None, pr=None), Mood.WAIT, "put the sensor on"),
        (desk.masimo_line(bad=9), Mood.BAD, "9 of 30 frames are damaged"),
        (desk.masimo_line(state=SourceState.WRONG_DEVICE), Mood.BAD, "serial number 31415"),
        (replace(desk.masimo_line(), seconds=80.0), Mood.BAD, "Nothing has come for a while"),
        (desk.masimo_line(state=SourceState.MALFORMED), Mood.BAD, "Try other line settings"),
    ],
)
def test_every_sight_of_a_line_has_a_sentence_that_says_what_to_do(view, mood, words):
    told = sentence(view, MASIMO)
    assert told[0] is mood
    assert words in told[1]


def test_a_silent_device_that_must_be_asked_is_said_not_to_answer():
    assert "does not answer" in sentence(desk.silent_line(60.0), replace(MASIMO, dialogue=True))[1]


def test_old_values_and_values_of_a_lost_line_do_not_arrive():
    assert len(arriving(desk.masimo_line(), 1.0)) == 3
    assert arriving(replace(desk.masimo_line(), seconds=80.0), 1.0) == ()
    assert arriving(desk.masimo_line(state=SourceState.LOST), 1.0) == ()
    assert arriving(desk.masimo_line(spo2=None, pr=None), 1.0) == ()


def test_a_questionable_value_says_so():
    heard = HeardVital(1.0, Vital(Parameter.TEMP, 38.34, Status.QUESTIONABLE, "axilla"))
    assert values_text([heard]) == "Temp 38.3 °C (axilla) (questionable)"


# --- raw traffic -------------------------------------------------------------------------------------------------


def test_rows_carry_time_direction_hex_and_text():
    log = RawLog()
    change = log.take([Chunk(1.25, True, b"SPO2=097%\r\n"), Chunk(1.3, False, b"\x7e")])
    first, second = change.added
    assert first.startswith("     1.250 ←  53 50 4F 32")
    assert first[TEXT_AT:] == "SPO2=097%··"
    assert second[HEX_AT:].startswith("7E ")
    assert "→" in second


def test_a_row_that_is_not_full_goes_on_with_the_next_bytes():
    log = RawLog()
    log.take([Chunk(1.0, True, b"SP")])
    change = log.take([Chunk(1.0, True, b"SP"), Chunk(1.01, True, b"O2")])
    assert change.replaced.endswith("SPO2")
    assert change.added == ()


def test_a_row_does_not_go_on_over_a_pause_or_a_change_of_direction():
    log = RawLog()
    change = log.take([Chunk(1.0, True, b"a"), Chunk(2.0, True, b"b"), Chunk(2.0, False, b"c")])
    assert [row[TEXT_AT:] for row in change.added] == ["a", "b", "c"]


def test_lost_traffic_and_a_new_link_are_told():
    log = RawLog()
    log.take([Chunk(5.0, True, b"a")])
    assert log.take([Chunk(9.0, True, b"b")]).added[0] == GAP
    assert log.take([Chunk(0.1, True, b"c")]).added[0] == ANEW


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.binary(min_size=1, max_size=40), st.booleans()), max_size=60), st.data())
def test_every_byte_stands_in_the_rows_once_however_often_one_looks(pieces, data):
    chunks = [Chunk(n * 0.05, received, piece) for n, (piece, received) in enumerate(pieces)]
    log, shown = RawLog(), []
    seen = 0
    while seen < len(chunks):
        seen = data.draw(st.integers(seen + 1, len(chunks)))
        change = log.take(chunks[:seen])
        if change.replaced:
            shown[-1] = change.replaced
        shown += change.added
    told = b"".join(bytes.fromhex(row[HEX_AT : TEXT_AT - 1]) for row in shown)
    assert told == b"".join(piece for piece, _ in pieces)
    assert log.take(chunks).added == ()


def test_rows_are_bounded():
    log = RawLog()
    for n in range(40):
        log.take([Chunk(n + k / 1000, True, b"x" * 16) for k in range(100)])
    assert len(log.rows) == ROWS


# --- the draft ---------------------------------------------------------------------------------------------------


def test_what_is_chosen_makes_a_source_pinned_to_adapter_and_device():
    draft = Draft(driver="masimo_ascii1", bed="7B-01", name=" ox ")
    draft.choose_port(desk.PORTS[0])
    draft.identity = "31415"
    made = draft.source(MASIMO)
    assert made.name == "ox"
    assert made.transport.adapter == "0403:6001:A10KZP3X"
    assert made.device == "31415"
    assert made.transport.baud is None, "what the driver says need not stand in the file"


def test_only_changed_line_settings_stand_in_the_file():
    draft = Draft(port="/dev/ttyS1", driver="x", bed="b", name="n", serial=SerialSettings(baud=19200))
    transport = draft.source(MASIMO).transport
    assert (transport.baud, transport.parity) == (19200, None)


def test_a_source_and_its_draft_are_the_same():
    for one in (
        source(),
        source(transport={"kind": "serial", "port": "/dev/ttyS1", "baud": 19200, "parity": "E"}),
        source(transport={"kind": "tcp", "host": "10.0.0.9", "port": 4001}, device=None, enabled=False),
        source(transport={"kind": "replay", "file": "a.capture", "repeat": True}, demo=True, device=None),
    ):
        assert draft_of(one, MASIMO.serial).source(MASIMO) == one


def test_a_recording_is_always_demo_data():
    draft = Draft(kind=Kind.REPLAY, file="a.capture", driver="masimo_ascii1", bed="7B-01", name="again")
    draft.identity = "31415"
    assert draft.source(MASIMO).demo
    assert draft.source(MASIMO).device is None, "the device itself may be bound to a patient's bed"
    assert draft.looked_at(MASIMO).demo


def test_another_port_or_driver_is_another_device():
    draft = draft_of(source(), MASIMO.serial)
    draft.choose_port(desk.PORTS[0])
    assert draft.identity == ""
    draft = draft_of(source(settings={}), MASIMO.serial)
    draft.serial = SerialSettings(baud=300)
    draft.choose_driver("ivy_ansarb")
    assert (draft.identity, draft.serial) == ("", None)


@pytest.mark.parametrize(
    ("changes", "needed"),
    [
        ({}, False),
        ({"name": "other"}, False),
        ({"bed": "7B-02"}, True),
        ({"device": "31415"}, True),
        ({"driver": "ivy_ansarb"}, True),
        ({"transport": {"kind": "serial", "port": "/dev/ttyS2", "adapter": "0403:6001:A1"}}, True),
    ],
)
def test_values_are_compared_again_when_they_might_be_somebody_elses(changes, needed):
    assert needs_comparison(source(**changes), source()) is needed
    assert needs_comparison(source(), None)


def test_names_are_suggested_that_nobody_has():
    taken = config(source(name="7B-01 Masimo pulse oximeter"))
    assert suggested_name(taken, "7B-01", MASIMO.title) == "7B-01 Masimo pulse oximeter 2"
    assert suggested_name(taken, "7B-02", MASIMO.title) == "7B-02 Masimo pulse oximeter"


def test_what_stands_at_a_bed_already_is_said():
    ward = f.ward([f.bed("7B-01", name="Test <i>Alder</i>")])
    told = bed_remarks(config(source()), ward, "7B-01", (Parameter.SPO2,))
    assert told[0].startswith("T. I. I. is admitted to 7B-01"), "an engineer needs no name"
    assert "bed 1 oximeter" in told[1]
    assert "“monitor” sends SpO₂ at 7B-01 too" in told[2]
    assert bed_remarks(config(source()), ward, "7B-02", (Parameter.SPO2,)) == []


def test_a_recording_is_kept_from_patients_and_real_devices():
    ward = f.ward([f.bed("7B-01"), f.empty_bed("7B-02")])
    assert "T. A. is admitted" in replay_refusal(config(), ward, "7B-01")
    assert replay_refusal(config(), ward, "7B-02") == ""
    real = config(source(bed="7B-02"))
    assert "has a real device" in replay_refusal(real, ward, "7B-02")
    assert replay_refusal(real, ward, "7B-02", replaces="bed 1 oximeter") == ""


def test_faults_of_a_bed_or_source_are_sentences():
    with pytest.raises(ValidationError) as caught:
        with_bed(config().ward, "a bed with a long name")
    assert sentences(caught.value)[0].startswith("Beds")
    with pytest.raises(ValidationError) as caught:
        Draft(kind=Kind.TCP, host="h", tcp_port=0, driver="d").looked_at(MASIMO)
    assert sentences(caught.value) == ["Port: input should be greater than or equal to 1."]


# --- words -------------------------------------------------------------------------------------------------------


def test_what_cannot_be_noticed_is_said():
    assert bound_text("serial", "A", "1") == "Bound to adapter A and device serial number 1."
    assert "another of its kind cannot be noticed" in bound_text("serial", "A", None)
    assert "not noticed" in bound_text("tcp", None, None)
    assert "no device" in bound_text("replay", None, None)


def test_line_settings_and_sizes_as_engineers_write_them():
    assert line_settings_text(SerialSettings(19200, 7, "E", 2, rtscts=True)) == "19200 7E2, RTS/CTS"
    assert size_text(12_000_000) == "11.4 MB"
    assert size_text(9) == "9 bytes"


def test_every_part_of_the_manifest_is_shown():
    told = "\n".join(text for _, paragraphs in sections(desk.BUSY_INFO) for text in paragraphs)
    info = desk.BUSY_INFO
    for fact in (*info.setup, *info.quirks, *info.verified, *info.unverified, *info.sources, info.cabling, info.check):
        assert fact in told
    assert "19200 7E2, RTS/CTS from the factory" in told


def test_the_limit_that_is_told_is_the_one_that_is_kept():
    assert recorder.LIMIT == RECORDING_LIMIT
