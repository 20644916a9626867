"""Serial lines through pyserial: device files, pseudo-terminals, COM ports."""

from __future__ import annotations

import errno
import os
import select
import stat
import sys
from contextlib import suppress
from pathlib import Path

import serial

from drivers.driver import SerialSettings
from drivers.transport.access import holder, who_may
from drivers.transport.adapters import SYSTEM, Roots, Terminal, locate, terminals
from drivers.transport.link import READ_SIZE, WRITE_TIMEOUT_S, Link, LinkError

if sys.platform != "win32":
    import fcntl
    import termios

_GONE: tuple[type[Exception], ...] = (OSError,) if sys.platform == "win32" else (OSError, termios.error)
_REFUSED: tuple[type[Exception], ...] = (ValueError, *_GONE)
_UNPLUGGED = "the port has gone; is the cable or the adapter unplugged?"


def open_serial(port: str, settings: SerialSettings, adapter: str | None = None, roots: Roots = SYSTEM) -> Link:
    """Open a port for this program alone. Raises LinkError with a sentence that says what to do.

    adapter: identity of the adapter the port must belong to (drivers.transport.adapters); another one is refused, and
    the right one is opened under whatever name it has come back. None: any.
    """
    terminal = locate(port, adapter, roots)
    link = SerialLink(port, settings, terminal.device if terminal else port, roots)
    try:
        if terminal is not None:
            _confirm(link, terminal, roots)
    except BaseException:
        link.close()
        raise
    return link


def _confirm(link: SerialLink, terminal: Terminal, roots: Roots) -> None:
    """What was opened is what was located: an adapter may have left, and another have come, in between.

    While the port is open the kernel gives its number to no other, so what it tells of this number now holds.
    """
    now = next((t for t in terminals(roots) if t.name == terminal.name), None)
    same = now is not None and (now.adapter, now.place) == (terminal.adapter, terminal.place)
    if now is None or not same or (now.number and now.number != link.number()):
        raise LinkError(f"{link.name}: the adapter was changed while the port was being opened")


class SerialLink:
    """An open serial port. name: as configured; device: what is opened, where it differs."""

    def __init__(self, port: str, settings: SerialSettings, device: str = "", roots: Roots = SYSTEM) -> None:
        self.name = port
        device = device or port
        pseudo = _is_pseudo_terminal(device)  # it has no line: some systems refuse parity and handshake on it
        try:
            _refuse_what_is_no_device(device)
            self._port = serial.Serial(
                device,
                settings.baud,
                settings.bytesize,
                "N" if pseudo else settings.parity,
                settings.stopbits,
                timeout=0,
                write_timeout=WRITE_TIMEOUT_S,
                rtscts=settings.rtscts and not pseudo,
                xonxoff=settings.xonxoff,
                exclusive=None if sys.platform == "win32" else True,
            )
        except _REFUSED as error:
            raise LinkError(_why_not_open(port, device, settings, error, roots)) from error
        self._open = True
        if not pseudo:
            self._keep_others_out()
            if settings.parity != "N":
                self._drop_bytes_of_wrong_parity()
        if self._other_speed(settings.baud):
            self.close()
            raise LinkError(
                f"{port}: this adapter cannot do {settings.baud} baud; set device and source to another rate"
            )

    def read(self, timeout: float) -> bytes:
        """See Link.read."""
        try:
            if sys.platform == "win32":
                self._port.timeout = timeout
                return bytes(self._port.read(max(1, min(self._port.in_waiting, READ_SIZE))))
            # Not by the port's own read: it asks the system twice more whether there is something, at every frame.
            descriptor = self._port.fileno()
            readable, _, _ = select.select([descriptor], [], [], timeout)
            if not readable:
                return b""
            data = os.read(descriptor, READ_SIZE)
        except BlockingIOError:
            return b""
        except _GONE as error:
            raise LinkError(f"{self.name}: {_UNPLUGGED}") from error
        if not data:
            raise LinkError(f"{self.name}: {_UNPLUGGED}")
        return data

    def write(self, data: bytes) -> None:
        """See Link.write."""
        try:
            self._port.write(data)
        except serial.SerialTimeoutException as error:
            raise LinkError(
                f"{self.name}: the device takes no data; is it on, and does the cable carry the handshake lines?"
            ) from error
        except _GONE as error:
            raise LinkError(f"{self.name}: {_UNPLUGGED}") from error

    def number(self) -> str:
        """ "major:minor" of the device that is open."""
        opened = os.fstat(self._port.fileno()).st_rdev
        return f"{os.major(opened)}:{os.minor(opened)}"

    def close(self) -> None:
        """See Link.close. What was not sent is dropped, else closing could wait half a minute for a blocked device."""
        if not self._open:
            return
        self._open = False
        with suppress(*_GONE):
            self._port.reset_output_buffer()
        with suppress(*_GONE):
            self._port.close()

    def _keep_others_out(self) -> None:
        """Programs that know nothing of locks cannot open the port either (the system drops this at closing).

        Not for a pseudo-terminal: there it would outlast a console that was killed.
        """
        if sys.platform == "win32":
            return
        with suppress(*_GONE):
            fcntl.ioctl(self._port.fileno(), termios.TIOCEXCL)

    def _other_speed(self, baud: int) -> bool:
        """True when the system tells another rate than was asked for: an adapter keeps to what it can do."""
        if sys.platform == "win32" or not hasattr(termios, f"B{baud}"):
            return False
        try:
            told = termios.tcgetattr(self._port.fileno())[5]
        except termios.error:
            return False  # it has just gone; the first read says so
        return bool(told != getattr(termios, f"B{baud}"))

    def _drop_bytes_of_wrong_parity(self) -> None:
        """pyserial passes such bytes on; dropped, they shorten the frame and its length gives it away.

        Nothing may change the port's settings afterwards: pyserial would switch the check off again.
        """
        if sys.platform == "win32":
            return
        with suppress(termios.error):
            attributes = termios.tcgetattr(self._port.fileno())
            attributes[0] |= termios.INPCK | termios.IGNPAR
            termios.tcsetattr(self._port.fileno(), termios.TCSANOW, attributes)


