"""The alarms a feed brings, as reports of the bed they belong to."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import replace

from drivers.observation import DeviceAlert
from drivers.seen import seen
from hl7.alerts import PDS_ALARMS, ReadAlert, pds_class
from hl7.reader import Message

MAXIMUM_LISTS = 2048
"""Lists of alarms kept: two for each of the connections whose patients are held (`hl7.held`)."""

_ENDED = frozenset({"end"})
_OVER = frozenset({"inactive", "off"})


def device_alert(alert: ReadAlert) -> DeviceAlert:
    """What the message says of an alarm. An end whose state is "latched" is one the device holds."""
    ended = alert.phase in _ENDED or (not alert.phase and alert.state in _OVER)
    code = "apnoea" if "APNEA" in alert.event.upper() else alert.code
    return DeviceAlert(
        code,
        seen(alert.text),
        not ended,
        alert.priority,
        instance=alert.instance,
        phase=alert.phase,
        latched=alert.state == "latched",
    )


class AlarmLists:
    """Mindray PDS tells no end: a message of class 54 or 56 lists what is present, and what it lists no more is over.

    Public captures show both classes sent again and again, without a row while there is no alarm.
    """

    def __init__(self) -> None:
        self._lists: OrderedDict[tuple[int, str], dict[tuple[str, str], ReadAlert]] = OrderedDict()

    def ended(self, message: Message, alerts: Iterable[ReadAlert], connection: int) -> Iterator[ReadAlert]:
        """The alarms that the last list of this kind on this connection held and this one does not."""
        kind = pds_class(message)
        if kind not in PDS_ALARMS:
            return
        key = connection, kind
        now = {(alert.code, alert.text): alert for alert in alerts}
        before = self._lists.pop(key, {})
        if now:
            self._lists[key] = now
            while len(self._lists) > MAXIMUM_LISTS:
                self._lists.popitem(last=False)
        for name, alert in before.items():
            if name not in now:
                yield replace(alert, phase="end")
