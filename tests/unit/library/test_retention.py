from __future__ import annotations

from pathlib import Path

from asr_app.library.library import Library
from asr_app.library.retention import RetentionRule, tidy
from asr_app.library.values import Listing
from tests.unit.library.builders import NOON, added


def test_without_a_rule_nothing_goes(library: Library) -> None:
    old = added(library, "hello", days=5000)
    library.delete([added(library, days=5000).id], NOON)
    tidied = tidy(library, RetentionRule(), NOON)
    assert tidied.sentence == ""
    assert library.page() == [old]
    assert library.count(Listing(deleted=True)) == 1


def test_old_entries_are_deleted_and_can_be_brought_back(library: Library) -> None:
    old, new = added(library, days=31), added(library, days=29)
    tidied = tidy(library, RetentionRule(entries_days=30), NOON)
    assert library.page() == [new]
    assert tidied.sentence == "By your rule, transcripts were tidied: 1 deleted."
    library.undo(tidied.deleted)
    assert old in library.page()


def test_tagged_entries_stay(library: Library, sessions: Path) -> None:
    (sessions / "one").mkdir()
    (sessions / "one" / "audio.wav").touch()
    added(library, days=31, tags=("keep",), folder=sessions / "one", recording=sessions / "one" / "audio.wav")
    assert tidy(library, RetentionRule(30, 30), NOON).sentence == ""
    assert (sessions / "one" / "audio.wav").exists()


def test_the_sound_of_old_dictations_goes_and_their_text_stays(
    library: Library, sessions: Path, tmp_path: Path
) -> None:
    own, mine = sessions / "one" / "audio.wav", tmp_path / "mine.wav"
    own.parent.mkdir()
    for sound in (own, mine):
        sound.touch()
    dictation = added(library, "hello", days=31, folder=own.parent, recording=own)
    added(library, "file", days=31, recording=mine)
    assert tidy(library, RetentionRule(sound_days=30), NOON).silenced == (dictation.id,)
    assert (own.exists(), mine.exists()) == (False, True)
    assert library.entry(dictation.id).recordings == ()
    assert library.transcript(dictation.id).text == "hello"


def test_what_was_deleted_long_ago_goes_for_good(library: Library) -> None:
    one, two = added(library), added(library)
    library.delete([one.id], NOON)
    library.delete([two.id])
    assert tidy(library, RetentionRule(deleted_days=1)).purged == (one.id,)
    assert [entry.id for entry in library.page(Listing(deleted=True))] == [two.id]
