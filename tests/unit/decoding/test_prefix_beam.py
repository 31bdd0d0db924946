from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asr_app.decoding.ctc_score import ctc_log_prob
from asr_app.decoding.prefix_beam import ctc_prefix_beam
from tests.unit.decoding.brute_force import ctc_table, random_ctc, silent_ctc, spoken_ctc

EVERYTHING = 1000


@settings(deadline=None)
@given(seed=st.integers(0, 10_000), frames=st.integers(1, 5), vocabulary=st.integers(1, 3))
def test_full_width_gives_every_string_its_exact_probability(seed: int, frames: int, vocabulary: int) -> None:
    log_probs = random_ctc(seed, frames, vocabulary)
    table = ctc_table(log_probs)

    found = ctc_prefix_beam(log_probs, beam=EVERYTHING, token_threshold=0.0)

    assert {one.tokens: one.score for one in found} == pytest.approx(table, abs=1e-6)
    assert len(found) == len(table)
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
    assert np.logaddexp.reduce([one.score for one in found]) == pytest.approx(0.0, abs=1e-5)


@settings(deadline=None)
@given(seed=st.integers(0, 10_000), beam=st.integers(1, 6))
def test_a_narrow_beam_never_claims_more_than_is_true(seed: int, beam: int) -> None:
    log_probs = random_ctc(seed, 12, 4)

    found = ctc_prefix_beam(log_probs, beam=beam, token_threshold=0.0)

    assert 1 <= len(found) <= beam
    assert len({one.tokens for one in found}) == len(found)
    for one in found:
        assert one.score <= ctc_log_prob(log_probs, one.tokens) + 1e-6


def test_a_prefix_that_comes_back_after_leaving_the_beam_is_one_prefix() -> None:
    # Rare: here a prefix leaves and returns while its own continuation stays.
    found = ctc_prefix_beam(random_ctc(seed=12, frames=40, vocabulary=2), beam=3, token_threshold=0.0)
    assert len({one.tokens for one in found}) == len(found) == 3


def test_sums_alignments_where_greedy_takes_one() -> None:
    # The example of Hannun 2017 ("Sequence modeling with CTC"): two frames of 0.4 token and 0.6 blank.
    log_probs = np.log(np.array([[0.4, 0.6], [0.4, 0.6]], dtype=np.float32))

    best = ctc_prefix_beam(log_probs, beam=4)[0]

    assert best.tokens == (0,)
    assert np.exp(best.score) == pytest.approx(0.64)


def test_unlikely_tokens_are_not_tried() -> None:
    log_probs = spoken_ctc((2, 0), 3, certainty=0.97)  # 0.01 for each other symbol

    assert len(ctc_prefix_beam(log_probs, beam=EVERYTHING, token_threshold=0.0)) > 100
    found = ctc_prefix_beam(log_probs, beam=EVERYTHING, token_threshold=0.02)
    assert {one.tokens for one in found} == {(), (2,), (0,), (2, 0)}


def test_n_best_are_the_first_of_all() -> None:
    log_probs = random_ctc(1, 10, 3)
    assert ctc_prefix_beam(log_probs, beam=9, n_best=4) == ctc_prefix_beam(log_probs, beam=9)[:4]


def test_impossible_frames_do_not_make_it_stumble() -> None:
    log_probs = np.array([[0.0, -np.inf], [-np.inf, 0.0], [0.0, -np.inf]], dtype=np.float32)
    assert [one.tokens for one in ctc_prefix_beam(log_probs, beam=4)] == [(0, 0)]


def test_silence_is_empty() -> None:
    best = ctc_prefix_beam(silent_ctc(60, 5), beam=8)[0]
    assert best.tokens == ()
    assert ctc_prefix_beam(np.zeros((0, 6), dtype=np.float32))[0].tokens == ()


@pytest.mark.parametrize(("beam", "n_best"), [(0, None), (4, 0)])
def test_refuses_an_empty_beam(beam: int, n_best: int | None) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        ctc_prefix_beam(silent_ctc(3, 2), beam=beam, n_best=n_best)
