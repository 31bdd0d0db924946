"""The beam search that goes token by token, with the decoder alone or with CTC beside it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from asr_app.decoding.ctc_score import CtcPrefixes, CtcPrefixScorer
from asr_app.decoding.guards import AttentionWatch, Guards, Limits
from asr_app.decoding.hypothesis import Hypothesis, LogProbs, best_first
from asr_app.model.network import AttentionDecoder, DecoderState

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
Booleans = NDArray[np.bool_]


@dataclass(frozen=True)
class Weights:
    """Of the parts of a hypothesis's score.

    Attributes:
        ctc: Of log P by CTC.
        attention: Of log P by the decoder.
        length_bonus: Added for each token.
    """

    ctc: float
    attention: float
    length_bonus: float


class DecoderStepper:
    """Steps an attention decoder over rows that share one utterance, with numpy at the border."""

    def __init__(self, decoder: AttentionDecoder, frames: Tensor) -> None:
        """Take the encoder's frames (1, frames, width)."""
        self._decoder = decoder
        self._memory = decoder.prepare(frames, torch.tensor([frames.shape[1]], device=frames.device))
        self._state: DecoderState = decoder.initial_state(self._memory)
        self.end = decoder.end

    def step(self, tokens: Indices) -> tuple[Floats, NDArray[np.float32]]:
        """Read the last tokens (rows,).

        Returns:
            log-probabilities (rows, vocabulary_size + 1) and attention (rows, frames).
        """
        last = torch.from_numpy(tokens).to(self._memory.frames.device)
        logits, self._state = self._decoder.step(last, self._state, self._memory)
        log_probs: Floats = logits.double().log_softmax(-1).cpu().numpy()
        return log_probs, self._state.attention.float().cpu().numpy()

    def select(self, rows: Indices) -> None:
        """Keep (and repeat) rows."""
        self._state = self._state.select(torch.from_numpy(rows).to(self._memory.frames.device))


class LabelBeam:
    """One utterance's search (Watanabe et al. 2017, algorithm 1, all rows and all tokens at once).

    Every row may end at every step, into the list of finished hypotheses, beside the rows that go on. As CTC
    prefix probability and decoder probability only shrink when tokens are added, a row's score bounds that of
    all its continuations, and the search stops as soon as no row can beat what has finished: no heuristic on
    ends is needed.
    """

    def __init__(
        self,
        stepper: DecoderStepper,
        weights: Weights,
        guards: Guards,
        limits: Limits,
        watch: AttentionWatch,
        scorer: CtcPrefixScorer | None,
    ) -> None:
        """Start with the empty row."""
        self._stepper = stepper
        self._weights = weights
        self._guards = guards
        self._limits = limits
        self._watch = watch
        self._scorer = scorer
        self._tokens: Indices = np.zeros((1, 0), dtype=np.int64)
        self._attention: Floats = np.zeros(1)
        self._prefixes: CtcPrefixes | None = scorer.start() if scorer else None
        self._finished: list[Hypothesis] = []

    def run(self, beam: int, n_best: int) -> list[Hypothesis]:
        """Search; returns at most `n_best`, best first, never empty."""
        last: Indices = np.array([self._stepper.end])
        while True:
            log_probs, weights = self._stepper.step(last)
            strays = self._watch.look(weights)
            attention = self._attention[:, None] + log_probs
            ctc = self._scorer.score(self._prefixes) if self._scorer and self._prefixes else None
            scores = self._combine(attention, ctc)
            rows, tokens = self._continue(scores[:, :-1], strays, beam)
            ending = self._guards.may_end(self._length, self._limits, log_probs)
            self._finish(ending if len(rows) else np.ones_like(ending), scores[:, -1], attention, ctc)
            self._finished = best_first(self._finished)[:n_best]
            if len(rows) == 0 or self._is_settled(scores[rows, tokens].max(), n_best):
                return self._finished
            self._advance(rows, tokens, attention)
            last = tokens

    @property
    def _length(self) -> int:
        return int(self._tokens.shape[1])

    def _combine(self, attention: Floats, ctc: Floats | None) -> Floats:
        scores = self._weights.attention * attention
        if ctc is not None:
            scores = scores + self._weights.ctc * ctc
        scores[:, :-1] += self._weights.length_bonus * (self._length + 1)
        scores[:, -1] += self._weights.length_bonus * self._length
        return scores

    def _continue(self, scores: Floats, strays: Booleans, beam: int) -> tuple[Indices, Indices]:
        """Choose rows and tokens (n,) of the at most `beam` best continuations; none when none may go on."""
        nothing: Indices = np.zeros(0, dtype=np.int64)
        if self._length >= self._limits.max_tokens:
            return nothing, nothing
        scores = scores.copy()
        if not strays.all():
            scores[strays] = -np.inf
        self._guards.forbid_loops(scores, self._tokens)
        flat = scores.ravel()
        best = np.argpartition(-flat, beam - 1)[:beam] if flat.size > beam else np.arange(flat.size)
        best = best[np.argsort(-flat[best], kind="stable")]
        best = best[flat[best] > -np.inf]
        return best // scores.shape[1], best % scores.shape[1]

    def _finish(self, ending: Booleans, scores: Floats, attention: Floats, ctc: Floats | None) -> None:
        scores = scores + self._watch.penalty()
        for row in np.flatnonzero(ending).tolist():
            tokens = tuple(self._tokens[row].tolist())
            by_ctc = None if ctc is None else float(ctc[row, -1])
            by_decoder = float(attention[row, -1])
            self._finished.append(Hypothesis(tokens, float(scores[row]), by_ctc, by_decoder))

    def _is_settled(self, best_score: float, n_best: int) -> bool:
        if len(self._finished) < n_best:
            return False
        bonus = max(0.0, self._weights.length_bonus) * (self._limits.max_tokens - self._length - 1)
        return self._finished[-1].score >= best_score + bonus

    def _advance(self, rows: Indices, tokens: Indices, attention: Floats) -> None:
        self._tokens = np.concatenate([self._tokens[rows], tokens[:, None]], axis=1)
        self._attention = attention[rows, tokens]
        self._stepper.select(rows)
        self._watch.select(rows)
        if self._scorer and self._prefixes:
            self._prefixes = self._scorer.extend(self._prefixes, rows, tokens)


def check_frames(frames: Tensor, ctc_log_probs: LogProbs | None) -> None:
    """Refuse frames that are not one utterance or do not belong to the CTC output.

    Raises:
        ValueError: They do not fit.
    """
    if frames.dim() != 3 or frames.shape[0] != 1 or frames.shape[1] == 0:
        raise ValueError(f"expected frames of one utterance (1, frames, width), got {tuple(frames.shape)}")
    if ctc_log_probs is not None and len(ctc_log_probs) != frames.shape[1]:
        raise ValueError(f"{frames.shape[1]} encoder frames but {len(ctc_log_probs)} frames of CTC output")
