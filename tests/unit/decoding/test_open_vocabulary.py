"""Words that nobody lists."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
import pytest

from asr_app.decoding.ctc_score import ctc_log_prob
from asr_app.decoding.lexicon_search import Candidate
from asr_app.decoding.open_vocabulary import (
    OpenVocabulary,
    doubtful_stretches,
    spellings,
    with_unlisted,
)
from tests.unit.decoding.brute_force import LogProbs, spoken_ctc

pytest.importorskip("flashlight.lib.text", reason="flashlight-text is not published for this Python")

LETTERS = "abcdefghijklmnopqrstuvwxyz' "
PHONES = "ptkaiu"  # Each letter stands for a sound of its own.
BASE = Candidate(("pat", "tipik"), tuple(PHONES.index(s) for s in "pattipik"), (3, 8), 0.0, 0.0, -2.0)


def phones(sounds: str) -> LogProbs:
    return spoken_ctc(tuple(PHONES.index(sound) for sound in sounds), len(PHONES))


def letters(text: str) -> LogProbs:
    return spoken_ctc(tuple(LETTERS.index(letter) for letter in text), len(LETTERS))


def decode(tokens: Sequence[int]) -> str:
    return "".join(LETTERS[token] for token in tokens)


def say(word: str) -> list[tuple[int, ...]]:
    return [tuple(PHONES.index(letter) for letter in word)] if set(word) <= set(PHONES) else []


def heard(sounds: str, spelled: str, price: float = 1.0, base: Candidate = BASE) -> list[Candidate]:
    phone_log_probs, ctc_log_probs = phones(sounds), letters(spelled)

    def score(candidates: Sequence[Candidate]) -> list[Candidate]:
        scored = [
            dataclasses.replace(
                one,
                score=ctc_log_prob(phone_log_probs, one.phones)
                + ctc_log_prob(ctc_log_probs, [LETTERS.index(letter) for letter in "".join(one.words)])
                + one.language
                + one.bonus,
            )
            for one in candidates
        ]
        return sorted(scored, key=lambda candidate: -candidate.score)

    def language(words: Sequence[str]) -> float:
        return sum(-1.0 if word in BASE.words else -1.5 * len(word) for word in words)

    return with_unlisted(
        [base], phone_log_probs, ctc_log_probs, decode, OpenVocabulary(say, price), language, score
    )


def test_a_word_whose_sounds_do_not_fit_gives_way_to_what_is_spelled_there() -> None:
    best, *others = heard("pattukak", "pattukak")
    assert best.words == ("pat", "tukak")
    assert best.phones == tuple(PHONES.index(s) for s in "pattukak")
    assert BASE.words in [other.words for other in others]


def test_at_a_high_price_all_stays_as_it_was() -> None:
    assert heard("pattukak", "pattukak", price=1000.0)[0].words == BASE.words


def test_where_the_sounds_fit_nothing_is_tried() -> None:
    assert heard("pattipik", "pattukak") == [BASE]


def test_what_cannot_be_said_is_not_tried() -> None:
    assert heard("pattukak", "patmnopq") == [BASE]


def test_a_stretch_is_where_other_sounds_are_likelier() -> None:
    (worst, *_) = doubtful_stretches(phones("pattukak"), BASE)
    assert (worst.first, worst.last) in {(1, 2), (0, 2)}
    assert worst.doubt > 3.0
    assert doubtful_stretches(phones("pattipik"), BASE) == []
    # More sounds than frames: nothing can be said about where they are.
    assert doubtful_stretches(phones("p")[:1], BASE) == []


def test_only_whole_words_of_letters_are_spellings() -> None:
    assert spellings(letters(" tuka"), decode)[0] == "tuka"
    assert all(" " not in word for word in spellings(letters("tu ka"), decode))
    assert spellings(letters("tu"), decode) == []
    assert spellings(np.zeros((0, len(LETTERS) + 1), np.float32), decode) == []
