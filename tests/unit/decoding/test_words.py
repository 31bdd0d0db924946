from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asr_app.decoding.words import WordSpan, align_words
from tests.unit.decoding.brute_force import random_ctc, spoken_ctc


def test_a_word_lasts_from_its_first_to_its_last_token() -> None:
    log_probs = spoken_ctc((1, 0, 2), 3, blanks_between=2)  # on frames 2, 5 and 8
    words = align_words(log_probs, (1, 0, 2), [("one", 0, 2), ("two", 2, 3)])
    assert [(word.text, word.start_frame, word.end_frame) for word in words] == [("one", 2, 6), ("two", 8, 9)]
    assert all(0.95 < word.confidence <= 1.0 for word in words)


def test_no_tokens_no_words() -> None:
    assert align_words(spoken_ctc((), 3), (), []) == []


def test_words_that_do_not_fit_are_spread_evenly() -> None:
    words = align_words(random_ctc(0, 4, 2), (0, 0, 1, 1), [("a", 0, 2), ("b", 2, 4)])
    assert [(word.start_frame, word.end_frame) for word in words] == [(0, 2), (2, 4)]


@settings(deadline=None)
@given(
    seed=st.integers(0, 10_000), frames=st.integers(1, 12), tokens=st.lists(st.integers(0, 2), max_size=20)
)
def test_words_stay_in_order_and_inside_the_utterance(seed: int, frames: int, tokens: list[int]) -> None:
    groups = [(f"word{start}", start, min(start + 2, len(tokens))) for start in range(0, len(tokens), 2)]
    words = align_words(random_ctc(seed, frames, 3), tokens, groups)
    assert [word.text for word in words] == [text for text, _, _ in groups]
    for word in words:
        assert 0 <= word.start_frame < word.end_frame <= frames
        assert 0.0 <= word.confidence <= 1.0
    starts = [word.start_frame for word in words]
    assert starts == sorted(starts)
    if len(tokens) <= frames:
        assert all(left.end_frame <= right.start_frame for left, right in pairs(words))


def pairs(words: list[WordSpan]) -> list[tuple[WordSpan, WordSpan]]:
    return list(itertools.pairwise(words))


def test_a_group_without_tokens_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one token"):
        align_words(spoken_ctc((1,), 3), (1,), [("", 1, 1)])
