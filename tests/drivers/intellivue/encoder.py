"""What an IntelliVue monitor sends, written from the protocol's description: nothing of the driver is used here."""

from __future__ import annotations

from collections.abc import Sequence

Attributes = Sequence[tuple[int, bytes]]

HR, PLETH_PULSE, PULSE, RR_IMPEDANCE, RR_CO2 = 16770, 18466, 18442, 20490, 20498
SPO2, PERFUSION, ETCO2, INSPIRED_CO2 = 19384, 19376, 20656, 20666
NIBP_SYS, NIBP_DIA, NIBP_MEAN = 18949, 18950, 18951
ABP_SYS, ABP_DIA, ABP_MEAN = 18965, 18966, 18967
ART_SYS, ART_DIA, ART_MEAN = 18961, 18962, 18963
TEMP, TEMP_CORE, TEMP_SKIN, TEMP_RECTAL = 19272, 19296, 19316, 57348

BPM, RPM, PERCENT, MMHG, KPA, CELSIUS, FAHRENHEIT, NO_UNIT = 2720, 2784, 544, 3872, 3843, 6048, 4416, 512

NAN, NRES, PLUS_INF, MINUS_INF = 0x007FFFFF, 0x00800000, 0x007FFFFE, 0x00800002


def u16(number: int) -> bytes:
    return number.to_bytes(2, "big")


def u32(number: int) -> bytes:
    return number.to_bytes(4, "big")


def crc(data: bytes) -> int:
    """CRC-16/X-25, bit by bit."""
    register = 0xFFFF
    for byte in data:
        for bit in range(8):
            odd = (register ^ byte >> bit) & 1
            register >>= 1
            if odd:
                register ^= 0x8408
    return register ^ 0xFFFF


def frame(user_data: bytes, *, header: bytes = b"\x11\x01", length: int | None = None, spoil: int = 0) -> bytes:
    """A frame; spoil is added to the check sequence."""
    plain = header + u16(len(user_data) if length is None else length) + user_data
    check = crc(plain) + spoil & 0xFFFF
    plain += bytes([check & 0xFF, check >> 8])
    escaped = plain.replace(b"\x7d", b"\x7d\x5d").replace(b"\xc0", b"\x7d\xe0").replace(b"\xc1", b"\x7d\xe1")
    return b"\xc0" + escaped + b"\xc1"


def unframe(stream: bytes) -> list[bytes]:
    """User data of whole and sound frames, for reading what the driver sends."""
    found = []
    for piece in stream.split(b"\xc0")[1:]:
        assert piece.endswith(b"\xc1")
        plain = piece[:-1].replace(b"\x7d\xe1", b"\xc1").replace(b"\x7d\xe0", b"\xc0").replace(b"\x7d\x5d", b"\x7d")
        assert plain[:2] == b"\x11\x01"
        assert int.from_bytes(plain[2:4], "big") == len(plain) - 6
        assert crc(plain[:-2]) == int.from_bytes(plain[-2:], "little")
        found.append(plain[4:-2])
    return found


def attribute_list(attributes: Attributes) -> bytes:
    body = b"".join(u16(identifier) + u16(len(value)) + value for identifier, value in attributes)
    return u16(len(attributes)) + u16(len(body)) + body


def text(words: str) -> bytes:
    """A String with its closing zero."""
    data = (words + "\0").encode("utf-16-be")
    return u16(len(data)) + data


def number(value: float, decimals: int = 0) -> int:
    """A FLOAT with so many decimals."""
    return (-decimals & 0xFF) << 24 | (round(value * 10.0**decimals) & 0xFFFFFF)


def observed(code: int, raw: int, unit: int, state: int = 0) -> bytes:
    return u16(code) + u16(state) + u16(unit) + u32(raw)


def numeric(
    handle: int,
    code: int,
    raw: int,
    unit: int,
    state: int = 0,
    label: str = "",
    stamp: bytes = b"",
) -> bytes:
    """An observation with one value."""
    attributes: list[tuple[int, bytes]] = [(0x0927, text(label))] if label else []
    attributes += [(0x0990, stamp)] if stamp else []
    return u16(handle) + attribute_list([*attributes, (0x0950, observed(code, raw, unit, state))])


