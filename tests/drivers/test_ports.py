"""Which ports there are, what to name them, which adapter is behind a name, and the sentence for every failure."""

from __future__ import annotations

import fcntl
import grp
import os
import pwd
import subprocess
import sys
import termios
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest
import serial

from drivers.driver import SerialSettings
from drivers.transport import serial_link
from drivers.transport.access import missing_permission
from drivers.transport.adapters import adapter_of, locate, tells_apart
from drivers.transport.link import LinkError
from drivers.transport.ports import list_ports
from drivers.transport.serial_link import open_serial
from tests.drivers.fake_adapters import Kind, Machine

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads what Linux tells of adapters")

SETTINGS = SerialSettings()
FTDI_A = Kind(serial="A50285BI")
FTDI_B = Kind(serial="FT4X1ZZQ")
CHEAP = Kind("1a86", "7523", "", "QinHeng", "CH340")


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    made = Machine(tmp_path)
    yield made
    made.close()


# --- listing -----------------------------------------------------------------------------------------------------


def test_an_adapter_with_a_serial_number_goes_by_its_id(machine: Machine) -> None:
    plugged = machine.plug(FTDI_A)
    (port,) = list_ports(machine.roots)
    assert (port.port, port.device) == (plugged.by_id, plugged.device)
    assert (port.serial_number, port.adapter) == ("A50285BI", "0403:6001:A50285BI")
    assert port.description == "FTDI FT232R USB UART"
    assert port.stable
    assert port.usable
    assert port.problem == ""


def test_adapters_without_serial_number_go_by_their_sockets_and_it_says_so(machine: Machine) -> None:
    one = machine.plug(CHEAP, "ttyUSB0", socket="1")
    two = machine.plug(CHEAP, "ttyUSB1", socket="2")
    assert one.by_id == two.by_id
    ports = list_ports(machine.roots)
    assert [port.port for port in ports] == [one.by_path, two.by_path]
    assert not any(port.stable for port in ports)
    assert all(port.usable and "known by its socket" in port.problem for port in ports)


def test_two_adapters_with_the_same_serial_number_go_by_their_sockets(machine: Machine) -> None:
    machine.plug(FTDI_A, "ttyUSB0", socket="1")
    machine.plug(FTDI_A, "ttyUSB1", socket="2")
    ports = list_ports(machine.roots)
    assert all("by-path" in port.port for port in ports)
    assert all("others have the serial number" in port.problem for port in ports)


@pytest.mark.parametrize("number", ["", "0", "0001", "00000000", "0123456789ABCDEF", "12345678"])
def test_serial_numbers_that_a_factory_gives_to_all_tell_nothing(number: str) -> None:
    assert not tells_apart(number)


def test_the_ports_of_one_adapter_are_told_apart(machine: Machine) -> None:
    quad = Kind("0403", "6011", "FTQUAD", interfaces=4)
    machine.plug(quad, "ttyUSB0", interface=0)
    machine.plug(quad, "ttyUSB1", interface=1)
    ports = list_ports(machine.roots)
    assert [port.adapter for port in ports] == ["0403:6011:FTQUAD:if00", "0403:6011:FTQUAD:if01"]
    assert all(port.stable and "by-id" in port.port for port in ports)


def test_a_built_in_port_is_listed_only_where_a_uart_was_found(machine: Machine) -> None:
    machine.built_in("ttyS0", uart="4")
    machine.built_in("ttyS1", uart="0")
    (machine.roots.sys / "class" / "tty" / "tty1").mkdir()
    (port,) = list_ports(machine.roots)
    assert (Path(port.port).name, port.adapter, port.stable) == ("ttyS0", "", True)


def test_the_console_of_the_system_is_no_port_to_choose(machine: Machine) -> None:
    machine.built_in("ttyS0", uart="4")
    (machine.roots.sys / "class" / "tty" / "console").mkdir()
    (machine.roots.sys / "class" / "tty" / "console" / "active").write_text("tty0 ttyS0\n")
    (port,) = list_ports(machine.roots)
    assert not port.usable
    assert "the system prints its own messages here" in port.problem


def test_a_port_in_use_names_the_program_and_what_to_do(machine: Machine) -> None:
    first = machine.plug(FTDI_A, "ttyUSB0", "1")
    second = machine.plug(FTDI_B, "ttyUSB1", "2")
    machine.process(812, "ModemManager", opened=first.line)
    machine.process(99, "bash")
    node = Path(second.line).stat()
    lock = f"{os.major(node.st_dev):02x}:{os.minor(node.st_dev):02x}:{node.st_ino}"
    (machine.roots.proc / "locks").write_text(f"1: FLOCK  ADVISORY  WRITE 4711 {lock} 0 EOF\n2: POSIX ADVISORY junk\n")
    machine.process(4711, "minicom")
    problems = {Path(port.device).name: port.problem for port in list_ports(machine.roots)}
    assert "in use by ModemManager (process 812)" in problems["ttyUSB0"]
    assert "systemctl disable --now ModemManager" in problems["ttyUSB0"]
    assert "in use by minicom (process 4711): end it" in problems["ttyUSB1"]


