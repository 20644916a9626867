"""What a Nellcor data port prints, written once more and apart from the driver."""

from __future__ import annotations

from datetime import datetime, timedelta

NOON = datetime(2026, 3, 14, 12, 0, 0)
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"

HEADING = (
    b"N-560    VERSION 1.61.00    CRC:XXXX  SpO2 Limit: 95-100%    PR Limit: 59-148BPM\r\n"
    b"                             ADULT           25SAT-S \r\n"
    b"TIME                 %SpO2   BPM     PA     Status\r\n"
)


def line(
    second: int = 0, spo2: str = "97", bpm: str = "80", pa: str = "88", status: str = "", start: datetime = NOON
) -> bytes:
    """A data line `second` seconds after `start`; an asterisk belongs to its number.

    Codes stand where two N-560 printed them: what concerns the signal at 44, saturation at 47, AS at 56, AO at 59;
    where they printed none, at the places left.
    """
    when = start + timedelta(seconds=second)
    month = _MONTHS.split()[when.month - 1]
    row = list(" " * 61)

    def put(at: int, text: str) -> None:
        row[at : at + len(text)] = text

    put(0, f"{when.day:02d}-{month}-{when.year % 100:02d} {when.hour:02d}:{when.minute:02d}:{when.second:02d}")
    for right, text in ((24, spo2), (32, bpm), (40, pa)):
        digits = text.rstrip("*")
        put(right - len(digits), text)
    places = {"SL": 47, "SH": 47, "PL": 50, "PH": 50, "LB": 53, "AS": 56, "AO": 59}
    for code in status.split():
        put(places.get(code, 44), code)
    return "".join(row).encode("ascii") + b"\r\n"
