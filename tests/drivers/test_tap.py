"""A tap keeps the newest traffic and records it; whatever happens to the file, the line goes on."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from drivers.transport import recorder as recorder_module
from drivers.transport.capture import CaptureEntry, read_capture
from drivers.transport.link import LinkError
from drivers.transport.nullmodem import null_modem
from drivers.transport.recorder import Recorder
from drivers.transport.replay import open_replay
from drivers.transport.tap import KEPT_BYTES, KEPT_CHUNKS, RecordingError, Tap, TapLink, tapped


def wait_for(condition: Callable[[], bool], timeout: float = 5.0) -> None:
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.005)


def test_both_directions_are_kept_with_their_times() -> None:
    times = [100.0]
    near, far = null_modem()
    tap = Tap(lambda: times[0])
    link = TapLink(near, tap)
    far.write(b"\x01\x02")
    times[0] = 100.5
    assert link.read(0.1) == b"\x01\x02"
    times[0] = 101.0
    link.write(b"ask")
    assert link.read(0.0) == b""
    assert tap.chunks() == (CaptureEntry(0.5, True, b"\x01\x02"), CaptureEntry(1.0, False, b"ask"))
    assert tap.seconds() == 1.0
    assert link.name == near.name
    link.close()
    with pytest.raises(LinkError):
        far.write(b"x")


def test_what_could_not_be_sent_is_not_shown_as_sent() -> None:
    near, far = null_modem()
    tap = Tap()
    link = TapLink(near, tap)
    far.close()
    with pytest.raises(LinkError):
        link.write(b"ask")
    assert tap.chunks() == ()


def test_the_newest_are_kept_within_both_bounds() -> None:
    tap = Tap()
    for number in range(KEPT_CHUNKS + 500):
        tap.add(True, number.to_bytes(2))
    assert len(tap.chunks()) == KEPT_CHUNKS
    assert tap.chunks()[-1].data == (KEPT_CHUNKS + 499).to_bytes(2)
    for _ in range(40):
        tap.add(True, bytes(4096))
    assert sum(len(chunk.data) for chunk in tap.chunks()) <= KEPT_BYTES
    tap.add(True, bytes(KEPT_BYTES + 1))
    assert tap.chunks() == ()


def test_a_new_link_begins_anew_at_zero() -> None:
    times = [10.0]
    tap = Tap(lambda: times[0])
    open_link = tapped(lambda: null_modem()[0], tap)
    open_link().write(b"old")
    times[0] = 20.0
    open_link().write(b"new")
    assert tap.chunks() == (CaptureEntry(0.0, False, b"new"),)


def test_a_reader_and_a_looker_do_not_disturb_each_other() -> None:
    tap = Tap()
    stop = threading.Event()
    faults: list[str] = []

    def look() -> None:
        while not stop.is_set():
            chunks = tap.chunks()
            if any(later.seconds < earlier.seconds for earlier, later in pairwise(chunks)):
                faults.append("out of order")

    looker = threading.Thread(target=look)
    looker.start()
    for _ in range(5000):
        tap.add(True, b"12345")
    stop.set()
    looker.join()
    assert not faults


# --- recording ---------------------------------------------------------------------------------------------------


def test_a_recording_begins_at_any_moment_and_is_played_back_from_its_own_zero(tmp_path: Path) -> None:
    times = [1000.0]
    tap = Tap(lambda: times[0])
    tap.add(True, b"before")
    times[0] = 5000.0
    file = tmp_path / "new folder" / "bed 1.cap"
    tap.start_recording(file, ("Masimo at 7B-01", "two\nlines"))
    assert tap.recording() == (str(file), "")
    tap.add(True, b"first")
    times[0] = 5000.2
    tap.add(False, b"ask")
    times[0] = 4000.0 + 1000.3
    tap.link_up()
    tap.add(True, b"second")
    assert tap.stop_recording() == ""
    assert tap.recording() == ("", "")
    tap.add(True, b"after")
    with file.open("rb") as opened:
        entries = list(read_capture(opened))
    assert [(e.received, e.data) for e in entries] == [(True, b"first"), (False, b"ask"), (True, b"second")]
    assert [e.seconds for e in entries] == pytest.approx([0.0, 0.2, 0.3])
    text = file.read_text()
    assert "# Masimo at 7B-01\n# two lines\n" in text
    assert "# the link came up\n" in text
    link = open_replay(file)
    assert link.read(1.0) == b"first"
    assert link.read(1.0) == b"second"
    link.close()


def test_only_one_recording_at_a_time_and_never_over_another_file(tmp_path: Path) -> None:
    tap = Tap()
    tap.start_recording(tmp_path / "one")
    with pytest.raises(RecordingError, match="being recorded already"):
        tap.start_recording(tmp_path / "two")
    tap.stop_recording()
    with pytest.raises(RecordingError, match="there is a recording of this name already"):
        tap.start_recording(tmp_path / "one")
    assert tap.stop_recording() == ""


def test_a_folder_that_cannot_be_written_is_told_before_anything_begins(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    tap = Tap()
    with pytest.raises(RecordingError, match="the recording cannot begin"):
        tap.start_recording(tmp_path / "file" / "capture")
    assert tap.recording() == ("", "")


def test_a_full_disk_ends_the_recording_with_its_reason_and_not_the_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """/dev/full answers every write like a disk without a byte left."""
    real_open = Path.open
    monkeypatch.setattr(Path, "open", lambda self, *_: real_open(Path("/dev/full"), "wb"))
    near, far = null_modem()
    tap = Tap()
    link = TapLink(near, tap)
    tap.start_recording(Path("capture"))
    for number in range(50):
        far.write(b"frame %d" % number)
        assert link.read(1.0) == b"frame %d" % number
    wait_for(lambda: tap.recording()[1] != "")
    assert "cannot be written (No space left on device)" in tap.recording()[1]
    far.write(b"and on")
    assert link.read(1.0) == b"and on"
    assert "No space left" in tap.stop_recording()


def test_after_a_recording_that_ended_by_itself_another_may_begin(tmp_path: Path) -> None:
    tap = Tap()
    tap.start_recording(tmp_path / "one", limit=10)
    tap.add(True, bytes(20))
    assert "full" in tap.recording()[1]
    tap.start_recording(tmp_path / "two")
    tap.add(True, b"x")
    assert tap.stop_recording() == ""
    assert (tmp_path / "two").read_bytes().endswith(b"< 78\n")


def test_a_recording_stops_at_its_limit_and_says_so_in_the_file(tmp_path: Path) -> None:
    tap = Tap()
    tap.start_recording(tmp_path / "capture", limit=1000)
    for _ in range(50):
        tap.add(True, bytes(100))
    assert tap.stop_recording() == "the recording is full and was closed"
    with (tmp_path / "capture").open("rb") as opened:
        assert sum(len(entry.data) for entry in read_capture(opened)) == 1000
    assert "# the recording is full and was closed\n" in (tmp_path / "capture").read_text()


def test_a_disk_that_hangs_ends_the_recording_and_never_holds_the_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A named pipe whose reader takes nothing is a disk that hangs."""
    pipe = tmp_path / "disk"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    real_open = Path.open
    monkeypatch.setattr(Path, "open", lambda self, *_: real_open(pipe, "wb"))
    monkeypatch.setattr(recorder_module, "BACKLOG", 256 * 1024)
    monkeypatch.setattr(recorder_module, "FLUSH_S", 0.05)
    recorder = Recorder(Path("capture"))
    longest = 0.0
    for _ in range(600):
        began = time.perf_counter()
        recorder.add(CaptureEntry(0.0, True, bytes(1000)))
        longest = max(longest, time.perf_counter() - began)
        time.sleep(0.0005)
    assert "does not keep up" in recorder.ended
    assert longest < 0.1
    os.close(reader)  # the hung write fails, and its thread ends
    assert "does not keep up" in recorder.close()


def test_a_tap_costs_a_few_microseconds(tmp_path: Path) -> None:
    """The reader of the fastest line here (115,200 baud) has 11,520 bytes a second; a chunk comes each few ms."""
    tap = Tap()
    tap.start_recording(tmp_path / "capture")
    data = bytes(64)
    best = min(_seconds_a_chunk(tap, data) for _ in range(5))
    tap.stop_recording()
    assert best < 50e-6


def _seconds_a_chunk(tap: Tap, data: bytes) -> float:
    began = time.perf_counter()
    for _ in range(2000):
        tap.add(True, data)
    return (time.perf_counter() - began) / 2000