def test_usable_ports_come_first(machine: Machine) -> None:
    machine.plug(FTDI_A, "ttyUSB0", "1")
    second = machine.plug(FTDI_B, "ttyUSB1", "2")
    machine.process(812, "ModemManager", opened=machine.plugged[0].line)
    assert list_ports(machine.roots)[0].device == second.device


def test_listing_opens_nothing_and_leaves_an_open_port_alone(machine: Machine) -> None:
    machine.plug(FTDI_A)
    link = open_serial(list_ports(machine.roots)[0].port, SETTINGS, FTDI_A.adapter, machine.roots)
    before = sorted(os.listdir("/proc/self/fd"))  # noqa: PTH208 - the descriptor that lists must not count
    (port,) = list_ports(machine.roots)
    assert sorted(os.listdir("/proc/self/fd")) == before  # noqa: PTH208
    assert port.usable
    os.write(machine.plugged[0].near, b"still here")
    assert link.read(1.0) == b"still here"
    link.close()


def test_text_of_an_adapter_cannot_break_a_line(machine: Machine) -> None:
    machine.plug(Kind(serial="AB\x1b[2J\x07C", model="evil\nname"))
    (port,) = list_ports(machine.roots)
    assert port.serial_number.isprintable()
    assert port.description.isprintable()


def test_a_machine_without_any_port_lists_none(tmp_path: Path) -> None:
    assert list_ports(Machine(tmp_path).roots) == ()


# --- the guard ---------------------------------------------------------------------------------------------------


def test_the_identity_behind_a_name_is_told(machine: Machine) -> None:
    plugged = machine.plug(FTDI_A)
    for name in (plugged.by_id, plugged.by_path, plugged.device):
        assert adapter_of(name, machine.roots) == FTDI_A.adapter
    assert adapter_of(str(machine.roots.dev / "ttyUSB9"), machine.roots) == ""


def test_another_adapter_under_the_name_is_refused(machine: Machine) -> None:
    machine.plug(FTDI_B, "ttyUSB0")
    port = str(machine.roots.dev / "ttyUSB0")
    with pytest.raises(
        LinkError, match=r"another adapter \(0403:6001:FT4X1ZZQ\) is here; the one of this source is 0403"
    ):
        open_serial(port, SETTINGS, FTDI_A.adapter, machine.roots)
    assert os.readlink(port)  # noqa: PTH115 - the fake port is still there


def test_an_adapter_that_came_back_under_another_name_is_found_again(machine: Machine) -> None:
    machine.plug(FTDI_B, "ttyUSB0", "1")
    plugged = machine.plug(FTDI_A, "ttyUSB1", "2")
    link = open_serial(str(machine.roots.dev / "ttyUSB0"), SETTINGS, FTDI_A.adapter, machine.roots)
    os.write(plugged.near, b"mine")
    assert link.read(1.0) == b"mine"
    assert link.name.endswith("ttyUSB0")
    link.close()


def test_an_adapter_that_is_not_there_is_said_to_be_missing(machine: Machine) -> None:
    with pytest.raises(LinkError, match=r"the adapter of this source \(0403:6001:A50285BI\) is not there"):
        open_serial(str(machine.roots.dev / "ttyUSB0"), SETTINGS, FTDI_A.adapter, machine.roots)


@pytest.mark.parametrize("pinned", [None, CHEAP.adapter])
def test_an_id_that_two_adapters_share_is_refused(machine: Machine, pinned: str | None) -> None:
    one = machine.plug(CHEAP, "ttyUSB0", "1")
    machine.plug(CHEAP, "ttyUSB1", "2")
    with pytest.raises(LinkError, match=r"2 adapters here tell the same identity .* by its socket on Devices"):
        open_serial(one.by_id, SETTINGS, pinned, machine.roots)


def test_an_id_shared_before_is_still_refused_when_one_of_the_two_is_left(machine: Machine) -> None:
    one = machine.plug(CHEAP, "ttyUSB0", "1")
    machine.plug(CHEAP, "ttyUSB1", "2")
    name = one.by_id
    machine.unplug(one)
    with pytest.raises(LinkError, match="no serial number of its own, so this name may lead to another"):
        open_serial(name, SETTINGS, CHEAP.adapter, machine.roots)


