"""One driver tried on a line that nobody knows yet: how well it reads what arrives, and whether it fits."""

from __future__ import annotations

from collections import OrderedDict

from console.alarms.technical_text import LABELS
from console.link.devices import Candidate
from drivers import registry
from drivers.driver import DriverInfo, SerialSettings
from drivers.observation import UNITS, Parameter, Vital

FRAMES_NEEDED = 3
FRAMES_NEEDED_SLOW = 2
"""Good frames before a driver is said to fit; of a device that reports less often than each 1.5 s, two."""

SLOW_S, REPORTS_SELDOM_S = 1.5, 4.0
"""From the second interval on, one frame with a checksum and a value is enough: the next would take too long."""

TOLERATED = 5
"""From the first good frame on, at most one frame in so many may be bad, and one byte in so many belong to none. What
came before may be the end of a frame whose beginning was missed."""

PACE, PACE_BURST = 2.5, 5
"""A device that reports by itself and has no checksum is known by its pace too: at most so many frames an interval,
and this many more at the start (headers). Three zeros and a byte, again and again, look like a format of four bytes."""

PACE_EARLY = 0.8
"""Part of an interval that the next frame may be early."""

VALUES_TOLD = 5


class Trial:
    """A driver at some line settings. Raises registry.DriverError when the driver cannot be made.

    A driver that fails while it reads has failed its trial; others go on.
    """

    def __init__(self, info: DriverInfo, serial: SerialSettings) -> None:
        self.info = info
        self.serial = serial
        self.remark = ""  # what became of it besides frames, in plain words
        self._driver = registry.create(info.name, {})
        self._values: OrderedDict[Parameter, Vital] = OrderedDict()
        self._bytes = 0
        self._first_good_at = self._elapsed = 0.0
        self._bad_before = self._skipped_before = self._bytes_before = 0
        self._failed = False

    @property
    def good(self) -> int:
        """Good frames so far."""
        return self._driver.counters.good

    @property
    def frames_needed(self) -> int:
        """Good frames from which it may fit."""
        if self.info.interval_s >= REPORTS_SELDOM_S and self.info.check:
            return 1
        return FRAMES_NEEDED if self.info.interval_s <= SLOW_S else FRAMES_NEEDED_SLOW

    def step(self, data: bytes, elapsed: float) -> bytes:
        """Read what arrived; returns what the driver would send."""
        if self._failed:
            return b""
        counters = self._driver.counters
        fresh = counters.good == 0
        try:
            output = self._driver.step(data, elapsed)
        except Exception as error:  # noqa: BLE001 - a third party's driver must not end the trials of the others
            self._failed = True
            self.remark = f"the driver failed: {type(error).__name__}: {error}"
            return b""
        self._bytes += len(data)
        self._elapsed = elapsed
        if fresh:
            self._first_good_at = elapsed
            self._bad_before, self._skipped_before = counters.bad, counters.skipped
            self._bytes_before = max(0, self._bytes - len(data))
        for vital in output.vitals:
            self._values[vital.parameter] = vital
        if output.trouble:
            self.remark = output.trouble
        return output.send

    @property
    def fits(self) -> bool:
        """Enough good frames, a value where the device has any, and next to nothing unread since the first."""
        if self._failed or self.good < self.frames_needed or (self.info.parameters and not self._values):
            return False
        return self.promising and self._keeps_pace()

    def _keeps_pace(self) -> bool:
        if self.info.check or self.info.dialogue:
            return True
        intervals = (self._elapsed - self._first_good_at) / self.info.interval_s
        return intervals >= (self.frames_needed - 1) * PACE_EARLY and self.good <= PACE * intervals + PACE_BURST

    @property
    def promising(self) -> bool:
        """Since its first good frame next to nothing was left unread."""
        if self._failed or not self.good:
            return False
        return self._bad * TOLERATED <= self.good and self._skipped * TOLERATED <= self._bytes - self._bytes_before

    @property
    def _bad(self) -> int:
        return self._driver.counters.bad - self._bad_before

    @property
    def _skipped(self) -> int:
        return self._driver.counters.skipped - self._skipped_before

    def rank(self) -> tuple[bool, float, bool, int, int]:
        """The greater, the likelier: fits; share of what arrived that it read, in tenths; known by a checksum and not
        by form alone; values; frames."""
        frames = self.good + self._bad
        share = self.good / frames if frames else 0.0
        share *= 1 - min(1.0, self._skipped / max(1, self._bytes - self._bytes_before))
        told = sum(1 for vital in self._values.values() if vital.value is not None)
        return self.fits, round(share, 1), bool(self.info.check), told, self.good

    def candidate(self) -> Candidate:
        """As the engineer reads it."""
        counters = self._driver.counters
        return Candidate(
            self.info.name, self.info.title, self.serial, self.fits, counters.good, counters.bad, self._told()
        )

    def _told(self) -> str:
        counters = self._driver.counters
        if not counters.good:
            return self.remark or ("nothing arrived" if not self._bytes else "nothing it can read")
        frames = f"{counters.good} good frame{'s' if counters.good > 1 else ''}"
        bad = f"{counters.bad} bad" if counters.bad else ""
        values = [_value(vital) for vital in list(self._values.values())[:VALUES_TOLD]]
        return ", ".join(part for part in (frames, bad, *values, self.remark) if part)


def _value(vital: Vital) -> str:
    part = vital.parameter.value.rpartition("_")[2]
    label = LABELS[vital.parameter] + (f" {part}" if part in ("sys", "dia", "mean") else "")
    if vital.value is None:
        return f"{label} no data"
    unit = "°C" if UNITS[vital.parameter] == "Cel" else UNITS[vital.parameter]
    return f"{label} {vital.value:g} {unit}"


def line_text(serial: SerialSettings) -> str:
    """Line settings as they are printed in manuals: 9600 8N1."""
    return f"{serial.baud} {serial.bytesize}{serial.parity}{serial.stopbits}"
