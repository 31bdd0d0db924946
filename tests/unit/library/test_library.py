from __future__ import annotations

import errno
import os
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from asr_app.errors import LibraryError
from asr_app.library import library as library_module
from asr_app.library.library import DATABASE, Library
from asr_app.library.sidecar import FILE, read_sidecar
from asr_app.library.values import Kind, Listing, Order
from tests.unit.library.builders import added, spoken


def titles(library: Library, **listing: object) -> list[str]:
    return [entry.title for entry in library.page(Listing(**listing))]  # type: ignore[arg-type]


class TestAdding:
    def test_everything_comes_back(self, library: Library, tmp_path: Path) -> None:
        sound = tmp_path / "talk.wav"
        entry = added(library, "hello there", "", "bye", recording=sound, tags=("Work", "#home"))
        assert library.transcript(entry.id) == spoken("hello there", "", "bye")
        assert library.entry(entry.id) == entry
        assert (entry.words, entry.preview, entry.tags) == (3, "hello there bye", ("home", "Work"))
        assert [(one.path, one.start_s, one.duration_s) for one in entry.recordings] == [(sound, 0.0, 30.0)]

    def test_a_transcript_lies_beside_it_as_json(self, library: Library) -> None:
        entry = added(library, "hello")
        assert read_sidecar(entry.folder).transcript == library.transcript(entry.id)
        assert read_sidecar(entry.folder).id == entry.id

    def test_a_dictation_s_lies_in_its_session_folder(self, library: Library, sessions: Path) -> None:
        folder = sessions / "2025-03-09 12.00.00"
        folder.mkdir()
        entry = added(library, "hello", kind=Kind.DICTATION, folder=folder, recording=folder / "audio.wav")
        assert entry.folder == folder
        assert read_sidecar(folder).recordings[0].path == folder / "audio.wav"
        with pytest.raises(LibraryError, match="is in the library already"):
            added(library, "again", folder=folder)
        assert read_sidecar(folder).transcript.text == "hello"

    def test_a_name_of_any_bytes_is_kept(self, library: Library, tmp_path: Path) -> None:
        sound = tmp_path / os.fsdecode(b"a\xff.wav")
        transcript = spoken("hello", source=sound.name)
        entry = library.add(transcript, sound.stem, Kind.FILE, added(library).created, [sound])
        assert library.entry(entry.id).recordings[0].path == sound
        assert read_sidecar(entry.folder).recordings[0].path == sound

    @pytest.mark.parametrize("tag", ["", " # ", "a,b"])
    def test_a_tag_is_a_word_or_a_few(self, library: Library, tag: str) -> None:
        with pytest.raises(LibraryError, match="is no tag"):
            added(library, "hello", tags=(tag,))
        assert library.count() == 0


class TestListing:
    def test_the_newest_comes_first_and_pages_follow_each_other(self, library: Library) -> None:
        for days in (3, 1, 2, 0):
            added(library, title=f"{days} days ago", days=days)
        assert titles(library) == ["0 days ago", "1 days ago", "2 days ago", "3 days ago"]
        assert [entry.title for entry in library.page(offset=1, limit=2)] == ["1 days ago", "2 days ago"]
        assert titles(library, order=Order.OLDEST)[0] == "3 days ago"

    def test_by_title_and_by_length(self, library: Library) -> None:
        for title, lines in (("beta", 1), ("Alpha", 3), ("gamma", 2)):
            added(library, *["word"] * lines, title=title)
        assert titles(library, order=Order.TITLE) == ["Alpha", "beta", "gamma"]
        assert titles(library, order=Order.LONGEST) == ["Alpha", "gamma", "beta"]

    def test_by_kind_tag_and_time(self, library: Library) -> None:
        old = added(library, title="old", days=10, tags=("Work",))
        added(library, title="new", kind=Kind.DICTATION)
        assert titles(library, kind=Kind.DICTATION) == ["new"]
        assert titles(library, tag="work") == ["old"]
        assert titles(library, until=added(library, title="now").created) == ["old"]
        assert library.count(Listing(since=old.created)) == 3


