"""`ward-console user`: people from the command line, beside a console that runs or without one."""

from __future__ import annotations

import io
import os
import pty
import subprocess
import sys
import time
from pathlib import Path
from uuid import uuid4

import pytest
from platformdirs import user_config_dir

from console.cli import main
from console.commands import doctor, user
from console.people.desk import PeopleDesk
from console.ward.people import Right
from tests.console.people.reception import CHEAPEST, Reception, enter
from tests.console.store.cluster import Cluster
from tests.console.store.conftest import cluster

__all__ = ["cluster"]

ROOT = Path(__file__).parents[3]


class Shell:
    """Runs the command in this process on one data directory."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self._capsys = capsys
        self._monkeypatch = monkeypatch

    def __call__(self, *words: str, stdin: bytes = b"") -> tuple[int, str, str]:
        """Exit status, output, errors."""
        typed = io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8")
        self._monkeypatch.setattr(sys, "stdin", typed)
        try:
            status = main(["user", *words, "--data-dir", str(self.folder)])
        except SystemExit as ended:
            status = int(ended.code or 0)
        said = self._capsys.readouterr()
        assert "Traceback" not in said.err
        return status, said.out, said.err

    def add(self, name: str, *roles: str, secret: str = "correct horse") -> None:
        words = [word for role in roles for word in ("--role", role)]
        status, _, error = self("add", name, *words, "--stdin", stdin=f"{secret}\n".encode())
        assert (status, error) == (0, "")


@pytest.fixture
def shell(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Shell:
    monkeypatch.setattr("console.people.hashing.Cost", lambda: CHEAPEST)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "no configuration"))
    return Shell(tmp_path, capsys, monkeypatch)


@pytest.fixture
def reception(tmp_path: Path):
    made = Reception(f"sqlite:///{tmp_path / 'ward.db'}")
    yield made
    made.close()


def test_people_are_made_listed_changed_and_disabled(shell: Shell) -> None:
    shell.add("A. Boss", "administrator")
    shell.add("R. Test", "nurse", "charge-nurse", secret="2580")
    assert shell("disable", "r. TEST")[:2] == (0, "r. TEST: disabled\n")
    _, table, _ = shell("list")
    lines = [" ".join(line.split()) for line in table.splitlines()]
    assert lines == [
        "NAME ROLES SECRET STATE LAST SIGNED IN",
        "A. Boss administrator password enabled never",
        "R. Test nurse, charge nurse PIN disabled never",
    ]
    assert shell("enable", "R. Test")[0] == 0
    assert shell("roles", "R. Test", "--role", "engineer")[1] == "R. Test: engineer\n"
    assert shell("secret", "R. Test", "--stdin", stdin=b"another horse\r\n")[1] == (
        "R. Test: signs in with a new password\n"
    )
    assert "R. Test  engineer" in shell("list")[1]


def test_what_it_made_signs_in_at_a_desk_and_stands_in_the_trail_under_the_system_user(
    shell: Shell, reception: Reception
) -> None:
    shell.add("A. Boss", "administrator", secret="corréct horse")
    desk = reception.desk()
    assert enter(desk, "A. Boss", "corréct horse").person is not None
    by, act, _, whom, after = reception.trail()[0]
    assert by == f"os:{subprocess.run(['id', '-un'], capture_output=True, text=True, check=True).stdout.strip()}"
    assert (act, whom, after) == ("person added", "A. Boss", "administrator; with a password")
    assert "horse" not in repr(reception.trail())


@pytest.mark.postgres
def test_on_a_server_it_takes_the_database_that_is_named(shell: Shell, cluster: Cluster) -> None:
    url = cluster.create(f"ward_{uuid4().hex}")
    shell("add", "A. Boss", "--role", "administrator", "--stdin", "--db", url, stdin=b"correct horse\n")
    assert shell("disable", "A. Boss", "--db", url)[0] == 2
    assert "A. Boss  administrator  password  enabled  never" in shell("list", "--db", url)[1]
    status, _, error = shell("list", "--db", url.replace("/ward_", "/no_"))
    assert (status, error.count("\n")) == (1, 1)


def test_the_environment_cannot_say_who_it_was(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.setenv(variable, "somebody.else")
    assert user._doer().by != "os:somebody.else"


def test_a_console_that_runs_takes_it_up_within_seconds(shell: Shell, reception: Reception) -> None:
    desk: PeopleDesk = reception.desk()
    desk.start()
    assert desk.refusal("anybody", Right.CHART) == ""
    shell.add("A. Boss", "administrator")
    shell.add("R. Test", "nurse", secret="2580")
    deadline = time.monotonic() + 10
    while not desk.view().needed or len(desk.view().people) < 2:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert desk.refusal("anybody", Right.CHART) != ""
    assert enter(desk, "R. Test", "2580").person is not None
    assert shell("disable", "R. Test")[0] == 0
    while desk.view().signed_in is not None:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert desk.refusal("R. Test", Right.CHART) != ""


@pytest.mark.parametrize(
    ("words", "stdin", "said"),
    [
        (["add"], b"", "NAME, --role"),
        (["add", "Ann"], b"", "--role"),
        (["add", "Ann", "--role", "king", "--stdin"], b"2580\n", "'king' is no role; use 'nurse', 'charge nurse'"),
        (["add", "Ann", "--role", "nurse", "--stdin"], b"2580\n", "The first person has to be an administrator"),
        (["add", "Ann", "--role", "administrator", "--stdin"], b"1234\n", "easy to guess"),
        (["add", "Ann", "--role", "administrator", "--stdin"], b"", "PIN of 4 to 12 digits, or a password"),
        (["add", "Ann", "--role", "administrator", "--stdin"], b"\xff\xfe12345678\n", "not UTF-8 text"),
        (["add", "Ann", "--role", "administrator", "--stdin"], b"x" * 100_000, "8 to 128 characters"),
        (["add", "Ann", "--role", "administrator"], b"2580\n", "give --stdin"),
        (["add", "system", "--role", "administrator", "--stdin"], b"2580\n", "stands in the records"),
        (["add", "a\x1b[31mb", "--role", "administrator", "--stdin"], b"2580\n", "control characters"),
        (["disable", "a\udcffb"], b"", "no name of a person"),
        (["disable", "None Such"], b"", "There is nobody named 'None Such'"),
        (["list", "extra"], b"", "unrecognized arguments"),
        (["list"], b"", "there is no database"),
        (["frobnicate"], b"", "invalid choice"),
    ],
)
def test_bad_input_is_one_line_and_status_two(shell: Shell, words: list[str], stdin: bytes, said: str) -> None:
    status, out, error = shell(*words, stdin=stdin)
    assert (status, out) == (2, "")
    assert said in error
    assert error.count("\n") == 1
    assert "2580" not in error


def test_the_last_administrator_stays(shell: Shell) -> None:
    shell.add("A. Boss", "administrator")
    status, _, error = shell("disable", "A. Boss")
    assert (status, error) == (
        2,
        "ward-console user disable: The last administrator cannot be disabled and stays an administrator\n",
    )
    assert shell("roles", "A. Boss", "--role", "nurse")[0] == 2


def test_a_database_that_cannot_be_used_is_one_line_and_status_one(shell: Shell) -> None:
    (shell.folder / "ward.db").write_bytes(b"no database at all" * 100)
    status, out, error = shell("add", "A. Boss", "--role", "administrator", "--stdin", stdin=b"correct horse\n")
    assert (status, out, error.count("\n")) == (1, "", 1)


def test_without_a_configuration_named_it_takes_the_database_of_the_desktop_console(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.people.hashing.Cost", lambda: CHEAPEST)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    own = Path(user_config_dir("ward-console"))
    own.mkdir(parents=True)
    (own / "ward.toml").write_text('[store]\nurl = "sqlite:///other.db"\n')
    Shell(tmp_path, capsys, monkeypatch).add("A. Boss", "administrator")
    assert (tmp_path / "other.db").exists()
    assert not (tmp_path / "ward.db").exists()


def typed(folder: Path, *lines: str) -> tuple[int, str]:
    """The real program at a real terminal; what it showed there, after these lines were typed."""
    main_end, far = pty.openpty()
    words = [sys.executable, "-m", "console", "user", "add", "A. Boss", "--role", "administrator"]
    environment = {**os.environ, "XDG_CONFIG_HOME": str(folder), "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        [*words, "--data-dir", str(folder)], stdin=far, stdout=far, stderr=far, env=environment, start_new_session=True
    )
    os.close(far)
    shown = b""
    for line in lines:
        shown += _until(main_end, b": ")
        os.write(main_end, f"{line}\n".encode())
    shown += _until(main_end, None)
    os.close(main_end)
    return process.wait(30), shown.decode()


def _until(terminal: int, mark: bytes | None) -> bytes:
    """What is shown up to a mark, or to the end."""
    shown = b""
    while mark is None or not shown.endswith(mark):
        try:
            found = os.read(terminal, 1024)
        except OSError:  # the far end has gone
            found = b""
        if not found:
            break
        shown += found
    return shown


def test_at_a_terminal_the_secret_is_typed_twice_and_never_shown(tmp_path: Path) -> None:
    status, shown = typed(tmp_path, "correct horse", "correct horse")
    assert status == 0
    assert shown.count("horse") == 0
    assert "A. Boss: administrator, signs in with a password" in shown
    status, shown = typed(tmp_path, "another horse", "an other horse")
    assert status == 2
    assert "these are not the same; nothing was changed" in shown


def test_the_doctor_says_when_a_ward_has_beds_and_nobody_can_sign_in(shell: Shell, tmp_path: Path) -> None:
    config = tmp_path / "ward.toml"
    config.write_text('[ward]\nbeds = ["A"]\n')
    (nobody,) = doctor._people(config, tmp_path)
    assert "nobody can sign in" in nobody.state
    assert nobody.mend == f"ward-console user add NAME --role administrator --config {config}"
    assert not nobody.essential
    shell.add("A. Boss", "administrator")
    (somebody,) = doctor._people(config, tmp_path)
    assert (somebody.state, somebody.good) == ("1 can sign in", True)
    config.write_text("[ward]\n")
    assert list(doctor._people(config, tmp_path)) == []
