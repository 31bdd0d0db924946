"""What every search returns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LogProbs = NDArray[np.float32]
"""CTC output of one utterance: (frames, vocabulary_size + 1), natural logarithm, the blank last."""


@dataclass(frozen=True)
class Hypothesis:
    """One token string and how likely the search holds it to be.

    Attributes:
        tokens: Without blanks and without end-of-sequence; empty when nothing was said.
        score: Natural logarithm; what the search sorted by. Comparable only within one result.
        ctc_score: log P(tokens | sound) of the CTC head, summed over alignments (`ctc_greedy`: of its one
            alignment); None where CTC was not asked.
        attention_score: log P(tokens, end | sound) of the attention decoder; None where it was not asked.
    """

    tokens: tuple[int, ...]
    score: float
    ctc_score: float | None
    attention_score: float | None


def best_first(hypotheses: list[Hypothesis]) -> list[Hypothesis]:
    """Sort by score; equal scores keep their order."""
    return sorted(hypotheses, key=lambda hypothesis: -hypothesis.score)
