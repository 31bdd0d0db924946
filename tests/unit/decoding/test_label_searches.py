"""Attention and joint search against enumeration of all strings, and held in check by their guards."""

from __future__ import annotations

import dataclasses
import math
from typing import get_args

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from asr_app.decoding.attention_search import attention_beam, attention_greedy
from asr_app.decoding.guards import Guards
from asr_app.decoding.hypothesis import Hypothesis
from asr_app.decoding.joint import joint_beam
from asr_app.decoding.options import SearchOptions
from asr_app.model.config import AttentionKind
from tests.unit.decoding.brute_force import (
    LogProbs,
    Tokens,
    ctc_table,
    decoder_scores,
    obsessed_decoder,
    random_ctc,
    random_frames,
    silent_ctc,
    spoken_ctc,
    strings,
    tiny_decoder,
)

FULL_WIDTH = 400
sizes = st.sampled_from([(2, 3), (2, 4), (2, 5), (3, 3), (3, 4)])  # vocabulary, frames
kinds = st.sampled_from(get_args(AttentionKind))
seeds = st.integers(0, 10_000)


def ranked(scores: dict[Tokens, float], count: int) -> list[tuple[Tokens, float]]:
    return sorted(((t, s) for t, s in scores.items() if s > -math.inf), key=lambda item: -item[1])[:count]


def assert_same(found: list[Hypothesis], expected: list[tuple[Tokens, float]]) -> None:
    assert [one.score for one in found] == pytest.approx([score for _, score in expected], abs=1e-4)
    if len(expected) == 1 or expected[0][1] - expected[1][1] > 1e-3:
        assert found[0].tokens == expected[0][0]


def coverage_penalty(attention: NDArray[np.float64], log_probs: LogProbs, guards: Guards) -> float:
    """Written from the definition, one frame at a time."""
    covered, total = attention.sum(axis=0), 0.0
    for frame in range(len(log_probs)):
        reach = guards.coverage_reach_frames
        near = max(covered[max(0, frame - reach) : frame + reach + 1])
        spoken = 1 - math.exp(log_probs[frame, -1])
        total += spoken * math.log(min(max(near, guards.coverage_floor), 1.0))
    return guards.coverage_weight * total


# -- proofs by enumeration ----------------------------------------------------------------------------


@settings(deadline=None, max_examples=15)
@given(seed=seeds, size=sizes, kind=kinds, bonus=st.sampled_from([0.0, 0.8]), n_best=st.sampled_from([1, 5]))
def test_attention_beam_of_full_width_finds_the_best_of_all_strings(
    seed: int, size: tuple[int, int], kind: AttentionKind, bonus: float, n_best: int
) -> None:
    vocabulary, frames = size
    decoder, encoded = tiny_decoder(seed, vocabulary, kind), random_frames(seed, frames)
    every = {
        tokens: decoder_scores(decoder, encoded, tokens)[0] + bonus * len(tokens)
        for tokens in strings(vocabulary, frames)
    }
    options = SearchOptions(
        "attention", beam=FULL_WIDTH, n_best=n_best, length_bonus=bonus, guards=Guards.off()
    )

    assert_same(attention_beam(decoder, encoded, options), ranked(every, n_best))


@settings(deadline=None, max_examples=30)
@given(
    seed=seeds,
    size=sizes,
    kind=kinds,
    ctc_weight=st.sampled_from([0.0, 0.3, 0.7, 1.0]),
    bonus=st.sampled_from([0.0, 0.8]),
    n_best=st.sampled_from([1, 5]),
    coverage_weight=st.sampled_from([0.0, 0.5]),
)
def test_joint_beam_of_full_width_finds_the_best_of_all_strings(
    seed: int,
    size: tuple[int, int],
    kind: AttentionKind,
    ctc_weight: float,
    bonus: float,
    n_best: int,
    coverage_weight: float,
) -> None:
    vocabulary, frames = size
    decoder, encoded = tiny_decoder(seed, vocabulary, kind), random_frames(seed, frames)
    log_probs = random_ctc(seed, frames, vocabulary)
    guards = dataclasses.replace(
        Guards.off(), coverage_weight=coverage_weight, coverage_reach_frames=1, coverage_floor=0.2
    )
    table = ctc_table(log_probs)
    every = {}
    for tokens in strings(vocabulary, frames):
        by_decoder, attention = decoder_scores(decoder, encoded, tokens)
        by_ctc = ctc_weight * table.get(tokens, -math.inf) if ctc_weight else 0.0
        every[tokens] = by_ctc + (1 - ctc_weight) * by_decoder + bonus * len(tokens)
        every[tokens] += coverage_penalty(attention, log_probs, guards)
    options = SearchOptions("joint", FULL_WIDTH, n_best, ctc_weight, bonus, guards=guards)

    found = joint_beam(decoder, encoded, log_probs, options)

    assert_same(found, ranked(every, n_best))
    if ctc_weight > 0:
        assert found[0].ctc_score == pytest.approx(table[found[0].tokens], abs=1e-5)
    assert found[0].attention_score == pytest.approx(
        decoder_scores(decoder, encoded, found[0].tokens)[0], abs=1e-4
    )


