from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asr_app.decoding.alignment import forced_align
from asr_app.decoding.confidence import (
    EVIDENCE,
    Calibration,
    gather_evidence,
    token_confidences,
    word_confidence,
    word_support,
)
from asr_app.decoding.greedy import ctc_greedy
from asr_app.decoding.words import WordSpan
from tests.unit.decoding.brute_force import random_ctc, spoken_ctc


@settings(deadline=None)
@given(
    seed=st.integers(0, 10_000), frames=st.integers(1, 40), sharpness=st.sampled_from([0.0, 1.0, 5.0, 50.0])
)
def test_lies_between_0_and_1(seed: int, frames: int, sharpness: float) -> None:
    log_probs = random_ctc(seed, frames, 4, sharpness)
    tokens = ctc_greedy(log_probs).tokens
    confidences = token_confidences(log_probs, forced_align(log_probs, tokens))
    assert len(confidences) == len(tokens)
    assert all(0.0 <= one <= 1.0 for one in confidences)
    if confidences:
        assert 0.0 <= word_confidence(confidences) <= min(confidences)


@given(surer=st.floats(0.5, 0.999), doubt=st.floats(0.01, 0.2))
def test_grows_with_what_ctc_believes(surer: float, doubt: float) -> None:
    def confidence(certainty: float) -> float:
        log_probs = spoken_ctc((1, 0), 3, certainty=certainty)
        return token_confidences(log_probs, forced_align(log_probs, (1, 0)))[0]

    assert confidence(surer) > confidence(surer - doubt)


def test_doubt_about_one_token_is_not_doubt_about_its_neighbours() -> None:
    log_probs = spoken_ctc((1, 0, 2), 4, certainty=0.99)
    log_probs[3] = np.log([0.4, 0.02, 0.02, 0.36, 0.2])
    sure, unsure, also_sure = token_confidences(log_probs, forced_align(log_probs, (1, 0, 2)))
    assert unsure < 0.45
    assert min(sure, also_sure) > 0.98


def test_a_token_is_as_sure_as_its_surest_frame() -> None:
    log_probs = np.log(np.array([[0.01, 0.99], [0.6, 0.4], [0.9, 0.1], [0.01, 0.99]], dtype=np.float32))
    spans = forced_align(log_probs, (0,))
    assert (spans[0].start_frame, spans[0].end_frame) == (1, 3)
    assert token_confidences(log_probs, spans) == pytest.approx([0.9])


def test_rounding_never_makes_more_than_certainty() -> None:
    log_probs = np.array([[1e-6, -20.0]], dtype=np.float32)
    assert token_confidences(log_probs, forced_align(log_probs, (0,))) == [1.0]


def test_a_token_nobody_said_has_little() -> None:
    log_probs = spoken_ctc((1, 0), 3, certainty=0.99)
    assert token_confidences(log_probs, forced_align(log_probs, (1, 2, 0)))[1] < 0.02


def test_a_word_is_right_when_all_its_tokens_are() -> None:
    assert word_confidence([0.5, 0.5, 0.5]) == pytest.approx(0.125)
    assert word_confidence([1.0, 0.25]) == pytest.approx(0.25)
    assert word_confidence([0.9, 0.0]) == 0.0
    with pytest.raises(ValueError, match="at least one token"):
        word_confidence([])


