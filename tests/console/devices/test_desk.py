"""The ward changes while it runs: what an engineer does, from an empty configuration to a charting bed."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time

import pytest

from console.alarms.alarm import Change as Step
from console.config import TcpTransport, parse_config
from console.link.commands import Admit
from console.link.devices import ConfirmDevice, Devices, RemoveSource, SetEnabled
from console.ward.source import Liveness, SourceState
from drivers.observation import Parameter
from tests.console.devices.oximeters import ENGINEER, SEEN, Bench, beds, eventually, oximeter, save
from tests.console.ward_fakes import patient

PR, SPO2 = Parameter.PR, Parameter.SPO2


def test_from_nothing_to_a_charting_bed_by_changes_alone(bench, plug):
    desk: Devices = bench.desk
    assert desk.config().ward.beds == ()
    assert bench.link.snapshot().beds == ()
    device = plug("white")
    bench.do(beds("7B-01", "7B-02"))
    eventually(lambda: [b.bed for b in bench.link.snapshot().beds] == ["7B-01", "7B-02"])
    bench.do(save(oximeter("bed 1 oximeter", "7B-01", device.port)))
    eventually(lambda: bench.value("7B-01") == 97)
    view = bench.source("bed 1 oximeter")
    assert (view.state, view.identity, view.beds) == (SourceState.CONNECTED, "0000000001", ("7B-01",))
    written = parse_config(bench.path.read_text())
    assert written == desk.config()
    assert written.source[0].transport.port == device.port
    acts = [(by, act, bed) for by, act, bed, _ in bench.audit() if by != "system"]
    assert acts == [(ENGINEER, "ward changed", ""), (ENGINEER, "source added", "7B-01")]
    assert f"confirmed: {SEEN}" in bench.audit()[-1][3]
    line = desk.line("bed 1 oximeter")
    assert line.good > 0
    assert b"SPO2=097%" in b"".join(c.data for c in line.chunks)
    assert {v.vital.parameter for v in line.vitals} == {SPO2, PR, Parameter.PERFUSION_INDEX}


def test_a_station_that_is_started_again_reads_what_was_changed(tmp_path, plug):
    device = plug("white")
    first = Bench(tmp_path)
    first.do(beds("A"))
    first.do(save(oximeter("one", "A", device.port, device="0000000001")))
    first.close()
    second = Bench(tmp_path)
    try:
        assert second.desk.config() == first.desk.config()
        eventually(lambda: second.value("A") == 97)
    finally:
        second.close()


def test_twenty_changes_at_one_bed_cost_another_bed_not_one_sample_and_double_none(bench, plug):
    moving, steady = plug("moving"), plug("steady", pulse=None, on=False)
    steady.every = 0.02
    bench.do(beds("A", "B", "C"))
    bench.do(save(oximeter("steady", "B", steady.port)))
    eventually(lambda: bench.source("steady").state is SourceState.CONNECTED)
    steady.switched_on.set()
    eventually(lambda: bench.value("B", PR) is not None)
    bench.do(save(oximeter("moving", "A", moving.port)))
    thread, stays = bench.station.acquisition.source("steady"), bench.station.engine._core.beds["B"]
    here = "A"
    for number in range(20):
        here = {"A": "C", "C": "A"}[here]
        bench.do(save(oximeter(f"moving {number}", here, moving.port), f"moving {number - 1}" if number else "moving"))
    eventually(lambda: bench.value(here) == 97)
    steady.silent()
    eventually(lambda: bench.value("B", PR) == steady.sent[-1])
    # A value is handed on before it is counted: on a busy machine the engine may show it in between.
    eventually(lambda: bench.source("steady").good >= len(steady.sent))
    assert bench.station.acquisition.source("steady") is thread
    assert bench.station.engine._core.beds["B"] is stays
    view = bench.source("steady")
    assert (view.good, view.bad, view.skipped, view.reconnects) == (len(steady.sent), 0, 0, 0)
    bench.close()
    # Rows, not curves: a curve shows one value of several that a single read has brought at the very same moment.
    stored = [row["value"] for row in bench.rows("B") if row["parameter"] == PR]
    assert stored == steady.sent
    assert len(steady.sent) > 50


def test_nothing_of_the_old_binding_arrives_under_the_new_one(bench, plug):
    """Two monitors are exchanged between two beds again and again; each says its own number."""
    one, two = plug("one", spo2=91), plug("two", spo2=99)
    one.every = two.every = 0.01
    bench.do(beds("A", "B"))
    shown: list[tuple[str, float | None, str]] = []
    stop = threading.Event()

    def watch() -> None:
        while not stop.is_set():
            for bed in bench.link.snapshot().beds:
                for reading in bed.readings:
                    if reading.parameter is SPO2:
                        shown.append((bed.bed, reading.value, reading.source))
            time.sleep(0.002)

    bench.do(save(oximeter("x", "A", one.port)))
    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        eventually(lambda: bench.value("A") == 91)
        for _ in range(4):
            marks = len(shown)
            bench.do(save(oximeter("x", "A", two.port), "x"))
            eventually(lambda begun=marks: any(value == 99 for _, value, _ in shown[begun:]))
            after = [value for _, value, _ in shown[marks:]]
            assert 91 not in after[after.index(99) :], "a value of the old line came after the change"
            marks = len(shown)
            bench.do(save(oximeter("x", "B", one.port), "x"))
            eventually(lambda: bench.value("B") == 91)
            assert bench.bed("A").readings == ()
            bench.do(save(oximeter("x", "A", one.port), "x"))
            eventually(lambda: bench.value("A") == 91)
    finally:
        stop.set()
        watcher.join()
    assert {value for bed, value, _ in shown if bed == "B"} == {91}


def test_a_source_is_stopped_and_started_and_stays_so(bench, plug):
    device = plug("white")
    bench.do(beds("A"))
    bench.do(save(oximeter("one", "A", device.port)))
    eventually(lambda: bench.value("A") == 97)
    bench.do(SetEnabled("one", False))
    assert bench.source("one").state is SourceState.STOPPED
    assert bench.bed("A").readings == ()
    assert bench.bed("A").liveness is Liveness.NO_DATA
    assert "enabled = false" in bench.path.read_text()
    assert not [t for t in threading.enumerate() if t.name == "source one"]
    assert bench.refused(SetEnabled("one", False)) == "'one' is stopped already."
    bench.do(SetEnabled("one", True))
    eventually(lambda: bench.value("A") == 97)
    assert "enabled" not in bench.path.read_text()
    assert [act for _, act, _, _ in bench.audit()[-2:]] == ["source stopped", "source started"]


def test_a_removed_source_ends_with_its_outage_and_the_reason(bench, plug):
    device = plug("white")
    bench.do(beds("A"))
    bench.do(save(oximeter("one", "A", device.port)))
    bench.link.submit(Admit(patient("A"), "Nurse")).result(timeout=5)
    eventually(lambda: bench.value("A") == 97)
    device.cable.unplug()
    eventually(lambda: bench.bed("A").alarms, 12)
    bench.do(RemoveSource("one"))
    eventually(lambda: not bench.bed("A").alarms)
    assert bench.desk.line("one") is None
    assert parse_config(bench.path.read_text()).source == ()
    assert [t.change for t in bench.link.drain()] == [Step.ONSET, Step.CLEAR]
    eventually(lambda: bench.audit()[-1][1] == "alarm ended")
    ended = bench.audit()[-1]
    assert ended[1:] == ("alarm ended", "A", "Connection lost – one: source 'one' was removed")


def test_another_device_shows_nothing_until_it_is_confirmed_or_the_right_one_is_back(bench, plug):
    device = plug("white")
    bench.do(beds("A"))
    bench.do(save(oximeter("one", "A", device.port, device="0000000001")))
    eventually(lambda: bench.value("A") == 97)
    device.serial, device.spo2 = "0000000002", 88
    eventually(lambda: bench.source("one").state is SourceState.WRONG_DEVICE)
    eventually(lambda: bench.bed("A").alarms)
    view = bench.source("one")
    assert view.identity == "0000000002"
    assert "0000000001 belongs to A" in view.last_error
    (alarm,) = bench.bed("A").alarms
    assert alarm.condition.text == "Another device at bed A"
    assert bench.value("A") == 97, "the last value of the right device"
    assert bench.bed("A").reading(SPO2).liveness is not Liveness.LIVE
    assert {v.vital.value for v in bench.desk.line("one").vitals} >= {88}, "the engineer has to see what it says"
    # The right one is plugged in again.
    device.serial, device.spo2 = "0000000001", 96
    eventually(lambda: bench.value("A") == 96)
    eventually(lambda: bench.source("one").state is SourceState.CONNECTED)
    # It is exchanged for good.
    device.serial, device.spo2 = "0000000003", 93
    eventually(lambda: bench.source("one").state is SourceState.WRONG_DEVICE)
    assert bench.refused(ConfirmDevice("one", "0000000002", SEEN)).startswith("The device of 'one' tells 0000000003")
    assert bench.refused(ConfirmDevice("one", "0000000003", " ")).startswith("Compare the values")
    bench.do(ConfirmDevice("one", "0000000003", SEEN))
    eventually(lambda: bench.value("A") == 93)
    assert parse_config(bench.path.read_text()).source[0].device == "0000000003"
    act = bench.audit()[-1]
    assert act[1:3] == ("device confirmed", "A")
    assert act[3] == f"'one': old: 0000000001; new: 0000000003; confirmed: {SEEN}"
    bench.link.drain()
    values = {s.value for s in bench.bed("A").readings}
    assert 88 not in values


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda d: save(oximeter("two", "B", d.port)), "This port is already used by 'one' at A"),
        (lambda d: save(oximeter("two", "B", d.port + ".alias")), "This port is already used by 'one' at A"),
        (lambda d: save(oximeter("two", "Z", "/dev/x")), "Z is not a bed of this ward; add the bed first."),
        (lambda d: save(oximeter("one", "B", "/dev/x")), "'one' is used by two sources"),
        (lambda d: save(oximeter(" two", "B", "/dev/x")), "no space at either end"),
        (lambda d: save(oximeter("two", "B", "/dev/x", driver="nonsense")), "'nonsense' is not a driver"),
        (lambda d: save(oximeter("two", "B", "/dev/x", settings={"colour": 1})), "'colour' is not a known setting"),
        (
            lambda d: save(oximeter("two", "B", "/dev/x"), confirmed=""),
            "Compare the values that arrive with the monitor",
        ),
        (
            lambda d: save(oximeter("one", "B", d.port), "one", ""),
            "Compare the values that arrive with the monitor at B",
        ),
        (lambda d: save(oximeter("one", "A", "/dev/x"), "one", ""), "Compare the values"),
        (lambda d: save(oximeter("one", "A", d.port, device="9"), "one", ""), "Compare the values"),
        (lambda d: save(oximeter("two", "B", "/dev/x", device="7")), "The device 7 is bound to A by 'one'"),
        (lambda d: save(oximeter("two", "B", "/dev/x"), "nobody"), "There is no source 'nobody' any more"),
        (lambda d: RemoveSource("nobody"), "There is no source 'nobody' any more"),
        (lambda d: beds("A"), "is fed by 'gateway'"),
        (lambda d: beds("B", "C"), "A has the source 'one'; move or remove that first."),
        (lambda d: beds("A", "B"), "C is taken by Test, Anna; discharge first."),
        (lambda d: beds("A", "B", "C", "A"), "bed A is named twice"),
        (lambda d: beds("A", "B", "C", *[f"n{i}" for i in range(62)]), "65 beds; one console watches at most 64"),
        (lambda d: beds("A", "B", "C", timezone="Nowhere"), "'Nowhere' is not a time zone"),
        (lambda d: beds("A", "B", "C", name=""), "at least 1 character"),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence_and_changes_nothing(tmp_path, plug, change, words):
    device = plug("white")
    (tmp_path / "white.alias").symlink_to(device.port)
    text = f"""
