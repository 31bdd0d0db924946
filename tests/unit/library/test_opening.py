from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from asr_app.errors import LibraryError
from asr_app.library.library import DATABASE, Library
from asr_app.library.opening import Opened, open_library, rebuild
from asr_app.library.schema import MIGRATIONS
from asr_app.library.sidecar import FILE
from asr_app.library.upkeep import is_sound, optimise, write_missing
from asr_app.library.values import Listing
from tests.unit.library.builders import added

NEXT = (*MIGRATIONS, ("ALTER TABLE entries ADD COLUMN colour TEXT",))


def reopened(library: Library) -> Opened:
    library.close()
    return open_library(library.root, library.session_folders)


def test_what_was_there_is_there_again(library: Library) -> None:
    entry = added(library, "hello")
    opened = reopened(library)
    with opened.library as again:
        assert opened.notices == ()
        assert again.page() == [entry]
        assert is_sound(again)


def test_other_people_of_the_computer_cannot_read_it(library: Library) -> None:
    assert library.root.stat().st_mode & 0o077 == 0


class TestVersions:
    def test_an_older_one_is_copied_and_brought_up_to_date(self, library: Library) -> None:
        entry = added(library, "hello")
        library.close()
        with open_library(library.root, migrations=NEXT).library as newer:
            assert newer.page() == [entry]
            with newer.connections.reading() as connection:
                assert connection.execute("SELECT colour FROM entries").fetchone() == (None,)
        (copy,) = (library.root / "backups").iterdir()
        with closing(sqlite3.connect(copy)) as old:
            assert old.execute("PRAGMA user_version").fetchone() == (1,)
            assert old.execute("SELECT title FROM entries").fetchone() == ("Talk",)

    def test_a_step_that_fails_leaves_the_old_version(self, library: Library) -> None:
        added(library, "hello")
        library.close()
        broken = (*MIGRATIONS, ("ALTER TABLE entries ADD COLUMN colour TEXT", "NONSENSE"))
        with pytest.raises(LibraryError, match="does not answer"):
            open_library(library.root, migrations=broken)
        with open_library(library.root).library as again:
            assert again.count() == 1

    def test_a_newer_one_is_left_alone_and_said(self, library: Library) -> None:
        added(library, "hello")
        library.close()
        open_library(library.root, migrations=NEXT).library.close()
        with pytest.raises(LibraryError, match="made by a newer version"):
            open_library(library.root)
        with open_library(library.root, migrations=NEXT).library as newer:
            assert newer.count() == 1


class TestDamage:
    @pytest.mark.parametrize("damage", ["text", "pages"])
    def test_a_damaged_database_is_set_aside_and_made_again_and_that_is_said(
        self, library: Library, sessions: Path, damage: str
    ) -> None:
        (sessions / "one").mkdir()
        one = added(library, "hello there", title="One", folder=sessions / "one", tags=("Work",))
        two = added(library, "deleted words", title="Two")
        library.delete([two.id])
        library.close()
        path = library.root / DATABASE
        content = bytearray(path.read_bytes())
        if damage == "text":
            content = bytearray(b"this is no database" * 100)
        else:
            content[4096:] = b"\xaa" * (len(content) - 4096)
        path.write_bytes(content)
        opened = reopened(library)
        with opened.library as again:
            (sentence,) = opened.notices
            assert "made again from the files beside the recordings, with 2 transcripts" in sentence
            assert again.page(Listing(text="hello")) == [one]
            assert [entry.id for entry in again.page(Listing(deleted=True))] == [two.id]
        (aside,) = (path for path in (library.root / "damaged").iterdir() if path.suffix == ".sqlite3")
        assert aside.name in sentence
        assert aside.read_bytes() == content

    def test_damage_found_in_use_is_repaired_at_the_next_opening(self, library: Library) -> None:
        added(library, "hello there")
        with library.connections.changing() as connection:
            connection.execute("DELETE FROM search_data WHERE id > 1")
            connection.execute("UPDATE search_data SET block = x'ffffffffff' WHERE id = 1")
        with pytest.raises(LibraryError, match=r"is damaged\. Open the library again"):
            library.count(Listing(text="hello"))
        opened = reopened(library)
        with opened.library as again:
            assert len(opened.notices) == 1
            assert again.count(Listing(text="hello")) == 1
        assert reopened(again).notices == ()

    def test_a_file_that_cannot_be_read_does_not_keep_the_others_from_it(self, library: Library) -> None:
        bad, good = added(library, "bad"), added(library, "good")
        (bad.folder / FILE).write_text("{")
        library.close()
        (library.root / DATABASE).unlink()
        opened = reopened(library)
        with opened.library as again:
            assert again.page() == [good]
            assert f"1 could not be read, the first is “{bad.folder.name}”" in opened.notices[0]

    def test_it_can_be_made_again_when_asked_for(self, library: Library, sessions: Path) -> None:
        (sessions / "one").mkdir()
        entry = added(library, "hello", folder=sessions / "one")
        # The session was removed by its own rule; the library keeps the text.
        (sessions / "one" / FILE).unlink()
        assert "with 1 transcript;" in rebuild(library)
        with open_library(library.root).library as again:
            (kept,) = again.page()
            assert (kept.id, kept.title) == (entry.id, entry.title)
            assert kept.folder.parent == again.root / "entries"


def test_a_file_that_is_gone_is_written_again(library: Library) -> None:
    entry = added(library, "hello")
    (entry.folder / FILE).unlink()
    assert write_missing(library) == 1
    assert (library.entry(entry.id).folder / FILE).exists()
    assert write_missing(library) == 0


def test_after_purging_and_tidying_no_word_is_left_in_the_database(library: Library) -> None:
    secret = added(library, "xylophonist said so")
    added(library, "something else")
    library.delete([secret.id])
    library.purge([secret.id])
    optimise(library)
    library.close()
    for path in library.root.rglob("*"):
        assert path.is_dir() or b"xylophon" not in path.read_bytes()


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(LibraryError, match="cannot be made"):
        open_library(tmp_path / "file" / "library")
