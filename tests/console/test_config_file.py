"""The configuration file as the device page changes it: the engineer's remarks stay, and it is never half a file."""

from __future__ import annotations

import errno
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from console import config_file
from console.config import ConfigError, SerialTransport, SourceConfig, WardConfig, parse_config
from console.config_file import KEPT, ConfigFile
from console.config_text import with_source, with_ward, without_source

WRITTEN = """\
# Ward 7B, cabled in March
[ward]
name = "Ward 7B"      # as on the door
beds = [
  "7B-01",  # window
  "7B-02",
]

[store]
url = "sqlite:///ward.db"

# oximeter on the white adapter
[[source]]
name = "one" # first
driver = "masimo_ascii1"
bed = "7B-01"
transport = { kind = "serial", port = "/dev/a", baud = 9600 } # grey cable

# the monitor gateway of the corridor
[[hl7_listener]]
name = "gateway"
port = 2575
plain = true
beds = { "ICU^^5" = "7B-02" }

# on loan from the ICU
[[source]]
name = "two"
driver = "dri_s5"
bed = "7B-02"
enabled = true
[source.transport]
kind = "tcp"
host = "10.0.0.7" # converter in the ceiling
port = 4001

[alarms.limits.hr]
high = 130
"""

NEW = SourceConfig(
    name="three",
    driver="masimo_ascii1",
    bed="7B-02",
    transport=SerialTransport(kind="serial", port="/dev/c"),
    settings={"a": {"b": 1}},
)


def source(name: str, text: str = WRITTEN) -> SourceConfig:
    return next(s for s in parse_config(text).source if s.name == name)


def lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip()]


def test_a_changed_source_changes_its_lines_alone():
    other = SerialTransport(kind="serial", port="/dev/b", baud=9600)
    moved = source("one").model_copy(update={"bed": "7B-02", "device": "12345", "transport": other})
    text = with_source(WRITTEN, moved, "one")
    assert source("one", text) == moved
    changed = set(lines(WRITTEN)) ^ set(lines(text))
    assert changed == {
        'bed = "7B-01"',
        'device = "12345"',
        'transport = { kind = "serial", port = "/dev/a", baud = 9600 } # grey cable',
        'transport = { kind = "serial", port = "/dev/b", baud = 9600 } # grey cable',
    }
    assert text.count('bed = "7B-02"') == 2


def test_a_table_of_its_own_is_changed_in_place_and_a_default_written_by_hand_stays():
    there = source("two")
    moved = there.model_copy(
        update={"device": "77", "transport": there.transport.model_copy(update={"host": "10.0.0.8"})}
    )
    text = with_source(WRITTEN, moved, "two")
    assert source("two", text) == moved
    assert 'host = "10.0.0.8" # converter in the ceiling' in text
    assert "enabled = true" in text
    stopped = moved.model_copy(update={"enabled": False})
    assert source("two", with_source(text, stopped, "two")) == stopped
    again = with_source(with_source(text, stopped, "two"), moved, "two")
    assert parse_config(again) == parse_config(text)


def test_a_new_source_stands_behind_the_others_and_can_be_taken_out_again():
    text = with_source(WRITTEN, NEW)
    assert source("three", text) == NEW
    assert text.index('"three"') > text.index("converter in the ceiling")
    assert text.index('"three"') < text.index("[alarms.limits.hr]")
    assert without_source(text, "three").replace("\n\n\n", "\n\n") == WRITTEN


def test_a_removed_source_takes_its_own_remark_and_no_other():
    text = without_source(WRITTEN, "one")
    assert "white adapter" not in text
    assert "the monitor gateway of the corridor" in text
    assert [s.name for s in parse_config(text).source] == ["two"]