[ward]
beds = ["A", "B", "C"]
[[source]]
name = "one"
driver = "masimo_ascii1"
bed = "A"
device = "7"
transport = {{ kind = "serial", port = "{device.port}" }}
[[hl7_listener]]
name = "gateway"
port = 0
plain = true
beds = {{ "X" = "B" }}
"""
    bench = Bench(tmp_path, text)
    try:
        bench.link.submit(Admit(patient("C"), "Nurse")).result(timeout=5)
        eventually(lambda: bench.bed("C").patient)
        assert words in bench.refused(change(device))
        assert "name of the person" in bench.refused(change(device), by=" ")
        assert [row for row in bench.audit() if row[0] == ENGINEER] == []
    finally:
        bench.close()


def test_one_address_of_the_network_speaks_for_one_bed(bench):
    address = TcpTransport(kind="tcp", host="127.0.0.1", port=9)
    bench.do(beds("A", "B"))
    bench.do(save(oximeter("one", "A", "/dev/x").model_copy(update={"transport": address})))
    again = oximeter("two", "B", "/dev/x").model_copy(update={"transport": address})
    assert "This address is already used by 'one' at A" in bench.refused(save(again))


def test_an_adapter_is_pinned_once(bench):
    bench.do(beds("A", "B"))
    pinned = {"kind": "serial", "adapter": "0403:6001:A1"}
    one = oximeter("one", "A", "/dev/x", transport={**pinned, "port": "/dev/x"})
    two = oximeter("two", "B", "/dev/y", transport={**pinned, "port": "/dev/y"})
    bench.do(save(one))
    assert "This adapter is already used by 'one' at A" in bench.refused(save(two))


def test_a_file_changed_by_hand_is_not_overwritten(bench):
    bench.do(beds("A"))
    bench.path.write_text(bench.path.read_text() + "# by hand\n")
    assert "has been changed by somebody else" in bench.refused(beds("A", "B"))


def test_a_file_that_cannot_be_written_changes_nothing_and_is_audited(bench, monkeypatch):
    bench.do(beds("A"))

    def full(_descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("console.config_file.os.fsync", full)
    assert "the disk is full; nothing was changed" in bench.refused(beds("A", "B"))
    monkeypatch.undo()
    eventually(lambda: [b.bed for b in bench.link.snapshot().beds] == ["A"])
    eventually(lambda: bench.audit()[-1][1] == "not done: ward changed")
    assert bench.audit()[-2][1] == "ward changed"
    bench.do(beds("A", "B"))


def test_an_audit_trail_that_cannot_be_written_stops_the_change(bench, monkeypatch):
    from concurrent.futures import Future

    def failing(_entry):
        future: Future[None] = Future()
        future.set_exception(OSError("disk full"))
        return future

    monkeypatch.setattr(bench.station.store, "put_audit", failing)
    assert "cannot be recorded in the audit trail (disk full); nothing was changed" in bench.refused(beds("A"))


def test_a_change_the_engine_refuses_is_taken_back_in_file_sources_and_audit(tmp_path, plug):
    """A patient is admitted between the check and the change: the engine has the last word."""
    device = plug("white")
    bench = Bench(tmp_path, '[ward]\nbeds = ["A", "B"] # two\n')
    try:
        bench.do(save(oximeter("one", "A", device.port)))
        eventually(lambda: bench.value("A") == 97)
        before, real = bench.path.read_text(), bench.desk._ward

        def blind():
            ward = real()
            bench.link.submit(Admit(patient("B"), "Nurse")).result(timeout=5)
            return ward

        bench.desk._ward = blind
        assert bench.refused(beds("A")) == "B is taken by Test, Anna; discharge first."
        bench.desk._ward = real
        assert bench.path.read_text() == before
        assert [b.bed for b in bench.link.snapshot().beds] == ["A", "B"]
        eventually(lambda: bench.audit()[-1][1] == "not done: ward changed")
        assert bench.value("A") == 97
    finally:
        bench.close()


def test_a_change_after_the_end_is_refused_and_waiting_ones_are_bounded(tmp_path):
    bench = Bench(tmp_path)
    hold = threading.Event()
    bench.desk._answer, answer = (lambda change, by: hold.wait(10) and answer(change, by)), bench.desk._answer
    waiting = [bench.desk.change(beds("A"), ENGINEER) for _ in range(16)]
    assert "Too many changes wait" in bench.desk.change(beds("A"), ENGINEER).result(timeout=1).error
    hold.set()
    assert {f.result(timeout=10).error for f in waiting} == {""}
    bench.close()
    assert "being closed" in bench.desk.change(beds("A"), ENGINEER).result(timeout=1).error
    assert bench.desk.ports().result(timeout=1) == ()


def test_ports_and_drivers_are_listed(bench):
    assert isinstance(bench.desk.ports().result(timeout=10), tuple)
    names = [view.info.name for view in bench.desk.drivers()]
    assert names == sorted(names)
    assert {"masimo_ascii1", "dri_s5", "ivy_ansarb"} <= set(names)
    assert bench.desk.config_file == str(bench.path)


def test_a_look_at_a_port_gives_way_to_the_source_that_is_saved_on_it(bench, plug):
    device = plug("white")
    bench.do(beds("A"))
    source = oximeter("one", "A", device.port)
    look = bench.desk.preview(source)
    eventually(lambda: look.view().vitals)
    bench.do(save(source))
    eventually(lambda: bench.value("A") == 97, 3)
    assert look.view().state is SourceState.STOPPED
    forgotten = bench.desk.identify(device.port)
    eventually(lambda: "in use" in forgotten.view().verdict or forgotten.view().done)


KILLED = """
import os, signal, sys
from pathlib import Path
from tests.console.devices.oximeters import Bench, beds
bench = Bench(Path(sys.argv[1]))
def die(*_args, **_more):
    os.kill(os.getpid(), signal.SIGKILL)
