"""`python -m tests.console.ui.device_pictures DIR`: the device page in every state, as PNG files to look at."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from console.config import Config
from console.link.devices import IdentificationView
from console.link.snapshot import SourceView
from console.ui import theme as themes
from console.ui.devices_page import DevicesPage
from console.ui.devices_page.setup_panel import Step
from console.ui.theme import Mode, Theme
from console.ward.source import SourceState
from tests.console.ui import fake_desk as desk
from tests.console.ui import fakes

SIZES = {"1920": (1920, 942), "1366": (1366, 652), "970": (970, 652)}
LONG = "bed 1 oximeter with a name that an engineer made longer than the list is wide"


def main(folder: Path) -> None:
    """Draw all of them."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    folder.mkdir(parents=True, exist_ok=True)
    for size, (width, height) in SIZES.items():
        for mode in Mode:
            theme = Theme(mode, compact=width < 1600)
            themes.apply(application, theme)
            for name, act in scenes():
                if mode is Mode.LIGHT and name not in ("live", "bed", "device"):
                    continue
                page = make_page(name, theme)
                page.resize(width, height)
                page.show()
                for _ in range(3):
                    application.processEvents()
                page.activated()
                page.show_ward(page.link.snapshot(), fakes.NOW)
                act(page)
                for _ in range(4):
                    application.processEvents()
                page.grab().save(str(folder / f"{name}-{size}-{mode}.png"))
                if (page.width(), page.height()) != (width, height):
                    print(f"{name} {size}: grew to {page.width()}x{page.height()}")
                page.close()
                page.deleteLater()


def make_page(scene: str, theme: Theme) -> DevicesPage:
    """The page with a ward for a scene."""
    count = {"many": 64, "four": 4}.get(scene, 8)
    empty = scene.startswith("first")
    link = fakes.FakeLink(
        fakes.ward([] if empty else [fakes.bed(f"7B-{n:02d}", name="Test Alder") for n in range(1, 9)])
    )
    config = Config() if empty else _config(count)
    states = [SourceState.WRONG_DEVICE, SourceState.LOST, SourceState.MALFORMED, SourceState.SILENT]
    states += [SourceState.STOPPED, SourceState.CONNECTING]
    if scene != "wrong":
        states = [SourceState.CONNECTED, *states]
    sources = [
        SourceView(
            s.name,
            "serial",
            s.driver,
            getattr(s.transport, "port", ""),
            (s.bed,),
            states[i] if i < len(states) else SourceState.CONNECTED,
            good=15482 + i,
            bad=i,
            skipped=i * 40,
            bytes_in=1_021_812,
            reconnects=i,
            last_value_stamp=fakes.NOW - i * 20,
            last_error="" if i != 2 else "port /dev/ttyS1 vanished",
            recording="/var/lib/ward-console/captures/bed-1.capture" if i == 7 else "",
        )
        for i, s in enumerate(config.source)
    ]
    link.ward = replace(link.ward, sources=tuple(sources))
    made = desk.FakeDesk(config, link)
    for i, s in enumerate(config.source):
        made.lines[s.name] = desk.dialogue_line() if i % 2 else desk.masimo_line(300)
    if scene == "wrong":
        name = config.source[0].name
        made.lines[name] = desk.masimo_line(300, state=SourceState.WRONG_DEVICE)
    page = DevicesPage(link, "B. Tech", theme, "", None if scene == "readonly" else made)
    if scene == "first-steps":
        page.devices = made
    return page


def _config(count: int) -> Config:
    beds = [f"7B-{n:02d}" for n in range(1, max(9, count + 1))]
    sources = [
        {
            "name": LONG if n == 1 else f"bed {n} oximeter",
            "driver": "masimo_ascii1" if n % 2 else "dri_s5",
            "bed": beds[n - 1],
            "transport": {"kind": "serial", "port": f"/dev/ttyS{n}", "adapter": "0403:6001:A10KZP3X"},
            "device": "27182",
            "enabled": n != 6,
        }
        for n in range(1, count + 1)
    ]
    return Config.model_validate({"ward": {"name": "Ward 7B", "beds": beds}, "source": sources})


def scenes() -> Iterator[tuple[str, Callable[[DevicesPage], None]]]:
    """Name and what leads there."""
    yield "live", lambda page: page.table.selectRow(page.model.row_of(LONG))
    yield "dialogue", lambda page: page.table.selectRow(page.model.row_of("bed 8 oximeter"))
    yield "wrong", lambda page: page.table.selectRow(page.model.row_of(LONG))
    yield "four", lambda page: None
    yield "many", lambda page: None
    yield "readonly", lambda page: None
    yield "remove", lambda page: page.source.acts["Remove"].click()
    yield "first", lambda page: None
    yield "first-ward", lambda page: page.open_ward()
    yield "ward", lambda page: (page.open_ward(), page.ward.beds.setCurrentRow(2))
    yield "port", lambda page: page.add.click()
    yield "port-permission", _permission
    yield "identify", lambda page: _identify(page, [desk.SEARCH[1]])
    yield "identified", lambda page: _identify(page, [desk.SEARCH[2]])
    yield "nothing-fits", _nothing
    yield "replay", lambda page: (page.add.click(), _recording(page))
    yield "device", lambda page: _device(page, 1)
    yield "device-settings", lambda page: _device(page, 0)
    yield "look", lambda page: _look(page, desk.masimo_line(40))
    yield "look-silent", lambda page: _look(page, desk.silent_line())
    yield "look-garbled", lambda page: _look(page, desk.garbled_line())
    yield "look-busy", lambda page: _look(page, desk.broken_line("In use by minicom (process 812): end it."))
    yield "bed", lambda page: _bed(page, desk.masimo_line(40))
    yield "bed-many-values", lambda page: _bed(page, desk.dialogue_line())
    yield "bed-off", lambda page: (_bed(page, desk.silent_line()), page.setup.bed.confirmation.off.click())


def _recording(page: DevicesPage) -> None:
    next(b for b in page.setup.port.kinds.buttons() if b.text() == "Recording").click()


def _permission(page: DevicesPage) -> None:
    page.add.click()
    page.setup.port.ports.setCurrentRow(2)


def _identify(page: DevicesPage, views: list[IdentificationView]) -> None:
    page.devices.search = views
    page.add.click()
    page.setup.port.ports.setCurrentRow(0)
    page.setup.port.identify_button.click()


def _nothing(page: DevicesPage) -> None:
    near = replace(desk.MASIMO, fits=False, good=1, bad=14, told="1 good and 14 bad frames")
    told = "Bytes came, and no driver can read them. Check the menu of the device, or record the line and send it."
    _identify(page, [IdentificationView(True, 1.0, "", (near,), told)])


def _device(page: DevicesPage, row: int) -> None:
    page.add.click()
    page.setup.port.ports.setCurrentRow(0)
    page.setup.go(Step.DEVICE)
    page.setup.device.list.setCurrentRow(row)


def _look(page: DevicesPage, view: object) -> None:
    page.devices.sight = lambda _: view
    _device(page, 3)
    page.setup.go(Step.LOOK)


def _bed(page: DevicesPage, view: object) -> None:
    _look(page, view)
    page.setup.go(Step.BED)
    page.setup.bed.bed.setCurrentIndex(0)
    page.setup.watch.look()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
