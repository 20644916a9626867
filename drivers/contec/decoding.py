"""What packages say, and what a quarter of a second of them says together; no state but that, no I/O.

    byte 0   signal strength, 10 searching too long, 20 low SpO2, 40 pulse beep, 80 probe error
    byte 1   pulse wave 7 bit, 80 searching for the pulse
    byte 2   bar 4 bit, 10 no perfusion index, 20 40 80 always zero
    byte 3   pulse rate, FF none        byte 4   SpO2, 7F none
    byte 5-6 perfusion index in 0.01 %, low byte first, FFFF none

Bit 10 of byte 2 set means that there is no perfusion index: so Contec's document, and so two published captures of
devices without one, where it is set and the index FFFF. (One public reader takes it the other way round.)

Sixty packages come in a second and the numbers in them change about once, so that they are witnesses of each other: a
number is told when more than half of the last 15 packages have it. That replaces the checksum the protocol lacks.

Source: Contec Medical System, Communication protocol of pulse oximeter V7.0, tables 3 and 4.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from drivers.contec.framing import Package
from drivers.observation import DeviceAlert, Parameter, Status, Vital
from drivers.plausibility import possible

WINDOW = 15

_NO_RATE, _NO_SATURATION, _NO_INDEX = 0xFF, 0x7F, 0xFFFF
_HIGHEST_INDEX = 2200

_PROBE = DeviceAlert("probe_error", "Finger out (probe error)", parameter=Parameter.SPO2)
_SEARCHING = DeviceAlert("searching", "Searching for the pulse", parameter=Parameter.PR)
_TOO_LONG = DeviceAlert("searching_too_long", "Searching for the pulse takes too long", parameter=Parameter.PR)
_LOW = DeviceAlert("spo2_low", "Low SpO2", parameter=Parameter.SPO2)

REFUSALS: dict[int, str] = {
    0x02: "another user is being chosen on it",
    0x03: "it is recording",
    0x05: "it does not know the command",
}
"""Reason of a refusal or a notice, in words; the others are told by number."""

SHUT_DOWN = 0x01


@dataclass(frozen=True, slots=True)
class Sample:
    """One real-time package; values (%, /min, %) are None where the device has none."""

    spo2: float | None
    pulse_rate: float | None
    perfusion_index: float | None
    probe_error: bool
    searching: bool
    too_long: bool
    low_spo2: bool


def parse_realtime(package: Package) -> Sample | None:
    """Read a real-time package; None when it says what no device says. Zero is no data: Contec's ranges exclude it."""
    first, wave, bar, rate, saturation, low, high = package.data
    index = high << 8 | low
    with_index = not bar & 0x10
    if bar & 0xE0 or (saturation > 100 and saturation != _NO_SATURATION):
        return None
    if with_index and _HIGHEST_INDEX < index != _NO_INDEX:
        return None
    return Sample(
        spo2=float(saturation) if saturation not in (0, _NO_SATURATION) else None,
        pulse_rate=float(rate) if rate not in (0, _NO_RATE) else None,
        perfusion_index=index / 100 if with_index and index not in (0, _NO_INDEX) else None,
        probe_error=bool(first & 0x80),
        searching=bool(wave & 0x80),
        too_long=bool(first & 0x10),
        low_spo2=bool(first & 0x20),
    )


_T = TypeVar("_T", bound=Hashable)


class Agreement:
    """The last packages of one link, and what most of them say."""

    def __init__(self) -> None:
        self._samples: deque[Sample] = deque(maxlen=WINDOW)

    def add(self, sample: Sample) -> None:
        """The next package."""
        self._samples.append(sample)

    def forget(self) -> None:
        """The stream was interrupted: what comes next is judged by itself."""
        self._samples.clear()

    def vitals(self) -> list[Vital]:
        """SpO2, pulse rate and perfusion index; empty as long as most packages do not agree on the first two. An
        index that is moving is left out."""
        return self._vitals(doubt=False) if len(self._samples) == WINDOW else []

    def remainder(self) -> list[Vital]:
        """The same, with doubt, of fewer packages at the end of a stream; of one alone nothing."""
        return self._vitals(doubt=True) if len(self._samples) > 1 else []

    def _vitals(self, doubt: bool) -> list[Vital]:
        blind = self._most(lambda sample: sample.probe_error)
        doubt = doubt or self._most(lambda sample: sample.searching or sample.too_long)
        numbers: tuple[tuple[Parameter, Callable[[Sample], float | None], bool], ...] = (
            (Parameter.SPO2, lambda sample: sample.spo2, True),
            (Parameter.PR, lambda sample: sample.pulse_rate, True),
            (Parameter.PERFUSION_INDEX, lambda sample: sample.perfusion_index, False),
        )
        told: list[Vital] = []
        for parameter, number, needed in numbers:
            value, packages = Counter(map(number, self._samples)).most_common(1)[0]
            if self._is_most(packages) or blind:
                told.append(_vital(parameter, None if blind else value, doubt))
            elif needed:
                return []
        return told

    def active(self) -> Iterator[DeviceAlert]:
        """The device's messages that stand now."""
        if self._most(lambda sample: sample.probe_error):
            yield _PROBE
        if self._most(lambda sample: sample.searching):
            yield _SEARCHING
        if self._most(lambda sample: sample.too_long):
            yield _TOO_LONG
        if self._most(lambda sample: sample.low_spo2):
            yield _LOW

    def _most(self, says: Callable[[Sample], bool]) -> bool:
        return self._is_most(sum(map(says, self._samples)))

    def _is_most(self, packages: int) -> bool:
        return packages > len(self._samples) // 2


def _vital(parameter: Parameter, value: float | None, doubt: bool) -> Vital:
    if value is None:
        return Vital(parameter, None, Status.UNAVAILABLE)
    doubt = doubt or not possible(parameter, value)
    return Vital(parameter, value, Status.QUESTIONABLE if doubt else Status.VALID)
