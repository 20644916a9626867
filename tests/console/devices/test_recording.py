"""Recording a line: what was said can be read again, by `decode` and by a source that replays it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from console.cli import main
from console.config import ReplayTransport
from console.devices import captures
from console.link.devices import Record, RemoveSource, SetEnabled
from drivers.observation import Parameter
from tests.console.devices.oximeters import ENGINEER, beds, eventually, oximeter, save

PR = Parameter.PR


def test_a_recorded_line_is_decoded_and_replayed_to_the_same_values(bench, plug, capsys):
    device = plug("white", pulse=None)
    bench.do(beds("A", "B"))
    bench.do(save(oximeter("Bed 1: <b>oximeter</b> /../x", "A", device.port)))
    name = "Bed 1: <b>oximeter</b> /../x"
    eventually(lambda: bench.value("A") == 97)
    file = Path(bench.do(Record(name, True)))
    assert file.parent == bench.folder / "data" / "captures"
    assert file.name.endswith("Z-Bed-1-b-oximeter-b-x.capture")
    assert bench.source(name).recording == str(file)
    assert "is being recorded already" in bench.refused(Record(name, True))
    begun = len(device.sent)
    eventually(lambda: len(device.sent) > begun + 12)
    assert bench.do(Record(name, False)) == str(file)
    assert bench.source(name).recording == ""
    assert "is not being recorded" in bench.refused(Record(name, False))
    acts = [(by, act, detail) for by, act, _, detail in bench.audit()[-2:]]
    assert acts == [
        (ENGINEER, "recording started", f"'{name}': {file}"),
        (ENGINEER, "recording ended", f"'{name}': {file}"),
    ]

    assert main(["decode", "masimo_ascii1", str(file)]) == 0
    *told, counted = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    decoded = [row["value"] for row in told if row.get("parameter") == "pr"]
    assert decoded
    assert counted["frames_good"] == len(decoded)
    text = " ".join(str(v) for v in device.sent)
    assert " ".join(f"{v:.0f}" for v in decoded) in text, "other values than the device has sent"
    assert len(decoded) >= 10

    heard: list[float] = []
    put = bench.station.acquisition._put

    def listen(item) -> bool:
        for sample in getattr(item, "samples", ()):
            if sample.bed == "B" and sample.observation.parameter is PR:
                heard.append(sample.observation.value)
        return put(item)

    bench.station.acquisition._put = listen
    replayed = oximeter("replay", "B", "x").model_copy(
        update={"transport": ReplayTransport(kind="replay", file=str(file))}
    )
    bench.do(save(replayed))
    eventually(lambda: heard == decoded, 15)


def test_a_recording_ends_with_its_source_and_says_nothing_of_the_bed(bench, plug):
    device = plug("white")
    bench.do(beds("Bed-X"))
    bench.do(save(oximeter("one", "Bed-X", device.port)))
    eventually(lambda: bench.value("Bed-X") == 97)
    file = Path(bench.do(Record("one", True)))
    eventually(lambda: file.read_bytes().count(b" < ") > 3)
    bench.do(SetEnabled("one", False))
    text = file.read_text()
    assert "driver masimo_ascii1" in text
    assert "device 0000000001" in text
    assert "Bed-X" not in text
    assert "is stopped; start it first" in bench.refused(Record("one", True))
    bench.do(RemoveSource("one"))
    assert file.exists()
    assert "There is no source" in bench.refused(Record("one", True))


@pytest.mark.parametrize(
    ("limit", "value", "words"),
    [
        ("MOST", 0, "recordings in"),
        ("AT_ONCE", 0, "lines are being recorded already"),
        ("FREE_NEEDED", 1 << 60, "is free on the disk"),
    ],
)
def test_recordings_are_bounded(bench, plug, monkeypatch, limit, value, words):
    device = plug("white")
    bench.do(beds("A"))
    bench.do(save(oximeter("one", "A", device.port)))
    eventually(lambda: bench.value("A") == 97)
    monkeypatch.setattr(captures, limit, value)
    assert words in bench.refused(Record("one", True))
    monkeypatch.undo()
    first = bench.do(Record("one", True))
    bench.do(Record("one", False))
    again = bench.change(Record("one", True))
    assert again.error == "" or "of this name already" in again.error
    assert again.entry_id != first


def test_a_folder_that_cannot_be_made_is_told(bench, plug):
    device = plug("white")
    bench.do(beds("A"))
    bench.do(save(oximeter("one", "A", device.port)))
    (bench.folder / "data" / "captures").write_text("in the way")
    assert "Recordings cannot be kept in" in bench.refused(Record("one", True))
