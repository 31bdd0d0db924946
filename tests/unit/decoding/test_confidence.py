from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asr_app.decoding.alignment import forced_align
from asr_app.decoding.confidence import token_confidences, word_confidence
from asr_app.decoding.greedy import ctc_greedy
from tests.unit.decoding.brute_force import random_ctc, spoken_ctc


@settings(deadline=None)
@given(
    seed=st.integers(0, 10_000), frames=st.integers(1, 40), sharpness=st.sampled_from([0.0, 1.0, 5.0, 50.0])
)
def test_lies_between_0_and_1(seed: int, frames: int, sharpness: float) -> None:
    log_probs = random_ctc(seed, frames, 4, sharpness)
    tokens = ctc_greedy(log_probs).tokens
    confidences = token_confidences(log_probs, forced_align(log_probs, tokens))
    assert len(confidences) == len(tokens)
    assert all(0.0 <= one <= 1.0 for one in confidences)
    if confidences:
        assert 0.0 <= word_confidence(confidences) <= min(confidences)


@given(surer=st.floats(0.5, 0.999), doubt=st.floats(0.01, 0.2))
def test_grows_with_what_ctc_believes(surer: float, doubt: float) -> None:
    def confidence(certainty: float) -> float:
        log_probs = spoken_ctc((1, 0), 3, certainty=certainty)
        return token_confidences(log_probs, forced_align(log_probs, (1, 0)))[0]

    assert confidence(surer) > confidence(surer - doubt)


def test_doubt_about_one_token_is_not_doubt_about_its_neighbours() -> None:
    log_probs = spoken_ctc((1, 0, 2), 4, certainty=0.99)
    log_probs[3] = np.log([0.4, 0.02, 0.02, 0.36, 0.2])
    sure, unsure, also_sure = token_confidences(log_probs, forced_align(log_probs, (1, 0, 2)))
    assert unsure < 0.45
    assert min(sure, also_sure) > 0.98


def test_a_token_is_as_sure_as_its_surest_frame() -> None:
    log_probs = np.log(np.array([[0.01, 0.99], [0.6, 0.4], [0.9, 0.1], [0.01, 0.99]], dtype=np.float32))
    spans = forced_align(log_probs, (0,))
    assert (spans[0].start_frame, spans[0].end_frame) == (1, 3)
    assert token_confidences(log_probs, spans) == pytest.approx([0.9])


def test_rounding_never_makes_more_than_certainty() -> None:
    log_probs = np.array([[1e-6, -20.0]], dtype=np.float32)
    assert token_confidences(log_probs, forced_align(log_probs, (0,))) == [1.0]


def test_a_token_nobody_said_has_little() -> None:
    log_probs = spoken_ctc((1, 0), 3, certainty=0.99)
    assert token_confidences(log_probs, forced_align(log_probs, (1, 2, 0)))[1] < 0.02


def test_a_word_is_right_when_all_its_tokens_are() -> None:
    assert word_confidence([0.5, 0.5, 0.5]) == pytest.approx(0.125)
    assert word_confidence([1.0, 0.25]) == pytest.approx(0.25)
    assert word_confidence([0.9, 0.0]) == 0.0
    with pytest.raises(ValueError, match="at least one token"):
        word_confidence([])
