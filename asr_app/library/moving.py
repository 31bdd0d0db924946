"""A copy of the whole library in one file, and the library in another folder."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import zipfile
from pathlib import Path

from asr_app.errors import LibraryError
from asr_app.library.library import DATABASE, ENTRIES, Library
from asr_app.library.upkeep import copy_database

_SOUND = (".flac", ".m4a", ".mp3", ".ogg", ".opus", ".wav")


def back_up(library: Library, target: Path) -> int:
    """Write the database and the library's own folders into one ZIP file; gives its size in bytes.

    Recordings that lie elsewhere are not in it. The file is there as a whole or not at all.

    Raises:
        LibraryError: There is such a file already, or it cannot be written.
    """
    if target.exists():
        raise LibraryError(f"The file “{target}” is there already.", "Choose another name.")
    partial = target.with_name(target.name + ".partial")
    try:
        with tempfile.TemporaryDirectory(dir=target.parent) as folder:
            copy = Path(folder) / DATABASE
            copy_database(library, copy)
            with zipfile.ZipFile(partial, "w", strict_timestamps=False) as archive:
                archive.write(copy, DATABASE, zipfile.ZIP_DEFLATED)
                for path in sorted((library.root / ENTRIES).rglob("*")):
                    # Sound does not become smaller; text does.
                    kind = zipfile.ZIP_STORED if path.suffix in _SOUND else zipfile.ZIP_DEFLATED
                    archive.write(path, path.relative_to(library.root), kind)
        partial.replace(target)
    except OSError as error:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)
        raise LibraryError(
            f"The copy “{target}” cannot be written ({error.strerror}).", "Choose another folder."
        ) from error
    return target.stat().st_size


def restore(source: Path, root: Path) -> None:
    """Unpack a copy into a folder that is not there or empty; open it with `open_library`.

    Raises:
        LibraryError: The copy is damaged, or the folder is in use.
    """
    _check_empty(root)
    try:
        with zipfile.ZipFile(source) as archive:
            if DATABASE not in archive.namelist() or archive.testzip() is not None:
                raise LibraryError(
                    f"The file “{source}” is no whole copy of a library.", "Choose another one."
                )
            root.mkdir(parents=True, exist_ok=True, mode=0o700)
            # extractall keeps every name inside the folder.
            archive.extractall(root)
    except (OSError, zipfile.BadZipFile) as error:
        raise LibraryError(
            f"The copy “{source}” cannot be unpacked ({error}).", "Choose another copy or another folder."
        ) from error


def move(library: Library, target: Path) -> None:
    """Move the library into a folder that is not there or empty; the library given is closed, open it there.

    The old folder is removed only when the new one has everything.

    Raises:
        LibraryError: The folder is in use or cannot be written; the library is where it was then.
    """
    _check_empty(target)
    root = library.root
    if target.resolve().is_relative_to(root.resolve()):
        raise LibraryError("The library cannot be moved into itself.", "Choose another folder.")
    library.close()
    fresh = not target.exists()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(OSError):
            if not fresh:
                target.rmdir()
            # On the same disk, all at once.
            root.rename(target)
            return
        shutil.copytree(root, target, dirs_exist_ok=True)
        if _sizes(root) != _sizes(target):
            raise OSError(None, "files are missing after copying")
    except OSError as error:
        shutil.rmtree(target, ignore_errors=True)
        raise LibraryError(
            f"The library cannot be moved to “{target}” ({error.strerror}).",
            "It is where it was; choose another folder.",
        ) from error
    shutil.rmtree(root, ignore_errors=True)


def _check_empty(folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise LibraryError(f"The folder “{folder}” is not empty.", "Choose a new or empty one.")


def _sizes(folder: Path) -> dict[Path, int]:
    return {path.relative_to(folder): path.stat().st_size for path in folder.rglob("*") if path.is_file()}
