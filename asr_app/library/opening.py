"""Opening the library: making it, bringing it up to date, and putting a damaged one right."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from asr_app.errors import LibraryError
from asr_app.library.connections import Connections, DamagedLibraryError, connect, failure_of
from asr_app.library.library import DATABASE, ENTRIES, Library
from asr_app.library.schema import MIGRATIONS
from asr_app.library.sidecar import folders_with_sidecars
from asr_app.library.upkeep import take_in, write_missing

_FILES = ("", "-wal", "-shm")
"""Endings of the files that make up a database."""


@dataclass(frozen=True)
class Opened:
    """A library and what there is to say about it.

    Attributes:
        library: Ready for use.
        notices: Sentences for the person; empty when all is well.
    """

    library: Library
    notices: tuple[str, ...] = ()


def open_library(
    root: Path,
    session_folders: Sequence[Path] = (),
    migrations: Sequence[Sequence[str]] = MIGRATIONS,
    busy_timeout_s: float | None = None,
) -> Opened:
    """Open the library in a folder, which is made where there is none.

    A database of an older version is copied into `backups/` and brought up to date. One that is damaged is
    moved into `damaged/`, and a new one made from the transcripts beside the recordings.

    Args:
        root: The library's folder.
        session_folders: Folders whose sub-folders are sessions of dictation.
        migrations: See `schema.MIGRATIONS`.
        busy_timeout_s: How long a change waits for another program's.

    Raises:
        LibraryError: It is of a newer version, or the folder cannot be used.
    """
    path = root / DATABASE
    try:
        root.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise LibraryError(
            f"The library's folder “{root}” cannot be made ({error.strerror}).",
            "Choose another folder for it.",
        ) from error
    connections = Connections(path, busy_timeout_s) if busy_timeout_s is not None else Connections(path)
    library = Library(root, session_folders, connections)
    notices: list[str] = []
    try:
        was_there = path.exists()
        damaged = _bring_up_to_date(connections, migrations)
        if damaged is not None or (not was_there and any(folders_with_sidecars([root / ENTRIES]))):
            notices.append(_refilled(library, damaged))
    except BaseException:
        connections.close()
        raise
    return Opened(library, tuple(notices))


def rebuild(library: Library) -> str:
    """Set the database of an open library aside and make it again; gives the sentence to say.

    The library given is closed; open it again.

    Raises:
        LibraryError: The disk does not let it.
    """
    with contextlib.suppress(LibraryError):
        # From a damaged database as much comes out as does.
        write_missing(library)
    library.close()
    connections = Connections(library.root / DATABASE)
    try:
        aside = _set_aside(connections.path)
        connections.damage_mark.unlink(missing_ok=True)
        _bring_up_to_date(connections, MIGRATIONS)
        return _refilled(Library(library.root, library.session_folders, connections), aside)
    finally:
        connections.close()


def _bring_up_to_date(connections: Connections, migrations: Sequence[Sequence[str]]) -> Path | None:
    """Make or migrate the database; gives where a damaged one was set aside."""
    aside = None
    if connections.damage_mark.exists():
        aside = _set_aside(connections.path)
        connections.damage_mark.unlink(missing_ok=True)
    try:
        _migrate(connections.path, migrations)
    except DamagedLibraryError:
        aside = _set_aside(connections.path)
        _migrate(connections.path, migrations)
    return aside


def _migrate(path: Path, migrations: Sequence[Sequence[str]]) -> None:
    try:
        # sqlite3's own `with` does not close.
        with contextlib.closing(connect(path)) as connection:
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            if version > len(migrations):
                raise LibraryError(
                    "The library was made by a newer version of this program.", "Install that version."
                )
            if version:
                _touch(connection)
            if 0 < version < len(migrations):
                _back_up(connection, path, version)
            if version < len(migrations):
                _run(connection, migrations)
    except sqlite3.Error as error:
        raise failure_of(error) from error


def _touch(connection: sqlite3.Connection) -> None:
    """Read a little of everything: most damage shows at once."""
    for table in ("entries ORDER BY id DESC", "transcripts ORDER BY entry_id DESC", "recordings", "tags"):
        connection.execute(f"SELECT * FROM {table} LIMIT 1").fetchall()
    connection.execute("SELECT rowid FROM search WHERE search MATCH 'a*' LIMIT 1").fetchall()


def _run(connection: sqlite3.Connection, migrations: Sequence[Sequence[str]]) -> None:
    connection.execute("BEGIN EXCLUSIVE")
    try:
        # Another program may have been faster.
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        for statements in migrations[version:]:
            for statement in statements:
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {len(migrations)}")
        connection.execute("COMMIT")
    except BaseException:
        with contextlib.suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise


def _back_up(connection: sqlite3.Connection, path: Path, version: int) -> None:
    folder = path.parent / "backups"
    folder.mkdir(exist_ok=True)
    target = _free(folder / f"library version {version} {_now()}.sqlite3")
    with contextlib.closing(sqlite3.connect(target)) as copy:
        connection.backup(copy)


def _set_aside(path: Path) -> Path:
    """Move a database away; gives where it is now."""
    folder = path.parent / "damaged"
    try:
        folder.mkdir(exist_ok=True)
        target = _free(folder / f"library {_now()}.sqlite3")
        for ending in _FILES:
            with contextlib.suppress(FileNotFoundError):
                path.with_name(path.name + ending).replace(target.with_name(target.name + ending))
    except OSError as error:
        raise LibraryError(
            f"The library's database is damaged and cannot be moved away ({error.strerror}).",
            "Make its folder writable.",
        ) from error
    return target


def _refilled(library: Library, aside: Path | None) -> str:
    added, unreadable = take_in(library)
    sentence = f"The library was made again from the files beside the recordings, with {_count(added)}"
    if aside is not None:
        sentence += f"; the old database is kept as “{aside.name}” in its folder “damaged”"
    if unreadable:
        sentence += f"; {len(unreadable)} could not be read, the first is “{unreadable[0].name}”"
    return sentence + "."


def _count(number: int) -> str:
    return "1 transcript" if number == 1 else f"{number} transcripts"


def _now() -> str:
    return datetime.now().astimezone().strftime("%Y-%m-%d %H.%M.%S")


def _free(path: Path) -> Path:
    number, place = 1, path
    while place.exists():
        number += 1
        place = path.with_name(f"{path.stem} ({number}){path.suffix}")
    return place
