"""Lines of the SDC link written once more, by hand: text, and a CRC-32 computed bit by bit."""

from __future__ import annotations


def crc(data: bytes) -> int:
    """CRC-32 of IEEE 802.3."""
    register = 0xFFFFFFFF
    for byte in data:
        register ^= byte
        for _ in range(8):
            register = register >> 1 ^ (0xEDB88320 if register & 1 else 0)
    return register ^ 0xFFFFFFFF


def sealed(text: str) -> bytes:
    """A line with its check."""
    return f"{text}*{crc(text.encode()):08X}\r\n".encode()


def device(number: int = 1, serial: str = "SN-4711") -> bytes:
    """Who the device is."""
    return sealed(f'{{"n":{number},"kind":"device","serial":"{serial}","manufacturer":"Acme","model":"B1"}}')


def metric(
    number: int,
    code: str = "147842",
    value: str | None = "72",
    unit: str = "264864",
    validity: str = "Vld",
    mode: str = "Real",
    activation: str = "On",
    category: str = "Msrmt",
    time: str = "1795366415.5",
    system: str = "urn:oid:1.2.840.10004.1.1.1.0.0.1",
    handle: str = "m1",
) -> bytes:
    """The state of a metric."""
    said = "null" if value is None else f'"{value}"'
    return sealed(
        f'{{"n":{number},"kind":"metric","handle":"{handle}","system":"{system}","code":"{code}","unit":"{unit}",'
        f'"category":"{category}","value":{said},"validity":"{validity}","mode":"{mode}",'
        f'"activation":"{activation}","time":{time}}}'
    )


def alert(number: int, present: bool, priority: str = "Hi", source: str = "150456", text: str = "SpO2 low") -> bytes:
    """The state of an alert condition."""
    return sealed(
        f'{{"n":{number},"kind":"alert","handle":"a1","text":"{text}","priority":"{priority}","source":"{source}",'
        f'"present":{str(present).lower()}}}'
    )
