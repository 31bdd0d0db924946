"""Entries and hits out of the database."""

from __future__ import annotations

import bisect
import json
import re
import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from asr_app.library.codec import MARKS, PackedWords, unpack, word_places
from asr_app.library.paths import found
from asr_app.library.query import match_expression
from asr_app.library.values import Entry, Hit, Kind, Listing, Order, Recording
from asr_app.transcription.types import Transcript

EXCERPT_CHARACTERS = 60
"""Of an excerpt, before its first match and after it."""

_COLUMNS = """id, folder, kind, title, created_ms, duration_ms, language, model, source, complete, word_count,
    preview, deleted_ms"""
_ORDERS = {
    Order.NEWEST: "created_ms DESC, id DESC",
    Order.OLDEST: "created_ms, id",
    Order.TITLE: "title COLLATE NOCASE, id",
    Order.LONGEST: "duration_ms DESC, id DESC",
}
# A match in the title says more than one in the text.
_RANK = "bm25(search, 5.0, 1.0)"
_MATCH = re.compile(f"{MARKS[0]}([^{MARKS[1]}]*){MARKS[1]}")


def read_page(
    connection: sqlite3.Connection, listing: Listing, offset: int, limit: int, root: Path
) -> list[Entry]:
    """Entries of a listing from one number on."""
    tables, condition, values = _where(listing)
    order = _ORDERS.get(listing.order)
    if order is None:
        order = f"{_RANK}, created_ms DESC" if "search" in tables else _ORDERS[Order.NEWEST]
    ids = f"SELECT entries.id FROM {tables} WHERE {condition} ORDER BY {order} LIMIT ? OFFSET ?"
    numbers = [row[0] for row in connection.execute(ids, (*values, limit, offset))]
    return read_entries(connection, numbers, root)


def read_count(connection: sqlite3.Connection, listing: Listing) -> int:
    """How many entries a listing has."""
    tables, condition, values = _where(listing)
    (count,) = connection.execute(f"SELECT count(*) FROM {tables} WHERE {condition}", values).fetchone()
    return int(count)


def read_entries(connection: sqlite3.Connection, ids: Sequence[int], root: Path) -> list[Entry]:
    """Entries by their numbers, in that order; those that are not there are left out."""
    entries: dict[int, Entry] = {}
    for start in range(0, len(ids), 500):
        part = ids[start : start + 500]
        marks = ",".join("?" * len(part))
        tags: dict[int, list[str]] = {}
        for number, tag in connection.execute(
            f"SELECT entry_id, tag FROM tags WHERE entry_id IN ({marks}) ORDER BY tag", part
        ):
            tags.setdefault(number, []).append(tag)
        recordings: dict[int, list[Recording]] = {}
        for number, path, start_ms, duration_ms in connection.execute(
            "SELECT entry_id, path, start_ms, duration_ms FROM recordings"
            f" WHERE entry_id IN ({marks}) ORDER BY entry_id, position",
            part,
        ):
            recording = Recording(found(path, root), start_ms / 1000, duration_ms / 1000)
            recordings.setdefault(number, []).append(recording)
        for row in connection.execute(f"SELECT {_COLUMNS} FROM entries WHERE id IN ({marks})", part):
            number = row[0]
            entries[number] = _entry(row, tags.get(number, []), recordings.get(number, []), root)
    return [entries[number] for number in ids if number in entries]


def read_transcript(connection: sqlite3.Connection, number: int) -> Transcript | None:
    """The words of an entry; None where there is no such entry.

    Raises:
        ValueError: They are damaged.
    """
    row = connection.execute(
        "SELECT language, model, source, duration_ms, complete, warnings, text, words"
        " FROM entries JOIN transcripts ON entry_id = id WHERE id = ?",
        (number,),
    ).fetchone()
    if row is None:
        return None
    language, model, source, duration_ms, complete, warnings, text, words = row
    return Transcript(
        segments=unpack(PackedWords(text, words)),
        language=language,
        model=model,
        source=source,
        duration_s=duration_ms / 1000,
        complete=bool(complete),
        warnings=tuple(json.loads(warnings)),
    )


