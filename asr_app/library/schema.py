"""The tables, version by version."""

from __future__ import annotations

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        """
        CREATE TABLE entries (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            folder NOT NULL UNIQUE,      -- from the library's folder on, or absolute; see paths.py
            kind TEXT NOT NULL,
            title TEXT NOT NULL,
            created_ms INTEGER NOT NULL, -- since 1970, UTC, as all times of day
            duration_ms INTEGER NOT NULL,
            language TEXT NOT NULL,
            model TEXT NOT NULL,
            source TEXT NOT NULL,
            complete INTEGER NOT NULL,
            warnings TEXT NOT NULL,      -- JSON list of sentences
            word_count INTEGER NOT NULL,
            preview TEXT NOT NULL,
            deleted_ms INTEGER
        )
        """,
        "CREATE INDEX entries_by_time ON entries (deleted_ms, created_ms, id)",
        "CREATE INDEX entries_by_title ON entries (deleted_ms, title COLLATE NOCASE, id)",
        "CREATE INDEX entries_by_length ON entries (deleted_ms, duration_ms, id)",
        """
        CREATE TABLE transcripts (
            entry_id INTEGER PRIMARY KEY REFERENCES entries ON DELETE CASCADE,
            text TEXT NOT NULL,
            words BLOB NOT NULL
        )
        """,
        """
        CREATE TABLE recordings (
            entry_id INTEGER NOT NULL REFERENCES entries ON DELETE CASCADE,
            position INTEGER NOT NULL,
            path NOT NULL,               -- as entries.folder
            start_ms INTEGER NOT NULL,
            duration_ms INTEGER NOT NULL,
            PRIMARY KEY (entry_id, position)
        ) WITHOUT ROWID
        """,
        "CREATE INDEX recordings_by_path ON recordings (path)",
        """
        CREATE TABLE tags (
            entry_id INTEGER NOT NULL REFERENCES entries ON DELETE CASCADE,
            tag TEXT NOT NULL COLLATE NOCASE,
            PRIMARY KEY (entry_id, tag)
        ) WITHOUT ROWID
        """,
        "CREATE INDEX entries_by_tag ON tags (tag, entry_id)",
        """
        CREATE VIEW searchable AS
            SELECT entries.id AS id, entries.title AS title, transcripts.text AS text
            FROM entries JOIN transcripts ON transcripts.entry_id = entries.id
        """,
        """
        CREATE VIRTUAL TABLE search USING fts5(
            title, text, content='searchable', content_rowid='id',
            tokenize="unicode61 remove_diacritics 2", prefix='2 3'
        )
        """,
        # An external content table learns of changes by triggers (https://sqlite.org/fts5.html, 4.4.3).
        """
        CREATE TRIGGER transcripts_added AFTER INSERT ON transcripts BEGIN
            INSERT INTO search (rowid, title, text)
                SELECT id, title, text FROM searchable WHERE id = new.entry_id;
        END
        """,
        """
        CREATE TRIGGER transcripts_changed AFTER UPDATE OF text ON transcripts BEGIN
            INSERT INTO search (search, rowid, title, text)
                SELECT 'delete', id, title, old.text FROM entries WHERE id = old.entry_id;
            INSERT INTO search (rowid, title, text)
                SELECT id, title, new.text FROM entries WHERE id = new.entry_id;
        END
        """,
        """
        CREATE TRIGGER titles_changed AFTER UPDATE OF title ON entries BEGIN
            INSERT INTO search (search, rowid, title, text)
                SELECT 'delete', old.id, old.title, text FROM transcripts WHERE entry_id = old.id;
            INSERT INTO search (rowid, title, text)
                SELECT new.id, new.title, text FROM transcripts WHERE entry_id = new.id;
        END
        """,
        """
        CREATE TRIGGER entries_removed BEFORE DELETE ON entries BEGIN
            INSERT INTO search (search, rowid, title, text)
                SELECT 'delete', id, title, text FROM searchable WHERE id = old.id;
        END
        """,
    ),
)
"""The statements that lead from each version to the next; the first makes an empty database version 1."""
