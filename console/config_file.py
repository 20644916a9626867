"""The configuration file on the disk: read once, changed whole or not at all, its earlier versions kept beside it."""

from __future__ import annotations

import errno
import os
import stat
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from console.config import Config, ConfigError, load_config, parse_config
from console.whole_file import why_not

KEPT = 9
"""Earlier versions kept as FILE.1 (the newest) to FILE.9."""

NEW_MODE = 0o600
"""Of a file that was not there: the address of a database may hold a password."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A checked text that has not been written yet. before: what it was made from."""

    text: str
    config: Config
    before: str | None


class ConfigFile:
    """One configuration file, and the configuration read from it. Used by one thread at a time.

    Making it reads the file; `first_run`: one that is not there is an empty configuration, and is made by the first
    change. Raises ConfigError when it cannot be read or is not right.
    """

    def __init__(self, path: Path, *, first_run: bool = True) -> None:
        self.path = path
        self._text: str | None = None
        if first_run and not path.exists():
            self.config = Config()
            return
        self.config = load_config(path)
        self._text = self._on_disk()

    @property
    def exists(self) -> bool:
        """True once there is a file."""
        return self._text is not None

    def draft(self, change: Callable[[str], str]) -> Draft:
        """The text after `change` (see console.config_text), checked; nothing is written.

        Raises ConfigError with one plain sentence: the change is not allowed, or the file is not as it was read.
        """
        self._require_unchanged()
        try:
            text = change(self._text or "")
            return Draft(text, parse_config(text, self.path.name), self._text)
        except ConfigError as error:
            raise ConfigError(_one_sentence(str(error), self.path.name)) from error

    def write(self, draft: Draft) -> None:
        """Put the draft in the place of the file; afterwards either all of it stands there or all of the old one.

        Raises ConfigError with one plain sentence; the file is as before then.
        """
        self._require_unchanged()
        if draft.before != self._text:
            raise ConfigError(f"{self.path.name} has been changed since this was begun; look again")
        target = Path(os.path.realpath(self.path))
        try:
            _replace(target, draft.text.encode(), keep=self._text is not None)
        except OSError as error:
            raise ConfigError(f"{self.path} cannot be written: {why_not(error)}; nothing was changed") from error
        self._text, self.config = draft.text, draft.config

    def take_back(self, text: str | None) -> None:
        """Write what stood there before a change that could not be brought into force. None: there was no file."""
        text = text or ""
        self.write(Draft(text, parse_config(text, self.path.name), self._text))

    @property
    def text(self) -> str | None:
        """What stands in the file as far as this console knows; None while there is none."""
        return self._text

    def _on_disk(self) -> str | None:
        try:
            return self.path.read_bytes().decode()
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            why = why_not(error) if isinstance(error, OSError) else "it is not UTF-8 text any more"
            raise ConfigError(f"{self.path} cannot be read: {why}; nothing was changed") from error

    def _require_unchanged(self) -> None:
        found = self._on_disk()
        if found == self._text:
            return
        what = "is not there any more" if found is None else "has been changed by somebody else"
        raise ConfigError(
            f"{self.path} {what} since the console read it; start the console again to take that up, then change it"
        )


def _replace(target: Path, data: bytes, keep: bool) -> None:
    """Write beside the target, on the disk, then move into its place."""
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if keep and not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    beside = target.with_name(f".{target.name}.new")
    try:
        with _create(beside) as file:
            if keep:
                _take_over_rights(target, file.fileno())
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if keep:
            _keep_version(target)
        beside.replace(target)
    except BaseException:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
        raise
    _sync_directory(target.parent)


def _create(path: Path) -> BinaryIO:
    path.unlink(missing_ok=True)
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, NEW_MODE), "wb")


def _take_over_rights(target: Path, descriptor: int) -> None:
    """The new file belongs to whom the old one belonged, and may be read by the same people."""
    if sys.platform == "win32":
        return
    held = target.stat()
    with suppress(PermissionError):
        os.fchown(descriptor, held.st_uid, held.st_gid)
    os.fchmod(descriptor, stat.S_IMODE(held.st_mode))


def _keep_version(target: Path) -> None:
    """FILE becomes FILE.1 as well, FILE.1 becomes FILE.2 and so on; the oldest goes. The file itself stays in place."""
    names = [target.with_name(f"{target.name}.{number}") for number in range(1, KEPT + 1)]
    for older, newer in zip(reversed(names[1:]), reversed(names[:-1]), strict=True):
        if newer.exists():
            newer.replace(older)
    try:
        os.link(target, names[0])
    except OSError:  # a file system without hard links
        with _create(names[0]) as file:
            _take_over_rights(target, file.fileno())
            file.write(target.read_bytes())
            file.flush()
            os.fsync(file.fileno())


def _sync_directory(directory: Path) -> None:
    if sys.platform == "win32":
        return
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _one_sentence(text: str, name: str) -> str:
    """The first fault, without the place in the file that a person at the form has never seen."""
    first = text.splitlines()[0]
    return first.removeprefix(f"{name}: ").removeprefix("configuration: ").removeprefix("file: ")
