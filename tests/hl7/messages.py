"""Messages of the tests' own making."""

from __future__ import annotations

MSH = r"MSH|^~\&|GATEWAY|WARD|CONSOLE|HOSPITAL|20261122093000+0000||ORU^R01^ORU_R01|{control}|P|2.6"
PID = "PID|||100200^^^Ward^MR||Meyer^Anna"
PV1 = "PV1||I|ICU^^5"
OBR = "OBR|1|||182777000^monitoring of patient^SCT|||20261122092950+0000"
HR = (
    "OBX|{n}|NM|147842^MDC_ECG_HEART_RATE^MDC|1.7.4.147842|{value}|264864^MDC_DIM_BEAT_PER_MIN^MDC"
    "|||||{status}|||{time}"
)


def join(*segments: str, end: str = "\r") -> bytes:
    return (end.join(segments) + end).encode()


def heart_rate(
    value: str = "72", *, control: str = "C1", status: str = "R", time: str = "20261122092940+0000", msh: str = ""
) -> bytes:
    """An ORU^R01 with one heart rate."""
    return join(
        (msh or MSH).replace("{control}", control), PID, PV1, OBR, HR.format(n=1, value=value, status=status, time=time)
    )


def oru(*rows: str, msh: str = MSH, place: bool = True) -> bytes:
    """An ORU^R01 with these OBX rows (the text after "OBX|")."""
    head = [msh.replace("{control}", "C1"), PID, *([PV1] if place else []), OBR]
    return join(*head, *(f"OBX|{row}" for row in rows))


def row(
    code: str,
    value: str,
    unit: str = "",
    *,
    kind: str = "NM",
    channel: str = "",
    flag: str = "",
    status: str = "F",
    time: str = "",
    method: str = "",
    number: int = 1,
) -> str:
    return f"{number}|{kind}|{code}|{channel}|{value}|{unit}||{flag}|||{status}|||{time}|||{method}"


BEATS = "264864^MDC_DIM_BEAT_PER_MIN^MDC"
PERCENT = "262688^MDC_DIM_PERCENT^MDC"
MMHG = "266016^MDC_DIM_MMHG^MDC"
CELSIUS = "268192^MDC_DIM_DEGC^MDC"
