"""`export hl7`: what was stored comes back as the same values through the project's own reader and its listener."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hl7apy.parser import parse_message

from console import cli
from console.config import parse_config
from console.station import Station
from console.store.sql_store import SqlStore, open_store
from drivers.observation import Parameter, Status
from hl7.mllp import Framer
from hl7.observations import ObservationReader
from hl7.reader import read_message
from tests.console.store.records_made import T0, patient, sample

HR, RR, TEMP = Parameter.HR, Parameter.RR, Parameter.TEMP
VALUES = [
    sample(0.0, 72.0, HR),
    sample(0.5, 14.0, RR),
    sample(1.0, 73.0, HR, status=Status.QUESTIONABLE),
    sample(1.5, None, RR, status=Status.UNAVAILABLE),
    sample(90.0, 36.75, TEMP),
    sample(91.0, 80.0, HR, bed="7B-02"),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    store: SqlStore = open_store("sqlite:///ward.db", tmp_path, flush_s=0.05)
    store.put_admission(patient(at=T0 + timedelta(seconds=60)), "n").result(10)
    store.put_samples(VALUES)
    store.close()
    return tmp_path


def export(folder: Path, *words: object) -> int:
    return cli.main(["export", "hl7", "--data-dir", str(folder), *(str(word) for word in words)])


def written(file: Path) -> list[bytes]:
    return Framer().feed(file.read_bytes())


def test_a_bed_comes_out_as_valid_messages_with_every_value_at_its_time(folder: Path) -> None:
    file = folder / "bed.hl7"
    assert export(folder, "--bed", "7B-01", "--out", file) == 0
    found, silent, patients = [], 0, []
    for data in written(file):
        parse_message(data.decode(), find_groups=True).validate()
        message = read_message(data)
        reading = ObservationReader(None).read(message, datetime.now(UTC))
        assert (message.kind, reading.location, reading.quarantined) == (("ORU", "R01"), "^^7B-01", [])
        patients.append(reading.patient_id)
        silent += len(reading.unavailable)
        found += [(o.measured_at, o.vital.parameter, o.vital.value, o.vital.status) for o in reading.observations]
    assert found == [
        (s.observation.measured_at, s.observation.parameter, s.observation.value, s.observation.status)
        for s in VALUES
        if s.bed == "7B-01" and s.observation.value is not None
    ]
    assert silent == 1
    assert [patient_id or "" for patient_id in patients] == ["", "", "H1"], "nobody's values are not the next one's"


def test_the_same_window_gives_the_same_bytes(folder: Path) -> None:
    for name in ("a", "b"):
        assert export(folder, "--bed", "7B-01", "--out", folder / name) == 0
    assert (folder / "a").read_bytes() == (folder / "b").read_bytes()
    ids = [read_message(data).control_id for data in written(folder / "a")]
    assert len(set(ids)) == len(ids) == 3


def test_a_window_and_a_location_are_kept_to(folder: Path) -> None:
    file = folder / "bed.hl7"
    start = (T0 + timedelta(seconds=60)).isoformat()
    assert export(folder, "--bed", "7B-01", "--from", start, "--location", "7B^3^1", "--out", file) == 0
    [data] = written(file)
    reading = ObservationReader(None).read(read_message(data), datetime.now(UTC))
    assert (reading.location, [o.vital.value for o in reading.observations]) == ("7B^3^1", [36.75])


def test_a_receiver_gets_it_and_its_answers_are_printed(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ward = '[ward]\nbeds = ["A"]\n[[hl7_listener]]\nname = "in"\nport = 0\nplain = true\nbeds = { "^^7B-01" = "A" }\n'
    station = Station(parse_config(ward), tmp_path / "receiver")
    station.start()
    try:
        address = station.acquisition.listening("in")
        assert address is not None
        assert export(folder, "--bed", "7B-01", "--send", f"{address[0]}:{address[1]}") == 0
        lines = capsys.readouterr().out.splitlines()
        assert [line.split()[0] for line in lines] == ["AA"] * 3
        trend = station.store.trend("A", [HR], T0 - timedelta(seconds=1), T0 + timedelta(minutes=5)).result(10)
        assert list(trend.series[HR].values) == [72.0, 73.0]
    finally:
        station.stop()
    assert export(folder, "--bed", "7B-01", "--send", f"{address[0]}:{address[1]}") == 1
    assert "not sent or not answered" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--out", "x"], "needs one --bed"),
        (["--bed", "7B-01"], "either --out FILE or --send"),
        (["--bed", "7B-01", "--send", "nowhere"], "give HOST:PORT"),
        (["--bed", "7B-01", "--out", "x", "--cert", "y"], "--cert and --key together"),
        (["--bed", "7B-01", "--out", "x", "--location", "a^b^c^d"], "unit^room^bed"),
        (["--bed", "7B-01", "--out", "x", "--format", "jsonl"], "--format is not"),
    ],
)
def test_what_cannot_be_meant_is_one_line(
    folder: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    assert export(folder, *words) == 2
    err = capsys.readouterr().err
    assert said in err
    assert err.count("\n") == 1


def test_options_of_hl7_are_refused_elsewhere(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["export", "alarms", "--data-dir", str(folder), "--send", "a:1"]) == 2
    assert "--send is for export hl7" in capsys.readouterr().err
