"""What a Nonin oximeter prints in real time, written once more and apart from the driver."""

from __future__ import annotations


def line(spo2: str = "097", hr: str = "072", end: str = "", time: str = "") -> bytes:
    """One line; end: what follows the pulse rate, time: HH:MM:SS before the values of some models."""
    head = time + " " if time else ""
    return (head + "SPO2=" + spo2 + " HR=" + hr + end).encode("ascii") + bytes((13, 10))
