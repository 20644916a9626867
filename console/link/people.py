"""How screens sign people in, and how the rest of the console asks whether somebody may act.

A screen calls `People` from its own thread; nothing here blocks (a secret takes a tenth of a second to check, on a
thread of its own). Engine and desks ask a `Gate`, from any thread.
"""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass
from typing import Protocol

from console.link.commands import Reply
from console.ward.people import Person, Right, Role


class Gate(Protocol):
    """Decides whether an act is taken."""

    def refusal(self, by: str, right: Right) -> str:
        """One plain sentence, or "" when the person of this name is signed in and has the right."""
        ...


class OpenGate:
    """Takes every act under any name: a ward that has no people yet, and the demonstration."""

    def refusal(self, by: str, right: Right) -> str:  # noqa: ARG002 - it asks nobody
        """No refusal, ever; acts that need a name check it themselves."""
        return ""


@dataclass(frozen=True, slots=True)
class PeopleView:
    """people: everybody, sorted by name. needed: somebody is there who can sign in, so acts need it; False in a ward
    where nobody was created yet, which acts under a typed name and says so. recent: names that signed in at this
    station lately, newest first, at most 8. sign_out_after_s: idle seconds after which a station signs out by itself.
    initials: the ward wants patients shown as initials on its screens. signed_in: who is signed in at this station now;
    a screen follows it, since a person may be signed out by being disabled or after the longest time."""

    people: tuple[Person, ...] = ()
    needed: bool = False
    recent: tuple[str, ...] = ()
    sign_out_after_s: float = 600.0
    initials: bool = False
    signed_in: Person | None = None


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Answer to a sign-in. person: None when refused. error: one plain sentence; it never tells whether the name or the
    secret was wrong. wait_s: seconds until the next try is taken at all, 0 at once."""

    person: Person | None = None
    error: str = ""
    wait_s: float = 0.0


class People(Protocol):
    """The desk of people at one station. Secrets are a PIN (4 to 12 digits) or a password (8 to 128 characters)."""

    def view(self) -> PeopleView:
        """As it stands now."""
        ...

    def sign_in(self, name: str, secret: str) -> Future[SignedIn]:
        """Sign somebody in at this station, in the place of whoever was. Every try is audited."""
        ...

    def sign_out(self, why: str = "") -> None:
        """Nobody is signed in at this station any more. why: in plain words, such as "by itself after 10 min"."""
        ...

    def create_first(self, name: str, secret: str) -> Future[Reply]:
        """Make the first administrator; refused once anybody exists."""
        ...

    def add(self, name: str, roles: frozenset[Role], secret: str, by: str) -> Future[Reply]:
        """Make a person. Needs Right.PEOPLE, as all below; the last administrator is never disabled nor demoted."""
        ...

    def set_roles(self, name: str, roles: frozenset[Role], by: str) -> Future[Reply]:
        """What somebody may do from now on."""
        ...

    def set_secret(self, name: str, secret: str, by: str) -> Future[Reply]:
        """A new secret, which also ends a lock. Everybody may change his own when signed in."""
        ...

    def set_disabled(self, name: str, disabled: bool, by: str) -> Future[Reply]:
        """Disable (signed out at once; nothing recorded of him changes) or enable again."""
        ...
