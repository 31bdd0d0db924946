from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asr_app.training.language.spoken_text import plain_words, sentences, unquoted
from asr_app.training.manifest import normalise


def said(text: str, *known: str) -> list[str]:
    return [" ".join(words) for words in sentences(text, known)]


@pytest.mark.parametrize(
    ("printed", "words"),
    [
        ("Mr. Smith & Mrs. Jones", "mister smith and missus jones"),
        ("at St. Paul's", "at saint paul's"),
        ("in 1850 and 2007", "in eighteen fifty and two thousand and seven"),
        ("in the 1860's", "in the eighteen sixties"),
        ("the 30th of December", "the thirtieth of december"),
        ("at 10:05", "at ten oh five"),
        ("£1,200", "one thousand two hundred pounds"),
        ("$3.50", "three dollars and fifty cents"),
        ("$2 million", "two million dollars"),
        ("2½ pints at 7d.", "two and a half pints at seven pence"),
        ("Chapter XIV", "chapter fourteen"),
        ("Henry VIII", "henry the eighth"),
        ("To-day, good-bye", "today goodbye"),
        ("No. 5", "number five"),
        ("3.25", "three point two five"),
        ("agent 007", "agent zero zero seven"),
        ("a café", "a cafe"),
    ],
)
def test_print_becomes_speech(printed: str, words: str) -> None:
    assert said(printed) == [words]


def test_sentences_end_where_they_end_and_not_at_abbreviations_or_initials() -> None:
    text = 'Dr. J. Smith came. "Where?" he asked; nobody knew -- not even I. So'
    assert said(text) == ["doctor j smith came", "where", "he asked", "nobody knew", "not even i", "so"]


def test_quotation_marks_go_and_apostrophes_stay() -> None:
    assert said("'Tis 'the end' o' it", "'tis", "the", "end", "o'") == ["'tis the end o' it"]
    assert unquoted("'strange'", ()) == "strange"


@given(st.text(st.characters(max_codepoint=127)))
def test_ascii_is_normalised_as_everywhere(text: str) -> None:
    assert plain_words(text) == normalise(text).split()
