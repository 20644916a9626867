"""A patient for the tests of the pattern detectors: values by the minute, findings and pump events by words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from console.alarms.alarm import Condition, Stage
from console.alarms.pattern_monitor import PatternMonitor
from console.rules import load_rules
from console.ward.chart import NurseObservation, PumpEvent, PumpEventKind
from console.ward.patient import Baseline, Patient, RiskFlag
from drivers.observation import Parameter, Status

T0 = 1_800_000_000.0
MINUTE = 60.0
RULES = load_rules()
CHARTED = Baseline(temp=36.8, hr=76, sbp=120, dbp=74, rr=15, spo2=97, etco2=38)
NAMES = {
    "temp": Parameter.TEMP,
    "hr": Parameter.HR,
    "pr": Parameter.PR,
    "rr": Parameter.RR,
    "spo2": Parameter.SPO2,
    "etco2": Parameter.ETCO2,
    "sbp": Parameter.NIBP_SYS,
    "dbp": Parameter.NIBP_DIA,
    "pi": Parameter.PERFUSION_INDEX,
}
NORMAL = {"hr": 76.0, "rr": 15.0, "spo2": 97.0}


class Ward:
    """One admitted patient; `minute` sends values once and lets the minute end."""

    def __init__(
        self,
        windows: Mapping[str, int] | None = None,
        *,
        baseline: Baseline = CHARTED,
        flags: frozenset[RiskFlag] = frozenset(),
        pump_known: bool = True,
        validated: bool = False,
        age: int = 40,
        overrides: Mapping[str, object] | None = None,
    ) -> None:
        patient = Patient(
            "p1",
            "P One",
            "B1",
            datetime.fromtimestamp(T0, UTC),
            age=age,
            flags=flags,
            baseline=baseline,
            pump_known=pump_known,
        )
        rules = load_rules(overrides) if overrides else RULES
        self.monitor = PatternMonitor(rules.detectors, patient, T0, windows=windows, validated=validated)
        self.now = T0

    def send(self, status: Status = Status.VALID, **values: float | None) -> None:
        """Values at this moment; None is "no data" of the device."""
        for name, value in values.items():
            state = Status.UNAVAILABLE if value is None else status
            self.monitor.observe(NAMES[name], value, state, self.now)

    def minute(self, minutes: int = 1, **values: float | None) -> tuple[Stage, Stage]:
        """The same values in each of `minutes` minutes, each ended; gives the stages of W and O after the last."""
        for _ in range(minutes):
            self.send(**values)
            self.now += MINUTE
            self.monitor.advance(self.now)
        return self.monitor.stages()

    def until(self, stage: Stage, which: int, limit: int, **values: float | None) -> int:
        """Minutes of the same values until the detector (0 W, 1 O) reaches the stage; limit + 1 when it never does."""
        for number in range(1, limit + 1):
            if self.minute(**values)[which] >= stage:
                return number
        return limit + 1

    def set(self, hours: float = 0.0, **values: float) -> tuple[Stage, Stage]:
        """A validated set so many hours later."""
        self.now += hours * 3600
        self.monitor.advance(self.now)
        self.monitor.observe_set({NAMES[name]: value for name, value in values.items()}, self.now)
        return self.monitor.stages()

    def chart(self, *codes: str) -> tuple[Stage, Stage]:
        """Findings charted now."""
        for code in codes:
            self.monitor.chart_finding(NurseObservation(code, datetime.fromtimestamp(self.now, UTC), id=code))
        return self.monitor.stages()

    def pump(self, kind: str, hours_ago: float = 0.0, percent: float | None = None, confirmed: bool = False) -> None:
        """A pump event."""
        at = datetime.fromtimestamp(self.now - hours_ago * 3600, UTC)
        self.monitor.chart_pump_event(PumpEvent(PumpEventKind(kind), at, percent=percent, confirmed=confirmed, id=kind))

    def weights(self) -> tuple[int, int]:
        """Pump windows of W and O as the views show them, after the minute has ended."""
        self.minute()
        withdrawal, overdose = self.monitor.views()
        return withdrawal.window_weight, overdose.window_weight

    def points(self, channel: str, which: int = 0) -> int:
        """Points of one channel as the view shows them."""
        rows = [c for c in self.monitor.views()[which].core if c.channel == channel]
        return rows[0].points if rows else 0

    def condition(self, key: str) -> Condition | None:
        """The condition of a key, or None."""
        return next((c for c in self.monitor.conditions() if c.key == key), None)


def charted(
    which: int,
    channel: str,
    baseline: Baseline = CHARTED,
    flags: frozenset[RiskFlag] = frozenset(),
    window: int = 1,
    **values: float,
) -> int:
    """Points of a channel after one validated set, in a small window: at a quiet pump some count less."""
    ward = Ward({"w": window, "o": window}, baseline=baseline, flags=flags, validated=True)
    ward.set(**values)
    return ward.points(channel, which)
