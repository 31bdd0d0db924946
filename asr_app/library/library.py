"""The library: adding, finding, changing and deleting transcripts."""

from __future__ import annotations

import contextlib
import secrets
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from asr_app.errors import LibraryError
from asr_app.library.codec import pack
from asr_app.library.connections import Connections
from asr_app.library.merging import joined
from asr_app.library.paths import found, stored
from asr_app.library.reading import (
    read_count,
    read_entries,
    read_hits,
    read_page,
    read_transcript,
    to_ms,
)
from asr_app.library.removing import remove_files
from asr_app.library.rows import FACTS, facts_of, insert, tag_of, title_of
from asr_app.library.sidecar import FILE, Sidecar, write_sidecar
from asr_app.library.values import Entry, Hit, Kind, Listing, Recording, Undo
from asr_app.transcription.types import Transcript

DATABASE = "library.sqlite3"
ENTRIES = "entries"
"""Folder for the transcripts that have no session folder."""


class Library:
    """All transcripts of a person. `opening.open_library` makes one.

    Every method may be called from any thread and raises `LibraryError` where the disk or another program
    does not let it; then nothing has changed. Each change is on the disk when the method returns, in the
    database and in the entry's `transcript.json`.

    Attributes:
        root: Its folder.
        session_folders: Folders whose sub-folders are sessions of dictation.
        connections: To the database, for the modules of this package.
    """

    def __init__(self, root: Path, session_folders: Sequence[Path], connections: Connections) -> None:
        self.root = root.resolve()
        self.session_folders = tuple(folder.resolve() for folder in session_folders)
        self.connections = connections

    @property
    def own_folders(self) -> tuple[Path, ...]:
        """Folders of the program; each of their sub-folders belongs to one entry or session."""
        return (self.root / ENTRIES, *self.session_folders)

    def close(self) -> None:
        """Let go of the database; belongs after the last use by any thread."""
        self.connections.close()

    def __enter__(self) -> Library:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    # -- reading ----------------------------------------------------------------------------------------

    def page(self, listing: Listing | None = None, offset: int = 0, limit: int = 50) -> list[Entry]:
        """Entries of a listing, from number `offset` on."""
        with self.connections.reading() as connection:
            return read_page(connection, listing or Listing(), offset, limit, self.root)

    def count(self, listing: Listing | None = None) -> int:
        """How many entries a listing has."""
        with self.connections.reading() as connection:
            return read_count(connection, listing or Listing())

    def entry(self, number: int) -> Entry:
        """One entry, deleted or not."""
        with self.connections.reading() as connection:
            return self._entries(connection, [number])[0]

    def transcript(self, number: int) -> Transcript:
        """The words of an entry, with times to the millisecond and confidence to a thousandth."""
        with self.connections.reading() as connection, _intact():
            transcript = read_transcript(connection, number)
        if transcript is None:
            raise _missing(number)
        return transcript

    def hits(self, number: int, text: str, limit: int = 3) -> list[Hit]:
        """The first places in an entry where words are said; none where only its title has them."""
        with self.connections.reading() as connection, _intact():
            return read_hits(connection, number, text, limit)

    def tags(self) -> list[tuple[str, int]]:
        """All tags in use, in order of the alphabet, each with the number of its entries."""
        with self.connections.reading() as connection:
            return connection.execute(
                "SELECT min(tag), count(*) FROM tags JOIN entries ON id = entry_id"
                " WHERE deleted_ms IS NULL GROUP BY tag ORDER BY tag"
            ).fetchall()

    # -- adding -----------------------------------------------------------------------------------------

    def add(
        self,
        transcript: Transcript,
        title: str,
        kind: Kind,
        created: datetime,
        recordings: Sequence[Path] = (),
        tags: Sequence[str] = (),
        folder: Path | None = None,
    ) -> Entry:
        """Add a transcript.

        Args:
            transcript: Its words.
            title: For people.
            kind: How it came about.
            created: When its recording was made; with time zone.
            recordings: Its sound; only the first counts, the file stays where it is.
            tags: See `tag`.
            folder: Session folder of a dictation, which then holds its `transcript.json`; without it the
                entry gets a folder of its own in the library.
        """
        sound = tuple(Recording(path, 0.0, transcript.duration_s) for path in recordings[:1])
        clean = tuple(dict.fromkeys(tag_of(tag) for tag in tags))
        return self._add(Sidecar(None, title_of(title), kind, created, clean, sound, transcript), folder)

    def _add(self, sidecar: Sidecar, folder: Path | None) -> Entry:
        place = (folder or self.new_folder(sidecar.created)).resolve()
        was_there = (place / FILE).exists()
        try:
            with self.connections.changing() as connection:
                if connection.execute(
                    "SELECT 1 FROM entries WHERE folder = ?", (stored(place, self.root),)
                ).fetchone():
                    raise LibraryError(
                        f"“{place.name}” is in the library already.", "Change the one that is there."
                    )
                number = insert(connection, sidecar, place, self.root)
                with disk_errors():
                    place.mkdir(parents=True, exist_ok=True)
                    write_sidecar(place, replace(sidecar, id=number), safely=True)
                return self._entries(connection, [number])[0]
        except BaseException:
            if not was_there:
                with contextlib.suppress(OSError):
                    (place / FILE).unlink(missing_ok=True)
                    place.rmdir()  # Only an empty one goes: never a session's sound.
            raise

    def new_folder(self, created: datetime) -> Path:
        """Where the next entry without a session folder lies."""
        # A random part instead of a count: two programs may add at once.
        name = f"{created.astimezone(UTC):%Y-%m-%d %H.%M.%S} {secrets.token_hex(4)}"
        return self.root / ENTRIES / name

    # -- changing ---------------------------------------------------------------------------------------

    def rename(self, number: int, title: str) -> Entry:
        """Give an entry another title."""
        with self.connections.changing() as connection:
            connection.execute("UPDATE entries SET title = ? WHERE id = ?", (title_of(title), number))
            return self._noted(connection, [number])[0]

    def replace(self, number: int, transcript: Transcript) -> Entry:
        """Put an edited transcript in the place of an entry's."""
        with self.connections.changing() as connection:
            packed = pack(transcript.segments)
            connection.execute(
                f"UPDATE entries SET {', '.join(f'{name} = ?' for name in FACTS)} WHERE id = ?",
                (*facts_of(transcript), number),
            )
            connection.execute(
                "UPDATE transcripts SET text = ?, words = ? WHERE entry_id = ?",
                (packed.text, packed.data, number),
            )
            return self._noted(connection, [number])[0]

    def tag(self, numbers: Sequence[int], tag: str) -> list[Entry]:
        """Tag entries; upper and lower case make no difference."""
        with self.connections.changing() as connection:
            connection.executemany(
                "INSERT OR IGNORE INTO tags (entry_id, tag) SELECT id, ? FROM entries WHERE id = ?",
                [(tag_of(tag), number) for number in numbers],
            )
            return self._noted(connection, numbers)

    def untag(self, numbers: Sequence[int], tag: str) -> list[Entry]:
        """Take a tag from entries."""
        with self.connections.changing() as connection:
            connection.executemany(
                "DELETE FROM tags WHERE entry_id = ? AND tag = ?",
                [(number, tag_of(tag)) for number in numbers],
            )
            return self._noted(connection, numbers)

    def merge(self, numbers: Sequence[int], title: str | None = None) -> tuple[Entry, Undo]:
        """Make one entry of several, one after the other in time; the old ones are deleted.

        Their recordings stay where they are, each with its start on the new entry's clock.

        Raises:
            LibraryError: There are not two of them; or as for every method.
        """
        if len(set(numbers)) < 2 or len(set(numbers)) < len(numbers):
            raise LibraryError("Only several transcripts can be merged.", "Choose two or more.")
        with self.connections.changing() as connection:
            parts = [self.sidecar(connection, number) for number in numbers]
            merged = self._add(replace(joined(parts), title=title_of(title or parts[0].title)), None)
            try:
                self._set_deleted(connection, numbers, datetime.now(UTC))
            except BaseException:
                shutil.rmtree(merged.folder, ignore_errors=True)
                raise
        return merged, Undo(bring_back=tuple(numbers), take_away=(merged.id,))

    # -- deleting ---------------------------------------------------------------------------------------

    def delete(self, numbers: Sequence[int], now: datetime | None = None) -> Undo:
        """Delete entries; they can be brought back until `purge`."""
        with self.connections.changing() as connection:
            there = [entry.id for entry in self._entries(connection, numbers) if entry.deleted is None]
            self._set_deleted(connection, there, now or datetime.now(UTC))
        return Undo(bring_back=tuple(there))

    def undo(self, undo: Undo) -> None:
        """Take a deletion or a merge back."""
        with self.connections.changing() as connection:
            self._set_deleted(connection, undo.bring_back, None)
            self._set_deleted(connection, undo.take_away, datetime.now(UTC))

    def undelete(self, numbers: Sequence[int]) -> None:
        """Bring deleted entries back."""
        self.undo(Undo(bring_back=tuple(numbers)))

    def purge(self, numbers: Sequence[int]) -> None:
        """Remove deleted entries for good, with their sound where it lies in a folder of the program.

        Recordings of the person's own folders are never touched, nor sound that another entry needs.

        Raises:
            LibraryError: One was not deleted before; or as for every method.
        """
        with self.connections.changing() as connection:
            entries = self._entries(connection, numbers)
            if any(entry.deleted is None for entry in entries):
                raise LibraryError("Only what was deleted can be removed for good.", "Delete it first.")
            connection.executemany("DELETE FROM entries WHERE id = ?", [(entry.id,) for entry in entries])
            needed = self._recordings_in_use(connection)
        for entry in entries:
            with disk_errors():
                remove_files(entry, needed, self.own_folders)

    def forget_sound(self, numbers: Sequence[int]) -> list[Entry]:
        """Remove the sound of entries and keep their text; with the same care as `purge`."""
        with self.connections.changing() as connection:
            entries = self._entries(connection, numbers)
            connection.executemany(
                "DELETE FROM recordings WHERE entry_id = ?", [(one.id,) for one in entries]
            )
            needed = self._recordings_in_use(connection)
            changed = self._noted(connection, numbers)
        for entry in entries:
            with disk_errors():
                remove_files(entry, needed, self.own_folders, keep_text=True)
        return changed

    # -- all below is called within a transaction -------------------------------------------------------

    def _entries(self, connection: sqlite3.Connection, numbers: Sequence[int]) -> list[Entry]:
        entries = read_entries(connection, list(dict.fromkeys(numbers)), self.root)
        if len(entries) < len(set(numbers)):
            raise _missing(*(set(numbers) - {entry.id for entry in entries}))
        return entries

    def sidecar(self, connection: sqlite3.Connection, number: int) -> Sidecar:
        """All that is known of an entry."""
        (entry,) = self._entries(connection, [number])
        with _intact():
            transcript = read_transcript(connection, number)
        assert transcript is not None
        return Sidecar(
            *(entry.id, entry.title, entry.kind, entry.created, entry.tags, entry.recordings),
            transcript=transcript,
            deleted=entry.deleted,
        )

    def _noted(self, connection: sqlite3.Connection, numbers: Sequence[int]) -> list[Entry]:
        """Entries after a change, which is written beside their recordings before it is made."""
        entries = self._entries(connection, numbers)
        for entry in entries:
            # A session's folder may have gone; `upkeep.write_missing` then makes another.
            if entry.folder.is_dir():
                with disk_errors():
                    write_sidecar(entry.folder, self.sidecar(connection, entry.id))
        return entries

    def _set_deleted(
        self, connection: sqlite3.Connection, numbers: Sequence[int], when: datetime | None
    ) -> None:
        time_ms = to_ms(when) if when else None
        connection.executemany(
            "UPDATE entries SET deleted_ms = ? WHERE id = ?", [(time_ms, number) for number in numbers]
        )
        self._noted(connection, numbers)

    def _recordings_in_use(self, connection: sqlite3.Connection) -> set[Path]:
        return {found(row[0], self.root) for row in connection.execute("SELECT path FROM recordings")}


def _missing(*numbers: int) -> LibraryError:
    named = ", ".join(map(str, sorted(numbers)))
    return LibraryError(
        f"There is no transcript {named} in the library.", "“asr-app library list” shows them."
    )


@contextlib.contextmanager
def disk_errors() -> Iterator[None]:
    """Errors of the disk as sentences."""
    try:
        yield
    except OSError as error:
        raise LibraryError(
            f"The library cannot be written ({error.strerror}).",
            "Free some space or make its folder writable.",
        ) from error


@contextlib.contextmanager
def _intact() -> Iterator[None]:
    try:
        yield
    except ValueError as error:
        raise LibraryError(
            f"The words of this transcript cannot be read ({error}).",
            "“asr-app library rebuild” reads them again from the files beside the recordings.",
        ) from error
