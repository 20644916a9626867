"""What a driver says of its device, as text to read. Free of Qt."""

from __future__ import annotations

from console.ui.devices_page.seen import name_of
from console.ui.devices_page.words import line_settings_text
from drivers.driver import DriverInfo


def sections(info: DriverInfo) -> list[tuple[str, tuple[str, ...]]]:
    """Heading and paragraphs, in the order in which an engineer needs them; empty sections are left out."""
    parameters = ", ".join(dict.fromkeys(name_of(p) for p in info.parameters))
    lines = [f"{line_settings_text(info.serial)} from the factory"]
    lines += [f"{line_settings_text(other)} on some models or menus" for other in info.other_lines]
    sends = parameters or "No values that this driver decodes."
    talk = "The console asks and the device answers." if info.dialogue else "The device sends by itself."
    where = "Setting it up" if info.network else "On the device"
    made = [
        ("Models", (", ".join(info.models),) if info.models else ()),
        ("Sends", (sends, f"{talk} A report every {info.interval_s:g} s.")),
        ("Cabling", (info.cabling,) if info.cabling else ()),
        ("Line settings", () if info.network else tuple(lines)),
        (where, tuple(f"{n}. {step}" for n, step in enumerate(info.setup, 1))),
        ("Known quirks", info.quirks),
        ("Damaged frames are known by", (info.check or "Nothing: the protocol has no checksum.",)),
        ("Held against real bytes", info.verified or ("Nothing yet.",)),
        ("Not verified: read in documents only", info.unverified),
        ("Sources", info.sources),
    ]
    return [(title, paragraphs) for title, paragraphs in made if paragraphs]
