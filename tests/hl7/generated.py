"""Messages drawn at random, as each dialect writes them, and what damage makes of them. Seeded, people invented."""

from __future__ import annotations

import random
from dataclasses import dataclass

_WORDS = ("Meyer", "Ó Briain", "O\\T\\Neil", "Vu\\E\\", "Åse", "x\\X41\\y", "a\\S\\b", "\\F\\\\R\\", "\\Z1\\", '""', "")
_MDC = (
    "147842^MDC_ECG_HEART_RATE^MDC|264864^MDC_DIM_BEAT_PER_MIN^MDC",
    "150456^MDC_PULS_OXIM_SAT_O2^MDC|262688^MDC_DIM_PERCENT^MDC",
    "151562^MDC_RESP_RATE^MDC|264928^MDC_DIM_RESP_PER_MIN^MDC",
    "150344^MDC_TEMP^MDC|268192^MDC_DIM_DEGC^MDC",
    "150021^MDC_PRESS_BLD_ART_SYS^MDC|266016^MDC_DIM_MMHG^MDC",
    "105^MNDRY_TEMP_AXIL^99MNDRY|266560^MDC_DIM_FAHR^MDC",
)
_MDIL = ("0002-4bb8^SpO2^MDIL|0004-0220^%^MDIL", "0002-5000^Resp^MDIL|0004-0ae0^rpm^MDIL", "0002-f0c7^T1^MDIL|^C")
_PDS = ("101^HR|", "170^Sys|", "105^I|", "202^TD|")
_KOHDEN = ("007000^VITAL SpO2|%", "007001^VITAL PR(spo2)|/min", "009000^NIBP SYS|mmHg")
_VALUES = ("72", "98.6", "-1", "-100.00", "007", "", '""', "Alert", "1e3", "36.60", "100~200", "^182", "8388607")


@dataclass(frozen=True, slots=True)
class _Dialect:
    version: str
    sender: str
    codes: tuple[str, ...]
    headed: bool = True
    event: str = "R01"


_DIALECTS = (
    _Dialect("2.6", "MINDRAY_EGATEWAY^00A0370000000000^EUI-64|MINDRAY", _MDC),
    _Dialect("2.6", "VSP^080019FFFE000000^EUI-64|GE Healthcare", _MDC),
    _Dialect("2.6", "0030E60000000000^EUI-64|Draeger", _MDC, event="R40"),
    _Dialect("2.5", "GATEWAY|WARD", _MDC),
    _Dialect("2.4", "^EfficiaCM|", _MDIL),
    _Dialect("2.3", "|", _MDIL),
    _Dialect("2.4", "NIHON KOHDEN|NIHON KOHDEN", _KOHDEN),
    _Dialect("2.3.1", "|", _PDS, headed=False),
)


def message(random_: random.Random) -> bytes:
    """One ORU of one of the dialects, with up to four values; one in ten is an ADT."""
    if random_.random() < 0.1:
        return _admission(random_)
    dialect = random_.choice(_DIALECTS)
    control = str(random_.randrange(10**6)) if dialect.headed else random_.choice(("103", "204", "503"))
    time = random_.choice(("20261122093000+0000", "20261122093000", "20261122093000.1234-0500", "")) * dialect.headed
    msh = f"MSH|^~\\&|{dialect.sender}|||{time}||ORU^{dialect.event}|{control}|P|{dialect.version}"
    if dialect.version == "2.6":
        msh += "|||AL|NE||UNICODE UTF-8"
    segments = [msh]
    if dialect.headed:
        segments += [_pid(random_), f"PV1||I|{random_.choice(('ICU^^5', '^^Doc1&5&1', '^^BED-001^10.0.0.9:1', ''))}"]
        segments += [f"OBR|1|{_word(random_)}^x||VITAL^{_word(random_)}|||{time}"]
    segments += [_row(random_, number, dialect.codes) for number in range(1, random_.randint(1, 4) + 1)]
    return ("\r".join(segments) + "\r").encode()


def _admission(random_: random.Random) -> bytes:
    event = random_.choice(("A01", "A02", "A03", "A08", "A40"))
    segments = [
        f"MSH|^~\\&|ADT|HOUSE|||20261122093000||ADT^{event}|{random_.randrange(10**6)}|P|2.5",
        f"EVN|{event}|20261122093000",
        _pid(random_),
        f"PV1||I|{random_.choice(('ICU^^5', 'A^1^2', ''))}|||{random_.choice(('ICU^^6', ''))}",
        *([f"MRG|{random_.randrange(10**6)}^^^Ward&1.2.3&ISO|||{_word(random_)}"] if event == "A40" else []),
    ]
    return ("\r".join(segments) + "\r").encode()


def _word(random_: random.Random) -> str:
    return random_.choice(_WORDS)


def _pid(random_: random.Random) -> str:
    identifier = f"{random_.randrange(10**6)}^^^Ward&1.2.3&ISO^MR"
    repeated = f"~{_word(random_)}^^^^PI" * random_.randint(0, 1)
    return f"PID|||{identifier}{repeated}||{_word(random_)}^{_word(random_)}^^||{random_.choice(('19700101', ''))}|F"


def _row(random_: random.Random, number: int, codes: tuple[str, ...]) -> str:
    code, unit = random_.choice(codes).split("|")
    kind = random_.choice(("NM", "NM", "NM", "SN", "ST"))
    mark = random_.choice(("", "", "DEMO", "A~PL~ST", "QUES"))
    status = random_.choice("FRPXCD")
    time = random_.choice(("", "20261122092940", "20261122092940+0100"))
    channel, site = random_.choice(("", "1.3.1.150456", "0")), random_.choice(("", "^APERIODIC", "0002-4bb8^SpO2^MDIL"))
    value = random_.choice(_VALUES)
    return f"OBX|{number}|{kind}|{code}|{channel}|{value}|{unit}||{mark}|||{status}|||{time}|||{site}"


def mutated(random_: random.Random, whole: bytes) -> bytes:
    """The message with one to four wounds: bytes lost, doubled, swapped, changed; line ends and delimiters broken."""
    body = bytearray(whole)
    for _ in range(random_.randint(1, 4)):
        _wound(random_, body)
    return bytes(body)


def _wound(random_: random.Random, body: bytearray) -> None:
    start = random_.randrange(len(body) + 1)
    end = min(len(body), start + random_.choice((1, 2, 8, 60)))
    kind = random_.randrange(9)
    if kind == 0:
        del body[start:end]
    elif kind == 1:
        body[start:start] = body[start:end] * random_.choice((1, 3, 200))
    elif kind == 2:
        body[start:end] = random_.randbytes(end - start)
    elif kind == 3:
        del body[start:]
    elif kind == 4:
        body[start:start] = random_.choice((b"\x1c", b"\x0b", b"\x00" * 9, b"\r", b"\n", b"\r\r", b"\x1b$B", b"\\X"))
    elif kind == 5:
        body[start:start] = random_.choice((b"|", b"^", b"~", b"\\", b"&")) * random_.choice((1, 5, 3000))
    elif kind == 6:
        body[:] = body.replace(b"\r", random_.choice((b"\n", b"\r\n", b"", b"\r\x0b")))
    elif kind == 7:
        body[3:9] = bytes(random_.choices(b"|^~\\&#@!aA0 \r\xff", k=random_.randint(0, 8)))
    else:
        other = random_.choice((b"MSH", b"PID", b"OBX", b"|NM|", b"-", b"9" * 400, b"\xc3\x28", b"|ISO IR87", b"\\.br"))
        body[start:end] = other
