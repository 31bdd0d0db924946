"""A language one learns in no time, for the tests of training and bundle."""

from __future__ import annotations

import numpy as np

from asr_app.punctuation.tagger import MARKS
from asr_app.training.punctuation.data import PARTS, Labelled, PunctuationData

WORDS = ["anna", "came", "come", "do", "so", "then", "you"]
SENTENCES = [["so", "anna", "came"], ["do", "you", "come"], ["then", "you", "came"]]


def small_data(seed: int = 0, sentences: int = 300) -> PunctuationData:
    """Sentences that end with a question mark when they begin with "do"; Anna has a capital."""
    chance = np.random.default_rng(seed)
    words: list[int] = []
    marks: list[int] = []
    for number in chance.integers(len(SENTENCES), size=sentences):
        said = SENTENCES[number]
        words += [WORDS.index(word) for word in said]
        marks += [0, 0, MARKS.index("?" if said[0] == "do" else ".")]
    text = Labelled(
        np.array(words, np.int32),
        np.array(marks, np.uint8),
        (np.array(words) == WORDS.index("anna")).astype(np.uint8),
        np.arange(0, len(words), 3, dtype=np.int32),
    )
    # The pieces of a word are its letters, from 1 on.
    pieces = [ord(letter) - 96 for word in WORDS for letter in word]
    ends = np.cumsum([len(word) for word in WORDS])
    return PunctuationData(WORDS, np.array(pieces, np.int16), ends, dict.fromkeys(PARTS, text))


def spell(word: str) -> list[int]:
    """Letters as pieces."""
    return [ord(letter) - 96 for letter in word if letter.isalpha()]


PIECES = 27
