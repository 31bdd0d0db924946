from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from asr_app.decoding.ctc_score import ctc_log_prob
from asr_app.decoding.hypothesis import Hypothesis
from asr_app.decoding.lexicon_search import Candidate, RescoringWeights
from asr_app.decoding.neural_language import NeuralLanguage, NeuralLanguageNetwork, NeuralSizes
from asr_app.decoding.prefix_beam import ctc_prefix_beam
from asr_app.decoding.rescoring import FEATURES, rescore, rescore_words, word_features
from tests.unit.decoding.brute_force import decoder_scores, random_ctc, random_frames, tiny_decoder


@settings(deadline=None, max_examples=30)
@given(
    seed=st.integers(0, 10_000),
    frames=st.integers(1, 9),
    weight=st.sampled_from([0.0, 0.3, 1.0]),
    bonus=st.sampled_from([0.0, 0.7]),
)
def test_equals_scoring_each_hypothesis_by_itself(
    seed: int, frames: int, weight: float, bonus: float
) -> None:
    decoder, encoded = tiny_decoder(seed, 3), random_frames(seed, frames)
    proposed = ctc_prefix_beam(random_ctc(seed, frames, 3), beam=10)
    expected = {}
    for one in proposed:
        attention, _ = decoder_scores(decoder, encoded, one.tokens)
        expected[one.tokens] = (1 - weight) * one.score + weight * attention + bonus * len(one.tokens)

    found = rescore(proposed, decoder, encoded, weight, bonus)

    assert {one.tokens: one.score for one in found} == pytest.approx(expected, abs=1e-4)
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
    assert {one.tokens: one.ctc_score for one in found} == {one.tokens: one.score for one in proposed}


def test_refuses_hypotheses_ctc_never_saw() -> None:
    with pytest.raises(ValueError, match="CTC score"):
        rescore([Hypothesis((0,), -1.0, None, -1.0)], tiny_decoder(0), random_frames(0, 3), 0.5)


def test_nothing_stays_nothing() -> None:
    assert rescore([], tiny_decoder(0), random_frames(0, 3), 0.5) == []


CANDIDATES = [
    Candidate(("a",), (0,), (1,), score=-1.0, acoustic=-1.0, language=-2.0),
    Candidate(("b", "a"), (1, 0), (1, 2), score=-2.0, acoustic=-1.5, language=-3.0),
    Candidate((), (), (), score=-3.0, acoustic=-1.5, language=-0.5),
]


def spell(text: str) -> list[int]:
    return ["abc".index(word) for word in text.split()]


def scores_of(seed: int) -> tuple[list[list[float]], RescoringWeights, list[Candidate]]:
    """Expected scores by each part of the network, weights, and what comes of them."""
    decoder, frames = tiny_decoder(seed, 3), random_frames(seed, 6)
    phones, subwords = random_ctc(seed, 12, 2), random_ctc(seed + 1, 6, 3)
    expected = []
    for candidate in CANDIDATES:
        tokens = tuple(spell(candidate.text))
        expected.append(
            [
                ctc_log_prob(phones, candidate.phones),
                ctc_log_prob(subwords, tokens),
                decoder_scores(decoder, frames, tokens)[0],
                candidate.language,
                0.0,
                float(len(candidate.words)),
            ]
        )
    features = word_features(CANDIDATES, phones, subwords, spell, decoder, frames[0])
    assert features == pytest.approx(np.array(expected), abs=1e-4)
    weights = RescoringWeights(phones=0.7, subwords=0.4, attention=0.3, language_model=1.1, word_score=-0.2)
    found = rescore_words(CANDIDATES, weights, phones, subwords, spell, decoder, frames[0])
    return expected, weights, found


@pytest.mark.parametrize("seed", range(5))
def test_words_are_sorted_by_the_weighted_sum_of_all_that_judges_them(seed: int) -> None:
    expected, weights, found = scores_of(seed)
    factors = [getattr(weights, name) for name in FEATURES]
    sums = {
        candidate.words: sum(factor * score for factor, score in zip(factors, row, strict=True))
        for candidate, row in zip(CANDIDATES, expected, strict=True)
    }
    assert {one.words: one.score for one in found} == pytest.approx(sums, abs=1e-4)
    scores = [one.score for one in found]
    assert scores == sorted(scores, reverse=True)


def test_words_too_long_for_the_sound_come_last_and_stay_finite() -> None:
    long = Candidate(("c",) * 9, (0, 1) * 9, tuple(range(2, 20, 2)), 0.0, 0.0, -0.1)
    phones, subwords = random_ctc(0, 4, 2), random_ctc(1, 2, 3)
    found = rescore_words(
        [long, *CANDIDATES], RescoringWeights(), phones, subwords, spell, None, frames_of(2)
    )
    assert found[-1].words == long.words
    assert all(math.isfinite(one.score) for one in found)


def test_a_single_candidate_stays_as_it_is() -> None:
    phones, subwords = random_ctc(0, 4, 2), random_ctc(1, 2, 3)
    assert (
        rescore_words(CANDIDATES[:1], RescoringWeights(), phones, subwords, spell, None, frames_of(2))
        == (CANDIDATES[:1])
    )


def test_the_neural_model_is_asked_where_it_has_a_weight() -> None:
    torch.manual_seed(0)
    neural = NeuralLanguage(NeuralLanguageNetwork(3, NeuralSizes(4, 6)), "")
    phones, subwords = random_ctc(0, 12, 2), random_ctc(1, 6, 3)
    weights = RescoringWeights(phones=0.0, subwords=0.0, language_model=0.0, neural=2.0, word_score=0.0)
    arguments = phones, subwords, spell, None, frames_of(6), neural
    found = rescore_words(CANDIDATES, weights, *arguments)
    expected = [score / math.log(10) for score in neural.log_probs([spell(one.text) for one in found])]
    assert [one.score for one in found] == pytest.approx([2.0 * score for score in expected], abs=1e-4)
    unasked = rescore_words(CANDIDATES, dataclasses.replace(weights, neural=0.0), *arguments)
    assert [one.score for one in unasked] == [0.0] * len(CANDIDATES)


def frames_of(count: int) -> Tensor:
    return random_frames(0, count)[0]
