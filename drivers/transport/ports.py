"""The serial ports of this machine, as an engineer chooses among them: what to name each one, and what stands in the
way. Nothing is opened for it."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from drivers.transport.access import Holder, holder, missing_permission
from drivers.transport.adapters import SYSTEM, Roots, Terminal, adapter_of, locate, terminals
from drivers.transport.link import LinkError

__all__ = ["SYSTEM", "Roots", "SerialPort", "adapter_of", "list_ports", "why_not_there"]


@dataclass(frozen=True, slots=True)
class SerialPort:
    """A serial port and how it stands.

    port: the name for the configuration, the most lasting there is; device: what the system calls it now.
    adapter: `vendor:product:serial number`, "" for a built-in port; pin it, so that no other is taken for it.
    stable: False when another adapter may come up under this name; `naming` then says what to do.
    permission: "" or who may use it and the command that gives access. held_by: the process that has it open, if any.
    reserved: "" or for what the system itself uses it.
    """

    port: str
    device: str
    description: str = ""
    serial_number: str = ""
    adapter: str = ""
    stable: bool = True
    naming: str = ""
    permission: str = ""
    held_by: Holder | None = None
    reserved: str = ""

    @property
    def usable(self) -> bool:
        """False while it cannot be opened by this program now; a port this program has open itself counts as usable."""
        return not (self.permission or self.reserved or self.busy)

    @property
    def busy(self) -> str:
        """ "" or which other program holds it and what to do, in words."""
        if self.held_by is None or self.held_by.ourselves:
            return ""
        advice = (
            "it looks for modems; switch it off with `sudo systemctl disable --now ModemManager`"
            if self.held_by.program == "ModemManager"
            else "end it, or choose another port"
        )
        return f"in use by {self.held_by}: {advice}"

    @property
    def problem(self) -> str:
        """ "" or the first thing to mend, as a plain sentence."""
        return self.permission or self.reserved or self.busy or self.naming


def list_ports(roots: Roots = SYSTEM) -> tuple[SerialPort, ...]:
    """The serial ports there are now, usable ones first. Takes milliseconds, or tens of them on a machine with
    thousands of open files."""
    present = terminals(roots)
    reserved = _system_consoles(roots)
    ports = [_port(terminal, present, terminal.name in reserved, roots) for terminal in present]
    return tuple(sorted(ports, key=lambda port: (not port.usable, port.port)))


def why_not_there(port: str, adapter: str | None, roots: Roots = SYSTEM) -> str:
    """ "" when the port, and the adapter it is pinned to, is plugged in and may be used; else what to mend."""
    try:
        terminal = locate(port, adapter, roots)
    except LinkError as error:
        return str(error)
    device = terminal.device if terminal else port
    if sys.platform != "win32" and not Path(device).exists():
        return "there is no such port; is the adapter plugged in?"
    return missing_permission(device)


def _port(terminal: Terminal, present: tuple[Terminal, ...], console: bool, roots: Roots) -> SerialPort:
    name, stable, naming = _name(terminal, present)
    return SerialPort(
        name,
        terminal.device,
        terminal.description,
        terminal.serial_number,
        terminal.adapter,
        stable,
        naming,
        missing_permission(terminal.device),
        holder(terminal.device, roots),
        "the system prints its own messages here" if console else "",
    )


def _name(terminal: Terminal, present: tuple[Terminal, ...]) -> tuple[str, bool, str]:
    """The name for the configuration, whether it is sure, and what to heed if not."""
    if not terminal.adapter:
        return terminal.device, True, ""
    twins = any(other.adapter == terminal.adapter for other in present if other is not terminal)
    if terminal.own_serial and not twins:
        if terminal.by_id:
            return terminal.by_id, True, ""
        sure = sys.platform != "linux"  # elsewhere the system keeps the name of an adapter by its serial number
        return terminal.device, sure, "" if sure else "the number may change, the adapter is found by its serial number"
    if terminal.by_path:
        return terminal.by_path, False, f"{_why_unsure(terminal)}: it is known by its socket, keep it plugged in there"
    return terminal.device, False, "nothing tells this adapter from another of its kind: use one with a serial number"


def _why_unsure(terminal: Terminal) -> str:
    return (
        "others have the serial number of this adapter"
        if terminal.serial_number
        else "this adapter has no serial number"
    )


def _system_consoles(roots: Roots) -> frozenset[str]:
    try:
        text = (roots.sys / "class" / "tty" / "console" / "active").read_text(encoding="ascii", errors="replace")
    except OSError:
        return frozenset()
    return frozenset(text.split())
