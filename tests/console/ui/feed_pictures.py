"""`python -m tests.console.ui.feed_pictures DIR`: the feed page in every state, as PNG files to look at."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from console.link.feeds import Sent, Validation
from console.link.snapshot import ManagerState, ManagerView
from console.ui import theme as themes
from console.ui.feeds_page import FeedsPage
from console.ui.feeds_page.page import CODES, PLACES, TRY
from console.ui.theme import Mode, Theme
from console.ward.source import SourceState
from drivers.observation import Parameter
from tests.console.ui import fake_feeds as feeds
from tests.console.ui import fakes as f

SIZES = {"1920": (1920, 942), "1366": (1366, 652)}
LIGHT = ("live", "codes", "contradiction", "good", "form")
LONG = "gateway of the intensive care unit with a name longer than the list is wide"


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
                if mode is Mode.LIGHT and name not in LIGHT:
                    continue
                page = make_page(name, theme)
                page.resize(width, height)
                page.show()
                _settle(application)
                page.activated()
                page.show_ward(page.link.snapshot(), f.NOW)
                _settle(application)
                act(page)
                _settle(application)
                page.grab().save(str(folder / f"{name}-{size}-{mode}.png"))
                if (page.width(), page.height()) != (width, height):
                    print(f"{name} {size}: grew to {page.width()}x{page.height()}")
                page.close()
                page.deleteLater()


def _settle(application: object) -> None:
    for _ in range(4):
        application.processEvents()  # type: ignore[attr-defined]


def make_page(scene: str, theme: Theme) -> FeedsPage:
    """The page with feeds for a scene."""
    link = f.FakeLink(f.ward([f.bed(f"7B-0{n}", name="Test Alder") for n in range(1, 5)]))
    if scene == "none":
        made = feeds.FakeFeeds(link=link)
        return FeedsPage(link, "B. Tech", theme, made)
    codes = [feeds.unknown_code(), feeds.unknown_code("150456", "MDC_CO2_ET", value="38", unit="", reason="no unit")]
    codes += [feeds.unknown_code("0401-0B60", "PSI_R\x07\u202e<b>", value="4\x1b[31m1", unit="", count=7)]
    said = {"code": "9001", "name": "Heart", "parameter": "hr"}, {"code": "9002", "name": "Room temp", "ignore": True}
    gateway = feeds.listener(LONG if scene == "long" else "monitor gateway", code=said)
    second = feeds.listener("Philips IIC", port=2576, beds={"7B^^2": "7B-02"})
    peers = tuple(feeds.peer(n) for n in range(1, 65)) if scene == "peers" else (feeds.peer(1), feeds.peer(2))
    view = feeds.view(
        gateway,
        peers=peers,
        unknown_codes=() if scene == "quiet" else tuple(codes),
        unknown_places=(feeds.unknown_place(), feeds.unknown_place("ICU^Room 3^Window", 4)),
        quarantined=(("unknown code", 14211), ("sentinel", 84), ("unknown location", 311)),
        duplicates=12,
        device_alerts=("7B-01: ** HR HIGH 118 > 110",),
        warnings=("The certificate of gateway 2 ends in 12 days.",) if scene == "warning" else (),
    )
    lost = replace(
        feeds.view(second, peers=()),
        state=SourceState.LOST,
        last_error="cannot listen on 127.0.0.1:2576: Address already in use",
        good=0,
        last_heard_stamp=None,
        last_value_stamp=None,
        connections=0,
    )
    link.ward = replace(link.ward, sources=(view, lost) if scene == "lost" else (view,))
    if scene == "manager":
        waits = ManagerView("ward pagers", "10.9.9.9:2580", ManagerState.RETRYING, 4, f.NOW - 75, sent=120)
        waits = replace(waits, last_error="connection refused", last_accepted_stamp=f.NOW - 90, refused=1)
        link.ward = replace(link.ward, system=replace(link.ward.system, managers=(waits,)))
    made = feeds.FakeFeeds(gateway, second, link=link)
    for number in range(40):
        reason = "2 put aside: sentinel, unknown code" if number % 3 else ""
        made.store(feeds.GOOD, gateway.name, control_id=f"A81F{number:X}", reason=reason)
    made.store(feeds.UNREADABLE, gateway.name, control_id="", message_type="", outcome="error", reason="no MSH segment")
    made.store(b"", gateway.name, control_id="OLD", kept=False)
    made.store(feeds.huge(), gateway.name, control_id="HUGE")
    made.store(feeds.DAMAGED, gateway.name, control_id="D1", reason="1 put aside: damaged segment")
    made.store(feeds.GOOD, gateway.name, reason="2 put aside: sentinel, unknown code")
    return FeedsPage(link, "B. Tech", theme, made)


def scenes() -> Iterator[tuple[str, Callable[[FeedsPage], None]]]:
    """Name and what leads there."""
    yield "none", lambda page: None
    yield "live", lambda page: None
    yield "long", lambda page: None
    yield "peers", lambda page: page.list.table.selectRow(3)
    yield "lost", lambda page: None
    yield "warning", lambda page: None
    yield "manager", lambda page: page.list.table.selectRow(3)
    yield "good", lambda page: _open(page, 0)
    yield "fields", lambda page: _open(page, 0, "Fields")
    yield "raw", lambda page: _open(page, 0, "As sent")
    yield "answer", lambda page: _open(page, 0, "Answer")
    yield "damaged", lambda page: _open(page, 1)
    yield "damaged-raw", lambda page: _open(page, 1, "As sent")
    yield "huge", lambda page: _open(page, 2, "Fields")
    yield "let-go", lambda page: _open(page, 3)
    yield "unreadable", lambda page: _open(page, 4)
    yield "validation", _validation
    yield "again", lambda page: (_open(page, 0), page.messages.message.again.click())
    yield "nothing-fits", lambda page: (page.messages.text.setText("no such text"), page.messages.search())
    yield "failure", _failure
    yield "codes", lambda page: _code(page, 1)
    yield "contradiction", lambda page: (_code(page, 1), _meaning(page, Parameter.HR))
    yield "mapping", lambda page: (_code(page, 2), _meaning(page, Parameter.TEMP))
    yield "quiet", lambda page: page.part(CODES).click()
    yield "places", lambda page: (page.part(PLACES).click(), page.places.table.selectRow(0))
    yield "try", lambda page: page.part(TRY).click()
    yield "try-ok", lambda page: _try(page, page.feeds.answer)
    yield (
        "try-refused",
        lambda page: _try(
            page, Sent("Answered AR: version 2.9 is not supported.", False, "MSH|^~\\&|...", ("MSA|AR|TEST1",))
        ),
    )
    yield (
        "try-silent",
        lambda page: _try(
            page,
            Sent("Not sent, or not answered: 10.1.2.3:2575: no acknowledgement within 5 s.", False, "MSH|^~\\&|..."),
        ),
    )
    yield "form", lambda page: page.add.click()
    yield "form-change", lambda page: page.change.click()
    yield "form-fault", lambda page: (page.add.click(), page.form.allow.setText("somewhere"), page.form.save.click())
    yield "form-remove", lambda page: (page.change.click(), page.form.remove.click())


def _open(page: FeedsPage, row: int, part: str = "What it says") -> None:
    page.messages.table.selectRow(row)
    page.messages.message.part(part).click()


def _validation(page: FeedsPage) -> None:
    lines = tuple(f"Error: Missing required child ORU_R01_ORDER_OBSERVATION.OBR_{n}" for n in range(30))
    page.feeds.checked = Validation("30 remarks of hl7apy.", lines)
    _open(page, 0)
    page.messages.message.validate.click()


def _failure(page: FeedsPage) -> None:
    page.feeds.error = OSError("database disk image is malformed")
    page.messages.search()
    page.messages.table.selectRow(1)


def _code(page: FeedsPage, row: int) -> None:
    page.part(CODES).click()
    page.codes.table.selectRow(row)


def _meaning(page: FeedsPage, parameter: Parameter) -> None:
    page.codes.form.parameter.setCurrentIndex(page.codes.form.parameter.findData(parameter))


def _try(page: FeedsPage, answer: Sent) -> None:
    page.feeds.answer = answer
    page.part(TRY).click()
    page.trial.send.click()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
