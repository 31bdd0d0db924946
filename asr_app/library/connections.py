"""Connections to the database: one for each thread, and its errors as sentences."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

from asr_app.errors import LibraryError

BUSY_TIMEOUT_S = 5.0
"""So long a change waits for another program's to end."""


class DamagedLibraryError(LibraryError):
    """The database cannot be read any more; opening the library again rebuilds it."""


class Connections:
    """Gives each thread its own connection to one database.

    SQLite's connections may not be used by two threads at once. Readers never wait, not even for a writer
    (write-ahead log); writers wait for each other. A thread that has ended loses its connection when the next
    one begins; `close` ends all, and belongs after the last use by any thread.

    Attributes:
        path: The database.
        damage_mark: A file that is made when the database turns out to be damaged.
    """

    def __init__(self, path: Path, busy_timeout_s: float = BUSY_TIMEOUT_S) -> None:
        self.path = path
        self.damage_mark = path.with_name(path.name + ".damaged")
        self._busy_timeout_s = busy_timeout_s
        self._lock = threading.Lock()
        self._open: dict[threading.Thread, sqlite3.Connection] = {}
        self._closed = False

    @contextlib.contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection to read with; what is read within the block belongs together.

        Raises:
            LibraryError: The database cannot be read.
        """
        with self._sentences(), self._transaction("BEGIN") as connection:
            yield connection

    @contextlib.contextmanager
    def changing(self) -> Iterator[sqlite3.Connection]:
        """A connection to change with: all of the block's changes are made, or none.

        Raises:
            LibraryError: The database cannot be changed.
        """
        with self._sentences(), self._transaction("BEGIN IMMEDIATE") as connection:
            yield connection

    def close(self) -> None:
        """Close all connections. Does nothing the second time."""
        with self._lock:
            self._closed = True
            for connection in self._open.values():
                connection.close()
            self._open.clear()

    @contextlib.contextmanager
    def _transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        connection = self._of_this_thread()
        if connection.in_transaction:
            # Within another block of this thread, whose transaction it joins.
            yield connection
            return
        connection.execute(begin)
        try:
            yield connection
            connection.execute("COMMIT")
        except BaseException:
            with contextlib.suppress(sqlite3.Error):
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
            raise

    def _of_this_thread(self) -> sqlite3.Connection:
        thread = threading.current_thread()
        with self._lock:
            if self._closed:
                raise LibraryError("The library is closed.", "Open it again.")
            connection = self._open.get(thread)
            if connection is None:
                for ended in [other for other in self._open if not other.is_alive()]:
                    self._open.pop(ended).close()
                connection = self._open[thread] = connect(self.path, self._busy_timeout_s)
            return connection

    @contextlib.contextmanager
    def _sentences(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            failure = failure_of(error)
            if isinstance(failure, DamagedLibraryError):
                with contextlib.suppress(OSError):
                    self.damage_mark.touch()
            raise failure from error


def connect(path: Path, busy_timeout_s: float = BUSY_TIMEOUT_S) -> sqlite3.Connection:
    """Open a database for the use described in `Connections`.

    Raises:
        sqlite3.Error: It cannot be opened.
    """
    # Only `close` uses it from another thread.
    connection = sqlite3.connect(path, timeout=busy_timeout_s, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        # Every change is on the disk before it is reported as made.
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        # What is deleted for good leaves no readable trace in the file.
        connection.execute("PRAGMA secure_delete = ON")
    except BaseException:
        connection.close()
        raise
    return connection


def failure_of(error: sqlite3.Error) -> LibraryError:
    """The sentences for what SQLite reports."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_FULL:
        return LibraryError(
            "The disk is full, so the library was not changed.", "Free some space, then try again."
        )
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return LibraryError("Another program is changing the library just now.", "Try again in a moment.")
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM):
        return LibraryError("The library may not be changed.", "Make its folder writable, then try again.")
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return DamagedLibraryError(
            "The library's database is damaged.",
            "Open the library again: it is rebuilt from the transcripts beside the recordings.",
        )
    if code == sqlite3.SQLITE_CANTOPEN:
        return LibraryError("The library cannot be opened.", "Check that its folder is there and readable.")
    return LibraryError(
        f"The library does not answer ({error}).", "Close other programs that use it, then try again."
    )
