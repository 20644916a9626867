"""What devices send, written once more and apart from the drivers, so that an error in a driver's constants shows."""

from __future__ import annotations

from datetime import datetime, timedelta

NO_DATA = -32767


def masimo_line(
    second: int = 0,
    spo2: str = "097%",
    bpm: str = "080",
    pi: str = "04.96%",
    exc: str = "000800",
    alarm: str = "0000",
) -> bytes:
    """An ASCII 1 line of a Rad-8, `second` seconds after noon."""
    when = datetime(2026, 3, 14, 12, 0, 0) + timedelta(seconds=second)
    stamp = f"{when.month:02d}/{when.day:02d}/{when.year % 100:02d} {when.hour:02d}:{when.minute:02d}:{when.second:02d}"
    return (
        f"{stamp} SN=0000012345 SPO2={spo2} BPM={bpm} PI={pi} SPCO=--.-% SPMET=--.-% DESAT=-- PIDELTA=+--"
        f" ALARM={alarm} EXC={exc}\r\n"
    ).encode("ascii")


IVY_LINES = {
    "HR": "HR=1;80;ECG-II-DIAG;",
    "RR": "RR=1;35;APNEA: 20 SEC;",
    "ETCO2": "ETCO2=1;38;;",
    "SPO2": "SPO2=1;98;PR=81 ;",
    "NIBP": "NIBP=4;121;75;92;80;;",
    "P1": "P1=3;111;73;88;;",
    "P2": "P2=3;;;;NO TRANSDUCER;",
    "T1": "T1=1;36.9;;",
    "T2": "T2=1;;;",
}


def ivy_frame(**changed: str) -> bytes:
    """A frame with some of its text lines changed; an empty one is left out."""
    lines = {**IVY_LINES, **changed}
    wave = bytes((40 + 13 * i) % 200 for i in range(400))
    text = "".join(line + "\r" for line in lines.values() if line)
    return b"\xff" + b"ANSAR-B " + wave + text.encode("ascii") + b"\xfe"


def dri_frame(record: bytes) -> bytes:
    """A record between flags, with checksum and escapes."""
    plain = record + bytes([sum(record) % 256])
    return b"\x7e" + plain.replace(b"\x7d", b"\x7d\x5d").replace(b"\x7e", b"\x7d\x5e") + b"\x7e"


def dri_record(
    main_type: int, subrecords: list[tuple[int, bytes]], number: int = 1, seconds: int = 1_800_000_000
) -> bytes:
    """A record with its 40-byte header."""
    body = b"".join(data for _, data in subrecords)
    header = bytearray(40)
    header[0:2] = (40 + len(body)).to_bytes(2, "little")
    header[2] = number % 256
    header[3] = 9
    header[6:10] = seconds.to_bytes(4, "little")
    header[14:16] = main_type.to_bytes(2, "little")
    at = 16
    offset = 0
    for kind, data in subrecords:
        header[at : at + 2] = offset.to_bytes(2, "little")
        header[at + 2] = kind
        offset += len(data)
        at += 3
    header[at + 2] = 0xFF
    return bytes(header) + body


class DriValues:
    """A displayed-values subrecord, filled field by field."""

    def __init__(self, seconds: int = 1_800_000_000, data_class: int = 0) -> None:
        self.data = bytearray(NO_DATA.to_bytes(2, "little", signed=True) * 139)
        self.data[0:4] = seconds.to_bytes(4, "little")
        self.data[274:278] = bytes([0, 0, 0, data_class])
        for group in (4, 20, 34, 48, 62, 76, 90, 98, 106, 114, 122, 136, 150, 160, 170, 182, 204, 218, 236, 244, 258):
            self.data[group : group + 6] = bytes(6)

    def group(self, at: int, status: int = 3, label: int = 0, **fields: int) -> DriValues:
        """Set a group's status and label, and fields by their offset (named o<offset>) to raw integers."""
        self.data[at : at + 4] = status.to_bytes(4, "little")
        self.data[at + 4 : at + 6] = label.to_bytes(2, "little")
        for name, value in fields.items():
            offset = int(name[1:])
            self.data[offset : offset + 2] = value.to_bytes(2, "little", signed=True)
        return self

    def frame(self, number: int = 1, *more: tuple[int, bytes]) -> bytes:
        """The frame that carries it."""
        return dri_frame(dri_record(0, [(1, bytes(self.data)), *more], number))


def dri_report(number: int = 1, hr: int = 80, spo2: int = 97, rr: int = 14, pulse: int = 81) -> bytes:
    """A usual report: ECG with impedance respiration, and SpO2."""
    values = DriValues(1_800_000_000 + number)
    values.group(4, o10=hr, o18=rr).group(122, o128=spo2 * 100, o130=pulse)
    return values.frame(number)


def dri_alarms(*lines: tuple[str, int], wide: bool = False, silence: int = 0) -> bytes:
    """An alarm record; wide: enumerations of 32 instead of 16 bits."""
    width = 4 if wide else 2
    sub = bytes(8) + silence.to_bytes(width, "little")
    for index in range(5):
        text, colour = lines[index] if index < len(lines) else ("", 0)
        sub += text.encode("latin-1").ljust(80, b"\0") + bytes(2) + colour.to_bytes(width, "little") + bytes(14)
    return dri_frame(dri_record(4, [(1, sub + bytes(10))]))
