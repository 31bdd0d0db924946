"""Finding the weights of which a loss is least, one weight after the other."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from asr_app.decoding.lexicon_weights import LexiconWeights, RescoringWeights

Weights = TypeVar("Weights", LexiconWeights, RescoringWeights)

_MOST_ROUNDS = 4


def coordinate_search(
    start: Weights,
    grid: Mapping[str, Sequence[float]],
    loss: Callable[[Weights], float],
    on_better: Callable[[Weights, float], None] = lambda weights, value: None,
) -> Weights:
    """Minimise a loss, one weight after the other, until a round over all of them changes nothing.

    Args:
        start: Where to begin; stays when nothing on the grid is better.
        grid: Values to try for each weight.
        loss: Is asked once for each choice of weights.
        on_better: Told each improvement.
    """
    best, asked = start, {start: loss(start)}
    for _ in range(_MOST_ROUNDS):
        before = best
        for name, values in grid.items():
            for value in values:
                tried = dataclasses.replace(best, **_change(name, value))
                if tried not in asked:
                    asked[tried] = loss(tried)
                if asked[tried] < asked[best]:
                    best = tried
                    on_better(best, asked[best])
        if best == before:
            break
    return best


def hill_climb(
    start: Weights,
    grid: Mapping[str, Sequence[float]],
    loss: Callable[[Weights], float],
    most: int,
    on_better: Callable[[Weights, float], None] = lambda weights, value: None,
) -> Weights:
    """Minimise a loss that is dear to ask: step by step along the grid, as long as it falls.

    Args:
        start: Where to begin; values that are not on the grid lie between two that are.
        grid: Values of each weight, rising.
        loss: Is asked `most` times at most, once for each choice of weights.
        most: See there.
        on_better: Told the first loss and each improvement.
    """
    best, asked = start, {start: loss(start)}
    on_better(best, asked[best])
    before = None
    while before != best:
        before = best
        for name, values in grid.items():
            for up in (True, False):
                while (value := _next(values, getattr(best, name), up)) is not None:
                    tried = dataclasses.replace(best, **_change(name, value))
                    if tried not in asked:
                        if len(asked) >= most:
                            return best
                        asked[tried] = loss(tried)
                    if asked[tried] >= asked[best]:
                        break
                    best = tried
                    on_better(best, asked[best])
    return best


def _next(values: Sequence[float], value: float, up: bool) -> float | None:
    further = [other for other in values if (other > value if up else other < value)]
    return (min(further) if up else max(further)) if further else None


def _change(name: str, value: float) -> dict[str, Any]:
    return {name: value}
