from __future__ import annotations

import pytest

from asr_app.decoding.lexicon_weights import LexiconWeights
from asr_app.training.evaluation.climbing import coordinate_search, hill_climb


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


GRID = {"language_model": (0.6, 1.0, 1.4, 1.8), "word_score": (-0.4, 0.0, 0.4, 0.8)}


def valley(weights: LexiconWeights) -> float:
    return (weights.language_model - 1.4) ** 2 + (weights.word_score - weights.language_model + 1.0) ** 2


def test_climbing_goes_step_by_step_to_where_nothing_beside_is_better() -> None:
    told: list[float] = []
    asked: list[LexiconWeights] = []

    def loss(weights: LexiconWeights) -> float:
        asked.append(weights)
        return valley(weights)

    start = LexiconWeights(0.7, 0.8)
    best = hill_climb(start, GRID, loss, most=100, on_better=lambda weights, value: told.append(value))
    assert (best.language_model, best.word_score) == (1.4, 0.4)
    assert told[0] == valley(start) and told == sorted(told, reverse=True)
    assert len(set(asked)) == len(asked) < 12


@pytest.mark.parametrize("most", [1, 2, 5])
def test_climbing_stops_when_it_has_asked_enough(most: int) -> None:
    asked: list[LexiconWeights] = []

    def loss(weights: LexiconWeights) -> float:
        asked.append(weights)
        return valley(weights)

    best = hill_climb(LexiconWeights(0.6, 0.8), GRID, loss, most)
    assert len(asked) == most
    assert valley(best) == min(map(valley, asked))
