from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asr_app.formatting.cases import fold, utterances_of
from asr_app.formatting.formatter import FormatOptions, Formatter
from asr_app.formatting.spoken import cardinal, ordinal, spoken, year

DIGITS = Formatter(FormatOptions(capitals=False, digits_from=0))


def written(said: str) -> str:
    return fold(DIGITS, utterances_of(said))


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 10**12 - 1))
def test_every_cardinal_comes_back_as_the_same_number(value: int) -> None:
    # Round ones stay words or keep a scale's name: "two million".
    found = written(f"{cardinal(value)} things").removesuffix(" things").replace(",", "")
    for name, zeros in (("trillion", 12), ("billion", 9), ("million", 6)):
        found = re.sub(rf" {name}$", "0" * zeros, found)
    assert found == str(value) or found == cardinal(value)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 10**6))
def test_every_ordinal_comes_back_with_its_ending(value: int) -> None:
    teens = value % 100 in (11, 12, 13)
    ending = "th" if teens else {1: "st", 2: "nd", 3: "rd"}.get(value % 10, "th")
    assert written(f"the {ordinal(value)} time") == f"the {value}{ending} time"


def test_every_year_comes_back() -> None:
    years = range(1500, 2100)
    back = [written(f"in {year(value)} it was") for value in years]
    assert back == [f"in {value} it was" for value in years]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1850", "eighteen fifty"),
        ("1900", "nineteen hundred"),
        ("2000", "two thousand"),
        ("1,850 men", "one thousand eight hundred fifty men"),
        ("the 1850s", "the eighteen fifties"),
        ("£1.01", "one pound and one penny"),
        ("007", "zero zero seven"),
        ("3:00", "three o'clock"),
        ("Q & A", "Q and A"),
        ("2500 men", "two thousand five hundred men"),
        ("Mr. Smith saw Mrs Jones and Dr. Brown", "mister Smith saw missus Jones and doctor Brown"),
        ("no digits here.", "no digits here."),
        ("1" * 16, " ".join(["one"] * 16)),
    ],
)
def test_some_that_are_easily_said_wrong(text: str, said: str) -> None:
    assert spoken(text) == said


@settings(max_examples=80, deadline=None)
@given(st.text(alphabet="0123456789 ,.:$£%-+@/aptm", max_size=20))
def test_no_digit_is_left(text: str) -> None:
    assert not re.search(r"\d", spoken(text))
