"""USB adapters on a machine of folders: what Linux shows in /sys and /dev, with pseudo-terminals as lines."""

from __future__ import annotations

import os
import pty
import shutil
import tty
from dataclasses import dataclass
from pathlib import Path

from drivers.transport.adapters import Roots


@dataclass(frozen=True)
class Kind:
    """What an adapter tells of itself."""

    vendor: str = "0403"
    product: str = "6001"
    serial: str = ""
    maker: str = "FTDI"
    model: str = "FT232R USB UART"
    interfaces: int = 1

    @property
    def adapter(self) -> str:
        """Identity of its first port, when it has one."""
        return f"{self.vendor}:{self.product}:{self.serial}"


class Adapter:
    """One that is plugged in. near: descriptor of the device at its other end."""

    def __init__(self, machine: Machine, kind: Kind, tty_name: str, socket: str, interface: int = 0) -> None:
        self._machine = machine
        self.kind, self.name, self.socket, self.interface = kind, tty_name, socket, interface
        self.near, self._far = pty.openpty()
        tty.setraw(self._far)
        self.line = os.ttyname(self._far)
        self.device = str(machine.roots.dev / tty_name)
        suffix = f"-if{interface:02d}-port0"
        model = f"{kind.maker} {kind.model}".replace(" ", "_")
        serial = f"_{kind.serial}" if kind.serial else ""
        self.by_id = str(machine.roots.dev / "serial" / "by-id" / f"usb-{model}{serial}{suffix}")
        self.by_path = str(
            machine.roots.dev / "serial" / "by-path" / f"pci-0000:00:14.0-usb-0:{socket}:1.{interface}-port0"
        )

    @property
    def number(self) -> str:
        """major:minor of the line."""
        status = Path(self.line).stat()
        return f"{os.major(status.st_rdev)}:{os.minor(status.st_rdev)}"

    def close(self) -> None:
        """Both ends are gone."""
        if self.near >= 0:
            os.close(self._far)
            os.close(self.near)
            self.near = -1


class Machine:
    """Folders like those of Linux. `plug` does what kernel and udev do, in their order; `unplug` the reverse."""

    def __init__(self, root: Path) -> None:
        self.roots = Roots(root / "dev", root / "sys", root / "proc")
        for folder in ("dev/serial/by-id", "dev/serial/by-path", "sys/class/tty", "sys/devices", "proc"):
            (root / folder).mkdir(parents=True)
        self._terminals = root / "sys" / "class" / "tty"
        self._devices = root / "sys" / "devices"
        self.plugged: list[Adapter] = []

    def plug(self, kind: Kind, tty_name: str = "ttyUSB0", socket: str = "1", interface: int = 0) -> Adapter:
        adapter = Adapter(self, kind, tty_name, socket, interface)
        usb = self._devices / f"1-{socket}"
        line = usb / f"1-{socket}:1.{interface}" / tty_name
        line.mkdir(parents=True)
        for name, text in (
            ("idVendor", kind.vendor),
            ("idProduct", kind.product),
            ("manufacturer", kind.maker),
            ("product", kind.model),
            ("bNumInterfaces", f" {kind.interfaces}"),
        ):
            (usb / name).write_text(text + "\n")
        if kind.serial:
            (usb / "serial").write_text(kind.serial + "\n")
        (line.parent / "bInterfaceNumber").write_text(f"{interface:02d}\n")
        (line / "port_number").write_text("0\n")
        self._terminal(tty_name, adapter.number, line)
        Path(adapter.device).symlink_to(adapter.line)
        self._link(Path(adapter.by_id), tty_name)
        self._link(Path(adapter.by_path), tty_name)
        self.plugged.append(adapter)
        return adapter

    def unplug(self, adapter: Adapter) -> None:
        """Pull it. A name by-id that another one could claim leads there, as udev does it."""
        self.plugged.remove(adapter)
        Path(adapter.by_path).unlink()
        Path(adapter.by_id).unlink()
        twin = next((other for other in self.plugged if other.by_id == adapter.by_id), None)
        if twin is not None:
            self._link(Path(twin.by_id), twin.name)
        Path(adapter.device).unlink()
        shutil.rmtree(self._terminals / adapter.name)
        usb = self._devices / f"1-{adapter.socket}"
        shutil.rmtree(usb / f"1-{adapter.socket}:1.{adapter.interface}")
        if not any(other.socket == adapter.socket for other in self.plugged):
            shutil.rmtree(usb)
        adapter.close()

    def built_in(self, name: str, uart: str) -> Path:
        """A /dev/ttyS as the kernel shows it; uart "0": it has found none there."""
        place = self._devices / "pnp0" / name
        place.mkdir(parents=True)
        self._terminal(name, "4:64", place)
        (self._terminals / name / "type").write_text(uart + "\n")
        device = self.roots.dev / name
        device.touch()
        return device

    def process(self, number: int, program: str, opened: str = "") -> None:
        """A process that may have a file open."""
        folder = self.roots.proc / str(number)
        (folder / "fd").mkdir(parents=True)
        (folder / "comm").write_text(program + "\n")
        if opened:
            (folder / "fd" / "7").symlink_to(opened)

    def close(self) -> None:
        for adapter in list(self.plugged):
            self.unplug(adapter)

    def _terminal(self, name: str, number: str, place: Path) -> None:
        entry = self._terminals / name
        entry.mkdir()
        (entry / "dev").write_text(number + "\n")
        (entry / "device").symlink_to(place)

    def _link(self, link: Path, tty_name: str) -> None:
        link.unlink(missing_ok=True)
        link.symlink_to(f"../../{tty_name}")
