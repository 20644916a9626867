"""Nonin oximeters that send data format 2, 7 or 8: a stream without questions."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from pydantic import Field

from drivers.alerts import AlertChanges
from drivers.driver import DriverInfo, DriverSettings, FrameCounters, Output
from drivers.nonin.binary.decoding import parse_format_8, parse_packet
from drivers.nonin.binary.framing import FORMAT_2, FORMAT_7, BurstReader, Layout, PacketReader
from drivers.nonin.binary.manifests import INFO_DF2, INFO_DF7, INFO_DF8
from drivers.nonin.binary.reporting import PacketReports, active, vitals
from drivers.nonin.binary.selecting import FormatSelection
from drivers.observation import DeviceAlert, Vital

__all__ = ["NoninDf2", "NoninDf7", "NoninDf8", "NoninSettings"]


class NoninSettings(DriverSettings):
    """See the fields."""

    select_format: bool = Field(
        default=False,
        title="Switch the oximeter to this data format",
        description=(
            "Off: the console only listens. On: when this data format does not arrive by itself, the console sends "
            "the oximeter the command to use it. The oximeter keeps the format from then on, even without batteries, "
            "and other equipment that reads it may no longer understand it."
        ),
    )


class _NoninBinary:
    """What the three formats have in common."""

    info: ClassVar[DriverInfo]
    settings_type: ClassVar[type[DriverSettings]] = NoninSettings
    data_format: ClassVar[int]

    def __init__(self, settings: DriverSettings) -> None:
        wanted = isinstance(settings, NoninSettings) and settings.select_format
        self.counters = FrameCounters()
        self._selection = FormatSelection(self.data_format) if wanted else None

    def step(self, data: bytes, elapsed: float) -> Output:
        """See Driver.step."""
        before = self.counters.good
        output = self._read(data, elapsed)
        if self._selection is None:
            return output
        step = self._selection.step(data, elapsed, self.counters.good > before)
        return replace(output, send=step.send, trouble=step.trouble)

    def _read(self, data: bytes, elapsed: float) -> Output:
        raise NotImplementedError


class _NoninPackets(_NoninBinary):
    """Formats 2 and 7."""

    layout: ClassVar[Layout]
    interrupted_s: ClassVar[float] = 1.0

    def __init__(self, settings: DriverSettings) -> None:
        super().__init__(settings)
        self._reader = PacketReader(self.layout, self.counters)
        self._reports = PacketReports()
        self._heard_at = 0.0

    def finish(self) -> Output:
        """See Driver.finish. A packet that is not whole is a bad one."""
        self._reader.finish()
        told, alerts = self._reports.finish()
        return Output(tuple(told), alerts)

    def _read(self, data: bytes, elapsed: float) -> Output:
        if elapsed - self._heard_at >= self.interrupted_s:
            self._reports.forget()
        if data:
            self._heard_at = elapsed
        told: list[Vital] = []
        alerts: list[DeviceAlert] = []
        for packet in self._reader.feed(data) if data else ():
            reading = parse_packet(packet, self.layout)
            if reading is None:
                self.counters.bad += 1
                continue
            self.counters.good += 1
            values, changes = self._reports.take(reading)
            told += values
            alerts += changes
        return Output(tuple(told), tuple(alerts))


class NoninDf2(_NoninPackets):
    """Data format 2: 75 frames a second, pulse wave of 8 bits; see drivers.driver.Driver."""

    info: ClassVar[DriverInfo] = INFO_DF2
    data_format: ClassVar[int] = 2
    layout: ClassVar[Layout] = FORMAT_2


class NoninDf7(_NoninPackets):
    """Data format 7: 75 frames a second, pulse wave of 16 bits; see drivers.driver.Driver."""

    info: ClassVar[DriverInfo] = INFO_DF7
    data_format: ClassVar[int] = 7
    layout: ClassVar[Layout] = FORMAT_7


class NoninDf8(_NoninBinary):
    """Data format 8: four bytes a second; see drivers.driver.Driver."""

    info: ClassVar[DriverInfo] = INFO_DF8
    data_format: ClassVar[int] = 8

    def __init__(self, settings: DriverSettings) -> None:
        super().__init__(settings)
        self._reader = BurstReader(self.counters, lambda frame: parse_format_8(frame) is not None)
        self._alerts = AlertChanges()

    def finish(self) -> Output:
        """See Driver.finish. Four whole bytes at the end count."""
        return self._told(self._reader.finish())

    def _read(self, data: bytes, elapsed: float) -> Output:
        return self._told(self._reader.feed(data, elapsed))

    def _told(self, frames: list[bytes]) -> Output:
        told: list[Vital] = []
        alerts: list[DeviceAlert] = []
        for reading in filter(None, map(parse_format_8, frames)):
            told += vitals(reading, reading.signal)
            alerts += self._alerts.update(active(reading.signal))
        return Output(tuple(told), tuple(alerts))
