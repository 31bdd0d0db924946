from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from asr_app.decoding.guards import AttentionWatch, Guards, Limits
from tests.unit.decoding.brute_force import random_ctc, silent_ctc, spoken_ctc


def looking_at(*peaks: int, frames: int = 20) -> NDArray[np.float32]:
    """Attention (rows, frames) with all weight on one frame per row."""
    weights: NDArray[np.float32] = np.eye(frames, dtype=np.float32)[list(peaks)]
    return weights


# -- length -------------------------------------------------------------------------------------------


def test_length_follows_what_ctc_hears() -> None:
    guards = Guards(max_ratio=2.0, max_slack_tokens=3, min_ratio=0.5, min_slack_tokens=1)
    log_probs = spoken_ctc((0, 1) * 5, 2, blanks_between=4)
    assert guards.limits(len(log_probs), log_probs) == Limits(min_tokens=4, max_tokens=23)


def test_there_are_never_more_tokens_than_frames_allow() -> None:
    assert Guards.off().limits(7) == Limits(0, 7)
    assert Guards.off(max_tokens_per_frame=0.5).limits(7) == Limits(0, 3)
    log_probs = spoken_ctc((0, 1) * 5, 2, blanks_between=0)
    assert Guards().limits(10, log_probs).max_tokens == 10


def test_silence_allows_no_token() -> None:
    assert Guards().limits(100, silent_ctc(100, 2)) == Limits(0, 0)


@given(seed=st.integers(0, 10_000), frames=st.integers(1, 40))
def test_bounds_never_contradict_each_other(seed: int, frames: int) -> None:
    for guards in (Guards(), Guards.off(), Guards(max_tokens_per_frame=0.1, min_ratio=1.0)):
        limits = guards.limits(frames, random_ctc(seed, frames, 3))
        assert 0 <= limits.min_tokens <= limits.max_tokens <= frames


# -- end ----------------------------------------------------------------------------------------------


def test_the_end_must_be_nearly_as_likely_as_the_best_token() -> None:
    guards = Guards(end_threshold=2.0)
    log_probs = np.log(np.array([[0.5, 0.24, 0.26], [0.5, 0.26, 0.24], [0.1, 0.1, 0.8]]))
    assert guards.may_end(3, Limits(0, 9), log_probs).tolist() == [True, False, True]
    assert guards.without_end_threshold().may_end(3, Limits(0, 9), log_probs).all()


def test_nothing_ends_before_the_least_length() -> None:
    log_probs = np.log(np.array([[0.05, 0.95]]))
    assert not Guards().may_end(2, Limits(3, 9), log_probs).any()
    assert Guards().may_end(3, Limits(3, 9), log_probs).all()


# -- loops --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tokens", "forbidden"),
    [
        ([1, 1], []),
        ([1, 1, 1], [1]),
        ([0, 1, 1, 1], [1]),
        ([1, 1, 1, 0], []),
        ([0, 1, 0, 1, 0], []),
        ([0, 1, 0, 1, 0, 1, 0], [1]),
        ([2, 0, 1, 0, 1, 0, 1, 0], [1]),
        ([0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1], []),  # three tokens: longer than what is looked for
    ],
)
def test_the_same_tokens_may_not_follow_one_another_for_ever(tokens: list[int], forbidden: list[int]) -> None:
    guards = Guards(max_repeats=3, longest_loop_tokens=2)
    scores = np.zeros((1, 4))
    guards.forbid_loops(scores, np.array([tokens]))
    assert np.flatnonzero(scores[0] == -np.inf).tolist() == forbidden


def test_each_row_has_its_own_loops() -> None:
    scores = np.zeros((3, 4))
    Guards(max_repeats=2).forbid_loops(scores, np.array([[0, 3, 3], [1, 2, 2], [1, 2, 3]]))
    assert np.argwhere(scores == -np.inf).tolist() == [[0, 3], [1, 2]]


# -- attention ----------------------------------------------------------------------------------------


def test_attention_may_not_fall_back_or_jump_ahead() -> None:
    watch = AttentionWatch(Guards(max_backward_frames=2, max_forward_frames=5), 20, None)
    assert not watch.look(looking_at(9)).any()  # speech may start anywhere
    watch.select(np.zeros(4, dtype=np.int64))
    assert watch.look(looking_at(7, 6, 14, 15)).tolist() == [False, True, False, True]


def test_falling_back_is_measured_from_the_furthest_frame() -> None:
    watch = AttentionWatch(Guards(max_backward_frames=2), 20, None)
    assert [bool(watch.look(looking_at(peak))[0]) for peak in (5, 9, 7, 6)] == [False, False, False, True]


def test_rows_carry_their_past_when_the_beam_selects() -> None:
    watch = AttentionWatch(Guards(max_backward_frames=2), 20, None)
    watch.look(looking_at(5))
    watch.select(np.array([0, 0]))
    watch.look(looking_at(5, 12))
    watch.select(np.array([1, 0, 1]))
    assert watch.look(looking_at(6, 6, 11)).tolist() == [True, False, False]


def test_leaving_out_spoken_frames_costs_and_silence_does_not() -> None:
    log_probs = spoken_ctc((0, 1), 2, blanks_between=6, certainty=0.9999)  # tokens on frames 6 and 13
    guards = Guards(coverage_weight=1.0, coverage_floor=0.1, coverage_reach_frames=1)

    def penalty(*peaks: int) -> float:
        watch = AttentionWatch(guards, len(log_probs), log_probs)
        for peak in peaks:
            watch.look(looking_at(peak, frames=len(log_probs)))
        return float(watch.penalty()[0])

    assert penalty(6, 13) == pytest.approx(0.0, abs=0.01)
    assert penalty(7, 12) == pytest.approx(0.0, abs=0.01)  # beside the token is near enough
    assert penalty(6) == pytest.approx(math.log(0.1), abs=0.01)
    assert penalty(6, 11) == pytest.approx(math.log(0.1), abs=0.01)
    assert penalty(0) == pytest.approx(2 * math.log(0.1), abs=0.01)


def test_without_ctc_output_or_weight_coverage_costs_nothing() -> None:
    log_probs = spoken_ctc((0,), 2)
    for watch in (
        AttentionWatch(Guards(), 3, None),
        AttentionWatch(dataclasses.replace(Guards(), coverage_weight=0.0), 3, log_probs),
    ):
        assert watch.penalty().tolist() == [0.0]