def compound(handle: int, *values: bytes, label: str = "", stamp: bytes = b"") -> bytes:
    """An observation with several values."""
    attributes: list[tuple[int, bytes]] = [(0x0927, text(label))] if label else []
    attributes += [(0x0990, stamp)] if stamp else []
    body = b"".join(values)
    return u16(handle) + attribute_list([*attributes, (0x094B, u16(len(values)) + u16(len(body)) + body)])


def pressure(handle: int, codes: tuple[int, int, int], sys: int, dia: int, mean: int, **more: object) -> bytes:
    state = more.get("state", 0)
    assert isinstance(state, int)
    raws = zip(codes, (sys, dia, mean), strict=True)
    values = [observed(code, number(value), MMHG, state) for code, value in raws]
    stamp, label = more.get("stamp", b""), more.get("label", "")
    assert isinstance(stamp, bytes)
    assert isinstance(label, str)
    return compound(handle, *values, label=label, stamp=stamp)


def cuff(sys: int, dia: int, mean: int, stamp: bytes = b"", state: int = 0) -> bytes:
    return pressure(0x826A, (NIBP_SYS, NIBP_DIA, NIBP_MEAN), sys, dia, mean, stamp=stamp, state=state)


def alarm(
    source: int, code: int, type_: int, words: str | None, state: int = 0, instance: int = 1, handle: int = 0x8401
) -> bytes:
    """An entry of an alarm list; words None: one without a text."""
    info = u16(instance) + u32(0x00010203) + u16(100) + u16(0x4000)
    info += text(words) if words is not None else b""
    kind = 0x0204 if words is not None else 0x0201
    head = u16(source) + u16(code) + u16(type_) + u16(state) + u16(0x0036) + u16(0) + u16(handle)
    return head + u16(kind) + u16(len(info)) + info


def alarm_list(*entries: bytes) -> bytes:
    body = b"".join(entries)
    return u16(len(entries)) + u16(len(body)) + body


def alarm_monitor(
    physiological: bytes | None = None, technical: bytes | None = None, state: int | None = None
) -> bytes:
    """The observation of the alarm monitor."""
    attributes: list[tuple[int, bytes]] = []
    if state is not None:
        attributes.append((0x0916, u16(state) + u16(7) + u16(0) + u16(0) + u16(0)))
    if physiological is not None:
        attributes.append((0x0902, physiological))
    if technical is not None:
        attributes.append((0x0904, technical))
    return u16(0x8401) + attribute_list(attributes)


def system(
    serial: str | None = "DE00000001",
    mode: int | None = 0x4000,
    clock: bytes | None = None,
    counter: int = 0,
    system_id: bytes | None = bytes.fromhex("0009fb000001"),
) -> list[tuple[int, bytes]]:
    """Attributes of the monitor itself."""
    attributes: list[tuple[int, bytes]] = []
    if system_id is not None:
        attributes.append((0x0984, u16(len(system_id)) + system_id))
    attributes.append((0x0928, u16(8) + b"Philips\0" + u16(6) + b"M8000\0"))
    if mode is not None:
        attributes.append((0x0946, u16(mode)))
    attributes.append((0x091E, text("ICU 4")))
    if clock is not None:
        attributes += [(0x0987, clock), (0x098F, u32(counter))]
    if serial is not None:
        number_ = serial.encode() + b"\0\x02"
        part = b"M8003A\0\0"
        entries = u16(2) + u16(8) + u16(len(part)) + part + u16(1) + u16(8) + u16(len(number_)) + number_
        attributes.append((0x092D, u16(2) + u16(len(entries)) + entries))
    return attributes


def operation(kind: int, body: bytes) -> bytes:
    return bytes.fromhex("e1000002") + u16(kind) + u16(len(body)) + body


def poll_result(
    ids: tuple[int, int],
    object_class: int,
    group: int,
    objects: Sequence[bytes],
    *,
    context: int = 0,
    counter: int = 0,
    linked: tuple[int, int] | None = None,
    extended: bool = False,
    clock: bytes = b"\xff" * 8,
) -> bytes:
    """User data of a result. ids: invoke id and poll number; linked: state and count; extended: for that action."""
    body = b"".join(objects)
    contexts = u16(context) + u16(len(objects)) + u16(len(body)) + body if objects else b""
    reply = u16(ids[1]) + (u16(0) if extended else b"") + u32(counter) + clock
    reply += u16(1) + u16(object_class) + u16(group)
    reply += u16(1 if objects else 0) + u16(len(contexts)) + contexts
    action = u16(0x21) + bytes(4) + u16(0xF13B if extended else 0x0C16) + u16(len(reply)) + reply
    result = u16(ids[0]) + u16(7) + u16(len(action)) + action
    return operation(2, result) if linked is None else operation(5, bytes(linked) + result)


