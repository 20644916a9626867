"""Control ids of one feed: has a sender used one again for something else?

HL7 wants MSH-10 to be unique for a sender, and few are: counters start again with the device. Such a message is taken
like any other, since what makes two messages the same is their content too; a person should know of it all the same.
"""

from __future__ import annotations

from collections import OrderedDict

from hl7.alerts import is_pds
from hl7.reader import Message

REUSED = "control id used again with other content"

REMEMBERED = 20_000
"""Control ids of a feed, newest: five minutes of a ward of 64 beds at a message a second."""


class ControlIds:
    """What the last REMEMBERED control ids stood for."""

    def __init__(self) -> None:
        self._known: OrderedDict[int, int] = OrderedDict()

    def reused(self, message: Message, peer: str) -> bool:
        """Note a message; True when its control id has stood for another content. peer: "address:port".

        Mindray PDS puts the class of a message there (HL7 facts): that is no fault of it.
        """
        msh = message.msh
        control_id = msh.raw(10)
        if not control_id:
            return False
        sender = (msh.raw(3), msh.raw(4))
        key = hash((*(sender if any(sender) else (peer.rpartition(":")[0],)), control_id))
        content = hash(message.raw)
        known = self._known.get(key)
        self._known[key] = content
        if known is None and len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return known is not None and known != content and not is_pds(message)