def test_a_socket_means_that_socket_and_the_kind_that_was_in_it(machine: Machine) -> None:
    one = machine.plug(CHEAP, "ttyUSB0", "1")
    machine.plug(CHEAP, "ttyUSB1", "2")
    link = open_serial(one.by_path, SETTINGS, CHEAP.adapter, machine.roots)
    os.write(one.near, b"one")
    assert link.read(1.0) == b"one"
    link.close()
    machine.unplug(one)
    with pytest.raises(LinkError, match=r"not in this socket; one that tells the same \(1a86:7523:\) is at .*0:2:1"):
        open_serial(one.by_path, SETTINGS, CHEAP.adapter, machine.roots)
    machine.plug(FTDI_A, "ttyUSB0", "1")
    with pytest.raises(LinkError, match="not in this socket"):
        open_serial(one.by_path, SETTINGS, CHEAP.adapter, machine.roots)


def test_adapters_with_a_common_serial_number_do_not_stand_in_for_each_other(machine: Machine) -> None:
    one = machine.plug(FTDI_A, "ttyUSB0", "1")
    machine.plug(FTDI_A, "ttyUSB1", "2")
    machine.unplug(one)
    with pytest.raises(LinkError, match="not in this socket"):
        open_serial(one.by_path, SETTINGS, FTDI_A.adapter, machine.roots)


