"""A file that is written whole or not at all, and why it could not be, in words."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

MODE = 0o600
"""Who wrote it may read it: what a ward saves names patients."""


def write_whole(target: Path, data: bytes, mode: int = MODE) -> None:
    """Write beside the target, on the disk, then move into its place: a file that was there stays until then.

    The folder is made where there is none. Raises OSError; `why_not` puts it in words.
    """
    with open_whole(target, mode) as file:
        file.write(data)


@contextmanager
def open_whole(target: Path, mode: int = MODE) -> Iterator[BinaryIO]:
    """The same for what is written piece by piece; nothing is kept of it when the block is left by an exception."""
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if target.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(target))
    part = target.with_name(f"{target.name}.part")
    try:
        part.unlink(missing_ok=True)
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
    except BaseException:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise


def why_not(error: OSError) -> str:
    """The reason of a failed write, as the end of a sentence."""
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return "this user has no permission to write there"
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return "the disk is full"
    if error.errno == errno.ENAMETOOLONG:
        return "the name is too long"
    if error.errno in (errno.ENOTDIR, errno.EEXIST):
        return "a part of the path is a file, not a folder"
    if error.errno == errno.EISDIR:
        return "there is a folder of that name"
    return error.strerror or str(error)
