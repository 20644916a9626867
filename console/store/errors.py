"""What can go wrong in the store, as types a caller can tell apart."""

from __future__ import annotations

import struct


class StoreError(Exception):
    """Base of every error of the store; the text is one plain sentence."""


class NotDurable(StoreError):  # noqa: N818 - reads as the state it names
    """The entry could not be made durable in time. An HL7 message with this outcome is answered AE, never AA."""


class StoreClosed(NotDurable):
    """The store has been closed, or is closing and could not write this entry any more."""


class Refused(StoreError):  # noqa: N818
    """The entry contradicts what is stored (a bed already taken, an entry that does not exist); nothing was written."""


class SchemaTooNew(StoreError):  # noqa: N818
    """The database was written by a newer version of the console; this one does not write to it."""


class SchemaTooOld(StoreError):  # noqa: N818
    """The database has to be upgraded before this version can read it."""


class DatabaseMissing(StoreError):  # noqa: N818
    """There is no database where one was expected."""


UNFIT = (ValueError, TypeError, ArithmeticError, LookupError, AttributeError, struct.error)
"""What a value that breaks its contract (a time without zone, a word for a number) raises while it is packed."""
