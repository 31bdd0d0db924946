"""Keeping database and files in step, and the database in order."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

from asr_app.library.library import Library, disk_errors
from asr_app.library.paths import found, stored
from asr_app.library.rows import insert
from asr_app.library.sidecar import FILE, folders_with_sidecars, read_sidecar, write_sidecar


def take_in(library: Library) -> tuple[int, list[Path]]:
    """Add the transcripts that lie in the library's or a session's folder and are not in the database.

    Returns:
        How many were added, and the folders whose file cannot be read.

    Raises:
        LibraryError: The database cannot be changed.
    """
    added, unreadable = 0, []
    with library.connections.changing() as connection:
        known = {found(row[0], library.root) for row in connection.execute("SELECT folder FROM entries")}
        for folder in folders_with_sidecars(library.own_folders):
            if folder in known:
                continue
            try:
                insert(connection, read_sidecar(folder), folder, library.root)
                added += 1
            except (OSError, ValueError):
                unreadable.append(folder)
    return added, unreadable


def write_missing(library: Library) -> int:
    """Write `transcript.json` of each entry whose file is gone into a folder of the library; gives how many.

    Raises:
        LibraryError: The disk does not let it.
    """
    count = 0
    with library.connections.changing() as connection:
        for number, folder in connection.execute("SELECT id, folder FROM entries").fetchall():
            if (found(folder, library.root) / FILE).exists():
                continue
            sidecar = library.sidecar(connection, number)
            place = library.new_folder(sidecar.created)
            with disk_errors():
                place.mkdir(parents=True)
                write_sidecar(place, sidecar, safely=True)
            told = stored(place, library.root)
            connection.execute("UPDATE entries SET folder = ? WHERE id = ?", (told, number))
            count += 1
    return count


def optimise(library: Library) -> None:
    """Tidy the index of the search; words deleted for good leave it altogether."""
    with library.connections.changing() as connection:
        connection.execute("INSERT INTO search (search) VALUES ('optimize')")


def is_sound(library: Library) -> bool:
    """Whether the database passes SQLite's own examination; takes seconds for a large one.

    Raises:
        LibraryError: It cannot even be read.
    """
    with library.connections.reading() as connection:
        return connection.execute("PRAGMA quick_check(1)").fetchall() == [("ok",)]


def copy_database(library: Library, target: Path) -> None:
    """Copy the database as it is now; others may go on changing it.

    Raises:
        LibraryError: The copy cannot be written.
    """
    with library.connections.reading() as connection, contextlib.closing(sqlite3.connect(target)) as copy:
        connection.backup(copy)