@settings(deadline=None, max_examples=15)
@given(seed=seeds, kind=kinds, backward=st.integers(0, 2), forward=st.integers(1, 3))
def test_the_monotonic_guard_drops_exactly_the_rows_whose_attention_jumps(
    seed: int, kind: AttentionKind, backward: int, forward: int
) -> None:
    frames = 5
    decoder, encoded = tiny_decoder(seed, 2, kind), random_frames(seed, frames)
    guards = dataclasses.replace(Guards.off(), max_backward_frames=backward, max_forward_frames=forward)
    every: dict[Tokens, float] = {}
    alive: list[Tokens] = [()]
    for _ in range(frames + 1):
        straying = []
        for tokens in alive:
            every[tokens], attention = decoder_scores(decoder, encoded, tokens)
            peaks = attention.argmax(axis=1).tolist()
            reached = max(peaks[:-1], default=peaks[0])
            straying.append(not -backward <= peaks[-1] - reached <= forward)
        # Where all rows stray the guard has nothing to choose from and lets them pass.
        going_on = [t for t, bad in zip(alive, straying, strict=True) if not bad or all(straying)]
        alive = [(*tokens, token) for tokens in going_on for token in range(2)]

    found = attention_beam(decoder, encoded, SearchOptions("attention", FULL_WIDTH, 3, guards=guards))

    assert_same(found, ranked(every, 3))


@settings(deadline=None, max_examples=30)
@given(seed=seeds, kind=kinds)
def test_attention_greedy_takes_the_best_token_of_each_step(seed: int, kind: AttentionKind) -> None:
    decoder, encoded = tiny_decoder(seed, 3, kind), random_frames(seed, 6)
    tokens: Tokens = ()
    with torch.inference_mode():
        while len(tokens) < 6:
            logits, _ = decoder(encoded, torch.tensor([6]), torch.tensor([tokens], dtype=torch.long))
            best = int(logits[0, -1].argmax())
            if best == decoder.end:
                break
            tokens = (*tokens, best)

    found = attention_greedy(decoder, encoded, SearchOptions("attention", guards=Guards.off()))

    assert found.tokens == tokens
    assert found.attention_score == pytest.approx(decoder_scores(decoder, encoded, tokens)[0], abs=1e-4)


@settings(deadline=None, max_examples=30)
@given(seed=seeds, beam=st.integers(1, 4), ctc_weight=st.sampled_from([0.0, 0.5, 1.0]))
def test_scores_of_a_narrow_beam_are_true(seed: int, beam: int, ctc_weight: float) -> None:
    decoder, encoded, log_probs = tiny_decoder(seed, 3), random_frames(seed, 5), random_ctc(seed, 5, 3)
    table = ctc_table(log_probs)
    options = SearchOptions("joint", beam, 3, ctc_weight, guards=Guards.off())
    for one in joint_beam(decoder, encoded, log_probs, options):
        by_ctc = ctc_weight * table[one.tokens] if ctc_weight else 0.0
        by_decoder, _ = decoder_scores(decoder, encoded, one.tokens)
        assert one.score == pytest.approx(by_ctc + (1 - ctc_weight) * by_decoder, abs=1e-4)


@pytest.mark.parametrize("seed", [126, 173, 234])
def test_a_bonus_for_length_is_waited_for(seed: int) -> None:
    """With these decoders the best string looks worse than a shorter one until it is nearly done."""
    decoder, encoded = tiny_decoder(seed), random_frames(seed, 5)
    every = {t: decoder_scores(decoder, encoded, t)[0] + 1.5 * len(t) for t in strings(2, 5)}
    options = SearchOptions("attention", FULL_WIDTH, length_bonus=1.5, guards=Guards.off())
    assert_same(attention_beam(decoder, encoded, options), ranked(every, 1))


# -- guards -------------------------------------------------------------------------------------------

SPOKEN: Tokens = (0, 1, 2, 3, 4) * 4
VOCABULARY = 5
END = VOCABULARY
METHODS = ["greedy", "beam", "joint"]


