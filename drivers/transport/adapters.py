"""Which adapter is behind a port name: the terminals of this system, told apart by what they are and not by number.

Linux numbers adapters anew at each plugging in (ttyUSB0 today, ttyUSB1 tomorrow), so an adapter is known by its
identity `vendor:product:serial number`, read from sysfs; no port is opened for it. An adapter with several ports has
the port appended, as `0403:6011:FT4X1:if02`. Adapters without a serial number of their own cannot be told from each
other; they are known by the socket they are plugged into (/dev/serial/by-path). Other systems are read by pyserial.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from serial.tools import list_ports as pyserial_ports

from drivers.transport.link import LinkError


@dataclass(frozen=True, slots=True)
class Roots:
    """Where the system keeps devices and what it knows of them; a test gives folders of its own."""

    dev: Path = Path("/dev")
    sys: Path = Path("/sys")
    proc: Path = Path("/proc")


SYSTEM = Roots()

_LINKS_FOLLOWED = 8
_USB_LEVELS = 6
"""So many folders above its terminal stands the folder of a USB device, at most."""

_PLACEHOLDERS = frozenset({"0123456789", "0123456789ABCDEF", "123456", "12345678", "123456789"})
"""Serial numbers that a factory writes into all its adapters."""


@dataclass(frozen=True, slots=True)
class Terminal:
    """A serial port the system has now.

    name: the kernel's name ("ttyUSB0"); device: its device file. adapter: identity, "" for a built-in port.
    serial_number: "" when the adapter tells none. number: "major:minor" of the device file, "" where not known.
    place: where it is plugged in, as the kernel has it. by_id, by_path: names of it that do not change with the
    numbering, "" where the system makes none.
    """

    name: str
    device: str
    adapter: str = ""
    serial_number: str = ""
    description: str = ""
    number: str = ""
    by_id: str = ""
    by_path: str = ""
    place: str = ""

    @property
    def own_serial(self) -> bool:
        """True when its serial number tells it from others of its kind."""
        return tells_apart(self.serial_number)


def tells_apart(serial_number: str) -> bool:
    """False for no serial number and for one that is the same in many adapters, such as the 0001 of new CP2102."""
    return len(serial_number.strip("0")) > 1 and serial_number.upper() not in _PLACEHOLDERS


def is_one_of_a_kind(adapter: str) -> bool:
    """True when an identity (`vendor:product:serial number`) belongs to no other adapter."""
    parts = adapter.split(":")
    return len(parts) > 2 and tells_apart(parts[2])


def terminals(roots: Roots = SYSTEM) -> tuple[Terminal, ...]:
    """The serial ports that are there now, sorted by name. Opens none of them."""
    if sys.platform != "linux":
        return _by_pyserial()
    by_id, by_path = (_links(roots, folder) for folder in ("by-id", "by-path"))
    found = []
    for entry in _entries(roots.sys / "class" / "tty"):
        terminal = _terminal(roots, entry, by_id.get(entry.name, ""), by_path.get(entry.name, ""))
        if terminal is not None:
            found.append(terminal)
    return tuple(found)


def adapter_of(port: str, roots: Roots = SYSTEM) -> str:
    """Identity of the adapter now behind a port name, "" when there is none or it has none (a built-in port)."""
    terminal = behind(port, terminals(roots))
    return terminal.adapter if terminal else ""


def behind(port: str, present: tuple[Terminal, ...]) -> Terminal | None:
    """The terminal a port name leads to now, following links; None when it leads to none of `present`."""
    devices = {terminal.device: terminal for terminal in present}
    if port in devices:
        return devices[port]
    path = Path(port)
    for _ in range(_LINKS_FOLLOWED):
        path = path.parent.resolve() / path.name
        if str(path) in devices:
            return devices[str(path)]
        try:
            path = path.parent / path.readlink()
        except OSError:
            return None
    return None


def locate(port: str, adapter: str | None, roots: Roots = SYSTEM) -> Terminal | None:
    """The terminal to open for a port name, pinned to an adapter or not; None for a name that is no known terminal
    (a pseudo-terminal, a port not there) and is not pinned.

    A pinned adapter with a serial number is found again under any name; under the name of a socket (by-path) only
    there. Raises LinkError when another adapter is
    behind the name, when the pinned one is not there, and when nobody can tell which one is meant.
    """
    present = terminals(roots)
    here = behind(port, present)
    if adapter is None:
        if here is not None and _is_named(port, "by-id", roots) and here.adapter and _alike(here.adapter, present) > 1:
            raise LinkError(_ambiguous(port, here.adapter, present))
        return here
    matches = [terminal for terminal in present if terminal.adapter == adapter]
    if _is_named(port, "by-path", roots):  # a socket is meant: what stands elsewhere may be another of its kind
        if here is not None and here.adapter == adapter:
            return here
        raise LinkError(_elsewhere(port, matches[0]) if matches else _another(port, adapter, here))
    if not matches:
        raise LinkError(_another(port, adapter, here))
    if len(matches) > 1:
        raise LinkError(_ambiguous(port, adapter, present))
    if not matches[0].own_serial and (matches[0] != here or here.by_path):
        raise LinkError(_known_by_socket(port, matches[0]))
    return matches[0]


def _alike(adapter: str, present: tuple[Terminal, ...]) -> int:
    return sum(1 for terminal in present if terminal.adapter == adapter)


def _another(port: str, adapter: str, here: Terminal | None) -> str:
    if here is None:
        return f"{port}: the adapter of this source ({adapter}) is not there; is it plugged in?"
    found = f"another adapter ({here.adapter})" if here.adapter else "a port without an adapter"
    advice = "plug it back, or choose the port anew on Devices"
    return f"{port}: {found} is here; the one of this source is {adapter}: {advice}"


def _ambiguous(port: str, adapter: str, present: tuple[Terminal, ...]) -> str:
    sockets = " or ".join(t.by_path or t.device for t in present if t.adapter == adapter)
    return (
        f"{port}: {_alike(adapter, present)} adapters here tell the same identity ({adapter}), so this name may "
        f"lead to the wrong bed; choose the port by its socket on Devices: {sockets}"
    )


def _known_by_socket(port: str, match: Terminal) -> str:
    return (
        f"{port}: the adapter ({match.adapter}) has no serial number of its own, so this name may lead to another of "
        f"its kind; choose the port by its socket on Devices: {match.by_path or match.device}"
    )


def _elsewhere(port: str, match: Terminal) -> str:
    return (
        f"{port}: the adapter of this source is not in this socket; one that tells the same ({match.adapter}) is at "
        f"{match.by_path or match.device}: plug it into its own socket, or choose the port anew on Devices"
    )


def _is_named(port: str, folder: str, roots: Roots) -> bool:
    return Path(port).parent == roots.dev / "serial" / folder


# --- sysfs -------------------------------------------------------------------------------------------------------


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def _links(roots: Roots, folder: str) -> dict[str, str]:
    """Kernel name -> the link under /dev/serial that leads to it; of several the shortest (usb and usbv2)."""
    found: dict[str, str] = {}
    for link in _entries(roots.dev / "serial" / folder):
        try:
            name = link.readlink().name
        except OSError:
            continue
        if name not in found or len(str(link)) < len(found[name]):
            found[name] = str(link)
    return found


def _terminal(roots: Roots, entry: Path, by_id: str, by_path: str) -> Terminal | None:
    """None for terminals that are no serial port: consoles, pseudo-terminals, a UART that is not there."""
    if not (entry / "device").exists():
        return None
    place = (entry / "device").resolve()
    device, number = str(roots.dev.resolve() / entry.name), _read(entry / "dev")
    usb = next((p for p in (place, *list(place.parents)[:_USB_LEVELS]) if (p / "idVendor").is_file()), None)
    if usb is None:
        if _read(entry / "type") == "0":  # PORT_UNKNOWN: the driver has a place for a UART and found none
            return None
        return Terminal(
            entry.name, device, description="built-in port", number=number, by_path=by_path, place=str(place)
        )
    serial_number = _plain(_read(usb / "serial"))
    identity = f"{_plain(_read(usb / 'idVendor'))}:{_plain(_read(usb / 'idProduct'))}:{serial_number}"
    words = [_plain(_read(usb / name)) for name in ("manufacturer", "product")]
    return Terminal(
        entry.name,
        device,
        identity + _which_port(usb, place),
        serial_number,
        " ".join(word for word in words if word) or "USB adapter",
        number,
        by_id,
        by_path,
        str(place.parent),
    )


def _which_port(usb: Path, place: Path) -> str:
    """What tells the ports of one adapter apart; "" for an adapter with one."""
    interface = next((p for p in (place, place.parent) if (p / "bInterfaceNumber").is_file()), None)
    several = _read(usb / "bNumInterfaces") not in ("", "1")
    text = f":if{_read(interface / 'bInterfaceNumber')}" if interface and several else ""
    port = _read(place / "port_number")
    return text + (f":port{port}" if port not in ("", "0") else "")


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


def _plain(text: str) -> str:
    """What an adapter tells of itself, as text that can stand on a screen and in a file."""
    return "".join(c if c.isprintable() else "?" for c in text)[:80]


def _by_pyserial() -> tuple[Terminal, ...]:
    found = []
    for port in sorted(pyserial_ports.comports()):
        usb = port.vid is not None and port.pid is not None
        serial_number = _plain(port.serial_number or "") if usb else ""
        identity = f"{port.vid:04x}:{port.pid:04x}:{serial_number}" if usb else ""
        description = _plain(port.description or "serial port")
        found.append(Terminal(port.name, port.device, identity, serial_number, description))
    return tuple(found)
