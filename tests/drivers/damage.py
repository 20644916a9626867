"""An hour of a device's traffic on a bad line, judged against what the device was measuring.

The device's values stand still for a minute at a time, so that a value which was never sent cannot pass for an older
or a younger one. Run it for one driver or all: `python -m tests.drivers.damage [DRIVER...]` prints the table.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from drivers import registry
from drivers.corroboration import LEAPS, Corroboration
from drivers.driver import DeviceState
from drivers.observation import Parameter, Status, Vital

HOUR_S = 3600
STEP_S = 0.25

FLIPS, DROPS = 1e-3, 2e-4
"""Per byte: one bit turned over; lost."""

NOISE, CUTS = 0.02, 0.005
"""Per piece that the device sends at once: a burst before it; the end of its last frame lost."""

LATE_S, MEMORY_S = 1.0, 61.0
"""A driver may tell a value of the minute before: one that was being sent when the minute changed."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """A value that was told as valid and never sent, and what was measured then."""

    elapsed: float
    parameter: Parameter
    value: float
    measured: float

    def __str__(self) -> str:
        return f"{self.elapsed:.0f} s: {self.parameter.value} {self.value:g} for {self.measured:g}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an hour brought. sent: frames the device sent; wrong: values told as valid that it did not measure then;
    doubted: the same, told as questionable."""

    driver: str
    sent: int
    good: int
    bad: int
    skipped: int
    told: int
    wrong: tuple[Wrong, ...]
    doubted: int


FRAMES: dict[str, Callable[[bytes], int]] = {
    "accutorr_pc": lambda data: data.count(b"P:"),
    "masimo_ascii1": lambda data: data.count(b"\r\n"),
    "ivy_ansarb": lambda data: data.count(b"\xfe"),
    "dri_s5": lambda data: data.count(b"\x7e") // 2,
    "medibus": lambda data: data.count(b"\r"),
    "intellivue_mib": lambda data: data.count(b"\xc0"),
    "dinamap_pro1000": lambda data: len(data) // 18,
    "sdc": lambda data: data.count(b"\r\n"),
    "capnostream": lambda data: data.count(b"\x85"),
    "nellcor_ascii": lambda data: data.count(b"\r\n"),
    "nonin_ascii": lambda data: data.count(b"\r\n"),
    "nonin_df2": lambda data: len(data) // 125,
    "nonin_df7": lambda data: len(data) // 125,
    "nonin_df8": lambda data: len(data) // 4,
    "contec_cms50dplus": lambda data: sum(byte < 0x80 for byte in data),
}
"""How many frames there are in undamaged bytes, counted without the driver."""


class Line:
    """A bad line from the device to the console. parity: it drops every byte with one wrong bit."""

    def __init__(self, seed: int, parity: bool) -> None:
        self._random = random.Random(seed)
        self._parity = parity

    def carry(self, data: bytes, frames: int) -> bytes:
        """What arrives of one piece of the device's traffic, so many frames of it. A cut leaves at least one byte of
        the last frame: nobody can count a frame that never came."""
        chance = self._random
        if not data:
            return b""
        if chance.random() < CUTS:
            data = data[: -chance.randrange(1, max(2, len(data) // max(1, frames)))]
        arrived = bytearray()
        if chance.random() < NOISE:
            arrived += chance.randbytes(chance.randrange(1, 40))
        for byte in data:
            lot = chance.random()
            if lot < DROPS:
                continue
            if lot < DROPS + FLIPS:
                if self._parity:
                    continue
                byte ^= 1 << chance.randrange(8)
            arrived.append(byte)
        return bytes(arrived)


def hour(name: str, seed: int = 1, seconds: int = HOUR_S) -> Verdict:
    """Play an hour and judge every value. Nothing of it depends on the clock: the same seed, the same verdict."""
    info = registry.info(name)
    driver = registry.create(name, {})
    simulator = registry.simulator(name, datetime(2026, 5, 1, 8, 0, 0))
    line = Line(seed, info.serial.parity != "N")
    sent = told = doubted = 0
    wrong: list[Wrong] = []
    request = b""
    witness = None if info.check else Corroboration()
    for step in range(int(seconds / STEP_S)):
        elapsed = step * STEP_S
        said = simulator.step(request, elapsed, _state(elapsed))
        frames = FRAMES[name](said)
        sent += frames
        output = driver.step(line.carry(said, frames), elapsed)
        request = output.send
        for vital in output.vitals if witness is None else witness.judge(output.vitals):
            if vital.value is None:
                continue
            told += 1
            if not _was_measured(vital, elapsed):
                if vital.status is Status.VALID:
                    measured = _state(elapsed).vitals.get(vital.parameter, float("nan"))
                    wrong.append(Wrong(elapsed, vital.parameter, vital.value, measured))
                else:
                    doubted += 1
    driver.finish()
    counters = driver.counters
    return Verdict(name, sent, counters.good, counters.bad, counters.skipped, told, tuple(wrong), doubted)


def near_misses(verdict: Verdict) -> int:
    """How many of the wrong values lie so near to what was measured that no second report can refute them."""
    return sum(1 for wrong in verdict.wrong if abs(wrong.value - wrong.measured) < LEAPS.get(wrong.parameter, 0.0))


def steady_state() -> DeviceState:
    """A patient with every parameter there is, at the beginning of the hour."""
    return _state(0.0)


def _state(elapsed: float) -> DeviceState:
    """What the patient has in this minute; sensors are off in every tenth."""
    minute = int(elapsed // 60)
    vitals: dict[Parameter, float] = {
        Parameter.HR: 61 + minute % 53, Parameter.PR: 62 + minute % 53, Parameter.RR: 9 + minute % 17,
        Parameter.SPO2: 81 + minute % 19, Parameter.ETCO2: 28 + minute % 19,
        Parameter.NIBP_SYS: 101 + minute % 59, Parameter.NIBP_DIA: 61 + minute % 13,
        Parameter.NIBP_MEAN: 75 + minute % 23, Parameter.TEMP: round(36.1 + minute % 31 / 10, 1),
        Parameter.ART_SYS: 103 + minute % 47, Parameter.ART_DIA: 58 + minute % 11, Parameter.ART_MEAN: 71 + minute % 19,
        Parameter.PERFUSION_INDEX: round(1.05 + minute % 41 / 20, 2),
    }  # fmt: skip
    off = frozenset({Parameter.SPO2}) if minute % 10 == 7 else frozenset()
    return replace(DeviceState(vitals), sensor_off=off)


def _was_measured(vital: Vital, elapsed: float) -> bool:
    assert vital.value is not None
    return any(
        abs(_state(then).vitals.get(vital.parameter, -1e9) - vital.value) < 0.051
        for then in (elapsed, max(0.0, elapsed - LATE_S), max(0.0, elapsed - MEMORY_S))
    )


def main(names: list[str]) -> int:
    """Print the table."""
    print(
        f"{'driver':18} {'sent':>8} {'good':>8} {'bad':>6} {'good+bad-sent':>14}"
        f" {'skipped':>9} {'told':>8} wrong doubted"
    )
    for name in names or sorted(registry.DRIVERS):
        v = hour(name)
        print(
            f"{name:18} {v.sent:8} {v.good:8} {v.bad:6} {v.good + v.bad - v.sent:14} {v.skipped:9} {v.told:8} "
            f"{len(v.wrong):5} {v.doubted:7}  {'; '.join(map(str, v.wrong[:3]))}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
