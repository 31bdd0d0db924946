"""Two-pass search: what one search proposes is scored again by parts of the network it did not ask."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from asr_app.decoding.ctc_score import ctc_log_probs_of
from asr_app.decoding.hypothesis import Hypothesis, LogProbs, best_first
from asr_app.decoding.label_beam import check_frames
from asr_app.decoding.lexicon_search import Candidate, RescoringWeights
from asr_app.model.network import AttentionDecoder

if TYPE_CHECKING:
    from asr_app.decoding.neural_language import NeuralLanguage


@torch.inference_mode()
def rescore(
    hypotheses: Sequence[Hypothesis],
    decoder: AttentionDecoder,
    frames: Tensor,
    attention_weight: float,
    length_bonus: float = 0.0,
) -> list[Hypothesis]:
    """Score hypotheses of the CTC search again with the decoder, all in one batch.

    Args:
        hypotheses: With a `ctc_score`.
        decoder: In evaluation mode.
        frames: (1, frames, width) of the encoder, at least one frame.
        attention_weight: Of log P(tokens, end) by the decoder; CTC has the rest.
        length_bonus: Added for each token.

    Returns:
        The same token strings, best first by
        (1 - attention_weight) log P_ctc + attention_weight log P_att + length_bonus tokens.

    Raises:
        ValueError: A hypothesis has no CTC score, or the frames are not one utterance.
    """
    check_frames(frames, None)
    scored = []
    for hypothesis, attention in zip(hypotheses, decoder_log_probs(decoder, frames, hypotheses), strict=True):
        if hypothesis.ctc_score is None:
            raise ValueError("rescoring needs hypotheses with a CTC score")
        score = (1.0 - attention_weight) * hypothesis.ctc_score + attention_weight * attention
        score += length_bonus * len(hypothesis.tokens)
        scored.append(Hypothesis(hypothesis.tokens, score, hypothesis.ctc_score, attention))
    return best_first(scored)


def decoder_log_probs(
    decoder: AttentionDecoder, frames: Tensor, hypotheses: Sequence[Hypothesis]
) -> list[float]:
    """Return log P(tokens, end) of each hypothesis: frames (1, frames, width)."""
    longest = max((len(hypothesis.tokens) for hypothesis in hypotheses), default=0)
    # Rows are padded with `end`: what follows the end of a row is not counted.
    spelled = np.full((len(hypotheses), longest + 2), decoder.end)
    for row, hypothesis in enumerate(hypotheses):
        spelled[row, 1 : len(hypothesis.tokens) + 1] = hypothesis.tokens
    tokens = torch.from_numpy(spelled).to(frames.device)  # (rows, end + tokens + end)
    lengths = torch.tensor([len(hypothesis.tokens) for hypothesis in hypotheses], device=frames.device)
    memory = decoder.prepare(frames, torch.tensor([frames.shape[1]], device=frames.device))
    state = decoder.initial_state(memory, batch=len(hypotheses))
    total = torch.zeros(len(hypotheses), dtype=torch.float64, device=frames.device)
    for position in range(longest + 1):
        logits, state = decoder.step(tokens[:, position], state, memory)
        log_probs = logits.double().log_softmax(-1)
        chosen = log_probs.gather(1, tokens[:, position + 1, None])[:, 0]
        total += torch.where(position <= lengths, chosen, 0.0)
    return [float(value) for value in total.tolist()]


FEATURES = ("phones", "subwords", "attention", "language_model", "neural", "word_score")
"""Columns of `word_features`: those fields of `RescoringWeights` that are factors."""

_LEAST_SCORE = -1e4
"""Stands for a string that cannot be said in the frames there are."""


def weight_vector(weights: RescoringWeights) -> NDArray[np.float64]:
    """Return the factors in the order of `FEATURES`."""
    return np.array([getattr(weights, name) for name in FEATURES], dtype=np.float64)


@torch.inference_mode()
def word_features(
    candidates: Sequence[Candidate],
    phone_log_probs: LogProbs,
    ctc_log_probs: LogProbs,
    spell: Callable[[str], Sequence[int]],
    decoder: AttentionDecoder | None,
    frames: Tensor,
    neural: NeuralLanguage | None = None,
) -> NDArray[np.float64]:
    """Score strings of words by everything that can judge them.

    Args:
        candidates: Of a lexicon search.
        phone_log_probs: (phone frames, phones + 1), natural logarithm, the blank last, as
            `LexiconSearch.weighed` gives them: unweighed ones would take back what the search gained.
        ctc_log_probs: (frames, vocabulary_size + 1), natural logarithm, the blank last.
        spell: Gives the subword tokens of a text.
        decoder: In evaluation mode; None: its column is 0.
        frames: (frames, width) of the encoder.
        neural: Language model over the tokens; None: its column is 0.

    Returns:
        (candidates, `FEATURES`)
    """
    spelled = [tuple(spell(candidate.text)) for candidate in candidates]
    columns = np.zeros((len(candidates), len(FEATURES)))
    columns[:, 0] = ctc_log_probs_of(phone_log_probs, [candidate.phones for candidate in candidates])
    columns[:, 1] = ctc_log_probs_of(ctc_log_probs, spelled)
    # The subword head spells names it does not know as they sound: "shivon" stands for "siobhan".
    named = [row for row, candidate in enumerate(candidates) if candidate.as_heard]
    if named:
        by_ear = [tuple(spell(candidates[row].as_heard)) for row in named]
        for row, tokens, score in zip(named, by_ear, ctc_log_probs_of(ctc_log_probs, by_ear), strict=True):
            if score > columns[row, 1]:
                columns[row, 1], spelled[row] = score, tokens
    if decoder is not None and len(frames):
        hypotheses = [Hypothesis(tokens, 0.0, None, None) for tokens in spelled]
        columns[:, 2] = decoder_log_probs(decoder, frames[None], hypotheses)
    columns[:, 3] = [candidate.language for candidate in candidates]
    if neural is not None:
        # Words of the person, too, as they are written: that is how texts have them.
        columns[:, 4] = neural.log_probs([tuple(spell(candidate.text)) for candidate in candidates])
        columns[:, 4] /= math.log(10.0)
    columns[:, 5] = [len(candidate.words) for candidate in candidates]
    return np.maximum(columns, _LEAST_SCORE)


def rescore_words(
    candidates: Sequence[Candidate],
    weights: RescoringWeights,
    phone_log_probs: LogProbs,
    ctc_log_probs: LogProbs,
    spell: Callable[[str], Sequence[int]],
    decoder: AttentionDecoder | None,
    frames: Tensor,
    neural: NeuralLanguage | None = None,
) -> list[Candidate]:
    """Sort the candidates of a lexicon search by the weighted sum of all scores, which becomes their score.

    The bonus for words of the person is added to it.

    Arguments are those of `word_features`.
    """
    if len(candidates) < 2:
        return list(candidates)
    asked = decoder if weights.attention else None
    second = neural if weights.neural else None
    features = word_features(candidates, phone_log_probs, ctc_log_probs, spell, asked, frames, second)
    scores = features @ weight_vector(weights) + [candidate.bonus for candidate in candidates]
    # Stable: equal scores keep the order of the search.
    return [
        dataclasses.replace(candidates[row], score=float(scores[row]))
        for row in np.argsort(-scores, kind="stable")
    ]