class TestSupport:
    BEST = ("the", "cat", "sat")

    def test_a_word_in_all_hypotheses_is_fully_supported(self) -> None:
        others = [(self.BEST, -10.0), (("the", "bat", "sat"), -10.0)]
        assert word_support(self.BEST, others) == pytest.approx([1.0, 0.5, 1.0])

    def test_likelier_hypotheses_count_for_more(self) -> None:
        others = [(self.BEST, 0.0), (("a", "cat", "sat"), math.log(0.25))]
        assert word_support(self.BEST, others) == pytest.approx([0.8, 1.0, 1.0])

    def test_only_differences_of_scores_matter_however_large_they_are(self) -> None:
        others = [(self.BEST, -5000.0), (("the", "bat"), -9000.0)]
        assert word_support(self.BEST, others) == pytest.approx([1.0, 1.0, 1.0])

    def test_a_word_elsewhere_is_no_support(self) -> None:
        """`cat` is there, but only one of two crossing words can be in its place."""
        others = [(("cat", "sat"), 0.0), (("sat", "cat"), 0.0)]
        support = word_support(("cat", "sat"), others)
        assert sorted(support) == pytest.approx([0.5, 1.0])

    def test_words_more_or_fewer_move_the_others(self) -> None:
        best = ("a", "b", "a", "c")
        assert word_support(best, [(best, 0.0), (("x", "a", "b", "a", "c"), 0.0)]) == [1.0] * 4
        assert word_support(best, [(best, 0.0), (("b", "c"), 0.0)]) == pytest.approx([0.5, 1.0, 0.5, 1.0])
        assert word_support(best, [(best, 0.0), ((), 0.0)]) == pytest.approx([0.5] * 4)

    def test_no_words_no_support(self) -> None:
        assert word_support((), [((), 0.0), (("a",), -1.0)]) == []


def spans(*confidences: float, tokens: int = 2, frames: int = 6) -> list[WordSpan]:
    return [WordSpan("word", 0, frames, confidence, tokens) for confidence in confidences]


class TestEvidence:
    def test_subwords_alone_give_doubt_of_the_word_and_of_the_utterance(self) -> None:
        sure, unsure = gather_evidence(spans(1.0, math.exp(-4.0)))
        assert sure == pytest.approx({"doubt": 0.0, "utterance_doubt": 1.0, "pieces": 2.0})
        assert unsure == pytest.approx({"doubt": 2.0, "utterance_doubt": 1.0, "pieces": 2.0})

    def test_phones_and_support_add_theirs(self) -> None:
        (found,) = gather_evidence(spans(0.5), spans(math.exp(-1.0), tokens=3), [0.5])
        assert set(found) == set(EVIDENCE)
        assert found["phone_doubt"] == pytest.approx(1.0)
        assert (found["phone_frames"], found["support"]) == (2.0, 0.0)

    def test_impossible_and_certain_words_have_finite_evidence(self) -> None:
        found = gather_evidence(spans(0.0, 1.0), spans(0.0, 1.0), [0.0, 1.0])
        assert all(math.isfinite(value) for one in found for value in one.values())
        assert found[0]["support"] < 0 < found[1]["support"]

    def test_no_words_no_evidence(self) -> None:
        assert gather_evidence([]) == []


class TestCalibration:
    def test_without_evidence_for_or_against_it_is_the_share_that_is_right_anyway(self) -> None:
        calibration = Calibration({"doubt": -1.0}, math.log(3.0))
        assert calibration.probability({"doubt": 0.0, "pieces": 4.0}) == pytest.approx(0.75)
        assert calibration.probability({"doubt": math.log(3.0)}) == pytest.approx(0.5)

    @given(doubt=st.floats(0, 1e6), support=st.floats(-7, 7))
    def test_it_is_a_probability_for_whatever_is_found(self, doubt: float, support: float) -> None:
        calibration = Calibration({"doubt": -2.0, "support": 0.5}, 1.0)
        probability = calibration.probability({"doubt": doubt, "support": support})
        assert 0.0 < probability < 1.0
        assert calibration.probability({"doubt": doubt + 1, "support": support}) <= probability

    def test_missing_evidence_is_an_error_not_a_guess(self) -> None:
        with pytest.raises(KeyError):
            Calibration({"support": 1.0}, 0.0).probability({"doubt": 1.0})

    @pytest.mark.parametrize(
        ("weights", "bias"), [({"mood": 1.0}, 0.0), ({"doubt": math.nan}, 0.0), ({}, math.inf)]
    )
    def test_what_is_no_map_is_refused(self, weights: dict[str, float], bias: float) -> None:
        with pytest.raises(ValueError, match=r"unknown evidence|finite"):
            Calibration(weights, bias)
