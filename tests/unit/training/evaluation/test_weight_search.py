from __future__ import annotations

import jiwer
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from asr_app.decoding.lexicon_search import LexiconWeights, RescoringWeights
from asr_app.decoding.rescoring import FEATURES
from asr_app.training.evaluation.weight_search import (
    RESCORING_GRID,
    Score,
    Scored,
    coordinate_search,
    mean_rate,
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


def test_coordinate_search_finds_the_best_of_the_grid_and_asks_for_no_weights_twice() -> None:
    asked: list[LexiconWeights] = []

    def loss(weights: LexiconWeights) -> float:
        asked.append(weights)
        return (weights.language_model - 1.4) ** 2 + (weights.word_score - weights.language_model + 1.0) ** 2

    grid = {"language_model": (0.6, 1.0, 1.4, 1.8), "word_score": (-0.4, 0.0, 0.4, 0.8)}
    best = coordinate_search(LexiconWeights(0.6, 0.8), grid, loss)
    assert (best.language_model, best.word_score) == (1.4, 0.4)
    assert len(set(asked)) == len(asked)


def test_weights_nothing_improves_on_stay() -> None:
    start = LexiconWeights(1.1, -0.3)
    assert coordinate_search(
        start, {"language_model": (0.5, 2.0)}, lambda w: abs(w.language_model - 1.1)
    ) is (start)


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
