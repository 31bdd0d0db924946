from __future__ import annotations

import itertools

import pytest

from asr_app.punctuation.tagger import Capitals
from asr_app.training.punctuation.sentences import made_up_sentences
from asr_app.training.punctuation.text import UNCERTAIN, PrintedWord, printed_words

KNOWN = frozenset(("'tis", "don't", "dogs'", "well", "go", "i'm", "smith's"))


def shown(words: list[PrintedWord]) -> str:
    """Words with their marks and capitals; `^` where something begins."""
    written = {Capitals.LOWER: str.lower, Capitals.CAPITAL: str.capitalize, Capitals.UPPER: str.upper}
    return " ".join(
        ("^" if word.starts else "") + written[word.capitals](word.text) + word.mark for word in words
    )


@pytest.mark.parametrize(
    ("printed", "wanted"),
    [
        ("He came, and I'm glad. Are you?", "^He came, and I'm glad. ^Are you?"),
        ("Stop! he cried: Go.", "^Stop! ^he cried: ^Go."),
        # Quotation marks are not said; what they open begins.
        ('"Well," he said, "go now."', "^Well, he said, ^go now."),
        ("'Well,' he said. ''Tis the dogs' bone.'", "^Well, he said. ^'tis the dogs' bone."),
        # Few write a semicolon today.
        ("It rained; but he went; nobody saw him.", "^It rained, but he went. ^nobody saw him."),
        # A dash may stand for anything.
        ("He went - I think -- home.", f"^He went{UNCERTAIN} I think{UNCERTAIN} home."),
        ("Well... perhaps. I see ... Go.", f"^Well{UNCERTAIN} perhaps. ^I see. ^Go."),
        # As the recogniser spells it, with the capitals of the print.
        (
            "Mr. Brown and St. John met Dr. Smith's dog.",
            "^Mister Brown and Saint John met Doctor Smith's dog.",
        ),
        ("It was 7:30, on page 25!", "^It was seven thirty, on page twenty five!"),
        ("The well-known NATO café (closed).", "^The well known NATO cafe closed."),
        # A date is written by its form, commas and all.
        ("On March 3rd, 1842, he came.", "^On March third eighteen forty two, he came."),
        ("the 3rd of March, 1842", "^the third of March eighteen forty two"),
        ("One, two, three.", "^One, two, three."),
        ("Are they free ?", "^Are they free?"),
        ("* * *", ""),
    ],
)
def test_a_paragraph_becomes_words_with_marks_and_capitals(printed: str, wanted: str) -> None:
    assert shown(printed_words(printed, KNOWN)) == wanted


def test_made_up_sentences_have_no_mark_inside_a_form() -> None:
    sentences = list(made_up_sentences(400, seed=1))
    assert sentences == list(made_up_sentences(400, seed=1))
    said = [shown(words) for words in sentences]
    assert any("dot com" in text for text in said)
    numbers = ("twenty", "thirty", "forty", "oh", "dot")
    for words in sentences:
        for word, following in itertools.pairwise(words):
            assert not (word.mark and following.text in numbers), shown(words)