def test_an_adapter_changed_between_looking_and_opening_is_noticed(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = machine.plug(FTDI_A, "ttyUSB0")
    look = serial_link.locate

    def look_then_swap(*arguments: object) -> object:
        found = look(*arguments)  # type: ignore[arg-type]
        machine.unplug(first)
        machine.plug(FTDI_B, "ttyUSB0")
        return found

    monkeypatch.setattr(serial_link, "locate", look_then_swap)
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208
    with pytest.raises(LinkError, match="changed while the port was being opened"):
        open_serial(first.by_id, SETTINGS, FTDI_A.adapter, machine.roots)
    assert len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208


def test_another_of_its_kind_from_another_socket_is_noticed_as_well(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = machine.plug(CHEAP, "ttyUSB0", "1")
    look = serial_link.locate

    def look_then_swap(*arguments: object) -> object:
        found = look(*arguments)  # type: ignore[arg-type]
        machine.unplug(first)
        machine.plug(CHEAP, "ttyUSB0", "2")
        return found

    monkeypatch.setattr(serial_link, "locate", look_then_swap)
    with pytest.raises(LinkError, match="changed while the port was being opened"):
        open_serial(first.by_path, SETTINGS, CHEAP.adapter, machine.roots)


def test_a_device_file_that_leads_elsewhere_than_its_adapter_is_noticed(machine: Machine) -> None:
    plugged = machine.plug(FTDI_A, "ttyUSB0", "1")
    other = machine.plug(FTDI_B, "ttyUSB1", "2")
    Path(plugged.device).unlink()
    Path(plugged.device).symlink_to(other.line)
    with pytest.raises(LinkError, match="changed while the port was being opened"):
        open_serial(plugged.by_id, SETTINGS, FTDI_A.adapter, machine.roots)


def test_a_pinned_source_never_opens_a_line_that_tells_no_adapter(machine: Machine, tmp_path: Path) -> None:
    machine.plug(FTDI_B, "ttyUSB0")
    bare = tmp_path / "bare"
    bare.symlink_to(machine.plugged[0].line)
    assert locate(str(bare), None, machine.roots) is None
    with pytest.raises(LinkError, match="is not there"):
        open_serial(str(bare), SETTINGS, FTDI_A.adapter, machine.roots)


# --- sentences, each with its real cause -------------------------------------------------------------------------


def test_a_port_that_this_console_has_open_is_said_to_be(machine: Machine) -> None:
    port = machine.plug(FTDI_A).by_id
    link = open_serial(port, SETTINGS)
    with pytest.raises(LinkError, match="the port is in use by another source or view of this console"):
        open_serial(port, SETTINGS)
    link.close()
    open_serial(port, SETTINGS).close()


def test_a_port_that_another_process_has_locked_names_it(machine: Machine) -> None:
    line = machine.plug(FTDI_A).line
    code = f"""
        import serial, sys
        port = serial.Serial({line!r}, 9600, exclusive=True)
        print("open", flush=True)
        sys.stdin.read()
    """
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "open\n"
        with pytest.raises(LinkError, match=rf"in use by another program, python\S* \(process {other.pid}\); end it"):
            open_serial(line, SETTINGS)
        other.communicate()


def _as_nobody(line: str) -> tuple[str, str]:
    """What a user without any rights is told on opening a port, and of it in the list."""
    receive, send = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            nobody = pwd.getpwnam("nobody")
            os.setgroups([])
            os.setgid(nobody.pw_gid)
            os.setuid(nobody.pw_uid)
            os.dup2(send, 3)
            os.closerange(4, 4096)  # what the test has open is not the user's
            os.write(3, f"{_opening(line)}\n{missing_permission(line)}".encode())
        finally:
            os._exit(0)
    os.close(send)
    os.waitpid(child, 0)
    with os.fdopen(receive) as told:
        opening, _, listing = told.read().partition("\n")
    return opening, listing


def _opening(line: str) -> str:
    try:
        open_serial(line, SETTINGS)
    except LinkError as error:
        return str(error)
    return "opened"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
@pytest.mark.parametrize(
    ("mode", "sentence"),
    [
        (0o660, "only the group 'dialout' may use it: run `sudo usermod -aG dialout nobody` and log in again"),
        (0o600, "no group may use it, only the owner; ask the administrator"),
    ],
)
def test_a_port_without_permission_says_who_may_and_the_command(machine: Machine, mode: int, sentence: str) -> None:
    line = Path(machine.plug(FTDI_A).line)
    os.chown(line, 0, grp.getgrnam("dialout").gr_gid)
    line.chmod(mode)
    opening, listing = _as_nobody(str(line))
    assert f"no permission; {sentence}" in opening
    assert f"no permission; {sentence}" in listing


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_a_port_claimed_by_a_program_without_locks_is_in_use(machine: Machine) -> None:
    line = Path(machine.plug(FTDI_A).line)
    line.chmod(0o666)
    assert _as_nobody(str(line))[0] == "opened"
    opened = os.open(line, os.O_RDWR | os.O_NOCTTY)
    fcntl.ioctl(opened, termios.TIOCEXCL)
    assert "the port is in use by another program" in _as_nobody(str(line))[0]
    fcntl.ioctl(opened, termios.TIOCNXCL)
    os.close(opened)


def test_what_is_no_serial_port_is_neither_opened_nor_waited_for(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("keep me")
    os.mkfifo(tmp_path / "pipe")
    for name in (tmp_path / "file", tmp_path / "pipe", tmp_path, Path("/dev/null")):
        with pytest.raises(LinkError, match="this is not a serial port"):
            open_serial(str(name), SETTINGS)
    assert (tmp_path / "file").read_text() == "keep me"


def test_a_port_pulled_while_it_is_read_is_said_to_be_unplugged(machine: Machine) -> None:
    plugged = machine.plug(FTDI_A)
    link = open_serial(plugged.by_id, SETTINGS, FTDI_A.adapter, machine.roots)
    machine.unplug(plugged)
    with pytest.raises(LinkError, match="is the cable or the adapter unplugged"):
        link.read(1.0)
    link.close()
    with pytest.raises(LinkError, match="is it plugged in"):
        open_serial(plugged.by_id, SETTINGS, FTDI_A.adapter, machine.roots)


def test_a_rate_that_the_adapter_did_not_take_is_told(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    port = machine.plug(FTDI_A).by_id
    told = termios.tcgetattr

    def other_rate(descriptor: int) -> list[object]:
        attributes = told(descriptor)
        attributes[4] = attributes[5] = termios.B9600
        return attributes

    monkeypatch.setattr(serial_link.termios, "tcgetattr", other_rate)
    with pytest.raises(LinkError, match="cannot do 460800 baud; set device and source to another rate"):
        open_serial(port, SerialSettings(baud=460800))
    open_serial(port, SerialSettings(baud=9600)).close()


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (termios.error(22, "Invalid argument"), "does not know these line settings"),
        (serial.SerialException("Could not configure port: (5, 'Input/output error')"), "nothing answers behind it"),
        (serial.SerialException(6, "could not open port"), "nothing answers behind it"),
        (ValueError("Failed to set custom baud rate (1): x"), "cannot do 9600 baud"),
        (serial.SerialException(99, "of a new kind"), "cannot be opened"),
    ],
)
def test_whatever_the_system_answers_becomes_a_sentence(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, error: Exception, sentence: str
) -> None:
    """Answers that no port of a test machine can be brought to give."""
    port = machine.plug(FTDI_A).by_id

    def refuse(*arguments: object, **options: object) -> None:
        raise error

    monkeypatch.setattr(serial, "Serial", refuse)
    with pytest.raises(LinkError, match=sentence) as told:
        open_serial(port, SETTINGS)
    assert str(told.value).startswith(f"{port}: ")
