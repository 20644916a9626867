"""The lists of active alarms of the monitor to device alerts.

Source: Philips Data Export Interface Programming Guide, attributes of the alarm monitor object; mdpnp and
mindleaving/patient-monitor-datalogger. Empty lists and the alert condition were held against a real monitor.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from drivers.intellivue.fields import Fields, read_text
from drivers.intellivue.messages import PolledObject
from drivers.intellivue.numerics import PARAMETERS
from drivers.observation import AlertPriority, DeviceAlert

_PHYSIOLOGICAL_LIST, _TECHNICAL_LIST, _CONDITION = 0x0902, 0x0904, 0x0916
_GENERAL_INFO, _STRING_INFO = 0x0201, 0x0204

INHIBITED, SUSPENDED, TEST, DEMO = 0x8000, 0x4000, 0x0400, 0x0100
"""State bits of an alarm and of the alarm system: switched off, paused, test mode, demo mode."""

_PRIORITIES = (
    (0x0404, AlertPriority.HIGH),
    (0x0202, AlertPriority.MEDIUM),
    (0x0101, AlertPriority.LOW),
)
"""Bits of an alarm's type, physiological in the high byte and technical in the low one, and the priority they mean."""


@dataclass(frozen=True, slots=True)
class Alarms:
    """What one answer tells. alerts: those active now; demo: they are those of a made-up patient and none is told."""

    alerts: tuple[DeviceAlert, ...]
    demo: bool


def read_alarms(objects: Iterable[PolledObject]) -> Alarms | None:
    """The alarms of the alarm monitor, None when the answer holds no list. Raises MalformedError for a wrong form."""
    alerts: list[DeviceAlert] = []
    demo = heard = False
    for polled in objects:
        for identifier, kind in ((_PHYSIOLOGICAL_LIST, "physiological"), (_TECHNICAL_LIST, "technical")):
            if (data := polled.attributes.get(identifier)) is not None:
                heard = True
                found, made_up = _read_list(Fields(data), kind)
                alerts += found
                demo |= made_up
        if (data := polled.attributes.get(_CONDITION)) is not None:
            state = _read_condition(Fields(data))
            alerts += _condition_alerts(state)
            demo |= bool(state & DEMO)
    return Alarms(tuple(dict.fromkeys(alerts)), demo) if heard else None


def _read_list(fields: Fields, kind: str) -> tuple[list[DeviceAlert], bool]:
    count = fields.u16()
    inner = fields.sized()
    fields.end()
    demo = False
    alerts: list[DeviceAlert] = []
    for _ in range(count):
        source, code, type_, state = inner.u16(), inner.u16(), inner.u16(), inner.u16()
        inner.take(6)  # the object that alarms
        info_type = inner.u16()
        text = _read_info(info_type, inner.sized())
        priority = next((priority for bits, priority in _PRIORITIES if type_ & bits), None)
        demo |= bool(state & DEMO)
        if priority is not None and not state & (TEST | DEMO):
            alerts.append(_alert(kind, priority, source, code, text))
    inner.end()
    return alerts, demo


def _read_info(info_type: int, info: Fields) -> str:
    if info_type not in (_GENERAL_INFO, _STRING_INFO):
        return ""
    info.take(10)  # instance, text number, priority within the monitor, flags
    if info_type == _GENERAL_INFO:
        return ""
    return read_text(info.take(info.left()))


def _alert(kind: str, priority: AlertPriority, source: int, code: int, text: str) -> DeviceAlert:
    words = text or f"{kind.capitalize()} alarm of {priority} priority, code {code:04X} of {source:04X}"
    parameter = PARAMETERS.get(source)
    return DeviceAlert(f"{kind}_{source:04x}_{code:04x}", words, priority=priority, parameter=parameter)


def _read_condition(fields: Fields) -> int:
    """The state of the whole alarm system; a change counter and three highest priorities follow."""
    state = fields.u16()
    fields.take(8)
    fields.end()
    return state


def _condition_alerts(state: int) -> list[DeviceAlert]:
    found = []
    if state & INHIBITED:
        found.append(DeviceAlert("alarms_off", "Alarms are switched off at the monitor"))
    if state & SUSPENDED:
        found.append(DeviceAlert("alarms_paused", "Alarms are paused at the monitor"))
    return found
