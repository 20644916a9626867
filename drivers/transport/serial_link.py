"""Serial lines through pyserial: device files, pseudo-terminals, COM ports."""

from __future__ import annotations

import errno
import os
import select
import sys
from contextlib import suppress
from pathlib import Path

import serial

from drivers.driver import SerialSettings
from drivers.transport.link import READ_SIZE, WRITE_TIMEOUT_S, Link, LinkError

if sys.platform != "win32":
    import grp
    import termios

_GONE: tuple[type[Exception], ...] = (OSError,) if sys.platform == "win32" else (OSError, termios.error)
_UNPLUGGED = "the port has gone; is the cable or the adapter unplugged?"


def open_serial(port: str, settings: SerialSettings) -> Link:
    """Open a port for this program alone. Raises LinkError with a sentence that says what to do."""
    return SerialLink(port, settings)


class SerialLink:
    """An open serial port."""

    def __init__(self, port: str, settings: SerialSettings) -> None:
        self.name = port
        pseudo = _is_pseudo_terminal(port)  # it has no line: some systems refuse parity and handshake on it
        try:
            self._port = serial.Serial(
                port,
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
        except (OSError, ValueError) as error:
            raise LinkError(_why_not_open(port, error)) from error
        self._open = True
        if settings.parity != "N" and not pseudo:
            self._drop_bytes_of_wrong_parity()

    def read(self, timeout: float) -> bytes:
        """See Link.read."""
        try:
            if sys.platform == "win32":
                self._port.timeout = timeout
                return bytes(self._port.read(max(1, min(self._port.in_waiting, READ_SIZE))))
            readable, _, _ = select.select([self._port.fileno()], [], [], timeout)
            return bytes(self._port.read(READ_SIZE)) if readable else b""
        except _GONE as error:
            raise LinkError(f"{self.name}: {_UNPLUGGED}") from error

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

    def close(self) -> None:
        """See Link.close. What was not sent is dropped, else closing could wait half a minute for a blocked device."""
        if not self._open:
            return
        self._open = False
        with suppress(*_GONE):
            self._port.reset_output_buffer()
        with suppress(*_GONE):
            self._port.close()

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


def _why_not_open(port: str, error: Exception) -> str:
    code = getattr(error, "errno", None)
    text = str(error)
    if code == errno.ENOENT or "FileNotFoundError" in text:
        return f"{port}: there is no such port; is the adapter plugged in?"
    if code in (errno.EBUSY, errno.EAGAIN) or "PermissionError" in text:  # the latter: a COM port in use
        return f"{port}: the port is in use by another program or another source"
    if code in (errno.EACCES, errno.EPERM):
        return f"{port}: no permission; {_who_may(port)}"
    if code in (errno.ENOTTY, errno.EISDIR, errno.EINVAL) or isinstance(error, ValueError) or "configure" in text:
        return f"{port}: this is not a serial port, or it does not know these line settings"
    if code in (errno.EIO, errno.ENXIO, errno.ENODEV):
        return f"{port}: the port is there but nothing answers behind it; is the adapter unplugged?"
    return f"{port}: the port cannot be opened ({text})"


def _who_may(port: str) -> str:
    try:
        group = grp.getgrgid(Path(port).stat().st_gid).gr_name
    except (OSError, KeyError):
        return "ask the administrator of this machine for access to serial ports"
    return f"add the user to the group '{group}' and log in again"
