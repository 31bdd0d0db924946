from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from asr_app.decoding.greedy import ctc_greedy
from tests.unit.decoding.brute_force import collapse, random_ctc, silent_ctc, spoken_ctc


@given(seed=st.integers(0, 10_000), frames=st.integers(1, 5), vocabulary=st.integers(1, 3))
def test_is_the_best_single_alignment(seed: int, frames: int, vocabulary: int) -> None:
    log_probs = random_ctc(seed, frames, vocabulary)
    paths = itertools.product(range(vocabulary + 1), repeat=frames)
    scores = {path: log_probs[np.arange(frames), list(path)].sum() for path in paths}
    best = max(scores, key=lambda path: scores[path])

    found = ctc_greedy(log_probs)

    assert found.tokens == collapse(best, vocabulary)
    assert found.score == found.ctc_score == pytest.approx(scores[best], abs=1e-5)
    assert found.attention_score is None


def test_a_blank_keeps_equal_tokens_apart() -> None:
    assert ctc_greedy(spoken_ctc((1, 1, 0), 3)).tokens == (1, 1, 0)
    assert ctc_greedy(spoken_ctc((1, 1, 0), 3, blanks_between=0)).tokens == (1, 0)


def test_silence_and_no_sound_at_all_are_empty() -> None:
    assert ctc_greedy(silent_ctc(50, 3)).tokens == ()
    assert ctc_greedy(np.zeros((0, 4), dtype=np.float32)).tokens == ()
