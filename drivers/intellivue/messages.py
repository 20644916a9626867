"""The messages of an association: what the monitor tells, and what the console asks.

A message is read whole: lengths at every level have to fit, else it is no message. Long poll results come as linked
results, each with objects of its own, and end with a plain result or with one marked as the last.

Source: Philips Data Export Interface Programming Guide, chapters "Definition of the Data Export Protocol" and "Poll
Data"; xeonfusion/VSCaptureMP. Held against poll results, linked results, a create event and a remote error of real
monitors (capture in jaj42/intellipy).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from datetime import datetime

from drivers.intellivue.association import (
    ABORT,
    ACCEPT,
    DISCONNECT,
    FINISH,
    REFUSE,
    Granted,
    read_accept,
    read_session,
)
from drivers.intellivue.fields import Fields, MalformedError, read_absolute_time, read_attributes

MDS, NUMERIC, ALARM_MONITOR = 0x0021, 0x0006, 0x0036
"""Object classes."""

ALL_ATTRIBUTES, OBSERVED_VALUES, ALARM_ATTRIBUTES = 0x0000, 0x0803, 0x0801
"""Attribute groups."""

SINGLE_POLL, EXTENDED_POLL = 0x0C16, 0xF13B
MDS_CREATE = 0x0D06

_DATA_EXPORT = 0xE1
_SESSION = bytes.fromhex("e1000002")
_INVOKE, _RESULT, _ERROR, _LINKED_RESULT = 1, 2, 3, 5
_CONFIRMED_EVENT_REPORT, _CONFIRMED_ACTION = 1, 7
_LAST_LINKED = 3
_PARTITION_OBJECTS = 1

REMOTE_ERRORS = {
    0: "no such object class",
    1: "no such object",
    2: "access denied",
    7: "attributes cannot be read",
    8: "attributes cannot be set",
    9: "no such action",
    10: "processing failed",
    15: "invalid argument",
    16: "invalid scope",
    17: "invalid object",
}


@dataclass(frozen=True, slots=True)
class PolledObject:
    """One object of a poll result. attributes: value by identifier."""

    context: int
    handle: int
    attributes: dict[int, bytes]


@dataclass(frozen=True, slots=True)
class PollResult:
    """One message of an answer. part: number of a linked result within its answer, None for a plain result.

    last: nothing follows. relative_time: the monitor's counter, 125 us each; absolute_time: its clock, if it tells it.
    """

    invoke_id: int
    poll_number: int
    object_class: int
    group: int
    part: int | None
    last: bool
    relative_time: int
    absolute_time: datetime | None
    objects: tuple[PolledObject, ...]


@dataclass(frozen=True, slots=True)
class MdsCreate:
    """The monitor presents itself and wants this to be answered. event_time: its counter, 125 us each."""

    invoke_id: int
    managed_object: bytes
    event_time: int
    attributes: dict[int, bytes]


@dataclass(frozen=True, slots=True)
class RemoteError:
    """The monitor will not do what was asked with this invoke id."""

    invoke_id: int
    error: int

    def __str__(self) -> str:
        return REMOTE_ERRORS.get(self.error, f"error {self.error}")


@dataclass(frozen=True, slots=True)
class Accepted:
    """The association request was accepted."""

    granted: Granted


@dataclass(frozen=True, slots=True)
class SessionMessage:
    """Refuse, release request, release answer or abort, by its first byte."""

    kind: int


@dataclass(frozen=True, slots=True)
class OtherMessage:
    """A sound message that the console has no use for."""


Message = PollResult | MdsCreate | RemoteError | Accepted | SessionMessage | OtherMessage


def parse_message(user_data: bytes) -> Message | None:
    """The message in the user data of a frame; None when it contradicts itself."""
    try:
        if user_data[:1] == bytes((_DATA_EXPORT,)):
            return _parse_data_export(Fields(user_data))
        kind, content = read_session(user_data)
        if kind == ACCEPT:
            return Accepted(read_accept(content))
    except MalformedError:
        return None
    return SessionMessage(kind) if kind in (REFUSE, FINISH, DISCONNECT, ABORT) else OtherMessage()


def _parse_data_export(fields: Fields) -> Message:
    if fields.take(4) != _SESSION:
        raise MalformedError
    operation = fields.u16()
    body = fields.sized()
    fields.end()
    if operation == _INVOKE:
        return _parse_invoke(body)
    if operation == _ERROR:
        error = RemoteError(body.u16(), body.u16())
        body.sized()
        body.end()
        return error
    if operation == _RESULT:
        return _parse_result(body, None, last=True)
    if operation == _LINKED_RESULT:
        state, part = body.number(1), body.number(1)
        return _parse_result(body, part, last=state == _LAST_LINKED)
    raise MalformedError


def _parse_invoke(body: Fields) -> Message:
    invoke_id, command = body.u16(), body.u16()
    report = body.sized()
    body.end()
    if command != _CONFIRMED_EVENT_REPORT:
        return OtherMessage()
    managed_object, event_time, event = report.take(6), report.u32(), report.u16()
    if event != MDS_CREATE:
        return OtherMessage()
    info = report.sized()
    report.end()
    info.take(6)
    return MdsCreate(invoke_id, managed_object, event_time, read_attributes(info))


def _parse_result(body: Fields, part: int | None, *, last: bool) -> Message:
    invoke_id, command = body.u16(), body.u16()
    result = body.sized()
    body.end()
    if command != _CONFIRMED_ACTION:
        return OtherMessage()
    result.take(6)
    action = result.u16()
    if action not in (SINGLE_POLL, EXTENDED_POLL):
        return OtherMessage()
    reply = result.sized()
    result.end()
    poll_number = reply.u16()
    if action == EXTENDED_POLL:
        reply.u16()  # running number within a periodic poll
    relative_time, absolute_time = reply.u32(), read_absolute_time(reply.take(8))
    reply.u16()  # partition of the object class
    object_class, group = reply.u16(), reply.u16()
    objects = _read_objects(reply)
    reply.end()
    return PollResult(invoke_id, poll_number, object_class, group, part, last, relative_time, absolute_time, objects)


def _read_objects(reply: Fields) -> tuple[PolledObject, ...]:
    found: list[PolledObject] = []
    contexts = reply.u16()
    outer = reply.sized()
    for _ in range(contexts):
        context, count = outer.u16(), outer.u16()
        inner = outer.sized()
        for _ in range(count):
            found.append(PolledObject(context, inner.u16(), read_attributes(inner)))
        inner.end()
    outer.end()
    return tuple(found)


def single_poll(invoke_id: int, poll_number: int, object_class: int, group: int) -> bytes:
    """Ask once for a group of attributes of every object of a class."""
    argument = struct.pack(">HHHH", poll_number, _PARTITION_OBJECTS, object_class, group)
    action = struct.pack(">HHHIHH", MDS, 0, 0, 0, SINGLE_POLL, len(argument)) + argument
    return _operation(_INVOKE, struct.pack(">HHH", invoke_id, _CONFIRMED_ACTION, len(action)) + action)


def mds_create_answer(event: MdsCreate) -> bytes:
    """Without this answer the monitor takes no polls."""
    report = event.managed_object + struct.pack(">IHH", event.event_time, MDS_CREATE, 0)
    return _operation(_RESULT, struct.pack(">HHH", event.invoke_id, _CONFIRMED_EVENT_REPORT, len(report)) + report)


def _operation(kind: int, body: bytes) -> bytes:
    return _SESSION + struct.pack(">HH", kind, len(body)) + body
