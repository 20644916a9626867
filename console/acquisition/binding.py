"""Whose values these are: lets through what the device bound to the bed says, and nothing of another one. Pure."""

from __future__ import annotations

from drivers.transport.reconnect import Reception

HOLD_S = 5.0
"""How long values of a new link wait for the device to say who it is.

Devices that tell a serial number do so in every report or when the dialogue begins, so before or with the first value;
five seconds give room for two reports that were damaged, and end before the bed is late (9.5 s). What has waited is
handed on with the times at which it arrived, unless it turns out to be another device's. A device that has told nothing
by then is let through, and the engineer reads that it could not be checked: a bed nobody watches would be worse."""

HELD = 200
"""Receptions that may wait; a device that says more in so short a time need not be waited for any longer."""


class DeviceBinding:
    """The check of one source over all its links.

    bound: serial number of the device that belongs to the bed, None for any device. pace: engine seconds per real one.
    told: what the device on the link says of itself, "" while it has said nothing. wrong: it is another one, and stays
    so over a new link until the right one speaks. unproven: it was let through although it never said who it is.
    """

    def __init__(self, bound: str | None, pace: float = 1.0) -> None:
        self.bound = bound
        self.told = ""
        self.wrong = False
        self.unproven = False
        self._hold_s = HOLD_S * pace
        self._held: list[Reception] = []

    def opened(self) -> None:
        """A new link: whoever is behind it has to say so anew."""
        self.told = ""
        self.unproven = False
        self._held.clear()

    def bind(self, identity: str | None) -> None:
        """A person has confirmed the device with this serial number."""
        self.bound = identity
        self.wrong = bool(identity and self.told and self.told != identity)
        if self.wrong:
            self._held.clear()

    def take(self, reception: Reception) -> list[Reception]:
        """What may be handed on now that this has arrived, in the order of arrival."""
        was_wrong = self.wrong
        if reception.output.identity:
            self.told = reception.output.identity
            self.unproven = False
        if self.bound is None:
            return [reception]
        if self.told:
            self.wrong = self.told != self.bound
            if self.wrong:
                self._held.clear()
                return []
            # One read can bring the end of what the wrong device said and the beginning of the right one.
            return [] if was_wrong else [*self._release(), reception]
        if self.wrong:
            return []
        if self.unproven:
            return [reception]
        self._held.append(reception)
        return self.due(reception.stamp)

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