def numerics(ids: tuple[int, int], *objects: bytes, counter: int = 0, group: int = 0x0803) -> bytes:
    return poll_result(ids, 0x0006, group, objects, counter=counter)


def alarms(ids: tuple[int, int], *objects: bytes) -> bytes:
    return poll_result(ids, 0x0036, 0x0801, objects)


def mds(ids: tuple[int, int], attributes: Attributes) -> bytes:
    return poll_result(ids, 0x0021, 0x0000, [u16(0) + attribute_list(attributes)])


def create(attributes: Attributes, invoke_id: int = 1, event_time: int = 0x0ABD00) -> bytes:
    """The create event: the monitor presents itself."""
    info = u16(0x21) + bytes(4) + attribute_list(attributes)
    report = u16(0x21) + bytes(4) + u32(event_time) + u16(0x0D06) + u16(len(info)) + info
    return operation(1, u16(invoke_id) + u16(1) + u16(len(report)) + report)


def remote_error(invoke_id: int, error: int, detail: bytes = b"") -> bytes:
    return operation(3, u16(invoke_id) + u16(error) + u16(len(detail)) + detail)


def accept(min_poll: int = 8000, options: int = 0x80000000, *, object_identifier: bool = False) -> bytes:
    """An accept; object_identifier: with one before the user data, as the request has it."""
    extension = u32(options) + u16(0) + u16(0)
    profile = u32(0x80000000) + u32(min_poll) + u32(1000) + u32(1000) + u32(0xFFFFFFFF) + u32(0x60000000)
    profile += attribute_list([(0xF001, extension)])
    info = u32(0x80000000) + u32(0x40000000) + u32(0) + u32(0x00800000) + u32(0x20000000)
    info += u16(0) + u16(0) + attribute_list([(0x0001, profile)])
    presentation = bytes.fromhex(
        "31 80 a0 80 80 01 01 00 00 a2 80 a0 03 00 00 01 a5 80 30 80 80 01 00 81 02 51 01 00 00 30 80 80 01 00 81 0c"
        "2a 86 48 ce 14 02 01 00 00 00 02 01 00 00 00 00 61 80 30 80 02 01 01 a0 80 61 80 a1 80 06 0c"
        "2a 86 48 ce 14 02 01 00 00 00 03 01 00 00 a2 03 02 01 00 a3 05 a1 03 02 01 00 be 80 28 80"
    )
    if object_identifier:
        presentation += bytes.fromhex("06 0c 2a 86 48 ce 14 02 01 00 00 00 01 01")
    presentation += bytes.fromhex("02 01 02") + bytes([0x81, len(info)]) + info + bytes(16)
    session = (
        bytes.fromhex("05 08 13 01 00 16 01 02 80 00 14 02 00 02") + b"\xc1" + _length(presentation) + presentation
    )
    return b"\x0e" + _length(session) + session


def _length(data: bytes) -> bytes:
    return bytes([len(data)]) if len(data) < 255 else b"\xff" + u16(len(data))


REFUSE = bytes.fromhex("0c 03 32 01 00")
ABORT = bytes.fromhex(
    "19 2e 11 01 03 c1 29 a0 80 a0 80 30 80 02 01 01 06 02 51 01 00 00 00 00 61 80 30 80 02 01 01 a0 80 64 80 80 01 01"
    "00 00 00 00 00 00 00 00 00 00"
)
RELEASE = bytes.fromhex("09 18 c1 16 61 80 30 80 02 01 01 a0 80 62 80 80 01 00 00 00 00 00 00 00 00 00")
RELEASED = bytes.fromhex("0a 18 c1 16 61 80 30 80 02 01 01 a0 80 63 80 80 01 00 00 00 00 00 00 00 00 00")


def session(kind: int) -> bytes:
    """The shortest message of this kind."""
    return {0x0C: REFUSE, 0x19: ABORT, 0x09: RELEASE, 0x0A: RELEASED}[kind]
