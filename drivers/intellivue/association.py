"""Opening and closing an association: what the console asks with, and what the monitor grants.

The request is an OSI session connect around fixed presentation and application parts; only the user data at its end
says something of the data export. The monitor answers with accept or refuse; either side may abort or release.

Source: Philips Data Export Interface Programming Guide, chapter "Association Control Protocol"; the same bytes are in
xeonfusion/VSCaptureMP. Held against an association of a real monitor (capture in jaj42/intellipy, release H).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from drivers.intellivue.fields import TICKS_PER_SECOND, Fields, MalformedError, read_attributes

CONNECT, ACCEPT, REFUSE, FINISH, DISCONNECT, ABORT = 0x0D, 0x0E, 0x0C, 0x09, 0x0A, 0x19
"""First byte of a session message."""

MTU = 1000
"""Longest message in bytes on the serial port, both ways."""

ONE_SECOND_NUMERICS = 0x80000000
"""Extended poll option: numerics in real time each second, not averaged."""

_POLL_PROFILE, _POLL_PROFILE_EXTENSION = 0x0001, 0xF001
_LONG_LENGTH = 0xFF

_SESSION = bytes.fromhex("0508130100160102800014020002")
_PRESENTATION = bytes.fromhex(
    "3180a0808001010000a280a003000001a480"
    "308002010106045201000130800602510100000000"
    "3080020102060c2a8648ce14020100000001013080060c2a8648ce140201000000020100000000"
    "000061803080020101a0806080a180060c2a8648ce14020100000003010000"
    "be802880060c2a8648ce1402010000000101020102"
)
_TRAILER = bytes(16)
_USER_DATA_MARK = bytes.fromhex("be802880")

RELEASE_REQUEST = bytes.fromhex("0918c11661803080020101a08062808001000000000000000000")
RELEASE_ANSWER = bytes.fromhex("0a18c11661803080020101a08063808001000000000000000000")
ABORT_MESSAGE = bytes.fromhex(
    "192e110103c129a080a0803080020101060251010000000061803080020101a080648080010100000000000000000000"
)


@dataclass(frozen=True, slots=True)
class Granted:
    """What the monitor grants. min_poll_s: shortest time in s between two polls, 0 when it names none.

    one_second_numerics: it tells numerics in real time each second.
    """

    min_poll_s: float = 0.0
    one_second_numerics: bool = False


def association_request(
    min_poll_ticks: int = TICKS_PER_SECOND,
    mtu_rx: int = MTU,
    mtu_tx: int = MTU,
    extended_options: int = ONE_SECOND_NUMERICS,
) -> bytes:
    """The request. min_poll_ticks: shortest poll period wanted, in 125 us; MTUs in bytes; options as a bit field."""
    extension = struct.pack(">II", extended_options, 0)
    profile = struct.pack(">IIIIII", 0x80000000, min_poll_ticks, mtu_rx, mtu_tx, 0xFFFFFFFF, 0x60000000)
    profile += _attribute_list(_POLL_PROFILE_EXTENSION, extension)
    protocol_version, nomenclature, functional_units, client, cold_start = (
        0x80000000,
        0x40000000,
        0,
        0x80000000,
        0x20000000,
    )
    user_info = struct.pack(">IIIII", protocol_version, nomenclature, functional_units, client, cold_start)
    user_info += bytes(4)  # no options
    user_info += _attribute_list(_POLL_PROFILE, profile)
    presentation = _PRESENTATION + b"\x81" + _asn_length(len(user_info)) + user_info + _TRAILER
    session = _SESSION + b"\xc1" + _session_length(len(presentation)) + presentation
    return bytes((CONNECT,)) + _session_length(len(session)) + session


def read_session(data: bytes) -> tuple[int, bytes]:
    """First byte and content of a session message. Raises MalformedError when its length is wrong."""
    fields = Fields(data)
    kind = fields.number(1)
    length = fields.number(1)
    if length == _LONG_LENGTH:
        length = fields.u16()
    content = fields.take(length)
    fields.end()
    return kind, content


def read_accept(content: bytes) -> Granted:
    """What an accept grants. Raises MalformedError when its user data cannot be found or read."""
    before, mark, after = content.partition(_USER_DATA_MARK)
    if not before or not mark:
        raise MalformedError
    fields = Fields(after)
    tag = fields.number(1)
    while tag in (0x02, 0x06):  # presentation context, object identifier: some monitors send them here
        fields.take(fields.number(1))
        tag = fields.number(1)
    if tag != 0x81:
        raise MalformedError
    info = Fields(fields.take(_read_asn_length(fields)))
    info.take(20)
    read_attributes(info)  # options
    profile = read_attributes(info).get(_POLL_PROFILE)
    return Granted() if profile is None else _read_profile(Fields(profile))


def _read_profile(profile: Fields) -> Granted:
    profile.u32()
    min_poll = profile.u32() / TICKS_PER_SECOND
    profile.take(16)  # MTUs, bandwidth, options
    extension = read_attributes(profile).get(_POLL_PROFILE_EXTENSION)
    options = Fields(extension).u32() if extension is not None else 0
    return Granted(min_poll, bool(options & ONE_SECOND_NUMERICS))


def _attribute_list(identifier: int, value: bytes) -> bytes:
    return struct.pack(">HHHH", 1, len(value) + 4, identifier, len(value)) + value


def _session_length(length: int) -> bytes:
    return bytes((length,)) if length < _LONG_LENGTH else struct.pack(">BH", _LONG_LENGTH, length)


def _asn_length(length: int) -> bytes:
    return bytes((length,)) if length < 0x80 else struct.pack(">BH", 0x82, length)


def _read_asn_length(fields: Fields) -> int:
    first = fields.number(1)
    if first < 0x80:
        return first
    if first not in (0x81, 0x82):
        raise MalformedError
    return fields.number(first & 0x0F)
