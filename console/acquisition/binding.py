"""Whose values these are: lets through what the device bound to the bed says, and nothing of another one. Pure."""

from __future__ import annotations

from drivers.transport.reconnect import Reception

HOLD_S = 5.0
"""How long values of a new link wait for the device to say who it is.

Devices that tell a serial number do so in every report or when the dialogue begins, so before or with the first value;
five seconds give room for two reports that were damaged, and end before the bed is late (9.5 s). What has waited is
handed on with the times at which it arrived, unless it turns out to be another device's. A device that has told nothing
by then is let through, and the engineer reads that it could not be checked: a bed nobody watches would be worse."""

WITHOUT_CHECK = 2
"""So many reports in a row have to name another device where a protocol has no checksum: one damaged digit would be
an alarm. The values of the first are not taken either."""

HELD = 200
"""Receptions that may wait; a device that says more in so short a time need not be waited for any longer."""


class DeviceBinding:
    """The check of one source over all its links.

    bound: serial number of the device that belongs to the bed, None for any device. pace: engine seconds per real one.
    checked: the protocol has a checksum, so that what a device tells of itself is what it has sent.
    told: what the device on the link says of itself, "" while it has said nothing. wrong: it is another one, and stays
    so over a new link until the right one speaks. unproven: it was let through although it never said who it is.
    """

    def __init__(self, bound: str | None, pace: float = 1.0, checked: bool = True) -> None:
        self.bound = bound
        self.told = ""
        self.wrong = False
        self.unproven = False
        self._hold_s = HOLD_S * pace
        self._needed = 1 if checked else WITHOUT_CHECK
        self._others = 0
        self._held: list[Reception] = []

    def opened(self) -> None:
        """A new link: whoever is behind it has to say so anew."""
        self.told = ""
        self.unproven = False
        self._others = 0
        self._held.clear()

    def bind(self, identity: str | None) -> None:
        """A person has confirmed the device with this serial number."""
        self.bound = identity
        self.wrong = bool(identity and self.told and self.told != identity)
        self._others = self._needed if self.wrong else 0
        self._held.clear()

    def take(self, reception: Reception) -> list[Reception]:
        """What may be handed on now that this has arrived, in the order of arrival."""
        if reception.output.identity:
            return self._named(reception)
        if self.bound is None or (self.told == self.bound and not self._others):
            return [reception]
        if self.wrong or self._others:
            return []
        if self.unproven:
            return [reception]
        self._held.append(reception)
        return self.due(reception.stamp)

    def _named(self, reception: Reception) -> list[Reception]:
        """The device has said who it is."""
        self.told, self.unproven = reception.output.identity, False
        if self.bound is None:
            return [reception]
        if self.told != self.bound:
            self._others += 1
            self.wrong = self.wrong or self._others >= self._needed
            self._held.clear()
            return []
        # One read can bring the end of what another device said and the beginning of the right one.
        doubtful = self.wrong or self._others > 0
        self.wrong, self._others = False, 0
        return [] if doubtful else [*self._release(), reception]

    def due(self, now: float) -> list[Reception]:
        """What has waited long enough by engine time `now`."""
        if not self._held or (now - self._held[0].stamp < self._hold_s and len(self._held) < HELD):
            return []
        self.unproven = True
        return self._release()

    def _release(self) -> list[Reception]:
        held, self._held = self._held, []
        return held

    def words(self, bed: str) -> str:
        """What the engineer should know, "" while nothing is amiss."""
        if self.wrong:
            other = (
                f"the device with serial number {self.told}" if self.told else "a device that does not say who it is"
            )
            return f"{other} is on this line; {self.bound} belongs to {bed}"
        if self.unproven:
            return f"the device does not tell its serial number: nobody can check that it is {self.bound}"
        return ""
