from __future__ import annotations

import jiwer
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from asr_app.decoding.lexicon_weights import RescoringWeights
from asr_app.decoding.rescoring import FEATURES
from asr_app.training.evaluation.posteriors import Posteriors
from asr_app.training.evaluation.weight_search import (
    RESCORING_GRID,
    Score,
    Scored,
    mean_rate,
    mean_shares,
    oracle,
    rescored,
    tune_rescoring,
    word_errors,
)

SENTENCES = st.lists(st.sampled_from(["a", "b", "c"]), max_size=7)


@given(SENTENCES.filter(bool), SENTENCES)
def test_errors_are_counted_as_for_the_error_rate(said: list[str], heard: list[str]) -> None:
    reference, hypothesis = " ".join(said), " ".join(heard)
    assert word_errors(reference, hypothesis) == round(jiwer.wer(reference, hypothesis) * len(said))


def test_each_set_counts_the_same() -> None:
    assert mean_rate({"long": Score(10, 100), "short": Score(1, 2)}) == pytest.approx(0.3)


def test_shares_are_means_of_posteriors_with_all_sets_alike() -> None:
    def said(probs: list[list[float]]) -> Posteriors:
        nothing = np.zeros((0, 1), np.float32)
        return Posteriors("", "", 1.0, nothing, nothing, np.log(np.array(probs, np.float32)))

    sets = {"long": [said([[0.9, 0.1]] * 3), said([[0.5, 0.5]])], "short": [said([[0.2, 0.8]])]}
    assert mean_shares(sets) == pytest.approx((0.5, 0.5))


@pytest.fixture
def sets() -> dict[str, list[Scored]]:
    """Recordings whose subword score tells right from wrong, where the other scores mislead."""
    random = np.random.default_rng(0)
    recordings = []
    for _ in range(20):
        errors = random.permutation(8)
        features = np.zeros((8, len(FEATURES)))
        features[:, FEATURES.index("phones")] = errors + random.normal(size=8)
        features[:, FEATURES.index("subwords")] = -5.0 * errors
        recordings.append(Scored(features, errors, words=8))
    return {"made": recordings}


def test_tuning_finds_the_score_that_tells_right_from_wrong(sets: dict[str, list[Scored]]) -> None:
    start = RescoringWeights(candidates=8, subwords=0.0)
    tuned = tune_rescoring(sets, start, with_attention=True)
    assert rescored(sets, start)["made"].errors > 20
    assert rescored(sets, tuned)["made"].errors == oracle(sets)["made"].errors == 0
    assert tuned.subwords > 0
    assert tuned.attention == 0, "what adds nothing is left out"


def test_only_the_first_candidates_are_looked_at(sets: dict[str, list[Scored]]) -> None:
    firsts = sum(int(recording.errors[0]) for recording in sets["made"])
    assert rescored(sets, RescoringWeights(candidates=1, subwords=1.0))["made"].errors == firsts


def test_every_factor_but_one_is_searched_as_only_their_ratios_count() -> None:
    assert {"phones", *RESCORING_GRID} == set(FEATURES)