at = sys.argv[2]
if at == "before the audit":
    bench.station.store.put_audit = die
elif at == "between audit and file":
    bench.desk._file.write = die
elif at == "in the file":
    os.replace = Path.replace = die
elif at == "between file and engine":
    bench.station.engine.replan = die
else:
    bench.station.acquisition.deploy = die
bench.change(beds("A", "B", name="New"))
"""


@pytest.mark.parametrize(
    ("moment", "audited", "changed"),
    [
        ("before the audit", False, False),
        ("between audit and file", True, False),
        ("in the file", True, False),
        ("between file and engine", True, True),
        ("between engine and sources", True, True),
    ],
)
def test_killed_at_any_step_file_and_audit_are_whole_and_the_next_start_goes_on(tmp_path, moment, audited, changed):
    before = '# remark\n[ward]\nbeds = ["A"]\n'
    (tmp_path / "ward.toml").write_text(before)
    killed = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path), moment], capture_output=True, timeout=60)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    text = (tmp_path / "ward.toml").read_text()
    assert text.startswith("# remark\n")
    assert (text != before) is changed
    again = Bench(tmp_path)
    try:
        assert again.desk.config().ward.beds == (("A", "B") if changed else ("A",))
        assert [act for by, act, _, _ in again.audit() if by == ENGINEER] == (["ward changed"] if audited else [])
        again.do(beds("A", "B", "C"))
    finally:
        again.close()
