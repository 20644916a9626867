"""The three status bytes of an answer: eight flags each, of which the manual prints the meanings.

What it does not print is whether the three digits of a byte are decimal or octal; its example ("010") is good in
both. A flag is believed when both readings have it, or when only one is possible (a digit 8 or 9 is decimal). Where
the two disagree about more, the byte is called unclear: what it speaks of is doubted and the digits are shown.

Source: Datascope Accutorr 3/4 service manual, p. 1-54 (revised 08/24/90).
"""

from __future__ import annotations

from dataclasses import dataclass

from drivers.observation import DeviceAlert, Parameter

_HIGHEST = 255

ALERTS: dict[tuple[int, int], DeviceAlert] = {
    (byte, bit): DeviceAlert(code, text, parameter=parameter)
    for byte, bit, code, text, parameter in (
        (0, 0, "no_sensor", "SaO2: no sensor", Parameter.SPO2),
        (0, 1, "sensor_off", "SaO2: sensor off", Parameter.SPO2),
        (0, 2, "interference", "SaO2: interference", Parameter.SPO2),
        (0, 3, "pulse_search", "SaO2: pulse search", Parameter.SPO2),
        (0, 4, "low_perfusion", "SaO2: pulse level weak", Parameter.SPO2),
        (0, 5, "no_pulse", "SaO2: no pulse", Parameter.SPO2),
        (0, 6, "check_sensor_site", "SaO2: check sensor site", Parameter.SPO2),
        (0, 7, "pulse_rate_under_30", "SaO2: pulse rate under 30 /min", Parameter.PR),
        (1, 0, "pulse_rate_over_250", "SaO2: pulse rate over 250 /min", Parameter.PR),
        (1, 1, "spo2_uncalibrated", "SaO2 uncalibrated", Parameter.SPO2),
        (1, 2, "spo2_alarm_overlapped", "SaO2 alarm overlapped", Parameter.SPO2),
        (1, 3, "spo2_ram_failure", "SaO2 RAM test failure", Parameter.SPO2),
        (1, 4, "spo2_rom_failure", "SaO2 ROM test failure", Parameter.SPO2),
        (1, 5, "spo2_offset_mismatch", "SaO2 offset mismatch", Parameter.SPO2),
        (1, 6, "spo2_filter_mismatch", "SaO2 filter mismatch", Parameter.SPO2),
        (1, 7, "spo2_system_test", "SaO2 system test in progress", Parameter.SPO2),
        (2, 0, "cuff_overpressure", "NIBP: cuff overpressure", Parameter.NIBP_SYS),
        (2, 1, "cuff_motion_artifact", "NIBP: motion artifact", Parameter.NIBP_SYS),
    )
}
"""(Status byte, bit) -> alert; the other bits of byte 2 are not used."""

_NO_SPO2 = frozenset({(0, 0), (0, 1), (0, 5), (1, 1), (1, 3), (1, 4), (1, 5), (1, 6), (1, 7)})
_DOUBTFUL_SPO2 = frozenset({(0, 2), (0, 3), (0, 4), (0, 6), (0, 7), (1, 0)})
_DOUBTFUL_CUFF = frozenset({(2, 0), (2, 1)})


@dataclass(frozen=True, slots=True)
class Conditions:
    """What the status bytes say. no_spo2: the oximeter cannot be measuring; *_doubtful: it measures, but doubts it."""

    alerts: tuple[DeviceAlert, ...]
    no_spo2: bool
    spo2_doubtful: bool
    cuff_doubtful: bool


def read_status(status: tuple[str, str, str]) -> Conditions | None:
    """Read the bytes as printed, three digits each; None when one is no byte in any reading."""
    flags: set[tuple[int, int]] = set()
    unclear: set[int] = set()
    for byte, digits in enumerate(status):
        readings = _readings(digits)
        if not readings:
            return None
        sure = frozenset.intersection(*readings)
        flags |= {(byte, bit) for bit in sure}
        if any(reading != sure for reading in readings):
            unclear.add(byte)
    alerts = [alert for flag, alert in ALERTS.items() if flag in flags]
    alerts += [
        DeviceAlert(
            f"status_{byte}", f"Status byte {byte} is {status[byte]}: decimal or octal, the manual does not say"
        )
        for byte in sorted(unclear)
    ]
    return Conditions(
        tuple(alerts),
        bool(flags & _NO_SPO2),
        bool(flags & _DOUBTFUL_SPO2) or bool(unclear & {0, 1}),
        bool(flags & _DOUBTFUL_CUFF) or 2 in unclear,
    )


def _readings(digits: str) -> list[frozenset[int]]:
    """The sets of flags that three digits can mean."""
    numbers = [int(digits)]
    if not set(digits) & {"8", "9"}:
        numbers.append(int(digits, 8))
    return [frozenset(bit for bit in range(8) if number >> bit & 1) for number in numbers if number <= _HIGHEST]
