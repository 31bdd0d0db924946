"""Changing the person's vocabulary as the text it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from asr_app.errors import VocabularyError
from asr_app.transcription.vocabulary import parse_vocabulary, user_file
from asr_app.transcription.vocabulary_file import (
    change_user_file,
    merged,
    user_text,
    with_entry,
    without_phrase,
    write_vocabulary,
)

TEXT = "# People\nSiobhan = shiv on  # from Cork\n\n# Work\nKubernetes : 2\n"


def test_a_new_line_goes_to_the_end_and_all_else_stays() -> None:
    assert with_entry(TEXT, "  José   ") == TEXT + "José\n"


def test_the_same_word_said_the_same_way_gets_the_new_weight_and_keeps_its_comment() -> None:
    text = with_entry(TEXT, "Siobhan = shiv on : 3")
    assert text.splitlines()[1] == "Siobhan = shiv on : 3  # from Cork"
    assert len(text.splitlines()) == len(TEXT.splitlines())
    assert with_entry(TEXT, "Siobhan = shove on") == TEXT + "Siobhan = shove on\n"


def test_a_wrong_line_is_refused_with_the_number_it_would_have() -> None:
    with pytest.raises(VocabularyError, match=r"^Line 6 of the vocabulary: “B2B”"):
        with_entry(TEXT, "B2B")
    for empty in ("", "# only a comment"):
        with pytest.raises(VocabularyError, match="no word to add"):
            with_entry(TEXT, empty)


def test_a_phrase_goes_with_all_its_ways_whatever_its_capitals_and_accents() -> None:
    text, gone = without_phrase(TEXT + "José\nJosé = ho say\n", "JOSE")
    assert (text, gone) == (TEXT, 2)
    assert without_phrase(TEXT, "Niamh") == (TEXT, 0)


def test_what_another_file_has_more_is_added_once() -> None:
    text, added = merged(TEXT, "Kubernetes : 4\nNiamh = neve\nNiamh = neve : 2\n# no\n")
    assert (text, added) == (TEXT + "Niamh = neve\n", 1)
    assert len(parse_vocabulary(text)) == 3


def test_the_person_s_file_is_made_and_changed_as_a_whole(tmp_path: Path) -> None:
    assert user_text() == ""
    path = change_user_file(lambda text: with_entry(text, "Siobhan = shiv on"))
    assert (path, path.read_text(encoding="utf-8")) == (user_file(), "Siobhan = shiv on\n")
    with pytest.raises(VocabularyError):
        change_user_file(lambda text: with_entry(text, "="))
    assert user_text() == "Siobhan = shiv on\n"
    assert list(path.parent.iterdir()) == [path]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    real, link = tmp_path / "real.txt", tmp_path / "link.txt"
    real.write_text("a\n", encoding="utf-8")
    link.symlink_to(real)
    write_vocabulary(link, "b\n")
    assert link.is_symlink() and real.read_text(encoding="utf-8") == "b\n"


def test_where_nothing_can_be_written_a_sentence_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(VocabularyError, match="cannot be written"):
        write_vocabulary(tmp_path / "file" / "vocabulary.txt", "a\n")
