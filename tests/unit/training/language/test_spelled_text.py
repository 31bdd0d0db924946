from __future__ import annotations

import itertools
import random
import re
from collections import Counter
from collections.abc import Callable

import pytest

from asr_app.training.language import spelled_text
from asr_app.training.language.spelled_text import spelled_sentences

WORDS = ["margaret", "o'brien", "york"]


def test_the_same_seed_makes_the_same_sentences() -> None:
    first, again = (list(spelled_sentences(50, 3, WORDS)) for _ in range(2))
    assert first == again != list(spelled_sentences(50, 4, WORDS))
    assert len(first) == 50


def test_sentences_are_spoken_words_alone() -> None:
    sentences = list(spelled_sentences(2000, 0, WORDS))
    assert all(sentences)
    assert all(re.fullmatch(r"[a-z']+", word) for words in sentences for word in words)


def test_letters_follow_letters_and_every_letter_and_figure_comes() -> None:
    pairs = Counter(pair for words in spelled_sentences(2000, 0, WORDS) for pair in itertools.pairwise(words))
    assert pairs["y", "o"] > 50 and pairs["o", "r"] > 50
    said = {word for pair in pairs for word in pair}
    assert set("abcdefghijklmnopqrstuvwxyz") <= said
    assert {"zero", "oh", "seven", "january", "o'clock", "dollars", "double", "third"} <= said


@pytest.mark.parametrize(
    ("maker", "pattern"),
    [
        (spelled_text.date, r"(the )?[a-z ]+"),
        (spelled_text.clock_time, r".*(o'clock|past|to|[ap] m|\w+).*"),
        (spelled_text.amount, r".+ (dollars|pounds|euros).*"),
        (spelled_text.phone_number, r"((double )?[a-z]+ ?){6,11}"),
    ],
)
def test_each_kind_is_what_it_says(maker: Callable[[random.Random], str], pattern: str) -> None:
    chance = random.Random(1)
    for _ in range(200):
        assert re.fullmatch(pattern, maker(chance))
