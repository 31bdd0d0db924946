from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asr_app.formatting.spoken_numbers import cardinal, digits, ordinal, roman, to_roman, year


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
        (1005, "one thousand and five"),
        (1066, "ten sixty six"),
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