def test_beds_are_added_and_removed_among_their_remarks():
    ward = parse_config(WRITTEN).ward
    text = with_ward(WRITTEN, ward.model_copy(update={"beds": (*ward.beds, "7B-03"), "timezone": "Europe/London"}))
    assert parse_config(text).ward.beds == ("7B-01", "7B-02", "7B-03")
    assert '"7B-01",  # window' in text
    assert "# as on the door" in text
    turned = with_ward(WRITTEN, ward.model_copy(update={"beds": ("7B-02", "7B-01")}))
    assert parse_config(turned).ward.beds == ("7B-02", "7B-01")


def test_an_empty_text_becomes_a_ward_with_a_source():
    text = with_ward("", WardConfig(name="Ward", beds=("7B-02",)))
    text = with_source(text, NEW)
    assert parse_config(text).source == (NEW,)
    assert with_ward("# remark\n", WardConfig(beds=("1",))).startswith("# remark\n")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda t: with_source(t, NEW.model_copy(update={"bed": "9Z"})), "9Z is not a bed"),
        (lambda t: with_source(t, NEW.model_copy(update={"name": "two"})), "'two' is used by two"),
        (lambda t: without_source(t, "nobody"), "no source or listener 'nobody'"),
        (lambda t: with_ward(t, WardConfig(beds=("7B-01",))), "7B-02 is not a bed"),
        (lambda t: with_source('source = []\nward = {beds = ["7B-02"]}\n', NEW), "by hand"),
    ],
)
def test_what_is_not_allowed_is_one_sentence_and_no_file(tmp_path, change, words):
    path = tmp_path / "ward.toml"
    path.write_text(WRITTEN)
    with pytest.raises(ConfigError) as refused:
        ConfigFile(path).draft(change)
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)
    assert "ward.toml:" not in str(refused.value)
    assert path.read_text() == WRITTEN


def written(path: Path) -> ConfigFile:
    path.write_text(WRITTEN)
    return ConfigFile(path)


def add(file: ConfigFile, new: SourceConfig = NEW) -> None:
    file.write(file.draft(lambda text: with_source(text, new)))


def test_writing_keeps_mode_symlink_and_a_bounded_row_of_earlier_versions(tmp_path):
    real = tmp_path / "etc" / "real.toml"
    real.parent.mkdir()
    real.write_text(WRITTEN)
    real.chmod(0o640)
    link = tmp_path / "ward.toml"
    link.symlink_to(real)
    file = ConfigFile(link)
    texts = [WRITTEN]
    for number in range(KEPT + 3):
        port = SerialTransport(kind="serial", port=f"/dev/n{number}")
        add(file, NEW.model_copy(update={"name": f"n{number}", "transport": port}))
        texts.append(file.text)
    assert link.is_symlink()
    assert real.stat().st_mode & 0o777 == 0o640
    assert real.read_text() == texts[-1]
    assert [Path(f"{real}.{n}").read_text() for n in range(1, KEPT + 1)] == texts[-2 : -2 - KEPT : -1]
    assert len(list(real.parent.iterdir())) == KEPT + 1
    assert ConfigFile(link).config == file.config


def test_a_first_run_makes_directories_and_file_for_its_owner_alone(tmp_path):
    path = tmp_path / "new" / "folder" / "ward.toml"
    file = ConfigFile(path)
    assert (file.exists, file.config.ward.beds) == (False, ())
    file.write(file.draft(lambda text: with_ward(text, WardConfig(beds=("1",)))))
    assert parse_config(path.read_text()).ward.beds == ("1",)
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(path.parent.iterdir()) == [path]


def test_a_file_that_must_be_there_is_not_invented(tmp_path):
    with pytest.raises(ConfigError, match="cannot be read"):
        ConfigFile(tmp_path / "none.toml", first_run=False)


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize(
    ("meddle", "words"),
    [
        (lambda p: p.write_text(WRITTEN + "# by hand\n"), "changed by somebody else"),
        (lambda p: p.unlink(), "not there any more"),
        (lambda p: p.write_bytes(b"\xff\xfe"), "not UTF-8"),
    ],
)
def test_a_file_changed_by_hand_is_left_alone(tmp_path, meddle: Callable[[Path], object], words, late):
    path = tmp_path / "ward.toml"
    file = written(path)
    draft = file.draft(lambda text: with_source(text, NEW))
    meddle(path)
    before = path.read_bytes() if path.exists() else None
    with pytest.raises(ConfigError, match=words):
        file.write(draft) if late else add(file)
    assert (path.read_bytes() if path.exists() else None) == before
    assert len(file.config.source) == 2


