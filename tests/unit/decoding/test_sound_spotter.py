"""Strings of phones followed through posteriors."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from asr_app.decoding.sound_spotter import Match, SoundSpotter
from tests.unit.decoding.brute_force import LogProbs, Tokens, collapse, random_ctc, spoken_ctc

BLANK = 3


def best_match(strings: list[Tokens], log_probs: LogProbs, least: float = -100.0) -> Match:
    return max(
        SoundSpotter(strings, BLANK, [least] * len(strings)).push(log_probs), key=lambda match: match.score
    )


def test_a_word_is_found_where_it_is_said() -> None:
    # Frames: blank 2 blank 0 blank 1 blank 0 blank.
    match = best_match([(0, 1)], spoken_ctc((2, 0, 1, 0), BLANK))
    assert (match.start_frame, match.end_frame) == (3, 6)
    assert match.score == pytest.approx(0.0, abs=1e-5)


def test_what_is_not_said_well_enough_is_not_found() -> None:
    said = spoken_ctc((2, 0, 1, 0), BLANK)
    assert SoundSpotter([(1, 2)], BLANK, [-1.0]).push(said) == []
    assert SoundSpotter([], BLANK, []).push(said) == []


@pytest.mark.parametrize("string", [(0,), (0, 1), (1, 1), (2, 0, 0)])
@pytest.mark.parametrize("seed", range(3))
def test_the_score_is_that_of_the_best_alignment_of_any_stretch(string: Tokens, seed: int) -> None:
    log_probs = random_ctc(seed, frames=5, vocabulary=BLANK)
    assert best_match([string], log_probs).score == pytest.approx(by_hand(string, log_probs), abs=1e-5)


def by_hand(string: Tokens, log_probs: LogProbs) -> float:
    relative = log_probs - log_probs.max(axis=1, keepdims=True)
    scores = [
        float(relative[np.arange(start, start + length), list(path)].sum())
        for start in range(len(relative))
        for length in range(1, len(relative) - start + 1)
        for path in itertools.product(range(BLANK + 1), repeat=length)
        if path[0] != BLANK and path[-1] != BLANK and collapse(path, BLANK) == string
    ]
    return max(scores)


@pytest.mark.parametrize("cut", [1, 3, 8])
def test_however_the_frames_come_it_finds_the_same(cut: int) -> None:
    log_probs = random_ctc(4, frames=12, vocabulary=BLANK)
    strings: list[Tokens] = [(0, 1), (2, 2, 1)]
    whole = SoundSpotter(strings, BLANK, [-9.0, -9.0]).push(log_probs)
    spotter = SoundSpotter(strings, BLANK, [-9.0, -9.0])
    parts = spotter.push(log_probs[:cut]) + spotter.push(log_probs[cut:])
    assert whole and parts == whole
