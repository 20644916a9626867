"""How a screen reads the audit trail, has it verified, and saves it. Every call needs Right.AUDIT."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass
from typing import Protocol

from console.link.analysis import Saved
from console.store.audit_pages import AuditFilter, AuditPage


@dataclass(frozen=True, slots=True)
class Verdict:
    """What following the trail has found, in one plain sentence. whole: nothing is wrong. error: why it was not
    followed, "" when it was."""

    text: str = ""
    whole: bool = False
    error: str = ""


class Audit(Protocol):
    """The audit trail of one station. Futures fail with a StoreError when the record cannot be read."""

    def page(self, wanted: AuditFilter, before: int | None, by: str) -> Future[AuditPage]:
        """A page, newest first; before: of the page before. by: who asks."""
        ...

    def verify(self, by: str) -> Future[Verdict]:
        """Follow the whole trail and hold it against its anchors; audited."""
        ...

    def save(self, wanted: AuditFilter, by: str) -> Future[Saved]:
        """Write what fits as CSV, audited first. Needs Right.EXPORT as well."""
        ...
