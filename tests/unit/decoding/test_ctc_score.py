from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from asr_app.decoding.ctc_score import CtcPrefixScorer, ctc_log_prob, ctc_log_probs_of
from tests.unit.decoding.brute_force import Tokens, ctc_table, log_sum, random_ctc, strings


def prefix_sum(table: dict[Tokens, float], prefix: Tokens) -> float:
    return log_sum([score for tokens, score in table.items() if tokens[: len(prefix)] == prefix])


@settings(deadline=None)
@given(seed=st.integers(0, 10_000), frames=st.integers(1, 5), vocabulary=st.integers(1, 3))
def test_scores_of_all_continuations_are_the_sums_over_all_strings(
    seed: int, frames: int, vocabulary: int
) -> None:
    log_probs = random_ctc(seed, frames, vocabulary)
    table = ctc_table(log_probs)
    scorer = CtcPrefixScorer(log_probs)
    prefixes = scorer.start()
    spelled: list[Tokens] = [()]
    for _ in range(frames + 1):
        scores = scorer.score(prefixes)
        assert scores.shape == (len(spelled), vocabulary + 1)
        for row, tokens in enumerate(spelled):
            for token in range(vocabulary):
                expected = prefix_sum(table, (*tokens, token))
                assert scores[row, token] == pytest.approx(expected, abs=1e-6)
            assert scores[row, -1] == pytest.approx(table.get(tokens, -np.inf), abs=1e-6)
        # All prefixes one token longer, as a beam of full width would keep.
        rows, appended = np.divmod(np.arange(len(spelled) * vocabulary), vocabulary)
        prefixes = scorer.extend(prefixes, rows, appended)
        spelled = [(*spelled[row], token) for row, token in zip(rows, appended.tolist(), strict=True)]


@settings(deadline=None)
@given(seed=st.integers(0, 10_000), frames=st.integers(1, 5), vocabulary=st.integers(1, 3))
def test_whole_strings_get_their_exact_probability(seed: int, frames: int, vocabulary: int) -> None:
    log_probs = random_ctc(seed, frames, vocabulary)
    table = ctc_table(log_probs)
    for tokens in strings(vocabulary, min(frames + 1, 4)):
        assert ctc_log_prob(log_probs, tokens) == pytest.approx(table.get(tokens, -np.inf), abs=1e-6)


@pytest.mark.parametrize("sharpness", [1.0, 4.0, 12.0])
def test_equals_the_loss_of_torch_on_a_long_utterance(sharpness: float) -> None:
    log_probs = random_ctc(3, 400, 50, sharpness)
    tokens = np.random.default_rng(4).integers(0, 50, size=120)
    loss = torch.nn.functional.ctc_loss(
        torch.from_numpy(log_probs).double()[:, None],
        torch.from_numpy(tokens)[None],
        torch.tensor([400]),
        torch.tensor([120]),
        blank=50,
        reduction="sum",
    )
    assert ctc_log_prob(log_probs, tokens.tolist()) == pytest.approx(-float(loss), rel=1e-9)


def test_zero_probabilities_stay_far_below_everything_else() -> None:
    log_probs = np.full((6, 3), -np.inf, dtype=np.float32)
    log_probs[:, 2] = 0.0
    log_probs[3] = [0.0, -np.inf, -np.inf]
    assert ctc_log_prob(log_probs, (0,)) == pytest.approx(0.0)
    assert ctc_log_prob(log_probs, (1,)) < -900
    assert ctc_log_prob(log_probs, ()) < -900


@settings(deadline=None)
@given(seed=st.integers(0, 10_000), frames=st.integers(0, 5), vocabulary=st.integers(1, 3))
def test_many_strings_at_once_have_the_sums_over_their_alignments(
    seed: int, frames: int, vocabulary: int
) -> None:
    log_probs = random_ctc(seed, frames, vocabulary)
    table = ctc_table(log_probs)
    # One token more than there are frames: impossible ones too.
    listed = list(strings(vocabulary, frames + 1))
    found = ctc_log_probs_of(log_probs, listed)
    assert found == pytest.approx([table.get(tokens, -np.inf) for tokens in listed], abs=1e-5)


def test_no_strings_have_no_scores() -> None:
    assert ctc_log_probs_of(random_ctc(0, 4, 2), []) == []
