"""Secrets of people as Argon2id (RFC 9106). What is kept says itself with which cost it was made."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import Type

from console.ward.credentials import kept_secret


@dataclass(frozen=True, slots=True)
class Cost:
    """What one try costs. passes over memory_kib KiB, on as many threads as lanes.

    The default takes about 80 ms of one core of the machines this is built for, with 32 MiB: more than the least that
    OWASP asks for (19 MiB, 2 passes, 1 lane; Password Storage Cheat Sheet), and less than the low-memory profile of
    RFC 9106 (64 MiB, 3 passes, 4 lanes), whose lanes would take every core from the engine while a nurse signs in.
    """

    passes: int = 3
    memory_kib: int = 32 * 1024
    lanes: int = 1


class Hasher:
    """Takes about as long for a name that is not there as for one that is."""

    def __init__(self, cost: Cost | None = None) -> None:
        cost = cost or Cost()
        self._argon2 = PasswordHasher(cost.passes, cost.memory_kib, cost.lanes, type=Type.ID)

    @cached_property
    def _nobody(self) -> str:
        """What a name that is not there is tried against; made at the first try of all: no start waits for it."""
        return self._argon2.hash("nobody has this secret")

    def hashed(self, secret: str) -> str:
        """What is kept of a secret. Raises ValueError for one that no secret can be."""
        kept = kept_secret(secret)
        if kept is None:
            raise ValueError("no secret can be this")
        return self._argon2.hash(kept)

    def proves(self, kept: str | None, secret: str) -> bool:
        """Whether this is the secret; kept: None for a name that is not there. What no secret can be is wrong."""
        typed, nobody = kept_secret(secret), self._nobody
        try:
            self._argon2.verify(nobody if kept is None else kept, typed if typed is not None else b"")
        except (VerificationError, InvalidHashError):
            return False
        return kept is not None and typed is not None

    def renewed(self, kept: str, secret: str) -> str | None:
        """A hash at today's cost for a secret that has just been proved, None when it has that cost already."""
        return self.hashed(secret) if self._argon2.check_needs_rehash(kept) else None
