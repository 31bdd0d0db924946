from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asr_app.decoding.hypothesis import Hypothesis
from asr_app.decoding.prefix_beam import ctc_prefix_beam
from asr_app.decoding.rescoring import rescore
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
