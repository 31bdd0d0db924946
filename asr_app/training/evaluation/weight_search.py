"""Choosing the weights of a bundle's lexicon search on development recordings.

The recordings are encoded once; then the program's own search is tried with other weights, first those of
the lexicon search, then those by which its candidates are scored again. Weights are chosen on every second
recording of each manifest, and the others tell what that is worth. `tuning` is the command for it.
"""

from __future__ import annotations

import dataclasses
import itertools
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from asr_app.decoding.hypothesis import LogProbs
from asr_app.decoding.lexicon_search import Candidate, LexiconSearch
from asr_app.decoding.lexicon_weights import RescoringWeights
from asr_app.decoding.neural_language import NeuralLanguage
from asr_app.decoding.rescoring import weight_vector, word_features
from asr_app.model.bundle import Bundle
from asr_app.training.evaluation.climbing import coordinate_search
from asr_app.training.evaluation.posteriors import Posteriors

Sets = Mapping[str, Sequence[Posteriors]]
"""Encoded recordings by the name of their manifest."""

SEARCH_GRID: dict[str, Sequence[float]] = {
    "blank_penalty": (-0.6, 0.0, 0.6, 1.2, 1.8, 2.4),
    "prior": (0.0, 0.2, 0.4, 0.6),
    "language_model": (0.6, 1.0, 1.4, 1.8, 2.3, 2.9),
    "word_score": (-2.8, -2.1, -1.4, -0.7, 0.0, 0.7),
}
"""Wide steps: each costs a search of all recordings, and scoring again makes up for what lies between."""

RESCORING_GRID: dict[str, Sequence[float]] = {
    "subwords": (0.0, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.4, 2.0, 3.0),
    "attention": (0.0, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.4, 2.0, 3.0),
    "language_model": (0.3, 0.6, 0.8, 1.0, 1.2, 1.5, 1.8, 2.2, 2.7, 3.3, 4.0, 5.0, 6.0, 8.0),
    "neural": (0.0, 0.2, 0.4, 0.6, 0.8, 1.0, 1.3, 1.7, 2.2, 3.0),
    "word_score": (-2.0, -1.4, -0.7, 0.0, 0.7, 1.4, 2.0, 3.0, 4.5),
}
"""Without `phones`: multiplying all factors by the same number changes nothing."""


@dataclass(frozen=True)
class Score:
    """Errors and words of one set of recordings.

    Attributes:
        errors: Words wrong, missing or too many.
        words: Words said.
    """

    errors: int
    words: int

    @property
    def rate(self) -> float:
        """Word error rate, a fraction."""
        return self.errors / max(1, self.words)


def word_errors(reference: str, hypothesis: str) -> int:
    """Substitutions, deletions and insertions between two texts of normalised words."""
    said, heard = reference.split(), hypothesis.split()
    row = list(range(len(heard) + 1))
    for number, word in enumerate(said, 1):
        before, row[0] = row[0], number
        for column, other in enumerate(heard, 1):
            best = min(before + (word != other), row[column] + 1, row[column - 1] + 1)
            before, row[column] = row[column], best
    return row[-1]


def halves(sets: Sets) -> tuple[Sets, Sets]:
    """Every second recording of each set, and the others."""
    first = {name: recordings[::2] for name, recordings in sets.items()}
    return first, {name: recordings[1::2] for name, recordings in sets.items()}


def mean_rate(scores: Mapping[str, Score]) -> float:
    """Mean of the sets' word error rates, all of them of equal weight."""
    return sum(score.rate for score in scores.values()) / max(1, len(scores))


def mean_shares(sets: Sets) -> tuple[float, ...]:
    """Mean posterior of each phone and, last, the blank over all frames, all sets of equal weight."""
    means = [
        np.concatenate([np.exp(p.phone_log_probs) for p in recordings]).mean(axis=0, dtype=np.float64)
        for recordings in sets.values()
        if recordings
    ]
    return tuple(np.mean(means, axis=0).tolist())


def search_scores(search: LexiconSearch, sets: Sets) -> dict[str, Score]:
    """Errors of the search's first candidates."""
    return {
        name: Score(
            sum(word_errors(p.text, search.candidates(p.phone_log_probs)[0].text) for p in recordings),
            sum(len(p.text.split()) for p in recordings),
        )
        for name, recordings in sets.items()
    }