def _is_pseudo_terminal(port: str) -> bool:
    return os.path.realpath(port).startswith(("/dev/pts/", "/dev/ttys"))


def _refuse_what_is_no_device(device: str) -> None:
    """Opening a file or a named pipe for writing would do harm, or wait for ever."""
    if sys.platform != "win32" and Path(device).exists() and not stat.S_ISCHR(Path(device).stat().st_mode):
        raise OSError(errno.ENOTTY, "not a character device")


def _why_not_open(port: str, device: str, settings: SerialSettings, error: Exception, roots: Roots) -> str:
    text = str(error)
    code = getattr(error, "errno", None) or next((a for a in error.args[:1] if isinstance(a, int)), None)
    if code == errno.ENOENT or "FileNotFoundError" in text:
        return f"{port}: there is no such port; is the adapter plugged in?"
    if code in (errno.EBUSY, errno.EAGAIN) or "PermissionError" in text:  # the latter: a COM port in use
        return f"{port}: the port is in use by {_who_holds(device, roots)}"
    if code in (errno.EACCES, errno.EPERM):
        return f"{port}: no permission; {who_may(device)}"
    if "baud rate" in text:
        return f"{port}: {_cannot_do(settings)}"
    if code in (errno.EIO, errno.ENXIO, errno.ENODEV) or "Input/output error" in text:
        return f"{port}: the port is there but nothing answers behind it; is the adapter unplugged?"
    if code in (errno.ENOTTY, errno.EISDIR, errno.EINVAL) or isinstance(error, ValueError) or "configure" in text:
        return f"{port}: this is not a serial port, or it does not know these line settings; choose another on Devices"
    return f"{port}: the port cannot be opened ({text})"


def _cannot_do(settings: SerialSettings) -> str:
    return f"this adapter cannot do {settings.baud} baud; set device and source to another rate"


def _who_holds(device: str, roots: Roots) -> str:
    found = holder(device, roots)
    if found is None:
        return "another program or another source; end it, or choose another port"
    if found.ourselves:
        return "another source or view of this console"
    return f"another program, {found}; end it, or choose another port"
