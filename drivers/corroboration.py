"""A second report as witness: for protocols without a checksum, where a damaged digit looks like a value.

A damaged digit stands in one report and not in the next. So a value that leaps is told as questionable until the next
report agrees with it, and a new cuff reading is told when the device has sent it twice. A true leap is late by one
report (a second or two); a damaged one is never valid. A digit damaged into a near one (97 into 96) passes: nobody
can see it, and it moves nothing by more than `LEAPS`.

Only for live lines: what a file holds is decoded as it stands.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from drivers.observation import Parameter, Status, Vital

LEAPS: dict[Parameter, float] = {
    Parameter.HR: 10,
    Parameter.PR: 10,
    Parameter.RR: 6,
    Parameter.SPO2: 4,
    Parameter.ETCO2: 6,
    Parameter.ART_SYS: 20,
    Parameter.ART_DIA: 20,
    Parameter.ART_MEAN: 20,
    Parameter.TEMP: 0.4,
    Parameter.PERFUSION_INDEX: 2,
}
"""Difference to both of the last two reports, in the unit of the parameter, from which a value needs a witness. Our
choice: more than averaged numerics of these devices change between two reports, less than most damage to a digit."""

CUFF = (Parameter.NIBP_SYS, Parameter.NIBP_DIA, Parameter.NIBP_MEAN)

_Key = tuple[Parameter, str | None]


class Corroboration:
    """Judges what one link tells; a new link gets a new one."""

    def __init__(self) -> None:
        self._last: dict[_Key, tuple[float, ...]] = {}
        self._cuff_sent: tuple[Vital, ...] = ()
        self._cuff_told: tuple[float | None, ...] = ()

    def judge(self, vitals: Iterable[Vital]) -> tuple[Vital, ...]:
        """The same values in the same order, some of them doubted or marked as repeats; a cuff reading that has come
        for the first time is left out."""
        judged: list[Vital] = []
        cuff: list[Vital] = []
        for vital in vitals:
            if vital.parameter in CUFF:
                if any(vital.parameter is earlier.parameter for earlier in cuff):
                    judged += self._judge_cuff(tuple(cuff))
                    cuff = []
                cuff.append(vital)
            else:
                judged.append(self._judge_stream(vital))
        if cuff:
            judged += self._judge_cuff(tuple(cuff))
        return tuple(judged)

    def _judge_stream(self, vital: Vital) -> Vital:
        if vital.value is None:
            return vital
        key = vital.parameter, vital.site
        before = self._last.get(key, ())
        self._last[key] = (*before[-1:], vital.value)
        leap = LEAPS[vital.parameter]
        alone = bool(before) and all(abs(vital.value - value) >= leap for value in before)
        return replace(vital, status=Status.QUESTIONABLE) if alone and vital.status is Status.VALID else vital

    def _judge_cuff(self, reading: tuple[Vital, ...]) -> tuple[Vital, ...]:
        values = tuple(vital.value for vital in reading)
        witnessed = values == tuple(vital.value for vital in self._cuff_sent)
        anew = any(not vital.repeat for vital in reading) and witnessed
        self._cuff_sent = reading
        if not any(value is not None for value in values):
            self._cuff_told = ()
            return reading
        if not witnessed:
            return ()
        known = values == self._cuff_told and not anew
        self._cuff_told = values
        return tuple(replace(vital, repeat=known and vital.value is not None) for vital in reading)
