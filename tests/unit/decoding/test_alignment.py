from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from asr_app.decoding.alignment import InfeasibleAlignmentError, TokenSpan, forced_align
from tests.unit.decoding.brute_force import LogProbs, Tokens, collapse, random_ctc, spoken_ctc


def as_path(spans: list[TokenSpan], frames: int, blank: int) -> Tokens:
    path = [blank] * frames
    for span in spans:
        path[span.start_frame : span.end_frame] = [span.token] * (span.end_frame - span.start_frame)
    return tuple(path)


def path_score(log_probs: LogProbs, path: Tokens) -> float:
    return float(log_probs[np.arange(len(path)), list(path)].sum(dtype=np.float64))


@settings(deadline=None)
@given(seed=st.integers(0, 10_000), frames=st.integers(1, 5), tokens=st.lists(st.integers(0, 2), max_size=4))
def test_is_the_best_of_all_alignments(seed: int, frames: int, tokens: list[int]) -> None:
    log_probs = random_ctc(seed, frames, 3)
    paths = [
        path for path in itertools.product(range(4), repeat=frames) if collapse(path, 3) == tuple(tokens)
    ]
    if not paths:
        with pytest.raises(InfeasibleAlignmentError):
            forced_align(log_probs, tokens)
        return

    spans = forced_align(log_probs, tokens)

    path = as_path(spans, frames, 3)
    assert [span.token for span in spans] == tokens
    assert collapse(path, 3) == tuple(tokens)
    assert path_score(log_probs, path) == pytest.approx(max(path_score(log_probs, one) for one in paths))
    for span in spans:
        own = log_probs[span.start_frame : span.end_frame, span.token]
        assert span.score == pytest.approx(float(own.mean()), abs=1e-5)


@settings(deadline=None)
@given(
    seed=st.integers(0, 10_000),
    frames=st.integers(1, 60),
    tokens=st.lists(st.integers(0, 5), min_size=1, max_size=30),
    sharpness=st.sampled_from([0.5, 2.0, 8.0]),
)
def test_equals_torchaudio(seed: int, frames: int, tokens: list[int], sharpness: float) -> None:
    functional = pytest.importorskip("torchaudio.functional")
    log_probs = random_ctc(seed, frames, 6, sharpness)
    repeats = sum(left == right for left, right in itertools.pairwise(tokens))
    if len(tokens) + repeats > frames:
        with pytest.raises(InfeasibleAlignmentError):
            forced_align(log_probs, tokens)
        return

    spans = forced_align(log_probs, tokens)

    paths, _ = functional.forced_align(torch.from_numpy(log_probs)[None], torch.tensor([tokens]), blank=6)
    theirs = tuple(paths[0].tolist())
    ours = as_path(spans, frames, 6)
    # torchaudio adds up float32: where two alignments are as good, either will do.
    if ours != theirs:
        assert path_score(log_probs, ours) == pytest.approx(path_score(log_probs, theirs), abs=1e-4)
        assert path_score(log_probs, ours) >= path_score(log_probs, theirs) - 1e-9


def test_tokens_are_where_they_are_spoken() -> None:
    log_probs = spoken_ctc((4, 4, 2), 5, blanks_between=3)
    spans = forced_align(log_probs, (4, 4, 2))
    assert [(span.token, span.start_frame, span.end_frame) for span in spans] == [
        (4, 3, 4),
        (4, 7, 8),
        (2, 11, 12),
    ]
    assert spans[0].score == pytest.approx(np.log(0.98), abs=1e-4)


def test_no_tokens_need_no_frames() -> None:
    assert forced_align(random_ctc(0, 3, 2), ()) == []
    assert forced_align(np.zeros((0, 3), dtype=np.float32), ()) == []


@pytest.mark.parametrize(
    ("tokens", "frames"), [((0, 1, 0), 2), ((0, 0), 2), ((1, 1, 1), 4), ((0,), 0), ((0, 0, 1, 1), 5)]
)
def test_too_few_frames_are_an_error_that_says_so(tokens: Tokens, frames: int) -> None:
    with pytest.raises(InfeasibleAlignmentError, match=f"do not fit into {frames} frames"):
        forced_align(random_ctc(0, frames, 2), tokens)
    assert issubclass(InfeasibleAlignmentError, ValueError)


def test_just_enough_frames_are_enough() -> None:
    spans = forced_align(random_ctc(0, 6, 2), (0, 0, 1, 1))
    assert [(span.start_frame, span.end_frame) for span in spans] == [(0, 1), (2, 3), (3, 4), (5, 6)]


def test_an_impossible_alignment_is_an_error() -> None:
    log_probs = np.full((4, 3), -np.inf, dtype=np.float32)
    log_probs[:, 2] = 0.0
    with pytest.raises(InfeasibleAlignmentError, match="probability zero"):
        forced_align(log_probs, (0,))