def test_a_file_that_appears_before_the_first_change_is_left_alone(tmp_path):
    file = ConfigFile(tmp_path / "ward.toml")
    (tmp_path / "ward.toml").write_text(WRITTEN)
    with pytest.raises(ConfigError, match="changed by somebody else"):
        file.draft(lambda text: with_ward(text, WardConfig(beds=("1",))))


@pytest.mark.parametrize(
    ("failing", "code", "words"),
    [
        ("fsync", errno.ENOSPC, "the disk is full"),
        ("fsync", errno.EIO, "Input/output error"),
        ("access", None, "no permission"),
        ("open", errno.EROFS, "no permission"),
    ],
)
def test_a_disk_that_takes_nothing_leaves_everything_as_it_was(tmp_path, monkeypatch, failing, code, words):
    path = tmp_path / "ward.toml"
    file = written(path)
    draft = file.draft(lambda text: with_source(text, NEW))

    def fail(*_args, **_more):
        if code is None:
            return False
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(config_file.os, failing, fail)
    with pytest.raises(ConfigError) as refused:
        file.write(draft)
    monkeypatch.undo()
    assert words in str(refused.value)
    assert str(refused.value).endswith("nothing was changed")
    assert list(tmp_path.iterdir()) == [path]
    assert path.read_text() == WRITTEN
    assert len(file.config.source) == 2
    add(file)
    assert len(ConfigFile(path).config.source) == 3


def test_a_full_disk_under_the_writing_itself(tmp_path):
    """The limit on the size of a file stands for the full disk: the kernel refuses the write half way."""
    path = tmp_path / "ward.toml"
    path.write_text(WRITTEN)
    script = f"""
import resource, sys
from pathlib import Path
from console.config import ConfigError
from console.config_file import ConfigFile
file = ConfigFile(Path({str(path)!r}))
draft = file.draft(lambda text: text + "# " + "x" * 5000 + "\\n")
resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))
try:
    file.write(draft)
except ConfigError as error:
    sys.exit(str(error))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert "the disk is full; nothing was changed" in done.stderr
    assert path.read_text() == WRITTEN
    assert list(tmp_path.iterdir()) == [path]


def test_a_change_is_taken_back_whole(tmp_path):
    path = tmp_path / "ward.toml"
    file = written(path)
    before = file.text
    add(file)
    file.take_back(before)
    assert path.read_text() == WRITTEN
    assert len(file.config.source) == 2


def test_killed_at_any_moment_the_file_is_one_of_the_two(tmp_path):
    path = tmp_path / "ward.toml"
    path.write_text(WRITTEN)
    longer = WRITTEN + "# remark\n" * 2000
    script = f"""
from pathlib import Path
from console.config_file import ConfigFile
file = ConfigFile(Path({str(path)!r}))
short, longer = {WRITTEN!r}, {WRITTEN!r} + "# remark\\n" * 2000
print("ready", flush=True)
while True:
    file.write(file.draft(lambda _: longer if file.text == short else short))
"""
    dice = random.Random(3)
    seen = set()
    for _ in range(8):
        writer = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert writer.stdout.readline() == b"ready\n"
        time.sleep(dice.uniform(0.01, 0.12))
        writer.send_signal(signal.SIGKILL)
        _, told = writer.communicate(timeout=10)
        assert told == b""
        assert path.read_text() in (WRITTEN, longer)
        seen.add(path.read_text())
        for kept in tmp_path.glob("ward.toml.*"):
            assert kept.read_text() in (WRITTEN, longer)
    assert len(seen) == 2, "every kill left the same text: nothing was tried"
    assert len(list(tmp_path.glob(".ward.toml*"))) <= 1
