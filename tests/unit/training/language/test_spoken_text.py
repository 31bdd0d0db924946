from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asr_app.training.language.spoken_numbers import cardinal, digits, ordinal, roman, to_roman, year
from asr_app.training.language.spoken_text import plain_words, sentences, unquoted
from asr_app.training.manifest import normalise


def said(text: str, *known: str) -> list[str]:
    return [" ".join(words) for words in sentences(text, known)]


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "zero"),
        (13, "thirteen"),
        (85, "eighty five"),
        (100, "one hundred"),
        (1005, "one thousand and five"),
        (7_654_321, "seven million six hundred and fifty four thousand three hundred and twenty one"),
    ],
)
def test_numbers_are_said(number: int, words: str) -> None:
    assert cardinal(number) == words
    assert cardinal(number, joint="") == words.replace(" and", "")


def test_numbers_that_cannot_be_said_are_refused() -> None:
    for number in (-1, 10**15):
        with pytest.raises(ValueError, match="cannot say"):
            cardinal(number)


@pytest.mark.parametrize(
    ("number", "words"),
    [(1, "first"), (12, "twelfth"), (20, "twentieth"), (31, "thirty first"), (100, "one hundredth")],
)
def test_ordinals_are_said(number: int, words: str) -> None:
    assert ordinal(number) == words


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (1066, "one thousand and sixty six"),
        (1805, "eighteen oh five"),
        (1850, "eighteen fifty"),
        (1900, "nineteen hundred"),
        (2000, "two thousand"),
        (2007, "two thousand and seven"),
        (2026, "twenty twenty six"),
    ],
)
def test_years_are_said_in_pairs_where_people_do(number: int, words: str) -> None:
    assert year(number) == words


def test_figures_one_by_one() -> None:
    assert digits("20-7", "oh") == "two oh seven"


@given(st.integers(1, 3999))
def test_roman_numerals_come_back(number: int) -> None:
    assert roman(to_roman(number)) == number


def test_what_only_looks_like_a_roman_numeral_has_no_value() -> None:
    assert [roman(text) for text in ("IIII", "VX", "MIX", "LID", "")] == [0, 0, 1009, 0, 0]


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
