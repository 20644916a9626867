"""A monitor at its MIB/RS232 port: takes an association, insists on being presented to, answers polls.

It takes the console's requests apart with code of its own, so that an error in the driver's encoder shows. Unlike a
real monitor it answers a poll at once and not at its next beat. What a real one does when an association is asked for
while another stands is not documented; this one aborts the old one and wants to be asked again.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from datetime import datetime, timedelta

from drivers.driver import DeviceState, FrameCounters
from drivers.intellivue.framing import Deframer, encode_frame
from drivers.observation import Parameter
from drivers.simulation import Mood

_TIME_OUT_S = 10.0
_CREATE_TIME_OUT_S = 5.0
_CREATE_INVOKE_ID = 1

_RATE, _RESPIRATION, _PERCENT, _MMHG, _NONE, _CELSIUS = 2720, 2784, 544, 3872, 512, 6048
_OFF = 0xA000
_NO_NUMBER = 0x007FFFFF

_ACCEPT_HEAD = bytes.fromhex(
    "3180a0808001010000a280a003000001a58030808001008102510100003080800100810c2a8648ce14020100000002010000000061803080"
    "020101a0806180a180060c2a8648ce14020100000003010000a203020100a305a103020100be802880020102"
)
_SESSION_HEAD = bytes.fromhex("0508130100160102800014020002")
_REFUSE = bytes.fromhex("0c03320100")
_ABORT = bytes.fromhex(
    "192e110103c129a080a0803080020101060251010000000061803080020101a080648080010100000000000000000000"
)
_RELEASED = bytes.fromhex("0a18c11661803080020101a08063808001000000000000000000")


@dataclass(frozen=True, slots=True)
class _Numeric:
    """A simple or compound numeric: handle, label, and per value code, unit, exponent and parameter."""

    handle: int
    label: str
    values: tuple[tuple[int, int, int, Parameter], ...]


_NUMERICS = (
    _Numeric(0x82B3, "HR", ((0x4182, _RATE, 0, Parameter.HR),)),
    _Numeric(0x83DC, "Pulse", ((0x4822, _RATE, 0, Parameter.PR),)),
    _Numeric(0x83D5, "SpO\u2082", ((0x4BB8, _PERCENT, -1, Parameter.SPO2),)),
    _Numeric(0x83E3, "Perf", ((0x4BB0, _NONE, -2, Parameter.PERFUSION_INDEX),)),
    _Numeric(0x8440, "etCO\u2082", ((0x50B0, _MMHG, 0, Parameter.ETCO2),)),
    _Numeric(
        0x826A,
        "NBP",
        (
            (0x4A05, _MMHG, 0, Parameter.NIBP_SYS),
            (0x4A06, _MMHG, 0, Parameter.NIBP_DIA),
            (0x4A07, _MMHG, 0, Parameter.NIBP_MEAN),
        ),
    ),
    _Numeric(
        0x891A,
        "ABP",
        (
            (0x4A17, _MMHG, 0, Parameter.ART_MEAN),
            (0x4A15, _MMHG, 0, Parameter.ART_SYS),
            (0x4A16, _MMHG, 0, Parameter.ART_DIA),
        ),
    ),
)
_CUFF_HANDLE = 0x826A
_CUFF = (Parameter.NIBP_SYS, Parameter.NIBP_DIA, Parameter.NIBP_MEAN)


class IntellivueMibSimulator:
    """See drivers.driver.Simulator. longest: bytes of the longest message, whatever the console would take."""

    def __init__(self, started: datetime, mood: Mood = Mood.NORMAL, longest: int = 1000) -> None:
        self.mood = mood
        self._started = started.replace(tzinfo=None)
        self._longest = longest
        self._mtu = longest
        self._deframer: Deframer[bytes] = Deframer(FrameCounters(), lambda data: data)
        self._associated = False
        self._created = False
        self._silent_since = 0.0
        self._cuff: tuple[float | None, ...] = ()
        self._cuff_at = 0.0

    def step(self, data: bytes, elapsed: float, state: DeviceState) -> bytes:
        """Answer what the console asks; end an association that is not kept up."""
        self._watch_cuff(elapsed, state)
        said: list[bytes] = []
        for message in self._deframer.feed(data):
            said += self._answer(message, elapsed, state)
        patience = _TIME_OUT_S if self._created else _CREATE_TIME_OUT_S
        if self._associated and elapsed - self._silent_since >= patience:
            said += self._end()
        return b"" if self.mood is Mood.SILENT else b"".join(map(encode_frame, said))

    def _end(self) -> list[bytes]:
        self._associated = self._created = False
        return [_ABORT]

    def _answer(self, message: bytes, elapsed: float, state: DeviceState) -> list[bytes]:
        if message[0] == 0x0D:
            return self._associate(message, elapsed)
        if message[0] == 0x19:
            self._associated = self._created = False
        if not self._associated:
            return []
        if message[0] == 0x09:
            self._associated = self._created = False
            return [_RELEASED]
        if message[0] == 0xE1 and len(message) >= 14:
            return self._operate(message, elapsed, state)
        return []

    def _associate(self, message: bytes, elapsed: float) -> list[bytes]:
        if self.mood is Mood.REFUSING:
            return [_REFUSE]
        if self._associated:
            return self._end()
        wanted = _wanted(message)
        if wanted is None:
            return [_REFUSE]
        min_poll, mtu, options = wanted
        self._mtu = min(mtu, self._longest)
        self._associated, self._created, self._silent_since = True, False, elapsed
        return [_accept(min_poll, self._mtu, options), self._create(elapsed)]

    def _operate(self, message: bytes, elapsed: float, state: DeviceState) -> list[bytes]:
        operation, length, invoke_id, command = struct.unpack_from(">HHHH", message, 4)
        if length != len(message) - 8:
            return []
        if operation == 2:
            if (invoke_id, command) != (_CREATE_INVOKE_ID, 1) or message[24:26] != b"\x0d\x06":
                return self._end()
            self._created = True
            return self._end() if self.mood is Mood.ABORTING else []
        if not self._created:
            return self._end()
        self._silent_since = elapsed
        if operation != 1 or command != 7 or len(message) != 36 or message[24:28] != b"\x0c\x16\x00\x08":
            return [_operation(3, struct.pack(">HHH", invoke_id, 9, 0))]
        poll_number, _, object_class, group = struct.unpack_from(">HHHH", message, 28)
        objects = self._objects(object_class, group, elapsed, state)
        if objects is None:
            return [_operation(3, struct.pack(">HHHH", invoke_id, 0, 2, object_class))]
        about = struct.pack(">HI8sHHH", poll_number, _ticks(elapsed), b"\xff" * 8, 1, object_class, group)
        return self._results(invoke_id, about, objects)

    def _results(self, invoke_id: int, about: bytes, objects: list[bytes]) -> list[bytes]:
        """One result, or linked ones closed by an empty one, as a real monitor sends them."""
        parts: list[list[bytes]] = [[]]
        for data in objects:
            if parts[-1] and sum(map(len, parts[-1])) + len(data) > self._mtu - 64:
                parts.append([])
            parts[-1].append(data)
        if len(parts) == 1:
            return [_operation(2, _result(invoke_id, about, parts[0]))]
        linked = [
            _operation(5, bytes((1 if number == 1 else 2, number)) + _result(invoke_id, about, part))
            for number, part in enumerate(parts, start=1)
        ]
        return [*linked, _operation(2, _result(invoke_id, about, []))]

    def _watch_cuff(self, elapsed: float, state: DeviceState) -> None:
        reading = tuple(state.vitals.get(parameter) for parameter in _CUFF)
        if reading != self._cuff:
            self._cuff, self._cuff_at = reading, elapsed

    def _objects(self, object_class: int, group: int, elapsed: float, state: DeviceState) -> list[bytes] | None:
        if object_class == 0x0021:
            return [_object(0, self._system(elapsed, whole=True))]
        if object_class == 0x0036:
            return [_object(0x8401, _alarms(state))]
        if object_class == 0x0006:
            return [_object(n.handle, self._values(n, group, state)) for n in _numerics(state)]
        return None

    def _values(self, numeric: _Numeric, group: int, state: DeviceState) -> list[tuple[int, bytes]]:
        values = b"".join(_observed(code, unit, exponent, p, state) for code, unit, exponent, p in numeric.values)
        attributes: list[tuple[int, bytes]] = []
        if group == 0:
            attributes += [(0x0921, struct.pack(">H", numeric.handle)), (0x092F, struct.pack(">HH", 1, 6))]
            attributes += [(0x0924, struct.pack(">HH", 2, numeric.values[0][0])), (0x0927, _text(numeric.label))]
        if numeric.handle == _CUFF_HANDLE:
            attributes.append((0x0990, self._clock(self._cuff_at)))
        if len(numeric.values) == 1:
            return [*attributes, (0x0950, values)]
        return [*attributes, (0x094B, struct.pack(">HH", len(numeric.values), len(values)) + values)]

    def _clock(self, elapsed: float) -> bytes:
        return bytes.fromhex(f"{self._started + timedelta(seconds=elapsed):%Y%m%d%H%M%S}00")

    def _system(self, elapsed: float, *, whole: bool) -> list[tuple[int, bytes]]:
        attributes = [
            (0x0984, bytes.fromhex("00060009fb123456")),
            (0x0928, struct.pack(">H8sH6s", 8, b"Philips", 6, b"M8000")),
            (0x0946, b"\x40\x00"),
            (0x09A7, b"\x00\x06"),
            (0x091E, _text("BED 1", 17)),
            (0x0987, self._clock(elapsed)),
            (0x098F, struct.pack(">I", _ticks(elapsed))),
        ]
        if whole:
            serial = struct.pack(">HHH10s", 1, 8, 10, b"DE00000042")
            attributes.append((0x092D, struct.pack(">HH", 1, len(serial)) + serial))
        return attributes

    def _create(self, elapsed: float) -> bytes:
        info = struct.pack(">HHH", 0x21, 0, 0) + _attributes(self._system(elapsed, whole=False))
        report = struct.pack(">HHHIHH", 0x21, 0, 0, _ticks(elapsed), 0x0D06, len(info)) + info
        return _operation(1, struct.pack(">HHH", _CREATE_INVOKE_ID, 1, len(report)) + report)


def _wanted(message: bytes) -> tuple[int, int, int] | None:
    """Poll period, longest message and extended options that an association request asks for."""
    length, at = (message[1], 2) if message[1] != 0xFF else (struct.unpack_from(">H", message, 2)[0], 4)
    mark = message.find(bytes.fromhex("02010281"))
    if length != len(message) - at or not message.startswith(_SESSION_HEAD, at) or mark < 0:
        return None
    info = message[mark + 5 :]
    if message[mark + 4] >= 0x80:  # the length of the user data in more than one byte
        info = info[message[mark + 4] & 0x7F :]
    head = struct.unpack_from(">IIIIIIHHHHIIII", info)
    if head[:10] != (0x80000000, 0x40000000, 0, 0x80000000, 0x20000000, 0, 1, 44, 1, 40) or head[10] != 0x80000000:
        return None
    min_poll, mtu = head[11], head[12]
    options: int = struct.unpack_from(">I", info, 32 + 24 + 8)[0]
    return min_poll, mtu, options


def _accept(min_poll: int, mtu: int, options: int) -> bytes:
    extension = struct.pack(">HHHHII", 1, 12, 0xF001, 8, options & 0x80000000, 0)
    profile = struct.pack(">IIIIII", 0x80000000, min_poll, mtu, mtu, 0xFFFFFFFF, 0x60000000) + extension
    info = struct.pack(">IIIIII", 0x80000000, 0x40000000, 0, 0x00800000, 0x80000000, 0)
    info += struct.pack(">HHHH", 1, len(profile) + 4, 1, len(profile)) + profile
    presentation = _ACCEPT_HEAD + bytes((0x81, len(info))) + info + bytes(16)
    session = _SESSION_HEAD + bytes((0xC1, len(presentation))) + presentation
    return bytes((0x0E, len(session))) + session


def _operation(kind: int, body: bytes) -> bytes:
    return bytes.fromhex("e1000002") + struct.pack(">HH", kind, len(body)) + body


def _result(invoke_id: int, about: bytes, objects: list[bytes]) -> bytes:
    inside = b"".join(objects)
    context = struct.pack(">HHH", 0, len(objects), len(inside)) + inside if objects else b""
    reply = about + struct.pack(">HH", 1 if objects else 0, len(context)) + context
    action = struct.pack(">HHHHH", 0x21, 0, 0, 0x0C16, len(reply)) + reply
    return struct.pack(">HHH", invoke_id, 7, len(action)) + action


def _object(handle: int, attributes: list[tuple[int, bytes]]) -> bytes:
    return struct.pack(">H", handle) + _attributes(attributes)


def _attributes(attributes: list[tuple[int, bytes]]) -> bytes:
    inside = b"".join(struct.pack(">HH", identifier, len(value)) + value for identifier, value in attributes)
    return struct.pack(">HH", len(attributes), len(inside)) + inside


def _ticks(elapsed: float) -> int:
    return int(elapsed * 8000) & 0xFFFFFFFF


def _text(text: str, characters: int = 7) -> bytes:
    data = text.ljust(characters - 1, "\0").encode("utf-16-be") + b"\0\0"
    return struct.pack(">H", len(data)) + data


def _numerics(state: DeviceState) -> list[_Numeric]:
    """What is connected: a numeric one of whose values the patient has."""
    respiration = 0x5012 if Parameter.ETCO2 in state.vitals else 0x500A
    temperature = 0x4B74 if state.sites.get(Parameter.TEMP) == "skin" else 0x4B60
    every = (
        *_NUMERICS,
        _Numeric(0x82BA, "RR", ((respiration, _RESPIRATION, 0, Parameter.RR),)),
        _Numeric(0x8500, "Temp", ((temperature, _CELSIUS, -1, Parameter.TEMP),)),
    )
    return [numeric for numeric in every if any(parameter in state.vitals for *_, parameter in numeric.values)]


def _observed(code: int, unit: int, exponent: int, parameter: Parameter, state: DeviceState) -> bytes:
    value = state.vitals.get(parameter)
    off = parameter in state.sensor_off or (parameter is Parameter.PR and Parameter.SPO2 in state.sensor_off)
    if value is None or off:
        return struct.pack(">HHHI", code, _OFF, unit, _NO_NUMBER)
    mantissa = round(value * 10**-exponent)
    return struct.pack(">HHHI", code, 0, unit, (exponent & 0xFF) << 24 | mantissa & 0xFFFFFF)


_SOURCES = {parameter: code for numeric in _NUMERICS for code, _, _, parameter in numeric.values}


def _alarms(state: DeviceState) -> list[tuple[int, bytes]]:
    """A technical alarm of low priority for every sensor that is off."""
    entries = b""
    for number, parameter in enumerate(sorted(state.sensor_off), start=1):
        source = _SOURCES.get(parameter, 0)
        text = _text(f"{parameter.value.upper()} SENSOR OFF", 24)
        info = struct.pack(">HIHH", number, 0, 1, 0) + text
        entries += struct.pack(">HHHHHHHHH", source, 0x00A0, 0x0001, 0, 0x36, 0, 0x8401, 0x0204, len(info)) + info
    technical = struct.pack(">HH", len(state.sensor_off), len(entries)) + entries
    condition = struct.pack(">HHHHH", 0, 1, 0, 1 if entries else 0, 0)
    return [(0x0916, condition), (0x0902, bytes(4)), (0x0904, technical)]