def decode(how: str, favours: dict[int, float], log_probs: LogProbs, guards: Guards | None = None) -> Tokens:
    decoder, encoded = obsessed_decoder(VOCABULARY, favours), random_frames(0, len(log_probs))
    options = SearchOptions(beam=4, ctc_weight=0.3, guards=guards or Guards())
    if how == "greedy":
        return attention_greedy(decoder, encoded, options, log_probs).tokens
    if how == "beam":
        return attention_beam(decoder, encoded, options, log_probs)[0].tokens
    return joint_beam(decoder, encoded, log_probs, options)[0].tokens


@pytest.mark.parametrize("how", METHODS)
def test_a_decoder_that_never_ends_is_ended(how: str) -> None:
    log_probs = spoken_ctc(SPOKEN, VOCABULARY, blanks_between=5)
    guards = Guards()
    bound = guards.limits(len(log_probs), log_probs).max_tokens
    assert bound == 2 * len(SPOKEN) + 8 < len(log_probs)
    assert len(decode(how, {END: -1e9}, log_probs)) <= bound


@pytest.mark.parametrize("how", METHODS)
def test_a_decoder_that_loops_is_stopped_by_the_repetition_guard(how: str) -> None:
    log_probs = spoken_ctc(SPOKEN, VOCABULARY, blanks_between=5)
    found = decode(how, {2: 30.0, END: -30.0}, log_probs)
    runs = "".join(map(str, found))
    assert "2" * (Guards().max_repeats + 1) not in runs  # type: ignore[operator]
    assert len(found) <= Guards().limits(len(log_probs), log_probs).max_tokens


def test_without_the_repetition_guard_it_would_loop_up_to_the_length_bound() -> None:
    log_probs = spoken_ctc(SPOKEN, VOCABULARY, blanks_between=5)
    guards = dataclasses.replace(Guards(), max_repeats=math.inf)
    bound = guards.limits(len(log_probs), log_probs).max_tokens
    assert decode("greedy", {2: 30.0, END: -30.0}, log_probs, guards) == (2,) * bound


@pytest.mark.parametrize("how", METHODS)
def test_a_decoder_that_ends_at_once_goes_on_to_the_least_ctc_asks_for(how: str) -> None:
    log_probs = spoken_ctc(SPOKEN, VOCABULARY)
    assert decode(how, {END: 50.0}, log_probs, Guards.off()) == ()
    assert len(decode(how, {END: 50.0}, log_probs)) >= 0.6 * len(SPOKEN) - 1


def test_the_end_threshold_holds_back_an_end_that_is_not_the_decoders_first_choice() -> None:
    encoded = random_frames(0, 6)
    # P(end) is a twentieth of P(1), but after one token or more the sum of costs favours ending.
    decoder = obsessed_decoder(2, {1: 0.0, 0: -3.0, 2: -3.0})
    early = dataclasses.replace(Guards.off(), end_threshold=math.inf)
    held = dataclasses.replace(Guards.off(), end_threshold=2.0)

    def length(guards: Guards) -> int:
        options = SearchOptions("attention", beam=4, length_bonus=-0.5, guards=guards)
        return len(attention_beam(decoder, encoded, options)[0].tokens)

    assert length(early) == 0
    assert length(held) == 6


@pytest.mark.parametrize("how", METHODS)
def test_silence_is_empty_whatever_the_decoder_says(how: str) -> None:
    assert decode(how, {1: 20.0}, silent_ctc(80, VOCABULARY)) == ()


def test_guards_hold_for_any_decoder() -> None:
    for seed in range(25):
        log_probs = random_ctc(seed, 30, 3)
        limits = Guards().limits(30, log_probs)
        decoder, encoded = tiny_decoder(seed, 3), random_frames(seed, 30)
        for ctc_weight in (0.0, 0.4):
            options = SearchOptions(beam=3, ctc_weight=ctc_weight)
            found = joint_beam(decoder, encoded, log_probs, options)
            assert limits.min_tokens <= len(found[0].tokens) <= limits.max_tokens


# -- what is refused ----------------------------------------------------------------------------------


def test_refuses_frames_that_are_not_one_utterance() -> None:
    with pytest.raises(ValueError, match="one utterance"):
        attention_beam(tiny_decoder(0), random_frames(0, 4).repeat(2, 1, 1), SearchOptions())
    with pytest.raises(ValueError, match="one utterance"):
        attention_greedy(tiny_decoder(0), random_frames(0, 0), SearchOptions())


def test_refuses_ctc_output_of_other_frames() -> None:
    with pytest.raises(ValueError, match="4 encoder frames but 5"):
        joint_beam(tiny_decoder(0), random_frames(0, 4), random_ctc(0, 5, 2), SearchOptions())