class TestSearch:
    def test_all_words_of_a_query_are_somewhere_in_text_or_title(self, library: Library) -> None:
        added(library, "apples are red", "pears are green", title="Fruit")
        added(library, "apples only", title="Other")
        assert titles(library, text="apples pears") == ["Fruit"]
        assert titles(library, text="fruit red") == ["Fruit"]
        assert library.count(Listing(text="apples")) == 2

    def test_case_accents_and_the_end_of_the_last_word_make_no_difference(self, library: Library) -> None:
        added(library, "Über den Flüssen")
        assert titles(library, text="uber flus") == ["Talk"]
        assert titles(library, text="flus ") == []
        assert titles(library, text="ub flussen") == []

    def test_words_in_quotation_marks_stand_together(self, library: Library) -> None:
        added(library, "red apples and green pears")
        assert titles(library, text='"green pears"') == ["Talk"]
        assert titles(library, text='"green apples"') == []

    @pytest.mark.parametrize(
        "text", ['"', "AND", "a* OR (b", "NEAR(x", "title:x", "''; DROP", "^", "-", "\x00"]
    )
    def test_no_text_is_a_mistake(self, library: Library, text: str) -> None:
        added(library, "hello")
        assert titles(library, text=text) == []

    def test_hits_have_the_time_of_the_word_and_the_words_around_it(self, library: Library) -> None:
        entry = added(library, "nothing to see", "here is the apple tree", "and another apple")
        first, second = library.hits(entry.id, "apple")
        assert (first.segment, first.word, first.start_s) == (1, 3, 11.5)
        assert (first.excerpt, first.matches) == ("here is the apple tree", ((12, 17),))
        assert (second.start_s, second.excerpt) == (21.0, "and another apple")

    def test_one_excerpt_shows_all_matches_in_it(self, library: Library) -> None:
        entry = added(library, "apple tree and apple pie")
        (hit,) = library.hits(entry.id, "apple")
        assert [hit.excerpt[one:end] for one, end in hit.matches] == ["apple", "apple"]

    def test_a_phrase_may_reach_into_the_next_utterance(self, library: Library) -> None:
        entry = added(library, "the green", "apple")
        (hit,) = library.hits(entry.id, '"green apple"')
        assert (hit.excerpt, hit.matches) == ("the green", ((4, 9),))

    def test_hits_far_apart_are_shown_apart(self, library: Library) -> None:
        entry = added(library, "apple " + "filler " * 40 + "apple", "apple")
        hits = library.hits(entry.id, "apple", limit=2)
        assert [(hit.segment, hit.word) for hit in hits] == [(0, 0), (0, 41)]
        assert [hit.excerpt[slice(*hit.matches[0])] for hit in hits] == ["apple", "apple"]
        assert all(len(hit.excerpt) < 140 for hit in hits)

    def test_a_match_in_the_title_alone_has_no_hit(self, library: Library) -> None:
        entry = added(library, "hello", title="Apple")
        assert titles(library, text="apple") == ["Apple"]
        assert library.hits(entry.id, "apple") == []

    def test_the_best_match_comes_first_when_asked_for(self, library: Library) -> None:
        added(library, "apple " * 5, title="much", days=2)
        added(library, "apple " + "pear " * 30, title="little")
        assert titles(library, text="apple") == ["little", "much"]
        assert titles(library, text="apple", order=Order.RELEVANCE) == ["much", "little"]


class TestChanging:
    def test_a_new_title_is_found_and_the_old_one_is_not(self, library: Library) -> None:
        entry = added(library, "hello", title="Before")
        assert library.rename(entry.id, "  After\nall ").title == "After all"
        assert titles(library, text="after") == ["After all"]
        assert titles(library, text="before") == []
        assert read_sidecar(entry.folder).title == "After all"

    def test_an_edited_transcript_is_found_by_its_new_words(self, library: Library) -> None:
        entry = added(library, "hello wurld")
        library.replace(entry.id, spoken("hello world", "again"))
        assert library.transcript(entry.id) == spoken("hello world", "again")
        assert titles(library, text="wurld") == []
        assert titles(library, text="world") == ["Talk"]
        assert read_sidecar(entry.folder).transcript.text == "hello world\nagain"

    def test_tags_are_counted_and_know_no_case(self, library: Library) -> None:
        one, two = added(library, title="1"), added(library, title="2")
        library.tag([one.id, two.id], "Work")
        library.tag([one.id], "work")
        assert library.tags() == [("Work", 2)]
        assert library.untag([one.id], "WORK")[0].tags == ()
        assert library.tags() == [("Work", 1)]
        assert read_sidecar(two.folder).tags == ("Work",)

    def test_merged_transcripts_follow_each_other_in_time(self, library: Library, tmp_path: Path) -> None:
        one = added(library, "first part", title="One", recording=tmp_path / "1.wav", tags=("a",))
        two = added(library, "second part", "end", title="Two", recording=tmp_path / "2.wav", tags=("b",))
        merged, undo = library.merge([one.id, two.id])
        words = [word for segment in library.transcript(merged.id).segments for word in segment.words]
        assert [(word.text, word.start_s) for word in words][2:] == [
            ("second", 10),
            ("part", 10.5),
            ("end", 20),
        ]
        assert [(part.path.name, part.start_s) for part in merged.recordings] == [("1.wav", 0), ("2.wav", 10)]
        assert (merged.tags, merged.duration_s, titles(library)) == (("a", "b"), 30, ["One"])
        library.undo(undo)
        assert titles(library) == ["Two", "One"]

    def test_only_several_can_be_merged(self, library: Library) -> None:
        entry = added(library)
        for numbers in ([entry.id], [entry.id, entry.id], []):
            with pytest.raises(LibraryError, match="Only several"):
                library.merge(numbers)

    def test_what_is_not_there_is_said(self, library: Library) -> None:
        for act in (library.entry, library.transcript, lambda number: library.rename(number, "x")):
            with pytest.raises(LibraryError, match="no transcript 7"):
                act(7)


