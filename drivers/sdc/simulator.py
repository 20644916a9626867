"""An SDC bedside monitor as the link hands it on: who it is, then a line for each metric every two seconds."""

from __future__ import annotations

from datetime import UTC, datetime

from drivers.driver import DeviceState
from drivers.observation import Parameter
from drivers.sdc.lines import MDC, DeviceLine, Line, MetricLine, encode
from drivers.simulation import Every

_INTERVAL_S = 2.0
_CODES = {
    Parameter.HR: ("147842", "264864"), Parameter.PR: ("149530", "264864"), Parameter.RR: ("151562", "264928"),
    Parameter.SPO2: ("150456", "262688"), Parameter.ETCO2: ("151728", "266016"),
    Parameter.NIBP_SYS: ("150021", "266016"), Parameter.NIBP_DIA: ("150022", "266016"),
    Parameter.NIBP_MEAN: ("150023", "266016"), Parameter.ART_SYS: ("150033", "266016"),
    Parameter.ART_DIA: ("150034", "266016"), Parameter.ART_MEAN: ("150035", "266016"),
    Parameter.TEMP: ("150344", "268192"), Parameter.PERFUSION_INDEX: ("150448", "262688"),
}  # fmt: skip


class SdcSimulator:
    """See drivers.driver.Simulator."""

    def __init__(self, started: datetime) -> None:
        self._started = started.replace(tzinfo=UTC).timestamp()
        self._report = Every(_INTERVAL_S)
        self._number = 0

    def step(self, data: bytes, elapsed: float, state: DeviceState) -> bytes:
        """The lines that are due; the device listens to nothing."""
        del data
        if not self._report.is_due(elapsed):
            return b""
        lines: list[Line] = [] if self._number else [DeviceLine("SIM-1", "Ward Console", "Simulated SDC monitor")]
        lines += [self._metric(parameter, elapsed, state) for parameter in _CODES if parameter in state.vitals]
        return b"".join(self._encode(line) for line in lines)

    def _encode(self, line: Line) -> bytes:
        self._number += 1
        return encode(self._number, line)

    def _metric(self, parameter: Parameter, elapsed: float, state: DeviceState) -> MetricLine:
        code, unit = _CODES[parameter]
        off = parameter in state.sensor_off or (parameter is Parameter.PR and Parameter.SPO2 in state.sensor_off)
        value = None if off else f"{state.vitals[parameter]:.2f}"
        validity = "NA" if off else "Vld"
        time = round(self._started + elapsed, 3)
        return MetricLine(f"m.{parameter.value}", MDC, code, unit, "Msrmt", value, validity, "Real", "On", time)
