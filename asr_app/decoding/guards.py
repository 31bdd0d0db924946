"""Guards that keep an attention decoder from looping and from stopping early.

A recurrent decoder has no notion of how much sound there is: it may repeat a phrase for ever, jump back, or
end after three words. The CTC head knows roughly how many tokens there are and where; these guards hold the
decoder to it.
"""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from asr_app.decoding.greedy import ctc_greedy
from asr_app.decoding.hypothesis import LogProbs

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
Booleans = NDArray[np.bool_]


@dataclass(frozen=True)
class Limits:
    """Bounds on the number of tokens of one utterance."""

    min_tokens: int
    max_tokens: int


@dataclass(frozen=True)
class Guards:
    """What a search with an attention decoder may do. Frames are encoder output frames.

    Attributes:
        max_tokens_per_frame: Tokens at most, per frame. This bound is never off.
        max_ratio: Tokens at most, as a multiple of what greedy CTC finds.
        max_slack_tokens: Added to that.
        min_ratio: Tokens at least, as a multiple of what greedy CTC finds.
        min_slack_tokens: Taken from that.
        silence_tokens: Where CTC expects fewer tokens than this (its posteriors of all tokens summed over all
            frames), the result is empty.
        end_threshold: Without CTC in the score, the end is taken only where its log-probability is at least
            this many times that of the best token (Hannun et al. 2019).
        coverage_weight: Of the penalty for ending while sound in which CTC hears tokens was not attended to
            (after Wu et al. 2016, equation 14, over CTC's tokens instead of all frames).
        coverage_floor: Attention below this counts as this; bounds the penalty.
        coverage_reach_frames: How far from a token's frame attention may lie and count.
        max_backward_frames: How far the peak of attention may fall behind the furthest frame reached.
        max_forward_frames: How far it may jump ahead of it, after the first token.
        max_repeats: How often the same tokens may follow one another.
        longest_loop_tokens: The longest such group of tokens that is looked for.
    """

    max_tokens_per_frame: float = 1.0
    max_ratio: float = 2.0
    max_slack_tokens: int = 8
    min_ratio: float = 0.6
    min_slack_tokens: int = 1
    silence_tokens: float = 0.5
    end_threshold: float = 2.0
    coverage_weight: float = 0.3
    coverage_floor: float = 0.05
    coverage_reach_frames: int = 2
    max_backward_frames: float = 8
    max_forward_frames: float = 75
    max_repeats: float = 5
    longest_loop_tokens: int = 8

    @staticmethod
    def off(max_tokens_per_frame: float = 1.0) -> Guards:
        """Only the bound by the number of frames."""
        return Guards(
            max_tokens_per_frame=max_tokens_per_frame,
            max_ratio=math.inf,
            min_ratio=0.0,
            silence_tokens=0.0,
            end_threshold=math.inf,
            coverage_weight=0.0,
            max_backward_frames=math.inf,
            max_forward_frames=math.inf,
            max_repeats=math.inf,
        )

    def without_end_threshold(self) -> Guards:
        """The same guards where CTC is in the score and says by itself when the end is too early."""
        return dataclasses.replace(self, end_threshold=math.inf)

    def limits(self, frames: int, ctc_log_probs: LogProbs | None = None) -> Limits:
        """Bound the number of tokens.

        Args:
            frames: Of the utterance.
            ctc_log_probs: (frames, vocabulary_size + 1), natural logarithm, the blank last; None where there
                is no CTC head to ask: then only the frames count.
        """
        most: float = math.floor(frames * self.max_tokens_per_frame)
        if ctc_log_probs is None:
            return Limits(0, int(most))
        if spoken_mass(ctc_log_probs).sum() < self.silence_tokens:
            return Limits(0, 0)
        heard = len(ctc_greedy(ctc_log_probs).tokens)
        if math.isfinite(self.max_ratio):
            most = min(most, math.ceil(heard * self.max_ratio) + self.max_slack_tokens)
        least = max(0, math.floor(heard * self.min_ratio) - self.min_slack_tokens)
        return Limits(min(least, int(most)), int(most))

    def may_end(self, length: int, limits: Limits, log_probs: Floats) -> Booleans:
        """Which rows may end after `length` tokens: log_probs (rows, vocabulary_size + 1), the end last."""
        if length < limits.min_tokens:
            return np.zeros(len(log_probs), dtype=bool)
        if not math.isfinite(self.end_threshold):
            return np.ones(len(log_probs), dtype=bool)
        enough: Booleans = log_probs[:, -1] >= self.end_threshold * log_probs[:, :-1].max(axis=1)
        return enough

    def forbid_loops(self, scores: Floats, tokens: Indices) -> None:
        """Set tokens that would close one repetition too many to -inf.

        Args:
            scores: (rows, vocabulary_size), changed in place.
            tokens: (rows, length) so far.
        """
        if not math.isfinite(self.max_repeats):
            return
        rows = np.arange(len(tokens))
        for period in range(1, self.longest_loop_tokens + 1):
            tail_length = period * (int(self.max_repeats) + 1) - 1
            if tail_length > tokens.shape[1]:
                return
            tail = tokens[:, -tail_length:]
            looping = (tail[:, period:] == tail[:, :-period]).all(axis=1)
            scores[rows[looping], tokens[looping, -period]] = -np.inf


def spoken_mass(ctc_log_probs: LogProbs) -> Floats:
    """(frames,) probability that the frame is not blank."""
    return 1.0 - np.exp(np.minimum(ctc_log_probs[:, -1].astype(np.float64), 0.0))


class AttentionWatch:
    """Follows where each row of a beam attends, for the monotonic and the coverage guard."""

    def __init__(self, guards: Guards, frames: int, ctc_log_probs: LogProbs | None) -> None:
        """Start with one row; without CTC output nothing is known to need covering."""
        self._guards = guards
        self._reached = np.full(1, -1.0)
        self._covered = np.zeros((1, frames))
        wanted = guards.coverage_weight > 0 and ctc_log_probs is not None
        self._needed = spoken_mass(ctc_log_probs) if wanted and ctc_log_probs is not None else None

    def look(self, attention: NDArray[np.float32]) -> Booleans:
        """Take the weights (rows, frames) of one step; True where a row looks too far back or ahead."""
        peak = attention.argmax(axis=1)
        guards = self._guards
        started = self._reached >= 0
        behind = self._reached - peak > guards.max_backward_frames
        ahead = peak - self._reached > guards.max_forward_frames
        self._reached = np.maximum(self._reached, peak)
        if self._needed is not None:
            self._covered = self._covered + attention
        strays: Booleans = started & (behind | ahead)
        return strays

    def penalty(self) -> Floats:
        """(rows,) what ending now costs for sound that was left out; zero or below."""
        if self._needed is None:
            return np.zeros(len(self._reached))
        near = self._covered
        frames = near.shape[1]
        for shift in range(1, min(self._guards.coverage_reach_frames, frames - 1) + 1):
            near = near.copy()
            near[:, shift:] = np.maximum(near[:, shift:], self._covered[:, :-shift])
            near[:, :-shift] = np.maximum(near[:, :-shift], self._covered[:, shift:])
        missing = np.log(np.clip(near, self._guards.coverage_floor, 1.0))
        penalty: Floats = self._guards.coverage_weight * (missing @ self._needed)
        return penalty

    def select(self, rows: Indices) -> None:
        """Keep (and repeat) rows."""
        self._reached = self._reached[rows]
        self._covered = self._covered[rows]