@dataclass(frozen=True, eq=False)
class Scored:
    """The candidates of one recording.

    Attributes:
        features: (candidates, `FEATURES`), in the order of the search.
        errors: (candidates,)
        words: In the reference.
    """

    features: NDArray[np.float64]
    errors: NDArray[np.int64]
    words: int


@dataclass(frozen=True)
class Gathered:
    """The candidates of all sets.

    Attributes:
        sets: By name of the set.
        search_rtf: Processor seconds of the search per second of sound.
        scoring_rtf: The same for scoring the candidates by all parts of the network.
    """

    sets: Mapping[str, Sequence[Scored]]
    search_rtf: float
    scoring_rtf: float


def gather(
    search: LexiconSearch,
    bundle: Bundle,
    sets: Sets,
    most: int,
    with_attention: bool = True,
    neural: NeuralLanguage | None = None,
) -> Gathered:
    """Search all recordings, score their candidates by all parts of the network and count the errors.

    Args:
        search: Gives the candidates.
        bundle: The model that encoded the recordings.
        sets: Encoded recordings.
        most: Candidates of each recording.
        with_attention: Whether the attention decoder is asked, which takes longest; else its scores are 0.
        neural: Language model that is asked too; None: its scores are 0.
    """
    found: dict[str, list[Scored]] = {}
    search_s = scoring_s = 0.0
    for name, recordings in sets.items():
        for recording in recordings:
            # Of the processor: other programs on the machine are not counted.
            started = time.process_time()
            candidates = search.candidates(recording.phone_log_probs, most)
            searched = time.process_time()
            weighed = search.weighed(recording.phone_log_probs)
            features = _features(candidates, weighed, bundle, recording, with_attention, neural)
            search_s += searched - started
            scoring_s += time.process_time() - searched
            errors = np.array([word_errors(recording.text, candidate.text) for candidate in candidates])
            found.setdefault(name, []).append(Scored(features, errors, len(recording.text.split())))
    sound_s = sum(recording.duration_s for recording in itertools.chain(*sets.values()))
    return Gathered(found, search_s / sound_s, scoring_s / sound_s)


def _features(
    candidates: Sequence[Candidate],
    phone_log_probs: LogProbs,
    bundle: Bundle,
    recording: Posteriors,
    with_attention: bool,
    neural: NeuralLanguage | None,
) -> NDArray[np.float64]:
    return word_features(
        candidates,
        phone_log_probs,
        recording.ctc_log_probs,
        bundle.tokenizer.encode,
        bundle.network.decoder if with_attention else None,
        torch.from_numpy(recording.frames),
        neural,
    )


def rescored(sets: Mapping[str, Sequence[Scored]], weights: RescoringWeights) -> dict[str, Score]:
    """Errors of the candidates that come first by these weights, among the first `weights.candidates`."""
    scores = {}
    vector, most = weight_vector(weights), weights.candidates
    for name, recordings in sets.items():
        errors = sum(int(r.errors[np.argmax(r.features[:most] @ vector)]) for r in recordings)
        scores[name] = Score(errors, sum(r.words for r in recordings))
    return scores


def oracle(sets: Mapping[str, Sequence[Scored]]) -> dict[str, Score]:
    """Errors if the best candidate always came first: what scoring again cannot go below."""
    return {
        name: Score(sum(int(r.errors.min()) for r in recordings), sum(r.words for r in recordings))
        for name, recordings in sets.items()
    }


def tune_rescoring(
    sets: Mapping[str, Sequence[Scored]],
    start: RescoringWeights,
    with_attention: bool,
    with_neural: bool = False,
) -> RescoringWeights:
    """Choose weights for scoring again, from several starts, as the coordinates depend on one another."""
    absent = {name for name, used in (("attention", with_attention), ("neural", with_neural)) if not used}
    grid = {name: values for name, values in RESCORING_GRID.items() if name not in absent}

    def loss(weights: RescoringWeights) -> float:
        # Of equally good weights the smaller ones: what adds nothing is left out.
        size = abs(weights.subwords) + abs(weights.attention) + abs(weights.neural)
        return mean_rate(rescored(sets, weights)) + 1e-5 * size

    starts = [start if with_attention else dataclasses.replace(start, attention=0.0)] + [
        dataclasses.replace(start, subwords=subwords, attention=attention if with_attention else 0.0)
        for subwords in (0.0, 0.3)
        for attention in (0.0, 0.3)
    ]
    return min((coordinate_search(each, grid, loss) for each in dict.fromkeys(starts)), key=loss)
