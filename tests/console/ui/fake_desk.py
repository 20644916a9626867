"""An engineer's desk without devices: its ports, lines and searches are what the test says they are."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from typing import Annotated, Literal

from pydantic import Field

from console.config import Config, SourceConfig
from console.link.commands import Reply
from console.link.devices import (
    Candidate,
    Change,
    Chunk,
    ConfirmDevice,
    DriverView,
    HeardVital,
    IdentificationView,
    LineView,
    PortView,
    Record,
    RemoveSource,
    SaveSource,
    SaveWard,
    SetEnabled,
)
from console.link.snapshot import BedSnapshot, BedState, SourceView
from console.ward.source import SourceState
from drivers.dri_s5.driver import DriS5
from drivers.driver import DriverInfo, DriverSettings, SerialSettings
from drivers.ivy.driver import IvyAnsarB
from drivers.masimo.driver import MasimoAscii1
from drivers.observation import DeviceAlert, Parameter, Status, Vital
from tests.console.ui.fakes import FakeLink

P = Parameter

BY_ID = "/dev/serial/by-id/usb-FTDI_FT232R_USB_UART_A10KZP3X-if00-port0"
PORTS = (
    PortView(BY_ID, "/dev/ttyUSB0", "FT232R USB UART", "A10KZP3X", "0403:6001:A10KZP3X"),
    PortView("/dev/ttyS0", "/dev/ttyS0", "Built-in port"),
    PortView(
        "/dev/ttyUSB3",
        "/dev/ttyUSB3",
        "USB-Serial Controller",
        stable=False,
        usable=False,
        problem="No permission: only the group “dialout” may use it. Run `sudo usermod -aG dialout tech` and log in "
        "again.",
    ),
    PortView(
        "/dev/serial/by-id/usb-Prolific_PL2303-if00",
        "/dev/ttyUSB1",
        "PL2303",
        usable=False,
        problem="In use by minicom (process 812): end it, or choose another port.",
    ),
)


class BusySettings(DriverSettings):
    """Every kind of setting a driver may have."""

    waves: Annotated[bool, Field(description="Ask for waves too; needs 115200 baud.")] = False
    interval_s: Annotated[int, Field(ge=1, le=60, description="Seconds between two reports.")] = 5
    gain: Annotated[float, Field(ge=0.5, le=2)] = 1.0
    channel: Literal["P1", "P2"] | None = None
    label: Annotated[str, Field(max_length=8)] = "BED"


BUSY_INFO = DriverInfo(
    name="busy_monitor",
    title="Example monitor with <b>every</b> kind of setting and a name that does not end",
    models=tuple(f"Model {n}" for n in range(12)),
    parameters=(P.HR, P.SPO2, P.NIBP_SYS, P.NIBP_DIA),
    serial=SerialSettings(19200, 7, "E", 2, True),
    interval_s=5.0,
    dialogue=True,
    cabling="Crossed cable, DB9 female to DB25 male.",
    other_lines=(SerialSettings(9600),),
    check="CRC-16 a frame",
    setup=("Open the service menu.", "Set the port to COMPUTER."),
    quirks=("It restarts when the port is opened.",),
    verified=("Frames against a recorded stream",),
    unverified=("Alarm words",),
    sources=("Service manual 4711, chapter 9",),
)


def masimo_line(seconds: float = 20.0, spo2: float | None = 97, pr: float | None = 72, **more: object) -> LineView:
    """What a Masimo oximeter shows after so many seconds: a line of text each second and its values."""
    chunks = []
    for second in range(max(0, int(seconds) - 200), int(seconds) + 1):
        text = f"04/14/26 04:42:{second % 60:02d} SN=0000031415 SPO2={spo2 or 0:03.0f}% BPM={pr or 0:03.0f} PI=02.41%"
        chunks += [Chunk(second + 0.1, True, text.encode() + b" EXC=000000\r\n")]
    values = ((P.SPO2, spo2), (P.PR, pr), (P.PERFUSION_INDEX, None if spo2 is None else 2.41))
    vitals = tuple(
        HeardVital(seconds - 0.4, Vital(p, v, Status.UNAVAILABLE if v is None else Status.VALID)) for p, v in values
    )
    made = LineView(
        SourceState.CONNECTED,
        chunks=tuple(chunks),
        vitals=vitals,
        good=int(seconds) + 1,
        bytes_in=(int(seconds) + 1) * 66,
        identity="31415",
        seconds=seconds,
    )
    return replace(made, **more)  # type: ignore[arg-type]


def dialogue_line(seconds: float = 31.0) -> LineView:
    """Requests and answers of a monitor that is asked, with an alert of its own."""
    chunks = []
    for n in range(0, int(seconds), 5):
        chunks.append(Chunk(n + 0.0, False, bytes.fromhex("7e310000000000000000000001000a00ff3c7e")))
        chunks.append(Chunk(n + 0.3, True, bytes((n * 7 + i * 13) % 256 for i in range(90))))
    values = (
        (P.HR, 118, "ECG1"),
        (P.SPO2, 96, None),
        (P.RR, 23, "CO2"),
        (P.NIBP_SYS, 158, None),
        (P.NIBP_DIA, 90, None),
    )
    vitals = [HeardVital(seconds - 1.0, Vital(p, v, site=site)) for p, v, site in values]
    vitals.append(HeardVital(seconds - 1.0, Vital(P.TEMP, 38.34, Status.QUESTIONABLE, "axilla")))
    vitals.append(HeardVital(seconds - 1.0, Vital(P.ETCO2, None, Status.UNAVAILABLE)))
    return LineView(
        SourceState.CONNECTED,
        chunks=tuple(chunks),
        vitals=tuple(vitals),
        alerts=(DeviceAlert("asystole", "<b>HR</b> HIGH 118 > 110"),),
        good=7,
        bad=0,
        bytes_in=630,
        seconds=seconds,
    )


def silent_line(seconds: float = 12.0) -> LineView:
    """The port is open and nothing comes."""
    return LineView(SourceState.SILENT, seconds=seconds)


def garbled_line(seconds: float = 12.0) -> LineView:
    """What a wrong baud rate looks like."""
    data = bytes((i * 89 + 7) % 256 for i in range(200))
    return LineView(SourceState.MALFORMED, chunks=(Chunk(1.0, True, data),), bad=9, bytes_in=200, seconds=seconds)


def broken_line(error: str) -> LineView:
    """The port cannot be opened."""
    return LineView(SourceState.LOST, error=error)


class FakePreview:
    def __init__(self, source: SourceConfig, sight: Callable[[SourceConfig], LineView]) -> None:
        self.source = source
        self.closed = 0
        self._sight = sight

    def view(self) -> LineView:
        assert not self.closed, "looked at after it was closed"
        return self._sight(self.source)

    def close(self) -> None:
        self.closed += 1


class FakeIdentification:
    def __init__(self, port: str, views: list[IdentificationView]) -> None:
        self.port = port
        self.closed = 0
        self._views = views

    def view(self) -> IdentificationView:
        return self._views.pop(0) if len(self._views) > 1 else self._views[0]

    def close(self) -> None:
        self.closed += 1


MASIMO = Candidate(
    "masimo_ascii1", MasimoAscii1.info.title, SerialSettings(), True, 12, 0, "12 good frames, SpO2 97 %, pulse 72"
)
SEARCH = [
    IdentificationView(False, 0.3, "Ivy 450C bedside monitor, ANSAR-B at 9600 8N1", (), ""),
    IdentificationView(False, 0.6, "Nonin oximeter at 9600 8N1", (MASIMO,), ""),
    IdentificationView(True, 1.0, "", (MASIMO,), "This is a Masimo pulse oximeter, ASCII 1, at 9600 8N1."),
]


class FakeDesk:
    """sight: what a preview shows of a source. lines: what running sources show. refuse: what a change is told.

    hold: changes stay open until `finish`. link: its ward follows the changes.
    """

    def __init__(self, config: Config | None = None, link: FakeLink | None = None) -> None:
        self._config = config or Config()
        self.link = link
        self.ports_there: tuple[PortView, ...] = PORTS
        self.sight: Callable[[SourceConfig], LineView] = lambda _: masimo_line()
        self.lines: dict[str, LineView] = {}
        self.search = SEARCH
        self.changes: list[tuple[Change, str]] = []
        self.previews: list[FakePreview] = []
        self.searches: list[FakeIdentification] = []
        self.refuse: Callable[[Change], str] = lambda _: ""
        self.hold = False
        self._held: list[tuple[Change, Future[Reply]]] = []

    @property
    def config_file(self) -> str:
        return "/etc/ward-console/ward.toml"

    def config(self) -> Config:
        return self._config

    def drivers(self) -> tuple[DriverView, ...]:
        real = tuple(DriverView(d.info, d.settings_type) for d in (DriS5, IvyAnsarB, MasimoAscii1))
        return (DriverView(BUSY_INFO, BusySettings), *real)

    def ports(self) -> Future[tuple[PortView, ...]]:
        used = {getattr(s.transport, "port", ""): s.name for s in self._config.source}
        reply: Future[tuple[PortView, ...]] = Future()
        reply.set_result(tuple(replace(p, used_by=used.get(p.port, "")) for p in self.ports_there))
        return reply

    def preview(self, source: SourceConfig) -> FakePreview:
        self.previews.append(FakePreview(source, lambda of: self.sight(of)))
        return self.previews[-1]

    def line(self, name: str) -> LineView | None:
        return self.lines.get(name)

    def identify(self, port: str) -> FakeIdentification:
        self.searches.append(FakeIdentification(port, list(self.search)))
        return self.searches[-1]

    def change(self, change: Change, by: str) -> Future[Reply]:
        self.changes.append((change, by))
        reply: Future[Reply] = Future()
        if self.hold:
            self._held.append((change, reply))
        else:
            reply.set_result(self._apply(change))
        return reply

    def finish(self) -> None:
        """Answer what was held."""
        held, self._held = self._held, []
        for change, reply in held:
            reply.set_result(self._apply(change))

    @property
    def open_ports(self) -> int:
        """Previews and searches that nobody has closed."""
        return sum(1 for p in (*self.previews, *self.searches) if not p.closed)

    def _apply(self, change: Change) -> Reply:
        error = self.refuse(change)
        if error:
            return Reply(error)
        data = self._config.model_dump()
        entry = ""
        if isinstance(change, SaveWard):
            data["ward"] |= {"name": change.name, "timezone": change.timezone, "beds": change.beds}
        elif isinstance(change, SaveSource):
            kept = [s for s in data["source"] if s["name"] != change.replaces]
            data["source"] = [*kept, change.source.model_dump()]
            self.lines.setdefault(change.source.name, masimo_line())
        elif isinstance(change, RemoveSource):
            data["source"] = [s for s in data["source"] if s["name"] != change.name]
        elif isinstance(change, SetEnabled | ConfirmDevice):
            key = {"enabled": change.enabled} if isinstance(change, SetEnabled) else {"device": change.identity}
            data["source"] = [s | key if s["name"] == change.name else s for s in data["source"]]
        elif isinstance(change, Record):
            entry = "/var/lib/ward-console/captures/bed-1-20260414-044218.capture"
        self._config = Config.model_validate(data)
        if self.link is not None:
            self._publish(self.link)
        return Reply(entry_id=entry)

    def _publish(self, link: FakeLink) -> None:
        """Beds and sources of the configuration appear in the ward."""
        known = {b.bed: b for b in link.ward.beds}
        beds = tuple(known.get(n, BedSnapshot(n, BedState.EMPTY, 1)) for n in self._config.ward.beds)
        views = {s.name: s for s in link.ward.sources}
        sources = tuple(
            views.get(s.name, SourceView(s.name, s.transport.kind, s.driver, "", (s.bed,), SourceState.CONNECTING))
            for s in self._config.source
        )
        link.ward = replace(link.ward, beds=beds, sources=sources, name=self._config.ward.name)
