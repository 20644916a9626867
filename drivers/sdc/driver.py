"""Devices that speak IEEE 11073 SDC over the network: the lines of `drivers.transport.sdc_link`, read."""

from __future__ import annotations

from typing import ClassVar

from drivers.alerts import AlertChanges
from drivers.delimited import Fragment, Splitter
from drivers.driver import DriverInfo, DriverSettings, FrameCounters, Output, SerialSettings
from drivers.observation import DeviceAlert, Parameter, Vital
from drivers.sdc import decoding
from drivers.sdc.lines import LONGEST_LINE, AlertLine, DeviceLine, MetricLine, parse

MOST_HANDLES = 4096
"""Handles of one device that are remembered; a bedside device has some hundreds."""


class Sdc:
    """Reads the lines; see drivers.driver.Driver."""

    info: ClassVar[DriverInfo] = DriverInfo(
        name="sdc",
        title="IEEE 11073 SDC device on the network",
        models=("Any BICEPS service provider with numeric metrics",),
        parameters=tuple(Parameter),
        serial=SerialSettings(),
        interval_s=2.0,
        dialogue=False,
        network=True,
        check="CRC-32 a line between link and driver; TCP and TLS on the network",
        cabling="Network cable to the device network; no serial line. The transport of the source is of kind sdc.",
        setup=(
            "Install the extra: pip install 'ward-console[sdc]'.",
            'Give the endpoint reference of the device (epr = "urn:uuid:..."; see the device\'s network settings) and '
            "the address of this computer on the device network (interface), or the device's own address.",
            "Where the device demands TLS, give key, certificate and CA certificate as PEM files.",
            "While the link stands, this computer listens on that network for the device's reports.",
        ),
        quirks=(
            "Only measured and calculated metrics are charted, and only codes and units of the console's table; "
            "settings, private codes and other units are not.",
            "Values in demonstration or test mode are never charted; the device alert demo_data says so.",
            "Questionable and calibrating metrics are questionable; ongoing, invalid, overflow, underflow and not "
            "available are no data, as is every metric that is not switched on.",
            "A device that reports a metric only when its value changes falls silent while the value stands still.",
            "What the device held before the link came up is not told, except its alerts: values come with the next "
            "report. A report that repeats a determination time is no new measurement.",
            "Nothing is ever set, and no operation of the device is called.",
        ),
        verified=("Against the provider of the library sdc11073 3.0.0 on loopback, plain and over TLS",),
        unverified=("Devices of manufacturers",),
        sources=("IEEE 11073-10207, 11073-20701, 11073-20702", "sdc11073 3.0.0 (Draegerwerk)"),
    )
    settings_type: ClassVar[type[DriverSettings]] = DriverSettings

    def __init__(self, settings: DriverSettings) -> None:
        del settings  # there are none
        self.counters = FrameCounters()
        self._splitter = Splitter(b"\r\n", LONGEST_LINE)
        self._number = 0
        self._unreadable = 0  # bytes since the last good line
        self._alerts = AlertChanges()
        self._present: dict[str, DeviceAlert] = {}
        self._demo: set[str] = set()
        self._times: dict[str, float] = {}

    def step(self, data: bytes, elapsed: float) -> Output:
        """See Driver.step."""
        del elapsed  # the link does the asking
        return self._read(self._splitter.feed(data)) if data else Output()

    def finish(self) -> Output:
        """See Driver.finish."""
        output = self._read(self._splitter.finish())
        self.counters.bad += bool(self._unreadable)
        self._unreadable = 0
        return output

    def _read(self, fragments: list[Fragment]) -> Output:
        vitals: list[Vital] = []
        alerts: list[DeviceAlert] = []
        identity = ""
        for fragment in fragments:
            read = parse(fragment.data)
            if read is None:
                self.counters.skipped += len(fragment.data)
                self._unreadable += len(fragment.data)
                continue
            number, line = read
            self._good(number)
            if isinstance(line, DeviceLine):
                identity = line.serial or identity
            elif isinstance(line, MetricLine):
                vitals += self._metric(line)
                alerts += self._alerts.update(self._active())
            else:
                alerts += self._alert(line)
        return Output(tuple(vitals), tuple(alerts), identity=identity)

    def _good(self, number: int) -> None:
        """The numbers tell how many lines are missing; a lower one begins anew."""
        if self._number and number > self._number:
            self.counters.bad += number - self._number - 1
        self._number, self._unreadable = number, 0
        self.counters.good += 1

    def _metric(self, line: MetricLine) -> list[Vital]:
        found = decoding.vital(line)
        if found is None or (line.handle not in self._times and len(self._times) >= MOST_HANDLES):
            return []
        if not decoding.is_demo(line):
            self._demo.discard(line.handle)
        elif len(self._demo) < MOST_HANDLES:
            self._demo.add(line.handle)
        known = self._times.get(line.handle)
        if line.time is not None:
            self._times[line.handle] = line.time
        repeat = found.value is not None and line.time is not None and line.time == known
        return [Vital(found.parameter, found.value, found.status, found.site, found.device_time, repeat)]

    def _alert(self, line: AlertLine) -> tuple[DeviceAlert, ...]:
        if not line.present:
            self._present.pop(line.handle, None)
        elif len(self._present) < MOST_HANDLES:
            self._present[line.handle] = decoding.alert(line)
        return self._alerts.update(self._active())

    def _active(self) -> list[DeviceAlert]:
        return [*self._present.values(), *([decoding.DEMO_ALERT] if self._demo else [])]
