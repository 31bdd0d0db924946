"""Rows of the database out of values."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

from asr_app.errors import LibraryError
from asr_app.library.codec import pack, preview_of
from asr_app.library.paths import stored
from asr_app.library.reading import to_ms
from asr_app.library.sidecar import Sidecar
from asr_app.transcription.types import Transcript

FACTS = (
    "duration_ms", "language", "model", "source", "complete", "warnings", "word_count", "preview",
)  # fmt: skip


def insert(connection: sqlite3.Connection, sidecar: Sidecar, folder: Path, root: Path) -> int:
    """Write an entry into the database; gives its number, which is the wanted one unless that is taken.

    Raises:
        sqlite3.Error: The database does not take it.
    """
    transcript = sidecar.transcript
    packed = pack(transcript.segments)
    wanted = sidecar.id
    if wanted is not None and connection.execute("SELECT 1 FROM entries WHERE id = ?", (wanted,)).fetchone():
        wanted = None
    cursor = connection.execute(
        f"INSERT INTO entries (id, folder, kind, title, created_ms, deleted_ms, {', '.join(FACTS)})"
        f" VALUES ({', '.join('?' * (6 + len(FACTS)))})",
        (
            *(
                wanted,
                stored(folder, root),
                sidecar.kind.value,
                title_of(sidecar.title),
                to_ms(sidecar.created),
            ),
            *(to_ms(sidecar.deleted) if sidecar.deleted else None, *facts_of(transcript)),
        ),
    )
    number = cursor.lastrowid
    assert number is not None
    connection.execute("INSERT INTO transcripts VALUES (?, ?, ?)", (number, packed.text, packed.data))
    connection.executemany(
        "INSERT INTO recordings VALUES (?, ?, ?, ?, ?)",
        [
            (number, place, stored(one.path, root), round(one.start_s * 1000), round(one.duration_s * 1000))
            for place, one in enumerate(sidecar.recordings)
        ],
    )
    connection.executemany(
        "INSERT OR IGNORE INTO tags VALUES (?, ?)", [(number, tag) for tag in sidecar.tags]
    )
    return number


def facts_of(transcript: Transcript) -> tuple[object, ...]:
    """What the table of entries holds of a transcript, in the order of `FACTS`."""
    return (
        round(transcript.duration_s * 1000),
        transcript.language,
        transcript.model,
        transcript.source.encode("utf-8", "replace").decode(),
        transcript.complete,
        json.dumps(transcript.warnings),
        sum(len(segment.words) for segment in transcript.segments),
        preview_of(transcript.segments),
    )


def title_of(title: str) -> str:
    """A title on one line, never empty."""
    return " ".join(title.encode("utf-8", "replace").decode().replace("\x00", " ").split()) or "…"


def tag_of(tag: str) -> str:
    """A tag without the sign before it.

    Raises:
        LibraryError: It is none.
    """
    text = " ".join(tag.encode("utf-8", "replace").decode().split()).removeprefix("#").strip()
    if not text or "," in text or "\x00" in text:
        raise LibraryError(f"“{tag}” is no tag.", "A tag is a word or a few, without a comma.")
    return text
