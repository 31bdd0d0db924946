"""Confidence in 0 to 1: how sure the network is of a word, and what share of such words is right.

The first is raw: the product over a word's tokens of each token's highest posterior. Measured on 2,120
words of an early model (47 % of them right) it tells right from wrong words better than the least token or
the geometric mean (area under the curve 0.89; 0.88, 0.85); adding up the posteriors of neighbouring frames
made it surer, not better. But it is not the share that is right, and where a dictionary and a language model
have their say, the posteriors of the phones alone hardly tell which of the words to doubt.

The second is a `Calibration`: a logistic map over the evidence for a word, fitted on recordings whose text is
known (Platt 1999; for recognisers Siu and Gish 1999). `docs/confidence.md` has the method and figures.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from asr_app.decoding.alignment import TokenSpan
from asr_app.decoding.hypothesis import LogProbs

if TYPE_CHECKING:
    from asr_app.decoding.words import WordSpan

Evidence = Mapping[str, float]
"""What speaks for and against a word, by the names in `EVIDENCE`."""

EVIDENCE: Mapping[str, int] = {
    "doubt": -1,
    "utterance_doubt": -1,
    "pieces": 0,
    "phone_doubt": -1,
    "phone_frames": 0,
    "support": 1,
}
"""Names, and whether more of it makes a word surer (1), less sure (-1) or either (0).

- `doubt`: square root of -ln of the raw confidence of the word's subword pieces.
- `utterance_doubt`: the same of all pieces of the utterance, for each piece on average.
- `pieces`: number of subword pieces.
- `phone_doubt`: as `doubt`, of its phones.
- `phone_frames`: frames for each phone.
- `support`: logarithm of the odds that the search's other hypotheses give the word; see `word_support`.

The square root keeps a word that one head calls impossible from outweighing everything else. The last three
exist only where words were found by their phones.
"""

_LEAST_CONFIDENCE = 1e-8
_LEAST_SUPPORT = 1e-3


def token_confidences(log_probs: LogProbs, spans: Sequence[TokenSpan]) -> list[float]:
    """Take each aligned token's highest posterior.

    Args:
        log_probs: (frames, vocabulary_size + 1), natural logarithm, the blank last.
        spans: As `forced_align` gives them.

    Returns:
        For each span a number from 0 to 1.
    """
    best = (float(log_probs[span.start_frame : span.end_frame, span.token].max()) for span in spans)
    # A sum of rounded float32 may leave a log-probability a hair above zero.
    return [float(np.exp(min(score, 0.0))) for score in best]


def word_confidence(confidences: Sequence[float]) -> float:
    """Take the probability that all tokens of a word are right, as if they were independent.

    Args:
        confidences: From 0 to 1 each, at least one.

    Raises:
        ValueError: There is none.
    """
    if not confidences:
        raise ValueError("a word has at least one token")
    return math.prod(confidences)


@dataclass(frozen=True)
class Calibration:
    """A logistic map from evidence to the probability that a word is right.

    Attributes:
        weights: Factor of each kind of evidence, by its name in `EVIDENCE`.
        bias: Added to their sum.
    """

    weights: Mapping[str, float]
    bias: float

    def __post_init__(self) -> None:
        """Refuse what is no such map."""
        if not set(self.weights) <= set(EVIDENCE):
            raise ValueError(f"unknown evidence: {sorted(set(self.weights) - set(EVIDENCE))}")
        if not all(math.isfinite(number) for number in (self.bias, *self.weights.values())):
            raise ValueError("weights must be finite numbers")

    def probability(self, evidence: Evidence) -> float:
        """Give the probability that a word is right.

        Raises:
            KeyError: Evidence is missing.
        """
        odds = self.bias + sum(weight * evidence[name] for name, weight in self.weights.items())
        return 1.0 / (1.0 + math.exp(-min(max(odds, -30.0), 30.0)))


def gather_evidence(
    subwords: Sequence[WordSpan], phones: Sequence[WordSpan] = (), support: Sequence[float] = ()
) -> list[Evidence]:
    """Collect the evidence for each word of an utterance.

    Args:
        subwords: Its words, aligned with the output of the subword head.
        phones: The same words aligned with that of the phone head; empty: none.
        support: For each word from 0 to 1, with `phones`; see `word_support`.
    """
    pieces = max(1, sum(word.tokens for word in subwords))
    whole = math.sqrt(sum(_surprise(word) for word in subwords) / pieces)
    found: list[dict[str, float]] = [
        {"doubt": math.sqrt(_surprise(word)), "utterance_doubt": whole, "pieces": float(word.tokens)}
        for word in subwords
    ]
    if phones:
        for evidence, word, share in zip(found, phones, support, strict=True):
            share = min(max(share, _LEAST_SUPPORT), 1 - _LEAST_SUPPORT)
            evidence["phone_doubt"] = math.sqrt(_surprise(word))
            evidence["phone_frames"] = (word.end_frame - word.start_frame) / word.tokens
            evidence["support"] = math.log(share / (1 - share))
    return list(found)


def _surprise(word: WordSpan) -> float:
    return -math.log(max(word.confidence, _LEAST_CONFIDENCE))


def word_support(best: Sequence[str], hypotheses: Sequence[tuple[Sequence[str], float]]) -> list[float]:
    """Share of the probability of an n-best list that lies on hypotheses with a word in its place.

    Args:
        best: The words in question.
        hypotheses: Words and score (natural logarithm) of each hypothesis, `best` among them.

    Returns:
        From 0 to 1 for each word of `best`. "In its place": the longest common subsequence has it.
    """
    if not best:
        return []
    scores = np.array([score for _, score in hypotheses])
    shares = np.exp(scores - scores.max())
    shares /= shares.sum()
    support = np.zeros(len(best))
    for (words, _), share in zip(hypotheses, shares.tolist(), strict=True):
        support[_common(best, words)] += share
    return [min(1.0, share) for share in support.tolist()]


def _common(best: Sequence[str], other: Sequence[str]) -> list[int]:
    """Positions in `best` of its longest common subsequence with `other`."""
    # Hypotheses differ in a word or two: what they share at both ends needs no table.
    shorter = min(len(best), len(other))
    head = next((i for i in range(shorter) if best[i] != other[i]), shorter)
    tail = next((i for i in range(shorter - head) if best[-1 - i] != other[-1 - i]), shorter - head)
    left, right = best[head : len(best) - tail], other[head : len(other) - tail]
    longest = [[0] * (len(right) + 1) for _ in range(len(left) + 1)]
    for i in reversed(range(len(left))):
        for j in reversed(range(len(right))):
            longest[i][j] = (
                longest[i + 1][j + 1] + 1
                if left[i] == right[j]
                else max(longest[i + 1][j], longest[i][j + 1])
            )
    middle, i, j = [], 0, 0
    while i < len(left) and j < len(right):
        if left[i] == right[j]:
            middle.append(head + i)
            i, j = i + 1, j + 1
        elif longest[i + 1][j] >= longest[i][j + 1]:
            i += 1
        else:
            j += 1
    return [*range(head), *middle, *range(len(best) - tail, len(best))]