def read_hits(connection: sqlite3.Connection, number: int, text: str, limit: int) -> list[Hit]:
    """The first places in an entry where words are said.

    Raises:
        ValueError: Its words are damaged.
    """
    expression = match_expression(text)
    if expression is None:
        return []
    row = connection.execute(
        "SELECT highlight(search, 1, ?, ?), transcripts.text, words FROM search"
        " JOIN transcripts ON entry_id = search.rowid WHERE search MATCH ? AND search.rowid = ?",
        (*MARKS, expression, number),
    ).fetchone()
    if row is None:
        return []
    marked, plain, data = row
    # Each match has two marks more before it than the one before.
    matches = [
        (match.start() - 2 * index, match.start() - 2 * index + len(match[1]))
        for index, match in enumerate(_MATCH.finditer(marked))
    ]
    if not matches:
        return []  # The title matched.
    places = word_places(PackedWords(plain, data))
    firsts = [place.first for place in places]
    hits: list[Hit] = []
    covered = -1
    for first, _ in matches:
        if first < covered:
            continue  # It is shown in the excerpt before.
        if len(hits) == limit:
            break
        place = places[max(0, bisect.bisect_right(firsts, first) - 1)]
        begin, covered = _around(plain, first)
        shown = tuple(
            (one - begin, min(end, covered) - begin) for one, end in matches if begin <= one < covered
        )
        hits.append(Hit(number, place.segment, place.word, place.start_s, plain[begin:covered], shown))
    return hits


def _around(text: str, first: int) -> tuple[int, int]:
    """The characters around a match in its line, from the start of a word to the end of one."""
    line = text.rfind("\n", 0, first) + 1
    line_end = text.find("\n", first)
    line_end = len(text) if line_end < 0 else line_end
    begin, end = max(line, first - EXCERPT_CHARACTERS), min(line_end, first + EXCERPT_CHARACTERS)
    while line < begin < first and not text[begin - 1].isspace():
        begin += 1
    while end < line_end and not text[end].isspace():
        end += 1
    return begin, end


def _where(listing: Listing) -> tuple[str, str, list[Any]]:
    tables = "entries"
    conditions = ["deleted_ms IS NOT NULL" if listing.deleted else "deleted_ms IS NULL"]
    values: list[Any] = []
    expression = match_expression(listing.text)
    if expression is not None:
        tables = "search JOIN entries ON entries.id = search.rowid"
        conditions.append("search MATCH ?")
        values.append(expression)
    elif listing.text.strip():
        conditions.append("0")  # Signs alone are said nowhere.
    if listing.tag is not None:
        conditions.append("entries.id IN (SELECT entry_id FROM tags WHERE tag = ?)")
        values.append(listing.tag)
    if listing.kind is not None:
        conditions.append("kind = ?")
        values.append(listing.kind.value)
    if listing.since is not None:
        conditions.append("created_ms >= ?")
        values.append(to_ms(listing.since))
    if listing.until is not None:
        conditions.append("created_ms < ?")
        values.append(to_ms(listing.until))
    return tables, " AND ".join(conditions), values


def _entry(row: tuple[Any, ...], tags: list[str], recordings: list[Recording], root: Path) -> Entry:
    return Entry(
        id=row[0],
        folder=found(row[1], root),
        kind=Kind(row[2]),
        title=row[3],
        created=from_ms(row[4]),
        duration_s=row[5] / 1000,
        language=row[6],
        model=row[7],
        source=row[8],
        complete=bool(row[9]),
        words=row[10],
        preview=row[11],
        deleted=from_ms(row[12]) if row[12] is not None else None,
        tags=tuple(tags),
        recordings=tuple(recordings),
    )


def to_ms(time: datetime) -> int:
    """Milliseconds since 1970."""
    return round(time.timestamp() * 1000)


def from_ms(milliseconds: int) -> datetime:
    """The time of day, in UTC."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