class TestDeleting:
    def test_what_was_deleted_can_be_brought_back(self, library: Library) -> None:
        entry = added(library, "hello", tags=("x",))
        undo = library.delete([entry.id])
        assert (titles(library), titles(library, text="hello"), library.tags()) == ([], [], [])
        assert titles(library, deleted=True) == ["Talk"]
        library.undo(undo)
        assert library.entry(entry.id) == entry
        assert read_sidecar(entry.folder).deleted is None

    def test_deleting_twice_does_not_bring_back_what_was_deleted_before(self, library: Library) -> None:
        one, two = added(library), added(library)
        library.delete([one.id])
        assert library.delete([one.id, two.id]).bring_back == (two.id,)

    def test_for_good_goes_what_was_deleted_with_its_session_and_its_words(
        self, library: Library, sessions: Path
    ) -> None:
        folder = sessions / "one"
        folder.mkdir()
        (folder / "audio.wav").touch()
        entry = added(library, "secret", folder=folder, recording=folder / "audio.wav")
        with pytest.raises(LibraryError, match="Only what was deleted"):
            library.purge([entry.id])
        library.delete([entry.id])
        library.purge([entry.id])
        assert library.count(Listing(deleted=True)) == 0
        assert library.count(Listing(text="secret")) == 0
        assert not folder.exists()

    def test_recordings_elsewhere_are_never_touched(self, library: Library, tmp_path: Path) -> None:
        sound = tmp_path / "mine" / "talk.wav"
        sound.parent.mkdir()
        sound.touch()
        entry = added(library, "hello", recording=sound)
        library.delete([entry.id])
        library.purge([entry.id])
        assert sound.exists()
        assert not entry.folder.exists()

    def test_sound_that_a_merged_transcript_needs_stays(self, library: Library, sessions: Path) -> None:
        parts = []
        for name in "12":
            folder = sessions / name
            folder.mkdir()
            (folder / "audio.wav").touch()
            parts.append(added(library, "hello", folder=folder, recording=folder / "audio.wav").id)
        merged, _ = library.merge(parts)
        library.purge(parts)
        assert all(part.path.exists() for part in merged.recordings)
        library.delete([merged.id])
        library.purge([merged.id])
        assert not any(part.path.exists() for part in merged.recordings)


class TestThreads:
    def test_each_thread_reads_and_writes_at_once(self, library: Library) -> None:
        def work(number: int) -> None:
            for count in range(5):
                try:
                    added(library, f"word{number} number{count}", title=str(number))
                    library.page(Listing(text="word*"))
                except LibraryError as error:
                    failures.append(error)

        failures: list[LibraryError] = []
        library.connections._busy_timeout_s = 30
        threads = [threading.Thread(target=work, args=(number,)) for number in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failures == []
        assert library.count() == 15

    def test_after_closing_it_says_so(self, library: Library) -> None:
        library.close()
        with pytest.raises(LibraryError, match="is closed"):
            library.count()


class TestTrouble:
    def test_another_program_s_change_is_waited_for_and_then_said(self, library: Library) -> None:
        with closing(sqlite3.connect(library.root / DATABASE, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            assert titles(library) == []  # Reading goes on.
            with pytest.raises(LibraryError, match="Another program is changing"):
                added(library, "hello")
            other.execute("ROLLBACK")
        added(library, "hello")
        assert len(list((library.root / "entries").iterdir())) == 1

    def test_a_full_disk_changes_nothing(self, library: Library) -> None:
        entry = added(library, "hello")
        with library.connections.reading() as connection:
            (pages,) = connection.execute("PRAGMA page_count").fetchone()
        with library.connections.reading() as connection:
            connection.execute(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(LibraryError, match="disk is full, so the library was not changed"):
            added(library, *["many words"] * 3000)
        assert library.page() == [entry]
        assert len(list((library.root / "entries").iterdir())) == 1

    def test_a_disk_too_full_for_the_file_beside_it_changes_nothing(
        self, library: Library, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(*_arguments: object, **_options: object) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        entry = added(library, "hello", title="Before")
        monkeypatch.setattr(library_module, "write_sidecar", full)
        with pytest.raises(LibraryError, match="No space left"):
            added(library, "more")
        with pytest.raises(LibraryError, match="No space left"):
            library.rename(entry.id, "After")
        assert titles(library) == ["Before"]
        assert [path.parent for path in library.root.rglob(FILE)] == [entry.folder]

    def test_damaged_words_are_said(self, library: Library) -> None:
        entry = added(library, "hello")
        with library.connections.changing() as connection:
            connection.execute("UPDATE transcripts SET words = x'0102'")
        with pytest.raises(LibraryError, match="cannot be read"):
            library.transcript(entry.id)
