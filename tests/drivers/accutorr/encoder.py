"""What an Accutorr 3 or 4 prints at its PC interface, written once more and apart from the driver."""

from __future__ import annotations

Number = int | None


def reply(
    spo2: Number = 97,
    pulse: Number = 80,
    pressures: tuple[Number, Number, Number] = (120, 93, 80),
    status: tuple[str, str, str] = ("000", "000", "000"),
    age: Number = 0,
) -> bytes:
    """The answer to P with the prompt behind it; pressures: systolic, mean, diastolic; None: field not in use."""
    numbers = [spo2, pulse, *pressures]
    fields = ["--" if n is None else str(n).rjust(3) for n in numbers]
    fields += [*status, "--" if age is None else str(age).rjust(3)]
    return b"P:" + ",".join(fields).encode("ascii") + b"\x0d\x0a>"
