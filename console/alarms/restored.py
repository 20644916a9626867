"""Pattern alarms taken up after a restart: they stand until their detectors have confirmed or outlasted them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from console.alarms.alarm import Condition, Kind, Stage
from console.alarms.technical import SINGLE_STANDS_S
from drivers.observation import Parameter

RESTORED_HOLD_S: dict[Kind, float] = {Kind.WITHDRAWAL: 900.0, Kind.OVERDOSE: 600.0}
"""After a restart a pattern alarm stands until its detector has had fresh data for its own time to step down
(detector specification, section 5: 15 and 10 minutes)."""

RESTORED_FRESH_S = 60.0

_PRESSURES = (
    Parameter.NIBP_SYS,
    Parameter.NIBP_DIA,
    Parameter.NIBP_MEAN,
    Parameter.ART_SYS,
    Parameter.ART_DIA,
    Parameter.ART_MEAN,
)
_CHANNEL = dict.fromkeys(_PRESSURES, Parameter.NIBP_SYS) | {Parameter.PR: Parameter.HR}
"""Parameters that stand in for each other in a pattern."""


class _Held:
    """One such alarm, and for how long its channels have delivered since."""

    __slots__ = ("condition", "fresh_s", "last")

    def __init__(self, condition: Condition, now: float) -> None:
        self.condition = replace(condition, held=True)
        self.fresh_s = 0.0
        self.last = now


class RestoredPatterns:
    """Those of one bed. standing: by the key of their condition; empty when there is none."""

    def __init__(self) -> None:
        self.standing: dict[str, _Held] = {}
        self._valid: dict[Parameter, float] = {}

    def add(self, condition: Condition, now: float) -> None:
        """Take up an alarm."""
        self.standing[condition.key] = _Held(condition, now)

    def clear(self) -> None:
        """The patient has left."""
        self.standing.clear()
        self._valid.clear()

    def heard(self, parameter: Parameter, stamp: float) -> None:
        """A valid value has arrived."""
        self._valid[parameter] = stamp

    def among(self, patterns: tuple[Condition, ...]) -> tuple[Condition, ...]:
        """The restored alarms stand in for what their detectors do not see yet."""
        held = {key: restored.condition for key, restored in self.standing.items()}
        rest = tuple(c for c in patterns if c.key not in held or c.stage >= held[c.key].stage)
        confirmed = {c.key for c in rest}
        return rest + tuple(condition for key, condition in held.items() if key not in confirmed)

    def advance(self, patterns: Iterable[Condition], now: float) -> None:
        """Let go of what the detectors have confirmed, or have had fresh data for long enough not to confirm."""
        current = {c.key: c.stage for c in patterns}
        for key, held in list(self.standing.items()):
            if self._fresh(held.condition.parameters, now):
                held.fresh_s += now - held.last
            held.last = now
            confirmed = current.get(key, Stage.NONE) >= held.condition.stage
            if confirmed or held.fresh_s >= RESTORED_HOLD_S[held.condition.kind]:
                del self.standing[key]

    def _fresh(self, parameters: Iterable[Parameter], now: float) -> bool:
        """Every channel that raised the alarm has delivered since the restart, and streams deliver now."""
        wanted = {_CHANNEL.get(parameter, parameter) for parameter in parameters}
        fresh = {
            _CHANNEL.get(parameter, parameter)
            for parameter, stamp in self._valid.items()
            if parameter in SINGLE_STANDS_S or now - stamp <= RESTORED_FRESH_S
        }
        # A single reading stands for hours, but a bed that says nothing proves nothing: silence ends no alarm.
        heard = any(now - stamp <= RESTORED_FRESH_S for stamp in self._valid.values())
        return heard and wanted <= fresh
