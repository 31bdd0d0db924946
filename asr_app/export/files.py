"""Writing a file so that it is there as a whole or not at all, and never over another one by accident."""

from __future__ import annotations

import contextlib
import enum
import errno
import os
from pathlib import Path

from asr_app.errors import ExportError


class Existing(enum.StrEnum):
    """What to do where a file of that name is there already."""

    NUMBER = "number"
    """Keep both: `talk (2).txt`."""
    OVERWRITE = "overwrite"
    """Write the new one in its place."""
    SKIP = "skip"
    """Leave it and write nothing."""


def write_file(target: Path, content: bytes, existing: Existing = Existing.NUMBER) -> Path | None:
    """Write a file; its folder is there.

    Returns:
        Where it is, which is not `target` where that was taken; None where it was left out.

    Raises:
        ExportError: It cannot be written; nothing is left of it then.
    """
    partial = target.with_name(f".{target.name}.{os.urandom(4).hex()}.partial")
    try:
        try:
            _write(partial, content)
            if existing is Existing.OVERWRITE:
                partial.replace(target)
                return target
            return _placed(partial, target, existing)
        finally:
            with contextlib.suppress(OSError):
                partial.unlink(missing_ok=True)
    except OSError as error:
        raise _failure(target, error) from error


def _failure(target: Path, error: OSError) -> ExportError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return ExportError(
            f"The disk is full, so the file “{target}” was not written.",
            "Free some space or choose another folder.",
        )
    return ExportError(f"The file “{target}” cannot be written ({error.strerror}).", "Choose another folder.")


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _placed(partial: Path, target: Path, existing: Existing) -> Path | None:
    number = 1
    while True:
        place = target if number == 1 else numbered(target, number)
        if _take(partial, place):
            return place
        if existing is Existing.SKIP:
            return None
        number += 1


def numbered(path: Path, number: int) -> Path:
    """`talk.txt` as `talk (2).txt`."""
    return path.with_name(f"{path.stem} ({number}){path.suffix}")


def _take(partial: Path, place: Path) -> bool:
    """Give the file its name, unless that is taken; two programs cannot both take it."""
    try:
        os.link(partial, place)
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK):
            raise
        # A file system without hard links: the name is taken first, then given.
        try:
            place.open("xb").close()
        except FileExistsError:
            return False
        partial.replace(place)
    return True
