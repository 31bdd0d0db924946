from __future__ import annotations

from pathlib import Path

import pytest

from asr_app.errors import VocabularyError
from asr_app.transcription.vocabulary import (
    Vocabulary,
    VocabularyEntry,
    parse_vocabulary,
    read_vocabulary,
    user_file,
    user_vocabulary,
)

TEXT = """\
# People
Siobhan = shiv on   # from Cork
Kowalczyk : 2

José
O\N{RIGHT SINGLE QUOTATION MARK}Brien-Smith = oh brian smith : 0.5
U.S.A.
"""


def test_a_line_is_an_entry_with_its_sound_and_weight() -> None:
    entries = parse_vocabulary(TEXT).entries
    assert [(entry.phrase, entry.sounds_like, entry.boost) for entry in entries] == [
        ("Siobhan", "shiv on", 1.0),
        ("Kowalczyk", None, 2.0),
        ("José", None, 1.0),
        ("O\N{RIGHT SINGLE QUOTATION MARK}Brien-Smith", "oh brian smith", 0.5),
        ("U.S.A.", None, 1.0),
    ]
    assert [entry.line for entry in entries] == [2, 3, 5, 6, 7]


def test_words_come_out_in_lower_case_without_accents_dots_and_hyphens() -> None:
    words = [entry.words for entry in parse_vocabulary(TEXT).entries]
    assert words == [("siobhan",), ("kowalczyk",), ("jose",), ("o'brien", "smith"), ("usa",)]


def test_what_is_written_is_read_back_the_same() -> None:
    vocabulary = parse_vocabulary(TEXT)
    assert parse_vocabulary(vocabulary.to_text()) == vocabulary
    assert "Kowalczyk : 2\n" in vocabulary.to_text()


def test_a_phrase_may_be_said_in_several_ways_but_a_line_counts_once() -> None:
    assert len(parse_vocabulary("data = day tah\ndata = dah tah\ndata = day tah\n")) == 2


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("Siobhan =", "One side of the ="),
        ("= shiv on", "One side of the ="),
        ("a = b = c", "there are two"),
        ("Siobhan : much", "“much” is not a weight"),
        ("Siobhan : 6", "not between 0 and 5"),
        ("Siobhan : nan", "not between 0 and 5"),
        ("B2B", "“B2B” is not spelled with letters"),
        ("C++", "is not spelled with letters"),
        ("\N{CYRILLIC CAPITAL LETTER A}\N{CYRILLIC SMALL LETTER EN}", "is not spelled with letters"),
        ("...", "is not spelled with letters"),
        ("four = 4", "“4” is not spelled with letters"),
    ],
)
def test_a_line_that_is_wrong_is_named(line: str, said: str) -> None:
    with pytest.raises(VocabularyError, match=said) as refused:
        parse_vocabulary(f"# first\n{line}\n")
    assert refused.value.message.startswith("Line 2 of the vocabulary: ")
    assert refused.value.hint


def test_an_entry_made_by_hand_is_checked_too() -> None:
    with pytest.raises(VocabularyError, match=r"^“007” is not spelled with letters"):
        VocabularyEntry("007")


def test_a_file_that_is_no_text_is_said(tmp_path: Path) -> None:
    (tmp_path / "words.txt").write_bytes(b"\xff\xfe\x00")
    for name in ("words.txt", "absent.txt"):
        with pytest.raises(VocabularyError, match=name.replace(".", r"\.")):
            read_vocabulary(tmp_path / name)


def test_the_person_s_own_file_is_read_where_there_is_one() -> None:
    assert user_vocabulary() == Vocabulary()
    user_file().parent.mkdir(parents=True, exist_ok=True)
    user_file().write_text("\N{ZERO WIDTH NO-BREAK SPACE}Niamh = neve\n", encoding="utf-8")
    assert user_vocabulary().entries == (VocabularyEntry("Niamh", "neve"),)
