"""The vital signs of one patient as the detectors see them: reduced, cleaned, with what is fresh and what is new.

`observe` is the hot path: constant cost, no allocation beyond the sample kept. `close_minute` ends a minute and is
the only place where values change, apart from `confirm` for a validated set.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from console.alarms.artefact import ErraticRate, OverlayCheck, PulseCheck, SaturationMinute, SaturationStep
from console.alarms.cuff_hold import CuffHold
from console.alarms.detector_rules import DetectorRules
from console.alarms.minute import Minute, Rate
from console.alarms.pressure import CuffPressure
from console.alarms.reduction import BP, ETCO2, HR, MINUTE, RR, SPO2, TEMP, RateChannel, half_up
from console.alarms.rules import ChannelRules
from console.alarms.temperature import Temperature
from drivers.observation import Parameter, Status


@dataclass(slots=True)
class Signs:
    """Values at one evaluation, rounded to display resolution; None where missing or stale.

    fresh, delivered: channel bits. sbp, dbp: the confirmed pressure; sbp_latest, dbp_latest: also a provisional one.
    temp_sure: the temperature of a probe or a validated set, of spot readings the lower of the last two.
    labile, temp_rising, hr_rising: the bonuses of detector W. good_quality: no questionable saturation this minute.
    """

    now: float
    hr: float | None = None
    rr: float | None = None
    spo2: float | None = None
    etco2: float | None = None
    temp: float | None = None
    sbp: float | None = None
    dbp: float | None = None
    sbp_latest: float | None = None
    dbp_latest: float | None = None
    fresh: int = 0
    delivered: int = 0
    labile: bool = False
    temp_rising: bool = False
    hr_rising: bool = False
    good_quality: bool = True
    erratic: bool = False
    temp_sure: float | None = None


NOTHING = Minute((Rate(None, 0.0, 0),) * 6)

_VALID = Status.VALID
"""Members of an enum are slow to look up, and every sample asks for this one."""


def theil_sen(points: Sequence[tuple[float, float]]) -> float:
    """Median slope of all pairs of (seconds, value) points, per second; times strictly increase, two points or more."""
    times, values = np.array(points).T
    first, second = np.triu_indices(len(points), 1)
    return float(np.median((values[second] - values[first]) / (times[second] - times[first])))


class VitalSigns:
    """Channels of one patient. Arterial pressure, where it is measured, stands in for the cuff while it is fresh."""

    __slots__ = (  # noqa: SIM905 - one name a line would fill the page
        "_artefact _cuff_hold _erratic _hr_history _hr_rising _minute _overlay _perfusion _pr _pulse "
        "_questionable _sinks _slope _step _stream art_dia art_sys cuff etco2 hr minute_hr minute_rr minute_spo2 "
        "overlaid pulse_instead questionable_minute rr spo2 stream_at temp"
    ).split()

    def __init__(self, rules: DetectorRules) -> None:
        channels, reduction = rules.channels, rules.reduction
        self._artefact = rules.artefact
        self._slope = rules.withdrawal.slope
        self.hr = RateChannel(channels.hr, reduction)
        self._pr = RateChannel(channels.hr, reduction)
        self.rr = RateChannel(channels.rr, reduction)
        self.spo2 = RateChannel(channels.spo2, reduction)
        self.etco2 = RateChannel(channels.etco2, reduction)
        stale = channels.hr.stale_min
        pressure = rules.pressure
        self.art_sys = RateChannel(
            ChannelRules(low=pressure.sys_low, high=pressure.sys_high, stale_min=stale), reduction
        )
        self.art_dia = RateChannel(
            ChannelRules(low=pressure.dia_low, high=pressure.dia_high, stale_min=stale), reduction
        )
        self.cuff = CuffPressure(pressure, rules.withdrawal.lability)
        self.temp = Temperature(channels, reduction, rules.artefact, rules.withdrawal.slope)
        self._pulse = PulseCheck(rules.artefact)
        self._overlay = OverlayCheck(rules.artefact)
        self._step = SaturationStep(rules.artefact)
        self._minute = SaturationMinute(rules.artefact)
        self._erratic = ErraticRate(rules.artefact)
        self._cuff_hold = CuffHold(rules.artefact.cuff_hold_seconds, reduction.valid_fraction)
        self._hr_history: deque[tuple[float, float]] = deque(maxlen=self._slope.hr_window_min + 1)
        self._hr_rising: bool | None = None
        self._perfusion: float | None = None
        self._questionable = False
        self.questionable_minute = False
        self.pulse_instead = False
        self.overlaid = False
        self.minute_hr: float | None = None
        self.minute_rr: float | None = None
        self.minute_spo2: float | None = None
        self.stream_at: float | None = None
        self._stream = (self.hr, self._pr, self.rr, self.spo2, self.etco2, self.art_sys, self.art_dia)
        self._sinks: dict[Parameter, Callable[[float | None, float, float, str | None, str], None]] = {
            Parameter.HR: self._take_hr,
            Parameter.PR: self._take_pr,
            Parameter.RR: self._take_rr,
            Parameter.SPO2: self._take_spo2,
            Parameter.ETCO2: self._take_etco2,
            Parameter.NIBP_SYS: self._take_sys,
            Parameter.NIBP_DIA: self._take_dia,
            Parameter.NIBP_MEAN: self._take_mean,
            Parameter.ART_SYS: self._take_art_sys,
            Parameter.ART_DIA: self._take_art_dia,
            Parameter.TEMP: self._take_temp,
            Parameter.PERFUSION_INDEX: self._take_perfusion,
        }

    def observe(
        self,
        parameter: Parameter,
        value: float | None,
        status: Status,
        stamp: float,
        measured: float | None,
        site: str | None,
        source: str,
    ) -> None:
        """Take a sample. A value that is not valid counts as received and as nothing else.

        measured: engine time the value belongs to; one in the future is taken for now.
        """
        sink = self._sinks.get(parameter)
        if sink is None:
            return
        at = stamp if measured is None or measured > stamp else measured
        if status is not _VALID:
            self._questionable = self._questionable or parameter is Parameter.SPO2
            value = None
        sink(value, stamp, at, site, source)

    def _take_hr(self, value: float | None, stamp: float, _at: float, _site: str | None, _source: str) -> None:
        self.hr.add(value, stamp)
        if value is not None:
            self._pulse.hr(value, stamp)

    def _take_pr(self, value: float | None, stamp: float, _at: float, _site: str | None, _source: str) -> None:
        self._pr.add(value, stamp)
        if value is not None:
            self._pulse.pr(value, stamp)

    def _take_rr(self, value: float | None, stamp: float, _at: float, site: str | None, source: str) -> None:
        self.rr.add(value, stamp)
        if value is not None:
            self._overlay.rr(value, self._pulse.rate_at(stamp), site, source, stamp)

    def _take_spo2(self, value: float | None, stamp: float, _at: float, _site: str | None, _source: str) -> None:
        if value is None or not self.spo2.in_range(value):
            self.spo2.add(None, stamp)
            return
        moved = not self._step.accept(value, self._pulse.rate_at(stamp), self._perfusion, stamp)
        self.spo2.add(None if moved else value, stamp)
        if not moved:
            self._cuff_hold.sample(stamp)

    def _take_etco2(self, value: float | None, stamp: float, _at: float, _site: str | None, source: str) -> None:
        self.etco2.add(value, stamp)
        if value is not None:
            self._overlay.carbon_dioxide(source, stamp)

    def _take_sys(self, value: float | None, _stamp: float, at: float, _site: str | None, _source: str) -> None:
        self.cuff.add("sys", value, at)
        if value is not None:
            self._cuff_hold.reading(at)

    def cuff_started(self, stamp: float) -> None:
        """A device tells that the cuff begins to inflate."""
        self._cuff_hold.started(stamp)

    def _take_dia(self, value: float | None, _stamp: float, at: float, _site: str | None, _source: str) -> None:
        self.cuff.add("dia", value, at)

    def _take_mean(self, value: float | None, _stamp: float, at: float, _site: str | None, _source: str) -> None:
        self.cuff.add("mean", value, at)

    def _take_art_sys(self, value: float | None, stamp: float, _at: float, _site: str | None, _source: str) -> None:
        self.art_sys.add(value, stamp)

    def _take_art_dia(self, value: float | None, stamp: float, _at: float, _site: str | None, _source: str) -> None:
        self.art_dia.add(value, stamp)

    def _take_temp(self, value: float | None, stamp: float, at: float, site: str | None, _source: str) -> None:
        self.temp.add(value, site, at, stamp)

    def _take_perfusion(self, value: float | None, _stamp: float, _at: float, _site: str | None, _source: str) -> None:
        self._perfusion = value

    @property
    def idle(self) -> bool:
        """True when nothing has arrived in the open minute."""
        return all(channel.idle for channel in self._stream) and self.cuff.idle and self.temp.idle

    def close_minute(self, end: float, *, same_arm: bool = False) -> Minute | None:
        """End the minute before `end`: reduce what has arrived and apply the artefact rules. same_arm: the SpO2 probe
        sits on the limb of the cuff. Gives what the minute has come to, None when nothing arrived."""
        idle = self.idle
        self.spo2.put_aside(self._cuff_hold.close_minute(end, self.spo2.received, same_arm=same_arm))
        rates, received = self._reduce(end), self.spo2.count
        self._take_rates(rates, received, end)
        cuffs = self.cuff.close_minute()
        self.cuff.settle(end)
        temp = self.temp.close_minute()
        self.questionable_minute, self._questionable = self._questionable, False
        if idle:
            return None
        self.stream_at = end
        return Minute(rates, received, temp, cuffs, self.questionable_minute)

    def take_minute(self, minute: Minute | None, end: float) -> None:
        """Take a minute that was reduced before, as `close_minute` took it then; None: nothing arrived in it."""
        if minute is None:
            minute = NOTHING
        else:
            self.stream_at = end
        self._take_rates(minute.rates, minute.received, end)
        for raw in minute.cuffs:
            self.cuff.take(raw)
        self.cuff.settle(end)
        self.temp.renewed = False
        if minute.temp is not None:
            self.temp.take(*minute.temp)
        self.questionable_minute = minute.questionable

    def follow(self, live: VitalSigns) -> None:
        """Go on with the samples of another: what the sample by sample checks of `live` have seen last."""
        self._pulse, self._overlay, self._step = live._pulse, live._overlay, live._step
        self._cuff_hold, self._perfusion = live._cuff_hold, live._perfusion
        self.pulse_instead, self.overlaid = live.pulse_instead, live.overlaid
        self.temp.follow(live.temp)

    def _reduce(self, end: float) -> tuple[Rate, ...]:
        """The rates of the open minute, in the order of RATES."""
        hr, pulse, rr = self.hr.take_minute(), self._pr.take_minute(), self.rr.take_minute()
        source = self.hr
        self.pulse_instead = hr is not None and self._pulse.disagree(end)
        if self.pulse_instead:
            poor = self._perfusion is not None and self._perfusion < self._artefact.perfusion_minimum
            hr = None
            if not poor:
                hr, source = pulse, self._pr
        elif hr is None and pulse is not None:
            hr, source = pulse, self._pr
        self.overlaid = rr is not None and self._overlay.overlaid(end)
        if self.overlaid:
            rr = None
        others = ((c.take_minute(), c) for c in (self.spo2, self.etco2, self.art_sys, self.art_dia))
        return tuple(Rate(value, c.last_valid, c.valid) for value, c in ((hr, source), (rr, self.rr), *others))

    def _take_rates(self, rates: Sequence[Rate], received: int, end: float) -> None:
        hr, rr, spo2 = rates[0].value, rates[1].value, rates[2].value
        spo2 = self._minute.accept(spo2, received, hr, rr)
        self.hr.push(hr, rates[0].renewed)
        self.rr.push(rr, rates[1].renewed)
        self.spo2.push(spo2, rates[2].renewed)
        self.minute_hr, self.minute_rr, self.minute_spo2 = hr, rr, spo2
        for channel, rate in zip((self.etco2, self.art_sys, self.art_dia), rates[3:], strict=True):
            channel.push(rate.value, rate.renewed)
        self._erratic.minute(hr)
        if hr is not None:
            self._hr_history.append((end, hr))
            self._hr_rising = None

    def confirm(self, values: Mapping[Parameter, float], stamp: float) -> tuple[Parameter, ...]:
        """Take a validated set at once; gives the parameters that were out of range and so refused."""
        refused: list[Parameter] = []
        rates = {
            Parameter.HR: self.hr,
            Parameter.RR: self.rr,
            Parameter.SPO2: self.spo2,
            Parameter.ETCO2: self.etco2,
            Parameter.ART_SYS: self.art_sys,
            Parameter.ART_DIA: self.art_dia,
        }
        for parameter, channel in rates.items():
            value = values.get(parameter)
            if value is None and parameter is Parameter.HR:
                value = values.get(Parameter.PR)
            channel.delivered = False
            if value is None:
                continue
            if channel.in_range(value):
                channel.confirm(value, stamp)
            else:
                refused.append(parameter)
        if Parameter.NIBP_SYS in values:
            before = self.cuff.rejected
            self.cuff.confirm(
                values[Parameter.NIBP_SYS], values.get(Parameter.NIBP_DIA), values.get(Parameter.NIBP_MEAN), stamp
            )
            if self.cuff.rejected > before:
                refused.append(Parameter.NIBP_SYS)
        if Parameter.TEMP in values and not self.temp.confirm(values[Parameter.TEMP], stamp):
            refused.append(Parameter.TEMP)
        return tuple(refused)

    def judge(self, now: float) -> Signs:
        """The values as they count at `now`."""
        signs = Signs(now, good_quality=not self.questionable_minute, erratic=self._erratic.standing)
        fresh = delivered = 0
        for bit, name, channel in (
            (HR, "hr", self.hr),
            (RR, "rr", self.rr),
            (SPO2, "spo2", self.spo2),
            (ETCO2, "etco2", self.etco2),
        ):
            if channel.fresh(now):
                setattr(signs, name, channel.value)
                fresh |= bit
                if channel.delivered:
                    delivered |= bit
        if self.art_sys.fresh(now):
            signs.sbp = signs.sbp_latest = self.art_sys.value
            signs.dbp = signs.dbp_latest = self.art_dia.value if self.art_dia.fresh(now) else None
            fresh |= BP
            delivered |= BP if self.art_sys.delivered else 0
        elif self.cuff.fresh(now):
            self._judge_cuff(signs)
            fresh |= BP
            delivered |= BP
        signs.labile = now < self.cuff.labile_until()
        if self.temp.fresh(now):
            signs.temp, signs.temp_rising, signs.temp_sure = self.temp.value, self.temp.rising, self.temp.sure
            fresh |= TEMP
            delivered |= TEMP
        signs.hr_rising = signs.hr is not None and signs.hr >= self._slope.hr_floor and self._rises(now)
        signs.fresh, signs.delivered = fresh, delivered
        return signs

    def _judge_cuff(self, signs: Signs) -> None:
        latest, confirmed = self.cuff.latest, self.cuff.confirmed
        if latest is not None:
            signs.sbp_latest, signs.dbp_latest = latest.sys, latest.dia
        if confirmed is not None:
            signs.sbp, signs.dbp = confirmed.sys, confirmed.dia

    def _rises(self, now: float) -> bool:
        """Theil-Sen rise of the heart rate over the window; computed once per new minute value."""
        if self._hr_rising is None:
            rules = self._slope
            window = rules.hr_window_min * MINUTE
            points = [(t, v) for t, v in self._hr_history if now - t <= window]
            enough = len(points) >= rules.hr_values and points[-1][0] - points[0][0] >= rules.hr_span_min * MINUTE
            self._hr_rising = enough and theil_sen(points) * window >= rules.hr_rise - 1e-9
        return self._hr_rising

    def expires(self, now: float) -> float:
        """The next engine time after `now` at which a standing value changes by age alone."""
        edges = [self.temp.expires(), self.cuff.expires(), self.cuff.labile_until(), self.cuff.settles() or 0.0]
        edges += [c.expires() for c in (self.hr, self.rr, self.spo2, self.etco2, self.art_sys) if c.value is not None]
        return min((edge for edge in edges if edge > now), default=float("inf"))

    def cannula_doubtful(self, signs: Signs, usual_spo2: float) -> bool:
        """Carbon dioxide so low that the cannula is the likelier cause: the rest is normal, or not measured."""
        rules = self._artefact
        if signs.etco2 is None or signs.etco2 > rules.cannula_etco2:
            return False
        if signs.rr is None or signs.spo2 is None:
            return True
        normal_rate = rules.cannula_rr_low <= signs.rr <= rules.cannula_rr_high
        return normal_rate and abs(signs.spo2 - half_up(usual_spo2)) <= rules.cannula_spo2_within

    @property
    def cuff_held(self) -> bool:
        """Whether saturation of the last minute was put aside because the cuff inflated on the arm of the probe."""
        return self._cuff_hold.holding

    @property
    def saturation_held(self) -> bool:
        """Whether the saturation is put aside as an artefact now."""
        return self._minute.holding or self._step.holding
